//! What officers pick of the published answers: frequent questions, and praise
//! for the list of commendations. Of both the public sees what it may read.

use serde_json::json;

use super::Tx;
use super::feedback::{allowed, take_in_hand};
use super::lookup::summaries;
use crate::domain::access::{Act, Officer};
use crate::domain::error::Problem;
use crate::domain::event::EventName;
use crate::domain::visibility::{PublicItem, Record};
use crate::domain::words::Serial;
use crate::store;

/// So many on a page: more nobody reads; the list of opinions has them all.
const LISTED: i64 = 100;

/// Picks a published answer, or puts it back.
///
/// # Errors
/// [`Problem::Move`] for what nobody can read, and for praise whose sender was not helped.
pub fn pick(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, picked: bool) -> Result<(), Problem> {
    let hand = take_in_hand(tx, serial)?;
    allowed(tx, officer, Act::Write, &hand)?;
    if picked && !hand.record.may_be_picked() {
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
    readable(tx, false)
}

/// The praise that was picked and may be read, newest first.
pub fn commended(tx: &mut Tx<'_>) -> Result<Vec<PublicItem>, Problem> {
    readable(tx, true)
}

fn readable(tx: &mut Tx<'_>, praise: bool) -> Result<Vec<PublicItem>, Problem> {
    let serials = store::picked::newest(tx.conn, praise, LISTED)?;
    let records: Vec<Record> = store::feedback::all_of(tx.conn, &serials)?.into_iter().filter(Record::may_be_picked).collect();
    Ok(summaries(tx, &records)?.into_iter().filter(|item| item.latest().is_some()).collect())
}
