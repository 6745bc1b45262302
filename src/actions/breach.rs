//! The register of breaches: opened, completed, marked as notified; for the
//! data-protection officer alone. Audit and mail name its number and nothing of
//! what it tells.

use serde_json::json;

use super::Tx;
use super::check::Check;
use super::rights::terms;
use crate::domain::access::Officer;
use crate::domain::breach::{Breach, Facts};
use crate::domain::error::{Code, Problem};
use crate::domain::text::{NOTE_MAX, TITLE_MAX};
use crate::domain::time::Moment;
use crate::store;

/// The longest field of a record, in characters.
const LONGEST: usize = 4 * NOTE_MAX;

/// What is typed of a record.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// The day of detection, as 2026-10-01.
    pub day: String,
    /// The time of detection, as 14:30.
    pub time: String,
    /// What is told of it.
    pub facts: Facts,
}

/// A day and a time in Vietnam, not later than now.
fn moment(tx: &Tx<'_>, day: (&'static str, &str), time: (&'static str, &str), check: &mut Check) -> Option<Moment> {
    let on = check.day(day.0, day.1);
    let clock = time.1.trim().split_once(':').and_then(|(h, m)| Some((h.parse::<i32>().ok()?, m.get(..2)?.parse::<i32>().ok()?)));
    let clock = clock.filter(|(hour, minute)| (0..24).contains(hour) && (0..60).contains(minute));
    if clock.is_none() {
        check.fault(time.0, "not_a_time");
    }
    let at = on.zip(clock).map(|(on, (hour, minute))| on.at(hour * 3_600 + minute * 60))?;
    if at > tx.now {
        check.fault(day.0, "in_the_future");
        return None;
    }
    Some(at)
}

fn checked(tx: &Tx<'_>, form: &Form) -> Result<(Moment, Facts), Problem> {
    let mut check = Check::default();
    let at = moment(tx, ("/day", &form.day), ("/time", &form.time), &mut check);
    let typed = &form.facts;
    // What is not known yet may be empty: the clock runs, and the record is completed later.
    let facts = Facts {
        place: check.text("/place", &typed.place, LONGEST),
        act: check.words("/act", &typed.act, LONGEST),
        data_types: check.text("/data_types", &typed.data_types, LONGEST),
        data_count: check.text("/data_count", &typed.data_count, LONGEST),
        persons: check.text("/persons", &typed.persons, LONGEST),
        consequences: check.text("/consequences", &typed.consequences, LONGEST),
        measures: check.text("/measures", &typed.measures, LONGEST),
    };
    check.done(at.map(|at| (at, facts)))
}

/// Opens a record, and tells every data-protection officer. Returns its number.
pub fn open(tx: &mut Tx<'_>, officer: &Officer, form: &Form) -> Result<i64, Problem> {
    officer.may_protect_data()?;
    let (detected_at, facts) = checked(tx, form)?;
    let id = store::breach::add(tx.conn, &Breach { id: 0, opened_at: tx.now, detected_at, facts, notified: None, warned_at: None, revision: 0 })?;
    tx.audit(Some(officer), "breach.open", format!("breach:{id}"), json!({}))?;
    tx.mail("breach_opened", &format!("breach_opened:{id}"), json!({"breach": id}))?;
    Ok(id)
}

/// A record in hand.
fn in_hand(tx: &mut Tx<'_>, officer: &Officer, id: i64) -> Result<Breach, Problem> {
    officer.may_protect_data()?;
    Ok(store::breach::get_for_update(tx.conn, id)?.ok_or(Code::NotFound)?)
}

/// Completes or corrects the record that was seen. When it was detected can be corrected until the authority was told;
/// the term runs from there, so the audit keeps what it was.
///
/// # Errors
/// [`Code::ChangedMeanwhile`] when it is not the revision that they saw.
pub fn change(tx: &mut Tx<'_>, officer: &Officer, id: i64, revision: i64, form: &Form) -> Result<(), Problem> {
    let mut breach = in_hand(tx, officer, id)?;
    // Said first: whoever mends another fault must have seen what was changed.
    if breach.revision != revision {
        return Err(Code::ChangedMeanwhile.into());
    }
    let (detected_at, facts) = checked(tx, form)?;
    let mut detail = json!({});
    if breach.notified.is_none() && breach.detected_at != detected_at {
        detail = json!({"detected": [breach.detected_at.to_string(), detected_at.to_string()]});
        breach.detected_at = detected_at;
    }
    breach.facts = facts;
    breach.revision += 1;
    store::breach::update(tx.conn, &breach)?;
    tx.audit(Some(officer), "breach.change", format!("breach:{id}"), detail)
}

/// Marks it as notified: when, and to whom. Once.
///
/// # Errors
/// [`Code::ChangedMeanwhile`] when it is marked already.
pub fn notified(tx: &mut Tx<'_>, officer: &Officer, id: i64, day: &str, time: &str, to: &str) -> Result<(), Problem> {
    let mut breach = in_hand(tx, officer, id)?;
    if breach.notified.is_some() {
        return Err(Code::ChangedMeanwhile.into());
    }
    let mut check = Check::default();
    let at = moment(tx, ("/notified-day", day), ("/notified-time", time), &mut check);
    let to = check.needed("/notified-to", to, 2 * TITLE_MAX);
    if at.is_some_and(|at| at < breach.detected_at) {
        check.fault("/notified-day", "before_detection");
    }
    let at = check.done(at)?;
    breach.notified = Some((at, to));
    breach.revision += 1;
    store::breach::update(tx.conn, &breach)?;
    tx.audit(Some(officer), "breach.notified", format!("breach:{id}"), json!({}))
}

/// The records, newest first.
pub fn list(tx: &mut Tx<'_>, officer: &Officer) -> Result<Vec<Breach>, Problem> {
    officer.may_protect_data()?;
    Ok(store::breach::all(tx.conn)?)
}

/// One record.
pub fn get(tx: &mut Tx<'_>, officer: &Officer, id: i64) -> Result<Breach, Problem> {
    officer.may_protect_data()?;
    Ok(store::breach::get(tx.conn, id)?.ok_or(Code::NotFound)?)
}

/// Until when the authority has to be told of it. None when no term of the law was in force.
pub fn until(breach: &Breach) -> Result<Option<Moment>, Problem> {
    Ok(terms()?.hours_after("breach", "notify", breach.detected_at))
}

/// The job: writes once to the data-protection officers when little time is left. Returns how often.
pub fn warn(tx: &mut Tx<'_>) -> Result<usize, Problem> {
    let terms = terms()?;
    let mut warned = 0;
    for (id, detected_at) in store::breach::unwarned(tx.conn)? {
        let until = terms.hours_after("breach", "notify", detected_at);
        let left = terms.term("breach", "warn", detected_at.day()).map(|term| i64::from(term.amount) * 3_600);
        let Some(from) = until.zip(left).map(|(until, left)| until.plus_seconds(-left)) else { continue };
        if tx.now < from {
            continue;
        }
        // Another server may have been faster.
        let Some(mut breach) = store::breach::get_for_update(tx.conn, id)?.filter(|b| b.warned_at.is_none() && b.notified.is_none()) else { continue };
        breach.warned_at = Some(tx.now);
        store::breach::update(tx.conn, &breach)?;
        tx.mail("breach_due", &format!("breach_due:{id}"), json!({"breach": id}))?;
        warned += 1;
    }
    Ok(warned)
}

/// Is there anything to warn about? Only read, so that the job costs nothing while there is not.
pub fn waits_for_warning(tx: &mut Tx<'_>) -> Result<bool, Problem> {
    Ok(!store::breach::unwarned(tx.conn)?.is_empty())
}
