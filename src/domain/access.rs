//! Who may do what: by role and by office subtree, decided here and nowhere
//! else. A denunciation is its receiver's alone.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::error::Code;
use super::feedback::{Item, State};
use super::office::Offices;
use super::time::Day;
use super::words::{By, Language, OfficeCode, Role};

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// Their id.
    pub id: Uuid,
    /// Their name, for colleagues and the audit; never in public.
    pub name: String,
    /// The office that they belong to.
    pub office: OfficeCode,
    /// What they may be.
    pub roles: BTreeSet<Role>,
    /// The language that they read.
    pub language: Language,
}

/// What somebody wants to do with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Open it at the desk, with its original words.
    Read,
    /// Take it.
    Take,
    /// Give it to a colleague.
    Assign,
    /// Give it to another office.
    Forward,
    /// Write or hand in an answer, or propose a refusal.
    Write,
    /// Approve or return what another wrote.
    Approve,
    /// Ask the sender for more.
    Ask,
    /// Correct its kind.
    Reclassify,
    /// Merge it into another.
    Merge,
    /// Tell the sender of a complaint where to go.
    Redirect,
    /// Mark it as a denunciation.
    Seal,
    /// Confirm or undo a seal.
    Unseal,
    /// Bring it back.
    Restore,
    /// Write the answer of the higher office that its sender has asked.
    AnswerAppeal,
    /// Approve or return that answer.
    ApproveAppeal,
    /// Ask from above that it be answered.
    Press,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Read,
        Self::Take,
        Self::Assign,
        Self::Forward,
        Self::Write,
        Self::Approve,
        Self::Ask,
        Self::Reclassify,
        Self::Merge,
        Self::Redirect,
        Self::Seal,
        Self::Unseal,
        Self::Restore,
        Self::AnswerAppeal,
        Self::ApproveAppeal,
        Self::Press,
    ];

    /// The roles that may do it, with the part they then play.
    const fn roles(self) -> &'static [(Role, By)] {
        const WORK: &[(Role, By)] = &[(Role::Officer, By::Officer), (Role::Head, By::Head)];
        match self {
            Self::Read => &[(Role::Officer, By::Officer), (Role::Approver, By::Approver), (Role::Head, By::Head)],
            Self::Take | Self::Write | Self::Ask | Self::AnswerAppeal => &[(Role::Officer, By::Officer)],
            Self::Assign | Self::Forward | Self::Reclassify | Self::Merge | Self::Redirect => WORK,
            Self::Seal => &[(Role::Officer, By::Officer), (Role::Approver, By::Approver), (Role::Head, By::Head)],
            Self::Approve | Self::ApproveAppeal => &[(Role::Approver, By::Approver)],
            Self::Unseal => &[(Role::Receiver, By::Receiver)],
            Self::Restore => &[(Role::Approver, By::Approver), (Role::Head, By::Head)],
            Self::Press => &[(Role::Supervisor, By::Supervisor), (Role::Head, By::Head)],
        }
    }
}

impl Officer {
    /// Has the role?
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// May administer: offices, fields, accounts, calendar.
    pub fn may_administer(&self) -> Result<(), Code> {
        if self.is(Role::Administrator) { Ok(()) } else { Err(Code::NotAllowed) }
    }

    /// May decide on people's rights over their data and keep the register of breaches.
    pub fn may_protect_data(&self) -> Result<(), Code> {
        if self.is(Role::DataProtection) { Ok(()) } else { Err(Code::NotAllowed) }
    }

    /// Oversees: sees what waits at the offices below, by its dates, and may press.
    pub fn oversees(&self) -> bool {
        self.is(Role::Head) || self.is(Role::Supervisor)
    }

    /// Works on opinions: reads the words of those of its offices, writes, approves, decides.
    pub fn works(&self) -> bool {
        self.is(Role::Officer) || self.is(Role::Approver) || self.is(Role::Head)
    }

    /// Has a desk: something there may be theirs to do or to read.
    pub fn has_desk(&self) -> bool {
        self.roles.iter().any(|r| match r {
            Role::Officer | Role::Approver | Role::Head | Role::Receiver => true,
            Role::Supervisor | Role::DataProtection | Role::Designer | Role::Clerk | Role::Administrator => false,
        })
    }

    /// May do it to this item on a day? Returns the part that they then play.
    ///
    /// # Errors
    /// [`Code::NotFound`] for what must not even be known to exist, [`Code::NotAllowed`] otherwise.
    pub fn may(&self, act: Act, item: &Item, offices: &Offices, today: Day) -> Result<By, Code> {
        if item.state == State::Sealed {
            return match act {
                Act::Read | Act::Unseal if self.is(Role::Receiver) => Ok(By::Receiver),
                _ => Err(Code::NotFound),
            };
        }
        if act == Act::Unseal {
            return Err(Code::NotAllowed);
        }
        // An appeal is the higher office's; the item stays where it was answered.
        let appeal = matches!(act, Act::AnswerAppeal | Act::ApproveAppeal);
        let responsible = if appeal { &item.appealed_to } else { &item.office };
        let answers_for = |office: &OfficeCode| offices.answers_for(&self.office, office, today);
        let within = responsible.as_ref().is_some_and(answers_for) || act == Act::Read && item.appealed_to.as_ref().is_some_and(answers_for);
        if !within {
            return Err(if appeal { Code::NotAllowed } else { Code::NotFound });
        }
        act.roles().iter().find(|(role, _)| self.is(*role)).map(|(_, by)| *by).ok_or(Code::NotAllowed)
    }
}
