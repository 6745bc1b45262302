//! `hoidap verify`: checks a public ledger and the figures beside it, as
//! anybody may, and prints what it checked.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::clock::Clock;
use crate::domain::error::Problem;
use crate::domain::time::Moment;
use crate::verify::{Asked, Receipt, Report, Source, Wrong, verify};

/// What is checked.
#[derive(ClapArgs)]
pub struct Args {
    /// The address of a deployment, or a folder with the same paths.
    source: String,
    /// A checkpoint that was kept earlier: the log must still begin with it.
    #[arg(long)]
    since: Option<PathBuf>,
    /// A receipt, as `/api/v1/receipts/<code>/ledger` gives it: what was sent must be in the log.
    #[arg(long)]
    receipt: Vec<PathBuf>,
    /// Keeps all that was read from a site in a folder, which can be checked again without a network.
    #[arg(long)]
    bundle: Option<PathBuf>,
    /// The key of a witness (name+id+key) who must have signed the log; more than one may be named.
    #[arg(long)]
    witness: Vec<String>,
    /// Certificates (PEM) of the authorities that are trusted, where the site's own is from none that everybody knows.
    #[arg(long)]
    ca: Option<PathBuf>,
    /// Keeps the checkpoint that was checked, for the next time.
    #[arg(long)]
    keep: Option<PathBuf>,
}

/// Checks, and says what agrees, or the first thing that does not.
pub fn run(args: &Args) -> Result<(), Problem> {
    let file = |path: &PathBuf, e: std::io::Error| Problem::Internal(format!("{}: {e}", path.display()));
    let since = args.since.as_ref().map(|path| std::fs::read_to_string(path).map_err(|e| file(path, e))).transpose()?;
    let mut receipts = Vec::new();
    for path in &args.receipt {
        let content = std::fs::read_to_string(path).map_err(|e| file(path, e))?;
        receipts.extend(Receipt::read(&content).map_err(|wrong| Problem::Internal(format!("{}: {wrong}", path.display())))?);
    }
    let today = Clock::System.now().day().to_string().parse().ok();
    let asked = Asked { since: since.as_deref(), receipts: &receipts, witnesses: &args.witness, today };
    let mut source = Source::new(&args.source, args.bundle.clone());
    if let Some(path) = &args.ca {
        source = source.trusting(&std::fs::read(path).map_err(|e| file(path, e))?).map_err(said)?;
    }
    let report = verify(&source, &asked).map_err(said)?;
    say(&report);
    if let Some((leaves, time)) = report.witnessed {
        let at = Moment::from_micros(i64::try_from(time).unwrap_or(i64::MAX).saturating_mul(1_000_000));
        let (hour, minute) = at.hour_minute();
        println!("  the witnesses signed the first {leaves} leaves, the earliest of them on {} at {hour:02}:{minute:02}", at.day());
    }
    if since.is_some() {
        println!("  the log still begins with the checkpoint that was kept");
    }
    println!("agrees");
    match &args.keep {
        Some(path) => std::fs::write(path, &report.checkpoint).map_err(|e| file(path, e)),
        None => Ok(()),
    }
}

/// What is said when a log can't be believed, or can't be read.
pub fn said(wrong: Wrong) -> Problem {
    if wrong.is_unread() {
        Problem::Unavailable(format!("it could not be checked to its end, and nothing was found wrong: {wrong}"))
    } else {
        Problem::Internal(format!("does not agree: {wrong}"))
    }
}

/// Says what was checked.
pub fn say(report: &Report) {
    println!("{}", report.origin);
    println!("  signature, root and tiles of {} leaves", report.leaves);
    println!("  {} opinions with {} events: numbers, days, moves, deadlines", report.opinions, report.events);
    println!("  {} responses, {} files", report.responses, report.files);
    println!("  {} published texts: the words that the log commits to", report.texts);
    println!("  {} published figures", report.figures);
    if report.waiting > 0 {
        println!(
            "  opinions of today that are shown and not in the log yet: {}. From a counter they come within the hour; of them there is the site's word alone until then",
            report.waiting
        );
    }
    if report.unplaced > 0 {
        println!("  receipts given before the log had a line for them, which it has not yet: {}. Ask for them again in an hour", report.unplaced);
    }
    if report.receipts > 0 {
        println!("  {} receipts: what was sent is in the log, unchanged", report.receipts);
    }
}
