//! Filled questionnaires.

use std::sync::LazyLock;

use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::batch::{Batch, Document, Rows, row};
use super::schema::responses;
use super::types::{Json, Key, On};
use super::{Conn, Stored};
use crate::domain::commitment::Salt;
use crate::domain::submission::{Filled, Submission};
use crate::domain::tally::Half;
use crate::domain::time::Day;
use crate::domain::words::{Channel, OfficeCode, ProcedureKey};

/// A filled questionnaire as it is kept.
#[derive(Debug, Clone, Queryable, Selectable)]
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

impl ResponseRow {
    /// Its questionnaire as the ledger names it.
    pub fn label(&self) -> String {
        format!("{}@{}", self.questionnaire, self.version)
    }
}

/// A response to store.
#[derive(Debug)]
pub struct NewResponse<'a> {
    /// Its id.
    pub id: Uuid,
    /// Hash of the receipt code.
    pub receipt_hash: &'a str,
    /// What was sent.
    pub submission: &'a Submission,
    /// The filled questionnaire in it.
    pub filled: &'a Filled,
    /// The answers in it as a JSON document.
    pub answers: &'a str,
    /// The day of submission.
    pub submitted_on: Day,
    /// Salt of its commitment.
    pub salt: Salt,
}

/// A new response as a row.
struct NewRow<'a> {
    id: Uuid,
    submission_id: Uuid,
    receipt_hash: &'a str,
    half: On,
    submitted_on: On,
    questionnaire: &'a str,
    version: i64,
    field: &'a str,
    office: Option<&'a str>,
    procedure: Option<&'a str>,
    respondent: &'a str,
    sample: &'a str,
    channel: &'a str,
    language: &'a str,
    answers: Document<'a>,
    salt: String,
}

row! {
    NewRow<'a>: id, submission_id, receipt_hash, half, submitted_on, questionnaire, version, field, office, procedure, respondent, sample,
    channel, language, answers, salt
}

static INSERT: LazyLock<Batch> = LazyLock::new(|| Batch::into::<NewRow<'_>>("responses", ""));

impl<'a> NewRow<'a> {
    fn of(new: &NewResponse<'a>) -> Self {
        let NewResponse { submission, filled, .. } = new;
        Self {
            id: new.id,
            submission_id: submission.id,
            receipt_hash: new.receipt_hash,
            half: On(Half::of(new.submitted_on).first()),
            submitted_on: On(new.submitted_on),
            questionnaire: filled.slug.as_str(),
            version: i64::from(filled.version),
            field: submission.field.as_str(),
            office: submission.office.as_ref().map(OfficeCode::as_str),
            procedure: submission.procedure.as_ref().map(ProcedureKey::as_str),
            respondent: submission.respondent.as_str(),
            sample: submission.sample.as_str(),
            channel: submission.channel.as_str(),
            language: submission.language.as_str(),
            answers: Document(new.answers),
            salt: new.salt.to_base64(),
        }
    }
}

/// New responses as rows.
pub fn rows<'a>(new: &[NewResponse<'a>]) -> Rows<'a> {
    INSERT.of(new.iter().map(NewRow::of))
}

/// A response by the hash of its receipt code.
pub fn by_receipt(conn: &mut Conn, hash: &str) -> Stored<Option<ResponseRow>> {
    Ok(responses::table.filter(responses::receipt_hash.eq(hash)).select(ResponseRow::as_select()).first(conn).optional()?)
}

/// The next responses in the order of arrival, for a recount that never holds all of them.
pub fn after(conn: &mut Conn, last: i64, limit: i64) -> Stored<Vec<(i64, ResponseRow)>> {
    Ok(responses::table.filter(responses::n.gt(last)).order(responses::n).limit(limit).select((responses::n, ResponseRow::as_select())).load(conn)?)
}

/// The next responses through some channels, up to one in the order of arrival.
pub fn after_through(conn: &mut Conn, last: i64, until: i64, channels: &[Channel], limit: i64) -> Stored<Vec<(i64, ResponseRow)>> {
    let channels: Vec<&str> = channels.iter().map(|channel| channel.as_str()).collect();
    Ok(responses::table
        .filter(responses::n.gt(last).and(responses::n.le(until)))
        .filter(responses::channel.eq_any(channels))
        .order(responses::n)
        .limit(limit)
        .select((responses::n, ResponseRow::as_select()))
        .load(conn)?)
}

/// How many a half-month of a questionnaire has.
pub fn count_of(conn: &mut Conn, half: Day, questionnaire: &str) -> Stored<i64> {
    Ok(responses::table.filter(responses::half.eq(On(half))).filter(responses::questionnaire.eq(questionnaire)).count().get_result(conn)?)
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
