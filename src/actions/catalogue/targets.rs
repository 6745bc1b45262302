//! Targets by year.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::fields::WITHOUT_TARGET;
use super::{Check, begin, finish, groups};
use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::{Fault, Problem};
use crate::store::catalogue as store;

/// What an administrator types of a target.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetForm {
    /// The year, as 2026.
    pub year: String,
    /// What it is set for: `overall`, `answered`, or a target group.
    pub scope: String,
    /// Per cent, as `85` or `92,5`.
    pub value: String,
    /// The decision that this rests on.
    pub source: String,
}

/// What a target can be set for.
pub fn scopes(catalogue: &Catalogue) -> Vec<String> {
    let groups = groups(catalogue).into_iter().filter(|g| g != WITHOUT_TARGET);
    ["overall".to_owned(), "answered".to_owned()].into_iter().chain(groups).collect()
}

/// Per cent with at most two decimals, comma or point, as hundredths of a per cent.
fn per_cent(typed: &str) -> Option<u32> {
    let text = typed.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let hundredths: u32 = format!("{whole}{part:0<2}").parse().ok()?;
    (hundredths <= 10_000).then_some(hundredths)
}

/// Sets the target of a year.
pub fn put_target(tx: &mut Tx<'_>, by: &Officer, form: &TargetForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let mut check = Check::default();
    let year = check.year("/year", &form.year);
    let known = scopes(&catalogue);
    let scope = check.one_of("/scope", &form.scope, &known.iter().map(String::as_str).collect::<Vec<_>>());
    let value = per_cent(&form.value);
    if value.is_none() {
        check.put(Fault::new("/value", "number_between").with("min", 0).with("max", 100));
    }
    let source = check.source(&form.source);
    match (year, value) {
        (Some(year), Some(value)) if check.clean() => {
            let before = catalogue.targets.get(&(year, scope.clone()));
            store::put_target(tx.conn, year, &scope, value, &source)?;
            finish(tx, by, "target.put", format!("target:{year}:{scope}"), json!({"value_bp": value, "before": before, "source": source}))
        }
        _ => Err(check.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::per_cent;

    #[test]
    fn a_per_cent_is_read_as_officials_write_it() {
        for (typed, hundredths) in [("85", 8_500), ("92,5", 9_250), (" 91.58 %", 9_158), ("100", 10_000), ("0", 0), ("7,05", 705)] {
            assert_eq!(per_cent(typed), Some(hundredths), "{typed}");
        }
        for typed in ["", "%", "-5", "100,01", "8 5", "85,555", "1e2", "101", ",5"] {
            assert_eq!(per_cent(typed), None, "{typed}");
        }
    }
}
