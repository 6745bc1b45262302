//! The notice on personal data, all versions, newest first: whoever consented
//! finds the one that they saw.

use actix_web::Responder;
use serde::Serialize;

use crate::domain::time::Day;
use crate::http::app::Shared;
use crate::http::visitor::Visitor;
use crate::web::{respond, view};

/// Its address.
pub const PATH: &str = "/du-lieu-ca-nhan";

#[derive(Serialize)]
struct Page {
    versions: Vec<Version>,
}

#[derive(Serialize)]
struct Version {
    version: String,
    valid_from: Day,
    newest: bool,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    heading: String,
    paragraphs: Vec<String>,
}

/// The page.
pub async fn show(app: Shared, visitor: Visitor) -> impl Responder {
    let language = visitor.language;
    let catalogue = match app.service.held() {
        Ok(catalogue) => catalogue,
        Err(problem) => return respond::problem(&app, &visitor, &problem),
    };
    let published = catalogue.notices.published(app.service.now().day());
    let versions = published.enumerate().map(|(n, notice)| Version {
        version: notice.version.to_string(),
        valid_from: notice.valid_from,
        newest: n == 0,
        parts: notice
            .parts
            .iter()
            .map(|part| Part { heading: part.heading.get(language).to_owned(), paragraphs: view::paragraphs(part.text.get(language)) })
            .collect(),
    });
    respond::page(&app, &visitor, "public/notice", &Page { versions: versions.collect() })
}
