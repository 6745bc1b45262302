//! The verifier: what a stranger may ask of the public ledger (LEDGER.md, "What
//! a verifier must check"), from what everybody can read. Shares no code with
//! the paths that make the figures: it knows no layer of this program.

mod calendar;
mod figures;
mod life;
mod log;
mod receipt;
mod source;
mod tree;

use std::collections::HashMap;
use std::fmt;

pub use receipt::Receipt;
pub use source::Source;

/// The first thing that does not agree, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong(pub String);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}

/// What a check may end with.
type Checked<T> = Result<T, Wrong>;

fn wrong<T>(what: impl Into<String>) -> Checked<T> {
    Err(Wrong(what.into()))
}

/// What was checked, and agrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The log's name.
    pub origin: String,
    /// Its leaves.
    pub leaves: u64,
    /// The opinions in it, with their events.
    pub opinions: usize,
    /// The events of opinions.
    pub events: usize,
    /// The responses.
    pub responses: u64,
    /// Files whose hash is in the log.
    pub files: usize,
    /// Published figures that were worked out again.
    pub figures: usize,
    /// Receipts whose leaves are in it.
    pub receipts: usize,
    /// The checkpoint, to be kept.
    pub checkpoint: String,
}

/// Checks a log: signature, tree, every leaf, every life, every published
/// figure, and that what receipts prove is in it. `since`: the text of a
/// checkpoint that was kept earlier.
///
/// # Errors
/// The first thing that does not agree.
pub fn verify(source: &Source, since: Option<&str>, receipts: &[Receipt]) -> Result<Report, Wrong> {
    let key = tree::Key::read(source)?;
    let mut wanted = HashMap::new();
    for receipt in receipts {
        receipt.check(&key, key.name())?;
        let (leaf, index) = receipt.leaf()?;
        wanted.insert(leaf, index);
    }
    for _ in 0..3 {
        let before = figures::Published::read(source)?;
        let head = key.checkpoint(&source.text("checkpoint")?)?;
        let earlier = since.map(|note| key.checkpoint(note)).transpose()?;
        let mut story = log::Log::new(source);
        let mut missing = wanted.clone();
        tree::walk(source, &head, earlier.as_ref(), |index, leaf| {
            if wanted.get(leaf).is_some_and(|place| place.is_none_or(|place| place == index)) {
                missing.remove(leaf);
            }
            story.read(index, leaf)
        })?;
        if let Some(leaf) = missing.keys().next() {
            return wrong(format!("what a receipt proves is not in the log: {leaf}"));
        }
        let told = story.end()?;
        // What changed while we read is read again.
        if figures::Published::read(source)? != before {
            continue;
        }
        let figures = before.compare(&told)?;
        return Ok(Report {
            origin: head.origin.clone(),
            leaves: head.size,
            opinions: told.items.len(),
            events: told.events,
            responses: told.responses,
            files: told.files,
            figures,
            receipts: receipts.len(),
            checkpoint: head.note,
        });
    }
    wrong("the published figures changed three times while they were read; try again at a quieter hour")
}
