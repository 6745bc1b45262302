//! The desk: signing in, what waits, one opinion with its moves. Everything
//! here is behind the sign-in; who may do what is decided in `domain::access`.

mod feedback;
mod inbox;
mod letters;
mod sign_in;

use actix_web::web::{self, ServiceConfig};

use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::error::Problem;
use crate::http::app::App;
use crate::http::render::Frame;
use crate::http::visitor::Visitor;

/// Mounts the desk.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/dang-nhap", web::get().to(sign_in::ask))
        .route("/dang-nhap", web::post().to(sign_in::sign_in))
        .route("/dang-xuat", web::post().to(sign_in::sign_out))
        .route("/can-bo", web::get().to(inbox::show))
        .route("/can-bo/thu", web::get().to(letters::list))
        .route("/can-bo/thu/{name}", web::get().to(letters::show))
        .route("/can-bo/{serial}", web::get().to(feedback::show))
        .route("/can-bo/{serial}/{move}", web::post().to(feedback::act));
}

/// The frame of a page behind the sign-in.
pub fn frame(app: &App, visitor: &Visitor, officer: &Officer) -> Result<Frame, Problem> {
    let catalogue = app.service.held()?;
    let office = crate::web::view::office_name(&catalogue, &officer.office, visitor.language);
    Ok(visitor.officer_frame(app, officer, &office))
}

/// Offices that an officer works for: their own and those below it.
fn offices_of(tx: &Tx<'_>, officer: &Officer) -> Vec<String> {
    tx.catalogue.offices.answered_by(&officer.office, tx.today).iter().map(ToString::to_string).collect()
}
