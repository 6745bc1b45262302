//! The sample life: a believable year of ratings and opinions, made through
//! the same actions that people use, day by day, so that every figure, deadline
//! and commitment of it is a real one. What happens follows from a seed: the
//! same seed again stores nothing twice. Bypasses no check and names no table.
//!
//! First it is decided what will be sent, and when (`invention`); then each day
//! is lived (`life`): what arrives gets its later moves (`agenda`), and those
//! that are due are made (`moves`).

mod agenda;
mod dice;
mod fates;
mod invention;
mod life;
mod moves;
mod opinions;
mod slips;
#[cfg(test)]
mod tests;
mod topics;

use crate::actions::{Service, Tx, figures, ledger};
use crate::domain::error::Problem;
use crate::domain::tally::Half;
use crate::domain::time::Day;
use crate::store;
use life::Life;

/// How much life to make, and when.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Filled questionnaires.
    pub responses: u64,
    /// Opinions; some come with a questionnaire.
    pub feedback: u64,
    /// What everything follows from.
    pub seed: u64,
    /// The last day of it: the day before today.
    pub last_day: Day,
    /// How many days it covers.
    pub days: u32,
}

/// What was stored: less than planned where it was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Filled questionnaires.
    pub responses: u64,
    /// Opinions.
    pub feedback: u64,
}

/// Makes a believable year of life through the same actions that people use.
///
/// Days on which the catalogue holds no office to go to stay empty. Who acts
/// is chosen among the accounts that are there; where nobody may act, the item
/// stays as it is. Mail that is older than a week at the end is closed unsent.
/// A life that was broken off is not taken up again: the same seed adds what
/// was not stored, and leaves what was.
///
/// # Errors
/// When the public log has begun: its days are told, and nothing may be added to them.
pub fn simulate(service: &Service, plan: &Plan) -> Result<Done, Problem> {
    if service.read(ledger::has_begun)? {
        return Err(Problem::Internal(
            "the public log has begun: no life can be added to days that it has told; make the sample life before the first start with a ledger key".to_owned(),
        ));
    }
    let (catalogue, accounts) = service.read(|tx| Ok((tx.catalogue.clone(), store::officer::all(tx.conn)?)))?;
    let people = accounts.into_iter().filter(|a| a.ended_on.is_none()).map(|a| a.officer).collect();
    let mut life = Life::invent(plan, catalogue, people)?;
    let mut day = life.first;
    while day <= plan.last_day {
        // A week is one transaction: a disk takes longer to make a day durable than the day takes to live.
        let end = day.plus(7 - i32::from(day.weekday())).min(plan.last_day);
        service.write_intake_at(day.at(0), |tx| {
            while tx.today <= end {
                life.live(tx)?;
                tx.today = tx.today.next();
                tx.now = tx.today.at(0);
            }
            Ok(())
        })?;
        day = end.next();
    }
    if life.done != Done::default() {
        service.write_intake_at(day.at(0), |tx| {
            close_half(tx)?;
            store::outbox::close_before(tx.conn, tx.now.plus_seconds(-7 * 86_400), tx.now, "sample")?;
            Ok(())
        })?;
    }
    Ok(life.done)
}

/// On the first day of a half-month: releases what the one before left waiting.
fn close_half(tx: &mut Tx<'_>) -> Result<(), Problem> {
    if Half::of(tx.today).first() == tx.today {
        figures::close_halves(tx, Some(Half::of(tx.today.plus(-1)).first()))?;
    }
    Ok(())
}
