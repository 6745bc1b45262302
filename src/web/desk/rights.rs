//! The rights desk: what people ask about their data, the nearest last day
//! first, and one request with what the data-protection officer can do with it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, Query, ServiceConfig};
use serde::Serialize;

use super::gate::{AtDesk, Sent, anchor, refused};
use crate::actions::rights::{self, Desk};
use crate::actions::{Tx, breach};
use crate::domain::contact::Contact;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::rights::{Request, RequestState, Right};
use crate::domain::time::Day;
use crate::domain::words::Language;
use crate::i18n::{t, tr};
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::respond;
use crate::web::view::{self, FilterSelect};

/// The list's address.
pub const LIST: &str = "/can-bo/quyen";
/// Requests on one page.
const MOST: i64 = 200;

/// Mounts the rights desk.
pub fn routes(config: &mut ServiceConfig) {
    config.route(LIST, web::get().to(list)).route("/can-bo/quyen/{id}", web::get().to(show)).route("/can-bo/quyen/{id}", web::post().to(act));
}

/// The number in an address.
pub(super) fn number(id: &str) -> Result<i64, Problem> {
    id.parse().map_err(|_| Code::NotFound.into())
}

#[derive(Serialize)]
struct ListPage {
    heading: String,
    today: String,
    tabs: Vec<Tab>,
    items: Vec<Row>,
    breaches: usize,
}

#[derive(Serialize)]
struct Tab {
    tab: &'static str,
    here: bool,
}

#[derive(Serialize)]
struct Row {
    id: i64,
    what: String,
    serial: String,
    status: String,
    tone: &'static str,
    due: Option<Day>,
    asked_on: Day,
    state: String,
}

/// How late or how soon, in days of the calendar; until a request is acknowledged, in working days of that term.
fn status(tx: &Tx<'_>, request: &Request, language: Language) -> (String, &'static str) {
    let Some(due) = request.next_due() else { return (t(language, &format!("rights.state.{}", request.state)), "") };
    let say = |key: &str, n: i32| tr(language, &format!("rights.due.{key}"), &[("n", n.to_string())]);
    let first = if request.state == RequestState::Asked { t(language, "rights.due.acknowledge") } else { t(language, "rights.due.act") };
    let days = match due.days_since(tx.today) {
        n if n > 0 && request.state == RequestState::Asked => i32::try_from(tx.catalogue.calendar.between(tx.today, due, true)).unwrap_or(n),
        n => n,
    };
    let (words, tone) = match days {
        n if n < 0 => (say("late", -n), "late"),
        0 => (say("today", 0), "soon"),
        n if request.state == RequestState::Asked => (say("left_working", n), if n <= 3 { "soon" } else { "" }),
        n => (say("left", n), if n <= 3 { "soon" } else { "" }),
    };
    (format!("{first}: {words}"), tone)
}

fn row(tx: &Tx<'_>, request: &Request, language: Language) -> Row {
    let (status, tone) = status(tx, request, language);
    Row {
        id: request.id,
        what: t(language, &format!("rights.what.{}", request.right)),
        serial: request.serial.to_string(),
        status,
        tone,
        due: request.next_due(),
        asked_on: request.asked_at.day(),
        state: t(language, &format!("rights.state.{}", request.state)),
    }
}

/// The list.
async fn list(desk: AtDesk, query: Query<Vec<(String, String)>>) -> HttpResponse {
    let (me, language) = (desk.me.clone(), desk.visitor.language);
    let ended = Fields(query.into_inner()).get("loc") == "ended";
    let built = desk.app.read(move |tx| {
        let requests = rights::list(tx, &me, !ended, MOST)?;
        Ok(ListPage {
            heading: tr(language, "rights.desk_heading", &[("n", requests.len().to_string())]),
            today: tr(language, "desk.today", &[("day", crate::i18n::long_date(language, tx.today))]),
            tabs: vec![Tab { tab: "open", here: !ended }, Tab { tab: "ended", here: ended }],
            items: requests.iter().map(|r| row(tx, r, language)).collect(),
            breaches: breach::list(tx, &me)?.iter().filter(|b| b.notified.is_none()).count(),
        })
    });
    match built.await {
        Ok(page) => desk.page(StatusCode::OK, "desk/rights", &page),
        Err(problem) => desk.problem(&problem),
    }
}

#[derive(Serialize)]
struct Page {
    title: String,
    request: Row,
    acknowledge_by: Option<Day>,
    acknowledged_on: Option<Day>,
    act_by: Option<Day>,
    extended_on: Option<Day>,
    ended_on: Option<Day>,
    extended_to: Option<Day>,
    words: Vec<String>,
    words_lang: Language,
    original: Vec<String>,
    original_lang: Language,
    contacts: Vec<ContactRow>,
    sealed: bool,
    open: bool,
    can_acknowledge: bool,
    /// What is asked for can't be undone.
    deletes: bool,
    /// What doing it comes to, in a sentence.
    effect: String,
    reason: Option<String>,
    note: Option<String>,
    reasons: FilterSelect,
    typed: Typed,
    faults: Vec<FaultLine>,
    done: bool,
}

#[derive(Serialize)]
struct Typed {
    note: String,
    extend_note: String,
}

#[derive(Serialize)]
struct ContactRow {
    label: String,
    kept: String,
    wanted: String,
}

fn contact_rows(kept: &Contact, wanted: &Contact, language: Language) -> Vec<ContactRow> {
    let email = |c: &Contact| c.email.as_ref().map(|e| e.reveal().to_owned()).unwrap_or_default();
    let rows = [
        ("rights.name", kept.name.clone().unwrap_or_default(), wanted.name.clone().unwrap_or_default()),
        ("contact.email", email(kept), email(wanted)),
        ("contact.phone", kept.phone.clone().unwrap_or_default(), wanted.phone.clone().unwrap_or_default()),
    ];
    rows.into_iter().map(|(label, kept, wanted)| ContactRow { label: t(language, label), kept, wanted }).collect()
}

fn build(tx: &Tx<'_>, found: Desk, back: &Back, language: Language) -> Page {
    let Desk { request, contacts, original, sealed, waits, extended_to } = found;
    let effect = if waits && request.right == Right::Delete { "rights.effect.delete_open".to_owned() } else { format!("rights.effect.{}", request.right) };
    let named = |code: &crate::domain::words::Ground| tx.catalogue.list("rights_refuse").find(|c| c.code == *code).map(|c| c.name.get(language).to_owned());
    let options = tx.catalogue.list("rights_refuse").map(|c| (c.code.to_string(), c.name.get(language).to_owned())).collect();
    let words = request.words.clone().unwrap_or_default();
    let original = original.unwrap_or_default();
    Page {
        title: format!("{}, {}", t(language, &format!("rights.what.{}", request.right)), request.serial),
        acknowledge_by: request.acknowledge_by,
        acknowledged_on: request.acknowledged_at.map(|at| at.day()),
        act_by: request.act_by,
        extended_on: request.extended_on,
        ended_on: request.ended_at.map(|at| at.day()),
        extended_to,
        words_lang: view::language_of(&words, Language::Vi),
        words: view::paragraphs(&words),
        original_lang: view::language_of(&original, Language::Vi),
        original: view::paragraphs(&original),
        contacts: contacts.map(|(kept, wanted)| contact_rows(&kept, &wanted, language)).unwrap_or_default(),
        sealed,
        open: request.is_open(),
        can_acknowledge: request.state == RequestState::Asked,
        deletes: request.right == Right::Delete,
        effect: t(language, &effect),
        reason: request.reason.as_ref().and_then(named),
        note: request.note.clone(),
        reasons: view::filter_select("reason", "rights.refuse_reason", t(language, "desk.choose"), back.fields.get("reason"), options),
        typed: Typed { note: back.fields.get("note").to_owned(), extend_note: back.fields.get("extend-note").to_owned() },
        faults: Faults::new(back.faults.clone(), language).lines(anchor),
        done: back.done,
        request: row(tx, &request, language),
    }
}

/// A form that comes back, or the page after one that was taken.
#[derive(Default)]
struct Back {
    fields: Fields,
    faults: Vec<Fault>,
    done: bool,
}

/// One request.
async fn show(desk: AtDesk, id: Path<String>, query: Query<Vec<(String, String)>>) -> HttpResponse {
    let back = Back { done: Fields(query.into_inner()).has("xong", "1"), ..Back::default() };
    page(&desk, &id, back, StatusCode::OK).await
}

async fn page(desk: &AtDesk, id: &str, back: Back, status: StatusCode) -> HttpResponse {
    let (me, language, id) = (desk.me.clone(), desk.visitor.language, number(id));
    match desk.app.read(move |tx| rights::at_desk(tx, &me, id?).map(|found| build(tx, found, &back, language))).await {
        Ok(page) => desk.page(status, "desk/right", &page),
        Err(problem) => desk.problem(&problem),
    }
}

/// Does something with a request.
async fn act(desk: AtDesk, id: Path<String>, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let (asked, number) = (fields.clone(), number(&id));
    let done = desk.write(&fields, move |tx, me| match (asked.get("viec"), number?) {
        ("bao-nhan", id) => rights::acknowledge(tx, me, id),
        ("lam", id) => rights::act(tx, me, id, asked.has("sure", "1")),
        ("tu-choi", id) => rights::refuse(tx, me, id, asked.get("reason"), asked.get("note")),
        ("gia-han", id) => rights::extend(tx, me, id, asked.get("extend-note")),
        _ => Err(Code::NotFound.into()),
    });
    match done.await {
        Ok(()) => respond::see_other(&format!("{LIST}/{id}?xong=1")),
        Err(problem) => match refused(&problem) {
            Some((status, faults)) => page(&desk, &id, Back { fields, faults, done: false }, status).await,
            None => desk.problem(&problem),
        },
    }
}
