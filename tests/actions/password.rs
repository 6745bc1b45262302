//! Passwords: one's own is changed with the old one in hand, and a forgotten
//! one by a link that works once and tells nobody who has an account.

use hoidap::actions::account::{self, Entry, Turn};
use hoidap::actions::password::{self, NewPassword};
use hoidap::domain::error::Problem;
use hoidap::store;

use crate::support::{Bed, PASSWORD, each_database, refusal};

const HALL: &str = "203.0.113.7";
const NEW: &str = "một mật khẩu khác";

fn turn() -> Turn {
    actix_web::rt::System::new().block_on(Turn::wait()).unwrap()
}

fn signs_in(bed: &Bed, login: &str, password: &str) -> Result<String, Problem> {
    match account::sign_in(&bed.service, turn(), login, password, HALL)? {
        Entry::Session(token, _) => Ok(token),
        Entry::Code(_) => panic!("a code is asked for"),
    }
}

fn twice(password: &str) -> NewPassword {
    NewPassword { password: password.to_owned(), repeat: password.to_owned() }
}

fn is_open(bed: &Bed, token: &str) -> bool {
    bed.service.read(|tx| account::signed_in(tx, token)).unwrap().is_some()
}

fn forgets(bed: &Bed, login: &str, address: &str) -> Result<(), Problem> {
    bed.service.write(|tx| password::forgot(tx, login, address))
}

/// What the links in the outbox hold, oldest first.
fn links(bed: &Bed) -> Vec<String> {
    bed.service
        .read(|tx| {
            let mut waiting = store::outbox::waiting(tx.conn, 100)?;
            waiting.sort_by_key(|message| message.id);
            let links = waiting.iter().filter(|m| m.kind == "password_reset");
            let open = |m: &store::outbox::Message| tx.keys.open_token(m.payload["officer"].as_str()?.parse().ok()?, m.payload["sealed"].as_str()?);
            Ok(links.map(|m| open(m).unwrap()).collect())
        })
        .unwrap()
}

#[test]
fn ones_own_password_takes_the_old_one_and_ends_every_other_session() {
    each_database(|bed| {
        let (here, there) = (signs_in(bed, "officer", PASSWORD).unwrap(), signs_in(bed, "officer", PASSWORD).unwrap());
        let me = bed.account("officer");
        let change = |old: &str, new: &NewPassword| password::change(&bed.service, &turn(), me, old, new, HALL);
        assert_eq!(refusal(change("sai", &twice(NEW))), "wrong_password");
        assert_eq!(refusal(change(PASSWORD, &twice("ngắn"))), "password_short");
        assert_eq!(refusal(change(PASSWORD, &NewPassword { password: NEW.to_owned(), repeat: PASSWORD.to_owned() })), "password_differs");
        assert!(is_open(bed, &here) && is_open(bed, &there), "what was refused ended nothing");
        let fresh = change(PASSWORD, &twice(NEW)).unwrap();
        assert_eq!([&here, &there, &fresh].map(|token| is_open(bed, token)), [false, false, true]);
        assert_eq!(refusal(signs_in(bed, "officer", PASSWORD)), "wrong_sign_in");
        signs_in(bed, "officer", NEW).unwrap();
    });
}

#[test]
fn guesses_at_the_old_password_from_a_borrowed_session_are_slowed() {
    each_database(|bed| {
        let change = |old: &str| password::change(&bed.service, &turn(), bed.account("officer"), old, &twice(NEW), HALL);
        for _ in 0..5 {
            assert_eq!(refusal(change("sai")), "wrong_password");
        }
        assert_eq!(refusal(change(PASSWORD)), "sign_in_paused");
    });
}

#[test]
fn signing_out_everywhere_ends_every_session_of_the_account_and_counts_them() {
    each_database(|bed| {
        let tokens = [(); 3].map(|()| signs_in(bed, "officer", PASSWORD).unwrap());
        let other = signs_in(bed, "colleague", PASSWORD).unwrap();
        assert_eq!(bed.desk("officer").tries(account::sign_out_everywhere).unwrap(), 3);
        assert_eq!(tokens.each_ref().map(|token| is_open(bed, token)), [false; 3]);
        assert!(is_open(bed, &other), "nobody else is signed out");
    });
}

#[test]
fn a_link_sets_a_password_once_and_ends_every_session() {
    each_database(|bed| {
        let session = signs_in(bed, "officer", PASSWORD).unwrap();
        forgets(bed, " Officer ", HALL).unwrap();
        forgets(bed, "officer", HALL).unwrap();
        let links = links(bed);
        let set = |link: &str, new: &str| password::reset(&bed.service, &turn(), link, &twice(new));
        assert_eq!(refusal(set(&links[0], "ngắn")), "password_short");
        assert_eq!(refusal(set("khong-phai-link", NEW)), "link_ended");
        set(&links[0], NEW).unwrap();
        assert!(!is_open(bed, &session));
        assert_eq!(refusal(set(&links[0], NEW)), "link_ended", "once");
        assert_eq!(refusal(set(&links[1], NEW)), "link_ended", "a new password ends the other links");
        signs_in(bed, "officer", NEW).unwrap();
    });
}

#[test]
fn a_link_is_valid_for_half_an_hour() {
    each_database(|bed| {
        forgets(bed, "officer", HALL).unwrap();
        let link = &links(bed)[0];
        let valid = || bed.service.read(|tx| password::is_valid(tx, link)).unwrap();
        let clock = bed.service.clock();
        clock.set(bed.service.now().plus_seconds(30 * 60 - 1));
        assert!(valid());
        clock.set(bed.service.now().plus_seconds(1));
        assert!(!valid());
        assert_eq!(refusal(password::reset(&bed.service, &turn(), link, &twice(NEW))), "link_ended");
    });
}

#[test]
fn asking_tells_nobody_whether_there_is_an_account_and_fills_no_mailbox() {
    each_database(|bed| {
        forgets(bed, "nobody", HALL).unwrap();
        assert_eq!(links(bed).len(), 0);
        for n in 0..5 {
            forgets(bed, "officer", &format!("203.0.113.{n}")).unwrap();
        }
        assert_eq!(links(bed).len(), 3, "three valid links are enough");
        for login in ["nobody", "officer"] {
            for _ in 0..6 {
                let _ = forgets(bed, login, "198.51.100.1");
            }
            assert_eq!(refusal(forgets(bed, login, "198.51.100.1")), "sign_in_paused", "{login}");
        }
        signs_in(bed, "officer", PASSWORD).expect("asking does not keep anybody from signing in");
    });
}

#[test]
fn what_a_link_holds_is_stored_nowhere_to_be_read() {
    each_database(|bed| {
        forgets(bed, "officer", HALL).unwrap();
        let link = &links(bed)[0];
        let waiting = bed.service.read(|tx| Ok(store::outbox::waiting(tx.conn, 100)?)).unwrap();
        assert!(waiting.iter().all(|m| !m.payload.to_string().contains(link.as_str())));
        assert_eq!(link.len(), 43, "32 random bytes");
    });
}
