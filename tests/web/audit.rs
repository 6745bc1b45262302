//! The audit: found by person, verb, subject and days, and never a way to learn who dealt with a denunciation.

use crate::support::each_database;
use crate::support::web::Site;

const LIST: &str = "/quan-tri/nhat-ky";

#[test]
fn lines_are_found_by_person_verb_subject_and_day() {
    each_database(|bed| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        bed.desk("officer").takes(serial);
        bed.on("2026-10-02");
        bed.desk("officer").writes(serial, "Đã nhắc.");
        let site = Site::start(bed);
        let administrator = site.browser().signs_in("administrator");
        let found = |query: &str| {
            let page = administrator.opens(&format!("{LIST}?{query}"));
            assert_eq!(page.status, 200, "{}", page.body);
            let rows = page.body.split("<tbody").nth(1).and_then(|rest| rest.split("</tbody>").next()).unwrap_or_default();
            (rows.contains("nhận việc"), rows.contains("lưu nháp"), rows.contains("đăng nhập"))
        };
        let officer = bed.account("officer").id;
        assert_eq!(found(""), (true, true, true));
        assert_eq!(found(&format!("nguoi={officer}")), (true, true, false));
        assert_eq!(found("viec=feedback.taken"), (true, false, false));
        assert_eq!(found("ve=HD-000001"), (true, true, false));
        assert_eq!(found("ve=administrator"), (false, false, true));
        assert_eq!(found("tu=2026-10-02"), (false, true, true));
        assert_eq!(found("den=2026-10-01"), (true, false, false));
        assert_eq!(found("nguoi=khong-ai"), (false, false, false));
        let faulty = administrator.opens(&format!("{LIST}?tu=2026-10-02&den=2026-10-01"));
        assert!(faulty.status == 422 && faulty.says("Ngày cuối đứng trước ngày đầu."), "{}", faulty.body);
    });
}

#[test]
fn pages_follow_one_another_and_keep_what_was_asked() {
    each_database(|bed| {
        for _ in 0..130 {
            bed.service.write(|tx| tx.audit(Some(bed.account("officer")), "sealed.view", "HD-000009", serde_json::json!({}))).unwrap();
        }
        let site = Site::start(bed);
        let administrator = site.browser().signs_in("administrator");
        let lines = |body: &str| body.matches("<tr role=\"row\"><th role=\"rowheader\"").count();
        let first = administrator.opens(&format!("{LIST}?viec=sealed.view&ve=HD-9"));
        assert_eq!(lines(&first.body), 100);
        let next = first
            .body
            .split("href=\"/quan-tri/nhat-ky?")
            .find(|rest| rest.contains("rel=\"next\""))
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .replace("&amp;", "&")
            .replace("&#x3D;", "=");
        assert!(next.contains("viec=sealed.view") && next.contains("ve=HD-9"), "{next}");
        let second = administrator.opens(&format!("{LIST}?{next}"));
        assert_eq!(lines(&second.body), 30, "{}", second.body);
        assert!(!second.says("rel=\"next\""));
    });
}

#[test]
fn an_export_holds_what_was_asked_is_harmless_and_leaves_a_line() {
    each_database(|bed| {
        let site = Site::start(bed);
        bed.service.write(|tx| tx.audit(Some(bed.account("officer")), "test.verb", "=HYPERLINK(\"x\")", serde_json::json!({"n": 1}))).unwrap();
        let administrator = site.browser().signs_in("administrator");
        let page = administrator.opens(&format!("{LIST}?viec=test.verb"));
        assert_eq!(page.hidden("viec"), "test.verb", "the export is of what is shown");
        assert_eq!(administrator.sends(LIST, &[("viec", "test.verb")]).status, 403, "without the form's token");
        let table = administrator.submits(LIST, &[("viec", "test.verb")]);
        assert_eq!((table.status, table.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert!(table.header("content-disposition").contains("nhat-ky-2026-10-01.csv"));
        let lines: Vec<&str> = table.body.trim_start_matches('\u{FEFF}').lines().collect();
        assert_eq!(lines.len(), 2, "{}", table.body);
        assert!(
            lines[1].contains("\"'=HYPERLINK(\"\"x\"\")\"")
                && lines[1].contains("officer 31507,test.verb,test.verb")
                && lines[1].starts_with("2026-10-01T")
                && lines[1].contains("+07:00"),
            "{}",
            lines[1]
        );
        assert!(administrator.opens(&format!("{LIST}?viec=audit.export")).says("lines: 1; verb: test.verb"), "the export is a line itself");
        assert_eq!(site.browser().signs_in("officer").submits(LIST, &[]).status, 403);
    });
}

#[test]
fn nobody_learns_who_dealt_with_what_is_sealed_not_even_by_asking_for_a_person() {
    each_database(|bed| {
        let serial = bed.citizen().says("Cán bộ đòi tiền.").sends_opinion(bed);
        bed.desk("officer").takes(serial).seals(serial);
        bed.desk("receiver").opens(serial).unwrap();
        let site = Site::start(bed);
        let administrator = site.browser().signs_in("administrator");
        let all = administrator.opens(&format!("{LIST}?ve={serial}"));
        assert!(all.says("giữ kín tố cáo") && all.says("Không hiện: hồ sơ niêm phong"), "{}", all.body);
        assert!(!all.body.split("<tbody").nth(1).unwrap().contains("officer 31507"), "{}", all.body);
        for login in ["officer", "receiver"] {
            let query = format!("nguoi={}", bed.account(login).id);
            assert!(!administrator.opens(&format!("{LIST}?{query}")).says("HD-000001"), "{login}");
            let table = administrator.submits(LIST, &[("nguoi", &bed.account(login).id.to_string())]);
            assert!(table.status == 200 && !table.says("HD-000001"), "{login}: {}", table.body);
        }
        let table = administrator.submits(LIST, &[("ve", "HD-1")]);
        assert!(table.says("HD-000001") && !table.says("officer 31507"), "{}", table.body);
    });
}
