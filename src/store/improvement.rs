//! What offices change because of opinions, in versions.

use std::collections::BTreeMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{improvement_items as i, improvement_versions as v, improvements as m};
use super::types::{At, Json, Key};
use super::{Conn, Stored, broken};
use crate::domain::improvement::Improvement;
use crate::domain::time::Moment;
use crate::domain::words::{OfficeCode, Serial};

/// A version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its action.
    pub id: i64,
    /// 1, 2, …
    pub version: i64,
    /// What it says.
    pub body: Improvement,
    /// Who wrote it.
    pub written_by: Uuid,
    /// When it was published, if it was.
    pub published_at: Option<Moment>,
}

type Row = (i64, i64, Json, Key, Option<At>);
type Columns = (v::improvement, v::version, v::body, v::written_by, v::published_at);
const COLUMNS: Columns = (v::improvement, v::version, v::body, v::written_by, v::published_at);

fn read((id, version, body, written_by, published_at): Row) -> Stored<Version> {
    let body = serde_json::from_value(body.0).map_err(broken)?;
    Ok(Version { id, version, body, written_by: written_by.0, published_at: published_at.map(|at| at.0) })
}

/// Adds an action. Returns its number.
pub fn add(conn: &mut Conn, office: &OfficeCode) -> Stored<i64> {
    Ok(diesel::insert_into(m::table).values(m::office.eq(office.as_str())).returning(m::id).get_result(conn)?)
}

/// Writes an action's office anew: whoever owns it now writes it.
pub fn own(conn: &mut Conn, id: i64, office: &OfficeCode) -> Stored<()> {
    diesel::update(m::table.find(id)).set(m::office.eq(office.as_str())).execute(conn)?;
    Ok(())
}

/// Adds a version.
pub fn write(conn: &mut Conn, id: i64, version: i64, body: &Improvement, by: Uuid, at: Moment) -> Stored<()> {
    let body = Json(serde_json::to_value(body).map_err(broken)?);
    diesel::insert_into(v::table)
        .values((v::improvement.eq(id), v::version.eq(version), v::body.eq(body), v::written_by.eq(Key(by)), v::written_at.eq(At(at))))
        .execute(conn)?;
    Ok(())
}

/// Publishes a version, and notes the opinions that it names. False when somebody published it meanwhile.
pub fn publish(conn: &mut Conn, version: &Version, by: Uuid, at: Moment) -> Stored<bool> {
    let waits = v::table.find((version.id, version.version)).filter(v::published_at.is_null());
    let published = diesel::update(waits).set((v::published_by.eq(Some(Key(by))), v::published_at.eq(Some(At(at))))).execute(conn)?;
    if published == 0 {
        return Ok(false);
    }
    diesel::delete(i::table.filter(i::improvement.eq(version.id))).execute(conn)?;
    for serial in &version.body.serials {
        diesel::insert_into(i::table).values((i::serial.eq(serial.0), i::improvement.eq(version.id))).execute(conn)?;
    }
    Ok(true)
}

/// The newest version of an action.
pub fn newest(conn: &mut Conn, id: i64) -> Stored<Option<Version>> {
    let of = v::table.filter(v::improvement.eq(id)).order(v::version.desc());
    let row: Option<Row> = of.limit(1).select(COLUMNS).get_result(conn).optional()?;
    row.map(read).transpose()
}

/// The newest published version of an action.
pub fn published(conn: &mut Conn, id: i64) -> Stored<Option<Version>> {
    let of = v::table.filter(v::improvement.eq(id).and(v::published_at.is_not_null())).order(v::version.desc());
    let row: Option<Row> = of.limit(1).select(COLUMNS).get_result(conn).optional()?;
    row.map(read).transpose()
}

/// The newest version of each action of these offices, the newest action first.
pub fn of_offices(conn: &mut Conn, offices: &[String], limit: i64) -> Stored<Vec<Version>> {
    let ids: Vec<i64> = m::table.filter(m::office.eq_any(offices)).order(m::id.desc()).limit(limit).select(m::id).load(conn)?;
    let rows: Vec<Row> = v::table.filter(v::improvement.eq_any(ids)).order((v::improvement, v::version)).select(COLUMNS).load(conn)?;
    latest(rows)
}

/// The newest published version of each action, the newest action first.
pub fn all_published(conn: &mut Conn, limit: i64) -> Stored<Vec<Version>> {
    let there = v::table.filter(v::published_at.is_not_null());
    let ids: Vec<i64> = there.select(v::improvement).distinct().order(v::improvement.desc()).limit(limit).load(conn)?;
    let rows: Vec<Row> = there.filter(v::improvement.eq_any(ids)).order((v::improvement, v::version)).select(COLUMNS).load(conn)?;
    latest(rows)
}

/// Of versions in order, the last of each action; the newest action first.
fn latest(rows: Vec<Row>) -> Stored<Vec<Version>> {
    let by_action: BTreeMap<i64, Row> = rows.into_iter().map(|row| (row.0, row)).collect();
    by_action.into_values().rev().map(read).collect()
}

/// The actions that an opinion led to, by number.
pub fn of_item(conn: &mut Conn, serial: Serial) -> Stored<Vec<i64>> {
    Ok(i::table.filter(i::serial.eq(serial.0)).order(i::improvement).select(i::improvement).load(conn)?)
}
