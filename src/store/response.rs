//! Filled questionnaires.

use std::collections::HashMap;
use std::sync::LazyLock;

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, Text};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::batch::Batch;
use super::schema::responses;
use super::types::{CalendarDay, Id, Json, Key, On};
use super::{Conn, Stored, broken};
use crate::domain::time::Day;

/// A filled questionnaire as it is kept.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = responses)]
pub struct ResponseRow {
    /// Its id, made when it was stored.
    pub id: Key,
    /// The sender's id of the submission.
    pub submission_id: Key,
    /// Hash of the receipt code.
    pub receipt_hash: String,
    /// First day of its half-month.
    pub half: On,
    /// The day of submission.
    pub submitted_on: On,
    /// The questionnaire.
    pub questionnaire: String,
    /// The version that was filled.
    pub version: i64,
    /// The field.
    pub field: String,
    /// Where the person was.
    pub office: Option<String>,
    /// What they did there.
    pub procedure: Option<String>,
    /// Who answered.
    pub respondent: String,
    /// The sample.
    pub sample: String,
    /// The channel.
    pub channel: String,
    /// The form's language.
    pub language: String,
    /// The answers by question id.
    pub answers: Json,
    /// Salt of its commitment, base64.
    pub salt: String,
}

static INSERT: LazyLock<Batch> = LazyLock::new(|| {
    const COLUMNS: &[&str] = &[
        "id",
        "submission_id",
        "receipt_hash",
        "half",
        "submitted_on",
        "questionnaire",
        "version",
        "field",
        "office",
        "procedure",
        "respondent",
        "sample",
        "channel",
        "language",
        "answers",
        "salt",
    ];
    Batch::into("responses", COLUMNS, "")
});

/// Stores responses.
pub fn insert(conn: &mut Conn, rows: &[ResponseRow]) -> Stored<()> {
    INSERT.write(conn, rows)
}

/// What a submission that is stored already left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earlier {
    /// Its response.
    pub response_id: Option<Uuid>,
    /// Its opinion and the first deadline.
    pub feedback: Option<(i64, Option<Day>)>,
}

/// What is stored already of the submissions with these hashes of receipt codes, by hash.
pub fn earlier(conn: &mut Conn, hashes: &[String]) -> Stored<HashMap<String, Earlier>> {
    let hashes = serde_json::to_string(hashes).map_err(broken)?;
    let rows: Vec<EarlierRow> = match conn {
        Conn::Pg(c) => EarlierRows { list: " = ANY (ARRAY(SELECT jsonb_array_elements_text(", end: "::jsonb)))", hashes }.load(c)?,
        Conn::Sqlite(c) => EarlierRows { list: " IN (SELECT value FROM json_each(", end: "))", hashes }.load(c)?,
    };
    let mut found: HashMap<String, Earlier> = HashMap::new();
    for (hash, response, serial, due) in rows {
        let earlier = found.entry(hash).or_default();
        earlier.response_id = earlier.response_id.or(response.map(|id| id.0));
        earlier.feedback = earlier.feedback.or(serial.map(|serial| (serial, due.map(|d| d.0))));
    }
    Ok(found)
}

/// Hash, response, serial, first deadline.
type EarlierRow = (String, Option<Key>, Option<i64>, Option<On>);

/// Both tables in one statement that stays prepared: every batch asks this.
struct EarlierRows {
    list: &'static str,
    end: &'static str,
    hashes: String,
}

impl QueryId for EarlierRows {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for EarlierRows {
    type SqlType = (Text, Nullable<Id>, Nullable<BigInt>, Nullable<CalendarDay>);
}

impl<C> RunQueryDsl<C> for EarlierRows {}

impl<DB> QueryFragment<DB> for EarlierRows
where
    DB: Backend + HasSqlType<Text>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut listed = |select: &str| {
            out.push_sql(select);
            out.push_sql(self.list);
            out.push_bind_param::<Text, _>(&self.hashes)?;
            out.push_sql(self.end);
            QueryResult::Ok(())
        };
        listed("SELECT r.receipt_hash, r.id, NULL, NULL FROM responses AS r WHERE r.receipt_hash")?;
        // One that was sealed when it came had no deadline then, whatever became of it.
        listed(
            " UNION ALL SELECT f.receipt_hash, NULL, f.serial, CASE WHEN s.serial IS NULL THEN f.first_due_on END \
             FROM feedback AS f LEFT JOIN sealed_intakes AS s ON s.serial = f.serial WHERE f.receipt_hash",
        )
    }
}

/// A response by the hash of its receipt code.
pub fn by_receipt(conn: &mut Conn, hash: &str) -> Stored<Option<ResponseRow>> {
    Ok(responses::table.filter(responses::receipt_hash.eq(hash)).select(ResponseRow::as_select()).first(conn).optional()?)
}

/// The next responses in the order of arrival, for a recount that never holds all of them.
pub fn after(conn: &mut Conn, last: i64, limit: i64) -> Stored<Vec<(i64, ResponseRow)>> {
    Ok(responses::table.filter(responses::n.gt(last)).order(responses::n).limit(limit).select((responses::n, ResponseRow::as_select())).load(conn)?)
}

/// How many there are.
pub fn count(conn: &mut Conn) -> Stored<i64> {
    Ok(responses::table.count().get_result(conn)?)
}

/// The answers of a row, by question.
pub fn answers(row: &ResponseRow) -> serde_json::Map<String, Value> {
    match &row.answers.0 {
        Value::Object(map) => map.clone(),
        _ => serde_json::Map::new(),
    }
}
