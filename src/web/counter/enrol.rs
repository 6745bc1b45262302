//! Enrolment: an administrator types the device's token into the tablet, once.
//! From then on the tablet is known by its cookie.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Form;
use serde::Serialize;

use super::tablet::{Counter, OfficeName};
use crate::http::error::noted;
use crate::web::form::Fields;
use crate::web::respond;

#[derive(Serialize)]
struct Page<'a> {
    name: &'a str,
    office: OfficeName,
    token: &'a str,
    error: Option<&'static str>,
}

/// The form, with what is wrong with what was typed.
pub fn ask(counter: &Counter, status: StatusCode, token: &str, error: Option<&'static str>) -> HttpResponse {
    counter.page(status, "counter/enrol", &Page { name: &counter.device.name, office: counter.office(), token, error })
}

/// Takes the token; a tablet that has it goes to the start.
pub async fn enrol(counter: Counter, form: Form<Vec<(String, String)>>) -> HttpResponse {
    let fields = Fields(form.into_inner());
    let token = fields.get("ma").trim();
    if let Err(problem) = counter.visitor.check_form(&counter.app, fields.get("form_token")) {
        return ask(&counter, noted(&problem), token, Some("counter.enrol_stale"));
    }
    if !counter.fits(token) {
        return ask(&counter, StatusCode::UNPROCESSABLE_ENTITY, token, Some("counter.enrol_wrong"));
    }
    let mut response = respond::see_other(&counter.base);
    counter.remember(&mut response, token);
    response
}
