//! Many rows at once, by statements that stay prepared whatever the number of
//! rows; Diesel's own batches are built and prepared anew each time. PostgreSQL
//! is a journey away, so all rows go in one message, and the table itself says
//! what each value is. SQLite is in this process: a row at a time. Knows no
//! table.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde_json::Value;

use super::{Conn, StoreError, Stored, broken};

/// An insert of any number of rows. A row is anything that becomes a JSON
/// object; a column that it has no value for is NULL.
#[derive(Debug)]
pub(super) struct Batch {
    columns: &'static [&'static str],
    /// The words before and after the one parameter, a JSON array of rows.
    pg: (String, String),
    /// The words before and after the parameters, one for each column.
    sqlite: (String, String),
}

impl Batch {
    /// Rows with these columns into a table. `conflict` is the clause for rows
    /// that are there already, or empty.
    pub(super) fn into(table: &str, columns: &'static [&'static str], conflict: &str) -> Self {
        let names = columns.join(", ");
        Self {
            columns,
            pg: (format!("INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, "), format!("::jsonb) {conflict}")),
            sqlite: (format!("INSERT INTO {table} ({names}) VALUES ("), format!(") {conflict}")),
        }
    }

    /// Writes rows.
    pub(super) fn write(&self, conn: &mut Conn, rows: &[impl Serialize]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        match conn {
            Conn::Pg(c) => {
                All { words: &self.pg, rows: serde_json::to_string(rows).map_err(broken)? }.execute(c)?;
            }
            Conn::Sqlite(c) => {
                for row in rows {
                    let Value::Object(mut row) = serde_json::to_value(row).map_err(broken)? else { return Err(broken("a row is an object")) };
                    let cells = self.columns.iter().map(|column| Cell::try_from(row.remove(*column).unwrap_or_default())).collect::<Stored<_>>()?;
                    One { words: &self.sqlite, cells }.execute(c)?;
                }
            }
        }
        Ok(())
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
    Words(Option<String>),
    Number(i64),
}

impl TryFrom<Value> for Cell {
    type Error = StoreError;

    fn try_from(value: Value) -> Stored<Self> {
        Ok(match value {
            Value::Null => Self::Words(None),
            Value::Bool(flag) => Self::Number(i64::from(flag)),
            Value::Number(number) => Self::Number(number.as_i64().ok_or_else(|| broken(format!("{number} has no column")))?),
            Value::String(words) => Self::Words(Some(words)),
            document @ (Value::Array(_) | Value::Object(_)) => Self::Words(Some(document.to_string())),
        })
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
                Cell::Words(words) => out.push_bind_param::<Nullable<Text>, _>(words)?,
                Cell::Number(number) => out.push_bind_param::<BigInt, _>(number)?,
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
