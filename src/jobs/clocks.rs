//! What a day brings: opinions that became late, half-months that ended,
//! contacts whose purpose is over.
//! Running it twice changes nothing.

use crate::actions::figures::{self, CLOSED_BEFORE};
use crate::actions::{Service, feedback};
use crate::domain::error::{Code, Problem};
use crate::domain::tally::Half;
use crate::domain::time::Day;
use crate::store;

/// The most opinions of one transaction: intake never waits long for the lock.
const STEP: i64 = 100;
/// So often another server may be at the same opinions before it counts as a failure.
const MEETINGS: u32 = 20;

/// What the daily job did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Opinions whose lateness was recorded.
    pub overdue: usize,
    /// Cells of ended half-months whose released counts caught up.
    pub closed: usize,
    /// Contacts that were deleted.
    pub forgotten: usize,
}

/// Records who is late, in steps until none is left, and closes the half-months that have ended.
///
/// # Errors
/// What the actions return; what was done until then stays done.
pub fn daily(service: &Service) -> Result<Done, Problem> {
    let done = Done { overdue: record_overdue(service)?, closed: close_halves(service)?, forgotten: forget_contacts(service)? };
    if done != Done::default() {
        tracing::info!(overdue = done.overdue, closed = done.closed, forgotten = done.forgotten, "the clocks were advanced");
    }
    Ok(done)
}

fn record_overdue(service: &Service) -> Result<usize, Problem> {
    let mut recorded = 0;
    let mut meetings = 0;
    loop {
        match service.write(|tx| feedback::record_overdue(tx, STEP)) {
            Ok(0) => return Ok(recorded),
            Ok(step) => recorded += step,
            // Another server was faster with one of them: look again who is left.
            Err(Problem::Move { .. } | Problem::Refused(Code::ChangedMeanwhile)) if meetings < MEETINGS => meetings += 1,
            Err(problem) => return Err(problem),
        }
    }
}

fn forget_contacts(service: &Service) -> Result<usize, Problem> {
    let mut forgotten = 0;
    loop {
        match service.write(|tx| feedback::forget_contacts(tx, STEP))? {
            0 => return Ok(forgotten),
            step => forgotten += step,
        }
    }
}

/// Closes what ended since the last closing, and always the half-month before
/// this one: a rating stored at midnight may have come in just after it was closed.
fn close_halves(service: &Service) -> Result<usize, Problem> {
    service.write_intake(|tx| {
        let open = Half::of(tx.today).first();
        let before = Half::of(open.plus(-1)).first();
        let last: Option<Day> = store::catalogue::setting(tx.conn, CLOSED_BEFORE)?.and_then(|day| day.parse().ok());
        let closed = figures::close_halves(tx, last.map(|day| day.min(before)))?;
        if last != Some(open) {
            store::catalogue::set_setting(tx.conn, CLOSED_BEFORE, &open.to_string())?;
        }
        Ok(closed)
    })
}
