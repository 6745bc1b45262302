//! Transactions that do not wait for the disk, one after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use hoidap::store::{self, Chain, Conn, Db, Hold, Lock, StoreError, Unsynced};

use crate::support::{Bed, Home, each_database};

fn chain(bed: &Bed) -> Chain {
    bed.service.db().chain([Hold::Shared(Lock::Catalogue), Hold::Alone(Lock::Intake)])
}

fn one(conn: &mut Conn) -> Result<i64, StoreError> {
    store::advance(conn, "chain", 1)
}

fn seen(bed: &Bed) -> i64 {
    bed.service.read(|tx| Ok(store::counter(tx.conn, "chain")?)).unwrap()
}

#[test]
fn each_is_seen_by_others_when_it_returns_though_the_next_has_begun() {
    each_database(|bed| {
        let mut chain = chain(bed);
        for n in 1..=6 {
            let (value, ahead) = chain.write(|| n % 3 > 0, one).unwrap();
            assert_eq!((value, seen(bed)), (n, n));
            ahead.sync().unwrap();
        }
    });
}

#[test]
fn one_that_fails_or_panics_leaves_nothing_and_the_next_goes_on() {
    each_database(|bed| {
        let mut chain = chain(bed);
        let _ = chain.write(|| true, one).unwrap();
        let failed = chain.write(|| true, |conn| one(conn).and(Err::<(), _>(StoreError::Broken("on purpose".to_owned()))));
        assert!(matches!(failed, Err(StoreError::Broken(_))));
        assert_eq!(seen(bed), 1);
        let (value, _ahead) = chain.write(|| true, one).unwrap();
        assert_eq!(value, 2);
        let panicked = catch_unwind(AssertUnwindSafe(|| chain.write(|| true, |conn| -> Result<(), StoreError> { panic!("{:?}", one(conn)) })));
        assert!(panicked.is_err());
        assert_eq!(seen(bed), 2);
        let (value, _ahead) = chain.write(|| false, one).unwrap();
        assert_eq!((value, seen(bed)), (3, 3));
    });
}

#[test]
fn others_get_their_turn_though_more_follows_without_end() {
    each_database(|bed| {
        let mut chain = chain(bed);
        thread::scope(|scope| {
            let other = scope.spawn(|| bed.service.write_intake(|tx| Ok(store::advance(tx.conn, "other", 1)?)));
            while !other.is_finished() {
                let _ = chain.write(|| true, one).unwrap();
            }
            // What has begun holds the locks until it is written.
            let _ = chain.write(|| false, one).unwrap();
            other.join().unwrap().unwrap();
        });
    });
}

#[test]
fn nobody_waits_for_one_that_follows_while_the_disk_is_at_the_one_before() {
    each_database(|bed| {
        let mut chain = chain(bed);
        let (_, on_its_way) = chain.write(|| false, one).unwrap();
        let (_, ahead) = chain.write(|| true, one).unwrap();
        bed.service.write_intake(|tx| Ok(one(tx.conn)?)).unwrap();
        on_its_way.sync().unwrap();
        ahead.sync().unwrap();
        assert_eq!(seen(bed), 3);
    });
}

#[test]
fn nobody_waits_for_one_that_nothing_follows() {
    each_database(|bed| {
        let _ = chain(bed).write(|| false, one).unwrap();
        bed.service.write_intake(|tx| Ok(store::advance(tx.conn, "chain", 1)?)).unwrap();
        assert_eq!(seen(bed), 2);
    });
}

/// Does something to other connections to a database, and says to how many.
fn to_others(home: &Home, what: &str, which: &str) -> i64 {
    let done = format!("SELECT COUNT({what}) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND ({which})");
    let mut conn = PgConnection::establish(home.url()).unwrap();
    diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!("({done})"))).get_result(&mut conn).unwrap()
}

/// A chain alone in a database with nothing in it but counters.
fn alone() -> (Home, Chain) {
    let home = Home::postgres();
    let db = Db::open(home.url(), 4).unwrap();
    db.migrate().unwrap();
    (home, db.chain([Hold::Alone(Lock::Intake)]))
}

#[test]
fn what_a_lost_witness_can_not_confirm_is_not_confirmed_by_another() {
    let (home, mut chain) = alone();
    let (_, ahead) = chain.write(|| true, one).unwrap();
    assert_eq!(to_others(&home, "pg_terminate_backend(pid, 5000)", "query LIKE '%pg_postmaster_start_time%'"), 1);
    assert!(matches!(ahead.sync(), Err(Unsynced::Unknown(_))));
    // It was lost and not the one that writes; the next has a new pair all the same.
    let (value, ahead) = chain.write(|| true, one).unwrap();
    assert_eq!(value, 2);
    ahead.sync().unwrap();
}

#[test]
fn a_chain_whose_connection_went_away_at_rest_goes_on_over_a_new_one() {
    let (home, mut chain) = alone();
    let (_, ahead) = chain.write(|| false, one).unwrap();
    ahead.sync().unwrap();
    assert!(to_others(&home, "pg_terminate_backend(pid, 5000)", "query = 'COMMIT'") > 0);
    assert_eq!(chain.write(|| false, one).unwrap().0, 2);
}

#[test]
fn a_chain_whose_connection_went_away_at_work_stores_nothing_and_goes_on() {
    let (home, mut chain) = alone();
    let _ = chain.write(|| true, one).unwrap();
    let cut = |conn: &mut Conn| {
        one(conn)?;
        assert_eq!(to_others(&home, "pg_terminate_backend(pid, 5000)", "state = 'idle in transaction'"), 1);
        one(conn)
    };
    assert!(matches!(chain.write(|| true, cut), Err(StoreError::Unavailable(_))));
    assert_eq!(chain.write(|| true, one).unwrap().0, 2);
}

#[test]
fn what_is_committed_is_not_confirmed_when_the_next_gets_no_lock_and_stays() {
    let (home, mut chain) = alone();
    let mut other = PgConnection::establish(home.url()).unwrap();
    let waits = "wait_event_type = 'Lock'";
    let (mut in_line, home) = (None, &home);
    let held = |conn: &mut Conn| {
        in_line = Some(thread::spawn(move || {
            other.batch_execute(&format!("BEGIN; SELECT pg_advisory_xact_lock({})", Lock::Intake as i64)).unwrap();
            other
        }));
        while to_others(home, "pid", waits) < 1 {
            thread::yield_now();
        }
        one(conn)
    };
    thread::scope(|scope| {
        scope.spawn(|| while to_others(home, "pg_cancel_backend(pid)", &format!("{waits} AND query LIKE 'COMMIT%'")) < 1 {});
        assert!(matches!(chain.write(|| true, held), Err(StoreError::Unavailable(_))));
    });
    drop(in_line.unwrap().join().unwrap());
    assert_eq!(chain.write(|| true, one).unwrap().0, 2);
}
