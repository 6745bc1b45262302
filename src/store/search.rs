//! The words of opinions for search: what both databases find, each by its own
//! index. Words come in folded and leave as a match; what may be found by whom
//! is decided by who asks.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::upsert::excluded;

use super::batch::{Batch, Cell, InCell, Type, row};
use super::feedback::numbers;
use super::schema::{feedback, feedback_words as w};
use super::{Both, Conn, Stored, advance};
use crate::domain::event::EventName;
use crate::domain::search::{Query, Word};
use crate::domain::words::Serial;

/// The counter of the last item that was taken up.
const SEARCH: &str = "search";
/// So many pages of the index are merged in a step.
const PURGED: i64 = 500;

/// Whose words are looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Original and answer, for the office in charge.
    Desk,
    /// What is published.
    Public,
}

impl Reader {
    const fn column(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Public => "public",
        }
    }
}

/// Says that an item's words have to be read again.
pub fn mark(conn: &mut Conn, serial: Serial) -> Stored<()> {
    let row = (w::serial.eq(serial.0), w::stale.eq(true));
    Both(diesel::insert_into(w::table).values(row).on_conflict(w::serial).do_update().set(w::stale.eq(excluded(w::stale)))).execute(conn)?;
    Ok(())
}

/// Takes up to so many items whose words are to be indexed: those that changed,
/// then new ones. Those that changed are no longer stale from here on, so what changes them
/// while they are read marks them again. One taker at a time.
pub fn take(conn: &mut Conn, limit: i64) -> Stored<Vec<Serial>> {
    let last = advance(conn, SEARCH, 0)?;
    let mut serials: Vec<i64> = w::table.filter(w::stale.eq(true)).order(w::serial).limit(limit).select(w::serial).load(conn)?;
    if !serials.is_empty() {
        diesel::update(w::table.filter(w::serial.eq_any(serials.clone()))).set(w::stale.eq(false)).execute(conn)?;
    }
    let left = limit - serials.len() as i64;
    let new: Vec<i64> = feedback::table.filter(feedback::serial.gt(last)).order(feedback::serial).limit(left).select(feedback::serial).load(conn)?;
    if let Some(newest) = new.last() {
        advance(conn, SEARCH, newest - last)?;
    }
    serials.extend(new);
    serials.sort_unstable();
    serials.dedup();
    Ok(serials.into_iter().map(Serial).collect())
}

/// All that was said of items and is not published: the original words, what senders added, what officers noted.
pub fn said(conn: &mut Conn, serials: &[Serial]) -> Stored<BTreeMap<Serial, Vec<String>>> {
    use super::schema::{feedback_events as e, feedback_notes as n, feedback_texts as t};
    let numbers = numbers(serials);
    let originals: Vec<(i64, Option<String>)> = t::table.filter(t::serial.eq_any(numbers.clone())).select((t::serial, t::original.nullable())).load(conn)?;
    let of_senders = e::serial.eq_any(numbers.clone()).and(e::event.eq(EventName::Supplemented.as_str()));
    let added = e::table.filter(of_senders).order((e::serial, e::n)).select((e::serial, e::note)).load(conn)?;
    let noted = n::table.filter(n::serial.eq_any(numbers)).order(n::id).select((n::serial, n::words.nullable())).load(conn)?;
    let mut said: BTreeMap<Serial, Vec<String>> = BTreeMap::new();
    for (serial, words) in [originals, added, noted].into_iter().flatten() {
        said.entry(Serial(serial)).or_default().extend(words);
    }
    Ok(said)
}

/// The words of an item.
#[derive(Debug)]
pub struct Indexed {
    /// The item.
    pub serial: Serial,
    /// For its desk.
    pub desk: Vec<String>,
    /// For everybody.
    pub public: Vec<String>,
}

/// The same for PostgreSQL, as `tsvector`s.
struct Row {
    serial: i64,
    desk: Vector,
    public: Vector,
}

row! { Row: serial, desk, public }

static PUT: LazyLock<Batch> =
    LazyLock::new(|| Batch::into::<Row>("feedback_fts", "ON CONFLICT (serial) DO UPDATE SET desk = excluded.desk, public = excluded.public"));

/// Stores the words of items in the place of earlier ones.
pub fn put(conn: &mut Conn, items: &[Indexed]) -> Stored<()> {
    match conn {
        Conn::Pg(_) => {
            PUT.of(items.iter().map(|item| Row { serial: item.serial.0, desk: Vector::of(&item.desk), public: Vector::of(&item.public) })).write(conn)
        }
        Conn::Sqlite(_) => {
            for Indexed { serial, desk, public } in items {
                diesel::sql_query("INSERT OR REPLACE INTO feedback_fts (rowid, desk, public) VALUES (?, ?, ?)")
                    .bind::<BigInt, _>(serial.0)
                    .bind::<Text, _>(desk.join(" "))
                    .bind::<Text, _>(public.join(" "))
                    .execute(conn)?;
            }
            Ok(())
        }
    }
}

/// A `tsvector` as PostgreSQL reads it: each word with its places. Words are letters and digits alone, so nothing in them ends a quote.
struct Vector(String);

impl Vector {
    fn of(tokens: &[String]) -> Self {
        Self(tokens.iter().zip(1..).map(|(token, place): (_, u32)| format!("'{token}':{place}")).collect::<Vec<_>>().join(" "))
    }
}

impl<'a> InCell<'a> for Vector {
    const TYPE: Type = Type::Words("tsvector");
    fn cell(self) -> Cell<'a> {
        Cell::Words(self.0.into())
    }
}

/// Takes a step towards an index that holds nothing of what was deleted: SQLite's marks it as deleted and keeps it
/// until parts of the index are merged. PostgreSQL's vacuum does it by itself. Returns whether there is more to do.
pub fn purge(conn: &mut Conn, first: bool) -> Stored<bool> {
    #[derive(QueryableByName)]
    struct Changes {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    if let Conn::Pg(_) = conn {
        return Ok(false);
    }
    let changes = |conn: &mut Conn| diesel::sql_query("SELECT total_changes() AS n").get_result::<Changes>(conn).map(|changes| changes.n);
    let before = changes(conn)?;
    // A negative number begins with the whole index, in pages of it at most.
    let pages = if first { -PURGED } else { PURGED };
    diesel::sql_query(format!("INSERT INTO feedback_fts (feedback_fts, rank) VALUES ('merge', {pages})")).execute(conn)?;
    Ok(changes(conn)? - before > 1)
}

/// What SQLite's index is asked for: every word, the last also as a beginning.
fn fts5(words: &[Word]) -> String {
    let last = words.len().saturating_sub(1);
    let word = |(at, word): (usize, &Word)| format!("\"{}\"{}", word.join(" "), if at == last { "*" } else { "" });
    words.iter().enumerate().map(word).collect::<Vec<_>>().join(" AND ")
}

/// The same for PostgreSQL's.
fn tsquery(words: &[Word]) -> String {
    let last = words.len().saturating_sub(1);
    let word = |(at, word): (usize, &Word)| {
        let end = word.len().saturating_sub(1);
        let token = |(n, token): (usize, &String)| format!("'{token}'{}", if at == last && n == end { ":*" } else { "" });
        format!("({})", word.iter().enumerate().map(token).collect::<Vec<_>>().join(" <-> "))
    };
    words.iter().enumerate().map(word).collect::<Vec<_>>().join(" & ")
}

/// As a condition on items.
pub(super) type Matches = Box<dyn BoxableExpression<feedback::table, super::MultiBackend, SqlType = Bool>>;

/// The items in which a reader finds what was asked for.
pub(super) fn matches(conn: &Conn, query: &Query, reader: Reader) -> Matches {
    use diesel::dsl::sql;
    let serial = query.serial.map_or(0, |serial| serial.0);
    if query.words.is_empty() {
        return Box::new(sql::<Bool>("1 = 0"));
    }
    match conn {
        Conn::Sqlite(_) => Box::new(
            sql::<Bool>("(feedback.serial = ")
                .bind::<BigInt, _>(serial)
                .sql(" OR feedback.serial IN (SELECT rowid FROM feedback_fts WHERE feedback_fts MATCH ")
                .bind::<Text, _>(format!("{} : ({})", reader.column(), fts5(&query.words)))
                .sql("))"),
        ),
        Conn::Pg(_) => Box::new(
            sql::<Bool>("(feedback.serial = ")
                .bind::<BigInt, _>(serial)
                .sql(&format!(" OR feedback.serial IN (SELECT serial FROM feedback_fts WHERE {} @@ ", reader.column()))
                .bind::<Text, _>(tsquery(&query.words))
                .sql("::tsquery))"),
        ),
    }
}

/// Published items with the most of these words, best first: at least `least` of them.
pub fn alike(conn: &mut Conn, words: &[String], limit: i64) -> Stored<Vec<Serial>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        serial: i64,
    }
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, any) = match conn {
        Conn::Sqlite(_) => (
            "SELECT rowid AS serial FROM feedback_fts WHERE feedback_fts MATCH ? ORDER BY rank LIMIT ?",
            format!("public : ({})", words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" OR ")),
        ),
        Conn::Pg(_) => (
            "SELECT serial FROM feedback_fts, (SELECT $1::tsquery AS q) AS asked WHERE public @@ q ORDER BY ts_rank_cd(public, q, 1) DESC, serial DESC LIMIT $2",
            words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" | "),
        ),
    };
    let found: Vec<Found> = diesel::sql_query(sql).bind::<Text, _>(any).bind::<BigInt, _>(limit).load(conn)?;
    Ok(found.into_iter().map(|f| Serial(f.serial)).collect())
}
