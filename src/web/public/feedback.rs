//! Sending an opinion without a rating.

use actix_web::http::StatusCode;
use actix_web::web::Query;
use actix_web::{HttpResponse, Responder};
use serde::Serialize;
use uuid::Uuid;

use super::opinion::{self, Before, FilePart, OpinionPart, Sent, Tick};
use crate::actions::attachment::Upload;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::submission::{Draft, Submission, Way};
use crate::http::app::{App, Shared};
use crate::http::visitor::Visitor;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::upload::Parcel;
use crate::web::view::{self, OfficeGroup, Promised};
use crate::web::{respond, sheet};

#[derive(Serialize)]
struct Page {
    submission_id: Uuid,
    promised: Promised,
    fields: Vec<FieldTick>,
    field_error: Option<String>,
    office_groups: Vec<OfficeGroup>,
    office_error: Option<String>,
    office_focus: bool,
    respondents: Vec<Tick>,
    opinion: OpinionPart,
    #[serde(flatten)]
    files: FilePart,
    faults: Vec<FaultLine>,
    before: Option<Before>,
}

#[derive(Serialize)]
struct FieldTick {
    code: String,
    name: String,
    checked: bool,
    focus: bool,
}

/// The empty form on a new sheet; `?linh-vuc=` and `?noi=` fill it in.
pub async fn show(app: Shared, visitor: Visitor, query: Query<Vec<(String, String)>>) -> impl Responder {
    let asked = Fields(query.into_inner());
    let Some(id) = sheet::submission(&app, &visitor, &asked) else { return sheet::new(&app, &visitor) };
    let filled = Fields(vec![
        ("submission_id".to_owned(), id.to_string()),
        ("field".to_owned(), asked.get("linh-vuc").to_owned()),
        ("noi".to_owned(), asked.get("noi").to_owned()),
    ]);
    page(&app, &visitor, &filled, Faults::default(), StatusCode::OK, None).await
}

async fn page(app: &App, visitor: &Visitor, fields: &Fields, faults: Faults, status: StatusCode, before: Option<Before>) -> HttpResponse {
    let catalogue = match app.service.held() {
        Ok(catalogue) => catalogue,
        Err(problem) => return respond::problem(app, visitor, &problem),
    };
    let today = app.service.now().day();
    let language = visitor.language;
    let submission_id = Uuid::parse_str(fields.get("submission_id")).ok().filter(|id| !id.is_nil()).unwrap_or_else(Uuid::new_v4);
    let files = match FilePart::of(app, submission_id, &faults, language).await {
        Ok(files) => files,
        Err(problem) => return respond::problem(app, visitor, &problem),
    };
    let active = || catalogue.fields.iter().filter(|f| f.is_active(today));
    let ticks = active().enumerate().map(|(i, f)| FieldTick {
        code: f.code.to_string(),
        name: f.name.get(visitor.language).to_owned(),
        checked: fields.get("field") == f.code.as_str(),
        focus: i == 0 && faults.is_first("/field"),
    });
    let first = active().next().map(|f| f.code.to_string()).unwrap_or_default();
    let page = Page {
        submission_id,
        promised: view::promised(&catalogue, today, visitor.language),
        fields: ticks.collect(),
        field_error: faults.at("/field"),
        office_groups: view::office_groups(&catalogue, today, fields.get("noi"), visitor.language),
        office_error: faults.at("/office"),
        office_focus: faults.is_first("/office"),
        respondents: opinion::respondents(fields),
        opinion: OpinionPart::new(fields, &faults, catalogue.notices.newest(today), true),
        files,
        faults: faults.lines(|pointer| match pointer {
            "/field" => format!("field-{first}"),
            other => opinion::anchor(other).unwrap_or_else(|| "main".to_owned()),
        }),
        before,
    };
    respond::page_status(app, visitor, status, "public/say", &page)
}

/// Takes an opinion.
pub async fn send(app: Shared, visitor: Visitor, parcel: Parcel) -> impl Responder {
    let fields = opinion::on_the_chosen_road(parcel.fields);
    match submit(&app, &visitor, &fields, parcel.files).await {
        Ok(Sent::Stored(code)) => respond::see_other(&format!("/tra-cuu/{code}?cam-on=1")),
        Ok(Sent::NotYet(before)) => page(&app, &visitor, &fields, Faults::default(), StatusCode::OK, Some(before)).await,
        Err(Problem::Invalid(faults)) => page(&app, &visitor, &fields, Faults::new(faults, visitor.language), StatusCode::UNPROCESSABLE_ENTITY, None).await,
        Err(problem @ (Problem::Refused(Code::StaleForm | Code::AlreadySent) | Problem::Unavailable(_))) => {
            let fault = Fault::new("/form_token", problem.code().as_str());
            let status = crate::http::error::noted(&problem);
            page(&app, &visitor, &sheet::after(&problem, &fields), Faults::new(vec![fault], visitor.language), status, None).await
        }
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

async fn submit(app: &App, visitor: &Visitor, fields: &Fields, uploads: Vec<Upload>) -> Result<Sent, Problem> {
    visitor.check_form(app, fields.get("form_token"))?;
    let staged = opinion::stage(app, fields, uploads).await;
    let catalogue = app.service.held()?;
    let draft = Draft {
        submission_id: fields.get("submission_id").to_owned(),
        respondent: fields.get("respondent").to_owned(),
        field: fields.get("field").to_owned(),
        office: fields.get("noi").to_owned(),
        procedure: String::new(),
        language: visitor.language.to_string(),
        answers: None,
        opinion: Some(opinion::draft(fields).unwrap_or_default()),
    };
    let checked = Submission::parse(&draft, &Way::web(), None, &catalogue, app.service.now().day());
    let checked = opinion::with_files(checked, staged);
    if checked.is_ok()
        && let Some(before) = opinion::before(app, fields).await?
    {
        return Ok(Sent::NotYet(before));
    }
    Ok(Sent::Stored(app.submit(&draft.submission_id, checked).await?.code.reveal().to_owned()))
}
