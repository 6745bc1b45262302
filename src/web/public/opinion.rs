//! The part of a form in which somebody says more: words, kind, contact,
//! consent, files. Used by the rating form and by the opinion form.

use serde::Serialize;
use uuid::Uuid;

use crate::actions::attachment::{self, Upload};
use crate::actions::search;
use crate::domain::error::Problem;
use crate::domain::notice::Notice;
use crate::domain::submission::OpinionDraft;
use crate::domain::visibility::PublicItem;
use crate::domain::words::{Kind, Language, Purpose, Respondent, Topic};
use crate::http::app::{App, block};
use crate::web::files::{self, FileView, TakesFiles};
use crate::web::form::{Faults, Fields};
use crate::web::view::{self, Numbered};

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
    /// The version of the notice on personal data that this page leads to.
    notice: String,
}

impl OpinionPart {
    /// What was typed, with its faults. `required`: the form is only about the opinion.
    pub fn new(fields: &Fields, faults: &Faults, notice: Option<&Notice>, required: bool) -> Self {
        let kind = |k: &Kind| Tick { value: k.as_str(), checked: fields.has("kind", k.as_str()), focus: false };
        let (legal, plain): (Vec<Kind>, Vec<Kind>) = Kind::ALL.iter().partition(|k| k.is_withheld());
        let legal_open = legal.iter().any(|k| fields.has("kind", k.as_str()));
        let at = |p: &str| faults.at(p);
        let consent_error = at("/feedback/contact/consent").or_else(|| at("/feedback/contact/notice"));
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
            kinds: choices(&plain, fields),
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
            notice: notice.map(|notice| notice.version.to_string()).unwrap_or_default(),
        }
    }
}

/// The kinds that anybody may choose; a question also by what it asks for.
fn choices(plain: &[Kind], fields: &Fields) -> Vec<Tick> {
    let values = plain.iter().flat_map(|kind| {
        let topics = if *kind == Kind::Question { Topic::ALL } else { &[] };
        std::iter::once(kind.as_str()).chain(topics.iter().map(|topic| topic.as_str()))
    });
    values.map(|value| Tick { value, checked: fields.has("kind", value), focus: false }).collect()
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
        notice: fields.get("notice").to_owned(),
    };
    (!draft.is_blank()).then_some(draft)
}

/// What is said once before an opinion is sent: by a machine, and nothing of it is kept.
#[derive(Debug, Serialize)]
pub struct Before {
    /// Answered opinions that look alike.
    alike: Vec<Alike>,
    /// The words look like a denunciation.
    two_roads: bool,
}

#[derive(Debug, Serialize)]
struct Alike {
    #[serde(flatten)]
    numbered: Numbered,
    title: String,
    lang: Language,
    answer: Vec<String>,
    answer_lang: Language,
}

/// What there is to say before this is sent; nothing when it was said, or when the sender chose the road themselves.
pub async fn before(app: &App, fields: &Fields) -> Result<Option<Before>, Problem> {
    let legal = fields.get("kind").parse().is_ok_and(|kind: Kind| kind.is_withheld());
    let text = fields.get("text").to_owned();
    if legal || text.trim().is_empty() || !fields.get("da-xem").is_empty() {
        return Ok(None);
    }
    app.read(move |tx| {
        let two_roads = search::looks_like_wrongdoing(&text)?;
        // Whoever denounces somebody is not sent to read about it.
        let found = if two_roads { Vec::new() } else { search::alike(tx, &text)? };
        let alike: Vec<Alike> = found.iter().filter_map(Alike::of).collect();
        Ok((two_roads || !alike.is_empty()).then_some(Before { alike, two_roads }))
    })
    .await
}

impl Alike {
    fn of(item: &PublicItem) -> Option<Self> {
        let latest = item.latest()?;
        Some(Self {
            numbered: view::numbered(item.serial),
            title: latest.title.clone(),
            lang: view::public_language(item, Some(&latest.title)),
            answer: view::paragraphs(&latest.answer),
            answer_lang: view::language_of(&latest.answer, Language::Vi),
        })
    }
}

/// What a form shows of files: whether it takes some, and what is kept for its
/// sheet already, since a browser sends no file twice by itself.
#[derive(Debug, Default, Serialize)]
pub struct FilePart {
    takes_files: Option<TakesFiles>,
    kept_files: Vec<FileView>,
    file_error: Option<String>,
}

impl FilePart {
    /// As it is for a sheet now.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of(app: &App, submission: Uuid, faults: &Faults, language: Language) -> Result<Self, Problem> {
        let takes_files = TakesFiles::of(app);
        let kept_files = match takes_files {
            Some(_) => app.read(move |tx| Ok(files::views(&attachment::staged(tx, submission)?, language))).await?,
            None => Vec::new(),
        };
        Ok(Self { takes_files, kept_files, file_error: faults.at(attachment::POINTER) })
    }
}

/// Keeps files for a sheet.
///
/// # Errors
/// The faults of the files, to be told with those of the form.
pub async fn stage(app: &App, fields: &Fields, uploads: Vec<Upload>) -> Result<(), Problem> {
    let Ok(submission) = Uuid::parse_str(fields.get("submission_id")) else { return Ok(()) };
    if uploads.is_empty() {
        return Ok(());
    }
    let service = app.service.clone();
    block(move || attachment::stage(&service, submission, uploads)).await
}

/// What was read of a form, with the faults of its files among its own, so that all are told at once.
pub fn with_files<T>(read: Result<T, Problem>, staged: Result<(), Problem>) -> Result<T, Problem> {
    match (read, staged) {
        (read, Ok(())) => read,
        (Err(Problem::Invalid(faults)), Err(Problem::Invalid(of_files))) => Err(Problem::Invalid([faults, of_files].concat())),
        (_, Err(problem)) => Err(problem),
    }
}

/// What became of a form.
#[derive(Debug)]
pub enum Sent {
    /// It is stored; its receipt code.
    Stored(String),
    /// There is something to say first.
    NotYet(Before),
}

/// The form as it is sent: on the closed road, when that button was pressed.
pub fn on_the_chosen_road(fields: Fields) -> Fields {
    if fields.get("gui") == "to-cao" { fields.with("kind", Kind::Denunciation.to_string()) } else { fields }
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
        "/feedback/contact/consent" | "/feedback/contact/notice" => "consent-answer",
        "/respondent" => "ai-citizen",
        "/office" => "noi",
        attachment::POINTER => "tep",
        _ => return None,
    };
    Some(id.to_owned())
}
