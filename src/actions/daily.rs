//! The daily jobs as administrators see them: when they last ran, what they
//! did, and a wish that they run now. Who runs them is in `jobs::clocks`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Tx;
use crate::domain::access::Officer;
use crate::domain::error::Problem;
use crate::domain::time::Moment;
use crate::store;

/// The setting that says what the last run did.
const RAN: &str = "daily_ran";
/// The setting that says when somebody last wished for a run.
const ASKED: &str = "daily_asked";

/// A run that came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// When it began, in microseconds since 1970 in UTC: what was wished for later is not done by it.
    at: i64,
    /// How much it did, by the word of each part.
    pub did: BTreeMap<String, usize>,
}

impl Ran {
    /// When it began.
    pub fn at(&self) -> Moment {
        Moment::from_micros(self.at)
    }
}

/// The last run, on whatever server.
pub fn last(tx: &mut Tx<'_>) -> Result<Option<Ran>, Problem> {
    let kept = store::catalogue::setting(tx.conn, RAN)?;
    // A run that is told in other words, by another version of the program, is as good as none.
    Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
}

/// Notes that a run came to its end, and what it did.
pub fn note(tx: &mut Tx<'_>, began: Moment, did: BTreeMap<String, usize>) -> Result<(), Problem> {
    let ran = Ran { at: began.micros(), did };
    let kept = serde_json::to_string(&ran).map_err(|e| Problem::Internal(e.to_string()))?;
    Ok(store::catalogue::set_setting(tx.conn, RAN, &kept)?)
}

/// Wishes for a run now. It does what a day brings and nothing twice.
pub fn ask(tx: &mut Tx<'_>, by: &Officer) -> Result<(), Problem> {
    by.may_administer()?;
    store::catalogue::set_setting(tx.conn, ASKED, &tx.now.to_string())?;
    tx.audit(Some(by), "jobs.ask", "jobs:daily", json!({}))
}

/// When somebody last wished for a run that has not come to its end since.
pub fn wished(tx: &mut Tx<'_>) -> Result<Option<Moment>, Problem> {
    let asked: Option<Moment> = store::catalogue::setting(tx.conn, ASKED)?.and_then(|at| at.parse().ok());
    let Some(asked) = asked else { return Ok(None) };
    let ran = last(tx)?;
    Ok(Some(asked).filter(|asked| ran.is_none_or(|ran| ran.at() < *asked)))
}
