//! A yardstick for SQLite: what actix and grouped inserts do here without a
//! service around them. It checks nothing, routes nothing and counts nothing:
//! two inserts a slip, many slips a transaction, fully durable.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use actix_web::{App, HttpResponse, HttpServer, web};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::{Value, json};
use tokio::sync::oneshot;

struct Slip {
    id: String,
    answers: String,
    stored: oneshot::Sender<()>,
}

diesel::table! {
    slips (id) {
        id -> Text,
        answers -> Text,
    }
}
diesel::table! {
    seen (n) {
        n -> BigInt,
        answers -> Text,
    }
}

/// As durable as the service, and as much memory.
const TABLES: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 32000;
    CREATE TABLE slips (id TEXT PRIMARY KEY NOT NULL, answers TEXT NOT NULL) STRICT;
    CREATE TABLE seen (n INTEGER PRIMARY KEY NOT NULL, answers TEXT NOT NULL) STRICT;";

/// Starts it on a new file, in this process. It ends with the process.
pub fn start(folder: &Path) -> SocketAddr {
    let (slips, arrived) = sync_channel(4_096);
    let mut file = SqliteConnection::establish(&folder.join("bare.sqlite").display().to_string()).expect("a new file");
    file.batch_execute(TABLES).expect("tables");
    std::thread::spawn(move || store(&mut file, &arrived));
    let (listens, address) = sync_channel(1);
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let app = move || App::new().app_data(web::Data::new(slips.clone())).default_service(web::to(take));
            let server = HttpServer::new(app).workers(2).disable_signals().bind("127.0.0.1:0").expect("a free port");
            listens.send(server.addrs()[0]).expect("somebody waits");
            server.run().await.expect("it serves");
        });
    });
    address.recv().expect("it listens")
}

async fn take(slip: web::Json<Value>, slips: web::Data<SyncSender<Slip>>) -> HttpResponse {
    let (stored, done) = oneshot::channel();
    let slip = Slip { id: slip["submission_id"].as_str().unwrap_or_default().to_owned(), answers: slip["answers"].to_string(), stored };
    slips.send(slip).expect("the writer lives");
    done.await.expect("the writer answers");
    HttpResponse::Created().json(json!({"stored": true}))
}

fn store(file: &mut SqliteConnection, arrived: &Receiver<Slip>) {
    while let Ok(first) = arrived.recv() {
        let batch: Vec<Slip> = std::iter::once(first).chain(arrived.try_iter()).take(512).collect();
        file.batch_execute("BEGIN IMMEDIATE").expect("nobody else writes");
        for Slip { id, answers, .. } in &batch {
            diesel::insert_into(slips::table).values((slips::id.eq(id), slips::answers.eq(answers))).execute(file).expect("a row");
            diesel::insert_into(seen::table).values(seen::answers.eq(answers)).execute(file).expect("a row");
        }
        file.batch_execute("COMMIT").expect("it is durable");
        for slip in batch {
            let _ = slip.stored.send(());
        }
    }
}
