//! Pages for people. A handler is parse → action → render. Knows no SQL and
//! nothing of the JSON interface.

pub mod admin;
pub mod assets;
pub mod counter;
pub mod desk;
mod files;
pub mod form;
pub mod public;
pub mod respond;
mod sheet;
pub mod upload;
pub mod view;

use actix_web::error::{InternalError, UrlencodedError};
use actix_web::web::{self, FormConfig, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};

use crate::domain::error::Code;
use crate::http::app::Shared;
use crate::http::visitor::Visitor;

/// A long opinion in Khmer takes nine bytes a letter on its way; more than this is no form of ours.
const LARGEST_FORM: usize = 1_200_000;

/// Mounts every page, and a page for what is not there.
pub fn routes(config: &mut ServiceConfig) {
    let forms = FormConfig::default().limit(LARGEST_FORM).error_handler(|error, request| {
        let code = match error {
            UrlencodedError::Overflow { .. } | UrlencodedError::UnknownLength => Code::TooLarge,
            UrlencodedError::ContentType => Code::UnsupportedType,
            _ => Code::Malformed,
        };
        let response = refusal(request, code);
        InternalError::from_response(error, response).into()
    });
    config
        .app_data(forms)
        .default_service(web::to(nowhere))
        .configure(assets::routes)
        .configure(admin::routes)
        .configure(counter::routes)
        .configure(desk::routes)
        .configure(public::routes);
}

async fn nowhere(request: HttpRequest) -> impl Responder {
    refusal(&request, Code::NotFound)
}

/// A refusal before any handler.
fn refusal(request: &HttpRequest, code: Code) -> HttpResponse {
    let visitor = Visitor::from_request(request, &mut actix_web::dev::Payload::None).into_inner();
    match (request.app_data::<Shared>(), visitor) {
        (Some(app), Ok(visitor)) => respond::problem(app, &visitor, &code.into()),
        _ => HttpResponse::build(crate::http::error::status(code)).finish(),
    }
}
