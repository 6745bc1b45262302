//! Help: how it works, how it is counted, the roads of the law, personal data.

use actix_web::Responder;
use serde::Serialize;

use crate::http::app::Shared;
use crate::http::visitor::Visitor;
use crate::web::respond;
use crate::web::view::{self, Promised};

#[derive(Serialize)]
struct Page {
    promised: Promised,
}

/// The page.
pub async fn show(app: Shared, visitor: Visitor) -> impl Responder {
    let language = visitor.language;
    match app.read(move |tx| Ok(Page { promised: view::promised(&tx.catalogue, tx.today, language) })).await {
        Ok(page) => respond::page(&app, &visitor, "public/help", &page),
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}
