//! What a row of the outbox comes to: nobody, some officers each with a row of
//! their own, or one letter.

use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::actions::Tx;
use crate::domain::contact::Email;
use crate::domain::error::Problem;
use crate::domain::words::Language;
use crate::mail::Notice;
use crate::store::officer::{self, Account};
use crate::store::outbox::Message;

/// What to do with a row.
#[derive(Debug)]
pub enum Plan {
    /// Nobody may be written to, or there is nothing left to say.
    Nobody,
    /// Each of these officers gets a row of their own, so that one mailbox
    /// that is full does not repeat the mail to all the others.
    Each(Vec<Uuid>),
    /// One letter.
    One(Email, Language, Notice),
}

/// What a row says.
///
/// # Errors
/// [`Problem::Internal`] when it is not what a mail of its kind says.
pub fn payload<T: DeserializeOwned>(message: &Message) -> Result<T, Problem> {
    serde_json::from_value(message.payload.clone()).map_err(|_| Problem::Internal("the payload is not one of a mail".to_owned()))
}

/// Writes to one officer, or finds all who fit and have an address.
pub fn to_officers(tx: &mut Tx<'_>, only: Option<Uuid>, notice: Notice, fits: impl Fn(&Account) -> bool) -> Result<Plan, Problem> {
    let address = |a: &Account| a.email.as_deref().and_then(Email::parse).filter(|_| a.ended_on.is_none() && fits(a));
    match only {
        Some(id) => {
            let Some(account) = officer::get(tx.conn, id)? else { return Ok(Plan::Nobody) };
            Ok(address(&account).map_or(Plan::Nobody, |email| Plan::One(email, account.officer.language, notice)))
        }
        None => {
            let ids: Vec<Uuid> = officer::all(tx.conn)?.iter().filter(|a| address(a).is_some()).map(|a| a.officer.id).collect();
            Ok(if ids.is_empty() { Plan::Nobody } else { Plan::Each(ids) })
        }
    }
}
