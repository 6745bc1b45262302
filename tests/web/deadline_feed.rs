//! One's deadlines in one's own calendar program: by an address that nobody
//! guesses, with numbers and days and no words.

use hoidap::actions::supplement;

use crate::support::each_database;
use crate::support::web::{Page, Site};

const FEED: &str = "/can-bo/tai-khoan/lich";

/// What stands behind the deployment's own address.
fn path(made: &Page) -> String {
    let address = made.body.split("<span class=\"code\">").nth(1).unwrap().split("</span>").next().unwrap();
    format!("/lich-han/{}", address.split("/lich-han/").nth(1).unwrap())
}

#[test]
fn a_calendar_program_reads_the_deadlines_until_the_address_is_taken_away() {
    each_database(|bed| {
        let site = Site::start(bed);
        let mine = bed.citizen().says("Bao giờ có sổ của bà Tư?").sends_opinion(bed);
        let free = bed.citizen().says("Thiếu ghế.").sends_opinion(bed);
        let asked = bed.citizen().says("Mạng chậm.").sends_opinion(bed);
        bed.officer().takes(mine).takes(asked);
        bed.officer().tries(|tx, me| supplement::ask(tx, me, asked, "Ở đâu?", "5")).unwrap();
        let officer = site.browser().signs_in("officer");
        let made = officer.submits(FEED, &[]);
        assert!(made.says("chỉ hiện một lần"), "{}", made.body);
        let feed = path(&made);

        let stranger = site.browser();
        let file = stranger.opens(&feed);
        assert_eq!((file.status, file.header("content-type"), file.header("referrer-policy")), (200, "text/calendar; charset=utf-8", "no-referrer"));
        for line in ["BEGIN:VCALENDAR", "SUMMARY:HD-000001: hạn trả lời", "DTSTART;VALUE=DATE:20261022", "DTEND;VALUE=DATE:20261023", "UID:hoidap-HD-000001@"]
        {
            assert!(file.body.contains(&format!("\r\n{line}")) || file.body.starts_with(line), "{line}: {}", file.body);
        }
        assert!(!file.says("bà Tư") && !file.says(&free.to_string()), "no words, and nothing that is nobody's: {}", file.body);
        assert!(!file.says(&asked.to_string()), "while its sender is waited for it has no day");
        assert!(officer.opens("/can-bo/tai-khoan").says("tạo ngày 01/10/2026") && !officer.opens("/can-bo/tai-khoan").says(&feed));

        let again = path(&officer.submits(FEED, &[]));
        assert_eq!((stranger.opens(&feed).status, stranger.opens(&again).status), (404, 200), "the new one takes its place");
        assert_eq!(officer.submits(&format!("{FEED}/huy"), &[]).status, 303);
        assert_eq!(stranger.opens(&again).status, 404);
        assert_eq!(officer.sends(FEED, &[]).status, 403, "not without the form's token");
    });
}
