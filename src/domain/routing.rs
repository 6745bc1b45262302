//! To which office an opinion goes: (procedure, else field) × place × day, by
//! dated rules; else the coordinating office's tray. Nothing is without an owner.

use super::office::Offices;
use super::time::Day;
use super::words::{FieldCode, OfficeCode, ProcedureKey};

/// The rule's name when no rule fits.
pub const TRAY: &str = "tray";

/// Where a rule sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To this office.
    Office(OfficeCode),
    /// To the office that the sender named; the rule does not fit when none was.
    Named,
}

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A procedure.
    Procedure(ProcedureKey),
    /// A field.
    Field(FieldCode),
}

/// A dated routing rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its number in the table.
    pub id: i64,
    /// What it looks at.
    pub subject: Subject,
    /// Only for offices named within this one.
    pub place: Option<OfficeCode>,
    /// Where it sends.
    pub target: Target,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day, if it ended.
    pub valid_to: Option<Day>,
}

impl Rule {
    /// The name that the ledger shows: `procedure:1.012784`, `field:land`.
    pub fn name(&self) -> String {
        match &self.subject {
            Subject::Procedure(key) => format!("procedure:{key}"),
            Subject::Field(field) => format!("field:{field}"),
        }
    }

    fn is_active(&self, day: Day) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// Higher is more specific: procedure before field, with a place before without, the later rule before the earlier.
    fn weight(&self, offices: &Offices) -> (bool, usize, Day, i64) {
        let depth = self.place.as_ref().map_or(0, |p| offices.chain(p).count());
        (matches!(self.subject, Subject::Procedure(_)), depth, self.valid_from, self.id)
    }
}

/// What is known of an opinion when it comes in.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Its field.
    pub field: &'a FieldCode,
    /// Its procedure, if named.
    pub procedure: Option<&'a ProcedureKey>,
    /// The office that the sender named.
    pub office: Option<&'a OfficeCode>,
    /// The day received.
    pub on: Day,
}

/// The office in charge and the rule's name.
pub fn route(rules: &[Rule], offices: &Offices, coordinating: &OfficeCode, q: Question<'_>) -> (OfficeCode, String) {
    let found = rules
        .iter()
        .filter(|rule| rule.is_active(q.on))
        .filter(|rule| match &rule.subject {
            Subject::Procedure(key) => q.procedure == Some(key),
            Subject::Field(field) => q.field == field,
        })
        .filter(|rule| match (&rule.place, q.office) {
            (None, _) => true,
            (Some(place), Some(office)) => offices.is_within(office, place),
            (Some(_), None) => false,
        })
        .filter_map(|rule| {
            let office = match &rule.target {
                Target::Office(office) => office,
                Target::Named => q.office?,
            };
            let office = offices.active(offices.counting(office, q.on), q.on)?;
            // An address that names the chosen office is more specific than one that ignores it.
            let named = rule.target == Target::Named;
            Some((rule.weight(offices), named, office.code.clone(), rule.name()))
        })
        .max_by(|a, b| (a.0.0, a.0.1, a.1, a.0.2, a.0.3).cmp(&(b.0.0, b.0.1, b.1, b.0.2, b.0.3)));
    match found {
        Some((_, _, office, name)) => (office, name),
        None => (coordinating.clone(), TRAY.to_owned()),
    }
}
