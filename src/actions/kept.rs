//! Everything that is kept about one submission, for its sender: what the right
//! to see one's data means here. What officers write among themselves before
//! they answer is not the sender's data and is left out.

use serde::Serialize;
use serde_json::{Map, Value};

use super::lookup::Own;
use super::rights::open_contact;
use super::{Tx, attachment};
use crate::domain::attachment::Format;
use crate::domain::error::Problem;
use crate::domain::event::EventName;
use crate::domain::rights::{RequestState, Right};
use crate::domain::time::Day;
use crate::domain::words::{By, Channel, FieldCode, Ground, Kind, Language, NoticeVersion, OfficeCode, ProcedureKey, Purpose, Respondent, Topic};
use crate::store;

/// All of it.
#[derive(Debug, Clone, Serialize)]
pub struct Kept {
    /// When it was read, UTC.
    pub read_at: String,
    /// The opinion.
    pub opinion: Option<KeptOpinion>,
    /// The rating.
    pub rating: Option<KeptRating>,
}

/// An opinion.
#[derive(Debug, Clone, Serialize)]
pub struct KeptOpinion {
    /// Its public number.
    pub id: String,
    /// The day received.
    pub received_on: Day,
    /// The language that it was sent in.
    pub language: Language,
    /// Its kind.
    pub kind: Option<Kind>,
    /// What a question asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<Topic>,
    /// Its field.
    pub field: Option<FieldCode>,
    /// The office in charge.
    pub office: Option<OfficeCode>,
    /// The office that the sender named.
    pub named_office: Option<OfficeCode>,
    /// The procedure that the sender named.
    pub procedure: Option<ProcedureKey>,
    /// As whom the sender spoke.
    pub respondent: Option<Respondent>,
    /// How it came in.
    pub channel: Option<Channel>,
    /// The sender's words; none after they were erased.
    pub text: Option<String>,
    /// What the sender added or said later, and what the office wrote to them.
    pub words: Vec<KeptWords>,
    /// How the sender can be reached.
    pub contact: Option<KeptContact>,
    /// What was published.
    pub published: Vec<KeptAnswer>,
    /// What happened, with the parts played and no name.
    pub history: Vec<KeptStep>,
    /// What the sender asked about their data.
    pub requests: Vec<KeptRequest>,
    /// Files that the sender sent; the bytes stand on their own page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<KeptFile>,
}

/// A file.
#[derive(Debug, Clone, Serialize)]
pub struct KeptFile {
    /// Its kind.
    pub format: Format,
    /// Its size.
    pub bytes: i64,
    /// When it came, UTC.
    pub at: String,
}

/// Words beside a step.
#[derive(Debug, Clone, Serialize)]
pub struct KeptWords {
    /// The day.
    pub on: Day,
    /// Who wrote them.
    pub by: By,
    /// The step.
    pub event: &'static str,
    /// The words.
    pub text: String,
}

/// A contact with its consents.
#[derive(Debug, Clone, Serialize)]
pub struct KeptContact {
    /// A name.
    pub name: Option<String>,
    /// An address.
    pub email: Option<String>,
    /// A telephone number.
    pub phone: Option<String>,
    /// The language to write in.
    pub language: Language,
    /// What it may be used for.
    pub consents: Vec<Purpose>,
    /// The day on which consent was given.
    pub given_on: Day,
    /// The version of the notice on personal data that was seen; none before there were versions.
    pub notice: Option<NoticeVersion>,
}

/// A published version.
#[derive(Debug, Clone, Serialize)]
pub struct KeptAnswer {
    /// 1, 2, …
    pub version: u32,
    /// The day.
    pub published_on: Day,
    /// The title.
    pub title: String,
    /// The opinion as it was published.
    pub question: String,
    /// The answer.
    pub answer: String,
}

/// A step.
#[derive(Debug, Clone, Serialize)]
pub struct KeptStep {
    /// The day.
    pub on: Day,
    /// The step.
    pub event: &'static str,
    /// The part that acted.
    pub by: By,
}

/// A request.
#[derive(Debug, Clone, Serialize)]
pub struct KeptRequest {
    /// What was asked.
    pub right: Right,
    /// The purpose that consent was withdrawn for.
    pub purpose: Option<Purpose>,
    /// Where it stands.
    pub state: RequestState,
    /// The day it came in.
    pub asked_on: Day,
    /// The last day to act.
    pub act_by: Option<Day>,
    /// The day it ended.
    pub ended_on: Option<Day>,
    /// What the sender wrote.
    pub words: Option<String>,
    /// Why it was refused.
    pub reason: Option<Ground>,
    /// Words beside it.
    pub note: Option<String>,
}

/// A rating.
#[derive(Debug, Clone, Serialize)]
pub struct KeptRating {
    /// The questionnaire.
    pub survey: String,
    /// Its version.
    pub version: i64,
    /// The day.
    pub submitted_on: Day,
    /// The field.
    pub field: String,
    /// Where the person was.
    pub office: Option<String>,
    /// What they did there.
    pub procedure: Option<String>,
    /// As whom they answered.
    pub respondent: String,
    /// How it came in.
    pub channel: String,
    /// The language.
    pub language: String,
    /// The answers.
    pub answers: Map<String, Value>,
}

/// Reads all of it.
pub fn kept(tx: &mut Tx<'_>, own: &Own) -> Result<Kept, Problem> {
    let rating = own.response.as_ref().map(|row| KeptRating {
        survey: row.questionnaire.clone(),
        version: row.version,
        submitted_on: row.submitted_on.0,
        field: row.field.clone(),
        office: row.office.clone(),
        procedure: row.procedure.clone(),
        respondent: row.respondent.clone(),
        channel: row.channel.clone(),
        language: row.language.clone(),
        answers: store::response::answers(row),
    });
    let opinion = match &own.feedback {
        Some(item) => Some(opinion(tx, item)?),
        None => None,
    };
    Ok(Kept { read_at: tx.now.to_string(), opinion, rating })
}

fn opinion(tx: &mut Tx<'_>, item: &super::lookup::OwnItem) -> Result<KeptOpinion, Problem> {
    let record = &item.record;
    let serial = record.serial;
    let events = store::feedback::events(tx.conn, serial)?;
    // What officers wrote to one another stays theirs; what they wrote to the sender, and the sender's own, does not.
    let to_sender = |name: EventName| {
        matches!(name, EventName::SupplementRequested | EventName::Supplemented | EventName::Refused | EventName::Redirected | EventName::Reply)
    };
    let words = events.iter().filter(|kept| to_sender(kept.entry.event.name())).filter_map(|kept| {
        let text = kept.note.clone()?;
        Some(KeptWords { on: kept.entry.on, by: kept.entry.by, event: kept.entry.event.name().as_str(), text })
    });
    let contact = open_contact(tx, serial)?.map(|(contact, notice)| KeptContact {
        name: contact.name,
        email: contact.email.map(String::from),
        phone: contact.phone,
        language: contact.language,
        consents: contact.consent,
        given_on: record.received_on,
        notice,
    });
    let files = attachment::of_sender(tx, serial)?.into_iter().map(|f| KeptFile { format: f.format, bytes: f.bytes, at: f.at.to_string() });
    let requests = store::rights::of(tx.conn, serial)?.into_iter().map(|r| KeptRequest {
        right: r.right,
        purpose: r.purpose,
        state: r.state,
        asked_on: r.asked_at.day(),
        act_by: r.act_by,
        ended_on: r.ended_at.map(|at| at.day()),
        words: r.words,
        reason: r.reason,
        note: r.note,
    });
    let published = item.answers.iter().map(|a| KeptAnswer {
        version: a.version,
        published_on: a.published_on,
        title: a.title.clone(),
        question: a.question.clone(),
        answer: a.answer.clone(),
    });
    Ok(KeptOpinion {
        id: serial.to_string(),
        received_on: record.received_on,
        language: record.language,
        kind: record.kind,
        topic: store::topic::of(tx.conn, serial)?,
        field: record.field.clone(),
        office: record.office.clone(),
        named_office: record.named_office.clone(),
        procedure: record.procedure.clone(),
        respondent: record.respondent,
        channel: record.channel,
        text: Some(item.original.clone()).filter(|text| !text.is_empty()),
        words: words.collect(),
        contact,
        published: published.collect(),
        history: events.iter().map(|kept| KeptStep { on: kept.entry.on, event: kept.entry.event.name().as_str(), by: kept.entry.by }).collect(),
        requests: requests.collect(),
        files: files.collect(),
    })
}
