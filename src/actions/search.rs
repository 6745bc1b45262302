//! Finding opinions by their words: what is indexed of each, for its desk and
//! for the public, and which answered ones are like a new one.

use std::collections::BTreeSet;

use super::Tx;
use super::carried::{Carried, document};
use super::lookup::public;
use super::redaction::redactor;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::Problem;
use crate::domain::feedback::State;
use crate::domain::redaction::What;
use crate::domain::search::{indexed, telling};
use crate::domain::visibility::{Answer, PublicItem, Record};
use crate::domain::words::Serial;
use crate::domain::wrongdoing::Signs;
use crate::store;
use crate::store::search::Indexed;

/// The setting that says how far the index is rid of what was deleted.
const PURGE: &str = "search_purge";
/// So many words of a new opinion are looked for.
const MOST_WORDS: usize = 24;
/// So many published ones are held beside it.
const CANDIDATES: i64 = 20;
/// So many of them are shown.
const MOST_ALIKE: usize = 3;
/// Fewer words in common are chance.
const LEAST_SHARED: usize = 3;

/// The job: indexes what is new and what has changed, sealed items with no word. Returns how many.
pub fn index(tx: &mut Tx<'_>, limit: i64) -> Result<usize, Problem> {
    let serials = store::search::take(tx.conn, limit)?;
    if serials.is_empty() {
        return Ok(0);
    }
    let records = store::feedback::all_of(tx.conn, &serials)?;
    // Nobody finds a sealed one by its words: they are not even read.
    let read: Vec<Serial> = records.iter().filter(|record| record.state != State::Sealed).map(|record| record.serial).collect();
    let said = store::search::said(tx.conn, &read)?;
    let answers = store::feedback::answers_of(tx.conn, &read)?;
    let indexed = |record: &Record| {
        let of = |serial| said.get(&serial).into_iter().flatten().map(String::as_str);
        words(&tx.catalogue, record, of(record.serial), answers.get(&record.serial).and_then(|versions| versions.last()))
    };
    let indexed: Vec<Indexed> = records.iter().map(indexed).collect();
    store::search::put(tx.conn, &indexed)?;
    Ok(serials.len())
}

/// Asks that what was deleted leaves the index too, once the item is indexed anew.
pub(super) fn ask_purge(tx: &mut Tx<'_>) -> Result<(), Problem> {
    Ok(store::catalogue::set_setting(tx.conn, PURGE, "asked")?)
}

/// Is there something to do for [`purge`]?
pub fn purge_is_asked(tx: &mut Tx<'_>) -> Result<bool, Problem> {
    Ok(store::catalogue::setting(tx.conn, PURGE)?.is_some_and(|asked| !asked.is_empty()))
}

/// The job: takes a step. Returns whether there is more to do.
pub fn purge(tx: &mut Tx<'_>) -> Result<bool, Problem> {
    let asked = store::catalogue::setting(tx.conn, PURGE)?.unwrap_or_default();
    let more = store::search::purge(tx.conn, asked == "asked")?;
    store::catalogue::set_setting(tx.conn, PURGE, if more { "goes on" } else { "" })?;
    Ok(more)
}

/// The words of an item for its desk and for the public: first those that must not be cut off.
fn words<'a>(catalogue: &'a Catalogue, record: &Record, said: impl Iterator<Item = &'a str>, latest: Option<&'a Answer>) -> Indexed {
    if record.state == State::Sealed {
        return Indexed { serial: record.serial, desk: Vec::new(), public: Vec::new() };
    }
    let procedure = record.procedure.as_ref().and_then(|key| catalogue.procedure(key));
    let named = procedure.into_iter().flat_map(|p| [p.code.as_deref().unwrap_or_default(), p.name.as_str()]);
    let published = latest.into_iter().flat_map(|a| [a.title.as_str(), a.question.as_str(), a.answer.as_str()]);
    let seen = named.chain(published);
    let public = if record.words_are_public() { indexed(seen.clone()) } else { Vec::new() };
    Indexed { serial: record.serial, desk: indexed(seen.chain(said)), public }
}

/// Words that stand in every opinion and tell nothing of it.
fn everywhere() -> Result<&'static BTreeSet<String>, Problem> {
    static WORDS: Carried<BTreeSet<String>> = Carried::new("common-words.txt");
    WORDS.get(|text| Ok(indexed(text.lines().filter(|line| !line.starts_with('#'))).into_iter().collect()))
}

/// Do the words look like bribery, or like the wrongdoing of a person who is named?
pub fn looks_like_wrongdoing(text: &str) -> Result<bool, Problem> {
    static SIGNS: Carried<Signs> = Carried::new("wrongdoing.toml");
    let signs = SIGNS.get(document)?;
    let names = redactor()?.find(text).iter().any(|finding| finding.what == What::Name);
    Ok(signs.are_in(text, names))
}

/// Up to three answered opinions that are like a text, the most like it first.
pub fn alike(tx: &mut Tx<'_>, text: &str) -> Result<Vec<PublicItem>, Problem> {
    let everywhere = everywhere()?;
    let mut asked = telling(text, everywhere);
    asked.truncate(MOST_WORDS);
    if asked.len() < LEAST_SHARED {
        return Ok(Vec::new());
    }
    let mut found: Vec<(usize, Serial, PublicItem)> = Vec::new();
    for serial in store::search::alike(tx.conn, &asked, CANDIDATES)? {
        let Some(record) = store::feedback::get(tx.conn, serial)?.filter(Record::words_are_public) else { continue };
        let item = public(tx, &record)?;
        let Some(latest) = item.latest() else { continue };
        let words: BTreeSet<String> = telling(&format!("{} {}", latest.title, latest.question), everywhere).into_iter().collect();
        let shared = asked.iter().filter(|word| words.contains(*word)).count();
        // Of the shorter of the two, at least two words in five are the other's too, and a third of those that were written.
        let near = shared >= LEAST_SHARED && shared * 5 >= asked.len().min(words.len()) * 2 && shared * 3 >= asked.len();
        // The same answer twice tells nothing more.
        let again = found.iter().any(|(_, _, other)| other.latest().map(|a| &a.answer) == Some(&latest.answer));
        if near && !again {
            found.push((shared, serial, item));
        }
    }
    found.sort_by_key(|(shared, serial, _)| (std::cmp::Reverse(*shared), std::cmp::Reverse(serial.0)));
    Ok(found.into_iter().take(MOST_ALIKE).map(|(_, _, item)| item).collect())
}
