//! Taking in what people send. Submissions are grouped: one writer takes what
//! has arrived and stores it in one transaction; a second thread waits until it
//! is on the disk, and only then answers each sender. When a batch fails,
//! something in it may have come before: it is tried again with everything looked
//! up, and then each submission alone, so that a poisoned one fails alone.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Tx, ratings};
use crate::domain::commitment::{Commitment, Salt};
use crate::domain::contact::Contact;
use crate::domain::error::{Code, Problem};
use crate::domain::event::{Entry, Event};
use crate::domain::feedback::{Item, State};
use crate::domain::receipt::ReceiptCode;
use crate::domain::routing::{self, Question};
use crate::domain::submission::{Opinion, Submission};
use crate::domain::time::Day;
use crate::domain::visibility::Record;
use crate::domain::words::{By, Kind, Serial};
use crate::keys::{self, Keys};
use crate::store::feedback::{NewEvent, NewItem, SealedIntake};
use crate::store::intake::{Earlier, Moved, Opening};
use crate::store::outbox::NewMessage;
use crate::store::response::NewResponse;
use crate::store::{self, Conn};

mod writer;

pub use writer::Intake;

/// What became of a submission.
pub type Fate = Result<Receipt, Problem>;

/// What the sender gets back. The same submission again gets the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The stored response, when a questionnaire was filled.
    pub response_id: Option<Uuid>,
    /// The sender's secret.
    pub code: ReceiptCode,
    /// The opinion's number and first deadline.
    pub feedback: Option<(Serial, Option<Day>)>,
    /// It was stored earlier; nothing was stored now.
    pub repeated: bool,
}

impl Receipt {
    /// What the sender of a submission that is stored already gets.
    pub fn again(code: ReceiptCode, earlier: &Earlier) -> Self {
        let feedback = earlier.feedback.map(|(serial, due)| (Serial(serial), due));
        Self { response_id: earlier.response_id, code, feedback, repeated: true }
    }
}

/// What is made of a submission before its transaction, because it asks nothing of the database.
#[derive(Debug)]
struct Prepared {
    code: ReceiptCode,
    receipt_hash: String,
    response: Option<PreparedResponse>,
    /// To an opinion's words, with its salt.
    commitment: Option<(Salt, Commitment)>,
}

#[derive(Debug)]
struct PreparedResponse {
    id: Uuid,
    salt: Salt,
    /// The answers as a JSON document.
    answers: String,
}

impl Prepared {
    fn of(keys: &Keys, submission: &Submission) -> Self {
        let code = keys.receipt(submission.id);
        let receipt_hash = keys.receipt_hash(&code);
        let response = submission.filled.as_ref().map(|filled| PreparedResponse {
            // No time in it: who rated at a counter must not be found by the minute.
            id: Uuid::new_v4(),
            salt: keys::salt(),
            answers: filled.answers.document(),
        });
        let commitment = submission.opinion.as_ref().map(|opinion| {
            let salt = keys::salt();
            (salt, Commitment::to(salt, &opinion.text))
        });
        Self { code, receipt_hash, response, commitment }
    }
}

/// Stores submissions in the open transaction, each once, and says what became
/// of each: one that is refused harms no other. The transaction holds [`store::Lock::Intake`].
pub fn store_all(tx: &mut Tx<'_>, ratings: &mut ratings::Held, submissions: &[Submission]) -> Result<Vec<Fate>, Problem> {
    let prepared: Vec<Prepared> = submissions.iter().map(|submission| Prepared::of(tx.keys, submission)).collect();
    let submissions: Vec<_> = submissions.iter().zip(&prepared).collect();
    let opening = open(tx.conn, &submissions, Look::Everywhere)?;
    store_prepared(tx, opening, ratings, &submissions)
}

/// Where to look whether a submission is stored already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Not for ratings of one that brings ratings: a second time the database refuses
    /// them, and the batch with them. Nearly all come once.
    WhereNothingRefuses,
    /// Everywhere.
    Everywhere,
}

fn open(conn: &mut Conn, submissions: &[(&Submission, &Prepared)], look: Look) -> store::Stored<Opening> {
    let rated = submissions.iter().filter(|(_, prepared)| look == Look::Everywhere || prepared.response.is_none());
    let rated: Vec<&str> = rated.map(|(_, prepared)| prepared.receipt_hash.as_str()).collect();
    store::intake::open(conn, &rated, &hashes(submissions))
}

/// The hashes of the receipt codes of submissions.
fn hashes<'a>(submissions: &[(&'a Submission, &'a Prepared)]) -> Vec<&'a str> {
    submissions.iter().map(|(_, prepared)| prepared.receipt_hash.as_str()).collect()
}

fn store_prepared(tx: &mut Tx<'_>, mut opening: Opening, ratings: &mut ratings::Held, submissions: &[(&Submission, &Prepared)]) -> Result<Vec<Fate>, Problem> {
    let hashes = hashes(submissions);
    let mut known = std::mem::take(&mut opening.earlier);
    let mut first: HashMap<&str, &Submission> = HashMap::new();
    let mut fits = Vec::with_capacity(submissions.len());
    for ((submission, _), hash) in submissions.iter().zip(&hashes) {
        let misfit = match first.get(hash) {
            Some(_) => None,
            None => submission.still_fits(&tx.catalogue, tx.today).err(),
        };
        // It may have been stored while it fitted.
        if misfit.is_some() && !known.contains_key(*hash) {
            known.extend(store::intake::earlier(tx.conn, &[hash])?);
        }
        let same = if let Some(first) = first.get(hash) {
            Some(submission.says_the_same_as(first))
        } else if let Some(earlier) = known.get(*hash) {
            Some(is_stored(tx, submission, hash, earlier)?)
        } else {
            None
        };
        fits.push(match (same, misfit) {
            (Some(true), _) => Ok(false),
            (Some(false), _) => Err(Code::AlreadySent.into()),
            (None, Some(misfit)) => Err(misfit),
            (None, None) => {
                first.insert(hash, submission);
                Ok(true)
            }
        });
    }

    if first.is_empty() {
        return Ok(submissions.iter().zip(fits).map(|((_, prepared), fits)| fits.and_then(|_| again(&known, prepared))).collect());
    }
    let opinions = first.values().filter(|submission| submission.opinion.is_some()).count();
    let mut new = Batch::with_numbers(&opening, opinions)?;
    let mut fates = Vec::with_capacity(submissions.len());
    for ((submission, prepared), fits) in submissions.iter().zip(fits) {
        let Prepared { code, receipt_hash: hash, .. } = prepared;
        fates.push(match fits {
            Err(problem) => Err(problem),
            Ok(false) => again(&known, prepared),
            Ok(true) => {
                let response_id = new.fill(tx, submission, prepared);
                let feedback = match submission.opinion.as_ref().zip(prepared.commitment.clone()) {
                    Some((opinion, commitment)) => Some(new.receive(tx, submission, opinion, commitment, hash.clone())?),
                    None => None,
                };
                known.insert(hash.clone(), Earlier { response_id, feedback: feedback.map(|(serial, due)| (serial.0, due)) });
                Ok(Receipt { response_id, code: code.clone(), feedback, repeated: false })
            }
        });
    }
    new.write(tx, ratings)?;
    Ok(fates)
}

/// The receipt of what is stored already.
fn again(known: &HashMap<String, Earlier>, prepared: &Prepared) -> Fate {
    let earlier = known.get(&prepared.receipt_hash).ok_or_else(|| Problem::Internal("no receipt".to_owned()))?;
    Ok(Receipt::again(prepared.code.clone(), earlier))
}

/// Is what is stored under this receipt what this submission says? Other words with the same id would be lost with a receipt in hand.
fn is_stored(tx: &mut Tx<'_>, submission: &Submission, receipt_hash: &str, earlier: &Earlier) -> Result<bool, Problem> {
    let rated = match (&submission.filled, earlier.response_id) {
        (None, None) => true,
        (Some(filled), Some(_)) => store::response::by_receipt(tx.conn, receipt_hash)?.is_some_and(|row| {
            let place = (row.field.as_str(), row.office.as_deref());
            store::response::answers(&row) == filled.answers.all && place == (submission.field.as_str(), submission.office.as_ref().map(|o| o.as_str()))
        }),
        _ => false,
    };
    let said = match (&submission.opinion, earlier.feedback) {
        (None, None) => true,
        (Some(opinion), Some((serial, _))) => is_said(tx, opinion, Serial(serial))?,
        _ => false,
    };
    Ok(rated && said)
}

/// Is this opinion what was received under a number, whatever became of it since?
fn is_said(tx: &mut Tx<'_>, opinion: &Opinion, serial: Serial) -> Result<bool, Problem> {
    let kind = store::feedback::events(tx.conn, serial)?.first().and_then(|first| match &first.entry.event {
        // What was sealed when it came has no kind that anybody may see.
        Event::Received { kind, .. } => Some(kind.unwrap_or(Kind::Denunciation)),
        _ => None,
    });
    let words = store::feedback::original(tx.conn, serial)?;
    let contact = store::feedback::contact(tx.conn, serial)?.and_then(|sealed| tx.keys.open_contact(serial, &sealed));
    Ok(kind == Some(opinion.kind) && words.is_none_or(|words| words == opinion.text) && contact == opinion.contact)
}

/// What a transaction has to write: each kind of row once, whoever it is from.
struct Batch<'a> {
    moved: Moved,
    /// The public numbers that no opinion has yet.
    serials: RangeInclusive<i64>,
    rated: Vec<&'a Submission>,
    responses: Vec<NewResponse<'a>>,
    items: Vec<NewItem>,
    events: Vec<NewEvent>,
    mails: Vec<NewMessage>,
}

impl<'a> Batch<'a> {
    /// With numbers for so many opinions.
    fn with_numbers(opening: &Opening, opinions: usize) -> Result<Self, Problem> {
        let moved = opening.moved(i64::try_from(opinions).map_err(|e| Problem::Internal(e.to_string()))?);
        let serials = moved.serials.clone();
        Ok(Self { moved, serials, rated: Vec::new(), responses: Vec::new(), items: Vec::new(), events: Vec::new(), mails: Vec::new() })
    }

    /// Takes the filled questionnaire of a submission, if there is one, and returns its id.
    fn fill(&mut self, tx: &Tx<'_>, submission: &'a Submission, prepared: &'a Prepared) -> Option<Uuid> {
        let PreparedResponse { id, salt, answers } = prepared.response.as_ref()?;
        self.rated.push(submission);
        self.responses.push(NewResponse {
            id: *id,
            receipt_hash: &prepared.receipt_hash,
            submission,
            filled: submission.filled.as_ref()?,
            answers,
            submitted_on: tx.today,
            salt: *salt,
        });
        Some(*id)
    }

    /// Takes an opinion: received and routed, or received and sealed.
    fn receive(
        &mut self,
        tx: &mut Tx<'_>,
        submission: &Submission,
        opinion: &Opinion,
        (salt, text): (Salt, Commitment),
        receipt_hash: String,
    ) -> Result<(Serial, Option<Day>), Problem> {
        let serial = self.serials.next().map(Serial).ok_or_else(|| Problem::Internal("an opinion has no number".to_owned()))?;
        let sealed = opinion.kind == Kind::Denunciation;
        let received = if sealed {
            Event::Received { kind: None, field: None, respondent: None, channel: None, text, start: None }
        } else {
            Event::Received {
                kind: Some(opinion.kind),
                field: Some(submission.field.clone()),
                respondent: Some(submission.respondent),
                channel: Some(submission.channel),
                text,
                start: None,
            }
        };
        let (mut item, first) = Item::receive(serial, tx.today, By::Sender, received)?;
        let mut entries = vec![first];
        if sealed {
            entries.extend(item.record(tx.today, By::Sender, Event::Sealed, &*tx.catalogue)?);
        } else {
            entries.extend(route(tx, &mut item, submission)?);
        }
        let mut record = Record {
            grouped: false,
            forwards: 0,
            appeal: None,
            serial,
            received_on: tx.today,
            language: submission.language,
            kind: None,
            field: None,
            respondent: None,
            channel: None,
            procedure: submission.procedure.clone().filter(|_| !sealed),
            named_office: submission.office.clone().filter(|_| !sealed),
            state: State::Received,
            settled: None,
            paused: false,
            office: None,
            in_tray: false,
            due_on: None,
            first_due_on: None,
            answered_on: None,
            out_on: None,
            clock: None,
            events: 0,
            assignee: None,
            title: None,
            merged_into: None,
            withheld: false,
            waits_until: None,
            unconfirmed: false,
            reply: None,
        };
        record.project(&item);
        let contact = opinion.contact.as_ref().map(|c| seal(tx, serial, c)).transpose()?;
        let facts = sealed.then(|| SealedIntake {
            field: submission.field.clone(),
            office: submission.office.clone(),
            procedure: submission.procedure.clone(),
            respondent: submission.respondent,
            channel: submission.channel,
        });
        let notice = opinion.notice.clone();
        self.items.push(NewItem {
            record,
            submission: submission.id,
            receipt_hash,
            original: opinion.text.clone(),
            topic: opinion.topic,
            contact,
            notice,
            sealed: facts,
        });
        let mut salts = vec![("text", salt)];
        self.events.extend(entries.into_iter().map(|entry| NewEvent {
            serial,
            entry,
            at: tx.now,
            officer: None,
            salts: std::mem::take(&mut salts),
            note: None,
        }));
        // A mail about a sealed item would tell whoever reads the mailbox who denounced.
        if let Some(contact) = &opinion.contact
            && !sealed
            && contact.allows_mail("received")
            && contact.email.is_some()
        {
            self.mail("received", format!("received:{serial}"), json!({"serial": serial}));
        }
        match (&item.office, sealed) {
            (_, true) => self.mail("sealed", format!("sealed:{serial}:1"), json!({"serial": serial})),
            (Some(office), false) => self.mail("routed", format!("routed:{serial}:{}", item.events), json!({"serial": serial, "office": office})),
            (None, false) => {}
        }
        Ok((serial, item.due_on))
    }

    fn mail(&mut self, kind: &str, dedup: String, payload: Value) {
        self.mails.push(NewMessage { kind: kind.to_owned(), dedup, payload });
    }

    /// Writes everything, in one message to a database that is a journey away.
    fn write(self, tx: &mut Tx<'_>, ratings: &mut ratings::Held) -> Result<(), Problem> {
        if !self.serials.is_empty() {
            return Err(Problem::Internal("a number has no opinion".to_owned()));
        }
        let rated = [self.moved.rows(), store::response::rows(&self.responses), ratings.count(tx, self.moved.marks, &self.rated)?];
        let said = store::feedback::rows(&self.items);
        let happened = [store::feedback::event_rows(&self.events)?, store::outbox::rows(tx.now, tx.now, &self.mails)];
        Ok(store::batch::write(tx.conn, rated.into_iter().chain(said).chain(happened))?)
    }
}

fn route(tx: &Tx<'_>, item: &mut Item, submission: &Submission) -> Result<Vec<Entry>, Problem> {
    let question = Question { field: &submission.field, procedure: submission.procedure.as_ref(), office: submission.office.as_ref(), on: tx.today };
    let (office, rule) = routing::route(&tx.catalogue.rules, &tx.catalogue.offices, &tx.catalogue.coordinating, question);
    item.record(tx.today, By::System, Event::Routed { office, rule }, &*tx.catalogue)
}

fn seal(tx: &Tx<'_>, serial: Serial, contact: &Contact) -> Result<String, Problem> {
    tx.keys.seal_contact(serial, contact).ok_or_else(|| Problem::Internal("a contact could not be encrypted".to_owned()))
}
