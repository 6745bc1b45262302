//! The typed events of an opinion's life: the truth from which the current
//! state, the public page, the counts and the ledger follow (ACCOUNTING.md §1).
//! What is written here stays for ever: fields are added, never renamed.

use serde::{Deserialize, Serialize};

use super::coded::words;
use super::commitment::Commitment;
use super::time::Day;
use super::words::{By, Channel, FieldCode, Ground, Kind, OfficeCode, Respondent, Serial};

words! {
    /// What moved a deadline.
    Cause {
        /// The day received.
        Received = "received",
        /// A forwarding that moved the start.
        Forwarded = "forwarded",
        /// What was asked for came, or did not.
        Supplement = "supplement",
        /// The calendar changed.
        Calendar = "calendar",
        /// The kind changed.
        Reclassified = "reclassified",
    }
}

words! {
    /// Which class a refusal leads to.
    RefusedAs {
        /// Not for a public office to answer.
        OutOfScope = "out_of_scope",
        /// Advertising, nonsense.
        Spam = "spam",
    }
}

words! {
    /// Whether an answer helped, as the sender says.
    Replied {
        /// It did.
        Yes = "yes",
        /// It did not.
        No = "no",
        /// Nothing was said for 14 days.
        None = "none",
    }
}

words! {
    /// How far an appeal is.
    Appeal {
        /// It waits for its answer.
        Open = "open",
        /// The higher office has answered in public.
        Answered = "answered",
    }
}

words! {
    /// Why an item came back.
    RestoreReason {
        /// It was put out by mistake.
        Mistake = "mistake",
        /// The receiver did not confirm the seal.
        NotConfirmed = "not_confirmed",
        /// The item that it was merged into went out.
        SurvivorOut = "survivor_out",
    }
}

/// One event with the payload that the ledger will publish, under its names
/// (LEDGER.md, "Leaves"). Words never enter, only commitments to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It came in. An item sealed at receipt has none of kind, field, respondent, channel.
    Received {
        /// What the sender calls it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        kind: Option<Kind>,
        /// The field at receipt.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        field: Option<FieldCode>,
        /// Who speaks.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        respondent: Option<Respondent>,
        /// How it came in.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        channel: Option<Channel>,
        /// Commitment to the original text.
        text: Commitment,
        /// Day 0 of an imported item: the day of import.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        start: Option<Day>,
    },
    /// It was given to an office by a rule.
    Routed {
        /// The office in charge, or the coordinating office for its tray.
        office: OfficeCode,
        /// The rule: `procedure:…`, `field:…` or `tray`.
        rule: String,
    },
    /// Somebody of the office took it.
    Taken,
    /// It was given to somebody of the office.
    Assigned,
    /// It went to another office.
    Forwarded {
        /// The office that had it.
        from: OfficeCode,
        /// The office that has it now.
        to: OfficeCode,
        /// A code of the list `forward`.
        reason: Ground,
        /// Commitment to the words beside the reason.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        note: Option<Commitment>,
    },
    /// Its kind was corrected.
    Reclassified {
        /// The new kind.
        kind: Kind,
        /// A code of the list `reclassify`.
        reason: Ground,
        /// Commitment to the words beside the reason.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        note: Option<Commitment>,
    },
    /// The sender was asked for more.
    SupplementRequested {
        /// Until when; at most 10 working days.
        until: Day,
    },
    /// More came.
    Supplemented {
        /// Commitment to it.
        text: Commitment,
    },
    /// Nothing came.
    SupplementLapsed,
    /// An answer was written.
    Drafted,
    /// The approver gave it back.
    Returned {
        /// A code of the list `return`.
        reason: Ground,
        /// Commitment to the words beside the reason.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        note: Option<Commitment>,
    },
    /// The first answer was approved by a second person and published.
    Answered {
        /// The office that answers.
        office: OfficeCode,
        /// Always 1.
        version: u32,
        /// Commitment to the public form of the opinion.
        question: Commitment,
        /// Commitment to the answer.
        answer: Commitment,
        /// The lowest serial of the group that shares this answer.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        grouped: Option<Serial>,
    },
    /// A later version was approved and published.
    AnswerRevised {
        /// 2 and up.
        version: u32,
        /// Commitment to the public form of the opinion.
        question: Commitment,
        /// Commitment to the answer.
        answer: Commitment,
    },
    /// It is the same as another item.
    Merged {
        /// The item that goes on.
        into: Serial,
    },
    /// It is not for this service.
    Refused {
        /// The class it goes to.
        class: RefusedAs,
        /// A code of the list of that name.
        ground: Ground,
        /// Commitment to the words beside the ground.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        note: Option<Commitment>,
    },
    /// A complaint: the sender was told in writing where to go.
    Redirected {
        /// A code of the list `redirect`.
        ground: Ground,
        /// Commitment to the guidance that was sent.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        note: Option<Commitment>,
    },
    /// A denunciation: out of everybody's sight but its receiver's.
    Sealed,
    /// The receiver confirmed that it is one.
    SealConfirmed,
    /// The sender took it back.
    Withdrawn,
    /// It came back to the state that it left.
    Restored {
        /// Why.
        reason: RestoreReason,
        /// The field, when it never had one in public.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        field: Option<FieldCode>,
        /// Commitment to the words beside the reason.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        note: Option<Commitment>,
    },
    /// The first deadline.
    DeadlineSet {
        /// The last day for an answer.
        due_on: Day,
        /// Why.
        cause: Cause,
    },
    /// The deadline changed.
    DeadlineMoved {
        /// The last day for an answer.
        due_on: Day,
        /// Why.
        cause: Cause,
        /// What it was.
        from: Day,
    },
    /// The daily job saw that it is late.
    Overdue {
        /// The first day after the deadline.
        since: Day,
    },
    /// Its words are not displayed.
    Withheld {
        /// A code of the list `withhold`.
        ground: Ground,
    },
    /// Its words are displayed again.
    Shown {
        /// A code of the list `withhold` that no longer holds.
        ground: Ground,
    },
    /// The sender said whether the answer helped, or said nothing.
    Reply {
        /// What was said.
        reply: Replied,
        /// Of which version.
        version: u32,
        /// Of a no: a code of the list `reply`.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<Ground>,
        /// Commitment to the words beside it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        note: Option<Commitment>,
    },
    /// The sender, whom the answer did not help, asks somebody else in a higher office.
    Appealed {
        /// The office that is asked.
        to: OfficeCode,
        /// Its last day for an answer: a date of its own, which the deadline knows nothing of.
        until: Day,
    },
    /// The higher office answered: approved by a second person and published.
    AppealAnswered {
        /// Commitment to the answer.
        answer: Commitment,
    },
}

words! {
    /// The names of the events.
    EventName {
        /// See [`Event::Received`].
        Received = "received",
        /// See [`Event::Routed`].
        Routed = "routed",
        /// See [`Event::Taken`].
        Taken = "taken",
        /// See [`Event::Assigned`].
        Assigned = "assigned",
        /// See [`Event::Forwarded`].
        Forwarded = "forwarded",
        /// See [`Event::Reclassified`].
        Reclassified = "reclassified",
        /// See [`Event::SupplementRequested`].
        SupplementRequested = "supplement_requested",
        /// See [`Event::Supplemented`].
        Supplemented = "supplemented",
        /// See [`Event::SupplementLapsed`].
        SupplementLapsed = "supplement_lapsed",
        /// See [`Event::Drafted`].
        Drafted = "drafted",
        /// See [`Event::Returned`].
        Returned = "returned",
        /// See [`Event::Answered`].
        Answered = "answered",
        /// See [`Event::AnswerRevised`].
        AnswerRevised = "answer_revised",
        /// See [`Event::Merged`].
        Merged = "merged",
        /// See [`Event::Refused`].
        Refused = "refused",
        /// See [`Event::Redirected`].
        Redirected = "redirected",
        /// See [`Event::Sealed`].
        Sealed = "sealed",
        /// See [`Event::SealConfirmed`].
        SealConfirmed = "seal_confirmed",
        /// See [`Event::Withdrawn`].
        Withdrawn = "withdrawn",
        /// See [`Event::Restored`].
        Restored = "restored",
        /// See [`Event::DeadlineSet`].
        DeadlineSet = "deadline_set",
        /// See [`Event::DeadlineMoved`].
        DeadlineMoved = "deadline_moved",
        /// See [`Event::Overdue`].
        Overdue = "overdue",
        /// See [`Event::Withheld`].
        Withheld = "withheld",
        /// See [`Event::Shown`].
        Shown = "shown",
        /// See [`Event::Reply`].
        Reply = "reply",
        /// See [`Event::Appealed`].
        Appealed = "appealed",
        /// See [`Event::AppealAnswered`].
        AppealAnswered = "appeal_answered",
    }
}

impl Event {
    /// Its name, as in the column, the ledger and the pages.
    pub const fn name(&self) -> EventName {
        match self {
            Self::Received { .. } => EventName::Received,
            Self::Routed { .. } => EventName::Routed,
            Self::Taken => EventName::Taken,
            Self::Assigned => EventName::Assigned,
            Self::Forwarded { .. } => EventName::Forwarded,
            Self::Reclassified { .. } => EventName::Reclassified,
            Self::SupplementRequested { .. } => EventName::SupplementRequested,
            Self::Supplemented { .. } => EventName::Supplemented,
            Self::SupplementLapsed => EventName::SupplementLapsed,
            Self::Drafted => EventName::Drafted,
            Self::Returned { .. } => EventName::Returned,
            Self::Answered { .. } => EventName::Answered,
            Self::AnswerRevised { .. } => EventName::AnswerRevised,
            Self::Merged { .. } => EventName::Merged,
            Self::Refused { .. } => EventName::Refused,
            Self::Redirected { .. } => EventName::Redirected,
            Self::Sealed => EventName::Sealed,
            Self::SealConfirmed => EventName::SealConfirmed,
            Self::Withdrawn => EventName::Withdrawn,
            Self::Restored { .. } => EventName::Restored,
            Self::DeadlineSet { .. } => EventName::DeadlineSet,
            Self::DeadlineMoved { .. } => EventName::DeadlineMoved,
            Self::Overdue { .. } => EventName::Overdue,
            Self::Withheld { .. } => EventName::Withheld,
            Self::Shown { .. } => EventName::Shown,
            Self::Reply { .. } => EventName::Reply,
            Self::Appealed { .. } => EventName::Appealed,
            Self::AppealAnswered { .. } => EventName::AppealAnswered,
        }
    }
}

/// An event in its place: number, day, part played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The number within the item, from 0 without a gap.
    pub n: u32,
    /// The day in Asia/Ho_Chi_Minh.
    pub on: Day,
    /// The part that acted.
    pub by: By,
    /// What happened.
    pub event: Event,
}
