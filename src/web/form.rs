//! A sent form: fields in order, repeated ones included, and faults beside them.

use serde::Serialize;

use crate::domain::error::Fault;
use crate::domain::words::Language;
use crate::i18n;

/// The fields of a form as they were sent.
#[derive(Debug, Clone, Default)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The first value of a field; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The same with another value of a field.
    pub fn with(&self, name: &str, value: String) -> Self {
        let kept = self.0.iter().filter(|(n, _)| n != name).cloned();
        Self(kept.chain([(name.to_owned(), value)]).collect())
    }

    /// Was this value sent for this field?
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|v| v == value)
    }
}

/// A fault for the summary: where it is and what to do.
#[derive(Debug, Clone, Serialize)]
pub struct FaultLine {
    /// The id of the control.
    pub anchor: String,
    /// The sentence.
    pub message: String,
}

/// The faults of a form, by pointer.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    faults: Vec<Fault>,
    language: Option<Language>,
}

impl Faults {
    /// Faults to be told in a language.
    pub fn new(faults: Vec<Fault>, language: Language) -> Self {
        Self { faults, language: Some(language) }
    }

    /// The sentence of the first fault at a pointer.
    pub fn at(&self, pointer: &str) -> Option<String> {
        self.faults.iter().find(|f| f.pointer == pointer).map(|f| self.sentence(f))
    }

    /// Is the first fault of the whole form at this pointer? It gets the focus.
    pub fn is_first(&self, pointer: &str) -> bool {
        self.faults.first().is_some_and(|f| f.pointer == pointer)
    }

    /// The summary: `anchor` names the control of a pointer.
    pub fn lines(&self, anchor: impl Fn(&str) -> String) -> Vec<FaultLine> {
        self.faults.iter().map(|f| FaultLine { anchor: anchor(&f.pointer), message: self.sentence(f) }).collect()
    }

    fn sentence(&self, fault: &Fault) -> String {
        i18n::fault(self.language.unwrap_or(Language::Vi), fault)
    }
}
