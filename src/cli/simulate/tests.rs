//! What the sample life promises: every class, no difference, the same from the
//! same seed, and figures as they were meant.

use uuid::Uuid;

use super::dice::Dice;
use super::topics::topics;
use super::*;
use crate::actions::account::{self, AccountForm};
use crate::actions::recount::recount;
use crate::actions::setup;
use crate::clock::Clock;
use crate::domain::accounting::Counts;
use crate::domain::feedback::Class;
use crate::domain::words::Sample;
use crate::keys::Keys;
use crate::store::Db;
use crate::store::list::Filter;

/// A deployment in a folder that goes with it.
struct Deployment {
    service: Service,
    folder: std::path::PathBuf,
}

impl Drop for Deployment {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn last_day() -> Day {
    "2026-11-21".parse().unwrap()
}

/// With five accounts at each of these offices.
fn deployment(scope: &str, offices: &[&str]) -> Deployment {
    let folder = std::env::temp_dir().join(format!("hoidap-simulate-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    let db = Db::open(folder.join("life.sqlite").to_str().unwrap(), 2).unwrap();
    db.migrate().unwrap();
    let today = last_day().next();
    db.write([], |conn| setup::reference(conn, scope, today)).unwrap();
    let service = Service::new(db, Clock::standing(today.at(30_000)), Keys::new(&[7; 32]));
    for office in offices {
        for (login, role) in [("a", "officer"), ("b", "officer"), ("c", "approver"), ("d", "head"), ("e", "receiver")] {
            let form = AccountForm {
                login: format!("{login}-{office}"),
                name: format!("Người {login}"),
                office: (*office).to_owned(),
                roles: vec![role.to_owned()],
                password: "mat-khau-dai".to_owned(),
                ..AccountForm::default()
            };
            service.write(|tx| account::add(tx, None, &form, "-".to_owned())).unwrap();
        }
    }
    Deployment { service, folder }
}

fn plan(responses: u64, feedback: u64, seed: u64) -> Plan {
    Plan { responses, feedback, seed, last_day: last_day(), days: 365 }
}

impl Deployment {
    fn lives(&self, plan: &Plan) -> Done {
        simulate(&self.service, plan).unwrap()
    }

    /// The counts of opinions, once everything was counted again without a difference.
    fn counts(&self) -> Counts {
        let outcome = self.service.read(recount).unwrap();
        assert!(outcome.is_ok(), "{outcome:?}");
        self.service.read(|tx| Ok(store::counts::counts(tx.conn, &Filter::default(), tx.today)?)).unwrap()
    }
}

#[test]
fn a_year_has_every_class_and_no_difference() {
    for (scope, root) in [("province", "ct"), ("authority", "kcn")] {
        let d = deployment(scope, &[root, "kcn-vp"]);
        assert_eq!(d.lives(&plan(300, 450, 1)), Done { responses: 300, feedback: 450 });
        let counts = d.counts();
        for class in Class::ALL {
            assert!(counts.of(*class) > 0, "{scope}: no {class}");
        }
    }
}

#[test]
fn the_same_seed_again_stores_nothing() {
    let d = deployment("province", &["ct"]);
    d.lives(&plan(30, 40, 3));
    let before = d.counts();
    assert_eq!(d.lives(&plan(30, 40, 3)), Done::default());
    assert_eq!(d.counts(), before);
    assert_eq!(d.lives(&plan(30, 40, 4)), Done { responses: 30, feedback: 40 });
}

#[test]
fn small_plans_short_lives_and_empty_desks_are_lived_too() {
    for (scope, root) in [("province", "ct"), ("authority", "kcn")] {
        let d = deployment(scope, &[root]);
        for (seed, (responses, feedback)) in (10..).zip([(0, 0), (5, 3), (0, 7), (7, 0), (40, 60)]) {
            let days = if seed % 2 == 0 { 365 } else { 20 };
            assert_eq!(d.lives(&Plan { days, ..plan(responses, feedback, seed) }), Done { responses, feedback });
            d.counts();
        }
        let empty = deployment(scope, &[]);
        empty.lives(&plan(20, 60, 2));
        let counts = empty.counts();
        assert_eq!(counts.open_in_time + counts.overdue + counts.sealed + counts.withdrawn, 60);
        // Before any office there is no life.
        assert_eq!(empty.lives(&Plan { last_day: "2024-06-01".parse().unwrap(), ..plan(20, 20, 5) }), Done::default());
    }
}

#[test]
fn old_mail_is_closed_and_that_of_the_last_week_waits() {
    let d = deployment("province", &["ct"]);
    d.lives(&plan(0, 150, 6));
    let waiting = d.service.read(|tx| Ok(store::outbox::waiting(tx.conn, 10_000)?)).unwrap();
    assert!(!waiting.is_empty() && waiting.iter().all(|m| m.created_at >= last_day().plus(-6).at(0)), "{waiting:?}");
}

#[test]
fn no_life_is_added_to_days_that_the_log_has_told() {
    let d = deployment("province", &["ct"]);
    d.lives(&plan(20, 5, 7));
    crate::actions::ledger::catch_up(&d.service).unwrap();
    let refused = simulate(&d.service, &plan(20, 5, 8)).expect_err("a second life").to_string();
    assert!(refused.contains("the public log has begun"), "{refused}");
}

#[test]
fn shares_come_out_as_they_were_meant() {
    let d = deployment("province", &[]);
    let catalogue = d.service.held().unwrap();
    let mut dice = Dice(1);
    for mut topic in topics(&catalogue) {
        let mut satisfied = 0;
        for _ in 0..400 {
            let spot = dice.weigh(topic.open_spots(&catalogue, last_day())).map(|s| s.blame).unwrap();
            satisfied += u32::from(topic.satisfies(Sample::Verified, spot, None, &mut dice));
        }
        let share = f64::from(satisfied) / 400.0;
        assert!((share - topic.satisfied).abs() < 0.025, "{}: {share} instead of {}", topic.field, topic.satisfied);
    }
}
