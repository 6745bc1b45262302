//! The ladder of reminders by an administrator's hand.

use hoidap::actions::chase::chase;

use crate::support::web::Site;
use crate::support::{Bed, each_database};

const LIST: &str = "/quan-tri/thoi-han/don-doc";

#[test]
fn a_rung_reminds_from_its_first_day_to_its_last() {
    each_database(|bed| {
        let site = Site::start(bed);
        let admin = site.browser().signs_in("administrator");
        let add = |days, from| {
            admin.submits(&format!("{LIST}/them"), &[("timing", "before"), ("days", days), ("part", "head"), ("valid_from", from), ("source", "QĐ thử")])
        };
        assert_eq!(add("5", "2026-10-02").status, 303);
        assert!(admin.opens(LIST).says("5 ngày làm việc trước hạn"));
        // Due on 22 October: five working days before is the 15th.
        bed.citizen().says("Thiếu ghế.").sends_opinion(bed);
        let letters = |bed: &Bed, day: &str| {
            bed.on(day);
            chase(&bed.service).unwrap();
            bed.mails().iter().filter(|mail| mail.starts_with("chase")).count()
        };
        assert_eq!(letters(bed, "2026-10-14"), 1, "half of the term, to the office");
        assert_eq!(letters(bed, "2026-10-15"), 2, "the head too");
        let admin = site.browser().signs_in("administrator");
        let ended = admin.submits(&format!("{LIST}/before_5_head_2026-10-02/ket-thuc"), &[("last", "2026-10-16")]);
        assert_eq!(ended.status, 303, "{}", ended.body);
        bed.citizen().says("Thiếu bàn.").sends_opinion(bed);
        // Due on 5 November: five working days before is 29 October.
        let before = letters(bed, "2026-10-28");
        assert_eq!(letters(bed, "2026-10-29"), before, "it has ended");
    });
}

#[test]
fn a_rung_that_is_there_already_or_says_nothing_is_refused_beside_its_field() {
    each_database(|bed| {
        let site = Site::start(bed);
        let admin = site.browser().signs_in("administrator");
        for (timing, days, part, place) in
            [("after", "1", "head", "f-timing"), ("", "1", "head", "f-timing"), ("after", "0", "head", "f-days"), ("after", "2", "mayor", "f-part")]
        {
            let fields = [("timing", timing), ("days", days), ("part", part), ("valid_from", "2026-10-01"), ("source", "QĐ thử")];
            let page = admin.submits(&format!("{LIST}/them"), &fields);
            assert!(page.status == 422 && page.says(&format!("href=\"#{place}\"")), "{timing} {days} {part}: {}", page.body);
        }
        assert_eq!(admin.opens(&format!("{LIST}/nothing/ket-thuc")).status, 404);
        assert_eq!(site.browser().signs_in("officer").opens(LIST).status, 403);
    });
}
