//! The words of opinions for search: what both databases find, each by its own
//! index. Words come in folded and leave as a match; what may be found by whom
//! is decided by who asks.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::upsert::excluded;

use super::schema::{feedback, feedback_words as w};
use super::{Both, Conn, Stored, advance};
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
    set(conn, serial.0, true)
}

fn set(conn: &mut Conn, serial: i64, stale: bool) -> Stored<()> {
    let row = (w::serial.eq(serial), w::stale.eq(stale));
    Both(diesel::insert_into(w::table).values(row).on_conflict(w::serial).do_update().set(w::stale.eq(excluded(w::stale)))).execute(conn)?;
    Ok(())
}

/// Takes up to so many items whose words are to be indexed: those that changed,
/// then new ones. They are no longer stale from here on, so what changes them
/// while they are read marks them again. One taker at a time.
pub fn take(conn: &mut Conn, limit: i64) -> Stored<Vec<Serial>> {
    let last = advance(conn, SEARCH, 0)?;
    let mut serials: Vec<i64> = w::table.filter(w::stale.eq(true)).order(w::serial).limit(limit).select(w::serial).load(conn)?;
    let left = limit - serials.len() as i64;
    let new: Vec<i64> = feedback::table.filter(feedback::serial.gt(last)).order(feedback::serial).limit(left).select(feedback::serial).load(conn)?;
    if let Some(newest) = new.last() {
        advance(conn, SEARCH, newest - last)?;
    }
    serials.extend(new.into_iter().filter(|serial| *serial > last));
    serials.sort_unstable();
    serials.dedup();
    for serial in &serials {
        set(conn, *serial, false)?;
    }
    Ok(serials.into_iter().map(Serial).collect())
}

/// Stores the words of an item in the place of earlier ones.
pub fn put(conn: &mut Conn, serial: Serial, desk: &[String], public: &[String]) -> Stored<()> {
    let (sql, desk, public) = match conn {
        Conn::Sqlite(_) => ("INSERT OR REPLACE INTO feedback_fts (rowid, desk, public) VALUES (?, ?, ?)", desk.join(" "), public.join(" ")),
        Conn::Pg(_) => (
            "INSERT INTO feedback_fts (serial, desk, public) VALUES ($1, $2::tsvector, $3::tsvector) \
             ON CONFLICT (serial) DO UPDATE SET desk = excluded.desk, public = excluded.public",
            vector(desk),
            vector(public),
        ),
    };
    diesel::sql_query(sql).bind::<BigInt, _>(serial.0).bind::<Text, _>(desk).bind::<Text, _>(public).execute(conn)?;
    Ok(())
}

/// A `tsvector` as PostgreSQL reads it: each word with its places. Words are letters and digits alone, so nothing in them ends a quote.
fn vector(tokens: &[String]) -> String {
    tokens.iter().zip(1..).map(|(token, place): (_, u32)| format!("'{token}':{place}")).collect::<Vec<_>>().join(" ")
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
