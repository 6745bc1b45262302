//! Offices: a dated tree with successors. An office is never deleted, it ends
//! (DOMAIN.md §0.1).

use std::collections::BTreeMap;

use super::coded::words;
use super::time::Day;
use super::words::{Language, OfficeCode, Words};

words! {
    /// What an office is.
    OfficeKind {
        /// Ủy ban nhân dân of the province or city.
        Committee = "committee",
        /// Sở, thanh tra, văn phòng.
        Department = "department",
        /// Ban quản lý.
        Authority = "authority",
        /// Phòng, văn phòng within an authority.
        Division = "division",
        /// Trung tâm.
        Centre = "centre",
        /// Bộ phận một cửa.
        OneStop = "one-stop",
        /// Xã.
        Commune = "commune",
        /// Phường.
        Ward = "ward",
    }
}

/// An office with its time of existence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Its code.
    pub code: OfficeCode,
    /// The office above it.
    pub parent: Option<OfficeCode>,
    /// What it is.
    pub kind: OfficeKind,
    /// The official five-digit code of a commune or ward.
    pub place: Option<String>,
    /// Its full name.
    pub name: Words,
    /// Its short Vietnamese name, for lists.
    pub short: String,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day, if it ended.
    pub valid_to: Option<Day>,
    /// Who took over.
    pub successor: Option<OfficeCode>,
    /// Do make-up Saturdays count in its clocks?
    pub counts_makeup: bool,
    /// May a person name it as the place where they were?
    pub selectable: bool,
    /// Where mail about its opinions goes.
    pub email: Option<String>,
}

impl Office {
    /// Does it exist on a day?
    pub fn is_active(&self, day: Day) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// The short name in Vietnamese, the full one in other languages when translated.
    pub fn short_name(&self, language: Language) -> &str {
        match language {
            Language::Vi if !self.short.is_empty() => &self.short,
            _ => self.name.get(language),
        }
    }
}

/// All offices, ended ones included.
#[derive(Debug, Clone, Default)]
pub struct Offices(BTreeMap<OfficeCode, Office>);

impl Offices {
    /// The tree of these offices.
    pub fn new(offices: impl IntoIterator<Item = Office>) -> Self {
        Self(offices.into_iter().map(|o| (o.code.clone(), o)).collect())
    }

    /// An office by its code.
    pub fn get(&self, code: &OfficeCode) -> Option<&Office> {
        self.0.get(code)
    }

    /// An office that exists on a day.
    pub fn active(&self, code: &OfficeCode, day: Day) -> Option<&Office> {
        self.get(code).filter(|o| o.is_active(day))
    }

    /// All of them, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Office> {
        self.0.values()
    }

    /// Is `code` the office `root` or below it?
    pub fn is_within(&self, code: &OfficeCode, root: &OfficeCode) -> bool {
        self.chain(code).any(|o| o.code == *root)
    }

    /// Do the people of `root` answer for `code` on a day? For their own office
    /// and those below it, and for what these took over from one that has ended.
    pub fn answers_for(&self, root: &OfficeCode, code: &OfficeCode, day: Day) -> bool {
        self.is_within(code, root) || self.is_within(self.counting(code, day), root)
    }

    /// Every office that the people of `root` answer for on a day.
    pub fn answered_by(&self, root: &OfficeCode, day: Day) -> Vec<OfficeCode> {
        self.0.keys().filter(|code| self.answers_for(root, code, day)).cloned().collect()
    }

    /// The office that counts for this one on a day: itself, or its successor's successor when it has ended.
    pub fn counting<'a>(&'a self, code: &'a OfficeCode, day: Day) -> &'a OfficeCode {
        let mut current = code;
        // A chain of successors can't be longer than the list unless it is a ring.
        for _ in 0..self.0.len() {
            match self.get(current) {
                Some(office) if !office.is_active(day) => match &office.successor {
                    Some(next) => current = next,
                    None => return current,
                },
                _ => return current,
            }
        }
        current
    }

    /// The next office above one on a day; itself at the top of the tree.
    pub fn above<'a>(&'a self, code: &'a OfficeCode, day: Day) -> &'a OfficeCode {
        let own = self.counting(code, day);
        self.chain(own).skip(1).find(|o| o.is_active(day)).map_or(own, |o| &o.code)
    }

    /// The office, then those above it.
    pub fn chain<'a>(&'a self, code: &OfficeCode) -> impl Iterator<Item = &'a Office> {
        let mut next = self.get(code);
        let mut left = self.0.len();
        std::iter::from_fn(move || {
            let current = next?;
            next = if left == 0 { None } else { current.parent.as_ref().and_then(|p| self.get(p)) };
            left = left.saturating_sub(1);
            Some(current)
        })
    }
}
