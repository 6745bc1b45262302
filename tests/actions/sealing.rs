//! Denunciations: out of everybody's sight but their receiver's, and in no
//! column that a list or a count could read.

use hoidap::actions::figures::Asked;
use hoidap::actions::{feedback, lookup};
use hoidap::domain::feedback::State;
use hoidap::domain::visibility::PublicItem;
use hoidap::domain::words::Serial;
use hoidap::store;

use crate::support::{Bed, COORDINATING, NEIGHBOUR, WARD, day, each_database, faults, refusal};

/// Everybody but the receiver.
const OTHERS: [&str; 6] = ["officer", "colleague", "approver", "head", "coordinator", "administrator"];

fn public(bed: &Bed, serial: Serial) -> PublicItem {
    bed.service.read(|tx| lookup::item(tx, serial)).unwrap()
}

fn of_land() -> Asked {
    Asked { field: Some("land".parse().unwrap()), ..Asked::default() }
}

fn is_seen_by_the_receiver_alone(bed: &Bed, serial: Serial) {
    for login in OTHERS {
        assert_eq!(refusal(bed.desk(login).opens(serial)), "not_found", "{login}");
        assert_eq!(refusal(bed.desk(login).tries(|tx, me| feedback::restore(tx, me, serial, ""))), "not_found", "{login}");
    }
    let opened = bed.desk("receiver").opens(serial).unwrap();
    assert!(!opened.original.is_empty());
    let lines = bed.service.read(|tx| Ok(store::audit::lines(tx.conn, Some(&serial.to_string()), 1)?)).unwrap();
    assert_eq!(lines[0].action, "sealed.view", "each view leaves a line");
    let shell = public(bed, serial);
    assert!(shell.place.is_none() && shell.answers.is_empty() && shell.history.is_empty());
}

#[test]
fn an_item_that_an_officer_seals_is_seen_by_the_receiver_alone() {
    each_database(|bed| {
        let serial = bed.citizen().says("Cán bộ A nhận tiền.").sends_opinion(bed);
        bed.officer().writes(serial, "Trả lời.").hands_in(serial);
        bed.approver().approves(serial);
        assert!(public(bed, serial).latest().is_some());
        bed.officer().seals(serial);
        is_seen_by_the_receiver_alone(bed, serial);
        let counts = bed.counts(&of_land());
        assert_eq!((counts.received, counts.sealed), (1, 1), "sealed later, it keeps its cells");
        bed.recounts();
    });
}

#[test]
fn only_the_receiver_confirms_a_seal_or_undoes_it() {
    each_database(|bed| {
        let [confirmed, undone] = ["a", "b"].map(|text| bed.citizen().says(text).sends_opinion(bed));
        bed.officer().takes(confirmed).takes(undone).seals(confirmed).seals(undone);
        let confirm = |login: &str, serial| bed.desk(login).tries(|tx, me| feedback::confirm_seal(tx, me, serial));
        assert_eq!(refusal(confirm("head", confirmed)), "not_found");
        confirm("receiver", confirmed).unwrap();
        assert_eq!(refusal(bed.desk("receiver").tries(|tx, me| feedback::restore(tx, me, confirmed, ""))), "move_not_possible");
        bed.desk("receiver").restores(undone);
        let item = bed.item(undone);
        assert_eq!((item.state, item.due_on), (State::Working, Some(day("2026-10-22"))));
        assert_eq!(refusal(confirm("receiver", undone)), "not_allowed", "the receiver's part ends with the seal");
        bed.recounts();
    });
}

#[test]
fn what_is_sealed_at_receipt_is_in_no_column_and_no_filtered_count() {
    each_database(|bed| {
        let receipt = bed.citizen().says("Tôi tố cáo cán bộ B.").kind("denunciation").sends(bed);
        let (serial, due) = receipt.feedback.unwrap();
        assert_eq!(due, None);
        let item = bed.item(serial);
        assert_eq!((item.kind, item.field, item.respondent, item.channel), (None, None, None, None));
        assert_eq!((item.office, item.named_office, item.procedure, item.due_on), (None, None, None, None));
        let received = bed.service.read(|tx| Ok(store::feedback::events(tx.conn, serial)?)).unwrap().remove(0).entry.event;
        let told = serde_json::to_value(received).unwrap();
        assert_eq!(told.as_object().unwrap().keys().collect::<Vec<_>>(), ["event", "text"]);
        is_seen_by_the_receiver_alone(bed, serial);
        let facts = bed.desk("receiver").opens(serial).unwrap().sealed.unwrap();
        assert_eq!((facts.field.as_str(), facts.office.unwrap().as_str()), ("land", WARD));
        assert_eq!((bed.counts(&Asked::default()).sealed, bed.counts(&of_land()).received), (1, 0));
        bed.recounts();
    });
}

#[test]
fn what_was_no_denunciation_is_routed_with_the_day_received_as_its_start() {
    each_database(|bed| {
        let citizen = bed.citizen().says("Đây không phải tố cáo.").kind("denunciation");
        let receipt = citizen.sends(bed);
        let serial = receipt.feedback.unwrap().0;
        let unsaid = bed.on("2026-10-08").desk("receiver").tries(|tx, me| feedback::restore(tx, me, serial, "  "));
        assert_eq!(faults(unsaid), ["/note words_missing"], "who undoes what its sender chose says why");
        bed.desk("receiver").restores(serial);
        assert_eq!(bed.events(serial), ["received", "sealed", "restored", "routed", "deadline_set"]);
        let item = bed.item(serial);
        assert_eq!((item.office.unwrap().as_str(), item.field.unwrap().as_str(), item.due_on), (COORDINATING, "land", Some(day("2026-10-22"))));
        assert!(item.in_tray, "never straight to the office that its sender named: it may be about that office");
        assert_eq!(bed.counts(&of_land()).open_in_time, 1, "counted from then on in the field named there");
        bed.desk("coordinator").takes(serial).writes(serial, "Trả lời.").hands_in(serial);
        bed.desk("second-coordinator").approves(serial);
        bed.recounts();
    });
}

#[test]
fn a_survivor_that_is_sealed_gives_its_merged_items_back() {
    each_database(|bed| {
        let [item, survivor] = ["a", "b"].map(|text| bed.citizen().says(text).sends_opinion(bed));
        bed.officer().merges(item, survivor).seals(survivor);
        assert_eq!(bed.item(item).state, State::Waiting);
        assert_eq!(public(bed, item).merged_into, None);
        bed.recounts();
    });
}

/// Each is sealed where it stands, and restored.
#[test]
fn an_item_restored_from_the_sealed_box_can_be_worked_on() {
    each_database(|bed| {
        let [waiting, handed_in, returned, revised] = ["a", "b", "c", "d"].map(|text| bed.citizen().says(text).sends_opinion(bed));
        let seals = |serial| {
            bed.officer().seals(serial);
            bed.desk("receiver").restores(serial);
        };
        seals(waiting);
        bed.officer().takes(waiting).writes(waiting, "Trả lời.").hands_in(waiting);
        bed.approver().approves(waiting);

        bed.officer().writes(handed_in, "Trả lời.").hands_in(handed_in);
        seals(handed_in);
        assert_eq!(bed.item(handed_in).state, State::Drafted, "its draft slept and is there again");
        bed.approver().returns(handed_in);
        bed.officer().hands_in(handed_in);
        seals(handed_in);
        bed.approver().approves(handed_in);

        bed.officer().writes(returned, "Trả lời.").hands_in(returned);
        bed.approver().returns(returned);
        seals(returned);
        bed.desk("colleague").takes(returned).forwards(returned, NEIGHBOUR);
        bed.desk("neighbour").takes(returned);

        bed.officer().writes(revised, "Trả lời.").hands_in(revised);
        bed.approver().approves(revised);
        bed.officer().writes(revised, "Trả lời thêm.").hands_in(revised);
        seals(revised);
        bed.approver().approves(revised);
        assert_eq!(public(bed, revised).latest().unwrap().version, 2);
        assert_eq!([waiting, handed_in, revised].map(|s| bed.item(s).state), [State::Answered; 3]);
        bed.recounts();
    });
}

#[test]
fn looking_at_an_item_waits_for_nobody_who_works_on_it_and_writes_nothing() {
    each_database(|bed| {
        let serial = bed.citizen().says("Một ý kiến.").sends_opinion(bed);
        let lines = || bed.service.read(|tx| Ok(store::audit::lines(tx.conn, None, 1_000)?.len())).unwrap();
        let before = lines();
        let seen = bed.officer().tries(|tx, _| {
            feedback::take_in_hand(tx, serial)?;
            bed.approver().opens(serial)
        });
        assert_eq!(seen.unwrap().original, "Một ý kiến.");
        assert_eq!(lines(), before);
    });
}
