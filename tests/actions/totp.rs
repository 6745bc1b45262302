//! The second factor: no session without the code, no code twice, and no way
//! around it.

use std::thread;

use hoidap::actions::account::{self, Entry, Turn};
use hoidap::actions::totp::{self, Proof, Standing};
use hoidap::domain::access::Officer;
use hoidap::domain::error::Problem;
use hoidap::domain::receipt::ReceiptCode;
use hoidap::domain::totp::TotpSecret;
use hoidap::domain::words::Role;

use crate::support::{Bed, PASSWORD, each_database, faults, refusal};

const HALL: &str = "203.0.113.7";

fn turn() -> Turn {
    actix_web::rt::System::new().block_on(Turn::wait()).unwrap()
}

/// Sets it up for an account, as its owner would.
pub fn sets_up(bed: &Bed, login: &str) -> (TotpSecret, Vec<ReceiptCode>) {
    let me = bed.account(login);
    totp::begin(&bed.service, &turn(), me, PASSWORD, HALL).unwrap();
    let Standing::Begun(secret) = bed.service.read(|tx| totp::standing(tx, me)).unwrap() else { panic!("it was not begun") };
    let code = secret.code(bed.service.now()).unwrap();
    let recovery = bed.desk(login).tries(|tx, me| totp::confirm(tx, me, &code)).unwrap();
    // The step of the first code is used.
    later(bed, 30);
    (secret, recovery)
}

fn later(bed: &Bed, seconds: i64) {
    bed.service.clock().set(bed.service.now().plus_seconds(seconds));
}

/// The password's step: what the browser comes back with.
fn password(bed: &Bed, login: &str) -> String {
    match account::sign_in(&bed.service, turn(), login, PASSWORD, HALL).unwrap() {
        Entry::Code(step) => step,
        Entry::Session(..) => panic!("{login} signed in without a code"),
    }
}

fn code(bed: &Bed, step: &str, typed: &str) -> Result<(String, Officer), Problem> {
    totp::sign_in(&bed.service, step, typed)
}

#[test]
fn there_is_no_session_before_the_code_and_each_code_opens_one() {
    each_database(|bed| {
        let (secret, recovery) = sets_up(bed, "officer");
        assert_eq!(recovery.len(), 10);
        let step = password(bed, "officer");
        assert!(bed.service.read(|tx| account::signed_in(tx, &step)).unwrap().is_none(), "what waits for a code is no session");
        let now = secret.code(bed.service.now()).unwrap();
        assert_eq!(refusal(code(bed, &step, "000000")), "wrong_code");
        let (token, officer) = code(bed, &step, &now).unwrap();
        assert_eq!(officer.id, bed.account("officer").id);
        assert!(bed.service.read(|tx| account::signed_in(tx, &token)).unwrap().is_some());
        assert_eq!(refusal(code(bed, &step, &now)), "sign_in_needed", "the password's step is over");
        assert_eq!(refusal(code(bed, &password(bed, "officer"), &now)), "wrong_code", "a code is taken once");
        later(bed, 30);
        code(bed, &password(bed, "officer"), &secret.code(bed.service.now()).unwrap()).unwrap();
    });
}

#[test]
fn one_code_at_once_opens_one_session() {
    each_database(|bed| {
        let (secret, _) = sets_up(bed, "officer");
        let typed = secret.code(bed.service.now()).unwrap();
        let steps = [(); 3].map(|()| password(bed, "officer"));
        let opened = thread::scope(|scope| {
            let tries: Vec<_> = steps.iter().map(|step| scope.spawn(|| code(bed, step, &typed).is_ok())).collect();
            tries.into_iter().map(|t| t.join().unwrap()).filter(|opened| *opened).count()
        });
        assert_eq!(opened, 1);
    });
}

#[test]
fn a_recovery_code_stands_for_a_code_once() {
    each_database(|bed| {
        let (_, recovery) = sets_up(bed, "officer");
        let typed = recovery[3].reveal().to_lowercase().replace('-', " ");
        code(bed, &password(bed, "officer"), &typed).unwrap();
        assert_eq!(refusal(code(bed, &password(bed, "officer"), &typed)), "wrong_code");
        let left = bed.service.read(|tx| totp::standing(tx, bed.account("officer"))).unwrap();
        assert!(matches!(left, Standing::On(9)), "{left:?}");
    });
}

fn proof(password: &str, code: &str) -> Proof {
    Proof { password: password.to_owned(), code: code.to_owned(), address: HALL.to_owned() }
}

#[test]
fn new_recovery_codes_take_the_place_of_the_old_ones() {
    each_database(|bed| {
        let (_, old) = sets_up(bed, "officer");
        let me = bed.account("officer");
        let renew = |proof: &Proof| totp::new_recovery(&bed.service, &turn(), me, proof);
        assert_eq!(faults(renew(&proof(PASSWORD, "000000"))), ["/code wrong_code"]);
        later(bed, 60);
        let new = renew(&proof(PASSWORD, old[0].reveal())).unwrap();
        assert_eq!(new.len(), old.len());
        assert_eq!(refusal(code(bed, &password(bed, "officer"), old[1].reveal())), "wrong_code");
        later(bed, 60);
        code(bed, &password(bed, "officer"), new[1].reveal()).unwrap();
    });
}

#[test]
fn guesses_at_the_code_are_slowed_for_the_account_from_wherever_they_come() {
    each_database(|bed| {
        let (secret, _) = sets_up(bed, "officer");
        for _ in 0..5 {
            assert_eq!(refusal(code(bed, &password(bed, "officer"), "000000")), "wrong_code");
        }
        let step = password(bed, "officer");
        let typed = secret.code(bed.service.now()).unwrap();
        assert_eq!(refusal(code(bed, &step, &typed)), "sign_in_paused");
        later(bed, 3);
        code(bed, &step, &secret.code(bed.service.now()).unwrap()).unwrap();
    });
}

#[test]
fn a_code_is_waited_for_five_minutes_and_a_new_password_ends_the_wait() {
    each_database(|bed| {
        let (secret, _) = sets_up(bed, "officer");
        let step = password(bed, "officer");
        later(bed, 5 * 60);
        assert_eq!(refusal(code(bed, &step, &secret.code(bed.service.now()).unwrap())), "sign_in_needed");
        let step = password(bed, "officer");
        let hash = account::hash_password("một mật khẩu khác").unwrap();
        bed.service.write(|tx| Ok(hoidap::store::officer::set_password(tx.conn, bed.account("officer").id, &hash)?)).unwrap();
        assert_eq!(refusal(code(bed, &step, &secret.code(bed.service.now()).unwrap())), "sign_in_needed");
    });
}

#[test]
fn what_is_not_confirmed_asks_for_nothing() {
    each_database(|bed| {
        let me = bed.account("officer");
        assert_eq!(refusal(totp::begin(&bed.service, &turn(), me, "sai", HALL)), "wrong_password");
        totp::begin(&bed.service, &turn(), me, PASSWORD, HALL).unwrap();
        assert_eq!(refusal(bed.desk("officer").tries(|tx, me| totp::confirm(tx, me, "000000"))), "wrong_code");
        assert!(matches!(account::sign_in(&bed.service, turn(), "officer", PASSWORD, HALL).unwrap(), Entry::Session(..)));
    });
}

#[test]
fn it_is_switched_off_with_password_and_code_together() {
    each_database(|bed| {
        let (secret, _) = sets_up(bed, "officer");
        let me = bed.account("officer");
        let off = |password: &str, typed: &str| totp::switch_off(&bed.service, &turn(), me, &proof(password, typed));
        let typed = secret.code(bed.service.now()).unwrap();
        assert_eq!(refusal(off("sai", &typed)), "wrong_password");
        assert_eq!(refusal(off(PASSWORD, "000000")), "wrong_code");
        assert_eq!(
            refusal(totp::begin(&bed.service, &turn(), me, PASSWORD, HALL)),
            "changed_meanwhile",
            "a new secret takes the old one's place only when that is off"
        );
        off(PASSWORD, &typed).unwrap();
        assert!(matches!(account::sign_in(&bed.service, turn(), "officer", PASSWORD, HALL).unwrap(), Entry::Session(..)));
    });
}

#[test]
fn an_administrator_resets_a_colleagues_and_not_their_own() {
    each_database(|bed| {
        sets_up(bed, "officer");
        sets_up(bed, "administrator");
        let reset = |by: &str, whose: &str| bed.desk(by).tries(|tx, me| totp::reset(tx, me, bed.account(whose).id));
        assert_eq!(refusal(reset("head", "officer")), "not_allowed");
        assert_eq!(refusal(reset("administrator", "administrator")), "not_allowed");
        reset("administrator", "officer").unwrap();
        assert_eq!(refusal(reset("administrator", "officer")), "not_found");
        assert!(matches!(account::sign_in(&bed.service, turn(), "officer", PASSWORD, HALL).unwrap(), Entry::Session(..)));
        assert_eq!(bed.mails(), ["account_changed null", "account_changed null", "totp_reset null"], "whoever switched it on, and the colleague, are told");
    });
}

#[test]
fn a_role_that_must_have_it_goes_no_further_without() {
    each_database(|bed| {
        let asking = [Role::Officer];
        let may = |login: &str| bed.service.read(|tx| totp::suffices(tx, bed.account(login), &asking));
        assert_eq!(refusal(may("officer")), "second_factor_needed");
        may("head").unwrap();
        sets_up(bed, "officer");
        may("officer").unwrap();
    });
}
