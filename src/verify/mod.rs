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

use jiff::civil::Date;

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

/// How often a page of a live site is read again that does not agree, and how long after: what happens is in the log within a second.
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
    /// Today, by the clock of whoever asks: no day of the log may be later than the next. Without one, any may.
    pub today: Option<Date>,
}

/// Checks a log: signature, tree, every leaf, every life, every published
/// opinion and figure, and what else is asked.
///
/// # Errors
/// The first thing that does not agree.
pub fn verify(source: &Source, asked: &Asked<'_>) -> Result<Report, Wrong> {
    let mut reader = Reader::open(source, asked)?;
    let mut compared = reader.compare()?;
    // A bundle is of one moment.
    for _ in 1..TRIES {
        if source.is_kept() && reader.has_moved {
            source.forget_pages()?;
            compared = reader.compare()?;
        }
    }
    if source.is_kept() && reader.has_moved {
        return Err(Wrong::unread(format!("the site agrees, but moved each of {TRIES} times while it was kept; try again at a quieter hour")));
    }
    let told = reader.story.told()?;
    Ok(Report {
        origin: reader.head.origin.clone(),
        leaves: reader.head.size,
        opinions: told.items.len(),
        events: told.events,
        responses: told.responses,
        files: told.files,
        texts: compared.texts,
        waiting: compared.waiting.iter().filter(|shown| !shown.is_told(told)).count(),
        figures: compared.figures,
        receipts: asked.receipts.len() - reader.missing.len(),
        unplaced: reader.missing.len(),
        witnessed: reader.witnessed,
        checkpoint: reader.head.note,
    })
}

/// A log that is read, and goes on being read while more is signed.
struct Reader<'a> {
    source: &'a Source,
    key: tree::Key,
    head: tree::Head,
    tree: tree::Tree,
    story: log::Log<'a>,
    witnessed: Option<(u64, u64)>,
    /// Leaves of receipts that were not met, with their place if it is known.
    missing: HashMap<String, Option<u64>>,
    /// Did the site change while it was compared the last time?
    has_moved: bool,
}

/// What was compared with the log.
#[derive(Default)]
struct Compared {
    texts: usize,
    waiting: Vec<shown::Shown>,
    figures: usize,
}

impl<'a> Reader<'a> {
    /// Reads a log to its end.
    fn open(source: &'a Source, asked: &Asked<'_>) -> Checked<Self> {
        let key = tree::Key::read(source)?;
        let witnesses = asked.witnesses.iter().map(|key| tree::Witness::read(key)).collect::<Checked<Vec<_>>>()?;
        let mut missing = HashMap::new();
        for receipt in asked.receipts {
            receipt.check(&key, key.name())?;
            let (leaf, index) = receipt.leaf()?;
            missing.insert(leaf, index);
        }
        let mut earlier: Vec<tree::Head> = asked.since.map(|note| key.checkpoint(note)).transpose()?.into_iter().collect();
        // What witnesses saw is some seconds behind; read first, it is a part of what is read next.
        let mut witnessed: Option<(u64, u64)> = None;
        for witness in &witnesses {
            let head = key.checkpoint(&source.text(&format!("cosigned/{}", witness.id()))?)?;
            let seen = (head.size, witness.signed(&head.note)?);
            witnessed = Some(witnessed.map_or(seen, |least| least.min(seen)));
            earlier.push(head);
        }
        let head = key.checkpoint(&source.text("checkpoint")?)?;
        let (tree, story) = (tree::Tree::default(), log::Log::new(source, asked.today));
        let mut reader = Self { source, key, head, tree, story, witnessed, missing, has_moved: false };
        reader.read(&earlier)?;
        // A receipt that was given before its leaf had a place may be up to an hour old.
        if let Some((leaf, _)) = reader.missing.iter().find(|(_, place)| place.is_some()) {
            return wrong(format!("what a receipt proves is not in the log: {leaf}"));
        }
        Ok(reader)
    }

    fn read(&mut self, earlier: &[tree::Head]) -> Checked<()> {
        let Self { source, head, tree, story, missing, .. } = self;
        tree.read(source, head, earlier, |index, leaf| {
            if missing.get(leaf).is_some_and(|place| place.is_none_or(|place| place == index)) {
                missing.remove(leaf);
            }
            story.read(index, leaf)
        })
    }

    /// Compares what the site shows with what the log tells, page by page.
    fn compare(&mut self) -> Checked<Compared> {
        self.has_moved = false;
        let mut compared = Compared::default();
        let mut reading = shown::Reading::new();
        while reading.has_more() {
            let (next, page) = self.agree(|source, told| reading.page(source, told))?;
            compared.texts += page.texts;
            compared.waiting.extend(page.waiting);
            reading = next;
        }
        for asked in figures::Asked::all(self.source)? {
            let mut first = true;
            compared.figures += self.agree(|source, told| {
                if !std::mem::take(&mut first) {
                    compared.waiting = shown::waiting(source, told)?;
                }
                asked.compare(source, told, &compared.waiting)
            })?;
            compared.figures += self.agree(|source, told| asked.compare_satisfaction(source, told))?;
        }
        Ok(compared)
    }

    /// Compares something with the log. What does not agree on a live site may
    /// have changed since the log was read: then the log is read on, and it is
    /// compared again, so that each page is held against one moment of the log.
    fn agree<T>(&mut self, mut piece: impl FnMut(&Source, &log::Told) -> Checked<T>) -> Checked<T> {
        let (mut before, mut tries) = (None, 0);
        loop {
            let wrong = match piece(self.source, self.story.told()?) {
                Err(wrong) if self.source.is_live() && !wrong.is_unread() => wrong,
                done => return done,
            };
            let is_more = self.go_on()?;
            tries += 1;
            if tries == TRIES || !is_more && before.as_ref() == Some(&wrong) {
                return Err(wrong);
            }
            if !is_more {
                std::thread::sleep(PAUSE);
                self.go_on()?;
            }
            self.has_moved = true;
            before = Some(wrong);
        }
    }

    /// Reads what was signed since. Returns whether there was something.
    fn go_on(&mut self) -> Checked<bool> {
        let head = self.key.checkpoint(&self.source.text("checkpoint")?)?;
        let is_more = head.size != self.head.size;
        self.head = head;
        self.read(&[])?;
        Ok(is_more)
    }
}

fn json<T: serde::de::DeserializeOwned>(source: &Source, path: &str) -> Checked<T> {
    let bytes = source.at(path)?.ok_or_else(|| Wrong::new(format!("{path} is missing")))?;
    // Words that are passed over must be words too.
    let text = std::str::from_utf8(&bytes).map_err(|e| Wrong::new(format!("{path}: {e}")))?;
    serde_json::from_str(text).map_err(|e| Wrong::new(format!("{path}: {e}")))
}
