//! The sample opinions of `data/sample/opinions.toml`: their words, and the
//! words around them. Knows neither days nor offices nor what becomes of them.

use serde::Deserialize;

use super::dice::Dice;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::Problem;
use crate::domain::words::Language;
use crate::embedded;

/// An opinion of `data/sample/opinions.toml`.
#[derive(Debug, Deserialize)]
pub(super) struct Template {
    pub(super) field: String,
    pub(super) kind: String,
    pub(super) respondent: String,
    pub(super) text: String,
    pub(super) public: Option<String>,
    pub(super) title: String,
    pub(super) answer: String,
    pub(super) fate: String,
    /// The opinion above it that it repeats.
    #[serde(skip)]
    pub(super) repeats: Option<usize>,
}

/// Reads the sample opinions of the fields that this deployment has.
pub(super) fn templates(catalogue: &Catalogue) -> Result<Vec<Template>, Problem> {
    #[derive(Deserialize)]
    struct File {
        opinions: Vec<Template>,
    }
    let text = embedded::data("sample/opinions.toml").map_err(Problem::Internal)?;
    let file: File = toml::from_str(&text).map_err(|e| Problem::Internal(format!("data/sample/opinions.toml: {e}")))?;
    let mut templates: Vec<Template> = Vec::new();
    for mut opinion in file.opinions.into_iter().filter(|o| catalogue.fields.iter().any(|f| f.code.as_str() == o.field)) {
        if opinion.fate == "merge" {
            opinion.repeats = templates.iter().rposition(|o| o.field == opinion.field && o.fate == "answer");
            let above = opinion.repeats.and_then(|i| templates.get(i));
            opinion.answer = above.map(|o| o.answer.clone()).unwrap_or_default();
        }
        templates.push(opinion);
    }
    Ok(templates)
}

impl Template {
    pub(super) fn language(&self) -> Language {
        if self.text.chars().any(|c| ('\u{1780}'..='\u{17FF}').contains(&c)) {
            Language::Km
        } else if self.text.is_ascii() {
            Language::En
        } else {
            Language::Vi
        }
    }

    /// Words before and after, so that two opinions on one matter are not one text.
    pub(super) fn frame(&self, place: &str, dice: &mut Dice) -> (String, String) {
        let own = if self.respondent == "citizen" { "Tôi" } else { "Chúng tôi" };
        let (before, after): (Vec<String>, &[&str]) = match self.language() {
            _ if self.fate == "spam" => (vec![], &[]),
            Language::Vi => (
                vec![
                    String::new(),
                    format!("Kính gửi {place}. "),
                    format!("{own} vừa làm việc với {place}. "),
                    format!("Gửi {place}: "),
                    format!("{own} có ý kiến với {place}. "),
                ],
                if self.kind == "praise" {
                    &["", " Mong nơi khác cũng làm như vậy."]
                } else {
                    &["", " Xin cảm ơn.", " Mong sớm được trả lời."]
                },
            ),
            Language::En => (vec![String::new(), format!("To {place}: "), format!("About {place}. ")], &["", " Thank you."]),
            Language::Km => (vec![], &["", " សូមអរគុណ។"]),
        };
        let before = dice.pick(&before).cloned().unwrap_or_default();
        (before, dice.pick(after).map(|s| (*s).to_owned()).unwrap_or_default())
    }
}
