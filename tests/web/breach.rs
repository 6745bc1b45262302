//! The register of breaches: opened, completed, marked, printed, by one role alone.

use crate::support::each_database;
use crate::support::web::Site;

const LIST: &str = "/can-bo/quyen/su-co";

#[test]
fn a_breach_is_recorded_with_its_clock_completed_marked_and_printed() {
    each_database(|bed| {
        let site = Site::start(bed);
        let protector = site.browser().signs_in("protector");
        assert!(protector.opens(LIST).says("72 giờ"));
        let future = protector.submits(LIST, &[("day", "2026-10-01"), ("time", "09:01"), ("act", "Gửi nhầm thư.")]);
        assert!(future.status == 422 && future.says("Gửi nhầm thư.") && future.says("Thời điểm này chưa đến"), "{}", future.body);
        let empty = protector.submits(LIST, &[("day", "mai"), ("time", "25:00"), ("act", "")]);
        assert!(empty.status == 422 && empty.says("id=\"day-e\"") && empty.says("id=\"time-e\"") && empty.says("id=\"act-e\""), "{}", empty.body);
        let opened = protector.submits(LIST, &[("day", "2026-10-01"), ("time", "08:00"), ("act", "Gửi nhầm thư."), ("persons", "12 người")]);
        assert_eq!(opened.status, 303);
        let address = format!("{LIST}/1");
        let page = protector.opens(&address);
        assert!(page.says("còn 71 giờ") && page.says("08:00, Chủ nhật 04/10/2026") && page.says("12 người"), "{}", page.body);
        let more = [
            ("viec", "sua"),
            ("revision", "0"),
            ("day", "2026-10-01"),
            ("time", "08:00"),
            ("act", "Gửi nhầm thư."),
            ("persons", "12 người"),
            ("measures", "Đã gọi từng người."),
        ];
        assert_eq!(protector.submits(&address, &more).status, 303);
        let again = protector.submits(&address, &[&more[..], &[("place", "Phòng máy")]].concat());
        assert!(
            again.status == 409 && again.says("value=\"Phòng máy\"") && again.says("Đã gọi từng người."),
            "what was not seen is not overwritten: {}",
            again.body
        );
        // A fault of another kind brings back the form of what was seen, not of what is there now.
        let faulty = protector.submits(&address, &[&more[..], &[("day", "mai")]].concat());
        assert!(faulty.status == 409, "{}", faulty.status);
        let seen = protector.submits(&address, &[("viec", "sua"), ("revision", "1"), ("day", "mai"), ("time", "08:00"), ("act", "Gửi nhầm thư.")]);
        assert!(seen.status == 422 && seen.hidden("revision") == "1", "{}", seen.body);
        bed.on("2026-10-05");
        // The session of last week is over.
        let protector = site.browser().signs_in("protector");
        assert!(protector.opens(LIST).says("quá hạn 25 giờ"), "{}", protector.opens(LIST).body);
        let early = [("viec", "da-bao"), ("notified-day", "2026-10-01"), ("notified-time", "07:00"), ("notified-to", "A05")];
        let refused = protector.submits(&address, &early);
        assert!(refused.status == 422 && refused.says("sớm hơn lúc phát hiện") && refused.says("value=\"A05\""), "{}", refused.body);
        let told = [("viec", "da-bao"), ("notified-day", "2026-10-03"), ("notified-time", "07:00"), ("notified-to", "A05, Bộ Công an")];
        assert_eq!(protector.submits(&address, &told).status, 303);
        assert_eq!(protector.submits(&address, &told).status, 409, "once");
        assert!(protector.opens(&address).says("đã báo trong hạn"));
        let printed = protector.opens(&format!("{address}/bien-ban"));
        for words in ["Biên bản", "Gửi nhầm thư.", "Đã gọi từng người.", "A05, Bộ Công an", "Chưa rõ"] {
            assert!(printed.says(words), "{words}: {}", printed.body);
        }
    });
}

#[test]
fn the_register_is_the_data_protection_officers_alone_and_its_audit_tells_no_words() {
    each_database(|bed| {
        let site = Site::start(bed);
        let protector = site.browser().signs_in("protector");
        assert_eq!(protector.submits(LIST, &[("day", "2026-10-01"), ("time", "08:00"), ("act", "Mất máy tính.")]).status, 303);
        for login in ["officer", "approver", "head", "receiver", "administrator"] {
            let other = site.browser().signs_in(login);
            for address in [LIST.to_owned(), format!("{LIST}/1"), format!("{LIST}/1/bien-ban")] {
                let page = other.opens(&address);
                assert!(page.status == 403 && !page.says("Mất máy"), "{login} {address}: {}", page.status);
            }
            assert_eq!(other.submits(LIST, &[("day", "2026-10-01"), ("time", "08:00"), ("act", "Khác.")]).status, 403, "{login}");
        }
        assert_eq!(protector.sends(LIST, &[("day", "2026-10-01"), ("time", "08:00"), ("act", "Khác.")]).status, 403, "without the form's token");
        let lines = bed.service.read(|tx| Ok(hoidap::store::audit::lines(tx.conn, Some("breach:1"), 10)?)).unwrap();
        assert_eq!(lines.iter().map(|l| (l.action.as_str(), l.detail.to_string())).collect::<Vec<_>>(), [("breach.open", "{}".to_owned())]);
    });
}
