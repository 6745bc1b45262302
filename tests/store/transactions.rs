//! Many at once: no write fails for another's sake, and no work is given out twice.

use std::collections::BTreeSet;
use std::thread;

use hoidap::store::{self, Db, outbox};
use serde_json::json;

use crate::support::{Home, each_database};

/// SQLite takes its write lock at once; a transaction that took it later would fail here.
#[test]
fn eight_threads_that_read_and_then_write_lose_nothing() {
    each_database(|bed| {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        bed.service
                            .write(|tx| {
                                let seen = store::counter(tx.conn, "threads")?;
                                store::lock(tx.conn, store::Lock::Intake)?;
                                assert!(store::advance(tx.conn, "threads", 1)? > seen);
                                Ok(())
                            })
                            .unwrap();
                    }
                });
            }
        });
        assert_eq!(bed.service.read(|tx| Ok(store::counter(tx.conn, "threads")?)).unwrap(), 800);
    });
}

#[test]
fn a_transaction_that_fails_leaves_nothing() {
    each_database(|bed| {
        let failed: Result<(), _> = bed.service.write(|tx| {
            store::advance(tx.conn, "threads", 5)?;
            tx.mail("assigned", "once", json!({}))?;
            Err(hoidap::domain::error::Code::NotFound.into())
        });
        assert!(failed.is_err());
        assert_eq!(bed.service.read(|tx| Ok(store::counter(tx.conn, "threads")?)).unwrap(), 0);
        assert_eq!(bed.mails(), Vec::<String>::new());
    });
}

#[test]
fn the_log_of_a_database_behind_a_link_is_found() {
    let home = Home::sqlite();
    let file = home.url().trim_start_matches("sqlite:");
    let link = format!("{file}-link");
    std::os::unix::fs::symlink(file, &link).unwrap();
    let db = Db::open(&link, 2).unwrap();
    db.migrate().unwrap();
    let (_, ahead) = db.write_ahead([], |conn| store::advance(conn, "threads", 1)).unwrap();
    ahead.sync().unwrap();
    assert!(std::path::Path::new(&format!("{file}-wal")).exists() && !std::path::Path::new(&format!("{link}-wal")).exists());
}

#[test]
fn every_mail_is_claimed_once() {
    each_database(|bed| {
        bed.service.write(|tx| (0..200).try_for_each(|n| tx.mail("assigned", &format!("mail {n}"), json!({"serial": n})))).unwrap();
        let claim = || {
            let mut claimed = Vec::new();
            while let Some(message) = bed.service.write(|tx| Ok(outbox::claim(tx.conn, tx.now, 60, 1)?)).unwrap().pop() {
                claimed.push(message.id);
            }
            claimed
        };
        let claimed: Vec<i64> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(claim)).collect();
            threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(claimed.len(), 200, "some were claimed twice or not at all");
        assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), 200);
    });
}

#[test]
fn a_mail_whose_sender_died_is_claimed_again_when_its_lease_is_over() {
    each_database(|bed| {
        bed.service.write(|tx| tx.mail("assigned", "once", json!({}))).unwrap();
        bed.service.write(|tx| tx.mail("assigned", "once", json!({}))).unwrap();
        let claim = |later: i64| bed.service.write(|tx| Ok(outbox::claim(tx.conn, tx.now.plus_seconds(later), 60, 1)?)).unwrap().pop();
        assert_eq!(claim(0).unwrap().attempts, 1);
        assert_eq!(claim(30), None);
        let again = claim(61).unwrap();
        assert_eq!(again.attempts, 2);
        bed.service.write(|tx| Ok(outbox::finish(tx.conn, &[again.id], tx.now, "sent")?)).unwrap();
        assert_eq!(claim(1_000), None);
    });
}

#[test]
fn a_day_that_several_begin_at_once_begins_once() {
    each_database(|bed| {
        let barrier = std::sync::Barrier::new(4);
        let mut day = bed.service.now().day();
        for _ in 0..20 {
            day = day.next();
            let begin = || {
                barrier.wait();
                bed.service.write(|tx| Ok(store::catalogue::begin_day(tx.conn, day)?)).unwrap();
            };
            std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(begin))));
            let begun = bed.service.read(|tx| Ok(store::catalogue::version_and_day(tx.conn)?.1)).unwrap();
            assert_eq!(begun.day(), day);
        }
    });
}
