//! The part of a form in which somebody says more: words, kind, contact,
//! consent. Used by the rating form and by the opinion form.

use serde::Serialize;

use crate::domain::submission::OpinionDraft;
use crate::domain::words::{Kind, Purpose, Respondent};
use crate::web::form::{Faults, Fields};

/// A radio button or box.
#[derive(Debug, Serialize)]
pub struct Tick {
    value: &'static str,
    checked: bool,
    focus: bool,
}

/// The part as the template shows it.
#[derive(Debug, Serialize)]
pub struct OpinionPart {
    label_key: &'static str,
    required: bool,
    text: String,
    text_error: Option<String>,
    text_focus: bool,
    kinds: Vec<Tick>,
    kind_error: Option<String>,
    legal_kinds: Vec<Tick>,
    legal_open: bool,
    contact_open: bool,
    email: String,
    email_error: Option<String>,
    email_focus: bool,
    phone: String,
    phone_error: Option<String>,
    phone_focus: bool,
    consent_error: Option<String>,
    purposes: Vec<Tick>,
}

impl OpinionPart {
    /// What was typed, with its faults. `required`: the form is only about the opinion.
    pub fn new(fields: &Fields, faults: &Faults, required: bool) -> Self {
        let kind = |k: &Kind| Tick { value: k.as_str(), checked: fields.has("kind", k.as_str()), focus: false };
        let (legal, plain): (Vec<Kind>, Vec<Kind>) = Kind::ALL.iter().partition(|k| k.is_withheld());
        let legal_open = legal.iter().any(|k| fields.has("kind", k.as_str()));
        let at = |p: &str| faults.at(p);
        let consent_error = at("/feedback/contact/consent");
        let first = faults.is_first("/feedback/contact/consent");
        let purposes = Purpose::ALL
            .iter()
            .enumerate()
            .map(|(i, p)| Tick { value: p.as_str(), checked: fields.has("consent", p.as_str()), focus: first && i == 0 })
            .collect();
        let typed = ["email", "phone"].iter().any(|n| !fields.get(n).trim().is_empty()) || fields.all("consent").next().is_some();
        Self {
            label_key: if required { "say.text" } else { "opinion.more" },
            required,
            text: fields.get("text").to_owned(),
            text_error: at("/feedback/text"),
            text_focus: faults.is_first("/feedback/text"),
            kinds: plain.iter().map(kind).collect(),
            kind_error: at("/feedback/kind"),
            legal_kinds: legal.iter().map(kind).collect(),
            legal_open,
            contact_open: typed,
            email: fields.get("email").to_owned(),
            email_error: at("/feedback/contact/email"),
            email_focus: faults.is_first("/feedback/contact/email"),
            phone: fields.get("phone").to_owned(),
            phone_error: at("/feedback/contact/phone"),
            phone_focus: faults.is_first("/feedback/contact/phone"),
            consent_error,
            purposes,
        }
    }
}

/// The opinion that a form carries; `None` when nothing of it was filled.
pub fn draft(fields: &Fields) -> Option<OpinionDraft> {
    let draft = OpinionDraft {
        kind: fields.get("kind").to_owned(),
        text: fields.get("text").to_owned(),
        name: String::new(),
        email: fields.get("email").to_owned(),
        phone: fields.get("phone").to_owned(),
        consent: fields.all("consent").map(str::to_owned).collect(),
    };
    (!draft.is_blank()).then_some(draft)
}

/// Who speaks, as a choice; a citizen unless somebody says otherwise.
pub fn respondents(fields: &Fields) -> Vec<Tick> {
    let sent = fields.get("respondent");
    Respondent::ALL
        .iter()
        .map(|r| Tick { value: r.as_str(), checked: r.as_str() == sent || (sent.is_empty() && *r == Respondent::Citizen), focus: false })
        .collect()
}

/// The id of the control that a fault of this part is about.
pub fn anchor(pointer: &str) -> Option<String> {
    let id = match pointer {
        "/feedback/text" => "y-kien",
        "/feedback/kind" => "loai-suggestion",
        "/feedback/contact/email" => "email",
        "/feedback/contact/phone" => "phone",
        "/feedback/contact/consent" => "consent-answer",
        "/respondent" => "ai-citizen",
        "/office" => "noi",
        _ => return None,
    };
    Some(id.to_owned())
}
