//! Erasing what a person wrote: the words go, with the salts that open their
//! commitments, and the counted shell stays (ACCOUNTING.md §1: `withheld` with
//! ground `erased`). The ledger has nothing that would have to be removed.

use super::feedback::{self, Beside, record, take_in_hand};
use super::{Tx, attachment, search};
use crate::domain::access::Officer;
use crate::domain::error::{Code, Problem};
use crate::domain::event::Event;
use crate::domain::feedback::State;
use crate::domain::visibility::ERASED;
use crate::domain::words::{By, Ground, Serial};
use crate::store;

/// Erases the words of an item: the original, what was added, notes, drafts, the contact, the files, the public form of the
/// opinion. The office's published answer stays and is shown to nobody. An item that still waits is withdrawn
/// first: nobody can answer what is no longer there.
///
/// # Errors
/// [`Code::NotAllowed`] of a sealed item: its words are its receiver's matter and kept by law.
pub fn erase(tx: &mut Tx<'_>, officer: &Officer, serial: Serial) -> Result<(), Problem> {
    officer.may_protect_data()?;
    let state = take_in_hand(tx, serial)?.item.state;
    if state == State::Sealed {
        return Err(Code::NotAllowed.into());
    }
    if state.is_open() {
        feedback::withdraw(tx, serial)?;
    }
    withhold(tx, officer, serial, ERASED)?;
    attachment::erase(tx, serial)?;
    store::rights::erase(tx.conn, serial)?;
    search::ask_purge(tx)
}

/// Takes the words of an item out of public view, on a ground of the list `withhold`; nothing when they are out on it already.
pub(super) fn withhold(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, ground: &str) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let ground: Ground = ground.parse().map_err(|e| Problem::Internal(format!("{e}")))?;
    if hand.item.withheld.contains(&ground) {
        return Ok(());
    }
    record(tx, &mut hand, Some(officer), By::Officer, Event::Withheld { ground }, Beside::default())
}
