//! How fast the service is, as those who use it meet it: the release program on
//! a file on disk or a durable PostgreSQL, spoken to over HTTP from this same
//! machine. Prints figures for docs/performance.md; asserts nothing but that
//! every answer was the right one. Run by `scripts/bench`.

// A bench that can't go on has to stop, loudly.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod bare;
mod client;
mod inbox;
mod ledger;
mod report;
mod server;

use std::time::{Duration, Instant};

use report::{Latencies, line};
use server::{Deployment, Server};

/// Connections at a time.
const CONNECTIONS: usize = 64;
/// How long each load lasts.
const SPAN: Duration = Duration::from_secs(10);
/// The two fillings that the results page is compared at.
const FEW: usize = 10_000;
const MANY: usize = 1_000_000;

fn main() {
    let asked = |what: &str| std::env::args().any(|a| a == what);
    if asked("--slips") {
        slips_alone();
        return;
    }
    if asked("--inbox") {
        desk();
        return;
    }
    if asked("--proofs") {
        ledger::proofs();
        return;
    }
    if asked("--ledger") {
        ledger::verified();
        ledger::proofs();
        return;
    }
    let many = if asked("--quick") { 50_000 } else { MANY };
    start_up();
    sqlite(many);
    match std::env::var("HOIDAP_BENCH_POSTGRES") {
        Ok(admin) => postgres(&admin),
        Err(_) => println!("PostgreSQL: not measured, HOIDAP_BENCH_POSTGRES names none"),
    }
    if !asked("--quick") {
        desk();
        if !server::without_ledger() {
            ledger::verified();
            ledger::proofs();
        }
    }
}

/// The slips and their yardstick and nothing else, for whoever works on them.
fn slips_alone() {
    match std::env::var("HOIDAP_BENCH_POSTGRES") {
        Ok(admin) => {
            let rows = inserts(&admin);
            let load = slips_of("PostgreSQL", &Deployment::postgres(&admin));
            line("PostgreSQL: slips against pgbench's rows", format!("{:.2}", load.rate() / rows));
        }
        Err(_) => {
            let load = slips_of("SQLite", &Deployment::sqlite());
            line("SQLite: slips against bare actix's", format!("{:.2}", load.rate() / yardstick()));
        }
    }
}

fn slips_of(name: &str, deployment: &Deployment) -> client::Load {
    let server = Server::start(deployment);
    client::slips(server.address, CONNECTIONS, client::Until::Sent(FEW));
    let load = client::slips(server.address, CONNECTIONS, client::Until::Elapsed(SPAN));
    slips(name, &load);
    caught_up(name, &server);
    server.stop();
    load
}

/// What PostgreSQL does alone on this machine, in the same run.
fn inserts(admin: &str) -> f64 {
    let rows = server::pgbench(admin, CONNECTIONS, SPAN);
    line("PostgreSQL: one-row inserts by pgbench", format!("{rows:.0} a second"));
    rows
}

/// The desk with a hundred thousand open opinions, on each database.
fn desk() {
    inbox::measured("SQLite", &Deployment::sqlite());
    if let Ok(admin) = std::env::var("HOIDAP_BENCH_POSTGRES") {
        inbox::measured("PostgreSQL", &Deployment::postgres(&admin));
    }
}

/// What actix and grouped inserts do alone on this machine, in the same run.
fn yardstick() -> f64 {
    let folder = server::fresh_folder();
    let address = bare::start(&folder);
    client::slips(address, CONNECTIONS, client::Until::Sent(FEW));
    let load = client::slips(address, CONNECTIONS, client::Until::Elapsed(SPAN));
    slips("bare actix and two inserts", &load);
    let _ = std::fs::remove_dir_all(folder);
    load.rate()
}

fn start_up() {
    let deployment = Deployment::sqlite();
    let mut times: Vec<Duration> = (0..7)
        .map(|_| {
            let began = Instant::now();
            let server = Server::start(&deployment);
            let took = began.elapsed();
            server.stop();
            took
        })
        .collect();
    times.sort_unstable();
    line("start-up until it listens, median of 7", format!("{} ms", times[times.len() / 2].as_millis()));
    let server = Server::start(&deployment);
    line("resident at rest", format!("{} MB", server.resident() / 1_000_000));
    for (name, path) in [("home page", "/"), ("rating page", "/khao-sat/phieu-quay?field=land&office=31507"), ("results page", "/ket-qua")] {
        let weight = client::weigh(server.address, path);
        line(&format!("{name} with all that it loads"), format!("{:.1} KB sent, {:.1} KB unpacked", weight.sent as f64 / 1e3, weight.unpacked as f64 / 1e3));
    }
    server.stop();
}

fn sqlite(many: usize) {
    let bare = yardstick();
    let deployment = Deployment::sqlite();
    let server = Server::start(&deployment);
    let filled = client::slips(server.address, CONNECTIONS, client::Until::Sent(FEW));
    let few = results(&server, FEW);
    let load = client::slips(server.address, CONNECTIONS, client::Until::Elapsed(SPAN));
    slips("SQLite", &load);
    line("SQLite: slips against bare actix's", format!("{:.2}", load.rate() / bare));
    caught_up("SQLite", &server);
    line("SQLite: resident under load", format!("{} MB", server.resident() / 1_000_000));
    let so_far = filled.done + load.done;
    client::slips(server.address, CONNECTIONS, client::Until::Sent(many.saturating_sub(so_far)));
    let lots = results(&server, many.max(so_far));
    line("results page, many against few", format!("{:.2}", lots.as_secs_f64() / few.as_secs_f64()));
    line("SQLite: resident at the end", format!("{} MB", server.resident() / 1_000_000));
    server.stop();
}

fn postgres(admin: &str) {
    let rows = inserts(admin);
    let deployment = Deployment::postgres(admin);
    let server = Server::start(&deployment);
    client::slips(server.address, CONNECTIONS, client::Until::Sent(FEW));
    let load = client::slips(server.address, CONNECTIONS, client::Until::Elapsed(SPAN));
    slips("PostgreSQL", &load);
    line("PostgreSQL: slips against pgbench's rows", format!("{:.2}", load.rate() / rows));
    caught_up("PostgreSQL", &server);
    results(&server, FEW + load.done);
    server.stop();
}

/// How long the public ledger needs until it holds all that was stored.
fn caught_up(database: &str, server: &Server) {
    if server::without_ledger() {
        return;
    }
    let signed = || client::read(server.address, "/so-cong-khai/checkpoint").lines().nth(1).and_then(|size| size.parse::<u64>().ok()).unwrap_or(0);
    let began = Instant::now();
    let (mut size, mut since, mut reached) = (signed(), Instant::now(), Duration::ZERO);
    while since.elapsed() < Duration::from_secs(4) {
        std::thread::sleep(Duration::from_millis(250));
        let now = signed();
        if now != size {
            (size, since, reached) = (now, Instant::now(), began.elapsed());
        }
    }
    line(&format!("{database}: the ledger holds all"), format!("{size} leaves, {:.1} s after the last slip", reached.as_secs_f64()));
}

fn slips(database: &str, load: &client::Load) {
    line(
        &format!("{database}: slips stored"),
        format!("{:.0} a second, {CONNECTIONS} connections; {} % of the processors taken by the host", load.rate(), load.taken),
    );
    line(&format!("{database}: until the answer"), load.latencies.to_string());
}

/// The results page, read again and again; its median.
fn results(server: &Server, responses: usize) -> Duration {
    let times: Latencies = client::gets(server.address, "/ket-qua", 200);
    line(&format!("results page at {responses} responses"), times.to_string());
    times.at(50)
}
