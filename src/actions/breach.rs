//! The register of breaches: opened, completed, marked as notified; for the
//! data-protection officer alone. Audit and mail name its number and nothing of
//! what it tells.

use serde_json::json;

use super::Tx;
use super::rights::terms;
use crate::domain::access::Officer;
use crate::domain::breach::{Breach, Facts};
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::text::{self, NOTE_MAX, TITLE_MAX, TextFault};
use crate::domain::time::{Day, Moment};
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
fn moment(tx: &Tx<'_>, day: (&'static str, &str), time: (&'static str, &str), faults: &mut Vec<Fault>) -> Option<Moment> {
    let on: Option<Day> = day.1.trim().parse().ok();
    if on.is_none() {
        faults.push(Fault::new(day.0, "not_a_day"));
    }
    let clock = time.1.trim().split_once(':').and_then(|(h, m)| Some((h.parse::<i32>().ok()?, m.get(..2)?.parse::<i32>().ok()?)));
    let clock = clock.filter(|(hour, minute)| (0..24).contains(hour) && (0..60).contains(minute));
    if clock.is_none() {
        faults.push(Fault::new(time.0, "not_a_time"));
    }
    let at = on.zip(clock).map(|(on, (hour, minute))| on.at(hour * 3_600 + minute * 60))?;
    if at > tx.now {
        faults.push(Fault::new(day.0, "in_the_future"));
        return None;
    }
    Some(at)
}

fn check(tx: &Tx<'_>, form: &Form) -> Result<(Moment, Facts), Problem> {
    let mut faults = Vec::new();
    let at = moment(tx, ("/day", &form.day), ("/time", &form.time), &mut faults);
    // What is not known yet may be empty: the clock runs, and the record is completed later.
    let mut part = |pointer: &'static str, raw: &str, needed: bool| match text::bounded(raw, LONGEST) {
        Ok(words) => words,
        Err(TextFault::Empty) => {
            if needed {
                faults.push(Fault::new(pointer, "words_missing"));
            }
            String::new()
        }
        Err(TextFault::TooLong { max, got }) => {
            faults.push(Fault::new(pointer, "too_long").with("max", max).with("over", got - max));
            String::new()
        }
    };
    let typed = &form.facts;
    let facts = Facts {
        place: part("/place", &typed.place, false),
        act: part("/act", &typed.act, true),
        data_types: part("/data_types", &typed.data_types, false),
        data_count: part("/data_count", &typed.data_count, false),
        persons: part("/persons", &typed.persons, false),
        consequences: part("/consequences", &typed.consequences, false),
        measures: part("/measures", &typed.measures, false),
    };
    at.filter(|_| faults.is_empty()).map(|at| (at, facts)).ok_or(Problem::Invalid(faults))
}

/// Opens a record, and tells every data-protection officer. Returns its number.
pub fn open(tx: &mut Tx<'_>, officer: &Officer, form: &Form) -> Result<i64, Problem> {
    officer.may_protect_data()?;
    let (detected_at, facts) = check(tx, form)?;
    let id = store::breach::add(tx.conn, &Breach { id: 0, opened_at: tx.now, detected_at, facts, notified: None, warned_at: None })?;
    tx.audit(Some(officer), "breach.open", format!("breach:{id}"), json!({}))?;
    tx.mail("breach_opened", &format!("breach_opened:{id}"), json!({"breach": id}))?;
    Ok(id)
}

/// A record in hand.
fn in_hand(tx: &mut Tx<'_>, officer: &Officer, id: i64) -> Result<Breach, Problem> {
    officer.may_protect_data()?;
    Ok(store::breach::get_for_update(tx.conn, id)?.ok_or(Code::NotFound)?)
}

/// Completes or corrects a record. When it was detected can be corrected until the authority was told.
pub fn change(tx: &mut Tx<'_>, officer: &Officer, id: i64, form: &Form) -> Result<(), Problem> {
    let mut breach = in_hand(tx, officer, id)?;
    let (detected_at, facts) = check(tx, form)?;
    if breach.notified.is_none() {
        breach.detected_at = detected_at;
    }
    breach.facts = facts;
    store::breach::update(tx.conn, &breach)?;
    tx.audit(Some(officer), "breach.change", format!("breach:{id}"), json!({}))
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
    let mut faults = Vec::new();
    let at = moment(tx, ("/notified-day", day), ("/notified-time", time), &mut faults);
    let to = text::clean_line(to);
    match to.chars().count() {
        0 => faults.push(Fault::new("/notified-to", "words_missing")),
        n if n > 2 * TITLE_MAX => faults.push(Fault::new("/notified-to", "too_long").with("max", 2 * TITLE_MAX).with("over", n - 2 * TITLE_MAX)),
        _ => {}
    }
    if at.is_some_and(|at| at < breach.detected_at) {
        faults.push(Fault::new("/notified-day", "before_detection"));
    }
    let Some(at) = at.filter(|_| faults.is_empty()) else { return Err(Problem::Invalid(faults)) };
    breach.notified = Some((at, to));
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
