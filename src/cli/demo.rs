//! `hoidap demo`: everything, at once, on this machine, to be tried out.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args as ClapArgs;

use super::simulate::{Plan, simulate};
use super::{manage, serve};
use crate::actions::account::{self, AccountForm};
use crate::actions::{Service, setup};
use crate::config::{Config, Environment, Secret};
use crate::domain::catalogue::Device;
use crate::domain::error::Problem;
use crate::{keys, store, telemetry};

/// What the demo may be told.
#[derive(ClapArgs)]
pub struct Args {
    /// province (the default, with the authority in it) or authority (alone).
    #[arg(long, default_value = "province")]
    scope: String,
    /// Address and port; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where database, key and mails are kept; started again on it, the demo goes on.
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
}

/// The password of every demo account.
const PASSWORD: &str = "hoi-dap-demo";

/// The demo's tablet at a counter: its id and its token.
const TABLET: (&str, &str) = ("quay-1", "hoi-dap-demo");

/// The demo accounts: login, name, office in a province, office in an authority, roles.
const ACCOUNTS: [(&str, &str, &str, &str, &[&str]); 12] = [
    ("can-bo", "Lâm Mỹ Duyên", "ct", "kcn", &["officer"]),
    ("can-bo-2", "Thạch Sô Phia", "ct", "kcn", &["officer"]),
    ("nguoi-duyet", "Trần Quốc Bảo", "ct", "kcn", &["approver"]),
    ("lanh-dao", "Lý Thanh Tùng", "ct", "kcn", &["head"]),
    ("giam-sat", "Huỳnh Kim Ngân", "ct", "kcn", &["supervisor"]),
    ("to-cao", "Danh Hoàng Nam", "ct", "kcn", &["receiver"]),
    ("du-lieu", "Quách Gia Hân", "ct", "kcn", &["data_protection"]),
    ("thiet-ke", "Sơn Ngọc Ánh", "ct", "kcn", &["designer"]),
    ("tai-quay", "Kim Thị Sà Rây", "kcn-mc", "kcn-mc", &["clerk"]),
    ("quan-tri", "Nguyễn Văn Phúc", "ct", "kcn", &["administrator"]),
    ("kcn-can-bo", "Trương Minh Khang", "kcn", "kcn", &["officer"]),
    ("kcn-duyet", "Châu Thu Hà", "kcn", "kcn", &["approver", "head"]),
];

/// Sets up what is missing, prints the accounts, serves.
pub fn run(args: &Args) -> Result<(), Problem> {
    let said = |e: std::io::Error| Problem::Internal(format!("{}: {e}", args.data.display()));
    std::fs::create_dir_all(&args.data).map_err(said)?;
    let from_environment = Config::from_environment().map_err(Problem::Internal)?;
    let embedded = Config::default().database_url == from_environment.database_url;
    let config = Config {
        database_url: if embedded { format!("sqlite:{}", args.data.join("hoidap.sqlite").display()) } else { from_environment.database_url },
        env: Environment::Development,
        listen: args.listen.clone(),
        public_url: format!("http://{}", args.listen),
        secret: secret(&args.data, "secret").map_err(said)?,
        ledger_key: secret(&args.data, "ledger-key").map_err(said)?,
        ledger_state: args.data.join("ledger-state"),
        files: format!("folder:{}", args.data.join("files").display()),
        mail: format!("folder:{}", args.data.join("mail").display()),
        // Quiet, so that the accounts stay in sight; HOIDAP_LOG says otherwise.
        log: if from_environment.log == Config::default().log { "warn".to_owned() } else { from_environment.log },
        ..Config::default()
    };
    telemetry::start(&config);
    let service = manage::service(&config)?;
    service.db().migrate()?;
    let today = service.now().day();
    let first = !service.db().read(setup::is_done)?;
    if first {
        service.db().write([], |conn| setup::reference(conn, &args.scope, today))?;
        accounts(&service, &args.scope)?;
        simulate(&service, &Plan { responses: 3_000, feedback: 450, seed: 1, last_day: today.plus(-1), days: 365 })?;
    }
    println!("Hồi Đáp demo, data in {}", args.data.display());
    println!("Sign in at /dang-nhap with the password {PASSWORD}:");
    for (login, name, _, _, roles) in ACCOUNTS {
        println!("  {login:<12} {:<16} {name}", roles.join("+"));
    }
    println!("Tablet at a counter: /quay/{} with the code {}", TABLET.0, TABLET.1);
    serve::serve(config, service, |address| println!("listening on http://{address}"))
}

/// A secret of the demo's own, kept beside its database.
fn secret(dir: &Path, name: &str) -> std::io::Result<Secret> {
    let file = dir.join(name);
    if let Ok(kept) = std::fs::read_to_string(&file) {
        return Ok(Secret::new(kept));
    }
    let made = STANDARD.encode(keys::random::<32>());
    std::fs::write(&file, &made)?;
    Ok(Secret::new(made))
}

fn accounts(service: &Service, scope: &str) -> Result<(), Problem> {
    let hash = account::hash_password(PASSWORD)?;
    service.write(|tx| {
        for (login, name, province, authority, roles) in ACCOUNTS {
            let form = AccountForm {
                login: login.to_owned(),
                name: name.to_owned(),
                office: if scope == "authority" { authority } else { province }.to_owned(),
                roles: roles.iter().map(|r| (*r).to_owned()).collect(),
                language: "vi".to_owned(),
                email: format!("{login}@example.vn"),
                password: PASSWORD.to_owned(),
            };
            account::add(tx, None, &form, hash.clone())?;
        }
        let office = if scope == "authority" { "kcn-mc" } else { "31507" };
        let office = office.parse().map_err(|e| Problem::Internal(format!("{e}")))?;
        let tablet = Device { id: TABLET.0.to_owned(), name: "Quầy số 1".to_owned(), office, token_hash: keys::token_hash(TABLET.1), active: true };
        store::catalogue::add_device(tx.conn, &tablet, tx.today)?;
        tx.recatalogue()
    })
}
