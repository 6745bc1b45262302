//! What waits at the offices below, for heads and supervisors: how much, where,
//! and how late, before it is late. By dates alone; words are the desk's.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use serde::Serialize;

use super::gate::AtDesk;
use super::inbox::PAGE;
use super::offices_of;
use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::desk::SOON;
use crate::domain::error::{Code, Problem};
use crate::domain::time::Day;
use crate::domain::visibility::{Appeal, Record};
use crate::domain::words::{Language, Serial};
use crate::i18n::{long_date, t, tr};
use crate::store;
use crate::store::list::{Filter, Order, Place, Waiting};
use crate::web::form::Fields;
use crate::web::view::{self, FilterSelect, Status};

/// Its address.
pub const OVERVIEW: &str = "/can-bo/theo-doi";

/// What the list below shows, in the order of its tabs.
const VIEWS: [&str; 4] = ["overdue", "soon", "all", "appeals"];

#[derive(Serialize)]
struct Page {
    lead: String,
    offices: Vec<OfficeLine>,
    /// Something waits: opinions, or appeals alone.
    anything: bool,
    sum: Sum,
    tabs: Vec<Tab>,
    office: FilterSelect,
    view: &'static str,
    caption: String,
    items: Vec<Row>,
    first: Option<String>,
    older: Option<String>,
}

#[derive(Serialize, Default)]
struct Sum {
    open: i64,
    soon: i64,
    overdue: i64,
}

#[derive(Serialize)]
struct OfficeLine {
    name: String,
    href: String,
    #[serde(flatten)]
    sum: Sum,
}

#[derive(Serialize)]
struct Tab {
    view: &'static str,
    n: i64,
    href: String,
    here: bool,
}

#[derive(Serialize)]
struct Row {
    number: i64,
    id: String,
    #[serde(flatten)]
    status: Status,
    due_on: Option<Day>,
    field: String,
    office: String,
    state: String,
    pressed: u64,
}

/// The page.
pub async fn show(desk: AtDesk, query: Query<Vec<(String, String)>>) -> HttpResponse {
    let (me, asked, language) = (desk.me.clone(), Fields(query.into_inner()), desk.visitor.language);
    match desk.app.read(move |tx| build(tx, &me, &asked, language)).await {
        Ok(page) => desk.page(StatusCode::OK, "desk/overview", &page),
        Err(problem) => desk.problem(&problem),
    }
}

fn address(view: &str, office: &str) -> String {
    if office.is_empty() { format!("{OVERVIEW}?xem={view}") } else { format!("{OVERVIEW}?xem={view}&co-quan={office}") }
}

fn build(tx: &mut Tx<'_>, me: &Officer, asked: &Fields, language: Language) -> Result<Page, Problem> {
    if !me.oversees() {
        return Err(Code::NotAllowed.into());
    }
    let (catalogue, today) = (tx.catalogue.clone(), tx.today);
    let below = offices_of(tx, me);
    let soon = catalogue.calendar.add(today, SOON, true).next();
    let waiting = store::list::waiting(tx.conn, &below, today, soon)?;
    let appealed = store::appeal::counts(tx.conn, &below)?;
    let here = |code: &str| waiting.iter().any(|w| w.office.as_str() == code) || appealed.keys().any(|office| office.as_str() == code);
    let options: Vec<(String, String)> = view::office_options(&catalogue, today, language).into_iter().filter(|(code, _)| here(code)).collect();
    let office = Some(asked.get("co-quan")).filter(|code| below.iter().any(|own| own == code)).unwrap_or_default();
    let chosen: Vec<&Waiting> = waiting.iter().filter(|w| office.is_empty() || w.office.as_str() == office).collect();
    let sum = chosen.iter().fold(Sum::default(), |sum, w| Sum { open: sum.open + w.open, soon: sum.soon + w.soon, overdue: sum.overdue + w.overdue });
    let within = if office.is_empty() { below } else { vec![office.to_owned()] };
    let appeals: i64 = appealed.iter().filter(|(code, _)| within.iter().any(|own| own == code.as_str())).map(|(_, n)| n).sum();
    let of = |view| match view {
        "overdue" => sum.overdue,
        "soon" => sum.soon,
        "appeals" => appeals,
        _ => sum.open,
    };
    // What is late comes first; where nothing is, what will be soon.
    let first = VIEWS.into_iter().find(|view| of(view) > 0).unwrap_or("all");
    let view = VIEWS.into_iter().find(|view| *view == asked.get("xem")).unwrap_or(first);
    let mut found = found(tx, within, view, soon, Place::parse(asked.get("sau")))?;
    let more = found.len() as i64 > PAGE;
    found.truncate(usize::try_from(PAGE).unwrap_or(0));
    let here = address(view, office);
    let last = found.last().filter(|_| more).and_then(|last| Some(Place { due_on: last.due_on()?, serial: last.record.serial }));
    let mut offices: Vec<OfficeLine> = waiting
        .iter()
        .map(|w| OfficeLine {
            name: view::office_name(&catalogue, &w.office, language),
            href: format!("{OVERVIEW}?co-quan={}", w.office),
            sum: Sum { open: w.open, soon: w.soon, overdue: w.overdue },
        })
        .collect();
    offices.sort_by(|a, b| (b.sum.overdue, b.sum.soon, b.sum.open).cmp(&(a.sum.overdue, a.sum.soon, a.sum.open)).then_with(|| a.name.cmp(&b.name)));
    Ok(Page {
        lead: tr(language, "overview.lead", &[("office", view::office_name(&catalogue, &me.office, language)), ("day", long_date(language, today))]),
        tabs: VIEWS.into_iter().map(|v| Tab { view: v, n: of(v), href: address(v, office), here: v == view }).collect(),
        office: view::filter_select("co-quan", "filter.office", t(language, "filter.all_offices"), office, options),
        caption: tr(language, "desk.caption", &[("shown", found.len().to_string()), ("n", of(view).to_string())]),
        items: rows(tx, &found, language)?,
        anything: !offices.is_empty() || appeals > 0,
        first: (!asked.get("sau").is_empty()).then(|| here.clone()),
        older: last.map(|place| format!("{here}&sau={place}")),
        offices,
        sum,
        view,
    })
}

/// What waits: an opinion, or an appeal about one, which has a date and an office of its own.
struct Found {
    record: Record,
    appeal: Option<Appeal>,
}

impl Found {
    fn due_on(&self) -> Option<Day> {
        self.appeal.as_ref().map_or(self.record.due_on, |appeal| Some(appeal.until))
    }
}

/// One more than a page of it, those due first after a place.
fn found(tx: &mut Tx<'_>, offices: Vec<String>, view: &str, soon: Day, after: Option<Place>) -> Result<Vec<Found>, Problem> {
    if view == "appeals" {
        let filter = Filter { appealed_to: Some(offices), ..Filter::default() };
        let records = store::list::list(tx.conn, &filter, Order::Appeal(after), PAGE + 1)?;
        let serials: Vec<Serial> = records.iter().map(|record| record.serial).collect();
        let mut appeals = store::appeal::open_of(tx.conn, &serials)?;
        return Ok(records.into_iter().map(|record| Found { appeal: appeals.remove(&record.serial), record }).collect());
    }
    let all = Filter { offices: Some(offices), open: true, unsealed: true, ..Filter::default() };
    let filter = match view {
        "overdue" => Filter { due_before: Some(tx.today), ..all },
        "soon" => Filter { not_due_before: Some(tx.today), due_before: Some(soon), ..all },
        _ => all,
    };
    let records = store::list::list(tx.conn, &filter, Order::Deadline(after), PAGE + 1)?;
    Ok(records.into_iter().map(|record| Found { record, appeal: None }).collect())
}

fn rows(tx: &mut Tx<'_>, found: &[Found], language: Language) -> Result<Vec<Row>, Problem> {
    let (catalogue, today) = (tx.catalogue.clone(), tx.today);
    let pressed = store::press::counts(tx.conn, &found.iter().map(|found| found.record.serial).collect::<Vec<_>>())?;
    let row = |found: &Found| {
        let Found { record, appeal } = found;
        let office = appeal.as_ref().map(|appeal| &appeal.office).or(record.office.as_ref());
        Row {
            number: record.serial.0,
            id: record.serial.to_string(),
            status: view::standing(record, appeal.as_ref().map(|appeal| appeal.until), &catalogue.calendar, today, language),
            due_on: found.due_on(),
            field: record.field.as_ref().map(|f| view::field_name(&catalogue, f, language)).unwrap_or_default(),
            office: office.map(|o| view::office_name(&catalogue, o, language)).unwrap_or_default(),
            state: if appeal.is_some() { t(language, "overview.appeals") } else { t(language, &format!("state.{}", record.state)) },
            pressed: pressed.get(&record.serial).copied().unwrap_or_default(),
        }
    };
    Ok(found.iter().map(row).collect())
}
