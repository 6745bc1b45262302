//! People's rights over their data, by receipt code and without an account
//! (DOMAIN.md §3.1). What needs no decision is done at once and recorded as
//! done; the rest waits for the data-protection officer within the law's terms.
//! Audit and mail name the request, never what it is about.

use serde_json::{Value, json};

use super::Tx;
use super::carried::{Carried, rows};
use super::erasure::{self, withhold};
use super::feedback::{code_of, take_in_hand, words_of};
use crate::domain::access::Officer;
use crate::domain::contact::Contact;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::feedback::State;
use crate::domain::rights::{Request, RequestState, RequestStep, Right, Terms};
use crate::domain::text::NOTE_MAX;
use crate::domain::time::Day;
use crate::domain::words::{NoticeVersion, Purpose, Serial};
use crate::store;

/// The terms of the law that the program carries, read once.
///
/// # Errors
/// When `data/rights.csv` can't be read; it names the line.
pub fn terms() -> Result<&'static Terms, Problem> {
    static TERMS: Carried<Terms> = Carried::new("rights.csv");
    TERMS.get(|text| rows(text).map(Terms))
}

/// The item, if its sender may ask anything of this kind about it.
///
/// A sealed item's words are its receiver's alone: its sender is told to ask there.
fn unsealed(tx: &mut Tx<'_>, serial: Serial) -> Result<(), Problem> {
    let record = store::feedback::get_for_update(tx.conn, serial)?.ok_or(Code::NotFound)?;
    if record.state == State::Sealed { Err(Code::NotAllowed.into()) } else { Ok(()) }
}

fn new(tx: &Tx<'_>, serial: Serial, right: Right, state: RequestState) -> Request {
    Request {
        id: 0,
        serial,
        right,
        purpose: None,
        state,
        asked_at: tx.now,
        acknowledge_by: None,
        acknowledged_at: None,
        act_by: None,
        extended_on: None,
        ended_at: (state == RequestState::Done).then_some(tx.now),
        words: None,
        sealed: None,
        reason: None,
        note: None,
    }
}

/// Records what was done at once.
fn done_at_once(tx: &mut Tx<'_>, request: &Request) -> Result<(), Problem> {
    let id = store::rights::add(tx.conn, request)?;
    tx.audit(None, &format!("rights.{}", request.right), request.serial, json!({"request": id}))
}

/// The contact of an item with the notice that was seen, opened.
pub(super) fn open_contact(tx: &mut Tx<'_>, serial: Serial) -> Result<Option<(Contact, Option<NoticeVersion>)>, Problem> {
    let Some((sealed, notice)) = store::rights::contact(tx.conn, serial)? else { return Ok(None) };
    let contact = tx.keys.open_contact(serial, &sealed);
    let contact = contact.ok_or_else(|| Problem::Internal(format!("the contact of {serial} does not open with HOIDAP_SECRET")))?;
    Ok(Some((contact, notice)))
}

fn seal(tx: &Tx<'_>, serial: Serial, contact: &Contact) -> Result<String, Problem> {
    tx.keys.seal_contact(serial, contact).ok_or_else(|| Problem::Internal("a contact could not be encrypted".to_owned()))
}

/// Notes that the sender looked, once a day.
pub fn look(tx: &mut Tx<'_>, serial: Serial) -> Result<(), Problem> {
    store::feedback::get_for_update(tx.conn, serial)?.ok_or(Code::NotFound)?;
    let today = tx.today;
    if store::rights::of(tx.conn, serial)?.iter().any(|r| r.right == Right::View && r.asked_at.day() == today) {
        return Ok(());
    }
    let request = new(tx, serial, Right::View, RequestState::Done);
    done_at_once(tx, &request)
}

/// Withdraws consent to one purpose. With the last one the contact goes: nothing is left that it may be used for.
///
/// # Errors
/// [`Problem::Invalid`] when there is no such consent.
pub fn withdraw_consent(tx: &mut Tx<'_>, serial: Serial, purpose: &str) -> Result<(), Problem> {
    store::feedback::get_for_update(tx.conn, serial)?.ok_or(Code::NotFound)?;
    let missing = || Problem::Invalid(vec![Fault::new("/purpose", "no_such_consent")]);
    let purpose: Purpose = purpose.parse().map_err(|_| missing())?;
    let (mut contact, _) = open_contact(tx, serial)?.filter(|(contact, _)| contact.allows(purpose)).ok_or_else(missing)?;
    contact.consent.retain(|given| *given != purpose);
    if contact.consent.is_empty() {
        store::feedback::forget_contact(tx.conn, serial)?;
    } else {
        let sealed = seal(tx, serial, &contact)?;
        store::rights::put_contact(tx.conn, serial, &sealed)?;
    }
    let request = Request { purpose: Some(purpose), ..new(tx, serial, Right::Withdraw, RequestState::Done) };
    done_at_once(tx, &request)
}

/// Deletes the contact.
///
/// # Errors
/// [`Problem::Invalid`] when there is none.
pub fn forget(tx: &mut Tx<'_>, serial: Serial) -> Result<(), Problem> {
    store::feedback::get_for_update(tx.conn, serial)?.ok_or(Code::NotFound)?;
    if !store::feedback::forget_contact(tx.conn, serial)? {
        return Err(Problem::Invalid(vec![Fault::new("/contact", "no_contact")]));
    }
    let request = new(tx, serial, Right::Forget, RequestState::Done);
    done_at_once(tx, &request)
}

/// What somebody writes who asks for something that has to be decided.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The right.
    pub right: String,
    /// Words beside it.
    pub words: String,
    /// For a correction: the right name, address and telephone number.
    pub name: String,
    /// See `name`.
    pub email: String,
    /// See `name`.
    pub phone: String,
}

/// Asks for what has to be decided, and starts the law's terms.
///
/// # Errors
/// [`Problem::Invalid`] for a right that is none of these, or that is asked for already;
/// [`Code::NotAllowed`] of a sealed item.
pub fn ask(tx: &mut Tx<'_>, serial: Serial, asked: &Asked) -> Result<(), Problem> {
    unsealed(tx, serial)?;
    let fault = |pointer, code| Problem::Invalid(vec![Fault::new(pointer, code)]);
    let right = asked.right.parse::<Right>().ok().filter(|right| right.is_decided()).ok_or_else(|| fault("/right", "choice_missing"))?;
    if store::rights::of(tx.conn, serial)?.iter().any(|r| r.right == right && r.is_open()) {
        return Err(fault("/right", "already_asked"));
    }
    // A correction of the contact fails by itself: there is none.
    if right != Right::Correct && take_in_hand(tx, serial)?.item.is_erased() {
        return Err(fault("/right", "already_erased"));
    }
    let sealed = match right {
        Right::Correct => {
            let (kept, _) = open_contact(tx, serial)?.ok_or_else(|| fault("/contact", "no_contact"))?;
            let wanted = Contact::parse(&asked.name, &asked.email, &asked.phone, &kept.consent, kept.language).map_err(Problem::Invalid)?;
            let wanted = wanted.ok_or_else(|| fault("/feedback/contact/email", "words_missing"))?;
            if wanted == kept {
                return Err(fault("/feedback/contact/email", "same_contact"));
            }
            Some(seal(tx, serial, &wanted)?)
        }
        _ => None,
    };
    let (terms, catalogue) = (terms()?, tx.catalogue.clone());
    let until = |step| terms.until(right, step, tx.today, &catalogue.calendar);
    let words = if asked.words.trim().is_empty() { None } else { Some(words_of("/rights-words", &asked.words, NOTE_MAX)?) };
    let request = Request { acknowledge_by: until("acknowledge"), act_by: until("act"), words, sealed, ..new(tx, serial, right, RequestState::Asked) };
    let id = store::rights::add(tx.conn, &request)?;
    tx.audit(None, "rights.ask", serial, json!({"request": id, "right": right}))?;
    tx.mail("rights_waits", &format!("rights_waits:{id}"), json!({"request": id}))?;
    tell(tx, id, serial, RequestStep::Asked, None)
}

/// Writes to the sender, if they left an address: what the law makes the office tell needs no consent of its own.
///
/// `sealed`: the encrypted contact, when it is about to be deleted; the row is emptied of it when the mail has left.
fn tell(tx: &mut Tx<'_>, id: i64, serial: Serial, step: RequestStep, sealed: Option<String>) -> Result<(), Problem> {
    let kept = store::feedback::contact(tx.conn, serial)?.or_else(|| sealed.clone()).and_then(|sealed| tx.keys.open_contact(serial, &sealed));
    if kept.is_none_or(|contact| contact.email.is_none()) {
        return Ok(());
    }
    let mut payload = json!({"request": id, "step": step});
    if let (Some(sealed), Some(payload)) = (sealed, payload.as_object_mut()) {
        payload.insert("sealed".to_owned(), Value::from(sealed));
    }
    tx.mail("rights", &format!("rights:{id}:{step}"), payload)
}

/// A request at the rights desk.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The request; of a sealed item without the sender's words.
    pub request: Request,
    /// The contact as it is kept and as it shall be, for a correction.
    pub contacts: Option<(Contact, Contact)>,
    /// The original words, of what shall be deleted, restricted or is objected to.
    pub original: Option<String>,
    /// The item is sealed: only a refusal is possible.
    pub sealed: bool,
    /// The item still waits for an answer.
    pub waits: bool,
    /// Until when one extension would move the last day.
    pub extended_to: Option<Day>,
}

/// The requests at the desk: those that wait, or those that ended.
pub fn list(tx: &mut Tx<'_>, officer: &Officer, open: bool, limit: i64) -> Result<Vec<Request>, Problem> {
    officer.may_protect_data()?;
    let mut requests = store::rights::list(tx.conn, open, limit)?;
    requests.sort_by_key(|r| if open { (r.next_due(), r.id) } else { (None, -r.id) });
    Ok(requests)
}

/// Opens a request at the desk.
pub fn at_desk(tx: &mut Tx<'_>, officer: &Officer, id: i64) -> Result<Desk, Problem> {
    officer.may_protect_data()?;
    let mut request = store::rights::get(tx.conn, id)?.ok_or(Code::NotFound)?;
    let serial = request.serial;
    let record = store::feedback::get(tx.conn, serial)?.ok_or(Code::NotFound)?;
    let sealed = record.state == State::Sealed;
    let mut contacts = None;
    let mut original = None;
    if sealed {
        request.words = None;
    } else if request.is_open() {
        original = store::feedback::original(tx.conn, serial)?.filter(|_| request.right != Right::Correct);
        // What was added goes with it, so it is read with it.
        if let Some(text) = &mut original {
            for (on, words) in super::lookup::added(tx, serial)? {
                text.push_str(&format!("\n\n{}: {words}", crate::i18n::date(on)));
            }
        }
        let wanted = request.sealed.as_ref().and_then(|sealed| tx.keys.open_contact(serial, sealed));
        contacts = open_contact(tx, serial)?.map(|(kept, _)| kept).zip(wanted);
    }
    let extended_to = extension(&request, tx.today)?;
    Ok(Desk { request, contacts, original, sealed, waits: record.state.is_open(), extended_to })
}

/// The last day after an extension, where one is possible: once, and not when the last day is over.
fn extension(request: &Request, today: Day) -> Result<Option<Day>, Problem> {
    if !request.is_open() || request.extended_on.is_some() || request.act_by.is_some_and(|last| last < today) {
        return Ok(None);
    }
    let term = terms()?.term(request.right.as_str(), "extend", request.asked_at.day());
    Ok(term.zip(request.act_by).map(|(term, act_by)| act_by.plus(i32::from(term.amount))))
}

/// A request in hand that is still open.
fn in_hand(tx: &mut Tx<'_>, officer: &Officer, id: i64) -> Result<Request, Problem> {
    officer.may_protect_data()?;
    // The item is held before the request, as everywhere: two transactions can't wait for each other.
    let serial = store::rights::get(tx.conn, id)?.ok_or(Code::NotFound)?.serial;
    store::feedback::get_for_update(tx.conn, serial)?.ok_or(Code::NotFound)?;
    let request = store::rights::get_for_update(tx.conn, id)?.ok_or(Code::NotFound)?;
    if request.is_open() { Ok(request) } else { Err(Code::ChangedMeanwhile.into()) }
}

fn keep(tx: &mut Tx<'_>, officer: &Officer, request: &Request, verb: &str) -> Result<(), Problem> {
    store::rights::update(tx.conn, request)?;
    tx.audit(Some(officer), &format!("rights.{verb}"), request.serial, json!({"request": request.id}))
}

/// Tells the sender that somebody works on it.
pub fn acknowledge(tx: &mut Tx<'_>, officer: &Officer, id: i64) -> Result<(), Problem> {
    let mut request = in_hand(tx, officer, id)?;
    if request.state != RequestState::Asked {
        return Err(Code::ChangedMeanwhile.into());
    }
    request.state = RequestState::Acknowledged;
    request.acknowledged_at = Some(tx.now);
    keep(tx, officer, &request, "acknowledge")?;
    tell(tx, id, request.serial, RequestStep::Acknowledged, None)
}

/// Does what is asked. What waited for an acknowledgement has it with this. `sure` says that words may go that nobody has back.
///
/// # Errors
/// [`Code::NotAllowed`] of a sealed item, [`Problem::Invalid`] for a deletion of which nobody is sure.
pub fn act(tx: &mut Tx<'_>, officer: &Officer, id: i64, sure: bool) -> Result<(), Problem> {
    let mut request = in_hand(tx, officer, id)?;
    let serial = request.serial;
    unsealed(tx, serial)?;
    if request.right == Right::Delete && !sure {
        return Err(Problem::Invalid(vec![Fault::new("/sure", "sure_missing")]));
    }
    // Where the contact goes too, the last letter takes the address along.
    let contact = store::feedback::contact(tx.conn, serial)?;
    match request.right {
        Right::Correct => {
            // Either may have gone meanwhile, and must not come back.
            if let (Some(sealed), true) = (request.sealed.take(), contact.is_some()) {
                let (kept, wanted) = (open_contact(tx, serial)?.map(|(kept, _)| kept), tx.keys.open_contact(serial, &sealed));
                // Consent that was withdrawn meanwhile stays withdrawn.
                if let Some((kept, wanted)) = kept.zip(wanted) {
                    let sealed = seal(tx, serial, &Contact { consent: kept.consent, ..wanted })?;
                    store::rights::put_contact(tx.conn, serial, &sealed)?;
                }
            }
        }
        Right::Delete => {
            erasure::erase(tx, officer, serial)?;
            (request.words, request.sealed) = (None, None);
            end_others(tx, officer, serial, id)?;
        }
        Right::Restrict => withhold(tx, officer, serial, "restricted")?,
        Right::Object => {
            withhold(tx, officer, serial, "restricted")?;
            store::feedback::forget_contact(tx.conn, serial)?;
        }
        Right::View | Right::Withdraw | Right::Forget => return Err(Problem::Internal(format!("request {id} needs no decision"))),
    }
    request.state = RequestState::Done;
    request.acknowledged_at = request.acknowledged_at.or(Some(tx.now));
    request.ended_at = Some(tx.now);
    keep(tx, officer, &request, "act")?;
    let gone = contact.filter(|_| matches!(request.right, Right::Delete | Right::Object));
    tell(tx, id, serial, RequestStep::Done, gone)
}

/// With the words, what else was asked about them has no object any more: it ends as done.
fn end_others(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, but: i64) -> Result<(), Problem> {
    let others = store::rights::of(tx.conn, serial)?.into_iter().filter(|other| other.id != but && other.is_open());
    for other in others.collect::<Vec<_>>() {
        let done = Request { state: RequestState::Done, acknowledged_at: other.acknowledged_at.or(Some(tx.now)), ended_at: Some(tx.now), ..other };
        keep(tx, officer, &done, "act")?;
    }
    Ok(())
}

/// Refuses, with a reason of the list `rights_refuse` and words.
pub fn refuse(tx: &mut Tx<'_>, officer: &Officer, id: i64, reason: &str, note: &str) -> Result<(), Problem> {
    let mut request = in_hand(tx, officer, id)?;
    let reason = code_of(tx, "rights_refuse", reason, "/reason")?;
    request.note = Some(words_of("/note", note, NOTE_MAX)?);
    request.reason = Some(reason);
    request.state = RequestState::Refused;
    request.acknowledged_at = request.acknowledged_at.or(Some(tx.now));
    request.ended_at = Some(tx.now);
    request.sealed = None;
    keep(tx, officer, &request, "refuse")?;
    tell(tx, id, request.serial, RequestStep::Refused, None)
}

/// Moves the last day, once, with words that say why.
pub fn extend(tx: &mut Tx<'_>, officer: &Officer, id: i64, note: &str) -> Result<(), Problem> {
    let mut request = in_hand(tx, officer, id)?;
    let until = extension(&request, tx.today)?.ok_or(Code::NotAllowed)?;
    request.note = Some(words_of("/extend-note", note, NOTE_MAX)?);
    request.act_by = Some(until);
    request.extended_on = Some(tx.today);
    // Whoever is told that it takes longer knows that somebody works on it.
    request.state = RequestState::Acknowledged;
    request.acknowledged_at = request.acknowledged_at.or(Some(tx.now));
    keep(tx, officer, &request, "extend")?;
    tell(tx, id, request.serial, RequestStep::Extended, None)
}
