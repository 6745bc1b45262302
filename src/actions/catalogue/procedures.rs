//! Procedures, with what is not verified said so.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Check, EndForm, NAME_MAX, POSITIONS, begin, finish, tick, ticked};
use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::catalogue::Procedure;
use crate::domain::error::{Code, Problem};
use crate::domain::words::{FieldCode, ProcedureKey};
use crate::store::catalogue as store;

/// Who handles a procedure.
pub const LEVELS: [&str; 3] = ["province", "commune", "authority"];

/// What an administrator types of a procedure.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcedureForm {
    /// Its key; fixed after the first time.
    pub key: String,
    /// Its national code, if known.
    pub code: String,
    /// Its official Vietnamese name.
    pub name: String,
    /// What people call it, with commas between.
    pub also_called: String,
    /// The code of its sector, which decides its field.
    pub sector: String,
    /// Who handles it.
    pub level: String,
    /// `1` when the code was seen in an official text.
    pub verified: String,
    /// Its place among the frequent ones.
    pub position: String,
    /// Its first day; fixed after the first time.
    pub valid_from: String,
    /// The decision that this rests on.
    pub source: String,
}

/// The form of a procedure. `sectors` as they are kept: a procedure names its sector by label.
pub fn procedure_form(p: &Procedure, sectors: &[store::Sector]) -> ProcedureForm {
    ProcedureForm {
        key: p.key.to_string(),
        code: p.code.clone().unwrap_or_default(),
        name: p.name.clone(),
        also_called: p.also_called.clone(),
        sector: sector_of(p, sectors).unwrap_or_default(),
        level: p.level.clone(),
        verified: tick(p.verified),
        position: p.position.to_string(),
        valid_from: p.valid_from.to_string(),
        source: String::new(),
    }
}

fn sector_of(p: &Procedure, sectors: &[store::Sector]) -> Option<String> {
    sectors.iter().find(|s| s.label == p.sector && s.field == p.field.as_str()).map(|s| s.code.clone())
}

/// Adds a procedure, or changes the one with this key.
pub fn put_procedure(tx: &mut Tx<'_>, by: &Officer, key: Option<&ProcedureKey>, form: &ProcedureForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let held = key.map(|k| catalogue.procedure(k).ok_or(Code::NotFound)).transpose()?;
    let mut check = Check::default();
    let (key, valid_from): (Option<ProcedureKey>, _) = match held {
        Some(procedure) => (Some(procedure.key.clone()), Some(procedure.valid_from)),
        None => (check.word("/key", &form.key, "code_form"), check.day("/valid_from", &form.valid_from)),
    };
    if held.is_none() && key.as_ref().is_some_and(|k| catalogue.procedure(k).is_some()) {
        check.fault("/key", "already_exists");
    }
    let name = check.needed("/name", &form.name, NAME_MAX);
    let also_called = check.line("/also_called", &form.also_called, NAME_MAX);
    let sector = store::sectors(tx.conn)?.into_iter().find(|s| s.code == form.sector.trim());
    if sector.is_none() {
        check.fault("/sector", "not_a_choice");
    }
    let code = Some(check.line("/code", &form.code, 60)).filter(|c| !c.is_empty());
    let level = check.one_of("/level", &form.level, &LEVELS);
    let position = check.number("/position", &form.position, POSITIONS);
    let source = check.source(&form.source);
    match (key, sector, valid_from, position) {
        (Some(key), Some(sector), Some(valid_from), Some(position)) if check.clean() => {
            let field: FieldCode = sector.field.parse().map_err(|_| Problem::Internal(format!("sector {} has no field", sector.code)))?;
            let procedure = Procedure {
                key: key.clone(),
                folded: Procedure::fold(&name, &key, &also_called),
                code,
                name,
                also_called,
                sector: sector.label,
                field,
                level,
                verified: ticked(&form.verified),
                position,
                valid_from,
                valid_to: held.and_then(|p| p.valid_to),
                replaced_by: held.and_then(|p| p.replaced_by.clone()),
            };
            store::put_procedure(tx.conn, &procedure, &sector.code, &source)?;
            finish(tx, by, "procedure.put", format!("procedure:{key}"), json!({"new": held.is_none(), "source": source}))
        }
        _ => Err(check.into()),
    }
}

/// Ends a procedure; another may replace it.
pub fn end_procedure(tx: &mut Tx<'_>, by: &Officer, key: &ProcedureKey, form: &EndForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let procedure = catalogue.procedure(key).ok_or(Code::NotFound)?;
    let mut check = Check::default();
    let last = check.last(&form.last, procedure.valid_from);
    let replaced_by: Option<ProcedureKey> = match form.successor.trim() {
        "" => None,
        typed => check.word("/successor", typed, "unknown_procedure"),
    };
    match replaced_by.as_ref().map(|next| (next, catalogue.procedure(next))) {
        None => {}
        Some((next, _)) if next == key => check.fault("/successor", "follows_itself"),
        Some((_, None)) => check.fault("/successor", "unknown_procedure"),
        Some((_, Some(p))) if p.valid_to.is_some() => check.fault("/successor", "ended_procedure"),
        Some(_) => {}
    }
    match last {
        Some(last) if check.clean() => {
            store::end_procedure(tx.conn, key.as_str(), last, replaced_by.as_ref().map(ProcedureKey::as_str))?;
            finish(tx, by, "procedure.end", format!("procedure:{key}"), json!({"last": last, "replaced_by": replaced_by}))
        }
        _ => Err(check.into()),
    }
}
