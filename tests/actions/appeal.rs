//! A "no" may go to a higher office: other people, a clock of its own, and what
//! they say is public and in the log.

use hoidap::actions::figures::Asked;
use hoidap::actions::{appeal, lookup, reply};
use hoidap::domain::error::Problem;
use hoidap::domain::event::Appeal;
use hoidap::domain::words::Serial;
use hoidap::verify::{Source, verify};

use crate::support::ledger::Scratch;
use crate::support::web::Site;
use crate::support::{Bed, COORDINATING, each_database, faults, refusal};

fn unsolved(bed: &Bed) -> (Serial, String) {
    let sent = bed.citizen().says("Bao giờ có sổ?").email("an@example.vn").consents(&["answer"]).sends(bed);
    let serial = sent.feedback.as_ref().unwrap().0;
    bed.officer().writes(serial, "Đang xem.").hands_in(serial);
    bed.approver().approves(serial);
    bed.service.write(|tx| reply::reply(tx, serial, "no", "not_done", "")).unwrap();
    (serial, sent.code.reveal().to_owned())
}

fn asks(bed: &Bed, serial: Serial) -> Result<(), Problem> {
    bed.service.write(|tx| appeal::ask(tx, serial))
}

fn answers(bed: &Bed, login: &str, serial: Serial, words: &str, revision: i64) -> Result<(), Problem> {
    bed.desk(login).tries(|tx, me| appeal::save(tx, me, serial, words, revision, true))
}

fn approves(bed: &Bed, login: &str, serial: Serial, revision: i64) -> Result<(), Problem> {
    bed.desk(login).tries(|tx, me| appeal::approve(tx, me, serial, revision))
}

#[test]
fn an_appeal_reaches_other_people_in_a_higher_office_with_a_clock_of_its_own() {
    each_database(|bed| {
        let (serial, _) = unsolved(bed);
        let due_on = bed.item(serial).due_on;
        bed.on("2026-10-20");
        asks(bed, serial).unwrap();
        assert_eq!(refusal(asks(bed, serial)), "move_not_possible", "once");
        let item = bed.service.read(|tx| lookup::item(tx, serial)).unwrap();
        let asked = &item.appeals[0];
        // 15 working days after 20/10/2026.
        assert_eq!((asked.office.as_str(), asked.until.to_string().as_str(), asked.answer.as_ref()), ("ct", "2026-11-10", None));
        assert_eq!((bed.item(serial).due_on, bed.item(serial).appeal), (due_on, Some(Appeal::Open)), "the deadline knows nothing of it");
        assert!(bed.mails().contains(&format!("appealed {}", serial.0)), "{:?}", bed.mails());

        assert_eq!(refusal(answers(bed, "officer", serial, "Tôi đã đúng.", 0)), "not_allowed", "never back to the author's office");
        assert_eq!(refusal(approves(bed, "city-approver", serial, 0)), "changed_meanwhile", "nothing is handed in");
        assert_eq!(faults(answers(bed, "city-officer", serial, "   ", 0)), ["/appeal words_missing"]);
        answers(bed, "city-officer", serial, "Đã yêu cầu phường cấp sổ trước ngày 30/10.", 0).unwrap();
        assert_eq!(refusal(answers(bed, "city-officer", serial, "Khác.", 0)), "changed_meanwhile");
        assert_eq!(refusal(approves(bed, "approver", serial, 1)), "not_allowed");
        assert_eq!(refusal(approves(bed, "city-approver", serial, 0)), "changed_meanwhile", "nobody publishes a text unread");
        approves(bed, "city-approver", serial, 1).unwrap();

        let item = bed.service.read(|tx| lookup::item(tx, serial)).unwrap();
        assert_eq!(item.appeals[0].answer.as_deref(), Some("Đã yêu cầu phường cấp sổ trước ngày 30/10."));
        assert!(bed.mails().contains(&format!("appeal_answered {}", serial.0)));
        let counts = bed.counts(&Asked { field: Some("land".parse().unwrap()), ..Asked::default() });
        assert_eq!((counts.answered_on_time, counts.appealed, counts.appeal_answered), (1, 1, 1));
        bed.recounts();
    });
}

#[test]
fn who_wrote_or_approved_has_no_part_in_it_wherever_they_work() {
    each_database(|bed| {
        // The coordinating office answers; its higher office is the city, whose people may also write for it.
        let serial = bed.citizen().says("Mạng chậm.").office(COORDINATING).sends_opinion(bed);
        bed.desk("city-officer").takes(serial).writes(serial, "Đang xem.").hands_in(serial);
        bed.desk("second-coordinator").approves(serial);
        bed.service.write(|tx| reply::reply(tx, serial, "no", "not_done", "")).unwrap();
        asks(bed, serial).unwrap();
        assert_eq!(refusal(answers(bed, "city-officer", serial, "Vẫn vậy.", 0)), "own_text");
    });
}

#[test]
fn who_wrote_along_in_the_answer_has_no_part_in_the_appeal_and_who_writes_there_writes_on() {
    each_database(|bed| {
        let serial = bed.citizen().says("Bao giờ có sổ?").sends_opinion(bed);
        // The city helps the ward with a word; the ward hands in, so its officer is the one on record.
        bed.desk("city-officer").writes(serial, "Đang xem.");
        bed.officer().writes(serial, "Đang xem lại.").hands_in(serial);
        bed.approver().approves(serial);
        bed.service.write(|tx| reply::reply(tx, serial, "no", "not_done", "")).unwrap();
        asks(bed, serial).unwrap();
        assert_eq!(refusal(answers(bed, "city-officer", serial, "Vẫn vậy.", 0)), "own_text");
    });
    each_database(|bed| {
        let (serial, _) = unsolved(bed);
        asks(bed, serial).unwrap();
        let saves = |revision, hand_in| bed.desk("city-officer").tries(|tx, me| appeal::save(tx, me, serial, "Đã xem lại.", revision, hand_in));
        saves(0, false).unwrap();
        saves(1, false).unwrap();
        saves(2, true).unwrap();
        approves(bed, "city-approver", serial, 3).unwrap();
    });
}

#[test]
fn where_nobody_is_left_to_answer_the_administrators_are_told() {
    each_database(|bed| {
        let (serial, _) = unsolved(bed);
        asks(bed, serial).unwrap();
        let told = |serial: Serial| bed.mails().contains(&format!("appeal_stuck {}", serial.0));
        assert!(!told(serial), "the city has a writer and an approver");
        // The city's own approver approved: nobody else there may.
        let serial = bed.citizen().says("Mạng chậm.").office(COORDINATING).sends_opinion(bed);
        bed.desk("coordinator").takes(serial).writes(serial, "Đang xem.").hands_in(serial);
        bed.desk("city-approver").approves(serial);
        bed.service.write(|tx| reply::reply(tx, serial, "no", "not_done", "")).unwrap();
        asks(bed, serial).unwrap();
        assert!(told(serial), "{:?}", bed.mails());
    });
}

#[test]
fn a_yes_or_silence_is_no_ground_and_a_later_no_is_a_new_one() {
    each_database(|bed| {
        let serial = bed.citizen().says("Bao giờ có sổ?").sends_opinion(bed);
        bed.officer().writes(serial, "Ngày 15.").hands_in(serial);
        bed.approver().approves(serial);
        assert_eq!(refusal(asks(bed, serial)), "move_not_possible", "nothing was said");
        let says = |said, reason| bed.service.write(|tx| reply::reply(tx, serial, said, reason, "")).unwrap();
        says("yes", "");
        assert_eq!(refusal(asks(bed, serial)), "move_not_possible", "it helped");
        bed.officer().writes(serial, "Ngày 20.").hands_in(serial);
        bed.approver().approves(serial);
        says("no", "not_done");
        asks(bed, serial).unwrap();
        answers(bed, "city-officer", serial, "Ngày 18.", 0).unwrap();
        approves(bed, "city-approver", serial, 1).unwrap();
        assert_eq!(refusal(asks(bed, serial)), "move_not_possible", "answered");
        bed.officer().writes(serial, "Ngày 18.").hands_in(serial);
        bed.approver().approves(serial);
        says("no", "not_done");
        asks(bed, serial).unwrap();
        assert_eq!(bed.service.read(|tx| lookup::item(tx, serial)).unwrap().appeals.len(), 2);
    });
}

#[test]
fn the_sender_asks_on_their_page_and_a_stranger_can_verify_the_answer() {
    each_database(|bed| {
        let state = Scratch::new();
        let (serial, code) = unsolved(bed);
        let site = Site::signing(bed, &state);
        let sender = site.browser();
        let address = format!("/tra-cuu/{code}");
        assert!(sender.opens(&address).says("Đề nghị cấp trên xem lại"));
        let asked = sender.submits(&address, &[("viec", "xem-lai")]);
        assert!(sender.opens(asked.header("location")).says("Đã gửi đề nghị xem lại."));
        let officer = site.browser().signs_in("city-officer");
        assert!(officer.opens("/can-bo?loc=appeals").says(&serial.to_string()));
        let desk = format!("/can-bo/{}", serial.0);
        assert!(officer.opens(&desk).says("Người gửi đề nghị cấp trên xem lại"));
        assert_eq!(officer.submits(&format!("{desk}/xem-lai"), &[("revision", "0"), ("appeal", "Sẽ có sổ ngày 30/10.")]).status, 303);
        let approver = site.browser().signs_in("city-approver");
        let returned = [("revision", "1"), ("viec", "tra-lai"), ("appeal-reason", "unclear"), ("note", "Nêu rõ ngày.")];
        assert_eq!(approver.submits(&format!("{desk}/duyet-lai"), &returned).status, 303);
        assert!(officer.opens(&desk).says("Người duyệt trả lại để sửa. Lý do:"), "{}", officer.opens(&desk).body);
        assert_eq!(officer.submits(&format!("{desk}/xem-lai"), &[("revision", "2"), ("appeal", "Sẽ có sổ ngày 30/10/2026.")]).status, 303);
        assert_eq!(approver.submits(&format!("{desk}/duyet-lai"), &[("revision", "3"), ("viec", "duyet")]).status, 303);
        let public = sender.opens(&format!("/y-kien/{}", serial.0));
        assert!(public.says("Sẽ có sổ ngày 30/10/2026.") && public.says("xem lại"), "{}", public.body);
        state.signs(bed);
        verify(&Source::new(&site.url, None), &Default::default()).unwrap();
        bed.tamper("UPDATE feedback_appeals SET answer = 'Không.'");
        let why = verify(&Source::new(&site.url, None), &Default::default()).unwrap_err();
        assert!(why.0.contains("the answer to its appeal"), "{why}");
    });
}

#[test]
fn what_was_typed_and_never_published_bars_nobody() {
    each_database(|bed| {
        let (serial, _) = unsolved(bed);
        asks(bed, serial).unwrap();
        // The page of an answered opinion has a form for a new version, which saves itself.
        bed.desk("city-officer").writes(serial, "Một câu gõ nhầm.");
        answers(bed, "city-officer", serial, "Đã xem lại.", 0).unwrap();
        approves(bed, "city-approver", serial, 1).unwrap();
        bed.recounts();
    });
}
