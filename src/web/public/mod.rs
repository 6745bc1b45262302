//! Pages that anybody may open.

mod feedback;
mod help;
mod home;
mod item;
mod ledger;
mod opinion;
mod qr;
mod receipt;
mod results;
mod survey;

use actix_web::web::{self, ServiceConfig};

/// Mounts the public pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/", web::get().to(home::home))
        .route("/khao-sat/{slug}", web::get().to(survey::show))
        .route("/khao-sat/{slug}", web::post().to(survey::send))
        .route("/gop-y", web::get().to(feedback::show))
        .route("/gop-y", web::post().to(feedback::send))
        .route("/tra-cuu", web::get().to(receipt::ask))
        .route("/tra-cuu", web::post().to(receipt::find))
        .route("/tra-cuu/{code}", web::get().to(receipt::show))
        .route("/tra-cuu/{code}", web::post().to(receipt::act))
        .route("/y-kien", web::get().to(item::list))
        .route("/y-kien/{serial}", web::get().to(item::show))
        .route("/so-cong-khai", web::get().to(ledger::show))
        .route("/so-cong-khai", web::post().to(ledger::check))
        .route("/ket-qua", web::get().to(results::show))
        .route("/tro-giup", web::get().to(help::show));
}
