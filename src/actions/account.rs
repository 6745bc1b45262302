//! Accounts: signing in and out, adding, changing, ending.

use std::collections::BTreeSet;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use super::{Service, Tx};
use crate::domain::access::Officer;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::password;
use crate::domain::text::clean_line;
use crate::domain::words::{AccountChange, Language, Role};
use crate::keys;
use crate::store;
use crate::store::StoreError;
use crate::store::officer::Account;

/// A working day: after it, sign in again.
const SESSION_SECONDS: i64 = 12 * 3_600;
/// So many wrong passwords of one account from one address are free.
const FREE_FAILURES: i64 = 5;
/// The longest pause after more.
const LONGEST_PAUSE: i64 = 900;
/// So many passwords are checked at once by one server.
const AT_ONCE: usize = 2;

/// Argon2id with 19 MiB and two passes (OWASP's first choice).
fn argon() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19_456, 2, 1, None).unwrap_or_default())
}

/// Hashes a password. Slow by intent: call it outside a transaction.
pub fn hash_password(password: &str) -> Result<String, Problem> {
    let salt = SaltString::encode_b64(&keys::random::<16>()).map_err(|e| Problem::Internal(e.to_string()))?;
    argon().hash_password(password.as_bytes(), &salt).map(|h| h.to_string()).map_err(|e| Problem::Internal(e.to_string()))
}

fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|h| argon().verify_password(password.as_bytes(), &h).is_ok())
}

/// The turn of one sign-in: each costs memory and time, and a flood of them must not take all of it.
#[derive(Debug)]
pub struct Turn {
    /// Given back when the sign-in is over, even if nobody waits for it any more.
    _held: SemaphorePermit<'static>,
}

impl Turn {
    /// Waits for it, and keeps no thread waiting.
    ///
    /// # Errors
    /// Never while the service runs.
    pub async fn wait() -> Result<Self, Problem> {
        static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);
        TURNS.acquire().await.map(|held| Self { _held: held }).map_err(|e| Problem::Unavailable(e.to_string()))
    }
}

/// What a right name and password came to.
#[derive(Debug)]
pub enum Entry {
    /// A session: its token, and who it is.
    Session(String, Officer),
    /// The code of the second factor is asked for next, under this token. There is no session yet.
    Code(String),
}

/// Notes an attempt at somebody's sign-in, from somewhere. It counts as failed until it has succeeded,
/// so that guesses at once don't all pass the same look.
///
/// # Errors
/// [`Code::SignInPaused`] after too many.
pub(super) fn attempt(tx: &mut Tx<'_>, login: &str, whence: &str) -> Result<(), Problem> {
    let (failures, last) = store::officer::failures(tx.conn, login, whence, tx.now)?;
    let pause = (1_i64 << (failures - FREE_FAILURES + 1).clamp(1, 10)).min(LONGEST_PAUSE);
    if failures >= FREE_FAILURES && tx.now < last.plus_seconds(pause) {
        return Err(Code::SignInPaused.into());
    }
    Ok(store::officer::note_failure(tx.conn, login, whence, tx.now)?)
}

/// From where somebody tries to sign in. The address is kept as a hash: it is there to slow attempts, not to know people.
pub(super) fn whence(login: &str, address: &str) -> String {
    keys::token_hash(&format!("{login}@{address}"))
}

/// A name as it is compared.
pub(super) fn plain_login(login: &str) -> String {
    clean_line(login).to_lowercase()
}

/// Signs in. Attempts are slowed for one account from one address, so that
/// nobody can lock out an office behind one address, nor a colleague from elsewhere.
///
/// # Errors
/// [`Code::WrongSignIn`], [`Code::SignInPaused`].
pub fn sign_in(service: &Service, _turn: Turn, login: &str, password: &str, address: &str) -> Result<Entry, Problem> {
    let login = plain_login(login);
    let address = whence(&login, address);
    let account = service.write(|tx| {
        attempt(tx, &login, &address)?;
        Ok(store::officer::by_login(tx.conn, &login)?)
    })?;
    // An unknown name costs as much as a wrong password, so that names can't be guessed by the clock.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let right = verify(password, account.as_ref().map_or(NOBODY, |a| &a.password_hash));
    let account = match account {
        Some(account) if right && account.ended_on.is_none() => account,
        refused => {
            // Written for a name that nobody has, too: it must not take a shorter time.
            let whose = refused.map_or_else(|| "officer:unknown".to_owned(), |account| subject(account.officer.id));
            service.write(|tx| tx.audit(None, "account.sign_in_refused", whose, json!({})))?;
            return Err(Code::WrongSignIn.into());
        }
    };
    service.write(|tx| {
        store::officer::forgive(tx.conn, &login, &address)?;
        if super::totp::is_on(tx, account.officer.id)? {
            return Ok(Entry::Code(super::totp::wait(tx, account.officer.id)?));
        }
        Ok(Entry::Session(open_session(tx, &account.officer)?, account.officer))
    })
}

/// What an audit line about an account is about.
pub(super) fn subject(officer: Uuid) -> String {
    format!("officer:{officer}")
}

/// Tells an officer's mailbox that how their account is signed in to has changed: whoever did it, they will know.
pub(super) fn tell(tx: &mut Tx<'_>, officer: Uuid, change: AccountChange) -> Result<(), Problem> {
    tx.mail("account_changed", &format!("account_changed:{change}:{officer}:{}", tx.now.micros()), json!({"officer": officer, "change": change}))
}

/// Opens a session, and returns its token.
pub(super) fn open_session(tx: &mut Tx<'_>, officer: &Officer) -> Result<String, Problem> {
    let token = keys::token();
    store::officer::open_session(tx.conn, &keys::token_hash(&token), officer.id, tx.now, tx.now.plus_seconds(SESSION_SECONDS))?;
    tx.audit(Some(officer), "account.sign_in", subject(officer.id), json!({}))?;
    Ok(token)
}

/// Asks somebody who is signed in for their password again, before what a borrowed session must not do.
/// Slowed as a sign-in is.
///
/// # Errors
/// [`Problem::Invalid`] at `pointer` when it is wrong, [`Code::SignInPaused`].
pub(super) fn prove(service: &Service, _turn: &Turn, officer: &Officer, password: &str, pointer: &'static str, address: &str) -> Result<Account, Problem> {
    let (account, address) = service.write(|tx| {
        let account = store::officer::get(tx.conn, officer.id)?.ok_or(Code::NotFound)?;
        let address = whence(&account.login, address);
        attempt(tx, &account.login, &address)?;
        Ok((account, address))
    })?;
    if !verify(password, &account.password_hash) {
        return Err(Problem::Invalid(vec![Fault::new(pointer, "wrong_password")]));
    }
    service.write(|tx| Ok(store::officer::forgive(tx.conn, &account.login, &address)?))?;
    Ok(account)
}

/// How many sessions of an account are open.
pub fn sessions(tx: &mut Tx<'_>, officer: &Officer) -> Result<i64, Problem> {
    Ok(store::officer::sessions_of(tx.conn, officer.id, tx.now)?)
}

/// Signs out everywhere. Returns how many sessions that ended, this one included.
pub fn sign_out_everywhere(tx: &mut Tx<'_>, officer: &Officer) -> Result<usize, Problem> {
    let ended = store::officer::end_sessions(tx.conn, officer.id, tx.now)?;
    tx.audit(Some(officer), "account.sign_out_everywhere", subject(officer.id), json!({"sessions": ended}))?;
    Ok(ended)
}

/// Who holds a session's token.
pub fn signed_in(tx: &mut Tx<'_>, token: &str) -> Result<Option<Officer>, Problem> {
    Ok(store::officer::by_session(tx.conn, &keys::token_hash(token), tx.now)?.map(|a| a.officer))
}

/// Signs out.
pub fn sign_out(tx: &mut Tx<'_>, token: &str) -> Result<(), Problem> {
    let Some(officer) = signed_in(tx, token)? else { return Ok(()) };
    store::officer::close_session(tx.conn, &keys::token_hash(token), tx.now)?;
    tx.audit(Some(&officer), "account.sign_out", subject(officer.id), json!({}))
}

/// What an administrator types of an account.
#[derive(Debug, Clone, Default)]
pub struct AccountForm {
    /// The name typed at sign-in.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The office's code.
    pub office: String,
    /// Roles.
    pub roles: Vec<String>,
    /// The language that they read.
    pub language: String,
    /// Where their mail goes.
    pub email: String,
    /// The password; empty leaves it as it is.
    pub password: String,
}

struct Checked {
    login: String,
    name: String,
    office: crate::domain::words::OfficeCode,
    roles: BTreeSet<Role>,
    language: Language,
    email: Option<String>,
}

fn check(tx: &Tx<'_>, form: &AccountForm, new: bool) -> Result<Checked, Problem> {
    let mut faults = Vec::new();
    let login = clean_line(&form.login).to_lowercase();
    if new && !((2..=60).contains(&login.len()) && login.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-@".contains(&b))) {
        faults.push(Fault::new("/login", "login_form"));
    }
    let name = clean_line(&form.name);
    if name.is_empty() {
        faults.push(Fault::new("/name", "words_missing"));
    }
    let office = form.office.parse().ok().filter(|c| tx.catalogue.offices.active(c, tx.today).is_some());
    if office.is_none() {
        faults.push(Fault::new("/office", if form.office.trim().is_empty() { "choice_missing" } else { "unknown_office" }));
    }
    let mut roles: BTreeSet<Role> = BTreeSet::new();
    for word in form.roles.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
        match word.parse() {
            Ok(role) => drop(roles.insert(role)),
            // An account without the role that was meant looks like one that has it.
            Err(_) => faults.push(
                Fault::new("/roles", "unknown_role").with("role", word).with("roles", Role::ALL.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", ")),
            ),
        }
    }
    if roles.is_empty() && faults.iter().all(|f| f.pointer != "/roles") {
        faults.push(Fault::new("/roles", "role_missing"));
    }
    let email = match form.email.trim() {
        "" => None,
        e => match crate::domain::contact::Email::parse(e) {
            Some(email) => Some(email.reveal().to_owned()),
            None => {
                faults.push(Fault::new("/email", "email_incomplete"));
                None
            }
        },
    };
    if new || !form.password.is_empty() {
        faults.extend(password::fault("/password", &form.password));
    }
    match office {
        Some(office) if faults.is_empty() => Ok(Checked { login, name, office, roles, language: form.language.parse().unwrap_or(Language::Vi), email }),
        _ => Err(Problem::Invalid(faults)),
    }
}

/// Adds an account. `hash` is the password's, made outside the transaction.
pub fn add(tx: &mut Tx<'_>, by: Option<&Officer>, form: &AccountForm, hash: String) -> Result<Uuid, Problem> {
    if let Some(officer) = by {
        officer.may_administer()?;
    }
    let c = check(tx, form, true)?;
    if store::officer::by_login(tx.conn, &c.login)?.is_some() {
        return Err(Problem::Invalid(vec![Fault::new("/login", "already_exists")]));
    }
    let officer = Officer { id: Uuid::now_v7(), name: c.name, office: c.office, roles: c.roles, language: c.language };
    let id = officer.id;
    let account = Account { officer, login: c.login, password_hash: hash, email: c.email, ended_on: None };
    match store::officer::add(tx.conn, &account, tx.today) {
        Err(StoreError::Duplicate(_)) => return Err(Problem::Invalid(vec![Fault::new("/login", "already_exists")])),
        other => other?,
    }
    tx.audit(by, "account.add", subject(id), json!({"office": account.officer.office, "roles": account.officer.roles}))?;
    Ok(id)
}

/// Changes an account; `hash` sets a new password.
pub fn change(tx: &mut Tx<'_>, by: &Officer, id: Uuid, form: &AccountForm, hash: Option<String>) -> Result<(), Problem> {
    by.may_administer()?;
    let c = check(tx, form, false)?;
    let before = store::officer::get(tx.conn, id)?.ok_or(Code::NotFound)?;
    // Nobody gives their own administration away, so there is always somebody who has it.
    if by.id == id && !c.roles.contains(&Role::Administrator) {
        return Err(Problem::Invalid(vec![Fault::new("/roles", "own_administration")]));
    }
    store::officer::change(tx.conn, id, &c.name, &c.office, c.language, c.email.as_deref())?;
    store::officer::set_roles(tx.conn, id, &c.roles)?;
    // Both together hand an account to somebody else.
    let detail = json!({"office": c.office, "roles": c.roles, "password": hash.is_some(), "email": before.email != c.email});
    if let Some(old) = before.email.as_ref().filter(|old| c.email.as_ref() != Some(old)) {
        // To where they still read it; whoever takes an account over changes this first.
        let sealed = tx.keys.seal_token(id, old).ok_or_else(|| Problem::Internal("an address could not be encrypted".to_owned()))?;
        let payload = json!({"officer": id, "change": AccountChange::Email, "sealed": sealed});
        tx.mail("account_changed", &format!("account_changed:email:{id}:{}", tx.now.micros()), payload)?;
    }
    if let Some(hash) = hash {
        store::officer::set_password(tx.conn, id, &hash)?;
        tell(tx, id, AccountChange::Password)?;
    }
    tx.audit(Some(by), "account.change", subject(id), detail)
}

/// Ends an account: it stays in every line that names it, and can sign in no more.
pub fn end(tx: &mut Tx<'_>, by: &Officer, id: Uuid) -> Result<(), Problem> {
    by.may_administer()?;
    store::officer::get(tx.conn, id)?.ok_or(Code::NotFound)?;
    if by.id == id {
        return Err(Code::NotAllowed.into());
    }
    store::officer::end(tx.conn, id, tx.today)?;
    tx.audit(Some(by), "account.end", subject(id), json!({}))
}
