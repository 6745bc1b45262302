//! Pressing (đôn đốc): a head or a supervisor asks that an open opinion be
//! answered. No event, since it changes nothing of the opinion: a line of its
//! own, told to whoever has to answer, public as a count.

use serde_json::json;

use super::feedback::{allowed, note_of, take_in_hand};
use super::{Tx, absence, lookup};
use crate::domain::access::{Act, Officer};
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::visibility::Record;
use crate::domain::words::Serial;
use crate::store;
use crate::store::press::Press;

/// What somebody who oversees may know of an open opinion: its dates, and who pressed. Not its words, which are the desk's.
pub struct Overseen {
    /// Its row.
    pub record: Record,
    /// The presses, oldest first.
    pub presses: Vec<Press>,
    /// It waits for its office.
    pub waits: bool,
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
    let waits = waits(&record);
    Ok(Overseen { may_press: !today && waits, waits, record, presses })
}

/// It is the office's turn: while the sender is waited for, there is nothing to press.
fn waits(record: &Record) -> bool {
    record.state.is_open() && !record.paused
}

/// Presses: once a day and person. Whoever works on it is written to, or its office, and the office's heads.
///
/// # Errors
/// [`Problem::Invalid`] when it does not wait for its office, when it was pressed today, or when the words are too many.
pub fn press(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, words: &str) -> Result<(), Problem> {
    let hand = take_in_hand(tx, serial)?;
    allowed(tx, officer, Act::Press, &hand)?;
    let fault = |code| Problem::Invalid(vec![Fault::new("/form_token", code)]);
    if !waits(&hand.record) {
        return Err(fault("press_not_waiting"));
    }
    let words = note_of("/words", words)?.unwrap_or_default();
    let id = store::press::add(tx.conn, serial, officer.id, tx.today, &words)?.ok_or_else(|| fault("press_today"))?;
    tx.audit(Some(officer), "feedback.press", serial, json!({}))?;
    let dedup = format!("pressed:{id}");
    match hand.record.assignee {
        Some(assignee) => absence::tell(tx, "pressed", &dedup, assignee, json!({"serial": serial, "press": id}))?,
        None => tx.mail("pressed", &dedup, json!({"serial": serial, "press": id, "office": hand.record.office}))?,
    }
    tx.mail("pressed_heads", &format!("pressed_heads:{id}"), json!({"serial": serial, "press": id}))
}
