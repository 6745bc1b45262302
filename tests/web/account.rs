//! One's own account as officers meet it: a password, a second step, a
//! forgotten password, tokens for programs.

use hoidap::actions::totp::{self, Standing};
use hoidap::config::Config;
use hoidap::domain::totp::TotpSecret;
use hoidap::store;

use crate::support::web::{Browser, Page, Site};
use crate::support::{Bed, PASSWORD, each_database};

const ACCOUNT: &str = "/can-bo/tai-khoan";
const TOTP: &str = "/can-bo/tai-khoan/xac-thuc";
const NEW: &str = "một mật khẩu khác";

/// The secret that the officer's app has scanned.
fn scanned(bed: &Bed, login: &str) -> TotpSecret {
    match bed.service.read(|tx| totp::standing(tx, bed.account(login))).unwrap() {
        Standing::Begun(secret) => secret,
        other => panic!("{other:?}"),
    }
}

fn code(bed: &Bed, secret: &TotpSecret) -> String {
    secret.code(bed.service.now()).unwrap()
}

fn later(bed: &Bed) {
    bed.service.clock().set(bed.service.now().plus_seconds(30));
}

/// Sets the second step up on its page, and returns the secret and the page with the recovery codes.
fn sets_up(bed: &Bed, browser: &Browser, login: &str) -> (TotpSecret, Page) {
    assert_eq!(browser.submits(&format!("{TOTP}/bat"), &[("password", PASSWORD)]).header("location"), TOTP);
    let secret = scanned(bed, login);
    let page = browser.opens(TOTP);
    assert!(page.says("<svg width=\"220\"") && page.says(&secret.typed()), "{}", page.body);
    let codes = browser.submits(&format!("{TOTP}/xac-nhan"), &[("code", &code(bed, &secret))]);
    assert_eq!(codes.status, 200, "{}", codes.body);
    later(bed);
    (secret, codes)
}

/// What stands between two pieces of a page.
fn between<'a>(page: &'a Page, before: &str, after: &str) -> Vec<&'a str> {
    page.body.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

#[test]
fn everybody_who_is_signed_in_has_an_account_page_and_a_way_to_it() {
    each_database(|bed| {
        let site = Site::start(bed);
        assert_eq!(site.browser().opens(ACCOUNT).header("location"), "/dang-nhap");
        for (login, work) in [("officer", "/can-bo"), ("receiver", "/can-bo"), ("administrator", "/quan-tri")] {
            let browser = site.browser().signs_in(login);
            assert!(browser.opens(work).says("href=\"/can-bo/tai-khoan\""), "{login}");
            let page = browser.opens(ACCOUNT);
            assert!(page.status == 200 && page.says(&format!("{login}@example.vn")) && page.says("Số phiên đang mở, kể cả phiên này: 1."), "{}", page.body);
        }
        let officer = site.browser().signs_in("officer");
        for (lang, words) in [("en", "Two-step sign-in is off."), ("km", "ការផ្ទៀងផ្ទាត់ពីរជំហានកំពុងបិទ។")]
        {
            assert!(officer.opens(&format!("{ACCOUNT}?lang={lang}")).says(words), "{lang}");
        }
    });
}

#[test]
fn a_changed_password_leaves_this_browser_signed_in_and_no_other() {
    each_database(|bed| {
        let site = Site::start(bed);
        let (here, there) = (site.browser().signs_in("officer"), site.browser().signs_in("officer"));
        let change =
            |old: &str, repeat: &str| here.submits(&format!("{ACCOUNT}/mat-khau"), &[("old_password", old), ("new_password", NEW), ("repeat", repeat)]);
        let wrong = change("sai", NEW);
        assert!(wrong.status == 422 && wrong.says("Mật khẩu hiện tại chưa đúng.") && !wrong.says(NEW), "{}", wrong.body);
        assert!(change(PASSWORD, "khác nữa").says("không giống nhau"));
        let done = change(PASSWORD, NEW);
        assert_eq!(done.status, 303);
        assert!(here.opens(done.header("location")).says("Đã đổi mật khẩu."));
        assert_eq!(there.opens(ACCOUNT).header("location"), "/dang-nhap");
    });
}

#[test]
fn signing_out_everywhere_says_how_many_sessions_it_ended() {
    each_database(|bed| {
        let site = Site::start(bed);
        let (here, there) = (site.browser().signs_in("officer"), site.browser().signs_in("officer"));
        let page = here.submits(&format!("{ACCOUNT}/dang-xuat"), &[]);
        assert!(page.status == 200 && page.says("Số phiên đã kết thúc: 2."), "{}", page.body);
        for browser in [here, there] {
            assert_eq!(browser.opens("/can-bo").header("location"), "/dang-nhap");
        }
    });
}

#[test]
fn the_second_step_stands_between_the_password_and_the_desk() {
    each_database(|bed| {
        let site = Site::start(bed);
        let officer = site.browser().signs_in("officer");
        let (secret, codes) = sets_up(bed, &officer, "officer");
        let recovery: Vec<String> = between(&codes, "<span class=\"code\">", "</span>").into_iter().map(str::to_owned).collect();
        assert_eq!(recovery.len(), 10, "{}", codes.body);
        let again = officer.opens(TOTP);
        assert!(again.says("Số mã dự phòng còn lại: 10.") && !again.says(&recovery[0]) && !again.says(&secret.typed()), "{}", again.body);

        let browser = site.browser();
        assert_eq!(browser.opens("/dang-nhap/ma").header("location"), "/dang-nhap", "the password comes first");
        let password = browser.submits("/dang-nhap", &[("login", "officer"), ("password", PASSWORD)]);
        assert_eq!((password.status, password.header("location")), (303, "/dang-nhap/ma"));
        assert_eq!(browser.opens("/can-bo").header("location"), "/dang-nhap", "no session before the code");
        assert!(browser.opens("/dang-nhap/ma").says("autocomplete=\"one-time-code\""));
        let wrong = browser.submits("/dang-nhap/ma", &[("code", "000000")]);
        assert!(wrong.status == 401 && wrong.says("Mã chưa đúng, hoặc đã dùng rồi."), "{}", wrong.body);
        let right = browser.submits("/dang-nhap/ma", &[("code", &code(bed, &secret))]);
        assert_eq!((right.status, right.header("location")), (303, "/can-bo"));
        assert_eq!(browser.opens("/can-bo").status, 200);

        later(bed);
        let off = browser.submits(&format!("{TOTP}/tat"), &[("password", PASSWORD), ("code", &recovery[0])]);
        assert_eq!(off.header("location"), "/can-bo/tai-khoan?xong=tat", "{}", off.body);
        site.browser().signs_in("officer");
    });
}

#[test]
fn who_must_have_a_second_step_is_led_to_set_it_up_first() {
    each_database(|bed| {
        let site = Site::configured(bed.service.clone(), Config { totp_roles: "administrator, receiver".to_owned(), ..Config::default() });
        let administrator = site.browser().signs_in("administrator");
        for address in ["/quan-tri", "/quan-tri/tai-khoan", "/can-bo", "/can-bo/1"] {
            assert_eq!(administrator.opens(address).header("location"), TOTP, "{address}");
        }
        assert!(administrator.opens(TOTP).says("Vai trò của ông/bà phải dùng xác thực hai bước."));
        sets_up(bed, &administrator, "administrator");
        assert_eq!(administrator.opens("/quan-tri").status, 200);
        assert_eq!(site.browser().signs_in("officer").opens("/can-bo").status, 200, "others need none");
    });
}

#[test]
fn an_administrator_resets_the_second_step_of_a_colleague() {
    each_database(|bed| {
        let site = Site::start(bed);
        sets_up(bed, &site.browser().signs_in("officer"), "officer");
        let administrator = site.browser().signs_in("administrator");
        let address = format!("/quan-tri/tai-khoan/{}/xac-thuc", bed.account("officer").id);
        assert!(administrator.opens("/quan-tri/tai-khoan").says(&format!("href=\"{address}\"")));
        assert!(administrator.opens(&address).says("Đặt lại xác thực hai bước của officer"));
        assert_eq!(administrator.submits(&address, &[]).status, 303);
        site.browser().signs_in("officer");
        assert_eq!(site.browser().signs_in("officer").submits(&address, &[]).status, 403);
    });
}

#[test]
fn a_forgotten_password_is_set_anew_by_a_link_that_nobody_else_learns() {
    each_database(|bed| {
        let site = Site::start(bed);
        let browser = site.browser();
        assert!(browser.opens("/dang-nhap").says("href=\"/dang-nhap/quen\""));
        let said = |login: &str| {
            let page = browser.submits("/dang-nhap/quen", &[("login", login)]);
            (page.status, page.body)
        };
        let known = said("officer");
        assert!(known.0 == 200 && known.1.contains("đường dẫn đã được gửi"), "{}", known.1);
        assert_eq!(known, said("khong-co-ai"), "the answer is the same");

        let token = bed
            .service
            .read(|tx| {
                let waiting = store::outbox::waiting(tx.conn, 9)?;
                let letter = waiting.iter().find(|m| m.kind == "password_reset").unwrap();
                Ok(tx.keys.open_token(bed.account("officer").id, letter.payload["sealed"].as_str().unwrap()).unwrap())
            })
            .unwrap();
        let address = format!("/dang-nhap/dat-lai/{token}");
        for _ in 0..2 {
            let page = browser.opens(&address);
            assert_eq!(
                (page.status, page.header("cache-control"), page.header("referrer-policy")),
                (200, "no-store", "no-referrer"),
                "to open it uses nothing up"
            );
        }
        let set = |repeat: &str| browser.submits(&address, &[("new_password", NEW), ("repeat", repeat)]);
        assert_eq!(set("khác nữa").status, 422);
        assert!(set(NEW).says("Đã đặt mật khẩu mới."));
        for page in [set(NEW), browser.opens(&address), browser.opens("/dang-nhap/dat-lai/khong-co")] {
            assert!(page.status == 410 && page.says("Đường dẫn này đã dùng hoặc đã quá hạn."), "{}", page.body);
            assert_eq!(page.header("referrer-policy"), "no-referrer");
        }
        assert_eq!(browser.submits("/dang-nhap", &[("login", "officer"), ("password", NEW)]).status, 303);
    });
}

#[test]
fn an_access_token_is_shown_once_and_can_be_revoked() {
    each_database(|bed| {
        let site = Site::start(bed);
        let officer = site.browser().signs_in("officer");
        let make = |name: &str, last: &str, password: &str| {
            officer.submits(&format!("{ACCOUNT}/ma-truy-cap"), &[("name", name), ("last_on", last), ("password", password)])
        };
        let refused = make("Phần mềm một cửa", "2027-10-03", PASSWORD);
        assert!(refused.status == 422 && refused.says("xa hơn một năm") && refused.says("value=\"Phần mềm một cửa\""), "{}", refused.body);
        assert_eq!(make("Phần mềm", "2026-09-30", PASSWORD).status, 422, "a day that is past");
        assert!(make("Phần mềm", "2026-12-31", "sai").says("Mật khẩu hiện tại chưa đúng."));
        let made = make("Phần mềm một cửa", "2026-12-31", PASSWORD);
        let token = between(&made, "<span class=\"code\">", "</span>")[0].to_owned();
        assert!(token.starts_with("hoidap_") && token.len() == 50, "{token}");
        let page = officer.opens(ACCOUNT);
        assert!(page.says("Phần mềm một cửa: tạo ngày 01/10/2026, dùng được đến hết ngày 31/12/2026.") && !page.says(&token), "{}", page.body);
        let revoke = between(&page, "<form action=\"", "\"").into_iter().find(|address| address.ends_with("/thu-hoi")).unwrap().to_owned();
        assert_eq!(site.browser().signs_in("colleague").submits(&revoke, &[]).status, 404, "nobody revokes another's");
        assert_eq!(officer.submits(&revoke, &[]).status, 303);
        assert!(officer.opens(ACCOUNT).says("Chưa có mã truy cập nào."));
    });
}

#[test]
fn nothing_is_done_without_the_token_of_the_form() {
    each_database(|bed| {
        let site = Site::start(bed);
        let officer = site.browser().signs_in("officer");
        for address in ["mat-khau", "dang-xuat", "ma-truy-cap", "xac-thuc/bat", "xac-thuc/xac-nhan", "xac-thuc/tat"] {
            let page = officer.sends(&format!("{ACCOUNT}/{address}"), &[("password", PASSWORD)]);
            assert_eq!(page.status, 403, "{address}: {}", page.body);
        }
        for address in ["/dang-nhap/ma", "/dang-nhap/quen", "/dang-nhap/dat-lai/x"] {
            assert_eq!(site.browser().sends(address, &[("login", "officer")]).status, 403, "{address}");
        }
        assert_eq!(officer.opens("/can-bo").status, 200);
    });
}

#[test]
fn an_absence_is_noted_and_the_deputy_has_its_work_in_a_tab() {
    each_database(|bed| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        bed.desk("officer").takes(serial);
        let site = Site::start(bed);
        let (officer, deputy, head) = (site.browser().signs_in("officer"), site.browser().signs_in("colleague"), site.browser().signs_in("head"));
        assert!(!deputy.opens("/can-bo").says("Thay cho đồng nghiệp"));
        let id = bed.account("colleague").id.to_string();
        let note = |to: &str| officer.submits(&format!("{ACCOUNT}/vang-mat"), &[("deputy", &id), ("absence_from", "2026-10-01"), ("absence_to", to)]);
        let refused = note("2026-09-30");
        assert!(refused.status == 422 && refused.says(&format!("value=\"{id}\" selected")), "{}", refused.body);
        assert_eq!(note("2026-10-05").status, 303);
        let page = officer.opens(ACCOUNT);
        assert!(page.says("Vắng từ ngày 01/10/2026 đến hết ngày 05/10/2026. Người thay: colleague 31507."), "{}", page.body);
        assert!(deputy.opens("/can-bo").says("Thay cho đồng nghiệp 1") && deputy.opens("/can-bo?loc=deputy").says("HD-000001"));
        assert!(deputy.opens(ACCOUNT).says("Hôm nay ông/bà làm thay cho: officer 31507."));

        let item = format!("/can-bo/{}", serial.0);
        assert!(head.opens(&item).says("officer 31507 (vắng đến hết ngày 05/10/2026)"));
        let to = bed.account("officer").id.to_string();
        let given = head.submits(&format!("{item}/giao"), &[("to", &to)]);
        assert!(given.status == 422 && given.says("Người này đang vắng.") && given.says("name=\"even_away\""), "{}", given.body);
        assert_eq!(head.submits(&format!("{item}/giao"), &[("to", &to), ("even_away", "1")]).status, 303);

        let end = between(&page, "<form action=\"", "\"").into_iter().find(|address| address.ends_with("/huy")).unwrap().to_owned();
        assert_eq!(officer.submits(&end, &[]).status, 303);
        assert!(!deputy.opens("/can-bo").says("Thay cho đồng nghiệp"));

        let administrator = site.browser().signs_in("administrator");
        let address = format!("/quan-tri/tai-khoan/{to}/vang-mat");
        assert!(administrator.opens("/quan-tri/tai-khoan").says(&address) && administrator.opens(&address).says("Vắng mặt của officer 31507"));
        assert_eq!(administrator.submits(&address, &[("deputy", &id), ("absence_from", "2026-10-01"), ("absence_to", "2026-10-02")]).status, 303);
        assert!(administrator.opens("/quan-tri/tai-khoan").says("vắng đến hết ngày 02/10/2026"));
    });
}
