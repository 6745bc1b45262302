//! What is not public is checked by who runs the deployment: whatever is changed
//! behind the service's back, in what is published or what it is made from, is
//! found.

use diesel::{RunQueryDsl, sql_query};
use hoidap::actions::recount::{Difference, recount};
use hoidap::actions::{Service, Tx};
use hoidap::clock::Clock;
use hoidap::domain::error::Problem;
use hoidap::keys::Keys;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use crate::support::ledger::Scratch;
use crate::support::{Bed, SECRET, each_database};

fn differs(bed: &Bed) -> Option<String> {
    // As the command does it: with nothing held from before.
    let fresh = Service::new(bed.service.db().clone(), Clock::standing(bed.service.now()), Keys::new(&SECRET));
    fresh.read(recount).unwrap().err().map(|Difference(what)| what)
}

#[test]
fn what_the_log_was_told_is_compared_with_what_is_there() {
    each_database(|bed| {
        let log = Scratch::new();
        log.month(bed);
        assert_eq!(differs(bed), None);
        for (change, undo, says) in [
            (
                "UPDATE calendar_days SET status = 'proposed' WHERE day = '2026-10-14'",
                "UPDATE calendar_days SET status = 'official' WHERE day = '2026-10-14'",
                "due on",
            ),
            ("UPDATE targets SET value_bp = value_bp - 1", "UPDATE targets SET value_bp = value_bp + 1", "are not those that the log was told"),
            (
                "UPDATE ledger_files SET content = replace(content, '2026-10-14', '2026-10-13')",
                "UPDATE ledger_files SET content = replace(content, '2026-10-13', '2026-10-14')",
                "is not the file that leaf",
            ),
            (
                "UPDATE ledger_leaves SET response = 99 WHERE response = 2",
                "UPDATE ledger_leaves SET response = 2 WHERE response = 99",
                "never came into the log",
            ),
            (
                "UPDATE feedback_events SET leaf = NULL WHERE serial = 2 AND n = 1",
                "UPDATE feedback_events SET leaf = (SELECT leaf + 1 FROM feedback_events WHERE serial = 2 AND n = 0) WHERE serial = 2 AND n = 1",
                "never came into the log",
            ),
            ("UPDATE responses SET respondent = 'enterprise' WHERE n = 3", "UPDATE responses SET respondent = 'citizen' WHERE n = 3", "the responses say"),
            ("UPDATE responses SET office = NULL, procedure = '1.000001' WHERE n = 3", "", ""),
        ] {
            bed.tamper(change);
            let what = differs(bed).unwrap_or_else(|| panic!("not found: {change}"));
            assert!(what.contains(says), "{change}: {what}");
            if !undo.is_empty() {
                bed.tamper(undo);
                assert_eq!(differs(bed), None, "after {undo}");
            }
        }
    });
}

/// How a value is changed.
#[derive(Debug, Clone, Copy)]
enum How {
    /// To another of the same column.
    Other,
    /// To a day or number beside it.
    Beside,
    /// By a letter more.
    Longer,
}

use How::{Beside, Longer, Other};

/// Every column of what is published and what it is made from, with a way to change it.
const COLUMNS: [(&str, &str, How); 59] = [
    ("feedback", "serial", Beside),
    ("feedback", "received_on", Beside),
    ("feedback", "kind", Other),
    ("feedback", "field", Longer),
    ("feedback", "respondent", Longer),
    ("feedback", "state", Other),
    ("feedback", "settled", Other),
    ("feedback", "paused", Beside),
    ("feedback", "office", Other),
    ("feedback", "due_on", Beside),
    ("feedback", "first_due_on", Beside),
    ("feedback", "answered_on", Beside),
    ("feedback", "out_on", Beside),
    ("feedback", "events", Beside),
    ("feedback", "merged_into", Beside),
    ("feedback", "withheld", Beside),
    ("feedback_events", "serial", Other),
    ("feedback_events", "n", Beside),
    ("feedback_events", "event", Other),
    ("feedback_events", "on_day", Beside),
    ("feedback_events", "by_part", Other),
    ("feedback_events", "payload", Other),
    ("feedback_events", "salts", Other),
    ("feedback_events", "leaf", Beside),
    ("feedback_events", "leaf", Other),
    ("feedback_texts", "original", Longer),
    ("feedback_texts", "original", Other),
    ("feedback_answers", "serial", Other),
    ("feedback_answers", "version", Beside),
    ("feedback_answers", "question", Longer),
    ("feedback_answers", "answer", Longer),
    ("feedback_answers", "published_on", Beside),
    ("feedback_counts", "scope", Longer),
    ("feedback_counts", "received_on", Beside),
    ("feedback_counts", "settled", Other),
    ("feedback_counts", "due_on", Beside),
    ("feedback_counts", "n", Beside),
    ("responses", "n", Other),
    ("responses", "half", Other),
    ("responses", "questionnaire", Longer),
    ("responses", "version", Beside),
    ("responses", "field", Other),
    ("responses", "office", Longer),
    ("responses", "respondent", Other),
    ("responses", "sample", Other),
    ("responses", "channel", Other),
    ("responses", "answers", Other),
    ("responses", "salt", Other),
    ("tallies", "scope", Longer),
    ("tallies", "sample", Other),
    ("tallies", "half", Other),
    ("tallies", "cells", Other),
    ("ledger_leaves", "idx", Beside),
    ("ledger_leaves", "leaf", Other),
    ("ledger_leaves", "leaf", Longer),
    ("ledger_tiles", "hashes", Longer),
    ("ledger_checkpoints", "size", Beside),
    ("ledger_checkpoints", "note", Other),
    ("ledger_files", "content", Other),
];
/// Tables whose rows can't go in silence.
const TABLES: [&str; 10] = [
    "feedback",
    "feedback_events",
    "feedback_texts",
    "feedback_answers",
    "feedback_counts",
    "responses",
    "tallies",
    "ledger_leaves",
    "ledger_tiles",
    "ledger_files",
];

#[derive(Debug, Clone)]
enum Change {
    Update(usize),
    Delete(usize),
}

impl Change {
    /// In SQLite's words, of one row.
    fn statement(&self, row: usize) -> String {
        match self {
            Self::Delete(table) => {
                let table = TABLES[*table];
                format!("DELETE FROM {table} WHERE rowid = (SELECT rowid FROM {table} ORDER BY rowid LIMIT 1 OFFSET {row} % (SELECT count(*) FROM {table}))")
            }
            Self::Update(column) => {
                let (table, column, how) = COLUMNS[*column];
                let value = match how {
                    Other => format!("(SELECT o.{column} FROM {table} o WHERE o.{column} <> {table}.{column} ORDER BY (o.rowid * 7919 + {row}) % 101 LIMIT 1)"),
                    Beside => format!("CASE WHEN typeof({column}) = 'integer' THEN {column} + 1 ELSE date({column}, '+1 day') END"),
                    Longer => format!("{column} || 'a'"),
                };
                let there = format!("SELECT rowid FROM {table} WHERE {column} IS NOT NULL");
                let count = format!("SELECT max(1, count(*)) FROM {table} WHERE {column} IS NOT NULL");
                format!("UPDATE {table} SET {column} = {value} WHERE rowid = ({there} ORDER BY rowid LIMIT 1 OFFSET {row} % ({count})) AND {value} <> {column}")
            }
        }
    }
}

/// Makes a change, looks, and takes it back. None when the database refused it, or nothing changed.
fn finds(bed: &Bed, statement: &str) -> Option<Result<(), String>> {
    let mut found = None;
    let look = |tx: &mut Tx<'_>| {
        found = match sql_query(statement).execute(tx.conn) {
            Ok(1..) => Some(match recount(tx) {
                Ok(Ok(compared)) => Err(format!("{compared:?}")),
                // A row that can't even be read is found too.
                Ok(Err(_)) | Err(_) => Ok(()),
            }),
            Ok(0) | Err(_) => None,
        };
        Err::<(), _>(Problem::Internal("taken back".to_owned()))
    };
    bed.service.write(look).unwrap_err();
    found
}

#[test]
fn a_thousand_changes_to_a_database_are_a_thousand_found() {
    // A thousand changes are enough on one: the other tests plant theirs in both.
    let bed = &Bed::sqlite();
    let log = Scratch::new();
    log.month(bed);
    assert_eq!(differs(bed), None);
    let updates = (0..COLUMNS.len()).map(Change::Update);
    let changes: Vec<Change> = updates.chain((0..TABLES.len()).map(Change::Delete)).collect();
    let mut runner = TestRunner::new(ProptestConfig { cases: 1_000, failure_persistence: None, max_global_rejects: 20_000, ..ProptestConfig::default() });
    runner
        .run(&(select(changes), 0_usize..10_000), |(change, row)| {
            let statement = change.statement(row);
            match finds(bed, &statement) {
                None => Err(TestCaseError::reject("the database refused it")),
                Some(Ok(())) => Ok(()),
                Some(Err(agreed)) => Err(TestCaseError::fail(format!("{statement}: {agreed}"))),
            }
        })
        .unwrap();
    assert_eq!(differs(bed), None, "all of it was taken back");
}
