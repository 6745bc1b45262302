//! What people send: filled questionnaires and opinions. The busiest way into
//! the service: no query and no other thread before the writer takes it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::in_force;
use super::problem::Refused;
use super::request::Object;
use crate::actions::intake::Receipt;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::{Code, Problem};
use crate::domain::submission::{Draft, OpinionDraft, Submission, Way};
use crate::domain::time::Day;
use crate::domain::words::{FieldCode, Kind, Language, OfficeCode, ProcedureKey, Purpose, Respondent, Serial, Slug};
use crate::http::app::App;
use crate::keys;

/// A filled questionnaire, with an opinion if there is one.
#[derive(Deserialize, ToSchema)]
#[schema(as = ResponseSubmission)]
pub struct ResponseIn {
    /// Made by the sender; the same one again stores nothing twice.
    #[schema(value_type = Uuid)]
    submission_id: Option<String>,
    /// Who answers; left out, `citizen`.
    #[schema(value_type = Respondent)]
    respondent: Option<String>,
    /// The field; left out, that of the procedure.
    #[schema(value_type = FieldCode)]
    field: Option<String>,
    /// Where the person was. An enrolled device stands above it.
    #[schema(value_type = Option<OfficeCode>)]
    office: Option<String>,
    /// What they did there.
    #[schema(value_type = Option<ProcedureKey>)]
    procedure: Option<String>,
    /// The form's language; left out, `vi`.
    #[schema(value_type = Language)]
    language: Option<String>,
    /// The answers by question id: a number for `satisfaction`, a choice's value for `single`, a list of them for `multiple`, words for `text`.
    #[schema(value_type = std::collections::BTreeMap<String, Value>, example = json!({"overall": 5, "reasons": ["time"]}))]
    answers: Option<Map<String, Value>>,
    /// The opinion.
    #[schema(value_type = Option<OpinionIn>)]
    feedback: Option<Object<OpinionIn>>,
}

/// An opinion alone.
#[derive(Deserialize, ToSchema)]
#[schema(as = FeedbackSubmission)]
pub struct FeedbackIn {
    /// Made by the sender; the same one again stores nothing twice.
    #[schema(value_type = Uuid)]
    submission_id: Option<String>,
    /// Who speaks; left out, `citizen`.
    #[schema(value_type = Respondent)]
    respondent: Option<String>,
    /// The field; left out, that of the procedure.
    #[schema(value_type = FieldCode)]
    field: Option<String>,
    /// Where the person was. An enrolled device stands above it.
    #[schema(value_type = Option<OfficeCode>)]
    office: Option<String>,
    /// What they did there.
    #[schema(value_type = Option<ProcedureKey>)]
    procedure: Option<String>,
    /// The form's language; left out, `vi`.
    #[schema(value_type = Language)]
    language: Option<String>,
    /// The opinion.
    #[schema(value_type = OpinionIn)]
    feedback: Option<Object<OpinionIn>>,
}

/// An opinion.
#[derive(Deserialize, ToSchema)]
#[schema(as = OpinionSubmission)]
pub struct OpinionIn {
    /// Its kind; left out, `suggestion`.
    #[schema(value_type = Option<Kind>)]
    kind: Option<String>,
    /// Its words.
    #[schema(value_type = String, max_length = 4000)]
    text: Option<String>,
    /// How the sender can be reached.
    #[schema(value_type = Option<ContactIn>)]
    contact: Option<Object<ContactIn>>,
}

/// How a sender can be reached and what for. Kept encrypted, never shown.
#[derive(Deserialize, ToSchema)]
#[schema(as = ContactSubmission)]
pub struct ContactIn {
    /// A name.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// An e-mail address.
    #[schema(format = "email")]
    email: Option<String>,
    /// A telephone number.
    phone: Option<String>,
    /// What it may be used for: at least one purpose, ticked by its owner.
    #[schema(value_type = Vec<Purpose>)]
    consent: Option<Vec<String>>,
    /// The version of the notice on personal data that its owner saw; the newest when it is left out.
    notice: Option<String>,
}

impl From<ResponseIn> for Draft {
    fn from(sent: ResponseIn) -> Self {
        Self {
            submission_id: sent.submission_id.unwrap_or_default(),
            respondent: sent.respondent.unwrap_or_default(),
            field: sent.field.unwrap_or_default(),
            office: sent.office.unwrap_or_default(),
            procedure: sent.procedure.unwrap_or_default(),
            language: sent.language.unwrap_or_default(),
            answers: sent.answers,
            opinion: sent.feedback.map(|opinion| opinion.0.into()).filter(|opinion: &OpinionDraft| !opinion.is_blank()),
        }
    }
}

impl From<FeedbackIn> for Draft {
    fn from(sent: FeedbackIn) -> Self {
        let FeedbackIn { submission_id, respondent, field, office, procedure, language, feedback } = sent;
        ResponseIn { submission_id, respondent, field, office, procedure, language, answers: None, feedback }.into()
    }
}

impl From<OpinionIn> for OpinionDraft {
    fn from(sent: OpinionIn) -> Self {
        let contact = sent.contact.map(|contact| contact.0);
        let ContactIn { name, email, phone, consent, notice } =
            contact.unwrap_or(ContactIn { name: None, email: None, phone: None, consent: None, notice: None });
        Self {
            kind: sent.kind.unwrap_or_default(),
            text: sent.text.unwrap_or_default(),
            name: name.unwrap_or_default(),
            email: email.unwrap_or_default(),
            phone: phone.unwrap_or_default(),
            consent: consent.unwrap_or_default(),
            notice: notice.unwrap_or_default(),
        }
    }
}

/// What the sender gets back. The same submission again gets the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct Received {
    /// The stored response; null when no questionnaire was filled.
    response_id: Option<Uuid>,
    /// The sender's secret, for `receipts/{receipt_code}`.
    #[schema(example = "K7WM-3QPA-9TFX")]
    receipt_code: String,
    /// The opinion, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    feedback: Option<ReceivedFeedback>,
}

/// An opinion that was received.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceivedFeedback {
    /// Its public number.
    serial: Serial,
    /// The same code as of the whole submission.
    #[schema(example = "K7WM-3QPA-9TFX")]
    receipt_code: String,
    /// The first deadline; null for a denunciation.
    due_on: Option<Day>,
}

impl Received {
    fn of(receipt: &Receipt) -> Self {
        let code = receipt.code.reveal();
        let feedback = receipt.feedback.map(|(serial, due_on)| ReceivedFeedback { serial, receipt_code: code.to_owned(), due_on });
        Self { response_id: receipt.response_id, receipt_code: code.to_owned(), feedback }
    }
}

/// Checks a submission, hands it to the writer and answers when it is durable.
pub async fn take_in(app: &App, request: &HttpRequest, survey: Option<&str>, draft: &Draft) -> Result<HttpResponse, Refused> {
    let today = app.service.now().day();
    let held = app.service.held()?;
    let mut checked = check(request, survey, draft, &held, today);
    if checked.is_err() {
        // Refuse nothing by old reference data: a device may be a minute old.
        let fresh = in_force(app).await?;
        if fresh.version != held.version {
            checked = check(request, survey, draft, &fresh, today);
        }
    }
    let receipt = app.submit(&draft.submission_id, checked).await?;
    let mut response = if receipt.repeated { HttpResponse::Ok() } else { HttpResponse::Created() };
    Ok(response.insert_header((header::CACHE_CONTROL, "no-store")).json(Received::of(&receipt)))
}

fn check(request: &HttpRequest, survey: Option<&str>, draft: &Draft, catalogue: &Catalogue, today: Day) -> Result<Submission, Problem> {
    let survey = match survey {
        Some(slug) => Some(slug.parse().ok().and_then(|slug: Slug| catalogue.questionnaire(&slug)).ok_or(Code::NotFound)?),
        None => None,
    };
    Submission::parse(draft, &way(request, catalogue)?, survey.map(AsRef::as_ref), catalogue, today)
}

/// An enrolled device names itself: `Authorization: Device <id>:<token>`.
fn way(request: &HttpRequest, catalogue: &Catalogue) -> Result<Way, Problem> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else { return Ok(Way::api()) };
    let Some((scheme, named)) = value.to_str().ok().and_then(|v| v.trim().split_once(' ')) else { return Ok(Way::api()) };
    if !scheme.eq_ignore_ascii_case("device") {
        return Ok(Way::api());
    }
    let known = named.trim().split_once(':').and_then(|(id, token)| catalogue.device(id).filter(|d| d.token_hash == keys::token_hash(token)));
    known.map(|device| Way::kiosk(device.office.clone())).ok_or_else(|| Code::UnknownDevice.into())
}
