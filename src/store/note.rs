//! What officers tell one another about an opinion.

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::feedback_notes as n;
use super::types::{At, Key};
use super::{Conn, Stored};
use crate::domain::time::Moment;
use crate::domain::words::Serial;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Who wrote it.
    pub officer: Uuid,
    /// When.
    pub at: Moment,
    /// What.
    pub words: String,
}

/// Adds a note.
pub fn add(conn: &mut Conn, serial: Serial, note: &Note) -> Stored<()> {
    diesel::insert_into(n::table)
        .values((n::serial.eq(serial.0), n::officer.eq(Key(note.officer)), n::at.eq(At(note.at)), n::words.eq(&note.words)))
        .execute(conn)?;
    Ok(())
}

/// The notes of an item, oldest first.
pub fn of(conn: &mut Conn, serial: Serial) -> Stored<Vec<Note>> {
    let rows: Vec<(Key, At, String)> = n::table.filter(n::serial.eq(serial.0)).order(n::id).select((n::officer, n::at, n::words)).load(conn)?;
    Ok(rows.into_iter().map(|(officer, at, words)| Note { officer: officer.0, at: at.0, words }).collect())
}
