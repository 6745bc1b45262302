//! What can become of an opinion, and the moves it is made of. Only names: when
//! a move is made says `agenda`, who makes it says `moves`.

use super::dice::Dice;
use crate::domain::submission::Way;
use crate::domain::time::Day;
use crate::domain::words::{OfficeCode, Serial};

/// The way of an opinion that is to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// Taken, written, approved.
    Plain,
    /// Given to a colleague first.
    Assigned,
    /// To another office, then answered.
    Forwarded,
    /// To two other offices, then answered.
    ForwardedTwice,
    /// Returned by the approver, written again.
    Returned,
    /// Answered, and again when there was more to say.
    Revised,
    /// Answered after the deadline.
    Late,
    /// Taken back by its sender.
    Withdrawn,
    /// Forgotten.
    Ignored,
    /// Found to be a denunciation, and confirmed.
    Sealed,
    /// Taken for a denunciation, brought back, answered.
    SealedByMistake,
    /// Called a denunciation by its sender; it is none, and is answered.
    CalledDenunciation,
    /// Refused, brought back by the head, answered.
    RefusedByMistake,
}

/// How many of a hundred go which way.
pub(super) const COURSES: [(Course, usize); 13] = [
    (Course::Plain, 43),
    (Course::Assigned, 15),
    (Course::Forwarded, 10),
    (Course::ForwardedTwice, 3),
    (Course::Returned, 9),
    (Course::Revised, 4),
    (Course::Late, 6),
    (Course::Withdrawn, 3),
    (Course::Ignored, 3),
    (Course::Sealed, 1),
    (Course::SealedByMistake, 1),
    (Course::CalledDenunciation, 1),
    (Course::RefusedByMistake, 1),
];

/// What becomes of an opinion.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fate {
    Course(Course),
    /// Merged into the opinion of this index.
    Merge(usize),
    OutOfScope,
    Spam,
    Redirect,
    Denounced,
}

/// An opinion that will be sent.
pub(super) struct Sent {
    pub(super) template: usize,
    pub(super) topic: usize,
    pub(super) day: Day,
    pub(super) second: i32,
    pub(super) way: Way,
    pub(super) office: Option<OfficeCode>,
    pub(super) blame: f64,
    pub(super) procedure: String,
    pub(super) kind: String,
    pub(super) before: String,
    pub(super) after: String,
    /// How many used the template before.
    pub(super) turn: usize,
    pub(super) with_slip: bool,
    pub(super) consent: Vec<String>,
    pub(super) fate: Fate,
    /// Its number, once it was received.
    pub(super) serial: Option<Serial>,
}

/// A move that somebody will make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Job {
    Take,
    Assign,
    Forward,
    /// Hand an answer in; the first try of one that comes back says too little.
    Write(Form),
    GiveBack,
    Propose,
    Approve,
    Merge,
    Redirect,
    Seal,
    ConfirmSeal,
    Unseal,
    Reopen,
    Withdraw,
    /// The sender says that the answer helped.
    Thank,
    /// The sender says that it did not.
    Doubt,
    /// A higher office that was asked after that answers.
    LookAgain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Short,
    Full,
    Update,
}

/// When in the day of an office.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Early,
    Morning,
    Afternoon,
}

impl Part {
    pub(super) fn second(self, dice: &mut Dice) -> i32 {
        let (from, to) = match self {
            Self::Early => (27_000, 30_000),
            Self::Morning => (30_600, 40_500),
            Self::Afternoon => (48_600, 59_400),
        };
        dice.between(from, to)
    }
}

pub(super) enum Event {
    Arrives,
    Moves(Job),
}
