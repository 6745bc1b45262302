//! The templates of an office: what it says again and again, with places to fill.

use actix_web::http::StatusCode;
use actix_web::web::{Form, Query};
use actix_web::{HttpResponse, Responder};
use serde::Serialize;

use crate::actions::template;
use crate::domain::access::Officer;
use crate::domain::error::{Fault, Problem};
use crate::http::app::{App, Shared};
use crate::http::visitor::Visitor;
use crate::i18n::tr;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::respond;
use crate::web::view;

#[derive(Serialize)]
struct Page {
    lead: String,
    known: String,
    templates: Vec<View>,
    /// The one that is being changed.
    id: String,
    name: String,
    words: String,
    done: bool,
    faults: Vec<FaultLine>,
}

#[derive(Serialize)]
struct View {
    id: i64,
    name: String,
    paragraphs: Vec<String>,
    office: String,
    own: bool,
}

/// All that the office uses, and a form for a new one or for `?sua=`.
pub async fn show(app: Shared, visitor: Visitor, query: Query<Vec<(String, String)>>) -> impl Responder {
    let asked = Fields(query.into_inner());
    match visitor.officer(&app).await {
        Ok(officer) => page(&app, &visitor, &officer, &asked, Vec::new(), StatusCode::OK).await,
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

async fn page(app: &App, visitor: &Visitor, officer: &Officer, fields: &Fields, faults: Vec<Fault>, status: StatusCode) -> HttpResponse {
    let frame = match super::frame(app, visitor, officer) {
        Ok(frame) => frame,
        Err(problem) => return respond::problem(app, visitor, &problem),
    };
    let (who, language) = (officer.clone(), visitor.language);
    let rows = app.read(move |tx| Ok((template::used_by(tx, &who.office)?, tx.catalogue.clone()))).await;
    let (rows, catalogue) = match rows {
        Ok(rows) => rows,
        Err(problem) => return respond::problem(app, visitor, &problem),
    };
    let own = |office: &str| office == officer.office.as_str();
    let changed = rows.iter().find(|row| row.id.to_string() == fields.get("sua") && own(&row.office));
    let typed = |name: &str, kept: Option<&String>| if fields.get(name).is_empty() { kept.cloned().unwrap_or_default() } else { fields.get(name).to_owned() };
    let page = Page {
        lead: tr(language, "template.lead", &[("office", view::office_name(&catalogue, &officer.office, language))]),
        known: tr(language, "template.known", &[("known", template::known())]),
        id: changed.map_or_else(|| fields.get("id").to_owned(), |row| row.id.to_string()),
        name: typed("name", changed.map(|row| &row.name)),
        words: typed("words", changed.map(|row| &row.words)),
        templates: rows
            .iter()
            .map(|row| View {
                id: row.id,
                name: row.name.clone(),
                paragraphs: view::paragraphs(&row.words),
                office: row.office.parse().map(|code| view::office_name(&catalogue, &code, language)).unwrap_or_default(),
                own: own(&row.office),
            })
            .collect(),
        done: !fields.get("xong").is_empty(),
        faults: Faults::new(faults, language).lines(|pointer| pointer.trim_start_matches('/').to_owned()),
    };
    respond::page_with(app, visitor, &frame, status, "desk/templates", &page)
}

/// Keeps or takes away.
pub async fn act(app: Shared, visitor: Visitor, form: Form<Vec<(String, String)>>) -> impl Responder {
    let fields = Fields(form.into_inner());
    let officer = match visitor.officer(&app).await {
        Ok(officer) => officer,
        Err(problem) => return respond::problem(&app, &visitor, &problem),
    };
    if let Err(problem) = visitor.check_form(&app, fields.get("form_token")) {
        let fault = vec![Fault::new("/name", problem.code().as_str())];
        return page(&app, &visitor, &officer, &fields, fault, crate::http::error::noted(&problem)).await;
    }
    let (who, sent) = (officer.clone(), fields.clone());
    let done = app
        .write(move |tx| {
            let id = sent.get("id").parse().ok();
            match (id, sent.get("viec")) {
                (Some(id), "xoa") => template::drop(tx, &who, id),
                (id, _) => template::keep(tx, &who, id, sent.get("name"), sent.get("words")),
            }
        })
        .await;
    match done {
        Ok(()) => respond::see_other("/can-bo/mau?xong=1"),
        Err(Problem::Invalid(faults)) => page(&app, &visitor, &officer, &fields, faults, StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}
