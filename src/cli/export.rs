//! `hoidap export`: what a deployment publishes, as files. The ledger's bundle is
//! read as any stranger reads it, from a server of this program on a port of its
//! own, and checked on the way.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;

use clap::{Args as ClapArgs, Subcommand};

use super::{manage, serve, verify as checking};
use crate::actions::Service;
use crate::config::Config;
use crate::domain::error::Problem;
use crate::verify::{Asked, Report, Source, verify};

/// What is exported.
#[derive(ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The public ledger with the opinions and figures beside it, as a folder that `hoidap verify` checks without a network.
    Ledger {
        /// The folder; it is made, and must be empty if it is there.
        #[arg(long)]
        out: PathBuf,
    },
}

/// Exports what was asked for, and says what is in it.
pub fn run(args: &Args) -> Result<(), Problem> {
    let What::Ledger { out } = &args.what;
    let config = manage::config()?;
    let service = manage::service(&config)?;
    let report = ledger(config, service, out)?;
    checking::say(&report);
    println!("{}", out.display());
    Ok(())
}

/// Writes the ledger's bundle.
///
/// # Errors
/// When the folder is not empty, and the first thing in the ledger that does not agree.
pub fn ledger(config: Config, service: Arc<Service>, out: &Path) -> Result<Report, Problem> {
    let said = |e: std::io::Error| Problem::Internal(format!("{}: {e}", out.display()));
    if config.ledger_key().is_none() {
        return Err(Problem::Internal("HOIDAP_LEDGER_KEY is not set: this deployment keeps no ledger".to_owned()));
    }
    std::fs::create_dir_all(out).map_err(said)?;
    if std::fs::read_dir(out).map_err(said)?.next().is_some() {
        return Err(Problem::Internal(format!("{} is not empty; name a folder that is", out.display())));
    }
    let (tell, told) = channel();
    let config = Config { listen: "127.0.0.1:0".to_owned(), workers: 1, ..config };
    let server = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let ready = serve::prepare_reading(config, service)?;
            // Who waits for it is there until this thread has ended.
            let _ = tell.send((ready.address, ready.handle()));
            ready.serve().await
        })
    });
    let Ok((address, handle)) = told.recv() else {
        let why = server.join().ok().and_then(Result::err);
        return Err(why.unwrap_or_else(|| Problem::Internal("the server for the export ended".to_owned())));
    };
    let report = verify(&Source::new(&format!("http://{address}"), Some(out.to_owned())), &Asked::default());
    drop(handle.stop(false));
    let _ = server.join();
    report.map_err(checking::said)
}
