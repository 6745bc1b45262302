//! Presses (đôn đốc): who asked from above that an opinion be answered, and when.

use std::collections::BTreeMap;

use diesel::IntoSql;
use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use uuid::Uuid;

use super::counts::{self, Difference, scopes};
use super::list::{Filter, received};
use super::schema::{feedback, feedback_presses as p, press_counts as c};
use super::types::{Key, On};
use super::{Conn, StoreError, Stored};
use crate::domain::feedback::State;
use crate::domain::time::Day;
use crate::domain::words::Serial;

/// A press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// Its id.
    pub id: i64,
    /// Who pressed.
    pub officer: Uuid,
    /// The day.
    pub on: Day,
    /// Words for the desk; may be empty.
    pub words: String,
}

/// Adds a press and returns its id; none where the same person pressed the item on that day already.
pub fn add(conn: &mut Conn, serial: Serial, officer: Uuid, on: Day, words: &str) -> Stored<Option<i64>> {
    let row = (p::serial.eq(serial.0), p::officer.eq(Key(officer)), p::pressed_on.eq(On(on)), p::words.eq(words));
    match diesel::insert_into(p::table).values(row).returning(p::id).get_result(conn).map_err(StoreError::from) {
        Ok(id) => Ok(Some(id)),
        Err(StoreError::Duplicate(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

type Row = (i64, Key, On, String);
type Columns = (p::id, p::officer, p::pressed_on, p::words);
const COLUMNS: Columns = (p::id, p::officer, p::pressed_on, p::words);

fn read((id, officer, on, words): Row) -> Press {
    Press { id, officer: officer.0, on: on.0, words }
}

/// A press by its id.
pub fn get(conn: &mut Conn, id: i64) -> Stored<Option<Press>> {
    let row: Option<Row> = p::table.find(id).select(COLUMNS).first(conn).optional()?;
    Ok(row.map(read))
}

/// The presses of an item, oldest first.
pub fn of(conn: &mut Conn, serial: Serial) -> Stored<Vec<Press>> {
    let rows: Vec<Row> = p::table.filter(p::serial.eq(serial.0)).order(p::id).select(COLUMNS).load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// How often each of these items was pressed; those that never were are not named.
pub fn counts(conn: &mut Conn, serials: &[Serial]) -> Stored<BTreeMap<Serial, u64>> {
    let serials = super::feedback::numbers(serials);
    let rows: Vec<(i64, i64)> = p::table.filter(p::serial.eq_any(serials)).group_by(p::serial).select((p::serial, diesel::dsl::count_star())).load(conn)?;
    Ok(rows.into_iter().map(|(serial, n)| (Serial(serial), n.unsigned_abs())).collect())
}

/// How often the items that a filter over fields, offices, respondents and days chooses were pressed. Sealed ones have
/// no place in it. From counts that the database keeps with every change where the question has one, else from the rows.
pub fn count(conn: &mut Conn, filter: &Filter) -> Stored<u64> {
    let n: i64 = match scopes(filter) {
        Some(scopes) => {
            let mut query =
                c::table.filter(c::scope.eq_any(scopes)).select(sql::<BigInt>("CAST(COALESCE(SUM(n), 0) AS BIGINT)")).into_boxed::<super::MultiBackend>();
            if let Some(from) = filter.from {
                query = query.filter(c::received_on.ge(On(from)));
            }
            if let Some(to) = filter.to {
                query = query.filter(c::received_on.le(On(to)));
            }
            query.get_result(conn)?
        }
        None => of_rows(conn, filter)?,
    };
    Ok(n.unsigned_abs())
}

/// From the rows: from press to item and never the other way, for there are few presses, and as many items as years bring.
fn of_rows(conn: &mut Conn, filter: &Filter) -> Stored<i64> {
    use feedback as f;
    let any = |nothing: bool| nothing.into_sql::<Bool>();
    let (field, offices) = (filter.field.as_deref().unwrap_or_default(), filter.offices.clone().unwrap_or_default());
    let respondent = filter.respondent.as_deref().unwrap_or_default();
    let chosen = f::table
        .filter(f::serial.eq(p::serial))
        .filter(f::state.ne(State::Sealed.as_str()))
        .filter(any(filter.field.is_none()).or(f::field.eq(field)))
        .filter(any(filter.offices.is_none()).or(f::office.eq_any(offices)))
        .filter(any(filter.respondent.is_none()).or(f::respondent.eq(respondent)))
        .filter(received(filter.from, filter.to));
    Ok(p::table.filter(exists(chosen)).count().get_result(conn)?)
}

/// The first kept count that is not what the rows say.
pub fn difference(conn: &mut Conn) -> Stored<Option<Difference>> {
    let again = ["'all'", "'field:' || f.field", "'office:' || f.office", "'respondent:' || f.respondent"].map(|scope| {
        format!("SELECT {scope} AS scope, f.received_on, 0 AS kept, 1 AS counted FROM feedback_presses AS p JOIN feedback AS f ON f.serial = p.serial WHERE f.state <> 'sealed'")
    });
    let kept = "SELECT scope, received_on, n AS kept, 0 AS counted FROM press_counts";
    counts::difference_of(conn, &format!("{kept} UNION ALL {}", again.join(" UNION ALL ")))
}
