//! Looking an opinion up: what anybody may see by its number, and what its
//! sender may see by the receipt code.

use uuid::Uuid;

use super::intake::Receipt;
use super::{Service, Tx};
use crate::domain::access::{Act, Officer};
use crate::domain::error::{Code, Problem};
use crate::domain::event::{Entry, EventName, Replied};
use crate::domain::feedback::{Item, State};
use crate::domain::receipt::ReceiptCode;
use crate::domain::time::Day;
use crate::domain::visibility::{Answer, Appeal, PublicItem, Record};
use crate::domain::words::{OfficeCode, Purpose, Serial};
use crate::store;
use crate::store::appeal::Work;
use crate::store::draft::Draft;
use crate::store::feedback::{KeptEvent, SealedIntake};
use crate::store::list::{Filter, Order};
use crate::store::note::Note;
use crate::store::press::Press;
use crate::store::response::ResponseRow;

/// An item as anybody may see it.
pub fn item(tx: &mut Tx<'_>, serial: Serial) -> Result<PublicItem, Problem> {
    let record = store::feedback::get(tx.conn, serial)?.ok_or(Code::NotFound)?;
    public(tx, &record)
}

pub(super) fn public(tx: &mut Tx<'_>, record: &Record) -> Result<PublicItem, Problem> {
    let entries = entries(tx, record.serial)?;
    let answers = store::feedback::answers(tx.conn, record.serial)?;
    let appeals = appeals(tx, record)?;
    let pressed = store::press::counts(tx.conn, &[record.serial])?.into_values().sum();
    Ok(PublicItem::of(record, answers, appeals, &entries, pressed, tx.today))
}

/// What higher offices were asked; most items ask none.
fn appeals(tx: &mut Tx<'_>, record: &Record) -> Result<Vec<Appeal>, Problem> {
    if record.answered_on.is_none() {
        return Ok(Vec::new());
    }
    Ok(store::appeal::of(tx.conn, record.serial)?.into_iter().map(|work| work.appeal).collect())
}

fn entries(tx: &mut Tx<'_>, serial: Serial) -> Result<Vec<Entry>, Problem> {
    Ok(store::feedback::events(tx.conn, serial)?.into_iter().map(|kept| kept.entry).collect())
}

/// Folds the events of an item. The clock is the row's: it keeps the office's choice as it was at the start.
pub(super) fn fold(tx: &mut Tx<'_>, record: &Record) -> Result<Item, Problem> {
    let mut item = Item::replay(record.serial, &entries(tx, record.serial)?, &*tx.catalogue)?;
    item.clock.clone_from(&record.clock);
    Ok(item)
}

/// The item that answers for a merged one: its survivor, or the survivor's.
pub fn survivor(tx: &mut Tx<'_>, item: &PublicItem) -> Result<Option<PublicItem>, Problem> {
    let Some(mut next) = item.merged_into else { return Ok(None) };
    // A chain of mergers only grows at its end; the bound guards against a broken table.
    for _ in 0..64 {
        let found = self::item(tx, next)?;
        match found.merged_into {
            Some(further) => next = further,
            None => return Ok(Some(found)),
        }
    }
    Ok(None)
}

/// A page of the public list: newest first, below a serial. The second value is the next page's cursor.
pub fn list(tx: &mut Tx<'_>, filter: &Filter, below: Option<i64>, limit: i64) -> Result<(Vec<PublicItem>, Option<i64>), Problem> {
    let mut records = store::list::list(tx.conn, filter, Order::Newest(below), limit + 1)?;
    let more = records.len() as i64 > limit;
    records.truncate(usize::try_from(limit).unwrap_or(0));
    let next = records.last().filter(|_| more).map(|r| r.serial.0);
    Ok((summaries(tx, &records)?, next))
}

/// The items answered last.
pub fn newest_answers(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<PublicItem>, Problem> {
    let records: Vec<Record> =
        store::list::list(tx.conn, &Filter::default(), Order::Answered, limit * 3)?.into_iter().filter(Record::words_are_public).collect();
    let records: Vec<Record> = records.into_iter().take(usize::try_from(limit).unwrap_or(0)).collect();
    summaries(tx, &records)
}

/// Items for a list: with the answers' titles, without history.
pub(super) fn summaries(tx: &mut Tx<'_>, records: &[Record]) -> Result<Vec<PublicItem>, Problem> {
    let serials: Vec<Serial> = records.iter().map(|record| record.serial).collect();
    let readable: Vec<Serial> = records.iter().filter(|record| record.words_are_public()).map(|record| record.serial).collect();
    let pressed = store::press::counts(tx.conn, &serials)?;
    let mut answers = store::feedback::answers_of(tx.conn, &readable)?;
    let appealed = store::appeal::having(tx.conn, &serials)?;
    records
        .iter()
        .map(|record| {
            let answers = answers.remove(&record.serial).unwrap_or_default();
            // Only an event knows why an item went out or shows nothing.
            let has_ground = record.withheld || matches!(record.state, State::OutOfScope | State::Spam | State::Redirected);
            let entries = if has_ground { entries(tx, record.serial)? } else { Vec::new() };
            let appeals = if appealed.contains(&record.serial) { appeals(tx, record)? } else { Vec::new() };
            let pressed = pressed.get(&record.serial).copied().unwrap_or_default();
            Ok(PublicItem { history: Vec::new(), ..PublicItem::of(record, answers, appeals, &entries, pressed, tx.today) })
        })
        .collect()
}

/// The receipt of a submission that is stored already: the same again gets the same, whatever ended since.
pub fn earlier(tx: &mut Tx<'_>, submission: Uuid) -> Result<Option<Receipt>, Problem> {
    let code = tx.keys.receipt(submission);
    let hash = tx.keys.receipt_hash(&code);
    let left = store::intake::earlier(tx.conn, &[hash.as_str()])?.remove(&hash);
    Ok(left.map(|left| Receipt::again(code, &left)))
}

/// What the sender may see.
#[derive(Debug, Clone)]
pub struct Own {
    /// The filled questionnaire.
    pub response: Option<ResponseRow>,
    /// The opinion.
    pub feedback: Option<OwnItem>,
}

/// The sender's view of their opinion.
#[derive(Debug, Clone)]
pub struct OwnItem {
    /// What anybody may see.
    pub item: PublicItem,
    /// The row: the sender sees the dates and the office even of what the public does not.
    pub record: Record,
    /// The published versions, also of what the public may not read; none of a sealed one.
    pub answers: Vec<Answer>,
    /// Their own words.
    pub original: String,
    /// Their words were erased.
    pub erased: bool,
    /// The guidance or the words beside a refusal, if any was given.
    pub told: Option<String>,
    /// What they are asked for, while the office waits for it.
    pub asked: Option<String>,
    /// What they added, with its day.
    pub added: Vec<(Day, String)>,
    /// What they agreed to.
    pub consent: Vec<Purpose>,
    /// May they say whether the answer helped?
    pub can_reply: bool,
    /// What higher offices were asked, and their answers, also of what the public may not read.
    pub appeals: Vec<Appeal>,
    /// The higher office that they may ask now.
    pub can_appeal: Option<OfficeCode>,
    /// May they still take it back?
    pub can_withdraw: bool,
}

/// Looks up by receipt code.
pub fn own(tx: &mut Tx<'_>, code: &ReceiptCode) -> Result<Own, Problem> {
    let hash = tx.keys.receipt_hash(code);
    let response = store::response::by_receipt(tx.conn, &hash)?;
    let feedback = match store::feedback::by_receipt(tx.conn, &hash)? {
        Some(serial) => Some(own_item(tx, serial)?),
        None => None,
    };
    if response.is_none() && feedback.is_none() {
        return Err(Code::UnknownReceipt.into());
    }
    Ok(Own { response, feedback })
}

fn own_item(tx: &mut Tx<'_>, serial: Serial) -> Result<OwnItem, Problem> {
    let record = store::feedback::get(tx.conn, serial)?.ok_or(Code::NotFound)?;
    let item = public(tx, &record)?;
    // Of what was erased nothing is shown any more, to nobody.
    let original = store::feedback::original(tx.conn, serial)?;
    let erased = original.is_none();
    let told = told(tx, &record)?;
    let (asked, added) = (asked(tx, &record)?, added(tx, serial)?);
    let contact = store::feedback::contact(tx.conn, serial)?.and_then(|sealed| tx.keys.open_contact(serial, &sealed));
    let can_withdraw = record.state.is_open();
    let answered = record.state == State::Answered && !erased;
    let answers = if answered { store::feedback::answers(tx.conn, serial)? } else { Vec::new() };
    let appeals = if answered { appeals(tx, &record)? } else { Vec::new() };
    let can_reply = answered && record.reply.is_none();
    let can_appeal = answered && record.reply == Some(Replied::No) && record.appeal.is_none();
    let above = record.office.as_ref().filter(|_| can_appeal).map(|office| tx.catalogue.offices.above(office, tx.today).clone());
    Ok(OwnItem {
        appeals,
        can_appeal: above,
        item,
        record,
        answers,
        original: original.unwrap_or_default(),
        erased,
        told,
        asked,
        added,
        consent: contact.map(|c| c.consent).unwrap_or_default(),
        can_reply,
        can_withdraw,
    })
}

/// What the sender is asked for, while the office waits for it.
pub fn asked(tx: &mut Tx<'_>, record: &Record) -> Result<Option<String>, Problem> {
    if record.state != State::Supplement {
        return Ok(None);
    }
    let last = store::feedback::events(tx.conn, record.serial)?.into_iter().rev().find(|kept| kept.entry.event.name() == EventName::SupplementRequested);
    Ok(last.and_then(|kept| kept.note))
}

/// What the sender added, in order.
pub fn added(tx: &mut Tx<'_>, serial: Serial) -> Result<Vec<(Day, String)>, Problem> {
    let came = store::feedback::events(tx.conn, serial)?.into_iter().filter(|kept| kept.entry.event.name() == EventName::Supplemented);
    Ok(came.filter_map(|kept| Some((kept.entry.on, kept.note?))).collect())
}

/// The words of the event that took the item out; those of an earlier one are no longer true.
fn told(tx: &mut Tx<'_>, record: &Record) -> Result<Option<String>, Problem> {
    let by = match record.state {
        State::OutOfScope | State::Spam => EventName::Refused,
        State::Redirected => EventName::Redirected,
        State::Received | State::Waiting | State::Working | State::Supplement | State::Drafted => return Ok(None),
        State::Answered | State::Merged | State::Withdrawn | State::Sealed => return Ok(None),
    };
    let last = store::feedback::events(tx.conn, record.serial)?.into_iter().rev().find(|kept| kept.entry.event.name() == by);
    Ok(last.and_then(|kept| kept.note))
}

/// An item as it lies on the desk.
#[derive(Debug, Clone)]
pub struct DeskItem {
    /// Its row.
    pub record: Record,
    /// The original words.
    pub original: String,
    /// What the sender added when asked, with its day.
    pub added: Vec<(Day, String)>,
    /// What officers told one another.
    pub notes: Vec<Note>,
    /// Who asked from above that it be answered.
    pub presses: Vec<Press>,
    /// Its events with what is kept beside them.
    pub events: Vec<KeptEvent>,
    /// The published versions.
    pub answers: Vec<Answer>,
    /// Work in progress.
    pub draft: Option<Draft>,
    /// What higher offices were asked, the open one with its work in progress.
    pub appeals: Vec<Work>,
    /// Its words were erased.
    pub erased: bool,
    /// Had this officer a part in what a sender does not find solved?
    pub involved: bool,
    /// Did this officer write in the draft?
    pub own_text: bool,
    /// Did this officer write in the answer to the open appeal?
    pub own_appeal_text: bool,
    /// What this officer may do.
    pub acts: Vec<Act>,
    /// For the receiver: the facts of an item sealed at receipt.
    pub sealed: Option<SealedIntake>,
    /// The serials merged into it.
    pub merged: Vec<Serial>,
    /// Events allowed in the item's state.
    pub possible: Vec<&'static str>,
}

/// Opens an item at the desk and makes of it what `show` says. It is only read, so that nobody
/// who works on it waits. Of a sealed one, each view leaves an audit line before it is shown.
pub fn at_desk<T>(service: &Service, officer: &Officer, serial: Serial, show: impl FnOnce(&mut Tx<'_>, DeskItem) -> Result<T, Problem>) -> Result<T, Problem> {
    let (shown, sealed) = service.read(|tx| {
        let item = desk_item(tx, officer, serial)?;
        let sealed = item.record.state == State::Sealed;
        Ok((show(tx, item)?, sealed))
    })?;
    if sealed {
        service.write(|tx| tx.audit(Some(officer), "sealed.view", serial, serde_json::json!({})))?;
    }
    Ok(shown)
}

/// An item as it lies on the desk, without the audit line that [`at_desk`] leaves of a sealed one.
pub fn desk_item(tx: &mut Tx<'_>, officer: &Officer, serial: Serial) -> Result<DeskItem, Problem> {
    let record = store::feedback::get(tx.conn, serial)?.ok_or(Code::NotFound)?;
    let item = fold(tx, &record)?;
    officer.may(Act::Read, &item, &tx.catalogue.offices, tx.today)?;
    let acts = Act::ALL.into_iter().filter(|act| officer.may(*act, &item, &tx.catalogue.offices, tx.today).is_ok()).collect();
    let own_text = store::draft::authors(tx.conn, serial)?.contains(&officer.id);
    Ok(DeskItem {
        original: store::feedback::original(tx.conn, serial)?.unwrap_or_default(),
        added: added(tx, serial)?,
        notes: store::note::of(tx.conn, serial)?,
        presses: store::press::of(tx.conn, serial)?,
        events: store::feedback::events(tx.conn, serial)?,
        answers: if item.is_erased() { Vec::new() } else { store::feedback::answers(tx.conn, serial)? },
        erased: item.is_erased(),
        draft: store::draft::get(tx.conn, serial)?,
        appeals: store::appeal::of(tx.conn, serial)?,
        involved: store::appeal::involved(tx.conn, serial)?.contains(&officer.id),
        own_text,
        own_appeal_text: store::appeal::writers(tx.conn, serial, true)?.contains(&officer.id),
        acts,
        sealed: if item.state == State::Sealed { store::feedback::sealed_intake(tx.conn, serial)? } else { None },
        merged: store::feedback::merged_into(tx.conn, serial)?,
        possible: item.possible(tx.today),
        record,
    })
}
