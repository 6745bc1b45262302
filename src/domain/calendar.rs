//! Working days: weekends, holidays, swaps and make-up Saturdays, as dated data
//! that an administrator edits (DOMAIN.md §4, ACCOUNTING.md §2).

use std::collections::BTreeMap;

use super::coded::words;
use super::time::Day;
use super::words::Words;

words! {
    /// What a row of the calendar says of its day.
    DayKind {
        /// Nghỉ lễ, tết.
        Holiday = "holiday",
        /// Nghỉ bù: a holiday that fell on a day off.
        Compensation = "compensation",
        /// Nghỉ hoán đổi: a working day off in exchange for a Saturday.
        SwapOff = "swap_off",
        /// Làm bù: a Saturday that is worked.
        MakeupWork = "makeup_work",
    }
}

words! {
    /// Only official rows count; proposed ones are shown.
    Status {
        /// Decided and published.
        Official = "official",
        /// Announced, not decided.
        Proposed = "proposed",
    }
}

/// One row of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDay {
    /// Which day.
    pub day: Day,
    /// What it is.
    pub kind: DayKind,
    /// Whether it counts.
    pub status: Status,
    /// Its name in three languages.
    pub name: Words,
    /// Where the fact comes from.
    pub source: String,
}

/// The calendar in force.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    days: BTreeMap<Day, CalendarDay>,
    last_year: i16,
}

/// Why a day did not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// Saturday or Sunday.
    Weekend,
    /// A day off of the calendar.
    Off(CalendarDay),
}

/// One day of the way from start to deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The day.
    pub day: Day,
    /// Its number among the working days, or why it has none.
    pub counted: Result<u32, Skip>,
}

/// The most working days that are ever counted: a year's worth.
pub const MOST_DAYS: u32 = 400;

impl Calendar {
    /// A calendar of these rows; the last year held is that of the last official row.
    pub fn new(rows: impl IntoIterator<Item = CalendarDay>) -> Self {
        let mut days: BTreeMap<Day, CalendarDay> = BTreeMap::new();
        for row in rows {
            // A decided row stands above a proposed one for the same day.
            let keep = days.get(&row.day).is_none_or(|held| held.status == Status::Proposed);
            if keep {
                days.insert(row.day, row);
            }
        }
        let last_year = days.values().filter(|d| d.status == Status::Official).map(|d| d.day.year()).max().unwrap_or(0);
        Self { days, last_year }
    }

    /// Is it worked? `makeup`: whether the office counts make-up Saturdays.
    pub fn is_working(&self, day: Day, makeup: bool) -> bool {
        self.skip(day, makeup).is_none()
    }

    /// Why a day doesn't count, or `None` when it does.
    pub fn skip(&self, day: Day, makeup: bool) -> Option<Skip> {
        let row = self.days.get(&day).filter(|row| row.status == Status::Official);
        match row.map(|row| row.kind) {
            Some(DayKind::MakeupWork) if makeup => None,
            Some(DayKind::MakeupWork) | None => day.is_weekend().then_some(Skip::Weekend),
            Some(DayKind::Holiday | DayKind::Compensation | DayKind::SwapOff) => row.map(|row| Skip::Off(row.clone())),
        }
    }

    /// The day that is `working` working days after `start`; day 0 is `start` and never counts.
    pub fn add(&self, start: Day, working: u32, makeup: bool) -> Day {
        let mut day = start;
        let mut left = working.min(MOST_DAYS);
        while left > 0 {
            day = day.next();
            if self.is_working(day, makeup) {
                left -= 1;
            }
        }
        day
    }

    /// Working days after `from`, up to and including `to`; 0 when `to` is not later.
    pub fn between(&self, from: Day, to: Day, makeup: bool) -> u32 {
        let mut day = from;
        let mut count = 0;
        while day < to {
            day = day.next();
            if self.is_working(day, makeup) {
                count += 1;
            }
        }
        count
    }

    /// Every day from the day after `start` to the deadline `working` days later, with its number or its reason.
    pub fn explain(&self, start: Day, working: u32, makeup: bool) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut day = start;
        let mut number = 0;
        while number < working.min(MOST_DAYS) {
            day = day.next();
            let counted = match self.skip(day, makeup) {
                Some(skip) => Err(skip),
                None => {
                    number += 1;
                    Ok(number)
                }
            };
            steps.push(Step { day, counted });
        }
        steps
    }

    /// Beyond the last year held only weekends are off: such a date is provisional.
    pub fn is_provisional(&self, day: Day) -> bool {
        day.year() > self.last_year
    }

    /// All rows, by day.
    pub fn rows(&self) -> impl Iterator<Item = &CalendarDay> {
        self.days.values()
    }

    /// The row of a day, decided or proposed.
    pub fn row(&self, day: Day) -> Option<&CalendarDay> {
        self.days.get(&day)
    }
}
