//! The life of an opinion, held against ACCOUNTING.md: its deadline (§2), how
//! it is counted (§3, §4), its moves (§1), random lives, the ledger's names.
//! What the code does otherwise than the page stands in `disagreements`.

use std::fmt::Debug;
use std::str::FromStr;
use std::sync::LazyLock;

use hoidap::domain::accounting::{Counts, Promise};
use hoidap::domain::calendar::{Calendar, CalendarDay, DayKind, Status};
use hoidap::domain::commitment::{Commitment, Salt};
use hoidap::domain::error::Problem;
use hoidap::domain::event::{Cause, Entry, Event, EventName, RefusedAs, RestoreReason};
use hoidap::domain::feedback::{Class, Item, State, Terms};
use hoidap::domain::time::Day;
use hoidap::domain::words::{By, Channel, FieldCode, Kind, OfficeCode, Respondent, Serial, Words};

/// The coordinating office, whose tray takes what no rule fits.
const TRAY: &str = "kcn-vp";
const LAND: &str = "so-nnmt";
const BUILD: &str = "so-xd";
/// Does not count make-up Saturdays; the others do.
const WARD: &str = "31507";
/// What ACCOUNTING.md §1 calls open.
const OPEN: [State; 4] = [State::Waiting, State::Working, State::Supplement, State::Drafted];

/// The days off and the make-up Saturdays of 2026 (DOMAIN.md §4).
const OFF: &str = "1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9 24/11";
const MADE_UP: &str = "10/1 22/8";

/// One or more of each event, as the ledger writes them.
const LEAVES: &str = r#"{"event":"received","kind":"report","field":"land","respondent":"citizen","channel":"kiosk","text":"c=","start":"2026-10-02"}
{"event":"received","text":"c="}
{"event":"routed","office":"so-nnmt","rule":"field:land"}
{"event":"taken"}
{"event":"assigned"}
{"event":"forwarded","from":"so-nnmt","to":"so-xd","reason":"other"}
{"event":"forwarded","from":"so-nnmt","to":"31507","reason":"other","note":"c="}
{"event":"forwarded","from":"so-nnmt","to":"kcn-vp","reason":"other"}
{"event":"forwarded","from":"so-xd","to":"so-nnmt","reason":"other"}
{"event":"reclassified","kind":"question","reason":"other"}
{"event":"reclassified","kind":"report","reason":"other","note":"c="}
{"event":"supplement_requested","until":"2026-10-15"}
{"event":"supplemented","text":"c="}
{"event":"supplement_lapsed"}
{"event":"drafted"}
{"event":"returned","reason":"other","note":"c="}
{"event":"answered","office":"so-nnmt","version":1,"question":"c=","answer":"c="}
{"event":"answered","office":"so-nnmt","version":1,"question":"c=","answer":"c=","grouped":3}
{"event":"answer_revised","version":2,"question":"c=","answer":"c="}
{"event":"merged","into":1}
{"event":"refused","class":"spam","ground":"other","note":"c="}
{"event":"refused","class":"out_of_scope","ground":"other"}
{"event":"redirected","ground":"other","note":"c="}
{"event":"sealed"}
{"event":"seal_confirmed"}
{"event":"withdrawn"}
{"event":"restored","reason":"not_confirmed","field":"build","note":"c="}
{"event":"deadline_set","due_on":"2026-10-22","cause":"received"}
{"event":"deadline_moved","due_on":"2026-10-29","cause":"forwarded","from":"2026-10-22"}
{"event":"overdue","since":"2026-10-23"}
{"event":"withheld","ground":"other"}
{"event":"shown","ground":"other"}
{"event":"reply","reply":"yes","version":1}
{"event":"reply","reply":"no","version":1,"reason":"not_done","note":"c="}
{"event":"reply","reply":"none","version":1}
{"event":"appealed","to":"so-nnmt","until":"2026-11-20"}
{"event":"appeal_answered","answer":"c="}"#;

static EXAMPLES: LazyLock<Vec<Event>> = LazyLock::new(|| LEAVES.lines().map(|l| serde_json::from_str(l).unwrap()).collect());

/// An event of a name, fit for the item; `choice` picks among the examples.
fn event(name: EventName, choice: usize, item: &Item, on: Day) -> Event {
    let examples: Vec<&Event> = EXAMPLES.iter().filter(|e| e.name() == name).collect();
    match examples[choice % examples.len()].clone() {
        Event::SupplementRequested { .. } => Event::SupplementRequested { until: on.plus(10) },
        Event::AnswerRevised { question, answer, .. } => Event::AnswerRevised { version: item.versions + 1, question, answer },
        Event::Reply { reply, reason, note, .. } => Event::Reply { reply, version: item.versions, reason, note },
        event => event,
    }
}

/// What comes in with a field, a respondent and a channel, or sealed with none of them.
fn received(cell: Option<(&str, Respondent, Channel)>) -> Event {
    let text = Commitment::to(Salt(std::array::from_fn(|i| i as u8)), "Đề nghị bố trí thêm ghế ngồi chờ ở quầy đất đai.");
    let kind = cell.map(|_| Kind::Suggestion);
    Event::Received { kind, field: cell.map(|c| code(c.0)), respondent: cell.map(|c| c.1), channel: cell.map(|c| c.2), text, start: None }
}

/// A day of 2026 as the page writes it: `8/10`.
fn day(text: &str) -> Day {
    let (day, month) = text.split_once('/').unwrap();
    Day::new(2026, month.parse().unwrap(), day.parse().unwrap()).unwrap()
}

fn code<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// The rules of the tests: A = 15, and 10 for a question.
#[derive(Debug, Clone)]
struct Rules(Calendar);

impl Rules {
    fn without(left_out: &str) -> Self {
        let row = |kind, text: &str| CalendarDay { day: day(text), kind, status: Status::Official, name: Words::default(), source: String::new() };
        let off = OFF.split(' ').filter(|d| *d != left_out).map(|d| row(DayKind::Holiday, d));
        Self(Calendar::new(off.chain(MADE_UP.split(' ').map(|d| row(DayKind::MakeupWork, d)))))
    }
    fn of_2026() -> Self {
        Self::without("")
    }
    fn before_the_new_holiday() -> Self {
        Self::without("24/11")
    }
}

impl Terms for Rules {
    fn calendar(&self) -> &Calendar {
        &self.0
    }
    fn answer_days(&self, kind: Kind, _: Option<&FieldCode>, _: Day) -> u32 {
        if kind == Kind::Question { 10 } else { 15 }
    }
    fn counts_makeup(&self, office: &OfficeCode) -> bool {
        office.as_str() != WARD
    }
}

/// An item with everything that was recorded of it.
#[derive(Debug, Clone)]
struct Story {
    item: Item,
    entries: Vec<Entry>,
    rules: Rules,
}

/// One method a verb; `story.asked("6/10")` must be allowed.
macro_rules! verbs {
    ($($verb:ident => $name:ident),+ $(,)?) => {
        impl Story { $(fn $verb(self, on: &str) -> Self { let event = event(EventName::$name, 0, &self.item, day(on)); self.does(on, event) })+ }
    };
}

verbs! {
    taken => Taken, asked => SupplementRequested, supplemented => Supplemented, lapsed => SupplementLapsed, drafted => Drafted,
    published => Answered, revised => AnswerRevised, merged => Merged, redirected => Redirected, sealed => Sealed,
    confirmed => SealConfirmed, withdrawn => Withdrawn, restored => Restored, late => Overdue, withheld => Withheld, shown => Shown,
    appealed => Appealed,
}

impl Story {
    fn arrives(on: Day, cell: Option<(&str, Respondent, Channel)>, rules: Rules) -> Self {
        let (item, first) = Item::receive(Serial(1158), on, By::Sender, received(cell)).unwrap();
        Self { item, entries: vec![first], rules }
    }
    /// Stored, and not yet with an office.
    fn stored(on: &str) -> Self {
        Self::arrives(day(on), Some(("land", Respondent::Citizen, Channel::Web)), Rules::of_2026())
    }
    fn received(on: &str) -> Self {
        Self::stored(on).routed(on, LAND)
    }
    fn received_before_the_new_holiday(on: &str) -> Self {
        Self { rules: Rules::before_the_new_holiday(), ..Self::stored(on) }.routed(on, LAND)
    }
    fn sealed_at_receipt(on: &str) -> Self {
        Self::arrives(day(on), None, Rules::of_2026()).sealed(on)
    }
    fn routed(self, on: &str, to: &str) -> Self {
        let rule = if to == TRAY { "tray" } else { "field:land" };
        self.does(on, Event::Routed { office: code(to), rule: rule.to_owned() })
    }
    fn says_no(self, on: &str) -> Self {
        let event = event(EventName::Reply, 1, &self.item, day(on));
        self.does(on, event)
    }
    fn forwarded(self, on: &str, to: &str) -> Self {
        let from = self.item.office.clone().unwrap();
        self.does(on, Event::Forwarded { from, to: code(to), reason: code("other"), note: None })
    }
    fn reclassified(self, on: &str, kind: Kind) -> Self {
        self.does(on, Event::Reclassified { kind, reason: code("other"), note: None })
    }
    fn refused(self, on: &str, class: RefusedAs) -> Self {
        self.does(on, Event::Refused { class, ground: code("other"), note: None })
    }
    fn answered(self, on: &str) -> Self {
        self.taken(on).drafted(on).published(on)
    }
    fn does(mut self, on: &str, event: Event) -> Self {
        self.tries(day(on), event).unwrap_or_else(|refusal| panic!("{on}: {refusal}"));
        self
    }
    fn tries(&mut self, on: Day, event: Event) -> Result<(), Problem> {
        self.entries.extend(self.item.record(on, By::Officer, event, &self.rules)?);
        Ok(())
    }
    fn calendar_becomes(&mut self, on: Day, rules: Rules) -> Option<Event> {
        self.rules = rules;
        let entry = self.item.recalendar(on, &self.rules)?;
        self.entries.push(entry.clone());
        Some(entry.event)
    }
    fn until(&self, t: Day) -> &[Entry] {
        &self.entries[..self.entries.partition_point(|e| e.on <= t)]
    }
    /// The item as it stood at the end of a day.
    fn at(&self, t: Day) -> Item {
        Item::replay(self.item.serial, self.until(t), &self.rules).unwrap()
    }
    #[track_caller]
    fn due(self, due: &str) -> Self {
        assert_eq!(self.item.due_on, Some(day(due)));
        self
    }
    #[track_caller]
    fn has_class(self, on: &str, class: Class) -> Self {
        assert_eq!(self.item.class(day(on)), class);
        self
    }
    fn moved_by(&self, wanted: Cause) -> usize {
        self.entries.iter().filter(|e| matches!(e.event, Event::DeadlineMoved { cause, .. } if cause == wanted)).count()
    }
}

fn moved(from: &str, to: &str, cause: Cause) -> Event {
    Event::DeadlineMoved { due_on: day(to), cause, from: day(from) }
}

fn counts<'a>(items: impl IntoIterator<Item = &'a Item>, t: Day) -> Counts {
    let mut counts = Counts::default();
    items.into_iter().for_each(|i| counts.add(i.class(t), i.due_on, i.out_on, t, 1));
    counts
}

fn counted(stories: &[Story], t: &str) -> Counts {
    counts(&stories.iter().map(|s| s.at(day(t))).collect::<Vec<_>>(), day(t))
}

mod deadlines {
    use super::*;

    #[test]
    fn the_day_received_is_day_0_on_working_days_and_days_off_alike() {
        for (on, due) in [("1/10", "22/10"), ("21/11", "14/12"), ("22/11", "14/12"), ("10/11", "2/12"), ("28/8", "23/9")] {
            let story = Story::received(on).due(due);
            assert_eq!(story.entries[2].event, Event::DeadlineSet { due_on: day(due), cause: Cause::Received });
        }
    }

    #[test]
    fn two_forwardings_start_again_and_a_third_moves_nothing() {
        let twice = Story::received("1/10").forwarded("8/10", BUILD).due("29/10").forwarded("20/10", WARD).due("10/11");
        assert_eq!(twice.entries.last().unwrap().event, moved("29/10", "10/11", Cause::Forwarded));
        let third = twice.clone().forwarded("30/10", TRAY).due("10/11");
        assert_eq!(third.entries.len(), twice.entries.len() + 1, "no deadline event");
        assert_eq!((third.item.first_due_on, third.item.forwards, third.item.moves), (Some(day("22/10")), 3, 2));
    }

    #[test]
    fn a_forwarding_starts_nothing_again_when_overdue_or_to_an_office_that_had_it() {
        Story::received("1/10").forwarded("22/10", BUILD).due("12/11");
        Story::received("1/10").forwarded("23/10", BUILD).due("22/10").has_class("23/10", Class::Overdue);
        let back = Story::received("1/10").forwarded("8/10", BUILD).forwarded("9/10", LAND).due("29/10");
        back.forwarded("12/10", BUILD).due("29/10").forwarded("20/10", WARD).due("10/11");
    }

    #[test]
    fn leaving_the_tray_is_a_forwarding_that_counts() {
        let left = Story::stored("1/10").routed("1/10", TRAY).due("22/10").forwarded("8/10", LAND).due("29/10");
        assert!(!left.item.in_tray);
        left.forwarded("20/10", BUILD).due("10/11").forwarded("21/10", WARD).due("10/11");
    }

    #[test]
    fn what_was_left_when_asked_is_left_when_more_comes_or_nothing_comes() {
        let asked = Story::received("1/10").asked("6/10").due("22/10").has_class("23/10", Class::OpenInTime);
        let came = asked.clone().supplemented("14/10").due("30/10");
        assert_eq!(came.entries.last().unwrap().event, moved("22/10", "30/10", Cause::Supplement));
        let lapsed = asked.lapsed("14/10").due("30/10").has_class("30/10", Class::OpenInTime);
        assert_eq!(lapsed.item.state, State::Working, "nothing is closed by a lapse");
        came.forwarded("20/10", BUILD).due("10/11");
    }

    #[test]
    fn a_request_pauses_on_the_last_day_and_not_when_overdue() {
        Story::received("1/10").asked("22/10").has_class("4/11", Class::OpenInTime).supplemented("4/11").due("5/11");
        Story::received("1/10").asked("23/10").has_class("23/10", Class::Overdue).supplemented("26/10").due("22/10");
    }

    #[test]
    fn a_third_request_does_not_pause_and_the_item_can_become_overdue() {
        let twice = Story::received("1/10").asked("6/10").supplemented("7/10").due("23/10").asked("8/10").lapsed("9/10").due("26/10");
        let third = twice.asked("12/10").has_class("26/10", Class::OpenInTime).has_class("27/10", Class::Overdue).late("27/10");
        assert!(!third.item.allows(EventName::Overdue, day("28/10")), "recorded once");
        third.supplemented("28/10").due("26/10").has_class("28/10", Class::Overdue);
    }

    #[test]
    fn another_kind_is_counted_from_the_same_start_unless_overdue() {
        Story::received("1/10").reclassified("5/10", Kind::Question).due("15/10");
        Story::received("1/10").forwarded("8/10", BUILD).reclassified("9/10", Kind::Question).due("22/10");
        Story::received("1/10").reclassified("23/10", Kind::Question).due("22/10");
    }

    #[test]
    fn a_new_holiday_moves_open_items_and_no_others() {
        let received = || Story::received_before_the_new_holiday("10/11").due("1/12");
        let holiday = |mut story: Story| story.calendar_becomes(day("20/11"), Rules::of_2026());
        assert_eq!(holiday(received()), Some(moved("1/12", "2/12", Cause::Calendar)));
        assert_eq!(holiday(received().asked("12/11")), Some(moved("1/12", "2/12", Cause::Calendar)));
        assert_eq!(holiday(received().asked("12/11").supplemented("16/11")), Some(moved("3/12", "4/12", Cause::Calendar)));
        for story in [received().answered("12/11"), received().merged("12/11"), received().withdrawn("12/11"), Story::received("10/11")] {
            assert_eq!(holiday(story), None);
        }
    }

    #[test]
    fn make_up_saturdays_are_the_choice_of_the_office_in_charge_at_the_start() {
        let to = |office| Story::stored("20/8").routed("20/8", office);
        to(LAND).due("14/9").forwarded("21/8", WARD).due("16/9").forwarded("24/8", LAND).due("16/9");
        to(WARD).due("15/9").forwarded("21/8", LAND).due("15/9");
    }
}

mod counting {
    use super::*;

    #[test]
    fn the_worked_example_comes_out_as_the_page_says() {
        let received = || Story::received("1/10");
        let a_to_i = [
            received().answered("20/10"),
            received().answered("23/10"),
            received(),
            received().forwarded("8/10", BUILD),
            received().asked("6/10").supplemented("14/10"),
            received().merged("12/10"),
            received().refused("2/10", RefusedAs::Spam),
            Story::sealed_at_receipt("1/10"),
            received().withdrawn("5/10"),
        ];
        let on_30 = Counts {
            received: 9,
            answered_on_time: 1,
            answered_late: 1,
            open_in_time: 1,
            overdue: 2,
            merged: 1,
            out_of_scope: 0,
            spam: 1,
            redirected: 0,
            sealed: 1,
            withdrawn: 1,
            due: 4,
            answered_of_due: 2,
            on_time_of_due: 1,
            ..Counts::default()
        };
        let on_31 = Counts { open_in_time: 0, overdue: 3, due: 5, ..on_30 };
        for (t, counts, answered, on_time) in [("30/10", on_30, 0.5, 0.25), ("31/10", on_31, 0.4, 0.2)] {
            let got = counted(&a_to_i, t);
            assert_eq!(got, counts, "{t}");
            assert!(got.identity_holds());
            assert_eq!((got.answered_share(), got.on_time_share(), got.promise()), (Some(answered), Some(on_time), Promise::Missed));
        }
    }

    #[test]
    fn an_early_answer_is_not_counted_as_due_before_its_deadline_has_passed() {
        let early = [Story::received("1/10").answered("2/10"), Story::received("1/10")];
        let got = counted(&early, "22/10");
        assert_eq!((got.due, got.answered_share(), got.on_time_share(), got.promise()), (0, None, None, Promise::NothingDue));
        assert_eq!(counted(&early[..1], "23/10").promise(), Promise::Met);
        assert_eq!(counted(&early, "23/10").answered_share(), Some(0.5));
    }

    #[test]
    fn nothing_leaves_late_by_another_door() {
        let received = || Story::received("1/10");
        let with = |out| counted(&[received().answered("2/10"), out], "26/10").promise();
        let refused = |on, class| received().refused(on, class);
        for late in [received().merged("23/10"), refused("23/10", RefusedAs::Spam), refused("23/10", RefusedAs::OutOfScope), received().redirected("23/10")] {
            assert_eq!(with(late), Promise::Missed);
        }
        for fair in [received().merged("22/10"), refused("22/10", RefusedAs::Spam), received().withdrawn("23/10"), received().sealed("23/10")] {
            assert_eq!(with(fair), Promise::Met);
        }
    }
}

mod moves {
    use super::*;

    /// ACCOUNTING.md §1, "Allowed when the item is", for items whose deadline has not passed.
    fn allowed_when(event: EventName) -> Vec<State> {
        let any_but = |but: &[State]| State::ALL.iter().copied().filter(|s| !but.contains(s)).collect();
        match event {
            EventName::Received | EventName::DeadlineSet | EventName::Overdue => vec![],
            EventName::Routed => vec![State::Received],
            EventName::Taken | EventName::Assigned | EventName::Forwarded | EventName::SupplementRequested => vec![State::Waiting, State::Working],
            EventName::Reclassified | EventName::Merged | EventName::Refused | EventName::Redirected | EventName::Withdrawn => OPEN.to_vec(),
            EventName::DeadlineMoved => OPEN.to_vec(),
            EventName::Supplemented | EventName::SupplementLapsed => vec![State::Supplement],
            EventName::Drafted => vec![State::Working],
            EventName::Returned | EventName::Answered => vec![State::Drafted],
            EventName::AnswerRevised => vec![State::Answered],
            // What is sealed is not sealed again: it must come back to the state that it left.
            EventName::Sealed => any_but(&[State::Withdrawn, State::Sealed]),
            EventName::SealConfirmed => vec![State::Sealed],
            EventName::Restored => vec![State::Merged, State::OutOfScope, State::Spam, State::Redirected, State::Sealed],
            EventName::Withheld | EventName::Shown => any_but(&[]),
            EventName::Reply | EventName::Appealed | EventName::AppealAnswered => vec![State::Answered],
        }
    }

    pub(super) fn in_state(state: State) -> Story {
        let waiting = Story::received("1/10");
        match state {
            State::Received => Story::stored("1/10"),
            State::Waiting => waiting,
            State::Working => waiting.taken("2/10"),
            State::Supplement => waiting.asked("2/10"),
            State::Drafted => waiting.taken("2/10").drafted("2/10"),
            State::Answered => waiting.answered("2/10"),
            State::Merged => waiting.merged("2/10"),
            State::OutOfScope => waiting.refused("2/10", RefusedAs::OutOfScope),
            State::Spam => waiting.refused("2/10", RefusedAs::Spam),
            State::Redirected => waiting.redirected("2/10"),
            State::Sealed => waiting.sealed("2/10"),
            State::Withdrawn => waiting.withdrawn("2/10"),
        }
    }

    pub(super) fn assert_allows_what_the_page_allows(state: State) {
        for name in EventName::ALL {
            let mut story = in_state(state);
            assert_eq!(story.item.state, state);
            // Only what was withheld can be shown again.
            story = match *name {
                EventName::Shown => story.withheld("2/10"),
                // Only a no is appealed against, and only what was appealed is answered.
                EventName::Appealed if state == State::Answered => story.says_no("2/10"),
                EventName::AppealAnswered if state == State::Answered => story.says_no("2/10").appealed("2/10"),
                _ => story,
            };
            let allowed = allowed_when(*name).contains(&state);
            assert_eq!(story.item.allows(*name, day("2/10")), allowed, "{name} when {state}");
            assert_eq!(story.item.possible(day("2/10")).contains(&name.as_str()), allowed, "{name} when {state}");
            let event = event(*name, 0, &story.item, day("2/10"));
            assert_eq!(story.tries(day("2/10"), event).is_ok(), allowed, "{name} when {state}");
        }
    }

    #[test]
    fn every_move_is_allowed_exactly_when_the_page_says() {
        State::ALL.iter().filter(|s| **s != State::Received).for_each(|s| assert_allows_what_the_page_allows(*s));
    }

    #[test]
    fn lateness_is_recorded_of_open_items_that_are_not_paused() {
        for state in State::ALL {
            let expected = OPEN.contains(state) && *state != State::Supplement;
            assert_eq!(in_state(*state).item.allows(EventName::Overdue, day("23/10")), expected, "{state}");
        }
    }

    #[test]
    fn a_life_begins_with_received_and_has_it_once() {
        let began = Item::receive(Serial(1158), day("1/10"), By::Officer, Event::Taken);
        assert!(matches!(began, Err(Problem::Internal(_))));
        let mut story = Story::received("1/10");
        let before = story.item.clone();
        let refusal = story.tries(day("5/10"), received(None)).unwrap_err();
        assert!(matches!(&refusal, Problem::Move { tried: "received", possible } if *possible == before.possible(day("5/10"))), "{refusal}");
        assert_eq!(story.item, before, "a refused move changes nothing");
    }

    #[test]
    fn a_history_with_a_gap_a_day_going_back_or_a_forbidden_move_is_not_replayed() {
        let story = Story::received("1/10").taken("5/10").drafted("6/10");
        let spoilt = |spoil: fn(&mut Entry)| {
            let mut entries = story.entries.clone();
            spoil(entries.last_mut().unwrap());
            Item::replay(story.item.serial, &entries, &story.rules)
        };
        assert_eq!(spoilt(|_| ()).unwrap(), story.item);
        for wrong in [spoilt(|e| e.n += 1), spoilt(|e| e.n -= 1), spoilt(|e| e.on = day("4/10")), spoilt(|e| e.event = received(None))] {
            assert!(wrong.is_err());
        }
        assert!(Item::replay(story.item.serial, &[], &story.rules).is_err());
    }

    #[test]
    fn what_is_restored_is_where_it_was_with_the_same_deadline() {
        for state in OPEN {
            let left = in_state(state);
            let refused = |class| left.clone().refused("5/10", class);
            let again = || left.clone();
            let out = [refused(RefusedAs::Spam), refused(RefusedAs::OutOfScope), again().merged("5/10"), again().redirected("5/10"), again().sealed("5/10")];
            for back in out.map(|story| story.restored("30/10")) {
                assert_eq!((back.item.state, back.item.due_on, back.item.merged_into), (state, left.item.due_on, None));
                assert_eq!(back.entries.len(), left.entries.len() + 2, "no deadline event");
            }
        }
        let pause_goes_on = Story::received("1/10").asked("6/10").merged("7/10").restored("9/10").has_class("26/10", Class::OpenInTime);
        pause_goes_on.supplemented("14/10").due("30/10");
    }

    #[test]
    fn what_was_sealed_at_receipt_and_restored_has_its_whole_time_from_the_day_received() {
        let restored = Story::sealed_at_receipt("1/10").restored("9/10");
        assert_eq!((restored.item.state, restored.item.field.clone(), restored.item.due_on), (State::Received, Some(code("build")), None));
        let back = restored.routed("9/10", LAND).due("22/10").has_class("23/10", Class::Overdue);
        assert_eq!((back.item.state, back.item.first_due_on, back.item.clock.unwrap().start), (State::Waiting, Some(day("22/10")), day("1/10")));
        assert_eq!(back.entries.iter().map(|e| e.event.name().as_str()).collect::<Vec<_>>(), ["received", "sealed", "restored", "routed", "deadline_set"]);
    }

    #[test]
    fn a_confirmed_seal_stays() {
        let confirmed = in_state(State::Sealed).confirmed("5/10");
        assert_eq!(confirmed.item.possible(day("6/10")), ["withheld"], "a matter of display only");
    }

    #[test]
    fn a_merged_item_that_was_sealed_and_restored_is_merged_again() {
        let back = in_state(State::Merged).sealed("5/10").has_class("5/10", Class::Sealed).restored("6/10");
        assert_eq!((back.item.state, back.item.merged_into), (State::Merged, Some(Serial(1))));
        assert_eq!(back.restored("7/10").item.state, State::Waiting);
    }

    #[test]
    fn a_first_answer_keeps_its_class_for_ever() {
        for (answered, class) in [("22/10", Class::AnsweredOnTime), ("23/10", Class::AnsweredLate)] {
            let shown = Story::received("1/10").answered(answered).revised("2/11").withheld("3/11").shown("4/11").has_class("31/12", class);
            let back = shown.sealed("5/11").has_class("5/11", Class::Sealed).restored("6/11").has_class("31/12", class);
            assert_eq!((back.item.state, back.item.versions), (State::Answered, 2));
            assert_eq!(back.item.first_answer.map(|a| (a.on, a.due_on)), Some((day(answered), day("22/10"))));
        }
    }
}

mod random_lives {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    use super::*;

    const FIELDS: [&str; 2] = ["land", "build"];
    /// The likelier ones more than once.
    const MOVES: &str = "taken taken taken assigned forwarded forwarded forwarded forwarded reclassified supplement_requested supplement_requested \
        supplement_requested supplemented supplemented supplement_lapsed supplement_lapsed drafted drafted drafted returned answered answered \
        answered answer_revised merged refused redirected sealed sealed seal_confirmed withdrawn restored restored restored overdue withheld shown received";

    /// Moves that are tried one after the other, each some days after the last.
    #[derive(Debug, Clone)]
    struct Life {
        begins: i32,
        /// Field, respondent, channel; none when sealed at receipt.
        cell: Option<(usize, usize, usize)>,
        moves: Vec<(i32, EventName, usize)>,
        new_calendar_before: Option<usize>,
    }

    fn life() -> impl Strategy<Value = Life> {
        let names: Vec<EventName> = MOVES.split(' ').map(code).collect();
        let moves = proptest::collection::vec((prop_oneof![0i32..3, 0i32..12], proptest::sample::select(names), 0usize..4), 0..40);
        let cell = proptest::option::weighted(0.85, (0..FIELDS.len(), 0..Respondent::ALL.len(), 0..Channel::ALL.len()));
        (0i32..110, cell, moves).prop_map(|(begins, cell, moves)| Life { begins, cell, moves, new_calendar_before: None })
    }

    fn life_with_a_new_calendar() -> impl Strategy<Value = Life> {
        (life(), 0usize..40).prop_map(|(life, at)| Life { new_calendar_before: Some(at), ..life })
    }

    impl Life {
        fn story(&self) -> Story {
            let mut on = day("1/8").plus(self.begins);
            let rules = if self.new_calendar_before.is_some() { Rules::before_the_new_holiday() } else { Rules::of_2026() };
            let cell = self.cell.map(|(f, r, c)| (FIELDS[f], Respondent::ALL[r], Channel::ALL[c]));
            let mut story = Story::arrives(on, cell, rules);
            story.tries(on, if cell.is_some() { event(EventName::Routed, 0, &story.item, on) } else { Event::Sealed }).unwrap();
            for (i, (gap, name, choice)) in self.moves.iter().enumerate() {
                on = on.plus(*gap);
                if self.new_calendar_before == Some(i) {
                    story.calendar_becomes(on, Rules::of_2026());
                }
                let _refused = story.tries(on, event(*name, *choice, &story.item, on));
                // What comes back without an office is routed in the same transaction.
                if story.item.state == State::Received {
                    story.tries(on, event(EventName::Routed, 0, &story.item, on)).unwrap();
                }
            }
            story
        }
    }

    /// Every day from the receipt to well after the last event.
    fn days(story: &Story) -> impl Iterator<Item = Day> {
        let last = story.item.last_on.plus(40);
        std::iter::successors(Some(story.entries[0].on), |d| Some(d.next())).take_while(move |d| *d <= last)
    }

    /// The reader with a pencil: §2 and §3 from the published events, their deadline events left unread.
    #[derive(Default)]
    struct Pencil {
        /// Field, respondent and channel as the events name them.
        cell: [Option<String>; 3],
        kind: Option<Kind>,
        had: Vec<OfficeCode>,
        start: Option<Day>,
        makeup: bool,
        forwards: u32,
        requests: u32,
        pauses: Vec<(Day, Day)>,
        paused: Option<Day>,
        due: Option<Day>,
        answered: Option<Class>,
        out: Vec<Class>,
    }

    impl Pencil {
        fn reads(entries: &[Entry]) -> Self {
            let mut pencil = Self::default();
            entries.iter().for_each(|e| pencil.read(entries[0].on, e.on, &e.event));
            pencil
        }

        fn read(&mut self, received_on: Day, on: Day, event: &Event) {
            let in_time = self.paused.is_some() || self.due.is_none_or(|due| on <= due);
            match event {
                Event::Received { kind, field, respondent, channel, .. } => {
                    self.kind = *kind;
                    self.cell = [field.as_ref().map(ToString::to_string), respondent.map(|r| r.to_string()), channel.map(|c| c.to_string())];
                }
                Event::Routed { office, .. } => self.starts(received_on, office),
                Event::Forwarded { to, .. } if in_time && !self.had.contains(to) && self.forwards < 2 => {
                    self.forwards += 1;
                    self.starts(on, to);
                }
                Event::Forwarded { to, .. } => self.had.push(to.clone()),
                Event::Reclassified { kind, .. } => {
                    self.kind = Some(*kind);
                    self.due = if in_time { self.count() } else { self.due };
                }
                Event::SupplementRequested { .. } if in_time && self.requests < 2 => {
                    self.requests += 1;
                    self.paused = Some(on);
                }
                Event::Supplemented { .. } | Event::SupplementLapsed => {
                    let pause = self.paused.take().map(|asked| (asked, on));
                    self.pauses.extend(pause);
                    self.due = if pause.is_some() { self.count() } else { self.due };
                }
                Event::Answered { .. } => {
                    let class = if self.due.is_some_and(|due| on <= due) { Class::AnsweredOnTime } else { Class::AnsweredLate };
                    self.answered = self.answered.or(Some(class));
                }
                Event::Merged { .. } => self.out.push(Class::Merged),
                Event::Refused { class, .. } => self.out.push(if *class == RefusedAs::Spam { Class::Spam } else { Class::OutOfScope }),
                Event::Redirected { .. } => self.out.push(Class::Redirected),
                Event::Sealed => self.out.push(Class::Sealed),
                Event::Withdrawn => self.out.push(Class::Withdrawn),
                Event::Restored { field, .. } => {
                    self.out.pop();
                    self.cell[0] = self.cell[0].clone().or(field.as_ref().map(ToString::to_string));
                }
                _ => {}
            }
        }

        fn starts(&mut self, on: Day, office: &OfficeCode) {
            self.had.push(office.clone());
            (self.start, self.makeup, self.pauses) = (Some(on), office.as_str() != WARD, Vec::new());
            self.due = self.count();
        }

        fn count(&self) -> Option<Day> {
            let answer_days = if self.kind == Some(Kind::Question) { 10 } else { 15 };
            let due = self.working_days_after(self.start?).nth(answer_days - 1)?;
            self.pauses.iter().try_fold(due, |due, (asked, resumed)| {
                let left = self.working_days_after(*asked).take_while(|d| *d <= due).count().max(1);
                self.working_days_after(*resumed).nth(left - 1)
            })
        }

        fn working_days_after(&self, start: Day) -> impl Iterator<Item = Day> {
            let is_in = |list: &str, d: Day| d.year() == 2026 && list.split(' ').any(|l| l == format!("{}/{}", d.day(), d.month()));
            let makeup = self.makeup;
            std::iter::successors(Some(start.next()), |d| Some(d.next()))
                .filter(move |d| if d.weekday() < 6 { !is_in(OFF, *d) } else { makeup && is_in(MADE_UP, *d) })
        }

        fn class(&self, t: Day) -> Class {
            let in_time = self.paused.is_some() || self.due.is_none_or(|due| t <= due);
            let open = if in_time { Class::OpenInTime } else { Class::Overdue };
            self.out.last().copied().or(self.answered).unwrap_or(open)
        }
    }

    #[test]
    fn random_lives_reach_every_class_and_every_cause() {
        let mut runner = TestRunner::deterministic();
        let stories: Vec<Story> = (0..400).map(|_| life_with_a_new_calendar().new_tree(&mut runner).unwrap().current().story()).collect();
        let classes: BTreeSet<Class> = stories.iter().flat_map(|s| days(s).map(|t| s.at(t).class(t))).collect();
        assert_eq!(classes.len(), Class::ALL.len(), "{classes:?}");
        for cause in [Cause::Forwarded, Cause::Supplement, Cause::Calendar, Cause::Reclassified] {
            assert!(stories.iter().any(|s| s.moved_by(cause) > 0), "{cause}");
        }
        let asked = |s: &Story| s.entries.iter().filter(|e| e.event.name() == EventName::SupplementRequested).count();
        assert!(stories.iter().any(|s| s.item.moves == 2 && s.item.forwards > 2));
        assert!(stories.iter().any(|s| s.item.pauses == 2 && asked(s) > 2));
    }

    proptest! {
        #[test]
        fn an_item_is_what_its_recorded_events_say(life in life_with_a_new_calendar()) {
            let story = life.story();
            prop_assert_eq!(&story.at(story.item.last_on), &story.item);
            prop_assert!(story.entries.iter().enumerate().all(|(i, e)| e.n as usize == i));
            prop_assert!(story.entries.is_sorted_by_key(|e| e.on));
        }

        #[test]
        fn a_reader_with_a_pencil_gets_the_same_deadline_and_class_every_day(life in life()) {
            let story = life.story();
            for t in days(&story) {
                let (item, pencil) = (story.at(t), Pencil::reads(story.until(t)));
                prop_assert_eq!((item.due_on, item.class(t)), (pencil.due, pencil.class(t)), "on {}", t);
            }
        }

        #[test]
        fn a_paused_item_is_never_overdue(life in life()) {
            let story = life.story();
            for t in days(&story).filter(|t| story.at(*t).state == State::Supplement && Pencil::reads(story.until(*t)).paused.is_some()) {
                prop_assert_eq!(story.at(t).class(t), Class::OpenInTime);
                prop_assert!(!story.at(t).allows(EventName::Overdue, t));
            }
        }

        #[test]
        fn at_most_two_forwardings_and_two_requests_move_the_clock(life in life()) {
            let story = life.story();
            prop_assert!(story.moved_by(Cause::Forwarded) <= 2 && story.moved_by(Cause::Supplement) <= 2);
        }

        #[test]
        fn an_answered_item_keeps_its_class_and_its_deadline(life in life_with_a_new_calendar()) {
            let mut story = life.story();
            let mut first: Option<(Class, Option<Day>)> = None;
            for (i, entry) in story.entries.iter().enumerate() {
                let item = Item::replay(story.item.serial, &story.entries[..=i], &story.rules).unwrap();
                if let Some((class, due_on)) = first {
                    prop_assert_eq!(item.due_on, due_on);
                    prop_assert!([class, Class::Sealed].contains(&item.class(entry.on.plus(100))));
                } else if entry.event.name() == EventName::Answered {
                    first = Some((item.class(entry.on), item.due_on));
                }
            }
            let (on, due_on) = (story.item.last_on.plus(1), story.item.due_on);
            story.calendar_becomes(on, Rules::before_the_new_holiday());
            prop_assert!(first.is_none() || story.item.due_on == due_on);
        }

        #[test]
        fn everything_received_has_one_of_ten_classes_under_any_filter(lives in proptest::collection::vec(life(), 1..8), after in 0i32..250) {
            let t = day("1/8").plus(after);
            let stories: Vec<Story> = lives.iter().map(Life::story).filter(|s| s.entries[0].on <= t).collect();
            let read: Vec<(Item, Pencil)> = stories.iter().map(|s| (s.at(t), Pencil::reads(s.until(t)))).collect();
            let whole = counts(read.iter().map(|(item, _)| item), t);
            prop_assert!(whole.identity_holds());
            prop_assert_eq!(whole.received, stories.len() as u64);
            let filters: [fn(&Item) -> Option<String>; 3] =
                [|i| i.field.as_ref().map(ToString::to_string), |i| i.respondent.map(|r| r.to_string()), |i| i.channel.map(|c| c.to_string())];
            for (n, filter) in filters.into_iter().enumerate() {
                let mut rest = whole.received;
                for key in read.iter().map(|(_, pencil)| &pencil.cell[n]).collect::<BTreeSet<_>>() {
                    let part = counts(read.iter().map(|(item, _)| item).filter(|i| filter(i) == *key), t);
                    prop_assert!(part.identity_holds());
                    for class in Class::ALL {
                        let expected = read.iter().filter(|(_, p)| p.cell[n] == *key && p.class(t) == *class).count();
                        prop_assert_eq!(part.of(*class), expected as u64, "{} of {:?}", class, key);
                    }
                    rest -= part.received;
                }
                prop_assert_eq!(rest, 0, "the parts are the whole");
            }
        }
    }
}

mod in_the_ledger {
    use serde_json::{Value, json};

    use super::*;

    /// LEDGER.md, "Leaves"; `grouped` stands only in ACCOUNTING.md §1.
    const NAMES: &str = "event kind field respondent channel office from to rule reason ground class due_on cause since version into until \
        text question answer note start grouped reply";

    #[test]
    fn the_three_leaves_of_the_vector_hold_the_events_of_the_item() {
        let leaves = r#"{"by":"sender","channel":"web","event":"received","field":"land","kind":"suggestion","n":0,"on":"2026-10-01","respondent":"citizen","serial":1,"t":"feedback","text":"mtNfzvAtbY4rPTl5rdCKUeP8E9K3Rk9k0nyZJYrLrVc=","v":1}
{"by":"system","event":"routed","n":1,"office":"kcn-vp","on":"2026-10-01","rule":"field:land","serial":1,"t":"feedback","v":1}
{"by":"system","cause":"received","due_on":"2026-10-22","event":"deadline_set","n":2,"on":"2026-10-01","serial":1,"t":"feedback","v":1}"#;
        let mut story = Story::stored("1/10");
        let routed = Event::Routed { office: code("kcn-vp"), rule: "field:land".to_owned() };
        story.entries.extend(story.item.record(day("1/10"), By::System, routed, &story.rules).unwrap());
        let written = story.entries.iter().map(|entry| {
            let mut leaf = json!({"by": entry.by, "n": entry.n, "on": entry.on, "serial": 1, "t": "feedback", "v": 1});
            leaf.as_object_mut().unwrap().extend(serde_json::to_value(&entry.event).unwrap().as_object().unwrap().clone());
            leaf
        });
        assert!(written.eq(leaves.lines().map(|l| serde_json::from_str::<Value>(l).unwrap())));
    }

    #[test]
    fn every_event_is_written_under_the_ledgers_names_and_read_back() {
        for (leaf, event) in LEAVES.lines().zip(EXAMPLES.iter()) {
            let (leaf, written) = (serde_json::from_str::<Value>(leaf).unwrap(), serde_json::to_value(event).unwrap());
            assert_eq!(written, leaf);
            assert_eq!(serde_json::from_value::<Event>(written).unwrap(), *event);
            assert_eq!(leaf["event"], event.name().as_str());
            assert!(leaf.as_object().unwrap().keys().all(|k| NAMES.split(' ').any(|n| n == k)), "{leaf}");
        }
        assert!(EventName::ALL.iter().all(|name| EXAMPLES.iter().any(|e| e.name() == *name)), "an event without an example");
    }
}

/// Where a first writing of the rules went wrong.
mod edges {
    use super::*;

    #[test]
    fn what_is_just_received_can_only_be_routed_or_sealed() {
        moves::assert_allows_what_the_page_allows(State::Received);
    }

    #[test]
    fn a_withheld_text_can_be_withheld_again_because_it_was_erased() {
        Story::received("1/10").withheld("2/10").does("5/10", Event::Withheld { ground: code("erased") });
    }

    #[test]
    fn a_late_merge_stays_late_after_a_seal_was_undone() {
        let late = Story::received("1/10").merged("23/10");
        assert_eq!(counted(std::slice::from_ref(&late), "28/10").out_after_due, 1);
        assert_eq!(counted(&[late.sealed("26/10").restored("27/10")], "28/10").out_after_due, 1);
    }

    #[test]
    fn a_forwarding_that_does_not_count_moves_nothing_under_a_calendar_that_changed_meanwhile() {
        let mut story = Story::received_before_the_new_holiday("10/11").merged("12/11");
        assert_eq!(story.calendar_becomes(day("20/11"), Rules::of_2026()), None);
        story.restored("23/11").due("1/12").forwarded("25/11", LAND).due("1/12");
    }

    #[test]
    fn what_never_had_a_field_is_restored_only_with_one() {
        let mut story = Story::sealed_at_receipt("1/10");
        assert!(story.tries(day("5/10"), Event::Restored { reason: RestoreReason::NotConfirmed, field: None, note: None }).is_err());
    }

    #[test]
    fn a_history_that_does_not_begin_at_0_is_not_replayed() {
        let mut story = Story::stored("1/10");
        story.entries[0].n = 5;
        assert!(Item::replay(story.item.serial, &story.entries, &story.rules).is_err());
    }

    #[test]
    fn versions_are_counted_and_requests_end_within_ten_working_days() {
        let leaf =
            |name: &str, version: u32| serde_json::from_str(&format!(r#"{{"event":"{name}","office":"x","version":{version},"question":"","answer":""}}"#));
        let taken = |state, event| moves::in_state(state).tries(day("2/10"), event).is_ok();
        let ask = |until| taken(State::Working, Event::SupplementRequested { until: day(until) });
        let answer = |version| taken(State::Drafted, leaf("answered", version).unwrap());
        let revise = |version| taken(State::Answered, leaf("answer_revised", version).unwrap());
        assert_eq!([ask("16/10"), answer(1), revise(2)], [true; 3]);
        assert_eq!([ask("19/10"), answer(2), revise(1)], [false; 3]);
    }
}
