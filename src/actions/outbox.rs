//! A mail that left, or could not, is tried once more by an administrator's hand.

use serde_json::json;

use super::Tx;
use crate::domain::access::Officer;
use crate::domain::error::{Code, Problem};
use crate::store;
use crate::store::outbox::Message;

/// Ends after which a mail can be sent once more. One that became a mail for each of several officers has them beside it.
const AGAIN: [&str; 3] = ["sent", "refused", "dropped"];

/// May it be tried once more now?
pub fn can_run_again(message: &Message) -> bool {
    message.outcome.as_deref().is_none_or(|outcome| AGAIN.contains(&outcome))
}

/// Puts a mail up to be sent now, whatever became of it before, with the same Message-ID: a mailbox
/// that has it already may show it once.
///
/// # Errors
/// Nothing is there, or a server is at it this moment.
pub fn again(tx: &mut Tx<'_>, by: &Officer, id: i64) -> Result<(), Problem> {
    by.may_administer()?;
    let message = store::outbox::get(tx.conn, id)?.filter(can_run_again).ok_or(Code::NotFound)?;
    if !store::outbox::again(tx.conn, id, tx.now)? {
        return Err(Code::ChangedMeanwhile.into());
    }
    tx.audit(Some(by), "outbox.again", format!("mail:{id}"), json!({"kind": message.kind, "outcome": message.outcome, "attempts": message.attempts}))
}
