//! Absence: a deputy sees and does what would wait, with no new rights.

use hoidap::actions::absence::{self, AbsenceForm};
use hoidap::actions::chase::chase;
use hoidap::domain::words::Serial;
use hoidap::store;
use hoidap::store::list::Order;

use crate::support::{Bed, each_database, faults, refusal};

/// Somebody is away, and somebody else stands in.
fn away(bed: &Bed, absent: &str, deputy: &str, from: &str, to: &str) {
    bed.desk(absent).tries(|tx, me| absence::note(tx, me, me.id, &form(bed, deputy, from, to))).unwrap();
}

fn form(bed: &Bed, deputy: &str, from: &str, to: &str) -> AbsenceForm {
    AbsenceForm { deputy: bed.account(deputy).id.to_string(), from: from.to_owned(), to: to.to_owned() }
}

/// What waits for those whose deputy somebody is.
fn waits(bed: &Bed, deputy: &str) -> Vec<Serial> {
    bed.service
        .read(|tx| match absence::waiting(tx, bed.account(deputy))? {
            Some(filter) => Ok(store::list::list(tx.conn, &filter, Order::Newest(None), 9)?.into_iter().map(|r| r.serial).collect()),
            None => Ok(Vec::new()),
        })
        .unwrap()
}

fn says(bed: &Bed) -> Serial {
    bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed)
}

#[test]
fn a_deputy_sees_what_waits_on_those_days_and_does_what_their_own_roles_allow() {
    each_database(|bed| {
        let (own, others) = (says(bed), says(bed));
        bed.desk("officer").takes(own);
        bed.desk("colleague").takes(others);
        away(bed, "officer", "colleague", "2026-10-02", "2026-10-05");
        assert_eq!(waits(bed, "colleague"), [], "not before it begins");
        bed.on("2026-10-02");
        assert_eq!(waits(bed, "colleague"), [own]);
        assert_eq!(waits(bed, "head"), []);
        bed.desk("colleague").writes(own, "Đã nhắc cán bộ trực.").hands_in(own);
        assert_eq!(refusal(bed.desk("colleague").tries(|tx, me| hoidap::actions::feedback::approve(tx, me, own, None))), "not_allowed");
        bed.desk("approver").approves(own);
        assert_eq!(waits(bed, "colleague"), [], "it is answered");
        bed.on("2026-10-06");
        let again = says(bed);
        bed.desk("officer").takes(again);
        assert_eq!(waits(bed, "colleague"), [], "not after it");
        bed.recounts();
    });
}

#[test]
fn a_deputy_who_wrote_a_text_does_not_approve_it() {
    each_database(|bed| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").office(crate::support::COORDINATING).sends_opinion(bed);
        bed.desk("coordinator").takes(serial);
        away(bed, "coordinator", "second-coordinator", "2026-10-01", "2026-10-05");
        let deputy = bed.desk("second-coordinator").writes(serial, "Đã nhắc.").hands_in(serial);
        assert_eq!(refusal(deputy.tries(|tx, me| hoidap::actions::feedback::approve(tx, me, serial, None))), "own_text");
    });
}

#[test]
fn only_who_answers_for_the_office_anyway_stands_in() {
    each_database(|bed| {
        let names: Vec<String> = bed.service.read(|tx| absence::deputies(tx, bed.account("officer"))).unwrap().into_iter().map(|o| o.name).collect();
        assert!(
            names.iter().any(|name| name.starts_with("colleague")) && names.iter().all(|name| !name.starts_with("neighbour") && !name.starts_with("officer ")),
            "{names:?}"
        );
        let note = |by: &str, whose: &str, form: AbsenceForm| bed.desk(by).tries(|tx, me| absence::note(tx, me, bed.account(whose).id, &form));
        assert_eq!(faults(note("officer", "officer", form(bed, "neighbour", "2026-10-02", "2026-10-05"))), ["/deputy unknown_deputy"]);
        assert_eq!(faults(note("officer", "officer", form(bed, "officer", "2026-10-02", "2026-10-05"))), ["/deputy unknown_deputy"]);
        assert_eq!(refusal(note("head", "officer", form(bed, "colleague", "2026-10-02", "2026-10-05"))), "not_allowed");
        note("administrator", "officer", form(bed, "colleague", "2026-10-02", "2026-10-05")).unwrap();
        assert_eq!(faults(note("head", "head", form(bed, "officer", "2026-10-05", "2026-10-09"))), ["/deputy deputy_is_away"]);
        let days = |from: &str, to: &str| faults(note("officer", "officer", form(bed, "colleague", from, to)));
        assert_eq!(days("2026-10-05", "2026-10-02"), ["/absence_to ends_before_it_begins"]);
        assert_eq!(days("2026-09-01", "2026-09-30"), ["/absence_to day_is_past"]);
        assert_eq!(days("", "hôm nay"), ["/absence_from day_missing", "/absence_to not_a_day"]);
        assert_eq!(
            faults(note("officer", "officer", AbsenceForm::default())),
            ["/deputy choice_missing", "/absence_from day_missing", "/absence_to day_missing"]
        );
    });
}

#[test]
fn days_that_are_noted_are_not_noted_twice_and_what_an_administrator_notes_takes_their_place() {
    each_database(|bed| {
        let noted = || bed.service.read(|tx| absence::of(tx, bed.account("officer").id)).unwrap();
        away(bed, "officer", "colleague", "2026-10-01", "2026-10-09");
        assert!(bed.mails().contains(&"deputy null".to_owned()), "the deputy is told: {:?}", bed.mails());
        let again = bed.desk("officer").tries(|tx, me| absence::note(tx, me, me.id, &form(bed, "head", "2026-10-05", "2026-10-12")));
        assert_eq!(faults(again), ["/absence_from absence_overlaps"]);
        let by_administrator =
            |from, to| bed.desk("administrator").tries(|tx, me| absence::note(tx, me, bed.account("officer").id, &form(bed, "head", from, to)));
        by_administrator("2026-10-05", "2026-10-12").unwrap();
        let days: Vec<_> = noted().into_iter().map(|a| (a.deputy, a.from.to_string(), a.to.to_string())).collect();
        let line = |deputy, from: &str, to: &str| (bed.account(deputy).id, from.to_owned(), to.to_owned());
        assert_eq!(days, [line("colleague", "2026-10-01", "2026-10-04"), line("head", "2026-10-05", "2026-10-12")], "no day is without a deputy");
        by_administrator("2026-10-01", "2026-10-12").unwrap();
        assert_eq!(noted().len(), 1);
        assert_eq!(refusal(bed.desk("colleague").tries(|tx, me| absence::end(tx, me, noted()[0].id))), "not_found");
        bed.desk("officer").tries(|tx, me| absence::end(tx, me, noted()[0].id)).unwrap();
        assert_eq!(bed.service.read(absence::today).unwrap().len(), 0);
    });
}

#[test]
fn who_reads_no_opinions_is_nobodys_deputy() {
    each_database(|bed| {
        let refused = bed.desk("officer").tries(|tx, me| absence::note(tx, me, me.id, &form(bed, "receiver", "2026-10-01", "2026-10-09")));
        assert_eq!(faults(refused), ["/deputy unknown_deputy"]);
    });
}

#[test]
fn nobody_gives_an_item_to_who_is_away_without_saying_so() {
    each_database(|bed| {
        let serial = says(bed);
        away(bed, "officer", "colleague", "2026-10-01", "2026-10-05");
        let to = bed.account("officer").id;
        let give = |though_away| bed.desk("head").tries(|tx, me| absence::assign(tx, me, serial, to, though_away));
        assert_eq!(faults(give(false)), ["/to colleague_is_away"]);
        assert_eq!(bed.item(serial).assignee, None);
        give(true).unwrap();
        assert_eq!(waits(bed, "colleague"), [serial]);
    });
}

#[test]
fn a_deputy_gets_the_reminders_beside_who_is_away() {
    each_database(|bed| {
        let serial = says(bed);
        bed.desk("officer").takes(serial);
        let due = bed.item(serial).due_on.unwrap();
        away(bed, "officer", "colleague", "2026-10-01", "2026-12-31");
        bed.service.clock().set(due.next().at(60));
        chase(&bed.service).unwrap();
        let waiting = bed.service.read(|tx| Ok(store::outbox::waiting(tx.conn, 99)?)).unwrap();
        let to: Vec<String> = waiting.iter().filter(|m| m.kind == "chase").map(|m| m.payload["to"].to_string()).collect();
        for login in ["officer", "colleague"] {
            assert!(to.iter().any(|to| to.contains(&bed.account(login).id.to_string())), "{login}: {to:?}");
        }
    });
}

#[test]
fn what_is_given_to_who_is_away_is_told_to_the_deputy_too() {
    each_database(|bed| {
        away(bed, "officer", "colleague", "2026-10-01", "2026-12-31");
        let serial = says(bed);
        bed.desk("head").tries(|tx, me| absence::assign(tx, me, serial, bed.account("officer").id, true)).unwrap();
        let waiting = bed.service.read(|tx| Ok(store::outbox::waiting(tx.conn, 99)?)).unwrap();
        let told: Vec<_> = waiting.iter().filter(|m| m.kind == "assigned").map(|m| m.payload["deputy"].as_str().map(str::to_owned)).collect();
        assert_eq!(told, [None, Some(bed.account("colleague").id.to_string())]);
    });
}
