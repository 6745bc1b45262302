//! The redactor with the rules that the program carries, built once.

use super::carried::{Carried, document};
use crate::domain::error::Problem;
use crate::domain::redaction::Redactor;

/// The redactor.
///
/// # Errors
/// When `data/redaction.toml` can't be used; it names the rule.
pub fn redactor() -> Result<&'static Redactor, Problem> {
    static REDACTOR: Carried<Redactor> = Carried::new("redaction.toml");
    REDACTOR.get(|text| Redactor::new(&document(text)?).map_err(|e| e.to_string()))
}
