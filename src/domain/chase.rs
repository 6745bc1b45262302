//! The chase (đôn đốc): a ladder of reminders, as data. A rung names a working
//! day counted from the deadline and the part that is reminded on it.

use super::calendar::Calendar;
use super::coded::words;
use super::deadline::Clock;
use super::time::Day;

words! {
    /// What a rung is counted from.
    Timing {
        /// Half of the working days from the start to the deadline are over.
        Half = "half",
        /// So many working days before the deadline.
        Before = "before",
        /// So many working days after the deadline; 1 is the first on which it is late.
        After = "after",
    }
}

words! {
    /// Who is reminded.
    Part {
        /// Who works on it; where nobody does, its office.
        Officer = "officer",
        /// The heads of its office.
        Head = "head",
        /// Supervisors of its office or one above it.
        Supervisor = "supervisor",
    }
}

/// One reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Its name.
    pub code: String,
    /// What it is counted from.
    pub timing: Timing,
    /// Working days; none for half time.
    pub days: u32,
    /// Who is reminded.
    pub part: Part,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day.
    pub valid_to: Option<Day>,
}

/// A deadline is at most so many days behind the working day before it that is looked for.
const FAR: i32 = 400;

impl Rung {
    /// Is anybody reminded by it on a day?
    pub fn is_active(&self, day: Day) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// The day on which an item with this clock and deadline comes to it. None for an item that is too short for it.
    pub fn day(&self, clock: &Clock, due_on: Day, calendar: &Calendar) -> Option<Day> {
        let makeup = clock.makeup;
        match self.timing {
            Timing::Half => {
                let whole = calendar.between(clock.start, due_on, makeup);
                (whole > 1).then(|| calendar.add(clock.start, whole.div_ceil(2), makeup))
            }
            Timing::Before => {
                let before =
                    (1..FAR).map(|n| due_on.plus(-n)).find(|day| calendar.between(*day, due_on, makeup) >= self.days && calendar.is_working(*day, makeup));
                before.filter(|day| *day > clock.start)
            }
            Timing::After => Some(calendar.add(due_on, self.days, makeup)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn rung(timing: Timing, days: u32) -> Rung {
        Rung { code: "r".to_owned(), timing, days, part: Part::Officer, valid_from: day("2025-01-01"), valid_to: None }
    }

    #[test]
    fn rungs_fall_on_working_days() {
        // Thursday 1 October 2026, fifteen working days: due on Thursday 22 October.
        let (calendar, clock, due) = (Calendar::default(), Clock::from(day("2026-10-01"), 15, true), day("2026-10-22"));
        let on = |timing, days| rung(timing, days).day(&clock, due, &calendar);
        assert_eq!(on(Timing::Half, 0), Some(day("2026-10-13")));
        assert_eq!(on(Timing::Before, 1), Some(day("2026-10-21")));
        assert_eq!(on(Timing::Before, 4), Some(day("2026-10-16")), "not on the Sunday between");
        assert_eq!(on(Timing::After, 1), Some(day("2026-10-23")));
        assert_eq!(on(Timing::After, 3), Some(day("2026-10-27")));
    }

    #[test]
    fn a_matter_of_one_day_has_no_half_and_no_day_before() {
        let (calendar, clock) = (Calendar::default(), Clock::from(day("2026-10-01"), 1, true));
        assert_eq!(rung(Timing::Half, 0).day(&clock, day("2026-10-02"), &calendar), None);
        assert_eq!(rung(Timing::Before, 1).day(&clock, day("2026-10-02"), &calendar), None);
    }
}
