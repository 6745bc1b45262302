//! Refusals as `application/problem+json` (RFC 9457). Handlers return
//! [`Refused`]; one place turns it into words, in the language of the request.

use std::collections::BTreeMap;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, Responder, ResponseError};
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::openapi;
use super::request::language;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::words::Language;
use crate::http::error::{noted, status};
use crate::http::guard::Late;
use crate::i18n;

/// Below it, a token is needed.
const OFFICERS: &str = "/api/v1/desk/";
/// The media type of every refusal.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not served.
#[derive(Debug)]
pub struct Refused(pub Problem);

impl<T: Into<Problem>> From<T> for Refused {
    fn from(problem: T) -> Self {
        Self(problem.into())
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        status(self.0.code())
    }

    /// Without words: [`in_its_language`] knows the request and writes them.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl Responder for Refused {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::from_error(self)
    }
}

/// A refusal as it is sent. The same request is always refused with the same words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A name of this kind of problem; not an address.
    #[serde(rename = "type")]
    #[schema(example = "urn:hoidap:problem:invalid")]
    kind: String,
    /// The status in words.
    #[schema(example = "Unprocessable Entity")]
    title: &'static str,
    /// The status.
    #[schema(example = 422)]
    status: u16,
    /// The stable code.
    code: Code,
    /// What happened and what to do next, for people, in the language of the request.
    detail: String,
    /// What is wrong, field by field; only with `invalid`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FaultBody>,
    /// The moves that are possible now; only with `move_not_possible`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    possible: Vec<&'static str>,
}

/// One fault of one field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fault)]
pub struct FaultBody {
    /// Where, as a JSON pointer into the body; the name of a query value after a slash.
    #[schema(example = "/answers/overall")]
    pointer: String,
    /// The stable code.
    #[schema(example = "rating_missing")]
    code: &'static str,
    /// What to do next, for people, in the language of the request.
    message: String,
}

impl ProblemBody {
    /// What is said about a problem in a language.
    pub fn of(problem: &Problem, language: Language) -> Self {
        let code = problem.code();
        let status = status(code);
        let (errors, possible) = match problem {
            Problem::Invalid(faults) => (faults.iter().map(|f| FaultBody::of(f, language)).collect(), Vec::new()),
            Problem::Move { possible, .. } => (Vec::new(), possible.clone()),
            Problem::Refused(_) | Problem::Unavailable(_) | Problem::Internal(_) => (Vec::new(), Vec::new()),
        };
        Self {
            kind: format!("urn:hoidap:problem:{code}"),
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            code,
            detail: i18n::t(language, &format!("errors.{code}")),
            errors,
            possible,
        }
    }
}

impl FaultBody {
    fn of(fault: &Fault, language: Language) -> Self {
        Self { pointer: fault.pointer.to_string(), code: fault.code, message: i18n::fault(language, fault) }
    }
}

/// Around every address below `/api`: refusals get their words, and what is read is open to every site.
pub async fn in_its_language<B: MessageBody + 'static>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, Error> {
    // What is an officer's is for their program alone.
    let reads = *request.method() == Method::GET && !request.path().starts_with(OFFICERS);
    let response = next.call(request).await?;
    let mut response = if response.status().is_success() { response.map_into_boxed_body() } else { refusal(response) };
    if reads {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderValue::from_static("*"));
        headers.append(header::VARY, header::HeaderValue::from_static("accept-language"));
    }
    Ok(response)
}

fn refusal<B>(response: ServiceResponse<B>) -> ServiceResponse<BoxBody> {
    let (request, answer) = response.into_parts();
    let own = answer.error().and_then(|e| e.as_error::<Refused>());
    let framework = Problem::from(code_of(answer.status()));
    let problem = own.map_or(&framework, |refused| &refused.0);
    let mut said = write(problem, language(&request));
    if problem.code() == Code::MethodNotAllowed {
        let methods = openapi::methods(&request.match_pattern().unwrap_or_default()).join(", ");
        if let Ok(methods) = header::HeaderValue::from_str(&methods) {
            said.headers_mut().insert(header::ALLOW, methods);
        }
    }
    ServiceResponse::new(request, said)
}

/// A refusal in a language.
pub fn write(problem: &Problem, language: Language) -> HttpResponse {
    let mut response = HttpResponse::build(noted(problem));
    response.content_type(MEDIA_TYPE);
    if problem.code() == Code::TokenNeeded {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    response.body(serde_json::to_vec(&ProblemBody::of(problem, language)).unwrap_or_default())
}

/// The answer to a request that takes too long, in its language.
pub fn late(request: &HttpRequest) -> Late {
    let language = language(request);
    Box::new(move || write(&Code::TooSlow.into(), language))
}

/// What the framework refused by itself.
fn code_of(status: StatusCode) -> Code {
    match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedType,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        s if s.is_client_error() => Code::Malformed,
        _ => Code::Internal,
    }
}

/// Declares sets of refusals for the OpenAPI document; their statuses are those of `http::error`.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = [$($code:ident),+];)+) => {$(
        $(#[$doc])*
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                described(&[$(Code::$code),+])
            }
        }
    )+};
}

refusals! {
    /// Of every address.
    Any = [Internal, Unavailable, TooSlow];
    /// Of an address that names one thing.
    One = [NotFound, Internal, Unavailable, TooSlow];
    /// Of an address with query values.
    Asking = [Malformed, Invalid, Internal, Unavailable, TooSlow];
    /// Of the figures.
    Figures = [Malformed, Invalid, Internal, Unavailable, TooSlow];
    /// Of a receipt.
    Receipts = [UnknownReceipt, Internal, Unavailable, TooSlow];
    /// Of a filled questionnaire.
    Responses = [Malformed, NotFound, UnknownDevice, SurveyClosed, TooLarge, UnsupportedType, Invalid, Internal, Unavailable, TooSlow];
    /// Of what an officer's program reads.
    Desk = [Malformed, TokenNeeded, SecondFactorNeeded, NotAllowed, NotFound, Invalid, Internal, Unavailable, TooSlow];
    /// Of a move at the desk.
    Moves = [
        Malformed,
        TokenNeeded,
        SecondFactorNeeded,
        NotAllowed,
        OwnText,
        NotFound,
        MoveNotPossible,
        ChangedMeanwhile,
        TooLarge,
        UnsupportedType,
        Invalid,
        Internal,
        Unavailable,
        TooSlow
    ];
    /// Of an opinion.
    Opinions = [Malformed, UnknownDevice, TooLarge, UnsupportedType, Invalid, Internal, Unavailable, TooSlow];
}

fn described(codes: &[Code]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for code in codes {
        by_status.entry(status(*code).as_str().to_owned()).or_default().push(format!("`{code}`"));
    }
    let response = |codes: Vec<String>| {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        ResponseBuilder::new().description(codes.join(", ")).content(MEDIA_TYPE, content).build()
    };
    by_status.into_iter().map(|(status, codes)| (status, response(codes).into())).collect()
}
