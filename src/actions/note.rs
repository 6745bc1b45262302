//! Notes at the desk: what officers tell one another about an opinion. No event
//! of it, and nobody's but theirs.

use serde_json::json;

use super::Tx;
use super::feedback::{allowed, take_in_hand, words_of};
use crate::domain::access::{Act, Officer};
use crate::domain::error::Problem;
use crate::domain::text::NOTE_MAX;
use crate::domain::words::Serial;
use crate::store;
use crate::store::note::{self, Note};

/// Adds a note. Whoever may read the item at the desk may add one.
///
/// # Errors
/// [`Problem::Invalid`] without words.
pub fn add(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, words: &str) -> Result<(), Problem> {
    let hand = take_in_hand(tx, serial)?;
    allowed(tx, officer, Act::Read, &hand)?;
    let words = words_of("/words", words, NOTE_MAX)?;
    note::add(tx.conn, serial, &Note { officer: officer.id, at: tx.now, words })?;
    store::search::mark(tx.conn, serial)?;
    tx.audit(Some(officer), "feedback.note", serial, json!({}))
}
