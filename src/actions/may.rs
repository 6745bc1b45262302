//! What the desk offers of an opinion: what the role allows and the state too,
//! and until when it is to be done inside the office. For the page and for
//! programs alike. A move itself is checked again where it is made.

use serde::Serialize;

use super::lookup::DeskItem;
use crate::domain::access::Act;
use crate::domain::catalogue::Catalogue;
use crate::domain::event::EventName;
use crate::domain::feedback::State;
use crate::domain::time::Day;
use crate::domain::words::Kind;

/// What this officer may do with an opinion now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct May {
    /// Take it.
    pub take: bool,
    /// Write its answer.
    pub write: bool,
    /// Approve what waits, or give it back.
    pub approve: bool,
    /// A text waits that is theirs: another approves it.
    pub own_text: bool,
    /// Forward it to another office.
    pub forward: bool,
    /// Give it to a colleague.
    pub assign: bool,
    /// Ask its sender for more.
    pub ask: bool,
    /// Correct its kind.
    pub reclassify: bool,
    /// Merge it into another.
    pub merge: bool,
    /// Redirect a complaint.
    pub redirect: bool,
    /// Propose to refuse it.
    pub refuse: bool,
    /// Seal it.
    pub seal: bool,
    /// Confirm the seal.
    pub confirm: bool,
    /// Bring it back.
    pub restore: bool,
    /// Pick its answer for a public page.
    pub pick: bool,
    /// Any of what is not done every day.
    pub other: bool,
}

impl May {
    /// What is offered of an opinion.
    pub fn of(item: &DeskItem) -> Self {
        let act = |act: Act| item.acts.contains(&act);
        let possible = |event: EventName| item.possible.contains(&event.as_str());
        let state = item.record.state;
        let waits = item.draft.as_ref().is_some_and(|draft| draft.handed_in);
        let writable = matches!(state, State::Waiting | State::Working | State::Answered) && !waits && !item.erased;
        let mut may = Self {
            take: act(Act::Take) && possible(EventName::Taken) && state == State::Waiting,
            // A complaint is guided to who is competent, and not answered.
            write: act(Act::Write) && writable && item.record.kind != Some(Kind::Complaint),
            approve: act(Act::Approve) && waits && !item.own_text,
            own_text: waits && item.own_text,
            forward: act(Act::Forward) && possible(EventName::Forwarded),
            assign: act(Act::Assign) && possible(EventName::Assigned),
            ask: act(Act::Ask) && possible(EventName::SupplementRequested),
            reclassify: act(Act::Reclassify) && possible(EventName::Reclassified),
            merge: act(Act::Merge) && possible(EventName::Merged),
            redirect: act(Act::Redirect) && possible(EventName::Redirected),
            refuse: act(Act::Write) && state.is_open() && writable,
            seal: act(Act::Seal) && possible(EventName::Sealed),
            confirm: act(Act::Unseal) && possible(EventName::SealConfirmed),
            restore: possible(EventName::Restored) && if state == State::Sealed { act(Act::Unseal) } else { act(Act::Restore) },
            pick: act(Act::Write) && item.record.may_be_picked(),
            other: false,
        };
        may.other = may.forward || may.assign || may.ask || may.reclassify || may.merge || may.redirect || may.refuse || may.seal;
        may
    }
}

/// A step inside the office, and its last day. It is never in the class of an opinion (ACCOUNTING.md §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InnerTerm {
    /// One of the catalogue's steps.
    pub step: &'static str,
    /// Its last day.
    pub until: Day,
}

/// The steps that the office may still take with an opinion: to refuse it or to ask for more, counted from the day it came
/// to the office; to approve, from the day the text was handed in; to confirm a seal, from the day it was sealed.
pub fn inner_terms(item: &DeskItem, catalogue: &Catalogue) -> Vec<InnerTerm> {
    let record = &item.record;
    let kind = record.kind.unwrap_or(Kind::Denunciation);
    let last = |names: &[EventName]| item.events.iter().rev().find(|kept| names.contains(&kept.entry.event.name())).map(|kept| kept.entry.on);
    let came = last(&[EventName::Routed, EventName::Forwarded]);
    let handed_in = item.draft.as_ref().filter(|draft| draft.handed_in).map(|draft| draft.updated_at.day());
    let steps: &[(&'static str, Option<Day>)] = match record.state {
        State::Waiting | State::Working => &[("refuse", came), ("ask", came)],
        State::Drafted | State::Answered => &[("approve", handed_in)],
        State::Sealed if record.unconfirmed => &[("confirm", record.out_on)],
        State::Received | State::Supplement | State::Sealed | State::Merged | State::OutOfScope | State::Spam | State::Redirected | State::Withdrawn => &[],
    };
    let makeup = record.clock.as_ref().is_none_or(|clock| clock.makeup);
    let term = |(step, from): &(&'static str, Option<Day>)| {
        let days = catalogue.step_days(step, kind, record.field.as_ref(), record.received_on)?;
        Some(InnerTerm { step, until: catalogue.calendar.add((*from)?, days, makeup) })
    };
    steps.iter().filter_map(term).collect()
}
