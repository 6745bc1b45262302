//! What a day brings: opinions that became late, senders who were waited for in
//! vain, seals that nobody confirmed, half-months that ended, what is
//! kept no longer.
//! Running it twice changes nothing.

use std::collections::BTreeMap;

use super::retention;
use crate::actions::figures::{self, CLOSED_BEFORE};
use crate::actions::{Service, Tx, chase, daily, feedback, reply, supplement};
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
    /// Opinions whose sender was asked for more and added nothing.
    pub lapsed: usize,
    /// Opinions whose seal the receiver did not confirm.
    pub restored: usize,
    /// Answers of which nothing was said for a fortnight.
    pub silent: usize,
    /// Letters that remind somebody.
    pub reminded: usize,
    /// Opinions whose lateness was recorded.
    pub overdue: usize,
    /// Cells of ended half-months whose released counts caught up.
    pub closed: usize,
    /// What was deleted because its time was over.
    pub forgotten: usize,
}

impl Done {
    /// How much of each, by the words that pages know.
    fn parts(&self) -> BTreeMap<String, usize> {
        let Self { lapsed, restored, silent, reminded, overdue, closed, forgotten } = *self;
        let parts = [
            ("lapsed", lapsed),
            ("restored", restored),
            ("silent", silent),
            ("reminded", reminded),
            ("overdue", overdue),
            ("closed", closed),
            ("forgotten", forgotten),
        ];
        parts.into_iter().map(|(part, n)| (part.to_owned(), n)).collect()
    }
}

/// Has somebody wished for a run that did not come to its end yet?
///
/// # Errors
/// Only when the database is at fault.
pub fn is_wished(service: &Service) -> Result<bool, Problem> {
    Ok(service.read(daily::wished)?.is_some())
}

/// Records who is late, in steps until none is left, and closes the half-months that have ended.
///
/// # Errors
/// What the actions return; what was done until then stays done.
pub fn daily(service: &Service) -> Result<Done, Problem> {
    let began = service.now();
    let done = Done {
        lapsed: in_steps(service, supplement::lapse)?,
        restored: in_steps(service, feedback::restore_unconfirmed)?,
        // What goes on again may be late.
        overdue: in_steps(service, feedback::record_overdue)?,
        silent: in_steps(service, reply::fall_silent)?,
        reminded: chase::chase(service)?,
        closed: close_halves(service)?,
        forgotten: retention::daily(service)?.into_iter().map(|(_, n)| n).sum(),
    };
    service.write(|tx| daily::note(tx, began, done.parts()))?;
    if done != Done::default() {
        let Done { lapsed, restored, overdue, silent, reminded, closed, forgotten } = done;
        tracing::info!(lapsed, restored, overdue, silent, reminded, closed, forgotten, "the clocks were advanced");
    }
    Ok(done)
}

/// Does something in steps until nothing is left. Returns how often it was done.
fn in_steps(service: &Service, action: fn(&mut Tx<'_>, i64) -> Result<usize, Problem>) -> Result<usize, Problem> {
    let mut done = 0;
    let mut meetings = 0;
    loop {
        match service.write(|tx| action(tx, STEP)) {
            Ok(0) => return Ok(done),
            Ok(step) => done += step,
            // Another server was faster with one of them: look again who is left.
            Err(Problem::Move { .. } | Problem::Refused(Code::ChangedMeanwhile)) if meetings < MEETINGS => meetings += 1,
            Err(problem) => return Err(problem),
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
