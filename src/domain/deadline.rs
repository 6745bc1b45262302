//! When an answer is due (ACCOUNTING.md §2): a small history of starts and
//! pauses from which the date follows, so that a new calendar or another kind
//! can be applied to it again.

use super::calendar::Calendar;
use super::time::Day;

/// At most this many forwardings move the start.
pub const MOST_FORWARDS: usize = 2;
/// At most this many requests pause the clock.
pub const MOST_PAUSES: usize = 2;

/// A request for more that paused the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// The day of the request.
    pub asked: Day,
    /// The day on which something, or nothing, came.
    pub resumed: Option<Day>,
}

/// What a deadline follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Day 0.
    pub start: Day,
    /// Answer days for the item's kind and field, in force on the day received.
    pub days: u32,
    /// Whether make-up Saturdays count: the choice of the office in charge at the start.
    pub makeup: bool,
    /// The pauses since the start.
    pub pauses: Vec<Pause>,
}

impl Clock {
    /// A clock that starts on a day.
    pub fn from(start: Day, days: u32, makeup: bool) -> Self {
        Self { start, days, makeup, pauses: Vec::new() }
    }

    /// The due date. While paused it is still the old one.
    pub fn due_on(&self, calendar: &Calendar) -> Day {
        let mut due = calendar.add(self.start, self.days, self.makeup);
        for pause in &self.pauses {
            if let Some(resumed) = pause.resumed {
                let rest = calendar.between(pause.asked, due, self.makeup).max(1);
                due = calendar.add(resumed, rest, self.makeup);
            }
        }
        due
    }

    /// Is it paused now?
    pub fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(|p| p.resumed.is_none())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::calendar::{CalendarDay, DayKind, Status};
    use crate::domain::words::Words;

    fn row(day: &str, kind: DayKind) -> CalendarDay {
        CalendarDay { day: day.parse().unwrap(), kind, status: Status::Official, name: Words::default(), source: String::new() }
    }

    fn calendar_2026() -> Calendar {
        use DayKind::*;
        Calendar::new([
            row("2026-01-01", Holiday),
            row("2026-01-02", SwapOff),
            row("2026-01-10", MakeupWork),
            row("2026-02-16", Holiday),
            row("2026-02-17", Holiday),
            row("2026-02-18", Holiday),
            row("2026-02-19", Holiday),
            row("2026-02-20", Holiday),
            row("2026-04-27", Compensation),
            row("2026-04-30", Holiday),
            row("2026-05-01", Holiday),
            row("2026-08-22", MakeupWork),
            row("2026-08-31", SwapOff),
            row("2026-09-01", Holiday),
            row("2026-09-02", Holiday),
            row("2026-11-24", Holiday),
        ])
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_vectors_of_the_calendar_are_met() {
        let c = calendar_2026();
        for (from, days, makeup, want) in [
            ("2026-08-28", 2, true, "2026-09-04"),
            ("2026-01-08", 2, true, "2026-01-10"),
            ("2026-01-08", 2, false, "2026-01-12"),
            ("2026-11-23", 1, true, "2026-11-25"),
            ("2026-02-13", 1, true, "2026-02-23"),
            ("2026-11-23", 15, true, "2026-12-15"),
            ("2026-08-20", 15, true, "2026-09-14"),
            ("2026-08-20", 15, false, "2026-09-15"),
            ("2026-10-01", 15, true, "2026-10-22"),
            ("2026-10-08", 15, true, "2026-10-29"),
            ("2026-10-20", 15, true, "2026-11-10"),
            ("2026-11-21", 15, true, "2026-12-14"),
            ("2026-11-22", 15, true, "2026-12-14"),
            ("2026-11-10", 15, true, "2026-12-02"),
            ("2026-08-28", 15, true, "2026-09-23"),
        ] {
            assert_eq!(c.add(day(from), days, makeup), day(want), "{from} + {days}, make-up {makeup}");
        }
    }

    #[test]
    fn a_request_for_more_gives_back_what_was_left() {
        let mut clock = Clock::from(day("2026-10-01"), 15, true);
        clock.pauses.push(Pause { asked: day("2026-10-06"), resumed: None });
        assert_eq!(clock.due_on(&calendar_2026()), day("2026-10-22"), "paused: still the old date");
        assert_eq!(calendar_2026().between(day("2026-10-06"), day("2026-10-22"), true), 12);
        clock.pauses[0].resumed = Some(day("2026-10-14"));
        assert_eq!(clock.due_on(&calendar_2026()), day("2026-10-30"));
    }

    #[test]
    fn a_new_holiday_moves_the_date() {
        let clock = Clock::from(day("2026-11-10"), 15, true);
        let before = Calendar::new(calendar_2026().rows().filter(|r| r.day != day("2026-11-24")).cloned());
        assert_eq!(clock.due_on(&before), day("2026-12-01"));
        assert_eq!(clock.due_on(&calendar_2026()), day("2026-12-02"));
    }

    #[test]
    fn a_proposed_day_off_does_not_count() {
        let mut proposed = row("2026-11-24", DayKind::Holiday);
        proposed.status = Status::Proposed;
        assert!(Calendar::new([proposed]).is_working(day("2026-11-24"), true));
    }

    /// The slow way: look at each day, and decide from the rows alone.
    fn oracle(rows: &[CalendarDay], start: Day, days: u32, makeup: bool) -> Day {
        let mut counted = 0;
        let mut d = start;
        loop {
            if counted == days {
                return d;
            }
            d = d.plus(1);
            let of_day: Vec<_> = rows.iter().filter(|r| r.day == d && r.status == Status::Official).collect();
            let off = of_day.iter().any(|r| r.kind != DayKind::MakeupWork);
            let made_up = makeup && of_day.iter().any(|r| r.kind == DayKind::MakeupWork);
            if !off && (d.weekday() <= 5 || made_up) {
                counted += 1;
            }
        }
    }

    proptest! {
        #[test]
        fn deadlines_agree_with_counting_day_by_day(
            offset in 0i32..700, days in 0u32..40, makeup: bool,
            marks in proptest::collection::btree_map(0i32..760, (0usize..4, any::<bool>()), 0..40),
        ) {
            let base = day("2026-01-01");
            let rows: Vec<_> = marks.into_iter().map(|(at, (kind, official))| CalendarDay {
                day: base.plus(at), kind: DayKind::ALL[kind],
                status: if official { Status::Official } else { Status::Proposed },
                name: Words::default(), source: String::new(),
            }).collect();
            let c = Calendar::new(rows.clone());
            let start = base.plus(offset);
            let due = c.add(start, days, makeup);
            prop_assert_eq!(due, oracle(&rows, start, days, makeup));
            prop_assert_eq!(c.between(start, due, makeup), days);
            let steps = c.explain(start, days, makeup);
            prop_assert_eq!(steps.iter().filter(|s| s.counted.is_ok()).count(), days as usize);
            prop_assert_eq!(steps.last().map_or(start, |s| s.day), due);
        }
    }
}
