//! Help: how it works, how it is counted, the roads of the law, personal data.

use actix_web::Responder;

use crate::http::app::Shared;
use crate::http::visitor::Visitor;
use crate::web::respond;

/// The page.
pub async fn show(app: Shared, visitor: Visitor) -> impl Responder {
    respond::page(&app, &visitor, "public/help", &serde_json::json!({}))
}
