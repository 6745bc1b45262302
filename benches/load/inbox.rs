//! The desk of a province that has fallen behind: a hundred thousand open
//! opinions of a million in all, and the first page of the list.

use std::net::SocketAddr;
use std::time::Instant;

use diesel::RunQueryDsl;
use diesel::connection::{Connection, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;

use super::report::{Latencies, line};
use super::server::{Deployment, Server};
use super::{CONNECTIONS, client};

const OPEN: usize = 100_000;
/// So many answered ones stand beside each open one.
const ANSWERED: usize = 9;
const TIMES: usize = 300;

/// Every column of an opinion that copies keep as it is.
const SAME: &str = "received_on, language, kind, field, respondent, channel, procedure, named_office, paused, office, in_tray, due_on, first_due_on, out_on, clock, events, assignee, title, merged_into, withheld, waits_until, unconfirmed, reply, grouped, forwards, appeal";

/// So that the counts beside the results have something to count: every tenth opinion asks for support, every hundredth was pressed.
const BESIDE: [&str; 3] = [
    "UPDATE feedback SET kind = 'question' WHERE serial % 10 = 0",
    "INSERT INTO feedback_topics (serial, topic) SELECT serial, 'support' FROM feedback WHERE serial % 10 = 0",
    "INSERT INTO feedback_presses (serial, officer, pressed_on, words) SELECT serial, (SELECT id FROM officers LIMIT 1), received_on, '' FROM feedback WHERE serial % 100 = 0",
];

/// Fills a database and measures.
pub fn measured(name: &str, deployment: &Deployment) {
    deployment.officer("officer");
    let server = Server::start(deployment);
    client::opinions(server.address, CONNECTIONS, OPEN);
    let copy = |n: usize, numbered: &str, receipt: &str| {
        format!(
            "INSERT INTO feedback (serial, submission_id, receipt_hash, state, settled, answered_on, {SAME}) \
             SELECT {numbered} + {}, submission_id, {receipt}, 'answered', 'answered_on_time', received_on, {SAME} FROM feedback WHERE serial <= {OPEN}",
            n * OPEN
        )
    };
    for n in 1..=ANSWERED {
        let sql = copy(n, "serial", &format!("receipt_hash || '-{n}'"));
        does(deployment, &sql);
    }
    for sql in BESIDE {
        does(deployment, sql);
    }
    if deployment.url.starts_with("postgres") {
        does(deployment, "ANALYZE");
    }
    let browser = signed_in(server.address);
    for (what, path) in [
        ("the list of everything", "/can-bo"),
        ("of one field", "/can-bo?linh-vuc=land"),
        ("of one office", "/can-bo?co-quan=31507"),
        ("what is overdue", "/can-bo?loc=overdue"),
    ] {
        line(&format!("{name}: {what}, {OPEN} open of {}", OPEN * (ANSWERED + 1)), gets(&browser, server.address, path).to_string());
    }
    for (what, path) in [("the results page", "/ket-qua"), ("the home page", "/")] {
        line(
            &format!("{name}: {what}, {} opinions, a tenth with a topic, a hundredth pressed", OPEN * (ANSWERED + 1)),
            client::gets(server.address, path, TIMES).to_string(),
        );
    }
    server.stop();
}

/// Changes the database behind the service's back.
fn does(deployment: &Deployment, sql: &str) {
    if deployment.url.starts_with("postgres") {
        let mut conn = PgConnection::establish(&deployment.url).expect("the database");
        diesel::sql_query(sql).execute(&mut conn).expect("a change");
    } else {
        let mut conn = SqliteConnection::establish(deployment.url.trim_start_matches("sqlite:")).expect("the database");
        conn.batch_execute("PRAGMA busy_timeout = 60000; PRAGMA foreign_keys = OFF").expect("a setting");
        diesel::sql_query(sql).execute(&mut conn).expect("a change");
    }
}

fn signed_in(server: SocketAddr) -> reqwest::blocking::Client {
    let browser = reqwest::blocking::Client::builder().cookie_store(true).build().expect("a client");
    let address = format!("http://{server}/dang-nhap");
    let page = browser.get(&address).send().and_then(|page| page.text()).expect("the form");
    let token = page.split("name=\"form_token\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("its token").replace("&#x3D;", "=");
    let form = [("form_token", token.as_str()), ("login", "officer"), ("password", "a password of the bench")];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let list = browser.post(&address).header("content-type", "application/x-www-form-urlencoded").body(body).send().expect("an answer");
    assert!(list.url().path() == "/can-bo", "{}", list.url());
    browser
}

fn gets(browser: &reqwest::blocking::Client, server: SocketAddr, path: &str) -> Latencies {
    let address = format!("http://{server}{path}");
    let times = (0..TIMES).map(|_| {
        let asked = Instant::now();
        let page = browser.get(&address).send().expect("an answer");
        assert!(page.status().is_success());
        let text = page.text().expect("a page");
        let took = asked.elapsed();
        assert!(text.contains("HD-"), "{text}");
        took
    });
    Latencies::of(times.collect())
}
