//! Opinions as anybody may see them: the list, and one opinion with its answer.

use actix_web::Responder;
use actix_web::web::{Path, Query as Asked};
use serde::Serialize;

use crate::actions::{Tx, figures, improvement, lookup};
use crate::domain::error::{Code, Problem};
use crate::domain::feedback::{Class, State};
use crate::domain::search::Query;
use crate::domain::time::Day;
use crate::domain::visibility::PublicItem;
use crate::domain::words::{Kind, Language, Serial};
use crate::http::app::Shared;
use crate::http::visitor::Visitor;
use crate::i18n::{t, tr};
use crate::store::list::Filter;
use crate::store::search::Reader;
use crate::web::form::Fields;
use crate::web::respond;
use crate::web::view::{self, AnswerView, AppealView, FilterSelect, ItemCard, Numbered, Status, StepView, Why};

const PAGE: i64 = 20;

#[derive(Serialize)]
struct ListPage {
    items: Vec<ItemCard>,
    filter: ListFilter,
    newer: Option<String>,
    older: Option<String>,
}

#[derive(Serialize)]
struct ListFilter {
    any: bool,
    words: String,
    field: FilterSelect,
    office: FilterSelect,
    status: FilterSelect,
    kind: FilterSelect,
}

/// The list, newest first.
pub async fn list(app: Shared, visitor: Visitor, query: Asked<Vec<(String, String)>>) -> impl Responder {
    let asked = Fields(query.into_inner());
    let language = visitor.language;
    match app.read(move |tx| build_list(tx, &asked, language)).await {
        Ok(page) => respond::page(&app, &visitor, "public/list", &page),
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

fn build_list(tx: &mut Tx<'_>, asked: &Fields, language: Language) -> Result<ListPage, Problem> {
    let catalogue = tx.catalogue.clone();
    let filter = filter(tx, asked);
    let (items, next) = lookup::list(tx, &filter, asked.get("truoc").parse().ok(), PAGE)?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in ["q", "linh-vuc", "co-quan", "tinh-trang", "loai"].into_iter().filter(|name| !asked.get(name).trim().is_empty()) {
        query.append_pair(name, asked.get(name).trim());
    }
    let query = query.finish();
    let query = if query.is_empty() { query } else { format!("{query}&") };
    let classes = Class::ALL.iter().map(|c| (c.to_string(), t(language, &format!("class.{c}")))).collect();
    let kinds = Kind::ALL.iter().filter(|k| **k != Kind::Denunciation).map(|k| (k.to_string(), t(language, &format!("kind.{k}")))).collect();
    let all = |key: &str| t(language, key);
    Ok(ListPage {
        items: items.iter().map(|i| view::card(i, &catalogue, tx.today, language)).collect(),
        filter: ListFilter {
            any: !query.is_empty(),
            words: asked.get("q").to_owned(),
            field: view::filter_select("linh-vuc", "filter.field", all("filter.all_fields"), asked.get("linh-vuc"), view::field_options(&catalogue, language)),
            office: view::filter_select(
                "co-quan",
                "filter.office",
                all("filter.all_offices"),
                asked.get("co-quan"),
                view::office_options(&catalogue, tx.today, language),
            ),
            status: view::filter_select("tinh-trang", "filter.status", all("filter.all_statuses"), asked.get("tinh-trang"), classes),
            kind: view::filter_select("loai", "filter.kind", all("filter.all_kinds"), asked.get("loai"), kinds),
        },
        newer: (!asked.get("truoc").is_empty()).then(|| format!("/y-kien?{query}")),
        older: next.map(|below| format!("/y-kien?{query}truoc={below}")),
    })
}

/// What the address chooses. A sealed item is in the unfiltered whole only.
fn filter(tx: &Tx<'_>, asked: &Fields) -> Filter {
    let some = |name: &str| Some(asked.get(name).to_owned()).filter(|v| !v.is_empty());
    let office = asked.get("co-quan").parse().ok();
    let mut filter =
        Filter { field: some("linh-vuc"), offices: office.as_ref().map(|o| figures::counted_offices(tx, o)), kind: some("loai"), ..Filter::default() };
    let open = || State::ALL.iter().copied().filter(|s| s.is_open()).collect::<Vec<_>>();
    match asked.get("tinh-trang").parse::<Class>() {
        Ok(Class::Overdue) => {
            filter.states = Some(open());
            filter.due_before = Some(tx.today);
        }
        Ok(Class::OpenInTime) => {
            filter.states = Some(open());
            filter.not_due_before = Some(tx.today);
        }
        Ok(class) => filter.class = Some(class),
        Err(_) => {}
    }
    filter.words = Query::parse(asked.get("q")).map(|query| (query, Reader::Public));
    filter.unsealed = filter.words.is_some() || filter.field.is_some() || filter.offices.is_some() || filter.kind.is_some();
    filter
}

#[derive(Serialize)]
struct Page {
    title: String,
    item: ItemView,
}

#[derive(Serialize)]
struct ItemView {
    id: String,
    title: Option<String>,
    title_lang: Language,
    question_lang: Language,
    kind_line: String,
    says: String,
    #[serde(flatten)]
    status: Status,
    pace: String,
    facts: Vec<Fact>,
    question: Vec<String>,
    answers: Vec<AnswerView>,
    appeals: Vec<AppealView>,
    survivor: Option<Survivor>,
    merged_here: Vec<Numbered>,
    /// Numbers of the published actions that it led to.
    improvements: Vec<i64>,
    shell: String,
    law: Option<String>,
    history: Vec<StepView>,
    why: Option<Why>,
}

#[derive(Serialize)]
struct Fact {
    label: &'static str,
    on: Option<Day>,
    text: String,
}

#[derive(Serialize)]
struct Survivor {
    #[serde(flatten)]
    numbered: Numbered,
    answers: Vec<AnswerView>,
}

/// One opinion.
pub async fn show(app: Shared, visitor: Visitor, serial: Path<String>) -> impl Responder {
    let language = visitor.language;
    let Ok(serial) = serial.parse::<Serial>() else { return respond::problem(&app, &visitor, &Code::NotFound.into()) };
    match app.read(move |tx| build(tx, serial, language)).await {
        Ok(page) => respond::page(&app, &visitor, "public/item", &page),
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

fn build(tx: &mut Tx<'_>, serial: Serial, language: Language) -> Result<Page, Problem> {
    let item = lookup::item(tx, serial)?;
    let survivor = lookup::survivor(tx, &item)?;
    let merged = crate::store::feedback::merged_into(tx.conn, serial)?;
    let catalogue = tx.catalogue.clone();
    let place = item.place.as_ref();
    let clock = place.and_then(|p| p.clock.as_ref());
    let makeup = clock.is_none_or(|c| c.makeup);
    let (due_on, answered_on) = (place.and_then(|p| p.due_on), place.and_then(|p| p.answered_on));
    let latest = item.latest();
    let title = latest.map(|a| a.title.clone());
    let kind = place.map(|p| p.kind);
    let pace = answered_on.map(|on| match catalogue.calendar.between(item.received_on, on, makeup) {
        0 => t(language, "item.pace_same_day"),
        days => tr(language, "item.pace", &[("days", days.to_string())]),
    });
    let ground = item.ground.as_ref().and_then(|(list, code)| catalogue.list(list).find(|c| c.code == *code));
    let shell = match (ground, item.class) {
        (Some(ground), _) => tr(language, "item.shell", &[("ground", ground.name.get(language).to_owned())]),
        (None, Class::Withdrawn) => t(language, "item.withdrawn"),
        (None, _) => t(language, "item.not_yet"),
    };
    let erased = item.is_erased();
    let view = ItemView {
        id: item.serial.to_string(),
        title_lang: view::public_language(&item, latest.map(|a| a.title.as_str())),
        question_lang: view::public_language(&item, latest.map(|a| a.question.as_str())),
        kind_line: kind.map_or_else(
            || t(language, "item.sealed_line"),
            |k| tr(language, "item.kind_line", &[("kind", t(language, &format!("kind.{k}"))), ("id", item.serial.to_string())]),
        ),
        says: kind.map(|k| t(language, &format!("kind_says.{k}"))).unwrap_or_default(),
        status: view::status(item.class, due_on, answered_on, clock, &catalogue.calendar, tx.today, language),
        pace: pace.unwrap_or_default(),
        facts: facts(&item, &catalogue, language),
        question: latest.map(|a| view::paragraphs(&a.question)).unwrap_or_default(),
        answers: item.answers.iter().map(|a| view::answer(a, &catalogue, language)).collect(),
        appeals: item.appeals.iter().map(|a| view::appeal(a, erased, &catalogue, tx.today, language)).collect(),
        survivor: survivor
            .map(|s| Survivor { numbered: view::numbered(s.serial), answers: s.answers.iter().map(|a| view::answer(a, &catalogue, language)).collect() }),
        merged_here: if item.class == Class::Sealed { Vec::new() } else { merged.into_iter().map(view::numbered).collect() },
        improvements: if item.class == Class::Sealed { Vec::new() } else { improvement::of_item(tx, serial)? },
        shell,
        law: ground.map(|g| g.law.clone()).filter(|l| !l.is_empty()),
        history: item.history.iter().map(|s| view::step(s, &catalogue, language)).collect(),
        why: match (clock, due_on) {
            (Some(clock), Some(due)) => Some(view::why(clock, due, &catalogue.calendar, language, false)),
            _ => None,
        },
        title: title.clone(),
    };
    Ok(Page { title: title.unwrap_or_else(|| tr(language, "item.numbered", &[("id", view.id.clone())])), item: view })
}

fn facts(item: &PublicItem, catalogue: &crate::domain::catalogue::Catalogue, language: Language) -> Vec<Fact> {
    let on = |label, on: Option<Day>| Fact { label, on, text: String::new() };
    let mut facts = Vec::new();
    if let Some(place) = &item.place {
        facts.push(Fact { label: "item.field", on: None, text: view::field_name(catalogue, &place.field, language) });
        facts.push(Fact {
            label: if place.in_tray { "item.tray" } else { "item.office" },
            on: None,
            text: view::office_name(catalogue, &place.office, language),
        });
    }
    facts.push(on("item.received", Some(item.received_on)));
    if let Some(place) = &item.place {
        if place.first_due_on != place.due_on {
            facts.push(on("item.first_due", place.first_due_on));
        }
        facts.push(on("item.due", place.due_on));
        facts.push(on("item.answered", place.answered_on));
    }
    facts.push(on("item.out", item.out_on));
    if item.pressed > 0 {
        facts.push(Fact { label: "item.pressed", on: None, text: tr(language, "item.times", &[("n", item.pressed.to_string())]) });
    }
    facts.into_iter().filter(|f| f.on.is_some() || !f.text.is_empty()).collect()
}
