//! Who did what, when: one line for every action, never changed.

use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::schema::audit as a;
use super::types::{At, Json, Key};
use super::{Conn, Stored};
use crate::domain::time::Moment;

/// A line of the audit.
#[derive(Debug, Clone)]
pub struct Line {
    /// When.
    pub at: Moment,
    /// Who; none for the service itself and for senders.
    pub officer: Option<Uuid>,
    /// What: a verb, as `feedback.take`.
    pub action: String,
    /// To what: `HD-001158`, `office:31507`.
    pub subject: String,
    /// More, without personal data.
    pub detail: Value,
}

/// Writes a line.
pub fn write(conn: &mut Conn, at: Moment, officer: Option<Uuid>, action: &str, subject: &str, detail: Value) -> Stored<()> {
    diesel::insert_into(a::table)
        .values((a::at.eq(At(at)), a::officer.eq(officer.map(Key)), a::action.eq(action), a::subject.eq(subject), a::detail.eq(Json(detail))))
        .execute(conn)?;
    Ok(())
}

/// The last lines about a subject, or about everything, newest first.
pub fn lines(conn: &mut Conn, subject: Option<&str>, limit: i64) -> Stored<Vec<Line>> {
    let mut query = a::table.into_boxed::<super::MultiBackend>();
    if let Some(subject) = subject {
        query = query.filter(a::subject.eq(subject));
    }
    let rows: Vec<(At, Option<Key>, String, String, Json)> =
        query.order(a::id.desc()).limit(limit).select((a::at, a::officer, a::action, a::subject, a::detail)).load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(at, officer, action, subject, detail)| Line { at: at.0, officer: officer.map(|k| k.0), action, subject, detail: detail.0 })
        .collect())
}

/// Which lines are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Of this person.
    pub officer: Option<Uuid>,
    /// Of this verb.
    pub action: Option<String>,
    /// About this.
    pub subject: Option<String>,
    /// From this moment on.
    pub from: Option<Moment>,
    /// Before this moment.
    pub until: Option<Moment>,
}

/// Lines with their ids, newest first, below an id.
pub fn search(conn: &mut Conn, search: &Search, below: Option<i64>, limit: i64) -> Stored<Vec<(i64, Line)>> {
    let mut query = a::table.into_boxed::<super::MultiBackend>();
    if let Some(officer) = search.officer {
        query = query.filter(a::officer.eq(Some(Key(officer))));
    }
    if let Some(action) = &search.action {
        query = query.filter(a::action.eq(action));
    }
    if let Some(subject) = &search.subject {
        query = query.filter(a::subject.eq(subject));
    }
    if let Some(from) = search.from {
        query = query.filter(a::at.ge(At(from)));
    }
    if let Some(until) = search.until {
        query = query.filter(a::at.lt(At(until)));
    }
    if let Some(below) = below {
        query = query.filter(a::id.lt(below));
    }
    type Row = (i64, At, Option<Key>, String, String, Json);
    let rows: Vec<Row> = query.order(a::id.desc()).limit(limit).select((a::id, a::at, a::officer, a::action, a::subject, a::detail)).load(conn)?;
    let read = |(id, at, officer, action, subject, detail): Row| (id, Line { at: at.0, officer: officer.map(|k: Key| k.0), action, subject, detail: detail.0 });
    Ok(rows.into_iter().map(read).collect())
}
