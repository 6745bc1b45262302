//! Mail that has to leave: a row written in the transaction that causes it,
//! claimed for a short lease, worked outside any transaction, finished in another.

use std::sync::LazyLock;

use diesel::prelude::*;
use serde_json::Value;

use super::batch::{Batch, Rows, row};
use super::schema::outbox as o;
use super::types::{At, Json};
use super::{Conn, Stored};
use crate::domain::time::Moment;

/// A row of the outbox. It names whom to write to, never an address.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id, from which the fixed Message-ID is made.
    pub id: i64,
    /// Which mail it is.
    pub kind: String,
    /// What the mail is about.
    pub payload: Value,
    /// When it was written.
    pub created_at: Moment,
    /// How often it was tried, this time included.
    pub attempts: i64,
    /// When it is tried next.
    pub run_at: Moment,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was finished.
    pub done_at: Option<Moment>,
    /// How it was finished: `sent`, `dropped`.
    pub outcome: Option<String>,
}

type Row = (i64, String, Json, At, i64, At, Option<String>, Option<At>, Option<String>);

fn read((id, kind, payload, created_at, attempts, run_at, last_error, done_at, outcome): Row) -> Message {
    Message { id, kind, payload: payload.0, created_at: created_at.0, attempts, run_at: run_at.0, last_error, done_at: done_at.map(|t| t.0), outcome }
}

/// A message to put in.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Which mail it is.
    pub kind: String,
    /// What makes it this one and no other.
    pub dedup: String,
    /// What the mail is about.
    pub payload: Value,
}

/// A new message as a row.
struct NewRow<'a> {
    dedup: &'a str,
    kind: &'a str,
    payload: &'a Value,
    created_at: At,
    attempts: i64,
    run_at: At,
}

row! { NewRow<'a>: dedup, kind, payload, created_at, attempts, run_at }

static PUT: LazyLock<Batch> = LazyLock::new(|| Batch::into::<NewRow<'_>>("outbox", "ON CONFLICT (dedup) DO NOTHING"));

/// Messages to put in as rows, tried from a moment on. The same `dedup` again puts nothing in.
pub fn rows(now: Moment, run_at: Moment, messages: &[NewMessage]) -> Rows<'_> {
    PUT.of(messages.iter().map(|NewMessage { kind, dedup, payload }| NewRow { dedup, kind, payload, created_at: At(now), attempts: 0, run_at: At(run_at) }))
}

/// Takes the next messages that are due, at most `limit`, for `lease` seconds.
pub fn claim(conn: &mut Conn, now: Moment, lease: i64, limit: i64) -> Stored<Vec<Message>> {
    let free = o::done_at.is_null().and(o::run_at.le(At(now))).and(o::locked_until.is_null().or(o::locked_until.lt(At(now))));
    let next = o::table.filter(free).order((o::run_at, o::id)).select(o::id).limit(limit);
    let ids: Vec<i64> = match conn {
        Conn::Pg(c) => next.for_update().skip_locked().load(c)?,
        // One writer at a time: the lock is the database.
        Conn::Sqlite(c) => next.load(c)?,
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let claimed = o::table.filter(o::id.eq_any(ids.clone()));
    diesel::update(claimed).set((o::locked_until.eq(Some(At(now.plus_seconds(lease)))), o::attempts.eq(o::attempts + 1))).execute(conn)?;
    let rows: Vec<Row> = o::table
        .filter(o::id.eq_any(ids))
        .order((o::run_at, o::id))
        .select((o::id, o::kind, o::payload, o::created_at, o::attempts, o::run_at, o::last_error, o::done_at, o::outcome))
        .load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// A message by its id, finished or not.
pub fn get(conn: &mut Conn, id: i64) -> Stored<Option<Message>> {
    let row: Option<Row> = o::table
        .find(id)
        .select((o::id, o::kind, o::payload, o::created_at, o::attempts, o::run_at, o::last_error, o::done_at, o::outcome))
        .first(conn)
        .optional()?;
    Ok(row.map(read))
}

/// Finishes messages, all with the same outcome.
pub fn finish(conn: &mut Conn, ids: &[i64], now: Moment, outcome: &str) -> Stored<()> {
    diesel::update(o::table.filter(o::id.eq_any(ids)))
        .set((o::done_at.eq(Some(At(now))), o::outcome.eq(Some(outcome)), o::locked_until.eq(None::<At>), o::last_error.eq(None::<String>)))
        .execute(conn)?;
    Ok(())
}

/// Puts a message off after a failure.
pub fn put_off(conn: &mut Conn, id: i64, until: Moment, why: &str) -> Stored<()> {
    diesel::update(o::table.find(id)).set((o::run_at.eq(At(until)), o::locked_until.eq(None::<At>), o::last_error.eq(Some(why)))).execute(conn)?;
    Ok(())
}

/// Finishes what has waited since before a moment, unsent: the old mail of a sample life.
pub fn close_before(conn: &mut Conn, at: Moment, now: Moment, outcome: &str) -> Stored<usize> {
    let old = o::table.filter(o::done_at.is_null()).filter(o::created_at.lt(At(at)));
    Ok(diesel::update(old).set((o::done_at.eq(Some(At(now))), o::outcome.eq(Some(outcome)), o::locked_until.eq(None::<At>))).execute(conn)?)
}

/// Which messages are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that failed and wait for the next try, or were refused for good.
    Failed,
    /// Those that wait, those that failed first.
    Waiting,
    /// Those that are finished, newest first.
    Done,
}

/// Messages, at most `limit`.
pub fn find(conn: &mut Conn, which: Which, limit: i64) -> Stored<Vec<Message>> {
    let all = o::table.limit(limit).select((o::id, o::kind, o::payload, o::created_at, o::attempts, o::run_at, o::last_error, o::done_at, o::outcome));
    let rows: Vec<Row> = match which {
        Which::Failed => all.filter(o::last_error.is_not_null().or(o::outcome.eq("refused"))).order(o::id.desc()).load(conn)?,
        Which::Waiting => return waiting(conn, limit),
        Which::Done => all.filter(o::done_at.is_not_null()).order(o::id.desc()).load(conn)?,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Puts a message up to be sent now, finished or not. Returns whether it could be: not while a server is at it.
pub fn again(conn: &mut Conn, id: i64, now: Moment) -> Stored<bool> {
    let free = o::table.find(id).filter(o::locked_until.is_null().or(o::locked_until.lt(At(now))));
    let changed = diesel::update(free)
        .set((o::done_at.eq(None::<At>), o::outcome.eq(None::<String>), o::locked_until.eq(None::<At>), o::run_at.eq(At(now))))
        .execute(conn)?;
    Ok(changed > 0)
}

/// Messages that wait, those that failed first.
pub fn waiting(conn: &mut Conn, limit: i64) -> Stored<Vec<Message>> {
    let rows: Vec<Row> = o::table
        .filter(o::done_at.is_null())
        .order((o::attempts.desc(), o::id))
        .limit(limit)
        .select((o::id, o::kind, o::payload, o::created_at, o::attempts, o::run_at, o::last_error, o::done_at, o::outcome))
        .load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// How many wait, and how many of those failed at least once.
pub fn backlog(conn: &mut Conn) -> Stored<(i64, i64)> {
    let waiting = o::table.filter(o::done_at.is_null()).count().get_result(conn)?;
    let failing = o::table.filter(o::done_at.is_null()).filter(o::last_error.is_not_null()).count().get_result(conn)?;
    Ok((waiting, failing))
}
