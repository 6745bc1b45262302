//! Passwords: one's own, changed with the old one in hand, and a forgotten
//! one, set anew by a link that comes by mail.

use serde_json::json;

use super::account::{self, Turn, subject};
use super::{Service, Tx};
use crate::domain::access::Officer;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::password::fault;
use crate::domain::words::AccountChange;
use crate::keys;
use crate::store;

/// How long a link is valid, in seconds.
pub const LINK_SECONDS: i64 = 30 * 60;
/// The most valid links of an account: more asking fills no mailbox.
const MOST_LINKS: i64 = 3;

/// A new password, typed twice.
pub struct NewPassword {
    /// The password.
    pub password: String,
    /// The same again.
    pub repeat: String,
}

impl NewPassword {
    /// # Errors
    /// [`Problem::Invalid`] when it is too short or not the same twice.
    fn check(&self) -> Result<(), Problem> {
        if let Some(fault) = fault("/new_password", &self.password) {
            return Err(Problem::Invalid(vec![fault]));
        }
        if self.password != self.repeat {
            return Err(Problem::Invalid(vec![Fault::new("/repeat", "password_differs")]));
        }
        Ok(())
    }
}

/// Changes one's own password. Ends all sessions of the account, and returns the token of a new one.
///
/// # Errors
/// [`Problem::Invalid`] when the old one is wrong or the new one does not do, [`Code::SignInPaused`].
pub fn change(service: &Service, turn: &Turn, officer: &Officer, old: &str, new: &NewPassword, address: &str) -> Result<String, Problem> {
    new.check()?;
    account::prove(service, turn, officer, old, "/old_password", address)?;
    if new.password == old {
        return Err(Problem::Invalid(vec![Fault::new("/new_password", "password_same")]));
    }
    let hash = account::hash_password(&new.password)?;
    service.write(|tx| {
        store::officer::set_password(tx.conn, officer.id, &hash)?;
        tx.audit(Some(officer), "account.password", subject(officer.id), json!({}))?;
        account::tell(tx, officer.id, AccountChange::Password)?;
        account::open_session(tx, officer)
    })
}

/// Sends a link to the mailbox of a name, if there is such an account and it has one. Whoever asks is not told.
/// Slowed as a sign-in is, for one name from one address.
///
/// # Errors
/// [`Code::SignInPaused`], whether the account exists or not.
pub fn forgot(tx: &mut Tx<'_>, login: &str, address: &str) -> Result<(), Problem> {
    let login = account::plain_login(login);
    // Asking is not a wrong password: it is counted by itself.
    account::attempt(tx, &login, &account::whence(&format!("reset:{login}"), address))?;
    let account = store::officer::by_login(tx.conn, &login)?.filter(|a| a.ended_on.is_none() && a.email.is_some());
    let Some(account) = account else { return Ok(()) };
    let id = account.officer.id;
    if store::password_reset::valid(tx.conn, id, tx.now)? >= MOST_LINKS {
        return Ok(());
    }
    let token = keys::token();
    let hash = keys::token_hash(&token);
    // The mail is written later, and by then the token must still be known; the outbox keeps it encrypted.
    let sealed = tx.keys.seal_token(id, &token).ok_or_else(|| Problem::Internal("a token could not be encrypted".to_owned()))?;
    store::password_reset::add(tx.conn, &hash, id, tx.now, tx.now.plus_seconds(LINK_SECONDS))?;
    tx.audit(None, "account.password_asked", subject(id), json!({}))?;
    tx.mail("password_reset", &format!("password_reset:{hash}"), json!({"officer": id, "sealed": sealed}))
}

/// Is a link valid now?
pub fn is_valid(tx: &mut Tx<'_>, token: &str) -> Result<bool, Problem> {
    Ok(holder(tx, token)?.is_some())
}

fn holder(tx: &mut Tx<'_>, token: &str) -> Result<Option<Officer>, Problem> {
    let Some(id) = store::password_reset::of(tx.conn, &keys::token_hash(token), tx.now)? else { return Ok(None) };
    Ok(store::officer::get(tx.conn, id)?.filter(|a| a.ended_on.is_none()).map(|a| a.officer))
}

/// Sets a forgotten password anew, once with each link. Ends all sessions and every other link of the account.
///
/// # Errors
/// [`Code::LinkEnded`] when the link was used or is too old, [`Problem::Invalid`] when the password does not do.
pub fn reset(service: &Service, _turn: &Turn, token: &str, new: &NewPassword) -> Result<(), Problem> {
    // Nobody makes the server hash for nothing.
    if !service.read(|tx| is_valid(tx, token))? {
        return Err(Code::LinkEnded.into());
    }
    new.check()?;
    let hash = account::hash_password(&new.password)?;
    service.write(|tx| {
        let officer = holder(tx, token)?.ok_or(Code::LinkEnded)?;
        if !store::password_reset::take(tx.conn, &keys::token_hash(token))? {
            return Err(Code::LinkEnded.into());
        }
        store::officer::set_password(tx.conn, officer.id, &hash)?;
        // Who forgot it has tried in vain: they are not made to wait for it.
        store::officer::forgive_all(tx.conn, officer.id)?;
        account::tell(tx, officer.id, AccountChange::Password)?;
        tx.audit(Some(&officer), "account.password_reset", subject(officer.id), json!({}))
    })
}
