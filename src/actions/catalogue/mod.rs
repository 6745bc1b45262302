//! Reference data by an administrator's hand: offices, fields, procedures,
//! targets, rules, devices, surveys. What is referred to ends by a date and is
//! never deleted. Codes, first days and target groups stay as they were first
//! written: figures that were published hang on them.

mod calendar;
mod clocks;
mod devices;
mod fields;
mod offices;
mod procedures;
mod rules;
mod surveys;
mod targets;

use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Tx;
use crate::domain::access::Officer;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::{Fault, Problem};
use crate::domain::text::clean_line;
use crate::domain::time::Day;
use crate::domain::words::{OfficeCode, Words};

pub use calendar::DayForm;
pub use clocks::{ClockForm, add_clock, end_clock};
pub use devices::{DeviceForm, Enrolled, end_device, enrol_device};
pub use fields::{FieldForm, ICONS, end_field, groups, put_field};
pub use offices::{OfficeForm, end_office, put_office};
pub use procedures::{LEVELS, ProcedureForm, end_procedure, procedure_form, put_procedure};
pub use rules::{NAMED, RuleForm, add_rule, end_rule};
pub use surveys::open_survey;
pub use targets::{TargetForm, put_target, scopes};

const NAME_MAX: usize = 300;
const SOURCE_MAX: usize = 500;
const POSITIONS: RangeInclusive<i32> = 1..=999;
const YEARS: RangeInclusive<i16> = 2_000..=2_100;

/// Only administrators, one after the other: the counter is taken first, so
/// what is checked here is what holds when it is written.
fn begin(tx: &mut Tx<'_>, by: &Officer) -> Result<(), Problem> {
    by.may_administer()?;
    tx.recatalogue()
}

fn finish(tx: &mut Tx<'_>, by: &Officer, action: &str, subject: String, detail: serde_json::Value) -> Result<(), Problem> {
    tx.recatalogue()?;
    tx.audit(Some(by), action, subject, detail)
}

/// Collects the faults of a form while its fields are read.
#[derive(Default)]
struct Check(Vec<Fault>);

impl Check {
    fn fault(&mut self, at: &'static str, code: &'static str) {
        self.0.push(Fault::new(at, code));
    }

    /// One line; too long is a fault, empty is not.
    fn line(&mut self, at: &'static str, raw: &str, max: usize) -> String {
        let line = clean_line(raw);
        let got = line.chars().count();
        if got > max {
            self.0.push(Fault::new(at, "too_long").with("max", max).with("over", got - max));
        }
        line
    }

    /// One line that must not be empty.
    fn needed(&mut self, at: &'static str, raw: &str, max: usize) -> String {
        let line = self.line(at, raw, max);
        if line.is_empty() {
            self.fault(at, "words_missing");
        }
        line
    }

    fn names(&mut self, vi: &str, en: &str, km: &str) -> Words {
        Words { vi: self.needed("/name_vi", vi, NAME_MAX), en: self.line("/name_en", en, NAME_MAX), km: self.line("/name_km", km, NAME_MAX) }
    }

    fn source(&mut self, raw: &str) -> String {
        self.needed("/source", raw, SOURCE_MAX)
    }

    fn word<T: FromStr>(&mut self, at: &'static str, raw: &str, code: &'static str) -> Option<T> {
        self.read(at, raw, "choice_missing", code)
    }

    fn day(&mut self, at: &'static str, raw: &str) -> Option<Day> {
        self.read(at, raw, "day_missing", "not_a_day")
    }

    /// Nothing chosen is another fault than something unknown.
    fn read<T: FromStr>(&mut self, at: &'static str, raw: &str, missing: &'static str, unknown: &'static str) -> Option<T> {
        let read = raw.trim().parse().ok();
        if read.is_none() {
            self.fault(at, if raw.trim().is_empty() { missing } else { unknown });
        }
        read
    }

    /// A last day that is not before the first.
    fn last(&mut self, raw: &str, first: Day) -> Option<Day> {
        let last = self.day("/last", raw)?;
        if last < first {
            self.fault("/last", "ends_before_it_begins");
        }
        Some(last)
    }

    fn year(&mut self, at: &'static str, raw: &str) -> Option<i16> {
        let year = raw.trim().parse().ok().filter(|year| YEARS.contains(year));
        if year.is_none() {
            self.0.push(Fault::new(at, "year_between").with("first", YEARS.start()).with("last", YEARS.end()));
        }
        year
    }

    fn number<T: FromStr + PartialOrd + std::fmt::Display>(&mut self, at: &'static str, raw: &str, range: RangeInclusive<T>) -> Option<T> {
        let number = raw.trim().parse().ok().filter(|n| range.contains(n));
        if number.is_none() {
            self.0.push(Fault::new(at, "number_between").with("min", range.start()).with("max", range.end()));
        }
        number
    }

    fn one_of(&mut self, at: &'static str, raw: &str, list: &[&str]) -> String {
        let word = raw.trim();
        if !list.contains(&word) {
            self.fault(at, if word.is_empty() { "choice_missing" } else { "not_a_choice" });
        }
        word.to_owned()
    }

    /// An office that exists on a day.
    fn office(&mut self, at: &'static str, raw: &str, catalogue: &Catalogue, on: Day) -> Option<OfficeCode> {
        let code: OfficeCode = self.word(at, raw, "unknown_office")?;
        match catalogue.offices.get(&code) {
            None => self.fault(at, "unknown_office"),
            Some(office) if !office.is_active(on) => self.fault(at, "ended_office"),
            Some(_) => return Some(code),
        }
        None
    }

    fn clean(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Check> for Problem {
    fn from(check: Check) -> Self {
        Self::Invalid(check.0)
    }
}

fn ticked(raw: &str) -> bool {
    raw == "1"
}

fn tick(yes: bool) -> String {
    if yes { "1".to_owned() } else { String::new() }
}

fn written<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// What ends, and what takes its place.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EndForm {
    /// The last day on which it holds.
    pub last: String,
    /// Who or what takes over; nothing for a field and a rule.
    pub successor: String,
}
