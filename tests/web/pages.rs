//! What each page says, word for word and mark for mark, so that whoever
//! reviews a change sees what becomes of the pages.

use crate::support::ledger::Scratch;
use crate::support::web::{Browser, Site};
use crate::support::{WARD, each_database};

/// How a QR code begins.
const QR: &str = "<svg width=\"150\"";

/// The page's own part, with what differs from one visit to the next named.
fn seen(browser: &Browser, address: &str, secrets: &[(&str, &str)]) -> String {
    let mut page = browser.opens(address);
    while page.status == 303 {
        page = browser.opens(page.header("location"));
    }
    let from = page.body.find("<main").unwrap_or_else(|| panic!("{address} has no main part: {}", page.body));
    let mut main = page.body.split_at(from).1.split("</main>").next().unwrap_or_default().to_owned();
    for name in ["submission_id", "phieu"] {
        if main.contains(&format!("name=\"{name}\" value=\"")) {
            main = main.replace(&page.hidden(name), &format!("({name})"));
        }
    }
    // Another one each time.
    if let Some(start) = main.find(QR) {
        let end = main.split_at(start).1.find("</svg>").unwrap_or_default();
        main.replace_range(start..start + end, "(QR code)");
    }
    let all = format!("{} {address}\n{main}</main>\n", page.status);
    secrets.iter().fold(all, |all, (secret, name)| all.replace(&secret.replace('=', "&#x3D;"), name).replace(secret, name))
}

#[test]
fn pages_say_what_was_reviewed() {
    each_database(|bed| {
        for n in 0..24 {
            bed.citizen().rates(if n % 4 == 0 { 2 } else { 5 }).at_counter().sends(bed);
        }
        let sent = bed.citizen().rates(2).says("Quầy số 3 không có người trực.").kind("report").sends(bed);
        let serial = sent.feedback.expect("an opinion").0;
        bed.desk("officer").takes(serial).writes(serial, "Đã bố trí thêm người trực từ hôm nay.").hands_in(serial);
        bed.desk("approver").approves(serial);
        let waiting = bed.citizen().says("Đề nghị có thêm ghế ngồi chờ.").sends_opinion(bed);
        let log = Scratch::new();
        log.signs(bed);
        let site = Site::signing(bed, &log);
        let citizen = site.browser();
        let officer = site.browser().signs_in("officer");

        let code = sent.code.reveal();
        let own = format!("/tra-cuu/{code}");
        let (item, open) = (format!("/y-kien/{serial}"), format!("/y-kien/{waiting}"));
        let desk = format!("/can-bo/{waiting}");
        let rate = format!("/khao-sat/phieu-quay?linh-vuc=land&noi={WARD}");
        let pages = [
            ("home", &citizen, "/"),
            ("home_khmer", &citizen, "/?lang=km"),
            ("rate_field", &citizen, "/khao-sat/phieu-quay"),
            ("rate_place", &citizen, "/khao-sat/phieu-quay?linh-vuc=land"),
            ("rate", &citizen, &rate),
            ("say", &citizen, "/gop-y"),
            ("find", &citizen, "/tra-cuu"),
            ("ledger", &citizen, "/so-cong-khai"),
            ("own", &citizen, &own),
            ("item_answered", &citizen, &item),
            ("item_open", &citizen, &open),
            ("list", &citizen, "/y-kien"),
            ("results", &citizen, "/ket-qua"),
            ("not_found", &citizen, "/khong-co"),
            ("sign_in", &citizen, "/dang-nhap"),
            ("inbox", &officer, "/can-bo"),
            ("desk_item", &officer, &desk),
        ];
        let [colleague, city] = ["colleague", "city-officer"].map(|login| bed.account(login).id.to_string());
        // Salts are never the same, and so the root is not.
        let checkpoint = citizen.opens("/so-cong-khai/checkpoint").body;
        let root = checkpoint.lines().nth(2).unwrap();
        for (name, browser, address) in pages {
            let token = browser.token();
            let page = seen(
                browser,
                address,
                &[(code, "(code)"), (&token, "(form_token)"), (&site.url, "(site)"), (&colleague, "(colleague)"), (&city, "(city-officer)"), (root, "(root)")],
            );
            // Whoever comes after the Khmer page reads Vietnamese again.
            browser.opens("/?lang=vi");
            for fault in ["{{", "%{", "(missing"] {
                assert!(!page.contains(fault), "{name} has {fault:?}");
            }
            insta::assert_snapshot!(name, page);
        }
    });
}

#[test]
fn the_head_of_a_page_can_be_asked_for_alone() {
    each_database(|bed| {
        let site = Site::start(bed);
        for (address, status) in [("/", 200), ("/ket-qua", 200), ("/api/v1/results", 200), ("/can-bo", 303), ("/khong-co", 404)] {
            let head = site.browser().heads(address);
            assert_eq!((head.status, head.body.as_str()), (status, ""), "{address}");
        }
    });
}
