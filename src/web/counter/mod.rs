//! The tablet at a counter: a field, a face, a reason, and it is sent. Three
//! screens, each a page of its own, the same number of taps for every score,
//! no script. Whoever comes next finds nothing of the last person: the screens
//! show no code, and go back to the start by themselves. Knows no opinions and
//! no receipts.

mod enrol;
mod idle;
mod rate;
mod screen;
mod tablet;

use actix_web::web::{self, ServiceConfig};

/// Mounts the counter. Its own words in addresses come before the names of fields.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/quay/{device}", web::get().to(rate::start))
        .route("/quay/{device}", web::post().to(rate::send))
        .route("/quay/{device}/ghi-danh", web::post().to(enrol::enrol))
        .route("/quay/{device}/cam-on", web::get().to(rate::thanks))
        .route("/quay/{device}/da-gui", web::get().to(rate::sent_before))
        .route("/quay/{device}/con-o-day", web::get().to(idle::ask))
        .route("/quay/{device}/{field}", web::get().to(rate::faces))
        .route("/quay/{device}/{field}/{value}", web::get().to(rate::reasons));
}
