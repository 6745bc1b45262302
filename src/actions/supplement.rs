//! Asking the sender for more: the clock stands still by rule, and goes on when
//! something, or nothing, has come (ACCOUNTING.md §2).

use serde_json::json;

use super::feedback::{Beside, Hand, allowed, record, take_in_hand, tell_sender, words_of};
use super::{Tx, absence};
use crate::domain::access::{Act, Officer};
use crate::domain::commitment::Commitment;
use crate::domain::error::{Fault, Problem};
use crate::domain::event::{Event, EventName};
use crate::domain::feedback::{LONGEST_SUPPLEMENT, State};
use crate::domain::text::{NOTE_MAX, OPINION_MAX};
use crate::domain::words::{By, Serial};
use crate::keys;
use crate::store;

/// Asks the sender for more, and waits so many working days.
///
/// # Errors
/// [`Problem::Invalid`] without words or with other days than the rule allows.
pub fn ask(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, words: &str, days: &str) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::Ask, &hand)?;
    let words = words_of("/request", words, NOTE_MAX)?;
    let days: Option<u32> = days.parse().ok().filter(|days| (1..=LONGEST_SUPPLEMENT).contains(days));
    let days = days.ok_or_else(|| Problem::Invalid(vec![Fault::new("/days", "not_a_choice")]))?;
    let makeup = hand.item.clock.as_ref().is_none_or(|clock| clock.makeup);
    let until = tx.catalogue.calendar.add(hand.item.day_of(tx.today), days, makeup);
    hand.record.assignee = Some(officer.id);
    record(tx, &mut hand, Some(officer), by, Event::SupplementRequested { until }, Beside { note: Some(words), ..Beside::default() })?;
    // What waits for an approver was written without what is asked for now.
    if let Some(mut draft) = store::draft::get(tx.conn, serial)?.filter(|draft| draft.handed_in) {
        draft.handed_in = false;
        draft.revision += 1;
        store::draft::put(tx.conn, serial, &draft, None)?;
    }
    tell_sender(tx, serial, "asked", hand.item.events)
}

/// The sender adds what was asked for, with the receipt in hand.
///
/// # Errors
/// [`Problem::Move`] when nobody waits for it any more; [`Problem::Invalid`] without words.
pub fn add(tx: &mut Tx<'_>, serial: Serial, words: &str) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    if !hand.item.allows(EventName::Supplemented, tx.today) {
        return Err(Problem::Move { tried: EventName::Supplemented.as_str(), possible: hand.item.possible(tx.today) });
    }
    let words = words_of("/supplement", words, OPINION_MAX)?;
    let salt = keys::salt();
    let event = Event::Supplemented { text: Commitment::to(salt, &words) };
    record(tx, &mut hand, None, By::Sender, event, Beside { salts: vec![("text", salt)], note: Some(words) })?;
    tell_officer(tx, &hand)
}

/// The daily job: goes on with what was waited for in vain. Returns how many.
pub fn lapse(tx: &mut Tx<'_>, limit: i64) -> Result<usize, Problem> {
    let mut lapsed = 0;
    for serial in store::feedback::waited_in_vain(tx.conn, tx.today, limit)? {
        let mut hand = take_in_hand(tx, serial)?;
        if hand.item.state != State::Supplement {
            continue;
        }
        record(tx, &mut hand, None, By::System, Event::SupplementLapsed, Beside::default())?;
        tell_officer(tx, &hand)?;
        lapsed += 1;
    }
    Ok(lapsed)
}

/// Writes to whoever asked.
fn tell_officer(tx: &mut Tx<'_>, hand: &Hand) -> Result<(), Problem> {
    let serial = hand.record.serial;
    match hand.record.assignee {
        Some(officer) => absence::tell(tx, "resumed", &format!("resumed:{serial}:{}", hand.item.events), officer, json!({"serial": serial})),
        None => Ok(()),
    }
}
