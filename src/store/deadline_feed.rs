//! The addresses at which calendar programs read an officer's deadlines, by their hash.

use diesel::prelude::*;
use diesel::upsert::excluded;
use uuid::Uuid;

use super::schema::deadline_feeds as d;
use super::types::{Key, On};
use super::{Both, Conn, Stored};
use crate::domain::time::Day;

/// Keeps an officer's address in the place of an earlier one, which is good for nothing from then on.
pub fn put(conn: &mut Conn, officer: Uuid, token_hash: &str, on: Day) -> Stored<()> {
    let row = (d::officer.eq(Key(officer)), d::token_hash.eq(token_hash), d::made_on.eq(On(on)));
    let again = (d::token_hash.eq(excluded(d::token_hash)), d::made_on.eq(excluded(d::made_on)));
    Both(diesel::insert_into(d::table).values(row).on_conflict(d::officer).do_update().set(again)).execute(conn)?;
    Ok(())
}

/// Takes an officer's address away; one that is gone already is no fault.
pub fn drop(conn: &mut Conn, officer: Uuid) -> Stored<()> {
    diesel::delete(d::table.find(Key(officer))).execute(conn)?;
    Ok(())
}

/// The day on which an officer's address was made; none where there is none.
pub fn made_on(conn: &mut Conn, officer: Uuid) -> Stored<Option<Day>> {
    let on: Option<On> = d::table.find(Key(officer)).select(d::made_on).first(conn).optional()?;
    Ok(on.map(|on| on.0))
}

/// Whose address it is.
pub fn officer(conn: &mut Conn, token_hash: &str) -> Stored<Option<Uuid>> {
    let id: Option<Key> = d::table.filter(d::token_hash.eq(token_hash)).select(d::officer).first(conn).optional()?;
    Ok(id.map(|key| key.0))
}
