//! The life of one opinion from its leaves alone (ACCOUNTING.md §1 to §3):
//! which moves are allowed, when an answer is due, which class it is in. Written
//! anew from the page, not from the service. Knows no file and no tree.

use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde::Deserialize;

use super::calendar::Calendar;
use super::{Checked, Wrong, wrong};

/// At most so many forwardings move the start, and so many requests pause the clock.
const TWICE: usize = 2;
/// How long a sender may be waited for, in working days.
const SUPPLEMENT_DAYS: u32 = 10;

/// A word of which there are few, held once for all items that have it.
pub(super) type Name = Rc<str>;

/// The payload of an event, under its names. Which of them an event has is checked where it is applied.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    pub(super) t: String,
    pub(super) v: u32,
    pub(super) serial: i64,
    pub(super) n: u32,
    pub(super) on: Date,
    pub(super) by: String,
    pub(super) event: String,
    pub(super) kind: Option<Name>,
    pub(super) field: Option<Name>,
    pub(super) respondent: Option<Name>,
    pub(super) channel: Option<String>,
    pub(super) start: Option<Date>,
    pub(super) office: Option<Name>,
    pub(super) rule: Option<String>,
    pub(super) from: Option<serde_json::Value>,
    pub(super) to: Option<Name>,
    pub(super) reason: Option<String>,
    pub(super) ground: Option<Name>,
    pub(super) class: Option<String>,
    pub(super) due_on: Option<Date>,
    pub(super) cause: Option<String>,
    pub(super) since: Option<Date>,
    pub(super) version: Option<u32>,
    pub(super) into: Option<i64>,
    pub(super) until: Option<Date>,
    pub(super) grouped: Option<i64>,
    pub(super) reply: Option<String>,
    pub(super) text: Option<String>,
    pub(super) question: Option<String>,
    pub(super) answer: Option<String>,
    pub(super) note: Option<String>,
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Received,
    Waiting,
    Working,
    Supplement,
    Drafted,
    Answered,
    /// Out, with the name of its class.
    Out(&'static str),
}

impl State {
    fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Working | Self::Supplement | Self::Drafted)
    }
}

/// What a deadline follows from.
#[derive(Debug, Clone)]
struct Clock {
    start: Date,
    days: u32,
    makeup: bool,
    pauses: Vec<(Date, Option<Date>)>,
}

impl Clock {
    fn due(&self, calendar: &Calendar) -> Date {
        let mut due = calendar.add(self.start, self.days, self.makeup);
        for (asked, resumed) in &self.pauses {
            if let Some(resumed) = resumed {
                due = calendar.add(*resumed, calendar.between(*asked, due, self.makeup).max(1), self.makeup);
            }
        }
        due
    }
}

/// A published version: the commitments to its words.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) on: Date,
    pub(super) office: Name,
    pub(super) question: [u8; 32],
    pub(super) answer: [u8; 32],
}

/// A higher office that was asked, and when and what it answered.
#[derive(Debug, Clone)]
pub(super) struct Appeal {
    pub(super) office: Name,
    pub(super) on: Date,
    pub(super) until: Date,
    pub(super) answered: Option<(Date, [u8; 32])>,
}

/// One opinion.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) received_on: Date,
    pub(super) field: Option<Name>,
    pub(super) respondent: Option<Name>,
    pub(super) office: Option<Name>,
    pub(super) due_on: Option<Date>,
    pub(super) out_on: Option<Date>,
    pub(super) first_due_on: Option<Date>,
    pub(super) kind: Name,
    first_start: Date,
    events: u32,
    last_on: Date,
    state: State,
    /// What it left when it went out, and when it had gone out before.
    left: Vec<(State, Option<Date>)>,
    offices: Vec<Name>,
    moves: usize,
    pauses: usize,
    clock: Option<Clock>,
    /// The first answer and the deadline of that day.
    answered: Option<(Date, Date)>,
    pub(super) versions: Vec<Version>,
    /// What the sender said of the latest version.
    pub(super) reply: Option<&'static str>,
    /// The first answer was one for many.
    pub(super) grouped: bool,
    pub(super) forwards: usize,
    /// Whether an appeal was made after the last no, and whether it is answered.
    pub(super) appeal: Option<bool>,
    pub(super) appeals: Vec<Appeal>,
    into: Option<i64>,
    overdue_told: bool,
    confirmed: bool,
    withheld: Vec<Name>,
    /// The ground that it last went out for.
    out_for: Option<Name>,
    /// A deadline that the next event must tell, and why it does.
    owed: Option<(Date, &'static str)>,
}

impl Event {
    /// The names that its item remembers.
    pub(super) fn names(&mut self) -> impl Iterator<Item = &mut Name> {
        [&mut self.kind, &mut self.field, &mut self.respondent, &mut self.office, &mut self.to, &mut self.ground].into_iter().flatten()
    }
}

impl Item {
    /// From its first event.
    pub(super) fn receive(event: &Event) -> Checked<Self> {
        if event.event != "received" || event.n != 0 {
            return wrong(format!("{}: its first event is {} number {}", name(event.serial), event.event, event.n));
        }
        needs(&[("text", event.text.is_some())])?;
        let told = [event.kind.is_some(), event.field.is_some(), event.respondent.is_some(), event.channel.is_some()];
        if told.iter().any(|told| *told) && !told.iter().all(|told| *told) {
            return wrong(format!("{}: received with some of kind, field, respondent and channel, but not all", name(event.serial)));
        }
        Ok(Self {
            received_on: event.on,
            field: event.field.clone(),
            respondent: event.respondent.clone(),
            office: None,
            due_on: None,
            out_on: None,
            first_due_on: None,
            kind: event.kind.clone().unwrap_or_else(|| "suggestion".into()),
            first_start: event.start.unwrap_or(event.on),
            events: 1,
            last_on: event.on,
            state: State::Received,
            left: Vec::new(),
            offices: Vec::new(),
            moves: 0,
            pauses: 0,
            clock: None,
            answered: None,
            versions: Vec::new(),
            reply: None,
            grouped: false,
            forwards: 0,
            appeal: None,
            appeals: Vec::new(),
            into: None,
            overdue_told: false,
            confirmed: false,
            withheld: Vec::new(),
            out_for: None,
            owed: None,
        })
    }

    /// Is something still to be told that belongs to the last event?
    /// The date of a new calendar may come a moment after it.
    pub(super) fn owes(&self, calendar_just_changed: bool) -> Option<String> {
        // What was sealed at receipt says so at once, whoever received it is routed at once.
        if self.state == State::Received {
            return Some("is neither routed nor sealed".to_owned());
        }
        self.owed.filter(|(_, cause)| !(calendar_just_changed && *cause == "calendar")).map(|(due, _)| format!("has no deadline event for {due}"))
    }

    fn is_paused(&self) -> bool {
        self.state == State::Supplement && self.clock.as_ref().is_some_and(|clock| clock.pauses.last().is_some_and(|(_, resumed)| resumed.is_none()))
    }

    fn is_overdue(&self, on: Date) -> bool {
        self.state.is_open() && !self.is_paused() && self.due_on.is_some_and(|due| due < on)
    }

    /// The class on a day.
    pub(super) fn class(&self, on: Date) -> &'static str {
        match (self.state, self.answered) {
            (State::Out(class), _) => class,
            (_, Some((answered, due))) => {
                if answered <= due {
                    "answered_on_time"
                } else {
                    "answered_late"
                }
            }
            _ if self.is_overdue(on) => "overdue",
            _ => "open_in_time",
        }
    }

    /// The day of the first answer.
    pub(super) fn answered_on(&self) -> Option<Date> {
        self.answered.map(|(on, _)| on)
    }

    /// Working days from the day received to that of the first answer, nothing subtracted.
    pub(super) fn working_days(&self, calendar: &Calendar) -> Option<u32> {
        let makeup = self.clock.as_ref().is_none_or(|clock| clock.makeup);
        self.answered_on().map(|on| calendar.between(self.received_on, on, makeup))
    }

    /// Why its words are not shown, as a code of a published list.
    pub(super) fn ground(&self) -> Option<&str> {
        let is_complaint = &*self.kind == "complaint";
        let erased = self.withheld.iter().find(|ground| ***ground == *"erased");
        let given = match self.state {
            State::Out("sealed") => return Some("denunciation_law"),
            State::Out("merged" | "withdrawn") => return None,
            _ if erased.is_some() => erased,
            State::Out(_) => self.out_for.as_ref(),
            _ => self.withheld.last(),
        };
        given.map(|ground| &**ground).or(is_complaint.then_some("complaint_law"))
    }

    /// The item that goes on for it.
    pub(super) fn merged_into(&self) -> Option<i64> {
        self.into.filter(|_| self.state == State::Out("merged"))
    }

    /// May anybody read its words? Those of a complaint belong to its sender and the office.
    pub(super) fn words_are_public(&self) -> bool {
        self.state == State::Answered && self.withheld.is_empty() && !matches!(&*self.kind, "complaint" | "denunciation")
    }

    /// One event more.
    pub(super) fn tell(&mut self, event: &Event, calendar: &Calendar) -> Checked<()> {
        let who = name(event.serial);
        let said = |what: String| Wrong::new(format!("{who} event {} ({}): {what}", event.n, event.event));
        if event.n != self.events {
            return Err(said(format!("number {} was to come", self.events)));
        }
        if event.on < self.last_on {
            return Err(said(format!("its day {} is before {}", event.on, self.last_on)));
        }
        if let Some((due, cause)) = self.owed.take()
            && (event.due_on != Some(due) || event.cause.as_deref() != Some(cause))
        {
            return Err(said(format!("the deadline {due} ({cause}) was to be told")));
        }
        self.apply(event, calendar).map_err(|what| said(what.0))?;
        if matches!(event.event.as_str(), "refused" | "redirected") {
            self.out_for.clone_from(&event.ground);
        }
        self.events += 1;
        self.last_on = event.on;
        Ok(())
    }

    #[allow(clippy::too_many_lines)] // The table of ACCOUNTING.md §1, row by row.
    fn apply(&mut self, event: &Event, calendar: &Calendar) -> Checked<()> {
        use State::{Answered, Drafted, Out, Received, Supplement, Waiting, Working};
        let late = self.is_overdue(event.on);
        let allowed = |allowed: bool| if allowed { Ok(()) } else { wrong("this move is not allowed where the item stands".to_owned()) };
        let at_hand = matches!(self.state, Waiting | Working);
        match event.event.as_str() {
            "routed" => {
                allowed(self.state == Received && self.field.is_some())?;
                needs(&[("office", event.office.is_some()), ("rule", event.rule.is_some())])?;
                let office = event.office.clone().unwrap_or_default();
                let days = calendar.answer_days(&self.kind, self.field.as_deref(), self.received_on);
                let clock = Clock { start: self.first_start, days, makeup: calendar.counts_makeup(&office), pauses: Vec::new() };
                self.owed = Some((clock.due(calendar), "received"));
                self.clock = Some(clock);
                self.have(office);
                self.state = Waiting;
            }
            "taken" | "assigned" => {
                allowed(at_hand)?;
                self.state = Working;
            }
            "forwarded" => {
                allowed(at_hand)?;
                needs(&[("to", event.to.is_some()), ("reason", event.reason.is_some())])?;
                if event.from.as_ref().and_then(|from| from.as_str()) != self.office.as_deref() {
                    return wrong("it does not come from the office in charge");
                }
                let to = event.to.clone().unwrap_or_default();
                if !late && !self.offices.contains(&to) && self.moves < TWICE {
                    self.moves += 1;
                    if let Some(clock) = &mut self.clock {
                        *clock = Clock { start: event.on, days: clock.days, makeup: calendar.counts_makeup(&to), pauses: Vec::new() };
                    }
                    self.move_deadline(calendar, "forwarded");
                }
                self.forwards += 1;
                self.have(to);
                self.state = Waiting;
            }
            "reclassified" => {
                allowed(self.state.is_open())?;
                needs(&[("kind", event.kind.is_some()), ("reason", event.reason.is_some())])?;
                self.kind = event.kind.clone().unwrap_or_default();
                let days = calendar.answer_days(&self.kind, self.field.as_deref(), self.received_on);
                if let Some(clock) = self.clock.as_mut().filter(|clock| !late && clock.days != days) {
                    clock.days = days;
                    self.move_deadline(calendar, "reclassified");
                }
            }
            "supplement_requested" => {
                allowed(at_hand)?;
                let until = event.until.ok_or_else(|| Wrong::new("until is missing".to_owned()))?;
                let makeup = self.clock.as_ref().is_none_or(|clock| clock.makeup);
                if until <= event.on || calendar.between(event.on, until, makeup) > SUPPLEMENT_DAYS {
                    return wrong(format!("it waits until {until}, and may for {SUPPLEMENT_DAYS} working days"));
                }
                if !late && self.pauses < TWICE {
                    self.pauses += 1;
                    self.clock.iter_mut().for_each(|clock| clock.pauses.push((event.on, None)));
                }
                self.state = Supplement;
            }
            "supplemented" | "supplement_lapsed" => {
                allowed(self.state == Supplement)?;
                let paused = self.is_paused();
                self.state = Working;
                if let Some((_, resumed)) = self.clock.as_mut().and_then(|clock| clock.pauses.last_mut()).filter(|_| paused) {
                    *resumed = Some(event.on);
                    self.move_deadline(calendar, "supplement");
                }
            }
            "drafted" => {
                allowed(self.state == Working)?;
                self.state = Drafted;
            }
            "returned" => {
                allowed(self.state == Drafted)?;
                needs(&[("reason", event.reason.is_some())])?;
                self.state = Working;
            }
            "answered" | "answer_revised" => {
                let first = event.event == "answered";
                allowed(self.state == if first { Drafted } else { Answered })?;
                needs(&[("question", event.question.is_some()), ("answer", event.answer.is_some())])?;
                let number = u32::try_from(self.versions.len() + 1).unwrap_or(u32::MAX);
                if event.version != Some(number) {
                    return wrong(format!("version {number} was to come"));
                }
                if event.by != "approver" && event.by != "head" {
                    return wrong("nobody approved it");
                }
                if event.grouped.is_some_and(|lowest| lowest > event.serial) {
                    return wrong("a group is named by its lowest number");
                }
                let commitment = |words: &Option<String>| decoded(words.as_deref().unwrap_or_default());
                self.versions.push(Version {
                    on: event.on,
                    office: self.office.clone().unwrap_or_default(),
                    question: commitment(&event.question)?,
                    answer: commitment(&event.answer)?,
                });
                self.reply = None;
                if first {
                    self.grouped = event.grouped.is_some();
                }
                if first && self.answered.is_none() {
                    self.answered = self.due_on.map(|due| (event.on, due));
                }
                self.state = Answered;
            }
            "merged" => {
                allowed(self.state.is_open())?;
                needs(&[("into", event.into.is_some())])?;
                self.into = event.into;
                self.leave("merged", event.on);
            }
            "refused" => {
                allowed(self.state.is_open())?;
                needs(&[("ground", event.ground.is_some())])?;
                match event.class.as_deref() {
                    Some("out_of_scope") => self.leave("out_of_scope", event.on),
                    Some("spam") => self.leave("spam", event.on),
                    _ => return wrong("it is refused as nothing that there is"),
                }
            }
            "redirected" => {
                allowed(self.state.is_open())?;
                needs(&[("ground", event.ground.is_some())])?;
                self.leave("redirected", event.on);
            }
            "withdrawn" => {
                allowed(self.state.is_open())?;
                self.leave("withdrawn", event.on);
            }
            "sealed" => {
                allowed(!matches!(self.state, Out("withdrawn" | "sealed")))?;
                self.leave("sealed", event.on);
            }
            "seal_confirmed" => {
                allowed(self.state == Out("sealed") && !self.confirmed)?;
                self.confirmed = true;
            }
            "restored" => {
                allowed(matches!(self.state, Out("merged" | "out_of_scope" | "spam" | "redirected")) || self.state == Out("sealed") && !self.confirmed)?;
                needs(&[("reason", event.reason.is_some()), ("field", self.field.is_some() || event.field.is_some())])?;
                if self.field.is_none() {
                    self.field.clone_from(&event.field);
                }
                (self.state, self.out_on) = self.left.pop().unwrap_or((Received, None));
            }
            "deadline_set" | "deadline_moved" => {
                let due = event.due_on.ok_or_else(|| Wrong::new("due_on is missing".to_owned()))?;
                let first = event.event == "deadline_set";
                allowed(if first { self.state == Waiting && self.due_on.is_none() } else { self.state.is_open() && self.due_on.is_some() })?;
                let expected = self.clock.as_ref().map(|clock| clock.due(calendar));
                if expected != Some(due) {
                    return wrong(format!(
                        "it says {due}; by the calendar in force it is {}",
                        expected.map_or_else(|| "none".to_owned(), |due| due.to_string())
                    ));
                }
                let from = event.from.as_ref().and_then(|from| from.as_str()?.parse::<Date>().ok());
                if !first && from != self.due_on {
                    return wrong("it does not come from the deadline in force");
                }
                self.due_on = Some(due);
                self.first_due_on.get_or_insert(due);
            }
            "overdue" => {
                allowed(!self.overdue_told && late)?;
                if event.since != self.due_on.map(super::calendar::next) {
                    return wrong("it is not late since the day after its deadline");
                }
                self.overdue_told = true;
            }
            "withheld" => {
                let ground = event.ground.clone().ok_or_else(|| Wrong::new("ground is missing".to_owned()))?;
                if !self.withheld.contains(&ground) {
                    self.withheld.push(ground);
                }
            }
            "shown" => {
                allowed(event.ground.as_ref().is_some_and(|ground| self.withheld.contains(ground)))?;
                self.withheld.retain(|held| Some(held) != event.ground.as_ref());
            }
            "reply" => {
                allowed(self.state == Answered && self.reply.is_none())?;
                let said = ["yes", "no", "none"].into_iter().find(|said| event.reply.as_deref() == Some(said));
                let said = said.ok_or_else(|| Wrong::new("nothing is said that can be said"))?;
                needs(&[("reason", said != "no" || event.reason.is_some())])?;
                if event.version != u32::try_from(self.versions.len()).ok() {
                    return wrong("it is not about the latest version");
                }
                if (said == "none") != (event.by == "system") {
                    return wrong("silence is the service's to tell, words are the sender's");
                }
                self.reply = Some(said);
                self.appeal = self.appeal.filter(|answered| !answered);
            }
            "appealed" => {
                allowed(self.state == Answered && self.reply == Some("no") && self.appeal.is_none())?;
                needs(&[("to", event.to.is_some()), ("until", event.until.is_some())])?;
                let to = event.to.clone().unwrap_or_default();
                let days = calendar.answer_days(&self.kind, self.field.as_deref(), event.on);
                let until = calendar.add(event.on, days, calendar.counts_makeup(&to));
                if event.until != Some(until) {
                    return wrong(format!("by the calendar in force the appeal is to be answered by {until}"));
                }
                if event.by != "sender" {
                    return wrong("only its sender may appeal");
                }
                self.appeal = Some(false);
                self.appeals.push(Appeal { office: to, on: event.on, until, answered: None });
            }
            "appeal_answered" => {
                allowed(self.state == Answered && self.appeal == Some(false))?;
                needs(&[("answer", event.answer.is_some())])?;
                if event.by != "approver" {
                    return wrong("nobody approved it");
                }
                let committed = decoded(event.answer.as_deref().unwrap_or_default())?;
                if let Some(last) = self.appeals.last_mut() {
                    last.answered = Some((event.on, committed));
                }
                self.appeal = Some(true);
            }
            other => return wrong(format!("{other} is no event of an opinion")),
        }
        Ok(())
    }

    fn move_deadline(&mut self, calendar: &Calendar, cause: &'static str) {
        let due = self.clock.as_ref().map(|clock| clock.due(calendar));
        self.owed = due.filter(|due| Some(*due) != self.due_on).map(|due| (due, cause));
    }

    /// A new calendar is in force: an open item whose deadline it moves says so next.
    pub(super) fn owe_for(&mut self, calendar: &Calendar) {
        if self.state.is_open() {
            self.move_deadline(calendar, "calendar");
        }
    }

    fn have(&mut self, office: Name) {
        if !self.offices.contains(&office) {
            self.offices.push(office.clone());
        }
        self.office = Some(office);
    }

    fn leave(&mut self, class: &'static str, on: Date) {
        self.left.push((self.state, self.out_on));
        self.state = State::Out(class);
        self.out_on = Some(on);
    }
}

/// The 32 bytes of a commitment.
fn decoded(commitment: &str) -> Checked<[u8; 32]> {
    STANDARD.decode(commitment).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| Wrong::new("a commitment is no SHA-256".to_owned()))
}

/// A number as people know it.
pub(super) fn name(serial: i64) -> String {
    format!("HD-{serial:06}")
}

fn needs(named: &[(&str, bool)]) -> Checked<()> {
    match named.iter().find(|(_, there)| !there) {
        Some((missing, _)) => wrong(format!("{missing} is missing")),
        None => Ok(()),
    }
}
