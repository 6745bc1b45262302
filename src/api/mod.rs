//! JSON under `/api/v1` for machines: kiosks, other systems, journalists with
//! a script. The OpenAPI document comes from the same code that answers.
//!
//! Handlers are parse → action → render. Knows nothing of web pages: what both
//! share lies in `http`.

mod bearer;
pub mod catalogue;
pub mod desk;
pub mod feedback;
pub mod health;
pub mod ledger;
pub mod openapi;
pub mod problem;
pub mod receipt;
mod request;
pub mod results;
mod schema;
pub mod submission;
pub mod survey;

use std::sync::Arc;

use actix_web::guard::{Any, Get, Head};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Resource, Route};

use crate::domain::catalogue::Catalogue;
use crate::domain::error::Code;
use crate::http::app::App;
use problem::Refused;

/// Where this version lives.
pub const BASE: &str = "/api/v1";

/// Mounts every address of the API.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        web::scope("/api")
            .wrap(from_fn(problem::in_its_language))
            .app_data(web::QueryConfig::default().error_handler(|_, _| Refused::from(Code::Malformed).into()))
            .service(
                web::scope("/v1")
                    .configure(health::routes)
                    .configure(catalogue::routes)
                    .configure(survey::routes)
                    .configure(feedback::routes)
                    .configure(receipt::routes)
                    .configure(desk::routes)
                    .configure(results::routes)
                    .configure(openapi::routes)
                    .default_service(web::to(no_address)),
            )
            .default_service(web::to(no_address)),
    )
    .configure(ledger::routes);
}

/// An address; a method that it does not have is a refusal like any other.
fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(|| async { Refused::from(Code::MethodNotAllowed) }))
}

/// Reading: GET, and HEAD for its headers.
fn reading() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}

/// The reference data in force.
async fn in_force(app: &App) -> Result<Arc<Catalogue>, Refused> {
    Ok(app.read(|tx| Ok(tx.catalogue.clone())).await?)
}

async fn no_address() -> Refused {
    Code::NotFound.into()
}
