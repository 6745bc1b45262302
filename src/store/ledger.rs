//! The public ledger's tables: leaves, tiles, checkpoints, files, and how far
//! the log has come. Knows rows, not what a leaf may say.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};

use super::batch::{Batch, Rows, row};
use super::feedback::{EventRow, payload_of, read_event};
use super::schema::{feedback, feedback_events as e, ledger_checkpoints as c, ledger_files as f, ledger_leaves as l, ledger_marks as m, ledger_tiles as t};
use super::schema::{ledger_cosignatures as w, ledger_stamps as stamps};
use super::schema::{responses, sealed_intakes};
use super::types::On;
use super::{Conn, Stored, broken};
use crate::domain::event::Entry;
use crate::domain::time::Day;
use crate::domain::tree::Place;
use crate::domain::words::{Channel, Serial};

/// A new leaf at its index.
#[derive(Debug, Clone)]
pub struct NewLeaf {
    /// Its index.
    pub idx: u64,
    /// Its bytes.
    pub leaf: String,
    /// The number of the response that it is about.
    pub response: Option<i64>,
}

struct LeafRow<'a> {
    idx: i64,
    leaf: &'a str,
    response: Option<i64>,
}

row! { LeafRow<'a>: idx, leaf, response }

static LEAVES: LazyLock<Batch> = LazyLock::new(|| Batch::into::<LeafRow<'_>>("ledger_leaves", ""));

struct TileRow {
    level: i64,
    n: i64,
    hashes: String,
}

row! { TileRow: level, n, hashes }

static TILES: LazyLock<Batch> = LazyLock::new(|| Batch::into::<TileRow>("ledger_tiles", "ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes"));

struct FileRow<'a> {
    path: &'a str,
    content: &'a str,
}

row! { FileRow<'a>: path, content }

static FILES: LazyLock<Batch> = LazyLock::new(|| Batch::into::<FileRow<'_>>("ledger_files", ""));

struct MarkRow<'a> {
    name: &'a str,
    value: &'a str,
}

row! { MarkRow<'a>: name, value }

static MARKS: LazyLock<Batch> = LazyLock::new(|| Batch::into::<MarkRow<'_>>("ledger_marks", "ON CONFLICT (name) DO UPDATE SET value = excluded.value"));

fn signed(number: u64) -> i64 {
    // No log has that many leaves.
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// New leaves as rows.
pub fn leaf_rows(leaves: &[NewLeaf]) -> Rows<'_> {
    LEAVES.of(leaves.iter().map(|new| LeafRow { idx: signed(new.idx), leaf: &new.leaf, response: new.response }))
}

/// Tiles as rows, in place of those that are there.
pub fn tile_rows(tiles: &[(Place, Vec<u8>)]) -> Rows<'static> {
    TILES.of(tiles.iter().map(|((level, n), hashes)| TileRow { level: i64::from(*level), n: signed(*n), hashes: STANDARD.encode(hashes) }))
}

/// Files as rows. One that is there is never written again.
pub fn file_rows(files: &[(String, String)]) -> Rows<'_> {
    FILES.of(files.iter().map(|(path, content)| FileRow { path, content }))
}

/// Marks as rows, in place of those that are there.
pub fn mark_rows(marks: &BTreeMap<String, String>) -> Rows<'_> {
    MARKS.of(marks.iter().map(|(name, value)| MarkRow { name, value }))
}

/// How many leaves there are.
pub fn size(conn: &mut Conn) -> Stored<u64> {
    let last: Option<i64> = l::table.select(diesel::dsl::max(l::idx)).first(conn)?;
    u64::try_from(last.map_or(0, |last| last + 1)).map_err(broken)
}

/// Leaves from an index on, at most so many.
pub fn leaves(conn: &mut Conn, from: u64, most: u64) -> Stored<Vec<String>> {
    Ok(leaves_from(conn, from, most)?.into_iter().map(|(_, leaf)| leaf).collect())
}

/// Leaves from an index on with their indexes, at most so many.
pub fn leaves_from(conn: &mut Conn, from: u64, most: u64) -> Stored<Vec<(u64, String)>> {
    let rows: Vec<(i64, String)> = l::table.filter(l::idx.ge(signed(from))).order(l::idx).limit(signed(most)).select((l::idx, l::leaf)).load(conn)?;
    rows.into_iter().map(|(idx, leaf)| Ok((u64::try_from(idx).map_err(broken)?, leaf))).collect()
}

/// The leaves at these indexes.
pub fn leaves_at(conn: &mut Conn, places: &[u64]) -> Stored<BTreeMap<u64, String>> {
    let mut leaves = BTreeMap::new();
    // SQLite takes a limited number of values in a statement.
    for places in places.chunks(500) {
        let places: Vec<i64> = places.iter().map(|idx| signed(*idx)).collect();
        let rows: Vec<(i64, String)> = l::table.filter(l::idx.eq_any(places)).select((l::idx, l::leaf)).load(conn)?;
        for (idx, leaf) in rows {
            leaves.insert(u64::try_from(idx).map_err(broken)?, leaf);
        }
    }
    Ok(leaves)
}

/// The leaves of the responses after one and up to another, by their numbers, with their indexes.
pub fn leaves_of_responses(conn: &mut Conn, after: i64, until: i64) -> Stored<BTreeMap<i64, (u64, String)>> {
    let rows: Vec<(Option<i64>, i64, String)> =
        l::table.filter(l::response.gt(after)).filter(l::response.le(until)).select((l::response, l::idx, l::leaf)).load(conn)?;
    rows.into_iter().filter_map(|(n, idx, leaf)| Some((n?, idx, leaf))).map(|(n, idx, leaf)| Ok((n, (u64::try_from(idx).map_err(broken)?, leaf)))).collect()
}

/// An event with its place in the log.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The item.
    pub serial: Serial,
    /// The event.
    pub entry: Entry,
    /// Its index; none while it waits.
    pub idx: Option<u64>,
    /// The row says no more and no less than the event.
    pub is_whole: bool,
}

/// The events of the next items, in order.
pub fn events_after(conn: &mut Conn, last: i64, items: i64) -> Stored<Vec<Placed>> {
    let rows: Vec<(EventRow, Option<i64>)> =
        e::table.filter(e::serial.gt(last)).filter(e::serial.le(last + items)).order((e::serial, e::n)).select((EventRow::as_select(), e::leaf)).load(conn)?;
    let read = |(row, idx): (EventRow, Option<i64>)| {
        let payload = row.payload().clone();
        let (serial, kept) = read_event(row)?;
        let is_whole = payload_of(&kept.entry.event)? == payload;
        Ok(Placed { serial, entry: kept.entry, is_whole, idx: idx.map(|idx| u64::try_from(idx).map_err(broken)).transpose()? })
    };
    rows.into_iter().map(read).collect()
}

/// Forgets the whole log. What it told stays, and waits for a place in another.
pub fn forget(conn: &mut Conn) -> Stored<()> {
    diesel::update(e::table).set(e::leaf.eq(None::<i64>)).execute(conn)?;
    diesel::delete(stamps::table).execute(conn)?;
    diesel::delete(w::table).execute(conn)?;
    diesel::delete(c::table).execute(conn)?;
    diesel::delete(t::table).execute(conn)?;
    diesel::delete(l::table).execute(conn)?;
    diesel::delete(f::table).execute(conn)?;
    diesel::delete(m::table).execute(conn)?;
    Ok(())
}

/// Every checkpoint that is kept.
pub fn checkpoints(conn: &mut Conn) -> Stored<Vec<Checkpoint>> {
    let rows: Vec<(i64, String)> = c::table.order(c::size).select((c::size, c::note)).load(conn)?;
    rows.into_iter().map(checkpoint).collect()
}

/// Where the response with this hash of its receipt code stands.
pub fn place_of_response(conn: &mut Conn, receipt_hash: &str) -> Stored<Option<u64>> {
    let idx: Option<i64> = l::table
        .inner_join(responses::table.on(l::response.eq(responses::n.nullable())))
        .filter(responses::receipt_hash.eq(receipt_hash))
        .select(l::idx)
        .first(conn)
        .optional()?;
    idx.map(|idx| u64::try_from(idx).map_err(broken)).transpose()
}

/// Where the first event of an item stands.
pub fn place_of_item(conn: &mut Conn, serial: Serial) -> Stored<Option<u64>> {
    let idx: Option<Option<i64>> = e::table.find((serial.0, 0_i64)).select(e::leaf).first(conn).optional()?;
    idx.flatten().map(|idx| u64::try_from(idx).map_err(broken)).transpose()
}

/// The hashes of these tiles, as far as they are there.
pub fn tiles(conn: &mut Conn, places: impl IntoIterator<Item = Place>) -> Stored<BTreeMap<Place, Vec<u8>>> {
    let mut tiles = BTreeMap::new();
    for (level, n) in places {
        let hashes: Option<String> = t::table.find((i64::from(level), signed(n))).select(t::hashes).first(conn).optional()?;
        if let Some(hashes) = hashes {
            tiles.insert((level, n), STANDARD.decode(hashes).map_err(broken)?);
        }
    }
    Ok(tiles)
}

/// What the log said last, by name.
pub fn marks(conn: &mut Conn) -> Stored<BTreeMap<String, String>> {
    let rows: Vec<(String, String)> = m::table.select(m::all_columns).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// A published file.
pub fn file(conn: &mut Conn, path: &str) -> Stored<Option<String>> {
    Ok(f::table.find(path).select(f::content).first(conn).optional()?)
}

/// A checkpoint: its size and the signed note.
pub type Checkpoint = (u64, String);

fn checkpoint((size, note): (i64, String)) -> Stored<Checkpoint> {
    Ok((u64::try_from(size).map_err(broken)?, note))
}

/// The last checkpoint, with the log's own signature alone.
pub fn signed_alone(conn: &mut Conn) -> Stored<Option<Checkpoint>> {
    let row: Option<(i64, String)> = c::table.order(c::size.desc()).select((c::size, c::note)).first(conn).optional()?;
    row.map(checkpoint).transpose()
}

/// The last checkpoint, with the lines of those who co-signed it.
pub fn last_checkpoint(conn: &mut Conn) -> Stored<Option<Checkpoint>> {
    let Some((size, note)) = signed_alone(conn)? else { return Ok(None) };
    Ok(Some((size, with_cosignatures(conn, size, note)?)))
}

/// The day on which the last checkpoint was signed, and its note.
pub fn last_signed(conn: &mut Conn) -> Stored<Option<(Day, String)>> {
    let row: Option<(On, String)> = c::table.order(c::size.desc()).select((c::on_day, c::note)).first(conn).optional()?;
    Ok(row.map(|(on, note)| (on.0, note)))
}

/// The checkpoint of a size, while it is kept, with the log's own signature alone: those of a day that is over never change.
pub fn checkpoint_of(conn: &mut Conn, size: u64) -> Stored<Option<String>> {
    Ok(c::table.find(signed(size)).select(c::note).first(conn).optional()?)
}

/// The last checkpoints of days before another that have no time stamp, oldest first.
pub fn unstamped(conn: &mut Conn, before: Day) -> Stored<Vec<Checkpoint>> {
    let rows: Vec<(i64, String)> = c::table
        .left_join(stamps::table.on(stamps::size.eq(c::size)))
        .filter(c::on_day.lt(On(before)))
        .filter(stamps::size.is_null())
        .order(c::size)
        .select((c::size, c::note))
        .load(conn)?;
    rows.into_iter().map(checkpoint).collect()
}

/// Keeps the time stamp of a checkpoint, unless there is one.
pub fn put_stamp(conn: &mut Conn, size: u64, stamp: &[u8]) -> Stored<()> {
    if stamp_of(conn, size)?.is_none() {
        diesel::insert_into(stamps::table).values((stamps::size.eq(signed(size)), stamps::stamp.eq(STANDARD.encode(stamp)))).execute(conn)?;
    }
    Ok(())
}

/// The time stamp of the checkpoint of a size.
pub fn stamp_of(conn: &mut Conn, size: u64) -> Stored<Option<Vec<u8>>> {
    let stamp: Option<String> = stamps::table.find(signed(size)).select(stamps::stamp).first(conn).optional()?;
    stamp.map(|stamp| STANDARD.decode(stamp).map_err(broken)).transpose()
}

fn with_cosignatures(conn: &mut Conn, size: u64, note: String) -> Stored<String> {
    let lines: Vec<String> = w::table.filter(w::size.eq(signed(size))).order(w::witness).select(w::line).load(conn)?;
    Ok(lines.into_iter().fold(note, |note, line| format!("{note}{line}\n")))
}

/// The last checkpoint that each witness co-signed, with its line.
pub fn cosigned(conn: &mut Conn) -> Stored<Vec<(String, String)>> {
    Ok(w::table.order(w::witness).select((w::note, w::line)).load(conn)?)
}

/// The size that a witness signed last.
pub fn cosigned_size(conn: &mut Conn, witness: &str) -> Stored<Option<u64>> {
    let size: Option<i64> = w::table.find(witness).select(w::size).first(conn).optional()?;
    size.map(|size| u64::try_from(size).map_err(broken)).transpose()
}

/// Keeps what a witness signed, in place of what it signed before; another server may have kept more.
pub fn put_cosignature(conn: &mut Conn, witness: &str, size: u64, note: &str, line: &str) -> Stored<()> {
    if cosigned_size(conn, witness)?.is_some_and(|kept| kept >= size) {
        return Ok(());
    }
    diesel::delete(w::table.find(witness)).execute(conn)?;
    let row = (w::witness.eq(witness), w::size.eq(signed(size)), w::note.eq(note), w::line.eq(line));
    diesel::insert_into(w::table).values(row).execute(conn)?;
    Ok(())
}

/// Keeps a checkpoint, and lets go of the earlier ones of its day.
pub fn put_checkpoint(conn: &mut Conn, size: u64, on: Day, note: &str) -> Stored<()> {
    diesel::delete(c::table.filter(c::on_day.eq(On(on)))).execute(conn)?;
    diesel::insert_into(c::table).values((c::size.eq(signed(size)), c::on_day.eq(On(on)), c::note.eq(note))).execute(conn)?;
    Ok(())
}

/// An event without an index.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The item.
    pub serial: Serial,
    /// The event.
    pub entry: Entry,
    /// How the item came in, also when it was sealed at once.
    pub channel: Option<Channel>,
}

/// The first events without an index up to a day, by item.
pub fn waiting(conn: &mut Conn, until: Day, most: i64) -> Stored<Vec<Waiting>> {
    let rows: Vec<(EventRow, Option<String>, Option<String>)> = e::table
        .inner_join(feedback::table.on(feedback::serial.eq(e::serial)))
        .left_join(sealed_intakes::table.on(sealed_intakes::serial.eq(e::serial)))
        .filter(e::leaf.is_null())
        .filter(e::on_day.le(On(until)))
        .order((e::serial, e::n))
        .limit(most)
        .select((EventRow::as_select(), feedback::channel, sealed_intakes::channel.nullable()))
        .load(conn)?;
    let read = |(row, public, sealed): (EventRow, Option<String>, Option<String>)| {
        let channel = public.or(sealed).map(|word| word.parse().map_err(broken)).transpose()?;
        let (serial, kept) = read_event(row)?;
        Ok(Waiting { serial, entry: kept.entry, channel })
    };
    rows.into_iter().map(read).collect()
}

/// The first day after another on which an event waits.
pub fn next_day(conn: &mut Conn, after: Option<Day>) -> Stored<Option<Day>> {
    let mut query = e::table.filter(e::leaf.is_null()).select(e::on_day).order(e::on_day).into_boxed::<super::MultiBackend>();
    if let Some(after) = after {
        query = query.filter(e::on_day.gt(On(after)));
    }
    let day: Option<On> = query.first(conn).optional()?;
    Ok(day.map(|day| day.0))
}

/// Events of an item that follow one another, and the place in the log of the first of them.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// The item.
    pub serial: Serial,
    /// The first of the events.
    pub first: u32,
    /// The last of them.
    pub last: u32,
    /// The place of the first; the others follow.
    pub idx: u64,
}

/// Gives events their places in the log. In one message to PostgreSQL.
pub fn place(conn: &mut Conn, runs: &[Run]) -> Stored<()> {
    match conn {
        _ if runs.is_empty() => {}
        Conn::Pg(c) => {
            let numbers = |of: fn(&Run) -> i64| runs.iter().map(of).collect::<Vec<_>>();
            diesel::sql_query(
                "UPDATE feedback_events AS e SET leaf = r.idx + e.n - r.first FROM unnest($1, $2, $3, $4) AS r (serial, first, last, idx) \
                 WHERE e.serial = r.serial AND e.n BETWEEN r.first AND r.last",
            )
            .bind::<Array<BigInt>, _>(numbers(|run| run.serial.0))
            .bind::<Array<BigInt>, _>(numbers(|run| run.first.into()))
            .bind::<Array<BigInt>, _>(numbers(|run| run.last.into()))
            .bind::<Array<BigInt>, _>(numbers(|run| signed(run.idx)))
            .execute(c)?;
        }
        Conn::Sqlite(c) => {
            for Run { serial, first, last, idx } in runs {
                let events = e::table.filter(e::serial.eq(serial.0)).filter(e::n.between(i64::from(*first), i64::from(*last)));
                diesel::update(events).set(e::leaf.eq((e::n + (signed(*idx) - i64::from(*first))).nullable())).execute(c)?;
            }
        }
    }
    Ok(())
}
