//! The leaves of the public ledger, to the byte (LEDGER.md, "Leaves"): days and
//! codes, never a time of day, a name or words. Knows no tree and no index.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::commitment::{Commitment, Salt};
use super::event::Entry;
use super::time::Day;
use super::words::{Channel, FieldCode, OfficeCode, ProcedureKey, QuestionId, Respondent, Sample, Serial};

/// The format of a leaf.
const VERSION: u32 = 1;

/// The most bytes of a leaf: its length is written in 16 bits.
pub const LARGEST: usize = 65_535;

/// A leaf.
#[derive(Debug, Clone, PartialEq)]
pub enum Leaf<'a> {
    /// An event of an opinion.
    Feedback {
        /// The opinion.
        serial: Serial,
        /// The event in its place.
        entry: &'a Entry,
    },
    /// The first of a new day.
    Day {
        /// The day.
        on: Day,
    },
    /// A calendar that is in force from here on.
    Calendar {
        /// Its number, from 1.
        number: u64,
        /// Its file.
        file: FileHash,
    },
    /// An office that has ended.
    Office {
        /// The office.
        code: &'a OfficeCode,
        /// Who counts in its place.
        successor: &'a OfficeCode,
        /// The day of the log.
        on: Day,
    },
    /// A target of a year.
    Target {
        /// The year.
        year: i16,
        /// `overall` or a target group.
        scope: &'a str,
        /// Hundredths of a per cent.
        value: u32,
    },
    /// A questionnaire, before its first response.
    Questionnaire {
        /// `slug@version`.
        questionnaire: &'a str,
        /// Its definition.
        file: FileHash,
    },
    /// A filled questionnaire.
    Response {
        /// First day of the half-month of submission.
        half: Day,
        /// `slug@version`.
        questionnaire: &'a str,
        /// What it says.
        commit: Commitment,
    },
    /// The ratings of a half-month that has ended.
    Tally {
        /// First day of the half-month.
        half: Day,
        /// The questionnaire, over all its versions.
        questionnaire: &'a str,
        /// Its responses in that half-month.
        n: u64,
        /// The published figures.
        file: FileHash,
    },
}

impl Leaf<'_> {
    /// Its bytes: canonical JSON (RFC 8785).
    pub fn bytes(&self) -> String {
        match self {
            Self::Feedback { serial, entry } => {
                let mut fields = vec![
                    ("by", Value::from(entry.by.as_str())),
                    ("n", entry.n.into()),
                    ("on", entry.on.to_string().into()),
                    ("serial", serial.0.into()),
                    ("t", "feedback".into()),
                    ("v", VERSION.into()),
                ];
                // Written by hand above, because a payload may not stand in for any of them.
                let payload = match serde_json::to_value(&entry.event) {
                    Ok(Value::Object(payload)) => payload,
                    _ => Map::new(),
                };
                fields.extend(payload.iter().map(|(name, value)| (name.as_str(), value.clone())));
                canonical(fields)
            }
            Self::Day { on } => canonical([("on", on.to_string().into()), ("t", "day".into())]),
            Self::Calendar { number, file } => canonical([("number", (*number).into()), ("sha256", file.as_str().into()), ("t", "calendar".into())]),
            Self::Office { code, successor, on } => {
                canonical([("code", code.as_str().into()), ("on", on.to_string().into()), ("successor", successor.as_str().into()), ("t", "office".into())])
            }
            Self::Target { year, scope, value } => {
                canonical([("scope", (*scope).into()), ("t", "target".into()), ("value", (*value).into()), ("year", (*year).into())])
            }
            Self::Questionnaire { questionnaire, file } => {
                canonical([("questionnaire", (*questionnaire).into()), ("sha256", file.as_str().into()), ("t", "questionnaire".into())])
            }
            Self::Response { half, questionnaire, commit } => canonical([
                ("commit", commit.as_str().into()),
                ("half", half.to_string().into()),
                ("questionnaire", (*questionnaire).into()),
                ("t", "response".into()),
                ("v", VERSION.into()),
            ]),
            Self::Tally { half, questionnaire, n, file } => canonical([
                ("half", half.to_string().into()),
                ("n", (*n).into()),
                ("questionnaire", (*questionnaire).into()),
                ("sha256", file.as_str().into()),
                ("t", "tally".into()),
            ]),
        }
    }
}

/// An object in canonical form, whatever order a library keeps maps in. Names
/// are ASCII, so that the order of bytes is that of RFC 8785.
pub fn canonical<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> String {
    let fields: BTreeMap<&str, Value> = fields.into_iter().collect();
    // Words for keys can always be written.
    serde_json::to_string(&fields).unwrap_or_default()
}

/// base64(SHA-256 of a published file).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileHash(String);

impl FileHash {
    /// Of a file's content.
    pub fn of(content: &str) -> Self {
        Self(STANDARD.encode(Sha256::digest(content.as_bytes())))
    }

    /// Its 44 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a response's leaf commits to, and what its receipt opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The field.
    pub field: FieldCode,
    /// Where the person was.
    pub office: Option<OfficeCode>,
    /// What they did there.
    pub procedure: Option<ProcedureKey>,
    /// Who answered.
    pub respondent: Respondent,
    /// The sample.
    pub sample: Sample,
    /// The channel.
    pub channel: Channel,
    /// Valid ratings by question.
    pub ratings: BTreeMap<QuestionId, u8>,
}

impl Opened {
    /// Canonical JSON. What is missing is null.
    pub fn bytes(&self) -> String {
        let ratings: BTreeMap<&str, u8> = self.ratings.iter().map(|(question, value)| (question.as_str(), *value)).collect();
        canonical([
            ("channel", self.channel.as_str().into()),
            ("field", self.field.as_str().into()),
            ("office", self.office.as_ref().map(OfficeCode::as_str).into()),
            ("procedure", self.procedure.as_ref().map(ProcedureKey::as_str).into()),
            ("ratings", serde_json::to_value(ratings).unwrap_or_default()),
            ("respondent", self.respondent.as_str().into()),
            ("sample", self.sample.as_str().into()),
        ])
    }

    /// The commitment in the leaf.
    pub fn commit(&self, salt: Salt) -> Commitment {
        Commitment::to_bytes(salt, self.bytes().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Cause, Event};
    use crate::domain::words::{By, Kind};

    #[test]
    fn leaves_are_those_of_the_test_vector() {
        let on: Day = "2026-10-01".parse().unwrap();
        let salt = Salt(std::array::from_fn(|i| u8::try_from(i).unwrap()));
        let received = Event::Received {
            kind: Some(Kind::Suggestion),
            field: Some("land".parse().unwrap()),
            respondent: Some(Respondent::Citizen),
            channel: Some(Channel::Web),
            text: Commitment::to(salt, "Đề nghị bố trí thêm ghế ngồi chờ ở quầy đất đai."),
            start: None,
        };
        let routed = Event::Routed { office: "kcn-vp".parse().unwrap(), rule: "field:land".to_owned() };
        let due = Event::DeadlineSet { due_on: "2026-10-22".parse().unwrap(), cause: Cause::Received };
        let entries = [(By::Sender, received), (By::System, routed), (By::System, due)];
        let leaves: Vec<String> =
            entries.into_iter().zip(0..).map(|((by, event), n)| Leaf::Feedback { serial: Serial(1), entry: &Entry { n, on, by, event } }.bytes()).collect();
        assert_eq!(
            leaves,
            [
                r#"{"by":"sender","channel":"web","event":"received","field":"land","kind":"suggestion","n":0,"on":"2026-10-01","respondent":"citizen","serial":1,"t":"feedback","text":"mtNfzvAtbY4rPTl5rdCKUeP8E9K3Rk9k0nyZJYrLrVc=","v":1}"#,
                r#"{"by":"system","event":"routed","n":1,"office":"kcn-vp","on":"2026-10-01","rule":"field:land","serial":1,"t":"feedback","v":1}"#,
                r#"{"by":"system","cause":"received","due_on":"2026-10-22","event":"deadline_set","n":2,"on":"2026-10-01","serial":1,"t":"feedback","v":1}"#,
            ]
        );
    }

    #[test]
    fn what_a_response_commits_to_has_one_form() {
        let opened = Opened {
            field: "land".parse().unwrap(),
            office: None,
            procedure: None,
            respondent: Respondent::Citizen,
            sample: Sample::Open,
            channel: Channel::Web,
            ratings: [("overall".parse().unwrap(), 5), ("attitude".parse().unwrap(), 4)].into_iter().collect(),
        };
        assert_eq!(
            opened.bytes(),
            r#"{"channel":"web","field":"land","office":null,"procedure":null,"ratings":{"attitude":4,"overall":5},"respondent":"citizen","sample":"open"}"#
        );
        assert_ne!(opened.commit(Salt([0; 16])), opened.commit(Salt([1; 16])));
    }
}
