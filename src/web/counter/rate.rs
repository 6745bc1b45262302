//! The three taps. Choosing a field or a face only leads on; the reason sends.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Form, Path, Query};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::enrol;
use super::screen::{self, Screen};
use super::tablet::{Counter, OfficeName, Tablet, after};
use crate::domain::catalogue::Field;
use crate::domain::error::{Code, Problem};
use crate::domain::questionnaire::{Definition, QuestionDef, QuestionType};
use crate::domain::submission::{Draft, Submission, Way};
use crate::web::form::Fields;
use crate::web::{respond, sheet, view};

#[derive(Serialize)]
struct StartPage {
    office: OfficeName,
    fields: Vec<FieldTile>,
}

#[derive(Serialize)]
struct FieldTile {
    code: String,
    icon: String,
    name: String,
    hint: Option<String>,
}

/// So many tiles have room for what belongs to them; more of them show their names, and fit the screen.
const HINTED: usize = 4;

/// The fields; on a tablet that was not enrolled, its enrolment.
pub async fn start(counter: Counter) -> HttpResponse {
    let tablet = match counter.enrolled() {
        Ok(tablet) => tablet,
        Err(counter) => return enrol::ask(&counter, StatusCode::OK, "", None),
    };
    if let Err(problem) = tablet.slip() {
        return tablet.calm(&problem, &Screen::Start);
    }
    let language = tablet.visitor.language;
    let hinted = tablet.fields().count() <= HINTED;
    let tile = |f: &Field| FieldTile {
        code: f.code.to_string(),
        icon: f.icon.clone(),
        name: f.name.get(language).to_owned(),
        hint: hinted.then(|| f.hint.get(language).to_owned()),
    };
    let page = StartPage { office: tablet.office(), fields: tablet.fields().map(tile).collect() };
    let mut response = tablet.screen(&Screen::Start, "counter/start", &page);
    // Browsers keep no cookie longer than 400 days, so each start renews it.
    tablet.remember(&mut response, tablet.token());
    response
}

#[derive(Serialize)]
struct FacesPage {
    sheet: Uuid,
    question: String,
    field: String,
    faces: Vec<Face>,
}

#[derive(Serialize)]
struct Face {
    address: String,
    face: u8,
    word: String,
}

/// The key of a value's word.
fn word(value: u8, points: u8) -> String {
    format!("scale.p{points}v{value}")
}

/// The faces, best first. From here to the end it is one sheet, however often somebody goes back.
pub async fn faces(tablet: Tablet, path: Path<(String, String)>, query: Query<Vec<(String, String)>>) -> HttpResponse {
    let (field, (question, points)) = match (tablet.field(&path.1), tablet.headline()) {
        (Ok(field), Ok(headline)) => (field, headline),
        (Err(problem), _) | (_, Err(problem)) => return tablet.calm(&problem, &Screen::Start),
    };
    let Some(sheet) = sheet::of(&tablet.app, &Fields(query.into_inner())) else { return sheet::new(&tablet.app, &tablet.visitor) };
    let face = |value: u8| Face {
        address: Screen::Reasons(field.code.clone(), value, None).address(&tablet.base),
        face: view::face(value, points),
        word: word(value, points),
    };
    let page = FacesPage {
        sheet,
        question: question.label.get(tablet.visitor.language).to_owned(),
        field: field.name.get(tablet.visitor.language).to_owned(),
        faces: (1..=points).rev().map(face).collect(),
    };
    tablet.screen(&Screen::Faces(field.code.clone(), Some(sheet)), "counter/faces", &page)
}

#[derive(Serialize)]
struct ReasonsPage {
    question: &'static str,
    field: String,
    code: String,
    value: u8,
    word: String,
    sheet: Uuid,
    reasons: Vec<Reason>,
    back: String,
}

#[derive(Serialize)]
struct Reason {
    value: String,
    label: String,
}

/// The question that the reasons belong to.
fn reasons_of(definition: &Definition) -> Option<&QuestionDef> {
    definition.questions.iter().find(|q| q.kind == QuestionType::Multiple)
}

/// The reasons of a face. Nothing is stored yet.
pub async fn reasons(tablet: Tablet, path: Path<(String, String, String)>, query: Query<Vec<(String, String)>>) -> HttpResponse {
    let (_, code, value) = path.into_inner();
    let sheet = sheet::of(&tablet.app, &Fields(query.into_inner()));
    match reasons_page(&tablet, sheet.unwrap_or_default(), &code, &value) {
        Ok(_) if sheet.is_none() => sheet::new(&tablet.app, &tablet.visitor),
        Ok((screen, page)) => tablet.screen(&screen, "counter/reasons", &page),
        Err(problem) => tablet.calm(&problem, &Screen::Start),
    }
}

fn reasons_page(tablet: &Tablet, sheet: Uuid, code: &str, value: &str) -> Result<(Screen, ReasonsPage), Problem> {
    let language = tablet.visitor.language;
    let field = tablet.field(code)?;
    let (_, points) = tablet.headline()?;
    let value = value.parse().ok().filter(|v| (1..=points).contains(v)).ok_or(Code::NotFound)?;
    let choices = reasons_of(&tablet.slip()?.definition).map(|q| q.choices.as_slice()).unwrap_or_default();
    let page = ReasonsPage {
        question: screen::why(view::face(value, points)),
        field: field.name.get(language).to_owned(),
        code: field.code.to_string(),
        value,
        word: word(value, points),
        sheet,
        reasons: choices.iter().map(|c| Reason { value: c.value.clone(), label: c.label.get(language).to_owned() }).collect(),
        back: Screen::Faces(field.code.clone(), Some(sheet)).address(&tablet.base),
    };
    Ok((Screen::Reasons(field.code.clone(), value, Some(sheet)), page))
}

/// Takes the rating. What was sent from this sheet already stands, and whoever sends another is told.
pub async fn send(tablet: Tablet, form: Form<Vec<(String, String)>>) -> HttpResponse {
    let fields = Fields(form.into_inner());
    match submit(&tablet, &fields).await {
        Ok(()) => respond::see_other(&format!("{}/cam-on", tablet.base)),
        Err(Problem::Refused(Code::AlreadySent)) => respond::see_other(&format!("{}/da-gui", tablet.base)),
        Err(problem) => {
            // On the same sheet: what looked lost may have been stored.
            let back = format!("{}/{}/{}?{}={}", tablet.base, fields.get("field"), fields.get("value"), sheet::NAME, fields.get(sheet::NAME));
            tablet.calm(&problem, &Screen::read(&back, &tablet.base).unwrap_or(Screen::Start))
        }
    }
}

async fn submit(tablet: &Tablet, fields: &Fields) -> Result<(), Problem> {
    tablet.visitor.check_form(&tablet.app, fields.get("form_token"))?;
    let id = sheet::submission(&tablet.app, &tablet.visitor, fields).ok_or(Code::StaleForm)?.to_string();
    tablet.app.submit(&id, check(tablet, &id, fields)).await?;
    Ok(())
}

fn check(tablet: &Tablet, id: &str, fields: &Fields) -> Result<Submission, Problem> {
    let slip = tablet.slip()?;
    let draft = Draft {
        submission_id: id.to_owned(),
        field: fields.get("field").to_owned(),
        language: tablet.visitor.language.to_string(),
        answers: Some(answers(&slip.definition, fields)),
        ..Draft::default()
    };
    Submission::parse(&draft, &Way::kiosk(tablet.device.office.clone()), Some(slip), &tablet.catalogue, tablet.today)
}

/// The face and the reason as the slip reads them.
fn answers(definition: &Definition, fields: &Fields) -> Map<String, Value> {
    let mut answers = Map::new();
    if let Some(headline) = definition.headline() {
        let value = fields.get("value");
        answers.insert(headline.id.to_string(), value.parse::<u64>().map_or_else(|_| Value::from(value), Value::from));
    }
    if let Some(question) = reasons_of(definition)
        && !fields.get("reason").is_empty()
    {
        answers.insert(question.id.to_string(), Value::from(vec![fields.get("reason")]));
    }
    answers
}

/// Thanks, for a moment; then the start, for the next person.
pub async fn thanks(tablet: Tablet) -> HttpResponse {
    thank(&tablet, "counter.thanks_text")
}

/// Thanks to somebody who went back and chose another face: the first rating stands.
pub async fn sent_before(tablet: Tablet) -> HttpResponse {
    thank(&tablet, "counter.sent_before_text")
}

fn thank(tablet: &Tablet, text: &'static str) -> HttpResponse {
    #[derive(Serialize)]
    struct Page {
        text: &'static str,
    }
    after(screen::THANKS, &screen::start_over(&tablet.base), tablet.page(StatusCode::OK, "counter/thanks", &Page { text }))
}
