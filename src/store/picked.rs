//! Published answers that officers picked for a page.

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::feedback_picked as f;
use super::types::{At, Key};
use super::{Both, Conn, Stored};
use crate::domain::time::Moment;
use crate::domain::words::Serial;

/// Picks an item; one that is picked stays so.
pub fn pick(conn: &mut Conn, serial: Serial, officer: Uuid, at: Moment) -> Stored<()> {
    let row = (f::serial.eq(serial.0), f::officer.eq(Key(officer)), f::at.eq(At(at)));
    Both(diesel::insert_into(f::table).values(row).on_conflict_do_nothing()).execute(conn)?;
    Ok(())
}

/// Puts an item back.
pub fn put_back(conn: &mut Conn, serial: Serial) -> Stored<()> {
    diesel::delete(f::table.find(serial.0)).execute(conn)?;
    Ok(())
}

/// Is it picked?
pub fn is_picked(conn: &mut Conn, serial: Serial) -> Stored<bool> {
    Ok(diesel::select(diesel::dsl::exists(f::table.find(serial.0))).get_result(conn)?)
}

/// All that are picked, newest first.
pub fn all(conn: &mut Conn) -> Stored<Vec<Serial>> {
    let serials: Vec<i64> = f::table.order(f::serial.desc()).select(f::serial).load(conn)?;
    Ok(serials.into_iter().map(Serial).collect())
}
