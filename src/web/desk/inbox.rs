//! What waits for an officer: nearest deadline first, lateness in words.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Query as Asked;
use serde::Serialize;

use super::gate::{AtDesk, Sent, anchor};
use super::offices_of;
use crate::actions::{Tx, desk, inbox};
use crate::domain::access::Officer;
use crate::domain::desk::View;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::feedback::State;
use crate::domain::search::Query;
use crate::domain::time::Day;
use crate::domain::visibility::{Appeal, Record};
use crate::domain::words::{Kind, Language, Role, Serial};
use crate::i18n::{date, long_date, t, tr};
use crate::store;
use crate::store::list::{Filter, Order, Place};
use crate::store::search::Reader;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::respond;
use crate::web::view::{self, FilterSelect, Status};

/// The lines of a page.
pub const PAGE: i64 = 20;
/// Beyond this many nobody counts on: the page says "more than".
const MOST_COUNTED: i64 = 1_000;
/// What the address may say beside the tab, in this order.
const ASKED: [&str; 6] = ["q", "linh-vuc", "loai", "co-quan", "tu", "den"];

#[derive(Serialize)]
struct Page {
    heading: String,
    today: String,
    next_off: Option<String>,
    warning: Option<String>,
    tab: &'static str,
    tabs: Vec<Tab>,
    filter: FilterView,
    saved: Vec<SavedView>,
    caption: String,
    items: Vec<Row>,
    first: Option<String>,
    older: Option<String>,
    may_act: bool,
    actions: FilterSelect,
    done: bool,
    faults: Vec<FaultLine>,
    script: &'static str,
}

#[derive(Serialize)]
struct Tab {
    tab: &'static str,
    n: String,
    href: String,
    here: bool,
}

#[derive(Serialize)]
struct FilterView {
    any: bool,
    /// More than words are asked for.
    open: bool,
    words: String,
    from: String,
    to: String,
    /// As an address, to be kept or sent to a colleague.
    query: String,
    field: FilterSelect,
    kind: FilterSelect,
    office: FilterSelect,
}

#[derive(Serialize)]
struct SavedView {
    name: String,
    href: String,
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

/// The list. Who has none is led to what their roles have.
pub async fn show(desk: AtDesk, query: Asked<Vec<(String, String)>>) -> HttpResponse {
    let (me, asked, language) = (desk.me.clone(), Fields(query.into_inner()), desk.visitor.language);
    if !me.has_desk() {
        return if me.is(Role::DataProtection) {
            respond::see_other(super::rights::LIST)
        } else if me.oversees() {
            respond::see_other(super::overview::OVERVIEW)
        } else {
            without_desk(&desk)
        };
    }
    match desk.app.read(move |tx| build(tx, &me, &asked, language)).await {
        Ok(page) => desk.page(StatusCode::OK, "desk/inbox", &page),
        Err(problem) => desk.problem(&problem),
    }
}

/// Who signed in with a role that has no list: who they are, and where to go.
fn without_desk(desk: &AtDesk) -> HttpResponse {
    #[derive(Serialize)]
    struct Page {
        who: String,
    }
    let language = desk.visitor.language;
    let roles: Vec<String> = desk.me.roles.iter().map(|r| t(language, &format!("admin.role.{r}"))).collect();
    let who = tr(language, "desk.who", &[("name", desk.me.name.clone()), ("roles", roles.join(", "))]);
    desk.page(StatusCode::OK, "desk/none", &Page { who })
}

/// The tabs that an officer has, with what each chooses.
fn tabs(tx: &mut Tx<'_>, officer: &Officer) -> Result<Vec<(&'static str, Filter)>, Problem> {
    let mut tabs = Vec::new();
    for view in View::ALL {
        tabs.extend(desk::filter(tx, officer, *view)?.map(|filter| (view.as_str(), filter)));
    }
    Ok(tabs)
}

/// What the address asks for, within what a tab chooses. Sealed items have no words, no field and no office here.
fn narrowed(tx: &Tx<'_>, filter: &Filter, asked: &Fields) -> Filter {
    let some = |name: &str| Some(asked.get(name).to_owned()).filter(|v| !v.is_empty());
    let office = asked.get("co-quan").parse().ok();
    let below: Option<Vec<String>> = office.map(|office| tx.catalogue.offices.answered_by(&office, tx.today).iter().map(ToString::to_string).collect());
    let offices = match (&filter.offices, below) {
        (Some(own), Some(below)) => Some(below.into_iter().filter(|office| own.contains(office)).collect()),
        (own, None) => own.clone(),
        (None, Some(_)) => None,
    };
    Filter {
        offices,
        field: some("linh-vuc"),
        kind: some("loai"),
        from: Day::typed(asked.get("tu")),
        to: Day::typed(asked.get("den")),
        words: Query::parse(asked.get("q")).map(|query| (query, Reader::Desk)),
        ..filter.clone()
    }
}

/// Days of the filter that can't be read, or that end before they begin: such a filter would choose what nobody asked for.
fn faults_of(asked: &Fields) -> Vec<Fault> {
    let day = |name: &str| Some(asked.get(name).trim()).filter(|typed| !typed.is_empty()).map(Day::typed);
    let (from, to) = (day("tu"), day("den"));
    let unread = [("/tu", &from), ("/den", &to)].into_iter().filter(|(_, day)| matches!(day, Some(None))).map(|(at, _)| Fault::new(at, "not_a_day"));
    let mut faults: Vec<Fault> = unread.collect();
    if let (Some(Some(from)), Some(Some(to))) = (from, to)
        && to < from
    {
        faults.push(Fault::new("/den", "ends_before_it_begins"));
    }
    faults
}

/// What is asked for beside the tab, as the end of an address.
fn query_of(asked: &Fields) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in ASKED.into_iter().filter(|name| !asked.get(name).trim().is_empty()) {
        query.append_pair(name, asked.get(name).trim());
    }
    query.finish()
}

/// An address of the list.
fn address(tab: &str, query: &str) -> String {
    if query.is_empty() { format!("/can-bo?loc={tab}") } else { format!("/can-bo?loc={tab}&{query}") }
}

/// How many, for people.
fn counted(n: i64, language: Language) -> String {
    if n > MOST_COUNTED { tr(language, "desk.more_than", &[("n", MOST_COUNTED.to_string())]) } else { n.to_string() }
}

fn build(tx: &mut Tx<'_>, officer: &Officer, asked: &Fields, language: Language) -> Result<Page, Problem> {
    let tabs = tabs(tx, officer)?;
    let query = query_of(asked);
    let first = match tabs.first() {
        _ if officer.is(Role::Approver) && !officer.is(Role::Officer) && query.is_empty() => "approve",
        // Who looks for words looks in what is done, too.
        Some(("all", _)) if !asked.get("q").trim().is_empty() => "any",
        Some((name, _)) => name,
        None => return Err(Code::NotAllowed.into()),
    };
    let wanted = if asked.get("loc").is_empty() { first } else { asked.get("loc") };
    let (name, filter) = tabs.iter().find(|(name, _)| *name == wanted).or_else(|| tabs.first()).ok_or(Code::NotAllowed)?;
    // What was sealed at receipt has no deadline to be ordered by.
    let by_number = matches!(*name, "any" | "sealed" | "confirmed");
    // An appeal has a date and an office of its own.
    let of_appeals = *name == "appeals";
    let order = match Place::parse(asked.get("sau")) {
        _ if by_number => Order::Newest(asked.get("sau").parse().ok()),
        after if of_appeals => Order::Appeal(after),
        after => Order::Deadline(after),
    };
    let mut records = store::list::list(tx.conn, &narrowed(tx, filter, asked), order, PAGE + 1)?;
    let more = records.len() as i64 > PAGE;
    records.truncate(usize::try_from(PAGE).unwrap_or(0));
    let serials: Vec<Serial> = records.iter().map(|record| record.serial).collect();
    let appeals = if of_appeals { store::appeal::open_of(tx.conn, &serials)? } else { BTreeMap::new() };
    let due_on = |record: &Record| appeals.get(&record.serial).map_or(record.due_on, |appeal| Some(appeal.until));
    let next = records.last().filter(|_| more).map(|last| match due_on(last) {
        Some(due_on) if !by_number => Place { due_on, serial: last.serial }.to_string(),
        _ => last.serial.0.to_string(),
    });
    let mut views = Vec::new();
    let mut overdue = 0;
    let mut here = 0;
    for (tab, filter) in &tabs {
        // All that ever came is not what waits: it is counted on the results page.
        let n = if *tab == "any" && query.is_empty() { None } else { Some(store::list::count_up_to(tx.conn, &narrowed(tx, filter, asked), MOST_COUNTED + 1)?) };
        if *tab == "overdue" && query.is_empty() {
            overdue = n.unwrap_or(0);
        }
        if tab == name {
            here = n.unwrap_or(records.len() as i64);
        }
        views.push(Tab { tab, n: n.map(|n| counted(n, language)).unwrap_or_default(), href: address(tab, &query), here: tab == name });
    }
    let items = records.iter().map(|r| row(tx, r, appeals.get(&r.serial), officer, language)).collect::<Result<Vec<_>, _>>()?;
    let next_off = (1..=7).map(|n| tx.today.plus(n)).find_map(|d| match tx.catalogue.calendar.skip(d, true) {
        Some(crate::domain::calendar::Skip::Off(row)) => {
            Some(tr(language, "desk.next_off", &[("day", long_date(language, d)), ("name", row.name.get(language).to_owned())]))
        }
        _ => None,
    });
    let to_page = |next: String| format!("{}&sau={next}", address(name, &query));
    let works = officer.works();
    Ok(Page {
        heading: tr(language, if *name == "any" { "desk.heading_any" } else { "desk.heading" }, &[("n", counted(here, language))]),
        today: tr(language, "desk.today", &[("day", long_date(language, tx.today))]),
        next_off,
        warning: (overdue > 0).then(|| tr(language, "desk.warning", &[("n", counted(overdue, language))])),
        caption: tr(
            language,
            if by_number { "desk.caption_any" } else { "desk.caption" },
            &[("shown", items.len().to_string()), ("n", counted(here, language))],
        ),
        first: (!asked.get("sau").is_empty()).then(|| address(name, &query)),
        older: next.map(to_page),
        filter: filter_view(tx, officer, asked, &query, language),
        saved: saved(tx, officer, name, &query)?,
        may_act: works && !items.is_empty() && !matches!(*name, "sealed" | "confirmed"),
        actions: view::filter_select("viec", "desk.many_what", t(language, "desk.choose"), "", super::many::options(officer, language)),
        tab: name,
        tabs: views,
        items,
        done: !asked.get("xong").is_empty(),
        faults: Faults::new(faults_of(asked), language).lines(anchor),
        script: "desk.js",
    })
}

fn filter_view(tx: &Tx<'_>, officer: &Officer, asked: &Fields, query: &str, language: Language) -> FilterView {
    let own = offices_of(tx, officer);
    let offices = view::office_options(&tx.catalogue, tx.today, language).into_iter().filter(|(code, _)| own.contains(code)).collect();
    let kinds = Kind::ALL.iter().filter(|k| **k != Kind::Denunciation).map(|k| (k.to_string(), t(language, &format!("kind.{k}")))).collect();
    let all = |key: &str| t(language, key);
    let get = |name: &str| asked.get(name).to_owned();
    FilterView {
        any: !query.is_empty(),
        open: ASKED.iter().skip(1).any(|name| !asked.get(name).is_empty()),
        words: get("q"),
        from: get("tu"),
        to: get("den"),
        query: query.to_owned(),
        field: view::filter_select("linh-vuc", "filter.field", all("filter.all_fields"), asked.get("linh-vuc"), view::field_options(&tx.catalogue, language)),
        kind: view::filter_select("loai", "filter.kind", all("filter.all_kinds"), asked.get("loai"), kinds),
        office: view::filter_select("co-quan", "filter.office", all("filter.all_offices"), asked.get("co-quan"), offices),
    }
}

/// The officer's own saved filters.
fn saved(tx: &mut Tx<'_>, officer: &Officer, tab: &str, query: &str) -> Result<Vec<SavedView>, Problem> {
    let here = address(tab, query);
    let kept = store::inbox::filters(tx.conn, officer.id)?;
    Ok(kept.into_iter().map(|(name, query)| SavedView { here: here == format!("/can-bo?{query}"), href: format!("/can-bo?{query}"), name }).collect())
}

/// Saves what the address asks for under a name, or takes a saved one away.
pub async fn keep(desk: AtDesk, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let asked = Fields(form_urlencoded::parse(sent.get("query").as_bytes()).into_owned().collect());
    // Put together anew from what is known: an address of somebody else's making is never kept.
    let tab: String = sent.get("loc").chars().filter(char::is_ascii_lowercase).collect();
    let back = address(&tab, &query_of(&asked));
    let query = back.trim_start_matches("/can-bo?").to_owned();
    let (name, drop) = (sent.get("name").to_owned(), !sent.get("bo").is_empty());
    let kept = desk.write(&sent, move |tx, me| if drop { inbox::drop_filter(tx, me, &name) } else { inbox::keep_filter(tx, me, &name, &query) });
    match kept.await {
        Ok(()) => respond::see_other(&back),
        Err(problem) => desk.problem(&problem),
    }
}

fn row(tx: &mut Tx<'_>, record: &Record, appeal: Option<&Appeal>, officer: &Officer, language: Language) -> Result<Row, Problem> {
    let catalogue = tx.catalogue.clone();
    let status = view::standing(record, appeal.map(|appeal| appeal.until), &catalogue.calendar, tx.today, language);
    let office = appeal.map(|appeal| &appeal.office).or(record.office.as_ref());
    let title = title(tx, record, language)?;
    Ok(Row {
        number: record.serial.0,
        id: record.serial.to_string(),
        title_lang: if record.state == State::Sealed { language } else { view::language_of(&title, record.language) },
        title,
        status,
        due_on: appeal.map_or(record.due_on, |appeal| Some(appeal.until)),
        received_on: record.received_on,
        field: record.field.as_ref().map(|f| view::field_name(&catalogue, f, language)).unwrap_or_default(),
        office: office.map(|o| view::office_name(&catalogue, o, language)).unwrap_or_default(),
        state: if appeal.is_some() { t(language, "overview.appeals") } else { t(language, &format!("state.{}", record.state)) },
        mine: record.assignee == Some(officer.id),
    })
}

/// The public title, or the first words; of a sealed one nothing: each view of its words is audited.
fn title(tx: &mut Tx<'_>, record: &Record, language: Language) -> Result<String, Problem> {
    Ok(match desk::title(tx, record)? {
        Some(title) => title,
        None if record.state == State::Sealed => tr(language, "desk.sealed_title", &[("day", date(record.received_on))]),
        None => t(language, "desk.erased_title"),
    })
}
