//! What a day brings is recorded once, however often the job runs.

use hoidap::domain::event::EventName;
use hoidap::domain::submission::OpinionDraft;
use hoidap::domain::time::Day;
use hoidap::jobs::clocks::{Done, daily};
use hoidap::store;

use super::{each_database, send_in};

#[test]
fn lateness_is_recorded_once_on_the_day_after_the_deadline() {
    each_database(|service, clock| {
        // More than one step of the job.
        let serials: Vec<_> = (0..130).map(|_| send_in(&service, "vi", OpinionDraft { text: "Góp ý".to_owned(), ..OpinionDraft::default() }).0).collect();
        let day = |text: &str| text.parse::<Day>().unwrap();
        clock.set(day("2026-10-22").at(86_399));
        assert_eq!(daily(&service).unwrap().overdue, 0);
        clock.set(day("2026-10-23").at(0));
        assert_eq!(daily(&service).unwrap().overdue, 130);
        assert_eq!(daily(&service).unwrap(), Done::default());
        for serial in serials {
            let events = service.read(|tx| Ok(store::feedback::events(tx.conn, serial)?)).unwrap();
            assert_eq!(events.iter().filter(|e| e.entry.event.name() == EventName::Overdue).count(), 1);
        }
    });
}

#[test]
fn two_servers_at_the_same_opinions_record_each_once() {
    each_database(|service, clock| {
        for _ in 0..150 {
            send_in(&service, "vi", OpinionDraft { text: "Góp ý".to_owned(), ..OpinionDraft::default() });
        }
        clock.set("2026-10-23".parse::<Day>().unwrap().at(0));
        let recorded: usize = std::thread::scope(|scope| {
            let servers: Vec<_> = (0..3).map(|_| scope.spawn(|| daily(&service).unwrap().overdue)).collect();
            servers.into_iter().map(|s| s.join().unwrap()).sum()
        });
        assert_eq!(recorded, 150);
    });
}

#[test]
fn a_service_that_was_off_for_weeks_closes_every_half_month_that_ended() {
    each_database(|service, clock| {
        let rate = || {
            let draft = hoidap::domain::submission::Draft {
                submission_id: uuid::Uuid::new_v4().to_string(),
                field: "construction".to_owned(),
                office: super::OFFICE.to_owned(),
                answers: Some(serde_json::Map::from_iter([("overall".to_owned(), serde_json::json!(5))])),
                ..Default::default()
            };
            service.write_intake(|tx| {
                let survey = tx.catalogue.surveys().first().map(|q| (*q).clone()).unwrap();
                let submission =
                    hoidap::domain::submission::Submission::parse(&draft, &hoidap::domain::submission::Way::web(), Some(&survey), &tx.catalogue, tx.today)?;
                hoidap::actions::intake::store_all(tx, &mut Default::default(), &[submission])
            })
        };
        let threshold = service.held().unwrap().threshold;
        let some = |n: u64| (0..n).for_each(|_| drop(rate().unwrap()));
        assert_eq!(daily(&service).unwrap().closed, 0);
        some(threshold + 1);
        assert_eq!(daily(&service).unwrap().closed, 0, "the half-month is not over");
        clock.set("2026-10-20".parse::<Day>().unwrap().at(0));
        some(threshold + 1);
        clock.set("2026-12-20".parse::<Day>().unwrap().at(0));
        assert!(daily(&service).unwrap().closed > 0);
        assert_eq!(daily(&service).unwrap(), Done::default());
        let tallies = service.read(|tx| Ok(store::tally::all(tx.conn)?)).unwrap();
        assert!(tallies.iter().flat_map(|t| t.tally.0.values()).all(|c| c.released == c.all), "{tallies:?}");
    });
}
