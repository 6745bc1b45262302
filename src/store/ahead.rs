//! Transactions that do not wait for the disk: the next begins before it has
//! this one. Others see what they wrote; nobody may be told that it is kept
//! before [`Ahead::sync`].

use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use diesel::connection::{SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::{PooledConnection, R2D2Connection};
use diesel::sql_types::Text;

use super::{Conn, Db, Hold, Kind, Manage, Manager, StoreError, Stored, begin, beginning, finish};

/// Of a transaction on PostgreSQL that does not wait for the disk. It asks the
/// same few things again and again, for rows that it knows the keys of: their
/// plans are made once, and none of them reads a whole table.
const SETTINGS: [(&str, &str); 3] = [("synchronous_commit", "off"), ("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off")];

/// What was committed and may still be on its way to the disk.
#[must_use]
pub struct Ahead(Way);

enum Way {
    /// Into this log, opened before anything was written: a descriptor that is
    /// opened later is not told of an error that somebody else was told of.
    /// The connection is free again: the next transaction finds its pages in memory there.
    Log(File),
    /// By the server of this connection. One that was opened later could be to
    /// a server that crashed meanwhile and does not know of it.
    Server(PooledConnection<Manager>),
    /// By the server of a chain.
    Witness(Arc<Witness>),
}

/// Why something is not on the disk.
#[derive(Debug)]
pub enum Unsynced {
    /// The server can't be asked: it may be there or not.
    Unknown(String),
    /// The disk refused. The system may have dropped what it could not write,
    /// and would say nothing of it the next time.
    Refused(std::io::Error),
}

impl Ahead {
    /// Returns when it is on the disk.
    pub fn sync(self) -> Result<(), Unsynced> {
        match self.0 {
            Way::Log(log) => log.sync_data().map_err(Unsynced::Refused),
            Way::Server(mut conn) => flush(&mut conn).map_err(|e| Unsynced::Unknown(e.to_string())),
            Way::Witness(witness) => witness.sync(),
        }
    }
}

/// A record that is flushed takes all before it along.
fn flush(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("SELECT pg_logical_emit_message(true, 'hoidap', '')")
}

impl Db {
    /// As [`Self::write`], but does not wait for the disk.
    pub fn write_ahead<T, E: From<StoreError>>(
        &self,
        holds: impl IntoIterator<Item = Hold>,
        f: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<(T, Ahead), E> {
        let Some(log) = &self.log else {
            let settings = SETTINGS.map(|(name, value)| format!("set_config('{name}', '{value}', TRUE)"));
            let mut conn = self.begun(&self.writers, &beginning(settings, holds))?;
            let done = finish(&mut conn, f)?;
            return Ok((done, Ahead(Way::Server(conn))));
        };
        let mut conn = self.begun(&self.writers, "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE")?;
        // The transaction has the log open: it is there, and nobody takes it away.
        let opened = File::open(log).map_err(|e| StoreError::Unavailable(format!("the log can't be opened: {e}")));
        finish(&mut conn, |conn| {
            let log = opened?;
            Ok((f(conn)?, Ahead(Way::Log(log))))
        })
    }

    /// The transactions of one writer, which hold these locks.
    pub fn chain(&self, holds: impl IntoIterator<Item = Hold>) -> Chain {
        Chain { db: self.clone(), holds: holds.into_iter().collect(), link: None }
    }
}

/// Transactions of one writer, one after the other, that do not wait for the
/// disk. On PostgreSQL they have a connection of their own, whose process keeps
/// warm what they need, and one begins in the message that ends the one before it.
#[derive(Debug)]
pub struct Chain {
    db: Db,
    holds: Vec<Hold>,
    /// None when it is not open: at first, and after anything that left it nobody knows how.
    link: Option<Link>,
}

/// The connections of a chain to PostgreSQL.
struct Link {
    conn: Conn,
    witness: Arc<Witness>,
    /// A transaction has begun, with its locks.
    begun: bool,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("begun", &self.begun).finish_non_exhaustive()
    }
}

/// A second connection to the server of a chain. It is opened before the chain
/// writes anything, and a server that crashes loses it: so long as it answers,
/// the server remembers what the chain wrote.
struct Witness {
    conn: Mutex<Conn>,
    lost: AtomicBool,
}

impl Witness {
    fn sync(&self) -> Result<(), Unsynced> {
        let flushed = self.conn.lock().map_err(|e| e.to_string()).and_then(|mut conn| flush(&mut conn).map_err(|e| e.to_string()));
        flushed.map_err(|why| {
            self.lost.store(true, Ordering::Release);
            Unsynced::Unknown(why)
        })
    }
}

impl Chain {
    /// How many connections it has open on PostgreSQL.
    pub(super) const CONNECTIONS: u32 = 2;

    /// Runs one write transaction: all of it or nothing. `more`, asked when it is written: does
    /// another follow at once? Then that one may hold its locks already when this returns, and
    /// this returns when it has them.
    ///
    /// # Errors
    /// Of what runs, and of the transaction. When one that follows does not get its locks,
    /// this one is said to have failed, though it may be stored: who sends again finds it.
    pub fn write<T, E: From<StoreError>>(&mut self, more: impl FnOnce() -> bool, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<(T, Ahead), E> {
        if self.db.kind == Kind::Sqlite {
            return self.db.write_ahead(self.holds.iter().copied(), f);
        }
        // It is put back when it is known how it stands. One that is not, is closed, and the server undoes what was open.
        let mut link = self.begun()?;
        match f(&mut link.conn) {
            Ok(value) => {
                // While something is on its way to the disk this one waits for that, and nobody else should for its locks.
                let synced = Arc::strong_count(&link.witness) == 1;
                if synced && more() {
                    link.conn.batch_execute(&format!("COMMIT; {}", self.beginning())).map_err(StoreError::from)?;
                    link.begun = true;
                } else {
                    Manage::commit_transaction(&mut link.conn).map_err(StoreError::from)?;
                }
                let ahead = Ahead(Way::Witness(link.witness.clone()));
                self.link = Some(link);
                Ok((value, ahead))
            }
            Err(error) => {
                // The first error is the one to tell.
                if Manage::rollback_transaction(&mut link.conn).is_ok() {
                    self.link = Some(link);
                }
                Err(error)
            }
        }
    }

    fn beginning(&self) -> String {
        beginning([], self.holds.iter().copied())
    }

    /// The connections, in a transaction.
    fn begun(&mut self) -> Stored<Link> {
        let sql = self.beginning();
        if let Some(mut link) = self.link.take().filter(|link| !link.witness.lost.load(Ordering::Acquire)) {
            if std::mem::take(&mut link.begun) {
                return Ok(link);
            }
            match begin(&mut link.conn, &sql) {
                Ok(()) => return Ok(link),
                Err(error) if link.conn.ping().is_ok() => {
                    self.link = Some(link);
                    return Err(error);
                }
                // It went away while nothing was written.
                Err(_) => {}
            }
        }
        let mut link = Link::open(&self.db.manager)?;
        begin(&mut link.conn, &sql)?;
        Ok(link)
    }
}

impl Link {
    fn open(manager: &Manager) -> Stored<Self> {
        let open = || manager.open().map_err(|e| StoreError::Unavailable(e.to_string()));
        let (mut conn, mut witness) = (open()?, open()?);
        let settings = SETTINGS.map(|(name, value)| format!("SET {name} = {value}"));
        conn.batch_execute(&settings.join("; ")).map_err(StoreError::from)?;
        // An address may name several.
        if started(&mut conn)? != started(&mut witness)? {
            return Err(StoreError::Unavailable("two connections lead to two servers".to_owned()));
        }
        Ok(Self { conn, witness: Arc::new(Witness { conn: Mutex::new(witness), lost: AtomicBool::new(false) }), begun: false })
    }
}

/// When a server of PostgreSQL started: no two of a deployment did at the same moment.
fn started(conn: &mut Conn) -> Stored<String> {
    let moment = diesel::dsl::sql::<Text>("SELECT pg_postmaster_start_time()::TEXT");
    Ok(match conn {
        Conn::Pg(c) => moment.get_result(c)?,
        Conn::Sqlite(_) => String::new(),
    })
}

/// Where SQLite keeps the log of a database, as SQLite itself resolved its address.
pub(super) fn log_of(conn: &mut Conn) -> Stored<Option<PathBuf>> {
    #[derive(QueryableByName)]
    struct Named {
        #[diesel(sql_type = Text)]
        file: String,
    }
    let Conn::Sqlite(c) = conn else { return Ok(None) };
    let named: Named = diesel::sql_query("SELECT file FROM pragma_database_list WHERE name = 'main'").get_result(c)?;
    Ok(Some(PathBuf::from(named.file + "-wal")))
}
