//! Fields and the target group that each counts in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Check, EndForm, NAME_MAX, POSITIONS, begin, finish};
use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::catalogue::{Catalogue, Field};
use crate::domain::error::{Code, Problem};
use crate::domain::time::Day;
use crate::domain::words::{FieldCode, TargetGroup, Words};
use crate::store::catalogue as store;

/// The icons that the pages can draw for a field.
pub const ICONS: [&str; 8] = ["land", "build", "invest", "people", "shop", "work", "care", "other"];
/// The group of the fields that share the overall target.
pub(super) const WITHOUT_TARGET: &str = "other";

/// What an administrator types of a field.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FieldForm {
    /// Its code; fixed after the first time.
    pub code: String,
    /// Its place in lists.
    pub position: String,
    /// The target group; fixed after the first time, because tallies are kept by it.
    pub group: String,
    /// Its name in Vietnamese.
    pub name_vi: String,
    /// Its name in English.
    pub name_en: String,
    /// Its name in Khmer.
    pub name_km: String,
    /// What belongs to it, in Vietnamese.
    pub hint_vi: String,
    /// What belongs to it, in English.
    pub hint_en: String,
    /// What belongs to it, in Khmer.
    pub hint_km: String,
    /// Its icon.
    pub icon: String,
    /// Its first day; fixed after the first time.
    pub valid_from: String,
    /// The decision that this rests on.
    pub source: String,
}

impl From<&Field> for FieldForm {
    fn from(f: &Field) -> Self {
        Self {
            code: f.code.to_string(),
            position: f.position.to_string(),
            group: f.group.to_string(),
            name_vi: f.name.vi.clone(),
            name_en: f.name.en.clone(),
            name_km: f.name.km.clone(),
            hint_vi: f.hint.vi.clone(),
            hint_en: f.hint.en.clone(),
            hint_km: f.hint.km.clone(),
            icon: f.icon.clone(),
            valid_from: f.valid_from.to_string(),
            source: String::new(),
        }
    }
}

/// The groups that a field may be measured in.
pub fn groups(catalogue: &Catalogue) -> Vec<String> {
    let mut groups: BTreeSet<String> = catalogue.fields.iter().map(|f| f.group.to_string()).collect();
    groups.insert(WITHOUT_TARGET.to_owned());
    groups.into_iter().collect()
}

/// Adds a field, or changes the one with this code.
pub fn put_field(tx: &mut Tx<'_>, by: &Officer, code: Option<&FieldCode>, form: &FieldForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let held = code.map(|c| catalogue.field(c).ok_or(Code::NotFound)).transpose()?;
    let mut check = Check::default();
    let (code, group, valid_from): (Option<FieldCode>, Option<TargetGroup>, _) = match held {
        Some(field) => (Some(field.code.clone()), Some(field.group.clone()), Some(field.valid_from)),
        None => {
            let code = check.word("/code", &form.code, "code_form");
            let group = check.word("/group", &form.group, "not_a_choice");
            (code, group, check.day("/valid_from", &form.valid_from))
        }
    };
    if held.is_none() && code.as_ref().is_some_and(|c| catalogue.field(c).is_some()) {
        check.fault("/code", "already_exists");
    }
    if group.as_ref().is_some_and(|g| !groups(&catalogue).iter().any(|known| known == g.as_str())) {
        check.fault("/group", "not_a_choice");
    }
    let name = check.names(&form.name_vi, &form.name_en, &form.name_km);
    let hint = Words {
        vi: check.line("/hint_vi", &form.hint_vi, NAME_MAX),
        en: check.line("/hint_en", &form.hint_en, NAME_MAX),
        km: check.line("/hint_km", &form.hint_km, NAME_MAX),
    };
    let icon = check.one_of("/icon", &form.icon, &ICONS);
    let position = check.number("/position", &form.position, POSITIONS);
    let source = check.source(&form.source);
    match (code, group, valid_from, position) {
        (Some(code), Some(group), Some(valid_from), Some(position)) if check.clean() => {
            let valid_to = held.and_then(|f| f.valid_to);
            let field = Field { code: code.clone(), position, group, name, hint, icon, valid_from, valid_to };
            store::put_field(tx.conn, &field, &source)?;
            finish(tx, by, "field.put", format!("field:{code}"), json!({"new": held.is_none(), "source": source}))
        }
        _ => Err(check.into()),
    }
}

/// Ends a field. No procedure that goes on may lie in it.
pub fn end_field(tx: &mut Tx<'_>, by: &Officer, code: &FieldCode, form: &EndForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let field = catalogue.field(code).ok_or(Code::NotFound)?;
    let mut check = Check::default();
    let last = check.last(&form.last, field.valid_from);
    let goes_on = |valid_to: Option<Day>| valid_to.is_none_or(|end| last.is_some_and(|last| end > last));
    if catalogue.procedures.iter().any(|p| p.field == *code && goes_on(p.valid_to)) {
        check.fault("/last", "others_belong_to_it");
    }
    match last {
        Some(last) if check.clean() => {
            store::end_field(tx.conn, code.as_str(), last)?;
            finish(tx, by, "field.end", format!("field:{code}"), json!({"last": last}))
        }
        _ => Err(check.into()),
    }
}
