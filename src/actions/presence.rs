//! Two people who work on the same opinion see each other. Told by the page while
//! it is open; of no weight for any move, and left in no audit.

use uuid::Uuid;

use super::Tx;
use super::lookup::fold;
use crate::domain::access::{Act, Officer};
use crate::domain::error::{Code, Problem};
use crate::domain::feedback::State;
use crate::domain::words::Serial;
use crate::store;

/// Who was heard of this long ago, in seconds, is still there.
const STILL_THERE: i64 = 120;

/// Somebody has it open. Returns who else has.
///
/// # Errors
/// [`Code::NotFound`] of a sealed one: nobody is told who reads it.
pub fn here(tx: &mut Tx<'_>, officer: &Officer, serial: Serial) -> Result<Vec<Uuid>, Problem> {
    // Read and not held: nobody who works on it waits for who looks at it.
    let record = store::feedback::get(tx.conn, serial)?.filter(|record| record.state != State::Sealed).ok_or(Code::NotFound)?;
    officer.may(Act::Read, &fold(tx, &record)?, &tx.catalogue.offices, tx.today)?;
    let since = tx.now.plus_seconds(-STILL_THERE);
    store::presence::note(tx.conn, serial, officer.id, tx.now, since)?;
    Ok(store::presence::others(tx.conn, serial, officer.id, since)?)
}

/// Who else has it open.
pub fn others(tx: &mut Tx<'_>, officer: &Officer, serial: Serial) -> Result<Vec<Uuid>, Problem> {
    Ok(store::presence::others(tx.conn, serial, officer.id, tx.now.plus_seconds(-STILL_THERE))?)
}
