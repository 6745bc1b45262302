//! What is kept no longer goes once, by rules that are data, and says how much.

use hoidap::actions::Service;
use hoidap::actions::feedback::{self, Written};
use hoidap::actions::retention::rules;
use hoidap::actions::rights::{self, Asked};
use hoidap::actions::{appeal, reply};
use hoidap::domain::retention::Kind;
use hoidap::domain::time::Day;
use hoidap::jobs::retention::daily;
use hoidap::store;

use crate::support;

use super::{OFFICE, each_database, hand_in, officer, opinion, send_in};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn swept(service: &Service) -> Vec<String> {
    daily(service).unwrap().into_iter().filter(|(_, n)| *n > 0).map(|(kind, n)| format!("{kind} {n}")).collect()
}

#[test]
fn every_rule_names_its_source_and_every_deletion_has_a_rule() {
    let rules = rules().unwrap();
    for rule in &rules.0 {
        assert!(!rule.source.is_empty() && rule.days.is_some() == rule.what.parse::<Kind>().is_ok(), "{rule:?}");
    }
    let due: Vec<Kind> = rules.due(day("2026-10-01")).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(due, Kind::ALL);
}

#[test]
fn a_contact_goes_ninety_days_after_its_matter_is_done_and_not_before() {
    each_database(|service, clock| {
        let (serial, _) = send_in(&service, "vi", opinion("report", "a@example.vn"));
        let (open, _) = send_in(&service, "vi", opinion("report", "b@example.vn"));
        service.write(|tx| feedback::withdraw(tx, serial)).unwrap();
        clock.set(day("2026-12-30").at(0));
        assert_eq!(swept(&service), [""; 0]);
        clock.set(day("2026-12-31").at(0));
        assert_eq!(swept(&service), ["contact 1"]);
        let there = |serial| service.read(|tx| Ok(store::feedback::contact(tx.conn, serial)?.is_some())).unwrap();
        assert_eq!((there(serial), there(open)), (false, true));
        assert_eq!(swept(&service), [""; 0], "once");
        let runs = service.read(|tx| Ok(store::retention::last_runs(tx.conn)?)).unwrap();
        let (run, all) = runs.iter().find(|(run, _)| run.rule == "contact").unwrap();
        assert_eq!((run.on, run.n, *all), (day("2026-12-31"), 1, 1));
        assert_eq!(runs.len(), Kind::ALL.len(), "each rule says that it ran");
    });
}

#[test]
fn a_contact_stays_while_something_is_still_to_be_said() {
    support::each_database(|bed| {
        let sends = |text: &str| bed.citizen().says(text).email("a@example.vn").consents(&["answer"]).sends_opinion(bed);
        let answers = |serial, answer: &str| {
            bed.officer().writes(serial, answer).hands_in(serial);
            bed.approver().approves(serial);
        };
        let (appealed, merged, survivor) = (sends("Bao giờ có sổ?"), sends("Bao giờ cầu xong?"), sends("Cầu bao giờ xong?"));
        bed.officer().merges(merged, survivor);
        answers(appealed, "Đang xem.");
        bed.service.write(|tx| reply::reply(tx, appealed, "no", "not_done", "")).unwrap();
        bed.service.write(|tx| appeal::ask(tx, appealed)).unwrap();
        let there = || {
            daily(&bed.service).unwrap();
            [appealed, merged].map(|serial| bed.service.read(|tx| Ok(store::feedback::contact(tx.conn, serial)?.is_some())).unwrap())
        };
        bed.on("2027-01-15");
        assert_eq!(there(), [true, true], "the appeal waits, and so does what the other was merged into");
        bed.desk("city-officer").tries(|tx, me| appeal::save(tx, me, appealed, "Ngày 20.", 0, true)).unwrap();
        bed.desk("city-approver").tries(|tx, me| appeal::approve(tx, me, appealed, 1)).unwrap();
        answers(survivor, "Quý I.");
        bed.on("2027-04-15");
        assert_eq!(there(), [true, true], "ninety days from the last answer, and that day too");
        bed.on("2027-04-16");
        assert_eq!(there(), [false, false]);
    });
}

#[test]
fn sessions_wrong_sign_ins_letters_and_drafts_of_what_is_out_go_by_their_rules() {
    each_database(|service, clock| {
        let me = officer(&service, "can-bo", OFFICE, &["officer"], "vi");
        service
            .write(|tx| {
                store::officer::open_session(tx.conn, "a", me.id, tx.now, tx.now.plus_seconds(3_600))?;
                store::officer::failures(tx.conn, "can-bo", "x", tx.now)?;
                Ok(())
            })
            .unwrap();
        let (serial, _) = send_in(&service, "vi", opinion("report", "a@example.vn"));
        hand_in(&service, &me, serial, &Written { intent: "spam".to_owned(), ground: "advertising".to_owned(), ..Written::default() });
        service.write(|tx| feedback::seal(tx, &me, serial)).unwrap();
        super::delivered(&service);
        clock.set(day("2026-10-03").at(0));
        assert_eq!(swept(&service), ["session 1"]);
        clock.set(day("2026-11-01").at(0));
        assert_eq!(swept(&service), ["sign_in_failure 1"]);
        clock.set(day("2026-12-31").at(0));
        let all = swept(&service);
        assert!(all.contains(&"draft 1".to_owned()) && all.iter().any(|s| s.starts_with("letter ")), "{all:?}");
    });
}

#[test]
fn servers_that_sweep_at_once_sweep_each_thing_once() {
    each_database(|service, clock| {
        let serials: Vec<_> = (0..130).map(|n| send_in(&service, "vi", opinion("report", &format!("n{n}@example.vn"))).0).collect();
        for serial in serials {
            service.write(|tx| feedback::withdraw(tx, serial)).unwrap();
        }
        clock.set(day("2026-12-31").at(0));
        let contacts = |done: Vec<(Kind, usize)>| done.into_iter().find(|(kind, _)| *kind == Kind::Contact).unwrap().1;
        let swept: usize = std::thread::scope(|scope| {
            let servers: Vec<_> = (0..3).map(|_| scope.spawn(|| contacts(daily(&service).unwrap()))).collect();
            servers.into_iter().map(|s| s.join().unwrap()).sum()
        });
        assert_eq!(swept, 130);
        let runs = service.read(|tx| Ok(store::retention::last_runs(tx.conn)?)).unwrap();
        assert_eq!(runs.iter().find(|(run, _)| run.rule == "contact").unwrap().0.n, 130);
    });
}

#[test]
fn the_last_letter_after_a_deletion_reaches_its_reader_and_loses_the_address() {
    each_database(|service, clock| {
        let protector = officer(&service, "du-lieu", "ct", &["data_protection"], "vi");
        let (serial, _) = send_in(&service, "km", opinion("report", "a@example.vn"));
        service.write(|tx| rights::ask(tx, serial, &Asked { right: "delete".to_owned(), ..Asked::default() })).unwrap();
        let id = service.read(|tx| Ok(store::rights::of(tx.conn, serial)?[0].id)).unwrap();
        service.write(|tx| rights::act(tx, &protector, id, true)).unwrap();
        assert!(service.read(|tx| Ok(store::feedback::contact(tx.conn, serial)?)).unwrap().is_none());
        let letters = super::delivered(&service);
        let to: Vec<&str> = letters.iter().filter(|(_, l)| l.subject.contains("ទិន្នន័យ")).map(|(to, _)| to.as_str()).collect();
        assert_eq!(to, ["a@example.vn"], "the first letter is of no use any more: its address went with the contact");
        let kept = || (1..).map_while(|n| service.read(|tx| Ok(store::outbox::get(tx.conn, n)?)).unwrap()).any(|m| m.payload.get("sealed").is_some());
        assert!(kept());
        clock.set(day("2026-10-02").at(0));
        assert_eq!(swept(&service), ["letter_address 1"]);
        assert!(!kept());
    });
}
