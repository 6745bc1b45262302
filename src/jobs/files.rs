//! Once a minute, the bytes of files that nothing names any more go.

use crate::actions::{Service, attachment};
use crate::domain::error::Problem;

/// The most names of one step.
const STEP: i64 = 100;

/// Frees them all. Returns how many went.
///
/// # Errors
/// When database or file store can't be reached; what was freed until then stays freed.
pub fn sweep(service: &Service) -> Result<usize, Problem> {
    let mut swept = 0;
    loop {
        match attachment::sweep(service, STEP)? {
            0 => return Ok(swept),
            step => swept += step,
        }
    }
}
