//! Everybody who has to be reminded gets one letter a morning, once.

use hoidap::actions::Service;
use hoidap::actions::chase::chase;
use hoidap::actions::{feedback, press};
use hoidap::clock::Clock;
use hoidap::domain::access::Officer;
use hoidap::domain::submission::OpinionDraft;
use hoidap::domain::time::Day;
use hoidap::domain::words::Serial;

use super::{OFFICE, addresses, answer, delivered, each_database, hand_in, officer, send_in};

fn says(service: &Service) -> Serial {
    send_in(service, "vi", OpinionDraft { text: "Góp ý".to_owned(), ..OpinionDraft::default() }).0
}

/// What leaves on the morning of a day, by address.
fn morning(service: &Service, clock: &Clock, day: &str) -> Vec<(String, String)> {
    let day: Day = day.parse().unwrap();
    clock.set(day.at(60));
    chase(service).unwrap();
    assert_eq!(chase(service).unwrap(), 0, "once a day");
    assert!(delivered(service).is_empty(), "nobody gets a letter at night");
    clock.set(day.at(8 * 3_600));
    delivered(service).into_iter().map(|(to, letter)| (to, format!("{}\n{}", letter.subject, letter.text))).collect()
}

#[test]
fn the_ladder_is_climbed_rung_by_rung_and_each_once() {
    each_database(|service, clock| {
        let me = officer(&service, "nguoi-lam", OFFICE, &["officer"], "vi");
        officer(&service, "lanh-dao", OFFICE, &["head"], "vi");
        officer(&service, "noi-khac", "31507", &["head"], "vi");
        // Thursday 1 October, due on the 22nd.
        let taken = says(&service);
        says(&service);
        service.write(|tx| feedback::take(tx, &me, taken)).unwrap();
        delivered(&service);
        let to = |day: &str| morning(&service, &clock, day).into_iter().map(|(to, _)| to).collect::<Vec<_>>();
        assert_eq!(to("2026-10-12"), [""; 0]);
        // Nobody has taken the second: its office is reminded.
        assert_eq!(to("2026-10-13"), ["nguoi-lam@example.vn", "so-xd@example.vn"]);
        assert_eq!(to("2026-10-14"), [""; 0]);
        // Nobody looked on the 21st: the day before is not lost, and the higher rung says it all.
        let late = morning(&service, &clock, "2026-10-23");
        assert_eq!(late.iter().map(|(to, _)| to.as_str()).collect::<Vec<_>>(), ["lanh-dao@example.vn", "nguoi-lam@example.vn", "so-xd@example.vn"]);
        assert!(late[0].1.contains("Đôn đốc trả lời: 2 ý kiến") && late[0].1.contains("HD-000001") && late[0].1.contains("HD-000002"), "{}", late[0].1);
        assert!(late[1].1.contains("Đã quá hạn") && !late[1].1.contains("HD-000002") && !late[1].1.contains("Còn 1 ngày"), "{}", late[1].1);
        assert_eq!(to("2026-10-25"), [""; 0], "not on a Sunday");
        assert_eq!(to("2026-10-27"), ["supervisor@example.vn"]);
        assert_eq!(to("2026-10-28"), [""; 0]);
    });
}

#[test]
fn what_was_answered_in_the_meantime_is_not_written_about() {
    each_database(|service, clock| {
        let (me, other) = (officer(&service, "nguoi-lam", OFFICE, &["officer"], "vi"), officer(&service, "nguoi-duyet", OFFICE, &["approver"], "vi"));
        let [answered, open] = [says(&service), says(&service)];
        for serial in [answered, open] {
            service.write(|tx| feedback::take(tx, &me, serial)).unwrap();
        }
        delivered(&service);
        let day: Day = "2026-10-13".parse().unwrap();
        clock.set(day.at(60));
        assert_eq!(chase(&service).unwrap(), 1);
        hand_in(&service, &me, answered, &answer("Đã xong."));
        service.write(|tx| feedback::approve(tx, &other, answered, None)).unwrap();
        clock.set(day.at(8 * 3_600));
        let letters = delivered(&service);
        let digest = letters.iter().find(|(to, _)| to == "nguoi-lam@example.vn").unwrap();
        assert!(digest.1.text.contains("HD-000002") && !digest.1.text.contains("HD-000001"), "{}", digest.1.text);
    });
}

#[test]
fn servers_that_remind_at_once_write_each_letter_once() {
    each_database(|service, clock| {
        let me = officer(&service, "nguoi-lam", OFFICE, &["officer"], "vi");
        let serial = says(&service);
        service.write(|tx| feedback::take(tx, &me, serial)).unwrap();
        delivered(&service);
        let day: Day = "2026-10-13".parse().unwrap();
        clock.set(day.at(60));
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(|| chase(&service).unwrap()))));
        clock.set(day.at(8 * 3_600));
        assert_eq!(addresses(&delivered(&service)), ["nguoi-lam@example.vn"]);
    });
}

#[test]
fn an_officer_who_moved_office_is_waited_for_by_nobody() {
    each_database(|service, clock| {
        let me = officer(&service, "nguoi-lam", OFFICE, &["officer"], "vi");
        let colleague = officer(&service, "dong-nghiep", OFFICE, &["officer"], "vi");
        let serial = says(&service);
        service.write(|tx| feedback::take(tx, &me, serial)).unwrap();
        delivered(&service);
        service
            .write(|tx| Ok(hoidap::store::officer::change(tx.conn, me.id, &me.name, &"31507".parse().unwrap(), me.language, Some("nguoi-lam@example.vn"))?))
            .unwrap();
        let moved = service.read(|tx| Ok(hoidap::store::officer::get(tx.conn, me.id)?.unwrap().officer)).unwrap();
        assert_eq!(morning(&service, &clock, "2026-10-13").into_iter().map(|(to, _)| to).collect::<Vec<_>>(), ["so-xd@example.vn"]);
        assert!(service.write(|tx| feedback::take(tx, &moved, serial)).is_err(), "it is no longer theirs");
        service.write(|tx| feedback::take(tx, &colleague, serial)).unwrap();
    });
}

#[test]
fn an_appeal_is_pressed_for_by_its_own_date() {
    each_database(|service, clock| {
        let (me, other) = (officer(&service, "nguoi-lam", OFFICE, &["officer"], "vi"), officer(&service, "nguoi-duyet", OFFICE, &["approver"], "vi"));
        officer(&service, "lanh-dao-tp", "ct", &["head"], "vi");
        let serial = says(&service);
        hand_in(&service, &me, serial, &answer("Đã xong."));
        service.write(|tx| feedback::approve(tx, &other, serial, None)).unwrap();
        service.write(|tx| hoidap::actions::reply::reply(tx, serial, "no", "not_done", "")).unwrap();
        service.write(|tx| hoidap::actions::appeal::ask(tx, serial)).unwrap();
        delivered(&service);
        // Asked on 1 October, to be answered by the 22nd.
        assert_eq!(morning(&service, &clock, "2026-10-12"), []);
        let late = morning(&service, &clock, "2026-10-23");
        let heads = late.iter().find(|(to, _)| to == "lanh-dao-tp@example.vn").unwrap_or_else(|| panic!("{late:?}"));
        assert!(heads.1.contains("Đề nghị xem lại: Đã quá hạn") && heads.1.contains("HD-000001"), "{}", heads.1);
    });
}

#[test]
fn a_press_reaches_who_works_on_it_or_the_office_and_its_heads() {
    each_database(|service, _| {
        let me = officer(&service, "nguoi-lam", OFFICE, &["officer"], "vi");
        let head = officer(&service, "lanh-dao", OFFICE, &["head"], "vi");
        let above = officer(&service, "don-doc", "ct", &["supervisor"], "vi");
        officer(&service, "noi-khac", "31507", &["head"], "vi");
        let [taken, free] = [says(&service), says(&service)];
        service.write(|tx| feedback::take(tx, &me, taken)).unwrap();
        delivered(&service);
        let pressed = |by: &Officer, serial, words: &str| {
            service.write(|tx| press::press(tx, by, serial, words)).unwrap();
            delivered(&service)
        };
        let letters = pressed(&above, taken, "Xin trả lời trước thứ Sáu.");
        assert_eq!(addresses(&letters), ["lanh-dao@example.vn", "nguoi-lam@example.vn"]);
        assert!(letters.iter().all(|(_, letter)| letter.text.contains("Xin trả lời trước thứ Sáu.")), "{letters:?}");
        assert_eq!(addresses(&pressed(&above, free, "")), ["lanh-dao@example.vn", "so-xd@example.vn"], "nobody works on it: its office");
        assert_eq!(addresses(&pressed(&head, taken, "")), ["nguoi-lam@example.vn"], "nobody writes to themselves");
        service.write(|tx| press::press(tx, &head, free, "")).unwrap();
        service.write(|tx| feedback::withdraw(tx, free)).unwrap();
        assert_eq!(addresses(&delivered(&service)), ["so-xd@example.vn"; 0], "it waits no more");
    });
}
