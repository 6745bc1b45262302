//! The life of one opinion (ACCOUNTING.md §1 to §3): which move is allowed in
//! which state, what a move does to the deadline, and the one class that an
//! item has on any day. Everything here is a fold over its events.

use super::calendar::Calendar;
use super::coded::words;
use super::deadline::{Clock, MOST_FORWARDS, MOST_PAUSES, Pause};
use super::error::Problem;
use super::event::{Appeal, Cause, Entry, Event, EventName, RefusedAs, Replied};
use super::time::Day;
use super::words::{By, Channel, FieldCode, Ground, Kind, OfficeCode, Respondent, Serial};

words! {
    /// Where an item stands.
    State {
        /// Stored and not yet with an office: within one transaction only, or restored without an office.
        Received = "received",
        /// With an office, nobody has taken it.
        Waiting = "waiting",
        /// Somebody works on it.
        Working = "working",
        /// The sender was asked for more.
        Supplement = "supplement",
        /// An answer waits for approval.
        Drafted = "drafted",
        /// Published.
        Answered = "answered",
        /// The same as another item.
        Merged = "merged",
        /// Refused: not for a public office.
        OutOfScope = "out_of_scope",
        /// Refused: advertising, nonsense.
        Spam = "spam",
        /// A complaint, told where to go.
        Redirected = "redirected",
        /// A denunciation.
        Sealed = "sealed",
        /// Taken back by its sender.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// The ten classes; each item has exactly one on any day (ACCOUNTING.md §3).
    Class {
        /// First answered on or before its deadline.
        AnsweredOnTime = "answered_on_time",
        /// First answered after its deadline, for ever.
        AnsweredLate = "answered_late",
        /// Not answered, deadline not passed, or the clock paused.
        OpenInTime = "open_in_time",
        /// Not answered, deadline passed.
        Overdue = "overdue",
        /// The same as another item.
        Merged = "merged",
        /// Refused: not for a public office.
        OutOfScope = "out_of_scope",
        /// Refused: advertising, nonsense.
        Spam = "spam",
        /// A complaint, told where to go.
        Redirected = "redirected",
        /// A denunciation.
        Sealed = "sealed",
        /// Taken back by its sender.
        Withdrawn = "withdrawn",
    }
}

impl State {
    /// Waiting, working, supplement, drafted. Received is on its way there, within one transaction.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Waiting | Self::Working | Self::Supplement | Self::Drafted => true,
            Self::Received | Self::Answered | Self::Merged | Self::OutOfScope | Self::Spam | Self::Redirected | Self::Sealed | Self::Withdrawn => false,
        }
    }

    /// The class of a state that is out.
    pub const fn out_class(self) -> Option<Class> {
        match self {
            Self::Merged => Some(Class::Merged),
            Self::OutOfScope => Some(Class::OutOfScope),
            Self::Spam => Some(Class::Spam),
            Self::Redirected => Some(Class::Redirected),
            Self::Sealed => Some(Class::Sealed),
            Self::Withdrawn => Some(Class::Withdrawn),
            Self::Received | Self::Waiting | Self::Working | Self::Supplement | Self::Drafted | Self::Answered => None,
        }
    }
}

/// A sender has at most this many working days to add something.
pub const LONGEST_SUPPLEMENT: u32 = 10;

/// What the rules of the day say: the calendar, the answer days, each office's choice.
pub trait Terms {
    /// The calendar in force.
    fn calendar(&self) -> &Calendar;
    /// Working days for an answer to this kind and field, in force on the day received.
    fn answer_days(&self, kind: Kind, field: Option<&FieldCode>, received: Day) -> u32;
    /// Does the office count make-up Saturdays?
    fn counts_makeup(&self, office: &OfficeCode) -> bool;
}

/// The first answer: its day never changes, nor the deadline that was in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstAnswer {
    /// The day of publication.
    pub on: Day,
    /// The deadline in force that day.
    pub due_on: Day,
}

/// An item as its events left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its public number.
    pub serial: Serial,
    /// How many events it has: the next one's number.
    pub events: u32,
    /// The day of its last event.
    pub last_on: Day,
    /// Its kind now; `suggestion` where none was named.
    pub kind: Kind,
    /// The field at receipt, or named when it was restored.
    pub field: Option<FieldCode>,
    /// Who spoke, unless sealed at receipt.
    pub respondent: Option<Respondent>,
    /// How it came in, unless sealed at receipt.
    pub channel: Option<Channel>,
    /// The day received.
    pub received_on: Day,
    /// Day 0 before any forwarding: the day received, or of import.
    pub first_start: Day,
    /// Where it stands.
    pub state: State,
    /// The states that it left when it went out, oldest first, each with the day on which it had gone out before.
    pub left: Vec<(State, Option<Day>)>,
    /// The day on which it went to the state that it is out in.
    pub out_on: Option<Day>,
    /// The office in charge.
    pub office: Option<OfficeCode>,
    /// In the coordinating office's tray, with no office found by rule.
    pub in_tray: bool,
    /// Every office that had it.
    pub offices: Vec<OfficeCode>,
    /// Forwardings that moved the start.
    pub moves: usize,
    /// All forwardings.
    pub forwards: usize,
    /// Requests that paused the clock.
    pub pauses: usize,
    /// What the deadline follows from.
    pub clock: Option<Clock>,
    /// The deadline.
    pub due_on: Option<Day>,
    /// The first deadline.
    pub first_due_on: Option<Day>,
    /// The first answer.
    pub first_answer: Option<FirstAnswer>,
    /// The number of published versions.
    pub versions: u32,
    /// Its lateness was recorded.
    pub overdue_recorded: bool,
    /// The receiver confirmed the seal.
    pub seal_confirmed: bool,
    /// It was sealed before it had a public field.
    pub sealed_at_receipt: bool,
    /// The grounds on which its words are withheld; shown again when none is left.
    pub withheld: Vec<Ground>,
    /// The item that it was merged into.
    pub merged_into: Option<Serial>,
    /// Until when the sender was last asked for more.
    pub waits_until: Option<Day>,
    /// Whether the latest version of the answer helped, as its sender says.
    pub reply: Option<Replied>,
    /// The first answer was one for many.
    pub grouped: bool,
    /// How far the appeal is that followed from the last no.
    pub appeal: Option<Appeal>,
    /// The office that was asked last.
    pub appealed_to: Option<OfficeCode>,
}

impl Item {
    /// A new item from its first event.
    pub fn receive(serial: Serial, on: Day, by: By, received: Event) -> Result<(Self, Entry), Problem> {
        let Event::Received { kind, field, respondent, channel, start, .. } = &received else {
            return Err(Problem::Internal(format!("{serial}: an item begins with received, not {}", received.name())));
        };
        let item = Self {
            serial,
            events: 1,
            last_on: on,
            kind: kind.unwrap_or(Kind::Suggestion),
            field: field.clone(),
            respondent: *respondent,
            channel: *channel,
            received_on: on,
            first_start: start.unwrap_or(on),
            state: State::Received,
            left: Vec::new(),
            out_on: None,
            office: None,
            in_tray: false,
            offices: Vec::new(),
            moves: 0,
            forwards: 0,
            pauses: 0,
            clock: None,
            due_on: None,
            first_due_on: None,
            first_answer: None,
            versions: 0,
            overdue_recorded: false,
            seal_confirmed: false,
            sealed_at_receipt: kind.is_none(),
            withheld: Vec::new(),
            merged_into: None,
            waits_until: None,
            reply: None,
            grouped: false,
            appeal: None,
            appealed_to: None,
        };
        Ok((item, Entry { n: 0, on, by, event: received }))
    }

    /// Builds an item from all its events, as they were recorded.
    pub fn replay(serial: Serial, entries: &[Entry], terms: &dyn Terms) -> Result<Self, Problem> {
        let broken = |n: u32, what: &str| Problem::Internal(format!("{serial} event {n}: {what}"));
        let (first, rest) = entries.split_first().ok_or_else(|| broken(0, "it is missing, and all others with it"))?;
        if first.n != 0 {
            return Err(broken(first.n, "event 0 is missing"));
        }
        let (mut item, _) = Self::receive(serial, first.on, first.by, first.event.clone())?;
        for entry in rest {
            if entry.n != item.events {
                return Err(broken(entry.n, &format!("event {} was to come", item.events)));
            }
            if entry.on < item.last_on {
                return Err(broken(entry.n, "its day goes back"));
            }
            if !item.allows(entry.event.name(), entry.on) {
                return Err(broken(entry.n, &format!("{} is not allowed in state {}", entry.event.name(), item.state)));
            }
            item.check_payload(&entry.event)?;
            item.apply(entry.on, &entry.event, terms);
        }
        Ok(item)
    }

    /// Records a move: the event itself and the deadline event that follows from it, if one does.
    ///
    /// # Errors
    /// [`Problem::Move`] names the moves that are possible now.
    pub fn record(&mut self, on: Day, by: By, event: Event, terms: &dyn Terms) -> Result<Vec<Entry>, Problem> {
        // A clock that jumps back must not make days go back.
        let on = on.max(self.last_on);
        let name = event.name();
        if !self.allows(name, on) {
            return Err(Problem::Move { tried: name.as_str(), possible: self.possible(on) });
        }
        self.check_payload(&event)?;
        if let Event::SupplementRequested { until } = event {
            // Only here and not at replay: a later calendar does not make an old request wrong.
            let makeup = self.clock.as_ref().is_none_or(|c| c.makeup);
            if !(1..=LONGEST_SUPPLEMENT).contains(&terms.calendar().between(on, until, makeup)) {
                return Err(Problem::Internal(format!("{}: a sender has 1 to {LONGEST_SUPPLEMENT} working days", self.serial)));
            }
        }
        let mut entries = vec![Entry { n: self.events, on, by, event: event.clone() }];
        let before = self.clock.clone();
        self.apply(on, &event, terms);
        // A move that left the clock alone moves nothing, whatever else changed in the meantime.
        let clock_moved = self.clock != before;
        let consequence = match event {
            Event::Routed { .. } => self.first_deadline(terms),
            Event::Forwarded { .. } if clock_moved => self.moved_deadline(Cause::Forwarded, terms),
            Event::Supplemented { .. } | Event::SupplementLapsed if clock_moved => self.moved_deadline(Cause::Supplement, terms),
            Event::Reclassified { .. } if clock_moved => self.moved_deadline(Cause::Reclassified, terms),
            _ => None,
        };
        if let Some(event) = consequence {
            entries.push(Entry { n: self.events, on, by: By::System, event: event.clone() });
            self.apply(on, &event, terms);
        }
        Ok(entries)
    }

    /// What the payload must say in this state, beside being allowed at all.
    fn check_payload(&self, event: &Event) -> Result<(), Problem> {
        let fits = match event {
            Event::Restored { field, .. } => self.field.is_some() || field.is_some(),
            Event::Answered { version, .. } | Event::AnswerRevised { version, .. } => *version == self.versions + 1,
            Event::Shown { ground } => self.withheld.contains(ground),
            Event::Reply { reply, version, reason, .. } => *version == self.versions && reason.is_some() == (*reply == Replied::No),
            _ => true,
        };
        if fits { Ok(()) } else { Err(Problem::Internal(format!("{}: the payload of {} does not fit", self.serial, event.name()))) }
    }

    /// Records the move that a changed calendar asks for, if it asks for one.
    pub fn recalendar(&mut self, on: Day, terms: &dyn Terms) -> Option<Entry> {
        if !self.state.is_open() {
            return None;
        }
        let event = self.moved_deadline(Cause::Calendar, terms)?;
        let on = on.max(self.last_on);
        let entry = Entry { n: self.events, on, by: By::System, event: event.clone() };
        self.apply(on, &event, terms);
        Some(entry)
    }

    /// The day that an event recorded on a day gets: days never go back within an item.
    pub fn day_of(&self, today: Day) -> Day {
        today.max(self.last_on)
    }

    /// The one total function: is this event allowed now? (ACCOUNTING.md §1)
    pub fn allows(&self, event: EventName, on: Day) -> bool {
        use State::{Answered, Drafted, Merged, OutOfScope, Received, Redirected, Sealed, Spam, Supplement, Waiting, Withdrawn, Working};
        match event {
            EventName::Received => false,
            EventName::Routed => self.state == Received && self.field.is_some(),
            EventName::Taken | EventName::Assigned | EventName::Forwarded | EventName::SupplementRequested => match self.state {
                Waiting | Working => true,
                Received | Supplement | Drafted | Answered | Merged | OutOfScope | Spam | Redirected | Sealed | Withdrawn => false,
            },
            EventName::Reclassified | EventName::Merged | EventName::Refused | EventName::Redirected | EventName::Withdrawn => self.state.is_open(),
            EventName::Supplemented | EventName::SupplementLapsed => self.state == Supplement,
            EventName::Drafted => self.state == Working,
            EventName::Returned | EventName::Answered => self.state == Drafted,
            EventName::AnswerRevised => self.state == Answered,
            EventName::Sealed => match self.state {
                Withdrawn | Sealed => false,
                Received | Waiting | Working | Supplement | Drafted | Answered | Merged | OutOfScope | Spam | Redirected => true,
            },
            EventName::SealConfirmed => self.state == Sealed && !self.seal_confirmed,
            EventName::Restored => match self.state {
                Merged | OutOfScope | Spam | Redirected => true,
                Sealed => !self.seal_confirmed,
                Received | Waiting | Working | Supplement | Drafted | Answered | Withdrawn => false,
            },
            EventName::DeadlineSet => self.state == Waiting && self.due_on.is_none(),
            EventName::DeadlineMoved => self.state.is_open() && self.due_on.is_some(),
            EventName::Overdue => !self.overdue_recorded && self.is_overdue(on),
            EventName::Withheld => true,
            EventName::Shown => !self.withheld.is_empty(),
            EventName::Reply => self.state == Answered && self.reply.is_none(),
            EventName::Appealed => self.state == Answered && self.reply == Some(Replied::No) && self.appeal.is_none(),
            EventName::AppealAnswered => self.state == Answered && self.appeal == Some(Appeal::Open),
        }
    }

    /// The moves that are possible on a day, in the order of the list.
    pub fn possible(&self, on: Day) -> Vec<&'static str> {
        EventName::ALL.iter().filter(|e| self.allows(**e, on)).map(|e| e.as_str()).collect()
    }

    /// Open, not paused, and the deadline has passed.
    pub fn is_overdue(&self, on: Day) -> bool {
        self.state.is_open() && !self.is_paused() && self.due_on.is_some_and(|due| due < on)
    }

    /// Its words were erased at the sender's request: nothing more is published of it.
    pub fn is_erased(&self) -> bool {
        self.withheld.iter().any(|ground| ground.as_str() == super::visibility::ERASED)
    }

    /// In supplement with the clock paused.
    pub fn is_paused(&self) -> bool {
        self.state == State::Supplement && self.clock.as_ref().is_some_and(Clock::is_paused)
    }

    /// The class on a day on or after the last event (ACCOUNTING.md §3).
    pub fn class(&self, on: Day) -> Class {
        if let Some(class) = self.state.out_class() {
            return class;
        }
        if let Some(first) = self.first_answer {
            return if first.on <= first.due_on { Class::AnsweredOnTime } else { Class::AnsweredLate };
        }
        if self.is_overdue(on) { Class::Overdue } else { Class::OpenInTime }
    }

    /// Would forwarding to this office on this day move the start? (ACCOUNTING.md §2)
    pub fn forwarding_moves_start(&self, to: &OfficeCode, on: Day) -> bool {
        !self.is_overdue(on) && !self.offices.contains(to) && self.moves < MOST_FORWARDS
    }

    fn first_deadline(&self, terms: &dyn Terms) -> Option<Event> {
        let due_on = self.clock.as_ref()?.due_on(terms.calendar());
        Some(Event::DeadlineSet { due_on, cause: Cause::Received })
    }

    fn moved_deadline(&self, cause: Cause, terms: &dyn Terms) -> Option<Event> {
        let from = self.due_on?;
        let due_on = self.clock.as_ref()?.due_on(terms.calendar());
        (due_on != from).then_some(Event::DeadlineMoved { due_on, cause, from })
    }

    /// What an allowed event does. Callers have asked [`Item::allows`].
    fn apply(&mut self, on: Day, event: &Event, terms: &dyn Terms) {
        self.events += 1;
        let late = self.is_overdue(on);
        match event {
            Event::Received { .. } => {}
            Event::Routed { office, rule } => {
                self.in_tray = rule == super::routing::TRAY;
                self.have(office);
                self.state = State::Waiting;
                let days = terms.answer_days(self.kind, self.field.as_ref(), self.received_on);
                self.clock = Some(Clock::from(self.first_start, days, terms.counts_makeup(office)));
            }
            Event::Taken | Event::Assigned => self.state = State::Working,
            Event::Forwarded { to, .. } => {
                if self.forwarding_moves_start(to, on) {
                    self.moves += 1;
                    if let Some(clock) = &mut self.clock {
                        *clock = Clock::from(on, clock.days, terms.counts_makeup(to));
                    }
                }
                self.forwards += 1;
                self.in_tray = false;
                self.have(to);
                self.state = State::Waiting;
            }
            Event::Reclassified { kind, .. } => {
                self.kind = *kind;
                if !late && let Some(clock) = &mut self.clock {
                    clock.days = terms.answer_days(*kind, self.field.as_ref(), self.received_on);
                }
            }
            Event::SupplementRequested { until } => {
                self.waits_until = Some(*until);
                if !late && self.pauses < MOST_PAUSES {
                    self.pauses += 1;
                    if let Some(clock) = &mut self.clock {
                        clock.pauses.push(Pause { asked: on, resumed: None });
                    }
                }
                self.state = State::Supplement;
            }
            Event::Supplemented { .. } | Event::SupplementLapsed => {
                if let Some(pause) = self.clock.as_mut().and_then(|c| c.pauses.last_mut()).filter(|p| p.resumed.is_none()) {
                    pause.resumed = Some(on);
                }
                self.state = State::Working;
            }
            Event::Drafted => self.state = State::Drafted,
            Event::Returned { .. } => self.state = State::Working,
            Event::Answered { version, grouped, .. } => {
                self.versions = *version;
                self.reply = None;
                self.grouped = grouped.is_some();
                if self.first_answer.is_none() {
                    self.first_answer = Some(FirstAnswer { on, due_on: self.due_on.unwrap_or(on) });
                }
                self.state = State::Answered;
            }
            Event::AnswerRevised { version, .. } => {
                self.versions = *version;
                self.reply = None;
            }
            Event::Merged { into } => {
                self.merged_into = Some(*into);
                self.leave(State::Merged, on);
            }
            Event::Refused { class, .. } => match class {
                RefusedAs::OutOfScope => self.leave(State::OutOfScope, on),
                RefusedAs::Spam => self.leave(State::Spam, on),
            },
            Event::Redirected { .. } => self.leave(State::Redirected, on),
            Event::Sealed => self.leave(State::Sealed, on),
            Event::SealConfirmed => self.seal_confirmed = true,
            Event::Withdrawn => self.leave(State::Withdrawn, on),
            Event::Restored { field, .. } => {
                if self.field.is_none() {
                    self.field = field.clone();
                }
                if self.state == State::Merged {
                    self.merged_into = None;
                }
                (self.state, self.out_on) = self.left.pop().unwrap_or((State::Received, None));
            }
            Event::DeadlineSet { due_on, .. } => {
                self.due_on = Some(*due_on);
                self.first_due_on = self.first_due_on.or(Some(*due_on));
            }
            Event::DeadlineMoved { due_on, .. } => self.due_on = Some(*due_on),
            Event::Overdue { .. } => self.overdue_recorded = true,
            Event::Withheld { ground } => {
                if !self.withheld.contains(ground) {
                    self.withheld.push(ground.clone());
                }
            }
            Event::Shown { ground } => self.withheld.retain(|held| held != ground),
            Event::Reply { reply, .. } => {
                self.reply = Some(*reply);
                // What was appealed against is answered; a new no may be appealed against again.
                self.appeal = self.appeal.filter(|appeal| *appeal == Appeal::Open);
            }
            Event::Appealed { to, .. } => {
                self.appeal = Some(Appeal::Open);
                self.appealed_to = Some(to.clone());
            }
            Event::AppealAnswered { .. } => self.appeal = Some(Appeal::Answered),
        }
        self.last_on = on;
    }

    fn have(&mut self, office: &OfficeCode) {
        if !self.offices.contains(office) {
            self.offices.push(office.clone());
        }
        self.office = Some(office.clone());
    }

    fn leave(&mut self, out: State, on: Day) {
        self.left.push((self.state, self.out_on));
        self.state = out;
        self.out_on = Some(on);
    }
}
