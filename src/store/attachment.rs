//! Files beside opinions: what belongs to what, and which names in the file store are free.

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{attachments as a, files as f};
use super::types::{At, Key};
use super::{Conn, Stored, broken};
use crate::domain::attachment::Format;
use crate::domain::time::{Day, Moment};
use crate::domain::words::Serial;

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its row.
    pub id: i64,
    /// Its item; none while the opinion is not sent, and for a while after.
    pub serial: Option<Serial>,
    /// The officer who laid it there; none of a sender's.
    pub officer: Option<Uuid>,
    /// What it is.
    pub format: Format,
    /// Its size.
    pub bytes: i64,
    /// Its name in the file store.
    pub object: Uuid,
    /// When it came.
    pub at: Moment,
}

/// A file to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    /// Its name in the file store.
    pub object: Uuid,
    /// What it is.
    pub format: Format,
    /// Its size.
    pub bytes: i64,
}

type Row = (i64, Option<i64>, Option<Key>, String, i64, Key, At);
type Columns = (a::id, a::serial, a::officer, a::format, a::bytes, a::object, a::at);
const COLUMNS: Columns = (a::id, a::serial, a::officer, a::format, a::bytes, a::object, a::at);

fn read((id, serial, officer, format, bytes, object, at): Row) -> Stored<Attachment> {
    let format = format.parse().map_err(broken)?;
    Ok(Attachment { id, serial: serial.map(Serial), officer: officer.map(|o| o.0), format, bytes, object: object.0, at: at.0 })
}

/// Writes a name down before its bytes are stored: free from a moment on, unless something claims it.
pub fn reserve(conn: &mut Conn, object: Uuid, free_from: Moment) -> Stored<()> {
    diesel::insert_into(f::table).values((f::object.eq(Key(object)), f::free_from.eq(Some(At(free_from))))).execute(conn)?;
    Ok(())
}

/// Claims names for a receipt.
pub fn add(conn: &mut Conn, receipt_hash: &str, serial: Option<Serial>, officer: Option<Uuid>, new: &[New], at: Moment) -> Stored<()> {
    for file in new {
        diesel::update(f::table.find(Key(file.object))).set(f::free_from.eq(None::<At>)).execute(conn)?;
        diesel::insert_into(a::table)
            .values((
                a::receipt_hash.eq(receipt_hash),
                a::serial.eq(serial.map(|s| s.0)),
                a::officer.eq(officer.map(Key)),
                a::format.eq(file.format.as_str()),
                a::bytes.eq(file.bytes),
                a::object.eq(Key(file.object)),
                a::at.eq(At(at)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The files of a receipt, oldest first.
pub fn by_receipt(conn: &mut Conn, receipt_hash: &str) -> Stored<Vec<Attachment>> {
    let rows: Vec<Row> = a::table.filter(a::receipt_hash.eq(receipt_hash)).order(a::id).select(COLUMNS).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// All files after a row, in order.
pub fn after(conn: &mut Conn, id: i64, limit: i64) -> Stored<Vec<Attachment>> {
    let rows: Vec<Row> = a::table.filter(a::id.gt(id)).order(a::id).limit(limit).select(COLUMNS).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Drops the files of a receipt: their names are free from now on.
pub fn drop_all(conn: &mut Conn, receipt_hash: &str, now: Moment) -> Stored<()> {
    let objects: Vec<Key> = a::table.filter(a::receipt_hash.eq(receipt_hash)).select(a::object).load(conn)?;
    diesel::delete(a::table.filter(a::receipt_hash.eq(receipt_hash))).execute(conn)?;
    diesel::update(f::table.filter(f::object.eq_any(objects))).set(f::free_from.eq(Some(At(now)))).execute(conn)?;
    Ok(())
}

/// Items with files that were done before a day, and are no receiver's matter.
pub fn done_before(conn: &mut Conn, day: Day, limit: i64) -> Stored<Vec<Serial>> {
    let having =
        "SELECT f.serial FROM feedback AS f WHERE f.state <> 'sealed' AND EXISTS (SELECT 1 FROM attachments AS a WHERE a.receipt_hash = f.receipt_hash)";
    super::retention::done_before(conn, having, day, limit)
}

/// Of files that came before a moment and whose item was not known then: those that were sent get its number, the others are dropped.
pub fn settle(conn: &mut Conn, before: Moment, now: Moment, limit: i64) -> Stored<()> {
    let waiting = a::table.filter(a::serial.is_null().and(a::at.lt(At(before))));
    let hashes: Vec<String> = waiting.order(a::id).limit(limit).select(a::receipt_hash).load(conn)?;
    for hash in hashes {
        match super::feedback::by_receipt(conn, &hash)? {
            Some(serial) => {
                diesel::update(a::table.filter(a::receipt_hash.eq(&hash))).set(a::serial.eq(Some(serial.0))).execute(conn)?;
            }
            None => drop_all(conn, &hash, now)?,
        }
    }
    Ok(())
}

/// Names that are free.
pub fn free(conn: &mut Conn, now: Moment, limit: i64) -> Stored<Vec<Uuid>> {
    let names: Vec<Key> = f::table.filter(f::free_from.le(At(now))).order(f::free_from).limit(limit).select(f::object).load(conn)?;
    Ok(names.into_iter().map(|name| name.0).collect())
}

/// Strikes a free name out, when its bytes are gone.
pub fn forget(conn: &mut Conn, object: Uuid) -> Stored<()> {
    diesel::delete(f::table.find(Key(object)).filter(f::free_from.is_not_null())).execute(conn)?;
    Ok(())
}
