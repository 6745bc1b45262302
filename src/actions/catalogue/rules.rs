//! Routing rules: what goes where, from when to when.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Check, EndForm, begin, finish};
use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::{Code, Problem};
use crate::domain::routing::{Rule, Subject, Target};
use crate::domain::time::Day;
use crate::domain::words::{FieldCode, ProcedureKey};
use crate::store::catalogue as store;

/// How a rule says "the office that the sender named".
pub const NAMED: &str = "@place";

/// What an administrator types of a routing rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    /// What it looks at, as the ledger names it: `field:land`, `procedure:1.012784`.
    pub subject: String,
    /// Only for offices within this one; empty for all.
    pub place: String,
    /// Where it sends: an office's code, or [`NAMED`].
    pub office: String,
    /// Its first day.
    pub valid_from: String,
    /// The decision that this rests on.
    pub source: String,
}

fn subject(check: &mut Check, typed: &str, catalogue: &Catalogue, on: Day) -> Option<Subject> {
    let at = "/subject";
    match typed.split_once(':') {
        Some(("field", code)) => {
            let code: FieldCode = check.word(at, code, "unknown_field")?;
            match catalogue.field(&code) {
                None => check.fault(at, "unknown_field"),
                Some(f) if f.valid_to.is_some_and(|last| last < on) => check.fault(at, "ended_field"),
                Some(_) => return Some(Subject::Field(code)),
            }
        }
        Some(("procedure", key)) => {
            let key: ProcedureKey = check.word(at, key, "unknown_procedure")?;
            match catalogue.procedure(&key) {
                None => check.fault(at, "unknown_procedure"),
                Some(p) if p.valid_to.is_some_and(|last| last < on) => check.fault(at, "ended_procedure"),
                Some(_) => return Some(Subject::Procedure(key)),
            }
        }
        _ => check.fault(at, "not_a_choice"),
    }
    None
}

/// Adds a routing rule. It holds for opinions that come in from its first day on.
pub fn add_rule(tx: &mut Tx<'_>, by: &Officer, form: &RuleForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let mut check = Check::default();
    let subject = subject(&mut check, form.subject.trim(), &catalogue, tx.today);
    let place = match form.place.trim() {
        "" => None,
        typed => check.office("/place", typed, &catalogue, tx.today),
    };
    let target = match form.office.trim() {
        NAMED => Some(Target::Named),
        typed => check.office("/office", typed, &catalogue, tx.today).map(Target::Office),
    };
    let valid_from = check.first_day(&form.valid_from, tx.today);
    let source = check.source(&form.source);
    match (subject, target, valid_from) {
        (Some(subject), Some(target), Some(valid_from)) if check.clean() => {
            let rule = Rule { id: 0, subject, place, target, valid_from, valid_to: None };
            store::add_rule(tx.conn, &rule, &source)?;
            let detail = json!({"place": form.place.trim(), "office": form.office.trim(), "valid_from": valid_from, "source": source});
            finish(tx, by, "rule.add", rule.name(), detail)
        }
        _ => Err(check.into()),
    }
}

/// Ends a routing rule.
pub fn end_rule(tx: &mut Tx<'_>, by: &Officer, id: i64, form: &EndForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let rule = catalogue.rules.iter().find(|r| r.id == id).ok_or(Code::NotFound)?;
    let mut check = Check::default();
    match check.last_day(&form.last, rule.valid_from, rule.valid_to, tx.today) {
        Some(last) if check.clean() => {
            store::end_rule(tx.conn, id, last)?;
            finish(tx, by, "rule.end", rule.name(), json!({"id": id, "last": last}))
        }
        _ => Err(check.into()),
    }
}
