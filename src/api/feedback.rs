//! Opinions: sent, listed, shown. What may be shown is decided by
//! `domain::visibility`; here it only gets its names.

use actix_web::web::{self, Json, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::problem::{self, Refused};
use super::request::{Lang, Reader, Sent, Values};
use super::submission::{FeedbackIn, Received, take_in};
use super::{BASE, at, reading, schema};
use crate::actions::{Tx, figures, lookup};
use crate::domain::catalogue::Catalogue;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::event::EventName;
use crate::domain::feedback::{Class, State};
use crate::domain::time::Day;
use crate::domain::visibility::{self, PublicPlace, PublicStep};
use crate::domain::words::{By, FieldCode, Ground, Kind, Language, OfficeCode, Respondent, Serial};
use crate::http::app::Shared;
use crate::store::list::Filter;

const FEEDBACK: &str = "/feedback";
const ITEM: &str = "/feedback/{serial}";
/// Items of a page unless another number is asked for.
const PAGE: i64 = 20;
/// The most items of a page.
const LARGEST_PAGE: i64 = 100;

/// Mounts these addresses.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at(FEEDBACK).route(reading().to(feedback_list)).route(web::post().to(send_feedback))).service(at(ITEM).route(reading().to(feedback_item)));
}

/// An opinion as anybody may see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum PublicItem {
    /// Not sealed.
    Open(Box<Item>),
    /// Sealed: a denunciation.
    Sealed(Shell),
}

/// An opinion that is not sealed. Without an approved text it has no title, question and answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Item {
    /// Its number.
    serial: Serial,
    /// Its number as people read it.
    #[schema(example = "HD-001158")]
    id: String,
    /// Its class today.
    class: Class,
    /// Its kind.
    kind: Kind,
    /// Its field.
    field: FieldCode,
    /// The office in charge.
    office: OfficeCode,
    /// Who spoke; null when it was once sealed at receipt.
    respondent: Option<Respondent>,
    /// The day received.
    received_on: Day,
    /// The deadline.
    due_on: Option<Day>,
    /// The first deadline.
    first_due_on: Option<Day>,
    /// The day of the first answer; never changes.
    answered_on: Option<Day>,
    /// Working days from the day received to that of the first answer, nothing subtracted.
    working_days: Option<u32>,
    /// The day it went out, if it did.
    out_on: Option<Day>,
    /// The title of the newest published version.
    title: Option<String>,
    /// The opinion as it may be read, in the newest published version.
    question: Option<String>,
    /// The published versions, newest last.
    answers: Vec<Answer>,
    /// What higher offices were asked after a "no", oldest first.
    appeals: Vec<Appeal>,
    /// How often a head or a supervisor asked that it be answered.
    pressed: u64,
    /// The item that goes on for it.
    merged_into: Option<Serial>,
    /// Why its words are not shown.
    ground: Option<LegalGround>,
    /// Its history; at the item's own address only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    history: Option<Vec<Step>>,
}

/// What remains of a sealed opinion.
#[derive(Debug, Serialize, ToSchema)]
pub struct Shell {
    /// Its number.
    serial: Serial,
    /// Always `sealed`.
    #[schema(schema_with = schema::sealed)]
    class: Class,
    /// The day received.
    received_on: Day,
    /// The day it was sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    out_on: Option<Day>,
    /// Why nothing is shown.
    ground: Option<LegalGround>,
}

/// A published version.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answer {
    /// 1, 2, …
    version: u32,
    /// The short title.
    title: String,
    /// The opinion as it may be read.
    question: String,
    /// The answer.
    answer: String,
    /// The office that answered.
    office: OfficeCode,
    /// The day it was published.
    published_on: Day,
    /// What the ledger's commitment to the question was made with, base64; null once it was erased.
    question_salt: Option<String>,
    /// What the ledger's commitment to the answer was made with, base64; null once it was erased.
    answer_salt: Option<String>,
}

/// A higher office that was asked after a "no".
#[derive(Debug, Serialize, ToSchema)]
pub struct Appeal {
    /// The office.
    office: OfficeCode,
    /// The day it was asked.
    appealed_on: Day,
    /// Its last day for an answer.
    until: Day,
    /// The day its answer was published; null while it waits.
    answered_on: Option<Day>,
    /// Its answer; null while it waits, and where nothing may be read.
    answer: Option<String>,
    /// What the ledger's commitment to the answer was made with, base64.
    answer_salt: Option<String>,
}

/// Why words are not shown: a code of a published list.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegalGround {
    /// The list: `withhold`, `spam`, `out_of_scope`, `redirect`.
    list: &'static str,
    /// The code.
    code: Ground,
    /// Its words in the language asked for.
    name: Option<String>,
    /// The law behind it.
    law: Option<String>,
}

/// One step of an opinion's history, with the event's own values (`ACCOUNTING.md` §1).
#[derive(Debug, Serialize, ToSchema)]
pub struct Step {
    /// Its number, from 0 without a gap.
    n: u32,
    /// Its day.
    on: Day,
    /// The part that acted.
    by: By,
    /// What happened.
    event: EventName,
    /// The event's own values: codes, dates, serials.
    #[serde(flatten)]
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    payload: Map<String, Value>,
}

impl PublicItem {
    /// Names what may be seen.
    pub fn of(item: &visibility::PublicItem, catalogue: &Catalogue, language: Language) -> Self {
        let ground = item.ground.as_ref().map(|(list, code)| LegalGround::of(list, code, catalogue, language));
        match &item.place {
            Some(place) => Self::Open(Box::new(Item::of(item, place, ground, catalogue))),
            None => Self::Sealed(Shell { serial: item.serial, class: item.class, received_on: item.received_on, out_on: item.out_on, ground }),
        }
    }

    /// Leaves the history out: lists are long enough.
    fn without_history(mut self) -> Self {
        if let Self::Open(item) = &mut self {
            item.history = None;
        }
        self
    }
}

impl Item {
    fn of(item: &visibility::PublicItem, place: &PublicPlace, ground: Option<LegalGround>, catalogue: &Catalogue) -> Self {
        let makeup = place.clock.as_ref().is_none_or(|c| c.makeup);
        Self {
            serial: item.serial,
            id: item.serial.to_string(),
            class: item.class,
            kind: place.kind,
            field: place.field.clone(),
            office: place.office.clone(),
            respondent: place.respondent,
            received_on: item.received_on,
            due_on: place.due_on,
            first_due_on: place.first_due_on,
            answered_on: place.answered_on,
            working_days: place.answered_on.map(|on| catalogue.calendar.between(item.received_on, on, makeup)),
            out_on: item.out_on,
            title: item.latest().map(|a| a.title.clone()),
            question: item.latest().map(|a| a.question.clone()),
            answers: item.answers.iter().map(Answer::of).collect(),
            appeals: item.appeals.iter().map(Appeal::of).collect(),
            pressed: item.pressed,
            merged_into: item.merged_into,
            ground,
            history: Some(item.history.iter().map(Step::of).collect()),
        }
    }
}

impl Answer {
    /// Names a published version.
    pub fn of(answer: &visibility::Answer) -> Self {
        Self {
            version: answer.version,
            title: answer.title.clone(),
            question: answer.question.clone(),
            answer: answer.answer.clone(),
            office: answer.office.clone(),
            published_on: answer.published_on,
            question_salt: answer.salts.map(|(question, _)| question.to_base64()),
            answer_salt: answer.salts.map(|(_, answer)| answer.to_base64()),
        }
    }
}

impl Appeal {
    fn of(appeal: &visibility::Appeal) -> Self {
        Self {
            office: appeal.office.clone(),
            appealed_on: appeal.appealed_on,
            until: appeal.until,
            answered_on: appeal.answered_on,
            answer: appeal.answer.clone(),
            answer_salt: appeal.salt.map(|salt| salt.to_base64()),
        }
    }
}

impl LegalGround {
    fn of(list: &'static str, code: &Ground, catalogue: &Catalogue, language: Language) -> Self {
        let listed = catalogue.list(list).find(|c| c.code == *code);
        Self {
            list,
            code: code.clone(),
            name: listed.map(|c| c.name.get(language).to_owned()),
            law: listed.map(|c| c.law.clone()).filter(|law| !law.is_empty()),
        }
    }
}

impl Step {
    /// Names a step.
    pub fn of(step: &PublicStep) -> Self {
        let mut payload = match serde_json::to_value(&step.event) {
            Ok(Value::Object(payload)) => payload,
            _ => Map::new(),
        };
        // Commitments belong to the ledger, which says what they are for.
        payload.retain(|name, _| !matches!(name.as_str(), "event" | "text" | "question" | "answer" | "note"));
        Self { n: step.n, on: step.on, by: step.by, event: step.event.name(), payload }
    }
}

/// A page of opinions.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedbackPage {
    /// Newest first, without history.
    feedback: Vec<PublicItem>,
    /// The `cursor` of the next page; null on the last.
    next: Option<String>,
}

/// Which opinions a page lists.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FeedbackQuery {
    /// Of this field.
    #[param(value_type = Option<FieldCode>)]
    field: Option<String>,
    /// In charge of this office, or of those that it succeeded.
    #[param(value_type = Option<OfficeCode>)]
    office: Option<String>,
    /// Of this kind.
    #[param(value_type = Option<Kind>)]
    kind: Option<String>,
    /// From these respondents.
    #[param(value_type = Option<Respondent>)]
    respondent: Option<String>,
    /// Of this class today. Sealed ones are listed only where no other filter is set.
    #[param(value_type = Option<Class>)]
    class: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 100; without it 20.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

/// What a page asks for, checked.
struct Wanted {
    asked: figures::Asked,
    kind: Option<Kind>,
    class: Option<Class>,
    below: Option<i64>,
    limit: i64,
}

impl FeedbackQuery {
    fn parse(&self) -> Result<Wanted, Problem> {
        let mut values = Values::default();
        let asked = figures::Asked {
            field: values.read("/field", "unknown_field", self.field.as_deref()),
            office: values.read("/office", "unknown_office", self.office.as_deref()),
            respondent: values.read("/respondent", "unknown_respondent", self.respondent.as_deref()),
            ..figures::Asked::default()
        };
        let kind = values.read("/kind", "unknown_kind", self.kind.as_deref());
        let class = values.read("/class", "unknown_class", self.class.as_deref());
        let below = values.read("/cursor", "cursor_not_read", self.cursor.as_deref()).map(|Cursor(serial)| serial);
        let limit = limit(&mut values, self.limit.as_deref());
        values.checked(Wanted { asked, kind, class, below, limit })
    }
}

/// How many items a page is to have.
pub(super) fn limit(values: &mut Values, asked: Option<&str>) -> i64 {
    let limit = match asked.unwrap_or_default().trim() {
        "" => Some(PAGE),
        text => text.parse().ok().filter(|n| (1..=LARGEST_PAGE).contains(n)),
    };
    limit.or_else(|| values.refuse(Fault::new("/limit", "not_in_range").with("max", LARGEST_PAGE))).unwrap_or(PAGE)
}

/// Where a page ends, in a form that nobody counts on.
pub(super) struct Cursor(pub(super) i64);

impl Cursor {
    pub(super) fn write(below: i64) -> String {
        URL_SAFE_NO_PAD.encode(below.to_be_bytes())
    }
}

impl std::str::FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ())?;
        bytes.try_into().map(|bytes| Self(i64::from_be_bytes(bytes))).map_err(|_| ())
    }
}

impl Wanted {
    /// The filter; what is sealed has no place in any list by field, office, kind or respondent.
    fn filter(&self, tx: &Tx<'_>) -> Result<Filter, Problem> {
        let mut values = Values::default();
        if self.asked.field.as_ref().is_some_and(|f| tx.catalogue.field(f).is_none()) {
            values.refuse::<()>(Fault::new("/field", "unknown_field"));
        }
        if self.asked.office.as_ref().is_some_and(|o| tx.catalogue.offices.get(o).is_none()) {
            values.refuse::<()>(Fault::new("/office", "unknown_office"));
        }
        values.checked(())?;
        let narrowed = self.asked.field.is_some() || self.asked.office.is_some() || self.asked.respondent.is_some() || self.kind.is_some();
        let filter = Filter { kind: self.kind.map(|k| k.to_string()), unsealed: narrowed, ..figures::filter(tx, &self.asked) };
        let open = || Some(State::ALL.iter().copied().filter(|s| s.is_open()).collect());
        Ok(match self.class {
            None => filter,
            Some(Class::OpenInTime) => Filter { states: open(), not_due_before: Some(tx.today), ..filter },
            Some(Class::Overdue) => Filter { states: open(), due_before: Some(tx.today), ..filter },
            Some(settled) => Filter { class: Some(settled), ..filter },
        })
    }
}

/// Lists opinions, newest first.
#[utoipa::path(
    get, path = FEEDBACK, context_path = BASE, tag = "feedback", params(FeedbackQuery, Lang),
    responses((status = 200, description = "A page of opinions as anybody may see them.", body = FeedbackPage), problem::Asking)
)]
async fn feedback_list(app: Shared, reader: Reader, query: Query<FeedbackQuery>) -> Result<Json<FeedbackPage>, Refused> {
    let wanted = query.parse()?;
    let page = app.read(move |tx| {
        let filter = wanted.filter(tx)?;
        let (items, next) = lookup::list(tx, &filter, wanted.below, wanted.limit)?;
        let named = |item| PublicItem::of(item, &tx.catalogue, reader.0).without_history();
        Ok(FeedbackPage { feedback: items.iter().map(named).collect(), next: next.map(Cursor::write) })
    });
    Ok(Json(page.await?))
}

/// Shows an opinion with its history.
#[utoipa::path(
    get, path = ITEM, context_path = BASE, tag = "feedback",
    params(("serial" = String, Path, description = "Its number, as `1158` or `HD-001158`."), Lang),
    responses((status = 200, description = "The opinion as anybody may see it.", body = PublicItem), problem::One)
)]
async fn feedback_item(app: Shared, reader: Reader, serial: Path<String>) -> Result<Json<PublicItem>, Refused> {
    let serial: Serial = serial.parse().map_err(|_| Code::NotFound)?;
    let item = app.read(move |tx| Ok(PublicItem::of(&lookup::item(tx, serial)?, &tx.catalogue, reader.0)));
    Ok(Json(item.await?))
}

/// Takes an opinion without a questionnaire.
///
/// Answered when it is stored for good. Send the same `submission_id` again after a failure: nothing is stored twice.
#[utoipa::path(
    post, path = FEEDBACK, context_path = BASE, tag = "feedback", request_body = FeedbackIn, security((), ("device" = [])), params(Lang),
    responses(
        (status = 201, description = "Stored.", body = Received),
        (status = 200, description = "The same submission was stored before; nothing was stored now.", body = Received),
        problem::Opinions,
    )
)]
async fn send_feedback(app: Shared, request: HttpRequest, sent: Sent<FeedbackIn>) -> Result<HttpResponse, Refused> {
    take_in(&app, &request, None, &sent.0.into()).await
}
