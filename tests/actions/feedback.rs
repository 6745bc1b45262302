//! An opinion's way from its office to its public answer: routing, work, two
//! people, deadlines.

use std::thread;
use std::time::Duration;

use hoidap::actions::feedback::{self, Written};
use hoidap::actions::figures::Asked;
use hoidap::actions::intake::Receipt;
use hoidap::actions::may::May;
use hoidap::actions::{calendar, intake, lookup};
use hoidap::domain::calendar::{CalendarDay, DayKind, Status};
use hoidap::domain::error::Problem;
use hoidap::domain::feedback::{Class, State};
use hoidap::domain::words::{Serial, Words};
use hoidap::store;

use crate::support::{Bed, COORDINATING, Desk, NEIGHBOUR, WARD, day, each_database, refusal};

/// Where an item is.
fn office(bed: &Bed, serial: Serial) -> String {
    bed.item(serial).office.unwrap().to_string()
}

/// Its deadline.
fn due(bed: &Bed, serial: Serial) -> String {
    bed.item(serial).due_on.unwrap().to_string()
}

/// An opinion that the ward's officer has answered and handed in.
fn handed_in(bed: &Bed) -> Serial {
    let serial = bed.citizen().says("Hồ sơ tách thửa của tôi chậm.").sends_opinion(bed);
    bed.officer().takes(serial).writes(serial, "Hồ sơ đã được giải quyết.").hands_in(serial);
    serial
}

fn approve(desk: Desk<'_>, serial: Serial) -> Result<(), Problem> {
    desk.tries(|tx, me| feedback::approve(tx, me, serial, None))
}

#[test]
fn an_opinion_goes_where_the_rules_send_it_and_else_to_the_tray() {
    each_database(|bed| {
        let sent = |field: &str, office: &str, procedure: &str| {
            let mut citizen = bed.citizen().says("Xin hỏi.").field(field).office(office);
            procedure.clone_into(&mut citizen.draft.procedure);
            let item = bed.item(citizen.sends_opinion(bed));
            (item.office.unwrap().to_string(), item.in_tray)
        };
        assert_eq!(sent("land", WARD, ""), (WARD.to_owned(), false), "the office where the person was");
        assert_eq!(sent("land", "", ""), ("so-nnmt".to_owned(), false), "nobody was named");
        assert_eq!(sent("land", "kcn", ""), ("kcn-qhxdmt".to_owned(), false), "inside the industrial zones");
        assert_eq!(sent("land", WARD, "1.009645"), ("so-tc".to_owned(), false), "a procedure stands above a field");
        assert_eq!(sent("other", "", ""), (COORDINATING.to_owned(), true), "no rule fits");
        assert_eq!(bed.events(Serial(1)), ["received", "routed", "deadline_set"]);
        bed.recounts();
    });
}

#[test]
fn an_opinion_is_taken_assigned_returned_and_answered_by_two_people() {
    each_database(|bed| {
        let serial = bed.citizen().says("Hồ sơ chậm.").email("an@example.vn").consents(&["answer"]).sends_opinion(bed);
        bed.officer().takes(serial);
        let colleague = bed.account("colleague").id;
        bed.desk("head").tries(|tx, me| feedback::assign(tx, me, serial, colleague)).unwrap();
        assert_eq!(bed.item(serial).assignee, Some(colleague));
        let stranger = bed.account("neighbour").id;
        assert_eq!(refusal(bed.desk("head").tries(|tx, me| feedback::assign(tx, me, serial, stranger))), "unknown_colleague");

        bed.desk("colleague").writes(serial, "Đang xem.").hands_in(serial);
        bed.approver().returns(serial);
        bed.on("2026-10-20").desk("colleague").writes(serial, "Đã giải quyết.").hands_in(serial);
        bed.approver().approves(serial);

        let steps = ["received", "routed", "deadline_set", "taken", "assigned", "drafted", "returned", "drafted", "answered"];
        assert_eq!(bed.events(serial), steps);
        let public = bed.service.read(|tx| lookup::item(tx, serial)).unwrap();
        assert_eq!((public.class, public.latest().unwrap().answer.as_str()), (Class::AnsweredOnTime, "Đã giải quyết."));
        let mails = bed.mails();
        for kind in ["received", "routed", "assigned", "handed_in", "returned", "answered"] {
            assert!(mails.contains(&format!("{kind} {}", serial.0)), "no mail {kind} among {mails:?}");
        }
        bed.recounts();
    });
}

#[test]
fn a_forwarded_opinion_gets_its_time_again_twice_and_no_more() {
    each_database(|bed| {
        let serial = bed.citizen().says("Việc của phường bên cạnh.").sends_opinion(bed);
        assert_eq!(due(bed, serial), "2026-10-22");
        bed.officer().writes(serial, "Chưa rõ.");
        bed.on("2026-10-08").officer().forwards(serial, NEIGHBOUR);
        assert_eq!((office(bed, serial), due(bed, serial)), (NEIGHBOUR.to_owned(), "2026-10-29".to_owned()));
        assert_eq!(bed.item(serial).assignee, None);
        assert!(bed.desk("neighbour").opens(serial).unwrap().draft.is_none(), "what one office wrote is not another's draft");
        bed.on("2026-10-20").desk("neighbour").forwards(serial, COORDINATING);
        assert_eq!(due(bed, serial), "2026-11-10");
        bed.on("2026-10-30").desk("coordinator").forwards(serial, "so-nnmt");
        let item = bed.item(serial);
        assert_eq!((due(bed, serial), item.first_due_on), ("2026-11-10".to_owned(), Some(day("2026-10-22"))));

        let late = bed.on("2026-10-01").citizen().says("Quá hạn rồi mới chuyển.").sends_opinion(bed);
        bed.on("2026-10-23").officer().forwards(late, NEIGHBOUR);
        assert_eq!(due(bed, late), "2026-10-22");
        bed.recounts();
    });
}

#[test]
fn leaving_the_tray_is_a_forwarding() {
    each_database(|bed| {
        let serial = bed.citizen().says("Không rõ của ai.").field("other").office("").sends_opinion(bed);
        bed.on("2026-10-08").desk("coordinator").forwards(serial, WARD);
        assert_eq!((due(bed, serial), bed.item(serial).in_tray), ("2026-10-29".to_owned(), false));
        let kept = bed.citizen().says("Sở tự trả lời.").field("other").office("").sends_opinion(bed);
        bed.desk("coordinator").forwards(kept, COORDINATING);
        assert!(!bed.item(kept).in_tray);
        let same = bed.desk("coordinator").tries(|tx, me| feedback::forward(tx, me, kept, COORDINATING, "wrong_office", ""));
        assert_eq!(refusal(same), "same_office");
        bed.recounts();
    });
}

#[test]
fn nobody_approves_a_text_that_they_wrote_a_part_of() {
    each_database(|bed| {
        let serial = bed.citizen().says("Xin hỏi.").field("other").office("").sends_opinion(bed);
        bed.desk("coordinator").takes(serial).writes(serial, "Phần đầu.");
        bed.desk("second-coordinator").writes(serial, "Phần đầu và phần sau.").hands_in(serial);
        for author in ["coordinator", "second-coordinator"] {
            assert_eq!(refusal(approve(bed.desk(author), serial)), "own_text");
            let back = bed.desk(author).tries(|tx, me| feedback::give_back(tx, me, serial, "unclear", ""));
            assert_eq!(refusal(back), "own_text");
        }
        assert_eq!(bed.item(serial).state, State::Drafted);
    });
}

#[test]
fn the_role_and_the_office_decide_who_may_do_what() {
    each_database(|bed| {
        let serial = handed_in(bed);
        for role in ["officer", "colleague", "head"] {
            assert_eq!(refusal(approve(bed.desk(role), serial)), "not_allowed");
        }
        assert_eq!(refusal(bed.approver().tries(|tx, me| feedback::take(tx, me, serial))), "not_allowed");
        // Another office's item must not even be known to exist.
        assert_eq!(refusal(approve(bed.desk("neighbour"), serial)), "not_found");
        assert_eq!(refusal(bed.desk("neighbour").opens(serial)), "not_found");
        assert_eq!(refusal(bed.officer().opens(Serial(99))), "not_found");
    });
}

#[test]
fn an_answer_is_approved_once() {
    each_database(|bed| {
        let serial = handed_in(bed);
        bed.approver().approves(serial);
        assert_eq!(refusal(approve(bed.approver(), serial)), "move_not_possible");
        let empty = bed.citizen().says("Chưa ai viết.").sends_opinion(bed);
        bed.officer().takes(empty);
        assert_eq!(refusal(approve(bed.approver(), empty)), "move_not_possible");
        assert_eq!(bed.events(serial).iter().filter(|e| **e == "answered").count(), 1);
    });
}

#[test]
fn a_refusal_needs_two_people_and_can_be_undone() {
    each_database(|bed| {
        let serial = bed.citizen().says("Mua nhà giá rẻ!").sends_opinion(bed);
        bed.officer().takes(serial).proposes(serial, "spam", "advertising");
        assert_eq!(bed.counts(&Asked::default()).open_in_time, 1, "proposed is not refused");
        assert_eq!(refusal(approve(bed.officer(), serial)), "not_allowed");
        bed.approver().approves(serial);
        assert_eq!((bed.item(serial).state, bed.counts(&Asked::default()).spam), (State::Spam, 1));
        bed.desk("head").restores(serial);
        assert_eq!((bed.item(serial).state, due(bed, serial)), (State::Working, "2026-10-22".to_owned()));
        let groundless = bed.officer().tries(|tx, me| {
            let written = Written { intent: "spam".to_owned(), ground: "unclear".to_owned(), ..Written::default() };
            feedback::save(tx, me, serial, &written, true)
        });
        assert_eq!(refusal(groundless), "reason_missing");
        bed.recounts();
    });
}

#[test]
fn a_complaint_is_not_answered_and_what_is_none_is() {
    each_database(|bed| {
        let serial = bed.citizen().says("Tôi khiếu nại quyết định số 1.").kind("complaint").sends_opinion(bed);
        let answers = |revision| {
            let written =
                Written {
                    title: "Quyết định số 1".to_owned(), question: "Hỏi".to_owned(), answer: "Đã xem.".to_owned(), revision, ..Written::default()
                };
            bed.officer().tries(|tx, me| feedback::save(tx, me, serial, &written, true))
        };
        assert_eq!(refusal(answers(0)), "complaint_is_guided");
        assert!(!May::of(&bed.officer().opens(serial).unwrap()).write);
        bed.officer().tries(|tx, me| feedback::reclassify(tx, me, serial, "report", "by_content", "")).unwrap();
        answers(0).unwrap();
    });
}

#[test]
fn a_complaint_is_told_in_writing_where_to_go_and_its_words_are_not_shown() {
    each_database(|bed| {
        let receipt = bed.citizen().says("Tôi khiếu nại quyết định số 1.").kind("complaint").email("an@example.vn").consents(&["answer"]).sends(bed);
        let serial = receipt.feedback.unwrap().0;
        let guideless = bed.officer().tries(|tx, me| feedback::redirect(tx, me, serial, "complaint_law", " "));
        assert_eq!(refusal(guideless), "words_missing");
        bed.officer().redirects(serial);
        assert_eq!((bed.item(serial).state, bed.counts(&Asked::default()).redirected), (State::Redirected, 1));
        assert!(bed.mails().contains(&format!("redirected {}", serial.0)));
        let own = bed.service.read(|tx| lookup::own(tx, &receipt.code)).unwrap().feedback.unwrap();
        assert!(own.told.unwrap().contains("Chủ tịch"), "the sender reads where to go");
        let public = bed.service.read(|tx| lookup::item(tx, serial)).unwrap();
        let (list, ground) = public.ground.unwrap();
        assert_eq!((list, ground.as_str(), public.answers.len()), ("redirect", "complaint_law", 0));
        bed.recounts();
    });
}

#[test]
fn what_came_back_can_be_worked_on_from_where_it_was() {
    each_database(|bed| {
        let survivor = bed.citizen().says("Cùng một việc.").sends_opinion(bed);
        let serial = handed_in(bed);
        bed.officer().merges(serial, survivor);
        bed.desk("head").restores(serial);
        assert_eq!(bed.item(serial).state, State::Drafted);
        bed.approver().approves(serial);
        assert_eq!(bed.item(serial).state, State::Answered);
        bed.recounts();
    });
}

#[test]
fn a_revised_answer_keeps_its_first_time_and_every_version_is_public() {
    each_database(|bed| {
        let serial = handed_in(bed);
        bed.on("2026-10-20").approver().approves(serial);
        bed.on("2026-11-30").officer().writes(serial, "Sửa lại cho rõ.").hands_in(serial);
        assert_eq!(bed.item(serial).answered_on, Some(day("2026-10-20")), "nothing is revised yet");
        assert_eq!(refusal(approve(bed.officer(), serial)), "not_allowed");
        bed.approver().approves(serial);
        let item = bed.item(serial);
        assert_eq!((item.answered_on, item.class(day("2026-11-30"))), (Some(day("2026-10-20")), Class::AnsweredOnTime));
        let public = bed.service.read(|tx| lookup::item(tx, serial)).unwrap();
        let versions: Vec<_> = public.answers.iter().map(|a| (a.version, a.published_on.to_string(), a.answer.as_str())).collect();
        assert_eq!(versions, [(1, "2026-10-20".to_owned(), "Hồ sơ đã được giải quyết."), (2, "2026-11-30".to_owned(), "Sửa lại cho rõ.")]);
        bed.recounts();
    });
}

#[test]
fn a_page_that_is_old_overwrites_and_publishes_nothing() {
    each_database(|bed| {
        let serial = bed.citizen().says("Xin hỏi.").sends_opinion(bed);
        bed.officer().writes(serial, "Bản thứ nhất.");
        let old = Written { title: "Việc".to_owned(), question: "Hỏi".to_owned(), answer: "Bản khác.".to_owned(), ..Written::default() };
        assert_eq!(refusal(bed.desk("colleague").tries(|tx, me| feedback::save(tx, me, serial, &old, false))), "changed_meanwhile");
        let seen = bed.seen(serial);
        bed.officer().hands_in(serial);
        let approves = |seen| bed.approver().tries(|tx, me| feedback::approve(tx, me, serial, Some(seen)));
        assert_eq!(refusal(approves(seen)), "changed_meanwhile");
        approves(bed.seen(serial)).unwrap();

        // A later version adds no event when it is handed in: its revision tells.
        bed.officer().writes(serial, "Bản thứ hai.").hands_in(serial);
        let seen = bed.seen(serial);
        bed.approver().returns(serial);
        bed.officer().writes(serial, "Bản thứ ba, chưa ai đọc.").hands_in(serial);
        assert_eq!(bed.seen(serial).events, seen.events);
        assert_eq!(refusal(approves(seen)), "changed_meanwhile");
        approves(bed.seen(serial)).unwrap();
    });
}

#[test]
fn a_sender_takes_back_what_is_open_and_nothing_else() {
    each_database(|bed| {
        let open = bed.citizen().says("Tôi rút lại.").sends_opinion(bed);
        let answered = handed_in(bed);
        bed.approver().approves(answered);
        let withdraw = |serial| bed.service.write(|tx| feedback::withdraw(tx, serial));
        withdraw(open).unwrap();
        assert_eq!(bed.item(open).state, State::Withdrawn);
        assert_eq!(refusal(withdraw(open)), "move_not_possible");
        assert_eq!(refusal(withdraw(answered)), "move_not_possible");
        assert_eq!(refusal(bed.desk("head").tries(|tx, me| feedback::restore(tx, me, open, ""))), "move_not_possible");
        bed.recounts();
    });
}

#[test]
fn lateness_is_recorded_once_and_counted_without_it() {
    each_database(|bed| {
        let late = bed.citizen().says("Chưa ai trả lời.").sends_opinion(bed);
        let answered = handed_in(bed);
        bed.approver().approves(answered);
        let record = || bed.service.write(|tx| feedback::record_overdue(tx, 100)).unwrap();
        assert_eq!(bed.on("2026-10-22").counts(&Asked::default()).overdue, 0, "the last day is still in time");
        assert_eq!(record(), 0);
        assert_eq!(bed.on("2026-10-23").counts(&Asked::default()).overdue, 1);
        assert_eq!((record(), record()), (1, 0));
        assert_eq!((bed.on("2026-10-24"), record()).1, 0);
        assert_eq!(bed.events(late).last(), Some(&"overdue"));
        let counts = bed.counts(&Asked::default());
        assert_eq!((counts.due, counts.answered_of_due, counts.on_time_of_due), (2, 1, 1));
        bed.recounts();
    });
}

#[test]
fn a_new_holiday_moves_the_deadlines_of_what_is_open() {
    each_database(|bed| {
        bed.on("2026-11-10");
        let open = bed.citizen().says("Còn mở.").sends_opinion(bed);
        let answered = handed_in(bed);
        bed.approver().approves(answered);
        let holiday = day("2026-11-24");
        assert_eq!(due(bed, open), "2026-12-02");

        bed.on("2026-11-18");
        let admin = bed.desk("administrator");
        assert_eq!(refusal(bed.desk("head").tries(|tx, me| calendar::remove(tx, me, holiday))), "not_allowed");
        assert_eq!(admin.tries(|tx, me| calendar::remove(tx, me, holiday)).unwrap(), 1);
        assert_eq!(due(bed, open), "2026-12-01");
        bed.recounts();

        bed.on("2026-11-20");
        let row = |status| {
            let name = Words { vi: "Ngày Văn hóa Việt Nam".to_owned(), ..Words::default() };
            CalendarDay { day: holiday, kind: DayKind::Holiday, status, name, source: "thử".to_owned() }
        };
        assert_eq!(admin.tries(|tx, me| calendar::put(tx, me, &row(Status::Proposed))).unwrap(), 0, "a proposed day does not count");
        assert_eq!(admin.tries(|tx, me| calendar::put(tx, me, &row(Status::Official))).unwrap(), 1);
        let item = bed.item(open);
        assert_eq!((due(bed, open), item.first_due_on), ("2026-12-02".to_owned(), Some(day("2026-12-02"))));
        assert_eq!(bed.events(open), ["received", "routed", "deadline_set", "deadline_moved", "deadline_moved"]);
        assert_eq!(due(bed, answered), "2026-12-02", "what is answered is not judged anew");
        bed.recounts();
    });
}

/// A calendar that changes while an opinion comes in under the old one still moves it.
#[test]
fn no_opinion_keeps_the_deadline_of_a_calendar_that_is_gone() {
    each_database(|bed| {
        bed.on("2026-11-10");
        let submission = bed.citizen().says("Đang gửi.").submission(bed);
        thread::scope(|scope| {
            scope.spawn(|| {
                let sent = bed.service.write_intake(|tx| {
                    thread::sleep(Duration::from_millis(300));
                    intake::store_all(tx, &mut Default::default(), std::slice::from_ref(&submission))
                });
                sent.unwrap();
            });
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(100));
                bed.desk("administrator").tries(|tx, me| calendar::remove(tx, me, day("2026-11-24"))).unwrap();
            });
        });
        assert_eq!(due(bed, Serial(1)), "2026-12-01");
        bed.recounts();
    });
}

#[test]
fn every_move_leaves_a_line_in_the_audit() {
    each_database(|bed| {
        let serial = handed_in(bed);
        bed.approver().approves(serial);
        let lines = bed.service.read(|tx| Ok(store::audit::lines(tx.conn, Some(&serial.to_string()), 100)?)).unwrap();
        let actions: Vec<&str> = lines.iter().rev().map(|l| l.action.as_str()).collect();
        assert_eq!(actions, ["feedback.taken", "feedback.save_draft", "feedback.drafted", "feedback.answered"]);
        assert_eq!(lines[0].officer, Some(bed.account("approver").id));
    });
}

#[test]
fn a_sender_is_told_why_only_while_it_is_true() {
    each_database(|bed| {
        let told = |receipt: &Receipt| bed.service.read(|tx| lookup::own(tx, &receipt.code)).unwrap().feedback.unwrap().told;
        let receipt = bed.citizen().kind("complaint").says("Tôi khiếu nại.").sends(bed);
        let serial = receipt.feedback.unwrap().0;
        bed.officer().redirects(serial);
        assert!(told(&receipt).unwrap().contains("Chủ tịch"));
        bed.desk("head").restores(serial);
        assert_eq!(told(&receipt), None);
        bed.service.write(|tx| feedback::withdraw(tx, serial)).unwrap();
        assert_eq!(told(&receipt), None, "it is out, but not for that reason");
    });
}
