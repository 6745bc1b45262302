//! The story that the leaves tell, in their order: days that go forward,
//! numbers without a gap, files that are what the log says. Knows no tree and no
//! published figure.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::calendar::{Calendar, next};
use super::life::{Event, Item, Name, name};
use super::{Checked, Source, Wrong, wrong};

/// Of items that were merged one into the other.
const LONGEST_CHAIN: usize = 64;

/// The longest leaf.
const LONGEST: usize = 65_535;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DayLeaf {
    #[serde(rename = "t")]
    _t: String,
    on: Date,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarLeaf {
    #[serde(rename = "t")]
    _t: String,
    number: u64,
    sha256: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficeLeaf {
    #[serde(rename = "t")]
    _t: String,
    code: String,
    on: Date,
    successor: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetLeaf {
    #[serde(rename = "t")]
    _t: String,
    scope: String,
    value: u32,
    year: i16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionnaireLeaf {
    #[serde(rename = "t")]
    _t: String,
    questionnaire: String,
    sha256: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResponseLeaf {
    #[serde(rename = "t")]
    _t: String,
    v: u32,
    commit: String,
    half: Date,
    questionnaire: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TallyLeaf {
    #[serde(rename = "t")]
    _t: String,
    half: Date,
    n: u64,
    questionnaire: String,
    sha256: String,
}

/// What a log tells, once all of it agrees with itself.
pub(super) struct Told {
    /// By number.
    pub(super) items: BTreeMap<i64, Box<Item>>,
    pub(super) events: usize,
    pub(super) responses: u64,
    pub(super) files: usize,
    /// The last day.
    pub(super) day: Date,
    /// Who counts in the place of an office that has ended.
    pub(super) successors: BTreeMap<String, String>,
    /// By year and scope, in hundredths of a per cent.
    pub(super) targets: BTreeMap<(i16, String), u32>,
    /// Valid and satisfied ratings that were released in half-months that are closed, by sample, scope and respondent.
    pub(super) ratings: BTreeMap<(String, String, String), (u64, u64)>,
    /// The calendar in force.
    pub(super) calendar: Option<Calendar>,
    /// The numbers below which none was missing when the last day began.
    pub(super) due_below: i64,
    /// The last day of the last half-month that is closed.
    pub(super) closed_to: Option<Date>,
}

impl Told {
    /// The target in force in a year: the latest up to it.
    pub(super) fn target(&self, year: i16, scope: &str) -> Option<f64> {
        let latest = self.targets.iter().rfind(|((of, named), _)| *of <= year && named == scope);
        latest.map(|(_, value)| f64::from(*value) / 10_000.0)
    }
}

/// The figures of a half-month.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TallyFile {
    half: Date,
    questionnaire: String,
    responses: u64,
    cells: Vec<TallyCell>,
}

/// A figure; what is left out has none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TallyCell {
    sample: String,
    scope: String,
    respondent: String,
    n: Option<u64>,
    satisfied: Option<u64>,
}

/// A log while it is read.
pub(super) struct Log<'a> {
    source: &'a Source,
    /// The present day, if it is known.
    today: Option<Date>,
    day: Option<Date>,
    /// The first day of the log.
    first: Option<Date>,
    largest: i64,
    calendars: u64,
    /// Items of which something is still to be told.
    owing: BTreeSet<i64>,
    /// Items that are merged, with those that were and came back since the day began.
    merged: Vec<i64>,
    /// The day on which the calendar last changed.
    changed_on: Option<Date>,
    questionnaires: BTreeSet<String>,
    halves: BTreeMap<(Date, String), u64>,
    closed: BTreeSet<(Date, String)>,
    /// The beginning of each commitment: millions of them fit, and no two are the same by chance.
    commits: HashSet<u64>,
    /// Each name once.
    names: HashSet<Name>,
    told: Told,
}

impl<'a> Log<'a> {
    pub(super) fn new(source: &'a Source, today: Option<Date>) -> Self {
        let told = Told {
            items: BTreeMap::new(),
            events: 0,
            responses: 0,
            files: 0,
            day: Date::ZERO,
            successors: BTreeMap::new(),
            targets: BTreeMap::new(),
            ratings: BTreeMap::new(),
            calendar: None,
            due_below: 0,
            closed_to: None,
        };
        Self {
            source,
            today,
            day: None,
            first: None,
            largest: 0,
            calendars: 0,
            owing: BTreeSet::new(),
            merged: Vec::new(),
            changed_on: None,
            questionnaires: BTreeSet::new(),
            halves: BTreeMap::new(),
            closed: BTreeSet::new(),
            commits: HashSet::new(),
            names: HashSet::new(),
            told,
        }
    }

    /// The next leaf.
    pub(super) fn read(&mut self, index: u64, text: &str) -> Checked<()> {
        self.leaf(text).map_err(|wrong| wrong.at(&format!("leaf {index}")))
    }

    fn leaf(&mut self, text: &str) -> Checked<()> {
        if text.len() > LONGEST {
            return wrong("it is longer than a leaf may be");
        }
        let value: Value = serde_json::from_str(text).map_err(|e| Wrong::new(format!("no JSON: {e}")))?;
        if canonical(&value).as_deref() != Some(text) {
            return wrong("it is not in canonical form");
        }
        let kind = value.get("t").and_then(Value::as_str).unwrap_or_default().to_owned();
        match (self.day, kind.as_str()) {
            (_, "day") => self.turn(&form(value)?),
            (None, _) => wrong("the log does not begin with a day"),
            (Some(day), "feedback") => self.event(day, form(value)?),
            (Some(day), "calendar") => self.change_calendar(day, &form(value)?),
            (Some(day), "office") => self.end_office(day, form(value)?),
            (_, "target") => {
                let TargetLeaf { scope, value, year, .. } = form(value)?;
                self.told.targets.insert((year, scope), value);
                Ok(())
            }
            (_, "questionnaire") => self.publish(&form(value)?),
            (_, "response") => self.response(form(value)?),
            (Some(day), "tally") => self.close(day, form(value)?),
            (_, other) => wrong(format!("{other:?} is no leaf that there is")),
        }
    }

    fn turn(&mut self, leaf: &DayLeaf) -> Checked<()> {
        if self.day.is_some_and(|day| leaf.on <= day) {
            return wrong(format!("the day {} is not after the last", leaf.on));
        }
        // Where somebody else's clock is, it may be tomorrow already.
        if self.today.is_some_and(|today| leaf.on > next(today)) {
            return wrong(format!("the day {} has not come yet", leaf.on));
        }
        // What had come in before this day is all there.
        self.told.due_below = self.largest;
        // All numbers lie between 1 and the largest: as many as that leave no gap.
        let has_gap = i64::try_from(self.told.items.len()) != Ok(self.told.due_below);
        if let Some(missing) = (1..=self.told.due_below).find(|serial| has_gap && !self.told.items.contains_key(serial)) {
            return wrong(format!("{} is missing, though {} was received before", name(missing), name(self.told.due_below)));
        }
        self.nothing_owed(true)?;
        // Those that came back since are no longer merged.
        self.merged.retain(|serial| self.told.items.get(serial).is_some_and(|item| item.merged_into().is_some()));
        for serial in &self.merged {
            self.survives(*serial)?;
        }
        self.day = Some(leaf.on);
        self.first.get_or_insert(leaf.on);
        Ok(())
    }

    /// Does what was merged go on in an item that is there? Looked at when the day ends: items of a day stand in no order among each other.
    fn survives(&self, serial: i64) -> Checked<()> {
        let mut at = serial;
        for _ in 0..LONGEST_CHAIN {
            let Some(item) = self.told.items.get(&at) else { break };
            match item.merged_into() {
                Some(into) => at = into,
                None if item.out_on.is_some() => return wrong(format!("{} is merged into {}, which is out itself", name(serial), name(at))),
                None => return Ok(()),
            }
        }
        wrong(format!("{} is merged into what is not there, or into itself", name(serial)))
    }

    /// Days in a leaf are the day of the log, or the one before it.
    fn is_now(day: Date, on: Date) -> Checked<()> {
        if on == day || next(on) == day { Ok(()) } else { wrong(format!("it is of {on}, and the log stands at {day}")) }
    }

    fn event(&mut self, day: Date, mut event: Event) -> Checked<()> {
        if event.v != 1 || event.t != "feedback" {
            return wrong("its version is unknown");
        }
        let parts = ["sender", "officer", "approver", "head", "supervisor", "receiver", "system"];
        if !parts.contains(&event.by.as_str()) {
            return wrong(format!("{:?} is no part that acts", event.by));
        }
        for commitment in [&event.text, &event.question, &event.answer, &event.note].into_iter().flatten() {
            self.commitment(commitment)?;
        }
        for name in event.names() {
            match self.names.get(name) {
                Some(known) => name.clone_from(known),
                None => drop(self.names.insert(name.clone())),
            }
        }
        let imported = event.channel.as_deref().is_some_and(|channel| channel.starts_with("import-"));
        // The days of what came before the log began are its own.
        if !imported {
            Self::is_now(day, event.on)?;
        }
        let Some(calendar) = &self.told.calendar else { return wrong("no calendar is in force") };
        self.told.events += 1;
        if event.event == "merged" {
            self.merged.push(event.serial);
        }
        if let Some(item) = self.told.items.get_mut(&event.serial) {
            item.tell(&event, calendar)?;
            self.note_owed(event.serial);
            return Ok(());
        }
        if event.serial < 1 || event.serial <= self.told.due_below {
            return wrong(format!("{} comes after its day", name(event.serial)));
        }
        self.largest = self.largest.max(event.serial);
        self.told.items.insert(event.serial, Box::new(Item::receive(&event)?));
        self.note_owed(event.serial);
        Ok(())
    }

    /// Remembers whether something is still to be told of an item.
    fn note_owed(&mut self, serial: i64) {
        if self.told.items.get(&serial).is_some_and(|item| item.owes(false).is_some()) {
            self.owing.insert(serial);
        } else {
            self.owing.remove(&serial);
        }
    }

    fn commitment(&mut self, commitment: &str) -> Checked<()> {
        let bytes: Option<[u8; 32]> = STANDARD.decode(commitment).ok().and_then(|bytes| bytes.try_into().ok());
        let Some(start) = bytes.as_ref().and_then(|bytes| bytes.first_chunk()) else { return wrong("a commitment is no SHA-256") };
        // With a fresh salt each, no two are the same.
        if self.commits.insert(u64::from_be_bytes(*start)) { Ok(()) } else { wrong(format!("the commitment {commitment} was there before")) }
    }

    fn change_calendar(&mut self, day: Date, leaf: &CalendarLeaf) -> Checked<()> {
        if leaf.number != self.calendars + 1 {
            return wrong(format!("calendar {} comes after {}", leaf.number, self.calendars));
        }
        let path = format!("calendar/{}.json", leaf.number);
        let calendar = Calendar::read(&path, &self.file(&path, &leaf.sha256)?)?;
        for (serial, item) in &mut self.told.items {
            item.owe_for(&calendar);
            if item.owes(false).is_some() {
                self.owing.insert(*serial);
            }
        }
        self.calendars = leaf.number;
        self.told.calendar = Some(calendar);
        self.changed_on = Some(day);
        Ok(())
    }

    fn end_office(&mut self, day: Date, leaf: OfficeLeaf) -> Checked<()> {
        Self::is_now(day, leaf.on)?;
        self.told.successors.insert(leaf.code, leaf.successor);
        Ok(())
    }

    fn publish(&mut self, leaf: &QuestionnaireLeaf) -> Checked<()> {
        self.file(&format!("questionnaire/{}.json", leaf.questionnaire), &leaf.sha256)?;
        if self.questionnaires.insert(leaf.questionnaire.clone()) {
            Ok(())
        } else {
            wrong(format!("the questionnaire {} was published before", leaf.questionnaire))
        }
    }

    fn response(&mut self, leaf: ResponseLeaf) -> Checked<()> {
        if leaf.v != 1 {
            return wrong("its version is unknown");
        }
        self.commitment(&leaf.commit)?;
        let Some((first, day)) = self.first.zip(self.day) else { return wrong("no day has begun") };
        // What came before the log began is of its own half-month.
        let is_due = last_of_half(leaf.half) >= day.yesterday().unwrap_or(day) || day == first;
        if !matches!(leaf.half.day(), 1 | 15) || leaf.half > day || !is_due {
            return wrong(format!("it is of the half-month {}, and the log stands at {day}", leaf.half));
        }
        if !self.questionnaires.contains(&leaf.questionnaire) {
            return wrong(format!("the questionnaire {} was never published", leaf.questionnaire));
        }
        let slug = leaf.questionnaire.split('@').next().unwrap_or_default().to_owned();
        if self.closed.contains(&(leaf.half, slug.clone())) {
            return wrong(format!("it is of {} of {slug}, which was closed", leaf.half));
        }
        *self.halves.entry((leaf.half, slug)).or_default() += 1;
        self.told.responses += 1;
        Ok(())
    }

    fn close(&mut self, day: Date, leaf: TallyLeaf) -> Checked<()> {
        let what = format!("{} of {}", leaf.half, leaf.questionnaire);
        if last_of_half(leaf.half) >= day {
            return wrong(format!("the half-month {what} has not ended"));
        }
        let counted = self.halves.get(&(leaf.half, leaf.questionnaire.clone())).copied().unwrap_or(0);
        if counted != leaf.n {
            return wrong(format!("the half-month {what} has {counted} responses in the log, and says {}", leaf.n));
        }
        let path = format!("tally/{}/{}.json", leaf.half, leaf.questionnaire);
        let file: TallyFile = serde_json::from_slice(&self.file(&path, &leaf.sha256)?).map_err(|e| Wrong::new(format!("{path}: {e}")))?;
        if (file.half, &file.questionnaire, file.responses) != (leaf.half, &leaf.questionnaire, leaf.n) {
            return wrong(format!("{path} is not about what its leaf says"));
        }
        if let Some(cell) = file.cells.iter().find(|cell| cell.satisfied > cell.n || cell.n.is_some_and(|n| n > leaf.n)) {
            return wrong(format!("{path}: {} {} {} has more than there are", cell.sample, cell.scope, cell.respondent));
        }
        for cell in file.cells {
            if let (Some(n), Some(satisfied)) = (cell.n, cell.satisfied) {
                let sum = self.told.ratings.entry((cell.sample, cell.scope, cell.respondent)).or_default();
                *sum = (sum.0 + n, sum.1 + satisfied);
            }
        }
        self.told.closed_to = self.told.closed_to.max(Some(last_of_half(leaf.half)));
        if !self.closed.insert((leaf.half, leaf.questionnaire)) {
            return wrong(format!("the half-month {what} was closed before"));
        }
        Ok(())
    }

    /// A file that the log commits to.
    fn file(&mut self, path: &str, sha256: &str) -> Checked<Vec<u8>> {
        let content = self.source.bytes(path)?;
        if STANDARD.encode(Sha256::digest(&content)) != sha256 {
            return wrong(format!("{path} is not the file that the log commits to"));
        }
        self.told.files += 1;
        Ok(content)
    }

    /// What belongs together stands together; only a new calendar's dates may follow a moment later.
    fn nothing_owed(&self, day_ends: bool) -> Checked<()> {
        let just_changed = !day_ends && self.changed_on == self.day;
        for serial in &self.owing {
            if let Some(owed) = self.told.items.get(serial).and_then(|item| item.owes(just_changed)) {
                return wrong(format!("{} {owed}", name(*serial)));
            }
        }
        Ok(())
    }

    /// All that was told so far, when it agrees.
    pub(super) fn told(&mut self) -> Checked<&Told> {
        self.nothing_owed(false)?;
        self.told.day = self.day.unwrap_or(Date::ZERO);
        // A half-month is closed on the day after its last.
        let open = self.halves.keys().find(|half| next(last_of_half(half.0)) < self.told.day && !self.closed.contains(half));
        if let Some((half, questionnaire)) = open {
            return wrong(format!("the half-month {half} of {questionnaire} has ended, and its figures were never told"));
        }
        Ok(&self.told)
    }
}

fn form<T: serde::de::DeserializeOwned>(value: Value) -> Checked<T> {
    serde_json::from_value(value).map_err(|e| Wrong::new(format!("its form is unknown: {e}")))
}

/// RFC 8785, for what leaves may hold: words, whole numbers, names in order.
fn canonical(value: &Value) -> Option<String> {
    let Value::Object(fields) = value else { return None };
    let whole = |value: &Value| match value {
        Value::String(_) => true,
        Value::Number(number) => number.is_i64() || number.is_u64(),
        _ => false,
    };
    if !fields.values().all(whole) {
        return None;
    }
    let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
    serde_json::to_string(&sorted).ok()
}

/// A half-month begins on the 1st or the 15th.
fn last_of_half(first: Date) -> Date {
    if first.day() == 1 { first.with().day(14).build().unwrap_or(first) } else { first.last_of_month() }
}
