//! Reading what somebody typed into a form: each fault is noted beside its
//! field, so that all of them are told at once.

use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::domain::error::{Fault, Problem};
use crate::domain::text::{clean, clean_line};
use crate::domain::time::Day;

/// Collects the faults of a form while its fields are read.
#[derive(Default)]
pub(super) struct Check(Vec<Fault>);

impl Check {
    /// Notes a fault.
    pub(super) fn fault(&mut self, at: &'static str, code: &'static str) {
        self.put(Fault::new(at, code));
    }

    /// Notes a fault whose sentence names something.
    pub(super) fn put(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    fn bounded(&mut self, at: &'static str, text: String, max: usize) -> String {
        let got = text.chars().count();
        if got > max {
            self.put(Fault::new(at, "too_long").with("max", max).with("over", got - max));
        }
        text
    }

    fn not_empty(&mut self, at: &'static str, text: String) -> String {
        if text.is_empty() {
            self.fault(at, "words_missing");
        }
        text
    }

    /// One line; too long is a fault, empty is not.
    pub(super) fn line(&mut self, at: &'static str, raw: &str, max: usize) -> String {
        self.bounded(at, clean_line(raw), max)
    }

    /// One line that must not be empty.
    pub(super) fn needed(&mut self, at: &'static str, raw: &str, max: usize) -> String {
        let line = self.line(at, raw, max);
        self.not_empty(at, line)
    }

    /// Several lines; too long is a fault, empty is not.
    pub(super) fn text(&mut self, at: &'static str, raw: &str, max: usize) -> String {
        self.bounded(at, clean(raw), max)
    }

    /// Several lines that must not be empty.
    pub(super) fn words(&mut self, at: &'static str, raw: &str, max: usize) -> String {
        let text = self.text(at, raw, max);
        self.not_empty(at, text)
    }

    /// A choice of a list.
    pub(super) fn word<T: FromStr>(&mut self, at: &'static str, raw: &str, code: &'static str) -> Option<T> {
        self.read(at, raw, "choice_missing", code)
    }

    /// A day.
    pub(super) fn day(&mut self, at: &'static str, raw: &str) -> Option<Day> {
        let day = Day::typed(raw);
        if day.is_none() {
            self.fault(at, if raw.trim().is_empty() { "day_missing" } else { "not_a_day" });
        }
        day
    }

    /// Nothing chosen is another fault than something unknown.
    fn read<T: FromStr>(&mut self, at: &'static str, raw: &str, missing: &'static str, unknown: &'static str) -> Option<T> {
        let read = raw.trim().parse().ok();
        if read.is_none() {
            self.fault(at, if raw.trim().is_empty() { missing } else { unknown });
        }
        read
    }

    /// A number within bounds.
    pub(super) fn number<T: FromStr + PartialOrd + std::fmt::Display>(&mut self, at: &'static str, raw: &str, range: RangeInclusive<T>) -> Option<T> {
        let number = raw.trim().parse().ok().filter(|n| range.contains(n));
        if number.is_none() {
            self.put(Fault::new(at, "number_between").with("min", range.start()).with("max", range.end()));
        }
        number
    }

    /// Nothing is wrong so far.
    pub(super) fn clean(&self) -> bool {
        self.0.is_empty()
    }

    /// What was read, if nothing is wrong with it.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with every fault.
    pub(super) fn done<T>(self, read: Option<T>) -> Result<T, Problem> {
        read.filter(|_| self.clean()).ok_or(Problem::Invalid(self.0))
    }

    /// The faults alone.
    pub(super) fn faults(self) -> Vec<Fault> {
        self.0
    }
}

impl From<Check> for Problem {
    fn from(check: Check) -> Self {
        Self::Invalid(check.0)
    }
}
