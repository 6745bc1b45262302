//! Published answers that officers picked for a page.

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{feedback as i, feedback_picked as f};
use super::types::{At, Key};
use super::{Both, Conn, Stored};
use crate::domain::feedback::State;
use crate::domain::time::Moment;
use crate::domain::words::{Kind, Serial};

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

/// Those that are picked and have words that may be read, newest first: praise, or all but praise.
pub fn newest(conn: &mut Conn, praise: bool, limit: i64) -> Stored<Vec<Serial>> {
    let readable = f::table.inner_join(i::table.on(i::serial.eq(f::serial))).filter(i::state.eq(State::Answered.as_str())).filter(i::withheld.eq(false));
    let newest = readable.order(f::serial.desc()).limit(limit).select(f::serial);
    let kind = Kind::Praise.as_str();
    let serials: Vec<i64> = if praise { newest.filter(i::kind.eq(kind)).load(conn)? } else { newest.filter(i::kind.ne(kind)).load(conn)? };
    Ok(serials.into_iter().map(Serial).collect())
}
