//! The public ledger at sizes that it has only after years: what a journalist's
//! laptop needs to verify it, and how fast a proof is given.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hoidap::domain::tree::{self, Tree};
use hoidap::keys::LedgerKey;
use hoidap::store::{self, Db};
use tlog_tiles::checkpoint::Checkpoint;

use crate::client;
use crate::report::line;
use crate::server::{Deployment, Server, fresh_folder};

/// A life of about a million leaves: responses, and opinions with their events.
const RESPONSES: u64 = 550_000;
const OPINIONS: u64 = 75_000;
/// The leaves of the large tree.
const LEAVES: u64 = 10_000_000;

/// A year of sample life becomes a log, a bundle, and is verified.
pub fn verified() {
    let deployment = Deployment::sqlite();
    ["officer", "approver", "head", "receiver"].into_iter().for_each(|role| deployment.officer(role));
    deployment.run(&["simulate", "--responses", &RESPONSES.to_string(), "--feedback", &OPINIONS.to_string()]);
    let server = Server::start(&deployment);
    let began = Instant::now();
    let size = settled(&server);
    line("a log that begins with a year of life", format!("{size} leaves signed after {:.0} s", (began.elapsed() - QUIET).as_secs_f64()));
    server.stop();
    let bundle = fresh_folder().join("bundle");
    deployment.run(&["export", "ledger", "--out", &bundle.display().to_string()]);
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_hoidap")).arg("verify").arg(&bundle).stdout(Stdio::null()).spawn().expect("the program starts");
    let mut peak = 0;
    let status = loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let kb = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok());
        peak = peak.max(kb.unwrap_or(0));
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(status.success(), "the log does not agree");
    line("that log verified from its bundle", format!("{:.1} s, {} MB at most", began.elapsed().as_secs_f64(), peak / 1_000));
    let _ = std::fs::remove_dir_all(bundle);
}

/// How long nothing new was signed before all is taken to be.
const QUIET: Duration = Duration::from_secs(6);

/// Waits until the log holds all. Returns its size.
fn settled(server: &Server) -> u64 {
    let (mut size, mut since) = (0, Instant::now());
    while since.elapsed() < QUIET || size == 0 {
        std::thread::sleep(Duration::from_millis(250));
        let now = client::read(server.address, "/so-cong-khai/checkpoint").lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or(0);
        if now != size {
            (size, since) = (now, Instant::now());
        }
    }
    size
}

/// Ten million leaves, of which one is an opinion whose sender asks for its proof.
pub fn proofs() {
    let deployment = Deployment::sqlite();
    let server = Server::start(&deployment);
    let sent = client::post(
        server.address,
        "/api/v1/feedback",
        r#"{"submission_id":"0192e4a8-0000-7000-8000-000000000001","respondent":"citizen","field":"land","language":"vi","feedback":{"text":"Một việc."}}"#,
    );
    let code = sent.split("\"receipt_code\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a receipt code").to_owned();
    settled(&server);
    server.stop();

    let db = Db::open(&deployment.url, 2).expect("the database");
    let leaf = db.read(|conn| store::ledger::leaves(conn, 0, 1_000)).expect("leaves").into_iter().find(|leaf| leaf.contains("\"received\"")).expect("its leaf");
    let place = LEAVES / 3;
    let mut tree = Tree::default();
    for index in 0..LEAVES {
        tree.add(if index == place { leaf.as_bytes() } else { b"{}" });
        if index % 1_000_000 == 0 || index == LEAVES - 1 {
            let tiles = tree.changed();
            db.write([], |conn| store::ledger::tile_rows(&tiles).write(conn)).expect("tiles");
        }
    }
    let edge: BTreeMap<_, _> = tree.edge().into_iter().collect();
    let root = tree::root(LEAVES, &edge).expect("a root");
    let key = LedgerKey::new("127.0.0.1/so-cong-khai", deployment.ledger_key()).expect("a key");
    let text = Checkpoint::new(key.origin(), LEAVES, root, "").expect("a checkpoint").to_bytes();
    let note = key.sign(&text).expect("a signature");
    db.write([], |conn| {
        let last = store::ledger::NewLeaf { idx: LEAVES - 1, leaf: "{}".to_owned(), response: None };
        store::ledger::leaf_rows(&[last]).write(conn)?;
        store::ledger::place(conn, &[store::ledger::Run { serial: "HD-1".parse().expect("a serial"), first: 0, last: 0, idx: place }])?;
        store::ledger::put_checkpoint(conn, LEAVES, "2026-10-01".parse().expect("a day"), &note)
    })
    .expect("a log of ten million");
    std::fs::write(deployment.ledger_state(), &note).expect("the state");
    drop(db);

    let server = Server::start(&deployment);
    let address = format!("/api/v1/receipts/{code}/ledger");
    let receipt = client::read(server.address, &address);
    let receipts = hoidap::domain::proof::LedgerReceipt::read(&receipt).expect("a receipt");
    assert_eq!(receipts[0].leads_to(LEAVES, root), Ok(()), "the proof leads to the root");
    line("a receipt with its proof, of ten million leaves", client::gets(server.address, &address, 2_000));
    server.stop();
}
