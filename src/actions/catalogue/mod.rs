//! Reference data by an administrator's hand: offices, fields, procedures,
//! targets, rules, devices, surveys. What is referred to ends by a date and is
//! never deleted. Codes, first days and target groups stay as they were first
//! written: figures that were published hang on them.

mod calendar;
mod clocks;
mod devices;
mod fields;
mod ladder;
mod offices;
mod procedures;
mod rules;
mod surveys;
mod targets;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::Tx;
use super::check::Check;
use crate::domain::access::Officer;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::{Fault, Problem};
use crate::domain::time::Day;
use crate::domain::words::{OfficeCode, Words};
use crate::i18n::date;

pub use calendar::DayForm;
pub use clocks::{ClockForm, add_clock, end_clock};
pub use devices::{DeviceForm, Enrolled, end_device, enrol_device};
pub use fields::{FieldForm, ICONS, end_field, groups, put_field};
pub use ladder::{RungForm, add_rung, end_rung};
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

/// What forms of reference data have in common.
impl Check {
    fn names(&mut self, vi: &str, en: &str, km: &str) -> Words {
        Words { vi: self.needed("/name_vi", vi, NAME_MAX), en: self.line("/name_en", en, NAME_MAX), km: self.line("/name_km", km, NAME_MAX) }
    }

    fn source(&mut self, raw: &str) -> String {
        self.needed("/source", raw, SOURCE_MAX)
    }

    /// A last day that is not before the first.
    fn last(&mut self, raw: &str, first: Day) -> Option<Day> {
        let last = self.day("/last", raw)?;
        if last < first {
            self.fault("/last", "ends_before_it_begins");
        }
        Some(last)
    }

    /// The first day of a rule: not one that is over, so that what was decided can be explained by the rules of its day.
    fn first_day(&mut self, raw: &str, today: Day) -> Option<Day> {
        let first = self.day("/valid_from", raw)?;
        if first < today {
            self.fault("/valid_from", "day_is_past");
        }
        Some(first)
    }

    /// The last day of a rule that holds from one day on, and until another if it ends already. What is over stays over.
    fn last_day(&mut self, raw: &str, first: Day, ends: Option<Day>, today: Day) -> Option<Day> {
        if let Some(ended) = ends.filter(|last| *last < today) {
            self.put(Fault::new("/last", "rule_ended").with("day", date(ended)));
            return None;
        }
        let last = self.last(raw, first)?;
        if last < today && self.clean() {
            self.fault("/last", "day_is_past");
        }
        Some(last)
    }

    fn year(&mut self, at: &'static str, raw: &str) -> Option<i16> {
        let year = raw.trim().parse().ok().filter(|year| YEARS.contains(year));
        if year.is_none() {
            self.put(Fault::new(at, "year_between").with("first", YEARS.start()).with("last", YEARS.end()));
        }
        year
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
