//! A receipt code is its sender's secret: it stands in three addresses and in no
//! other, and no browser is told to pass it on.

use hoidap::domain::words::Serial;

use super::visibility::patterns;
use crate::support::Bed;
use crate::support::web::Site;

#[test]
fn a_code_stands_in_three_addresses_and_no_answer_there_lets_a_browser_pass_it_on() {
    let bed = Bed::sqlite();
    let code = bed.citizen().says("Một ý kiến.").sends(&bed).code.reveal().to_owned();
    let site = Site::start(&bed);
    let browser = site.browser();
    let own = format!("/tra-cuu/{code}");

    let coded: Vec<String> = patterns().into_iter().filter(|p| p.contains("tra-cuu/") || p.contains("receipt")).collect();
    assert_eq!(coded, ["/api/v1/receipts/{receipt_code}", "/api/v1/receipts/{receipt_code}/ledger", "/tra-cuu/{code}"]);

    let answers = [
        (200, browser.opens(&own)),
        (404, browser.opens("/tra-cuu/K7WM-3QPA-9TFX")),
        (404, browser.opens(&format!("{own}/rut-lai"))),
        (403, browser.sends(&own, &[])),
        (404, browser.submits("/tra-cuu/K7WM-3QPA-9TFX", &[])),
        (415, browser.posts(&own, &serde_json::json!({}))),
        (200, browser.opens(&format!("/api/v1/receipts/{code}"))),
        (404, browser.opens("/api/v1/receipts/K7WM-3QPA-9TFX")),
        (200, browser.opens(&format!("/api/v1/receipts/{code}/ledger"))),
        (404, browser.opens("/api/v1/receipts/K7WM-3QPA-9TFX/ledger")),
        (405, browser.posts(&format!("/api/v1/receipts/{code}"), &serde_json::json!({}))),
        (303, browser.submits(&own, &[])),
        (409, browser.submits(&own, &[])),
    ];
    for (n, (status, answer)) in answers.iter().enumerate() {
        assert_eq!((answer.status, answer.header("referrer-policy")), (*status, "no-referrer"), "{n}: {}", answer.body);
    }
    assert_eq!(browser.opens("/y-kien").header("referrer-policy"), "same-origin");
    assert_eq!(bed.events(Serial(1)).last(), Some(&"withdrawn"));
    assert!(browser.opens(&own).says("Một ý kiến."), "it is still the sender's own");
}
