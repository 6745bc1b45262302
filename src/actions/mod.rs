//! What people do: one function a verb. An action runs in one transaction and
//! writes row, event, tally, audit line and outbox row together; it never
//! sends, renders or waits. Knows no web framework, no SQL, no mail transport.

pub mod absence;
pub mod access_token;
pub mod account;
pub mod appeal;
pub mod attachment;
pub mod audit;
pub mod breach;
pub mod calendar;
mod carried;
pub mod catalogue;
pub mod chase;
mod check;
pub mod daily;
pub mod deadline_feed;
pub mod desk;
pub mod erasure;
pub mod feedback;
pub mod figures;
pub mod grouped;
pub mod improvement;
pub mod inbox;
pub mod intake;
pub mod kept;
pub mod ledger;
pub mod lookup;
pub mod may;
pub mod note;
pub mod notice;
pub mod outbox;
pub mod password;
pub mod picked;
pub mod presence;
pub mod press;
pub mod proof;
pub mod ratings;
pub mod recount;
pub mod redaction;
pub mod reply;
pub mod retention;
pub mod rights;
pub mod search;
pub mod setup;
pub mod supplement;
pub mod template;
pub mod totp;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};

use serde_json::Value;

use crate::clock::Clock;
use crate::domain::access::Officer;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::Problem;
use crate::domain::time::{Day, Moment};
use crate::keys::Keys;
use crate::store::intake::Opening;
use crate::store::outbox::NewMessage;
use crate::store::{self, Ahead, Chain, Conn, Db, Hold, Lock, Unsynced};

/// Everything that an action needs: the open transaction, the present, the
/// reference data in force, the secrets.
pub struct Tx<'a> {
    /// The connection, inside a transaction.
    pub conn: &'a mut Conn,
    /// The present moment.
    pub now: Moment,
    /// The present day in Asia/Ho_Chi_Minh.
    pub today: Day,
    /// The last day that something was stored or told of.
    begun: Day,
    /// The reference data in force.
    pub catalogue: Arc<Catalogue>,
    /// The secrets.
    pub keys: &'a Keys,
}

impl Tx<'_> {
    /// Leaves an audit line.
    pub fn audit(&mut self, officer: Option<&Officer>, action: &str, subject: impl ToString, detail: Value) -> Result<(), Problem> {
        store::audit::write(self.conn, self.now, officer.map(|o| o.id), action, &subject.to_string(), detail)?;
        Ok(())
    }

    /// Puts a mail in the outbox.
    pub fn mail(&mut self, kind: &str, dedup: &str, payload: Value) -> Result<(), Problem> {
        self.mail_at(self.now, kind, dedup, payload)
    }

    /// Puts a mail in the outbox that leaves at a moment, or now when that is past.
    pub fn mail_at(&mut self, at: Moment, kind: &str, dedup: &str, payload: Value) -> Result<(), Problem> {
        let message = NewMessage { kind: kind.to_owned(), dedup: dedup.to_owned(), payload };
        Ok(store::outbox::rows(self.now, at.max(self.now), &[message]).write(self.conn)?)
    }

    /// Says that reference data changed, and reads it again. Waits for the writers that still work with the old.
    pub fn recatalogue(&mut self) -> Result<(), Problem> {
        store::lock(self.conn, Lock::Catalogue)?;
        store::catalogue::changed(self.conn)?;
        self.catalogue = load(self.conn)?;
        store::lock(self.conn, Lock::Ledger)?;
        ledger::tell(self)
    }
}

/// The service: where transactions are opened.
#[derive(Debug)]
pub struct Service {
    db: Db,
    clock: Clock,
    keys: Keys,
    /// Where files are kept, when any are taken.
    depot: Option<attachment::Depot>,
    /// The last reference data that was read. Checked against the database's
    /// version in every transaction, so no server works with old rules.
    held: RwLock<Option<Arc<Catalogue>>>,
    /// The clock stands before a day that was told: said once.
    went_back: AtomicBool,
}

impl Service {
    /// A service on a database.
    pub fn new(db: Db, clock: Clock, keys: Keys) -> Self {
        Self { db, clock, keys, depot: None, held: RwLock::new(None), went_back: AtomicBool::new(false) }
    }

    /// The same with a place for files.
    pub fn with_files(self, depot: attachment::Depot) -> Self {
        Self { depot: Some(depot), ..self }
    }

    /// Where files are kept; nothing when none are taken.
    pub fn depot(&self) -> Option<&attachment::Depot> {
        self.depot.as_ref()
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The secrets.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The clock itself.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The reference data as it was last seen: to check a submission before it
    /// joins a batch, without a query. The batch itself looks again.
    pub fn held(&self) -> Result<Arc<Catalogue>, Problem> {
        let held = self.held.read().ok().and_then(|h| h.clone());
        match held {
            Some(catalogue) => Ok(catalogue),
            None => self.read(|tx| Ok(tx.catalogue.clone())),
        }
    }

    /// Runs one write transaction.
    pub fn write<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        self.begin(None, None, f)
    }

    /// Runs the write transaction of the intake: one at a time, so that numbers and half-months have an order.
    pub fn write_intake<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        self.begin(Some(Lock::Intake), None, |tx| dated(tx, f))
    }

    /// Batches of the intake: one at a time, without waiting for the disk.
    fn batches(&self) -> Chain {
        self.db.chain(holds(Some(Lock::Intake)))
    }

    /// As [`Self::write_intake`], with what a batch is opened with. Does not
    /// wait for the disk: nobody may be told of it before [`Ahead::sync`]. `more`: does another batch follow at once?
    fn write_batch<T>(
        &self,
        batches: &mut Chain,
        more: impl FnOnce() -> bool,
        open: impl FnOnce(&mut Conn) -> store::Stored<Opening>,
        f: impl FnOnce(&mut Tx<'_>, Opening) -> Result<T, Problem>,
    ) -> Result<(T, Ahead), Problem> {
        batches.write(more, |conn| {
            let now = self.clock.now();
            let opening = open(conn)?;
            self.run_at(conn, now, opening.version, opening.day, |tx| dated(tx, |tx| f(tx, opening)))
        })
    }

    /// Runs a write transaction that a crash may undo a moment later: what it does is harmless to do again.
    pub fn write_unkept<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        let (done, _) = self.db.write_ahead(holds(None), |conn| self.run(conn, self.clock.now(), f))?;
        Ok(done)
    }

    /// Runs queries, and returns when all that they saw is on the disk: to answer somebody who may believe it.
    pub fn read_kept<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        let (seen, ahead) = self.db.write_ahead(holds(Some(Lock::Intake)), |conn| self.run(conn, self.clock.now(), |tx| dated(tx, f)))?;
        keep(ahead)?;
        Ok(seen)
    }

    /// Runs a change of reference data: one at a time, after the writers that still work with the old.
    pub fn write_reference<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        self.begin(Some(Lock::Catalogue), None, f)
    }

    /// Runs the write transaction of the intake at a moment of another clock: the sample life.
    pub fn write_intake_at<T>(&self, now: Moment, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        self.begin(Some(Lock::Intake), Some(now), f)
    }

    /// Runs a write transaction that gives leaves their place in the public ledger: one at a time.
    pub fn write_ledger<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        self.begin(Some(Lock::Ledger), None, f)
    }

    /// As [`Self::write_ledger`], for what is signed later. On SQLite the intake shares
    /// its writer, so this does not wait for the disk: [`keep`] does, before anybody
    /// signs. On PostgreSQL another server may sign, so it waits.
    fn write_leaves<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<(T, Option<Ahead>), Problem> {
        match self.db.kind() {
            store::Kind::Postgres => Ok((self.write_ledger(f)?, None)),
            store::Kind::Sqlite => {
                let (written, ahead) = self.db.write_ahead(holds(Some(Lock::Ledger)), |conn| self.run(conn, self.clock.now(), f))?;
                Ok((written, Some(ahead)))
            }
        }
    }

    /// Takes the locks, and only then reads the present, so that days never go back.
    fn begin<T>(&self, alone: Option<Lock>, now: Option<Moment>, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        self.db.write(holds(alone), |conn| self.run(conn, now.unwrap_or_else(|| self.clock.now()), f))
    }

    /// Runs queries that change nothing.
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        self.db.read(|conn| self.run(conn, self.clock.now(), f))
    }

    fn run<T>(&self, conn: &mut Conn, now: Moment, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        let (version, day) = store::catalogue::version_and_day(conn)?;
        self.run_at(conn, now, version, day, f)
    }

    /// With what the database says of its reference data and its day.
    fn run_at<T>(&self, conn: &mut Conn, now: Moment, version: i64, day: Moment, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        let catalogue = self.fresh(conn, version)?;
        let today = self.not_before(day.day(), now);
        f(&mut Tx { conn, now, today, begun: day.day(), catalogue, keys: &self.keys })
    }

    /// A clock that went back a day would put what happens now before what was told already: the day stands still until the clock has come to it.
    fn not_before(&self, day: Day, now: Moment) -> Day {
        let went_back = now.day() < day;
        if self.went_back.swap(went_back, Ordering::Relaxed) != went_back {
            if went_back {
                tracing::error!(clock = %now, day = %day, "the clock went back behind a day that was told; that day stands still until the clock has come to it: set it right");
            } else {
                tracing::info!(clock = %now, "the clock is right again");
            }
        }
        now.day().max(day)
    }

    fn fresh(&self, conn: &mut Conn, version: i64) -> Result<Arc<Catalogue>, Problem> {
        let held = self.held.read().ok().and_then(|h| h.clone());
        if let Some(catalogue) = held.filter(|c| c.version == version) {
            return Ok(catalogue);
        }
        let catalogue = load(conn)?;
        if let Ok(mut held) = self.held.write() {
            *held = Some(catalogue.clone());
        }
        Ok(catalogue)
    }
}

/// From the first that is stored of a day on, no server stores anything of an earlier one.
fn dated<T>(tx: &mut Tx<'_>, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
    if tx.today > tx.begun {
        store::catalogue::begin_day(tx.conn, tx.today)?;
    }
    f(tx)
}

/// Waits until what was written ahead is on the disk. When a disk refuses, the
/// program ends: nobody can say what it holds now, and what is on it is whole.
fn keep(ahead: Ahead) -> Result<(), Problem> {
    ahead.sync().map_err(|unsynced| match unsynced {
        Unsynced::Unknown(why) => Problem::Unavailable(why),
        Unsynced::Refused(error) => {
            tracing::error!(%error, "the disk refused to keep what was written; the program ends");
            std::process::abort();
        }
    })
}

/// What a write transaction holds: the reference data in force, and its own lock.
fn holds(alone: Option<Lock>) -> impl Iterator<Item = Hold> {
    let catalogue = if alone == Some(Lock::Catalogue) { Hold::Alone(Lock::Catalogue) } else { Hold::Shared(Lock::Catalogue) };
    [Some(catalogue), alone.filter(|lock| *lock != Lock::Catalogue).map(Hold::Alone)].into_iter().flatten()
}

fn load(conn: &mut Conn) -> Result<Arc<Catalogue>, Problem> {
    let notices = notice::notices()?;
    let loaded = store::catalogue::load(conn)?;
    loaded
        .map(|catalogue| Arc::new(Catalogue { notices, ..catalogue }))
        .ok_or_else(|| Problem::Unavailable("the deployment was not set up: run `hoidap import reference`".to_owned()))
}
