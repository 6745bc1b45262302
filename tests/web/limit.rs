//! The end of every request: one that takes too long is told so in its own
//! words, and whoever is told to come back is told when.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, HttpRequest, HttpResponse, web};
use hoidap::actions::intake::Intake;
use hoidap::cli::serve::late;
use hoidap::config::{Config, Environment};
use hoidap::domain::words::Language;
use hoidap::http::app::{self, Shared};
use hoidap::http::guard::{Limit, guard};
use hoidap::http::render::Pages;
use hoidap::i18n;

use crate::support::{Bed, each_database};

/// An address that never answers, with a limit that is over at once.
async fn asked(bed: &Bed, request: TestRequest) -> HttpResponse {
    let shared = Shared::new(app::App {
        service: bed.service.clone(),
        intake: Arc::new(Intake::start(bed.service.clone()).unwrap()),
        pages: Pages::new().unwrap(),
        config: Arc::new(Config { env: Environment::Development, ..Config::default() }),
        metrics: None,
    });
    let never = |_: HttpRequest| std::future::pending::<HttpResponse>();
    let app = App::new().app_data(shared).app_data(Limit { longest: Duration::ZERO, late }).wrap(from_fn(guard)).default_service(web::to(never));
    let service = init_service(app).await;
    match try_call_service(&service, request.to_request()).await {
        Ok(response) => panic!("it answered {}", response.status()),
        Err(error) => error.error_response(),
    }
}

fn says(response: HttpResponse) -> (u16, String, String, String) {
    let header = |name: header::HeaderName| response.headers().get(name).map_or("", |v| v.to_str().unwrap()).to_owned();
    let (kind, again) = (header(header::CONTENT_TYPE), header(header::RETRY_AFTER));
    assert_eq!(header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert!(!header(header::HeaderName::from_static("x-request-id")).is_empty());
    let status = response.status().as_u16();
    let body = response.into_body();
    let bytes = actix_web::body::MessageBody::try_into_bytes(body).ok().unwrap();
    (status, kind, again, String::from_utf8(bytes.to_vec()).unwrap())
}

#[test]
fn a_request_that_takes_too_long_is_told_that_it_may_have_arrived() {
    each_database(|bed| {
        actix_web::rt::System::new().block_on(async {
            for language in Language::ALL {
                let sentence = i18n::t(*language, "errors.too_slow");
                let (status, kind, again, body) = says(asked(bed, TestRequest::get().uri(&format!("/api/v1/results?lang={language}"))).await);
                assert_eq!((status, kind.as_str(), again.as_str()), (503, "application/problem+json", "300"));
                let body: serde_json::Value = serde_json::from_str(&body).unwrap();
                assert_eq!((&body["code"], &body["detail"]), (&"too_slow".into(), &sentence.clone().into()));

                let (status, kind, again, body) = says(asked(bed, TestRequest::get().uri(&format!("/y-kien?lang={language}"))).await);
                assert_eq!((status, kind.as_str(), again.as_str()), (503, "text/html; charset=utf-8", "300"));
                assert!(body.contains(&format!("<html lang=\"{language}\"")) && body.contains(&sentence), "{body}");
            }
            for coded in ["/tra-cuu/K7WM-3QPA-9TFX", "/api/v1/receipts/K7WM-3QPA-9TFX"] {
                let answer = asked(bed, TestRequest::get().uri(coded)).await;
                assert_eq!(answer.headers().get(header::REFERRER_POLICY).unwrap(), "no-referrer", "{coded}");
            }
            let sent = asked(bed, TestRequest::post().uri("/api/v1/feedback").insert_header(("accept-language", "km"))).await;
            assert!(says(sent).3.contains(&i18n::t(Language::Km, "errors.too_slow")));
        });
    });
}
