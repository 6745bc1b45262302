//! What offices change because of opinions. Officers and heads write, a head who
//! did not write it publishes; each version is kept.

use serde_json::json;

use super::Tx;
use super::check::Check;
use super::figures::{self, Asked, Results};
use super::lookup;
use crate::domain::access::Officer;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::feedback::Class;
use crate::domain::improvement::{Improvement, Progress};
use crate::domain::text::{NOTE_MAX, OPINION_MAX};
use crate::domain::time::Day;
use crate::domain::words::{OfficeCode, Role, Serial};
use crate::store;
use crate::store::improvement::Version;

/// The most opinions of one action.
const SERIALS_MAX: usize = 50;
/// The longest link, in characters.
const LINK_MAX: usize = 500;
/// As many are listed, the newest first.
const LISTED: i64 = 500;

/// An action as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Numbers of opinions, between commas or spaces.
    pub serials: String,
    /// A field's code.
    pub field: String,
    /// Why things were as they were.
    pub cause: String,
    /// What is changed.
    pub action: String,
    /// An office's code.
    pub owner: String,
    /// A day.
    pub begins_on: String,
    /// A day.
    pub due_on: String,
    /// A word of [`Progress`].
    pub progress: String,
    /// A day; needed when it is done.
    pub done_on: String,
    /// Needed when it is done.
    pub evidence: String,
    /// An address of the web.
    pub link: String,
    /// Needed when it is dropped.
    pub reason: String,
}

/// May they write for an office?
fn may_write(tx: &Tx<'_>, officer: &Officer, office: &OfficeCode) -> Result<(), Problem> {
    let writes = officer.is(Role::Officer) || officer.is(Role::Head);
    if writes && tx.catalogue.offices.answers_for(&officer.office, office, tx.today) { Ok(()) } else { Err(Code::NotAllowed.into()) }
}

/// May they publish this version? A head, and not who wrote it.
pub fn may_publish(tx: &Tx<'_>, officer: &Officer, version: &Version) -> Result<(), Code> {
    if !officer.is(Role::Head) || !tx.catalogue.offices.answers_for(&officer.office, &version.body.owner, tx.today) {
        return Err(Code::NotAllowed);
    }
    if version.written_by == officer.id { Err(Code::OwnText) } else { Ok(()) }
}

/// Writes an action: a new one, or the next version of `id` after `version`. Nobody is shown it before it is published.
/// Returns its number.
///
/// # Errors
/// [`Problem::Invalid`] with a fault for each field; [`Code::ChangedMeanwhile`] when `version` is not the newest.
pub fn write(tx: &mut Tx<'_>, officer: &Officer, id: Option<(i64, i64)>, draft: &Draft) -> Result<i64, Problem> {
    let earlier = match id {
        Some((id, version)) => {
            let newest = store::improvement::newest(tx.conn, id)?.ok_or(Code::NotFound)?;
            may_write(tx, officer, &newest.body.owner)?;
            if newest.version != version {
                return Err(Code::ChangedMeanwhile.into());
            }
            Some(newest)
        }
        None => None,
    };
    let body = checked(tx, draft)?;
    may_write(tx, officer, &body.owner)?;
    let (id, version) = match earlier {
        Some(earlier) => {
            store::improvement::own(tx.conn, earlier.id, &body.owner)?;
            (earlier.id, earlier.version + 1)
        }
        None => (store::improvement::add(tx.conn, &body.owner)?, 1),
    };
    match store::improvement::write(tx.conn, id, version, &body, officer.id, tx.now) {
        // Two saved the next version at once.
        Err(store::StoreError::Duplicate(_)) => return Err(Code::ChangedMeanwhile.into()),
        other => other?,
    }
    tx.audit(Some(officer), "improvement.write", format!("improvement:{id}"), json!({"version": version, "progress": body.progress}))?;
    Ok(id)
}

/// Publishes the version that was seen.
///
/// # Errors
/// [`Code::OwnText`] for who wrote it; [`Code::ChangedMeanwhile`] when there is a newer one, or it is published already.
pub fn publish(tx: &mut Tx<'_>, officer: &Officer, id: i64, seen: i64) -> Result<(), Problem> {
    let newest = store::improvement::newest(tx.conn, id)?.ok_or(Code::NotFound)?;
    may_publish(tx, officer, &newest)?;
    if newest.version != seen || newest.published_at.is_some() {
        return Err(Code::ChangedMeanwhile.into());
    }
    // What was sealed since must not be named.
    for serial in &newest.body.serials {
        if lookup::item(tx, *serial)?.class == Class::Sealed {
            return Err(Problem::Invalid(vec![Fault::new("/serials", "unknown_serial")]));
        }
    }
    if !store::improvement::publish(tx.conn, &newest, officer.id, tx.now)? {
        return Err(Code::ChangedMeanwhile.into());
    }
    tx.audit(Some(officer), "improvement.publish", format!("improvement:{id}"), json!({"version": seen}))
}

/// What an officer works with: the newest version of each action of their offices.
pub fn at_desk(tx: &mut Tx<'_>, officer: &Officer) -> Result<Vec<Version>, Problem> {
    let offices: Vec<String> = tx.catalogue.offices.answered_by(&officer.office, tx.today).iter().map(ToString::to_string).collect();
    Ok(store::improvement::of_offices(tx.conn, &offices, LISTED)?)
}

/// What anybody may see.
pub fn public(tx: &mut Tx<'_>) -> Result<Vec<Version>, Problem> {
    Ok(store::improvement::all_published(tx.conn, LISTED)?)
}

/// A published action.
///
/// # Errors
/// [`Code::NotFound`] for one that is not published.
pub fn one(tx: &mut Tx<'_>, id: i64) -> Result<Version, Problem> {
    Ok(store::improvement::published(tx.conn, id)?.ok_or(Code::NotFound)?)
}

/// The opinions of an action that may be named in public: what was sealed since is left out.
pub fn named(tx: &mut Tx<'_>, body: &Improvement) -> Result<Vec<Serial>, Problem> {
    let mut named = Vec::new();
    for serial in &body.serials {
        if lookup::item(tx, *serial)?.class != Class::Sealed {
            named.push(*serial);
        }
    }
    Ok(named)
}

/// The published actions that an opinion led to, by number.
pub fn of_item(tx: &mut Tx<'_>, serial: Serial) -> Result<Vec<i64>, Problem> {
    Ok(store::improvement::of_item(tx.conn, serial)?)
}

/// The field's figures before it began, and after it was done as far as half-months are over.
pub fn figures(tx: &mut Tx<'_>, body: &Improvement) -> Result<(Results, Option<Results>), Problem> {
    let asked = |(from, to): (Day, Day)| Asked { from: Some(from), to: Some(to), field: Some(body.field.clone()), ..Asked::default() };
    let before = figures::results(tx, &asked(body.before()))?;
    let after = body.after(tx.today).map(|span| figures::results(tx, &asked(span))).transpose()?;
    Ok((before, after))
}

/// What was typed, checked.
fn checked(tx: &mut Tx<'_>, draft: &Draft) -> Result<Improvement, Problem> {
    let mut check = Check::default();
    let serials = serials(tx, &draft.serials, &mut check)?;
    let progress = check.word("/progress", &draft.progress, "choice_missing");
    let done = progress == Some(Progress::Done);
    let mut part = |at, raw: &str, max, needed| if needed { check.words(at, raw, max) } else { check.text(at, raw, max) };
    let cause = part("/cause", &draft.cause, OPINION_MAX, true);
    let action = part("/action", &draft.action, OPINION_MAX, true);
    let evidence = part("/evidence", &draft.evidence, NOTE_MAX, done);
    let reason = part("/drop-reason", &draft.reason, NOTE_MAX, progress == Some(Progress::Dropped));
    let link = check.line("/link", &draft.link, LINK_MAX);
    if !link.is_empty() && !["https://", "http://"].iter().any(|scheme| link.starts_with(scheme)) {
        check.fault("/link", "not_a_link");
    }
    let field = tx.catalogue.fields.iter().find(|f| f.code.as_str() == draft.field).map(|f| f.code.clone());
    let owner = draft.owner.parse().ok().filter(|code| tx.catalogue.offices.active(code, tx.today).is_some());
    if field.is_none() {
        check.fault("/field", "choice_missing");
    }
    if owner.is_none() {
        check.fault("/owner", "choice_missing");
    }
    let (begins_on, due_on) = (check.day("/begins_on", &draft.begins_on), check.day("/due_on", &draft.due_on));
    let done_on = if done { check.day("/done_on", &draft.done_on) } else { None };
    if done_on.is_some_and(|on| on > tx.today) {
        check.fault("/done_on", "in_the_future");
    }
    let ends_early = begins_on.zip(due_on).is_some_and(|(begin, due)| due < begin);
    if ends_early || begins_on.zip(done_on).is_some_and(|(begin, done)| done < begin) {
        check.fault(if ends_early { "/due_on" } else { "/done_on" }, "ends_before_it_begins");
    }
    match (field, owner, begins_on, due_on, progress) {
        (Some(field), Some(owner), Some(begins_on), Some(due_on), Some(progress)) if check.clean() => {
            Ok(Improvement { serials, field, cause, action, owner, begins_on, due_on, progress, done_on, evidence, link, reason })
        }
        _ => Err(check.into()),
    }
}

/// The opinions that were named: there must be some, and the public must know them.
fn serials(tx: &mut Tx<'_>, typed: &str, check: &mut Check) -> Result<Vec<Serial>, Problem> {
    let mut serials = Vec::new();
    for word in typed.split([',', ';', ' ', '\n', '\r', '\t']).filter(|word| !word.is_empty()).take(SERIALS_MAX + 1) {
        let found = match word.parse::<Serial>() {
            Ok(serial) => store::feedback::get(tx.conn, serial)?.filter(|record| record.class(tx.today) != Class::Sealed).map(|_| serial),
            Err(_) => None,
        };
        match found {
            Some(serial) if !serials.contains(&serial) => serials.push(serial),
            Some(_) => {}
            None => {
                check.fault("/serials", "unknown_serial");
                return Ok(serials);
            }
        }
    }
    if serials.is_empty() || serials.len() > SERIALS_MAX {
        check.put(Fault::new("/serials", if serials.is_empty() { "nothing_chosen" } else { "too_many_chosen" }).with("max", SERIALS_MAX));
    }
    Ok(serials)
}
