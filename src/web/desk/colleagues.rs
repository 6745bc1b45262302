//! The people whom an opinion can be given to, as a choice that says who is away.

use crate::actions::{Tx, absence};
use crate::domain::access::Officer;
use crate::domain::error::Problem;
use crate::domain::words::{Language, Role};
use crate::i18n::{date, tr};
use crate::store;

/// Officers who fit, by name, as options; and whether any of them is away.
pub fn options(tx: &mut Tx<'_>, language: Language, fits: impl Fn(&Officer) -> bool) -> Result<(Vec<(String, String)>, bool), Problem> {
    let away = absence::today(tx)?;
    let there = store::officer::all(tx.conn)?.into_iter().filter(|account| account.ended_on.is_none()).map(|account| account.officer);
    let mut somebody_away = false;
    let option = |officer: Officer| {
        let name = match away.get(&officer.id) {
            Some(absence) => {
                somebody_away = true;
                tr(language, "absence.away", &[("name", officer.name), ("day", date(absence.to))])
            }
            None => officer.name,
        };
        (officer.id.to_string(), name)
    };
    let options = there.filter(|officer| officer.is(Role::Officer) && fits(officer)).map(option).collect();
    Ok((options, somebody_away))
}
