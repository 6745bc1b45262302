//! A sender's rights over their data by receipt code, and the desk that decides.

use hoidap::domain::words::Serial;
use serde_json::Value;

use crate::support::each_database;
use crate::support::web::Site;

#[test]
fn a_sender_sees_all_that_is_kept_and_takes_a_copy() {
    each_database(|bed| {
        let sent = bed.citizen().says("Tôi tên An.").rates(2).email("an@example.vn").consents(&["answer"]).sends(bed);
        let own = format!("/tra-cuu/{}", sent.code.reveal());
        let site = Site::start(bed);
        let sender = site.browser();
        let page = sender.opens(&own);
        assert!(page.says("Quyền của ông/bà đối với dữ liệu") && page.says("Xem tất cả"), "{}", page.body);
        let seen = sender.submits(&own, &[("viec", "xem")]);
        assert_eq!(seen.status, 200);
        for words in ["Tôi tên An.", "an@example.vn", "gửi câu trả lời cho ông/bà", "Bản 2026-01", "HD-000001", "phieu-quay"] {
            assert!(seen.says(words), "{words}: {}", seen.body);
        }
        let copy = sender.submits(&own, &[("viec", "tai-ve")]);
        assert_eq!((copy.header("content-type"), copy.header("cache-control")), ("application/json", "no-store"));
        assert!(copy.header("content-disposition").starts_with("attachment"));
        let kept = copy.json();
        assert_eq!(kept["opinion"]["contact"]["email"], "an@example.vn");
        assert_eq!(kept["opinion"]["contact"]["notice"], "2026-01");
        assert_eq!((&kept["opinion"]["text"], &kept["rating"]["answers"]["overall"]), (&Value::from("Tôi tên An."), &Value::from(2)));
        assert!(sender.opens(&own).says("Xem dữ liệu: <strong>Đã làm</strong>"), "it is recorded, once a day");
        assert_eq!(bed.service.read(|tx| Ok(hoidap::store::rights::of(tx.conn, Serial(1))?.len())).unwrap(), 1);
        for viec in ["xem", "tai-ve", "xoa-lien-he"] {
            assert_eq!(sender.sends(&own, &[("viec", viec)]).status, 403, "{viec} without the form's token");
        }
    });
}

#[test]
fn a_sender_withdraws_consent_and_asks_and_the_desk_decides() {
    each_database(|bed| {
        let sent = bed.citizen().says("Tôi tên An.").email("an@example.vn").consents(&["answer", "ask"]).sends(bed);
        let own = format!("/tra-cuu/{}", sent.code.reveal());
        let site = Site::start(bed);
        let (sender, protector) = (site.browser(), site.browser().signs_in("protector"));
        assert_eq!(protector.opens("/can-bo").header("location"), "/can-bo/quyen");
        let done = sender.submits(&own, &[("viec", "rut-dong-y"), ("purpose", "ask")]);
        assert_eq!((done.status, done.header("location")), (303, format!("{own}?quyen=1#quyen-du-lieu").as_str()));
        assert!(sender.opens(&own).says("Rút lại đồng ý: hỏi thêm khi ý kiến chưa rõ"));
        let again = sender.submits(&own, &[("viec", "rut-dong-y"), ("purpose", "ask")]);
        assert!(again.status == 422 && again.says("href=\"#quyen-du-lieu\""), "{}", again.body);

        let wrong = sender.submits(&own, &[("viec", "sua-lien-he"), ("email", "an@")]);
        assert!(wrong.status == 422 && wrong.says("value=\"an@\"") && wrong.says("id=\"rights-email-e\""), "{}", wrong.body);
        let chosen = sender.submits(&own, &[("viec", "yeu-cau"), ("right", ""), ("words", "Tôi đổi ý.")]);
        assert!(chosen.status == 422 && chosen.says("Tôi đổi ý."), "{}", chosen.body);
        assert_eq!(sender.submits(&own, &[("viec", "yeu-cau"), ("right", "delete"), ("words", "Tôi đổi ý.")]).status, 303);
        assert!(sender.opens(&own).says("Xóa nội dung: <strong>Chờ báo đã nhận</strong>"));

        let list = protector.opens("/can-bo/quyen");
        assert!(list.says("Yêu cầu về dữ liệu cá nhân: 1") && list.says("Báo đã nhận: còn 2 ngày làm việc") && list.says("HD-000001"), "{}", list.body);
        let address = list.body.split("href=\"/can-bo/quyen/").filter_map(|rest| rest.split('"').next()?.parse::<i64>().ok()).next().unwrap();
        let address = format!("/can-bo/quyen/{address}");
        let page = protector.opens(&address);
        assert!(page.says("Tôi đổi ý.") && page.says("Tôi tên An.") && page.says("ý kiến được ghi là người gửi rút lại"), "{}", page.body);
        for other in ["officer", "administrator"] {
            assert_eq!(site.browser().signs_in(other).opens(&address).status, 403, "{other}");
        }
        assert_eq!(site.browser().opens(&address).header("location"), "/dang-nhap");
        assert_eq!(["/can-bo/quyen/x", "/can-bo/quyen/99", "/can-bo/quyen/su-co/x"].map(|address| protector.opens(address).status), [404; 3]);
        assert_eq!(protector.sends(&address, &[("viec", "lam")]).status, 403, "without the form's token");
        assert_eq!(protector.submits(&address, &[("viec", "bao-nhan")]).status, 303);
        let forgotten = protector.submits(&address, &[("viec", "tu-choi"), ("reason", ""), ("note", "Vì thế.")]);
        assert!(forgotten.status == 422 && forgotten.says("Vì thế."), "{}", forgotten.body);
        let unsure = protector.submits(&address, &[("viec", "lam")]);
        assert!(unsure.status == 422 && unsure.says("href=\"#sure\""), "{}", unsure.body);
        assert_eq!(protector.submits(&address, &[("viec", "lam"), ("sure", "1")]).status, 303);
        let late = protector.submits(&address, &[("viec", "lam")]);
        assert_eq!(late.status, 409, "{}", late.body);
        let page = sender.opens(&own);
        assert!(page.says("Xóa nội dung: <strong>Đã làm</strong>") && !page.says("Tôi tên An."), "{}", page.body);
        assert!(protector.opens("/can-bo/quyen?loc=ended").says("Xóa nội dung"));
        let desk = site.browser().signs_in("officer").opens("/can-bo/1");
        assert!(desk.says("Đã xóa theo yêu cầu của người gửi") && !desk.says("Tôi tên An."), "{}", desk.body);
        bed.recounts();
    });
}

#[test]
fn a_rating_alone_can_be_looked_at_and_nothing_else() {
    each_database(|bed| {
        let own = format!("/tra-cuu/{}", bed.citizen().rates(2).sends(bed).code.reveal());
        let site = Site::start(bed);
        let sender = site.browser();
        let page = sender.opens(&own);
        assert!(page.says("Xem tất cả") && !page.says("Gửi yêu cầu"), "{}", page.body);
        assert_eq!(sender.submits(&own, &[("viec", "tai-ve")]).json()["rating"]["survey"], "phieu-quay");
        assert_eq!(sender.submits(&own, &[("viec", "yeu-cau"), ("right", "delete")]).status, 404);
    });
}

#[test]
fn the_notice_is_public_and_the_form_names_the_version_that_it_leads_to() {
    each_database(|bed| {
        let site = Site::start(bed);
        let citizen = site.browser();
        for (language, words) in [("vi", "Bản 2026-01"), ("en", "Version 2026-01"), ("km", "កំណែ 2026-01")] {
            let page = citizen.opens(&format!("/du-lieu-ca-nhan?lang={language}"));
            assert!(page.status == 200 && page.says(words) && page.says("id=\"ban-2026-01\""), "{}", page.body);
        }
        citizen.opens("/?lang=vi");
        assert!(citizen.opens("/").says("href=\"/du-lieu-ca-nhan\""));
        let mut form = citizen.opens("/gop-y");
        while form.status == 303 {
            form = citizen.opens(form.header("location"));
        }
        assert_eq!(form.hidden("notice"), "2026-01");
        let id = form.hidden("submission_id");
        let sent = [
            ("submission_id", id.as_str()),
            ("field", "land"),
            ("noi", crate::support::WARD),
            ("text", "Một việc."),
            ("email", "a@example.vn"),
            ("consent", "answer"),
        ];
        let other = citizen.submits("/gop-y", &[&sent[..], &[("notice", "1999-01")]].concat());
        assert!(other.status == 422 && other.says("Bản thông báo về dữ liệu cá nhân này không có"), "{}", other.body);
        assert_eq!(citizen.submits("/gop-y", &[&sent[..], &[("notice", "2026-01")]].concat()).status, 303);
    });
}

#[test]
fn administrators_read_how_long_things_are_kept_and_what_went() {
    each_database(|bed| {
        bed.citizen().says("Một việc.").email("a@example.vn").consents(&["answer"]).sends(bed);
        bed.service.write(|tx| hoidap::actions::feedback::withdraw(tx, Serial(1))).unwrap();
        bed.on("2026-12-31");
        hoidap::jobs::clocks::daily(&bed.service).unwrap();
        let site = Site::start(bed);
        let page = site.browser().signs_in("administrator").opens("/quan-tri/luu-giu");
        for words in
            ["Cách liên hệ của người gửi", "90 ngày, tính từ ngày ý kiến được giải quyết xong", "31/12/2026: 1, tổng cộng 1", "Không tự xóa", "NĐ 356/2025"]
        {
            assert!(page.says(words), "{words}: {}", page.body);
        }
        assert!(!page.says("retention.what") && !page.says("retention.from"), "every rule has its words: {}", page.body);
        assert_eq!(site.browser().signs_in("protector").opens("/quan-tri/luu-giu").status, 403);
    });
}
