//! The release program, started and stopped as an operator would.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const BIN: &str = env!("CARGO_BIN_EXE_hoidap");
/// 32 bytes in base64, for benches alone.
const SECRET: &str = "YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtMzI=";

/// The same, for the ledger.
const LEDGER_KEY: &str = "bGVkZ2VyLWxlZGdlci1sZWRnZXItbGVkZ2VyLWxlZGc=";

/// Is the public ledger to be off?
pub fn without_ledger() -> bool {
    std::env::args().any(|asked| asked == "--without-ledger")
}

/// A database that was set up, and goes at the end.
pub struct Deployment {
    folder: PathBuf,
    /// `DATABASE_URL`.
    pub url: String,
}

impl Deployment {
    /// On a file on disk.
    pub fn sqlite() -> Self {
        let folder = fresh_folder();
        let url = format!("sqlite:{}", folder.join("hoidap.sqlite").display());
        Self { folder, url }.set_up()
    }

    /// On a database server.
    pub fn postgres(admin: &str) -> Self {
        Self { folder: fresh_folder(), url: admin.to_owned() }.set_up()
    }

    fn set_up(self) -> Self {
        self.run(&["migrate"]);
        self.run(&["import", "reference"]);
        self
    }

    /// Runs a command of the program that ends by itself.
    pub fn run(&self, words: &[&str]) {
        let done = self.command().args(words).output().expect("the program starts");
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Adds an account at the office that may do everything of its role.
    pub fn officer(&self, role: &str) {
        let mut command = self.command();
        command.args(["officer", "add", role, "--name", role, "--office", "ct", "--roles", role]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().expect("the program starts");
        child.stdin.take().expect("a pipe").write_all(b"a password of the bench\n").expect("it reads");
        assert!(child.wait().expect("it ends").success());
    }

    /// What keeps the state of the ledger.
    pub fn ledger_state(&self) -> PathBuf {
        self.folder.join("ledger-state")
    }

    /// What the ledger's key is made of.
    pub fn ledger_key(&self) -> [u8; 32] {
        STANDARD.decode(LEDGER_KEY).expect("base64").try_into().expect("32 bytes")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(BIN);
        command.env_clear().env("DATABASE_URL", &self.url).env("HOIDAP_SECRET", SECRET).env("HOIDAP_LOG", "warn").env("HOIDAP_ENV", "development");
        command.env("HOIDAP_MAIL", format!("folder:{}", self.folder.join("mail").display())).env("HOIDAP_LISTEN", "127.0.0.1:0");
        if !without_ledger() {
            command.env("HOIDAP_LEDGER_KEY", LEDGER_KEY).env("HOIDAP_LEDGER_STATE", self.ledger_state());
        }
        command
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Beside the build, so that it lies on the disk and not in memory.
pub fn fresh_folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", uuid::Uuid::new_v4().simple()));
    std::fs::create_dir_all(&folder).expect("a folder beside the build");
    folder
}

/// A running server.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts it, and waits until it says that it listens.
    pub fn start(deployment: &Deployment) -> Self {
        let mut child = deployment.command().arg("serve").stdout(Stdio::piped()).spawn().expect("the program starts");
        let said = BufReader::new(child.stdout.take().expect("a pipe"));
        let address = said.lines().map_while(Result::ok).find_map(|l| l.strip_prefix("listening on http://").map(str::to_owned));
        let address = address.and_then(|a| a.parse().ok()).expect("it listens");
        Self { child, address }
    }

    /// Bytes of memory that are resident now.
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux tells");
        let kb = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok());
        kb.expect("kilobytes") * 1_024
    }

    /// Stops it as a service manager would, and waits.
    pub fn stop(mut self) {
        let told = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill is there");
        assert!(told.success());
        self.child.wait().expect("it stops");
    }
}

impl Drop for Server {
    /// A bench that fails leaves no server behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// One-row inserts a second, as PostgreSQL's own program counts them.
pub fn pgbench(admin: &str, clients: usize, span: Duration) -> f64 {
    let folder = fresh_folder();
    let script = folder.join("insert.sql");
    std::fs::write(&script, "INSERT INTO bench_rows (field, office, answers) VALUES ('land', '31507', '{\"overall\": 5}');\n").expect("a script");
    let run = |program: &str, args: &[&str]| {
        let done = Command::new(program).args(args).output().unwrap_or_else(|e| panic!("{program}: {e}"));
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    run("psql", &["-q", admin, "-c", "CREATE TABLE bench_rows (id BIGSERIAL PRIMARY KEY, field TEXT, office TEXT, answers TEXT)"]);
    let (clients, seconds) = (clients.to_string(), span.as_secs().to_string());
    let said = run("pgbench", &["-n", "-f", &script.display().to_string(), "-c", &clients, "-j", "2", "-T", &seconds, admin]);
    run("psql", &["-q", admin, "-c", "DROP TABLE bench_rows"]);
    let _ = std::fs::remove_dir_all(folder);
    let tps = said.lines().find_map(|l| l.strip_prefix("tps = ")).and_then(|l| l.split_whitespace().next()?.parse().ok());
    tps.unwrap_or_else(|| panic!("pgbench said {said}"))
}
