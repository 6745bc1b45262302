//! Filled questionnaires.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::schema::{feedback, responses, sealed_intakes};
use super::types::{Json, Key, On};
use super::{Conn, Stored, broken};
use crate::domain::time::Day;

/// A filled questionnaire as it is kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
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

/// The insert on SQLite: rows as a JSON array of arrays, because Diesel's batch is one statement a row there.
const INSERT: &str = "INSERT INTO responses (id, submission_id, receipt_hash, half, submitted_on, questionnaire, version, field, office, procedure, \
    respondent, sample, channel, language, answers, salt) \
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, \
    value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14, value ->> 15 FROM json_each(?)";

impl ResponseRow {
    /// In the order of [`INSERT`].
    fn words(&self) -> impl serde::Serialize + '_ {
        let of = self;
        (
            of.id.0,
            of.submission_id.0,
            &of.receipt_hash,
            of.half.0.to_string(),
            of.submitted_on.0.to_string(),
            &of.questionnaire,
            of.version,
            &of.field,
            &of.office,
            &of.procedure,
            &of.respondent,
            &of.sample,
            &of.channel,
            &of.language,
            of.answers.0.to_string(),
            &of.salt,
        )
    }
}

/// Stores responses, in batches that both databases take.
pub fn insert(conn: &mut Conn, rows: &[ResponseRow]) -> Stored<()> {
    for batch in rows.chunks(500) {
        match conn {
            Conn::Pg(c) => diesel::insert_into(responses::table).values(batch).execute(c)?,
            Conn::Sqlite(c) => {
                let rows = serde_json::to_string(&batch.iter().map(ResponseRow::words).collect::<Vec<_>>()).map_err(broken)?;
                diesel::sql_query(INSERT).bind::<diesel::sql_types::Text, _>(rows).execute(c)?
            }
        };
    }
    Ok(())
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
    let mut found: HashMap<String, Earlier> = HashMap::new();
    for hashes in hashes.chunks(500) {
        let rows: Vec<(String, Key)> =
            responses::table.filter(responses::receipt_hash.eq_any(hashes)).select((responses::receipt_hash, responses::id)).load(conn)?;
        for (hash, id) in rows {
            found.entry(hash).or_default().response_id = Some(id.0);
        }
        // One that was sealed when it came had no deadline then, whatever became of it.
        let rows: Vec<(String, i64, Option<On>, Option<i64>)> = feedback::table
            .left_join(sealed_intakes::table.on(sealed_intakes::serial.eq(feedback::serial)))
            .filter(feedback::receipt_hash.eq_any(hashes))
            .select((feedback::receipt_hash, feedback::serial, feedback::first_due_on, sealed_intakes::serial.nullable()))
            .load(conn)?;
        for (hash, serial, due, sealed) in rows {
            let due = due.filter(|_| sealed.is_none());
            found.entry(hash).or_default().feedback = Some((serial, due.map(|d| d.0)));
        }
    }
    Ok(found)
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
