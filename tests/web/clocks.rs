//! Terms by an administrator's hand: they hold for what comes in later, and no step is left without one.

use hoidap::domain::words::Serial;

use crate::support::web::Site;
use crate::support::{Bed, each_database};

const LIST: &str = "/quan-tri/thoi-han";

fn form<'a>(step: &'a str, days: &'a str, from: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("step", step), ("days", days), ("kind", ""), ("field", "land"), ("valid_from", from), ("source", "QĐ thử")]
}

#[test]
fn a_new_term_holds_for_what_comes_in_from_its_first_day_on() {
    each_database(|bed| {
        let due = |bed: &Bed| bed.item(bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed)).due_on.unwrap().to_string();
        assert_eq!(due(bed), "2026-10-22", "fifteen working days");
        let site = Site::start(bed);
        let admin = site.browser().signs_in("administrator");
        let added = admin.submits(&format!("{LIST}/them"), &form("answer", "10", "2026-10-02"));
        assert_eq!(added.status, 303, "{}", added.body);
        assert!(admin.opens(LIST).says("02/10/2026"), "{}", admin.opens(LIST).body);
        assert_eq!(due(bed), "2026-10-22", "it has not begun");
        bed.on("2026-10-02");
        assert_eq!(due(bed), "2026-10-16", "ten working days");
        assert_eq!(bed.item(Serial(1)).due_on.unwrap().to_string(), "2026-10-22", "a term that runs is not changed");
        let id = bed.service.read(|tx| Ok(tx.catalogue.clocks.last().unwrap().id)).unwrap();
        // A session does not last over night.
        let admin = site.browser().signs_in("administrator");
        let ended = admin.submits(&format!("{LIST}/{id}/ket-thuc"), &[("last", "2026-10-02")]);
        assert_eq!((ended.status, ended.header("location")), (303, "/quan-tri/thoi-han?xong=1"), "{}", ended.body);
        bed.on("2026-10-05");
        assert_eq!(due(bed), "2026-10-26", "fifteen again");
        bed.recounts();
    });
}

#[test]
fn a_term_in_the_past_or_a_step_without_one_is_refused_beside_its_field() {
    each_database(|bed| {
        let site = Site::start(bed);
        let admin = site.browser().signs_in("administrator");
        let count = || bed.service.read(|tx| Ok(tx.catalogue.clocks.len())).unwrap();
        let before = count();
        for (fields, place) in
            [(form("answer", "10", "2026-09-30"), "f-valid_from"), (form("answer", "0", "2026-10-01"), "f-days"), (form("rest", "1", "2026-10-01"), "f-step")]
        {
            let page = admin.submits(&format!("{LIST}/them"), &fields);
            assert!(page.status == 422 && page.says(&format!("href=\"#{place}\"")) && page.says("QĐ thử"), "{place}: {}", page.body);
        }
        assert_eq!(count(), before);
        let general = bed.service.read(|tx| Ok(tx.catalogue.clocks.iter().find(|r| r.step == "answer").unwrap().id)).unwrap();
        let end = |day: &str| admin.submits(&format!("{LIST}/{general}/ket-thuc"), &[("last", day)]);
        let refused = end("2026-12-31");
        assert!(refused.status == 422 && refused.says("Đây là quy tắc chung của việc này."), "{}", refused.body);
        assert_eq!(end("2026-09-30").status, 422);
        let next = [("step", "answer"), ("days", "12"), ("valid_from", "2027-01-01"), ("source", "QĐ mới")];
        assert_eq!(admin.submits(&format!("{LIST}/them"), &next).status, 303);
        assert_eq!(end("2026-12-31").status, 303, "another follows");
        assert_eq!(site.browser().signs_in("officer").opens(LIST).status, 403);
    });
}
