//! Cells of ratings. Read, changed and written under [`super::Lock::Intake`],
//! each cell once per transaction.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::tallies as t;
use super::types::On;
use super::{Conn, Stored, broken};
use crate::domain::tally::{Cell, CellKey, Half, Scope};
use crate::domain::time::Day;
use crate::domain::words::{Respondent, Sample};

/// How "all respondents" is written.
const ALL: &str = "all";

fn respondent_text(respondent: Option<Respondent>) -> &'static str {
    respondent.map_or(ALL, Respondent::as_str)
}

fn write_counts(counts: &[u64]) -> String {
    counts.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
}

fn read_counts(text: &str) -> Stored<Vec<u64>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    text.split(',').map(|n| n.parse().map_err(broken)).collect()
}

/// The cells at these addresses; those that are not there are left out.
pub fn get(conn: &mut Conn, keys: &[CellKey]) -> Stored<BTreeMap<CellKey, Cell>> {
    // One query for each (half, questionnaire, sample): the rest of the address is a small product.
    let mut groups: BTreeMap<(Half, &str, &str), Vec<&CellKey>> = BTreeMap::new();
    for key in keys {
        groups.entry((key.half, key.questionnaire.as_str(), key.sample.as_str())).or_default().push(key);
    }
    let mut cells = BTreeMap::new();
    for ((half, questionnaire, sample), wanted) in groups {
        let scopes: BTreeMap<String, &Scope> = wanted.iter().map(|k| (k.scope.to_string(), &k.scope)).collect();
        let questions: BTreeSet<&str> = wanted.iter().map(|k| k.question.as_str()).collect();
        // Named so that the key is used up to the half-month: without it each cell's whole past is read.
        let respondents: BTreeSet<&str> = wanted.iter().map(|k| respondent_text(k.respondent)).collect();
        let scope_names: Vec<&String> = scopes.keys().collect();
        for names in scope_names.chunks(300) {
            let rows: Vec<(String, String, String, String, String)> = t::table
                .filter(t::questionnaire.eq(questionnaire))
                .filter(t::question.eq_any(questions.iter().copied().collect::<Vec<_>>()))
                .filter(t::scope.eq_any(names.iter().map(|n| n.as_str()).collect::<Vec<_>>()))
                .filter(t::sample.eq(sample))
                .filter(t::respondent.eq_any(respondents.iter().copied().collect::<Vec<_>>()))
                .filter(t::half.eq(On(half.first())))
                .select((t::question, t::scope, t::respondent, t::counted, t::released))
                .load(conn)?;
            for (question, scope, respondent, counted, released) in rows {
                let Some(scope) = scopes.get(&scope) else { continue };
                let Some(like) = wanted.first() else { continue };
                let key = CellKey {
                    half,
                    questionnaire: like.questionnaire.clone(),
                    question: question.parse().map_err(broken)?,
                    sample: like.sample,
                    scope: (*scope).clone(),
                    respondent: if respondent == ALL { None } else { Some(respondent.parse().map_err(broken)?) },
                };
                cells.insert(key, Cell { all: read_counts(&counted)?, released: read_counts(&released)? });
            }
        }
    }
    Ok(cells)
}

#[derive(Insertable)]
#[diesel(table_name = t)]
struct CellRow {
    questionnaire: String,
    question: String,
    scope: String,
    sample: String,
    respondent: String,
    half: On,
    counted: String,
    released: String,
}

/// The upsert of [`put`] on SQLite: rows as a JSON array of arrays.
const UPSERT: &str = "INSERT INTO tallies (questionnaire, question, scope, sample, respondent, half, counted, released) \
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7 FROM json_each(?) WHERE TRUE \
    ON CONFLICT (questionnaire, question, scope, sample, respondent, half) DO UPDATE SET counted = excluded.counted, released = excluded.released";

impl CellRow {
    /// In the order of [`UPSERT`].
    fn words(&self) -> [String; 8] {
        let text = String::clone;
        [
            text(&self.questionnaire),
            text(&self.question),
            text(&self.scope),
            text(&self.sample),
            text(&self.respondent),
            self.half.0.to_string(),
            text(&self.counted),
            text(&self.released),
        ]
    }
}

/// Writes cells whole.
pub fn put<'a>(conn: &mut Conn, cells: impl IntoIterator<Item = (&'a CellKey, &'a Cell)>) -> Stored<()> {
    let rows: Vec<CellRow> = cells
        .into_iter()
        .map(|(key, cell)| CellRow {
            questionnaire: key.questionnaire.to_string(),
            question: key.question.to_string(),
            scope: key.scope.to_string(),
            sample: key.sample.to_string(),
            respondent: respondent_text(key.respondent).to_owned(),
            half: On(key.half.first()),
            counted: write_counts(&cell.all),
            released: write_counts(&cell.released),
        })
        .collect();
    for batch in rows.chunks(400) {
        match conn {
            Conn::Pg(c) => {
                diesel::insert_into(t::table)
                    .values(batch)
                    .on_conflict((t::questionnaire, t::question, t::scope, t::sample, t::respondent, t::half))
                    .do_update()
                    .set((t::counted.eq(excluded(t::counted)), t::released.eq(excluded(t::released))))
                    .execute(c)?;
            }
            Conn::Sqlite(c) => {
                // Diesel's batch with ON CONFLICT is one statement a row here; JSON makes it one for all.
                let rows: Vec<[String; 8]> = batch.iter().map(CellRow::words).collect();
                diesel::sql_query(UPSERT).bind::<diesel::sql_types::Text, _>(serde_json::to_string(&rows).map_err(broken)?).execute(c)?;
            }
        }
    }
    Ok(())
}

/// A stored cell with its address in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCell {
    /// The questionnaire.
    pub questionnaire: String,
    /// The question.
    pub question: String,
    /// The scope in words.
    pub scope: String,
    /// The sample.
    pub sample: String,
    /// The respondent, or `all`.
    pub respondent: String,
    /// First day of the half-month.
    pub half: Day,
    /// The counts.
    pub cell: Cell,
}

type Row = (String, String, String, String, String, On, String, String);

fn read_row((questionnaire, question, scope, sample, respondent, half, counted, released): Row) -> Stored<StoredCell> {
    let cell = Cell { all: read_counts(&counted)?, released: read_counts(&released)? };
    Ok(StoredCell { questionnaire, question, scope, sample, respondent, half: half.0, cell })
}

/// What the results page asks for: cells of some questions and scopes over a span of half-months.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// `(questionnaire, question)` pairs.
    pub questions: &'a [(String, String)],
    /// The sample.
    pub sample: Sample,
    /// Scopes in words.
    pub scopes: &'a [String],
    /// Respondents in words, `all` among them.
    pub respondents: &'a [String],
    /// First half-month.
    pub from: Option<Half>,
    /// Last half-month.
    pub to: Option<Half>,
}

/// The cells of a span.
pub fn span(conn: &mut Conn, wanted: &Wanted<'_>) -> Stored<Vec<StoredCell>> {
    let mut cells = Vec::new();
    for (questionnaire, question) in wanted.questions {
        let mut query = t::table
            .filter(t::questionnaire.eq(questionnaire))
            .filter(t::question.eq(question))
            .filter(t::scope.eq_any(wanted.scopes.to_vec()))
            .filter(t::sample.eq(wanted.sample.as_str()))
            .filter(t::respondent.eq_any(wanted.respondents.to_vec()))
            .into_boxed::<super::MultiBackend>();
        if let Some(from) = wanted.from {
            query = query.filter(t::half.ge(On(from.first())));
        }
        if let Some(to) = wanted.to {
            query = query.filter(t::half.le(On(to.first())));
        }
        let rows: Vec<Row> = query.select((t::questionnaire, t::question, t::scope, t::sample, t::respondent, t::half, t::counted, t::released)).load(conn)?;
        for row in rows {
            cells.push(read_row(row)?);
        }
    }
    Ok(cells)
}

/// Every cell of the half-months before a day, for the closing job.
pub fn of_halves_before(conn: &mut Conn, first: Option<Day>, day: Day) -> Stored<Vec<StoredCell>> {
    let mut query = t::table.filter(t::half.lt(On(day))).into_boxed::<super::MultiBackend>();
    if let Some(first) = first {
        query = query.filter(t::half.ge(On(first)));
    }
    let rows: Vec<Row> = query.select((t::questionnaire, t::question, t::scope, t::sample, t::respondent, t::half, t::counted, t::released)).load(conn)?;
    rows.into_iter().map(read_row).collect()
}

/// Every cell, in the order of its address.
pub fn all(conn: &mut Conn) -> Stored<Vec<StoredCell>> {
    let rows: Vec<Row> = t::table
        .order((t::half, t::questionnaire, t::question, t::scope, t::sample, t::respondent))
        .select((t::questionnaire, t::question, t::scope, t::sample, t::respondent, t::half, t::counted, t::released))
        .load(conn)?;
    rows.into_iter().map(read_row).collect()
}

/// Sets what a stored cell has released.
pub fn set_released(conn: &mut Conn, cell: &StoredCell) -> Stored<()> {
    diesel::update(
        t::table
            .filter(t::questionnaire.eq(&cell.questionnaire))
            .filter(t::question.eq(&cell.question))
            .filter(t::scope.eq(&cell.scope))
            .filter(t::sample.eq(&cell.sample))
            .filter(t::respondent.eq(&cell.respondent))
            .filter(t::half.eq(On(cell.half))),
    )
    .set(t::released.eq(write_counts(&cell.cell.released)))
    .execute(conn)?;
    Ok(())
}
