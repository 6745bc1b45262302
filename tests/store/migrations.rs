//! A deployment that lives goes a version back and forth, and nothing that is counted is another.

use diesel::connection::Connection;
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use hoidap::actions::figures::{Asked, results};
use hoidap::actions::{appeal, press, reply};
use hoidap::domain::words::Serial;
use hoidap::store;

use crate::support::{Bed, each_database};

/// So many of the newest migrations are gone back over: from topics on, some of which fill what they make from what was there before.
const NEWEST: usize = 6;

fn turns<C: MigrationHarness<DB>, DB: diesel::backend::Backend>(conn: &mut C, folder: &str) {
    let migrations = FileBasedMigrations::from_path(format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for _ in 0..NEWEST {
        conn.revert_last_migration(migrations.clone()).unwrap();
    }
    assert_eq!(conn.run_pending_migrations(migrations).unwrap().len(), NEWEST);
}

fn goes_back_and_forth(bed: &Bed) {
    match bed.url().strip_prefix("sqlite:") {
        Some(file) => turns(&mut SqliteConnection::establish(file).unwrap(), "sqlite"),
        None => turns(&mut PgConnection::establish(bed.url()).unwrap(), "postgres"),
    }
}

/// What the newest migrations hold: topics, presses, who may not answer an appeal, who wrote in it.
fn held(bed: &Bed, serial: Serial) -> String {
    let read = bed.service.read(|tx| {
        let topics = store::topic::counts(tx.conn, None, None)?;
        let pressed = results(tx, &Asked::default())?.pressed;
        let mut involved = store::appeal::involved(tx.conn, serial)?;
        involved.sort_unstable();
        involved.dedup();
        Ok(format!("{topics:?} {pressed} {involved:?} {:?}", store::appeal::writers(tx.conn, serial, true)?))
    });
    read.unwrap()
}

#[test]
fn a_deployment_that_lives_goes_back_and_forth_and_counts_the_same() {
    each_database(|bed| {
        let [asked, advised] = ["support", "advice"].map(|topic| bed.citizen().says("Xin được giúp.").kind(topic).sends_opinion(bed));
        for serial in [asked, advised] {
            bed.desk("supervisor").tries(|tx, me| press::press(tx, me, serial, "")).unwrap();
        }
        bed.officer().seals(advised);
        bed.desk("colleague").writes(asked, "Đang xem.");
        bed.officer().writes(asked, "Đang xem lại.").hands_in(asked);
        bed.approver().approves(asked);
        bed.service.write(|tx| reply::reply(tx, asked, "no", "not_done", "")).unwrap();
        bed.service.write(|tx| appeal::ask(tx, asked)).unwrap();
        bed.desk("city-officer").tries(|tx, me| appeal::save(tx, me, asked, "Đã xem lại.", 0, false)).unwrap();
        bed.recounts();
        let before = held(bed, asked);
        goes_back_and_forth(bed);
        assert_eq!(held(bed, asked), before);
        bed.recounts();
        bed.desk("city-officer").tries(|tx, me| appeal::save(tx, me, asked, "Đã xem lại xong.", 1, true)).unwrap();
        bed.desk("city-approver").tries(|tx, me| appeal::approve(tx, me, asked, 2)).unwrap();
        bed.desk("receiver").restores(advised);
        bed.recounts();
    });
}
