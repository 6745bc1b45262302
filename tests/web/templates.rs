//! Templates of an office: shared downwards, filled by the machine as far as it
//! knows, never published with a place left open.

use crate::support::each_database;
use crate::support::web::Site;

#[test]
fn a_template_is_kept_by_its_office_and_used_below_it() {
    each_database(|bed| {
        let site = Site::start(bed);
        let (city, officer) = (site.browser().signs_in("city-officer"), site.browser().signs_in("officer"));
        let keeps = |words| city.submits("/can-bo/mau", &[("name", "Cảm ơn"), ("words", words)]);
        for (words, fault) in [("Kính gửi {ten}", "{ten}"), ("Xin [[điền", "chưa đóng"), ("  ", "Hãy"), ("{so", "chưa đóng")] {
            let refused = keeps(words);
            assert!(refused.status == 422 && refused.says(fault), "{words}: {}", refused.body);
        }
        assert_eq!(keeps("Cảm ơn ông/bà về ý kiến {so} ngày {ngay_nhan}.\n[[đã làm gì]]\n{co_quan}").status, 303);
        let seen = officer.opens("/can-bo/mau");
        assert!(seen.says("Cảm ơn ông/bà về ý kiến {so}") && !seen.says("value=\"xoa\""), "{}", seen.body);
        assert_eq!(officer.submits("/can-bo/mau", &[("id", "1"), ("viec", "xoa")]).status, 404, "it is the city's");

        let serial = bed.citizen().says("Thiếu ghế.").sends_opinion(bed);
        bed.desk("officer").takes(serial);
        let address = format!("/can-bo/{}/viet", serial.0);
        let with = |viec, answer, more: &[(&'static str, &'static str)]| {
            let fields = [("revision", "0"), ("viec", viec), ("title", "Về ghế"), ("question", "Thiếu ghế."), ("answer", answer)];
            officer.submits(&address, &[&fields, more].concat())
        };
        let inserted = with("mau", "Kính gửi ông/bà,", &[("template", "1")]);
        assert_eq!(inserted.status, 200);
        assert!(inserted.says("Kính gửi ông/bà,\n\nCảm ơn ông/bà về ý kiến HD-000001 ngày 01/10/2026.\n[[đã làm gì]]\n"), "{}", inserted.body);
        let frame = format!("Cảm ơn ông/bà về ý kiến HD-000001 ngày 01/10/2026.\n\n{}", "Ủy ban nhân dân phường Sóc Trăng");
        let frame: &'static str = frame.leak();
        for (answer, fault) in [("Đã mua. [[đã làm gì]]", "chưa điền"), (frame, "phần khung"), (" \n ", "Hãy")] {
            let refused = with("", answer, &[]);
            assert!(refused.status == 422 && refused.says(fault), "{answer}: {}", refused.body);
        }
        assert_eq!(with("", "Cảm ơn ông/bà. Đã mua thêm 20 ghế.", &[]).status, 303);
    });
}

#[test]
fn support_and_advice_have_templates_of_their_own() {
    each_database(|bed| {
        let site = Site::start(bed);
        let officer = site.browser().signs_in("officer");
        let keeps = |name, topic| officer.submits("/can-bo/mau", &[("name", name), ("words", "Xin [[nói rõ]] {thu_tuc}."), ("topic", topic)]);
        for (name, topic) in [("Mọi việc", ""), ("Riêng hỗ trợ", "support"), ("Riêng tư vấn", "advice")] {
            assert_eq!(keeps(name, topic).status, 303, "{name}");
        }
        assert_eq!(keeps("Lạ", "praise").status, 422);
        let question = bed.citizen().says("Xin giúp nộp hồ sơ qua mạng.").kind("support").sends_opinion(bed);
        let report = bed.citizen().says("Thiếu ghế.").sends_opinion(bed);
        bed.officer().takes(question).takes(report);
        let offered = |serial: hoidap::domain::words::Serial| {
            let page = officer.opens(&format!("/can-bo/{}", serial.0));
            let at = |name| page.body.find(name);
            (at("Riêng hỗ trợ").is_some(), at("Riêng tư vấn").is_some(), at("Mọi việc").is_some(), at("Riêng hỗ trợ") < at("Mọi việc"))
        };
        assert_eq!(offered(question), (true, false, true, true), "its own first");
        assert!(!offered(report).1);
        assert!(!offered(report).0);
        // What the opinion does not know is left for a person.
        let fields = [("revision", "0"), ("viec", "mau"), ("title", "x"), ("question", "x"), ("answer", ""), ("template", "1")];
        assert!(officer.submits(&format!("/can-bo/{}/viet", report.0), &fields).says("Xin [[nói rõ]] [[thu_tuc]]."));
    });
}
