//! Once a day, what is kept no longer goes. Says what it did in numbers, never
//! what it was about. Running it twice deletes nothing more.

use crate::actions::{Service, retention};
use crate::domain::error::Problem;
use crate::domain::retention::Kind;

/// The most rows of one transaction: intake never waits long for the lock.
const STEP: i64 = 100;

/// Deletes by every rule in force. Returns how much went by each.
///
/// # Errors
/// What the database says; what was deleted until then stays deleted.
pub fn daily(service: &Service) -> Result<Vec<(Kind, usize)>, Problem> {
    let today = service.read(|tx| Ok(tx.today))?;
    let mut done = Vec::new();
    for (kind, before) in retention::rules()?.due(today) {
        let mut swept = 0;
        loop {
            match service.write(|tx| retention::sweep(tx, kind, before, STEP))? {
                0 => break,
                step => swept += step,
            }
        }
        metrics::counter!("hoidap_retention_total", "rule" => kind.as_str()).increment(u64::try_from(swept).unwrap_or(0));
        if swept > 0 {
            tracing::info!(rule = %kind, swept, "what was kept long enough is deleted");
        }
        done.push((kind, swept));
    }
    Ok(done)
}
