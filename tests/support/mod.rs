//! What a test stands on: a database of its own with reference data, a clock
//! that stands still, and people who speak the words of the field.

mod database;
pub mod ledger;
pub mod people;
pub mod web;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, OnceLock};

use diesel::{RunQueryDsl, sql_query};
use hoidap::actions::feedback::Seen;
use hoidap::actions::figures::{self, Asked};
use hoidap::actions::recount::{self, Compared};
use hoidap::actions::{Service, Tx, account, setup};
use hoidap::clock::Clock;
use hoidap::domain::access::Officer;
use hoidap::domain::accounting::Counts;
use hoidap::domain::error::{Code, Problem};
use hoidap::domain::time::{Day, Moment};
use hoidap::domain::visibility::Record;
use hoidap::domain::words::Serial;
use hoidap::keys::Keys;
use hoidap::store;

pub use database::{Cluster, Home};
pub use people::{Citizen, Desk};

/// The office of most tests: a ward.
pub const WARD: &str = "31507";
/// Another ward.
pub const NEIGHBOUR: &str = "31510";
/// The coordinating office, whose tray takes what no rule fits.
pub const COORDINATING: &str = "so-khcn";
/// The password of every account.
pub const PASSWORD: &str = "một mật khẩu dài";
/// The secret of every deployment.
pub const SECRET: [u8; 32] = *b"a secret that only tests can use";

/// The accounts: login, which is also what the test calls them, office, roles.
const ACCOUNTS: [(&str, &str, &[&str]); 13] = [
    ("officer", WARD, &["officer"]),
    ("colleague", WARD, &["officer"]),
    ("approver", WARD, &["approver"]),
    ("head", WARD, &["head"]),
    ("neighbour", NEIGHBOUR, &["officer", "approver"]),
    ("coordinator", COORDINATING, &["officer", "approver"]),
    ("second-coordinator", COORDINATING, &["officer", "approver"]),
    ("city-officer", "ct", &["officer"]),
    ("city-approver", "ct", &["approver"]),
    ("receiver", "ct", &["receiver"]),
    ("supervisor", "ct", &["supervisor"]),
    ("protector", "ct", &["data_protection"]),
    ("administrator", "ct", &["administrator"]),
];

/// One database with its service, owned by one test; gone when the test ends.
pub struct Bed {
    /// The service on it.
    pub service: Arc<Service>,
    /// Everybody who can sign in, by login.
    accounts: Vec<(String, Officer)>,
    home: Home,
}

/// A fresh SQLite file and a fresh PostgreSQL database, both ready.
pub fn databases() -> Vec<Bed> {
    [Home::sqlite(), Home::postgres()].into_iter().map(Bed::on_database).collect()
}

/// Runs a test on both databases; when it fails it names the one.
pub fn each_database(test: impl Fn(&Bed)) {
    for bed in databases() {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| test(&bed))) {
            eprintln!("the test failed on {}", bed.database());
            resume_unwind(panic);
        }
    }
}

/// Argon2 is slow by intent: once for all accounts of all tests.
fn password_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| account::hash_password(PASSWORD).unwrap()).clone()
}

/// Nine in the morning.
fn morning(text: &str) -> Moment {
    day(text).at(9 * 3_600)
}

/// Why something was refused: the code of its first fault, or its own.
pub fn refusal<T>(tried: Result<T, Problem>) -> String {
    match tried.err().expect("it was not refused") {
        Problem::Invalid(faults) => faults[0].code.to_owned(),
        other => other.code().to_string(),
    }
}

/// The faults of a form that was refused, as `/where what`.
pub fn faults<T>(tried: Result<T, Problem>) -> Vec<String> {
    match tried.err().expect("it was not refused") {
        Problem::Invalid(faults) => faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect(),
        other => panic!("{other}"),
    }
}

/// A day, as `2026-10-01`.
pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

impl Bed {
    /// A fresh SQLite file: for what needs no second database.
    pub fn sqlite() -> Self {
        Self::on_database(Home::sqlite())
    }

    /// A fresh PostgreSQL database.
    pub fn postgres() -> Self {
        Self::on_database(Home::postgres())
    }

    /// Thursday 1 October 2026, in a province.
    fn on_database(home: Home) -> Self {
        let db = store::Db::open(home.url(), 16).unwrap();
        let clock = Clock::standing(morning("2026-10-01"));
        let today = clock.now().day();
        db.migrate().unwrap();
        db.write([], |conn| setup::reference(conn, "province", today)).unwrap();
        let service = Arc::new(Service::new(db, clock, Keys::new(&SECRET)));
        let accounts = service.write(|tx| ACCOUNTS.iter().map(|(login, office, roles)| add(tx, login, office, roles)).collect()).unwrap();
        Self { service, accounts, home }
    }

    /// `sqlite` or `postgres`.
    pub fn database(&self) -> &'static str {
        self.service.db().kind().as_str()
    }

    /// The database's address.
    pub fn url(&self) -> &str {
        self.home.url()
    }

    /// Sets the clock to nine in the morning of a day.
    pub fn on(&self, day: &str) -> &Self {
        self.service.clock().set(morning(day));
        self
    }

    /// The account of a login.
    pub fn account(&self, login: &str) -> &Officer {
        self.accounts.iter().find(|(name, _)| name == login).map(|(_, officer)| officer).unwrap()
    }

    /// A citizen with a form before them: land, at the ward.
    pub fn citizen(&self) -> Citizen {
        Citizen::default()
    }

    /// Somebody at their desk.
    pub fn desk(&self, login: &str) -> Desk<'_> {
        Desk { bed: self, officer: self.account(login) }
    }

    /// The ward's officer.
    pub fn officer(&self) -> Desk<'_> {
        self.desk("officer")
    }

    /// The ward's approver.
    pub fn approver(&self) -> Desk<'_> {
        self.desk("approver")
    }

    /// The row of an item.
    pub fn item(&self, serial: Serial) -> Record {
        self.service.read(|tx| Ok(store::feedback::get(tx.conn, serial)?)).unwrap().unwrap()
    }

    /// What an approver's page shows now.
    pub fn seen(&self, serial: Serial) -> Seen {
        let revision = self.service.read(|tx| Ok(store::draft::get(tx.conn, serial)?.map_or(0, |d| d.revision))).unwrap();
        Seen { events: self.item(serial).events, revision }
    }

    /// The names of an item's events, in order.
    pub fn events(&self, serial: Serial) -> Vec<&'static str> {
        let kept = self.service.read(|tx| Ok(store::feedback::events(tx.conn, serial)?)).unwrap();
        kept.iter().map(|k| k.entry.event.name().as_str()).collect()
    }

    /// The mails that wait: which, and about what.
    pub fn mails(&self) -> Vec<String> {
        let waiting = self.service.read(|tx| Ok(store::outbox::waiting(tx.conn, 10_000)?)).unwrap();
        waiting.iter().map(|m| format!("{} {}", m.kind, m.payload["serial"])).collect()
    }

    /// The counts of what is asked for.
    pub fn counts(&self, asked: &Asked) -> Counts {
        self.service.read(|tx| figures::results(tx, asked)).unwrap().feedback
    }

    /// Counts everything again from the rows; it must agree to the last unit.
    pub fn recounts(&self) -> Compared {
        self.service.read(recount::recount).unwrap().unwrap_or_else(|difference| panic!("{}", difference.0))
    }

    /// Changes rows behind the service's back.
    pub fn tamper(&self, sql: &str) {
        self.home.tamper(sql);
    }

    /// What the recount finds wrong after a change of rows, which is undone.
    pub fn difference_after(&self, change: &str) -> String {
        let mut found = String::new();
        let undone: Result<(), Problem> = self.service.write(|tx| {
            for statement in change.split("; ") {
                assert!(sql_query(statement).execute(tx.conn).unwrap() > 0, "{statement} changes nothing");
            }
            found = recount::recount(tx)?.expect_err(change).0;
            Err(Code::NotFound.into())
        });
        assert!(undone.is_err());
        found
    }
}

fn add(tx: &mut Tx<'_>, login: &str, office: &str, roles: &[&str]) -> Result<(String, Officer), Problem> {
    let form = account::AccountForm {
        login: login.to_owned(),
        name: format!("{login} {office}"),
        office: office.to_owned(),
        roles: roles.iter().map(ToString::to_string).collect(),
        email: format!("{login}@example.vn"),
        password: PASSWORD.to_owned(),
        ..Default::default()
    };
    let id = account::add(tx, None, &form, password_hash())?;
    Ok((login.to_owned(), store::officer::get(tx.conn, id)?.unwrap().officer))
}
