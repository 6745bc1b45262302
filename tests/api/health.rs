use actix_web::http::Method;
use actix_web::test::TestRequest;

use super::{SLIP, each_database, slip};

#[test]
fn health_names_the_database_and_the_version() {
    each_database(async |api| {
        let kind = api.app.service.db().kind().as_str();
        let said = api.get("health").await;
        assert_eq!(said.status, 200);
        assert_eq!(said.json, serde_json::json!({"status": "ok", "database": kind, "version": env!("CARGO_PKG_VERSION")}));
    });
}

#[test]
fn what_is_nowhere_and_what_can_not_be_done_are_problems_too() {
    each_database(async |api| {
        for path in ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v2/health", "/api/v1/fields/land"] {
            assert_eq!(api.call(TestRequest::get().uri(path)).await.refusal(), (404, "not_found", vec![]), "{path}");
        }
        for (method, path, allow) in [
            (Method::POST, "/api/v1/fields", "GET, HEAD"),
            (Method::DELETE, "/api/v1/feedback", "GET, HEAD, POST"),
            (Method::PUT, "/api/v1/feedback/1", "GET, HEAD"),
            (Method::GET, SLIP, "POST"),
            (Method::OPTIONS, SLIP, "POST"),
        ] {
            let said = api.call(TestRequest::with_uri(path).method(method)).await;
            assert_eq!(said.refusal(), (405, "method_not_allowed", vec![]));
            assert_eq!(said.header("allow"), allow, "{path}");
        }
        assert_eq!(api.call(TestRequest::with_uri("/api/v1/fields").method(Method::HEAD)).await.status, 200);
    });
}

#[test]
fn reading_is_open_to_every_site_and_sending_is_not() {
    each_database(async |api| {
        for path in ["fields", "results", "feedback/1"] {
            assert_eq!(api.get(path).await.header("access-control-allow-origin"), "*", "{path}");
        }
        assert_eq!(api.post(SLIP, &slip("land", 5)).await.header("access-control-allow-origin"), "");
    });
}
