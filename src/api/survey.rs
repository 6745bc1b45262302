//! Questionnaires, and what is answered to them.

use actix_web::web::{self, Json, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{self, Refused};
use super::request::{Lang, Reader, Sent};
use super::submission::{Received, ResponseIn, take_in};
use super::{BASE, at, in_force, reading};
use crate::domain::error::Code;
use crate::domain::questionnaire::{self, QuestionDef, QuestionType, Questionnaire};
use crate::domain::words::{Language, QuestionId, Slug};
use crate::http::app::Shared;

const SURVEYS: &str = "/surveys";
const SURVEY: &str = "/surveys/{slug}";
const RESPONSES: &str = "/surveys/{slug}/responses";

/// Mounts these addresses.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at(SURVEYS).route(reading().to(surveys))).service(at(SURVEY).route(reading().to(survey))).service(at(RESPONSES).route(web::post().to(respond)));
}

/// All questionnaires, each in its newest version.
#[derive(Debug, Serialize, ToSchema)]
pub struct Surveys {
    /// The counter slip first.
    surveys: Vec<SurveyLine>,
}

/// A questionnaire in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SurveyLine {
    /// Its name in addresses.
    slug: Slug,
    /// Its title in the language asked for.
    title: String,
    /// Its newest version.
    version: u32,
    /// Does it take answers?
    open: bool,
}

impl SurveyLine {
    fn of(survey: &Questionnaire, language: Language) -> Self {
        let title = survey.definition.title.get(language).to_owned();
        Self { slug: survey.slug.clone(), title, version: survey.definition.version, open: survey.open }
    }
}

/// A questionnaire with its questions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Survey {
    /// Its name in addresses.
    slug: Slug,
    /// Its title in the language asked for.
    title: String,
    /// Its newest version.
    version: u32,
    /// Does it take answers?
    open: bool,
    /// Its questions, flat and in order.
    questions: Vec<Question>,
}

/// A question.
#[derive(Debug, Serialize, ToSchema)]
pub struct Question {
    /// Stable over all versions.
    id: QuestionId,
    /// Its type.
    #[serde(rename = "type")]
    kind: QuestionType,
    /// Its words in the language asked for.
    label: String,
    /// Must it be answered?
    required: bool,
    /// Is it the figure that targets are measured by?
    headline: bool,
    /// The scale of a `satisfaction` question.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scale: Option<Scale>,
    /// The choices of a `single` or `multiple` question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    choices: Vec<Choice>,
    /// The page that it stands on, from 1.
    page: u32,
}

/// A satisfaction scale: values from 1 to `points`, best last.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scale {
    /// How many values.
    points: u8,
    /// From this value on an answer counts as satisfied.
    satisfied_from: u8,
}

/// One of several answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Choice {
    /// What is sent.
    value: String,
    /// Its words in the language asked for.
    label: String,
}

impl Survey {
    fn of(survey: &Questionnaire, language: Language) -> Self {
        let SurveyLine { slug, title, version, open } = SurveyLine::of(survey, language);
        Self { slug, title, version, open, questions: survey.definition.questions.iter().map(|q| Question::of(q, language)).collect() }
    }
}

impl Question {
    fn of(question: &QuestionDef, language: Language) -> Self {
        let choice = |c: &questionnaire::Choice| Choice { value: c.value.clone(), label: c.label.get(language).to_owned() };
        Self {
            id: question.id.clone(),
            kind: question.kind,
            label: question.label.get(language).to_owned(),
            required: question.required,
            headline: question.headline,
            scale: question.scale.map(|s| Scale { points: s.points, satisfied_from: s.satisfied_from }),
            choices: question.choices.iter().map(choice).collect(),
            page: question.page,
        }
    }
}

/// Lists the questionnaires.
#[utoipa::path(
    get, path = SURVEYS, context_path = BASE, tag = "surveys", params(Lang),
    responses((status = 200, description = "All questionnaires, closed ones included, the counter slip first.", body = Surveys), problem::Any)
)]
async fn surveys(app: Shared, reader: Reader) -> Result<Json<Surveys>, Refused> {
    let catalogue = in_force(&app).await?;
    Ok(Json(Surveys { surveys: catalogue.surveys().into_iter().map(|s| SurveyLine::of(s, reader.0)).collect() }))
}

/// Shows a questionnaire with its questions.
#[utoipa::path(
    get, path = SURVEY, context_path = BASE, tag = "surveys", params(("slug" = Slug, Path, description = "The questionnaire."), Lang),
    responses((status = 200, description = "The newest version.", body = Survey), problem::One)
)]
async fn survey(app: Shared, reader: Reader, slug: Path<String>) -> Result<Json<Survey>, Refused> {
    let slug: Slug = slug.parse().map_err(|_| Code::NotFound)?;
    let catalogue = in_force(&app).await?;
    let survey = catalogue.questionnaire(&slug).ok_or(Code::NotFound)?;
    Ok(Json(Survey::of(survey, reader.0)))
}

/// Takes a filled questionnaire, with an opinion if there is one.
///
/// Answered when it is stored for good. Send the same `submission_id` again after a failure: nothing is stored twice.
#[utoipa::path(
    post, path = RESPONSES, context_path = BASE, tag = "surveys", request_body = ResponseIn, security((), ("device" = [])),
    params(("slug" = Slug, Path, description = "The questionnaire."), Lang),
    responses(
        (status = 201, description = "Stored.", body = Received),
        (status = 200, description = "The same submission was stored before; nothing was stored now.", body = Received),
        problem::Responses,
    )
)]
async fn respond(app: Shared, request: HttpRequest, slug: Path<String>, sent: Sent<ResponseIn>) -> Result<HttpResponse, Refused> {
    take_in(&app, &request, Some(&slug), &sent.0.into()).await
}
