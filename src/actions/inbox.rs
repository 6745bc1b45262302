//! What an officer's list remembers. Of nobody's concern but their own, so it leaves no audit line.

use super::Tx;
use super::check::Check;
use crate::domain::access::Officer;
use crate::domain::error::{Code, Fault, Problem};
use crate::store;

/// The longest name of a filter, in characters.
const NAME_MAX: usize = 40;
/// More filters than this nobody finds again.
const MOST_FILTERS: usize = 20;

/// Keeps a filter under a name, in the place of an earlier one of that name.
///
/// # Errors
/// [`Problem::Invalid`] without a name, with a long one, or when there are too many.
pub fn keep_filter(tx: &mut Tx<'_>, officer: &Officer, name: &str, query: &str) -> Result<(), Problem> {
    if !officer.has_desk() {
        return Err(Code::NotAllowed.into());
    }
    let mut check = Check::default();
    let name = check.needed("/name", name, NAME_MAX);
    let kept = store::inbox::filters(tx.conn, officer.id)?;
    if kept.len() >= MOST_FILTERS && !kept.iter().any(|(n, _)| *n == name) {
        check.put(Fault::new("/name", "too_many_filters").with("max", MOST_FILTERS));
    }
    let name = check.done(Some(name))?;
    Ok(store::inbox::keep_filter(tx.conn, officer.id, &name, query)?)
}

/// Takes a filter away; one that is gone already is no fault.
pub fn drop_filter(tx: &mut Tx<'_>, officer: &Officer, name: &str) -> Result<(), Problem> {
    Ok(store::inbox::drop_filter(tx.conn, officer.id, name)?)
}
