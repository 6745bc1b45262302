//! Many rows at once, by statements that stay prepared whatever the number of
//! rows; Diesel's own batches are built and prepared anew each time. PostgreSQL
//! is a journey away, so all rows go in one message, a list for each column.
//! SQLite is in this process: a row at a time. Knows no table.

use std::borrow::Cow;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::types::{At, Json, Key, On};
use super::{Conn, Stored};

/// A value of a row, as words or as a number.
pub(super) enum Cell<'a> {
    Null,
    Number(i64),
    Flag(bool),
    /// Words; a uuid, a day and a moment are words too.
    Words(Cow<'a, str>),
    /// A JSON document.
    Document(String),
}

/// What can stand in a cell.
pub(super) trait InCell {
    /// What PostgreSQL reads the cell's words as.
    const TYPE: &'static str;
    fn cell(&self) -> Cell<'_>;
}

/// A row of many: made by [`row!`].
pub(super) trait Row {
    /// The columns that it has values for, each with what PostgreSQL reads its words as.
    fn columns() -> Vec<(&'static str, &'static str)>;
    /// Its values, in the same order.
    fn cells(&self) -> Vec<Cell<'_>>;
}

/// Makes a row of a struct whose fields are named like columns. `field in part`: it stands in a part of the struct.
macro_rules! row {
    ($row:ty: $($column:ident $(in $part:ident)?),+ $(,)?) => {
        impl $crate::store::batch::Row for $row {
            fn columns() -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($column), $crate::store::batch::type_of(|row: &Self| &row.$($part.)?$column))),+]
            }
            fn cells(&self) -> Vec<$crate::store::batch::Cell<'_>> {
                vec![$($crate::store::batch::InCell::cell(&self.$($part.)?$column)),+]
            }
        }
    };
}
pub(super) use row;

/// What PostgreSQL reads a field's words as.
pub(super) fn type_of<R, T: InCell>(_: fn(&R) -> &T) -> &'static str {
    T::TYPE
}

/// An insert of any number of rows.
#[derive(Debug)]
pub(super) struct Batch {
    /// The words before and after the parameters, a list of words for each column.
    pg: (String, String),
    /// The words before and after the parameters, one for each column.
    sqlite: (String, String),
}

impl Batch {
    /// Rows into a table. `conflict` is the clause for rows that are there already, or empty.
    pub(super) fn into<R: Row>(table: &str, conflict: &str) -> Self {
        let columns = R::columns();
        let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let read = columns.iter().map(|(name, kind)| format!("r.{name}::{kind}")).collect::<Vec<_>>().join(", ");
        Self {
            pg: (format!("INSERT INTO {table} ({names}) SELECT {read} FROM unnest("), format!(") AS r ({names}) {conflict}")),
            sqlite: (format!("INSERT INTO {table} ({names}) VALUES ("), format!(") {conflict}")),
        }
    }

    /// Writes rows of the kind that the batch was made for.
    pub(super) fn write<R: Row>(&self, conn: &mut Conn, rows: &[R]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        match conn {
            Conn::Pg(c) => {
                let mut columns: Vec<Vec<Option<Cow<'_, str>>>> = R::columns().iter().map(|_| Vec::with_capacity(rows.len())).collect();
                for row in rows {
                    columns.iter_mut().zip(row.cells()).for_each(|(column, cell)| column.push(cell.words()));
                }
                All { words: &self.pg, columns }.execute(c)?;
            }
            Conn::Sqlite(c) => {
                for row in rows {
                    One { words: &self.sqlite, cells: row.cells() }.execute(c)?;
                }
            }
        }
        Ok(())
    }
}

impl<'a> Cell<'a> {
    fn words(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Null => None,
            Self::Number(number) => Some(number.to_string().into()),
            Self::Flag(flag) => Some(if flag { "true" } else { "false" }.into()),
            Self::Words(words) => Some(words),
            Self::Document(document) => Some(document.into()),
        }
    }
}

/// All rows for PostgreSQL.
struct All<'a> {
    words: &'a (String, String),
    columns: Vec<Vec<Option<Cow<'a, str>>>>,
}

impl QueryFragment<Pg> for All<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&self.words.0);
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                out.push_sql(", ");
            }
            out.push_bind_param::<Array<Nullable<Text>>, _>(column)?;
        }
        out.push_sql(&self.words.1);
        Ok(())
    }
}

/// One row for SQLite.
struct One<'a> {
    words: &'a (String, String),
    cells: Vec<Cell<'a>>,
}

impl QueryFragment<Sqlite> for One<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(&self.words.0);
        for (at, cell) in self.cells.iter().enumerate() {
            if at > 0 {
                out.push_sql(", ");
            }
            match cell {
                Cell::Null => out.push_bind_param::<Nullable<Text>, _>(&None::<&str>)?,
                Cell::Number(number) => out.push_bind_param::<BigInt, _>(number)?,
                Cell::Flag(flag) => out.push_bind_param::<BigInt, _>(if *flag { &1 } else { &0 })?,
                Cell::Words(words) => out.push_bind_param::<Text, str>(words)?,
                Cell::Document(document) => out.push_bind_param::<Text, str>(document)?,
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

/// No document can fail to be written; an empty one would be refused by the table.
fn json(document: &impl Serialize) -> String {
    serde_json::to_string(document).unwrap_or_default()
}

macro_rules! in_cell {
    ($($kind:ty as $pg:literal: $value:ident => $cell:expr;)+) => {
        $(impl InCell for $kind {
            const TYPE: &'static str = $pg;
            fn cell(&self) -> Cell<'_> {
                let $value = self;
                $cell
            }
        })+
    };
}
in_cell! {
    i64 as "bigint": number => Cell::Number(*number);
    bool as "boolean": flag => Cell::Flag(*flag);
    &str as "text": words => Cell::Words(Cow::Borrowed(words));
    String as "text": words => Cell::Words(Cow::Borrowed(words));
    Cow<'_, str> as "text": words => Cell::Words(Cow::Borrowed(words));
    Uuid as "uuid": id => Cell::Words(Cow::Owned(id.to_string()));
    Key as "uuid": id => id.0.cell();
    On as "date": day => Cell::Words(Cow::Owned(day.0.to_string()));
    At as "timestamptz": moment => Cell::Words(Cow::Owned(moment.0.to_string()));
    Json as "jsonb": document => document.0.cell();
    &Value as "jsonb": document => (*document).cell();
    Value as "jsonb": document => Cell::Document(json(document));
    &Map<String, Value> as "jsonb": document => Cell::Document(json(document));
}

impl<T: InCell> InCell for Option<T> {
    const TYPE: &'static str = T::TYPE;
    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, InCell::cell)
    }
}
