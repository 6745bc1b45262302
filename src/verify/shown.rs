//! The opinions as the site shows them, one by one, against the lives that the
//! log tells: none missing and none more, their dates and classes, and every
//! published word against its commitment.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::calendar::Calendar;
use super::life::{Item, Version, name};
use super::log::Told;
use super::{Checked, Source, Wrong, json, wrong};

/// Where they are listed, newest first.
const LIST: &str = "api/v1/feedback?limit=100";

#[derive(Debug, Deserialize)]
struct Page {
    feedback: Vec<Shown>,
    next: Option<String>,
}

/// An opinion as the site shows it. Of a sealed one there is no more than the first lines.
/// What has no place here is shown without anybody having checked it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shown {
    serial: i64,
    id: Option<String>,
    pub(super) class: String,
    received_on: Date,
    out_on: Option<Date>,
    kind: Option<String>,
    pub(super) field: Option<String>,
    pub(super) office: Option<String>,
    pub(super) respondent: Option<String>,
    due_on: Option<Date>,
    first_due_on: Option<Date>,
    answered_on: Option<Date>,
    working_days: Option<u32>,
    merged_into: Option<i64>,
    title: Option<String>,
    question: Option<String>,
    answers: Option<Vec<Words>>,
    appeals: Option<Vec<Appealed>>,
    ground: Option<Ground>,
    /// The log tells of no press.
    #[serde(rename = "pressed")]
    _pressed: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    version: u32,
    title: String,
    question: String,
    answer: String,
    office: String,
    published_on: Date,
    question_salt: Option<String>,
    answer_salt: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Appealed {
    office: String,
    appealed_on: Date,
    until: Date,
    answered_on: Option<Date>,
    answer: Option<String>,
    answer_salt: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ground {
    code: String,
    /// How it is called is no fact of an opinion.
    #[serde(rename = "list")]
    _list: String,
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "law")]
    _law: Option<String>,
}

/// How far the list was read.
pub(super) struct Reading {
    /// The page that is next; none when all was read.
    path: Option<String>,
    /// All below this number are still to come.
    below: i64,
}

/// What was compared.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Texts that fit their commitments.
    pub(super) texts: usize,
    /// Opinions of today that wait for their hour, because they came in at a counter.
    pub(super) waiting: Vec<Shown>,
}

impl Reading {
    pub(super) fn new() -> Self {
        Self { path: Some(LIST.to_owned()), below: i64::MAX }
    }

    pub(super) fn has_more(&self) -> bool {
        self.path.is_some()
    }

    /// Compares every opinion of the next page, none missing and none more. Returns where the list goes on.
    pub(super) fn page(&self, source: &Source, told: &Told) -> Checked<(Self, Compared)> {
        let mut compared = Compared::default();
        let Some(calendar) = &told.calendar else { return wrong("the log has no calendar") };
        let Some(path) = &self.path else { return wrong("all opinions were read") };
        let page: Page = json(source, path)?;
        let (mut seen, mut below) = (HashSet::new(), self.below);
        for shown in page.feedback {
            if shown.serial >= below {
                return wrong(format!("{} is listed after {}", name(shown.serial), name(below)));
            }
            below = shown.serial;
            match told.items.get(&shown.serial) {
                Some(item) => {
                    compared.texts += shown.fits(item, calendar, told.day).map_err(|what| Wrong::new(format!("{} {what}", name(shown.serial))))?;
                    seen.insert(shown.serial);
                }
                None if shown.may_wait(told) => compared.waiting.push(shown),
                None => return wrong(format!("{} of {} is listed, and not in the log", name(shown.serial), shown.received_on)),
            }
        }
        if page.next.is_some() && below == self.below {
            return wrong(format!("{path} lists nothing and goes on"));
        }
        let lowest = if page.next.is_some() { below } else { i64::MIN };
        if let Some((missing, _)) = told.items.range(lowest..self.below).rfind(|(serial, _)| !seen.contains(serial)) {
            return wrong(format!("{} is in the log, and not listed", name(*missing)));
        }
        let path = page.next.map(|cursor| format!("{LIST}&cursor={cursor}"));
        Ok((Self { path, below }, compared))
    }
}

/// The opinions that wait for their hour now.
pub(super) fn waiting(source: &Source, told: &Told) -> Checked<Vec<Shown>> {
    let (mut reading, mut waiting) = (Reading::new(), Vec::new());
    while reading.has_more() && reading.below > told.due_below {
        let (next, compared) = reading.page(source, told)?;
        waiting.extend(compared.waiting);
        reading = next;
    }
    Ok(waiting)
}

impl Shown {
    /// Can it be one that waits for its hour, and have come to this meanwhile?
    fn may_wait(&self, told: &Told) -> bool {
        self.received_on == told.day && self.serial > told.due_below && !matches!(self.class.as_str(), "answered_late" | "overdue")
    }

    /// Has the log told of it meanwhile?
    pub(super) fn is_told(&self, told: &Told) -> bool {
        told.items.contains_key(&self.serial)
    }

    /// Is it shown as the log tells it? Returns how many texts fit their commitments.
    fn fits(&self, item: &Item, calendar: &Calendar, today: Date) -> Checked<usize> {
        let agree = |what: &str, shown: &dyn std::fmt::Debug, told: &dyn std::fmt::Debug| {
            let (shown, told) = (plain(shown), plain(told));
            if shown == told { Ok(()) } else { wrong(format!("is shown with {what} {shown}; the log says {told}")) }
        };
        agree("class", &self.class, &item.class(today))?;
        agree("received_on", &self.received_on, &item.received_on)?;
        agree("out_on", &self.out_on, &item.out_on)?;
        agree("the code of its ground", &self.ground.as_ref().map(|ground| ground.code.as_str()), &item.ground())?;
        if self.class == "sealed" {
            return if self.field.is_none() && self.office.is_none() && self.answers.is_none() { Ok(0) } else { wrong("is sealed, and shown") };
        }
        let (Some(answers), Some(appeals)) = (&self.answers, &self.appeals) else {
            return wrong("is shown without a list of its answers and appeals");
        };
        agree("id", &self.id, &Some(name(self.serial)))?;
        agree("kind", &self.kind, &Some(&item.kind))?;
        agree("field", &self.field, &item.field)?;
        agree("office", &self.office, &item.office)?;
        agree("respondent", &self.respondent, &item.respondent)?;
        agree("due_on", &self.due_on, &item.due_on)?;
        agree("first_due_on", &self.first_due_on, &item.first_due_on)?;
        agree("answered_on", &self.answered_on, &item.answered_on())?;
        agree("working_days", &self.working_days, &item.working_days(calendar))?;
        agree("merged_into", &self.merged_into, &item.merged_into())?;
        agree("how many appeals", &appeals.len(), &item.appeals.len())?;
        for (shown, told) in appeals.iter().zip(&item.appeals) {
            agree("the office of an appeal", &shown.office, &told.office)?;
            agree("the day of an appeal", &shown.appealed_on, &told.on)?;
            agree("the last day of an appeal", &shown.until, &told.until)?;
            agree("the answer to an appeal on", &shown.answered_on, &told.answered.map(|(on, _)| on))?;
        }
        if !item.words_are_public() {
            if appeals.iter().any(|appeal| appeal.answer.is_some()) {
                return wrong("is shown with words that nobody may read");
            }
            let hidden = self.title.is_none() && self.question.is_none() && answers.is_empty();
            return if hidden { Ok(0) } else { wrong("is shown with words that nobody may read") };
        }
        agree("how many answers", &answers.len(), &item.versions.len())?;
        if self.question.as_ref() != answers.last().map(|last| &last.question) {
            return wrong("is shown with another question above than in its last version");
        }
        if self.title.as_ref() != answers.last().map(|last| &last.title) {
            return wrong("is shown with another title above than in its last version");
        }
        for ((words, version), number) in answers.iter().zip(&item.versions).zip(1..) {
            agree("version", &words.version, &number)?;
            agree("the answering office", &words.office, &version.office)?;
            agree("published_on", &words.published_on, &version.on)?;
            words.fit(version)?;
        }
        for (shown, told) in appeals.iter().zip(&item.appeals) {
            match (&shown.answer, told.answered) {
                (Some(words), Some((_, commitment))) => fit("the answer to its appeal", words, shown.answer_salt.as_ref(), &commitment)?,
                (None, None) => {}
                _ => return wrong("is shown with an appeal that is answered in one place only"),
            }
        }
        Ok(2 * answers.len() + item.appeals.iter().filter(|appeal| appeal.answered.is_some()).count())
    }
}

/// A value as people read it.
fn plain(value: &dyn std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let inner = text.strip_prefix("Some(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(&text);
    if inner == "None" { "nothing".to_owned() } else { inner.replace('"', "") }
}

impl Words {
    fn fit(&self, version: &Version) -> Checked<()> {
        let said = [("question", &self.question, &self.question_salt, &version.question), ("answer", &self.answer, &self.answer_salt, &version.answer)];
        for (what, words, salt, commitment) in said {
            fit(&format!("version {}: its {what}", self.version), words, salt.as_ref(), commitment)?;
        }
        Ok(())
    }
}

/// Are these the words that the log commits to?
fn fit(what: &str, words: &str, salt: Option<&String>, commitment: &[u8; 32]) -> Checked<()> {
    let Some(salt) = salt.and_then(|salt| STANDARD.decode(salt).ok()) else {
        return wrong(format!("{what} has no salt"));
    };
    let nfc: String = words.nfc().collect();
    if Sha256::new().chain_update(salt).chain_update(nfc).finalize().as_slice() != commitment {
        return wrong(format!("{what} is not the one that the log commits to"));
    }
    Ok(())
}
