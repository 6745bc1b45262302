//! Counts of opinions, live from the projection: classes that depend on the
//! day are decided by the day asked for, not by a job.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Untyped};

use super::feedback::Filter;
use super::schema::feedback as f;
use super::types::On;
use super::{Conn, Stored, broken};
use crate::domain::accounting::Counts;
use crate::domain::feedback::Class;
use crate::domain::time::Day;

/// Counts of the items that a filter chooses, on a day.
pub fn counts(conn: &mut Conn, filter: &Filter, today: Day) -> Stored<Counts> {
    // Both databases compare a day with its ISO text; the text is made from a `Day`, never from input.
    let passed = format!("COALESCE(due_on < '{today}', {})", no(conn));
    let out_late = format!("COALESCE(out_on > due_on, {})", no(conn));
    let by = format!("settled, paused, {passed}, {out_late}");
    let mut query = f::table
        .group_by(sql::<Untyped>(&by))
        .select(sql::<(Nullable<Text>, Bool, Bool, Bool, BigInt)>(&format!("{by}, COUNT(*)")))
        .into_boxed::<super::MultiBackend>();
    if let Some(field) = &filter.field {
        query = query.filter(f::field.eq(field));
    }
    if let Some(offices) = &filter.offices {
        query = query.filter(f::office.eq_any(offices));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(f::kind.eq(kind));
    }
    if let Some(respondent) = &filter.respondent {
        query = query.filter(f::respondent.eq(respondent));
    }
    if let Some(from) = filter.from {
        query = query.filter(f::received_on.ge(On(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(f::received_on.le(On(to)));
    }
    let rows: Vec<(Option<String>, bool, bool, bool, i64)> = query.load(conn)?;
    let mut counts = Counts::default();
    for (settled, paused, passed, out_late, n) in rows {
        let class = match settled {
            Some(class) => class.parse().map_err(broken)?,
            None if passed && !paused => Class::Overdue,
            None => Class::OpenInTime,
        };
        // Two days that stand for "before today or not" and "out after due or not".
        let due = if passed { today.plus(-1) } else { today };
        let out = if out_late { due.plus(1) } else { due };
        counts.add(class, Some(due), Some(out), today, u64::try_from(n).map_err(broken)?);
    }
    Ok(counts)
}

/// How the database writes "no".
fn no(conn: &Conn) -> &'static str {
    match conn {
        Conn::Pg(_) => "FALSE",
        Conn::Sqlite(_) => "0",
    }
}
