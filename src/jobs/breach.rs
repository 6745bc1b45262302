//! When little time is left to tell the authority of a breach, the
//! data-protection officers are written to, once.

use crate::actions::{Service, breach};
use crate::domain::error::Problem;

/// Writes what has to be written. Returns how often.
///
/// # Errors
/// What the database says; the next try is about the same records.
pub fn warn(service: &Service) -> Result<usize, Problem> {
    if !service.read(breach::waits_for_warning)? {
        return Ok(0);
    }
    service.write(breach::warn)
}
