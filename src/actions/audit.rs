//! Reading the audit: looked through by administrators, exported for those who
//! check. Of a sealed item it never says who, because that would name the
//! office; so nobody finds its lines by asking for a person either.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Tx, account};
use crate::domain::access::Officer;
use crate::domain::error::{Fault, Problem};
use crate::domain::feedback::State;
use crate::domain::time::{Day, Moment};
use crate::domain::words::Serial;
use crate::store;
use crate::store::audit::{Line, Search};

/// The most lines of one export.
const MOST_EXPORTED: usize = 50_000;
/// Lines of one step.
const STEP: i64 = 500;

/// What is asked for, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The id of a person.
    pub person: String,
    /// A verb.
    pub verb: String,
    /// A number of an opinion, a sign-in name, or a subject as it stands there.
    pub subject: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
}

/// Who did it, as far as it may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// The item is sealed.
    Sealed,
    /// The service itself, or a sender.
    Nobody,
    /// Somebody, by name.
    Person(String),
}

/// A line as it may be shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// When.
    pub at: Moment,
    /// Who.
    pub who: Who,
    /// The verb.
    pub action: String,
    /// About what; an account by its person's name.
    pub subject: String,
    /// More, where it is not for the item's desk alone.
    pub detail: Option<Value>,
}

impl Asked {
    /// # Errors
    /// [`Problem::Invalid`] when a day can't be read, or the days are the wrong way round.
    fn search(&self, tx: &mut Tx<'_>) -> Result<Search, Problem> {
        let mut faults = Vec::new();
        let mut day = |pointer: &'static str, text: &str| {
            let text = text.trim();
            let day = Day::typed(text);
            if day.is_none() && !text.is_empty() {
                faults.push(Fault::new(pointer, "not_a_day"));
            }
            day
        };
        let (from, to) = (day("/tu", &self.from), day("/den", &self.to));
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            faults.push(Fault::new("/den", "ends_before_it_begins"));
        }
        if !faults.is_empty() {
            return Err(Problem::Invalid(faults));
        }
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        // A person who is nobody has done nothing.
        let officer = filled(&self.person).map(|id| Uuid::parse_str(&id).unwrap_or_default());
        let subject = filled(&self.subject).map(|typed| subject(tx, &typed)).transpose()?;
        Ok(Search { officer, action: filled(&self.verb), subject, from: from.map(|day| day.at(0)), until: to.map(|day| day.next().at(0)) })
    }
}

/// A subject as the lines have it.
fn subject(tx: &mut Tx<'_>, typed: &str) -> Result<String, Problem> {
    if let Ok(serial) = typed.parse::<Serial>() {
        return Ok(serial.to_string());
    }
    let account = store::officer::by_login(tx.conn, &typed.to_lowercase())?;
    Ok(account.map_or_else(|| typed.to_owned(), |account| account::subject(account.officer.id)))
}

/// What is known of lines while they are read.
#[derive(Default)]
struct Known {
    names: BTreeMap<Uuid, String>,
    /// Of each item that was looked at, whether it is sealed.
    sealed: BTreeMap<Serial, bool>,
}

impl Known {
    fn of(tx: &mut Tx<'_>) -> Result<Self, Problem> {
        let names = store::officer::names(tx.conn)?;
        Ok(Self { names, sealed: BTreeMap::new() })
    }

    fn is_sealed(&mut self, tx: &mut Tx<'_>, serial: Serial) -> Result<bool, Problem> {
        if let Some(known) = self.sealed.get(&serial) {
            return Ok(*known);
        }
        let sealed = store::feedback::get(tx.conn, serial)?.is_some_and(|record| record.state == State::Sealed);
        self.sealed.insert(serial, sealed);
        Ok(sealed)
    }

    /// People are named in place of their ids.
    fn named(&self, detail: Value) -> Value {
        match detail {
            Value::String(text) => match Uuid::parse_str(&text).ok().and_then(|id| self.names.get(&id)) {
                Some(name) => Value::String(name.clone()),
                None => Value::String(text),
            },
            Value::Array(values) => values.into_iter().map(|value| self.named(value)).collect(),
            Value::Object(object) => object.into_iter().map(|(key, value)| (key, self.named(value))).collect(),
            other => other,
        }
    }

    fn show(&self, line: Line, sealed: bool) -> Shown {
        let who = match line.officer {
            _ if sealed => Who::Sealed,
            None => Who::Nobody,
            Some(id) => Who::Person(self.names.get(&id).cloned().unwrap_or_else(|| id.to_string())),
        };
        let about = line.subject.strip_prefix("officer:").and_then(|id| self.names.get(&Uuid::parse_str(id).ok()?)).cloned();
        // What an item's line adds is for its desk.
        let detail =
            Some(self.named(line.detail)).filter(|detail| serial(&line.subject).is_none() && detail.as_object().is_some_and(|object| !object.is_empty()));
        Shown { at: line.at, who, action: line.action, subject: about.unwrap_or(line.subject), detail }
    }
}

fn serial(subject: &str) -> Option<Serial> {
    subject.starts_with("HD-").then(|| subject.parse().ok()).flatten()
}

/// Reads lines that may be shown until there are so many. The second value is the id of the last, when there are more.
fn read(tx: &mut Tx<'_>, search: &Search, mut below: Option<i64>, most: usize) -> Result<(Vec<Shown>, Option<i64>), Problem> {
    let mut known = Known::of(tx)?;
    let mut shown = Vec::new();
    let mut last = None;
    loop {
        let lines = store::audit::search(tx.conn, search, below, STEP)?;
        let Some((end, _)) = lines.last() else { return Ok((shown, None)) };
        below = Some(*end);
        for (id, line) in lines {
            let sealed = match serial(&line.subject) {
                Some(serial) => known.is_sealed(tx, serial)?,
                None => false,
            };
            // Found by its person, it would say who.
            if sealed && search.officer.is_some() {
                continue;
            }
            if shown.len() == most {
                return Ok((shown, last));
            }
            shown.push(known.show(line, sealed));
            last = Some(id);
        }
    }
}

/// A page of the audit, newest first, below an id. The second value is the next page's cursor.
///
/// # Errors
/// [`Problem::Invalid`] when a day can't be read.
pub fn page(tx: &mut Tx<'_>, asked: &Asked, below: Option<i64>, most: usize) -> Result<(Vec<Shown>, Option<i64>), Problem> {
    let search = asked.search(tx)?;
    read(tx, &search, below, most)
}

/// Everything that is asked for, newest first, to take along; that it was taken is a line of the audit itself.
///
/// # Errors
/// [`Problem::Invalid`] when a day can't be read, or when there is more than one file should hold.
pub fn export(tx: &mut Tx<'_>, by: &Officer, asked: &Asked) -> Result<Vec<Shown>, Problem> {
    by.may_administer()?;
    let search = asked.search(tx)?;
    let (lines, more) = read(tx, &search, None, MOST_EXPORTED)?;
    if more.is_some() {
        return Err(Problem::Invalid(vec![Fault::new("/tu", "too_many_lines").with("max", MOST_EXPORTED)]));
    }
    let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let detail = json!({"lines": lines.len(), "verb": said(&asked.verb), "from": said(&asked.from), "to": said(&asked.to)});
    tx.audit(Some(by), "audit.export", "audit", detail)?;
    Ok(lines)
}

/// The people whose lines can be asked for, ended accounts included, by name.
pub fn people(tx: &mut Tx<'_>) -> Result<BTreeSet<(String, Uuid)>, Problem> {
    Ok(store::officer::all(tx.conn)?.into_iter().map(|account| (account.officer.name, account.officer.id)).collect())
}
