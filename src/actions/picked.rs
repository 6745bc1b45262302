//! What officers pick of the published answers: frequent questions, and praise
//! for the list of commendations. Of both the public sees what it may read.

use serde_json::json;

use super::Tx;
use super::feedback::{allowed, take_in_hand};
use super::lookup::item;
use crate::domain::access::{Act, Officer};
use crate::domain::error::Problem;
use crate::domain::event::EventName;
use crate::domain::visibility::PublicItem;
use crate::domain::words::{Kind, Serial};
use crate::store;

/// Picks a published answer, or puts it back.
///
/// # Errors
/// [`Problem::Move`] for what nobody can read.
pub fn pick(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, picked: bool) -> Result<(), Problem> {
    let hand = take_in_hand(tx, serial)?;
    allowed(tx, officer, Act::Write, &hand)?;
    if picked && !hand.record.words_are_public() {
        return Err(Problem::Move { tried: EventName::Shown.as_str(), possible: hand.item.possible(tx.today) });
    }
    if picked {
        store::picked::pick(tx.conn, serial, officer.id, tx.now)?;
    } else {
        store::picked::put_back(tx.conn, serial)?;
    }
    tx.audit(Some(officer), if picked { "feedback.pick" } else { "feedback.put_back" }, serial, json!({}))
}

/// The frequent questions that may be read, newest first.
pub fn frequent(tx: &mut Tx<'_>) -> Result<Vec<PublicItem>, Problem> {
    readable(tx, |kind| kind != Kind::Praise)
}

/// The praise that was picked and may be read, newest first.
pub fn commended(tx: &mut Tx<'_>) -> Result<Vec<PublicItem>, Problem> {
    readable(tx, |kind| kind == Kind::Praise)
}

fn readable(tx: &mut Tx<'_>, of: impl Fn(Kind) -> bool) -> Result<Vec<PublicItem>, Problem> {
    let items = store::picked::all(tx.conn)?.into_iter().map(|serial| item(tx, serial)).collect::<Result<Vec<_>, _>>()?;
    Ok(items.into_iter().filter(|item| item.latest().is_some() && item.place.as_ref().is_some_and(|place| of(place.kind))).collect())
}
