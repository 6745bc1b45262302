//! The ladder of reminders (đôn đốc): whom a letter reminds, and how many
//! working days before or after a deadline.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Check, EndForm, begin, finish};
use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::chase::{Part, Rung, Timing};
use crate::domain::error::{Code, Problem};
use crate::store::catalogue as store;

/// The most working days before or after a deadline: more is a typing error.
const MOST_DAYS: u32 = 100;

/// What an administrator types of a rung.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RungForm {
    /// What it is counted from: a word of [`Timing`].
    pub timing: String,
    /// Working days; of no meaning for half time.
    pub days: String,
    /// Who is reminded: a word of [`Part`].
    pub part: String,
    /// Its first day.
    pub valid_from: String,
    /// The decision that this rests on.
    pub source: String,
}

/// Adds a rung. Nobody is reminded of days before its first.
pub fn add_rung(tx: &mut Tx<'_>, by: &Officer, form: &RungForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let mut check = Check::default();
    let timing: Option<Timing> = check.word("/timing", &form.timing, "not_a_choice");
    let part: Option<Part> = check.word("/part", &form.part, "not_a_choice");
    let days = if timing == Some(Timing::Half) { Some(0) } else { check.number("/days", &form.days, 1..=MOST_DAYS) };
    let valid_from = check.first_day(&form.valid_from, tx.today);
    let source = check.source(&form.source);
    if let (Some(timing), Some(part), Some(days), Some(first)) = (timing, part, days, valid_from) {
        let same = |rung: &&Rung| (rung.timing, rung.days, rung.part) == (timing, days, part) && rung.valid_to.is_none_or(|last| first <= last);
        if tx.catalogue.chase.iter().any(|rung| same(&rung)) {
            check.fault("/timing", "rung_exists");
        }
    }
    let read = timing.zip(part).zip(days).zip(valid_from);
    let (((timing, part), days), valid_from) = check.done(read)?;
    // A name of its own: mails that wait name the rung that they are about.
    let code = format!("{timing}_{days}_{part}_{valid_from}");
    let rung = Rung { code, timing, days, part, valid_from, valid_to: None };
    store::add_rung(tx.conn, &rung, &source)?;
    let detail = json!({"timing": timing, "days": days, "part": part, "valid_from": valid_from, "source": source});
    finish(tx, by, "rung.add", format!("rung:{}", rung.code), detail)
}

/// Ends a rung.
pub fn end_rung(tx: &mut Tx<'_>, by: &Officer, code: &str, form: &EndForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let rung = tx.catalogue.chase.iter().find(|rung| rung.code == code).cloned().ok_or(Code::NotFound)?;
    let mut check = Check::default();
    let last = check.last_day(&form.last, rung.valid_from, rung.valid_to, tx.today);
    let last = check.done(last)?;
    store::end_rung(tx.conn, code, last)?;
    finish(tx, by, "rung.end", format!("rung:{code}"), json!({"last": last}))
}
