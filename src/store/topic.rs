//! What a question asks for (support, advice): kept beside the words, so that it
//! is still counted when they are erased. Knows nothing of who chooses.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::batch::{Batch, Rows, row};
use super::schema::{feedback_topics as f, topic_counts as c};
use super::types::{CalendarDay, On};
use super::{Conn, Stored, broken};
use crate::domain::time::Day;
use crate::domain::words::{Serial, Topic};

struct Row {
    serial: i64,
    topic: &'static str,
}

row! { Row: serial, topic }

static INSERT: LazyLock<Batch> = LazyLock::new(|| Batch::into::<Row>("feedback_topics", ""));

/// Topics of new items as rows.
pub(super) fn rows(topics: impl IntoIterator<Item = (Serial, Topic)>) -> Rows<'static> {
    INSERT.of(topics.into_iter().map(|(serial, topic)| Row { serial: serial.0, topic: topic.as_str() }))
}

/// What an item asks for.
pub fn of(conn: &mut Conn, serial: Serial) -> Stored<Option<Topic>> {
    let topic: Option<String> = f::table.find(serial.0).select(f::topic).first(conn).optional()?;
    topic.map(|topic| topic.parse().map_err(broken)).transpose()
}

/// Corrects what an item asks for.
pub fn set(conn: &mut Conn, serial: Serial, topic: Option<Topic>) -> Stored<()> {
    diesel::delete(f::table.find(serial.0)).execute(conn)?;
    if let Some(topic) = topic {
        diesel::insert_into(f::table).values((f::serial.eq(serial.0), f::topic.eq(topic.as_str()))).execute(conn)?;
    }
    Ok(())
}

/// How many questions ask for each topic, received in a term: from counts that the database keeps with every change.
pub fn counts(conn: &mut Conn, from: Option<Day>, to: Option<Day>) -> Stored<BTreeMap<Topic, i64>> {
    let mut query = c::table.group_by(c::topic).select((c::topic, diesel::dsl::sql::<BigInt>("CAST(SUM(n) AS BIGINT)"))).into_boxed::<super::MultiBackend>();
    if let Some(from) = from {
        query = query.filter(c::received_on.ge(On(from)));
    }
    if let Some(to) = to {
        query = query.filter(c::received_on.le(On(to)));
    }
    let rows: Vec<(String, i64)> = query.load(conn)?;
    rows.into_iter().filter(|(_, n)| *n != 0).map(|(topic, n)| Ok((topic.parse().map_err(broken)?, n))).collect()
}

/// The first kept count that is not what the rows say: its topic and day, kept and counted again.
pub fn difference(conn: &mut Conn) -> Stored<Option<(String, Day, i64, i64)>> {
    let query = "SELECT topic, received_on, CAST(SUM(kept) AS BIGINT) AS kept, CAST(SUM(counted) AS BIGINT) AS counted FROM \
         (SELECT topic, received_on, n AS kept, 0 AS counted FROM topic_counts \
          UNION ALL SELECT t.topic, f.received_on, 0, 1 FROM feedback_topics AS t JOIN feedback AS f ON f.serial = t.serial WHERE f.kind = 'question' AND f.state <> 'sealed') AS cells \
         GROUP BY topic, received_on HAVING SUM(kept) <> SUM(counted) ORDER BY 1, 2 LIMIT 1";
    let found: Option<Difference> = diesel::sql_query(query).get_result(conn).optional()?;
    Ok(found.map(|d| (d.topic, d.received_on.0, d.kept, d.counted)))
}

#[derive(QueryableByName)]
struct Difference {
    #[diesel(sql_type = Text)]
    topic: String,
    #[diesel(sql_type = CalendarDay)]
    received_on: On,
    #[diesel(sql_type = BigInt)]
    kept: i64,
    #[diesel(sql_type = BigInt)]
    counted: i64,
}
