//! The second factor: set up, asked for at sign-in, switched off, reset by an
//! administrator. A code is taken once, and so is a recovery code.

use serde_json::json;
use uuid::Uuid;

use super::account::{self, Turn, subject};
use super::{Service, Tx};
use crate::domain::access::Officer;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::receipt::ReceiptCode;
use crate::domain::totp::{RECOVERY_CODES, TotpSecret, Typed};
use crate::domain::words::{AccountChange, Role};
use crate::keys;
use crate::store;

/// How long a code is waited for after the password, in seconds.
const WAIT_SECONDS: i64 = 5 * 60;
/// Codes are slowed for the account, wherever they come from: only who has the password gets to try one.
const CODES: &str = "code";

/// Does the account sign in with a code?
pub fn is_on(tx: &mut Tx<'_>, officer: Uuid) -> Result<bool, Problem> {
    Ok(store::totp::get(tx.conn, officer)?.is_some_and(|kept| kept.confirmed_at.is_some()))
}

/// May somebody who is signed in go on, where these roles ask for a second factor?
///
/// # Errors
/// [`Code::SecondFactorNeeded`].
pub fn suffices(tx: &mut Tx<'_>, officer: &Officer, asking: &[Role]) -> Result<(), Problem> {
    if asking.iter().any(|role| officer.is(*role)) && !is_on(tx, officer.id)? { Err(Code::SecondFactorNeeded.into()) } else { Ok(()) }
}

/// How it stands with an account.
#[derive(Debug, Clone)]
pub enum Standing {
    /// There is none.
    Off,
    /// It is being set up with this secret, and asks nothing yet.
    Begun(TotpSecret),
    /// A code is asked for; so many recovery codes are left.
    On(i64),
}

/// How it stands with one's own account.
pub fn standing(tx: &mut Tx<'_>, officer: &Officer) -> Result<Standing, Problem> {
    match store::totp::get(tx.conn, officer.id)? {
        None => Ok(Standing::Off),
        Some(kept) if kept.confirmed_at.is_some() => Ok(Standing::On(store::totp::recovery_left(tx.conn, officer.id)?)),
        Some(kept) => Ok(Standing::Begun(secret(tx, officer.id, &kept.sealed)?)),
    }
}

fn secret(tx: &Tx<'_>, officer: Uuid, sealed: &str) -> Result<TotpSecret, Problem> {
    tx.keys.open_totp(officer, sealed).ok_or_else(|| Problem::Internal(format!("the second factor of {officer} does not open with HOIDAP_SECRET")))
}

/// Begins to set it up: the password is asked for, and a new secret is made.
///
/// # Errors
/// [`Code::ChangedMeanwhile`] when it is on already.
pub fn begin(service: &Service, turn: &Turn, officer: &Officer, password: &str, address: &str) -> Result<(), Problem> {
    account::prove(service, turn, officer, password, "/password", address)?;
    service.write(|tx| {
        if is_on(tx, officer.id)? {
            return Err(Code::ChangedMeanwhile.into());
        }
        let secret = TotpSecret::new(keys::random());
        let sealed = tx.keys.seal_totp(officer.id, &secret).ok_or_else(|| Problem::Internal("a secret could not be encrypted".to_owned()))?;
        Ok(store::totp::begin(tx.conn, officer.id, &sealed, tx.now)?)
    })
}

/// Confirms it with a first code. Returns the recovery codes, which nobody can show again.
///
/// # Errors
/// [`Problem::Invalid`] when the code is wrong, [`Code::ChangedMeanwhile`] when nothing was begun.
pub fn confirm(tx: &mut Tx<'_>, officer: &Officer, typed: &str) -> Result<Vec<ReceiptCode>, Problem> {
    let kept = store::totp::get(tx.conn, officer.id)?.filter(|kept| kept.confirmed_at.is_none()).ok_or(Code::ChangedMeanwhile)?;
    let step = secret(tx, officer.id, &kept.sealed)?.step_of(typed, tx.now);
    let step = step.ok_or_else(|| Problem::Invalid(vec![Fault::new("/code", "wrong_code")]))?;
    if !store::totp::use_step(tx.conn, officer.id, step)? {
        return Err(Code::ChangedMeanwhile.into());
    }
    store::totp::confirm(tx.conn, officer.id, tx.now)?;
    tx.audit(Some(officer), "account.totp_on", subject(officer.id), json!({}))?;
    account::tell(tx, officer.id, AccountChange::TotpOn)?;
    give_recovery(tx, officer)
}

fn give_recovery(tx: &mut Tx<'_>, officer: &Officer) -> Result<Vec<ReceiptCode>, Problem> {
    let codes: Vec<ReceiptCode> = (0..RECOVERY_CODES).map(|_| keys::recovery_code()).collect();
    let hashes: Vec<String> = codes.iter().map(|code| tx.keys.recovery_hash(officer.id, code)).collect();
    store::totp::set_recovery(tx.conn, officer.id, &hashes)?;
    Ok(codes)
}

/// Keeps that a password was right, and returns what the browser comes back with.
pub(super) fn wait(tx: &mut Tx<'_>, officer: Uuid) -> Result<String, Problem> {
    let token = keys::token();
    store::totp::wait(tx.conn, &keys::token_hash(&token), officer, tx.now, tx.now.plus_seconds(WAIT_SECONDS))?;
    Ok(token)
}

/// The second step of a sign-in: the code. Returns the session's token.
///
/// # Errors
/// [`Code::SignInNeeded`] when nobody waits or it took too long, [`Code::WrongCode`], [`Code::SignInPaused`].
pub fn sign_in(service: &Service, token: &str, typed: &str) -> Result<(String, Officer), Problem> {
    let hash = keys::token_hash(token);
    let account = service.write(|tx| {
        let officer = store::totp::waiting(tx.conn, &hash, tx.now)?.ok_or(Code::SignInNeeded)?;
        let account = store::officer::get(tx.conn, officer)?.filter(|a| a.ended_on.is_none()).ok_or(Code::SignInNeeded)?;
        account::attempt(tx, &account.login, CODES)?;
        Ok(account)
    })?;
    let signed_in = service.write(|tx| {
        accept(tx, &account.officer, typed)?;
        // Two right codes at once are one sign-in.
        if !store::totp::came(tx.conn, &hash)? {
            return Err(Code::SignInNeeded.into());
        }
        store::officer::forgive(tx.conn, &account.login, CODES)?;
        Ok((account::open_session(tx, &account.officer)?, account.officer.clone()))
    });
    // The password was right: whoever guesses the code knows it.
    if let Err(Problem::Refused(Code::WrongCode)) = signed_in {
        service.write(|tx| tx.audit(None, "account.code_refused", subject(account.officer.id), json!({})))?;
    }
    signed_in
}

/// Takes a code of the app or a recovery code, once.
fn accept(tx: &mut Tx<'_>, officer: &Officer, typed: &str) -> Result<(), Problem> {
    let kept = store::totp::get(tx.conn, officer.id)?.filter(|kept| kept.confirmed_at.is_some()).ok_or(Code::SignInNeeded)?;
    let taken = match Typed::read(typed) {
        Typed::Code(code) => match secret(tx, officer.id, &kept.sealed)?.step_of(&code, tx.now) {
            Some(step) => store::totp::use_step(tx.conn, officer.id, step)?,
            None => false,
        },
        Typed::Recovery(code) => {
            let taken = store::totp::use_recovery(tx.conn, officer.id, &tx.keys.recovery_hash(officer.id, &code))?;
            if taken {
                let left = store::totp::recovery_left(tx.conn, officer.id)?;
                tx.audit(Some(officer), "account.recovery_code", subject(officer.id), json!({"left": left}))?;
                account::tell(tx, officer.id, AccountChange::RecoveryUsed)?;
            }
            taken
        }
    };
    if taken { Ok(()) } else { Err(Code::WrongCode.into()) }
}

/// Switches it off: password and code, so that neither a borrowed session nor a borrowed telephone is enough.
///
/// # Errors
/// [`Problem::Invalid`] when password or code is wrong, [`Code::SignInPaused`].
pub fn switch_off(service: &Service, turn: &Turn, officer: &Officer, proof: &Proof) -> Result<(), Problem> {
    with_both(service, turn, officer, proof, |tx| {
        store::totp::remove(tx.conn, officer.id)?;
        account::tell(tx, officer.id, AccountChange::TotpOff)?;
        tx.audit(Some(officer), "account.totp_off", subject(officer.id), json!({}))
    })
}

/// Makes new recovery codes in the place of the old ones: password and code, as for switching it off. Nobody can show them again.
///
/// # Errors
/// As [`switch_off`].
pub fn new_recovery(service: &Service, turn: &Turn, officer: &Officer, proof: &Proof) -> Result<Vec<ReceiptCode>, Problem> {
    with_both(service, turn, officer, proof, |tx| {
        tx.audit(Some(officer), "account.recovery_new", subject(officer.id), json!({}))?;
        account::tell(tx, officer.id, AccountChange::RecoveryNew)?;
        give_recovery(tx, officer)
    })
}

/// What somebody types to prove that they have both, and from where.
pub struct Proof {
    /// The password.
    pub password: String,
    /// A code of the app, or a recovery code.
    pub code: String,
    /// The address that they come from.
    pub address: String,
}

fn with_both<T>(service: &Service, turn: &Turn, officer: &Officer, proof: &Proof, act: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
    let account = account::prove(service, turn, officer, &proof.password, "/password", &proof.address)?;
    service.write(|tx| account::attempt(tx, &account.login, CODES))?;
    service.write(|tx| {
        accept(tx, officer, &proof.code).map_err(|problem| match problem {
            Problem::Refused(Code::WrongCode) => Problem::Invalid(vec![Fault::new("/code", "wrong_code")]),
            other => other,
        })?;
        store::officer::forgive(tx.conn, &account.login, CODES)?;
        act(tx)
    })
}

/// An administrator takes a colleague's second factor away, because the telephone is lost and the recovery codes too.
/// The colleague is told by mail.
///
/// # Errors
/// [`Code::NotAllowed`] for one's own: that takes password and code; [`Code::NotFound`] when there is none.
pub fn reset(tx: &mut Tx<'_>, by: &Officer, id: Uuid) -> Result<(), Problem> {
    by.may_administer()?;
    if by.id == id {
        return Err(Code::NotAllowed.into());
    }
    if !store::totp::remove(tx.conn, id)? {
        return Err(Code::NotFound.into());
    }
    tx.audit(Some(by), "account.totp_reset", subject(id), json!({}))?;
    tx.mail("totp_reset", &format!("totp_reset:{id}:{}", tx.now.micros()), json!({"officer": id}))
}
