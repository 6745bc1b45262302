//! What a question asks for (support, advice): kept beside the words, so that it
//! is still counted when they are erased. Knows nothing of who chooses.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::batch::{Batch, Rows, row};
use super::counts::{self, Difference};
use super::schema::{feedback_topics as f, topic_counts as c};
use super::types::On;
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

/// The first kept count that is not what the rows say; its scope is the topic.
pub fn difference(conn: &mut Conn) -> Stored<Option<Difference>> {
    counts::difference_of(
        conn,
        "SELECT topic AS scope, received_on, n AS kept, 0 AS counted FROM topic_counts UNION ALL \
         SELECT t.topic, f.received_on, 0, 1 FROM feedback_topics AS t JOIN feedback AS f ON f.serial = t.serial WHERE f.kind = 'question' AND f.state <> 'sealed'",
    )
}
