//! Absence: somebody is away, and a deputy sees and does their work meanwhile.
//! A deputy gets no new rights: they are chosen among those who answer for the
//! absent person's office anyway, and do what their own roles allow.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::account::subject;
use super::check::Check;
use super::{Tx, feedback};
use crate::domain::access::Officer;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::words::Serial;
use crate::i18n::date;
use crate::store;
use crate::store::absence::Absence;
use crate::store::list::Filter;

/// The longest absence that is noted, in days: whoever is away for longer has an account that ends.
const LONGEST: i32 = 366;

/// What is typed of an absence.
#[derive(Debug, Clone, Default)]
pub struct AbsenceForm {
    /// The deputy's id.
    pub deputy: String,
    /// The first day, as `2026-10-01`.
    pub from: String,
    /// The last day.
    pub to: String,
}

/// Everybody who may stand in for somebody: who works on opinions at their office, or at one above it.
pub fn deputies(tx: &mut Tx<'_>, absent: &Officer) -> Result<Vec<Officer>, Problem> {
    let (catalogue, today) = (tx.catalogue.clone(), tx.today);
    let fits = |o: &Officer| o.id != absent.id && o.works() && catalogue.offices.answers_for(&o.office, &absent.office, today);
    Ok(store::officer::all(tx.conn)?.into_iter().filter(|a| a.ended_on.is_none()).map(|a| a.officer).filter(fits).collect())
}

/// Notes that somebody is away: oneself, or, by an administrator, anybody. The deputy is told. What an administrator
/// notes takes the place of what was noted from its first day on: nobody but its owner can end it otherwise.
///
/// # Errors
/// [`Code::NotAllowed`] for another's; [`Problem::Invalid`] without days, with a deputy who may not be one, and for
/// days of one's own that are noted already.
pub fn note(tx: &mut Tx<'_>, by: &Officer, whose: Uuid, form: &AbsenceForm) -> Result<(), Problem> {
    if by.id != whose {
        by.may_administer()?;
    }
    let absent = store::officer::get(tx.conn, whose)?.filter(|a| a.ended_on.is_none()).ok_or(Code::NotFound)?.officer;
    let mut check = Check::default();
    let deputy: Option<Uuid> = match form.deputy.parse::<Uuid>().ok() {
        Some(id) => deputies(tx, &absent)?.iter().map(|o| o.id).find(|found| *found == id),
        None => None,
    };
    if deputy.is_none() {
        check.fault("/deputy", if form.deputy.is_empty() { "choice_missing" } else { "unknown_deputy" });
    }
    let (from, to) = (check.day("/absence_from", &form.from), check.day("/absence_to", &form.to));
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        check.fault("/absence_to", "ends_before_it_begins");
    } else if to.is_some_and(|to| to < tx.today) {
        check.fault("/absence_to", "day_is_past");
    } else if to.is_some_and(|to| to > tx.today.plus(LONGEST)) {
        check.put(Fault::new("/absence_to", "absence_too_long").with("days", LONGEST));
    }
    let (deputy, (from, to)) = check.done(deputy.zip(from.zip(to)))?;
    for other in store::absence::not_over(tx.conn, tx.today)? {
        let overlaps = other.from <= to && from <= other.to;
        if overlaps && other.officer == deputy {
            return Err(Problem::Invalid(vec![Fault::new("/deputy", "deputy_is_away")]));
        }
        if overlaps && other.officer == whose && by.id == whose {
            let fault = Fault::new("/absence_from", "absence_overlaps").with("from", date(other.from)).with("to", date(other.to));
            return Err(Problem::Invalid(vec![fault]));
        }
        if overlaps && other.officer == whose && other.from < from {
            store::absence::shorten(tx.conn, other.id, from.plus(-1))?;
        } else if overlaps && other.officer == whose {
            store::absence::end(tx.conn, other.id, tx.today)?;
        }
    }
    let absence = Absence { id: Uuid::now_v7(), officer: whose, deputy, from, to };
    store::absence::add(tx.conn, &absence, by.id)?;
    tx.mail("deputy", &format!("deputy:{}", absence.id), json!({"officer": deputy, "absence": absence.id}))?;
    tx.audit(Some(by), "account.absence_note", subject(whose), json!({"deputy": deputy, "from": from, "to": to}))
}

/// Ends an absence before its time: one's own.
///
/// # Errors
/// [`Code::NotFound`] when it is another's, or over.
pub fn end(tx: &mut Tx<'_>, by: &Officer, id: Uuid) -> Result<(), Problem> {
    let own = store::absence::not_over(tx.conn, tx.today)?.into_iter().any(|absence| absence.id == id && absence.officer == by.id);
    if !own {
        return Err(Code::NotFound.into());
    }
    store::absence::end(tx.conn, id, tx.today)?;
    tx.audit(Some(by), "account.absence_end", subject(by.id), json!({}))
}

/// The absences of somebody that are not over.
pub fn of(tx: &mut Tx<'_>, officer: Uuid) -> Result<Vec<Absence>, Problem> {
    Ok(store::absence::not_over(tx.conn, tx.today)?.into_iter().filter(|absence| absence.officer == officer).collect())
}

/// Who is away today, by their id.
pub fn today(tx: &mut Tx<'_>) -> Result<BTreeMap<Uuid, Absence>, Problem> {
    let today = tx.today;
    let away = store::absence::not_over(tx.conn, today)?.into_iter().filter(|absence| absence.from <= today);
    Ok(away.map(|absence| (absence.officer, absence)).collect())
}

/// Writes to who works on an item; while they are away, to their deputy too.
pub(super) fn tell(tx: &mut Tx<'_>, kind: &'static str, dedup: &str, assignee: Uuid, about: Value) -> Result<(), Problem> {
    let with = |mut about: Value, name: &str, id: Uuid| {
        if let Some(about) = about.as_object_mut() {
            about.insert(name.to_owned(), json!(id));
        }
        about
    };
    let payload = with(about, "officer", assignee);
    tx.mail(kind, dedup, payload.clone())?;
    match today(tx)?.get(&assignee) {
        Some(absence) => tx.mail(kind, &format!("{dedup}:deputy"), with(payload, "deputy", absence.deputy)),
        None => Ok(()),
    }
}

/// What waits for those whose deputy somebody is today, as far as they answer for it; none when they are nobody's.
pub fn waiting(tx: &mut Tx<'_>, deputy: &Officer) -> Result<Option<Filter>, Problem> {
    let away: Vec<Uuid> = today(tx)?.into_values().filter(|absence| absence.deputy == deputy.id).map(|absence| absence.officer).collect();
    if away.is_empty() {
        return Ok(None);
    }
    let offices = tx.catalogue.offices.answered_by(&deputy.office, tx.today).iter().map(ToString::to_string).collect();
    Ok(Some(Filter { assignees: Some(away), offices: Some(offices), open: true, ..Filter::default() }))
}

/// Gives an item to a colleague; to one who is away only when that is said in so many words.
///
/// # Errors
/// [`Problem::Invalid`] when the colleague is away and nothing was said; otherwise as [`feedback::assign`].
pub fn assign(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, to: Uuid, though_away: bool) -> Result<(), Problem> {
    if !though_away && today(tx)?.contains_key(&to) {
        return Err(Problem::Invalid(vec![Fault::new("/to", "colleague_is_away")]));
    }
    feedback::assign(tx, officer, serial, to)
}
