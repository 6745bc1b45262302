//! Identifiers that have a form: the patterns of the rules, one after the
//! other, each on what the ones before it left.

use std::collections::BTreeMap;
use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

use super::reading::Reading;
use super::{PatternRule, RuleFault, What};

/// How far the conditions of a pattern look to either side.
const SIDE: usize = 24;

pub(super) struct Pattern {
    /// What is covered. Nothing: the place is kept, and no later pattern reads it.
    what: Option<What>,
    find: Regex,
    unless_before: Option<Regex>,
    unless_after: Option<Regex>,
}

impl Pattern {
    pub fn of(rule: &PatternRule, parts: &BTreeMap<String, String>) -> Result<Self, RuleFault> {
        let what = if rule.what == KEEP { None } else { Some(rule.what.parse().map_err(|e| RuleFault { rule: rule.find.clone(), why: format!("{e}") })?) };
        let side = |pattern: &Option<String>| pattern.as_deref().map(|p| compiled(p, parts)).transpose();
        Ok(Self { what, find: compiled(&rule.find, parts)?, unless_before: side(&rule.unless_before)?, unless_after: side(&rule.unless_after)? })
    }

    /// Keeps what is written exactly so.
    pub fn keeping(bare: &[u8]) -> Result<Self, RuleFault> {
        let literal = regex::escape(&String::from_utf8_lossy(bare));
        Ok(Self { what: None, find: compiled(&literal, &BTreeMap::new())?, unless_before: None, unless_after: None })
    }

    /// Masks every place that fits, and returns those to cover.
    pub fn take(&self, reading: &mut Reading, found: &mut Vec<(What, Range<usize>)>) {
        let mut from = 0;
        while let Some(groups) = self.find.captures_at(&reading.bare, from) {
            let Some(whole) = groups.get(0) else { return };
            let part = groups.name("x").unwrap_or(whole).range();
            let start = whole.start();
            if part.is_empty() || self.is_refused(&reading.bare, start, part.end) {
                from = start + 1;
            } else {
                reading.mask(&part);
                from = part.end;
                found.extend(self.what.map(|what| (what, part)));
            }
            if from > reading.bare.len() {
                return;
            }
        }
    }

    fn is_refused(&self, bare: &[u8], start: usize, end: usize) -> bool {
        let before = bare.get(start.saturating_sub(SIDE)..start).unwrap_or_default();
        let after = bare.get(end..bare.len().min(end + SIDE)).unwrap_or_default();
        self.unless_before.as_ref().is_some_and(|r| r.is_match(before)) || self.unless_after.as_ref().is_some_and(|r| r.is_match(after))
    }
}

/// The word of a rule that protects instead of covering.
const KEEP: &str = "keep";

/// `{{name}}` stands for a part; parts may use parts.
fn compiled(pattern: &str, parts: &BTreeMap<String, String>) -> Result<Regex, RuleFault> {
    let mut whole = pattern.to_owned();
    for _ in 0..3 {
        for (name, part) in parts {
            whole = whole.replace(&format!("{{{{{name}}}}}"), part);
        }
    }
    let regex = RegexBuilder::new(&whole).unicode(false).case_insensitive(true).build();
    regex.map_err(|e| RuleFault { rule: pattern.to_owned(), why: e.to_string() })
}
