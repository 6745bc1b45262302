//! Accounts, roles, sessions, and failed sign-ins.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{officer_roles, officers, sessions, sign_in_failures};
use super::types::{At, Key, On};
use super::{Both, Conn, Stored, broken, password_reset, totp};
use crate::domain::access::Officer;
use crate::domain::time::{Day, Moment};
use crate::domain::words::{Language, OfficeCode, Role};

/// An account with what only administration and sign-in need.
#[derive(Debug, Clone)]
pub struct Account {
    /// Who it is and what they may.
    pub officer: Officer,
    /// The name typed at sign-in.
    pub login: String,
    /// Argon2id, in PHC form.
    pub password_hash: String,
    /// Where their mail goes.
    pub email: Option<String>,
    /// The day it ended.
    pub ended_on: Option<Day>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = officers)]
struct Row {
    id: Key,
    login: String,
    name: String,
    office: String,
    password_hash: String,
    language: String,
    email: Option<String>,
    created_on: On,
    ended_on: Option<On>,
}

fn read(row: Row, roles: BTreeSet<Role>) -> Stored<Account> {
    Ok(Account {
        officer: Officer { id: row.id.0, name: row.name, office: row.office.parse().map_err(broken)?, roles, language: row.language.parse().map_err(broken)? },
        login: row.login,
        password_hash: row.password_hash,
        email: row.email,
        ended_on: row.ended_on.map(|d| d.0),
    })
}

fn roles_of(conn: &mut Conn, id: Key) -> Stored<BTreeSet<Role>> {
    let words: Vec<String> = officer_roles::table.filter(officer_roles::officer.eq(id)).select(officer_roles::role).load(conn)?;
    words.iter().map(|w| w.parse().map_err(broken)).collect()
}

/// Adds an account. A login that is taken is a [`super::StoreError::Duplicate`].
pub fn add(conn: &mut Conn, account: &Account, on: Day) -> Stored<()> {
    let row = Row {
        id: Key(account.officer.id),
        login: account.login.clone(),
        name: account.officer.name.clone(),
        office: account.officer.office.to_string(),
        password_hash: account.password_hash.clone(),
        language: account.officer.language.to_string(),
        email: account.email.clone(),
        created_on: On(on),
        ended_on: None,
    };
    diesel::insert_into(officers::table).values(&row).execute(conn)?;
    set_roles(conn, account.officer.id, &account.officer.roles)
}

/// Sets what an account may be.
pub fn set_roles(conn: &mut Conn, id: Uuid, roles: &BTreeSet<Role>) -> Stored<()> {
    diesel::delete(officer_roles::table.filter(officer_roles::officer.eq(Key(id)))).execute(conn)?;
    for role in roles {
        diesel::insert_into(officer_roles::table).values((officer_roles::officer.eq(Key(id)), officer_roles::role.eq(role.as_str()))).execute(conn)?;
    }
    Ok(())
}

/// Changes name, office, language and address of an account.
pub fn change(conn: &mut Conn, id: Uuid, name: &str, office: &OfficeCode, language: Language, email: Option<&str>) -> Stored<()> {
    use officers as o;
    diesel::update(o::table.find(Key(id)))
        .set((o::name.eq(name), o::office.eq(office.as_str()), o::language.eq(language.as_str()), o::email.eq(email)))
        .execute(conn)?;
    Ok(())
}

/// Sets a password's hash, and ends everything that an older password opened. Links that set another go with it.
pub fn set_password(conn: &mut Conn, id: Uuid, hash: &str) -> Stored<()> {
    diesel::update(officers::table.find(Key(id))).set(officers::password_hash.eq(hash)).execute(conn)?;
    close_all(conn, id)?;
    Ok(())
}

/// Ends every session of an account, sign-ins that wait for a code and links that set a password included. Returns how many rows of sessions there were.
fn close_all(conn: &mut Conn, id: Uuid) -> Stored<usize> {
    password_reset::drop(conn, id)?;
    totp::stop_waiting(conn, id)?;
    Ok(diesel::delete(sessions::table.filter(sessions::officer.eq(Key(id)))).execute(conn)?)
}

/// How many sessions of an account have not expired.
pub fn sessions_of(conn: &mut Conn, id: Uuid, now: Moment) -> Stored<i64> {
    Ok(sessions::table.filter(sessions::officer.eq(Key(id))).filter(sessions::expires_at.gt(At(now))).count().get_result(conn)?)
}

/// Ends every session of an account. Returns how many had not expired.
pub fn end_sessions(conn: &mut Conn, id: Uuid, now: Moment) -> Stored<usize> {
    diesel::delete(sessions::table.filter(sessions::expires_at.le(At(now)))).execute(conn)?;
    close_all(conn, id)
}

/// Ends an account and every session of it.
pub fn end(conn: &mut Conn, id: Uuid, on: Day) -> Stored<()> {
    diesel::update(officers::table.find(Key(id))).set(officers::ended_on.eq(Some(On(on)))).execute(conn)?;
    close_all(conn, id)?;
    Ok(())
}

/// An account by the name typed at sign-in.
pub fn by_login(conn: &mut Conn, login: &str) -> Stored<Option<Account>> {
    let row: Option<Row> = officers::table.filter(officers::login.eq(login)).select(Row::as_select()).first(conn).optional()?;
    row.map(|row| {
        let roles = roles_of(conn, row.id)?;
        read(row, roles)
    })
    .transpose()
}

/// An account by its id.
pub fn get(conn: &mut Conn, id: Uuid) -> Stored<Option<Account>> {
    let row: Option<Row> = officers::table.find(Key(id)).select(Row::as_select()).first(conn).optional()?;
    row.map(|row| {
        let roles = roles_of(conn, row.id)?;
        read(row, roles)
    })
    .transpose()
}

/// What everybody is called who has or had an account.
pub fn names(conn: &mut Conn) -> Stored<BTreeMap<Uuid, String>> {
    let rows: Vec<(Key, String)> = officers::table.select((officers::id, officers::name)).load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (id.0, name)).collect())
}

/// All accounts, ended ones included, by office and name.
pub fn all(conn: &mut Conn) -> Stored<Vec<Account>> {
    let rows: Vec<Row> = officers::table.order((officers::office, officers::name)).select(Row::as_select()).load(conn)?;
    let words: Vec<(Key, String)> = officer_roles::table.select((officer_roles::officer, officer_roles::role)).load(conn)?;
    let mut roles: BTreeMap<Key, BTreeSet<Role>> = BTreeMap::new();
    for (id, word) in words {
        roles.entry(id).or_default().insert(word.parse().map_err(broken)?);
    }
    rows.into_iter()
        .map(|row| {
            let of = roles.remove(&row.id).unwrap_or_default();
            read(row, of)
        })
        .collect()
}

/// Opens a session.
pub fn open_session(conn: &mut Conn, token_hash: &str, officer: Uuid, now: Moment, until: Moment) -> Stored<()> {
    use sessions as s;
    diesel::insert_into(s::table)
        .values((s::token_hash.eq(token_hash), s::officer.eq(Key(officer)), s::created_at.eq(At(now)), s::expires_at.eq(At(until))))
        .execute(conn)?;
    Ok(())
}

/// The account of a session that has not expired and whose account has not ended.
pub fn by_session(conn: &mut Conn, token_hash: &str, now: Moment) -> Stored<Option<Account>> {
    let id: Option<Key> = sessions::table
        .filter(sessions::token_hash.eq(token_hash))
        .filter(sessions::expires_at.gt(At(now)))
        .select(sessions::officer)
        .first(conn)
        .optional()?;
    match id {
        Some(id) => Ok(get(conn, id.0)?.filter(|a| a.ended_on.is_none())),
        None => Ok(None),
    }
}

/// Closes a session, and drops those that have expired.
pub fn close_session(conn: &mut Conn, token_hash: &str, now: Moment) -> Stored<()> {
    diesel::delete(sessions::table.filter(sessions::token_hash.eq(token_hash).or(sessions::expires_at.lt(At(now))))).execute(conn)?;
    Ok(())
}

/// Failed sign-ins of an account from an address: how many, and when the last was.
/// The row is this transaction's own until it ends, so that attempts at once are counted one after the other.
pub fn failures(conn: &mut Conn, login: &str, address: &str, now: Moment) -> Stored<(i64, Moment)> {
    use diesel::upsert::excluded;
    use sign_in_failures as f;
    let row: (i64, At) = Both(
        diesel::insert_into(f::table)
            .values((f::login.eq(login), f::address.eq(address), f::failures.eq(0_i64), f::last_at.eq(At(now))))
            .on_conflict((f::login, f::address))
            .do_update()
            .set(f::failures.eq(f::failures + excluded(f::failures)))
            .returning((f::failures, f::last_at)),
    )
    .get_result(conn)?;
    Ok((row.0, row.1.0))
}

/// Notes one more failed sign-in of a row that [`failures`] has read.
pub fn note_failure(conn: &mut Conn, login: &str, address: &str, now: Moment) -> Stored<()> {
    use sign_in_failures as f;
    diesel::update(f::table.find((login, address))).set((f::failures.eq(f::failures + 1), f::last_at.eq(At(now)))).execute(conn)?;
    Ok(())
}

/// Forgets every failure of an account.
pub fn forgive_all(conn: &mut Conn, id: Uuid) -> Stored<()> {
    let login: Option<String> = officers::table.find(Key(id)).select(officers::login).first(conn).optional()?;
    if let Some(login) = login {
        diesel::delete(sign_in_failures::table.filter(sign_in_failures::login.eq(login))).execute(conn)?;
    }
    Ok(())
}

/// Forgets the failures of an account from an address.
pub fn forgive(conn: &mut Conn, login: &str, address: &str) -> Stored<()> {
    diesel::delete(sign_in_failures::table.find((login, address))).execute(conn)?;
    Ok(())
}
