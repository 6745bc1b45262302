//! The redactor with the rules that the program carries, built once.

use std::sync::OnceLock;

use crate::domain::error::Problem;
use crate::domain::redaction::{Redactor, Rules};
use crate::embedded;

/// The redactor.
///
/// # Errors
/// When `data/redaction.toml` can't be used; it names the rule.
pub fn redactor() -> Result<&'static Redactor, Problem> {
    static REDACTOR: OnceLock<Redactor> = OnceLock::new();
    if let Some(redactor) = REDACTOR.get() {
        return Ok(redactor);
    }
    let fault = |why: String| Problem::Internal(format!("data/redaction.toml: {why}"));
    let rules: Rules = toml::from_str(&embedded::data("redaction.toml").map_err(Problem::Internal)?).map_err(|e| fault(e.to_string()))?;
    let redactor = Redactor::new(&rules).map_err(|e| fault(e.to_string()))?;
    Ok(REDACTOR.get_or_init(|| redactor))
}
