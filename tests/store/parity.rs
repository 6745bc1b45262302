//! The two folders of migrations make the same tables, and diesel sees them as they are.

use std::collections::{BTreeMap, BTreeSet};

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Bool, Text};
use diesel::sqlite::SqliteConnection;

use crate::support::Bed;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

/// `table.column`, and whether it can be empty.
type Columns = BTreeMap<String, bool>;

fn by_name(columns: Vec<Column>) -> Columns {
    columns.into_iter().map(|c| (format!("{}.{}", c.table, c.name), c.nullable)).collect()
}

// Each database keeps the words of a search in its own way (src/store/search.rs).
fn of_sqlite(bed: &Bed) -> Columns {
    let mut conn = SqliteConnection::establish(bed.url().trim_start_matches("sqlite:")).unwrap();
    let query = "SELECT m.name AS \"table\", c.name, c.\"notnull\" = 0 AS nullable FROM sqlite_master m JOIN pragma_table_info(m.name) c \
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'feedback_fts%'";
    by_name(sql_query(query).load(&mut conn).unwrap())
}

fn of_postgres(bed: &Bed) -> Columns {
    let mut conn = PgConnection::establish(bed.url()).unwrap();
    let query = "SELECT table_name::text AS \"table\", column_name::text AS name, is_nullable = 'YES' AS nullable FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' AND table_name NOT LIKE 'feedback_fts%'";
    by_name(sql_query(query).load(&mut conn).unwrap())
}

/// The columns of `src/store/schema.rs`.
fn of_schema() -> Columns {
    let mut columns = Columns::new();
    let mut table = "";
    for line in include_str!("../../src/store/schema.rs").lines().map(str::trim) {
        if let Some((name, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            columns.insert(format!("{table}.{name}"), kind.starts_with("Nullable"));
        } else if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = name;
        }
    }
    columns
}

/// What only one of the two has, or has otherwise.
fn difference(one: &Columns, other: &Columns) -> BTreeSet<String> {
    let only = |a: &Columns, b: &Columns| a.iter().filter(|(name, nullable)| b.get(*name) != Some(nullable)).map(|(name, _)| name.clone()).collect::<Vec<_>>();
    only(one, other).into_iter().chain(only(other, one)).collect()
}

#[test]
fn both_databases_have_the_same_tables_and_columns_and_diesel_sees_them_all() {
    let (sqlite, postgres, schema) = (of_sqlite(&Bed::sqlite()), of_postgres(&Bed::postgres()), of_schema());
    assert!(schema.len() > 150, "only {} columns were read from the schema", schema.len());
    assert_eq!(difference(&sqlite, &postgres), BTreeSet::new(), "the migrations differ");
    assert_eq!(difference(&sqlite, &schema), BTreeSet::new(), "the schema differs from the migrations");
}
