//! Taking in what people send: each submission once, however often and
//! however many at a time it comes, and nobody pays for another's fault.

use std::sync::Arc;
use std::thread;

use hoidap::actions::catalogue::{self, EndForm};
use hoidap::actions::figures::{self, Asked};
use hoidap::actions::intake::{self, Intake, Receipt};
use hoidap::actions::ratings::Held;
use hoidap::domain::error::Problem;
use hoidap::domain::submission::Submission;
use hoidap::domain::words::Serial;

use crate::support::{Bed, Citizen, NEIGHBOUR, WARD, each_database, refusal};

/// Stores these in one transaction.
fn store(bed: &Bed, submissions: &[Submission]) -> Result<Vec<Receipt>, Problem> {
    bed.service.write_intake(|tx| intake::store_all(tx, &mut Default::default(), submissions)?.into_iter().collect())
}

/// Stores a rating with the tallies that a server holds.
fn rated(bed: &Bed, held: &mut Held, value: u8) {
    let slip = bed.citizen().rates(value).submission(bed);
    bed.service.write_intake(|tx| intake::store_all(tx, held, std::slice::from_ref(&slip))).unwrap();
}

/// Hands these to the one writer, all at once.
fn submit_all(bed: &Bed, submissions: Vec<Submission>) -> Vec<Result<Receipt, Problem>> {
    let writer = Arc::new(Intake::start(bed.service.clone()).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let submit = |submission| {
        let writer = writer.clone();
        runtime.spawn(async move { writer.submit(submission).await })
    };
    let sent: Vec<_> = submissions.into_iter().map(submit).collect();
    let receipts = sent.into_iter().map(|receipt| runtime.block_on(receipt).unwrap()).collect();
    writer.close();
    receipts
}

#[test]
fn the_same_submission_again_stores_nothing_and_gets_the_same_receipt() {
    each_database(|bed| {
        let citizen = bed.citizen().rates(5).says("Cảm ơn.").email("an@example.vn").consents(&["answer"]);
        let first = citizen.sends(bed);
        assert!(!first.repeated && first.response_id.is_some() && first.feedback.is_some());
        // Whatever became of it in the meantime.
        bed.on("2026-10-08").officer().forwards(Serial(1), "31510");
        assert_eq!(citizen.sends(bed), Receipt { repeated: true, ..first });
        // What says something else is not that one, and nobody is told that it was received.
        let other_kind = citizen.clone().kind("denunciation");
        let changed = [
            citizen.clone().says("Một lời khác."),
            citizen.clone().rates(1),
            citizen.clone().field("construction"),
            other_kind,
            citizen.clone().email("binh@example.vn"),
        ];
        for other in changed {
            assert_eq!(refusal(store(bed, &[other.submission(bed)])), "already_sent");
            assert_eq!(refusal(store(bed, &[bed.citizen().says("Mới.").submission(bed), other.submission(bed)])), "already_sent");
        }
        let twice = bed.citizen().rates(2).says("Một.");
        assert_eq!(refusal(store(bed, &[twice.submission(bed), twice.clone().says("Hai.").submission(bed)])), "already_sent");
        let compared = bed.recounts();
        assert_eq!((compared.items, compared.responses), (1, 1));
        assert_eq!(bed.mails().iter().filter(|m| *m == "received 1").count(), 1);
    });
}

#[test]
fn the_same_submission_twice_in_one_batch_is_stored_once() {
    each_database(|bed| {
        let (citizen, other) = (bed.citizen().rates(1).says("Chậm."), bed.citizen().says("Nhanh."));
        let batch = [citizen.submission(bed), other.submission(bed), citizen.submission(bed)];
        let receipts = store(bed, &batch).unwrap();
        assert_eq!(receipts.iter().map(|r| r.repeated).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(receipts[2], Receipt { repeated: true, ..receipts[0].clone() });
        assert_eq!(receipts[1].feedback.unwrap().0, Serial(2), "no number is left out");
        let compared = bed.recounts();
        assert_eq!((compared.items, compared.responses), (2, 1));
    });
}

#[test]
fn an_id_that_was_used_takes_nothing_else_and_harms_nobody_in_its_batch() {
    each_database(|bed| {
        let ways: [fn(Citizen) -> Citizen; 3] = [|c| c.rates(4), |c| c.says("Cảm ơn."), |c| c.rates(4).says("Cảm ơn.")];
        for (first, earlier) in ways.iter().enumerate() {
            for (second, later) in ways.iter().enumerate() {
                let citizen = bed.citizen();
                let before = submit_all(bed, vec![earlier(citizen.clone()).submission(bed)]).pop().unwrap().unwrap();
                let batch = [later(citizen), bed.citizen().rates(5), bed.citizen().says("Khác.")];
                let mut fates = submit_all(bed, batch.iter().map(|citizen| citizen.submission(bed)).collect()).into_iter();
                let again = fates.next().unwrap();
                if first == second {
                    assert_eq!(again.unwrap(), Receipt { repeated: true, ..before });
                } else {
                    assert_eq!(refusal(again), "already_sent");
                }
                assert!(fates.all(|fate| !fate.unwrap().repeated));
            }
        }
        bed.recounts();
    });
}

/// Two servers on one database are two writers.
#[test]
fn the_same_submissions_through_two_writers_are_stored_once_without_a_gap() {
    each_database(|bed| {
        let batch: Vec<Submission> = (0..40).map(|n| bed.citizen().rates(4).says(&format!("Ý kiến {n}.")).submission(bed)).collect();
        let receipts = thread::scope(|scope| {
            let writers = [0, 1].map(|_| scope.spawn(|| batch.iter().map(|s| store(bed, std::slice::from_ref(s)).unwrap().remove(0)).collect::<Vec<_>>()));
            writers.map(|w| w.join().unwrap())
        });
        for (one, other) in receipts[0].iter().zip(&receipts[1]) {
            assert!(one.repeated != other.repeated);
            assert_eq!((one.response_id, one.feedback, &one.code), (other.response_id, other.feedback, &other.code));
        }
        let compared = bed.recounts();
        assert_eq!((compared.items, compared.responses), (40, 40));
    });
}

/// Each server believes what it holds of tallies and reference data, until the database says that it changed.
#[test]
fn servers_that_store_at_once_while_things_change_store_each_once_without_a_gap() {
    each_database(|bed| {
        // Two more than were released: they are when the half-month is closed.
        (0..12).for_each(|_| drop(bed.citizen().rates(3).sends(bed)));
        bed.on("2026-10-16");
        let servers = [0, 1].map(|_| Intake::start(bed.service.clone()).unwrap());
        let submission = |n| match n % 3 {
            0 => bed.citizen().rates(5).says(&format!("Ý kiến {n}.")).submission(bed),
            1 => bed.citizen().says(&format!("Ý kiến {n}.")).submission(bed),
            _ => bed.citizen().rates(2).submission(bed),
        };
        let batch: Vec<Submission> = (0..120).map(submission).collect();
        let sends = |server: &Intake| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let all = runtime.block_on(futures_util::future::join_all(batch.iter().map(|one| server.submit(one.clone()))));
            all.into_iter().map(Result::unwrap).collect::<Vec<Receipt>>()
        };
        let receipts = thread::scope(|scope| {
            let sending = servers.each_ref().map(|server| scope.spawn(|| sends(server)));
            let mut closed = 0;
            for _ in 0..20 {
                bed.service.write_reference(|tx| tx.recatalogue()).unwrap();
                closed += bed.service.write(|tx| figures::close_halves(tx, None)).unwrap();
            }
            assert!(closed > 0);
            sending.map(|sending| sending.join().unwrap())
        });
        servers.iter().for_each(Intake::close);
        for (one, other) in receipts[0].iter().zip(&receipts[1]) {
            assert!(one.repeated != other.repeated);
            assert_eq!((one.response_id, one.feedback, &one.code), (other.response_id, other.feedback, &other.code));
        }
        let mut serials: Vec<i64> = receipts[0].iter().filter_map(|receipt| Some(receipt.feedback?.0.0)).collect();
        serials.sort_unstable();
        assert_eq!(serials, (1..=80).collect::<Vec<_>>());
        let compared = bed.recounts();
        assert_eq!((compared.items, compared.responses), (80, 92));
    });
}

#[test]
fn what_one_server_holds_of_the_tallies_hides_nothing_that_another_counted() {
    each_database(|bed| {
        let (mut ours, mut theirs) = (Held::default(), Held::default());
        for value in [1, 2, 3] {
            rated(bed, &mut ours, value);
            rated(bed, &mut theirs, value);
        }
        let slip = bed.citizen().rates(5).submission(bed);
        let undone = bed.service.write_intake(|tx| {
            intake::store_all(tx, &mut ours, std::slice::from_ref(&slip))?;
            Err::<(), _>(Problem::Internal("the disk was full at the commit".to_owned()))
        });
        assert!(undone.is_err());
        ours.forget();
        rated(bed, &mut theirs, 4);
        rated(bed, &mut ours, 4);
        assert_eq!(bed.recounts().responses, 8);
    });
}

#[test]
fn what_a_crashed_database_forgot_is_not_counted_by_the_server_that_remembers_it() {
    each_database(|bed| {
        let (mut ours, mut theirs) = (Held::default(), Held::default());
        rated(bed, &mut ours, 1);
        bed.tamper("CREATE TABLE kept_tallies AS SELECT * FROM tallies; CREATE TABLE kept_counters AS SELECT * FROM counters");
        rated(bed, &mut ours, 2);
        bed.tamper(
            "DELETE FROM tallies; INSERT INTO tallies SELECT * FROM kept_tallies; DELETE FROM counters; INSERT INTO counters SELECT * FROM kept_counters;
             DELETE FROM responses WHERE n = (SELECT MAX(n) FROM responses)",
        );
        rated(bed, &mut theirs, 3);
        rated(bed, &mut ours, 4);
        assert_eq!(bed.recounts().responses, 3);
    });
}

#[test]
fn what_is_refused_harms_nobody_in_its_batch() {
    each_database(|bed| {
        let earlier = bed.citizen().rates(5).says("Cảm ơn.");
        earlier.sends(bed);
        let twice = bed.citizen().says("Một.");
        let batch = [
            bed.citizen().says("Trước.").submission(bed),
            earlier.clone().says("Một lời khác.").submission(bed),
            twice.submission(bed),
            twice.clone().says("Hai.").submission(bed),
            earlier.submission(bed),
            bed.citizen().rates(2).says("Sau.").submission(bed),
        ];
        let fates = bed.service.write_intake(|tx| intake::store_all(tx, &mut Held::default(), &batch)).unwrap();
        let told = fates.into_iter().map(|fate| match fate {
            Ok(receipt) => format!("{} {}", receipt.feedback.unwrap().0.0, receipt.repeated),
            Err(problem) => refusal::<()>(Err(problem)),
        });
        assert_eq!(told.collect::<Vec<_>>(), ["2 false", "already_sent", "3 false", "already_sent", "1 true", "4 false"]);
        let compared = bed.recounts();
        assert_eq!((compared.items, compared.responses), (4, 2));
    });
}

#[test]
fn words_are_kept_as_they_came_whatever_they_look_like() {
    each_database(|bed| {
        let long = "Đất ".repeat(999);
        let texts = ["null", "'; DROP TABLE feedback; --", r#"{"a": "\u0000\"]}"#, "dòng một\ndòng hai", "👍 ភាសាខ្មែរ \\ ' \"", "$1 ?1 :x @y", long.trim()];
        let batch: Vec<Submission> =
            texts.iter().map(|text| bed.citizen().rates(4).answers("reasons", serde_json::json!([])).says(text).submission(bed)).collect();
        for (receipt, text) in store(bed, &batch).unwrap().into_iter().zip(texts) {
            let serial = receipt.feedback.unwrap().0;
            let kept = bed.service.read(|tx| Ok(hoidap::store::feedback::original(tx.conn, serial)?)).unwrap();
            assert_eq!(kept.as_deref(), Some(text));
        }
        assert_eq!(bed.recounts().items, texts.len() as u64);
    });
}

#[test]
fn a_poisoned_submission_fails_alone() {
    each_database(|bed| {
        let mut submissions: Vec<Submission> = (0..20).map(|n| bed.citizen().rates(3).says(&format!("Ý kiến {n}.")).submission(bed)).collect();
        submissions[7] = bed.citizen().rates(3).says("Gửi đến một nơi không còn.").office("31540").submission(bed);
        // The office is routed to and can't be stored: a fault that no check at the edge could see.
        bed.tamper("DELETE FROM offices WHERE code = '31540'");
        assert_eq!(refusal(store(bed, &submissions)), "internal");
        assert_eq!(bed.counts(&Asked::default()).received, 0, "a batch is all or nothing");
        let receipts = submit_all(bed, submissions);
        for (n, receipt) in receipts.into_iter().enumerate() {
            assert_eq!(receipt.is_err(), n == 7, "{n}");
        }
        let compared = bed.recounts();
        assert_eq!((compared.items, compared.responses), (19, 19));
    });
}

#[test]
fn what_ended_after_the_check_takes_nothing() {
    each_database(|bed| {
        let slip = bed.citizen().rates(4).submission(bed);
        let opinion = bed.citizen().says("Xin hỏi.").submission(bed);
        bed.desk("administrator").tries(|tx, me| catalogue::open_survey(tx, me, &"phieu-quay".parse().unwrap(), false)).unwrap();
        assert_eq!(refusal(store(bed, std::slice::from_ref(&slip))), "survey_closed");
        assert!(store(bed, std::slice::from_ref(&opinion)).is_ok(), "it has no slip");

        let late = bed.citizen().says("Xin hỏi nữa.").submission(bed);
        let end = EndForm { last: "2026-10-01".to_owned(), successor: NEIGHBOUR.to_owned() };
        bed.desk("administrator").tries(|tx, me| catalogue::end_office(tx, me, &WARD.parse().unwrap(), &end)).unwrap();
        assert!(store(bed, std::slice::from_ref(&late)).is_ok(), "its last day is not over");
        let later = bed.citizen().says("Xin hỏi sau.").submission(bed);
        bed.on("2026-10-02");
        assert_eq!(refusal(store(bed, &[later])), "ended_office");
        assert!(store(bed, &[late]).unwrap()[0].repeated, "what is stored stays acknowledged");
    });
}

#[test]
fn a_denunciation_sent_again_gets_the_same_receipt_even_when_it_was_restored() {
    each_database(|bed| {
        let citizen = bed.citizen().says("Tôi tố cáo.").kind("denunciation");
        let first = citizen.sends(bed);
        let (serial, due) = first.feedback.unwrap();
        assert_eq!(due, None);
        bed.desk("receiver").restores(serial);
        assert!(bed.item(serial).first_due_on.is_some());
        assert_eq!(citizen.sends(bed), Receipt { repeated: true, ..first });
    });
}

#[test]
fn what_was_accepted_is_stored_when_the_writer_closes_and_nothing_after() {
    each_database(|bed| {
        let submissions = (0..50).map(|n| bed.citizen().says(&format!("Ý kiến {n}.")).submission(bed)).collect();
        assert!(submit_all(bed, submissions).iter().all(Result::is_ok));
        assert_eq!(bed.recounts().items, 50);
        let writer = Intake::start(bed.service.clone()).unwrap();
        writer.close();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let late = runtime.block_on(writer.submit(bed.citizen().says("Muộn.").submission(bed)));
        assert_eq!(refusal(late), "unavailable");
    });
}

#[test]
fn a_contact_is_kept_apart_and_unreadable_and_a_receipt_only_as_a_hash() {
    each_database(|bed| {
        let receipt = bed.citizen().says("Xin trả lời tôi.").email("an@example.vn").consents(&["answer", "ask"]).sends(bed);
        let (serial, _) = receipt.feedback.unwrap();
        let sealed = bed.service.read(|tx| Ok(hoidap::store::feedback::contact(tx.conn, serial)?)).unwrap().unwrap();
        assert!(!sealed.contains("example"));
        let contact = bed.service.keys().open_contact(serial, &sealed).unwrap();
        assert_eq!(contact.email.unwrap().reveal(), "an@example.vn");
        let found = |code: &str| bed.service.read(|tx| Ok(hoidap::store::feedback::by_receipt(tx.conn, code)?)).unwrap();
        assert_eq!(found(receipt.code.reveal()), None);
        assert_eq!(found(&bed.service.keys().receipt_hash(&receipt.code)), Some(serial));
    });
}

#[test]
fn a_rating_at_the_counter_is_verified_and_one_from_elsewhere_is_open() {
    each_database(|bed| {
        let kept = |citizen: crate::support::Citizen| {
            let id = citizen.sends(bed).response_id;
            let rows = bed.service.read(|tx| Ok(hoidap::store::response::after(tx.conn, 0, 10)?)).unwrap();
            let (_, row) = rows.into_iter().find(|(_, r)| Some(r.id.0) == id).unwrap();
            (row.sample, row.channel, row.office.unwrap())
        };
        let of = |sample: &str, channel: &str| (sample.to_owned(), channel.to_owned(), WARD.to_owned());
        assert_eq!(kept(bed.citizen().rates(4).at_counter()), of("verified", "kiosk"));
        assert_eq!(kept(bed.citizen().rates(4)), of("open", "api"));
    });
}
