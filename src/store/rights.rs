//! What senders ask about their data, and the rows that go when a text is erased.

use diesel::prelude::*;
use serde_json::Value;

use super::schema::{
    contacts, draft_authors, feedback, feedback_answers, feedback_drafts, feedback_events, feedback_notes, feedback_presses, feedback_texts, rights_requests,
};
use super::types::{At, Json, On};
use super::{Conn, Stored, broken};
use crate::domain::event::EventName;
use crate::domain::rights::{Request, RequestState};
use crate::domain::time::Moment;
use crate::domain::words::{NoticeVersion, Serial};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rights_requests, treat_none_as_null = true)]
struct Row {
    serial: i64,
    right_asked: String,
    purpose: Option<String>,
    state: String,
    asked_at: At,
    acknowledge_by: Option<On>,
    acknowledged_at: Option<At>,
    act_by: Option<On>,
    extended_on: Option<On>,
    ended_at: Option<At>,
    words: Option<String>,
    sealed: Option<String>,
    reason: Option<String>,
    note: Option<String>,
}

impl Row {
    fn of(request: &Request) -> Self {
        Self {
            serial: request.serial.0,
            right_asked: request.right.to_string(),
            purpose: request.purpose.map(|p| p.to_string()),
            state: request.state.to_string(),
            asked_at: At(request.asked_at),
            acknowledge_by: request.acknowledge_by.map(On),
            acknowledged_at: request.acknowledged_at.map(At),
            act_by: request.act_by.map(On),
            extended_on: request.extended_on.map(On),
            ended_at: request.ended_at.map(At),
            words: request.words.clone(),
            sealed: request.sealed.clone(),
            reason: request.reason.as_ref().map(ToString::to_string),
            note: request.note.clone(),
        }
    }

    fn read(self, id: i64) -> Stored<Request> {
        Ok(Request {
            id,
            serial: Serial(self.serial),
            right: self.right_asked.parse().map_err(broken)?,
            purpose: self.purpose.map(|p| p.parse().map_err(broken)).transpose()?,
            state: self.state.parse().map_err(broken)?,
            asked_at: self.asked_at.0,
            acknowledge_by: self.acknowledge_by.map(|d| d.0),
            acknowledged_at: self.acknowledged_at.map(|t| t.0),
            act_by: self.act_by.map(|d| d.0),
            extended_on: self.extended_on.map(|d| d.0),
            ended_at: self.ended_at.map(|t| t.0),
            words: self.words,
            sealed: self.sealed,
            reason: self.reason.map(|r| r.parse().map_err(broken)).transpose()?,
            note: self.note,
        })
    }
}

/// Adds a request. Its id is given by the table, and returned.
pub fn add(conn: &mut Conn, request: &Request) -> Stored<i64> {
    Ok(diesel::insert_into(rights_requests::table).values(&Row::of(request)).returning(rights_requests::id).get_result(conn)?)
}

/// Writes a request whole.
pub fn update(conn: &mut Conn, request: &Request) -> Stored<()> {
    diesel::update(rights_requests::table.find(request.id)).set(&Row::of(request)).execute(conn)?;
    Ok(())
}

/// A request.
pub fn get(conn: &mut Conn, id: i64) -> Stored<Option<Request>> {
    let row: Option<Row> = rights_requests::table.find(id).select(Row::as_select()).first(conn).optional()?;
    row.map(|row| row.read(id)).transpose()
}

/// A request, held until the transaction ends: two people can't decide it at once.
pub fn get_for_update(conn: &mut Conn, id: i64) -> Stored<Option<Request>> {
    let query = rights_requests::table.find(id);
    let row: Option<Row> = match conn {
        Conn::Pg(c) => query.select(Row::as_select()).for_update().get_result(c).optional()?,
        // One writer at a time: the lock is the database.
        Conn::Sqlite(c) => query.select(Row::as_select()).get_result(c).optional()?,
    };
    row.map(|row| row.read(id)).transpose()
}

/// All requests of an item, oldest first.
pub fn of(conn: &mut Conn, serial: Serial) -> Stored<Vec<Request>> {
    use rights_requests as r;
    let rows: Vec<(i64, Row)> = r::table.filter(r::serial.eq(serial.0)).order(r::id).select((r::id, Row::as_select())).load(conn)?;
    rows.into_iter().map(|(id, row)| row.read(id)).collect()
}

/// Requests that wait, the nearest last day first; or those that ended, newest first.
pub fn list(conn: &mut Conn, open: bool, limit: i64) -> Stored<Vec<Request>> {
    use rights_requests as r;
    let states = [RequestState::Asked, RequestState::Acknowledged].map(RequestState::as_str);
    let query = r::table.into_boxed::<super::MultiBackend>().limit(limit);
    let query = if open {
        query.filter(r::state.eq_any(states)).order((r::act_by.asc(), r::id.asc()))
    } else {
        query.filter(r::state.ne_all(states)).order(r::id.desc())
    };
    let rows: Vec<(i64, Row)> = query.select((r::id, Row::as_select())).load(conn)?;
    rows.into_iter().map(|(id, row)| row.read(id)).collect()
}

/// The encrypted contact of an item with the version of the notice that was seen with it.
pub fn contact(conn: &mut Conn, serial: Serial) -> Stored<Option<(String, Option<NoticeVersion>)>> {
    let row: Option<(String, Option<String>)> = contacts::table.find(serial.0).select((contacts::sealed, contacts::notice)).first(conn).optional()?;
    row.map(|(sealed, notice)| Ok((sealed, notice.map(|n| n.parse().map_err(broken)).transpose()?))).transpose()
}

/// Puts another encrypted contact in the place of the one that is there.
pub fn put_contact(conn: &mut Conn, serial: Serial, sealed: &str) -> Stored<()> {
    diesel::update(contacts::table.find(serial.0)).set(contacts::sealed.eq(sealed)).execute(conn)?;
    Ok(())
}

/// Erases the words of an item and what opens their commitments. The events stay, and of what was published the
/// office's answers, which nobody is shown any more.
pub fn erase(conn: &mut Conn, serial: Serial) -> Stored<()> {
    let n = serial.0;
    diesel::delete(feedback_texts::table.find(n)).execute(conn)?;
    diesel::delete(contacts::table.find(n)).execute(conn)?;
    diesel::delete(feedback_drafts::table.find(n)).execute(conn)?;
    diesel::delete(feedback_notes::table.filter(feedback_notes::serial.eq(n))).execute(conn)?;
    diesel::update(feedback_presses::table.filter(feedback_presses::serial.eq(n))).set(feedback_presses::words.eq("")).execute(conn)?;
    diesel::update(feedback::table.find(n)).set(feedback::title.eq(None::<String>)).execute(conn)?;
    diesel::update(feedback_answers::table.filter(feedback_answers::serial.eq(n)))
        .set((feedback_answers::title.eq(""), feedback_answers::question.eq("")))
        .execute(conn)?;
    diesel::update(rights_requests::table.filter(rights_requests::serial.eq(n)))
        .set((rights_requests::words.eq(None::<String>), rights_requests::sealed.eq(None::<String>)))
        .execute(conn)?;
    use feedback_events as e;
    let published = [EventName::Answered, EventName::AnswerRevised].map(EventName::as_str);
    let of_item = e::table.filter(e::serial.eq(n));
    diesel::update(of_item.filter(e::event.ne_all(published))).set((e::salts.eq(None::<Json>), e::note.eq(None::<String>))).execute(conn)?;
    let versions: Vec<(i64, Option<Json>)> = of_item.filter(e::event.eq_any(published)).select((e::n, e::salts)).load(conn)?;
    for (event, salts) in versions {
        let Some(Json(Value::Object(mut salts))) = salts else { continue };
        salts.remove("question");
        diesel::update(e::table.find((n, event))).set(e::salts.eq(Some(Json(Value::Object(salts))))).execute(conn)?;
    }
    Ok(())
}

/// Deletes drafts of items that are out since before a day, with their authors. Returns how many.
pub fn drop_drafts_out_before(conn: &mut Conn, day: crate::domain::time::Day, limit: i64) -> Stored<usize> {
    let old = feedback_drafts::table
        .inner_join(feedback::table.on(feedback::serial.eq(feedback_drafts::serial)))
        .filter(feedback::out_on.lt(On(day)))
        .order(feedback_drafts::serial)
        .limit(limit)
        .select(feedback_drafts::serial);
    let serials: Vec<i64> = old.load(conn)?;
    diesel::delete(draft_authors::table.filter(draft_authors::serial.eq_any(&serials))).execute(conn)?;
    Ok(diesel::delete(feedback_drafts::table.filter(feedback_drafts::serial.eq_any(&serials))).execute(conn)?)
}

/// Empties the words of requests that ended before a moment. Returns how many.
pub fn forget_words_before(conn: &mut Conn, at: Moment, limit: i64) -> Stored<usize> {
    use rights_requests as r;
    let old = r::ended_at.lt(At(at)).and(r::words.is_not_null().or(r::sealed.is_not_null()).or(r::note.is_not_null()));
    let ids: Vec<i64> = r::table.filter(old).order(r::id).limit(limit).select(r::id).load(conn)?;
    let emptied = (r::words.eq(None::<String>), r::sealed.eq(None::<String>), r::note.eq(None::<String>));
    Ok(diesel::update(r::table.filter(r::id.eq_any(ids))).set(emptied).execute(conn)?)
}
