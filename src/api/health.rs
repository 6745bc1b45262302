//! Does it run, and on what?

use actix_web::web::{Json, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{self, Refused};
use super::{BASE, at, reading};
use crate::http::app::Shared;

const HEALTH: &str = "/health";

/// Mounts these addresses.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at(HEALTH).route(reading().to(health)));
}

/// The state of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`: whatever is wrong is a refusal.
    #[schema(example = "ok")]
    status: &'static str,
    /// `sqlite` or `postgres`.
    #[schema(example = "postgres")]
    database: &'static str,
    /// The program's version.
    version: &'static str,
}

/// Says that the service and its database answer.
#[utoipa::path(
    get, path = HEALTH, context_path = BASE, tag = "service",
    responses((status = 200, description = "The service and its database answer.", body = Health), problem::Any)
)]
async fn health(app: Shared) -> Result<Json<Health>, Refused> {
    // Reading at all asks the database which reference data is in force.
    app.read(|_| Ok(())).await?;
    Ok(Json(Health { status: "ok", database: app.service.db().kind().as_str(), version: env!("CARGO_PKG_VERSION") }))
}
