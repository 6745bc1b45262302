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
            return purge(service);
        }
    }
    Ok(true)
}

/// What was erased or sealed leaves the index, some of it each turn.
fn purge(service: &Service) -> Result<bool, Problem> {
    for _ in 0..STEPS {
        // Mostly nothing was asked for: nobody waits for a writer then.
        if !service.read(search::purge_is_asked)? || !service.write_unkept(search::purge)? {
            return Ok(false);
        }
    }
    Ok(true)
}
