//! What a batch of the intake begins with and what it counts on: the reference
//! data in force, the numbers to go on from, and what is stored already of what
//! was sent. One question where nothing is, because PostgreSQL is a journey away.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel::sqlite::Sqlite;
use uuid::Uuid;

use super::batch::{Batch, Rows, row};
use super::catalogue::{DAY, VERSION};
use super::tally::{CHANGES, Marks};
use super::types::{CalendarDay, Id, Key, On};
use super::{ADDS, Conn, Stored, counter};
use crate::domain::time::{Day, Moment};

/// The counter of the public numbers.
const SERIAL: &str = "serial";

/// What a batch begins with.
#[derive(Debug)]
pub struct Opening {
    /// The version of the reference data.
    pub version: i64,
    /// Since when the last day runs that something was told of.
    pub day: Moment,
    /// What is stored already of the submissions that were asked for, by the hash of the receipt code.
    pub earlier: HashMap<String, Earlier>,
    /// The last public number that was given.
    serial: i64,
    /// Where the tallies were left.
    mark: i64,
}

/// What a submission that is stored already left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earlier {
    /// Its response.
    pub response_id: Option<Uuid>,
    /// Its opinion and the first deadline.
    pub feedback: Option<(i64, Option<Day>)>,
}

/// What a batch begins with. `said` are the hashes of all receipt codes, to look for opinions; `rated`
/// those to look for responses as well, where the database would not refuse a second one by itself. Asked
/// under [`super::Lock::Intake`]: nobody else moves the numbers and the mark until the transaction ends.
pub fn open(conn: &mut Conn, rated: &[&str], said: &[&str]) -> Stored<Opening> {
    let rows = match conn {
        Conn::Pg(c) => Asked::<true>(&owned(rated), &owned(said)).load(c)?,
        Conn::Sqlite(c) => {
            let counters: Vec<FoundRow> = Count.load(c)?;
            counters.into_iter().chain(one_by_one(c, rated, said)?).collect()
        }
    };
    let (counters, stored): (Vec<FoundRow>, Vec<FoundRow>) = rows.into_iter().partition(|(name, ..)| COUNTERS.contains(&name.as_str()));
    let value = |wanted: &str| counters.iter().find(|(name, ..)| name == wanted).and_then(|(_, _, value, _)| *value).unwrap_or(0);
    // Of what is stored, all is to be known.
    let known: Vec<&str> = stored.iter().map(|(hash, ..)| hash.as_str()).collect();
    let earlier = if known.is_empty() { HashMap::new() } else { earlier(conn, &known)? };
    Ok(Opening { version: value(VERSION), day: Moment::from_micros(value(DAY)), earlier, serial: value(SERIAL), mark: value(CHANGES) })
}

/// The last public number that was given; 0 before the first.
pub fn last_number(conn: &mut Conn) -> Stored<i64> {
    counter(conn, SERIAL)
}

/// What is stored already of the submissions with these hashes of receipt codes, by hash.
pub fn earlier(conn: &mut Conn, hashes: &[&str]) -> Stored<HashMap<String, Earlier>> {
    Ok(found(match conn {
        Conn::Pg(c) => {
            let hashes = owned(hashes);
            Asked::<false>(&hashes, &hashes).load(c)?
        }
        Conn::Sqlite(c) => one_by_one(c, hashes, hashes)?,
    }))
}

/// How a batch moves the counters: written with the rest of it.
#[derive(Debug)]
pub struct Moved {
    /// The public numbers of its opinions. Numbers have no gap: the transaction uses all of them or fails.
    pub serials: RangeInclusive<i64>,
    /// The tallies before and after.
    pub marks: Marks,
}

impl Opening {
    /// For so many opinions and a change of tallies.
    pub fn moved(&self, opinions: i64) -> Moved {
        Moved { serials: self.serial + 1..=self.serial + opinions, marks: Marks::after(self.mark) }
    }
}

/// A counter as a row: by how much it grows.
struct Step {
    name: &'static str,
    value: i64,
}

row! { Step: name, value }

static MOVE: LazyLock<Batch> = LazyLock::new(|| Batch::into::<Step>("counters", ADDS));

impl Moved {
    /// As rows.
    pub fn rows(&self) -> Rows<'static> {
        let Marks { before, after } = self.marks;
        let serials = Step { name: SERIAL, value: self.serials.end() - self.serials.start() + 1 };
        MOVE.of([Step { name: CHANGES, value: after - before }].into_iter().chain((serials.value > 0).then_some(serials)))
    }
}

/// Hash, response, serial, first deadline; or the name of a counter, and its value for a serial.
type FoundRow = (String, Option<Key>, Option<i64>, Option<On>);

fn found(rows: Vec<FoundRow>) -> HashMap<String, Earlier> {
    let mut found: HashMap<String, Earlier> = HashMap::new();
    for (hash, response, serial, due) in rows {
        let earlier = found.entry(hash).or_default();
        earlier.response_id = earlier.response_id.or(response.map(|id| id.0));
        earlier.feedback = earlier.feedback.or(serial.map(|serial| (serial, due.map(|d| d.0))));
    }
    found
}

fn owned(hashes: &[&str]) -> Vec<String> {
    hashes.iter().map(|hash| (*hash).to_owned()).collect()
}

/// A list would be a table of its own in SQLite, made for each batch.
fn one_by_one(conn: &mut SqliteConnection, rated: &[&str], said: &[&str]) -> QueryResult<Vec<FoundRow>> {
    let mut found = Vec::new();
    for hash in rated {
        found.extend(One::<0>(hash).load::<FoundRow>(conn)?);
    }
    for hash in said {
        found.extend(One::<1>(hash).load::<FoundRow>(conn)?);
    }
    Ok(found)
}

type FoundSql = (Text, Nullable<Id>, Nullable<BigInt>, Nullable<CalendarDay>);

/// Each followed by what the hash is. What was sealed when it came had no deadline then, whatever became of it.
const EARLIER: [&str; 2] = [
    "SELECT r.receipt_hash, r.id, NULL, NULL FROM responses AS r WHERE r.receipt_hash ",
    "SELECT f.receipt_hash, NULL, f.serial, CASE WHEN s.serial IS NULL THEN f.first_due_on END \
     FROM feedback AS f LEFT JOIN sealed_intakes AS s ON s.serial = f.serial WHERE f.receipt_hash ",
];

/// What is stored, and the counters if they are asked for, in one statement that
/// stays prepared. Holds the hashes to look for among responses, and among opinions.
struct Asked<'a, const COUNTED: bool>(&'a [String], &'a [String]);

impl<const COUNTED: bool> QueryId for Asked<'_, COUNTED> {
    type QueryId = Asked<'static, COUNTED>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const COUNTED: bool> Query for Asked<'_, COUNTED> {
    type SqlType = FoundSql;
}

impl<C, const COUNTED: bool> RunQueryDsl<C> for Asked<'_, COUNTED> {}

impl<const COUNTED: bool> QueryFragment<Pg> for Asked<'_, COUNTED> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let [rated, said] = EARLIER;
        for (union, select, hashes) in [("", rated, self.0), (" UNION ALL ", said, self.1)] {
            out.push_sql(union);
            out.push_sql(select);
            out.push_sql("= ANY (");
            out.push_bind_param::<Array<Text>, [String]>(hashes)?;
            out.push_sql(")");
        }
        // Last: a column that begins with nothing twice would be words.
        if COUNTED {
            out.push_sql(" UNION ALL ");
            Count.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}

/// What is stored under one hash, in a place of [`EARLIER`].
struct One<'a, const PLACE: usize>(&'a str);

impl<const PLACE: usize> QueryId for One<'_, PLACE> {
    type QueryId = One<'static, PLACE>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const PLACE: usize> Query for One<'_, PLACE> {
    type SqlType = FoundSql;
}

impl<C, const PLACE: usize> RunQueryDsl<C> for One<'_, PLACE> {}

impl<const PLACE: usize> QueryFragment<Sqlite> for One<'_, PLACE> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(EARLIER.get(PLACE).copied().unwrap_or_default());
        out.push_sql("= ");
        out.push_bind_param::<Text, str>(self.0)
    }
}

/// No hash is so short.
const COUNTERS: [&str; 4] = [VERSION, DAY, CHANGES, SERIAL];

/// The counters, in the form of what is stored.
#[derive(QueryId)]
struct Count;

impl Query for Count {
    type SqlType = FoundSql;
}

impl<C> RunQueryDsl<C> for Count {}

impl<DB: Backend> QueryFragment<DB> for Count {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT c.name, NULL, c.value, NULL FROM counters AS c WHERE c.name IN (");
        for (at, name) in COUNTERS.into_iter().enumerate() {
            out.push_sql(if at > 0 { ", '" } else { "'" });
            out.push_sql(name);
            out.push_sql("'");
        }
        out.push_sql(")");
        Ok(())
    }
}
