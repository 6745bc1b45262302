//! Did the answer help? Its sender is asked once for each version, and says yes
//! or no; who says nothing for a fortnight has said nothing (ACCOUNTING.md §1).

use serde_json::json;

use super::Tx;
use super::feedback::{Beside, code_of, note_of, noted, record, take_in_hand};
use crate::domain::error::{Fault, Problem};
use crate::domain::event::{Event, EventName, Replied};
use crate::domain::words::{By, Serial};
use crate::store;

/// Calendar days after which silence is silence.
const SILENCE: i32 = 14;

/// The sender says whether it helped, with the receipt in hand; a no has a reason.
///
/// # Errors
/// [`Problem::Move`] when there is no answer to speak of, or they have spoken.
pub fn reply(tx: &mut Tx<'_>, serial: Serial, said: &str, reason: &str, note: &str) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    if !hand.item.allows(EventName::Reply, tx.today) {
        return Err(Problem::Move { tried: EventName::Reply.as_str(), possible: hand.item.possible(tx.today) });
    }
    let said: Option<Replied> = said.parse().ok().filter(|said| *said != Replied::None);
    let said = said.ok_or_else(|| Problem::Invalid(vec![Fault::new("/reply", "choice_missing")]))?;
    let reason = if said == Replied::No { Some(code_of(tx, "reply", reason, "/reason")?) } else { None };
    let (note, beside) = noted(note_of("/note", note)?);
    let event = Event::Reply { reply: said, version: hand.item.versions, reason, note };
    record(tx, &mut hand, None, By::Sender, event, beside)?;
    if said == Replied::No {
        tx.mail("unsolved", &format!("unsolved:{serial}:{}", hand.item.events), json!({"serial": serial, "office": hand.record.office}))?;
    }
    Ok(())
}

/// The daily job: records silence where nothing was said of the latest version. Returns how many.
pub fn fall_silent(tx: &mut Tx<'_>, limit: i64) -> Result<usize, Problem> {
    let silent = store::feedback::unreplied(tx.conn, tx.today.plus(-SILENCE), limit)?;
    for serial in &silent {
        let mut hand = take_in_hand(tx, *serial)?;
        let event = Event::Reply { reply: Replied::None, version: hand.item.versions, reason: None, note: None };
        record(tx, &mut hand, None, By::System, event, Beside::default())?;
    }
    Ok(silent.len())
}
