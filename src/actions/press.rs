//! Pressing (đôn đốc): a head or a supervisor asks that an open opinion, or an
//! appeal, be answered. No event, since it changes nothing of the opinion: a line
//! of its own, told to whoever has to answer, public as a count.

use serde_json::json;
use uuid::Uuid;

use super::feedback::{allowed, note_of, take_in_hand};
use super::{Tx, absence, lookup};
use crate::domain::access::{Act, Officer};
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::time::Day;
use crate::domain::visibility::Record;
use crate::domain::words::{OfficeCode, Serial};
use crate::store;
use crate::store::press::Press;

/// Whose answer is waited for.
#[derive(Debug, Clone)]
pub struct Awaited {
    /// The office: the one in charge, or the higher one that an appeal went to.
    pub office: OfficeCode,
    /// Who works on it, if anybody.
    pub who: Option<Uuid>,
    /// Its last day.
    pub until: Option<Day>,
    /// It is the answer to an appeal.
    pub appeal: bool,
}

/// What somebody who oversees may know of an open opinion: its dates, and who pressed. Not its words, which are the desk's.
pub struct Overseen {
    /// Its row.
    pub record: Record,
    /// The presses, oldest first.
    pub presses: Vec<Press>,
    /// Whose answer is waited for, as far as this officer oversees them.
    pub awaited: Option<Awaited>,
    /// This officer may press it now.
    pub may_press: bool,
}

/// Looks at an opinion from above.
///
/// # Errors
/// Not found and not allowed, as [`Officer::may`] says.
pub fn look(tx: &mut Tx<'_>, officer: &Officer, serial: Serial) -> Result<Overseen, Problem> {
    let record = store::feedback::get(tx.conn, serial)?.ok_or(Code::NotFound)?;
    let item = lookup::fold(tx, &record)?;
    officer.may(Act::Press, &item, &tx.catalogue.offices, tx.today)?;
    let presses = store::press::of(tx.conn, serial)?;
    let today = presses.iter().any(|press| press.officer == officer.id && press.on == tx.today);
    let awaited = awaited(tx, officer, &record)?;
    Ok(Overseen { may_press: !today && awaited.is_some(), awaited, record, presses })
}

/// Whose turn it is. While the sender is waited for there is nothing to press; nor is there at an office that somebody else oversees.
fn awaited(tx: &mut Tx<'_>, officer: &Officer, record: &Record) -> Result<Option<Awaited>, Problem> {
    if let Some(office) = record.office.clone().filter(|_| record.state.is_open() && !record.paused) {
        return Ok(Some(Awaited { office, who: record.assignee, until: record.due_on, appeal: false }));
    }
    let waiting = store::appeal::waiting(tx.conn, record.serial)?;
    let overseen = waiting.filter(|work| tx.catalogue.offices.answers_for(&officer.office, &work.appeal.office, tx.today));
    Ok(overseen.map(|work| Awaited { office: work.appeal.office, who: work.author, until: Some(work.appeal.until), appeal: true }))
}

/// Presses: once a day and person. Whoever works on it is written to, or its office, and the office's heads.
///
/// # Errors
/// [`Problem::Invalid`] when it does not wait for its office, when it was pressed today, or when the words are too many.
pub fn press(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, words: &str) -> Result<(), Problem> {
    let hand = take_in_hand(tx, serial)?;
    allowed(tx, officer, Act::Press, &hand)?;
    let fault = |code| Problem::Invalid(vec![Fault::new("/form_token", code)]);
    let awaited = awaited(tx, officer, &hand.record)?.ok_or_else(|| fault("press_not_waiting"))?;
    let words = note_of("/words", words)?.unwrap_or_default();
    let id = store::press::add(tx.conn, serial, officer.id, tx.today, &words)?.ok_or_else(|| fault("press_today"))?;
    tx.audit(Some(officer), "feedback.press", serial, json!({}))?;
    let dedup = format!("pressed:{id}");
    let about = json!({"serial": serial, "press": id, "office": awaited.office, "appeal": awaited.appeal});
    match awaited.who {
        Some(who) => absence::tell(tx, "pressed", &dedup, who, about.clone())?,
        None => tx.mail("pressed", &dedup, about.clone())?,
    }
    tx.mail("pressed_heads", &format!("pressed_heads:{id}"), about)
}
