//! What the public may see of an opinion: one rule, asked by every page, feed
//! and format. A [`PublicItem`] can't hold what must not be shown.

use super::commitment::Salt;
use super::deadline::Clock;
use super::event::{self, Entry, Event, Replied};
use super::feedback::{Class, Item, State};
use super::time::Day;
use super::words::{By, Channel, FieldCode, Ground, Kind, Language, OfficeCode, ProcedureKey, Respondent, Serial};
use uuid::Uuid;

/// The projection of an item: what its row says now. For the desk; the public sees a [`PublicItem`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its public number.
    pub serial: Serial,
    /// The day received.
    pub received_on: Day,
    /// The language that it was sent in.
    pub language: Language,
    /// Its kind now; none for an item sealed at receipt.
    pub kind: Option<Kind>,
    /// Its field at receipt.
    pub field: Option<FieldCode>,
    /// Who spoke.
    pub respondent: Option<Respondent>,
    /// How it came in.
    pub channel: Option<Channel>,
    /// The procedure that the sender named.
    pub procedure: Option<ProcedureKey>,
    /// The office that the sender named.
    pub named_office: Option<OfficeCode>,
    /// Where it stands.
    pub state: State,
    /// Its class, when no day can change it any more.
    pub settled: Option<Class>,
    /// The clock is paused.
    pub paused: bool,
    /// The office in charge.
    pub office: Option<OfficeCode>,
    /// In the coordinating office's tray.
    pub in_tray: bool,
    /// The deadline.
    pub due_on: Option<Day>,
    /// The first deadline.
    pub first_due_on: Option<Day>,
    /// The day of the first answer.
    pub answered_on: Option<Day>,
    /// The day it went out.
    pub out_on: Option<Day>,
    /// What the deadline follows from.
    pub clock: Option<Clock>,
    /// How many events it has.
    pub events: u32,
    /// Who works on it.
    pub assignee: Option<Uuid>,
    /// Its public title.
    pub title: Option<String>,
    /// The item that it was merged into.
    pub merged_into: Option<Serial>,
    /// Its words are withheld by an event.
    pub withheld: bool,
    /// Until when its sender, who was asked for more, is waited for.
    pub waits_until: Option<Day>,
    /// An officer sealed it, and the receiver has still to say whether it is a denunciation.
    pub unconfirmed: bool,
    /// Whether the latest version of the answer helped, as its sender says.
    pub reply: Option<Replied>,
    /// The first answer was one for many.
    pub grouped: bool,
    /// How often it was forwarded.
    pub forwards: u32,
    /// How far the last appeal is.
    pub appeal: Option<event::Appeal>,
}

impl Record {
    /// Takes over what an item's events say.
    pub fn project(&mut self, item: &Item) {
        let public_kind = item.field.is_some() || !item.sealed_at_receipt;
        self.received_on = item.received_on;
        self.kind = public_kind.then_some(item.kind);
        self.field.clone_from(&item.field);
        self.respondent = item.respondent;
        self.channel = item.channel;
        self.state = item.state;
        let open = item.state.is_open() || item.state == State::Received;
        self.settled = (!open).then(|| item.class(item.last_on));
        self.paused = item.is_paused();
        self.office.clone_from(&item.office);
        self.in_tray = item.in_tray;
        self.due_on = item.due_on;
        self.first_due_on = item.first_due_on;
        self.answered_on = item.first_answer.map(|a| a.on);
        self.out_on = item.out_on;
        self.clock.clone_from(&item.clock);
        self.events = item.events;
        self.merged_into = item.merged_into;
        self.withheld = !item.withheld.is_empty();
        self.waits_until = item.waits_until.filter(|_| item.state == State::Supplement);
        self.reply = item.reply;
        self.grouped = item.grouped;
        self.forwards = u32::try_from(item.forwards).unwrap_or(u32::MAX);
        self.appeal = item.appeal;
        self.unconfirmed = item.state == State::Sealed && !item.seal_confirmed && !item.sealed_at_receipt;
    }

    /// The class on a day.
    pub fn class(&self, today: Day) -> Class {
        self.settled.unwrap_or_else(|| {
            let late = !self.paused && self.due_on.is_some_and(|due| due < today);
            if late { Class::Overdue } else { Class::OpenInTime }
        })
    }

    /// May the public read its words?
    pub fn words_are_public(&self) -> bool {
        self.state == State::Answered && !self.withheld && self.kind.is_some_and(|k| !k.is_withheld())
    }

    /// May its answer be picked for a public page? Nobody is commended for what did not help.
    pub fn may_be_picked(&self) -> bool {
        self.words_are_public() && !(self.kind == Some(Kind::Praise) && self.reply == Some(Replied::No))
    }

    /// May the public know its field, office, kind? Not of a sealed one (ACCOUNTING.md §3).
    pub fn place_is_public(&self) -> bool {
        self.state != State::Sealed
    }
}

/// One published version of an answer with the opinion's public form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 1, 2, …
    pub version: u32,
    /// The short title.
    pub title: String,
    /// The opinion as it may be read.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// The office that answered.
    pub office: OfficeCode,
    /// The day it was published.
    pub published_on: Day,
    /// What the ledger's commitments to question and answer were made with: public like the words, and gone with them.
    pub salts: Option<(Salt, Salt)>,
}

/// A higher office that was asked after a "no", and what it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    /// The office.
    pub office: OfficeCode,
    /// The day it was asked.
    pub appealed_on: Day,
    /// Its last day for an answer.
    pub until: Day,
    /// The day its answer was published.
    pub answered_on: Option<Day>,
    /// Its answer; as public as the item's own.
    pub answer: Option<String>,
    /// What the ledger's commitment to the answer was made with: public like the words, and gone with them.
    pub salt: Option<Salt>,
}

/// One step of the history that anybody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicStep {
    /// Its number.
    pub n: u32,
    /// Its day.
    pub on: Day,
    /// The part that acted.
    pub by: By,
    /// What happened; commitments in it say nothing about words.
    pub event: Event,
}

/// An opinion as anybody may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicItem {
    /// Its number.
    pub serial: Serial,
    /// Its class today.
    pub class: Class,
    /// The day received.
    pub received_on: Day,
    /// The day it went out, if it did.
    pub out_on: Option<Day>,
    /// What it is about; none when sealed.
    pub place: Option<PublicPlace>,
    /// The published versions, newest last; empty when nothing may be read.
    pub answers: Vec<Answer>,
    /// What higher offices were asked; without words where nothing may be read.
    pub appeals: Vec<Appeal>,
    /// The item that goes on for it.
    pub merged_into: Option<Serial>,
    /// Why its words are not shown, as a code of a published list: `(list, code)`.
    pub ground: Option<(&'static str, Ground)>,
    /// Its history; empty when sealed.
    pub history: Vec<PublicStep>,
    /// How often somebody above asked that it be answered.
    pub pressed: u64,
}

/// Kind, field, office and dates of an item that is not sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPlace {
    /// Its kind.
    pub kind: Kind,
    /// The language that it was sent in.
    pub language: Language,
    /// Its field.
    pub field: FieldCode,
    /// The office in charge.
    pub office: OfficeCode,
    /// In the coordinating office's tray.
    pub in_tray: bool,
    /// Who spoke, unless it was once sealed.
    pub respondent: Option<Respondent>,
    /// The deadline.
    pub due_on: Option<Day>,
    /// The first deadline.
    pub first_due_on: Option<Day>,
    /// The day of the first answer.
    pub answered_on: Option<Day>,
    /// What the deadline follows from.
    pub clock: Option<Clock>,
}

impl PublicItem {
    /// What remains of an item for the public on a day.
    pub fn of(record: &Record, answers: Vec<Answer>, appeals: Vec<Appeal>, entries: &[Entry], pressed: u64, today: Day) -> Self {
        let place = match (&record.field, &record.office) {
            (Some(field), Some(office)) if record.place_is_public() => Some(PublicPlace {
                kind: record.kind.unwrap_or(Kind::Suggestion),
                language: record.language,
                field: field.clone(),
                office: office.clone(),
                in_tray: record.in_tray,
                respondent: record.respondent,
                due_on: record.due_on,
                first_due_on: record.first_due_on,
                answered_on: record.answered_on,
                clock: record.clock.clone(),
            }),
            _ => None,
        };
        let history =
            if place.is_some() { entries.iter().map(|e| PublicStep { n: e.n, on: e.on, by: e.by, event: e.event.clone() }).collect() } else { Vec::new() };
        Self {
            serial: record.serial,
            class: record.class(today),
            received_on: record.received_on,
            out_on: record.out_on,
            answers: if record.words_are_public() { answers } else { Vec::new() },
            appeals: match (record.words_are_public(), place.is_some()) {
                (true, _) => appeals,
                (false, true) => appeals.into_iter().map(|appeal| Appeal { answer: None, salt: None, ..appeal }).collect(),
                (false, false) => Vec::new(),
            },
            merged_into: record.merged_into.filter(|_| place.is_some()),
            ground: ground(record, entries),
            pressed: if place.is_some() { pressed } else { 0 },
            place,
            history,
        }
    }

    /// Were its words erased? Then nobody is shown any of it again.
    pub fn is_erased(&self) -> bool {
        self.ground.as_ref().is_some_and(|(_, ground)| ground.as_str() == ERASED)
    }

    /// The newest published version.
    pub fn latest(&self) -> Option<&Answer> {
        self.answers.last()
    }
}

/// The ground of what was erased: nobody is shown any of it again.
pub const ERASED: &str = "erased";

/// The legal ground for not showing the words of an item: that they were erased; else what it went out for, while it is
/// out; else the last that they are withheld for and that still holds.
fn ground(record: &Record, entries: &[Entry]) -> Option<(&'static str, Ground)> {
    let listed = |code: &str| code.parse::<Ground>().ok();
    let (mut held, mut out): (Vec<&Ground>, _) = (Vec::new(), None);
    for entry in entries {
        match &entry.event {
            Event::Withheld { ground } if !held.contains(&ground) => held.push(ground),
            Event::Shown { ground } => held.retain(|kept| *kept != ground),
            Event::Refused { class, ground, .. } => out = Some((class.as_str(), ground)),
            Event::Redirected { ground, .. } => out = Some(("redirect", ground)),
            _ => {}
        }
    }
    let erased = held.iter().find(|ground| ground.as_str() == ERASED);
    let withheld = erased.or(held.last()).map(|ground| ("withhold", *ground));
    let given = match record.state {
        State::Sealed => return listed("denunciation_law").map(|g| ("withhold", g)),
        State::Merged | State::Withdrawn => return None,
        State::OutOfScope | State::Spam | State::Redirected if erased.is_none() => out,
        State::OutOfScope | State::Spam | State::Redirected => withheld,
        State::Received | State::Waiting | State::Working | State::Supplement | State::Drafted | State::Answered => withheld,
    };
    match given {
        Some((list, ground)) => Some((list, ground.clone())),
        None if record.kind == Some(Kind::Complaint) => listed("complaint_law").map(|g| ("withhold", g)),
        None => None,
    }
}
