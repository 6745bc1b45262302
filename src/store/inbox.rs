//! What an officer's list remembers: filters with a name.

use diesel::prelude::*;
use diesel::upsert::excluded;
use uuid::Uuid;

use super::schema::inbox_filters as i;
use super::types::Key;
use super::{Both, Conn, Stored};

/// The filters of an officer, name and end of the address, by name.
pub fn filters(conn: &mut Conn, officer: Uuid) -> Stored<Vec<(String, String)>> {
    Ok(i::table.filter(i::officer.eq(Key(officer))).order(i::name).select((i::name, i::query)).load(conn)?)
}

/// Keeps a filter under a name, in the place of an earlier one.
pub fn keep_filter(conn: &mut Conn, officer: Uuid, name: &str, query: &str) -> Stored<()> {
    let row = (i::officer.eq(Key(officer)), i::name.eq(name), i::query.eq(query));
    Both(diesel::insert_into(i::table).values(row).on_conflict((i::officer, i::name)).do_update().set(i::query.eq(excluded(i::query)))).execute(conn)?;
    Ok(())
}

/// Takes a filter away.
pub fn drop_filter(conn: &mut Conn, officer: Uuid, name: &str) -> Stored<()> {
    diesel::delete(i::table.find((Key(officer), name))).execute(conn)?;
    Ok(())
}
