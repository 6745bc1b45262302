//! Where everything is kept: one code base on SQLite and PostgreSQL. The only
//! layer that names diesel. Knows rows, not rules: what may be stored is
//! decided above.
//!
//! `read` for reads, `write` for writes; nothing slow in between. `write_ahead`
//! and `chain` let the next transaction begin before the disk has this one. SQLite takes
//! its write lock at once (`BEGIN IMMEDIATE`): a transaction that upgrades
//! later fails under load.

pub mod absence;
pub mod access_token;
mod ahead;
pub mod appeal;
pub mod attachment;
pub mod audit;
pub mod batch;
pub mod breach;
pub mod catalogue;
mod conn;
pub mod counts;
pub mod deadline_feed;
pub mod draft;
pub mod feedback;
pub mod files;
pub mod improvement;
pub mod inbox;
pub mod intake;
pub mod ledger;
pub mod list;
pub mod note;
pub mod officer;
pub mod outbox;
pub mod password_reset;
pub mod picked;
pub mod presence;
pub mod press;
pub mod response;
pub mod retention;
pub mod rights;
mod schema;
pub mod search;
pub mod tally;
pub mod template;
pub mod topic;
pub mod totp;
pub mod types;

use std::path::PathBuf;
use std::time::Duration;

use diesel::backend::Backend;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::r2d2::{ManageConnection, Pool, PooledConnection, R2D2Connection};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::domain::error::Problem;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

pub use ahead::{Ahead, Chain, Unsynced};
pub use conn::Conn;
use conn::MultiBackend;

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The embedded one.
    Sqlite,
    /// The production one.
    Postgres,
}

impl Kind {
    /// As `GET health` says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// What can go wrong in the store.
#[derive(Debug)]
pub enum StoreError {
    /// The same key is there already.
    Duplicate(String),
    /// No connection, a lock, a full disk: try again later.
    Unavailable(String),
    /// A fault of ours.
    Broken(String),
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Duplicate(why) | Self::Unavailable(why) | Self::Broken(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        match &error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => Self::Duplicate(info.message().to_owned()),
            Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::NotNullViolation | DatabaseErrorKind::CheckViolation, _) => {
                Self::Broken(error.to_string())
            }
            // Locked, full, read-only, gone, serialization: all of them ask for another try.
            Error::DatabaseError(..) | Error::BrokenTransactionManager => {
                let text = error.to_string();
                let ours = ["syntax", "no such", "does not exist", "type mismatch", "cannot store", "unsupported Unicode", "out of range"]
                    .iter()
                    .any(|m| text.contains(m));
                if ours { Self::Broken(text) } else { Self::Unavailable(text) }
            }
            _ => Self::Broken(error.to_string()),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Duplicate(why) | StoreError::Broken(why) => Self::Internal(why),
            StoreError::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

/// The result of a store function.
pub type Stored<T> = Result<T, StoreError>;

/// Says what is wrong with a value that a column should not hold.
pub(crate) fn broken(what: impl std::fmt::Display) -> StoreError {
    StoreError::Broken(what.to_string())
}

/// Opens the kind of connection that the address names; never guesses.
#[derive(Clone)]
struct Manager {
    url: String,
}

/// Without the address: a password may stand in it.
macro_rules! says_its_kind {
    ($($type:ident),+) => {
        $(impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type)).field("kind", &self.kind()).finish_non_exhaustive()
            }
        })+
    };
}
says_its_kind!(Manager, Db);

/// The file that an address of SQLite names.
fn file_of(url: &str) -> &str {
    url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url)
}

/// An address of PostgreSQL with how long a connection may take: a host that is gone says nothing.
fn with_patience(url: &str) -> String {
    if url.contains("connect_timeout=") {
        return url.to_owned();
    }
    format!("{url}{}connect_timeout=5", if url.contains('?') { '&' } else { '?' })
}

impl Manager {
    fn kind(&self) -> Kind {
        if self.url.starts_with("postgres://") || self.url.starts_with("postgresql://") { Kind::Postgres } else { Kind::Sqlite }
    }

    fn open(&self) -> ConnectionResult<Conn> {
        match self.kind() {
            Kind::Postgres => {
                let mut conn = PgConnection::establish(&with_patience(&self.url))?;
                // A plan that was made when a table was empty reads all of it when it is full.
                // A lock is waited for as long as on SQLite.
                conn.batch_execute("SET plan_cache_mode = force_custom_plan; SET lock_timeout = '5s'").map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Pg(conn))
            }
            Kind::Sqlite => {
                let mut conn = SqliteConnection::establish(file_of(&self.url))?;
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                     PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; \
                     PRAGMA wal_autocheckpoint = 32000;",
                )
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Sqlite(conn))
            }
        }
    }
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        self.open().map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        match conn {
            Conn::Sqlite(_) => Ok(()),
            Conn::Pg(_) => conn.ping().map_err(diesel::r2d2::Error::QueryError),
        }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.is_broken()
    }
}

/// All that the layers above see of the database: where to read, where to write.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Manager>,
    /// Where transactions that write take their connection. SQLite has one for
    /// all of them: it writes for one at a time anyway, and what another wrote
    /// would empty its memory of pages.
    writers: Pool<Manager>,
    manager: Manager,
    kind: Kind,
    /// SQLite's write-ahead log.
    log: Option<PathBuf>,
}

impl Db {
    /// A pool for an address: `postgres://…`, `sqlite:…` or a file's path.
    /// `connections`: the most that are open at once.
    pub fn open(url: &str, connections: u32) -> Stored<Self> {
        let manager = Manager { url: url.to_owned() };
        let kind = manager.kind();
        // The first one is opened here, so that a wrong address is named at the start.
        let mut first = manager.open().map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let log = ahead::log_of(&mut first)?;
        drop(first);
        let pool = |most| {
            Pool::builder()
                .max_size(most)
                .min_idle(Some(1))
                .connection_timeout(Duration::from_secs(5))
                .test_on_check_out(false)
                .build_unchecked(manager.clone())
        };
        let (pool, writers) = match kind {
            Kind::Sqlite => (pool(connections.max(2) - 1), pool(1)),
            Kind::Postgres => {
                // The intake has two of its own; one for the jobs, and one to read.
                let pool = pool(connections.max(4) - Chain::CONNECTIONS);
                (pool.clone(), pool)
            }
        };
        Ok(Self { pool, writers, manager, kind, log })
    }

    /// Which database it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Brings the tables up to date. Returns the migrations that ran.
    pub fn migrate(&self) -> Stored<Vec<String>> {
        let mut conn = self.pool.get().map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let ran = match &mut *conn {
            Conn::Pg(c) => c.run_pending_migrations(POSTGRES).map(|v| v.iter().map(ToString::to_string).collect()),
            Conn::Sqlite(c) => c.run_pending_migrations(SQLITE).map(|v| v.iter().map(ToString::to_string).collect()),
        };
        ran.map_err(|e| StoreError::Broken(e.to_string()))
    }

    /// A connection with a transaction that has begun. To ask first whether the
    /// connection still works would be a journey more for each transaction: one
    /// that can't begin and does not answer is opened anew.
    fn begun(&self, pool: &Pool<Manager>, sql: &str) -> Stored<PooledConnection<Manager>> {
        let mut conn = pool.get().map_err(|e| StoreError::Unavailable(e.to_string()))?;
        if let Err(error) = begin(&mut conn, sql) {
            if self.kind == Kind::Sqlite || conn.ping().is_ok() {
                return Err(error);
            }
            *conn = self.manager.open().map_err(|e| StoreError::Unavailable(e.to_string()))?;
            begin(&mut conn, sql)?;
        }
        Ok(conn)
    }

    /// Runs queries that change nothing, all on the same state.
    pub fn read<T, E: From<StoreError>>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self.begun(
            &self.pool,
            match self.kind {
                Kind::Sqlite => "BEGIN DEFERRED",
                Kind::Postgres => "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
            },
        )?;
        finish(&mut conn, f)
    }

    /// Runs one write transaction: all of it or nothing. It waits for these locks before it begins, and holds them to its end.
    pub fn write<T, E: From<StoreError>>(&self, holds: impl IntoIterator<Item = Hold>, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut conn = match self.kind {
            // Its one write lock stands for all of them.
            Kind::Sqlite => self.begun(&self.writers, "PRAGMA synchronous = FULL; BEGIN IMMEDIATE")?,
            Kind::Postgres => self.begun(&self.writers, &beginning([], holds))?,
        };
        finish(&mut conn, f)
    }
}

/// How a transaction that writes begins on PostgreSQL: in one message, because each
/// is a journey to the server; each lock after the one before it.
fn beginning(settings: impl IntoIterator<Item = String>, holds: impl IntoIterator<Item = Hold>) -> String {
    let calls: Vec<String> = settings.into_iter().chain(holds.into_iter().map(Hold::sql)).collect();
    let select = if calls.is_empty() { String::new() } else { format!("; SELECT {}", calls.join(", ")) };
    format!("BEGIN ISOLATION LEVEL READ COMMITTED{select}")
}

type Manage = <Conn as Connection>::TransactionManager;

fn begin(conn: &mut Conn, sql: &str) -> Stored<()> {
    let begun = match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, sql),
        Conn::Pg(c) => AnsiTransactionManager::begin_transaction_sql(c, sql).inspect_err(|_| {
            // It may have begun and failed at a lock. What is wrong with the connection itself, its holder sees.
            let _ = c.batch_execute("ROLLBACK");
        }),
    };
    Ok(begun?)
}

fn finish<T, E: From<StoreError>>(conn: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
    match f(conn) {
        Ok(value) => {
            Manage::commit_transaction(conn).map_err(StoreError::from)?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one to tell; a rollback that fails closes the connection.
            let _ = Manage::rollback_transaction(conn);
            Err(error)
        }
    }
}

/// Runs part of a transaction that may fail alone: a savepoint.
pub fn attempt<T, E: From<StoreError> + From<diesel::result::Error>>(conn: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
    conn.transaction(f)
}

/// Waits for a lock in the middle of a transaction.
pub fn lock(conn: &mut Conn, what: Lock) -> Stored<()> {
    if let Conn::Pg(c) = conn {
        c.batch_execute(&format!("SELECT {}", Hold::Alone(what).sql()))?;
    }
    Ok(())
}

/// What may be done by one transaction at a time, over all servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Tallies and serials.
    Intake = 7_001,
    /// Reference data.
    Catalogue = 7_002,
    /// The order of the public ledger.
    Ledger = 7_003,
}

/// How a transaction holds a lock, on PostgreSQL. SQLite has one writer anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It does what the lock stands for, and nobody else.
    Alone(Lock),
    /// It keeps others from doing so; many may.
    Shared(Lock),
}

impl Hold {
    fn sql(self) -> String {
        match self {
            Self::Alone(lock) => format!("pg_advisory_xact_lock({})", lock as i64),
            Self::Shared(lock) => format!("pg_advisory_xact_lock_shared({})", lock as i64),
        }
    }
}

/// Runs a statement that both databases accept but that the derived connection
/// does not: `ON CONFLICT`.
#[derive(Debug, Clone, QueryId)]
pub(crate) struct Both<T>(pub T);

impl<T> QueryFragment<MultiBackend> for Both<T>
where
    T: QueryFragment<Pg> + QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, pass)
    }
}

impl<T: Query> Query for Both<T> {
    type SqlType = T::SqlType;
}

impl<T> RunQueryDsl<Conn> for Both<T> {}

/// What an insert into the counters does where there is one: it grows.
const ADDS: &str = "ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value";

/// Adds to a counter and returns its new value. The row's lock lasts until the transaction ends, so that what is decided by it has an order.
pub fn advance(conn: &mut Conn, name: &str, by: i64) -> Stored<i64> {
    Ok(Both(Advance { name: name.to_owned(), by }).get_result(conn)?)
}

/// Diesel would prepare its own upsert anew each time.
#[derive(Debug, Clone, QueryId)]
struct Advance {
    name: String,
    by: i64,
}

impl Query for Advance {
    type SqlType = BigInt;
}

impl<DB> QueryFragment<DB> for Advance
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt>,
    String: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO counters (name, value) VALUES (");
        out.push_bind_param::<Text, _>(&self.name)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.by)?;
        out.push_sql(") ");
        out.push_sql(ADDS);
        out.push_sql(" RETURNING value");
        Ok(())
    }
}

/// A counter's value; 0 when it was never advanced.
pub fn counter(conn: &mut Conn, name: &str) -> Stored<i64> {
    use schema::counters as c;
    Ok(c::table.find(name).select(c::value).first(conn).optional()?.unwrap_or(0))
}

/// Does the database answer?
pub fn ping(conn: &mut Conn) -> Stored<()> {
    diesel::sql_query("SELECT 1").execute(conn)?;
    Ok(())
}
