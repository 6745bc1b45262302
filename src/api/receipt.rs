//! What a sender may see of what they sent, by their receipt code. The code
//! stands in this address: nothing may keep it or pass it on.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Path, ServiceConfig};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::feedback::{Answer, PublicItem};
use super::problem::{self, Refused};
use super::request::{Lang, Reader};
use super::{BASE, at, reading};
use crate::actions::{Tx, lookup, proof};
use crate::domain::error::{Code, Problem};
use crate::domain::feedback::Class;
use crate::domain::proof::LedgerReceipt;
use crate::domain::receipt::ReceiptCode;
use crate::domain::time::Day;
use crate::domain::words::{FieldCode, Kind, Language, OfficeCode, Purpose, Serial};
use crate::http::app::Shared;
use crate::store::response::{self, ResponseRow};

const RECEIPT: &str = "/receipts/{receipt_code}";

const PROOFS: &str = "/receipts/{receipt_code}/ledger";

/// Mounts these addresses.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at(RECEIPT).route(reading().to(receipt)));
    cfg.service(at(PROOFS).route(reading().to(proofs)));
}

/// Proves to a sender that what they sent is in the public ledger: one receipt for the rating, one for the opinion.
#[utoipa::path(
    get, path = PROOFS, context_path = BASE, tag = "feedback",
    params(("receipt_code" = String, Path, description = "The code from the receipt; case, spaces and hyphens don't matter."), Lang),
    responses((status = 200, description = "To be kept by the sender, for `hoidap verify --receipt`.", body = Vec<LedgerReceipt>), problem::Receipts)
)]
async fn proofs(app: Shared, code: Path<String>) -> Result<HttpResponse, Refused> {
    let code = ReceiptCode::parse(&code).ok_or(Code::UnknownReceipt)?;
    let origin = app.config.ledger_origin();
    let receipts = app.read(move |tx| proof::receipts(tx, &code, &origin)).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(receipts))
}

/// What its sender may see of a submission.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// The filled questionnaire; null when none was.
    response: Option<OwnResponse>,
    /// The opinion; null when there was none.
    feedback: Option<OwnFeedback>,
}

/// A filled questionnaire, for its sender.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnResponse {
    /// Its id.
    response_id: Uuid,
    /// The questionnaire.
    #[schema(value_type = crate::domain::words::Slug)]
    survey: String,
    /// The version that was filled.
    version: i64,
    /// The day of submission.
    submitted_on: Day,
    /// The field.
    #[schema(value_type = FieldCode)]
    field: String,
    /// Where the person was.
    #[schema(value_type = Option<OfficeCode>)]
    office: Option<String>,
    /// What they did there.
    #[schema(value_type = Option<crate::domain::words::ProcedureKey>)]
    procedure: Option<String>,
    /// Who answered.
    #[schema(value_type = crate::domain::words::Respondent)]
    respondent: String,
    /// The answers by question id.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    answers: Map<String, Value>,
}

/// An opinion, for its sender: also what the public does not see.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnFeedback {
    /// Its number.
    serial: Serial,
    /// Its number as people read it.
    #[schema(example = "HD-001158")]
    id: String,
    /// Its class today.
    class: Class,
    /// The sender's own words.
    text: String,
    /// Its kind; null when it was sealed at receipt.
    kind: Option<Kind>,
    /// Its field; null when it was sealed at receipt.
    field: Option<FieldCode>,
    /// The office in charge.
    office: Option<OfficeCode>,
    /// The day received.
    received_on: Day,
    /// The deadline.
    due_on: Option<Day>,
    /// The first deadline.
    first_due_on: Option<Day>,
    /// The day of the first answer.
    answered_on: Option<Day>,
    /// The guidance or the words beside a refusal, if any was given.
    told: Option<String>,
    /// The published versions, newest last: its own, or those of the item that it was merged into.
    answers: Vec<Answer>,
    /// What the sender's contact may be used for; empty when none was left or it is gone.
    consent: Vec<Purpose>,
    /// May it still be taken back?
    can_withdraw: bool,
    /// What anybody else sees.
    public: PublicItem,
}

impl OwnResponse {
    fn of(row: &ResponseRow) -> Self {
        Self {
            response_id: row.id.0,
            survey: row.questionnaire.clone(),
            version: row.version,
            submitted_on: row.submitted_on.0,
            field: row.field.clone(),
            office: row.office.clone(),
            procedure: row.procedure.clone(),
            respondent: row.respondent.clone(),
            answers: response::answers(row),
        }
    }
}

impl OwnFeedback {
    fn of(tx: &mut Tx<'_>, own: lookup::OwnItem, language: Language) -> Result<Self, Problem> {
        let survivor = lookup::survivor(tx, &own.item)?;
        let answers = survivor.as_ref().map_or(&own.answers, |s| &s.answers);
        Ok(Self {
            serial: own.record.serial,
            id: own.record.serial.to_string(),
            class: own.item.class,
            text: own.original,
            kind: own.record.kind,
            field: own.record.field,
            office: own.record.office,
            received_on: own.record.received_on,
            due_on: own.record.due_on,
            first_due_on: own.record.first_due_on,
            answered_on: own.record.answered_on,
            told: own.told,
            answers: answers.iter().map(Answer::of).collect(),
            consent: own.consent,
            can_withdraw: own.can_withdraw,
            public: PublicItem::of(&own.item, &tx.catalogue, language),
        })
    }
}

/// Shows a sender what became of their submission.
#[utoipa::path(
    get, path = RECEIPT, context_path = BASE, tag = "feedback",
    params(("receipt_code" = String, Path, description = "The code from the receipt; case, spaces and hyphens don't matter."), Lang),
    responses((status = 200, description = "What its sender may see. Not to be stored anywhere.", body = Receipt), problem::Receipts)
)]
async fn receipt(app: Shared, reader: Reader, code: Path<String>) -> Result<HttpResponse, Refused> {
    let code = ReceiptCode::parse(&code).ok_or(Code::UnknownReceipt)?;
    let receipt = app.read(move |tx| {
        let own = lookup::own(tx, &code)?;
        let feedback = own.feedback.map(|item| OwnFeedback::of(tx, item, reader.0)).transpose()?;
        Ok(Receipt { response: own.response.as_ref().map(OwnResponse::of), feedback })
    });
    let receipt = receipt.await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(receipt))
}
