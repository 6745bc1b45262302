//! Taking in what people send. Submissions are grouped: one writer takes what
//! has arrived and stores it in one transaction; a second thread waits until it
//! is on the disk, and only then answers each sender. When a batch fails, each
//! submission in it is tried alone, so that a poisoned one fails alone.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{Service, Tx, ratings};
use crate::domain::commitment::Commitment;
use crate::domain::contact::Contact;
use crate::domain::error::{Code, Problem};
use crate::domain::event::{Entry, Event};
use crate::domain::feedback::{Item, State};
use crate::domain::receipt::ReceiptCode;
use crate::domain::routing::{self, Question};
use crate::domain::submission::{Filled, Opinion, Submission};
use crate::domain::time::Day;
use crate::domain::visibility::Record;
use crate::domain::words::{By, Kind, Purpose, Serial};
use crate::keys;
use crate::store::feedback::{NewEvent, NewItem, SealedIntake};
use crate::store::outbox::NewMessage;
use crate::store::response::{Earlier, NewResponse};
use crate::store::{self, Ahead};

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

/// Stores submissions in the open transaction, each once, and says what became
/// of each: one that is refused harms no other. The transaction holds [`store::Lock::Intake`].
pub fn store_all(tx: &mut Tx<'_>, ratings: &mut ratings::Held, submissions: &[Submission]) -> Result<Vec<Fate>, Problem> {
    let codes: Vec<ReceiptCode> = submissions.iter().map(|s| tx.keys.receipt(s.id)).collect();
    let hashes: Vec<String> = codes.iter().map(|code| tx.keys.receipt_hash(code)).collect();
    let mut known: HashMap<&str, Earlier> = HashMap::new();
    let mut stored: HashMap<String, Earlier> = store::response::earlier(tx.conn, &hashes)?;
    let mut first: HashMap<&str, &Submission> = HashMap::new();
    let mut fits = Vec::with_capacity(submissions.len());
    for (submission, hash) in submissions.iter().zip(&hashes) {
        let same = if let Some(first) = first.get(hash.as_str()) {
            Some(submission.says_the_same_as(first))
        } else if let Some(earlier) = stored.get(hash) {
            Some(is_stored(tx, submission, hash, earlier)?)
        } else {
            None
        };
        fits.push(match same {
            Some(true) => Ok(false),
            Some(false) => Err(Code::AlreadySent.into()),
            None => submission.still_fits(&tx.catalogue, tx.today).map(|()| {
                first.insert(hash, submission);
                true
            }),
        });
    }
    known.extend(hashes.iter().filter_map(|hash| Some((hash.as_str(), stored.remove(hash)?))));

    let opinions = first.values().filter(|submission| submission.opinion.is_some()).count();
    let mut new = Batch::with_numbers(tx, opinions)?;
    let mut fates = Vec::with_capacity(submissions.len());
    for (((submission, code), hash), fits) in submissions.iter().zip(codes).zip(&hashes).zip(fits) {
        fates.push(match fits {
            Err(problem) => Err(problem),
            Ok(false) => known.get(hash.as_str()).map(|earlier| Receipt::again(code, earlier)).ok_or_else(|| Problem::Internal("no receipt".to_owned())),
            Ok(true) => {
                let response_id = submission.filled.as_ref().map(|filled| new.fill(tx, submission, filled, hash.clone()));
                let feedback = match &submission.opinion {
                    Some(opinion) => Some(new.receive(tx, submission, opinion, hash.clone())?),
                    None => None,
                };
                known.insert(hash, Earlier { response_id, feedback: feedback.map(|(serial, due)| (serial.0, due)) });
                Ok(Receipt { response_id, code, feedback, repeated: false })
            }
        });
    }
    new.write(tx, ratings)?;
    Ok(fates)
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

/// The counter of the public numbers.
const SERIAL: &str = "serial";

/// What a transaction has to write: each kind of row once, whoever it is from.
struct Batch<'a> {
    /// The public numbers of the opinions that are new.
    serials: RangeInclusive<i64>,
    rated: Vec<&'a Submission>,
    responses: Vec<NewResponse<'a>>,
    items: Vec<NewItem>,
    events: Vec<NewEvent>,
    mails: Vec<NewMessage>,
}

impl<'a> Batch<'a> {
    /// With numbers for so many opinions. Numbers have no gap: the transaction uses all of them or fails.
    fn with_numbers(tx: &mut Tx<'_>, opinions: usize) -> Result<Self, Problem> {
        let n = i64::try_from(opinions).map_err(|e| Problem::Internal(e.to_string()))?;
        let last = if n == 0 { 0 } else { store::advance(tx.conn, SERIAL, n)? };
        Ok(Self { serials: last - n + 1..=last, rated: Vec::new(), responses: Vec::new(), items: Vec::new(), events: Vec::new(), mails: Vec::new() })
    }

    /// Takes a filled questionnaire, and returns its id.
    fn fill(&mut self, tx: &Tx<'_>, submission: &'a Submission, filled: &'a Filled, receipt_hash: String) -> Uuid {
        // No time in it: who rated at a counter must not be found by the minute.
        let id = Uuid::new_v4();
        self.rated.push(submission);
        self.responses.push(NewResponse { id, receipt_hash, submission, filled, submitted_on: tx.today, salt: keys::salt() });
        id
    }

    /// Takes an opinion: received and routed, or received and sealed.
    fn receive(&mut self, tx: &mut Tx<'_>, submission: &Submission, opinion: &Opinion, receipt_hash: String) -> Result<(Serial, Option<Day>), Problem> {
        let serial = self.serials.next().map(Serial).ok_or_else(|| Problem::Internal("an opinion has no number".to_owned()))?;
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
        self.items.push(NewItem { record, submission: submission.id, receipt_hash, original: opinion.text.clone(), contact, sealed: facts });
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
            && contact.allows(Purpose::Answer)
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

    /// Writes everything.
    fn write(self, tx: &mut Tx<'_>, ratings: &mut ratings::Held) -> Result<(), Problem> {
        store::response::insert(tx.conn, &self.responses)?;
        ratings.count(tx, &self.rated)?;
        store::feedback::insert(tx.conn, &self.items)?;
        store::feedback::append(tx.conn, &self.events)?;
        store::outbox::put(tx.conn, tx.now, &self.mails)?;
        Ok(())
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

/// The most submissions of one transaction.
const BATCH: usize = 512;
/// The most submissions that wait; more are told to come back.
const QUEUE: usize = 4_096;

/// How many committed batches may wait for another to be synced. On PostgreSQL each keeps a connection.
const UNSYNCED: usize = 1;

/// What became of a submission.
type Fate = Result<Receipt, Problem>;
type Reply = oneshot::Sender<Fate>;
/// The answers to one thread's senders in a batch.
type Answers = Vec<(Reply, Fate)>;
type Outlet = UnboundedSender<Answers>;

struct Arrival {
    submission: Submission,
    reply: Reply,
    outlet: Outlet,
}

thread_local! {
    static OUTLET: RefCell<Option<Outlet>> = const { RefCell::new(None) };
}

/// This thread's outlet, in the runtime that drives it: a thread has one at a
/// time. Waking a thread costs the writer more than storing a
/// slip, so it wakes each once a batch, and the thread hands on to its own.
fn outlet() -> Outlet {
    OUTLET.with_borrow_mut(|held| match held {
        Some(outlet) if !outlet.is_closed() => outlet.clone(),
        _ => {
            let (outlet, mut answers) = unbounded_channel::<Answers>();
            tokio::spawn(async move {
                while let Some(answered) = answers.recv().await {
                    for (reply, result) in answered {
                        // Who does not wait any more finds it by asking again.
                        let _ = reply.send(result);
                    }
                }
            });
            held.insert(outlet).clone()
        }
    })
}

/// The one writer of a server, and beside it who takes to the disk what the
/// writer committed: while one batch is synced, the next is written.
#[derive(Debug)]
pub struct Intake {
    queue: Mutex<Option<SyncSender<Arrival>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Intake {
    /// Starts the writer.
    pub fn start(service: Arc<Service>) -> Result<Self, Problem> {
        let (queue, arrivals) = sync_channel(QUEUE);
        let (committed, to_sync) = sync_channel(UNSYNCED);
        let syncer = thread("intake-sync", move || sync_until_closed(&to_sync))?;
        let writer = thread("intake", move || write_until_closed(&service, &arrivals, &committed))?;
        Ok(Self { queue: Mutex::new(Some(queue)), threads: Mutex::new(vec![writer, syncer]) })
    }

    /// Hands a submission in and waits until it is durable. Called inside a tokio runtime.
    pub async fn submit(&self, submission: Submission) -> Result<Receipt, Problem> {
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.lock().ok().and_then(|q| q.clone());
        let Some(queue) = queue else { return Err(Problem::Unavailable("the service is stopping".to_owned())) };
        queue.try_send(Arrival { submission, reply, outlet: outlet() }).map_err(|e| {
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
        for thread in self.threads.lock().map(|mut threads| std::mem::take(&mut *threads)).unwrap_or_default() {
            // One that panicked has answered nobody: there is nothing to save.
            let _ = thread.join();
        }
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Problem> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    started.map_err(|e| Problem::Internal(format!("the intake could not start: {e}")))
}

fn write_until_closed(service: &Service, arrivals: &Receiver<Arrival>, committed: &SyncSender<Written>) {
    let mut ratings = ratings::Held::default();
    while let Ok(first) = arrivals.recv() {
        let mut submissions = Vec::new();
        let mut replies = Vec::new();
        for Arrival { submission, reply, outlet } in std::iter::once(first).chain(arrivals.try_iter()).take(BATCH) {
            submissions.push(submission);
            replies.push((outlet, reply));
        }
        metrics::histogram!("hoidap_intake_batch").record(submissions.len() as f64);
        let stored = guarded(&mut ratings, |ratings| service.write_intake_ahead(|tx| store_all(tx, ratings, &submissions)));
        let (fates, ahead) = match stored {
            Ok((fates, ahead)) => (fates, Some(ahead)),
            Err(Problem::Unavailable(why)) => (submissions.iter().map(|_| Err(Problem::Unavailable(why.clone()))).collect(), None),
            Err(problem) => {
                tracing::warn!(%problem, submissions = submissions.len(), "a batch failed; each is tried alone");
                (each_alone(service, &mut ratings, &submissions), None)
            }
        };
        if committed.send(Written { replies, fates, ahead }).is_err() {
            return;
        }
    }
}

/// A fault in one submission must not stop the intake for everybody after it.
fn guarded<T>(ratings: &mut ratings::Held, store: impl FnOnce(&mut ratings::Held) -> Result<T, Problem>) -> Result<T, Problem> {
    let stored = catch_unwind(AssertUnwindSafe(|| store(ratings)));
    let stored = stored.unwrap_or_else(|_| Err(Problem::Internal("the intake panicked".to_owned())));
    stored.inspect_err(|_| ratings.forget())
}

/// Stores each in a transaction of its own, and takes it to the disk before the next.
fn each_alone(service: &Service, ratings: &mut ratings::Held, submissions: &[Submission]) -> Vec<Fate> {
    let mut gone = None;
    let alone = |submission| {
        // The database went away meanwhile: the rest need not wait for it one after the other.
        if let Some(why) = &gone {
            return Err(Problem::Unavailable(String::clone(why)));
        }
        let stored = guarded(ratings, |ratings| {
            let (fates, ahead) = service.write_intake_ahead(|tx| store_all(tx, ratings, std::slice::from_ref(submission)))?;
            super::keep(ahead)?;
            Ok(fates)
        });
        let mut fates = stored.inspect_err(|problem| {
            if let Problem::Unavailable(why) = problem {
                gone = Some(why.clone());
            }
        })?;
        fates.pop().unwrap_or_else(|| Err(Problem::Internal("no receipt".to_owned())))
    };
    submissions.iter().map(alone).collect()
}

/// A batch as it was written, with those who wait for it to be on the disk.
struct Written {
    replies: Vec<(Outlet, Reply)>,
    fates: Vec<Fate>,
    /// What is still on its way.
    ahead: Option<Ahead>,
}

/// Takes what was committed to the disk, and only then answers.
fn sync_until_closed(committed: &Receiver<Written>) {
    while let Ok(Written { replies, mut fates, ahead }) = committed.recv() {
        if let Err(Problem::Unavailable(why)) = ahead.map_or(Ok(()), super::keep) {
            // Who sends again finds it, or not.
            fates.iter_mut().filter(|fate| fate.is_ok()).for_each(|fate| *fate = Err(Problem::Unavailable(why.clone())));
        }
        answer(replies, fates);
    }
}

/// Answers everybody in a batch, each thread in one go.
fn answer(replies: Vec<(Outlet, Reply)>, fates: Vec<Fate>) {
    let mut threads: Vec<(Outlet, Answers)> = Vec::new();
    for ((outlet, reply), fate) in replies.into_iter().zip(fates) {
        match threads.iter_mut().find(|(known, _)| known.same_channel(&outlet)) {
            Some((_, answers)) => answers.push((reply, fate)),
            None => threads.push((outlet, vec![(reply, fate)])),
        }
    }
    for (outlet, answers) in threads {
        // A thread that is gone has nobody who waits.
        let _ = outlet.send(answers);
    }
}
