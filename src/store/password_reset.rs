//! Links that set a new password, by the hash of what they hold.

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::password_resets as p;
use super::types::{At, Key};
use super::{Conn, Stored};
use crate::domain::time::Moment;

/// Adds a link, and drops those whose time is over.
pub fn add(conn: &mut Conn, token_hash: &str, officer: Uuid, now: Moment, until: Moment) -> Stored<()> {
    diesel::delete(p::table.filter(p::expires_at.lt(At(now)))).execute(conn)?;
    diesel::insert_into(p::table)
        .values((p::token_hash.eq(token_hash), p::officer.eq(Key(officer)), p::created_at.eq(At(now)), p::expires_at.eq(At(until))))
        .execute(conn)?;
    Ok(())
}

/// Whose password a link sets, while it is valid.
pub fn of(conn: &mut Conn, token_hash: &str, now: Moment) -> Stored<Option<Uuid>> {
    let row: Option<Key> = p::table.find(token_hash).filter(p::expires_at.gt(At(now))).select(p::officer).first(conn).optional()?;
    Ok(row.map(|key| key.0))
}

/// How many valid links an account has.
pub fn valid(conn: &mut Conn, officer: Uuid, now: Moment) -> Stored<i64> {
    Ok(p::table.filter(p::officer.eq(Key(officer))).filter(p::expires_at.gt(At(now))).count().get_result(conn)?)
}

/// Uses a link up. Was it there? Of two at once, one finds it.
pub fn take(conn: &mut Conn, token_hash: &str) -> Stored<bool> {
    Ok(diesel::delete(p::table.find(token_hash)).execute(conn)? == 1)
}

/// Drops every link of an account.
pub fn drop(conn: &mut Conn, officer: Uuid) -> Stored<()> {
    diesel::delete(p::table.filter(p::officer.eq(Key(officer)))).execute(conn)?;
    Ok(())
}
