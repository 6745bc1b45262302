//! Looking up by receipt code: the thanks page, and later what became of it.
//! The code is typed into a form that is posted, so it stands in no address but
//! the sender's own page.

use actix_web::http::StatusCode;
use actix_web::web::{Form, Path, Query};
use actix_web::{HttpResponse, Responder};
use serde::Serialize;

use super::ledger;
use super::qr::{Qr, qr};
use super::rights::{self, RightsView};
use crate::actions::{Tx, appeal, attachment, feedback, lookup, reply, supplement};
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::feedback::State;
use crate::domain::questionnaire::QuestionType;
use crate::domain::receipt::ReceiptCode;
use crate::domain::time::Day;
use crate::domain::words::{Kind, Language, Serial};
use crate::http::app::{App, Shared, block};
use crate::http::visitor::Visitor;
use crate::i18n::{date, long_date, t};
use crate::web::files::{self, FileView, TakesFiles};
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::respond;
use crate::web::upload::Parcel;
use crate::web::view::{self, AnswerView, AppealView, Numbered, Status, Why};

#[derive(Serialize, Default)]
struct AskPage {
    text: String,
    error: Option<String>,
    faults: Vec<FaultLine>,
}

/// The form for a code or a number.
pub async fn ask(app: Shared, visitor: Visitor) -> impl Responder {
    respond::page(&app, &visitor, "public/find", &AskPage::default())
}

/// Goes to what was asked for: a receipt's page, or an opinion's.
pub async fn find(app: Shared, visitor: Visitor, form: Form<Vec<(String, String)>>) -> impl Responder {
    let fields = Fields(form.into_inner());
    if let Err(problem) = visitor.check_form(&app, fields.get("form_token")) {
        return again(&app, &visitor, &fields, Fault::new("/code", problem.code().as_str()), crate::http::error::noted(&problem));
    }
    let text = fields.get("ma").trim().to_owned();
    if let Ok(serial) = text.parse::<Serial>() {
        return match app.read(move |tx| lookup::item(tx, serial)).await {
            Ok(_) => respond::see_other(&format!("/y-kien/{}", serial.0)),
            Err(Problem::Refused(_)) => again(&app, &visitor, &fields, Fault::new("/code", "unknown_serial"), StatusCode::NOT_FOUND),
            Err(problem) => respond::problem(&app, &visitor, &problem),
        };
    }
    let Some(code) = code_in(&text) else {
        let fault = if text.is_empty() { Fault::new("/code", "code_missing") } else { Fault::new("/code", "unknown_receipt") };
        return again(&app, &visitor, &fields, fault, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let asked = code.clone();
    match app.read(move |tx| lookup::own(tx, &asked)).await {
        Ok(_) => respond::see_other(&format!("/tra-cuu/{}", code.reveal())),
        Err(Problem::Refused(_)) => again(&app, &visitor, &fields, Fault::new("/code", "unknown_receipt"), StatusCode::NOT_FOUND),
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

/// The code in what was typed. Some paste the whole link of their page.
pub(super) fn code_in(text: &str) -> Option<ReceiptCode> {
    let bare = text.rsplit("/tra-cuu/").next().unwrap_or(text).split(['?', '#']).next().unwrap_or_default();
    ReceiptCode::parse(bare)
}

fn again(app: &App, visitor: &Visitor, fields: &Fields, fault: Fault, status: StatusCode) -> HttpResponse {
    let faults = Faults::new(vec![fault], visitor.language);
    let page = AskPage { text: fields.get("ma").to_owned(), error: faults.at("/code"), faults: faults.lines(|_| "ma".to_owned()) };
    respond::page_status(app, visitor, status, "public/find", &page)
}

#[derive(Serialize)]
struct OwnPage {
    title_key: &'static str,
    heading_key: &'static str,
    thanks: bool,
    withdrawn: bool,
    added_now: bool,
    /// What was typed and not taken.
    supplement: String,
    replied_now: bool,
    appealed_now: bool,
    reply_open: bool,
    reply_note: String,
    reply_reasons: view::FilterSelect,
    rights: RightsView,
    takes_files: Option<TakesFiles>,
    file_error: Option<String>,
    /// The sender's files.
    files: Vec<FileView>,
    faults: Vec<FaultLine>,
    code: String,
    qr: Option<Qr>,
    has_response: bool,
    item: Option<OwnView>,
    ratings: Vec<Rating>,
    /// Where it stands in the public ledger.
    lines: Vec<String>,
    /// A receipt of the ledger proves something only then.
    placed: bool,
    script: Option<&'static str>,
    sentences: Vec<ledger::Outcome>,
}

#[derive(Serialize)]
struct OwnView {
    #[serde(flatten)]
    numbered: Numbered,
    #[serde(flatten)]
    status: Status,
    sealed: bool,
    complaint: bool,
    office: String,
    due_on: Option<Day>,
    original: Vec<String>,
    original_lang: Language,
    told: Vec<String>,
    told_lang: Language,
    asked: Vec<String>,
    asked_lang: Language,
    waits_until: Option<String>,
    added: Vec<Added>,
    answers: Vec<AnswerView>,
    appeals: Vec<AppealView>,
    /// What the sender said of the answer.
    replied: Option<String>,
    /// The office that would be asked, while it may be.
    can_appeal: Option<String>,
    survivor: Option<Numbered>,
    why: Option<Why>,
    can_reply: bool,
    can_withdraw: bool,
    /// Working days in which the office would say that it is not theirs.
    refuse_days: Option<u32>,
}

/// What the sender added.
#[derive(Serialize)]
struct Added {
    on: String,
    lang: Language,
    paragraphs: Vec<String>,
}

#[derive(Serialize)]
struct Rating {
    label: String,
    value: String,
}

/// What was just done or tried on the sender's page.
#[derive(Default)]
pub(super) struct Turn {
    thanks: bool,
    withdrawn: bool,
    added: bool,
    replied: bool,
    appealed: bool,
    /// Something was done or asked about the sender's data.
    rights: bool,
    /// What was sent and could not be taken, and why.
    fields: Fields,
    faults: Vec<Fault>,
}

impl Turn {
    /// What was sent comes back.
    pub(super) fn refused(fields: Fields, faults: Vec<Fault>) -> Self {
        Self { fields, faults, ..Self::default() }
    }
}

/// What the sender may see.
pub async fn show(app: Shared, visitor: Visitor, code: Path<String>, query: Query<Vec<(String, String)>>) -> impl Responder {
    let asked = Fields(query.into_inner());
    let said = |name: &str| !asked.get(name).is_empty();
    let turn = Turn {
        thanks: said("cam-on"),
        withdrawn: said("rut-lai"),
        added: said("bo-sung"),
        replied: said("tra-loi"),
        appealed: said("xem-lai"),
        rights: said("quyen"),
        ..Turn::default()
    };
    match ReceiptCode::parse(&code) {
        Some(code) => page(&app, &visitor, code, turn, StatusCode::OK).await,
        None => respond::problem(&app, &visitor, &Code::UnknownReceipt.into()),
    }
}

pub(super) async fn page(app: &App, visitor: &Visitor, code: ReceiptCode, turn: Turn, status: StatusCode) -> HttpResponse {
    let language = visitor.language;
    let address = format!("{}/tra-cuu/{}", app.config.public_url, code.reveal());
    let takes_files = TakesFiles::of(app);
    let is_kept = app.config.ledger_key().is_some();
    let built = app
        .read(move |tx| {
            let own = lookup::own(tx, &code)?;
            let (lines, placed) = if is_kept { ledger::lines(tx, &code, &own, language)? } else { Default::default() };
            Ok(OwnPage {
                script: (!lines.is_empty()).then_some("ledger.js"),
                sentences: if lines.is_empty() { Vec::new() } else { ledger::sentences() },
                lines,
                placed,
                title_key: if turn.thanks { "thanks.title" } else { "own.title" },
                heading_key: if turn.thanks { "thanks.heading" } else { "own.heading" },
                thanks: turn.thanks,
                withdrawn: turn.withdrawn,
                added_now: turn.added,
                supplement: turn.fields.get("bo-sung").to_owned(),
                replied_now: turn.replied,
                appealed_now: turn.appealed,
                reply_open: turn.fields.get("tra-loi") == "no",
                reply_note: turn.fields.get("noi-them").to_owned(),
                reply_reasons: {
                    let reasons = tx.catalogue.list("reply").map(|c| (c.code.to_string(), c.name.get(language).to_owned())).collect();
                    view::filter_select("ly-do", "own.reply_reason", t(language, "own.reply_choose"), turn.fields.get("ly-do"), reasons)
                },
                rights: rights::section(tx, &own, &turn.fields, turn.rights, &turn.faults, language)?,
                takes_files,
                file_error: Faults::new(turn.faults.clone(), language).at(attachment::POINTER),
                files: match &own.feedback {
                    Some(item) => files::views(&attachment::of_sender(tx, item.record.serial)?, language),
                    None => Vec::new(),
                },
                faults: Faults::new(turn.faults, language).lines(anchor),
                qr: qr(&address),
                has_response: own.response.is_some(),
                item: own.feedback.as_ref().map(|f| item(tx, f, language)).transpose()?,
                ratings: own.response.as_ref().map(|r| ratings(tx, r, language)).unwrap_or_default(),
                code: code.reveal().to_owned(),
            })
        })
        .await;
    match built {
        Ok(page) => respond::page_status(app, visitor, status, "public/own", &page),
        Err(problem) => respond::problem(app, visitor, &problem),
    }
}

fn item(tx: &mut crate::actions::Tx<'_>, own: &lookup::OwnItem, language: Language) -> Result<OwnView, Problem> {
    let catalogue = tx.catalogue.clone();
    let record = &own.record;
    let status = view::standing(record, None, &catalogue.calendar, tx.today, language);
    let survivor = lookup::survivor(tx, &own.item)?;
    let answers = survivor.as_ref().map_or(&own.answers, |s| &s.answers);
    let open = record.state.is_open();
    Ok(OwnView {
        numbered: view::numbered(record.serial),
        status,
        sealed: record.state == State::Sealed,
        complaint: record.state != State::Sealed && record.kind == Some(Kind::Complaint),
        office: record.office.as_ref().map(|o| view::office_name(&catalogue, o, language)).unwrap_or_default(),
        due_on: record.due_on,
        original_lang: view::language_of(&own.original, record.language),
        original: view::paragraphs(&own.original),
        told_lang: view::language_of(own.told.as_deref().unwrap_or_default(), Language::Vi),
        told: own.told.as_deref().map(view::paragraphs).unwrap_or_default(),
        asked_lang: view::language_of(own.asked.as_deref().unwrap_or_default(), Language::Vi),
        asked: own.asked.as_deref().map(view::paragraphs).unwrap_or_default(),
        waits_until: record.waits_until.map(|day| long_date(language, day)),
        added: own
            .added
            .iter()
            .map(|(on, words)| Added { on: date(*on), lang: view::language_of(words, record.language), paragraphs: view::paragraphs(words) })
            .collect(),
        answers: answers.iter().map(|a| view::answer(a, &catalogue, language)).collect(),
        appeals: own.appeals.iter().map(|a| view::appeal(a, false, &catalogue, tx.today, language)).collect(),
        replied: record.reply.map(|reply| t(language, &format!("own.replied_{reply}"))),
        can_appeal: own.can_appeal.as_ref().map(|to| view::office_name(&catalogue, to, language)),
        survivor: survivor.map(|s| view::numbered(s.serial)),
        why: match (&record.clock, record.due_on) {
            (Some(clock), Some(due)) if open => Some(view::why(clock, due, &catalogue.calendar, language, true)),
            _ => None,
        },
        can_reply: own.can_reply,
        can_withdraw: own.can_withdraw,
        refuse_days: record.kind.and_then(|k| catalogue.step_days("refuse", k, record.field.as_ref(), record.received_on)),
    })
}

fn ratings(tx: &crate::actions::Tx<'_>, row: &crate::store::response::ResponseRow, language: Language) -> Vec<Rating> {
    let survey = tx.catalogue.questionnaires.iter().find(|q| q.slug.as_str() == row.questionnaire && i64::from(q.definition.version) == row.version);
    let answers = crate::store::response::answers(row);
    let Some(survey) = survey else { return Vec::new() };
    let read = |q: &crate::domain::questionnaire::QuestionDef| {
        let value = answers.get(q.id.as_str())?;
        let choice = |v: &str| q.choices.iter().find(|c| c.value == v).map(|c| c.label.get(language).to_owned());
        let words = match q.kind {
            QuestionType::Satisfaction => t(language, &format!("scale.p{}v{}", q.scale.map_or(5, |s| s.points), value)),
            QuestionType::Single => choice(value.as_str()?)?,
            QuestionType::Multiple => value.as_array()?.iter().filter_map(|v| choice(v.as_str()?)).collect::<Vec<_>>().join("; "),
            QuestionType::Text => value.as_str()?.to_owned(),
        };
        Some(Rating { label: q.label.get(language).to_owned(), value: words })
    };
    survey.definition.questions.iter().filter_map(read).collect()
}

/// The id of the control that a fault is about.
fn anchor(pointer: &str) -> String {
    match pointer {
        attachment::POINTER => "tep",
        "/reason" => "ly-do",
        "/note" => "noi-them",
        "/reply" => "duoc",
        "/right" => "right",
        "/rights-words" => "rights-words",
        "/feedback/contact/name" => "rights-name",
        "/feedback/contact/email" => "rights-email",
        "/feedback/contact/phone" => "rights-phone",
        "/purpose" | "/contact" | "/feedback/contact/consent" => rights::SECTION,
        "/form_token" => "main",
        _ => "bo-sung",
    }
    .to_owned()
}

/// The sender adds what was asked for, says whether the answer helped, asks a higher office, or takes the opinion back.
pub async fn act(app: Shared, visitor: Visitor, code: Path<String>, parcel: Parcel) -> impl Responder {
    let Parcel { fields, files: uploads } = parcel;
    if rights::is_asked(&fields) {
        return rights::act(&app, &visitor, &code, fields).await;
    }
    let what = match fields.get("viec") {
        "bo-sung" => "bo-sung",
        "tra-loi" => "tra-loi",
        "xem-lai" => "xem-lai",
        "rut-lai" => "rut-lai",
        "tep" => "tep",
        // What is not understood must do nothing: one of these can't be undone.
        _ => return respond::problem(&app, &visitor, &Code::NotFound.into()),
    };
    let Some(code) = ReceiptCode::parse(&code) else { return respond::problem(&app, &visitor, &Code::UnknownReceipt.into()) };
    if let Err(problem) = visitor.check_form(&app, fields.get("form_token")) {
        if matches!(what, "rut-lai" | "xem-lai" | "tep") {
            return respond::problem(&app, &visitor, &problem);
        }
        let at = if what == "bo-sung" { "/supplement" } else { "/reason" };
        let turn = Turn { fields, faults: vec![Fault::new(at, problem.code().as_str())], ..Turn::default() };
        return page(&app, &visitor, code, turn, crate::http::error::noted(&problem)).await;
    }
    if what == "tep" {
        return match file(&app, code, fields.get("so")).await {
            Ok(answer) => answer,
            Err(problem) => respond::problem(&app, &visitor, &problem),
        };
    }
    let (shown, sent) = (code.clone(), fields.clone());
    let service = app.service.clone();
    let done = block(move || {
        // Nothing is stored of what nobody waits for.
        let takes = what == "bo-sung" && !uploads.is_empty() && service.read(|tx| takes_files(tx, &code, sent.get("bo-sung")))?;
        let uploads = if takes { uploads } else { Vec::new() };
        let stored = attachment::store(&service, uploads)?;
        service.write(|tx| {
            let own = lookup::own(tx, &code)?;
            let serial = own.feedback.map(|f| f.record.serial).ok_or(Code::UnknownReceipt)?;
            match what {
                "bo-sung" => {
                    supplement::add(tx, serial, sent.get("bo-sung"))?;
                    attachment::join(tx, serial, &stored)
                }
                "tra-loi" => reply::reply(tx, serial, sent.get("tra-loi"), sent.get("ly-do"), sent.get("noi-them")),
                "xem-lai" => appeal::ask(tx, serial),
                _ => feedback::withdraw(tx, serial),
            }
        })
    })
    .await;
    match done {
        Ok(()) => respond::see_other(&format!("/tra-cuu/{}?{what}=1", shown.reveal())),
        Err(Problem::Invalid(faults)) => page(&app, &visitor, shown, Turn { fields, faults, ..Turn::default() }, StatusCode::UNPROCESSABLE_ENTITY).await,
        // Mostly a second press: the page below says how it stands.
        Err(problem @ Problem::Move { .. }) => {
            let turn = Turn { faults: vec![Fault::new("/form_token", "done_or_over")], ..Turn::default() };
            page(&app, &visitor, shown, turn, crate::http::error::noted(&problem)).await
        }
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

/// Is the sender waited for, and did they write something? Asked before any file is stored.
fn takes_files(tx: &mut Tx<'_>, code: &ReceiptCode, words: &str) -> Result<bool, Problem> {
    let own = lookup::own(tx, code)?.feedback.ok_or(Code::UnknownReceipt)?;
    Ok(own.record.state == State::Supplement && !words.trim().is_empty())
}

/// The sender's own file. It is asked for by a form, so that no further address holds the code.
async fn file(app: &App, code: ReceiptCode, id: &str) -> Result<HttpResponse, Problem> {
    let id: i64 = id.parse().map_err(|_| Code::NotFound)?;
    let kept = app
        .read(move |tx| {
            let serial = lookup::own(tx, &code)?.feedback.map(|f| f.record.serial).ok_or(Code::UnknownReceipt)?;
            attachment::of_sender(tx, serial)
        })
        .await?;
    files::answer(app, &kept, id).await
}
