//! The reference data in force: fields, offices, procedures, calendar, clocks,
//! targets, rules, questionnaires, published codes. Read from tables, edited by
//! administrators, handed to the rules as one value.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::calendar::Calendar;
use super::chase::Rung;
use super::feedback::Terms;
use super::notice::Notices;
use super::office::Offices;
use super::questionnaire::Questionnaire;
use super::routing::Rule;
use super::text::fold;
use super::time::Day;
use super::words::{FieldCode, Ground, Kind, OfficeCode, ProcedureKey, Slug, TargetGroup, Words};

/// A field that people choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its code.
    pub code: FieldCode,
    /// Its place in lists.
    pub position: i32,
    /// The target that it is measured against.
    pub group: TargetGroup,
    /// Its name.
    pub name: Words,
    /// What belongs to it, in plain words.
    pub hint: Words,
    /// The icon's name.
    pub icon: String,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day, if it ended.
    pub valid_to: Option<Day>,
}

impl Field {
    /// May it be chosen on a day?
    pub fn is_active(&self, on: Day) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|last| on <= last)
    }
}

/// A procedure (thủ tục hành chính).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedure {
    /// Its key.
    pub key: ProcedureKey,
    /// Its national code, if known.
    pub code: Option<String>,
    /// Its official Vietnamese name.
    pub name: String,
    /// What people call it, with commas between: for search alone.
    pub also_called: String,
    /// What a search looks in: made by [`Self::fold`].
    pub folded: String,
    /// Its official sector.
    pub sector: String,
    /// The field that the sector maps to.
    pub field: FieldCode,
    /// Who handles it: `province`, `commune`, `authority`.
    pub level: String,
    /// Was the code seen in an official text?
    pub verified: bool,
    /// Its place among the frequent ones; 100 for the rest.
    pub position: i32,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day, if it ended.
    pub valid_to: Option<Day>,
    /// The procedure that replaced it.
    pub replaced_by: Option<ProcedureKey>,
}

impl Procedure {
    /// What a search looks in: name, key and what people call it, without marks.
    pub fn fold(name: &str, key: &ProcedureKey, also_called: &str) -> String {
        fold(&format!("{name} {key} {also_called}"))
    }

    /// May it be chosen on a day?
    pub fn is_active(&self, on: Day) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|last| on <= last)
    }
}

/// Days for a step of the work, by kind and field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRule {
    /// Its number in the table.
    pub id: i64,
    /// Only for this kind.
    pub kind: Option<Kind>,
    /// Only for this field.
    pub field: Option<FieldCode>,
    /// One of [`STEPS`].
    pub step: String,
    /// Working days.
    pub days: u32,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day, if it ended.
    pub valid_to: Option<Day>,
}

/// The steps that have a term: answer, refuse, ask for more, approve, confirm what was sealed.
pub const STEPS: [&str; 5] = ["answer", "refuse", "ask", "approve", "confirm"];

impl ClockRule {
    /// Is it in force on a day?
    pub fn is_active(&self, on: Day) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|last| on <= last)
    }
}

/// A code of a published list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCode {
    /// The list: `forward`, `return`, `spam`, …
    pub list: String,
    /// The code.
    pub code: Ground,
    /// Its words.
    pub name: Words,
    /// The law behind it, if any.
    pub law: String,
}

/// A tablet at a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its public id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The office where it stands.
    pub office: OfficeCode,
    /// Hash of its token.
    pub token_hash: String,
    /// Still enrolled?
    pub active: bool,
}

/// All reference data at one version.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Rises with every change.
    pub version: i64,
    /// `province` or `authority`.
    pub scope: String,
    /// The topmost office.
    pub root: OfficeCode,
    /// The office whose tray takes what no rule fits.
    pub coordinating: OfficeCode,
    /// The fewest ratings that are published.
    pub threshold: u64,
    /// All offices.
    pub offices: Offices,
    /// All fields, in their order.
    pub fields: Vec<Field>,
    /// All procedures, frequent ones first.
    pub procedures: Vec<Procedure>,
    /// The calendar.
    pub calendar: Calendar,
    /// Clocks.
    pub clocks: Vec<ClockRule>,
    /// The ladder of reminders, lowest rung first.
    pub chase: Vec<Rung>,
    /// Targets in hundredths of a per cent, by year and scope.
    pub targets: BTreeMap<(i16, String), u32>,
    /// Routing rules.
    pub rules: Vec<Rule>,
    /// The published versions, newest of each last.
    pub questionnaires: Vec<Arc<Questionnaire>>,
    /// Published codes.
    pub codes: Vec<ListedCode>,
    /// Devices.
    pub devices: Vec<Device>,
    /// The versions of the notice on personal data.
    pub notices: Arc<Notices>,
}

impl Catalogue {
    /// A field by its code.
    pub fn field(&self, code: &FieldCode) -> Option<&Field> {
        self.fields.iter().find(|f| f.code == *code)
    }

    /// A procedure by its key.
    pub fn procedure(&self, key: &ProcedureKey) -> Option<&Procedure> {
        self.procedures.iter().find(|p| p.key == *key)
    }

    /// The newest version of a questionnaire.
    pub fn questionnaire(&self, slug: &Slug) -> Option<&Arc<Questionnaire>> {
        self.questionnaires.iter().rev().find(|q| q.slug == *slug)
    }

    /// The newest version of each questionnaire, the counter slip first.
    pub fn surveys(&self) -> Vec<&Arc<Questionnaire>> {
        let mut newest: Vec<&Arc<Questionnaire>> = Vec::new();
        for q in self.questionnaires.iter().rev() {
            if !newest.iter().any(|n| n.slug == q.slug) {
                newest.push(q);
            }
        }
        newest.sort_by(|a, b| (a.position, &a.slug).cmp(&(b.position, &b.slug)));
        newest
    }

    /// The target of a scope in a year: its own, else that of the latest year before.
    pub fn target(&self, year: i16, scope: &str) -> Option<u32> {
        self.targets.iter().filter(|((y, s), _)| *y <= year && s == scope).map(|(_, value)| *value).next_back()
    }

    /// The codes of a list.
    pub fn list<'a>(&'a self, list: &'a str) -> impl Iterator<Item = &'a ListedCode> {
        self.codes.iter().filter(move |c| c.list == list)
    }

    /// Is it a code of the list?
    pub fn is_listed(&self, list: &str, code: &Ground) -> bool {
        self.list(list).any(|c| c.code == *code)
    }

    /// Working days for a step: the most specific rule in force on a day.
    pub fn step_days(&self, step: &str, kind: Kind, field: Option<&FieldCode>, on: Day) -> Option<u32> {
        self.clocks
            .iter()
            .filter(|r| r.step == step && r.is_active(on))
            .filter(|r| r.kind.is_none_or(|k| k == kind) && r.field.as_ref().is_none_or(|f| Some(f) == field))
            .max_by_key(|r| (r.kind.is_some(), r.field.is_some(), r.valid_from))
            .map(|r| r.days)
    }

    /// An enrolled device by its id.
    pub fn device(&self, id: &str) -> Option<&Device> {
        self.devices.iter().find(|d| d.id == id && d.active)
    }
}

impl Terms for Catalogue {
    fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The default of ACCOUNTING.md §2 is 15.
    fn answer_days(&self, kind: Kind, field: Option<&FieldCode>, received: Day) -> u32 {
        self.step_days("answer", kind, field, received).unwrap_or(15)
    }

    fn counts_makeup(&self, office: &OfficeCode) -> bool {
        self.offices.get(office).is_none_or(|o| o.counts_makeup)
    }
}
