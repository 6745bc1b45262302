//! Who is asked for more is waited for, and nothing is closed because nothing comes.

use hoidap::actions::{feedback, lookup, supplement};
use hoidap::domain::feedback::State;
use hoidap::domain::words::Serial;
use hoidap::jobs::clocks::daily;

use crate::support::ledger::Scratch;
use crate::support::people::Desk;
use crate::support::web::Site;
use crate::support::{Bed, day, each_database, faults, refusal};

fn ask(desk: Desk<'_>, serial: Serial, days: &str) -> Result<(), hoidap::domain::error::Problem> {
    desk.tries(|tx, me| supplement::ask(tx, me, serial, "Thửa đất số mấy, tờ bản đồ số mấy?", days))
}

fn adds(bed: &Bed, serial: Serial, words: &str) -> Result<(), hoidap::domain::error::Problem> {
    bed.service.write(|tx| supplement::add(tx, serial, words))
}

#[test]
fn the_clock_stands_still_until_the_sender_adds_something() {
    each_database(|bed| {
        let state = Scratch::new();
        let citizen = bed.citizen().says("Bao giờ có sổ?").email("dan@example.vn").consents(&["ask"]);
        let sent = citizen.sends(bed);
        let serial = sent.feedback.as_ref().unwrap().0;
        bed.on("2026-10-06");
        ask(bed.officer(), serial, "10").unwrap();
        let item = bed.item(serial);
        assert_eq!((item.state, item.paused, item.waits_until), (State::Supplement, true, Some(day("2026-10-20"))));
        assert!(bed.mails().contains(&format!("asked {}", serial.0)));
        let own = |code: &_| bed.service.read(|tx| lookup::own(tx, code)).unwrap().feedback.unwrap();
        assert_eq!(own(&sent.code).asked.as_deref(), Some("Thửa đất số mấy, tờ bản đồ số mấy?"));

        bed.on("2026-10-14");
        assert_eq!(faults(adds(bed, serial, " \n ")), ["/supplement words_missing"]);
        adds(bed, serial, "Thửa 12, tờ 3.").unwrap();
        let item = bed.item(serial);
        // ACCOUNTING.md §2: twelve working days were left.
        assert_eq!((item.state, item.due_on, item.first_due_on), (State::Working, Some(day("2026-10-30")), Some(day("2026-10-22"))));
        let own = own(&sent.code);
        assert_eq!((own.asked, own.added), (None, vec![(day("2026-10-14"), "Thửa 12, tờ 3.".to_owned())]));
        assert_eq!(bed.officer().opens(serial).unwrap().added.len(), 1);
        assert!(bed.mails().contains(&format!("resumed {}", serial.0)));
        // The public learns that it was asked and that something came, and no word of either.
        let public = format!("{:?}", bed.service.read(|tx| lookup::item(tx, serial)).unwrap());
        assert!(public.contains("SupplementRequested") && !public.contains("Thửa"), "{public}");
        bed.recounts();
        state.signs(bed);
        let site = Site::signing(bed, &state);
        hoidap::verify::verify(&hoidap::verify::Source::new(&site.url, None), &Default::default()).unwrap();
    });
}

#[test]
fn a_question_back_is_mailed_to_whoever_agreed_to_be_asked_and_to_nobody_else() {
    each_database(|bed| {
        for (consents, mailed) in [(&["ask"] as &[&str], true), (&["answer"], false), (&["survey", "answer"], false), (&["ask", "answer"], true)] {
            let serial = bed.citizen().says("Bao giờ có sổ?").email("dan@example.vn").consents(consents).sends_opinion(bed);
            ask(bed.officer(), serial, "3").unwrap();
            assert_eq!(bed.mails().contains(&format!("asked {}", serial.0)), mailed, "{consents:?}");
        }
    });
}

#[test]
fn when_nothing_comes_the_office_goes_on() {
    each_database(|bed| {
        let serial = bed.citizen().says("Bao giờ có sổ?").sends_opinion(bed);
        ask(bed.officer(), serial, "3").unwrap();
        bed.on("2026-10-06");
        assert_eq!(daily(&bed.service).unwrap().lapsed, 0, "its last day is not over");
        bed.on("2026-10-07");
        assert_eq!(daily(&bed.service).unwrap().lapsed, 1);
        assert_eq!(daily(&bed.service).unwrap().lapsed, 0);
        assert_eq!(bed.item(serial).state, State::Working);
        assert_eq!(bed.events(serial).last(), Some(&"deadline_moved"));
        assert_eq!(refusal(adds(bed, serial, "Muộn rồi.")), "move_not_possible");
        bed.recounts();
    });
}

#[test]
fn a_request_says_what_and_how_long() {
    each_database(|bed| {
        let serial = bed.citizen().says("Bao giờ có sổ?").sends_opinion(bed);
        for days in ["0", "11", "-1", "", "mười"] {
            assert_eq!(faults(ask(bed.officer(), serial, days)), ["/days not_a_choice"], "{days}");
        }
        assert_eq!(faults(bed.officer().tries(|tx, me| supplement::ask(tx, me, serial, " ", "5"))), ["/request words_missing"]);
        assert_eq!(refusal(ask(bed.desk("head"), serial, "5")), "not_allowed");
        ask(bed.officer(), serial, "5").unwrap();
        assert_eq!(refusal(ask(bed.officer(), serial, "5")), "move_not_possible", "one at a time");
        bed.service.write(|tx| feedback::withdraw(tx, serial)).unwrap();
        assert_eq!(bed.item(serial).waits_until, None);
        bed.on("2026-11-01");
        assert_eq!(daily(&bed.service).unwrap().lapsed, 0);
    });
}

#[test]
fn an_officer_corrects_the_kind_with_a_reason() {
    each_database(|bed| {
        let serial = bed.citizen().kind("report").says("Đề nghị thêm ghế chờ.").sends_opinion(bed);
        let try_to = |kind: &str, reason: &str| bed.officer().tries(|tx, me| feedback::reclassify(tx, me, serial, kind, reason, ""));
        assert_eq!(faults(try_to("report", "by_content")), ["/kind same_kind"]);
        assert_eq!(faults(try_to("complaint", "by_content")), ["/kind choice_missing"], "a complaint has its own road");
        assert_eq!(faults(try_to("denunciation", "by_content")), ["/kind choice_missing"]);
        assert_eq!(faults(try_to("", "")), ["/kind choice_missing", "/reason reason_missing"]);
        try_to("suggestion", "by_content").unwrap();
        assert_eq!(bed.item(serial).kind, Some("suggestion".parse().unwrap()));
        bed.recounts();
    });
}

#[test]
fn a_seal_that_the_receiver_does_not_confirm_in_two_working_days_is_undone() {
    each_database(|bed| {
        let sealed: Vec<Serial> = (0..3).map(|_| bed.citizen().says("Cán bộ vòi tiền.").sends_opinion(bed)).collect();
        for serial in &sealed {
            bed.officer().seals(*serial);
        }
        let by_sender = bed.citizen().kind("denunciation").says("Tôi tố cáo.").sends_opinion(bed);
        bed.desk("receiver").tries(|tx, me| feedback::confirm_seal(tx, me, sealed[0])).unwrap();
        // Thursday; Friday and Monday are the two days.
        bed.on("2026-10-05");
        assert_eq!(daily(&bed.service).unwrap().restored, 0);
        bed.on("2026-10-06");
        assert_eq!(daily(&bed.service).unwrap().restored, 2);
        assert_eq!(daily(&bed.service).unwrap().restored, 0);
        let states: Vec<State> = sealed.iter().chain([&by_sender]).map(|serial| bed.item(*serial).state).collect();
        assert_eq!(states, [State::Sealed, State::Waiting, State::Waiting, State::Sealed]);
        bed.recounts();
    });
}
