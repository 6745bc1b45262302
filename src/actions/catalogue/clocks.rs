//! Clock rules: how many working days a step of the work takes, from when to when.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Check, EndForm, begin, finish};
use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::catalogue::{ClockRule, STEPS};
use crate::domain::error::{Code, Problem};
use crate::domain::words::{FieldCode, Kind};
use crate::store::catalogue as store;

/// The most working days of a step: more is a typing error. The law's longest term for an answer is 60.
const MOST_DAYS: u32 = 100;

/// What an administrator types of a clock rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClockForm {
    /// Which step: one of [`STEPS`].
    pub step: String,
    /// Only for this kind; empty for all.
    pub kind: String,
    /// Only for this field; empty for all.
    pub field: String,
    /// Working days.
    pub days: String,
    /// Its first day.
    pub valid_from: String,
    /// The decision that this rests on.
    pub source: String,
}

/// Adds a clock rule. It holds for opinions received from its first day on: a term that runs is not changed.
pub fn add_clock(tx: &mut Tx<'_>, by: &Officer, form: &ClockForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let mut check = Check::default();
    let step = check.one_of("/step", &form.step, &STEPS);
    let kind: Option<Kind> = match form.kind.trim() {
        "" => None,
        typed => check.word("/kind", typed, "not_a_choice"),
    };
    let field: Option<FieldCode> = match form.field.trim() {
        "" => None,
        typed => check.word("/field", typed, "unknown_field"),
    };
    match field.as_ref().map(|code| catalogue.field(code)) {
        Some(None) => check.fault("/field", "unknown_field"),
        Some(Some(f)) if f.valid_to.is_some_and(|last| last < tx.today) => check.fault("/field", "ended_field"),
        Some(Some(_)) | None => {}
    }
    let days = check.number("/days", &form.days, 1..=MOST_DAYS);
    let valid_from = check.first_day(&form.valid_from, tx.today);
    let source = check.source(&form.source);
    let same = |rule: &ClockRule| rule.step == step && rule.kind == kind && rule.field == field && Some(rule.valid_from) == valid_from;
    if catalogue.clocks.iter().any(|rule| same(rule) && rule.valid_to.is_none_or(|last| Some(last) >= valid_from)) {
        check.fault("/valid_from", "clock_exists");
    }
    match (days, valid_from) {
        (Some(days), Some(valid_from)) if check.clean() => {
            let rule = ClockRule { id: 0, kind, field, step, days, valid_from, valid_to: None };
            store::add_clock(tx.conn, &rule, &source)?;
            let detail = json!({"kind": rule.kind, "field": rule.field, "days": days, "valid_from": valid_from, "source": source});
            finish(tx, by, "clock.add", format!("clock:{}", rule.step), detail)
        }
        _ => Err(check.into()),
    }
}

/// Ends a clock rule. Opinions received until its last day keep its term.
pub fn end_clock(tx: &mut Tx<'_>, by: &Officer, id: i64, form: &EndForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let rule = catalogue.clocks.iter().find(|rule| rule.id == id).ok_or(Code::NotFound)?;
    let mut check = Check::default();
    let last = check.last_day(&form.last, rule.valid_from, rule.valid_to, tx.today);
    // Without a rule for everything a step would have no term.
    let general = rule.kind.is_none() && rule.field.is_none();
    let another = |other: &&ClockRule| other.id != id && other.step == rule.step && other.kind.is_none() && other.field.is_none();
    let follows = |last| catalogue.clocks.iter().filter(another).any(|other| other.is_active(last));
    if general && last.is_some_and(|last| !follows(last.next())) {
        check.fault("/last", "clock_is_needed");
    }
    match last {
        Some(last) if check.clean() => {
            store::end_clock(tx.conn, id, last)?;
            finish(tx, by, "clock.end", format!("clock:{}", rule.step), json!({"id": id, "last": last}))
        }
        _ => Err(check.into()),
    }
}
