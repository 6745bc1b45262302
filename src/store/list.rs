//! Lists of opinions: what a page of them asks for, in which order, and how many there are.

use diesel::dsl::{exists, not, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use uuid::Uuid;

use super::feedback::Row;
use super::schema::{feedback, feedback_events};
use super::search::{self, Reader};
use super::types::{Key, On};
use super::{Conn, Stored, broken};
use crate::domain::event::EventName;
use crate::domain::feedback::{Class, State};
use crate::domain::search::Query;
use crate::domain::time::Day;
use crate::domain::visibility::Record;
use crate::domain::words::{OfficeCode, Serial};

/// What a list asks for. Empty filters choose everything.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// These fields.
    pub field: Option<String>,
    /// These offices.
    pub offices: Option<Vec<String>>,
    /// These states.
    pub states: Option<Vec<State>>,
    /// Not answered and not out.
    pub open: bool,
    /// With these words, for this reader.
    pub words: Option<(Query, Reader)>,
    /// Settled in this class.
    pub class: Option<Class>,
    /// This kind.
    pub kind: Option<String>,
    /// This respondent.
    pub respondent: Option<String>,
    /// Received on or after.
    pub from: Option<Day>,
    /// Received on or before.
    pub to: Option<Day>,
    /// Due before this day, and not paused.
    pub due_before: Option<Day>,
    /// Due on or after this day, or paused.
    pub not_due_before: Option<Day>,
    /// Not the sealed ones: they have no place in lists by field or office.
    pub unsealed: bool,
    /// Assigned to this officer.
    pub assignee: Option<Uuid>,
    /// Assigned to one of these officers.
    pub assignees: Option<Vec<Uuid>>,
    /// In the coordinating office's tray.
    pub in_tray: bool,
    /// With a draft that waits for an approver.
    pub handed_in: bool,
    /// With an appeal that waits for one of these offices.
    pub appealed_to: Option<Vec<String>>,
    /// Sealed, and confirmed by the receiver or not.
    pub confirmed: Option<bool>,
}

/// The place of an item in the order of deadlines, or of the last days of appeals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its deadline, or its appeal's last day.
    pub due_on: Day,
    /// Its number: it decides among those of one day.
    pub serial: Serial,
}

impl Place {
    /// Reads what an address says of it, as `2026-11-20.1158`.
    pub fn parse(text: &str) -> Option<Self> {
        let (due_on, serial) = text.split_once('.')?;
        Some(Self { due_on: due_on.parse().ok()?, serial: serial.parse().ok()? })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.due_on, self.serial.0)
    }
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Newest serial first, from below this serial.
    Newest(Option<i64>),
    /// Nearest deadline first, from after this place.
    Deadline(Option<Place>),
    /// Nearest last day of its open appeal first, from after this place.
    Appeal(Option<Place>),
    /// Newest answer first, of those that ever had one.
    Answered,
}

/// Open, in these words, so that the index of open ones is taken. A sealed one is out.
const OPEN: &str = "feedback.out_on IS NULL AND feedback.answered_on IS NULL";

type Chosen<'a> = feedback::BoxedQuery<'a, super::MultiBackend>;

fn filtered<'a>(conn: &Conn, filter: &'a Filter) -> Chosen<'a> {
    use feedback as f;
    let mut query = f::table.into_boxed::<super::MultiBackend>();
    if filter.open {
        query = query.filter(sql::<Bool>(OPEN));
    }
    if let Some((words, reader)) = &filter.words {
        query = query.filter(search::matches(conn, words, *reader));
    }
    if let Some(field) = &filter.field {
        query = query.filter(f::field.eq(field));
    }
    if let Some(offices) = &filter.offices {
        query = query.filter(f::office.eq_any(offices));
    }
    if let Some(states) = &filter.states {
        query = query.filter(f::state.eq_any(states.iter().map(|s| s.as_str()).collect::<Vec<_>>()));
    }
    if let Some(class) = filter.class {
        query = query.filter(f::settled.eq(class.as_str()));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(f::kind.eq(kind));
    }
    if let Some(respondent) = &filter.respondent {
        query = query.filter(f::respondent.eq(respondent));
    }
    if let Some(from) = filter.from {
        query = query.filter(f::received_on.ge(On(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(f::received_on.le(On(to)));
    }
    if let Some(day) = filter.due_before {
        query = query.filter(f::due_on.lt(On(day))).filter(f::paused.eq(false));
    }
    if let Some(day) = filter.not_due_before {
        query = query.filter(f::due_on.ge(On(day)).or(f::paused.eq(true)));
    }
    if filter.unsealed {
        query = query.filter(f::state.ne(State::Sealed.as_str()));
    }
    if let Some(officer) = filter.assignee {
        query = query.filter(f::assignee.eq(Key(officer)));
    }
    if let Some(officers) = &filter.assignees {
        query = query.filter(f::assignee.eq_any(officers.iter().map(|id| Some(Key(*id))).collect::<Vec<_>>()));
    }
    if filter.in_tray {
        // In this word, so that the index of the tray is taken.
        query = query.filter(sql::<Bool>("feedback.in_tray"));
    }
    if let Some(confirmed) = filter.confirmed {
        use feedback_events as e;
        // A confirmation is an item's last event while it stands.
        let last = e::table.filter(e::serial.eq(f::serial)).filter((e::n + 1).eq(f::events)).filter(e::event.eq(EventName::SealConfirmed.as_str()));
        query = if confirmed { query.filter(exists(last)) } else { query.filter(not(exists(last))) };
    }
    if let Some(offices) = &filter.appealed_to {
        use super::schema::feedback_appeals as a;
        query = query.filter(f::serial.eq_any(a::table.filter(super::appeal::waits()).filter(a::office.eq_any(offices)).select(a::serial)));
    }
    if filter.handed_in {
        use super::schema::feedback_drafts as d;
        query = query.filter(f::out_on.is_null()).filter(f::serial.eq_any(d::table.filter(d::handed_in.eq(true)).select(d::serial)));
    }
    query
}

/// A page of a list.
pub fn list(conn: &mut Conn, filter: &Filter, order: Order, limit: i64) -> Stored<Vec<Record>> {
    use feedback as f;
    if let (Conn::Sqlite(_), Order::Deadline(after), true, Some(offices)) = (&*conn, order, filter.open, &filter.offices) {
        return by_office(conn, filter, offices, after, limit);
    }
    let query = filtered(conn, filter);
    let query = match order {
        Order::Newest(None) => query.order(f::serial.desc()),
        Order::Newest(Some(below)) => query.filter(f::serial.lt(below)).order(f::serial.desc()),
        Order::Appeal(after) => appeals_from(query, after).order((sql::<Text>(APPEAL_UNTIL), f::serial.asc())),
        Order::Deadline(after) => from(query, after).order((f::due_on.asc(), f::serial.asc())),
        Order::Answered => query.filter(sql::<Bool>("feedback.answered_on IS NOT NULL")).order((f::answered_on.desc(), f::serial.desc())),
    };
    let rows: Vec<Row> = query.limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Row::read).collect()
}

/// Received within a term, for a query that is not to begin with the days: a text, made from days and never from input.
pub(super) fn received(from: Option<Day>, to: Option<Day>) -> SqlLiteral<Bool> {
    let day = |day: Option<Day>, compared: &str| day.map_or_else(|| "1 = 1".to_owned(), |day| format!("feedback.received_on {compared} '{day}'"));
    sql::<Bool>(&format!("{} AND {}", day(from, ">="), day(to, "<=")))
}

/// The last day of an item's open appeal.
const APPEAL_UNTIL: &str = "(SELECT MIN(a.until) FROM feedback_appeals AS a WHERE a.serial = feedback.serial AND a.answered_on IS NULL)";

/// Those that come after a place in the order of appeals.
fn appeals_from(query: Chosen<'_>, after: Option<Place>) -> Chosen<'_> {
    // The text is made from a day and a number, never from input.
    let later = |Place { due_on, serial }: Place| {
        sql::<Bool>(&format!("({APPEAL_UNTIL} > '{due_on}' OR {APPEAL_UNTIL} = '{due_on}' AND feedback.serial > {})", serial.0))
    };
    match after {
        Some(after) => query.filter(later(after)),
        None => query,
    }
}

/// Those that come after a place in the order of deadlines.
fn from(query: Chosen<'_>, after: Option<Place>) -> Chosen<'_> {
    use feedback as f;
    match after {
        None => query,
        Some(Place { due_on, serial }) => query.filter(f::due_on.ge(On(due_on))).filter(f::due_on.gt(On(due_on)).or(f::serial.gt(serial.0))),
    }
}

/// Nearest deadline first among several offices. SQLite would sort the open
/// items of all of them; of each, its index has the next ones in order.
fn by_office(conn: &mut Conn, filter: &Filter, offices: &[String], after: Option<Place>, limit: i64) -> Stored<Vec<Record>> {
    use feedback as f;
    let mut next: Vec<(Option<On>, i64)> = Vec::new();
    for office in offices {
        let of_one = Filter { offices: Some(vec![office.clone()]), ..filter.clone() };
        let query = from(filtered(conn, &of_one), after).order((f::due_on.asc(), f::serial.asc())).limit(limit);
        let found: Vec<(Option<On>, i64)> = query.select((f::due_on, f::serial)).load(conn)?;
        next.extend(found);
    }
    next.sort_by_key(|(due_on, serial)| (due_on.map(|on| on.0), *serial));
    next.truncate(usize::try_from(limit).unwrap_or(0));
    let serials: Vec<i64> = next.iter().map(|(_, serial)| *serial).collect();
    let rows: Vec<Row> = f::table.filter(f::serial.eq_any(serials)).order((f::due_on.asc(), f::serial.asc())).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Row::read).collect()
}

/// What waits at one office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The office in charge.
    pub office: OfficeCode,
    /// All that is open.
    pub open: i64,
    /// Due before a day, and not late.
    pub soon: i64,
    /// Late.
    pub overdue: i64,
}

/// What waits at each of some offices: those where nothing does are not named.
pub fn waiting(conn: &mut Conn, offices: &[String], today: Day, soon: Day) -> Stored<Vec<Waiting>> {
    use feedback as f;
    // The texts are made from days, never from input; paused ones are never late.
    let sum = |when: String| format!("CAST(SUM(CASE WHEN {when} THEN 1 ELSE 0 END) AS BIGINT)");
    let late = sum(format!("NOT paused AND due_on < '{today}'"));
    let near = sum(format!("NOT paused AND due_on >= '{today}' AND due_on < '{soon}'"));
    let rows: Vec<(Option<String>, i64, i64, i64)> = f::table
        .filter(sql::<Bool>(OPEN))
        .filter(f::office.eq_any(offices))
        .group_by(f::office)
        .select((f::office, sql::<BigInt>("COUNT(*)"), sql::<BigInt>(&near), sql::<BigInt>(&late)))
        .load(conn)?;
    rows.into_iter()
        .filter_map(|(office, open, soon, overdue)| office.map(|office| Ok(Waiting { office: office.parse().map_err(broken)?, open, soon, overdue })))
        .collect()
}

/// How many a filter chooses; beyond `most` nobody counts on.
pub fn count_up_to(conn: &mut Conn, filter: &Filter, most: i64) -> Stored<i64> {
    let query = filtered(conn, filter);
    // PostgreSQL takes those that are open for spread over the table and reads it from an end where there are none; asked
    // for in the order of their deadlines it takes the index that has no others.
    let query = if filter.open && matches!(conn, Conn::Pg(_)) { query.order((feedback::due_on.asc(), feedback::serial.asc())) } else { query };
    let found: Vec<i64> = query.limit(most).select(feedback::serial).load(conn)?;
    Ok(found.len() as i64)
}
