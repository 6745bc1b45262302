//! Changing the calendar: open deadlines move with it, in the same transaction.

use serde_json::json;

use super::{Tx, feedback};
use crate::domain::access::Officer;
use crate::domain::calendar::CalendarDay;
use crate::domain::error::{Code, Problem};
use crate::domain::time::Day;
use crate::store;

/// Adds or changes a day. Returns how many deadlines moved.
pub fn put(tx: &mut Tx<'_>, officer: &Officer, day: &CalendarDay) -> Result<usize, Problem> {
    officer.may_administer()?;
    store::catalogue::put_day(tx.conn, day)?;
    changed(tx, officer, "calendar.put", day.day, json!({"kind": day.kind, "status": day.status}))
}

/// Takes a day out. Returns how many deadlines moved.
pub fn remove(tx: &mut Tx<'_>, officer: &Officer, day: Day) -> Result<usize, Problem> {
    officer.may_administer()?;
    if !store::catalogue::remove_day(tx.conn, day)? {
        return Err(Code::NotFound.into());
    }
    changed(tx, officer, "calendar.remove", day, json!({}))
}

fn changed(tx: &mut Tx<'_>, officer: &Officer, action: &str, day: Day, detail: serde_json::Value) -> Result<usize, Problem> {
    tx.recatalogue()?;
    let moved = feedback::recalendar(tx)?;
    tx.audit(Some(officer), action, format!("calendar:{day}"), json!({"moved": moved, "row": detail}))?;
    Ok(moved)
}
