//! An officer's deadlines for their own calendar program: an address that can't
//! be guessed, read without signing in, and that says numbers and days only.

use serde_json::json;

use super::account::subject;
use super::{Tx, absence};
use crate::domain::access::Officer;
use crate::domain::error::{Code, Problem};
use crate::domain::time::Day;
use crate::domain::words::Serial;
use crate::keys;
use crate::store;
use crate::store::list::{Filter, Order};

/// The most deadlines that a calendar program is given.
const MOST: i64 = 1_000;

/// Something that has to be answered by a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    /// The last day for it.
    pub due_on: Day,
    /// The opinion.
    pub serial: Serial,
    /// It is about the appeal.
    pub appeal: bool,
}

/// Makes an officer's address, in the place of an earlier one. What it ends in is shown once.
pub fn make(tx: &mut Tx<'_>, officer: &Officer) -> Result<String, Problem> {
    let token = keys::token();
    store::deadline_feed::put(tx.conn, officer.id, &keys::token_hash(&token), tx.today)?;
    tx.audit(Some(officer), "account.feed_make", subject(officer.id), json!({}))?;
    Ok(token)
}

/// Takes an officer's address away.
pub fn end(tx: &mut Tx<'_>, officer: &Officer) -> Result<(), Problem> {
    store::deadline_feed::drop(tx.conn, officer.id)?;
    tx.audit(Some(officer), "account.feed_end", subject(officer.id), json!({}))
}

/// Whose address it is, and what waits for them: their own, that of colleagues
/// whose deputy they are today, and the appeals that they write the answer of.
///
/// # Errors
/// [`Code::NotFound`] for an address that nobody has any more.
pub fn read(tx: &mut Tx<'_>, token: &str) -> Result<(Officer, Vec<Deadline>), Problem> {
    let id = store::deadline_feed::officer(tx.conn, &keys::token_hash(token))?.ok_or(Code::NotFound)?;
    let officer = store::officer::get(tx.conn, id)?.filter(|account| account.ended_on.is_none()).ok_or(Code::NotFound)?.officer;
    let own = Filter { assignee: Some(officer.id), open: true, unsealed: true, ..Filter::default() };
    let mut deadlines = Vec::new();
    for filter in [Some(own), absence::waiting(tx, &officer)?].into_iter().flatten() {
        let records = store::list::list(tx.conn, &filter, Order::Deadline(None), MOST)?;
        // While the sender is waited for, there is no day.
        let due = records.iter().filter(|record| !record.paused).filter_map(|record| Some((record.serial, record.due_on?)));
        deadlines.extend(due.map(|(serial, due_on)| Deadline { due_on, serial, appeal: false }));
    }
    let appeals = store::appeal::open_ones(tx.conn)?.into_iter().filter(|(_, work)| work.author == Some(officer.id));
    deadlines.extend(appeals.map(|(serial, work)| Deadline { due_on: work.appeal.until, serial, appeal: true }));
    deadlines.sort_unstable();
    Ok((officer, deadlines))
}
