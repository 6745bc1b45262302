//! Letters about people's rights over their data, and about breaches.

use hoidap::actions::breach::{self, Form};
use hoidap::actions::rights::{self, Asked};
use hoidap::jobs::breach::warn;
use hoidap::store;

use super::{addresses, delivered, each_database, officer, opinion, send_in};

#[test]
fn each_step_is_told_to_the_sender_and_a_new_request_to_those_who_decide() {
    each_database(|service, _| {
        let protector = officer(&service, "du-lieu", "ct", &["data_protection"], "vi");
        officer(&service, "khac", "ct", &["officer", "administrator"], "vi");
        let (serial, _) = send_in(&service, "vi", opinion("report", "a@example.vn"));
        delivered(&service);
        service.write(|tx| rights::ask(tx, serial, &Asked { right: "restrict".to_owned(), words: "Riêng tư.".to_owned(), ..Asked::default() })).unwrap();
        let letters = delivered(&service);
        assert_eq!(addresses(&letters), ["a@example.vn", "du-lieu@example.vn", "protector@example.vn"]);
        assert!(letters.iter().all(|(_, l)| !l.text.contains("Riêng tư") && !l.text.contains("đồng ý nhận câu trả lời")), "{}", letters[0].1.text);
        let id = service.read(|tx| Ok(store::rights::of(tx.conn, serial)?[0].id)).unwrap();
        service.write(|tx| rights::acknowledge(tx, &protector, id)).unwrap();
        assert_eq!(addresses(&delivered(&service)), ["a@example.vn"]);
        service.write(|tx| rights::refuse(tx, &protector, id, "others_rights", "Có tên người khác.")).unwrap();
        let letters = delivered(&service);
        assert!(letters[0].1.text.contains("Có tên người khác.") && letters[0].1.text.contains("Ảnh hưởng đến quyền của người khác"));
    });
}

#[test]
fn officers_hear_of_a_breach_when_it_is_recorded_and_once_when_a_day_is_left() {
    each_database(|service, clock| {
        let protector = officer(&service, "du-lieu", "ct", &["data_protection"], "vi");
        officer(&service, "khac", "ct", &["administrator"], "vi");
        let detected = service.now();
        let record = |act: &str| {
            let mut form = Form { day: "2026-10-01".to_owned(), time: "09:00".to_owned(), ..Form::default() };
            act.clone_into(&mut form.facts.act);
            service.write(|tx| breach::open(tx, &protector, &form)).unwrap()
        };
        let told = record("Gửi nhầm thư.");
        record("Mất máy.");
        let letters = delivered(&service);
        assert_eq!(addresses(&letters), ["du-lieu@example.vn", "du-lieu@example.vn", "protector@example.vn", "protector@example.vn"]);
        assert!(letters.iter().all(|(_, l)| l.text.contains("72") && !l.text.contains("Gửi nhầm")), "{}", letters[0].1.text);
        clock.set(detected.plus_seconds(48 * 3_600 - 1));
        assert_eq!(warn(&service).unwrap(), 0, "more than a day is left");
        service.write(|tx| breach::notified(tx, &protector, told, "2026-10-02", "10:00", "A05")).unwrap();
        clock.set(detected.plus_seconds(48 * 3_600));
        assert_eq!(warn(&service).unwrap(), 1, "the authority was told of the other");
        assert_eq!(warn(&service).unwrap(), 0, "once");
        let letters = delivered(&service);
        assert_eq!(addresses(&letters), ["du-lieu@example.vn", "protector@example.vn"]);
        assert!(letters[0].1.text.contains("24"), "{}", letters[0].1.text);
    });
}
