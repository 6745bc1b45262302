//! Templates of answers, by office.

use diesel::prelude::*;

use super::schema::answer_templates as t;
use super::{Conn, Stored};
use crate::domain::words::{OfficeCode, Topic};

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = t)]
pub struct Row {
    /// Its number.
    pub id: i64,
    /// The office that made it.
    pub office: String,
    /// Its name.
    pub name: String,
    /// Its text.
    pub words: String,
    /// The topic of the questions that it is for; none for everything.
    pub topic: Option<String>,
}

/// What is kept of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// Its text.
    pub words: String,
    /// The topic of the questions that it is for.
    pub topic: Option<Topic>,
}

/// The templates of these offices, by name.
pub fn of(conn: &mut Conn, offices: &[String]) -> Stored<Vec<Row>> {
    Ok(t::table.filter(t::office.eq_any(offices)).order((t::name, t::id)).select(Row::as_select()).load(conn)?)
}

/// Adds a template.
pub fn add(conn: &mut Conn, office: &OfficeCode, kept: &Kept) -> Stored<()> {
    let topic = kept.topic.map(Topic::as_str);
    diesel::insert_into(t::table)
        .values((t::office.eq(office.as_str()), t::name.eq(&kept.name), t::words.eq(&kept.words), t::topic.eq(topic)))
        .execute(conn)?;
    Ok(())
}

/// Changes a template of an office.
pub fn change(conn: &mut Conn, id: i64, office: &OfficeCode, kept: &Kept) -> Stored<bool> {
    let own = t::table.filter(t::id.eq(id)).filter(t::office.eq(office.as_str()));
    Ok(diesel::update(own).set((t::name.eq(&kept.name), t::words.eq(&kept.words), t::topic.eq(kept.topic.map(Topic::as_str)))).execute(conn)? > 0)
}

/// Takes a template of an office away.
pub fn drop(conn: &mut Conn, id: i64, office: &OfficeCode) -> Stored<bool> {
    Ok(diesel::delete(t::table.filter(t::id.eq(id)).filter(t::office.eq(office.as_str()))).execute(conn)? > 0)
}
