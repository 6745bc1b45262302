//! The calendar as a file: what is written out can be read in, nothing is
//! written before it was seen, and deadlines follow.

use crate::support::each_database;
use crate::support::web::Site;

const FILE: &str = "/quan-tri/lich.ics";
const IMPORT: &str = "/quan-tri/lich/nhap";

fn event(day: &str, name: &str) -> String {
    format!("BEGIN:VEVENT\r\nUID:{day}@khac\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:{name}\r\nEND:VEVENT\r\n")
}

fn file(events: &str) -> String {
    format!("\u{FEFF}BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Khac//VI\r\n{events}END:VCALENDAR\r\n")
}

#[test]
fn a_file_is_seen_before_it_is_written_and_deadlines_follow() {
    each_database(|bed| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        let due = || bed.item(serial).due_on.unwrap().to_string();
        assert_eq!(due(), "2026-10-22");
        let site = Site::start(bed);
        let admin = site.browser().signs_in("administrator");
        let text = file(&event("20261012", "Nghỉ thử\\, một ngày"));
        let days = || bed.service.read(|tx| Ok(tx.catalogue.calendar.rows().count())).unwrap();
        let before = days();
        let asked = [("file", text.as_str()), ("source", "QĐ thử"), ("official", "1"), ("viec", "xem")];
        let seen = admin.submits(IMPORT, &asked);
        assert!(seen.status == 200 && seen.says("Nghỉ thử, một ngày") && seen.says("Số ngày sẽ ghi: 1"), "{}", seen.body);
        assert_eq!((days(), due().as_str()), (before, "2026-10-22"), "nothing is written yet");

        let version = seen.hidden("version");
        let write =
            |version: &str| admin.submits(IMPORT, &[("file", text.as_str()), ("source", "QĐ thử"), ("official", "1"), ("version", version), ("viec", "ghi")]);
        assert_eq!(write("0").status, 409, "the calendar that was seen is another");
        assert_eq!(days(), before);
        let written = write(&version);
        assert_eq!(written.status, 303, "{}", written.body);
        assert!(admin.opens(written.header("location")).says("Số hạn trả lời dời theo: 1."));
        assert_eq!((days(), due().as_str()), (before + 1, "2026-10-23"));
        bed.recounts();

        let again = admin.submits(IMPORT, &asked);
        assert!(again.says("Không đổi") && again.says("Số ngày sẽ ghi: 0") && !again.says("name=\"version\""), "{}", again.body);
    });
}

#[test]
fn what_is_downloaded_changes_nothing_when_it_is_read_again() {
    each_database(|bed| {
        let site = Site::start(bed);
        let admin = site.browser().signs_in("administrator");
        let list = admin.opens("/quan-tri/lich");
        assert!(list.says(FILE) && list.says(IMPORT) && list.says("/quan-tri/lich/them"), "{}", list.body);
        let page = admin.opens(FILE);
        assert_eq!((page.status, page.header("content-type")), (200, "text/calendar; charset=utf-8"));
        for words in [
            "UID:hoidap-2026-09-02@127.0.0.1\r\n",
            "DTSTAMP:20261001T020000Z\r\n",
            "CATEGORIES:makeup_work\r\n",
            "STATUS:TENTATIVE\r\n",
            "SUMMARY:Tết Nguyên đán Đinh Mùi\r\n",
        ] {
            assert!(page.says(words), "{words}: {}", page.body);
        }
        let seen = admin.submits(IMPORT, &[("file", &page.body), ("official", "1"), ("viec", "xem")]);
        assert!(seen.status == 200 && seen.says("Số ngày sẽ ghi: 0"), "{}", seen.body);
        let seen = admin.submits(IMPORT, &[("file", &page.body), ("viec", "xem")]);
        assert!(seen.says("Giữ ngày đã quyết định") && seen.says("Số ngày sẽ ghi: 0"), "a proposal takes the place of nothing decided: {}", seen.body);
        assert_eq!(site.browser().signs_in("officer").opens(FILE).status, 403);
    });
}

#[test]
fn a_faulty_file_comes_back_with_its_day_and_everything_that_was_typed() {
    each_database(|bed| {
        let site = Site::start(bed);
        let admin = site.browser().signs_in("administrator");
        let refused = |text: &str, source: &str, words: &str| {
            let page = admin.submits(IMPORT, &[("file", text), ("source", source), ("viec", "xem")]);
            assert!(page.status == 422 && page.says(words), "{words}: {}", page.body);
            page
        };
        let twice = file(&format!("{}{}", event("20261012", "Một"), event("20261012", "Hai")));
        assert!(refused(&twice, "QĐ thử", "Ngày 2026-10-12 có hai lần trong tệp.").says("SUMMARY:Hai"));
        refused(&file(""), "QĐ thử", "Tệp không có ngày nào.");
        refused("không phải lịch", "QĐ thử", "Đây không phải là tệp iCalendar.");
        refused(&file(&event("20261012", "Một")), "", "href=\"#f-source\"");
    });
}
