//! A real mail server: `aiosmtpd` of PyPI, a process of its own on a free port.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Takes every letter into a maildir, but `gone@` has no mailbox and `full@` has no room.
const HANDLER: &str = r#"
from aiosmtpd.handlers import Mailbox

class Post(Mailbox):
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone@"):
            return "550 5.1.1 <%s>: no such mailbox" % address
        if address.startswith("full@"):
            return "452 4.2.2 <%s>: no room" % address
        envelope.rcpt_tos.append(address)
        return "250 OK"
"#;

/// The place of a mail server, which may be running or not.
pub struct MailServer {
    /// Its port.
    pub port: u16,
    dir: PathBuf,
    process: Option<Child>,
}

impl MailServer {
    /// A server that is not running yet.
    pub fn down() -> Self {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("smtp-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("hoidap_post.py"), HANDLER).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { port, dir, process: None }
    }

    /// Starts it, and returns when it answers.
    pub fn start(&mut self) {
        let child = Command::new("python3")
            .args(["-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{}", self.port), "-c", "hoidap_post.Post"])
            .arg(self.dir.join("maildir"))
            .env("PYTHONPATH", &self.dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 runs the mail server of this test");
        self.process = Some(child);
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("no mail server: run `python3 -m pip install aiosmtpd` (scripts/setup does)");
    }

    /// Stops it.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// What it took, as it came over the wire.
    pub fn letters(&self) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(self.dir.join("maildir/new")) else { return Vec::new() };
        files.map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap()).collect()
    }

    /// The values of a header over all letters, sorted.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let start = format!("{name}: ");
        let mut values: Vec<String> =
            self.letters().iter().filter_map(|l| l.lines().find_map(|line| line.strip_prefix(&start)).map(ToOwned::to_owned)).collect();
        values.sort();
        values
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
