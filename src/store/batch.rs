//! Many rows at once, by statements that stay prepared whatever the number of
//! rows; Diesel's own batches are built and prepared anew each time. PostgreSQL
//! is a journey away, so all rows go in one message. SQLite is in this process:
//! a row at a time.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{pg::Pg, sqlite::Sqlite};
use serde::Serialize;
use serde_json::Value;

use super::{Conn, Stored, broken};

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holds {
    /// Words.
    Words,
    /// A uuid.
    Id,
    /// A day, as ISO 8601.
    Day,
    /// A moment, as ISO 8601.
    Moment,
    /// A whole number.
    Number,
    /// True or false.
    Flag,
    /// A JSON object or array.
    Document,
}

/// An insert of any number of rows. A row is anything that becomes a JSON array.
#[derive(Debug)]
pub(super) struct Batch {
    /// The words before and after the one parameter, a JSON array of rows.
    pg: (String, String),
    /// The words before and after the parameters, one for each column.
    sqlite: (String, String),
}

impl Batch {
    /// Rows with these columns, in this order, into a table. `conflict` is the
    /// clause for rows that are there already, or empty.
    pub(super) fn into(table: &str, columns: &[(&str, Holds)], conflict: &str) -> Self {
        let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let values = columns.iter().enumerate().map(|(at, (_, holds))| holds.read(at)).collect::<Vec<_>>().join(", ");
        Self {
            pg: (format!("INSERT INTO {table} ({names}) SELECT {values} FROM jsonb_array_elements("), format!("::jsonb) {conflict}")),
            sqlite: (format!("INSERT INTO {table} ({names}) VALUES ("), format!(") {conflict}")),
        }
    }

    /// Writes rows.
    pub(super) fn write(&self, conn: &mut Conn, rows: &[impl Serialize]) -> Stored<()> {
        match conn {
            Conn::Pg(c) => {
                for rows in rows.chunks(500) {
                    All { words: &self.pg, rows: serde_json::to_string(rows).map_err(broken)? }.execute(c)?;
                }
            }
            Conn::Sqlite(c) => {
                for row in rows {
                    let Value::Array(values) = serde_json::to_value(row).map_err(broken)? else { return Err(broken("a row is an array")) };
                    One { words: &self.sqlite, cells: values.into_iter().map(Cell::from).collect() }.execute(c)?;
                }
            }
        }
        Ok(())
    }
}

impl Holds {
    /// Its value in an array that PostgreSQL unpacks.
    fn read(self, at: usize) -> String {
        match self {
            Self::Words => format!("value ->> {at}"),
            Self::Id => format!("(value ->> {at})::uuid"),
            Self::Day => format!("(value ->> {at})::date"),
            Self::Moment => format!("(value ->> {at})::timestamptz"),
            Self::Number => format!("(value ->> {at})::bigint"),
            Self::Flag => format!("(value ->> {at})::boolean"),
            Self::Document => format!("NULLIF(value -> {at}, 'null')"),
        }
    }
}

/// All rows for PostgreSQL.
struct All<'a> {
    words: &'a (String, String),
    rows: String,
}

impl QueryFragment<Pg> for All<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&self.words.0);
        out.push_bind_param::<Text, _>(&self.rows)?;
        out.push_sql(&self.words.1);
        Ok(())
    }
}

/// One row for SQLite.
struct One<'a> {
    words: &'a (String, String),
    cells: Vec<Cell>,
}

/// What SQLite keeps: a uuid, a day and a document are words there.
enum Cell {
    Words(String),
    Number(i64),
    Nothing(Option<String>),
}

impl From<Value> for Cell {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Nothing(None),
            Value::Bool(flag) => Self::Number(i64::from(flag)),
            Value::Number(number) => number.as_i64().map_or(Self::Nothing(None), Self::Number),
            Value::String(words) => Self::Words(words),
            document @ (Value::Array(_) | Value::Object(_)) => Self::Words(document.to_string()),
        }
    }
}

impl QueryFragment<Sqlite> for One<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(&self.words.0);
        for (at, cell) in self.cells.iter().enumerate() {
            if at > 0 {
                out.push_sql(", ");
            }
            match cell {
                Cell::Words(words) => out.push_bind_param::<Text, _>(words)?,
                Cell::Number(number) => out.push_bind_param::<BigInt, _>(number)?,
                Cell::Nothing(nothing) => out.push_bind_param::<Nullable<Text>, _>(nothing)?,
            }
        }
        out.push_sql(&self.words.1);
        Ok(())
    }
}

macro_rules! told_apart_by_its_words {
    ($statement:ident) => {
        impl QueryId for $statement<'_> {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
        impl<C> RunQueryDsl<C> for $statement<'_> {}
    };
}
told_apart_by_its_words!(All);
told_apart_by_its_words!(One);
