//! Around every request: its id, its log line and metrics (by route, never by
//! path: a path can hold a receipt code), the security headers, the time limit.
//! Every 503 says here, and nowhere else, when to try again. What it says beside
//! that, pages and API know: here it is only asked for.

use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse};
use tracing::Instrument;
use uuid::Uuid;

use super::app::Shared;

/// The longest that a request may take.
const LIMIT: Duration = Duration::from_secs(20);

/// A form with files may take so many times as long: fifty megabytes over a telephone.
const FOR_FILES: u32 = 9;

/// After a 503, try again after so many seconds: the five minutes of its sentence.
const RETRY_AFTER: &str = "300";

/// Writes the answer to a request that took too long.
pub type Late = Box<dyn FnOnce() -> HttpResponse>;

/// How long a request may take, and who answers when it took longer.
#[derive(Clone, Copy)]
pub struct Limit {
    /// The longest that it may take.
    pub longest: Duration,
    /// Notes of a request what its late answer needs: its words come from pages or from the API.
    pub late: fn(&HttpRequest) -> Late,
}

impl Limit {
    /// The limit of the service.
    pub fn new(late: fn(&HttpRequest) -> Late) -> Self {
        Self { longest: LIMIT, late }
    }
}

/// Nothing from elsewhere, no inline script, no inline style, no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Below these a receipt code, or what sets a new password, stands in the address: no answer there, not even a refusal, lets a browser pass it on.
const WITH_A_CODE: [&str; 4] = ["/tra-cuu/", "/api/v1/receipts/", "/dang-nhap/dat-lai/", "/lich-han/"];

/// What is known of a request before it is answered.
struct Seen {
    id: Uuid,
    started: Instant,
    method: &'static str,
    route: String,
    https: bool,
    /// Does its address hold a receipt code?
    coded: bool,
}

/// The method as metrics and logs name it: whoever asks must not be able to invent labels.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "OPTIONS" => "OPTIONS",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

impl Seen {
    fn of(request: &ServiceRequest) -> Self {
        Self {
            id: Uuid::now_v7(),
            started: Instant::now(),
            method: known(request.method()),
            route: request.match_pattern().unwrap_or_else(|| "(none)".to_owned()),
            coded: WITH_A_CODE.iter().any(|start| request.path().starts_with(start)),
            https: request.app_data::<Shared>().is_some_and(|a| a.config.is_https()),
        }
    }

    /// Sets the headers of an answer.
    fn dress(&self, status: StatusCode, headers: &mut HeaderMap) {
        set(headers, header::CONTENT_SECURITY_POLICY, POLICY);
        set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(headers, header::REFERRER_POLICY, if self.coded { "no-referrer" } else { "same-origin" });
        set(headers, header::X_FRAME_OPTIONS, "DENY");
        set(headers, HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), browsing-topics=()");
        set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        set(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
        set(headers, header::CACHE_CONTROL, "no-store");
        if self.https {
            set(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            set(headers, header::RETRY_AFTER, RETRY_AFTER);
        }
        if let Ok(value) = HeaderValue::from_str(&self.id.to_string()) {
            headers.insert(HeaderName::from_static("x-request-id"), value);
        }
    }

    /// Counts an answer.
    fn count(self, status: StatusCode) {
        let seconds = self.started.elapsed().as_secs_f64();
        let labels = [("method", self.method.to_owned()), ("route", self.route), ("status", status.as_u16().to_string())];
        metrics::counter!("hoidap_requests_total", &labels).increment(1);
        metrics::histogram!("hoidap_request_seconds", &labels).record(seconds);
        tracing::debug!(status = status.as_u16(), seconds, "answered");
    }
}

/// The middleware.
pub async fn guard<B: MessageBody + 'static>(mut request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let seen = Seen::of(&request);
    // Asked for its head, a page is made as it is, and the server leaves its body out (RFC 9110 §9.3.2).
    if *request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let limit = request.app_data::<Limit>().copied();
    // The request itself is gone when it was too slow.
    let late = limit.map(|l| (l.late)(request.request()));
    let span = tracing::info_span!("request", id = %seen.id, method = %seen.method, route = %seen.route);
    let carries_files = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
    let longest = limit.map_or(LIMIT, |l| l.longest) * if carries_files { FOR_FILES } else { 1 };
    let answered = tokio::time::timeout(longest, next.call(request).instrument(span.clone())).await;
    let _entered = span.enter();
    if let Ok(result) = answered {
        let mut response = result?;
        let status = response.status();
        seen.dress(status, response.headers_mut());
        seen.count(status);
        return Ok(response);
    }
    tracing::warn!("took too long");
    let mut response = late.map_or_else(|| HttpResponse::ServiceUnavailable().finish(), |late| late());
    let status = response.status();
    seen.dress(status, response.headers_mut());
    seen.count(status);
    Err(InternalError::from_response("the request took too long", response).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_invents_a_label_of_the_metrics() {
        assert_eq!(["POST", "BREW", "post"].map(|sent| known(&Method::from_bytes(sent.as_bytes()).unwrap())), ["POST", "other", "other"]);
    }
}
