//! A "no" may go to somebody else in a higher office: a clock of its own, two
//! people of its own, none of whom had a part in the answer (ACCOUNTING.md §1).
//! The item stays answered, and its deadline knows nothing of it.

use serde_json::json;
use uuid::Uuid;

use super::check::Check;
use super::feedback::{Beside, Hand, allowed, code_of, note_of, record, take_in_hand, tell_sender};
use super::{Tx, template};
use crate::domain::access::{Act, Officer};
use crate::domain::commitment::Commitment;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::event::{Event, EventName};
use crate::domain::feedback::Terms;
use crate::domain::text::ANSWER_MAX;
use crate::domain::words::{By, OfficeCode, Role, Serial};
use crate::keys;
use crate::store;
use crate::store::appeal::Work;
use crate::store::officer::Account;

/// The sender asks a higher office, with the receipt in hand.
///
/// # Errors
/// [`Problem::Move`] without a "no", or when they have asked already.
pub fn ask(tx: &mut Tx<'_>, serial: Serial) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    if !hand.item.allows(EventName::Appealed, tx.today) {
        return Err(Problem::Move { tried: EventName::Appealed.as_str(), possible: hand.item.possible(tx.today) });
    }
    let catalogue = tx.catalogue.clone();
    let on = hand.item.day_of(tx.today);
    let answered_by = hand.item.office.clone().ok_or_else(|| Problem::Internal(format!("{serial} has no office")))?;
    let to = catalogue.offices.above(&answered_by, on).clone();
    let days = catalogue.answer_days(hand.item.kind, hand.item.field.as_ref(), on);
    let until = catalogue.calendar.add(on, days, catalogue.counts_makeup(&to));
    store::appeal::open(tx.conn, serial, &to, on, until)?;
    record(tx, &mut hand, None, By::Sender, Event::Appealed { to: to.clone(), until }, Beside::default())?;
    tx.mail("appealed", &format!("appealed:{serial}:{}", hand.item.events), json!({"serial": serial, "office": to}))?;
    if has_people(tx, serial, &to)? {
        return Ok(());
    }
    tx.mail("appeal_stuck", &format!("appeal_stuck:{serial}:{}", hand.item.events), json!({"serial": serial, "office": to}))
}

/// Are there two people left who may answer it: one to write, and another to approve?
pub fn has_people(tx: &mut Tx<'_>, serial: Serial, office: &OfficeCode) -> Result<bool, Problem> {
    let (involved, catalogue, today) = (involved(tx, serial)?, tx.catalogue.clone(), tx.today);
    let fits = |account: &Account| {
        let officer = &account.officer;
        account.ended_on.is_none() && !involved.contains(&officer.id) && catalogue.offices.answers_for(&officer.office, office, today)
    };
    let free: Vec<Officer> = store::officer::all(tx.conn)?.into_iter().filter(fits).map(|account| account.officer).collect();
    let approves = |but: &Officer| free.iter().any(|other| other.is(Role::Approver) && other.id != but.id);
    Ok(free.iter().any(|writer| writer.is(Role::Officer) && approves(writer)))
}

/// The open appeal of an item in hand, and proof that this officer had no part in what it is about.
fn open(tx: &mut Tx<'_>, officer: &Officer, hand: &Hand) -> Result<Work, Problem> {
    let tried = EventName::AppealAnswered;
    if !hand.item.allows(tried, tx.today) || hand.item.is_erased() {
        return Err(Problem::Move { tried: tried.as_str(), possible: hand.item.possible(tx.today) });
    }
    if involved(tx, hand.record.serial)?.contains(&officer.id) {
        return Err(Code::OwnText.into());
    }
    let work = store::appeal::of(tx.conn, hand.record.serial)?.pop();
    work.ok_or_else(|| Problem::Internal(format!("{} has no appeal", hand.record.serial)))
}

/// Everybody who had a part in what the sender does not find solved.
pub fn involved(tx: &mut Tx<'_>, serial: Serial) -> Result<Vec<Uuid>, Problem> {
    Ok(store::appeal::involved(tx.conn, serial)?)
}

/// Saves what is written, and hands it in when asked to.
///
/// # Errors
/// [`Code::OwnText`] for whoever had a part in the answer, [`Code::ChangedMeanwhile`] when another saved meanwhile.
pub fn save(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, answer: &str, revision: i64, hand_in: bool) -> Result<(), Problem> {
    let hand = take_in_hand(tx, serial)?;
    allowed(tx, officer, Act::AnswerAppeal, &hand)?;
    let work = open(tx, officer, &hand)?;
    if work.revision != revision || work.handed_in {
        return Err(Code::ChangedMeanwhile.into());
    }
    let mut check = Check::default();
    let words = if hand_in { check.words("/appeal", answer, ANSWER_MAX) } else { check.text("/appeal", answer, ANSWER_MAX) };
    let words = check.done(Some(words))?;
    let frame = if hand_in { template::fault_of(tx, &hand.record, &words)? } else { None };
    if let Some(fault) = frame {
        return Err(Problem::Invalid(vec![Fault { pointer: "/appeal".into(), ..fault }]));
    }
    store::appeal::put(tx.conn, serial, &words, hand_in, revision + 1, officer.id)?;
    tx.audit(Some(officer), if hand_in { "appeal.hand_in" } else { "appeal.save_draft" }, serial, json!({"revision": revision + 1}))?;
    if hand_in {
        tx.mail("appeal_in", &format!("appeal_in:{serial}:{}:{revision}", hand.item.events), json!({"serial": serial}))?;
    }
    Ok(())
}

/// What waits for an approver, and proof that it is none of this officer's.
fn handed_in(tx: &mut Tx<'_>, officer: &Officer, hand: &Hand, revision: i64) -> Result<Work, Problem> {
    let work = open(tx, officer, hand)?;
    if !work.handed_in || work.revision != revision {
        return Err(Code::ChangedMeanwhile.into());
    }
    if store::appeal::writers(tx.conn, hand.record.serial, true)?.contains(&officer.id) {
        return Err(Code::OwnText.into());
    }
    Ok(work)
}

/// The approver gives it back, with a reason.
pub fn give_back(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, revision: i64, reason: &str, note: &str) -> Result<(), Problem> {
    let hand = take_in_hand(tx, serial)?;
    allowed(tx, officer, Act::ApproveAppeal, &hand)?;
    let reason = code_of(tx, "return", reason, "/appeal-reason")?;
    let note = note_of("/note", note)?;
    let work = handed_in(tx, officer, &hand, revision)?;
    store::appeal::give_back(tx.conn, serial, revision + 1, &reason)?;
    if let Some(words) = note {
        store::note::add(tx.conn, serial, &store::note::Note { officer: officer.id, at: tx.now, words })?;
    }
    tx.audit(Some(officer), "appeal.give_back", serial, json!({"reason": reason}))?;
    match work.author {
        Some(author) => {
            let payload = json!({"serial": serial, "officer": author, "reason": reason});
            tx.mail("appeal_back", &format!("appeal_back:{serial}:{}:{revision}", hand.item.events), payload)
        }
        None => Ok(()),
    }
}

/// The approver publishes it: a second person of the higher office.
///
/// # Errors
/// [`Code::ChangedMeanwhile`] when it is not the revision that they saw.
pub fn approve(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, revision: i64) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::ApproveAppeal, &hand)?;
    let work = handed_in(tx, officer, &hand, revision)?;
    let salt = keys::salt();
    let event = Event::AppealAnswered { answer: Commitment::to(salt, &work.answer) };
    let on = hand.item.day_of(tx.today);
    store::appeal::publish(tx.conn, serial, officer.id, on)?;
    record(tx, &mut hand, Some(officer), by, event, Beside { salts: vec![("answer", salt)], note: None })?;
    tell_sender(tx, serial, "appeal_answered", hand.item.events)
}
