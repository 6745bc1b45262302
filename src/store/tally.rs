//! Tallies of ratings. Read, changed and written under [`super::Lock::Intake`],
//! each once per transaction.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use diesel::prelude::*;
use uuid::Uuid;

use super::batch::{Batch, Rows, row};
use super::schema::tallies as t;
use super::types::On;
use super::{Conn, Stored, broken};
use crate::domain::tally::{Cell, Half, Scope, Tally, TallyKey};
use crate::domain::time::Day;
use crate::domain::words::{QuestionId, Respondent, Sample, Slug};

/// How "all respondents" is written.
const ALL: &str = "all";

fn respondent_text(respondent: Option<Respondent>) -> &'static str {
    respondent.map_or(ALL, Respondent::as_str)
}

/// As `all overall 0,1,0,7,9 0,1,0,5,4;citizen overall …`: short, because every slip reads and writes some of it.
fn write_cells(tally: &Tally) -> String {
    let mut text = String::with_capacity(tally.0.len() * 48);
    let mut digits = itoa::Buffer::new();
    for ((respondent, question), cell) in &tally.0 {
        if !text.is_empty() {
            text.push(';');
        }
        text.push_str(respondent_text(*respondent));
        text.push(' ');
        text.push_str(question.as_str());
        for counts in [&cell.all, &cell.released] {
            let mut before = ' ';
            for n in counts {
                text.push(before);
                text.push_str(digits.format(*n));
                before = ',';
            }
        }
    }
    text
}

fn read_cells(text: &str) -> Stored<Tally> {
    let mut tally = Tally::default();
    for entry in text.split(';').filter(|e| !e.is_empty()) {
        let mut parts = entry.split(' ');
        let (Some(respondent), Some(question), Some(all), Some(released), None) = (parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(broken(format!("tally cell {entry}")));
        };
        let counts = |text: &str| text.split(',').map(|n| n.parse().map_err(broken)).collect::<Stored<Vec<u64>>>();
        let cell = Cell { all: counts(all)?, released: counts(released)? };
        let respondent = if respondent == ALL { None } else { Some(respondent.parse().map_err(broken)?) };
        tally.0.insert((respondent, question.parse().map_err(broken)?), cell);
    }
    Ok(tally)
}

/// The tallies at these addresses; those that are not there are left out.
pub fn get<'a>(conn: &mut Conn, keys: impl IntoIterator<Item = &'a TallyKey>) -> Stored<BTreeMap<TallyKey, Tally>> {
    // One query for each (half, questionnaire, sample): the rest of the address is a small product.
    let mut groups: BTreeMap<(Half, &str, Sample), Vec<&TallyKey>> = BTreeMap::new();
    for key in keys {
        groups.entry((key.half, key.questionnaire.as_str(), key.sample)).or_default().push(key);
    }
    let mut tallies = BTreeMap::new();
    for ((half, questionnaire, sample), wanted) in groups {
        let scopes: BTreeMap<String, &Scope> = wanted.iter().map(|k| (k.scope.to_string(), &k.scope)).collect();
        let scope_names: Vec<&String> = scopes.keys().collect();
        for names in scope_names.chunks(300) {
            // Each part of the key is named: without one, the whole past of each address is read.
            let rows: Vec<(String, String)> = t::table
                .filter(t::questionnaire.eq(questionnaire))
                .filter(t::scope.eq_any(names.iter().map(|n| n.as_str()).collect::<Vec<_>>()))
                .filter(t::sample.eq(sample.as_str()))
                .filter(t::half.eq(On(half.first())))
                .select((t::scope, t::cells))
                .load(conn)?;
            for (scope, cells) in rows {
                let (Some(scope), Some(like)) = (scopes.get(&scope), wanted.first()) else { continue };
                let key = TallyKey { half, questionnaire: like.questionnaire.clone(), sample, scope: (*scope).clone() };
                tallies.insert(key, read_cells(&cells)?);
            }
        }
    }
    Ok(tallies)
}

/// A tally as a row.
struct Row<'a> {
    questionnaire: &'a str,
    scope: String,
    sample: &'a str,
    half: On,
    cells: String,
}

row! { Row<'a>: questionnaire, scope, sample, half, cells }

static UPSERT: LazyLock<Batch> =
    LazyLock::new(|| Batch::into::<Row<'_>>("tallies", "ON CONFLICT (questionnaire, scope, sample, half) DO UPDATE SET cells = excluded.cells"));

/// The name of the counter that every change of a tally moves.
pub(super) const CHANGES: &str = "tallies";

/// A mark of the tallies' state before a change and one of that after: whoever
/// holds the mark before, and left tallies at it, has seen the latest. Marks grow
/// by steps that nobody foresees, so that none comes back when a server crashed
/// and forgot the last ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Before.
    pub before: i64,
    /// After.
    pub after: i64,
}

impl Marks {
    /// Of a change to tallies at this mark.
    pub(super) fn after(mark: i64) -> Self {
        Self { before: mark, after: mark + step() }
    }
}

fn step() -> i64 {
    1 + i64::from(Uuid::new_v4().as_fields().0)
}

/// Whole tallies as rows, to be written with the mark after them.
pub fn rows<'a>(tallies: impl IntoIterator<Item = &'a (TallyKey, Tally)>) -> Rows<'a> {
    let row = |(key, tally): &'a (TallyKey, Tally)| Row {
        questionnaire: key.questionnaire.as_str(),
        scope: key.scope.to_string(),
        sample: key.sample.as_str(),
        half: On(key.half.first()),
        cells: write_cells(tally),
    };
    UPSERT.of(tallies.into_iter().map(row))
}

/// A stored tally with its address in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTally {
    /// The questionnaire.
    pub questionnaire: String,
    /// The scope in words.
    pub scope: String,
    /// The sample.
    pub sample: String,
    /// First day of the half-month.
    pub half: Day,
    /// The cells.
    pub tally: Tally,
}

impl StoredTally {
    /// The cell of a question and a kind of respondents, empty when none of them rated it.
    pub fn cell(&self, respondent: Option<Respondent>, question: &QuestionId) -> Cell {
        self.tally.0.get(&(respondent, question.clone())).cloned().unwrap_or_default()
    }
}

type Words = (String, String, String, On, String);

fn read((questionnaire, scope, sample, half, cells): Words) -> Stored<StoredTally> {
    Ok(StoredTally { questionnaire, scope, sample, half: half.0, tally: read_cells(&cells)? })
}

/// What the results page asks for: tallies of some scopes over a span of half-months.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The questionnaires.
    pub questionnaires: &'a [String],
    /// The sample.
    pub sample: Sample,
    /// Scopes in words.
    pub scopes: &'a [String],
    /// First half-month.
    pub from: Option<Half>,
    /// Last half-month.
    pub to: Option<Half>,
}

/// The tallies of a span.
pub fn span(conn: &mut Conn, wanted: &Wanted<'_>) -> Stored<Vec<StoredTally>> {
    let mut query = t::table
        .filter(t::questionnaire.eq_any(wanted.questionnaires.to_vec()))
        .filter(t::scope.eq_any(wanted.scopes.to_vec()))
        .filter(t::sample.eq(wanted.sample.as_str()))
        .into_boxed::<super::MultiBackend>();
    if let Some(from) = wanted.from {
        query = query.filter(t::half.ge(On(from.first())));
    }
    if let Some(to) = wanted.to {
        query = query.filter(t::half.le(On(to.first())));
    }
    let rows: Vec<Words> = query.select(t::all_columns).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Every tally of a half-month of a questionnaire, in the order of its address.
pub fn of_half(conn: &mut Conn, half: Half, questionnaire: &Slug) -> Stored<Vec<StoredTally>> {
    let of_half = t::table.filter(t::half.eq(On(half.first()))).filter(t::questionnaire.eq(questionnaire.as_str()));
    let rows: Vec<Words> = of_half.order((t::scope, t::sample)).select(t::all_columns).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The half-months of questionnaires that have ratings and lie before a day.
pub fn halves_before(conn: &mut Conn, day: Day) -> Stored<Vec<(Day, String)>> {
    let rows: Vec<(On, String)> =
        t::table.filter(t::half.lt(On(day))).select((t::half, t::questionnaire)).distinct().order((t::half, t::questionnaire)).load(conn)?;
    Ok(rows.into_iter().map(|(half, questionnaire)| (half.0, questionnaire)).collect())
}

/// Every tally of the half-months before a day, for the closing job.
pub fn of_halves_before(conn: &mut Conn, first: Option<Day>, day: Day) -> Stored<Vec<StoredTally>> {
    let mut query = t::table.filter(t::half.lt(On(day))).into_boxed::<super::MultiBackend>();
    if let Some(first) = first {
        query = query.filter(t::half.ge(On(first)));
    }
    let rows: Vec<Words> = query.select(t::all_columns).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Every tally, in the order of its address.
pub fn all(conn: &mut Conn) -> Stored<Vec<StoredTally>> {
    let rows: Vec<Words> = t::table.order((t::half, t::questionnaire, t::scope, t::sample)).select(t::all_columns).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Writes the cells of tallies that were read in the same transaction.
pub fn set(conn: &mut Conn, stored: &[StoredTally]) -> Stored<()> {
    super::advance(conn, CHANGES, step())?;
    let rows = stored.iter().map(|StoredTally { questionnaire, scope, sample, half, tally }| Row {
        questionnaire,
        scope: scope.clone(),
        sample,
        half: On(*half),
        cells: write_cells(tally),
    });
    UPSERT.of(rows).write(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_they_were_written() {
        let mut tally = Tally::default();
        assert_eq!(read_cells(&write_cells(&tally)).unwrap(), tally);
        for (respondent, question, value) in [(Respondent::Citizen, "overall", 5), (Respondent::Enterprise, "overall", 1), (Respondent::Citizen, "time", 3)] {
            tally.add(respondent, &[(question.parse().unwrap(), value)]);
        }
        tally.release(2, false);
        let text = write_cells(&tally);
        assert_eq!(
            text,
            "all overall 1,0,0,0,1 1,0,0,0,1;all time 0,0,1 0,0,0;citizen overall 0,0,0,0,1 0,0,0,0,0;citizen time 0,0,1 0,0,0;enterprise overall 1 0"
        );
        assert_eq!(read_cells(&text).unwrap(), tally);
        assert!(read_cells("all overall 1,x 1").is_err() && read_cells("all overall 1").is_err());
    }
}
