//! Signing in: guessing is slowed, however it is done, and a new password is the only one.

use std::thread;

use hoidap::actions::account::{self, AccountForm, Entry, Turn};
use hoidap::domain::access::Officer;
use hoidap::domain::error::Problem;

use crate::support::{Bed, PASSWORD, WARD, each_database, refusal};

const HALL: &str = "203.0.113.7";

fn tries(bed: &Bed, login: &str, password: &str, address: &str) -> Result<(String, Officer), Problem> {
    let turn = actix_web::rt::System::new().block_on(Turn::wait()).unwrap();
    match account::sign_in(&bed.service, turn, login, password, address)? {
        Entry::Session(token, officer) => Ok((token, officer)),
        Entry::Code(_) => panic!("a code is asked for"),
    }
}

#[test]
fn guesses_at_once_are_slowed_like_guesses_one_after_the_other() {
    each_database(|bed| {
        let guesses: Vec<String> = thread::scope(|scope| {
            let guess = |n: usize| scope.spawn(move || refusal(tries(bed, "officer", &format!("a guess {n}"), HALL)));
            let sent: Vec<_> = (0..12).map(guess).collect();
            sent.into_iter().map(|guess| guess.join().unwrap()).collect()
        });
        let count = |code: &str| guesses.iter().filter(|refused| *refused == code).count();
        assert_eq!((count("wrong_sign_in"), count("sign_in_paused")), (5, 7), "{guesses:?}");
        assert_eq!(refusal(tries(bed, "officer", PASSWORD, HALL)), "sign_in_paused");

        // Behind the same address a colleague signs in, and so does the officer from elsewhere.
        tries(bed, "colleague", PASSWORD, HALL).unwrap();
        tries(bed, "officer", PASSWORD, "203.0.113.8").unwrap();
        bed.service.clock().set(bed.service.now().plus_seconds(3));
        tries(bed, "officer", PASSWORD, HALL).unwrap();
        assert_eq!(refusal(tries(bed, "officer", "a guess", HALL)), "wrong_sign_in", "what succeeded is forgiven");
    });
}

#[test]
fn a_new_password_ends_what_the_old_one_opened() {
    each_database(|bed| {
        let (token, officer) = tries(bed, "officer", PASSWORD, HALL).unwrap();
        let (other, _) = tries(bed, "colleague", PASSWORD, HALL).unwrap();
        let who = |token: &str| bed.service.read(|tx| account::signed_in(tx, token)).unwrap().map(|officer| officer.id);
        let change = |password: &str| {
            let hash = (!password.is_empty()).then(|| account::hash_password(password).unwrap());
            let form = AccountForm {
                name: officer.name.clone(),
                office: WARD.to_owned(),
                roles: vec!["officer".to_owned()],
                password: password.to_owned(),
                ..AccountForm::default()
            };
            bed.desk("administrator").tries(|tx, me| account::change(tx, me, officer.id, &form, hash)).unwrap();
        };
        change("");
        assert_eq!(who(&token), Some(officer.id), "another name needs no new session");
        change("một mật khẩu khác");
        assert_eq!(who(&token), None);
        assert!(who(&other).is_some(), "nobody else is signed out");
        assert_eq!(refusal(tries(bed, "officer", PASSWORD, HALL)), "wrong_sign_in");
        tries(bed, "officer", "một mật khẩu khác", HALL).unwrap();
    });
}
