//! Many rows at once, by statements that stay prepared whatever the number of
//! rows; Diesel's own batches are built and prepared anew each time. PostgreSQL
//! is a journey away, so all rows of all tables go in one message, a list for
//! each column. SQLite is in this process: a row at a time. Knows no table.

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text};
use diesel::sqlite::Sqlite;
use serde_json::Value;
use uuid::Uuid;

use super::types::{At, CalendarDay, Id, Instant, Json, Key, On};
use super::{Conn, Stored, broken};

/// A value of a row.
#[derive(Debug)]
pub(super) enum Cell<'a> {
    Null,
    Number(i64),
    Flag(bool),
    Id(Key),
    Day(On),
    Moment(At),
    /// Words, and what is written as words: a JSON document.
    Words(Cow<'a, str>),
}

/// A column's type on PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub(super) enum Type {
    Number,
    Flag,
    Id,
    Day,
    Moment,
    /// Sent as words and read as this.
    Words(&'static str),
}

impl Type {
    const fn sql(self) -> &'static str {
        match self {
            Self::Number => "bigint",
            Self::Flag => "boolean",
            Self::Id => "uuid",
            Self::Day => "date",
            Self::Moment => "timestamptz",
            Self::Words(sql) => sql,
        }
    }
}

/// What can stand in a cell of such a column.
pub(super) trait InCell<'a> {
    const TYPE: Type;
    fn cell(self) -> Cell<'a>;
}

/// A row of many: made by [`row!`].
pub(super) trait Row<'a> {
    /// The columns that it has values for, each with its type on PostgreSQL.
    fn columns() -> Vec<(&'static str, Type)>;
    /// Its values, in the same order.
    fn cells(self) -> Vec<Cell<'a>>;
}

/// Makes a row of a struct whose fields are named like columns. `field in part`: it stands in a part of the struct.
macro_rules! row {
    ($row:ty: $($column:ident $(in $part:ident)?),+ $(,)?) => {
        impl<'a> $crate::store::batch::Row<'a> for $row {
            fn columns() -> Vec<(&'static str, $crate::store::batch::Type)> {
                vec![$((stringify!($column), $crate::store::batch::type_of(|row: Self| row.$($part.)?$column))),+]
            }
            fn cells(self) -> Vec<$crate::store::batch::Cell<'a>> {
                vec![$($crate::store::batch::InCell::cell(self.$($part.)?$column)),+]
            }
        }
    };
}
pub(super) use row;

/// The type of a field on PostgreSQL.
pub(super) fn type_of<'a, R, T: InCell<'a>>(_: fn(R) -> T) -> Type {
    T::TYPE
}

/// An insert of any number of rows.
#[derive(Debug)]
pub(super) struct Batch {
    /// The words before and after the parameters, a list for each column.
    pg: (String, String),
    /// The words before and after the parameters, one for each column.
    sqlite: (String, String),
    /// Writes one row to SQLite.
    one: fn(&mut SqliteConnection, &Self, Vec<Cell<'_>>) -> QueryResult<usize>,
    /// The type of each column on PostgreSQL.
    types: Vec<Type>,
}

/// Rows of one table, ready to be written.
#[derive(Debug)]
pub struct Rows<'a> {
    into: &'static Batch,
    rows: Vec<Vec<Cell<'a>>>,
}

impl Batch {
    /// Rows of a kind into the one table that they are for. `conflict` is the clause for rows that are there already, or empty.
    pub(super) fn into<R: Row<'static> + 'static>(table: &str, conflict: &str) -> Self {
        let columns = R::columns();
        let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let read = columns.iter().map(|(name, kind)| format!("r.{name}::{}", kind.sql())).collect::<Vec<_>>().join(", ");
        Self {
            pg: (format!("INSERT INTO {table} ({names}) SELECT {read} FROM unnest("), format!(") AS r ({names}) {conflict}")),
            sqlite: (format!("INSERT INTO {table} ({names}) VALUES ("), format!(") {conflict}")),
            one: |conn, batch, cells| One { words: &batch.sqlite, cells, of: PhantomData::<R> }.execute(conn),
            types: columns.into_iter().map(|(_, kind)| kind).collect(),
        }
    }

    /// Rows of the kind that the batch was made for.
    pub(super) fn of<'a, R: Row<'a>>(&'static self, rows: impl IntoIterator<Item = R>) -> Rows<'a> {
        Rows { into: self, rows: rows.into_iter().map(R::cells).collect() }
    }
}

impl Rows<'_> {
    /// Writes them.
    pub fn write(self, conn: &mut Conn) -> Stored<()> {
        write(conn, [self])
    }
}

/// Writes rows of several tables, each after those that it refers to.
pub fn write<'a>(conn: &mut Conn, tables: impl IntoIterator<Item = Rows<'a>>) -> Stored<()> {
    let tables: Vec<Rows<'a>> = tables.into_iter().filter(|table| !table.rows.is_empty()).collect();
    if tables.is_empty() {
        return Ok(());
    }
    match conn {
        Conn::Pg(c) => {
            let tables = tables.into_iter().map(|table| Ok((&table.into.pg, table.columns()?)));
            All { tables: tables.collect::<Stored<_>>()? }.execute(c)?;
        }
        Conn::Sqlite(c) => {
            for Rows { into, rows } in tables {
                for cells in rows {
                    (into.one)(c, into, cells)?;
                }
            }
        }
    }
    Ok(())
}

/// What a column holds.
enum Column<'a> {
    Numbers(Vec<Option<i64>>),
    Flags(Vec<Option<bool>>),
    Ids(Vec<Option<Key>>),
    Days(Vec<Option<On>>),
    Moments(Vec<Option<At>>),
    /// Read by PostgreSQL as the column's type.
    Words(Vec<Option<Cow<'a, str>>>),
}

impl<'a> Column<'a> {
    fn with_room(kind: Type, rows: usize) -> Self {
        match kind {
            Type::Number => Self::Numbers(Vec::with_capacity(rows)),
            Type::Flag => Self::Flags(Vec::with_capacity(rows)),
            Type::Id => Self::Ids(Vec::with_capacity(rows)),
            Type::Day => Self::Days(Vec::with_capacity(rows)),
            Type::Moment => Self::Moments(Vec::with_capacity(rows)),
            Type::Words(_) => Self::Words(Vec::with_capacity(rows)),
        }
    }

    /// A cell has its column's type, or nothing in it.
    fn push(&mut self, cell: Cell<'a>) -> Stored<()> {
        match (self, cell) {
            (Self::Numbers(all), Cell::Number(one)) => all.push(Some(one)),
            (Self::Flags(all), Cell::Flag(one)) => all.push(Some(one)),
            (Self::Ids(all), Cell::Id(one)) => all.push(Some(one)),
            (Self::Days(all), Cell::Day(one)) => all.push(Some(one)),
            (Self::Moments(all), Cell::Moment(one)) => all.push(Some(one)),
            (Self::Words(all), Cell::Words(one)) => all.push(Some(one)),
            (Self::Numbers(all), Cell::Null) => all.push(None),
            (Self::Flags(all), Cell::Null) => all.push(None),
            (Self::Ids(all), Cell::Null) => all.push(None),
            (Self::Days(all), Cell::Null) => all.push(None),
            (Self::Moments(all), Cell::Null) => all.push(None),
            (Self::Words(all), Cell::Null) => all.push(None),
            _ => return Err(broken("a cell of another type than its column")),
        }
        Ok(())
    }

    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::Numbers(all) => out.push_bind_param::<Array<Nullable<BigInt>>, _>(all),
            Self::Flags(all) => out.push_bind_param::<Array<Nullable<Bool>>, _>(all),
            Self::Ids(all) => out.push_bind_param::<Array<Nullable<Id>>, _>(all),
            Self::Days(all) => out.push_bind_param::<Array<Nullable<CalendarDay>>, _>(all),
            Self::Moments(all) => out.push_bind_param::<Array<Nullable<Instant>>, _>(all),
            Self::Words(all) => out.push_bind_param::<Array<Nullable<Text>>, _>(all),
        }
    }
}

impl<'a> Rows<'a> {
    fn columns(self) -> Stored<Vec<Column<'a>>> {
        let mut columns: Vec<Column<'a>> = self.into.types.iter().map(|kind| Column::with_room(*kind, self.rows.len())).collect();
        for cells in self.rows {
            columns.iter_mut().zip(cells).try_for_each(|(column, cell)| column.push(cell))?;
        }
        Ok(columns)
    }
}

/// All rows of all tables for PostgreSQL, in one statement: what refers to what is checked at its end.
struct All<'a> {
    tables: Vec<(&'static (String, String), Vec<Column<'a>>)>,
}

impl QueryFragment<Pg> for All<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let last = self.tables.len().saturating_sub(1);
        for (at, (words, columns)) in self.tables.iter().enumerate() {
            out.push_sql(if at == 0 && last > 0 { "WITH " } else { "" });
            if at < last {
                out.push_sql(&format!("t{at} AS ("));
            }
            out.push_sql(&words.0);
            for (at, column) in columns.iter().enumerate() {
                out.push_sql(if at > 0 { ", " } else { "" });
                column.bind(&mut out)?;
            }
            out.push_sql(&words.1);
            out.push_sql(if at + 1 < last {
                "), "
            } else if at < last {
                ") "
            } else {
                ""
            });
        }
        Ok(())
    }
}

/// Told apart by its words, which differ with the tables in it.
impl QueryId for All<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for All<'_> {}

/// One row for SQLite, known by its kind: to put its words together for each would cost as much as to bind it.
struct One<'a, R> {
    words: &'a (String, String),
    cells: Vec<Cell<'a>>,
    of: PhantomData<R>,
}

impl<R> QueryFragment<Sqlite> for One<'_, R> {
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
                Cell::Id(id) => out.push_bind_param::<Id, _>(id)?,
                Cell::Day(day) => out.push_bind_param::<CalendarDay, _>(day)?,
                Cell::Moment(moment) => out.push_bind_param::<Instant, _>(moment)?,
                Cell::Words(words) => out.push_bind_param::<Text, str>(words)?,
            }
        }
        out.push_sql(&self.words.1);
        Ok(())
    }
}

impl<R: 'static> QueryId for One<'_, R> {
    type QueryId = One<'static, R>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C, R> RunQueryDsl<C> for One<'_, R> {}

macro_rules! in_cell {
    ($($kind:ty as $pg:expr, $value:ident => $cell:expr;)+) => {
        $(impl<'a> InCell<'a> for $kind {
            const TYPE: Type = $pg;
            fn cell(self) -> Cell<'a> {
                let $value = self;
                $cell
            }
        })+
    };
}
in_cell! {
    i64 as Type::Number, number => Cell::Number(number);
    bool as Type::Flag, flag => Cell::Flag(flag);
    &'a str as Type::Words("text"), words => Cell::Words(Cow::Borrowed(words));
    String as Type::Words("text"), words => Cell::Words(Cow::Owned(words));
    Uuid as Type::Id, id => Cell::Id(Key(id));
    Key as Type::Id, id => Cell::Id(id);
    On as Type::Day, day => Cell::Day(day);
    At as Type::Moment, moment => Cell::Moment(moment);
    Json as Type::Words("jsonb"), document => Cell::Words(Cow::Owned(document.0.to_string()));
    &'a Value as Type::Words("jsonb"), document => Cell::Words(Cow::Owned(document.to_string()));
    Document<'a> as Type::Words("jsonb"), document => Cell::Words(Cow::Borrowed(document.0));
}

/// A JSON document that was written down earlier.
pub(super) struct Document<'a>(pub(super) &'a str);

impl<'a, T: InCell<'a>> InCell<'a> for Option<T> {
    const TYPE: Type = T::TYPE;
    fn cell(self) -> Cell<'a> {
        self.map_or(Cell::Null, InCell::cell)
    }
}
