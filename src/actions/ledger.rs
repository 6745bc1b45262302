//! Writing the public ledger (LEDGER.md): what has happened gets its leaf and
//! its place, day by day, in an order that tells nobody who wrote what at a
//! counter. Whoever calls holds [`store::Lock::Ledger`]. Knows no key and no file outside.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rand::seq::SliceRandom;
use serde_json::json;

use super::figures::{self, CLOSED_BEFORE};
use super::{Service, Tx, keep};
use crate::domain::catalogue::Catalogue;
use crate::domain::commitment::Salt;
use crate::domain::error::Problem;
use crate::domain::leaf::{FileHash, LARGEST, Leaf, Opened, canonical};
use crate::domain::tally::Half;
use crate::domain::time::Day;
use crate::domain::tree::{self, Hash, Tree};
use crate::domain::words::{Channel, Respondent, Serial};
use crate::store::ledger::{NewLeaf, Run, Waiting};
use crate::store::response::ResponseRow;
use crate::store::{self, Lock};

/// About how many leaves one transaction writes: the intake never waits long.
const STEP: usize = 2_000;
/// The same, for a query.
const MOST: i64 = 2_000;

/// What comes in at a counter gets its place once an hour, in shuffled order:
/// a person at the next desk must not be able to tell by the minute who wrote what.
const COUNTER: [Channel; 3] = [Channel::Kiosk, Channel::Assisted, Channel::Paper];

/// Names of what the log remembers: its last day, how far it has come with
/// responses, and with those of counters, the hour of the last of them, its
/// calendar, and the day before which all half-months are told.
const DAY: &str = "day";
const RESPONSES: &str = "responses";
const COUNTERS: &str = "counters";
const HOUR: &str = "hour";
const CALENDAR: &str = "calendar";
const TALLIES: &str = "tallies";

/// Gives everything that waits its place, in as many transactions as it takes. Returns how many leaves were written; all of them are on the disk.
pub fn catch_up(service: &Service) -> Result<usize, Problem> {
    let mut written = 0;
    loop {
        let read = service.read(Read::of)?;
        let ((step, more), last) = service.write_leaves(|tx| sequence(tx, read))?;
        written += step;
        // Under load something always waits: what a step had no room for is written now, the rest the next time.
        if !more {
            // What is on the disk takes all before it along.
            last.map_or(Ok(()), keep)?;
            return Ok(written);
        }
    }
}

/// A response that waits for its place.
struct Unplaced {
    /// Its number in the order of arrival.
    n: i64,
    /// The day of submission.
    on: Day,
    /// None for one that came in at a counter: it waits for its hour.
    leaf: Option<String>,
}

/// The responses that wait, made into leaves before the transaction that places them: on SQLite nobody
/// stores anything while that one is open. A response never changes once it is stored.
struct Read {
    /// How far the log had come when they were read.
    after: i64,
    responses: VecDeque<Unplaced>,
}

impl Read {
    fn of(tx: &mut Tx<'_>) -> Result<Self, Problem> {
        let after = far(tx)?.quick;
        Ok(Self { after, responses: unplaced(tx, after)? })
    }

    /// Others wait behind them.
    fn is_full(&self) -> bool {
        self.responses.len() >= STEP
    }
}

/// The responses after one in the order of arrival.
fn unplaced(tx: &mut Tx<'_>, last: i64) -> Result<VecDeque<Unplaced>, Problem> {
    let catalogue = tx.catalogue.clone();
    let waiting = store::response::after(tx.conn, last, MOST)?.into_iter().map(|(n, row)| {
        let quick = !is_counter(row.channel.parse().ok());
        let leaf = quick.then(|| response_leaf(&catalogue, &row)).transpose()?.map(|(leaf, ..)| leaf);
        Ok(Unplaced { n, on: row.submitted_on.0, leaf })
    });
    waiting.collect()
}

/// Gives what waits its place, about [`STEP`] leaves of it. Returns how many were written, and whether more wait.
fn sequence(tx: &mut Tx<'_>, read: Read) -> Result<(usize, bool), Problem> {
    let full = read.is_full();
    let mut book = Book::open(tx)?;
    book.take(read);
    if book.day.is_none() {
        // What happened before the log began is told on its own days.
        let first = store::ledger::next_day(tx.conn, None)?.unwrap_or(tx.today);
        book.turn(tx, first)?;
        book.references(tx)?;
    }
    let hour = (tx.now.micros() / 3_600_000_000).to_string();
    // The hour's are written with the last of what waits.
    let counters = !full && book.marks.get(HOUR) != Some(&hour);
    let mut more = true;
    if let Some(day) = book.write_waiting(tx, counters)? {
        if counters {
            book.marks.insert(HOUR.to_owned(), hour);
        }
        more = book.write_tally(tx, day)? || !book.has_room() || full;
    }
    Ok((book.close(tx)?, more))
}

/// To be said when reference data changed, in the same transaction and before
/// anything is made under the new. All that waits was made under the old, and
/// is written first; where the log has nothing to tell of the change, what
/// came in at counters goes on waiting for its hour.
pub fn tell(tx: &mut Tx<'_>) -> Result<(), Problem> {
    if !has_news(tx)? {
        return Ok(());
    }
    loop {
        let mut book = Book::open(tx)?;
        let done = book.write_waiting(tx, true)?.is_some();
        if done {
            book.references(tx)?;
        }
        book.close(tx)?;
        if done {
            return Ok(());
        }
    }
}

/// Has the log begun?
pub fn has_begun(tx: &mut Tx<'_>) -> Result<bool, Problem> {
    Ok(store::ledger::size(tx.conn)? > 0)
}

/// Is there reference data that the log has not told?
pub(super) fn has_news(tx: &mut Tx<'_>) -> Result<bool, Problem> {
    let mut news = Book::open(tx)?;
    news.references(tx)?;
    Ok(!news.leaves.is_empty())
}

/// The last day that the log began.
pub(super) fn last_day(tx: &mut Tx<'_>) -> Result<Option<Day>, Problem> {
    Ok(store::ledger::marks(tx.conn)?.get(DAY).and_then(|day| day.parse().ok()))
}

/// How far the log has come with responses.
pub(super) struct Far {
    quick: i64,
    counters: i64,
}

impl Far {
    /// Has the log come past this response?
    pub(super) fn is_past(&self, n: i64, row: &ResponseRow) -> bool {
        n <= if is_counter(row.channel.parse().ok()) { self.counters } else { self.quick }
    }
}

/// How far the log has come with responses.
pub(super) fn far(tx: &mut Tx<'_>) -> Result<Far, Problem> {
    let marks = store::ledger::marks(tx.conn)?;
    let far = |mark: &str| marks.get(mark).and_then(|far| far.parse().ok()).unwrap_or(0);
    Ok(Far { quick: far(RESPONSES), counters: far(COUNTERS) })
}

/// The responses of a half-month of a questionnaire, and its published file.
pub(super) fn tally_of(tx: &mut Tx<'_>, half: Day, questionnaire: &str) -> Result<(u64, String), Problem> {
    let slug = questionnaire.parse().map_err(|e| Problem::Internal(format!("{e}")))?;
    let n = store::response::count_of(tx.conn, half, questionnaire)?.unsigned_abs();
    let cells = figures::published(tx, Half::of(half), &slug)?;
    Ok((n, tally_file(half, questionnaire, n, &cells)))
}

/// The hashes that prove that the first `old` of `size` leaves are those of the smaller tree; none of the empty one.
pub fn consistency(tx: &mut Tx<'_>, old: u64, size: u64) -> Result<Vec<Hash>, Problem> {
    let tiles = store::ledger::tiles(tx.conn, tree::tiles_of_consistency(old, size))?;
    tree::consistency(old, size, &tiles).ok_or_else(broken_tiles)
}

/// The root of the tree that the first `size` leaves make, as the stored tiles have it.
pub fn root(tx: &mut Tx<'_>, size: u64) -> Result<Hash, Problem> {
    let tiles = store::ledger::tiles(tx.conn, tree::edge(size).into_iter().map(|(place, _)| place))?;
    tree::root(size, &tiles).ok_or_else(broken_tiles)
}

pub(super) fn broken_tiles() -> Problem {
    Problem::Internal("the ledger's tiles are not those of its leaves".to_owned())
}

/// The log in an open transaction, with what is about to be written.
struct Book {
    tree: Tree,
    /// The last day of the log.
    day: Option<Day>,
    marks: BTreeMap<String, String>,
    /// The marks as they are stored.
    kept: BTreeMap<String, String>,
    /// Nobody else stores ratings and opinions until the transaction ends.
    alone: bool,
    leaves: Vec<NewLeaf>,
    files: Vec<(String, String)>,
    /// Responses that were read and have no place yet.
    unplaced: VecDeque<Unplaced>,
    /// They were read before the transaction: what came after them waits for the next, unless the day is about to end.
    given: bool,
}

impl Book {
    fn open(tx: &mut Tx<'_>) -> Result<Self, Problem> {
        let size = store::ledger::size(tx.conn)?;
        let tiles = store::ledger::tiles(tx.conn, tree::edge(size).into_iter().map(|(place, _)| place))?;
        let tree = Tree::resume(size, &tiles).ok_or_else(broken_tiles)?;
        let marks = store::ledger::marks(tx.conn)?;
        let day = marks.get(DAY).and_then(|day| day.parse().ok());
        Ok(Self { tree, day, kept: marks.clone(), marks, alone: false, leaves: Vec::new(), files: Vec::new(), unplaced: VecDeque::new(), given: false })
    }

    /// Takes what was read before the transaction, as far as it has no place yet.
    fn take(&mut self, read: Read) {
        let last = self.far(RESPONSES);
        self.given = true;
        // Of a log that was begun anew since, what was read is not the beginning.
        if read.after <= last {
            self.unplaced = read.responses.into_iter().filter(|response| response.n > last).collect();
        }
    }

    fn has_room(&self) -> bool {
        self.leaves.len() < STEP
    }

    /// Writes all of it. Returns how many leaves.
    fn close(mut self, tx: &mut Tx<'_>) -> Result<usize, Problem> {
        let tiles = if self.leaves.is_empty() { Vec::new() } else { self.tree.changed() };
        if let Some(day) = self.day.filter(|day| self.kept.get(DAY) != Some(&day.to_string())) {
            store::catalogue::begin_day(tx.conn, day)?;
        }
        let kept = self.kept;
        self.marks.retain(|name, value| kept.get(name) != Some(value));
        let rows = [
            store::ledger::leaf_rows(&self.leaves),
            store::ledger::tile_rows(&tiles),
            store::ledger::file_rows(&self.files),
            store::ledger::mark_rows(&self.marks),
        ];
        store::batch::write(tx.conn, rows)?;
        Ok(self.leaves.len())
    }

    fn add(&mut self, leaf: &Leaf<'_>) -> Result<(), Problem> {
        self.add_bytes(leaf.bytes(), None)
    }

    fn add_bytes(&mut self, leaf: String, response: Option<i64>) -> Result<(), Problem> {
        if leaf.len() > LARGEST {
            return Err(Problem::Internal(format!("a leaf of {} bytes", leaf.len())));
        }
        let idx = self.tree.add(leaf.as_bytes());
        self.leaves.push(NewLeaf { idx, leaf, response });
        Ok(())
    }

    /// Begins a day.
    fn turn(&mut self, tx: &Tx<'_>, day: Day) -> Result<(), Problem> {
        self.add(&Leaf::Day { on: day })?;
        self.day = Some(day);
        self.marks.insert(DAY.to_owned(), day.to_string());
        self.ended_offices(&tx.catalogue, day)
    }

    /// Writes all that waits, day by day up to today; what came in at counters today only when it is to be. Returns
    /// the day when nothing is left of what was read, none when there was no room for all.
    fn write_waiting(&mut self, tx: &mut Tx<'_>, counters: bool) -> Result<Option<Day>, Problem> {
        while self.has_room() {
            let Some(day) = self.day else { break };
            if self.write_quick(tx, day)? {
                continue;
            }
            let next = self.next_day(tx, day)?;
            if (counters || next.is_some()) && self.write_counters(tx, day)? {
                continue;
            }
            match next {
                // Whoever is about to store something of this day does it before the day ends.
                Some(_) if !self.alone => {
                    store::lock(tx.conn, Lock::Intake)?;
                    self.alone = true;
                }
                Some(next) => self.turn(tx, next)?,
                None => return Ok(Some(day)),
            }
        }
        Ok(None)
    }

    /// The next day that something waits for, or today.
    fn next_day(&mut self, tx: &mut Tx<'_>, day: Day) -> Result<Option<Day>, Problem> {
        let event = store::ledger::next_day(tx.conn, Some(day))?;
        let response = self.next_response(tx)?.map(|response| response.on);
        Ok([event, response, Some(tx.today)].into_iter().flatten().filter(|next| *next > day).min())
    }

    /// The next response in the order of arrival.
    fn next_response(&mut self, tx: &mut Tx<'_>) -> Result<Option<&Unplaced>, Problem> {
        if self.unplaced.is_empty() && (self.alone || !self.given) {
            self.unplaced = unplaced(tx, self.far(RESPONSES))?;
        }
        Ok(self.unplaced.front())
    }

    fn far(&self, mark: &str) -> i64 {
        self.marks.get(mark).and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    /// What came in otherwise than at a counter, up to a day. True when there was some.
    fn write_quick(&mut self, tx: &mut Tx<'_>, day: Day) -> Result<bool, Problem> {
        let waiting = store::ledger::waiting(tx.conn, day, MOST)?;
        let waits = i64::try_from(waiting.len()).unwrap_or(MOST);
        let held: BTreeSet<Serial> = waiting.iter().filter(|w| w.entry.n == 0 && is_counter(w.channel)).map(|w| w.serial).collect();
        let quick: Vec<Waiting> = waiting.into_iter().filter(|event| !held.contains(&event.serial)).collect();
        if quick.is_empty() && waits == MOST {
            // So many wait at counters that others would wait behind them.
            return self.write_counters(tx, day);
        }
        let mut written = !quick.is_empty();
        self.write_events(tx, &quick)?;
        while self.next_response(tx)?.is_some_and(|response| response.on <= day) {
            let Some(Unplaced { n, leaf, .. }) = self.unplaced.pop_front() else { break };
            if let Some(leaf) = leaf {
                self.add_bytes(leaf, Some(n))?;
            }
            self.marks.insert(RESPONSES.to_owned(), n.to_string());
            written = true;
        }
        Ok(written)
    }

    /// What came in at counters up to a day, in shuffled order. True when there was some.
    fn write_counters(&mut self, tx: &mut Tx<'_>, day: Day) -> Result<bool, Problem> {
        let mut items: BTreeMap<Serial, Vec<Waiting>> = BTreeMap::new();
        for event in store::ledger::waiting(tx.conn, day, MOST)? {
            items.entry(event.serial).or_default().push(event);
        }
        let mut items: Vec<Vec<Waiting>> = items.into_values().collect();
        items.shuffle(&mut rand::rng());
        let events: Vec<Waiting> = items.into_iter().flatten().collect();
        self.write_events(tx, &events)?;
        let mut responses = store::response::after_through(tx.conn, self.far(COUNTERS), self.far(RESPONSES), &COUNTER, MOST)?;
        let last = responses.last().map(|(n, _)| *n);
        responses.shuffle(&mut rand::rng());
        for (n, row) in &responses {
            self.add_bytes(response_leaf(&tx.catalogue, row)?.0, Some(*n))?;
        }
        if let Some(last) = last {
            self.marks.insert(COUNTERS.to_owned(), last.to_string());
        }
        Ok(!events.is_empty() || last.is_some())
    }

    /// Writes events, those of an item one after the other.
    fn write_events(&mut self, tx: &mut Tx<'_>, events: &[Waiting]) -> Result<(), Problem> {
        let mut runs = Vec::new();
        for item in events.chunk_by(|a, b| a.serial == b.serial) {
            let (Some(first), Some(last)) = (item.first(), item.last()) else { continue };
            runs.push(Run { serial: first.serial, first: first.entry.n, last: last.entry.n, idx: self.tree.size() });
            for Waiting { serial, entry, .. } in item {
                self.add(&Leaf::Feedback { serial: *serial, entry })?;
            }
        }
        Ok(store::ledger::place(tx.conn, &runs)?)
    }

    /// Reference data, as far as the log has not told it.
    fn references(&mut self, tx: &Tx<'_>) -> Result<(), Problem> {
        let Some(day) = self.day else { return Ok(()) };
        let catalogue = tx.catalogue.clone();
        self.calendar(&catalogue)?;
        for ((year, scope), value) in &catalogue.targets {
            if self.is_new(&format!("target:{year}:{scope}"), &value.to_string()) {
                self.add(&Leaf::Target { year: *year, scope, value: *value })?;
            }
        }
        for survey in &catalogue.questionnaires {
            let name = survey.definition.label();
            // A version never changes: it is told once, in the form that it had then.
            if self.is_new(&format!("questionnaire:{name}"), "") {
                let content = serde_json::to_value(&survey.definition).unwrap_or_default().to_string();
                let file = FileHash::of(&content);
                self.files.push((format!("questionnaire/{name}.json"), content));
                self.add(&Leaf::Questionnaire { questionnaire: &name, file })?;
            }
        }
        self.ended_offices(&catalogue, day)
    }

    fn calendar(&mut self, catalogue: &Catalogue) -> Result<(), Problem> {
        let content = calendar_file(catalogue);
        let file = FileHash::of(&content);
        let (number, hash) = self.marks.get(CALENDAR).and_then(|mark| mark.split_once(' ')).unwrap_or(("0", ""));
        if hash != file.as_str() {
            let number = number.parse::<u64>().unwrap_or(0) + 1;
            self.marks.insert(CALENDAR.to_owned(), format!("{number} {}", file.as_str()));
            self.files.push((format!("calendar/{number}.json"), content));
            self.add(&Leaf::Calendar { number, file })?;
        }
        Ok(())
    }

    /// From the day after its last on, an office's successor counts in its place.
    fn ended_offices(&mut self, catalogue: &Catalogue, day: Day) -> Result<(), Problem> {
        for office in catalogue.offices.iter().filter(|office| office.valid_to.is_some_and(|last| last < day)) {
            if let Some(successor) = &office.successor
                && self.is_new(&format!("office:{}", office.code), successor.as_str())
            {
                self.add(&Leaf::Office { code: &office.code, successor, on: day })?;
            }
        }
        Ok(())
    }

    /// Marks what the log says of something; false when it said so before.
    fn is_new(&mut self, name: &str, value: &str) -> bool {
        if self.marks.get(name).is_some_and(|told| told == value) {
            return false;
        }
        self.marks.insert(name.to_owned(), value.to_owned());
        true
    }

    /// The next half-month that was closed and is not told yet. What came in
    /// before this day is in the log, at counters too. True when one was written.
    fn write_tally(&mut self, tx: &mut Tx<'_>, day: Day) -> Result<bool, Problem> {
        let closed: Option<Day> = store::catalogue::setting(tx.conn, CLOSED_BEFORE)?.and_then(|day| day.parse().ok());
        let Some(closed) = closed.filter(|closed| *closed <= day && self.marks.get(TALLIES) != Some(&closed.to_string())) else { return Ok(false) };
        for (half, questionnaire) in store::tally::halves_before(tx.conn, closed)? {
            let name = format!("tally:{half}:{questionnaire}");
            if self.marks.contains_key(&name) {
                continue;
            }
            let (n, content) = tally_of(tx, half, &questionnaire)?;
            let file = FileHash::of(&content);
            self.marks.insert(name, file.as_str().to_owned());
            self.files.push((format!("tally/{half}/{questionnaire}.json"), content));
            self.add(&Leaf::Tally { half, questionnaire: &questionnaire, n, file })?;
            return Ok(true);
        }
        self.marks.insert(TALLIES.to_owned(), closed.to_string());
        Ok(false)
    }
}

fn is_counter(channel: Option<Channel>) -> bool {
    channel.is_some_and(|channel| COUNTER.contains(&channel))
}

/// The leaf of a response, with what it commits to and the salt.
///
/// # Errors
/// When the row is not one that the service wrote.
pub(super) fn response_leaf(catalogue: &Catalogue, row: &ResponseRow) -> Result<(String, Opened, Salt), Problem> {
    let (opened, salt) = opened(catalogue, row)?;
    let leaf = Leaf::Response { half: row.half.0, questionnaire: &row.label(), commit: opened.commit(salt) }.bytes();
    Ok((leaf, opened, salt))
}

fn opened(catalogue: &Catalogue, row: &ResponseRow) -> Result<(Opened, Salt), Problem> {
    read(catalogue, row).ok_or_else(|| Problem::Internal(format!("response {}: what it says can't be read", row.id.0)))
}

fn read(catalogue: &Catalogue, row: &ResponseRow) -> Option<(Opened, Salt)> {
    let survey = catalogue.questionnaires.iter().find(|q| q.slug.as_str() == row.questionnaire && i64::from(q.definition.version) == row.version)?;
    let answers = survey.definition.check(&store::response::answers(row)).ok()?;
    let opened = Opened {
        field: row.field.parse().ok()?,
        office: row.office.as_deref().map(str::parse).transpose().ok()?,
        procedure: row.procedure.as_deref().map(str::parse).transpose().ok()?,
        respondent: row.respondent.parse().ok()?,
        sample: row.sample.parse().ok()?,
        channel: row.channel.parse().ok()?,
        ratings: answers.ratings.into_iter().collect(),
    };
    Some((opened, Salt::from_base64(&row.salt)?))
}

/// What a deadline is counted by (ACCOUNTING.md §2).
fn calendar_file(catalogue: &Catalogue) -> String {
    let days: Vec<_> = catalogue.calendar.rows().map(|row| json!({"day": row.day, "kind": row.kind, "status": row.status})).collect();
    let without: Vec<_> = catalogue.offices.iter().filter(|office| !office.counts_makeup).map(|office| office.code.as_str()).collect();
    let rules = catalogue.clocks.iter().filter(|rule| rule.step == "answer");
    let answers: Vec<_> =
        rules.map(|r| json!({"days": r.days, "field": r.field, "kind": r.kind, "valid_from": r.valid_from, "valid_to": r.valid_to})).collect();
    canonical([("answer", answers.into()), ("days", days.into()), ("without_makeup", without.into())])
}

/// The figures of a half-month as anybody may see them; what is left out is null.
fn tally_file(half: Day, questionnaire: &str, n: u64, cells: &[figures::Published]) -> String {
    let cell = |cell: &figures::Published| {
        json!({
            "n": cell.ratio.map(|ratio| ratio.n),
            "respondent": cell.respondent.map_or("all", Respondent::as_str),
            "sample": cell.sample,
            "satisfied": cell.ratio.map(|ratio| ratio.satisfied),
            "scope": cell.scope,
        })
    };
    canonical([
        ("cells", cells.iter().map(cell).collect::<Vec<_>>().into()),
        ("half", half.to_string().into()),
        ("questionnaire", questionnaire.into()),
        ("responses", n.into()),
    ])
}
