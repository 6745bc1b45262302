//! Pages that anybody may open.

mod commended;
mod feedback;
mod frequent;
mod help;
mod home;
pub(in crate::web) mod improvement;
mod item;
mod ledger;
mod notice;
mod opinion;
pub(in crate::web) mod qr;
mod receipt;
mod results;
mod rights;
mod survey;

use actix_web::web::{self, ServiceConfig};

/// Mounts the public pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/", web::get().to(home::home))
        .route("/khao-sat/{slug}", web::get().to(survey::show))
        .route("/khao-sat/{slug}", web::post().to(survey::send))
        .route("/hoi-dap", web::get().to(frequent::show))
        .route("/khen-ngoi", web::get().to(commended::show))
        .route("/gop-y", web::get().to(feedback::show))
        .route("/gop-y", web::post().to(feedback::send))
        .route("/tra-cuu", web::get().to(receipt::ask))
        .route("/tra-cuu", web::post().to(receipt::find))
        .route("/tra-cuu/{code}", web::get().to(receipt::show))
        .route("/tra-cuu/{code}", web::post().to(receipt::act))
        .route("/cai-tien", web::get().to(improvement::list))
        .route("/cai-tien/{id}", web::get().to(improvement::show))
        .route("/y-kien", web::get().to(item::list))
        .route("/y-kien/{serial}", web::get().to(item::show))
        .route("/so-cong-khai", web::get().to(ledger::show))
        .route("/so-cong-khai", web::post().to(ledger::check))
        .route("/ket-qua", web::get().to(results::show))
        .route(notice::PATH, web::get().to(notice::show))
        .route("/tro-giup", web::get().to(help::show));
}
