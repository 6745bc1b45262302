//! Reference data by an administrator's hand: offices, fields, procedures,
//! targets, rules, devices, surveys. What is referred to ends by a date and is
//! never deleted. Codes, first days and target groups stay as they were first
//! written: figures that were published hang on them.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::Tx;
use crate::domain::access::Officer;
use crate::domain::calendar::CalendarDay;
use crate::domain::catalogue::{Catalogue, Device, Field, Procedure};
use crate::domain::contact::Email;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::office::Office;
use crate::domain::routing::{Rule, Subject, Target};
use crate::domain::text::{clean_line, fold};
use crate::domain::time::Day;
use crate::domain::words::{FieldCode, OfficeCode, ProcedureKey, Slug, TargetGroup, Words};
use crate::keys;
use crate::store::catalogue as store;

/// The icons that the pages can draw for a field.
pub const ICONS: [&str; 8] = ["land", "build", "invest", "people", "shop", "work", "care", "other"];
/// Who handles a procedure.
pub const LEVELS: [&str; 3] = ["province", "commune", "authority"];
/// The group of the fields that share the overall target.
const WITHOUT_TARGET: &str = "other";
/// How a rule says "the office that the sender named".
pub const NAMED: &str = "@place";

const NAME_MAX: usize = 300;
const SOURCE_MAX: usize = 500;
const POSITIONS: RangeInclusive<i32> = 1..=999;
const YEARS: RangeInclusive<i16> = 2_000..=2_100;

/// Only administrators, one after the other: the counter is taken first, so
/// what is checked here is what holds when it is written.
fn begin(tx: &mut Tx<'_>, by: &Officer) -> Result<(), Problem> {
    by.may_administer()?;
    tx.recatalogue()
}

fn finish(tx: &mut Tx<'_>, by: &Officer, action: &str, subject: String, detail: serde_json::Value) -> Result<(), Problem> {
    tx.recatalogue()?;
    tx.audit(Some(by), action, subject, detail)
}

/// Collects the faults of a form while its fields are read.
#[derive(Default)]
struct Check(Vec<Fault>);

impl Check {
    fn fault(&mut self, at: &'static str, code: &'static str) {
        self.0.push(Fault::new(at, code));
    }

    /// One line; too long is a fault, empty is not.
    fn line(&mut self, at: &'static str, raw: &str, max: usize) -> String {
        let line = clean_line(raw);
        let got = line.chars().count();
        if got > max {
            self.0.push(Fault::new(at, "too_long").with("max", max).with("over", got - max));
        }
        line
    }

    /// One line that must not be empty.
    fn needed(&mut self, at: &'static str, raw: &str, max: usize) -> String {
        let line = self.line(at, raw, max);
        if line.is_empty() {
            self.fault(at, "words_missing");
        }
        line
    }

    fn names(&mut self, vi: &str, en: &str, km: &str) -> Words {
        Words { vi: self.needed("/name_vi", vi, NAME_MAX), en: self.line("/name_en", en, NAME_MAX), km: self.line("/name_km", km, NAME_MAX) }
    }

    fn source(&mut self, raw: &str) -> String {
        self.needed("/source", raw, SOURCE_MAX)
    }

    fn word<T: FromStr>(&mut self, at: &'static str, raw: &str, code: &'static str) -> Option<T> {
        let word = raw.trim().parse().ok();
        if word.is_none() {
            self.fault(at, code);
        }
        word
    }

    fn day(&mut self, at: &'static str, raw: &str) -> Option<Day> {
        self.word(at, raw, "not_a_day")
    }

    /// A last day that is not before the first.
    fn last(&mut self, raw: &str, first: Day) -> Option<Day> {
        let last = self.day("/last", raw)?;
        if last < first {
            self.fault("/last", "ends_before_it_begins");
        }
        Some(last)
    }

    fn year(&mut self, at: &'static str, raw: &str) -> Option<i16> {
        let year = raw.trim().parse().ok().filter(|year| YEARS.contains(year));
        if year.is_none() {
            self.0.push(Fault::new(at, "year_between").with("first", YEARS.start()).with("last", YEARS.end()));
        }
        year
    }

    fn number<T: FromStr + PartialOrd + std::fmt::Display>(&mut self, at: &'static str, raw: &str, range: RangeInclusive<T>) -> Option<T> {
        let number = raw.trim().parse().ok().filter(|n| range.contains(n));
        if number.is_none() {
            self.0.push(Fault::new(at, "number_between").with("min", range.start()).with("max", range.end()));
        }
        number
    }

    fn one_of(&mut self, at: &'static str, raw: &str, list: &[&str]) -> String {
        let word = raw.trim();
        if !list.contains(&word) {
            self.fault(at, "not_a_choice");
        }
        word.to_owned()
    }

    /// An office that exists on a day.
    fn office(&mut self, at: &'static str, raw: &str, catalogue: &Catalogue, on: Day) -> Option<OfficeCode> {
        let code: OfficeCode = self.word(at, raw, "unknown_office")?;
        match catalogue.offices.get(&code) {
            None => self.fault(at, "unknown_office"),
            Some(office) if !office.is_active(on) => self.fault(at, "ended_office"),
            Some(_) => return Some(code),
        }
        None
    }

    fn clean(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Check> for Problem {
    fn from(check: Check) -> Self {
        Self::Invalid(check.0)
    }
}

fn ticked(raw: &str) -> bool {
    raw == "1"
}

fn tick(yes: bool) -> String {
    if yes { "1".to_owned() } else { String::new() }
}

fn written<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// What ends, and what takes its place.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EndForm {
    /// The last day on which it holds.
    pub last: String,
    /// Who or what takes over; nothing for a field and a rule.
    pub successor: String,
}

// --- Offices ---------------------------------------------------------------

/// What an administrator types of an office.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OfficeForm {
    /// Its code; fixed after the first time.
    pub code: String,
    /// The code of the office above it.
    pub parent: String,
    /// What it is.
    pub kind: String,
    /// The official five-digit code of a commune or ward.
    pub place: String,
    /// Its full name in Vietnamese.
    pub name_vi: String,
    /// Its full name in English.
    pub name_en: String,
    /// Its full name in Khmer.
    pub name_km: String,
    /// Its short Vietnamese name.
    pub short: String,
    /// Its first day; fixed after the first time.
    pub valid_from: String,
    /// `1` when make-up Saturdays count in its clocks.
    pub counts_makeup: String,
    /// `1` when a person may name it.
    pub selectable: String,
    /// Where mail about its opinions goes.
    pub email: String,
    /// The decision that this rests on.
    pub source: String,
}

impl From<&Office> for OfficeForm {
    fn from(o: &Office) -> Self {
        Self {
            code: o.code.to_string(),
            parent: written(o.parent.as_ref()),
            kind: o.kind.to_string(),
            place: o.place.clone().unwrap_or_default(),
            name_vi: o.name.vi.clone(),
            name_en: o.name.en.clone(),
            name_km: o.name.km.clone(),
            short: o.short.clone(),
            valid_from: o.valid_from.to_string(),
            counts_makeup: tick(o.counts_makeup),
            selectable: tick(o.selectable),
            email: o.email.clone().unwrap_or_default(),
            source: String::new(),
        }
    }
}

/// Adds an office, or changes the one with this code.
pub fn put_office(tx: &mut Tx<'_>, by: &Officer, code: Option<&OfficeCode>, form: &OfficeForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let held = code.map(|c| catalogue.offices.get(c).ok_or(Code::NotFound)).transpose()?;
    let mut check = Check::default();
    let (code, valid_from) = match held {
        Some(office) => (Some(office.code.clone()), Some(office.valid_from)),
        None => (check.word("/code", &form.code, "code_form"), check.day("/valid_from", &form.valid_from)),
    };
    if held.is_none() && code.as_ref().is_some_and(|c| catalogue.offices.get(c).is_some()) {
        check.fault("/code", "already_exists");
    }
    // Only the topmost office has none above it.
    let parent = match held {
        Some(office) if office.parent.is_none() => None,
        Some(office) if written(office.parent.as_ref()) == form.parent => office.parent.clone(),
        _ => check.office("/parent", &form.parent, &catalogue, tx.today),
    };
    if parent.as_ref().zip(code.as_ref()).is_some_and(|(parent, code)| catalogue.offices.is_within(parent, code)) {
        check.fault("/parent", "follows_itself");
    }
    let kind = check.word("/kind", &form.kind, "not_a_choice");
    let name = check.names(&form.name_vi, &form.name_en, &form.name_km);
    let place = Some(form.place.trim().to_owned()).filter(|p| !p.is_empty());
    if place.as_ref().is_some_and(|p| p.len() != 5 || !p.bytes().all(|b| b.is_ascii_digit())) {
        check.fault("/place", "place_form");
    }
    let short = check.line("/short", &form.short, NAME_MAX);
    let email = match form.email.trim() {
        "" => None,
        typed => check.word("/email", typed, "email_incomplete").map(|Address(email)| email),
    };
    let source = check.source(&form.source);
    match (code, kind, valid_from) {
        (Some(code), Some(kind), Some(valid_from)) if check.clean() => {
            let office = Office {
                code: code.clone(),
                parent,
                kind,
                place,
                name,
                short,
                valid_from,
                valid_to: held.and_then(|o| o.valid_to),
                successor: held.and_then(|o| o.successor.clone()),
                counts_makeup: ticked(&form.counts_makeup),
                selectable: ticked(&form.selectable),
                email,
            };
            store::put_office(tx.conn, &office, &source)?;
            finish(tx, by, "office.put", format!("office:{code}"), json!({"new": held.is_none(), "source": source}))
        }
        _ => Err(check.into()),
    }
}

/// An address that [`Email`] takes.
struct Address(String);

impl FromStr for Address {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Email::parse(text).map(|email| Self(email.reveal().to_owned())).ok_or(())
    }
}

/// Ends an office. Another takes over; none may be left below it.
pub fn end_office(tx: &mut Tx<'_>, by: &Officer, code: &OfficeCode, form: &EndForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let office = catalogue.offices.get(code).ok_or(Code::NotFound)?;
    let mut check = Check::default();
    let last = check.last(&form.last, office.valid_from);
    let after = last.unwrap_or(tx.today).next();
    if *code == catalogue.root || *code == catalogue.coordinating {
        // Every opinion may fall back to these two.
        check.fault("/last", "office_is_needed");
    } else if catalogue.offices.iter().any(|o| o.parent.as_ref() == Some(code) && o.is_active(after)) {
        check.fault("/last", "others_belong_to_it");
    }
    let successor = check.office("/successor", &form.successor, &catalogue, after);
    if successor.as_ref().is_some_and(|s| s == code || catalogue.offices.is_within(s, code)) {
        check.fault("/successor", "follows_itself");
    }
    match (last, successor) {
        (Some(last), Some(successor)) if check.clean() => {
            let ended = Office { valid_to: Some(last), successor: Some(successor.clone()), ..office.clone() };
            store::put_office(tx.conn, &ended, "ended by an administrator")?;
            finish(tx, by, "office.end", format!("office:{code}"), json!({"last": last, "successor": successor}))
        }
        _ => Err(check.into()),
    }
}

// --- Fields ----------------------------------------------------------------

/// What an administrator types of a field.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FieldForm {
    /// Its code; fixed after the first time.
    pub code: String,
    /// Its place in lists.
    pub position: String,
    /// The target group; fixed after the first time, because tallies are kept by it.
    pub group: String,
    /// Its name in Vietnamese.
    pub name_vi: String,
    /// Its name in English.
    pub name_en: String,
    /// Its name in Khmer.
    pub name_km: String,
    /// What belongs to it, in Vietnamese.
    pub hint_vi: String,
    /// What belongs to it, in English.
    pub hint_en: String,
    /// What belongs to it, in Khmer.
    pub hint_km: String,
    /// Its icon.
    pub icon: String,
    /// Its first day; fixed after the first time.
    pub valid_from: String,
    /// The decision that this rests on.
    pub source: String,
}

impl From<&Field> for FieldForm {
    fn from(f: &Field) -> Self {
        Self {
            code: f.code.to_string(),
            position: f.position.to_string(),
            group: f.group.to_string(),
            name_vi: f.name.vi.clone(),
            name_en: f.name.en.clone(),
            name_km: f.name.km.clone(),
            hint_vi: f.hint.vi.clone(),
            hint_en: f.hint.en.clone(),
            hint_km: f.hint.km.clone(),
            icon: f.icon.clone(),
            valid_from: f.valid_from.to_string(),
            source: String::new(),
        }
    }
}

/// The groups that a field may be measured in.
pub fn groups(catalogue: &Catalogue) -> Vec<String> {
    let mut groups: BTreeSet<String> = catalogue.fields.iter().map(|f| f.group.to_string()).collect();
    groups.insert(WITHOUT_TARGET.to_owned());
    groups.into_iter().collect()
}

/// Adds a field, or changes the one with this code.
pub fn put_field(tx: &mut Tx<'_>, by: &Officer, code: Option<&FieldCode>, form: &FieldForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let held = code.map(|c| catalogue.field(c).ok_or(Code::NotFound)).transpose()?;
    let mut check = Check::default();
    let (code, group, valid_from): (Option<FieldCode>, Option<TargetGroup>, _) = match held {
        Some(field) => (Some(field.code.clone()), Some(field.group.clone()), Some(field.valid_from)),
        None => {
            let code = check.word("/code", &form.code, "code_form");
            let group = check.word("/group", &form.group, "not_a_choice");
            (code, group, check.day("/valid_from", &form.valid_from))
        }
    };
    if held.is_none() && code.as_ref().is_some_and(|c| catalogue.field(c).is_some()) {
        check.fault("/code", "already_exists");
    }
    if group.as_ref().is_some_and(|g| !groups(&catalogue).iter().any(|known| known == g.as_str())) {
        check.fault("/group", "not_a_choice");
    }
    let name = check.names(&form.name_vi, &form.name_en, &form.name_km);
    let hint = Words {
        vi: check.line("/hint_vi", &form.hint_vi, NAME_MAX),
        en: check.line("/hint_en", &form.hint_en, NAME_MAX),
        km: check.line("/hint_km", &form.hint_km, NAME_MAX),
    };
    let icon = check.one_of("/icon", &form.icon, &ICONS);
    let position = check.number("/position", &form.position, POSITIONS);
    let source = check.source(&form.source);
    match (code, group, valid_from, position) {
        (Some(code), Some(group), Some(valid_from), Some(position)) if check.clean() => {
            let valid_to = held.and_then(|f| f.valid_to);
            let field = Field { code: code.clone(), position, group, name, hint, icon, valid_from, valid_to };
            store::put_field(tx.conn, &field, &source)?;
            finish(tx, by, "field.put", format!("field:{code}"), json!({"new": held.is_none(), "source": source}))
        }
        _ => Err(check.into()),
    }
}

/// Ends a field. No procedure that goes on may lie in it.
pub fn end_field(tx: &mut Tx<'_>, by: &Officer, code: &FieldCode, form: &EndForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let field = catalogue.field(code).ok_or(Code::NotFound)?;
    let mut check = Check::default();
    let last = check.last(&form.last, field.valid_from);
    let goes_on = |valid_to: Option<Day>| valid_to.is_none_or(|end| last.is_some_and(|last| end > last));
    if catalogue.procedures.iter().any(|p| p.field == *code && goes_on(p.valid_to)) {
        check.fault("/last", "others_belong_to_it");
    }
    match last {
        Some(last) if check.clean() => {
            store::put_field(tx.conn, &Field { valid_to: Some(last), ..field.clone() }, "ended by an administrator")?;
            finish(tx, by, "field.end", format!("field:{code}"), json!({"last": last}))
        }
        _ => Err(check.into()),
    }
}

// --- Procedures ------------------------------------------------------------

/// What an administrator types of a procedure.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcedureForm {
    /// Its key; fixed after the first time.
    pub key: String,
    /// Its national code, if known.
    pub code: String,
    /// Its official Vietnamese name.
    pub name: String,
    /// The code of its sector, which decides its field.
    pub sector: String,
    /// Who handles it.
    pub level: String,
    /// `1` when the code was seen in an official text.
    pub verified: String,
    /// Its place among the frequent ones.
    pub position: String,
    /// Its first day; fixed after the first time.
    pub valid_from: String,
    /// The decision that this rests on.
    pub source: String,
}

/// The form of a procedure. `sectors` as they are kept: a procedure names its sector by label.
pub fn procedure_form(p: &Procedure, sectors: &[store::Sector]) -> ProcedureForm {
    ProcedureForm {
        key: p.key.to_string(),
        code: p.code.clone().unwrap_or_default(),
        name: p.name.clone(),
        sector: sector_of(p, sectors).unwrap_or_default(),
        level: p.level.clone(),
        verified: tick(p.verified),
        position: p.position.to_string(),
        valid_from: p.valid_from.to_string(),
        source: String::new(),
    }
}

fn sector_of(p: &Procedure, sectors: &[store::Sector]) -> Option<String> {
    sectors.iter().find(|s| s.label == p.sector && s.field == p.field.as_str()).map(|s| s.code.clone())
}

/// Adds a procedure, or changes the one with this key.
pub fn put_procedure(tx: &mut Tx<'_>, by: &Officer, key: Option<&ProcedureKey>, form: &ProcedureForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let held = key.map(|k| catalogue.procedure(k).ok_or(Code::NotFound)).transpose()?;
    let mut check = Check::default();
    let (key, valid_from): (Option<ProcedureKey>, _) = match held {
        Some(procedure) => (Some(procedure.key.clone()), Some(procedure.valid_from)),
        None => (check.word("/key", &form.key, "code_form"), check.day("/valid_from", &form.valid_from)),
    };
    if held.is_none() && key.as_ref().is_some_and(|k| catalogue.procedure(k).is_some()) {
        check.fault("/key", "already_exists");
    }
    let name = check.needed("/name", &form.name, NAME_MAX);
    let sector = store::sectors(tx.conn)?.into_iter().find(|s| s.code == form.sector.trim());
    if sector.is_none() {
        check.fault("/sector", "not_a_choice");
    }
    let code = Some(check.line("/code", &form.code, 60)).filter(|c| !c.is_empty());
    let level = check.one_of("/level", &form.level, &LEVELS);
    let position = check.number("/position", &form.position, POSITIONS);
    let source = check.source(&form.source);
    match (key, sector, valid_from, position) {
        (Some(key), Some(sector), Some(valid_from), Some(position)) if check.clean() => {
            let field: FieldCode = sector.field.parse().map_err(|_| Problem::Internal(format!("sector {} has no field", sector.code)))?;
            let procedure = Procedure {
                key: key.clone(),
                folded: fold(&name),
                code,
                name,
                sector: sector.label,
                field,
                level,
                verified: ticked(&form.verified),
                position,
                valid_from,
                valid_to: held.and_then(|p| p.valid_to),
                replaced_by: held.and_then(|p| p.replaced_by.clone()),
            };
            store::put_procedure(tx.conn, &procedure, &sector.code, &source)?;
            finish(tx, by, "procedure.put", format!("procedure:{key}"), json!({"new": held.is_none(), "source": source}))
        }
        _ => Err(check.into()),
    }
}

/// Ends a procedure; another may replace it.
pub fn end_procedure(tx: &mut Tx<'_>, by: &Officer, key: &ProcedureKey, form: &EndForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let procedure = catalogue.procedure(key).ok_or(Code::NotFound)?;
    let sectors = store::sectors(tx.conn)?;
    let sector = sector_of(procedure, &sectors).ok_or_else(|| Problem::Internal(format!("procedure {key} has no sector")))?;
    let mut check = Check::default();
    let last = check.last(&form.last, procedure.valid_from);
    let replaced_by: Option<ProcedureKey> = match form.successor.trim() {
        "" => None,
        typed => check.word("/successor", typed, "unknown_procedure"),
    };
    match replaced_by.as_ref().map(|next| (next, catalogue.procedure(next))) {
        None => {}
        Some((next, _)) if next == key => check.fault("/successor", "follows_itself"),
        Some((_, None)) => check.fault("/successor", "unknown_procedure"),
        Some((_, Some(p))) if p.valid_to.is_some() => check.fault("/successor", "ended_procedure"),
        Some(_) => {}
    }
    match last {
        Some(last) if check.clean() => {
            let ended = Procedure { valid_to: Some(last), replaced_by: replaced_by.clone(), ..procedure.clone() };
            store::put_procedure(tx.conn, &ended, &sector, "ended by an administrator")?;
            finish(tx, by, "procedure.end", format!("procedure:{key}"), json!({"last": last, "replaced_by": replaced_by}))
        }
        _ => Err(check.into()),
    }
}

// --- Calendar --------------------------------------------------------------

/// What an administrator types of a day of the calendar.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DayForm {
    /// Which day.
    pub day: String,
    /// What it is.
    pub kind: String,
    /// Decided or proposed.
    pub status: String,
    /// Its name in Vietnamese.
    pub name_vi: String,
    /// Its name in English.
    pub name_en: String,
    /// Its name in Khmer.
    pub name_km: String,
    /// The decision that this rests on.
    pub source: String,
}

impl From<&CalendarDay> for DayForm {
    fn from(d: &CalendarDay) -> Self {
        Self {
            day: d.day.to_string(),
            kind: d.kind.to_string(),
            status: d.status.to_string(),
            name_vi: d.name.vi.clone(),
            name_en: d.name.en.clone(),
            name_km: d.name.km.clone(),
            source: d.source.clone(),
        }
    }
}

impl DayForm {
    /// The day that was typed, for [`super::calendar::put`].
    pub fn parse(&self) -> Result<CalendarDay, Problem> {
        let mut check = Check::default();
        let day = check.day("/day", &self.day);
        let kind = check.word("/kind", &self.kind, "not_a_choice");
        let status = check.word("/status", &self.status, "not_a_choice");
        let name = check.names(&self.name_vi, &self.name_en, &self.name_km);
        let source = check.source(&self.source);
        match (day, kind, status) {
            (Some(day), Some(kind), Some(status)) if check.clean() => Ok(CalendarDay { day, kind, status, name, source }),
            _ => Err(check.into()),
        }
    }
}

// --- Targets ---------------------------------------------------------------

/// What an administrator types of a target.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetForm {
    /// The year, as 2026.
    pub year: String,
    /// What it is set for: `overall`, `answered`, or a target group.
    pub scope: String,
    /// Per cent, as `85` or `92,5`.
    pub value: String,
    /// The decision that this rests on.
    pub source: String,
}

/// What a target can be set for.
pub fn scopes(catalogue: &Catalogue) -> Vec<String> {
    let groups = groups(catalogue).into_iter().filter(|g| g != WITHOUT_TARGET);
    ["overall".to_owned(), "answered".to_owned()].into_iter().chain(groups).collect()
}

/// Per cent with at most two decimals, comma or point, as hundredths of a per cent.
fn per_cent(typed: &str) -> Option<u32> {
    let text = typed.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let hundredths: u32 = format!("{whole}{part:0<2}").parse().ok()?;
    (hundredths <= 10_000).then_some(hundredths)
}

/// Sets the target of a year.
pub fn put_target(tx: &mut Tx<'_>, by: &Officer, form: &TargetForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let mut check = Check::default();
    let year = check.year("/year", &form.year);
    let known = scopes(&catalogue);
    let scope = check.one_of("/scope", &form.scope, &known.iter().map(String::as_str).collect::<Vec<_>>());
    let value = per_cent(&form.value);
    if value.is_none() {
        check.0.push(Fault::new("/value", "number_between").with("min", 0).with("max", 100));
    }
    let source = check.source(&form.source);
    match (year, value) {
        (Some(year), Some(value)) if check.clean() => {
            let before = catalogue.targets.get(&(year, scope.clone()));
            store::put_target(tx.conn, year, &scope, value, &source)?;
            finish(tx, by, "target.put", format!("target:{year}:{scope}"), json!({"value_bp": value, "before": before, "source": source}))
        }
        _ => Err(check.into()),
    }
}

// --- Routing rules ---------------------------------------------------------

/// What an administrator types of a routing rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    /// What it looks at, as the ledger names it: `field:land`, `procedure:1.012784`.
    pub subject: String,
    /// Only for offices within this one; empty for all.
    pub place: String,
    /// Where it sends: an office's code, or [`NAMED`].
    pub office: String,
    /// Its first day.
    pub valid_from: String,
    /// The decision that this rests on.
    pub source: String,
}

fn subject(check: &mut Check, typed: &str, catalogue: &Catalogue, on: Day) -> Option<Subject> {
    let at = "/subject";
    match typed.split_once(':') {
        Some(("field", code)) => {
            let code: FieldCode = check.word(at, code, "unknown_field")?;
            match catalogue.field(&code) {
                None => check.fault(at, "unknown_field"),
                Some(f) if f.valid_to.is_some_and(|last| last < on) => check.fault(at, "ended_field"),
                Some(_) => return Some(Subject::Field(code)),
            }
        }
        Some(("procedure", key)) => {
            let key: ProcedureKey = check.word(at, key, "unknown_procedure")?;
            match catalogue.procedure(&key) {
                None => check.fault(at, "unknown_procedure"),
                Some(p) if p.valid_to.is_some_and(|last| last < on) => check.fault(at, "ended_procedure"),
                Some(_) => return Some(Subject::Procedure(key)),
            }
        }
        _ => check.fault(at, "not_a_choice"),
    }
    None
}

/// Adds a routing rule. It holds for opinions that come in from its first day on.
pub fn add_rule(tx: &mut Tx<'_>, by: &Officer, form: &RuleForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let mut check = Check::default();
    let subject = subject(&mut check, form.subject.trim(), &catalogue, tx.today);
    let place = match form.place.trim() {
        "" => None,
        typed => check.office("/place", typed, &catalogue, tx.today),
    };
    let target = match form.office.trim() {
        NAMED => Some(Target::Named),
        typed => check.office("/office", typed, &catalogue, tx.today).map(Target::Office),
    };
    let valid_from = check.day("/valid_from", &form.valid_from);
    let source = check.source(&form.source);
    match (subject, target, valid_from) {
        (Some(subject), Some(target), Some(valid_from)) if check.clean() => {
            let rule = Rule { id: 0, subject, place, target, valid_from, valid_to: None };
            store::add_rule(tx.conn, &rule, &source)?;
            let detail = json!({"place": form.place.trim(), "office": form.office.trim(), "valid_from": valid_from, "source": source});
            finish(tx, by, "rule.add", rule.name(), detail)
        }
        _ => Err(check.into()),
    }
}

/// Ends a routing rule.
pub fn end_rule(tx: &mut Tx<'_>, by: &Officer, id: i64, form: &EndForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let rule = catalogue.rules.iter().find(|r| r.id == id).ok_or(Code::NotFound)?;
    let mut check = Check::default();
    match check.last(&form.last, rule.valid_from) {
        Some(last) if check.clean() => {
            store::end_rule(tx.conn, id, last)?;
            finish(tx, by, "rule.end", rule.name(), json!({"id": id, "last": last}))
        }
        _ => Err(check.into()),
    }
}

// --- Devices ---------------------------------------------------------------

/// What an administrator types of a device.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeviceForm {
    /// What people call it.
    pub name: String,
    /// The code of the office where it stands.
    pub office: String,
}

/// A device just enrolled. Its token is shown once and kept nowhere.
#[derive(Clone)]
pub struct Enrolled {
    /// Its public id.
    pub id: String,
    /// Its token.
    pub token: String,
}

impl std::fmt::Debug for Enrolled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Enrolled({}, …)", self.id)
    }
}

/// Enrols a device. Only the hash of its token is kept.
pub fn enrol_device(tx: &mut Tx<'_>, by: &Officer, form: &DeviceForm) -> Result<Enrolled, Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let mut check = Check::default();
    let name = check.needed("/name", &form.name, 120);
    match check.office("/office", &form.office, &catalogue, tx.today) {
        Some(office) if check.clean() => {
            let short: String = Uuid::new_v4().simple().to_string().chars().take(8).collect();
            let enrolled = Enrolled { id: format!("quay-{short}"), token: keys::token() };
            let device = Device { id: enrolled.id.clone(), name, office, token_hash: keys::token_hash(&enrolled.token), active: true };
            store::add_device(tx.conn, &device, tx.today)?;
            finish(tx, by, "device.enrol", format!("device:{}", device.id), json!({"office": device.office}))?;
            Ok(enrolled)
        }
        _ => Err(check.into()),
    }
}

/// Ends a device: its token opens nothing any more.
pub fn end_device(tx: &mut Tx<'_>, by: &Officer, id: &str) -> Result<(), Problem> {
    begin(tx, by)?;
    if tx.catalogue.device(id).is_none() {
        return Err(Code::NotFound.into());
    }
    store::end_device(tx.conn, id, tx.today)?;
    finish(tx, by, "device.end", format!("device:{id}"), json!({}))
}

// --- Surveys ---------------------------------------------------------------

/// Opens or closes a questionnaire for answers.
pub fn open_survey(tx: &mut Tx<'_>, by: &Officer, slug: &Slug, open: bool) -> Result<(), Problem> {
    begin(tx, by)?;
    if tx.catalogue.questionnaire(slug).is_none() {
        return Err(Code::NotFound.into());
    }
    store::open_questionnaire(tx.conn, slug, open)?;
    finish(tx, by, if open { "survey.open" } else { "survey.close" }, format!("survey:{slug}"), json!({}))
}

#[cfg(test)]
mod tests {
    use super::per_cent;

    #[test]
    fn a_per_cent_is_read_as_officials_write_it() {
        for (typed, hundredths) in [("85", 8_500), ("92,5", 9_250), (" 91.58 %", 9_158), ("100", 10_000), ("0", 0), ("7,05", 705)] {
            assert_eq!(per_cent(typed), Some(hundredths), "{typed}");
        }
        for typed in ["", "%", "-5", "100,01", "8 5", "85,555", "1e2", "101", ",5"] {
            assert_eq!(per_cent(typed), None, "{typed}");
        }
    }
}
