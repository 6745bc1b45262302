//! The command line: one file a command.

mod demo;
mod due_date;
pub mod export;
mod manage;
mod redact;
pub mod serve;
pub mod simulate;
mod verify;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::domain::error::Problem;
use crate::domain::time::Day;
use crate::domain::words::Language;
use crate::i18n;

/// Hồi Đáp: ratings and opinions on public services, answered in public.
#[derive(Parser)]
#[command(name = "hoidap", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts on an embedded database with real reference data and a year of sample life.
    Demo(demo::Args),
    /// Serves what DATABASE_URL holds; settings from the environment (see .env.example).
    Serve,
    /// Brings the tables up to date.
    Migrate,
    /// Fills an empty deployment with the reference data that the program carries.
    Import(manage::Import),
    /// Adds an account.
    Officer(manage::OfficerArgs),
    /// Makes a believable year of sample life through the same actions that people use.
    Simulate(manage::Simulate),
    /// Counts everything again; exit 1 and the first difference when something does not agree.
    Recount,
    /// Forgets a public ledger that another key signed, so that the key of now begins a new one. Stop the service before.
    NewLedger,
    /// Checks a public ledger and the figures beside it; exit 1 and the first thing that does not agree. Needs no database.
    Verify(verify::Args),
    /// Writes what is published as files.
    Export(export::Args),
    /// Covers what tells who a person is in the text of standard input; one JSON line a finding on standard error. Needs no database.
    Redact,
    /// Prints the OpenAPI document of the API. Needs no database.
    Openapi,
    /// Prints the due date on its first line, then why. Needs no database.
    DueDate {
        /// The day received, as 2026-10-01.
        received: Day,
        /// Working days.
        days: u32,
        /// Make-up Saturdays don't count.
        #[arg(long)]
        no_make_up: bool,
    },
}

/// Parses the command line and does it.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::Serve => serve::run(),
        Command::Migrate => manage::migrate(),
        Command::Import(args) => manage::import(&args),
        Command::Officer(args) => manage::officer(&args),
        Command::Simulate(args) => manage::simulate(&args),
        Command::Recount => return manage::recount(),
        Command::NewLedger => manage::new_ledger(),
        Command::Verify(args) => verify::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Redact => redact::run(),
        Command::Openapi => manage::openapi(),
        Command::DueDate { received, days, no_make_up } => due_date::run(received, days, !no_make_up),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(&problem),
    }
}

/// Prints, to whoever still reads: `| head` closes the pipe, and that is no fault.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints as it is, without another end of line.
fn print(text: &str) {
    let _ = write!(std::io::stdout(), "{text}");
}

fn fail(problem: &Problem) -> ExitCode {
    match problem {
        Problem::Internal(why) | Problem::Unavailable(why) => eprintln!("hoidap: {why}"),
        Problem::Invalid(faults) => {
            faults.iter().for_each(|fault| eprintln!("hoidap: {}: {}", fault.pointer.trim_start_matches('/'), i18n::fault(Language::En, fault)))
        }
        Problem::Refused(_) | Problem::Move { .. } => eprintln!("hoidap: {problem}"),
    }
    ExitCode::FAILURE
}
