//! Appeals: what a higher office was asked, its work in progress, its answer.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::{exists, not, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

use super::schema::{answer_authors, appeal_authors as w, feedback_answers, feedback_appeals as a, feedback_events};
use super::types::{Json, Key, On};
use super::{Both, Conn, Stored, broken};
use crate::domain::commitment::Salt;
use crate::domain::event::EventName;
use crate::domain::time::Day;
use crate::domain::visibility::Appeal;
use crate::domain::words::{Ground, OfficeCode, Serial};

/// An appeal as it lies on the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// What anybody may know of it; the answer only once it is published.
    pub appeal: Appeal,
    /// The answer as far as it is written.
    pub answer: String,
    /// It waits for its approver.
    pub handed_in: bool,
    /// Rises with every save.
    pub revision: i64,
    /// Who wrote last.
    pub author: Option<Uuid>,
    /// Why the approver gave it back, until it is handed in again.
    pub returned: Option<Ground>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = a)]
struct Row {
    office: String,
    appealed_on: On,
    until: On,
    answer: String,
    handed_in: bool,
    revision: i64,
    author: Option<Key>,
    answered_on: Option<On>,
    returned: Option<String>,
}

/// A new appeal, nothing written yet.
pub fn open(conn: &mut Conn, serial: Serial, office: &OfficeCode, on: Day, until: Day) -> Stored<()> {
    let n: i64 = a::table.filter(a::serial.eq(serial.0)).count().get_result(conn)?;
    diesel::insert_into(a::table)
        .values((
            a::serial.eq(serial.0),
            a::n.eq(n),
            a::office.eq(office.as_str()),
            a::appealed_on.eq(On(on)),
            a::until.eq(On(until)),
            a::answer.eq(""),
            a::handed_in.eq(false),
            a::revision.eq(0_i64),
        ))
        .execute(conn)?;
    Ok(())
}

/// The appeals of an item, oldest first.
pub fn of(conn: &mut Conn, serial: Serial) -> Stored<Vec<Work>> {
    let rows: Vec<Row> = a::table.filter(a::serial.eq(serial.0)).order(a::n).select(Row::as_select()).load(conn)?;
    let mut salts = if rows.is_empty() { Vec::new() } else { salts(conn, serial)? }.into_iter();
    rows.into_iter()
        .map(|row| {
            let answered = row.answered_on.map(|on| (on.0, row.answer.clone()));
            let salt = answered.as_ref().and_then(|_| salts.next().flatten());
            let appeal = Appeal {
                office: row.office.parse().map_err(broken)?,
                appealed_on: row.appealed_on.0,
                until: row.until.0,
                answered_on: answered.as_ref().map(|(on, _)| *on),
                answer: answered.map(|(_, answer)| answer),
                salt,
            };
            Ok(Work {
                appeal,
                answer: row.answer,
                handed_in: row.handed_in,
                revision: row.revision,
                author: row.author.map(|key| key.0),
                returned: row.returned.map(|reason| reason.parse().map_err(broken)).transpose()?,
            })
        })
        .collect()
}

/// An appeal that waits for its answer: of an item that nobody has sealed since, and whose words are there. A condition
/// on `feedback_appeals`.
pub(super) const APPEAL_WAITS: &str = "feedback_appeals.answered_on IS NULL AND EXISTS (SELECT 1 FROM feedback AS i \
     JOIN feedback_texts AS t ON t.serial = i.serial WHERE i.serial = feedback_appeals.serial AND i.state = 'answered')";

/// The same for a query.
pub(super) fn waits() -> SqlLiteral<Bool> {
    sql::<Bool>(APPEAL_WAITS)
}

/// The open appeals of these items.
pub fn open_of(conn: &mut Conn, serials: &[Serial]) -> Stored<BTreeMap<Serial, Appeal>> {
    let numbers = super::feedback::numbers(serials);
    let open = a::table.filter(a::serial.eq_any(numbers)).filter(a::answered_on.is_null());
    let rows: Vec<(i64, String, On, On)> = open.select((a::serial, a::office, a::appealed_on, a::until)).load(conn)?;
    let read = |(serial, office, appealed_on, until): (i64, String, On, On)| {
        let office = office.parse().map_err(broken)?;
        Ok((Serial(serial), Appeal { office, appealed_on: appealed_on.0, until: until.0, answered_on: None, answer: None, salt: None }))
    };
    rows.into_iter().map(read).collect()
}

/// How many appeals wait at each of some offices.
pub fn counts(conn: &mut Conn, offices: &[String]) -> Stored<BTreeMap<OfficeCode, i64>> {
    let waiting = a::table.filter(waits()).filter(a::office.eq_any(offices));
    let rows: Vec<(String, i64)> = waiting.group_by(a::office).select((a::office, diesel::dsl::count_star())).load(conn)?;
    rows.into_iter().map(|(office, n)| Ok((office.parse().map_err(broken)?, n))).collect()
}

/// Which of these items have an appeal.
pub fn having(conn: &mut Conn, serials: &[Serial]) -> Stored<BTreeSet<Serial>> {
    let numbers = super::feedback::numbers(serials);
    let having: Vec<i64> = a::table.filter(a::serial.eq_any(numbers)).select(a::serial).distinct().load(conn)?;
    Ok(having.into_iter().map(Serial).collect())
}

/// The appeal of an item that waits for its answer.
pub fn waiting(conn: &mut Conn, serial: Serial) -> Stored<Option<Work>> {
    let waits: bool = diesel::select(exists(a::table.filter(a::serial.eq(serial.0)).filter(waits()))).get_result(conn)?;
    if waits { Ok(of(conn, serial)?.pop()) } else { Ok(None) }
}

/// Every appeal that waits for its answer.
pub fn open_ones(conn: &mut Conn) -> Stored<Vec<(Serial, Work)>> {
    let serials: Vec<i64> = a::table.filter(waits()).order(a::serial).select(a::serial).load(conn)?;
    let mut open = Vec::new();
    for serial in serials {
        open.extend(of(conn, Serial(serial))?.pop().map(|work| (Serial(serial), work)));
    }
    Ok(open)
}

/// The salts of the published answers, oldest first.
fn salts(conn: &mut Conn, serial: Serial) -> Stored<Vec<Option<Salt>>> {
    use feedback_events as e;
    let published = EventName::AppealAnswered.as_str();
    let kept: Vec<Option<Json>> = e::table.filter(e::serial.eq(serial.0)).filter(e::event.eq(published)).order(e::n).select(e::salts).load(conn)?;
    Ok(kept.into_iter().map(|kept| kept.and_then(|kept| kept.0.get("answer").and_then(|salt| salt.as_str().and_then(Salt::from_base64)))).collect())
}

/// Saves what somebody wrote of the answer to the open appeal.
pub fn put(conn: &mut Conn, serial: Serial, answer: &str, handed_in: bool, revision: i64, author: Uuid) -> Stored<()> {
    let open = a::table.filter(a::serial.eq(serial.0)).filter(a::answered_on.is_null());
    diesel::update(open).set((a::answer.eq(answer), a::handed_in.eq(handed_in), a::revision.eq(revision), a::author.eq(Some(Key(author))))).execute(conn)?;
    if handed_in {
        diesel::update(open).set(a::returned.eq(None::<String>)).execute(conn)?;
    }
    let n: i64 = open.select(a::n).first(conn)?;
    let row = (w::serial.eq(serial.0), w::n.eq(n), w::officer.eq(Key(author)));
    Both(diesel::insert_into(w::table).values(row).on_conflict_do_nothing()).execute(conn)?;
    Ok(())
}

/// An approver gives what is written of the open appeal back.
pub fn give_back(conn: &mut Conn, serial: Serial, revision: i64, reason: &Ground) -> Stored<()> {
    let open = a::table.filter(a::serial.eq(serial.0)).filter(a::answered_on.is_null());
    diesel::update(open).set((a::handed_in.eq(false), a::revision.eq(revision), a::returned.eq(Some(reason.as_str())))).execute(conn)?;
    Ok(())
}

/// Everybody who wrote in the answer to an appeal of an item: of the one that is open, or of those that are answered.
pub fn writers(conn: &mut Conn, serial: Serial, open: bool) -> Stored<Vec<Uuid>> {
    let waits = exists(a::table.filter(a::serial.eq(w::serial)).filter(a::n.eq(w::n)).filter(a::answered_on.is_null()));
    let of_item = w::table.filter(w::serial.eq(serial.0)).select(w::officer);
    let ids: Vec<Key> = if open { of_item.filter(waits).load(conn)? } else { of_item.filter(not(waits)).load(conn)? };
    Ok(ids.into_iter().map(|key| key.0).collect())
}

/// The open appeal is answered and published.
pub fn publish(conn: &mut Conn, serial: Serial, approver: Uuid, on: Day) -> Stored<()> {
    let open = a::table.filter(a::serial.eq(serial.0)).filter(a::answered_on.is_null());
    diesel::update(open).set((a::handed_in.eq(false), a::approver.eq(Some(Key(approver))), a::answered_on.eq(Some(On(on))))).execute(conn)?;
    Ok(())
}

/// Everybody who had a part in what was published of an item so far: wrote in it or approved it. None of them may answer
/// an appeal against it.
pub fn involved(conn: &mut Conn, serial: Serial) -> Stored<Vec<Uuid>> {
    use answer_authors as w;
    use feedback_answers as v;
    let mut involved: Vec<Key> = w::table.filter(w::serial.eq(serial.0)).select(w::officer).load(conn)?;
    involved.extend(v::table.filter(v::serial.eq(serial.0)).select(v::approver).load::<Key>(conn)?);
    let approvers = a::table.filter(a::serial.eq(serial.0)).filter(a::answered_on.is_not_null()).select(a::approver);
    involved.extend(approvers.load::<Option<Key>>(conn)?.into_iter().flatten());
    let mut involved: Vec<Uuid> = involved.into_iter().map(|key| key.0).collect();
    involved.extend(writers(conn, serial, false)?);
    Ok(involved)
}
