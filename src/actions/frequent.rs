//! The page of frequent questions: it grows from published answers that
//! officers mark, and shows of them what the public may read.

use serde_json::json;

use super::Tx;
use super::feedback::{allowed, take_in_hand};
use super::lookup::item;
use crate::domain::access::{Act, Officer};
use crate::domain::error::Problem;
use crate::domain::event::EventName;
use crate::domain::visibility::PublicItem;
use crate::domain::words::Serial;
use crate::store;

/// Marks a published answer, or takes the mark away.
///
/// # Errors
/// [`Problem::Move`] for what nobody can read.
pub fn mark(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, marked: bool) -> Result<(), Problem> {
    let hand = take_in_hand(tx, serial)?;
    allowed(tx, officer, Act::Write, &hand)?;
    if marked && !hand.record.words_are_public() {
        return Err(Problem::Move { tried: EventName::Shown.as_str(), possible: hand.item.possible(tx.today) });
    }
    if marked {
        store::frequent::mark(tx.conn, serial, officer.id, tx.now)?;
    } else {
        store::frequent::unmark(tx.conn, serial)?;
    }
    tx.audit(Some(officer), if marked { "feedback.frequent" } else { "feedback.not_frequent" }, serial, json!({}))
}

/// What is marked and may be read, newest first.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<PublicItem>, Problem> {
    let items = store::frequent::all(tx.conn)?.into_iter().map(|serial| item(tx, serial)).collect::<Result<Vec<_>, _>>()?;
    Ok(items.into_iter().filter(|item| item.latest().is_some()).collect())
}
