//! Who has an opinion open at the desk just now.

use diesel::prelude::*;
use diesel::upsert::excluded;
use uuid::Uuid;

use super::schema::feedback_presence as p;
use super::types::{At, Key};
use super::{Both, Conn, Stored};
use crate::domain::time::Moment;
use crate::domain::words::Serial;

/// Notes that somebody has it open, and forgets who had it open before `since`.
pub fn note(conn: &mut Conn, serial: Serial, officer: Uuid, at: Moment, since: Moment) -> Stored<()> {
    diesel::delete(p::table.filter(p::serial.eq(serial.0)).filter(p::at.lt(At(since)))).execute(conn)?;
    let row = (p::serial.eq(serial.0), p::officer.eq(Key(officer)), p::at.eq(At(at)));
    Both(diesel::insert_into(p::table).values(row).on_conflict((p::serial, p::officer)).do_update().set(p::at.eq(excluded(p::at)))).execute(conn)?;
    Ok(())
}

/// Who has had it open since a moment, but for one.
pub fn others(conn: &mut Conn, serial: Serial, but: Uuid, since: Moment) -> Stored<Vec<Uuid>> {
    let ids: Vec<Key> =
        p::table.filter(p::serial.eq(serial.0)).filter(p::officer.ne(Key(but))).filter(p::at.ge(At(since))).order(p::officer).select(p::officer).load(conn)?;
    Ok(ids.into_iter().map(|key| key.0).collect())
}
