//! Counts of opinions, live: from the counts that the database keeps with every
//! change where the question has one, else from the rows. Classes that depend
//! on the day are decided by the day asked for, not by a job.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Untyped};

use super::list::Filter;
use super::schema::{feedback as f, feedback_counts as c};
use super::types::On;
use super::{Conn, Stored, broken};
use crate::domain::accounting::{Beside, Counts};
use crate::domain::feedback::Class;
use crate::domain::time::Day;

/// Settled class, paused, deadline passed, out after the deadline, what stands beside, how many.
type Group = (Option<String>, bool, bool, bool, String, i64);

/// Counts of the items that a filter chooses, on a day.
pub fn counts(conn: &mut Conn, filter: &Filter, today: Day) -> Stored<Counts> {
    let groups = match scopes(filter) {
        Some(scopes) => kept(conn, &scopes, filter, today)?,
        None => of_rows(conn, filter, today)?,
    };
    let mut counts = Counts::default();
    for (settled, paused, passed, out_late, beside, n) in groups {
        let class = match settled {
            Some(class) => class.parse().map_err(broken)?,
            None if passed && !paused => Class::Overdue,
            None => Class::OpenInTime,
        };
        // Two days that stand for "before today or not" and "out after due or not".
        let due = if passed { today.plus(-1) } else { today };
        let out = if out_late { due.plus(1) } else { due };
        let n = u64::try_from(n).map_err(broken)?;
        counts.add(class, Some(due), Some(out), today, n);
        counts.add_beside(class, read_beside(&beside)?, n);
    }
    Ok(counts)
}

/// What stands beside the class, as the migration "beside" writes it into each cell.
fn read_beside(text: &str) -> Stored<Beside> {
    let mut parts = text.split(':');
    let mut next = || parts.next().unwrap_or_default();
    let (reply, grouped, within_first, forwards, appeal) = (next(), next(), next(), next(), next());
    Ok(Beside {
        reply: word(reply)?,
        grouped: grouped == "1",
        within_first: within_first == "1",
        forwards: forwards.parse().map_err(broken)?,
        appeal: word(appeal)?,
    })
}

fn word<T: std::str::FromStr<Err = crate::domain::error::UnknownWord>>(text: &str) -> Stored<Option<T>> {
    (!text.is_empty()).then(|| text.parse().map_err(broken)).transpose()
}

/// The same of a row of `feedback`.
fn beside_of_row(conn: &Conn) -> &'static str {
    match conn {
        Conn::Pg(_) => {
            "COALESCE(reply, '') || ':' || grouped::int || ':' || COALESCE(answered_on <= first_due_on, FALSE)::int || ':' || LEAST(forwards, 2) || ':' || COALESCE(appeal, '')"
        }
        Conn::Sqlite(_) => {
            "COALESCE(reply, '') || ':' || grouped || ':' || COALESCE(answered_on <= first_due_on, 0) || ':' || MIN(forwards, 2) || ':' || COALESCE(appeal, '')"
        }
    }
}

/// The scopes whose kept counts add up to what is asked for, if there are such.
pub(super) fn scopes(filter: &Filter) -> Option<Vec<String>> {
    match (&filter.field, &filter.offices, &filter.respondent, &filter.kind) {
        (None, None, None, None) => Some(vec!["all".to_owned()]),
        (Some(field), None, None, None) => Some(vec![format!("field:{field}")]),
        (None, Some(offices), None, None) => Some(offices.iter().map(|office| format!("office:{office}")).collect()),
        (None, None, Some(respondent), None) => Some(vec![format!("respondent:{respondent}")]),
        _ => None,
    }
}

/// From `feedback_counts`: as fast with a million items as with a hundred.
fn kept(conn: &mut Conn, scopes: &[String], filter: &Filter, today: Day) -> Stored<Vec<Group>> {
    // The text is made from a `Day`, never from input.
    let by = format!("NULLIF(settled, ''), paused, (due_on <> '' AND due_on < '{today}'), late, beside");
    let mut query = c::table
        .filter(c::scope.eq_any(scopes))
        .group_by(sql::<Untyped>(&by))
        .select(sql::<(Nullable<Text>, Bool, Bool, Bool, Text, BigInt)>(&format!("{by}, CAST(SUM(n) AS BIGINT)")))
        .into_boxed::<super::MultiBackend>();
    if let Some(from) = filter.from {
        query = query.filter(c::received_on.ge(On(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(c::received_on.le(On(to)));
    }
    Ok(query.load(conn)?)
}

/// From the rows themselves.
fn of_rows(conn: &mut Conn, filter: &Filter, today: Day) -> Stored<Vec<Group>> {
    // Both databases compare a day with its ISO text; the text is made from a `Day`, never from input.
    let passed = format!("COALESCE(due_on < '{today}', {})", no(conn));
    let out_late = format!("COALESCE(out_on > due_on, {})", no(conn));
    let by = format!("settled, paused, {passed}, {out_late}, {}", beside_of_row(conn));
    let mut query = f::table
        .group_by(sql::<Untyped>(&by))
        .select(sql::<(Nullable<Text>, Bool, Bool, Bool, Text, BigInt)>(&format!("{by}, COUNT(*)")))
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
    Ok(query.load(conn)?)
}

/// The first kept count that is not what the rows say.
pub fn difference(conn: &mut Conn) -> Stored<Option<Difference>> {
    let (due_on, late) = match conn {
        Conn::Pg(_) => ("COALESCE(to_char(due_on, 'YYYY-MM-DD'), '')", "COALESCE(out_on > due_on, FALSE)"),
        Conn::Sqlite(_) => ("COALESCE(due_on, '')", "COALESCE(out_on > due_on, 0)"),
    };
    let beside = beside_of_row(conn);
    let again = ["'all'", "'field:' || field", "'office:' || office", "'respondent:' || respondent"].map(|scope| {
        format!("SELECT {scope} AS scope, received_on, COALESCE(settled, '') AS settled, paused, {due_on} AS due_on, {late} AS late, {beside} AS beside, 0 AS kept, 1 AS counted FROM feedback")
    });
    let kept = "SELECT scope, received_on, settled, paused, due_on, late, beside, n AS kept, 0 AS counted FROM feedback_counts";
    first_difference(conn, &format!("{kept} UNION ALL {}", again.join(" UNION ALL ")), ", settled, paused, due_on, late, beside")
}

/// The first kept count of others that are kept by scope and day. `cells`: a query for `scope`, `received_on`, `kept` and
/// `counted`, where what is kept stands once and each row that is counted again stands for itself.
pub(super) fn difference_of(conn: &mut Conn, cells: &str) -> Stored<Option<Difference>> {
    first_difference(conn, cells, "")
}

fn first_difference(conn: &mut Conn, cells: &str, by: &str) -> Stored<Option<Difference>> {
    let query = format!(
        "SELECT scope, received_on, CAST(SUM(kept) AS BIGINT) AS kept, CAST(SUM(counted) AS BIGINT) AS counted FROM ({cells}) AS cells \
         WHERE scope IS NOT NULL GROUP BY scope, received_on{by} HAVING SUM(kept) <> SUM(counted) ORDER BY 1, 2 LIMIT 1"
    );
    let found: Option<Found> = diesel::sql_query(query).get_result(conn).optional()?;
    Ok(found.map(|found| Difference { scope: found.scope, received_on: found.received_on.0, kept: found.kept, counted: found.counted }))
}

/// A kept count that is not what the rows say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it counts.
    pub scope: String,
    /// The day on which the opinions were received.
    pub received_on: Day,
    /// What is kept.
    pub kept: i64,
    /// What is counted again.
    pub counted: i64,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    scope: String,
    #[diesel(sql_type = super::types::CalendarDay)]
    received_on: On,
    #[diesel(sql_type = BigInt)]
    kept: i64,
    #[diesel(sql_type = BigInt)]
    counted: i64,
}

/// How the database writes "no".
fn no(conn: &Conn) -> &'static str {
    match conn {
        Conn::Pg(_) => "FALSE",
        Conn::Sqlite(_) => "0",
    }
}
