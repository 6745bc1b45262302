//! Questionnaires: immutable numbered versions with stable question ids, and
//! the check of answers against them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::coded::words;
use super::error::Fault;
use super::text::{self, TextFault};
use super::words::{QuestionId, Slug, Words};

words! {
    /// The type of a question.
    QuestionType {
        /// A satisfaction scale; what the figures are made of.
        Satisfaction = "satisfaction",
        /// One of several.
        Single = "single",
        /// Some of several.
        Multiple = "multiple",
        /// Words.
        Text = "text",
    }
}

/// A satisfaction scale, `1..=points`, best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    /// How many values.
    pub points: u8,
    /// From this value on an answer counts as satisfied.
    pub satisfied_from: u8,
}

/// One of several answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its stable value.
    pub value: String,
    /// Its words.
    pub label: Words,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionDef {
    /// Stable over all versions.
    pub id: QuestionId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: QuestionType,
    /// The page that it stands on, from 1.
    pub page: u32,
    /// Must it be answered?
    #[serde(default)]
    pub required: bool,
    /// Is it the figure that targets are measured by?
    #[serde(default)]
    pub headline: bool,
    /// The scale of a satisfaction question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// Its words.
    pub label: Words,
    /// The choices of a single or multiple question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

/// What a version says; stored as it is, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Its name in addresses.
    pub slug: Slug,
    /// Its number, from 1.
    pub version: u32,
    /// Its title.
    pub title: Words,
    /// Its questions, flat and in order.
    pub questions: Vec<QuestionDef>,
}

/// A published version with its place and whether it takes answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Questionnaire {
    /// Its name in addresses.
    pub slug: Slug,
    /// Its place among the surveys; the counter slip is the first.
    pub position: i32,
    /// Does it take answers?
    pub open: bool,
    /// What it says.
    pub definition: Definition,
}

/// Checked answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// Valid ratings, in the order of the questions.
    pub ratings: Vec<(QuestionId, u8)>,
    /// Everything that was answered, by question id.
    pub all: Map<String, Value>,
}

impl Answers {
    /// Everything that was answered as a JSON document.
    pub fn document(&self) -> String {
        // A map with words for keys can always be written.
        serde_json::to_string(&self.all).unwrap_or_default()
    }
}

impl Definition {
    /// What is wrong with a definition: one sentence each, empty when nothing is.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let headlines = self.questions.iter().filter(|q| q.headline && q.kind == QuestionType::Satisfaction).count();
        if headlines != 1 {
            faults.push(format!("{}: exactly one satisfaction question is the headline, not {headlines}", self.slug));
        }
        for (i, q) in self.questions.iter().enumerate() {
            if self.questions.iter().take(i).any(|earlier| earlier.id == q.id) {
                faults.push(format!("{}: the id is used twice", q.id));
            }
            let fits = match q.kind {
                QuestionType::Satisfaction => {
                    q.choices.is_empty() && q.scale.is_some_and(|s| (2..=10).contains(&s.points) && (2..=s.points).contains(&s.satisfied_from))
                }
                QuestionType::Single | QuestionType::Multiple => q.scale.is_none() && q.choices.len() >= 2,
                QuestionType::Text => q.scale.is_none() && q.choices.is_empty(),
            };
            if !fits {
                faults.push(format!("{}: scale or choices don't fit the type {}", q.id, q.kind));
            }
            if q.label.vi.is_empty() || q.choices.iter().any(|c| c.label.vi.is_empty()) {
                faults.push(format!("{}: the Vietnamese words are missing", q.id));
            }
        }
        faults
    }

    /// The question that targets are measured by.
    pub fn headline(&self) -> Option<&QuestionDef> {
        self.questions.iter().find(|q| q.headline)
    }

    /// A question by its id.
    pub fn question(&self, id: &str) -> Option<&QuestionDef> {
        self.questions.iter().find(|q| q.id.as_str() == id)
    }

    /// `slug@version`, as the ledger names it.
    pub fn label(&self) -> String {
        format!("{}@{}", self.slug, self.version)
    }

    /// Checks what was sent; every fault is named with its pointer.
    pub fn check(&self, sent: &Map<String, Value>) -> Result<Answers, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut answers = Answers::default();
        for id in sent.keys().filter(|id| self.question(id).is_none()) {
            let id: String = id.chars().take(60).collect();
            faults.push(Fault::new(pointer(&id), "unknown_question"));
        }
        for q in &self.questions {
            let value = sent.get(q.id.as_str()).unwrap_or(&Value::Null);
            match q.read(value) {
                Ok(Some(answer)) => {
                    if let (QuestionType::Satisfaction, Some(rating)) = (q.kind, answer.as_u64().and_then(|v| u8::try_from(v).ok())) {
                        answers.ratings.push((q.id.clone(), rating));
                    }
                    answers.all.insert(q.id.to_string(), answer);
                }
                Ok(None) if q.required => {
                    let code = if q.kind == QuestionType::Satisfaction { "rating_missing" } else { "answer_missing" };
                    faults.push(Fault::new(pointer(q.id.as_str()), code));
                }
                Ok(None) => {}
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(answers) } else { Err(faults) }
    }
}

impl QuestionDef {
    /// Reads one answer; `None` is blank.
    fn read(&self, value: &Value) -> Result<Option<Value>, Fault> {
        let at = || pointer(self.id.as_str());
        match (self.kind, value) {
            (_, Value::Null) => Ok(None),
            (QuestionType::Satisfaction, value) => {
                let points = self.scale.map_or(5, |s| s.points);
                match value.as_u64() {
                    Some(v) if (1..=u64::from(points)).contains(&v) => Ok(Some(Value::from(v))),
                    _ => Err(Fault::new(at(), "not_on_scale").with("max", points)),
                }
            }
            (QuestionType::Single, Value::String(s)) if s.is_empty() => Ok(None),
            (QuestionType::Single, Value::String(s)) if self.offers(s) => Ok(Some(value.clone())),
            (QuestionType::Multiple, Value::Array(list)) => {
                let mut chosen: Vec<&str> = Vec::new();
                for item in list {
                    match item.as_str() {
                        Some(s) if self.offers(s) => {
                            if !chosen.contains(&s) {
                                chosen.push(s);
                            }
                        }
                        _ => return Err(Fault::new(at(), "not_a_choice")),
                    }
                }
                Ok((!chosen.is_empty()).then(|| Value::from(chosen)))
            }
            (QuestionType::Text, Value::String(s)) => match text::bounded(s, text::OPINION_MAX) {
                Ok(words) => Ok(Some(Value::from(words))),
                Err(TextFault::Empty) => Ok(None),
                Err(TextFault::TooLong { max, got }) => Err(Fault::new(at(), "too_long").with("max", max).with("over", got - max)),
            },
            (QuestionType::Single | QuestionType::Multiple | QuestionType::Text, _) => Err(Fault::new(at(), "not_a_choice")),
        }
    }

    fn offers(&self, value: &str) -> bool {
        self.choices.iter().any(|c| c.value == value)
    }
}

fn pointer(id: &str) -> String {
    format!("/answers/{}", id.replace('~', "~0").replace('/', "~1"))
}
