//! Rating a service: field, place, faces. Each step has its own address, so
//! Back works; only the last one is sent.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, Responder};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::opinion::{self, Before, FilePart, OpinionPart, Sent, Tick};
use crate::actions::attachment::Upload;
use crate::domain::catalogue::{Catalogue, Field, Procedure};
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::notice::Notice;
use crate::domain::office::Office;
use crate::domain::questionnaire::{Definition, QuestionDef, QuestionType, Questionnaire};
use crate::domain::submission::{Draft, Submission, Way};
use crate::domain::text::fold;
use crate::domain::time::Day;
use crate::domain::words::{Language, Slug};
use crate::http::app::{App, Shared};
use crate::http::visitor::Visitor;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::upload::Parcel;
use crate::web::view::{self, OfficeGroup};
use crate::web::{respond, sheet};

#[derive(Serialize)]
struct Step {
    n: u8,
    done: bool,
    now: bool,
    href: Option<String>,
}

fn steps(now: u8, slug: &Slug, field: Option<&str>) -> Vec<Step> {
    (1..=3)
        .map(|n| {
            let href = match (n < now, n, field) {
                (true, 1, _) => Some(format!("/khao-sat/{slug}")),
                (true, 2, Some(field)) => Some(format!("/khao-sat/{slug}?linh-vuc={field}")),
                _ => None,
            };
            Step { n, done: n < now, now: n == now, href }
        })
        .collect()
}

fn survey<'a>(catalogue: &'a Catalogue, slug: &str) -> Result<&'a Questionnaire, Problem> {
    let survey = slug.parse().ok().and_then(|s: Slug| catalogue.questionnaire(&s)).ok_or(Code::NotFound)?;
    if survey.open { Ok(survey) } else { Err(Code::SurveyClosed.into()) }
}

/// The step that the address asks for.
pub async fn show(app: Shared, visitor: Visitor, slug: Path<String>, query: Query<Vec<(String, String)>>) -> impl Responder {
    let asked = Fields(query.into_inner());
    let today = app.service.now().day();
    let catalogue = match app.read(|tx| Ok(tx.catalogue.clone())).await {
        Ok(catalogue) => catalogue,
        Err(problem) => return respond::problem(&app, &visitor, &problem),
    };
    let survey = match survey(&catalogue, &slug) {
        Ok(survey) => survey,
        Err(problem) => return respond::problem(&app, &visitor, &problem),
    };
    let active = |f: &&Field| f.is_active(today);
    // An old link may name what has ended: without it the form can still be sent.
    let procedure = asked.get("thu-tuc").parse().ok().and_then(|k| catalogue.procedure(&k)).filter(|p| p.is_active(today));
    let named = asked.get("linh-vuc").parse().ok().and_then(|c| catalogue.field(&c)).filter(active);
    let field = named.or_else(|| procedure.and_then(|p| catalogue.field(&p.field)).filter(active));
    let Some(field) = field else { return choose_field(&app, &visitor, survey, &catalogue, &asked, today) };
    let office = asked.get("noi").parse().ok().and_then(|c| catalogue.offices.active(&c, today));
    match office {
        Some(office) => {
            let Some(id) = sheet::submission(&app, &visitor, &asked) else { return sheet::new(&app, &visitor) };
            let notice = catalogue.notices.newest(today);
            let faults = Faults::default();
            let files = match FilePart::of(&app, id, &faults, visitor.language).await {
                Ok(files) => files,
                Err(problem) => return respond::problem(&app, &visitor, &problem),
            };
            let form = RateForm { survey, field, office, procedure, fields: &Fields::default(), faults: &faults, id, notice, before: None, files };
            respond::page(&app, &visitor, "public/rate", &form.page(visitor.language))
        }
        None => choose_place(&app, &visitor, survey, &catalogue, field, procedure, &asked, today),
    }
}

#[derive(Serialize)]
struct FieldPage {
    steps: Vec<Step>,
    slug: String,
    fields: Vec<FieldTile>,
    office_query: String,
    search: Search,
}

#[derive(Serialize)]
struct FieldTile {
    code: String,
    icon: String,
    name: String,
    hint: String,
}

#[derive(Serialize)]
struct Search {
    asked: bool,
    text: String,
    found: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    key: String,
    code: Option<String>,
    name: String,
    field: String,
    verified: bool,
}

fn choose_field(app: &App, visitor: &Visitor, survey: &Questionnaire, catalogue: &Catalogue, asked: &Fields, today: Day) -> HttpResponse {
    let text = asked.get("tim");
    let wanted = fold(text);
    let words: Vec<&str> = wanted.split(' ').filter(|w| !w.is_empty()).collect();
    let mut found: Vec<&Procedure> =
        catalogue.procedures.iter().filter(|p| !words.is_empty() && p.is_active(today) && words.iter().all(|w| p.folded.contains(w))).collect();
    // First those that say it in these words: "sổ đỏ" is short, and its syllables are everywhere.
    let together = words.join(" ");
    found.sort_by_key(|p| !p.folded.contains(&together));
    let found = found
        .into_iter()
        .take(12)
        .map(|p| Found { key: p.key.to_string(), code: p.code.clone(), name: p.name.clone(), field: p.field.to_string(), verified: p.verified })
        .collect();
    let office = asked.get("noi").parse().ok().and_then(|c| catalogue.offices.active(&c, today));
    let page = FieldPage {
        steps: steps(1, &survey.slug, None),
        slug: survey.slug.to_string(),
        fields: catalogue
            .fields
            .iter()
            .filter(|f| f.is_active(today))
            .map(|f| FieldTile {
                code: f.code.to_string(),
                icon: f.icon.clone(),
                name: f.name.get(visitor.language).to_owned(),
                hint: f.hint.get(visitor.language).to_owned(),
            })
            .collect(),
        office_query: office.map(|o| format!("&noi={}", o.code)).unwrap_or_default(),
        search: Search { asked: !text.is_empty(), text: text.to_owned(), found },
    };
    respond::page(app, visitor, "public/rate-field", &page)
}

#[derive(Serialize)]
struct Named {
    code: String,
    name: String,
}

#[derive(Serialize)]
struct ProcedureChoice {
    key: String,
    name: String,
    checked: bool,
}

#[derive(Serialize)]
struct PlacePage {
    steps: Vec<Step>,
    slug: String,
    field: Named,
    office_groups: Vec<OfficeGroup>,
    office_error: Option<String>,
    office_focus: bool,
    procedures: Vec<ProcedureChoice>,
    procedure_chosen: bool,
    faults: Vec<FaultLine>,
}

#[expect(clippy::too_many_arguments, reason = "what an address says, each thing once")]
fn choose_place(
    app: &App,
    visitor: &Visitor,
    survey: &Questionnaire,
    catalogue: &Catalogue,
    field: &Field,
    procedure: Option<&Procedure>,
    asked: &Fields,
    today: Day,
) -> HttpResponse {
    const FREQUENT: usize = 4;
    // Coming back to this step without an office is a fault; coming to it is not.
    let code = if asked.get("noi").is_empty() { "office_missing" } else { "unknown_office" };
    let missing = !asked.get("buoc").is_empty() || !asked.get("noi").is_empty();
    let faults = Faults::new(if missing { vec![Fault::new("/office", code)] } else { Vec::new() }, visitor.language);
    let mut frequent: Vec<&Procedure> = catalogue.procedures.iter().filter(|p| p.field == field.code && p.is_active(today)).take(FREQUENT).collect();
    if let Some(procedure) = procedure.filter(|p| !frequent.iter().any(|f| f.key == p.key)) {
        frequent.insert(0, procedure);
    }
    let page = PlacePage {
        steps: steps(2, &survey.slug, None),
        slug: survey.slug.to_string(),
        field: Named { code: field.code.to_string(), name: field.name.get(visitor.language).to_owned() },
        office_groups: view::office_groups(catalogue, today, asked.get("noi"), visitor.language),
        office_error: faults.at("/office"),
        office_focus: true,
        procedures: frequent
            .iter()
            .map(|p| ProcedureChoice { key: p.key.to_string(), name: p.name.clone(), checked: procedure.is_some_and(|c| c.key == p.key) })
            .collect(),
        procedure_chosen: procedure.is_some(),
        faults: faults.lines(|_| "noi".to_owned()),
    };
    let status = if missing { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    respond::page_status(app, visitor, status, "public/rate-place", &page)
}

/// The last step with everything that it shows.
struct RateForm<'a> {
    survey: &'a Questionnaire,
    field: &'a Field,
    office: &'a Office,
    procedure: Option<&'a Procedure>,
    fields: &'a Fields,
    faults: &'a Faults,
    id: Uuid,
    before: Option<Before>,
    notice: Option<&'a Notice>,
    files: FilePart,
}

#[derive(Serialize)]
struct RatePage {
    steps: Vec<Step>,
    slug: String,
    field: Named,
    office: Named,
    procedure: Option<ProcedureChoice>,
    submission_id: Uuid,
    headline: Option<QuestionView>,
    more: Vec<QuestionView>,
    more_open: bool,
    others: Vec<QuestionView>,
    respondents: Vec<Tick>,
    opinion: OpinionPart,
    #[serde(flatten)]
    files: FilePart,
    faults: Vec<FaultLine>,
    before: Option<Before>,
}

#[derive(Serialize)]
struct QuestionView {
    id: String,
    name: String,
    label: String,
    error: Option<String>,
    is_text: bool,
    is_multiple: bool,
    text: String,
    values: Vec<ValueView>,
}

#[derive(Serialize)]
struct ValueView {
    id: String,
    value: String,
    label: String,
    word: String,
    face: u8,
    checked: bool,
    focus: bool,
}

impl RateForm<'_> {
    fn page(self, language: Language) -> RatePage {
        let definition = &self.survey.definition;
        let views = |want: &dyn Fn(&QuestionDef) -> bool| -> Vec<QuestionView> {
            definition.questions.iter().filter(|q| want(q)).map(|q| question(q, self.fields, self.faults, language)).collect()
        };
        let more = views(&|q| q.kind == QuestionType::Satisfaction && !q.headline);
        // A long questionnaire is all "more": it is open from the start.
        let more_open = more.len() > 8 || more.iter().any(|q| q.error.is_some() || q.values.iter().any(|v| v.checked));
        RatePage {
            steps: steps(3, &self.survey.slug, Some(self.field.code.as_str())),
            slug: self.survey.slug.to_string(),
            field: Named { code: self.field.code.to_string(), name: self.field.name.get(language).to_owned() },
            office: Named { code: self.office.code.to_string(), name: self.office.short_name(language).to_owned() },
            procedure: self.procedure.map(|p| ProcedureChoice { key: p.key.to_string(), name: p.name.clone(), checked: true }),
            submission_id: self.id,
            headline: views(&|q| q.headline).pop(),
            more,
            more_open,
            others: views(&|q| q.kind != QuestionType::Satisfaction),
            respondents: opinion::respondents(self.fields),
            opinion: OpinionPart::new(self.fields, self.faults, self.notice, false),
            faults: self.faults.lines(|pointer| anchor(definition, pointer)),
            before: self.before,
            files: self.files,
        }
    }
}

fn question(q: &QuestionDef, fields: &Fields, faults: &Faults, language: Language) -> QuestionView {
    let name = format!("a.{}", q.id);
    let pointer = format!("/answers/{}", q.id);
    let first = faults.is_first(&pointer);
    let points = q.scale.map_or(0, |s| s.points);
    let value = |value: String, label: String, word: String, face: u8, focus: bool| ValueView {
        id: format!("q-{}-{value}", q.id),
        checked: fields.has(&name, &value),
        value,
        label,
        word,
        face,
        focus,
    };
    let values = match q.kind {
        QuestionType::Satisfaction => (1..=points)
            .rev()
            .map(|v| value(v.to_string(), String::new(), format!("scale.p{points}v{v}"), view::face(v, points), first && v == points))
            .collect(),
        QuestionType::Single | QuestionType::Multiple => {
            q.choices.iter().map(|c| value(c.value.clone(), c.label.get(language).to_owned(), String::new(), 0, false)).collect()
        }
        QuestionType::Text => Vec::new(),
    };
    QuestionView {
        id: format!("q-{}", q.id),
        label: q.label.get(language).to_owned(),
        error: faults.at(&pointer),
        is_text: q.kind == QuestionType::Text,
        is_multiple: q.kind == QuestionType::Multiple,
        text: fields.get(&name).to_owned(),
        name,
        values,
    }
}

fn anchor(definition: &Definition, pointer: &str) -> String {
    if let Some(anchor) = opinion::anchor(pointer) {
        return anchor;
    }
    let id = pointer.strip_prefix("/answers/").unwrap_or_default();
    match definition.question(id).map(|q| (q.kind, q.scale, q.choices.first())) {
        Some((QuestionType::Satisfaction, scale, _)) => format!("q-{id}-{}", scale.map_or(5, |s| s.points)),
        Some((_, _, Some(choice))) => format!("q-{id}-{}", choice.value),
        Some(_) => format!("q-{id}"),
        None => "main".to_owned(),
    }
}

/// Takes a filled form.
pub async fn send(app: Shared, visitor: Visitor, slug: Path<String>, parcel: Parcel) -> impl Responder {
    let fields = opinion::on_the_chosen_road(parcel.fields);
    match submit(&app, &visitor, &slug, &fields, parcel.files).await {
        Ok(Sent::Stored(code)) => respond::see_other(&format!("/tra-cuu/{code}?cam-on=1")),
        Ok(Sent::NotYet(before)) => come_back(&app, &visitor, &slug, &fields, Vec::new(), StatusCode::OK, Some(before)).await,
        Err(Problem::Invalid(faults)) => come_back(&app, &visitor, &slug, &fields, faults, StatusCode::UNPROCESSABLE_ENTITY, None).await,
        Err(problem @ (Problem::Refused(Code::StaleForm | Code::AlreadySent) | Problem::Unavailable(_))) => {
            let fault = vec![Fault::new("/form_token", problem.code().as_str())];
            come_back(&app, &visitor, &slug, &sheet::after(&problem, &fields), fault, crate::http::error::noted(&problem), None).await
        }
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

async fn submit(app: &App, visitor: &Visitor, slug: &str, fields: &Fields, uploads: Vec<Upload>) -> Result<Sent, Problem> {
    visitor.check_form(app, fields.get("form_token"))?;
    // Files belong to an opinion: a rating alone has none that anybody could answer.
    let wordless = !uploads.is_empty() && fields.get("text").trim().is_empty();
    let staged = opinion::stage(app, fields, uploads).await;
    let staged = if wordless { opinion::with_files(Err(Problem::Invalid(vec![Fault::new("/feedback/text", "file_wordless")])), staged) } else { staged };
    let checked = opinion::with_files(check(app, visitor, slug, fields), staged);
    if checked.is_ok()
        && let Some(before) = opinion::before(app, fields).await?
    {
        return Ok(Sent::NotYet(before));
    }
    Ok(Sent::Stored(app.submit(fields.get("submission_id"), checked).await?.code.reveal().to_owned()))
}

fn check(app: &App, visitor: &Visitor, slug: &str, fields: &Fields) -> Result<Submission, Problem> {
    let catalogue = app.service.held()?;
    let survey = survey(&catalogue, slug)?;
    let draft = Draft {
        submission_id: fields.get("submission_id").to_owned(),
        respondent: fields.get("respondent").to_owned(),
        field: fields.get("field").to_owned(),
        office: fields.get("office").to_owned(),
        procedure: fields.get("procedure").to_owned(),
        language: visitor.language.to_string(),
        answers: Some(answers(&survey.definition, fields)),
        opinion: opinion::draft(fields).filter(|o| !only_a_kind(o)),
    };
    let today = app.service.now().day();
    Submission::parse(&draft, &Way::web(), Some(survey), &catalogue, today)
}

/// A kind was ticked and nothing was written: a rating without an opinion.
fn only_a_kind(draft: &crate::domain::submission::OpinionDraft) -> bool {
    draft.text.trim().is_empty() && draft.email.trim().is_empty() && draft.phone.trim().is_empty() && draft.consent.is_empty()
}

/// The answers as the questionnaire reads them.
pub fn answers(definition: &Definition, fields: &Fields) -> Map<String, Value> {
    let mut answers = Map::new();
    for q in &definition.questions {
        let name = format!("a.{}", q.id);
        let sent: Vec<&str> = fields.all(&name).filter(|v| !v.is_empty()).collect();
        let Some(first) = sent.first() else { continue };
        let value = match q.kind {
            QuestionType::Satisfaction => first.parse::<u64>().map_or_else(|_| Value::from(*first), Value::from),
            QuestionType::Single | QuestionType::Text => Value::from(*first),
            QuestionType::Multiple => Value::from(sent),
        };
        answers.insert(q.id.to_string(), value);
    }
    answers
}

/// The form again, with everything that was typed, each fault beside its field.
async fn come_back(app: &App, visitor: &Visitor, slug: &str, fields: &Fields, faults: Vec<Fault>, status: StatusCode, before: Option<Before>) -> HttpResponse {
    let catalogue = match app.service.held() {
        Ok(catalogue) => catalogue,
        Err(problem) => return respond::problem(app, visitor, &problem),
    };
    let today = app.service.now().day();
    let survey = match survey(&catalogue, slug) {
        Ok(survey) => survey,
        Err(problem) => return respond::problem(app, visitor, &problem),
    };
    let field = fields.get("field").parse().ok().and_then(|c| catalogue.field(&c));
    let office = fields.get("office").parse().ok().and_then(|c| catalogue.offices.active(&c, today));
    let (Some(field), Some(office)) = (field, office) else {
        return respond::problem(app, visitor, &Problem::Invalid(faults));
    };
    // One that has ended is left out: nobody could take it out of the form.
    let procedure = fields.get("procedure").parse().ok().and_then(|k| catalogue.procedure(&k)).filter(|p| p.is_active(today));
    // The same submission id: sending again stores once. A broken one is replaced.
    let id = Uuid::parse_str(fields.get("submission_id")).ok().filter(|id| !id.is_nil()).unwrap_or_else(Uuid::new_v4);
    let faults = Faults::new(faults, visitor.language);
    let files = match FilePart::of(app, id, &faults, visitor.language).await {
        Ok(files) => files,
        Err(problem) => return respond::problem(app, visitor, &problem),
    };
    let form = RateForm { survey, field, office, procedure, fields, faults: &faults, id, notice: catalogue.notices.newest(today), before, files };
    respond::page_status(app, visitor, status, "public/rate", &form.page(visitor.language))
}
