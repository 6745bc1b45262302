//! Mails about an officer's own account. What a link holds lies encrypted in
//! the outbox, and is read here for one letter.

use serde::Deserialize;
use uuid::Uuid;

use super::plan::{Plan, payload, to_officers};
use crate::actions::Tx;
use crate::actions::password::{self, LINK_SECONDS};
use crate::domain::contact::Email;
use crate::domain::error::Problem;
use crate::domain::words::AccountChange;
use crate::mail::{Hidden, Notice};
use crate::store;
use crate::store::outbox::Message;

/// What a payload holds.
#[derive(Deserialize)]
struct About {
    officer: Uuid,
    sealed: Option<String>,
    change: Option<AccountChange>,
    absence: Option<Uuid>,
}

/// Whom to write to. A link that was used, or is too old, is not sent any more.
///
/// # Errors
/// [`Problem::Internal`] when the row can't be read, or not with this secret.
pub fn plan(tx: &mut Tx<'_>, message: &Message) -> Result<Plan, Problem> {
    let about: About = payload(message)?;
    if let (Some(change), Some(sealed)) = (about.change, &about.sealed) {
        let Some(account) = store::officer::get(tx.conn, about.officer)? else { return Ok(Plan::Nobody) };
        let before = tx.keys.open_token(about.officer, sealed).as_deref().and_then(Email::parse);
        return Ok(before.map_or(Plan::Nobody, |email| Plan::One(email, account.officer.language, Notice::AccountChanged(change))));
    }
    if let Some(change) = about.change {
        return to_officers(tx, Some(about.officer), Notice::AccountChanged(change), |_| true);
    }
    if let Some(absence) = about.absence {
        return deputy(tx, about.officer, absence);
    }
    let Some(sealed) = about.sealed else { return to_officers(tx, Some(about.officer), Notice::TotpReset, |_| true) };
    let token = tx.keys.open_token(about.officer, &sealed);
    let token = token.ok_or_else(|| Problem::Internal(format!("a link for {} does not open with HOIDAP_SECRET", about.officer)))?;
    if !password::is_valid(tx, &token)? {
        return Ok(Plan::Nobody);
    }
    to_officers(tx, Some(about.officer), Notice::PasswordReset { token: Hidden(token), minutes: LINK_SECONDS / 60 }, |_| true)
}

/// Who stands in for somebody, as long as the absence stands.
fn deputy(tx: &mut Tx<'_>, officer: Uuid, absence: Uuid) -> Result<Plan, Problem> {
    let Some(absence) = store::absence::get(tx.conn, absence)? else { return Ok(Plan::Nobody) };
    let Some(absent) = store::officer::get(tx.conn, absence.officer)? else { return Ok(Plan::Nobody) };
    let notice = Notice::Deputy { absent: absent.officer.name, from: absence.from, to: absence.to };
    to_officers(tx, Some(officer), notice, |_| true)
}
