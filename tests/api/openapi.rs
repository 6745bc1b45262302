use actix_web::http::Method;
use actix_web::test::TestRequest;

use super::each_database;

#[test]
fn the_document_is_what_was_reviewed() {
    let document = serde_json::to_value(hoidap::api::openapi::document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    insta::assert_json_snapshot!(document);
}

#[test]
fn it_is_served_and_every_operation_in_it_is_too() {
    each_database(async |api| {
        let document = api.get("openapi.json").await.json;
        assert_eq!(document, serde_json::to_value(hoidap::api::openapi::document()).unwrap());
        let mut operations = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                operations += 1;
                let uri = path.replace("{slug}", "phieu-quay").replace("{serial}", "1").replace("{receipt_code}", "K7WM-3QPA-9TFX");
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let said = api.call(TestRequest::with_uri(&uri).method(method.clone())).await;
                let documented = operation["responses"].get(said.status.to_string());
                assert!(documented.is_some(), "{method} {uri} answers {} and does not say so", said.status);
                assert_ne!(said.json["code"], "method_not_allowed", "{method} {uri}");
                if said.status >= 400 {
                    let codes = documented.unwrap()["description"].as_str().unwrap();
                    assert!(codes.contains(said.refusal().1), "{method} {uri} refuses with {} and says {codes}", said.refusal().1);
                }
            }
        }
        assert_eq!(operations, 24);
    });
}
