//! Pages for people. A handler is parse → action → render. Knows no SQL and
//! nothing of the JSON interface.

pub mod assets;
pub mod desk;
pub mod form;
pub mod public;
pub mod respond;
pub mod view;

use actix_web::web::ServiceConfig;

/// Mounts every page.
pub fn routes(config: &mut ServiceConfig) {
    config.configure(assets::routes).configure(desk::routes).configure(public::routes);
}
