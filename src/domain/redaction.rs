//! Finds what tells who a person is in a text that is to be published, and
//! covers it (DOMAIN.md §3.2). The machine proposes; a person decides.
//!
//! Everything that is a fact (forms of numbers, titles, family names, what is
//! kept) comes in as [`Rules`], from `data/redaction.toml`. This module knows
//! only how to read: without marks, in any composition, in any case. It runs in
//! linear time on any text.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::coded::words;

mod addresses;
mod names;
mod numbers;
mod reading;

use addresses::Addresses;
use names::Names;
use numbers::Pattern;
use reading::{Line, Reading};

words! {
    /// What a finding is. The code is in the API and names the label in the rules.
    What {
        /// Mã hồ sơ.
        Dossier = "dossier",
        /// Thư điện tử.
        Email = "email",
        /// A web address that carries a key.
        Link = "link",
        /// Căn cước, định danh, CMND.
        CitizenId = "citizen_id",
        /// Hộ chiếu.
        Passport = "passport",
        /// Mã số thuế.
        TaxCode = "tax_code",
        /// BHXH, BHYT.
        SocialInsurance = "social_insurance",
        /// Số tài khoản.
        BankAccount = "bank_account",
        /// Số điện thoại.
        Phone = "phone",
        /// Biển số xe.
        VehiclePlate = "vehicle_plate",
        /// Thửa đất, tờ bản đồ, số sổ đỏ.
        LandPaper = "land_paper",
        /// Ngày sinh.
        BirthDate = "birth_date",
        /// Địa chỉ dưới cấp xã.
        Address = "address",
        /// Họ tên.
        Name = "name",
    }
}

/// A place in a text to cover: bytes of the text as given, in whole characters with all their marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is.
    pub what: What,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// The facts, as `data/redaction.toml` has them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What readers see instead, for every [`What`].
    pub labels: BTreeMap<String, String>,
    /// Names for pieces of patterns: `{{gap}}`.
    pub parts: BTreeMap<String, String>,
    /// In the order in which they are tried; each reads only what those before it left.
    pub patterns: Vec<PatternRule>,
    /// Names of people.
    pub names: NameRules,
    /// Addresses below the commune.
    pub addresses: AddressRules,
}

/// One form of an identifier, over text without marks; case does not count unless it says so.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternRule {
    /// The word of a [`What`], or `keep` for what is never covered.
    pub what: String,
    /// A regular expression; the group `x`, or else the whole, is covered.
    pub find: String,
    /// It does not count after this.
    pub unless_before: Option<String>,
    /// It does not count before this.
    pub unless_after: Option<String>,
}

/// How names of people are known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameRules {
    /// The fewest syllables after a title.
    pub least: usize,
    /// The most syllables.
    pub most: usize,
    /// Words before a name: `ông`, `đồng chí`.
    pub titles: Vec<String>,
    /// Words that introduce one, where a family name has to follow: `tôi tên là`.
    pub cues: Vec<String>,
    /// Offices before a name: `cán bộ`, `chủ tịch`; a family name has to follow, too.
    pub roles: Vec<String>,
    /// Family names.
    pub families: Vec<String>,
    /// Those that are hardly anything else: three capitals that begin so are a name.
    pub plain_families: Vec<String>,
    /// Those that are nothing else, even without capitals.
    pub lower_families: Vec<String>,
    /// Middle names that make sure: `văn`, `thị`.
    pub middles: Vec<String>,
    /// Offices and bodies: they begin no name, and end one.
    pub offices: Vec<String>,
    /// What is named after people: a name right after is no person here.
    pub places: Vec<String>,
    /// Names of places and public figures that look like names after a title.
    pub not_names: Vec<String>,
    /// End a name, from its third syllable.
    pub breaks: Vec<String>,
    /// End a name that is written without case, from its third syllable.
    pub stops: Vec<String>,
}

/// How addresses are known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressRules {
    /// Before a house number: `số nhà`.
    pub houses: Vec<String>,
    /// Before any number: `số`.
    pub numbers: Vec<String>,
    /// Streets, lanes, hamlets, quarters.
    pub parts: Vec<PartRule>,
    /// Communes and what is above: they stay.
    pub communes: Vec<String>,
    /// Words that make a street alone an address: `ngụ`.
    pub cues: Vec<String>,
    /// Capitals after a part that name no place.
    pub not_places: Vec<String>,
    /// Words that are in no name of a place, for text without capitals.
    pub stops: Vec<String>,
}

/// One level below the commune.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartRule {
    /// Its words: `ấp`.
    pub words: Vec<String>,
    /// A number may follow.
    #[serde(default)]
    pub number: bool,
    /// A name may follow.
    #[serde(default)]
    pub name: bool,
    /// It is an address without any other part.
    #[serde(default)]
    pub enough: bool,
    /// Without marks it may be another word, and needs another part.
    #[serde(default)]
    pub unsure_unmarked: bool,
    /// Another word after these: `nông thôn`.
    #[serde(default)]
    pub never_after: Vec<String>,
    /// Another word before these, and its number counts them: `tổ 5 người`.
    #[serde(default)]
    pub never_before: Vec<String>,
}

/// Rules that can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// The pattern or label at fault.
    pub rule: String,
    /// Why.
    pub why: String,
}

impl std::fmt::Display for RuleFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.rule, self.why)
    }
}

impl std::error::Error for RuleFault {}

/// Finds and covers, by rules that were read once.
pub struct Redactor {
    labels: BTreeMap<What, String>,
    /// What was covered before is never a finding; it comes before all patterns.
    patterns: Vec<Pattern>,
    addresses: Addresses,
    names: Names,
}

impl Redactor {
    /// Reads the rules.
    pub fn new(rules: &Rules) -> Result<Self, RuleFault> {
        let mut labels = BTreeMap::new();
        let mut patterns = Vec::new();
        for what in What::ALL {
            let fault = |why: &str| RuleFault { rule: what.to_string(), why: why.to_owned() };
            let label = rules.labels.get(what.as_str()).ok_or_else(|| fault("has no label"))?;
            patterns.push(Pattern::keeping(&Reading::of(&placeholder(label)).bare)?);
            labels.insert(*what, label.clone());
        }
        if let Some(unknown) = rules.labels.keys().find(|word| word.parse::<What>().is_err()) {
            return Err(RuleFault { rule: unknown.clone(), why: "labels nothing".to_owned() });
        }
        for rule in &rules.patterns {
            patterns.push(Pattern::of(rule, &rules.parts)?);
        }
        Ok(Self { labels, patterns, addresses: Addresses::of(&rules.addresses), names: Names::of(&rules.names) })
    }

    /// What to cover, in order and without overlaps.
    pub fn find(&self, text: &str) -> Vec<Finding> {
        let mut reading = Reading::of(text);
        let uncovered = reading.bare.clone();
        let mut found = Vec::new();
        // What is covered may uncover something that it touched; so it goes on until a reading finds
        // nothing more, as a reading of the covered text then does, too.
        loop {
            let before = found.len();
            self.read(&mut reading, &mut found);
            if found.len() == before {
                break;
            }
            reading.bare.clone_from(&uncovered);
            for (_, cells) in &found {
                reading.mask(cells);
            }
        }
        let finding = |(what, cells)| reading.in_text(&cells).map(|bytes| Finding { what, start: bytes.start, end: bytes.end });
        let mut findings: Vec<Finding> = found.into_iter().filter_map(finding).collect();
        findings.sort_by_key(|finding| finding.start);
        findings
    }

    fn read(&self, reading: &mut Reading, found: &mut Vec<(What, Range<usize>)>) {
        for pattern in &self.patterns {
            pattern.take(reading, found);
        }
        let line = Line::of(reading);
        let addresses = self.addresses.find(&line);
        // Streets are named after people, so names are looked for in what the addresses left.
        let names = self.names.find(&line.without(&addresses));
        found.extend(addresses);
        found.extend(names);
    }

    /// What readers see instead of such a finding.
    pub fn label(&self, what: What) -> &str {
        self.labels.get(&what).map_or("", String::as_str)
    }

    /// The text with each finding as `[đã che: …]`. Findings may be a person's:
    /// in any order, overlapping, cut inside a character. Never less is covered than they say.
    pub fn cover(&self, text: &str, findings: &[Finding]) -> String {
        let mut sorted: Vec<&Finding> = findings.iter().filter(|finding| finding.start < finding.end.min(text.len())).collect();
        sorted.sort_by_key(|finding| (finding.start, std::cmp::Reverse(finding.end)));
        let mut covered = String::with_capacity(text.len());
        let mut done = 0;
        for finding in sorted {
            let Range { start, end } = reading::whole(text, finding.start..finding.end);
            if start >= done {
                covered.push_str(text.get(done..start).unwrap_or_default());
                covered.push_str(&placeholder(self.label(finding.what)));
            }
            done = done.max(end);
        }
        covered.push_str(text.get(done..).unwrap_or_default());
        covered
    }
}

fn placeholder(label: &str) -> String {
    format!("[đã che: {label}]")
}
