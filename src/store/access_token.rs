//! What programs of an officer sign in with, by the hash.

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::access_tokens as a;
use super::types::{Key, On};
use super::{Conn, Stored};
use crate::domain::time::Day;

/// A token, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub officer: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// The day it was made.
    pub made_on: Day,
    /// The last day that it is taken.
    pub last_on: Day,
    /// The day it was used last.
    pub used_on: Option<Day>,
    /// The day it was revoked.
    pub revoked_on: Option<Day>,
}

type Row = (Key, Key, String, On, On, Option<On>, Option<On>);
type Columns = (a::id, a::officer, a::name, a::made_on, a::last_on, a::used_on, a::revoked_on);
const COLUMNS: Columns = (a::id, a::officer, a::name, a::made_on, a::last_on, a::used_on, a::revoked_on);

fn read((id, officer, name, made, last, used, revoked): Row) -> AccessToken {
    let day = |on: Option<On>| on.map(|on| on.0);
    AccessToken { id: id.0, officer: officer.0, name, made_on: made.0, last_on: last.0, used_on: day(used), revoked_on: day(revoked) }
}

/// Adds a token.
pub fn add(conn: &mut Conn, token: &AccessToken, token_hash: &str) -> Stored<()> {
    diesel::insert_into(a::table)
        .values((
            a::id.eq(Key(token.id)),
            a::officer.eq(Key(token.officer)),
            a::name.eq(&token.name),
            a::token_hash.eq(token_hash),
            a::made_on.eq(On(token.made_on)),
            a::last_on.eq(On(token.last_on)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The tokens of an account that are not revoked, newest first.
pub fn of(conn: &mut Conn, officer: Uuid) -> Stored<Vec<AccessToken>> {
    let own = a::table.filter(a::officer.eq(Key(officer))).filter(a::revoked_on.is_null());
    let rows: Vec<Row> = own.order((a::made_on.desc(), a::id.desc())).select(COLUMNS).load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// The token with this hash.
pub fn by_hash(conn: &mut Conn, token_hash: &str) -> Stored<Option<AccessToken>> {
    let row: Option<Row> = a::table.filter(a::token_hash.eq(token_hash)).select(COLUMNS).first(conn).optional()?;
    Ok(row.map(read))
}

/// Notes the day of a use.
pub fn used(conn: &mut Conn, id: Uuid, on: Day) -> Stored<()> {
    diesel::update(a::table.find(Key(id))).set(a::used_on.eq(Some(On(on)))).execute(conn)?;
    Ok(())
}

/// Revokes a token of an account. Was there one to revoke?
pub fn revoke(conn: &mut Conn, officer: Uuid, id: Uuid, on: Day) -> Stored<bool> {
    let own = a::table.filter(a::id.eq(Key(id))).filter(a::officer.eq(Key(officer))).filter(a::revoked_on.is_null());
    Ok(diesel::update(own).set(a::revoked_on.eq(Some(On(on)))).execute(conn)? == 1)
}
