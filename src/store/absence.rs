//! Who is away, and who does their work meanwhile.

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::absences as a;
use super::types::{Key, On};
use super::{Conn, Stored};
use crate::domain::time::Day;

/// An absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// Its id.
    pub id: Uuid,
    /// Who is away.
    pub officer: Uuid,
    /// Who does their work.
    pub deputy: Uuid,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
}

type Row = (Key, Key, Key, On, On);

fn read((id, officer, deputy, from, to): Row) -> Absence {
    Absence { id: id.0, officer: officer.0, deputy: deputy.0, from: from.0, to: to.0 }
}

/// Adds an absence.
pub fn add(conn: &mut Conn, absence: &Absence, noted_by: Uuid) -> Stored<()> {
    diesel::insert_into(a::table)
        .values((
            a::id.eq(Key(absence.id)),
            a::officer.eq(Key(absence.officer)),
            a::deputy.eq(Key(absence.deputy)),
            a::from_on.eq(On(absence.from)),
            a::to_on.eq(On(absence.to)),
            a::noted_by.eq(Key(noted_by)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Absences that stand and are not over on a day, in their order.
pub fn not_over(conn: &mut Conn, on: Day) -> Stored<Vec<Absence>> {
    let standing = a::table.filter(a::ended_on.is_null()).filter(a::to_on.ge(On(on)));
    let rows: Vec<Row> = standing.order((a::from_on, a::id)).select((a::id, a::officer, a::deputy, a::from_on, a::to_on)).load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// An absence that stands.
pub fn get(conn: &mut Conn, id: Uuid) -> Stored<Option<Absence>> {
    let standing = a::table.find(Key(id)).filter(a::ended_on.is_null());
    let row: Option<Row> = standing.select((a::id, a::officer, a::deputy, a::from_on, a::to_on)).first(conn).optional()?;
    Ok(row.map(read))
}

/// Makes an absence end on an earlier day.
pub fn shorten(conn: &mut Conn, id: Uuid, to: Day) -> Stored<()> {
    diesel::update(a::table.find(Key(id))).set(a::to_on.eq(On(to))).execute(conn)?;
    Ok(())
}

/// Ends an absence before its time.
pub fn end(conn: &mut Conn, id: Uuid, on: Day) -> Stored<()> {
    diesel::update(a::table.find(Key(id))).set(a::ended_on.eq(Some(On(on)))).execute(conn)?;
    Ok(())
}
