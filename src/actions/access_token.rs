//! Access tokens: what an officer's own programs sign in with at
//! `/api/v1/desk/…`. A token may what its owner may, and nothing else; it is
//! shown once, and ends on a day.

use serde_json::json;
use uuid::Uuid;

use super::account::{self, Turn};
use super::check::Check;
use super::{Service, Tx, totp};
use crate::domain::access::Officer;
use crate::domain::error::{Code, Problem};
use crate::domain::time::Day;
use crate::domain::words::{AccountChange, Role};
use crate::keys;
use crate::store;
use crate::store::access_token::AccessToken;

/// The longest name, in characters.
const NAME_MAX: usize = 60;
/// The longest life, in days: a year.
const LONGEST: i32 = 366;
/// What every token begins with, so that whoever finds one knows what it is.
const PREFIX: &str = "hoidap_";

/// What is typed to make a token.
pub struct TokenForm {
    /// What the owner calls it.
    pub name: String,
    /// The last day that it is taken, as `2026-10-01`.
    pub last_on: String,
    /// The account's password: a borrowed session makes no token.
    pub password: String,
}

fn check(form: &TokenForm, today: Day) -> Result<(String, Day), Problem> {
    let mut check = Check::default();
    let name = check.needed("/name", &form.name, NAME_MAX);
    let last = check.day("/last_on", &form.last_on);
    if last.is_some_and(|day| day < today || day > today.plus(LONGEST)) {
        check.fault("/last_on", "token_too_long");
    }
    check.done(last.map(|last| (name, last)))
}

/// Makes a token, and returns what it says: nobody can show it again.
///
/// # Errors
/// [`Problem::Invalid`] without a name, with a day that is past or more than a year away, or with a wrong password.
pub fn make(service: &Service, turn: &Turn, officer: &Officer, form: &TokenForm, address: &str) -> Result<String, Problem> {
    let (name, last_on) = check(form, service.now().day())?;
    account::prove(service, turn, officer, &form.password, "/password", address)?;
    service.write(|tx| {
        let said = format!("{PREFIX}{}", keys::token());
        let token = AccessToken { id: Uuid::now_v7(), officer: officer.id, name, made_on: tx.today, last_on, used_on: None, revoked_on: None };
        store::access_token::add(tx.conn, &token, &keys::token_hash(&said))?;
        tx.audit(Some(officer), "account.token_make", format!("token:{}", token.id), json!({"last_on": last_on}))?;
        account::tell(tx, officer.id, AccountChange::Token)?;
        Ok(said)
    })
}

/// The tokens of one's own account.
pub fn own(tx: &mut Tx<'_>, officer: &Officer) -> Result<Vec<AccessToken>, Problem> {
    Ok(store::access_token::of(tx.conn, officer.id)?)
}

/// Revokes one's own token.
///
/// # Errors
/// [`Code::NotFound`] when it is somebody else's, or was revoked.
pub fn revoke(tx: &mut Tx<'_>, officer: &Officer, id: Uuid) -> Result<(), Problem> {
    if !store::access_token::revoke(tx.conn, officer.id, id, tx.today)? {
        return Err(Code::NotFound.into());
    }
    tx.audit(Some(officer), "account.token_revoke", format!("token:{id}"), json!({}))
}

/// Who holds a token. The day of the use is noted, once a day. `asking` are the roles that must have a second factor:
/// a token of an account without it would be a way around.
///
/// # Errors
/// [`Code::TokenNeeded`] when it is unknown, revoked, past its day, or its account has ended; [`Code::SecondFactorNeeded`].
pub fn holder(service: &Service, said: &str, asking: &[Role]) -> Result<Officer, Problem> {
    let hash = keys::token_hash(said);
    let (officer, token, today) = service.read(|tx| {
        let token = store::access_token::by_hash(tx.conn, &hash)?.filter(|t| t.revoked_on.is_none() && tx.today <= t.last_on).ok_or(Code::TokenNeeded)?;
        let account = store::officer::get(tx.conn, token.officer)?.filter(|a| a.ended_on.is_none()).ok_or(Code::TokenNeeded)?;
        totp::suffices(tx, &account.officer, asking)?;
        Ok((account.officer, token, tx.today))
    })?;
    if token.used_on != Some(today) {
        service.write(|tx| Ok(store::access_token::used(tx.conn, token.id, today)?))?;
    }
    Ok(officer)
}
