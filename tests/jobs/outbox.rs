//! Mail leaves once for whoever may still be written to, whatever happens on the way.

use std::collections::BTreeSet;

use hoidap::actions::feedback::{self, Written};
use hoidap::actions::{Service, account, appeal, erasure, reply};
use hoidap::domain::submission::OpinionDraft;
use hoidap::domain::words::Serial;
use hoidap::jobs::outbox::drain;
use hoidap::jobs::run;
use hoidap::keys::Keys;
use hoidap::mail::Mailer;
use hoidap::store;
use hoidap::store::outbox::Message;
use serde_json::json;

use super::smtp::MailServer;
use super::{OFFICE, WORDS, addresses, answer, backlog, config, delivered, each_database, hand_in, memory, officer, opinion, send_in};

fn row(service: &Service, id: i64) -> Message {
    service.read(|tx| Ok(store::outbox::get(tx.conn, id)?)).unwrap().unwrap()
}

/// The outcomes of all finished rows, by id.
fn outcomes(service: &Service) -> Vec<String> {
    (1..).map_while(|id| service.read(|tx| Ok(store::outbox::get(tx.conn, id)?)).unwrap()).filter_map(|m| m.outcome).collect()
}

#[test]
fn a_mail_server_that_is_gone_for_a_day_gets_exactly_what_was_due() {
    each_database(|service, clock| {
        let mut server = MailServer::down();
        let mailer = Mailer::from_config(&config(&format!("smtp://127.0.0.1:{}", server.port))).unwrap();
        server.start();
        send_in(&service, "vi", opinion("report", "khong@example.vn"));
        drain(&service, &mailer).unwrap();
        assert_eq!(server.headers("To"), ["khong@example.vn", "so-xd@example.vn"]);
        // The mailer still holds a connection to it.
        server.stop();
        send_in(&service, "vi", opinion("report", "mot@example.vn"));
        let (withdrawn, _) = send_in(&service, "vi", opinion("report", "hai@example.vn"));
        let (erased, _) = send_in(&service, "vi", opinion("report", "ba@example.vn"));
        for hour in 0..24 {
            if hour == 12 {
                service.write(|tx| feedback::withdraw(tx, withdrawn)).unwrap();
                service.write(|tx| Ok(store::feedback::forget_contact(tx.conn, erased)?)).unwrap();
                send_in(&service, "km", opinion("praise", "bon@example.vn"));
            }
            drain(&service, &mailer).unwrap();
            clock.set(clock.now().plus_seconds(3_600));
        }
        assert_eq!(server.letters().len(), 2);
        assert_eq!(backlog(&service), (5, 5), "two senders, three letters to the office; the withdrawn and the erased wait no more");
        let waiting = service.read(|tx| Ok(store::outbox::waiting(tx.conn, 100)?)).unwrap();
        assert!(waiting.iter().all(|m| m.last_error.as_deref() == Some("not_reached")), "{waiting:?}");

        server.start();
        clock.set(clock.now().plus_seconds(6 * 3_600));
        drain(&service, &mailer).unwrap();
        drain(&service, &mailer).unwrap();
        assert_eq!(
            server.headers("To"),
            ["bon@example.vn", "khong@example.vn", "mot@example.vn", "so-xd@example.vn", "so-xd@example.vn", "so-xd@example.vn", "so-xd@example.vn"]
        );
        let ids: BTreeSet<String> = server.headers("Message-ID").into_iter().collect();
        assert_eq!(ids.len(), 7, "{ids:?}");
        assert!(ids.iter().all(|id| id.starts_with("<outbox-") && id.ends_with("@hoidap.example.vn>")), "{ids:?}");
        assert_eq!(server.headers("Auto-Submitted"), ["auto-generated"; 7]);
        assert_eq!(backlog(&service), (0, 0));
    });
}

#[test]
fn a_refused_address_is_given_up_and_a_full_mailbox_is_not() {
    each_database(|service, clock| {
        let mut server = MailServer::down();
        server.start();
        let mailer = Mailer::from_config(&config(&format!("smtp://127.0.0.1:{}", server.port))).unwrap();
        for name in ["gone", "full", "mot"] {
            send_in(&service, "vi", opinion("report", &format!("{name}@example.vn")));
        }
        drain(&service, &mailer).unwrap();
        clock.set(clock.now().plus_seconds(3_600));
        drain(&service, &mailer).unwrap();
        assert_eq!(server.headers("To"), ["mot@example.vn", "so-xd@example.vn", "so-xd@example.vn", "so-xd@example.vn"]);
        assert_eq!(outcomes(&service), ["refused", "sent", "sent", "sent", "sent"]);
        let waiting = service.read(|tx| Ok(store::outbox::waiting(tx.conn, 10)?)).unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!((waiting[0].attempts, waiting[0].last_error.as_deref()), (2, Some("not_taken 452")));
    });
}

#[test]
fn tries_are_a_minute_apart_then_two_then_four_and_never_more_than_six_hours() {
    each_database(|service, clock| {
        let server = MailServer::down();
        let mailer = Mailer::from_config(&config(&format!("smtp://127.0.0.1:{}", server.port))).unwrap();
        send_in(&service, "vi", OpinionDraft { text: "Góp ý".to_owned(), ..OpinionDraft::default() });
        let mut minutes = Vec::new();
        for _ in 0..12 {
            assert_eq!(drain(&service, &mailer).unwrap(), 1);
            let next = row(&service, 1).run_at;
            minutes.push((next.micros() - clock.now().micros()) / 60_000_000);
            clock.set(next.plus_seconds(-1));
            assert_eq!(drain(&service, &mailer).unwrap(), 0, "not before its time");
            clock.set(next);
        }
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
    });
}

#[test]
fn what_a_server_that_died_had_claimed_is_sent_when_its_lease_has_ended() {
    each_database(|service, clock| {
        send_in(&service, "vi", OpinionDraft { text: "Góp ý".to_owned(), ..OpinionDraft::default() });
        assert_eq!(service.write(|tx| Ok(store::outbox::claim(tx.conn, tx.now, 60, 1)?)).unwrap().len(), 1);
        assert_eq!(delivered(&service).len(), 0);
        clock.set(clock.now().plus_seconds(61));
        let letters = delivered(&service);
        assert_eq!(letters[0].1.message_id, "<outbox-1@hoidap.example.vn>");
        assert_eq!(row(&service, 1).attempts, 2);
    });
}

#[test]
fn servers_that_share_an_outbox_send_each_letter_once() {
    each_database(|service, _| {
        for n in 0..20 {
            send_in(&service, "vi", opinion("report", &format!("nguoi-{n}@example.vn")));
        }
        let (mailer, letters) = memory();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| drain(&service, &mailer).unwrap());
            }
        });
        let ids: BTreeSet<String> = letters.lock().unwrap().iter().map(|l| l.message_id.clone()).collect();
        assert_eq!((ids.len(), letters.lock().unwrap().len()), (40, 40));
    });
}

#[test]
fn everybody_who_may_approve_is_written_to_and_nobody_who_wrote() {
    each_database(|service, _| {
        let (serial, _) = send_in(&service, "vi", OpinionDraft { text: "Góp ý".to_owned(), ..OpinionDraft::default() });
        let writer = officer(&service, "viet", OFFICE, &["officer", "approver"], "vi");
        officer(&service, "duyet", OFFICE, &["approver"], "en");
        officer(&service, "tren", "ct", &["approver"], "vi");
        officer(&service, "khac", "so-nv", &["approver"], "vi");
        officer(&service, "truong", OFFICE, &["head"], "vi");
        let ended = officer(&service, "nghi", OFFICE, &["approver"], "vi");
        let admin = officer(&service, "quan-tri", "ct", &["administrator"], "vi");
        service.write(|tx| account::end(tx, &admin, ended.id)).unwrap();
        delivered(&service);

        hand_in(&service, &writer, serial, &answer("Đã bố trí thêm người."));
        let letters = delivered(&service);
        assert_eq!(addresses(&letters), ["city-approver@example.vn", "duyet@example.vn", "tren@example.vn"]);
        assert!(letters[1].1.text.contains("waits for your approval"), "{}", letters[0].1.text);
        assert!(letters.iter().all(|(_, l)| l.text.contains("/can-bo/HD-000001") && !l.text.contains("bố trí thêm")), "the text stays at the desk");
        assert_ne!(letters[0].1.message_id, letters[1].1.message_id);
        assert_eq!(delivered(&service).len(), 0);
    });
}

#[test]
fn a_denunciation_is_in_nobodys_mailbox_but_its_receivers() {
    each_database(|service, _| {
        officer(&service, "xu-ly", OFFICE, &["officer", "approver", "head"], "vi");
        let worker = officer(&service, "can-bo", OFFICE, &["officer"], "vi");
        send_in(&service, "vi", opinion("denunciation", "nguoi-gui@example.vn"));
        let (later, _) = send_in(&service, "vi", opinion("report", "nguoi-khac@example.vn"));
        service.write(|tx| feedback::seal(tx, &worker, later)).unwrap();
        let letters = delivered(&service);
        assert_eq!(addresses(&letters), ["receiver@example.vn"; 2]);
        for (_, letter) in letters {
            for said in ["tố cáo", "Sở", OFFICE, "construction", "Xây dựng", "/2026"] {
                assert!(!letter.text.contains(said), "{said}: {}", letter.text);
            }
        }
        assert_eq!(backlog(&service), (0, 0));
    });
}

#[test]
fn the_sender_reads_the_answer_the_refusal_and_the_guidance() {
    each_database(|service, _| {
        let writer = officer(&service, "viet", OFFICE, &["officer"], "vi");
        let approver = officer(&service, "duyet", OFFICE, &["approver"], "vi");
        let send = |name: &str, kind: &str| send_in(&service, "vi", opinion(kind, &format!("{name}@example.vn"))).0;
        let (a, b, c, d) = (send("a", "report"), send("b", "report"), send("c", "complaint"), send("d", "report"));
        delivered(&service);

        hand_in(&service, &writer, a, &answer("Đã bố trí thêm người & ghế <mới>."));
        hand_in(
            &service,
            &writer,
            b,
            &Written { intent: "spam".to_owned(), ground: "advertising".to_owned(), note: "Hai lần rồi.".to_owned(), ..Written::default() },
        );
        service.write(|tx| feedback::approve(tx, &approver, a, None)).unwrap();
        service.write(|tx| feedback::approve(tx, &approver, b, None)).unwrap();
        service.write(|tx| feedback::redirect(tx, &writer, c, "complaint_law", "Hãy gửi đơn đến Thanh tra thành phố.")).unwrap();
        service.write(|tx| feedback::merge(tx, &writer, d, a)).unwrap();
        let letters: Vec<_> = delivered(&service).into_iter().filter(|(to, _)| to.len() == "a@example.vn".len()).collect();
        assert_eq!(addresses(&letters), ["a@example.vn", "b@example.vn", "c@example.vn", "d@example.vn"]);
        let says = |n: usize, words: &[&str]| words.iter().for_each(|w| assert!(letters[n].1.text.contains(w), "{w}: {}", letters[n].1.text));
        says(0, &["Đã bố trí thêm người & ghế <mới>.", "Thời gian chờ", "https://hoidap.example.vn/y-kien/HD-000001\n"]);
        says(1, &["Lý do: Quảng cáo.", "Hai lần rồi.", "https://hoidap.example.vn/gop-y\n"]);
        says(2, &["Hãy gửi đơn đến Thanh tra thành phố.", "Luật Khiếu nại"]);
        says(3, &["HD-000004", "gộp với ý kiến HD-000001", "Đã bố trí thêm người", "https://hoidap.example.vn/y-kien/HD-000004\n"]);
    });
}

#[test]
fn what_was_overtaken_is_not_sent() {
    each_database(|service, _| {
        let writer = officer(&service, "viet", OFFICE, &["officer", "head"], "vi");
        let approver = officer(&service, "duyet", OFFICE, &["approver"], "vi");
        let (moved, _) = send_in(&service, "vi", OpinionDraft { text: "Góp ý".to_owned(), ..OpinionDraft::default() });
        service.write(|tx| feedback::forward(tx, &writer, moved, "so-nv", "wrong_office", "")).unwrap();
        assert_eq!(addresses(&delivered(&service)), ["so-nv@example.vn"]);

        let (given, _) = send_in(&service, "vi", OpinionDraft { text: "Góp ý".to_owned(), ..OpinionDraft::default() });
        service.write(|tx| feedback::assign(tx, &writer, given, writer.id)).unwrap();
        hand_in(&service, &writer, given, &answer("Đã xong."));
        service.write(|tx| feedback::give_back(tx, &approver, given, "unclear", "Viết rõ ngày.")).unwrap();
        let letters = delivered(&service);
        assert_eq!(addresses(&letters), ["so-xd@example.vn", "viet@example.vn", "viet@example.vn"], "the approver has nothing to approve any more");
        assert!(letters.iter().all(|(_, l)| !l.text.contains("Viết rõ ngày")), "words beside a reason stay at the desk");
        let (restored, _) = send_in(&service, "vi", opinion("complaint", "a@example.vn"));
        service.write(|tx| feedback::redirect(tx, &writer, restored, "complaint_law", "Hãy gửi đơn đến Thanh tra.")).unwrap();
        service.write(|tx| feedback::restore(tx, &approver, restored, "")).unwrap();
        let texts: Vec<String> = delivered(&service).into_iter().map(|(_, l)| l.text).collect();
        assert!(texts.len() == 3 && texts.iter().all(|t| !t.contains("Thanh tra")), "received, and twice to the office that has it again: {texts:?}");
    });
}

#[test]
fn nobody_is_told_of_an_appeal_whose_words_are_gone() {
    each_database(|service, _| {
        let writer = officer(&service, "viet", OFFICE, &["officer"], "vi");
        let approver = officer(&service, "duyet", OFFICE, &["approver"], "vi");
        let protector = officer(&service, "bao-ve", "ct", &["data_protection"], "vi");
        let appealed = ["Một.", "Hai."].map(|text| {
            let (serial, _) = send_in(&service, "vi", OpinionDraft { text: text.to_owned(), ..OpinionDraft::default() });
            hand_in(&service, &writer, serial, &answer("Đã xong."));
            service.write(|tx| feedback::approve(tx, &approver, serial, None)).unwrap();
            service.write(|tx| reply::reply(tx, serial, "no", "not_done", "")).unwrap();
            serial
        });
        delivered(&service);
        for serial in appealed {
            service.write(|tx| appeal::ask(tx, serial)).unwrap();
        }
        service.write(|tx| erasure::erase(tx, &protector, appealed[0])).unwrap();
        let told: Vec<String> = delivered(&service).into_iter().map(|(_, letter)| letter.text).collect();
        assert!(told.len() == 1 && told[0].contains(&appealed[1].to_string()), "{told:?}");
    });
}

#[test]
fn no_letter_holds_a_receipt_code_or_what_the_sender_wrote() {
    each_database(|service, _| {
        let writer = officer(&service, "viet", OFFICE, &["officer"], "vi");
        officer(&service, "duyet", OFFICE, &["approver"], "km");
        let (serial, code) = send_in(&service, "en", opinion("report", "a@example.vn"));
        service.write(|tx| feedback::assign(tx, &writer, serial, writer.id)).unwrap();
        hand_in(&service, &writer, serial, &answer("Đã bố trí thêm người."));
        let letters = delivered(&service);
        assert_eq!(addresses(&letters), ["a@example.vn", "city-approver@example.vn", "duyet@example.vn", "so-xd@example.vn", "viet@example.vn"]);
        let bare: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        for (_, letter) in letters {
            let all = format!("{}\n{}", letter.subject, letter.text);
            assert!(!all.contains(&code) && !all.contains(&bare) && !all.contains(WORDS) && !all.contains("Nguyễn Văn Thử"), "{all}");
        }
    });
}

#[test]
fn consent_that_was_not_given_is_not_assumed() {
    each_database(|service, _| {
        send_in(&service, "vi", OpinionDraft { consent: vec!["survey".to_owned()], ..opinion("report", "a@example.vn") });
        // As if an older version had queued it.
        service.write(|tx| tx.mail("received", "older", json!({"serial": 1}))).unwrap();
        assert_eq!(addresses(&delivered(&service)), ["so-xd@example.vn"]);
        assert_eq!(outcomes(&service), ["sent", "dropped"]);
    });
}

#[test]
fn who_agreed_to_one_thing_is_written_to_about_that_alone() {
    each_database(|service, _| {
        let writer = officer(&service, "viet", OFFICE, &["officer"], "vi");
        let approver = officer(&service, "duyet", OFFICE, &["approver"], "vi");
        let answered = |consents: &[&str]| {
            let consent = consents.iter().map(|purpose| (*purpose).to_owned()).collect();
            let (serial, _) = send_in(&service, "vi", OpinionDraft { consent, ..opinion("report", "a@example.vn") });
            delivered(&service);
            hand_in(&service, &writer, serial, &answer("Đã bố trí thêm người."));
            service.write(|tx| feedback::approve(tx, &approver, serial, None)).unwrap();
            let letters = delivered(&service);
            let own = letters.into_iter().find(|(to, _)| to == "a@example.vn").map(|(_, letter)| letter.text);
            own.map(|text| (text.contains("Đã bố trí thêm người."), text.contains("đã giải quyết được việc của ông/bà chưa")))
        };
        assert_eq!(answered(&["answer"]), Some((true, false)));
        assert_eq!(answered(&["answer", "survey"]), Some((true, true)));
        assert_eq!(answered(&["survey"]), Some((false, true)), "the question, and where to read the answer");
        assert_eq!(answered(&["ask"]), None);
    });
}

#[test]
fn a_wrong_secret_or_an_unknown_kind_holds_one_mail_back_and_loses_none() {
    each_database(|service, clock| {
        send_in(&service, "vi", opinion("report", "a@example.vn"));
        service.write(|tx| tx.mail("of_the_next_version", "next", json!({"serial": 1}))).unwrap();
        let other = Service::new(service.db().clone(), clock.clone(), Keys::new(&[9; 32]));
        assert_eq!(addresses(&delivered(&other)), ["so-xd@example.vn"]);
        assert_eq!(backlog(&service), (2, 2));
        assert_eq!(row(&service, 1).last_error.as_deref(), Some("unreadable"));
        clock.set(clock.now().plus_seconds(60));
        assert_eq!(addresses(&delivered(&service)), ["a@example.vn"]);
        assert_eq!(backlog(&service), (1, 1));
    });
}

#[test]
fn the_jobs_run_until_they_are_stopped() {
    each_database(|service, _| {
        let (mailer, letters) = memory();
        let running = run(service.clone(), mailer.into(), None).unwrap();
        let (serial, _) = send_in(&service, "vi", opinion("report", "a@example.vn"));
        assert_eq!(serial, Serial(1));
        for _ in 0..200 {
            if letters.lock().unwrap().len() == 2 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        running.stop();
        assert_eq!(letters.lock().unwrap().len(), 2);
    });
}
