//! The templates of an office: what it says again and again, with places to fill.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use serde::Serialize;

use super::gate::{AtDesk, Sent, anchor, refused};
use crate::actions::template::{self, TemplateForm};
use crate::domain::error::{Code, Fault};
use crate::domain::words::Topic;
use crate::i18n::{t, tr};
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::respond;
use crate::web::view::{self, FilterSelect};

#[derive(Serialize)]
struct Page {
    lead: String,
    known: String,
    templates: Vec<View>,
    /// The one that is being changed.
    id: String,
    name: String,
    words: String,
    topics: FilterSelect,
    done: bool,
    faults: Vec<FaultLine>,
}

#[derive(Serialize)]
struct View {
    id: i64,
    name: String,
    paragraphs: Vec<String>,
    office: String,
    /// Which questions it is for, in words; empty for everything.
    topic: String,
    own: bool,
}

/// All that the office uses, and a form for a new one or for `?sua=`.
pub async fn show(desk: AtDesk, query: Query<Vec<(String, String)>>) -> HttpResponse {
    page(&desk, StatusCode::OK, &Fields(query.into_inner()), Vec::new()).await
}

async fn page(desk: &AtDesk, status: StatusCode, fields: &Fields, faults: Vec<Fault>) -> HttpResponse {
    let (me, language) = (desk.me.clone(), desk.visitor.language);
    let rows = desk.app.read(move |tx| Ok((template::used_by(tx, &me.office)?, tx.catalogue.clone()))).await;
    let (rows, catalogue) = match rows {
        Ok(rows) => rows,
        Err(problem) => return desk.problem(&problem),
    };
    let officer = &desk.me;
    let own = |office: &str| office == officer.office.as_str();
    let changed = rows.iter().find(|row| row.id.to_string() == fields.get("sua") && own(&row.office));
    let typed = |name: &str, kept: Option<&String>| if fields.get(name).is_empty() { kept.cloned().unwrap_or_default() } else { fields.get(name).to_owned() };
    let topics = Topic::ALL.iter().map(|topic| (topic.to_string(), t(language, &format!("kind.{topic}")))).collect();
    let page = Page {
        lead: tr(language, "template.lead", &[("office", view::office_name(&catalogue, &officer.office, language))]),
        known: tr(language, "template.known", &[("known", template::known())]),
        id: changed.map_or_else(|| fields.get("id").to_owned(), |row| row.id.to_string()),
        name: typed("name", changed.map(|row| &row.name)),
        words: typed("words", changed.map(|row| &row.words)),
        topics: view::filter_select(
            "topic",
            "template.topic",
            t(language, "template.every_topic"),
            &typed("topic", changed.and_then(|row| row.topic.as_ref())),
            topics,
        ),
        templates: rows
            .iter()
            .map(|row| View {
                id: row.id,
                name: row.name.clone(),
                paragraphs: view::paragraphs(&row.words),
                office: row.office.parse().map(|code| view::office_name(&catalogue, &code, language)).unwrap_or_default(),
                topic: row.topic.as_ref().map(|topic| t(language, &format!("kind.{topic}"))).unwrap_or_default(),
                own: own(&row.office),
            })
            .collect(),
        done: !fields.get("xong").is_empty(),
        faults: Faults::new(faults, language).lines(anchor),
    };
    desk.page(status, "desk/templates", &page)
}

/// Keeps or takes away.
pub async fn act(desk: AtDesk, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let sent = fields.clone();
    let done = desk.write(&fields, move |tx, me| {
        let id = if sent.get("id").is_empty() { None } else { Some(sent.get("id").parse().map_err(|_| Code::NotFound)?) };
        match (id, sent.get("viec")) {
            (Some(id), "xoa") => template::drop(tx, me, id),
            (id, _) => template::keep(tx, me, id, &form(&sent)),
        }
    });
    match done.await {
        Ok(()) => respond::see_other("/can-bo/mau?xong=1"),
        Err(problem) => match refused(&problem) {
            Some((status, faults)) => page(&desk, status, &fields, faults).await,
            None => desk.problem(&problem),
        },
    }
}

fn form(sent: &Fields) -> TemplateForm {
    let get = |name: &str| sent.get(name).to_owned();
    TemplateForm { name: get("name"), words: get("words"), topic: get("topic") }
}
