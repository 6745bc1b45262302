//! The verifier: what a stranger may ask of the public ledger (LEDGER.md, "What
//! a verifier must check"), from what everybody can read. Shares no code with
//! the paths that make the figures: it knows no layer of this program.

mod calendar;
mod figures;
mod life;
mod log;
mod receipt;
mod shown;
mod source;
mod tree;

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

pub use receipt::Receipt;
pub use source::Source;

/// Why a check did not end well, in a sentence: the first thing that does not
/// agree, or what could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong(pub String, Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Differs,
    Unread,
}

impl Wrong {
    fn new(what: impl Into<String>) -> Self {
        Self(what.into(), Kind::Differs)
    }

    fn unread(what: impl Into<String>) -> Self {
        Self(what.into(), Kind::Unread)
    }

    /// The same, with the place where it was found.
    fn at(self, place: &str) -> Self {
        Self(format!("{place}: {}", self.0), self.1)
    }

    /// Was something not read, rather than found wrong?
    pub fn is_unread(&self) -> bool {
        self.1 == Kind::Unread
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}

/// What a check may end with.
type Checked<T> = Result<T, Wrong>;

fn wrong<T>(what: impl Into<String>) -> Checked<T> {
    Err(Wrong::new(what))
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
    /// Published texts that fit their commitments.
    pub texts: usize,
    /// Opinions of today that came in at a counter and wait for their hour: the site's word alone, until then.
    pub waiting: usize,
    /// Published figures that were worked out again.
    pub figures: usize,
    /// Receipts whose leaves are in it.
    pub receipts: usize,
    /// Receipts that name no place, and whose leaves are not in it yet.
    pub unplaced: usize,
    /// How many leaves all witnesses that were named have signed, and since when at the latest, in seconds since 1970.
    pub witnessed: Option<(u64, u64)>,
    /// The checkpoint, to be kept.
    pub checkpoint: String,
}

/// How often a live site is read again when it moved while it was read, and how long after.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(1_500);

/// What is to be checked beside the log itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// The text of a checkpoint that was kept earlier: the log must begin with it.
    pub since: Option<&'a str>,
    /// What these prove must be in the log.
    pub receipts: &'a [Receipt],
    /// Keys of witnesses who must have signed the log.
    pub witnesses: &'a [String],
}

/// Checks a log: signature, tree, every leaf, every life, every published
/// opinion and figure, and what else is asked.
///
/// # Errors
/// The first thing that does not agree.
pub fn verify(source: &Source, asked: &Asked<'_>) -> Result<Report, Wrong> {
    let key = tree::Key::read(source)?;
    let witnesses = asked.witnesses.iter().map(|key| tree::Witness::read(key)).collect::<Checked<Vec<_>>>()?;
    let mut wanted = HashMap::new();
    for receipt in asked.receipts {
        receipt.check(&key, key.name())?;
        let (leaf, index) = receipt.leaf()?;
        wanted.insert(leaf, index);
    }
    let mut tries = 0;
    loop {
        tries += 1;
        let before = figures::Published::read(source)?;
        // What witnesses saw is some seconds behind; read first, it is a part of what is read next.
        let seen = |witness: &tree::Witness| {
            let head = key.checkpoint(&source.text(&format!("cosigned/{}", witness.id()))?)?;
            Ok((head.size, witness.signed(&head.note)?, head))
        };
        let cosigned = witnesses.iter().map(seen).collect::<Checked<Vec<_>>>()?;
        let head = key.checkpoint(&source.text("checkpoint")?)?;
        let mut earlier: Vec<tree::Head> = asked.since.map(|note| key.checkpoint(note)).transpose()?.into_iter().collect();
        let mut witnessed = None;
        if !cosigned.is_empty() {
            witnessed = cosigned.iter().map(|(size, time, _)| (*size, *time)).min();
            earlier.extend(cosigned.into_iter().map(|(_, _, head)| head));
        }
        let mut story = log::Log::new(source);
        let mut missing = wanted.clone();
        tree::walk(source, &head, &earlier, |index, leaf| {
            if wanted.get(leaf).is_some_and(|place| place.is_none_or(|place| place == index)) {
                missing.remove(leaf);
            }
            story.read(index, leaf)
        })?;
        // A receipt that was given before its leaf had a place may be up to an hour old.
        if let Some((leaf, _)) = missing.iter().find(|(_, place)| place.is_some()) {
            return wrong(format!("what a receipt proves is not in the log: {leaf}"));
        }
        let told = story.end()?;
        match compare(source, &before, &told) {
            // On a live site something may have happened between the one reading and the other.
            Err(wrong) if wrong.is_unread() => return Err(wrong),
            Err(wrong) => match moved(source, &key, &before, &head)? {
                false => return Err(wrong),
                true if tries < TRIES => {}
                true => {
                    return Err(Wrong::new(format!(
                        "the site moved each of {TRIES} times while it was read; try again at a quieter hour, or check a bundle. The last time: {wrong}"
                    )));
                }
            },
            Ok((shown, figures)) => {
                return Ok(Report {
                    origin: head.origin.clone(),
                    leaves: head.size,
                    opinions: told.items.len(),
                    events: told.events,
                    responses: told.responses,
                    files: told.files,
                    texts: shown.texts,
                    waiting: shown.waiting.len(),
                    figures,
                    receipts: asked.receipts.len() - missing.len(),
                    unplaced: missing.len(),
                    witnessed,
                    checkpoint: head.note,
                });
            }
        }
    }
}

/// What the site shows against what the log tells. Returns the opinions and how many figures agree.
fn compare(source: &Source, published: &figures::Published, told: &log::Told) -> Checked<(shown::Compared, usize)> {
    let shown = shown::compare(source, told, published.day())?;
    let opinions = published.compare(told, &shown.waiting)?;
    let ratings = published.compare_satisfaction(source, told)?;
    Ok((shown, opinions + ratings))
}

/// Is the site another one than it was?
fn moved(source: &Source, key: &tree::Key, before: &figures::Published, head: &tree::Head) -> Checked<bool> {
    if matches!(source, Source::Folder(_)) {
        return Ok(false);
    }
    // What has just happened is in the log within a second.
    std::thread::sleep(PAUSE);
    Ok(key.checkpoint(&source.text("checkpoint")?)?.size != head.size || figures::Published::read(source)? != *before)
}

fn json<T: serde::de::DeserializeOwned>(source: &Source, path: &str) -> Checked<T> {
    let bytes = source.at(path)?.ok_or_else(|| Wrong::new(format!("{path} is missing")))?;
    // Words that are passed over must be words too.
    let text = std::str::from_utf8(&bytes).map_err(|e| Wrong::new(format!("{path}: {e}")))?;
    serde_json::from_str(text).map_err(|e| Wrong::new(format!("{path}: {e}")))
}
