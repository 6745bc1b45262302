//! A database that goes when its test ends.

use std::path::PathBuf;
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use uuid::Uuid;

/// Where a database lies.
pub enum Home {
    Sqlite { folder: PathBuf, url: String },
    Postgres { server: String, name: String, url: String },
}

impl Home {
    /// A file in a fresh folder.
    pub fn sqlite() -> Self {
        let folder = std::env::temp_dir().join(format!("hoidap-{}", Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).unwrap();
        let url = format!("sqlite:{}", folder.join("hoidap.sqlite").display());
        Self::Sqlite { folder, url }
    }

    /// A database of its own on the test server.
    pub fn postgres() -> Self {
        Self::postgres_on(Self::server())
    }

    /// A database of its own on a server.
    pub fn postgres_on(server: String) -> Self {
        let name = format!("hoidap_{}", Uuid::new_v4().simple());
        PgConnection::establish(&server).unwrap().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (address, _) = server.rsplit_once('/').unwrap();
        let url = format!("{address}/{name}");
        Self::Postgres { server, name, url }
    }

    /// The test server's address.
    pub fn server() -> String {
        std::env::var("HOIDAP_TEST_POSTGRES").expect("set HOIDAP_TEST_POSTGRES or run scripts/test")
    }

    /// Its address.
    pub fn url(&self) -> &str {
        match self {
            Self::Sqlite { url, .. } | Self::Postgres { url, .. } => url,
        }
    }

    /// Runs statements behind the service's back.
    pub fn tamper(&self, sql: &str) {
        match self {
            Self::Sqlite { url, .. } => {
                SqliteConnection::establish(url.trim_start_matches("sqlite:")).unwrap().batch_execute(&format!("PRAGMA busy_timeout = 5000; {sql}"))
            }
            Self::Postgres { url, .. } => PgConnection::establish(url).unwrap().batch_execute(sql),
        }
        .unwrap();
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // A second panic would hide why the test failed.
        match self {
            Self::Sqlite { folder, .. } => drop(std::fs::remove_dir_all(folder)),
            Self::Postgres { server, name, .. } => {
                let dropped = PgConnection::establish(server).map(|mut c| c.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")));
                drop(dropped);
            }
        }
    }
}

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres");

/// A PostgreSQL of a test's own, as durable as it comes, that the test may crash.
pub struct Cluster {
    folder: PathBuf,
    server: String,
}

impl Cluster {
    pub fn durable() -> Self {
        let folder = std::env::temp_dir().join(format!("hoidap-pg-{}", Uuid::new_v4().simple()));
        let said = Self::script(&["start", folder.to_str().unwrap(), "durable"]);
        Self { server: said.trim().to_owned(), folder }
    }

    /// Its address.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Takes away what stands in its memory alone, and starts it again.
    pub fn crashes(&self) {
        Self::script(&["crash", self.folder.to_str().unwrap()]);
    }

    fn script(words: &[&str]) -> String {
        let done = Command::new(SCRIPT).args(words).output().unwrap();
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A second panic would hide why the test failed.
        drop(Command::new(SCRIPT).args(["stop".as_ref(), self.folder.as_os_str()]).output());
    }
}
