//! When the database can't take it: whoever sent something is told that
//! nothing was received and when to try again, in their own words; they try
//! again with what they typed, and it is there once.

use std::sync::Arc;
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sqlite::SqliteConnection;
use hoidap::actions::Service;
use hoidap::domain::words::{Language, Serial};
use hoidap::i18n;
use hoidap::keys::Keys;
use hoidap::store::{self, Db};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::web::{Browser, Page, Site};
use crate::support::{Bed, Home, SECRET, WARD};

const FEEDBACK: &str = "/api/v1/feedback";

fn opinion(id: Uuid, text: &str) -> Value {
    json!({"submission_id": id, "field": "land", "office": WARD, "feedback": {"kind": "report", "text": text}})
}

/// The form of an opinion, filled.
fn form<'a>(id: &'a str, text: &'a str) -> [(&'a str, &'a str); 6] {
    [("submission_id", id), ("field", "land"), ("noi", WARD), ("kind", "report"), ("respondent", "citizen"), ("text", text)]
}

fn says_when(page: &Page, language: Language) {
    assert_eq!(page.status, 503, "{}", page.body);
    assert!(page.header("retry-after").parse::<u32>().unwrap() > 0);
    assert!(page.says(&i18n::t(language, "errors.unavailable")), "{}", page.body);
    for told in ["locked", "full", "refused", "connection", "SQL", "sql"] {
        assert!(!page.says(told), "{told}: {}", page.body);
    }
}

fn is_a_problem(page: &Page, language: Language) {
    says_when(page, language);
    assert_eq!(page.header("content-type"), "application/problem+json");
    assert_eq!(page.json()["code"], "unavailable");
}

/// The form again, with what was typed.
fn is_the_form_again(page: &Page, language: Language, id: &str, text: &str) {
    says_when(page, language);
    assert!(page.says(&format!("<html lang=\"{language}\"")) && page.says(text));
    assert_eq!(page.hidden("submission_id"), id, "sent again it is the same opinion");
}

/// The words that are stored, in order.
fn stored(bed: &Bed) -> Vec<String> {
    let read = bed.service.read(|tx| {
        let last = store::feedback::last_serial(tx.conn)?;
        (1..=last).map(|n| Ok(store::feedback::original(tx.conn, Serial(n))?.unwrap())).collect()
    });
    read.unwrap()
}

/// Somebody whose pages are in Khmer, with the token of their forms.
fn khmer(site: &Site) -> (Browser, String) {
    let browser = site.browser();
    browser.opens("/?lang=km");
    let token = browser.token();
    (browser, token)
}

/// Sends one opinion by the API and one by the form, at once.
fn both(browser: &Browser, token: &str, ids: [Uuid; 2]) -> (Page, Page) {
    let [by_api, by_form] = ids;
    thread::scope(|scope| {
        let api = scope.spawn(|| browser.posts(&format!("{FEEDBACK}?lang=en"), &opinion(by_api, "Qua API")));
        let id = by_form.to_string();
        let page = browser.sends("/gop-y", &[&[("form_token", token)], &form(&id, "Qua trang")[..]].concat());
        (api.join().unwrap(), page)
    })
}

fn are_taken(pages: (Page, Page)) {
    assert_eq!((pages.0.status, pages.1.status), (201, 303), "{} {}", pages.0.body, pages.1.body);
}

/// Another program on the same database.
fn another_program(bed: &Bed) -> Box<dyn FnMut(&str)> {
    if let Some(file) = bed.url().strip_prefix("sqlite:") {
        let mut other = SqliteConnection::establish(file).unwrap();
        Box::new(move |sql| other.batch_execute(sql).unwrap())
    } else {
        let mut other = PgConnection::establish(bed.url()).unwrap();
        Box::new(move |sql| other.batch_execute(sql).unwrap())
    }
}

fn another_program_holds(bed: &Bed, hold: &str) {
    let site = Site::start(bed);
    let (browser, token) = khmer(&site);
    let ids = [Uuid::new_v4(), Uuid::new_v4()];
    let mut other = another_program(bed);
    other(hold);
    let (api, page) = both(&browser, &token, ids);
    is_a_problem(&api, Language::En);
    is_the_form_again(&page, Language::Km, &ids[1].to_string(), "Qua trang");
    for readable in ["/", "/y-kien", "/ket-qua", "/api/v1/results", "/readyz"] {
        assert_eq!(browser.opens(readable).status, 200, "{readable}");
    }
    other("ROLLBACK");
    assert_eq!(stored(bed), Vec::<String>::new());
    are_taken(both(&browser, &token, ids));
    let mut words = stored(bed);
    words.sort();
    assert_eq!(words, ["Qua API", "Qua trang"]);
    bed.recounts();
}

#[test]
fn while_another_program_holds_the_database_everybody_reads_and_nobody_loses_a_word() {
    another_program_holds(&Bed::sqlite(), "BEGIN IMMEDIATE");
}

#[test]
fn while_somebody_works_on_a_table_everybody_reads_and_nobody_loses_a_word() {
    another_program_holds(&Bed::postgres(), "BEGIN; LOCK TABLE feedback IN EXCLUSIVE MODE");
}

#[test]
fn while_another_server_stores_and_does_not_end_everybody_reads_and_nobody_loses_a_word() {
    // The lock of the intake: its transaction fails at its very beginning, and the same connection begins the next.
    another_program_holds(&Bed::postgres(), "BEGIN; SELECT pg_advisory_xact_lock(7001)");
}

#[test]
fn a_full_database_takes_what_it_acknowledges_and_goes_on_when_there_is_room() {
    let bed = &Bed::sqlite();
    let db = Db::open(bed.url(), 2).unwrap();
    let service = Arc::new(Service::new(db, bed.service.clock().clone(), Keys::new(&SECRET)));
    // The limit is a connection's own; all that writes has one.
    let room = |pages: i64| {
        let set = format!("PRAGMA max_page_count = {pages}");
        let done = service.write(|tx| {
            sql_query(&set).execute(tx.conn).unwrap();
            Ok(())
        });
        done.unwrap();
    };
    let site = Site::serving(service.clone());
    let (browser, token) = khmer(&site);
    room(1);
    let sent: Vec<(Uuid, String)> = (0..100).map(|n| (Uuid::new_v4(), format!("{n:03} {}", "đầy ".repeat(900).trim()))).collect();
    let mut refused = None;
    let mut taken = Vec::new();
    for (id, text) in &sent {
        let said = browser.posts(FEEDBACK, &opinion(*id, text));
        if said.status == 503 {
            is_a_problem(&said, Language::Vi);
            refused = Some((*id, text.clone()));
            break;
        }
        assert_eq!(said.status, 201);
        taken.push(text.clone());
    }
    let (id, text) = refused.expect("the database was never full");
    let page = browser.sends("/gop-y", &[&[("form_token", token.as_str())], &form(&Uuid::new_v4().to_string(), &text)[..]].concat());
    says_when(&page, Language::Km);
    assert_eq!(stored(bed), taken, "what was acknowledged, and nothing else");
    bed.recounts();
    room(1_000_000);
    assert_eq!(browser.posts(FEEDBACK, &opinion(id, &text)).status, 201);
    taken.push(text);
    assert_eq!(stored(bed), taken);
    bed.recounts();
}

#[test]
fn a_database_that_went_away_is_said_so_in_every_language_and_comes_back_by_itself() {
    let bed = Bed::postgres();
    let site = Site::start(&bed);
    let (browser, token) = khmer(&site);
    let ids = [Uuid::new_v4(), Uuid::new_v4()];
    let server = Home::server();
    let name = bed.url().rsplit('/').next().unwrap().to_owned();
    let may_connect = |may: bool| {
        let cut = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        let mut server = PgConnection::establish(&server).unwrap();
        server.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {may}; {cut}")).unwrap();
    };
    may_connect(false);
    let opens = |address: &str| site.browser().opens(address);
    let opens = &opens;
    thread::scope(|scope| {
        for language in Language::ALL {
            let page = scope.spawn(move || opens(&format!("/y-kien?lang={language}")));
            let problem = scope.spawn(move || opens(&format!("/api/v1/feedback/1?lang={language}")));
            scope.spawn(move || {
                let page = page.join().unwrap();
                says_when(&page, *language);
                assert!(page.says(&format!("<html lang=\"{language}\"")));
                is_a_problem(&problem.join().unwrap(), *language);
            });
        }
        scope.spawn(|| {
            let ready = site.browser().opens("/readyz");
            assert_eq!((ready.status, ready.header("retry-after")), (503, "300"));
            assert_eq!(site.browser().opens("/healthz").status, 200, "the process itself is well");
        });
        let (api, page) = both(&browser, &token, ids);
        is_a_problem(&api, Language::En);
        is_the_form_again(&page, Language::Km, &ids[1].to_string(), "Qua trang");
    });
    may_connect(true);
    // The pool looks for the database by itself; how often is its own affair.
    assert!((0..20).any(|_| browser.opens("/readyz").status == 200), "it did not come back");
    assert_eq!(stored(&bed), Vec::<String>::new());
    are_taken(both(&browser, &token, ids));
    let mut words = stored(&bed);
    words.sort();
    assert_eq!(words, ["Qua API", "Qua trang"]);
    bed.recounts();
}
