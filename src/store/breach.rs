//! The register of breaches.

use diesel::prelude::*;

use super::schema::breaches as b;
use super::types::At;
use super::{Conn, Stored};
use crate::domain::breach::{Breach, Facts};
use crate::domain::time::Moment;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = b, treat_none_as_null = true)]
struct Row {
    opened_at: At,
    detected_at: At,
    place: String,
    act: String,
    data_types: String,
    data_count: String,
    persons: String,
    consequences: String,
    measures: String,
    notified_at: Option<At>,
    notified_to: Option<String>,
    warned_at: Option<At>,
    revision: i64,
}

impl Row {
    fn of(breach: &Breach) -> Self {
        let (notified_at, notified_to) = breach.notified.clone().map(|(at, to)| (At(at), to)).unzip();
        let Facts { place, act, data_types, data_count, persons, consequences, measures } = breach.facts.clone();
        Self {
            opened_at: At(breach.opened_at),
            detected_at: At(breach.detected_at),
            place,
            act,
            data_types,
            data_count,
            persons,
            consequences,
            measures,
            notified_at,
            notified_to,
            warned_at: breach.warned_at.map(At),
            revision: breach.revision,
        }
    }

    fn read(self, id: i64) -> Breach {
        let Self { place, act, data_types, data_count, persons, consequences, measures, .. } = self;
        Breach {
            id,
            opened_at: self.opened_at.0,
            detected_at: self.detected_at.0,
            facts: Facts { place, act, data_types, data_count, persons, consequences, measures },
            notified: self.notified_at.map(|at| at.0).zip(self.notified_to),
            warned_at: self.warned_at.map(|at| at.0),
            revision: self.revision,
        }
    }
}

/// Adds a record. Its id is given by the table, and returned.
pub fn add(conn: &mut Conn, breach: &Breach) -> Stored<i64> {
    Ok(diesel::insert_into(b::table).values(&Row::of(breach)).returning(b::id).get_result(conn)?)
}

/// Writes a record whole.
pub fn update(conn: &mut Conn, breach: &Breach) -> Stored<()> {
    diesel::update(b::table.find(breach.id)).set(&Row::of(breach)).execute(conn)?;
    Ok(())
}

/// A record.
pub fn get(conn: &mut Conn, id: i64) -> Stored<Option<Breach>> {
    let row: Option<Row> = b::table.find(id).select(Row::as_select()).first(conn).optional()?;
    Ok(row.map(|row| row.read(id)))
}

/// A record, held until the transaction ends.
pub fn get_for_update(conn: &mut Conn, id: i64) -> Stored<Option<Breach>> {
    let query = b::table.find(id);
    let row: Option<Row> = match conn {
        Conn::Pg(c) => query.select(Row::as_select()).for_update().get_result(c).optional()?,
        // One writer at a time: the lock is the database.
        Conn::Sqlite(c) => query.select(Row::as_select()).get_result(c).optional()?,
    };
    Ok(row.map(|row| row.read(id)))
}

/// All records, newest first.
pub fn all(conn: &mut Conn) -> Stored<Vec<Breach>> {
    let rows: Vec<(i64, Row)> = b::table.order(b::id.desc()).select((b::id, Row::as_select())).load(conn)?;
    Ok(rows.into_iter().map(|(id, row)| row.read(id)).collect())
}

/// Records that the authority was not told of and that nobody was warned about.
pub fn unwarned(conn: &mut Conn) -> Stored<Vec<(i64, Moment)>> {
    let rows: Vec<(i64, At)> =
        b::table.filter(b::notified_at.is_null()).filter(b::warned_at.is_null()).order(b::id).select((b::id, b::detected_at)).load(conn)?;
    Ok(rows.into_iter().map(|(id, at)| (id, at.0)).collect())
}
