//! The desk: signing in, what waits, one opinion with its moves. Everything
//! here is behind the sign-in; who may do what is decided in `domain::access`.

mod account;
mod breach;
mod colleagues;
mod deadline_feed;
mod feedback;
mod files;
mod gate;
mod improvement;
mod inbox;
mod letters;
mod many;
mod overview;
mod password_reset;
mod presence;
mod press;
mod rights;
mod sign_in;
mod templates;
mod totp;

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
        .configure(own_account)
        .route("/dang-nhap", web::get().to(sign_in::ask))
        .route("/dang-nhap", web::post().to(sign_in::sign_in))
        .route("/dang-xuat", web::post().to(sign_in::sign_out))
        .route("/can-bo", web::get().to(inbox::show))
        .route("/can-bo/bo-loc", web::post().to(inbox::keep))
        .route("/can-bo/mau", web::get().to(templates::show))
        .route("/can-bo/mau", web::post().to(templates::act))
        .route("/can-bo/cai-tien", web::get().to(improvement::show))
        .route("/can-bo/cai-tien", web::post().to(improvement::act))
        .route("/can-bo/nhieu", web::get().to(many::ask))
        .route("/can-bo/nhieu", web::post().to(many::act))
        .route(overview::OVERVIEW, web::get().to(overview::show))
        .route("/can-bo/theo-doi/{serial}", web::get().to(press::show))
        .route("/can-bo/theo-doi/{serial}", web::post().to(press::act))
        .route("/can-bo/thu", web::get().to(letters::list))
        .route("/can-bo/thu/{name}", web::get().to(letters::show))
        .configure(breach::routes)
        .configure(rights::routes)
        .route("/can-bo/{serial}/tep", web::post().to(files::add))
        .route("/can-bo/{serial}/tep/{id}", web::get().to(files::show))
        .route("/can-bo/{serial}", web::get().to(feedback::show))
        .route("/can-bo/{serial}/dang-mo", web::post().to(presence::here))
        .route("/can-bo/{serial}/{move}", web::post().to(feedback::act));
}

/// Mounts one's own account, and what leads to it. These stand before the opinions, whose numbers take any word.
fn own_account(config: &mut ServiceConfig) {
    config
        .route("/dang-nhap/ma", web::get().to(sign_in::ask_code))
        .route("/dang-nhap/ma", web::post().to(sign_in::sign_in_with_code))
        .route("/dang-nhap/quen", web::get().to(password_reset::ask))
        .route("/dang-nhap/quen", web::post().to(password_reset::send))
        .route("/dang-nhap/dat-lai/{token}", web::get().to(password_reset::open))
        .route("/dang-nhap/dat-lai/{token}", web::post().to(password_reset::set))
        .route(account::ACCOUNT, web::get().to(account::show))
        .route("/can-bo/tai-khoan/mat-khau", web::post().to(account::change_password))
        .route("/can-bo/tai-khoan/dang-xuat", web::post().to(account::sign_out_everywhere))
        .route("/can-bo/tai-khoan/vang-mat", web::post().to(account::note_absence))
        .route("/can-bo/tai-khoan/vang-mat/{id}/huy", web::post().to(account::end_absence))
        .route("/can-bo/tai-khoan/ma-truy-cap", web::post().to(account::make_token))
        .route("/can-bo/tai-khoan/ma-truy-cap/{id}/thu-hoi", web::post().to(account::revoke_token))
        .route("/can-bo/tai-khoan/lich", web::post().to(deadline_feed::make))
        .route("/can-bo/tai-khoan/lich/huy", web::post().to(deadline_feed::end))
        .route("/lich-han/{token}.ics", web::get().to(deadline_feed::show))
        .route(totp::TOTP, web::get().to(totp::show))
        .route("/can-bo/tai-khoan/xac-thuc/bat", web::post().to(totp::begin))
        .route("/can-bo/tai-khoan/xac-thuc/xac-nhan", web::post().to(totp::confirm))
        .route("/can-bo/tai-khoan/xac-thuc/ma-du-phong", web::post().to(totp::new_recovery))
        .route("/can-bo/tai-khoan/xac-thuc/tat", web::post().to(totp::switch_off));
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
