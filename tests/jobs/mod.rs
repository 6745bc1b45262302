//! Mail and clocks, and the few people that they need.

mod accounts;
mod chase;
mod clocks;
mod ledger;
mod letters;
mod outbox;
mod retention;
mod rights;
mod smtp;
mod stamp;
mod witness;

use std::sync::{Arc, Mutex};

use hoidap::actions::account::{self, AccountForm};
use hoidap::actions::feedback::{self, Written};
use hoidap::actions::{Service, intake};
use hoidap::clock::Clock;
use hoidap::config::Config;
use hoidap::domain::access::Officer;
use hoidap::domain::submission::{Draft, OpinionDraft, Submission, Way};
use hoidap::domain::words::Serial;
use hoidap::jobs::outbox::drain;
use hoidap::mail::{Letter, Mailer, Transport};
use hoidap::store;

use crate::support;

/// The office that opinions of these tests go to: the one that the sender names.
const OFFICE: &str = "so-xd";
/// What no mail may repeat.
const WORDS: &str = "Cán bộ Nguyễn Văn Thử bắt tôi chờ ba giờ";

/// Runs a test on both databases, with the clock that stands.
fn each_database(test: impl Fn(Arc<Service>, Clock)) {
    support::each_database(|bed| test(bed.service.clone(), bed.service.clock().clone()));
}

/// An opinion whose sender left an address for the answer.
fn opinion(kind: &str, email: &str) -> OpinionDraft {
    OpinionDraft { kind: kind.to_owned(), text: WORDS.to_owned(), email: email.to_owned(), consent: vec!["answer".to_owned()], ..OpinionDraft::default() }
}

/// Stores an opinion and returns its number and receipt code.
fn send_in(service: &Service, language: &str, opinion: OpinionDraft) -> (Serial, String) {
    let draft = Draft {
        submission_id: uuid::Uuid::new_v4().to_string(),
        field: "construction".to_owned(),
        office: OFFICE.to_owned(),
        language: language.to_owned(),
        opinion: Some(opinion),
        ..Draft::default()
    };
    let receipt = service
        .write_intake(|tx| {
            let submission = Submission::parse(&draft, &Way::web(), None, &tx.catalogue, tx.today)?;
            intake::store_all(tx, &mut Default::default(), &[submission])?.remove(0)
        })
        .unwrap();
    (receipt.feedback.unwrap().0, receipt.code.reveal().to_owned())
}

/// Adds an account whose address is `<login>@example.vn`.
fn officer(service: &Service, login: &str, office: &str, roles: &[&str], language: &str) -> Officer {
    let form = AccountForm {
        login: login.to_owned(),
        name: login.to_owned(),
        office: office.to_owned(),
        roles: roles.iter().map(ToString::to_string).collect(),
        language: language.to_owned(),
        email: format!("{login}@example.vn"),
        password: "mat-khau-thu".to_owned(),
    };
    service
        .write(|tx| {
            let id = account::add(tx, None, &form, "-".to_owned())?;
            Ok(store::officer::get(tx.conn, id)?.unwrap().officer)
        })
        .unwrap()
}

/// Writes a text of some intent and hands it in.
fn hand_in(service: &Service, officer: &Officer, serial: Serial, written: &Written) {
    service
        .write(|tx| {
            let revision = store::draft::get(tx.conn, serial)?.map_or(0, |d| d.revision);
            feedback::save(tx, officer, serial, &Written { revision, ..written.clone() }, true)
        })
        .unwrap();
}

/// An answer to be handed in.
fn answer(text: &str) -> Written {
    Written { title: "Thời gian chờ".to_owned(), question: "Chờ ba giờ".to_owned(), answer: text.to_owned(), ..Written::default() }
}

/// Settings for a mail server.
fn config(mail: &str) -> Config {
    Config { public_url: "https://hoidap.example.vn".to_owned(), mail: mail.to_owned(), ..Config::default() }
}

/// A mailer into memory, and what it holds.
fn memory() -> (Mailer, Arc<Mutex<Vec<Letter>>>) {
    let (transport, letters) = Transport::memory();
    (Mailer::new(&config("folder:unused"), transport).unwrap(), letters)
}

/// Delivers what is due, and returns the new letters as `(address, letter)`.
pub fn delivered(service: &Service) -> Vec<(String, Letter)> {
    let (mailer, letters) = memory();
    drain(service, &mailer).unwrap();
    let mut letters: Vec<(String, Letter)> = letters.lock().unwrap().drain(..).map(|l| (l.to.reveal().to_owned(), l)).collect();
    letters.sort_by(|a, b| a.0.cmp(&b.0));
    letters
}

/// The addresses of letters.
fn addresses(letters: &[(String, Letter)]) -> Vec<&str> {
    letters.iter().map(|(to, _)| to.as_str()).collect()
}

/// Waiting rows, and those of them that have failed.
fn backlog(service: &Service) -> (i64, i64) {
    service.read(|tx| Ok(store::outbox::backlog(tx.conn)?)).unwrap()
}
