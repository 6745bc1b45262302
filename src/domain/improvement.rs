//! What an office changes because of opinions: cause, action, owner, last day,
//! evidence, and where it stands. Written by one person, published by another.

use serde::{Deserialize, Serialize};

use super::coded::words;
use super::tally::Half;
use super::time::Day;
use super::words::{FieldCode, OfficeCode, Serial};

words! {
    /// Where an action stands.
    Progress {
        /// It is to be done, or being done.
        Planned = "planned",
        /// It is done, and there is evidence.
        Done = "done",
        /// It will not be done, for a reason.
        Dropped = "dropped",
    }
}

/// An action as a version of it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Improvement {
    /// The opinions that led to it.
    pub serials: Vec<Serial>,
    /// The field whose figures should change.
    pub field: FieldCode,
    /// Why things were as they were.
    pub cause: String,
    /// What is changed.
    pub action: String,
    /// Who does it.
    pub owner: OfficeCode,
    /// The day it begins.
    pub begins_on: Day,
    /// The last day.
    pub due_on: Day,
    /// Where it stands.
    pub progress: Progress,
    /// The day it was done.
    pub done_on: Option<Day>,
    /// What shows that it was done.
    pub evidence: String,
    /// Where that can be seen.
    pub link: String,
    /// Why it was dropped.
    pub reason: String,
}

/// So many half-months are looked at on each side: three months.
const HALVES: usize = 6;

impl Improvement {
    /// Is its last day past and it still to be done?
    pub fn is_overdue(&self, today: Day) -> bool {
        match self.progress {
            Progress::Planned => self.due_on < today,
            Progress::Done | Progress::Dropped => false,
        }
    }

    /// The six half-months before the one that it began in: first and last day.
    pub fn before(&self) -> (Day, Day) {
        let last = Half::of(self.begins_on).first().plus(-1);
        let first = (1..HALVES).fold(Half::of(last), |half, _| Half::of(half.first().plus(-1)));
        (first.first(), last)
    }

    /// Up to six half-months after the one that it was done in, as far as they are over; none while none is.
    pub fn after(&self, today: Day) -> Option<(Day, Day)> {
        let first = Half::of(self.done_on?).last().next();
        let over = |half: &Half| half.last() < today;
        let halves = std::iter::successors(Some(Half::of(first)), |half| Some(Half::of(half.last().next())));
        Some((first, halves.take(HALVES).take_while(over).last()?.last()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn it_is_measured_by_whole_half_months_before_it_began_and_after_it_was_done() {
        let action = Improvement {
            serials: vec![Serial(1)],
            field: "land".parse().unwrap(),
            cause: String::new(),
            action: String::new(),
            owner: "ct".parse().unwrap(),
            begins_on: day("2026-10-20"),
            due_on: day("2026-11-30"),
            progress: Progress::Done,
            done_on: Some(day("2026-11-10")),
            evidence: String::new(),
            link: String::new(),
            reason: String::new(),
        };
        assert_eq!(action.before(), (day("2026-07-15"), day("2026-10-14")));
        assert_eq!(action.after(day("2026-11-30")), None, "that half-month is not over");
        assert_eq!(action.after(day("2026-12-01")), Some((day("2026-11-15"), day("2026-11-30"))));
        assert_eq!(action.after(day("2027-12-01")), Some((day("2026-11-15"), day("2027-02-14"))));
        assert!(!action.is_overdue(day("2027-01-01")));
        let planned = Improvement { progress: Progress::Planned, done_on: None, ..action };
        assert!(planned.is_overdue(day("2026-12-01")) && !planned.is_overdue(day("2026-11-30")));
        assert_eq!(planned.after(day("2027-01-01")), None);
    }
}
