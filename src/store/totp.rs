//! Second factors, recovery codes, and sign-ins that wait for a code.

use std::collections::BTreeSet;

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{officer_totp as t, recovery_codes as r, sign_in_steps as s};
use super::types::{At, Key};
use super::{Conn, Stored};
use crate::domain::time::Moment;

/// The second factor of an account.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The secret, encrypted.
    pub sealed: String,
    /// When a first code confirmed it; none while it is being set up.
    pub confirmed_at: Option<Moment>,
}

/// The second factor of an account, confirmed or not.
pub fn get(conn: &mut Conn, officer: Uuid) -> Stored<Option<Kept>> {
    let row: Option<(String, Option<At>)> = t::table.find(Key(officer)).select((t::sealed, t::confirmed_at)).first(conn).optional()?;
    Ok(row.map(|(sealed, confirmed)| Kept { sealed, confirmed_at: confirmed.map(|at| at.0) }))
}

/// The accounts that sign in with a code.
pub fn all_on(conn: &mut Conn) -> Stored<BTreeSet<Uuid>> {
    let rows: Vec<Key> = t::table.filter(t::confirmed_at.is_not_null()).select(t::officer).load(conn)?;
    Ok(rows.into_iter().map(|key| key.0).collect())
}

/// Begins to set one up, in place of one that was begun before.
pub fn begin(conn: &mut Conn, officer: Uuid, sealed: &str, at: Moment) -> Stored<()> {
    diesel::delete(t::table.filter(t::officer.eq(Key(officer))).filter(t::confirmed_at.is_null())).execute(conn)?;
    diesel::insert_into(t::table).values((t::officer.eq(Key(officer)), t::sealed.eq(sealed), t::begun_at.eq(At(at)), t::last_step.eq(0_i64))).execute(conn)?;
    Ok(())
}

/// Confirms it.
pub fn confirm(conn: &mut Conn, officer: Uuid, at: Moment) -> Stored<()> {
    diesel::update(t::table.find(Key(officer))).set(t::confirmed_at.eq(Some(At(at)))).execute(conn)?;
    Ok(())
}

/// Uses the code of a step, unless that step or a later one was used: of two at once, one.
pub fn use_step(conn: &mut Conn, officer: Uuid, step: i64) -> Stored<bool> {
    let later = t::table.filter(t::officer.eq(Key(officer))).filter(t::last_step.lt(step));
    Ok(diesel::update(later).set(t::last_step.eq(step)).execute(conn)? == 1)
}

/// Takes the second factor away, with its recovery codes and the sign-ins that wait for a code. Was there one?
pub fn remove(conn: &mut Conn, officer: Uuid) -> Stored<bool> {
    diesel::delete(r::table.filter(r::officer.eq(Key(officer)))).execute(conn)?;
    diesel::delete(s::table.filter(s::officer.eq(Key(officer)))).execute(conn)?;
    Ok(diesel::delete(t::table.filter(t::officer.eq(Key(officer)))).execute(conn)? == 1)
}

/// Sets the recovery codes of an account, in place of all that it had.
pub fn set_recovery(conn: &mut Conn, officer: Uuid, hashes: &[String]) -> Stored<()> {
    diesel::delete(r::table.filter(r::officer.eq(Key(officer)))).execute(conn)?;
    for hash in hashes {
        diesel::insert_into(r::table).values((r::officer.eq(Key(officer)), r::code_hash.eq(hash))).execute(conn)?;
    }
    Ok(())
}

/// Uses a recovery code up. Was it there?
pub fn use_recovery(conn: &mut Conn, officer: Uuid, hash: &str) -> Stored<bool> {
    Ok(diesel::delete(r::table.find((Key(officer), hash))).execute(conn)? == 1)
}

/// How many recovery codes are left.
pub fn recovery_left(conn: &mut Conn, officer: Uuid) -> Stored<i64> {
    Ok(r::table.filter(r::officer.eq(Key(officer))).count().get_result(conn)?)
}

/// Keeps that a password was right, until a moment, and drops those whose time is over.
pub fn wait(conn: &mut Conn, token_hash: &str, officer: Uuid, now: Moment, until: Moment) -> Stored<()> {
    diesel::delete(s::table.filter(s::expires_at.lt(At(now)))).execute(conn)?;
    diesel::insert_into(s::table).values((s::token_hash.eq(token_hash), s::officer.eq(Key(officer)), s::expires_at.eq(At(until)))).execute(conn)?;
    Ok(())
}

/// Whose code is waited for.
pub fn waiting(conn: &mut Conn, token_hash: &str, now: Moment) -> Stored<Option<Uuid>> {
    let row: Option<Key> = s::table.find(token_hash).filter(s::expires_at.gt(At(now))).select(s::officer).first(conn).optional()?;
    Ok(row.map(|key| key.0))
}

/// The code came: it is waited for no longer. Was it still?
pub fn came(conn: &mut Conn, token_hash: &str) -> Stored<bool> {
    Ok(diesel::delete(s::table.find(token_hash)).execute(conn)? == 1)
}

/// No sign-in of an account waits for a code any more.
pub fn stop_waiting(conn: &mut Conn, officer: Uuid) -> Stored<()> {
    diesel::delete(s::table.filter(s::officer.eq(Key(officer)))).execute(conn)?;
    Ok(())
}
