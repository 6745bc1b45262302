//! Deleting what is kept no longer, by the rules of `data/retention.csv`, in
//! transactions of a bounded size. Any number of servers may do it at once:
//! each deletes what is left, and the counts of a day add up.

use serde_json::json;

use super::carried::{self, Carried};
use super::{Tx, attachment};
use crate::domain::error::Problem;
use crate::domain::retention::{Kind, Rules};
use crate::domain::time::Day;
use crate::store;

/// The rules that the program carries, read once.
///
/// # Errors
/// When `data/retention.csv` can't be read; it names the line.
pub fn rules() -> Result<&'static Rules, Problem> {
    static RULES: Carried<Rules> = Carried::new("retention.csv");
    RULES.get(|text| carried::rows(text).map(Rules))
}

/// Deletes what began before a day, at most `limit` of it, and notes how much. Returns how much.
pub fn sweep(tx: &mut Tx<'_>, kind: Kind, before: Day, limit: i64) -> Result<usize, Problem> {
    // What is counted in moments goes when its last day is over.
    let moment = before.at(0);
    let swept = match kind {
        Kind::Contact => {
            let mut forgotten = 0;
            for serial in store::feedback::contacts_done_before(tx.conn, before, limit)? {
                // Another server may have been faster.
                if store::feedback::forget_contact(tx.conn, serial)? {
                    tx.audit(None, "contact.forget", serial, json!({}))?;
                    forgotten += 1;
                }
            }
            forgotten
        }
        Kind::Attachment => attachment::forget(tx, before, limit)?,
        Kind::Draft => store::rights::drop_drafts_out_before(tx.conn, before, limit)?,
        Kind::RequestWords => store::rights::forget_words_before(tx.conn, moment, limit)?,
        Kind::Session => store::retention::drop_sessions(tx.conn, moment, limit)?,
        Kind::SignInFailure => store::retention::drop_failures(tx.conn, moment, limit)?,
        Kind::Letter => store::retention::drop_letters(tx.conn, moment, limit)?,
        Kind::LetterAddress => store::retention::empty_letters(tx.conn, moment, limit)?,
    };
    store::retention::note(tx.conn, tx.today, kind.as_str(), swept, tx.now)?;
    Ok(swept)
}
