//! `hoidap redact`: the text of standard input with what tells who a person is
//! covered, and one JSON line a finding on standard error. Needs no database.

use std::io::Read;

use serde_json::json;

use crate::actions::redaction::redactor;
use crate::domain::error::Problem;

/// Reads, covers, prints.
pub fn run() -> Result<(), Problem> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|e| Problem::Internal(format!("standard input can't be read: {e}")))?;
    let text = String::from_utf8(bytes).map_err(|_| Problem::Internal("standard input is not UTF-8 text; convert it first".to_owned()))?;
    let redactor = redactor()?;
    let findings = redactor.find(&text);
    for finding in &findings {
        let found = text.get(finding.start..finding.end).unwrap_or_default();
        eprintln!("{}", json!({"what": finding.what, "label": redactor.label(finding.what), "start": finding.start, "end": finding.end, "text": found}));
    }
    super::print(&redactor.cover(&text, &findings));
    Ok(())
}
