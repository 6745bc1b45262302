//! The one writer of a server, and who takes to the disk what it committed.
//! Knows threads and batches; what is stored is decided beside it.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::{Fate, Look, Prepared, open, store_prepared};
use crate::actions::{Service, keep, ratings};
use crate::domain::error::Problem;
use crate::domain::submission::Submission;
use crate::keys::Keys;
use crate::store::{self, Ahead, Chain};

/// The most submissions of one transaction.
const BATCH: usize = 512;
/// How many batches are looked up whole from one on in which something had come before: more of the kind may follow.
const CAREFUL: u32 = 16;
/// The room that a batch has before it grows.
const USUAL: usize = 64;
/// The most submissions that wait; more are told to come back.
const QUEUE: usize = 4_096;

/// How many committed batches may wait for another to be synced. On PostgreSQL none:
/// more of them are smaller ones, and store less.
const fn unsynced(kind: store::Kind) -> usize {
    match kind {
        store::Kind::Sqlite => 1,
        store::Kind::Postgres => 0,
    }
}

type Reply = oneshot::Sender<Fate>;
/// The answers to one thread's senders in a batch.
type Answers = Vec<(Reply, Fate)>;
type Outlet = UnboundedSender<Answers>;

struct Arrival {
    submission: Submission,
    prepared: Prepared,
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
    keys: Keys,
    queue: Mutex<Option<SyncSender<Arrival>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Intake {
    /// Starts the writer.
    pub fn start(service: Arc<Service>) -> Result<Self, Problem> {
        let (queue, arrivals) = sync_channel(QUEUE);
        let (committed, to_sync) = sync_channel(unsynced(service.db().kind()));
        let keys = service.keys().clone();
        let syncer = thread("intake-sync", move || sync_until_closed(&to_sync))?;
        let writer = thread("intake", move || write_until_closed(&service, &arrivals, &committed))?;
        Ok(Self { keys, queue: Mutex::new(Some(queue)), threads: Mutex::new(vec![writer, syncer]) })
    }

    /// Hands a submission in and waits until it is durable. Called inside a tokio runtime.
    pub async fn submit(&self, submission: Submission) -> Fate {
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.lock().ok().and_then(|q| q.clone());
        let Some(queue) = queue else { return Err(Problem::Unavailable("the service is stopping".to_owned())) };
        let prepared = Prepared::of(&self.keys, &submission);
        queue.try_send(Arrival { submission, prepared, reply, outlet: outlet() }).map_err(|e| {
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
    let mut batches = service.batches();
    let (mut next, mut careful) = (None, 0);
    while let Some(first) = next.take().or_else(|| arrivals.recv().ok()) {
        let mut arrived = Vec::with_capacity(USUAL);
        arrived.extend(std::iter::once(first).chain(arrivals.try_iter()).take(BATCH));
        let submissions: Vec<_> = arrived.iter().map(|arrival| (&arrival.submission, &arrival.prepared)).collect();
        metrics::histogram!("hoidap_intake_batch").record(submissions.len() as f64);
        let mut more = || {
            next = next.take().or_else(|| arrivals.try_recv().ok());
            next.is_some()
        };
        let mut store = |look| guarded(&mut ratings, |ratings| write(service, &mut batches, &mut more, look, ratings, &submissions));
        let stored = match store(if careful > 0 { Look::Everywhere } else { Look::WhereNothingRefuses }) {
            Err(problem) if careful == 0 && !matches!(problem, Problem::Unavailable(_)) => {
                tracing::debug!(%problem, submissions = submissions.len(), "a batch is looked up: something in it may have come before");
                careful = CAREFUL;
                store(Look::Everywhere)
            }
            stored => stored,
        };
        careful = careful.saturating_sub(1);
        let (fates, ahead) = match stored {
            Ok((fates, ahead)) => (fates, Some(ahead)),
            Err(Problem::Unavailable(why)) => (submissions.iter().map(|_| Err(Problem::Unavailable(why.clone()))).collect(), None),
            Err(problem) => {
                tracing::warn!(%problem, submissions = submissions.len(), "a batch failed; each is tried alone");
                (each_alone(service, &mut batches, &mut ratings, &submissions), None)
            }
        };
        if committed.send(Written { arrived, fates, ahead }).is_err() {
            return;
        }
    }
}

/// Stores submissions in a transaction that does not wait for the disk.
fn write(
    service: &Service,
    batches: &mut Chain,
    more: impl FnOnce() -> bool,
    look: Look,
    ratings: &mut ratings::Held,
    submissions: &[(&Submission, &Prepared)],
) -> Result<(Vec<Fate>, Ahead), Problem> {
    service.write_batch(batches, more, |conn| open(conn, submissions, look), |tx, opening| store_prepared(tx, opening, ratings, submissions))
}

/// A fault in one submission must not stop the intake for everybody after it.
fn guarded<T>(ratings: &mut ratings::Held, store: impl FnOnce(&mut ratings::Held) -> Result<T, Problem>) -> Result<T, Problem> {
    let stored = catch_unwind(AssertUnwindSafe(|| store(ratings)));
    let stored = stored.unwrap_or_else(|_| Err(Problem::Internal("the intake panicked".to_owned())));
    stored.inspect_err(|_| ratings.forget())
}

/// Stores each in a transaction of its own, and takes it to the disk before the next.
fn each_alone(service: &Service, batches: &mut Chain, ratings: &mut ratings::Held, submissions: &[(&Submission, &Prepared)]) -> Vec<Fate> {
    let mut gone = None;
    let alone = |submission| {
        // The database went away meanwhile: the rest need not wait for it one after the other.
        if let Some(why) = &gone {
            return Err(Problem::Unavailable(String::clone(why)));
        }
        let stored = guarded(ratings, |ratings| {
            let (fates, ahead) = write(service, batches, || false, Look::Everywhere, ratings, std::slice::from_ref(submission))?;
            keep(ahead)?;
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
    arrived: Vec<Arrival>,
    fates: Vec<Fate>,
    /// What is still on its way.
    ahead: Option<Ahead>,
}

/// Takes what was committed to the disk, and only then answers.
fn sync_until_closed(committed: &Receiver<Written>) {
    while let Ok(Written { arrived, mut fates, ahead }) = committed.recv() {
        if let Err(Problem::Unavailable(why)) = ahead.map_or(Ok(()), keep) {
            // Who sends again finds it, or not.
            fates.iter_mut().filter(|fate| fate.is_ok()).for_each(|fate| *fate = Err(Problem::Unavailable(why.clone())));
        }
        answer(arrived, fates);
    }
}

/// Answers everybody in a batch, each thread in one go.
fn answer(arrived: Vec<Arrival>, fates: Vec<Fate>) {
    let mut threads: Vec<(Outlet, Answers)> = Vec::new();
    for (Arrival { outlet, reply, .. }, fate) in arrived.into_iter().zip(fates) {
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
