//! Each refusal's status, for pages and API alike. The unknown is a 500 that
//! tells the client nothing and is logged once.

use actix_web::http::StatusCode;

use crate::domain::error::{Code, Problem};

/// The status of a refusal: the table of `docs/errors.md`.
pub fn status(code: Code) -> StatusCode {
    match code {
        Code::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Code::Malformed => StatusCode::BAD_REQUEST,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::NotFound | Code::UnknownReceipt | Code::UnknownDevice => StatusCode::NOT_FOUND,
        Code::StaleForm | Code::NotAllowed | Code::OwnText | Code::SecondFactorNeeded => StatusCode::FORBIDDEN,
        Code::SignInNeeded | Code::WrongSignIn | Code::WrongCode | Code::TokenNeeded => StatusCode::UNAUTHORIZED,
        Code::LinkEnded => StatusCode::GONE,
        Code::SignInPaused => StatusCode::TOO_MANY_REQUESTS,
        Code::MoveNotPossible | Code::ChangedMeanwhile | Code::SurveyClosed | Code::AlreadySent => StatusCode::CONFLICT,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::Unavailable | Code::TooSlow => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Logs what the client is not told, once, and returns the status.
pub fn noted(problem: &Problem) -> StatusCode {
    match problem {
        Problem::Internal(why) => tracing::error!(%why, "internal"),
        Problem::Unavailable(why) => tracing::warn!(%why, "unavailable"),
        Problem::Invalid(_) | Problem::Refused(_) | Problem::Move { .. } => {}
    }
    status(problem.code())
}
