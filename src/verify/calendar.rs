//! Working days and answer days from a published calendar file (ACCOUNTING.md
//! §2). Knows nothing of an item's life.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use super::{Checked, Wrong};

/// The default of ACCOUNTING.md §2.
const ANSWER_DAYS: u32 = 15;
/// More working days than any rule gives.
const LONGEST: u32 = 400;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    answer: Vec<Answer>,
    days: Vec<DayRow>,
    without_makeup: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    days: u32,
    field: Option<String>,
    kind: Option<String>,
    valid_from: Date,
    valid_to: Option<Date>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DayRow {
    day: Date,
    kind: String,
    status: String,
}

/// A calendar in force.
#[derive(Debug)]
pub(super) struct Calendar {
    /// Official days: true for one that is worked though it is a Saturday.
    days: BTreeMap<Date, bool>,
    answer: Vec<Answer>,
    without_makeup: BTreeSet<String>,
}

impl Calendar {
    pub(super) fn read(path: &str, content: &[u8]) -> Checked<Self> {
        let file: File = serde_json::from_slice(content).map_err(|e| Wrong::new(format!("{path}: {e}")))?;
        if let Some(rule) = file.answer.iter().find(|rule| rule.days > LONGEST) {
            return Err(Wrong::new(format!("{path}: an answer takes {} working days", rule.days)));
        }
        let official = file.days.into_iter().filter(|row| row.status == "official");
        let days = official.map(|row| (row.day, row.kind == "makeup_work")).collect();
        Ok(Self { days, answer: file.answer, without_makeup: file.without_makeup })
    }

    pub(super) fn counts_makeup(&self, office: &str) -> bool {
        !self.without_makeup.contains(office)
    }

    /// Answer days of a kind and field on the day received: the most specific rule.
    pub(super) fn answer_days(&self, kind: &str, field: Option<&str>, received: Date) -> u32 {
        let fits = |rule: &&Answer| {
            rule.valid_from <= received
                && rule.valid_to.is_none_or(|last| received <= last)
                && rule.kind.as_deref().is_none_or(|of| of == kind)
                && rule.field.as_deref().is_none_or(|of| Some(of) == field)
        };
        let rule = self.answer.iter().filter(fits).max_by_key(|rule| (rule.kind.is_some(), rule.field.is_some(), rule.valid_from));
        rule.map_or(ANSWER_DAYS, |rule| rule.days)
    }

    fn is_working(&self, day: Date, makeup: bool) -> bool {
        match self.days.get(&day) {
            Some(true) => makeup || day.weekday().to_monday_one_offset() <= 5,
            Some(false) => false,
            None => day.weekday().to_monday_one_offset() <= 5,
        }
    }

    /// The day that is so many working days after another.
    pub(super) fn add(&self, start: Date, working: u32, makeup: bool) -> Date {
        let mut day = start;
        let mut left = working;
        while left > 0 && day < Date::MAX {
            day = next(day);
            if self.is_working(day, makeup) {
                left -= 1;
            }
        }
        day
    }

    /// Working days after one day up to and including another.
    pub(super) fn between(&self, from: Date, to: Date, makeup: bool) -> u32 {
        let days = std::iter::successors(Some(next(from)), |day| Some(next(*day)).filter(|next| next > day)).take_while(|day| *day <= to);
        days.filter(|day| self.is_working(*day, makeup)).map(|_| 1).sum()
    }
}

/// The day after. Calendars end in the year 9999.
pub(super) fn next(day: Date) -> Date {
    day.saturating_add(1.day())
}
