//! Opinions: their events, and the row that projects them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::LazyLock;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::batch::{Batch, Rows, row};
use super::schema::{answer_authors, contacts, feedback, feedback_answers, feedback_events, feedback_texts, sealed_intakes};
use super::types::{At, Json, Key, On};
use super::{Conn, Stored, broken, topic};
use crate::domain::commitment::Salt;
use crate::domain::deadline::{Clock, Pause};
use crate::domain::event::{Entry, Event, EventName};
use crate::domain::feedback::State;
use crate::domain::time::{Day, Moment};
use crate::domain::visibility::{Answer, Record};
use crate::domain::words::{Channel, FieldCode, NoticeVersion, OfficeCode, ProcedureKey, Respondent, Serial, Topic};

#[derive(Debug, Clone, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = feedback, treat_none_as_null = true)]
pub(super) struct Row {
    serial: i64,
    received_on: On,
    language: String,
    kind: Option<String>,
    field: Option<String>,
    respondent: Option<String>,
    channel: Option<String>,
    procedure: Option<String>,
    named_office: Option<String>,
    state: String,
    settled: Option<String>,
    paused: bool,
    office: Option<String>,
    in_tray: bool,
    due_on: Option<On>,
    first_due_on: Option<On>,
    answered_on: Option<On>,
    out_on: Option<On>,
    clock: Option<Json>,
    events: i64,
    assignee: Option<Key>,
    title: Option<String>,
    merged_into: Option<i64>,
    withheld: bool,
    waits_until: Option<On>,
    unconfirmed: bool,
    reply: Option<String>,
    grouped: bool,
    forwards: i64,
    appeal: Option<String>,
}

impl Row {
    fn of(record: &Record) -> Self {
        Self {
            serial: record.serial.0,
            received_on: On(record.received_on),
            language: record.language.to_string(),
            kind: record.kind.map(|k| k.to_string()),
            field: record.field.as_ref().map(ToString::to_string),
            respondent: record.respondent.map(|r| r.to_string()),
            channel: record.channel.map(|c| c.to_string()),
            procedure: record.procedure.as_ref().map(ToString::to_string),
            named_office: record.named_office.as_ref().map(ToString::to_string),
            state: record.state.to_string(),
            settled: record.settled.map(|c| c.to_string()),
            paused: record.paused,
            office: record.office.as_ref().map(ToString::to_string),
            in_tray: record.in_tray,
            due_on: record.due_on.map(On),
            first_due_on: record.first_due_on.map(On),
            answered_on: record.answered_on.map(On),
            out_on: record.out_on.map(On),
            clock: record.clock.as_ref().map(|c| Json(write_clock(c))),
            events: i64::from(record.events),
            assignee: record.assignee.map(Key),
            title: record.title.clone(),
            merged_into: record.merged_into.map(|s| s.0),
            withheld: record.withheld,
            waits_until: record.waits_until.map(On),
            unconfirmed: record.unconfirmed,
            reply: record.reply.map(|r| r.to_string()),
            grouped: record.grouped,
            forwards: i64::from(record.forwards),
            appeal: record.appeal.map(|a| a.to_string()),
        }
    }

    pub(super) fn read(self) -> Stored<Record> {
        Ok(Record {
            serial: Serial(self.serial),
            received_on: self.received_on.0,
            language: self.language.parse().map_err(broken)?,
            kind: word(self.kind)?,
            field: word(self.field)?,
            respondent: word(self.respondent)?,
            channel: word(self.channel)?,
            procedure: word(self.procedure)?,
            named_office: word(self.named_office)?,
            state: self.state.parse().map_err(broken)?,
            settled: word(self.settled)?,
            paused: self.paused,
            office: word(self.office)?,
            in_tray: self.in_tray,
            due_on: self.due_on.map(|d| d.0),
            first_due_on: self.first_due_on.map(|d| d.0),
            answered_on: self.answered_on.map(|d| d.0),
            out_on: self.out_on.map(|d| d.0),
            clock: self.clock.map(|c| read_clock(&c.0)).transpose()?,
            events: u32::try_from(self.events).map_err(broken)?,
            assignee: self.assignee.map(|k| k.0),
            title: self.title,
            merged_into: self.merged_into.map(Serial),
            withheld: self.withheld,
            waits_until: self.waits_until.map(|d| d.0),
            unconfirmed: self.unconfirmed,
            reply: word(self.reply)?,
            grouped: self.grouped,
            forwards: u32::try_from(self.forwards).map_err(broken)?,
            appeal: word(self.appeal)?,
        })
    }
}

fn word<T: std::str::FromStr<Err = crate::domain::error::UnknownWord>>(text: Option<String>) -> Stored<Option<T>> {
    text.map(|t| t.parse().map_err(broken)).transpose()
}

fn write_clock(clock: &Clock) -> Value {
    let pauses: Vec<Value> = clock.pauses.iter().map(|p| serde_json::json!({"asked": p.asked, "resumed": p.resumed})).collect();
    serde_json::json!({"start": clock.start, "days": clock.days, "makeup": clock.makeup, "pauses": pauses})
}

fn read_clock(value: &Value) -> Stored<Clock> {
    #[derive(serde::Deserialize)]
    struct Kept {
        start: Day,
        days: u32,
        makeup: bool,
        pauses: Vec<KeptPause>,
    }
    #[derive(serde::Deserialize)]
    struct KeptPause {
        asked: Day,
        resumed: Option<Day>,
    }
    let kept: Kept = serde_json::from_value(value.clone()).map_err(broken)?;
    let pauses = kept.pauses.into_iter().map(|p| Pause { asked: p.asked, resumed: p.resumed }).collect();
    Ok(Clock { start: kept.start, days: kept.days, makeup: kept.makeup, pauses })
}

/// The facts of an item that is sealed at receipt: for its receiver alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedIntake {
    /// The field that the sender chose.
    pub field: FieldCode,
    /// The office that the sender named.
    pub office: Option<OfficeCode>,
    /// The procedure that the sender named.
    pub procedure: Option<ProcedureKey>,
    /// Who spoke.
    pub respondent: Respondent,
    /// How it came in.
    pub channel: Channel,
}

/// A new item with what belongs to it alone.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// Its row.
    pub record: Record,
    /// The submission that it came with.
    pub submission: Uuid,
    /// Hash of the receipt code.
    pub receipt_hash: String,
    /// The original words.
    pub original: String,
    /// What a question asks for.
    pub topic: Option<Topic>,
    /// The encrypted contact.
    pub contact: Option<String>,
    /// The version of the notice on personal data that was seen with it.
    pub notice: Option<NoticeVersion>,
    /// For an item sealed at receipt.
    pub sealed: Option<SealedIntake>,
}

/// A new item as a row.
struct NewRow {
    row: Row,
    submission_id: Uuid,
    receipt_hash: String,
}

row! {
    NewRow: serial in row, received_on in row, language in row, kind in row, field in row, respondent in row, channel in row,
    procedure in row, named_office in row, state in row, settled in row, paused in row, office in row, in_tray in row, due_on in row,
    first_due_on in row, answered_on in row, out_on in row, clock in row, events in row, assignee in row, title in row,
    merged_into in row, withheld in row, waits_until in row, unconfirmed in row, reply in row, grouped in row, forwards in row,
    appeal in row, submission_id, receipt_hash
}

static INSERT: LazyLock<Batch> = LazyLock::new(|| Batch::into::<NewRow>("feedback", ""));

struct TextRow<'a> {
    serial: i64,
    original: &'a str,
}

row! { TextRow<'a>: serial, original }

static INSERT_TEXTS: LazyLock<Batch> = LazyLock::new(|| Batch::into::<TextRow<'_>>("feedback_texts", ""));

struct ContactRow<'a> {
    serial: i64,
    sealed: &'a str,
    notice: Option<&'a str>,
}

row! { ContactRow<'a>: serial, sealed, notice }

static INSERT_CONTACTS: LazyLock<Batch> = LazyLock::new(|| Batch::into::<ContactRow<'_>>("contacts", ""));

struct SealedRow<'a> {
    serial: i64,
    field: &'a str,
    office: Option<&'a str>,
    procedure: Option<&'a str>,
    respondent: &'a str,
    channel: &'a str,
}

row! { SealedRow<'a>: serial, field, office, procedure, respondent, channel }

static INSERT_SEALED: LazyLock<Batch> = LazyLock::new(|| Batch::into::<SealedRow<'_>>("sealed_intakes", ""));

/// New items as rows; those of their events follow by [`event_rows`].
pub fn rows(items: &[NewItem]) -> [Rows<'_>; 5] {
    let row = |new: &'_ NewItem| NewRow { row: Row::of(&new.record), submission_id: new.submission, receipt_hash: new.receipt_hash.clone() };
    let with_words = items.iter().map(|new| TextRow { serial: new.record.serial.0, original: &new.original });
    let topics = items.iter().filter_map(|new| Some((new.record.serial, new.topic?)));
    let with_contact = items.iter().filter_map(|new| {
        let notice = new.notice.as_ref().map(NoticeVersion::as_str);
        Some(ContactRow { serial: new.record.serial.0, sealed: new.contact.as_deref()?, notice })
    });
    let sealed = items.iter().filter_map(|new| {
        let sealed = new.sealed.as_ref()?;
        Some(SealedRow {
            serial: new.record.serial.0,
            field: sealed.field.as_str(),
            office: sealed.office.as_ref().map(OfficeCode::as_str),
            procedure: sealed.procedure.as_ref().map(ProcedureKey::as_str),
            respondent: sealed.respondent.as_str(),
            channel: sealed.channel.as_str(),
        })
    });
    [INSERT.of(items.iter().map(row)), INSERT_TEXTS.of(with_words), topic::rows(topics), INSERT_CONTACTS.of(with_contact), INSERT_SEALED.of(sealed)]
}

/// An event with what is kept beside it.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// The item.
    pub serial: Serial,
    /// The event in its place.
    pub entry: Entry,
    /// When it was recorded.
    pub at: Moment,
    /// Who acted; never in public.
    pub officer: Option<Uuid>,
    /// Salts of its commitments, by the commitment's name.
    pub salts: Vec<(&'static str, Salt)>,
    /// Words beside a reason.
    pub note: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = feedback_events)]
pub(super) struct EventRow {
    serial: i64,
    n: i64,
    event: String,
    on_day: On,
    at: At,
    by_part: String,
    officer: Option<Key>,
    payload: Json,
    salts: Option<Json>,
    note: Option<String>,
}

row! { EventRow: serial, n, event, on_day, at, by_part, officer, payload, salts, note }

static APPEND: LazyLock<Batch> = LazyLock::new(|| Batch::into::<EventRow>("feedback_events", ""));

/// An event without its name, as it is kept.
pub(super) fn payload_of(event: &Event) -> Stored<Value> {
    let mut payload = serde_json::to_value(event).map_err(broken)?;
    payload.as_object_mut().map(|payload| payload.remove("event"));
    Ok(payload)
}

impl EventRow {
    pub(super) fn payload(&self) -> &Value {
        &self.payload.0
    }

    fn of(new: &NewEvent) -> Stored<Self> {
        let salts: Map<String, Value> = new.salts.iter().map(|(name, salt)| ((*name).to_owned(), Value::from(salt.to_base64()))).collect();
        Ok(Self {
            serial: new.serial.0,
            n: i64::from(new.entry.n),
            event: new.entry.event.name().to_string(),
            on_day: On(new.entry.on),
            at: At(new.at),
            by_part: new.entry.by.to_string(),
            officer: new.officer.map(Key),
            payload: Json(payload_of(&new.entry.event)?),
            salts: (!salts.is_empty()).then_some(Json(Value::Object(salts))),
            note: new.note.clone(),
        })
    }
}

/// Events as rows. A number that is taken is a [`super::StoreError::Duplicate`] when they are written.
pub fn event_rows(events: &[NewEvent]) -> Stored<Rows<'static>> {
    Ok(APPEND.of(events.iter().map(EventRow::of).collect::<Stored<Vec<_>>>()?))
}

/// An event as it is kept.
#[derive(Debug, Clone)]
pub struct KeptEvent {
    /// The event in its place.
    pub entry: Entry,
    /// When it was recorded.
    pub at: Moment,
    /// Who acted.
    pub officer: Option<Uuid>,
    /// Salts of its commitments, by name, base64.
    pub salts: Map<String, Value>,
    /// Words beside a reason.
    pub note: Option<String>,
}

pub(super) fn read_event(row: EventRow) -> Stored<(Serial, KeptEvent)> {
    let mut payload = match row.payload.0 {
        Value::Object(map) => map,
        other => return Err(broken(format!("HD-{} event {}: payload {other}", row.serial, row.n))),
    };
    payload.insert("event".to_owned(), Value::from(row.event));
    let event: Event = serde_json::from_value(Value::Object(payload)).map_err(broken)?;
    let entry = Entry { n: u32::try_from(row.n).map_err(broken)?, on: row.on_day.0, by: row.by_part.parse().map_err(broken)?, event };
    let salts = match row.salts {
        Some(Json(Value::Object(map))) => map,
        _ => Map::new(),
    };
    Ok((Serial(row.serial), KeptEvent { entry, at: row.at.0, officer: row.officer.map(|k| k.0), salts, note: row.note }))
}

/// The events of an item, in order.
pub fn events(conn: &mut Conn, serial: Serial) -> Stored<Vec<KeptEvent>> {
    use feedback_events as e;
    let rows: Vec<EventRow> = e::table.filter(e::serial.eq(serial.0)).order(e::n).select(EventRow::as_select()).load(conn)?;
    rows.into_iter().map(|r| read_event(r).map(|(_, kept)| kept)).collect()
}

/// The events of the next items after a serial, by item and number.
pub fn events_after(conn: &mut Conn, last: i64, items: i64) -> Stored<Vec<(Serial, KeptEvent)>> {
    use feedback_events as e;
    let rows: Vec<EventRow> =
        e::table.filter(e::serial.gt(last)).filter(e::serial.le(last + items)).order((e::serial, e::n)).select(EventRow::as_select()).load(conn)?;
    rows.into_iter().map(read_event).collect()
}

/// The row of an item.
pub fn get(conn: &mut Conn, serial: Serial) -> Stored<Option<Record>> {
    let row: Option<Row> = feedback::table.find(serial.0).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::read).transpose()
}

/// Serials as the database knows them.
pub(super) fn numbers(serials: &[Serial]) -> Vec<i64> {
    serials.iter().map(|serial| serial.0).collect()
}

/// The rows of items, newest first.
pub fn all_of(conn: &mut Conn, serials: &[Serial]) -> Stored<Vec<Record>> {
    let rows: Vec<Row> =
        feedback::table.filter(feedback::serial.eq_any(numbers(serials))).order(feedback::serial.desc()).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Row::read).collect()
}

/// The row of an item, held until the transaction ends: two people can't move it at once.
pub fn get_for_update(conn: &mut Conn, serial: Serial) -> Stored<Option<Record>> {
    let query = feedback::table.find(serial.0);
    let row: Option<Row> = match conn {
        Conn::Pg(c) => query.select(Row::as_select()).for_update().get_result(c).optional()?,
        // One writer at a time: the lock is the database.
        Conn::Sqlite(c) => query.select(Row::as_select()).get_result(c).optional()?,
    };
    row.map(Row::read).transpose()
}

/// Writes the row of an item whole.
pub fn update(conn: &mut Conn, record: &Record) -> Stored<()> {
    let row = Row::of(record);
    diesel::update(feedback::table.find(record.serial.0)).set(&row).execute(conn)?;
    Ok(())
}

/// The hash of an item's receipt code.
pub fn receipt_hash(conn: &mut Conn, serial: Serial) -> Stored<Option<String>> {
    Ok(feedback::table.find(serial.0).select(feedback::receipt_hash).first(conn).optional()?)
}

/// The serial of the item that has a receipt.
pub fn by_receipt(conn: &mut Conn, hash: &str) -> Stored<Option<Serial>> {
    let serial: Option<i64> = feedback::table.filter(feedback::receipt_hash.eq(hash)).select(feedback::serial).first(conn).optional()?;
    Ok(serial.map(Serial))
}

/// The original words.
pub fn original(conn: &mut Conn, serial: Serial) -> Stored<Option<String>> {
    Ok(feedback_texts::table.find(serial.0).select(feedback_texts::original).first(conn).optional()?)
}

/// The encrypted contact.
pub fn contact(conn: &mut Conn, serial: Serial) -> Stored<Option<String>> {
    Ok(contacts::table.find(serial.0).select(contacts::sealed).first(conn).optional()?)
}

/// What the receiver of a denunciation needs to know of its receipt.
pub fn sealed_intake(conn: &mut Conn, serial: Serial) -> Stored<Option<SealedIntake>> {
    use sealed_intakes as s;
    type Kept = (String, Option<String>, Option<String>, String, String);
    let row: Option<Kept> = s::table.find(serial.0).select((s::field, s::office, s::procedure, s::respondent, s::channel)).first(conn).optional()?;
    row.map(|(field, office, procedure, respondent, channel)| {
        Ok(SealedIntake {
            field: field.parse().map_err(broken)?,
            office: word(office)?,
            procedure: word(procedure)?,
            respondent: respondent.parse().map_err(broken)?,
            channel: channel.parse().map_err(broken)?,
        })
    })
    .transpose()
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = feedback_answers)]
struct AnswerRow {
    serial: i64,
    version: i64,
    title: String,
    question: String,
    answer: String,
    office: String,
    published_on: On,
    author: Key,
    approver: Key,
}

/// Stores a published version with the two people behind it, and with everybody who wrote along.
pub fn publish(conn: &mut Conn, serial: Serial, answer: &Answer, author: Uuid, approver: Uuid) -> Stored<()> {
    let row = AnswerRow {
        serial: serial.0,
        version: i64::from(answer.version),
        title: answer.title.clone(),
        question: answer.question.clone(),
        answer: answer.answer.clone(),
        office: answer.office.to_string(),
        published_on: On(answer.published_on),
        author: Key(author),
        approver: Key(approver),
    };
    diesel::insert_into(feedback_answers::table).values(&row).execute(conn)?;
    let authors: BTreeSet<Uuid> = super::draft::authors(conn, serial)?.into_iter().chain([author]).collect();
    for author in authors {
        use answer_authors as w;
        let row = (w::serial.eq(serial.0), w::version.eq(i64::from(answer.version)), w::officer.eq(Key(author)));
        diesel::insert_into(w::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// The published versions of an answer, oldest first.
pub fn answers(conn: &mut Conn, serial: Serial) -> Stored<Vec<Answer>> {
    Ok(answers_of(conn, &[serial])?.remove(&serial).unwrap_or_default())
}

/// The published versions of these items' answers, oldest first; those without one are not named.
pub fn answers_of(conn: &mut Conn, serials: &[Serial]) -> Stored<BTreeMap<Serial, Vec<Answer>>> {
    use feedback_answers as a;
    let numbers = numbers(serials);
    let rows: Vec<(i64, AnswerRow)> =
        a::table.filter(a::serial.eq_any(&numbers)).order((a::serial, a::version)).select((a::serial, AnswerRow::as_select())).load(conn)?;
    let mut salts = if rows.is_empty() { BTreeMap::new() } else { answer_salts(conn, &numbers)? };
    let mut answers: BTreeMap<Serial, Vec<Answer>> = BTreeMap::new();
    for (serial, row) in rows {
        let answer = Answer {
            salts: salts.get_mut(&serial).and_then(VecDeque::pop_front).flatten(),
            version: u32::try_from(row.version).map_err(broken)?,
            title: row.title,
            question: row.question,
            answer: row.answer,
            office: row.office.parse().map_err(broken)?,
            published_on: row.published_on.0,
        };
        answers.entry(Serial(serial)).or_default().push(answer);
    }
    Ok(answers)
}

/// The salts of question and answer, where they are not erased.
type AnswerSalts = Option<(Salt, Salt)>;

/// Those of each published version of these items, oldest first.
fn answer_salts(conn: &mut Conn, serials: &[i64]) -> Stored<BTreeMap<i64, VecDeque<AnswerSalts>>> {
    use feedback_events as e;
    let published = [EventName::Answered, EventName::AnswerRevised].map(EventName::as_str);
    let of_items = e::table.filter(e::serial.eq_any(serials)).filter(e::event.eq_any(published));
    let kept: Vec<(i64, Option<Json>)> = of_items.order((e::serial, e::n)).select((e::serial, e::salts)).load(conn)?;
    let salt = |kept: &Json, name: &str| kept.0.get(name).and_then(Value::as_str).and_then(Salt::from_base64);
    let mut salts: BTreeMap<i64, VecDeque<AnswerSalts>> = BTreeMap::new();
    for (serial, kept) in kept {
        salts.entry(serial).or_default().push_back(kept.and_then(|kept| salt(&kept, "question").zip(salt(&kept, "answer"))));
    }
    Ok(salts)
}

/// Serials of items merged into this one.
pub fn merged_into(conn: &mut Conn, survivor: Serial) -> Stored<Vec<Serial>> {
    let serials: Vec<i64> = feedback::table
        .filter(feedback::merged_into.eq(survivor.0))
        .filter(feedback::state.eq(State::Merged.as_str()))
        .order(feedback::serial)
        .select(feedback::serial)
        .load(conn)?;
    Ok(serials.into_iter().map(Serial).collect())
}

/// Open items, after a serial: for the daily job and a changed calendar.
pub fn open_after(conn: &mut Conn, last: i64, limit: i64) -> Stored<Vec<Serial>> {
    let open: Vec<&str> = State::ALL.iter().filter(|s| s.is_open()).map(|s| s.as_str()).collect();
    let serials: Vec<i64> = feedback::table
        .filter(feedback::serial.gt(last))
        .filter(feedback::state.eq_any(open))
        .order(feedback::serial)
        .limit(limit)
        .select(feedback::serial)
        .load(conn)?;
    Ok(serials.into_iter().map(Serial).collect())
}

/// The rows of open items, after a serial.
pub fn open_records_after(conn: &mut Conn, last: i64, limit: i64) -> Stored<Vec<Record>> {
    let open: Vec<&str> = State::ALL.iter().filter(|s| s.is_open()).map(|s| s.as_str()).collect();
    let rows: Vec<Row> = feedback::table
        .filter(feedback::serial.gt(last))
        .filter(feedback::state.eq_any(open))
        .order(feedback::serial)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::read).collect()
}

/// Open, unpaused items whose deadline is before a day and that no `overdue` event names yet.
pub fn late_unrecorded(conn: &mut Conn, day: Day, limit: i64) -> Stored<Vec<Serial>> {
    use feedback_events as e;
    let open: Vec<&str> = State::ALL.iter().filter(|s| s.is_open()).map(|s| s.as_str()).collect();
    // Of the item alone: there is no index of all that were ever late.
    let recorded = e::table.filter(e::serial.eq(feedback::serial)).filter(e::event.eq(EventName::Overdue.as_str()));
    let serials: Vec<i64> = feedback::table
        .filter(feedback::state.eq_any(open))
        .filter(feedback::due_on.lt(On(day)))
        .filter(feedback::paused.eq(false))
        .filter(not(exists(recorded)))
        .order(feedback::serial)
        .limit(limit)
        .select(feedback::serial)
        .load(conn)?;
    Ok(serials.into_iter().map(Serial).collect())
}

/// Items whose sender was waited for until a day before this one.
pub fn waited_in_vain(conn: &mut Conn, day: Day, limit: i64) -> Stored<Vec<Serial>> {
    let serials: Vec<i64> =
        feedback::table.filter(feedback::waits_until.lt(On(day))).order(feedback::serial).limit(limit).select(feedback::serial).load(conn)?;
    Ok(serials.into_iter().map(Serial).collect())
}

/// Items that an officer sealed on or before a day, after a serial, and that the receiver has not confirmed.
pub fn unconfirmed(conn: &mut Conn, until: Day, last: i64, limit: i64) -> Stored<Vec<Serial>> {
    let serials: Vec<i64> = feedback::table
        .filter(feedback::unconfirmed.eq(true))
        .filter(feedback::out_on.le(On(until)))
        .filter(feedback::serial.gt(last))
        .order(feedback::serial)
        .limit(limit)
        .select(feedback::serial)
        .load(conn)?;
    Ok(serials.into_iter().map(Serial).collect())
}

/// Answered items of whose latest version, published on or before a day, nothing was said.
pub fn unreplied(conn: &mut Conn, until: Day, limit: i64) -> Stored<Vec<Serial>> {
    use feedback_answers as a;
    let later = a::table.filter(a::serial.eq(feedback::serial)).filter(a::published_on.gt(On(until)));
    let serials: Vec<i64> = feedback::table
        .filter(feedback::state.eq(State::Answered.as_str()))
        .filter(feedback::reply.is_null())
        .filter(not(exists(later)))
        .order(feedback::serial)
        .limit(limit)
        .select(feedback::serial)
        .load(conn)?;
    Ok(serials.into_iter().map(Serial).collect())
}

/// The largest serial.
pub fn last_serial(conn: &mut Conn) -> Stored<i64> {
    let last: Option<i64> = feedback::table.select(diesel::dsl::max(feedback::serial)).first(conn)?;
    Ok(last.unwrap_or(0))
}

/// Items that have a contact and have been done since before a day.
pub fn contacts_done_before(conn: &mut Conn, day: Day, limit: i64) -> Stored<Vec<Serial>> {
    super::retention::done_before(conn, "SELECT serial FROM contacts", day, limit)
}

/// Deletes a contact whose purpose has ended.
pub fn forget_contact(conn: &mut Conn, serial: Serial) -> Stored<bool> {
    Ok(diesel::delete(contacts::table.find(serial.0)).execute(conn)? > 0)
}
