//! Work in progress on an item: an answer, a later version, a proposed refusal.
//! Every hand that wrote in it is kept: none of them may approve.

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{draft_authors, feedback_drafts};
use super::types::{At, Key};
use super::{Both, Conn, Stored, broken};
use crate::domain::time::Moment;
use crate::domain::words::{Ground, Serial};

/// What a draft is meant to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// An answer, or a later version of one.
    Answer,
    /// A refusal as out of scope.
    OutOfScope,
    /// A refusal as spam.
    Spam,
}

impl Intent {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::OutOfScope => "out_of_scope",
            Self::Spam => "spam",
        }
    }

    /// Reads what is stored or sent.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Answer, Self::OutOfScope, Self::Spam].into_iter().find(|i| i.as_str() == word)
    }
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it is meant to become.
    pub intent: Intent,
    /// Waits for the approver.
    pub handed_in: bool,
    /// The public title.
    pub title: String,
    /// The public form of the opinion.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// The ground of a refusal.
    pub ground: Option<Ground>,
    /// Words beside the ground.
    pub note: Option<String>,
    /// Why the approver gave it back.
    pub returned: Option<(Ground, Option<String>)>,
    /// Rises with every save: a second save never silently overwrites the first.
    pub revision: i64,
    /// When it was last saved.
    pub updated_at: Moment,
    /// The lowest number of those that share the answer.
    pub grouped: Option<Serial>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = feedback_drafts, treat_none_as_null = true)]
struct Row {
    serial: i64,
    intent: String,
    handed_in: bool,
    title: String,
    question: String,
    answer: String,
    ground: Option<String>,
    note: Option<String>,
    returned_reason: Option<String>,
    returned_note: Option<String>,
    revision: i64,
    updated_at: At,
    grouped: Option<i64>,
}

/// The draft of an item. One that is out keeps its draft, unseen until it comes back.
pub fn get(conn: &mut Conn, serial: Serial) -> Stored<Option<Draft>> {
    use super::schema::feedback as f;
    let row: Option<Row> = feedback_drafts::table
        .inner_join(f::table.on(f::serial.eq(feedback_drafts::serial)))
        .filter(feedback_drafts::serial.eq(serial.0))
        .filter(f::out_on.is_null())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(|r| {
        let returned = match r.returned_reason {
            Some(reason) => Some((reason.parse().map_err(broken)?, r.returned_note)),
            None => None,
        };
        Ok(Draft {
            intent: Intent::parse(&r.intent).ok_or_else(|| broken(format!("draft intent {}", r.intent)))?,
            handed_in: r.handed_in,
            title: r.title,
            question: r.question,
            answer: r.answer,
            ground: r.ground.map(|g| g.parse().map_err(broken)).transpose()?,
            note: r.note,
            returned,
            revision: r.revision,
            updated_at: r.updated_at.0,
            grouped: r.grouped.map(Serial),
        })
    })
    .transpose()
}

/// Saves a draft and remembers who wrote in it.
pub fn put(conn: &mut Conn, serial: Serial, draft: &Draft, author: Option<Uuid>) -> Stored<()> {
    let row = Row {
        serial: serial.0,
        intent: draft.intent.as_str().to_owned(),
        handed_in: draft.handed_in,
        title: draft.title.clone(),
        question: draft.question.clone(),
        answer: draft.answer.clone(),
        ground: draft.ground.as_ref().map(ToString::to_string),
        note: draft.note.clone(),
        returned_reason: draft.returned.as_ref().map(|(reason, _)| reason.to_string()),
        returned_note: draft.returned.as_ref().and_then(|(_, note)| note.clone()),
        revision: draft.revision,
        updated_at: At(draft.updated_at),
        grouped: draft.grouped.map(|serial| serial.0),
    };
    Both(diesel::insert_into(feedback_drafts::table).values(&row).on_conflict(feedback_drafts::serial).do_update().set(&row)).execute(conn)?;
    match author {
        Some(author) => remember_author(conn, serial, author),
        None => Ok(()),
    }
}

/// Somebody wrote in what is to be published of an item.
pub fn remember_author(conn: &mut Conn, serial: Serial, author: Uuid) -> Stored<()> {
    use draft_authors as a;
    Both(diesel::insert_into(a::table).values((a::serial.eq(serial.0), a::officer.eq(Key(author)))).on_conflict_do_nothing()).execute(conn)?;
    Ok(())
}

/// Everybody who wrote in the draft.
pub fn authors(conn: &mut Conn, serial: Serial) -> Stored<Vec<Uuid>> {
    use draft_authors as a;
    let ids: Vec<Key> = a::table.filter(a::serial.eq(serial.0)).order(a::officer).select(a::officer).load(conn)?;
    Ok(ids.into_iter().map(|k| k.0).collect())
}

/// Drops the draft that was published or confirmed. Its authors stay known.
pub fn finish(conn: &mut Conn, serial: Serial) -> Stored<()> {
    diesel::delete(feedback_drafts::table.find(serial.0)).execute(conn)?;
    Ok(())
}

/// Drops the draft and its authors: it was withdrawn, or went to another office.
pub fn drop(conn: &mut Conn, serial: Serial) -> Stored<()> {
    diesel::delete(draft_authors::table.filter(draft_authors::serial.eq(serial.0))).execute(conn)?;
    diesel::delete(feedback_drafts::table.find(serial.0)).execute(conn)?;
    Ok(())
}
