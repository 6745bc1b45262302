//! Changing the calendar: open deadlines move with it, in the same transaction.

use serde_json::json;

use super::{Tx, feedback};
use crate::domain::access::Officer;
use crate::domain::calendar::CalendarDay;
use crate::domain::error::{Code, Problem};
use crate::domain::ical::{self, Effect};
use crate::domain::time::Day;
use crate::store;

/// Adds or changes a day. Returns how many deadlines moved.
pub fn put(tx: &mut Tx<'_>, officer: &Officer, day: &CalendarDay) -> Result<usize, Problem> {
    officer.may_administer()?;
    store::catalogue::put_day(tx.conn, day)?;
    changed(tx, officer, "calendar.put", format!("calendar:{}", day.day), json!({"kind": day.kind, "status": day.status}))
}

/// Takes a day out. Returns how many deadlines moved.
pub fn remove(tx: &mut Tx<'_>, officer: &Officer, day: Day) -> Result<usize, Problem> {
    officer.may_administer()?;
    if !store::catalogue::remove_day(tx.conn, day)? {
        return Err(Code::NotFound.into());
    }
    changed(tx, officer, "calendar.remove", format!("calendar:{day}"), json!({}))
}

/// A file of another program, as it is sent.
#[derive(Debug, Clone, Default)]
pub struct CalendarFile {
    /// Its text.
    pub text: String,
    /// Its days are decided, where it does not say otherwise itself.
    pub official: bool,
    /// The decision that this rests on, for days without a comment.
    pub source: String,
}

/// What a file would change.
#[derive(Debug)]
pub struct Preview {
    /// Every day of the file.
    pub days: Vec<(CalendarDay, Effect)>,
    /// The version of the reference data that it was compared with.
    pub version: i64,
}

/// Compares a file with the calendar. Nothing is written.
///
/// # Errors
/// What [`ical::read`] and [`ical::plan`] find wrong.
pub fn preview(tx: &Tx<'_>, officer: &Officer, file: &CalendarFile) -> Result<Preview, Problem> {
    officer.may_administer()?;
    let invalid = |fault| Problem::Invalid(vec![fault]);
    let listed = ical::read(&file.text).map_err(invalid)?;
    let days = ical::plan(&tx.catalogue.calendar, &listed, file.official, &file.source).map_err(invalid)?;
    Ok(Preview { days, version: tx.catalogue.version })
}

/// Writes what a preview showed. Returns how many deadlines moved.
///
/// # Errors
/// As [`preview`]; [`Code::ChangedMeanwhile`] when the reference data is no longer what it was compared with.
pub fn import(tx: &mut Tx<'_>, officer: &Officer, file: &CalendarFile, seen: i64) -> Result<usize, Problem> {
    let preview = preview(tx, officer, file)?;
    if preview.version != seen {
        return Err(Code::ChangedMeanwhile.into());
    }
    let mut written = Vec::new();
    for (day, effect) in preview.days.iter().filter(|(_, effect)| effect.writes()) {
        store::catalogue::put_day(tx.conn, day)?;
        written.push(json!({"day": day.day, "kind": day.kind, "status": day.status, "effect": effect.as_str()}));
    }
    changed(tx, officer, "calendar.import", "calendar".to_owned(), json!(written))
}

fn changed(tx: &mut Tx<'_>, officer: &Officer, action: &str, subject: String, detail: serde_json::Value) -> Result<usize, Problem> {
    tx.recatalogue()?;
    let moved = feedback::recalendar(tx)?;
    tx.audit(Some(officer), action, subject, json!({"moved": moved, "row": detail}))?;
    Ok(moved)
}
