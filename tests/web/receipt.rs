//! A receipt code is its sender's secret: it stands in three addresses and in no
//! other, and no browser is told to pass it on.

use hoidap::domain::words::Serial;

use super::visibility::patterns;
use crate::support::each_database;
use crate::support::web::Site;

#[test]
fn a_code_stands_in_three_addresses_and_no_answer_there_lets_a_browser_pass_it_on() {
    each_database(|bed| {
        let code = bed.citizen().says("Một ý kiến.").sends(bed).code.reveal().to_owned();
        let site = Site::start(bed);
        let browser = site.browser();
        let own = format!("/tra-cuu/{code}");

        let coded: Vec<String> = patterns().into_iter().filter(|p| p.contains("tra-cuu/") || p.contains("receipt")).collect();
        assert_eq!(coded, ["/api/v1/receipts/{receipt_code}", "/api/v1/receipts/{receipt_code}/ledger", "/tra-cuu/{code}"]);

        let answers = [
            (200, browser.opens(&own)),
            (404, browser.opens("/tra-cuu/K7WM-3QPA-9TFX")),
            (404, browser.opens(&format!("{own}/rut-lai"))),
            (403, browser.sends(&own, &[("viec", "rut-lai")])),
            (404, browser.submits("/tra-cuu/K7WM-3QPA-9TFX", &[("viec", "rut-lai")])),
            (415, browser.posts(&own, &serde_json::json!({}))),
            (200, browser.opens(&format!("/api/v1/receipts/{code}"))),
            (404, browser.opens("/api/v1/receipts/K7WM-3QPA-9TFX")),
            (200, browser.opens(&format!("/api/v1/receipts/{code}/ledger"))),
            (404, browser.opens("/api/v1/receipts/K7WM-3QPA-9TFX/ledger")),
            (405, browser.posts(&format!("/api/v1/receipts/{code}"), &serde_json::json!({}))),
            (404, browser.submits(&own, &[("viec", "la")])),
            (303, browser.submits(&own, &[("viec", "rut-lai")])),
            (409, browser.submits(&own, &[("viec", "rut-lai")])),
        ];
        for (n, (status, answer)) in answers.iter().enumerate() {
            assert_eq!((answer.status, answer.header("referrer-policy")), (*status, "no-referrer"), "{n}: {}", answer.body);
        }
        assert_eq!(browser.opens("/y-kien").header("referrer-policy"), "same-origin");
        assert_eq!(bed.events(Serial(1)).last(), Some(&"withdrawn"));
        assert!(browser.opens(&own).says("Một ý kiến."), "it is still the sender's own");
    });
}

#[test]
fn a_sender_who_is_asked_for_more_adds_it_on_their_own_page() {
    each_database(|bed| {
        let sent = bed.citizen().says("Bao giờ có sổ?").sends(bed);
        let (serial, own) = (sent.feedback.as_ref().unwrap().0, format!("/tra-cuu/{}", sent.code.reveal()));
        let site = Site::start(bed);
        let (officer, sender) = (site.browser().signs_in("officer"), site.browser());
        assert!(!sender.opens(&own).says("Cơ quan cần ông/bà cho biết thêm"));
        let desk = format!("/can-bo/{}", serial.0);
        let forgotten = officer.submits(&format!("{desk}/hoi-them"), &[("request", ""), ("days", "5")]);
        assert!(forgotten.status == 422 && forgotten.says("Hãy viết nội dung"), "{}", forgotten.body);
        assert_eq!(officer.submits(&format!("{desk}/hoi-them"), &[("request", "Thửa đất số mấy?"), ("days", "5")]).status, 303);
        assert!(officer.opens(&desk).says("Đang chờ người gửi bổ sung đến hết ngày 08/10/2026."));

        let page = sender.opens(&own);
        assert!(page.says("Cơ quan cần ông/bà cho biết thêm") && page.says("Thửa đất số mấy?") && page.says("08/10/2026"), "{}", page.body);
        let long = "ừ".repeat(4_001);
        let refused = sender.submits(&own, &[("viec", "bo-sung"), ("bo-sung", &long)]);
        assert!(refused.status == 422 && refused.says(&long), "what was typed stays: {}", refused.status);
        let stale = sender.sends(&own, &[("viec", "bo-sung"), ("bo-sung", "Thửa 12.")]);
        assert!(stale.status == 403 && stale.says("Thửa 12."), "{}", stale.body);
        let done = sender.submits(&own, &[("viec", "bo-sung"), ("bo-sung", "Thửa 12.")]);
        assert_eq!((done.status, done.header("location")), (303, format!("{own}?bo-sung=1").as_str()));
        assert!(sender.opens(done.header("location")).says("Đã nhận phần bổ sung"));
        assert!(officer.opens(&desk).says("Thửa 12."));
        assert!(!sender.opens(&format!("/y-kien/{}", serial.0)).says("Thửa"), "nobody else reads either");
        assert_eq!(sender.submits(&own, &[("viec", "bo-sung"), ("bo-sung", "Nữa.")]).status, 409);
    });
}
