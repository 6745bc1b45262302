//! A server that is killed while people send. What it acknowledged is there,
//! once; what it did not is sent again and is there once too.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use hoidap::actions::figures::{self, Asked};
use hoidap::actions::{Service, lookup};
use hoidap::clock::Clock;
use hoidap::domain::receipt::ReceiptCode;
use hoidap::domain::words::Serial;
use hoidap::keys::Keys;
use hoidap::store;
use hoidap::verify::{self, Source, verify};
use reqwest::blocking::Client;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Cluster, Home, SECRET, WARD};

/// How often the server is killed.
const ROUNDS: u64 = 6;
/// People who send at once.
const SENDERS: usize = 6;

/// The program on a database.
struct Program<'a> {
    home: &'a Home,
    mails: String,
}

impl Program<'_> {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hoidap"));
        command
            .args(words)
            .env("DATABASE_URL", self.home.url())
            .env("HOIDAP_ENV", "development")
            .env("HOIDAP_SECRET", STANDARD.encode(SECRET))
            .env("HOIDAP_LEDGER_KEY", STANDARD.encode([7; 32]))
            .env("HOIDAP_LEDGER_STATE", format!("{}-ledger", self.mails))
            .env("HOIDAP_LISTEN", "127.0.0.1:0")
            .env("HOIDAP_MAIL", format!("folder:{}", self.mails))
            .env("HOIDAP_LOG", "error");
        command
    }

    /// Runs a command to its end, and returns what it said.
    fn does(&self, words: &[&str]) -> String {
        let done = self.command(words).output().unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success(), "{words:?}: {said}{}", String::from_utf8_lossy(&done.stderr));
        said
    }

    fn serves(&self) -> Server {
        let mut child = self.command(&["serve"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("the server said {line:?}")).to_owned();
        Server { child, url }
    }
}

/// A server that runs, and is killed at the latest when its test ends.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// SIGKILL: nothing is finished, nothing is closed.
    fn is_killed(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One submission, as its sender remembers it.
struct Sent {
    id: Uuid,
    body: Value,
    /// What the server said when it had it.
    acknowledged: Option<Value>,
}

impl Sent {
    /// A slip; every second one with an opinion, whose words nobody else writes.
    fn new(n: usize) -> Self {
        let id = Uuid::new_v4();
        let mut body = json!({"submission_id": id, "field": "land", "office": WARD, "answers": {"overall": 1 + n % 5}});
        if n.is_multiple_of(2) {
            body["feedback"] = json!({"kind": "report", "text": format!("Ý kiến {id}")});
        }
        Self { id, body, acknowledged: None }
    }

    fn says_more(&self) -> bool {
        self.body.get("feedback").is_some()
    }

    /// Sends it, again if it was sent before. A server that dies meanwhile says nothing.
    fn goes_to(&mut self, client: &Client, url: &str) {
        let request = client.post(format!("{url}/api/v1/surveys/phieu-quay/responses")).header("content-type", "application/json");
        let Ok(response) = request.body(self.body.to_string()).send() else { return };
        let status = response.status().as_u16();
        let Ok(said) = response.text() else { return };
        let receipt: Value = serde_json::from_str(&said).unwrap();
        match (&self.acknowledged, status) {
            (None, 200 | 201) => self.acknowledged = Some(receipt),
            // Its database died a moment before it did.
            (None, 503) => {}
            (Some(before), 200) => assert_eq!(*before, receipt, "the same submission got another receipt"),
            (Some(before), 201) => panic!("{} was acknowledged with {before}, was lost, and is stored anew as {receipt}", self.id),
            _ => panic!("{status}: {said}"),
        }
    }
}

/// Somebody with many slips.
#[derive(Default)]
struct Person {
    sent: Vec<Sent>,
}

impl Person {
    fn client() -> Client {
        Client::builder().timeout(Duration::from_secs(60)).build().unwrap()
    }

    /// First again what nobody acknowledged, then new ones, until the server is gone.
    fn sends_until(&mut self, gone: &AtomicBool, url: &str, taken: &Sender<()>) {
        let client = Self::client();
        let mut next = self.sent.iter().position(|s| s.acknowledged.is_none());
        while !gone.load(Ordering::SeqCst) {
            let at = next.unwrap_or_else(|| {
                self.sent.push(Sent::new(self.sent.len()));
                self.sent.len() - 1
            });
            self.sent[at].goes_to(&client, url);
            if self.sent[at].acknowledged.is_none() {
                // The server is dying: the rest of the round is over for this sender.
                return;
            }
            let _ = taken.send(());
            next = self.sent.iter().position(|s| s.acknowledged.is_none());
        }
    }

    /// Sends everything again.
    fn sends_all_again(&mut self, url: &str) {
        let client = Self::client();
        for sent in &mut self.sent {
            sent.goes_to(&client, url);
            assert!(sent.acknowledged.is_some(), "the server that lives did not take {}", sent.id);
        }
    }
}

/// What a database server of its own needs to be cut off with the program, in the middle of a commit.
struct Power(Option<(PgConnection, String)>);

impl Power {
    fn of(home: &Home) -> Self {
        match home {
            Home::Sqlite { .. } => Self(None),
            Home::Postgres { server, name, .. } => Self(Some((
                PgConnection::establish(server).unwrap(),
                format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
            ))),
        }
    }

    fn fails(&mut self) {
        if let Self(Some((server, cut))) = self {
            server.batch_execute(cut).unwrap();
        }
    }
}

/// A number below `n` that nobody can foresee.
fn any_below(n: u64) -> u64 {
    Uuid::new_v4().as_u64_pair().1 % n
}

fn crashes(home: &Home) {
    let mails = std::env::temp_dir().join(format!("hoidap-crash-{}", Uuid::new_v4().simple()));
    let program = Program { home, mails: mails.display().to_string() };
    program.does(&["migrate"]);
    program.does(&["import", "reference"]);
    if let Home::Postgres { .. } = home {
        home.tamper(SLOW_COMMIT);
    }

    let mut senders: Vec<Person> = (0..SENDERS).map(|_| Person::default()).collect();
    for round in 0..ROUNDS {
        let mut server = program.serves();
        let gone = AtomicBool::new(false);
        let (taken, counted) = channel();
        let url = server.url.clone();
        thread::scope(|scope| {
            for sender in &mut senders {
                let (gone, url, taken) = (&gone, &url, taken.clone());
                scope.spawn(move || sender.sends_until(gone, url, &taken));
            }
            drop(taken);
            let mut power = Power::of(home);
            // In the middle of the work, at no moment of ours: right after an acknowledgement, or a while later.
            for _ in 0..5 + any_below(40) {
                counted.recv().expect("somebody still sends");
            }
            thread::sleep(Duration::from_micros((round % 2) * any_below(20_000)));
            power.fails();
            server.is_killed();
            gone.store(true, Ordering::SeqCst);
        });
    }
    all_is_sent_again_and_is_there_once(&program, &mut senders);
    let _ = std::fs::remove_dir_all(mails);
}

fn all_is_sent_again_and_is_there_once(program: &Program<'_>, senders: &mut [Person]) {
    let mut server = program.serves();
    for _ in 0..2 {
        senders.iter_mut().for_each(|s| s.sends_all_again(&server.url));
    }
    let sent: Vec<&Sent> = senders.iter().flat_map(|s| &s.sent).collect();
    let opinions = sent.iter().filter(|s| s.says_more()).count();
    the_log_goes_on(&server.url, sent.len() as u64, opinions);
    server.is_killed();
    let said = program.does(&["recount"]);
    let _ = std::fs::remove_file(format!("{}-ledger", program.mails));
    assert!(said.starts_with(&format!("agrees: {opinions} opinions ")) && said.contains(&format!(" {} responses,", sent.len())), "{said}");
    is_all_there_once(program.home, &sent);
}

/// However often it was cut off: no gap, no repeat, one tree, and all of it in there soon.
fn the_log_goes_on(url: &str, responses: u64, opinions: usize) {
    let began = Instant::now();
    loop {
        let checked = verify(&Source::new(url, None), &verify::Asked::default());
        if checked.as_ref().is_ok_and(|report| (report.responses, report.opinions) == (responses, opinions)) {
            return;
        }
        // What was stored a moment ago has no leaf yet, and figures change.
        assert!(began.elapsed() < Duration::from_secs(60), "{responses} responses, {opinions} opinions: {checked:?}");
        thread::sleep(Duration::from_millis(200));
    }
}

/// Asks the database itself.
fn is_all_there_once(home: &Home, sent: &[&Sent]) {
    let service = Service::new(store::Db::open(home.url(), 2).unwrap(), Clock::System, Keys::new(&SECRET));
    let ids: BTreeSet<Uuid> = sent.iter().map(|s| s.id).collect();
    service
        .read(|tx| {
            let rows = store::response::after(tx.conn, 0, 1_000_000)?;
            let stored: BTreeSet<Uuid> = rows.iter().map(|(_, r)| r.submission_id.0).collect();
            assert_eq!((rows.len(), &stored), (sent.len(), &ids), "each once, and nothing that nobody sent");

            let mut words = BTreeMap::new();
            for serial in (1..=store::feedback::last_serial(tx.conn)?).map(Serial) {
                let text = store::feedback::original(tx.conn, serial)?.unwrap_or_else(|| panic!("{serial} is a gap"));
                assert!(words.insert(text.clone(), serial).is_none(), "{text} is there twice");
            }
            assert_eq!(words.len(), sent.iter().filter(|s| s.says_more()).count());
            for sent in sent {
                let receipt = sent.acknowledged.as_ref().unwrap();
                let own = lookup::own(tx, &ReceiptCode::parse(receipt["receipt_code"].as_str().unwrap()).unwrap())?;
                assert_eq!(own.response.map(|r| r.id.0.to_string()).as_deref(), receipt["response_id"].as_str());
                let serial = own.feedback.map(|f| f.record.serial);
                assert_eq!(serial.map(|s| s.0), receipt["feedback"]["serial"].as_i64());
                assert_eq!(serial, sent.body["feedback"]["text"].as_str().map(|text| words[text]));
            }

            let counts = figures::results(tx, &Asked::default())?.feedback;
            assert!(counts.identity_holds() && counts.received == words.len() as u64, "{counts:?}");
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_a_killed_server_acknowledged_on_sqlite_is_there_once_and_nothing_twice() {
    crashes(&Home::sqlite());
}

/// The test server keeps nothing on a disk; with this a commit takes as long as with one.
const SLOW_COMMIT: &str = "
    CREATE FUNCTION a_moment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.005); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER a_moment AFTER INSERT ON responses DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION a_moment();";

#[test]
fn what_was_acknowledged_outlives_a_crash_of_postgres() {
    let cluster = Cluster::durable();
    let home = Home::postgres_on(cluster.server().to_owned());
    let mails = std::env::temp_dir().join(format!("hoidap-crash-{}", Uuid::new_v4().simple()));
    let program = Program { home: &home, mails: mails.display().to_string() };
    program.does(&["migrate"]);
    program.does(&["import", "reference"]);
    let server = program.serves();
    let mut senders: Vec<Person> = (0..SENDERS).map(|_| Person::default()).collect();
    for _ in 0..ROUNDS {
        let gone = AtomicBool::new(false);
        let (taken, counted) = channel();
        thread::scope(|scope| {
            for sender in &mut senders {
                let (gone, url, taken) = (&gone, &server.url, taken.clone());
                scope.spawn(move || sender.sends_until(gone, url, &taken));
            }
            drop(taken);
            for _ in 0..5 + any_below(200) {
                counted.recv().expect("somebody still sends");
            }
            cluster.crashes();
            gone.store(true, Ordering::SeqCst);
        });
        let ready = || Person::client().get(format!("{}/readyz", server.url)).send().is_ok_and(|r| r.status().is_success());
        let restarted = Instant::now();
        while !ready() {
            assert!(restarted.elapsed() < Duration::from_secs(60), "the database is there, and the server does not find it");
            thread::sleep(Duration::from_millis(50));
        }
    }
    drop(server);
    all_is_sent_again_and_is_there_once(&program, &mut senders);
    let _ = std::fs::remove_dir_all(mails);
}

#[test]
fn what_a_killed_server_acknowledged_on_postgres_is_there_once_and_nothing_twice() {
    crashes(&Home::postgres());
}
