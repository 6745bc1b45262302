//! What waits for an officer: nearest deadline first, lateness in words.

use actix_web::http::StatusCode;
use actix_web::web::Query;
use actix_web::{HttpResponse, Responder};
use serde::Serialize;

use super::offices_of;
use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::error::{Code, Problem};
use crate::domain::feedback::State;
use crate::domain::text::propose_title;
use crate::domain::time::Day;
use crate::domain::visibility::Record;
use crate::domain::words::{Language, Role, Serial};
use crate::http::app::{App, Shared};
use crate::http::render::Frame;
use crate::http::visitor::Visitor;
use crate::i18n::{date, long_date, t, tr};
use crate::store;
use crate::store::feedback::{Filter, Order};
use crate::web::form::Fields;
use crate::web::respond;
use crate::web::view::{self, Status};

const PAGE: i64 = 20;

#[derive(Serialize)]
struct Page {
    heading: String,
    today: String,
    next_off: Option<String>,
    warning: Option<String>,
    tabs: Vec<Tab>,
    caption: String,
    items: Vec<Row>,
    newer: Option<String>,
    older: Option<String>,
    done: bool,
}

#[derive(Serialize)]
struct Tab {
    tab: &'static str,
    n: i64,
    here: bool,
}

#[derive(Serialize)]
struct Row {
    number: i64,
    id: String,
    title: String,
    title_lang: Language,
    #[serde(flatten)]
    status: Status,
    due_on: Option<Day>,
    received_on: Day,
    field: String,
    office: String,
    state: String,
    mine: bool,
}

/// The list.
pub async fn show(app: Shared, visitor: Visitor, query: Query<Vec<(String, String)>>) -> impl Responder {
    let asked = Fields(query.into_inner());
    let officer = match visitor.officer(&app).await {
        Ok(officer) => officer,
        Err(problem) => return respond::problem(&app, &visitor, &problem),
    };
    let frame = match super::frame(&app, &visitor, &officer) {
        Ok(frame) => frame,
        Err(problem) => return respond::problem(&app, &visitor, &problem),
    };
    let language = visitor.language;
    if !officer.has_desk() {
        return without_desk(&app, &visitor, &frame, &officer);
    }
    match app.read(move |tx| build(tx, &officer, &asked, language)).await {
        Ok(page) => respond::page_with(&app, &visitor, &frame, StatusCode::OK, "desk/inbox", &page),
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

/// Who signed in with a role that has no list: who they are, and where to go.
fn without_desk(app: &App, visitor: &Visitor, frame: &Frame, officer: &Officer) -> HttpResponse {
    #[derive(Serialize)]
    struct Page {
        who: String,
    }
    let roles: Vec<String> = officer.roles.iter().map(|r| t(visitor.language, &format!("admin.role.{r}"))).collect();
    let who = tr(visitor.language, "desk.who", &[("name", officer.name.clone()), ("roles", roles.join(", "))]);
    respond::page_with(app, visitor, frame, StatusCode::OK, "desk/none", &Page { who })
}

/// The tabs that an officer has, with what each chooses.
fn tabs(tx: &mut Tx<'_>, officer: &Officer) -> Vec<(&'static str, Filter)> {
    let offices = offices_of(tx, officer);
    let open = State::ALL.iter().copied().filter(|s| s.is_open()).collect::<Vec<_>>();
    let base = Filter { offices: Some(offices), states: Some(open), ..Filter::default() };
    let soon = tx.catalogue.calendar.add(tx.today, 3, true);
    let mut tabs = Vec::new();
    if officer.is(Role::Officer) || officer.is(Role::Approver) || officer.is(Role::Head) {
        tabs.push(("all", base.clone()));
        tabs.push(("overdue", Filter { due_before: Some(tx.today), ..base.clone() }));
        tabs.push(("soon", Filter { not_due_before: Some(tx.today), due_before: Some(soon.next()), ..base.clone() }));
        tabs.push(("mine", Filter { assignee: Some(officer.id), ..base.clone() }));
        tabs.push(("tray", Filter { in_tray: true, ..base.clone() }));
        if officer.is(Role::Approver) {
            tabs.push(("approve", Filter { handed_in: true, states: None, ..base }));
        }
    }
    if officer.is(Role::Receiver) {
        let sealed = |confirmed| Filter { states: Some(vec![State::Sealed]), confirmed: Some(confirmed), ..Filter::default() };
        tabs.push(("sealed", sealed(false)));
        tabs.push(("confirmed", sealed(true)));
    }
    tabs
}

fn build(tx: &mut Tx<'_>, officer: &Officer, asked: &Fields, language: Language) -> Result<Page, Problem> {
    let tabs = tabs(tx, officer);
    let first = if officer.is(Role::Approver) && !officer.is(Role::Officer) { "approve" } else { tabs.first().map_or("all", |(name, _)| name) };
    let wanted = if asked.get("loc").is_empty() { first } else { asked.get("loc") };
    let (name, filter) = tabs.iter().find(|(name, _)| *name == wanted).or_else(|| tabs.first()).ok_or(Code::NotAllowed)?;
    let offset: i64 = asked.get("tu").parse().unwrap_or(0_i64).max(0);
    let mut records = store::feedback::list(tx.conn, filter, Order::Deadline(offset), PAGE + 1)?;
    let more = records.len() as i64 > PAGE;
    records.truncate(usize::try_from(PAGE).unwrap_or(0));
    let mut views = Vec::new();
    let mut overdue = 0;
    let mut count_here = 0;
    for (tab, filter) in &tabs {
        let n = store::feedback::count(tx.conn, filter)?;
        if *tab == "overdue" {
            overdue = n;
        }
        if tab == name {
            count_here = n;
        }
        views.push(Tab { tab, n, here: tab == name });
    }
    let items = records.iter().map(|r| row(tx, r, officer, language)).collect::<Result<Vec<_>, _>>()?;
    let next_off = (1..=7).map(|n| tx.today.plus(n)).find_map(|d| match tx.catalogue.calendar.skip(d, true) {
        Some(crate::domain::calendar::Skip::Off(row)) => {
            Some(tr(language, "desk.next_off", &[("day", long_date(language, d)), ("name", row.name.get(language).to_owned())]))
        }
        _ => None,
    });
    let n = |n: i64| n.to_string();
    Ok(Page {
        heading: tr(language, "desk.heading", &[("n", n(count_here))]),
        today: tr(language, "desk.today", &[("day", long_date(language, tx.today))]),
        next_off,
        warning: (overdue > 0).then(|| tr(language, "desk.warning", &[("n", n(overdue))])),
        caption: tr(language, "desk.caption", &[("shown", n(items.len() as i64)), ("n", n(count_here))]),
        newer: (offset > 0).then(|| format!("/can-bo?loc={name}&tu={}", (offset - PAGE).max(0))),
        older: more.then(|| format!("/can-bo?loc={name}&tu={}", offset + PAGE)),
        tabs: views,
        items,
        done: !asked.get("xong").is_empty(),
    })
}

fn row(tx: &mut Tx<'_>, record: &Record, officer: &Officer, language: Language) -> Result<Row, Problem> {
    let catalogue = tx.catalogue.clone();
    let makeup = record.clock.as_ref().is_none_or(|c| c.makeup);
    let status = view::status(record.class(tx.today), record.due_on, record.answered_on, makeup, &catalogue.calendar, tx.today, language);
    let title = title(tx, record, language)?;
    Ok(Row {
        number: record.serial.0,
        id: record.serial.to_string(),
        title_lang: if record.state == State::Sealed { language } else { view::language_of(&title, record.language) },
        title,
        status,
        due_on: record.due_on,
        received_on: record.received_on,
        field: record.field.as_ref().map(|f| view::field_name(&catalogue, f, language)).unwrap_or_default(),
        office: record.office.as_ref().map(|o| view::office_name(&catalogue, o, language)).unwrap_or_default(),
        state: t(language, &format!("state.{}", record.state)),
        mine: record.assignee == Some(officer.id),
    })
}

/// The public title, or the first words; of a sealed one nothing: each view of its words is audited.
fn title(tx: &mut Tx<'_>, record: &Record, language: Language) -> Result<String, Problem> {
    if record.state == State::Sealed {
        return Ok(tr(language, "desk.sealed_title", &[("day", date(record.received_on))]));
    }
    match &record.title {
        Some(title) => Ok(title.clone()),
        None => Ok(propose_title(&store::feedback::original(tx.conn, Serial(record.serial.0))?.unwrap_or_default())),
    }
}
