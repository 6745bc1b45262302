//! What a person sends: a filled questionnaire, an opinion, or both. Parsed
//! here once; inside, nothing is checked twice.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::catalogue::Catalogue;
use super::contact::Contact;
use super::error::{Code, Fault, Problem};
use super::questionnaire::{Answers, Questionnaire};
use super::text::{self, TextFault};
use super::time::Day;
use super::words::{Channel, FieldCode, Kind, Language, NoticeVersion, OfficeCode, ProcedureKey, Purpose, Respondent, Sample, Slug, Topic};

/// What came in, as it was typed. Empty and missing are the same.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Made by the sender; the same one again stores nothing twice.
    pub submission_id: String,
    /// `citizen`, `enterprise` or `organisation`.
    pub respondent: String,
    /// The field's code.
    pub field: String,
    /// The office's code.
    pub office: String,
    /// The procedure's key.
    pub procedure: String,
    /// The language that the form was in.
    pub language: String,
    /// The answers by question id, when a questionnaire was filled.
    pub answers: Option<Map<String, Value>>,
    /// The opinion, if there is one.
    pub opinion: Option<OpinionDraft>,
}

/// An opinion as it was typed.
#[derive(Debug, Clone, Default)]
pub struct OpinionDraft {
    /// Its kind; empty is `suggestion`. A question may be named by its topic: `support`, `advice`.
    pub kind: String,
    /// Its words.
    pub text: String,
    /// A name.
    pub name: String,
    /// An e-mail address.
    pub email: String,
    /// A telephone number.
    pub phone: String,
    /// The purposes that were ticked.
    pub consent: Vec<String>,
    /// The version of the notice on personal data that was seen; empty is the newest.
    pub notice: String,
}

/// How a submission came in: decided by the server, never by the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The channel.
    pub channel: Channel,
    /// The sample that follows from it.
    pub sample: Sample,
    /// The office of the device, which stands above what the sender says.
    pub office: Option<OfficeCode>,
    /// Must an office be named? The forms ask for it, the API does not.
    pub office_required: bool,
}

impl Way {
    /// By the public pages.
    pub fn web() -> Self {
        Self { channel: Channel::Web, sample: Sample::Open, office: None, office_required: true }
    }

    /// By the API, without a device.
    pub fn api() -> Self {
        Self { channel: Channel::Api, sample: Sample::Open, office: None, office_required: false }
    }

    /// At a counter, on an enrolled device: tied to that counter, so `verified`.
    pub fn kiosk(office: OfficeCode) -> Self {
        Self { channel: Channel::Kiosk, sample: Sample::Verified, office: Some(office), office_required: false }
    }
}

/// A filled questionnaire.
#[derive(Debug, Clone)]
pub struct Filled {
    /// Its name.
    pub slug: Slug,
    /// The version that was filled.
    pub version: u32,
    /// What was answered.
    pub answers: Answers,
}

/// An opinion that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// What the sender calls it.
    pub kind: Kind,
    /// What a question asks for.
    pub topic: Option<Topic>,
    /// Its words, cleaned.
    pub text: String,
    /// How to reach the sender.
    pub contact: Option<Contact>,
    /// The version of the notice on personal data that the sender of a contact saw.
    pub notice: Option<NoticeVersion>,
}

/// A checked submission, with everything that its storing needs.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Made by the sender.
    pub id: Uuid,
    /// Who speaks.
    pub respondent: Respondent,
    /// The field.
    pub field: FieldCode,
    /// Where the person was.
    pub office: Option<OfficeCode>,
    /// What they did there.
    pub procedure: Option<ProcedureKey>,
    /// The form's language.
    pub language: Language,
    /// How it came in.
    pub channel: Channel,
    /// The sample.
    pub sample: Sample,
    /// The filled questionnaire.
    pub filled: Option<Filled>,
    /// The opinion.
    pub opinion: Option<Opinion>,
    /// The catalogue's version and the day that it was checked against.
    checked: (i64, Day),
}

impl Submission {
    /// Checks a draft against the catalogue of the day. All faults come at once, each with its pointer.
    ///
    /// # Errors
    /// [`Problem::Invalid`], or [`Code::SurveyClosed`] when the questionnaire takes no answers.
    pub fn parse(draft: &Draft, way: &Way, survey: Option<&Questionnaire>, catalogue: &Catalogue, today: Day) -> Result<Self, Problem> {
        let mut faults = Vec::new();
        if survey.is_some_and(|s| !s.open) {
            return Err(Code::SurveyClosed.into());
        }
        let id = Uuid::parse_str(draft.submission_id.trim()).ok().filter(|id| !id.is_nil());
        if id.is_none() {
            faults.push(Fault::new("/submission_id", "submission_id_missing"));
        }
        let respondent = match draft.respondent.trim() {
            "" => Some(Respondent::Citizen),
            word => word.parse().ok().or_else(|| note(&mut faults, "/respondent", "unknown_respondent")),
        };
        let language = match draft.language.trim() {
            "" => Some(Language::Vi),
            word => word.parse().ok().or_else(|| note(&mut faults, "/language", "unknown_language")),
        };
        let procedure = match draft.procedure.trim() {
            "" => None,
            key => match key.parse().ok().and_then(|k| catalogue.procedure(&k)) {
                None => note(&mut faults, "/procedure", "unknown_procedure"),
                Some(p) if !p.is_active(today) => note(&mut faults, "/procedure", "ended_procedure"),
                Some(p) => Some(p),
            },
        };
        let field = match (draft.field.trim(), procedure) {
            ("", Some(p)) => catalogue.field(&p.field),
            ("", None) => note(&mut faults, "/field", "field_missing"),
            (code, _) => match code.parse().ok().and_then(|c| catalogue.field(&c)) {
                None => note(&mut faults, "/field", "unknown_field"),
                Some(f) if !f.is_active(today) => note(&mut faults, "/field", "ended_field"),
                Some(f) => Some(f),
            },
        };
        let office = match (&way.office, draft.office.trim()) {
            (Some(device), _) => catalogue.offices.active(catalogue.offices.counting(device, today), today),
            (None, "") if way.office_required => note(&mut faults, "/office", "office_missing"),
            (None, "") => None,
            (None, code) => match code.parse().ok().and_then(|c| catalogue.offices.get(&c)) {
                None => note(&mut faults, "/office", "unknown_office"),
                Some(o) if !o.is_active(today) => note(&mut faults, "/office", "ended_office"),
                Some(o) => Some(o),
            },
        };
        let filled = match (survey, &draft.answers) {
            (Some(survey), answers) => match survey.definition.check(answers.as_ref().unwrap_or(&Map::new())) {
                Ok(answers) => Some(Filled { slug: survey.slug.clone(), version: survey.definition.version, answers }),
                Err(more) => {
                    faults.extend(more);
                    None
                }
            },
            (None, Some(_)) => note(&mut faults, "/answers", "unknown_question"),
            (None, None) => None,
        };
        let opinion = match &draft.opinion {
            Some(draft) => match draft.parse(language.unwrap_or(Language::Vi), catalogue, today) {
                Ok(opinion) => Some(opinion),
                Err(more) => {
                    faults.extend(more);
                    None
                }
            },
            None if survey.is_none() => note(&mut faults, "/feedback/text", "opinion_missing"),
            None => None,
        };
        let (true, Some(id), Some(respondent), Some(language), Some(field)) = (faults.is_empty(), id, respondent, language, field) else {
            return Err(Problem::Invalid(faults));
        };
        Ok(Self {
            id,
            respondent,
            field: field.code.clone(),
            office: office.map(|o| o.code.clone()),
            procedure: procedure.map(|p| p.key.clone()),
            language,
            channel: way.channel,
            sample: way.sample,
            filled,
            opinion,
            checked: (catalogue.version, today),
        })
    }

    /// The same answers, the same words, about the same?
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let same_answers = match (&self.filled, &other.filled) {
            (Some(one), Some(other)) => one.answers.all == other.answers.all,
            (one, other) => one.is_none() && other.is_none(),
        };
        same_answers && (&self.field, &self.office, &self.opinion) == (&other.field, &other.office, &other.opinion)
    }

    /// Looks again when the catalogue or the day changed since the draft was
    /// checked: what ended in between takes nothing more.
    ///
    /// # Errors
    /// As [`Submission::parse`], for what may end.
    pub fn still_fits(&self, catalogue: &Catalogue, today: Day) -> Result<(), Problem> {
        if self.checked == (catalogue.version, today) {
            return Ok(());
        }
        if let Some(filled) = &self.filled {
            let version = |q: &&std::sync::Arc<Questionnaire>| q.slug == filled.slug && q.definition.version == filled.version;
            if !catalogue.questionnaires.iter().find(version).is_some_and(|q| q.open) {
                return Err(Code::SurveyClosed.into());
            }
        }
        let mut faults = Vec::new();
        if !catalogue.field(&self.field).is_some_and(|f| f.is_active(today)) {
            faults.push(Fault::new("/field", "ended_field"));
        }
        if self.office.as_ref().is_some_and(|o| catalogue.offices.active(o, today).is_none()) {
            faults.push(Fault::new("/office", "ended_office"));
        }
        if self.procedure.as_ref().is_some_and(|p| !catalogue.procedure(p).is_some_and(|p| p.is_active(today))) {
            faults.push(Fault::new("/procedure", "ended_procedure"));
        }
        if faults.is_empty() { Ok(()) } else { Err(Problem::Invalid(faults)) }
    }
}

impl OpinionDraft {
    /// Nothing was typed or chosen.
    pub fn is_blank(&self) -> bool {
        self.consent.is_empty() && [&self.kind, &self.text, &self.name, &self.email, &self.phone].iter().all(|t| t.trim().is_empty())
    }

    fn parse(&self, language: Language, catalogue: &Catalogue, today: Day) -> Result<Opinion, Vec<Fault>> {
        let mut faults = Vec::new();
        let kind = match self.kind.trim() {
            "" => Some((Kind::Suggestion, None)),
            word => kind_and_topic(word).or_else(|| note(&mut faults, "/feedback/kind", "unknown_kind")),
        };
        let text = match text::bounded(&self.text, text::OPINION_MAX) {
            Ok(text) => Some(text),
            Err(TextFault::Empty) => note(&mut faults, "/feedback/text", "opinion_missing"),
            Err(TextFault::TooLong { max, got }) => {
                faults.push(Fault::new("/feedback/text", "opinion_too_long").with("max", max).with("over", got - max));
                None
            }
        };
        let mut consent = Vec::new();
        for word in &self.consent {
            match word.parse::<Purpose>() {
                Ok(purpose) => consent.push(purpose),
                Err(_) => faults.push(Fault::new("/feedback/contact/consent", "unknown_purpose")),
            }
        }
        let contact = match Contact::parse(&self.name, &self.email, &self.phone, &consent, language) {
            Ok(contact) => contact,
            Err(more) => {
                faults.extend(more);
                None
            }
        };
        let notice = match self.notice.trim() {
            "" => catalogue.notices.newest(today),
            version => catalogue.notices.find(version, today).or_else(|| note(&mut faults, "/feedback/contact/notice", "unknown_notice")),
        };
        match (kind, text) {
            (Some((kind, topic)), Some(text)) if faults.is_empty() => {
                let notice = notice.filter(|_| contact.is_some()).map(|notice| notice.version.clone());
                Ok(Opinion { kind, topic, text, contact, notice })
            }
            _ => Err(faults),
        }
    }
}

/// A kind as forms send it: `report`, or a question by what it asks for, `support` or `advice`.
pub fn kind_and_topic(word: &str) -> Option<(Kind, Option<Topic>)> {
    let topic = || word.parse().ok().map(|topic| (Kind::Question, Some(topic)));
    word.parse().ok().map(|kind| (kind, None)).or_else(topic)
}

/// Notes a fault and stands for what is missing.
fn note<T>(faults: &mut Vec<Fault>, pointer: &'static str, code: &'static str) -> Option<T> {
    faults.push(Fault::new(pointer, code));
    None
}
