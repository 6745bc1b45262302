//! Commands for those who run a deployment: migrate, import, officer, simulate, recount.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::simulate::{Plan, simulate as live};
use crate::actions::account::{self, AccountForm};
use crate::actions::attachment::{self, Depot};
use crate::actions::{Service, recount as again, setup};
use crate::clock::Clock;
use crate::config::{Config, FilesAt};
use crate::domain::error::Problem;
use crate::jobs::ledger::Sequencer;
use crate::keys::Keys;
use crate::store::files::Files;
use crate::store::{self, Db};

/// `hoidap import reference`.
#[derive(Args)]
pub struct Import {
    #[command(subcommand)]
    what: ImportWhat,
}

#[derive(Subcommand)]
enum ImportWhat {
    /// Offices, fields, procedures, calendar, clocks, targets, rules, questionnaires.
    Reference {
        /// province or authority.
        #[arg(long, default_value = "province")]
        scope: String,
    },
}

/// `hoidap officer add`.
#[derive(Args)]
pub struct OfficerArgs {
    #[command(subcommand)]
    what: OfficerWhat,
}

#[derive(Subcommand)]
enum OfficerWhat {
    /// Adds an account; the password is read from standard input.
    Add {
        /// The name typed at sign-in.
        login: String,
        /// The person's name.
        #[arg(long)]
        name: String,
        /// The office's code.
        #[arg(long)]
        office: String,
        /// Roles, separated by commas.
        #[arg(long, value_delimiter = ',')]
        roles: Vec<String>,
        /// Where their mail goes.
        #[arg(long, default_value = "")]
        email: String,
    },
}

/// `hoidap simulate`.
#[derive(Args)]
pub struct Simulate {
    /// How many filled questionnaires.
    #[arg(long, default_value_t = 3_000)]
    responses: u64,
    /// How many opinions.
    #[arg(long, default_value_t = 450)]
    feedback: u64,
    /// The same seed makes the same life.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The service that the environment names. Refuses unsafe settings.
pub fn service(config: &Config) -> Result<Arc<Service>, Problem> {
    let faults = config.faults();
    if !faults.is_empty() {
        return Err(Problem::Internal(format!("refuses to start:\n- {}", faults.join("\n- "))));
    }
    let secret = config.secret.bytes().ok_or_else(|| Problem::Internal("HOIDAP_SECRET is missing".to_owned()))?;
    let db = Db::open(&config.database_url, config.connections)?;
    let service = Service::new(db, Clock::System, Keys::new(&secret));
    let Some((at, limits)) = config.files().map_err(Problem::Internal)? else { return Ok(Arc::new(service)) };
    let files = match at {
        FilesAt::Folder(dir) => Files::folder(dir),
        FilesAt::Bucket(address) => {
            let bucket = Files::bucket(&address, &config.files_region, &config.files_key, config.files_secret.reveal());
            bucket.ok_or_else(|| Problem::Internal("HOIDAP_FILES names no bucket".to_owned()))?
        }
    };
    Ok(Arc::new(service.with_files(Depot::new(files, limits))))
}

/// Reads the settings.
pub fn config() -> Result<Config, Problem> {
    let config = Config::from_environment().map_err(Problem::Internal)?;
    // Commands that need no secret need a database too.
    match config.fault_of_database() {
        Some(fault) => Err(Problem::Internal(fault)),
        None => Ok(config),
    }
}

/// Brings the tables up to date.
pub fn migrate() -> Result<(), Problem> {
    let config = config()?;
    let db = Db::open(&config.database_url, 2)?;
    let ran = db.migrate()?;
    println!("{}", if ran.is_empty() { "the tables are up to date".to_owned() } else { format!("migrated: {}", ran.join(", ")) });
    Ok(())
}

/// Fills an empty deployment.
pub fn import(args: &Import) -> Result<(), Problem> {
    let config = config()?;
    let ImportWhat::Reference { scope } = &args.what;
    let db = Db::open(&config.database_url, 2)?;
    let today = Clock::System.now().day();
    db.write([], |conn| {
        setup::reference(conn, scope, today)?;
        // Invented addresses are for the demo; administrators enter the real ones.
        store::catalogue::clear_sample_addresses(conn)?;
        Ok::<_, Problem>(())
    })?;
    println!("reference data of the scope {scope} is there; enter the offices' mail addresses at /quan-tri");
    Ok(())
}

/// Adds an account.
pub fn officer(args: &OfficerArgs) -> Result<(), Problem> {
    let config = config()?;
    let OfficerWhat::Add { login, name, office, roles, email } = &args.what;
    let password = password(&format!("password for {login}: ")).map_err(|e| Problem::Internal(e.to_string()))?;
    let form = AccountForm {
        login: login.clone(),
        name: name.clone(),
        office: office.clone(),
        roles: roles.clone(),
        language: "vi".to_owned(),
        email: email.clone(),
        password,
    };
    let hash = account::hash_password(&form.password)?;
    let id = service(&config)?.write(|tx| account::add(tx, None, &form, hash))?;
    println!("added {login} ({id})");
    Ok(())
}

/// Asks for a password: unseen at a terminal, else the next line of the input.
fn password(question: &str) -> std::io::Result<String> {
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password(question);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Makes a sample life that ends yesterday.
pub fn simulate(args: &Simulate) -> Result<(), Problem> {
    let service = service(&config()?)?;
    let plan = Plan { responses: args.responses, feedback: args.feedback, seed: args.seed, last_day: service.now().day().plus(-1), days: 365 };
    let done = live(&service, &plan)?;
    println!("{} responses and {} opinions", done.responses, done.feedback);
    Ok(())
}

/// Forgets the public ledger of another key.
pub fn new_ledger() -> Result<(), Problem> {
    let config = config()?;
    let key = config.ledger_key().ok_or_else(|| Problem::Internal("HOIDAP_LEDGER_KEY is not set".to_owned()))?;
    let verifier = key.verifier();
    Sequencer::new(key, config.ledger_state.clone()).begin_anew(&*service(&config)?)?;
    println!("forgotten; at the next start a new log begins, signed by {verifier}");
    println!("tell everybody who kept a checkpoint of the old one");
    Ok(())
}

/// Counts everything again.
pub fn recount() -> ExitCode {
    let compared = config().and_then(|c| {
        let service = service(&c)?;
        let compared = service.read(again::recount)?;
        // What was signed stands outside the database: a backup that was put back agrees with itself.
        let compared = match compared {
            Ok(_) => attachment::missing(&service)?.map_or(compared, |missing| Err(again::Difference(missing))),
            found => found,
        };
        let sequencer = c.ledger_key().map(|key| Sequencer::new(key, c.ledger_state.clone()));
        match sequencer.map_or(Ok(()), |sequencer| sequencer.check(&service)) {
            Err(Problem::Internal(why)) if compared.is_ok() => Ok(Err(again::Difference(why))),
            Err(other) if compared.is_ok() => Err(other),
            _ => Ok(compared),
        }
    });
    match compared {
        Ok(Ok(c)) => {
            println!(
                "agrees: {} opinions with {} events, {} responses, {} cells, {} leaves of the public log",
                c.items, c.events, c.responses, c.cells, c.leaves
            );
            ExitCode::SUCCESS
        }
        Ok(Err(difference)) => {
            println!("differs: {}", difference.0);
            ExitCode::FAILURE
        }
        Err(problem) => {
            eprintln!("hoidap: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the API's document, from the code that answers.
pub fn openapi() -> Result<(), Problem> {
    let text = crate::api::openapi::document().to_pretty_json().map_err(|e| Problem::Internal(e.to_string()))?;
    super::say(&text);
    Ok(())
}
