//! Around every request: its id, its log line and metrics (by route, never by
//! path: a path can hold a receipt code), the security headers, the time limit.

use std::time::{Duration, Instant};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use tracing::Instrument;
use uuid::Uuid;

use super::app::Shared;

/// The longest that a request may take.
const LIMIT: Duration = Duration::from_secs(20);

/// Nothing from elsewhere, no inline script, no inline style, no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// The middleware.
pub async fn guard<B: MessageBody + 'static>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let id = Uuid::now_v7();
    let started = Instant::now();
    let method = request.method().clone();
    let https = request.app_data::<Shared>().is_some_and(|a| a.config.is_https());
    let route = request.match_pattern().unwrap_or_else(|| "(none)".to_owned());
    let span = tracing::info_span!("request", %id, %method, %route);
    let answered = tokio::time::timeout(LIMIT, next.call(request).instrument(span.clone())).await;
    let mut response = match answered {
        Ok(result) => result?,
        Err(_) => return Err(actix_web::error::ErrorServiceUnavailable("the request took too long; nothing was stored, try again")),
    };
    let status = response.status();
    let headers = response.headers_mut();
    set(headers, header::CONTENT_SECURITY_POLICY, POLICY);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::REFERRER_POLICY, "same-origin");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), browsing-topics=()");
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(headers, header::CACHE_CONTROL, "no-store");
    if https {
        set(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    let seconds = started.elapsed().as_secs_f64();
    let labels = [("method", method.to_string()), ("route", route), ("status", status.as_u16().to_string())];
    metrics::counter!("hoidap_requests_total", &labels).increment(1);
    metrics::histogram!("hoidap_request_seconds", &labels).record(seconds);
    span.in_scope(|| tracing::debug!(status = status.as_u16(), seconds, "answered"));
    Ok(response)
}
