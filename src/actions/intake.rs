//! Taking in what people send. Submissions are grouped: one writer takes what
//! has arrived, stores it in one durable transaction, and only then answers
//! each sender. A poisoned one is tried again alone and fails alone.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::json;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{Service, Tx};
use crate::domain::catalogue::Catalogue;
use crate::domain::commitment::Commitment;
use crate::domain::contact::Contact;
use crate::domain::error::Problem;
use crate::domain::event::{Entry, Event};
use crate::domain::feedback::{Item, State};
use crate::domain::receipt::ReceiptCode;
use crate::domain::routing::{self, Question};
use crate::domain::submission::{Opinion, Submission};
use crate::domain::tally::{Half, Place, Tally, TallyKey};
use crate::domain::time::Day;
use crate::domain::visibility::Record;
use crate::domain::words::{By, Kind, Purpose, Serial};
use crate::keys;
use crate::store::feedback::{NewEvent, NewItem, SealedIntake};
use crate::store::response::{Earlier, ResponseRow};
use crate::store::types::{Json, Key, On};
use crate::store::{self, Lock};

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

/// Stores submissions in the open transaction, each once.
pub fn store_all(tx: &mut Tx<'_>, submissions: &[Submission]) -> Result<Vec<Receipt>, Problem> {
    store::lock(tx.conn, Lock::Intake)?;
    let codes: Vec<ReceiptCode> = submissions.iter().map(|s| tx.keys.receipt(s.id)).collect();
    let hashes: Vec<String> = codes.iter().map(|code| tx.keys.receipt_hash(code)).collect();
    let mut known: HashMap<String, Earlier> = store::response::earlier(tx.conn, &hashes)?;

    let half = Half::of(tx.today);
    let mut responses = Vec::new();
    let mut counted: BTreeMap<TallyKey, Tally> = BTreeMap::new();
    let mut receipts = Vec::with_capacity(submissions.len());
    for (submission, (code, receipt_hash)) in submissions.iter().zip(codes.into_iter().zip(hashes)) {
        if let Some(earlier) = known.get(&receipt_hash) {
            receipts.push(Receipt::again(code, earlier));
            continue;
        }
        submission.still_fits(&tx.catalogue, tx.today)?;
        let mut left = Earlier::default();
        if let Some(filled) = &submission.filled {
            // No time in it: who rated at a counter must not be found by the minute.
            let id = Uuid::new_v4();
            left.response_id = Some(id);
            count(submission, half, &tx.catalogue, &mut counted);
            responses.push(ResponseRow {
                id: Key(id),
                submission_id: Key(submission.id),
                receipt_hash: receipt_hash.clone(),
                half: On(half.first()),
                submitted_on: On(tx.today),
                questionnaire: filled.slug.to_string(),
                version: i64::from(filled.version),
                field: submission.field.to_string(),
                office: submission.office.as_ref().map(ToString::to_string),
                procedure: submission.procedure.as_ref().map(ToString::to_string),
                respondent: submission.respondent.to_string(),
                sample: submission.sample.to_string(),
                channel: submission.channel.to_string(),
                language: submission.language.to_string(),
                answers: Json(filled.answers.all.clone().into()),
                salt: keys::salt().to_base64(),
            });
        }
        let feedback = match &submission.opinion {
            Some(opinion) => Some(receive(tx, submission, opinion, receipt_hash.clone())?),
            None => None,
        };
        left.feedback = feedback.map(|(serial, due)| (serial.0, due));
        known.insert(receipt_hash, left.clone());
        receipts.push(Receipt { response_id: left.response_id, code, feedback, repeated: false });
    }
    store::response::insert(tx.conn, &responses)?;
    tally(tx, counted)?;
    Ok(receipts)
}

/// Adds a submission's ratings to the tallies that they count in.
fn count(submission: &Submission, half: Half, catalogue: &Catalogue, counted: &mut BTreeMap<TallyKey, Tally>) {
    let (Some(filled), Some(field)) = (&submission.filled, catalogue.field(&submission.field)) else { return };
    let place = Place { group: &field.group, field: &submission.field, office: submission.office.as_ref() };
    for scope in place.scopes() {
        let tally = counted.entry(TallyKey { scope, sample: submission.sample, questionnaire: filled.slug.clone(), half }).or_default();
        for (question, value) in &filled.answers.ratings {
            tally.add(submission.respondent, question, *value);
        }
    }
}

/// Writes each tally of the transaction once.
fn tally(tx: &mut Tx<'_>, counted: BTreeMap<TallyKey, Tally>) -> Result<(), Problem> {
    if counted.is_empty() {
        return Ok(());
    }
    let mut stored = store::tally::get(tx.conn, counted.keys())?;
    let mut changed = BTreeMap::new();
    for (key, more) in counted {
        let mut tally = stored.remove(&key).unwrap_or_default();
        tally.absorb(more);
        tally.release(tx.catalogue.threshold, false);
        changed.insert(key, tally);
    }
    Ok(store::tally::put(tx.conn, &changed)?)
}

/// Stores an opinion: received and routed, or received and sealed.
fn receive(tx: &mut Tx<'_>, submission: &Submission, opinion: &Opinion, receipt_hash: String) -> Result<(Serial, Option<Day>), Problem> {
    let serial = Serial(store::advance(tx.conn, "serial", 1)?);
    let salt = keys::salt();
    let text = Commitment::to(salt, &opinion.text);
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
    let new = NewItem { record, submission: submission.id, receipt_hash, original: opinion.text.clone(), contact, sealed: facts };
    store::feedback::insert(tx.conn, &new)?;
    let mut events: Vec<NewEvent> = entries.into_iter().map(|entry| NewEvent { entry, at: tx.now, officer: None, salts: Vec::new(), note: None }).collect();
    if let Some(first) = events.first_mut() {
        first.salts.push(("text", salt));
    }
    store::feedback::append(tx.conn, serial, &events)?;
    // A mail about a sealed item would tell whoever reads the mailbox who denounced.
    if let Some(contact) = &opinion.contact
        && !sealed
        && contact.allows(Purpose::Answer)
        && contact.email.is_some()
    {
        tx.mail("received", &format!("received:{serial}"), json!({"serial": serial}))?;
    }
    match (&item.office, sealed) {
        (_, true) => tx.mail("sealed", &format!("sealed:{serial}:1"), json!({"serial": serial}))?,
        (Some(office), false) => tx.mail("routed", &format!("routed:{serial}:{}", item.events), json!({"serial": serial, "office": office}))?,
        (None, false) => {}
    }
    Ok((serial, item.due_on))
}

fn route(tx: &Tx<'_>, item: &mut Item, submission: &Submission) -> Result<Vec<Entry>, Problem> {
    let question = Question { field: &submission.field, procedure: submission.procedure.as_ref(), office: submission.office.as_ref(), on: tx.today };
    let (office, rule) = routing::route(&tx.catalogue.rules, &tx.catalogue.offices, &tx.catalogue.coordinating, question);
    item.record(tx.today, By::System, Event::Routed { office, rule }, &*tx.catalogue)
}

fn seal(tx: &Tx<'_>, serial: Serial, contact: &Contact) -> Result<String, Problem> {
    tx.keys.seal_contact(serial, contact).ok_or_else(|| Problem::Internal("a contact could not be encrypted".to_owned()))
}

/// The most submissions of one transaction.
const BATCH: usize = 512;
/// How long the next submission of a batch is waited for.
const PATIENCE: Duration = Duration::from_micros(300);
/// The most submissions that wait; more are told to come back.
const QUEUE: usize = 4_096;

type Reply = oneshot::Sender<Result<Receipt, Problem>>;

/// The one writer of a server.
#[derive(Debug)]
pub struct Intake {
    queue: Mutex<Option<SyncSender<(Submission, Reply)>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Intake {
    /// Starts the writer.
    pub fn start(service: Arc<Service>) -> Result<Self, Problem> {
        let (queue, arrivals) = sync_channel(QUEUE);
        let writer = std::thread::Builder::new()
            .name("intake".to_owned())
            .spawn(move || write_until_closed(&service, &arrivals))
            .map_err(|e| Problem::Internal(format!("the intake could not start: {e}")))?;
        Ok(Self { queue: Mutex::new(Some(queue)), writer: Mutex::new(Some(writer)) })
    }

    /// Hands a submission in and waits until it is durable.
    pub async fn submit(&self, submission: Submission) -> Result<Receipt, Problem> {
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.lock().ok().and_then(|q| q.clone());
        let Some(queue) = queue else { return Err(Problem::Unavailable("the service is stopping".to_owned())) };
        queue.try_send((submission, reply)).map_err(|e| {
            Problem::Unavailable(match e {
                TrySendError::Full(_) => "too many submissions wait".to_owned(),
                TrySendError::Disconnected(_) => "the intake has stopped".to_owned(),
            })
        })?;
        drop(queue);
        answer.await.unwrap_or_else(|_| Err(Problem::Unavailable("the intake has stopped".to_owned())))
    }

    /// Takes nothing more, and returns when what was accepted is stored.
    pub fn close(&self) {
        if let Ok(mut queue) = self.queue.lock() {
            queue.take();
        }
        let writer = self.writer.lock().ok().and_then(|mut w| w.take());
        if let Some(writer) = writer {
            // A writer that panicked has answered nobody: there is nothing to save.
            let _ = writer.join();
        }
    }
}

fn write_until_closed(service: &Service, arrivals: &Receiver<(Submission, Reply)>) {
    while let Ok(first) = arrivals.recv() {
        let mut submissions = Vec::new();
        let mut replies = Vec::new();
        let mut next = Some(first);
        while let Some((submission, reply)) = next {
            submissions.push(submission);
            replies.push(reply);
            // Those who were answered just now come back together: a moment's patience halves the transactions.
            next = if submissions.len() < BATCH { arrivals.recv_timeout(PATIENCE).ok() } else { None };
        }
        metrics::histogram!("hoidap_intake_batch").record(submissions.len() as f64);
        let attempt = |batch: &[Submission]| {
            // A fault in one submission must not stop the intake for everybody after it.
            let stored = catch_unwind(AssertUnwindSafe(|| service.write_intake(|tx| store_all(tx, batch))));
            stored.unwrap_or_else(|_| Err(Problem::Internal("the intake panicked".to_owned())))
        };
        match attempt(&submissions) {
            Ok(receipts) => {
                for (reply, receipt) in replies.into_iter().zip(receipts) {
                    let _ = reply.send(Ok(receipt));
                }
            }
            Err(Problem::Unavailable(why)) => {
                for reply in replies {
                    let _ = reply.send(Err(Problem::Unavailable(why.clone())));
                }
            }
            Err(_) => {
                for (submission, reply) in submissions.into_iter().zip(replies) {
                    let alone = attempt(std::slice::from_ref(&submission));
                    let _ = reply.send(alone.and_then(|mut r| r.pop().ok_or_else(|| Problem::Internal("no receipt".to_owned()))));
                }
            }
        }
    }
}
