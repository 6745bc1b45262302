//! What the public log committed to, against the rows that it was made from:
//! also those that are not public, which no verifier can see.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::Value;
use tlog_tiles::checkpoint::Checkpoint;

use super::{Compared, Difference};
use crate::actions::{Tx, ledger};
use crate::domain::error::Problem;
use crate::domain::leaf::{FileHash, Leaf};
use crate::domain::questionnaire::Definition;
use crate::domain::time::Day;
use crate::domain::tree::{self, Tree};
use crate::store;

/// Items, responses or leaves of one step: none of them is held whole.
const STEP: i64 = 500;

/// Compares events, responses, files and tallies with their leaves, and the leaves with the tree that was signed.
pub(super) fn recount(tx: &mut Tx<'_>, compared: &mut Compared) -> Result<Option<Difference>, Problem> {
    if store::ledger::size(tx.conn)? == 0 {
        // A deployment without a key keeps no log.
        return Ok(None);
    }
    if ledger::has_news(tx)? {
        return differs("calendar, offices, targets or questionnaires are not those that the log was told".to_owned());
    }
    let mut told = vec![false; usize::try_from(store::ledger::size(tx.conn)?).unwrap_or(0)];
    for part in [events, responses, tree] {
        if let Some(difference) = part(tx, &mut told, compared)? {
            return Ok(Some(difference));
        }
    }
    Ok(None)
}

/// By index: was a row found for the leaf?
type Told = Vec<bool>;

/// Notes that a row was found for a leaf.
fn note(told: &mut Told, idx: u64) {
    if let Some(told) = usize::try_from(idx).ok().and_then(|idx| told.get_mut(idx)) {
        *told = true;
    }
}

/// The first thing in which a row and its leaf differ.
fn apart(row: &str, leaf: &str) -> String {
    let said = |text: &str| serde_json::from_str::<BTreeMap<String, Value>>(text).unwrap_or_default();
    let (row, leaf) = (said(row), said(leaf));
    let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    let name = row.keys().chain(leaf.keys()).find(|name| row.get(*name) != leaf.get(*name));
    name.map_or_else(
        || "the one is not written as the other".to_owned(),
        |name| format!("{name} is {} in the row and {} in the leaf", shown(row.get(name)), shown(leaf.get(name))),
    )
}

fn differs(what: String) -> Result<Option<Difference>, Problem> {
    Ok(Some(Difference(what)))
}

fn events(tx: &mut Tx<'_>, told: &mut Told, _: &mut Compared) -> Result<Option<Difference>, Problem> {
    let last = store::intake::last_number(tx.conn)?.max(store::feedback::last_serial(tx.conn)?);
    let day = ledger::last_day(tx)?;
    for from in (0..last).step_by(STEP as usize) {
        let events = store::ledger::events_after(tx.conn, from, STEP)?;
        let places: Vec<u64> = events.iter().filter_map(|event| event.idx).collect();
        let leaves = store::ledger::leaves_at(tx.conn, &places)?;
        let mut waits = None;
        for event in events {
            let (serial, n) = (event.serial, event.entry.n);
            if !event.is_whole {
                return differs(format!("{serial}: event {n} has more in its row than belongs to it"));
            }
            let Some(idx) = event.idx else {
                if day.is_some_and(|day| event.entry.on < day.plus(-1)) {
                    return differs(format!("{serial}: event {n} of {} never came into the log", event.entry.on));
                }
                waits = Some(serial);
                continue;
            };
            if waits == Some(serial) {
                return differs(format!("{serial}: event {n} is in the log, and one before it is not"));
            }
            let leaf = Leaf::Feedback { serial, entry: &event.entry }.bytes();
            match leaves.get(&idx) {
                Some(logged) if *logged == leaf => {}
                Some(logged) => return differs(format!("{serial}: event {n} is not the one of its leaf {idx}: {}", apart(&leaf, logged))),
                None => return differs(format!("{serial}: event {n} stands at leaf {idx}, which is not there")),
            }
            note(told, idx);
        }
    }
    Ok(None)
}

fn responses(tx: &mut Tx<'_>, told: &mut Told, _: &mut Compared) -> Result<Option<Difference>, Problem> {
    let far = ledger::far(tx)?;
    let mut last = 0;
    loop {
        let rows = store::response::after(tx.conn, last, STEP)?;
        let Some((end, _)) = rows.last() else { return Ok(None) };
        let leaves = store::ledger::leaves_of_responses(tx.conn, last, *end)?;
        last = *end;
        for (n, row) in &rows {
            let Some((idx, logged)) = leaves.get(n) else {
                if far.is_past(*n, row) {
                    return differs(format!("response {} never came into the log", row.id.0));
                }
                continue;
            };
            let (leaf, ..) = ledger::response_leaf(&tx.catalogue, row)?;
            if *logged != leaf {
                return differs(format!("response {} is not the one that its leaf {idx} commits to", row.id.0));
            }
            note(told, *idx);
        }
    }
}

/// What of a leaf is looked at here.
#[derive(Deserialize)]
struct Glance {
    t: String,
    sha256: Option<String>,
    number: Option<u64>,
    half: Option<Day>,
    questionnaire: Option<String>,
}

impl Glance {
    /// The file whose hash it has.
    fn file(&self) -> Option<String> {
        let questionnaire = self.questionnaire.as_deref().unwrap_or_default();
        match (self.t.as_str(), self.number, self.half) {
            ("calendar", Some(number), _) => Some(format!("calendar/{number}.json")),
            ("questionnaire", ..) => Some(format!("questionnaire/{questionnaire}.json")),
            ("tally", _, Some(half)) => Some(format!("tally/{half}/{questionnaire}.json")),
            _ => None,
        }
    }
}

fn tree(tx: &mut Tx<'_>, told: &mut Told, compared: &mut Compared) -> Result<Option<Difference>, Problem> {
    let mut checkpoints: BTreeMap<u64, String> = store::ledger::checkpoints(tx.conn)?.into_iter().collect();
    let size = store::ledger::size(tx.conn)?;
    let mut tree = Tree::default();
    while tree.size() < size {
        let from = tree.size();
        for (idx, leaf) in (from..).zip(store::ledger::leaves_from(tx.conn, from, STEP as u64)?) {
            let (at, leaf) = leaf;
            if at != idx {
                return differs(format!("leaf {idx} is missing"));
            }
            if let Some(difference) = leaf_of(tx, idx, &leaf, told)? {
                return Ok(Some(difference));
            }
            tree.add(leaf.as_bytes());
            if let Some(note) = checkpoints.remove(&tree.size()) {
                let edge = tree.edge().into_iter().collect();
                let said = note.split("\n\n").next().and_then(|text| Checkpoint::from_bytes(format!("{text}\n").as_bytes()).ok());
                let root = tree::root(tree.size(), &edge);
                if said.is_none_or(|said| Some(*said.hash()) != root) {
                    return differs(format!("the first {} leaves are not those that were signed", tree.size()));
                }
            }
        }
        let places = tree.changed();
        let stored = store::ledger::tiles(tx.conn, places.iter().map(|(place, _)| *place))?;
        // The last tile of a level goes on growing.
        if let Some(((level, n), _)) = places.iter().find(|(place, hashes)| stored.get(place).is_none_or(|stored| !stored.starts_with(hashes))) {
            return differs(format!("tile {level}/{n} does not hold the hashes of its leaves"));
        }
    }
    compared.leaves = size;
    match checkpoints.keys().next() {
        Some(beyond) => differs(format!("{beyond} leaves were signed, and {size} are there")),
        None => Ok(None),
    }
}

fn leaf_of(tx: &mut Tx<'_>, idx: u64, leaf: &str, told: &Told) -> Result<Option<Difference>, Problem> {
    let Ok(glance) = serde_json::from_str::<Glance>(leaf) else { return differs(format!("leaf {idx} can't be read: {leaf}")) };
    if matches!(glance.t.as_str(), "feedback" | "response") && !usize::try_from(idx).is_ok_and(|idx| told.get(idx) == Some(&true)) {
        return differs(format!("leaf {idx} tells what no row says: {leaf}"));
    }
    let Some(path) = glance.file() else { return Ok(None) };
    let Some(content) = store::ledger::file(tx.conn, &path)? else { return differs(format!("{path} is missing")) };
    if Some(FileHash::of(&content).as_str()) != glance.sha256.as_deref() {
        return differs(format!("{path} is not the file that leaf {idx} commits to"));
    }
    if let ("questionnaire", Some(name)) = (glance.t.as_str(), &glance.questionnaire) {
        let published: Option<Definition> = serde_json::from_str(&content).ok();
        let held = tx.catalogue.questionnaires.iter().find(|survey| survey.definition.label() == *name);
        return match held.is_some_and(|survey| Some(&survey.definition) == published.as_ref()) {
            true => Ok(None),
            false => differs(format!("the questionnaire {name} is not the one that was published")),
        };
    }
    let (Some(half), Some(questionnaire), "tally") = (glance.half, glance.questionnaire, glance.t.as_str()) else { return Ok(None) };
    let (n, now) = ledger::tally_of(tx, half, &questionnaire)?;
    let (Ok(published), Ok(now)) = (serde_json::from_str::<TallyFile>(&content), serde_json::from_str::<TallyFile>(&now)) else {
        return differs(format!("{path} can't be read"));
    };
    // What is left out may be another part since the catalogue changed.
    let figures: HashMap<_, _> = now.cells.into_iter().filter(|cell| cell.n.is_some()).map(|cell| (cell.about, (cell.n, cell.satisfied))).collect();
    let other = published.cells.iter().any(|cell| cell.n.is_some() && figures.get(&cell.about).is_some_and(|figure| *figure != (cell.n, cell.satisfied)));
    if other || published.responses != n { differs(format!("{path} was published with other figures than the tallies have now")) } else { Ok(None) }
}

/// The published figures of a half-month.
#[derive(Deserialize)]
struct TallyFile {
    responses: u64,
    cells: Vec<TallyCell>,
}

#[derive(Deserialize)]
struct TallyCell {
    #[serde(flatten)]
    about: About,
    n: Option<u64>,
    satisfied: Option<u64>,
}

#[derive(PartialEq, Eq, Hash, Deserialize)]
struct About {
    sample: String,
    scope: String,
    respondent: String,
}
