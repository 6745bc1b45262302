use actix_web::test::TestRequest;
use hoidap::domain::error::{Code, Problem};
use hoidap::domain::words::Language;
use hoidap::i18n;

use super::each_database;

#[test]
fn a_refusal_speaks_the_language_of_the_request() {
    each_database(async |api| {
        let detail = async |uri: &str, accept: &str| {
            let said = api.call(TestRequest::get().uri(uri).insert_header(("accept-language", accept))).await;
            said.json["detail"].as_str().unwrap().to_owned()
        };
        let says = |language| i18n::t(language, "errors.not_found");
        for (uri, accept, language) in [
            ("/api/v1/x", "", Language::Vi),
            ("/api/v1/x", "fr, de;q=0.5", Language::Vi),
            ("/api/v1/x", "fr, en-GB;q=0.8, vi;q=0.7", Language::En),
            ("/api/v1/x", "km-KH", Language::Km),
            ("/api/v1/x?lang=km", "en", Language::Km),
            ("/api/v1/x?lang=xx", "en", Language::En),
        ] {
            assert_eq!(detail(uri, accept).await, says(language), "{uri} {accept}");
        }
    });
}

#[test]
fn every_code_has_a_sentence_in_every_language() {
    for code in Code::ALL {
        for language in Language::ALL {
            let key = format!("errors.{code}");
            let sentence = i18n::t(*language, &key);
            assert!(sentence.contains(' ') && !sentence.contains("%{"), "{language} {key}: {sentence}");
        }
    }
}

#[test]
fn every_code_is_documented_with_its_status() {
    let documented = include_str!("../../docs/errors.md");
    for code in Code::ALL {
        let row = format!("| `{code}` | {} | ", hoidap::http::error::status(*code).as_u16());
        assert!(documented.contains(&row), "docs/errors.md lacks {row}");
    }
}

#[test]
fn the_unknown_tells_nothing_and_an_impossible_move_tells_what_is_possible() {
    use hoidap::api::problem::ProblemBody;
    let said = |problem| serde_json::to_value(ProblemBody::of(&problem, Language::En)).unwrap();
    let broken = said(Problem::Internal("password of db is hunter2".to_owned()));
    assert!(!broken.to_string().contains("hunter2"));
    assert_eq!((&broken["status"], &broken["type"]), (&500.into(), &"urn:hoidap:problem:internal".into()));
    let moved = said(Problem::Move { tried: "answered", possible: vec!["taken", "forwarded"] });
    assert_eq!((&moved["status"], &moved["possible"]), (&409.into(), &serde_json::json!(["taken", "forwarded"])));
}
