//! What was sent or has changed can be found a moment later. Uses actions; must
//! not know how words are kept.

use crate::actions::{Service, search};
use crate::domain::error::Problem;

/// The most opinions of one transaction: whoever sends something waits no longer than it takes.
const STEP: i64 = 20;
/// The most transactions of one turn.
const STEPS: usize = 10;

/// Indexes some of what is new or changed. Returns whether there may be more.
///
/// # Errors
/// What the database says; nothing is lost, and it is tried again.
pub fn turn(service: &Service) -> Result<bool, Problem> {
    for _ in 0..STEPS {
        // What a crash undoes is taken up again.
        if (service.write_unkept(|tx| search::index(tx, STEP))? as i64) < STEP {
            return Ok(false);
        }
    }
    Ok(true)
}
