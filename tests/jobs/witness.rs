//! Another house's program signs what it saw of the log, and is no part of ours.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hoidap::jobs::witness::Witness;
use hoidap::keys::WitnessKey;
use hoidap::verify::{Asked, Source, verify};

use crate::support::ledger::{Scratch, key};
use crate::support::web::Site;
use crate::support::{Bed, each_database};

/// A running `aics-witness` that knows our log, from .tools/venv, where scripts/setup puts it.
struct Running {
    folder: Scratch,
    address: String,
    key: String,
    child: Option<Child>,
}

impl Running {
    fn new() -> Self {
        let folder = Scratch::new();
        std::fs::create_dir_all(&folder.0).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut witness = Self { folder, address: format!("http://127.0.0.1:{port}"), key: String::new(), child: None };
        witness.key = witness.does(&["init", "--name", "witness.example/w1"]);
        witness.does(&["add-log", "--origin", key().origin(), "--vkey", &key().verifier()]);
        witness.starts();
        witness
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("aics-witness");
        command.args(words).current_dir(&self.folder.0).stderr(Stdio::piped());
        command
    }

    fn does(&self, words: &[&str]) -> String {
        let done = self.command(words).output().expect("aics-witness is not installed: run scripts/setup");
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    fn starts(&mut self) {
        let place = self.address.trim_start_matches("http://").to_owned();
        self.child = Some(self.command(&["serve", "--listen", &place, "--log-level", "ERROR"]).spawn().unwrap());
        let begun = Instant::now();
        while TcpStream::connect(&place).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the witness does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn stops(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn asked(&self) -> Witness {
        Witness::new(&self.address, WitnessKey::read(&self.key).unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stops();
    }
}

#[test]
fn a_witness_signs_what_it_saw_and_verify_asks_for_it() {
    each_database(|bed| {
        let log = Scratch::new();
        log.signs(bed);
        let mut witness = Running::new();
        assert!(witness.asked().run(&bed.service).unwrap());
        assert!(!witness.asked().run(&bed.service).unwrap(), "it has signed all there is");
        log.month(bed);
        assert!(witness.asked().run(&bed.service).unwrap(), "what was added is proven to it");

        let site = Site::signing(bed, &log);
        let checkpoint = site.browser().opens("/so-cong-khai/checkpoint").body;
        assert_eq!(checkpoint.lines().filter(|line| line.starts_with("— ")).count(), 2, "{checkpoint}");
        let id = witness.key.split('+').nth(1).unwrap();
        assert_eq!(site.browser().opens(&format!("/so-cong-khai/cosigned/{id}")).body, checkpoint);
        let source = Source::new(&site.url, None);
        let keys = [witness.key.clone()];
        let report = verify(&source, &Asked { witnesses: &keys, ..Asked::default() }).unwrap();
        assert_eq!(report.witnessed.unwrap().0, report.leaves);

        // Of what came since, it knows nothing; the log goes on, and says what it saw.
        witness.stops();
        bed.citizen().says("Một việc nữa.").sends(bed);
        log.signs(bed);
        let refused = witness.asked().run(&bed.service).unwrap_err().to_string();
        assert!(refused.contains("the witness witness.example/w1 did not sign"), "{refused}");
        let later = verify(&source, &Asked { witnesses: &keys, ..Asked::default() }).unwrap();
        assert_eq!((later.witnessed.unwrap().0, later.leaves > report.leaves), (report.leaves, true));
        let other = ["other.example/w+4d0f19c4+BJ3tXQxDELafRSwdFetpkOJ60s41KhUj/OTChhuRF3tI".to_owned()];
        verify(&source, &Asked { witnesses: &other, ..Asked::default() }).expect_err("somebody else's key");
    });
}

#[test]
fn a_witness_does_not_sign_another_tree_and_what_it_signed_unseen_is_taken_up() {
    let bed = Bed::sqlite();
    let log = Scratch::new();
    log.month(&bed);
    let witness = Running::new();
    witness.asked().run(&bed.service).unwrap();
    // Its answer was lost on the way: it knows more than we noted.
    bed.tamper("DELETE FROM ledger_cosignatures");
    bed.citizen().says("Một việc nữa.").sends(&bed);
    log.signs(&bed);
    assert!(witness.asked().run(&bed.service).unwrap());

    // A second deployment with the same key, and a state of its own.
    let copy = Bed::sqlite();
    let other = Scratch::new();
    other.month(&copy);
    for n in 0..30 {
        copy.citizen().says(&format!("Chuyện khác, thứ {n}.")).sends(&copy);
    }
    other.signs(&copy);
    let refused = witness.asked().run(&copy.service).unwrap_err().to_string();
    assert!(refused.contains("status 422"), "{refused}");
}

#[test]
fn a_line_that_the_witness_did_not_sign_is_not_kept() {
    let key = WitnessKey::read("w.example/w1+f12f20cc+BJ3tXQxDELafRSwdFetpkOJ60s41KhUj/OTChhuRF3tI").unwrap();
    let bed = Bed::sqlite();
    let log = Scratch::new();
    log.signs(&bed);
    let (_, note) = bed.service.read(|tx| Ok(hoidap::store::ledger::signed_alone(tx.conn)?)).unwrap().unwrap();
    for line in ["", "— w.example/w1 AAAA", note.lines().last().unwrap()] {
        assert!(!key.has_signed(&note, line), "{line}");
    }
    for no_key in ["", "w.example/w1", "w.example/w1+f12f20cc+AQ==", "w.example/w1+00000000+BJ3tXQxDELafRSwdFetpkOJ60s41KhUj/OTChhuRF3tI"] {
        assert!(WitnessKey::read(no_key).is_none(), "{no_key}");
    }
}
