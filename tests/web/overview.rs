//! What heads and supervisors see: how much waits and where, by dates and never by words.

use hoidap::actions::{appeal, reply};

use crate::support::each_database;
use crate::support::web::Site;

#[test]
fn who_oversees_sees_what_waits_below_and_presses() {
    each_database(|bed| {
        let site = Site::start(bed);
        let serial = bed.citizen().says("Bao giờ có sổ của bà Tư?").sends_opinion(bed);
        let sealed = bed.citizen().says("Ông A nhận tiền.").kind("denunciation").sends_opinion(bed);
        bed.on("2026-10-26");
        let supervisor = site.browser().signs_in("supervisor");
        let entered = supervisor.opens("/can-bo");
        assert_eq!(entered.header("location"), "/can-bo/theo-doi", "there is nothing else for them to do");
        let page = supervisor.opens("/can-bo/theo-doi");
        assert!(page.says("HD-000001") && page.says("Ủy ban nhân dân phường Sóc Trăng") && page.says("Quá hạn 2 ngày làm việc"), "{}", page.body);
        assert!(!page.says("bà Tư") && !page.says(&sealed.to_string()), "dates, not words, and nothing that is sealed");
        assert_eq!(supervisor.opens(&format!("/can-bo/{}", serial.0)).status, 403, "words are the desk's");

        let address = format!("/can-bo/theo-doi/{}", serial.0);
        assert!(!supervisor.opens(&address).says("bà Tư"));
        assert_eq!(supervisor.opens(&format!("/can-bo/theo-doi/{}", sealed.0)).status, 404);
        assert_eq!(supervisor.submits(&address, &[("words", "Xin trả lời ngay.")]).status, 303);
        let again = supervisor.submits(&address, &[("words", "Xin trả lời ngay.")]);
        assert!(again.status == 422 && again.says("Hôm nay ông/bà đã đôn đốc") && again.says("Xin trả lời ngay."), "{}", again.body);
        let desk = site.browser().signs_in("officer").opens(&format!("/can-bo/{}", serial.0));
        assert!(desk.says("Những lần đôn đốc") && desk.says("Xin trả lời ngay."), "{}", desk.body);
        let public = site.browser().opens(&format!("/y-kien/{}", serial.0));
        assert!(public.says("Cấp trên đôn đốc") && public.says("1 lần") && !public.says("Xin trả lời ngay."), "{}", public.body);
        assert!(site.browser().opens("/ket-qua").says("Cấp trên đã đôn đốc trả lời: 1 lần."));

        let officer = site.browser().signs_in("officer");
        assert_eq!(officer.opens("/can-bo/theo-doi").status, 403);
        assert_eq!(officer.submits(&address, &[]).status, 403);
    });
}

#[test]
fn the_list_is_narrowed_by_office_and_by_how_late_it_is() {
    each_database(|bed| {
        let site = Site::start(bed);
        let ward = bed.citizen().says("Bao giờ có sổ?").sends_opinion(bed);
        let other = bed.citizen().says("Thiếu ghế.").office("31510").sends_opinion(bed);
        let lists = |query: &str| {
            let page = site.browser().signs_in("supervisor").opens(&format!("/can-bo/theo-doi{query}"));
            [ward, other].map(|serial| page.says(&format!("/can-bo/theo-doi/{}\"", serial.0)))
        };
        assert_eq!(lists(""), [true, true]);
        assert_eq!(lists("?co-quan=31507"), [true, false]);
        assert_eq!(lists("?xem=overdue"), [false, false]);
        assert_eq!(lists("?xem=soon"), [false, false]);
        bed.on("2026-10-20");
        assert_eq!(lists("?xem=soon"), [true, true]);
        let head = site.browser().signs_in("head");
        let page = head.opens("/can-bo/theo-doi");
        assert!(page.says("HD-000001") && !page.says("HD-000002"), "their own office alone: {}", page.body);
        assert!(!head.opens("/can-bo/theo-doi?co-quan=31510").says("HD-000002"));
    });
}

#[test]
fn an_appeal_that_waits_at_an_office_below_is_seen_by_its_own_date() {
    each_database(|bed| {
        let site = Site::start(bed);
        let serial = bed.citizen().says("Bao giờ có sổ?").sends_opinion(bed);
        bed.officer().writes(serial, "Ngày 15.").hands_in(serial);
        bed.approver().approves(serial);
        bed.service.write(|tx| reply::reply(tx, serial, "no", "not_done", "")).unwrap();
        bed.service.write(|tx| appeal::ask(tx, serial)).unwrap();
        let supervisor = site.browser().signs_in("supervisor");
        let page = supervisor.opens("/can-bo/theo-doi");
        assert!(page.says("Cấp trên xem lại 1") && page.says("HD-000001") && page.says("22/10/2026"), "nothing else waits: {}", page.body);
        let address = format!("/can-bo/theo-doi/{}", serial.0);
        assert!(supervisor.opens(&address).says("chậm nhất thứ Năm 22/10/2026"), "{}", supervisor.opens(&address).body);
        assert_eq!(supervisor.submits(&address, &[]).status, 303);
        bed.on("2026-10-26");
        let late = site.browser().signs_in("supervisor").opens("/can-bo/theo-doi?xem=appeals");
        assert!(late.says("Quá hạn 2 ngày làm việc") && late.says("1 lần"), "{}", late.body);
    });
}
