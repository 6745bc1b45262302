//! The desk for officers' own programs: what waits, one opinion, and the moves.
//! Every request is its token's holder's, with their rights; the moves are the
//! actions that the pages do.

use actix_web::web::{self, Json, Path, Query, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::bearer::{Asked, Bearer};
use super::feedback::{Answer, Cursor, Step, limit};
use super::problem::{self, Refused};
use super::request::{Lang, Values};
use super::{BASE, at, reading};
use crate::actions::lookup::{self, DeskItem};
use crate::actions::may::May;
use crate::actions::{Tx, desk, feedback, note, supplement};
use crate::domain::access::Officer;
use crate::domain::desk::View;
use crate::domain::error::{Code, Problem};
use crate::domain::feedback::{Class, State};
use crate::domain::time::Day;
use crate::domain::visibility::{PublicStep, Record};
use crate::domain::words::{FieldCode, Ground, Kind, OfficeCode, Serial};
use crate::http::app::{Shared, block};
use crate::store;

const LIST: &str = "/desk/feedback";
const ITEM: &str = "/desk/feedback/{serial}";
const TAKE: &str = "/desk/feedback/{serial}/take";
const NOTE: &str = "/desk/feedback/{serial}/note";
const DRAFT: &str = "/desk/feedback/{serial}/draft";
const HAND_IN: &str = "/desk/feedback/{serial}/hand_in";
const APPROVE: &str = "/desk/feedback/{serial}/approve";
const RETURN: &str = "/desk/feedback/{serial}/return";
const FORWARD: &str = "/desk/feedback/{serial}/forward";
const ASK: &str = "/desk/feedback/{serial}/ask";

/// Mounts these addresses.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at(LIST).route(reading().to(desk_list)))
        .service(at(ITEM).route(reading().to(desk_item)))
        .service(at(TAKE).route(web::post().to(take)))
        .service(at(NOTE).route(web::post().to(add_note)))
        .service(at(DRAFT).route(web::post().to(save_draft)))
        .service(at(HAND_IN).route(web::post().to(hand_in)))
        .service(at(APPROVE).route(web::post().to(approve)))
        .service(at(RETURN).route(web::post().to(give_back)))
        .service(at(FORWARD).route(web::post().to(forward)))
        .service(at(ASK).route(web::post().to(ask)));
}

/// An opinion in the list of work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waiting {
    /// Its number.
    serial: Serial,
    /// Its number as people read it.
    #[schema(example = "HD-001158")]
    id: String,
    /// The public title, or the opinion's first words; null of a sealed one.
    title: Option<String>,
    /// Where it stands.
    state: State,
    /// Its class today.
    class: Class,
    /// Its kind; null when it was sealed at receipt.
    kind: Option<Kind>,
    /// Its field; null when it was sealed at receipt.
    field: Option<FieldCode>,
    /// The office in charge.
    office: Option<OfficeCode>,
    /// The day received.
    received_on: Day,
    /// The deadline.
    due_on: Option<Day>,
    /// The holder of the token works on it.
    mine: bool,
}

impl Waiting {
    fn of(record: &Record, title: Option<String>, officer: &Officer, today: Day) -> Self {
        Self {
            serial: record.serial,
            id: record.serial.to_string(),
            title,
            state: record.state,
            class: record.class(today),
            kind: record.kind,
            field: record.field.clone(),
            office: record.office.clone(),
            received_on: record.received_on,
            due_on: record.due_on,
            mine: record.assignee == Some(officer.id),
        }
    }
}

/// A page of the list of work.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingPage {
    /// Newest first.
    feedback: Vec<Waiting>,
    /// The `cursor` of the next page; null on the last.
    next: Option<String>,
}

/// Which part of the list of work.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitingQuery {
    /// The part; without it the first that the officer's roles have.
    #[param(value_type = Option<View>)]
    view: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 100; without it 20.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

impl WaitingQuery {
    fn parse(&self) -> Result<(Option<View>, Option<i64>, i64), Problem> {
        let mut values = Values::default();
        let view = values.read("/view", "not_a_choice", self.view.as_deref());
        let below = values.read("/cursor", "cursor_not_read", self.cursor.as_deref()).map(|Cursor(serial)| serial);
        let limit = limit(&mut values, self.limit.as_deref());
        values.checked((view, below, limit))
    }
}

/// Words that the sender added when asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddedWords {
    /// Their day.
    on: Day,
    /// The words.
    words: String,
}

/// What an officer noted.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteOut {
    /// Who wrote it.
    who: String,
    /// Its day.
    on: Day,
    /// The words.
    words: String,
}

/// Work in progress.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftOut {
    /// `answer`, `out_of_scope` or `spam`.
    intent: &'static str,
    /// It waits for an approver.
    handed_in: bool,
    /// The public title.
    title: String,
    /// The public form of the opinion.
    question: String,
    /// The answer.
    answer: String,
    /// The ground of a refusal.
    ground: Option<Ground>,
    /// Words beside the ground.
    note: Option<String>,
    /// Why the approver gave it back.
    returned: Option<Ground>,
    /// Send it with the next save, and with an approval.
    revision: i64,
}

/// A step of an opinion's life, as the desk sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskStep {
    /// What everybody may see of it.
    #[serde(flatten)]
    step: Step,
    /// Who did it, where an officer did.
    who: Option<String>,
    /// The words beside it.
    note: Option<String>,
}

/// What can be done with an opinion: the last part of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// Take it.
    Take,
    /// Add a note.
    Note,
    /// Save what was written.
    Draft,
    /// Hand it in for approval.
    HandIn,
    /// Approve what a colleague handed in.
    Approve,
    /// Give it back.
    Return,
    /// Give it to another office.
    Forward,
    /// Ask the sender for more.
    Ask,
}

/// An opinion as it lies on the desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct AtDesk {
    /// What the list says of it.
    #[serde(flatten)]
    row: Waiting,
    /// It waits for an office in charge.
    in_tray: bool,
    /// The first deadline.
    first_due_on: Option<Day>,
    /// Until when the sender is waited for.
    waits_until: Option<Day>,
    /// Who works on it.
    assignee: Option<String>,
    /// The sender's own words. Not for the public.
    original: String,
    /// What the sender added when asked.
    added: Vec<AddedWords>,
    /// What officers told one another.
    notes: Vec<NoteOut>,
    /// Work in progress.
    draft: Option<DraftOut>,
    /// The published versions, newest last.
    answers: Vec<Answer>,
    /// The opinions that were merged into it.
    merged: Vec<Serial>,
    /// What the holder of the token can do with it now, at `…/{move}`.
    moves: Vec<Move>,
    /// How many events it has: send it with an approval.
    events: u32,
    /// Its history.
    history: Vec<DeskStep>,
}

/// How an opinion stands after a move.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done {
    /// Its number.
    serial: Serial,
    /// Where it stands.
    state: State,
    /// How many events it has.
    events: u32,
    /// The draft's revision; 0 without one.
    revision: i64,
}

/// The moves that role and state allow, as the page offers them.
fn moves(item: &DeskItem) -> Vec<Move> {
    let may = May::of(item);
    let all = [
        (Move::Take, may.take),
        (Move::Note, true),
        (Move::Draft, may.write),
        (Move::HandIn, may.write),
        (Move::Approve, may.approve),
        (Move::Return, may.approve),
        (Move::Forward, may.forward),
        (Move::Ask, may.ask),
    ];
    all.into_iter().filter(|(_, can)| *can).map(|(name, _)| name).collect()
}

impl AtDesk {
    fn of(tx: &mut Tx<'_>, item: DeskItem, officer: &Officer) -> Result<Self, Problem> {
        let names = store::officer::names(tx.conn)?;
        let name = |id: Uuid| names.get(&id).cloned();
        let record = &item.record;
        Ok(Self {
            row: Waiting::of(record, desk::title(tx, record)?, officer, tx.today),
            in_tray: record.in_tray,
            first_due_on: record.first_due_on,
            waits_until: record.waits_until,
            assignee: record.assignee.and_then(name),
            moves: moves(&item),
            added: item.added.iter().map(|(on, words)| AddedWords { on: *on, words: words.clone() }).collect(),
            notes: item.notes.iter().map(|n| NoteOut { who: name(n.officer).unwrap_or_default(), on: n.at.day(), words: n.words.clone() }).collect(),
            draft: item.draft.as_ref().map(|draft| DraftOut {
                intent: draft.intent.as_str(),
                handed_in: draft.handed_in,
                title: draft.title.clone(),
                question: draft.question.clone(),
                answer: draft.answer.clone(),
                ground: draft.ground.clone(),
                note: draft.note.clone(),
                returned: draft.returned.as_ref().map(|(reason, _)| reason.clone()),
                revision: draft.revision,
            }),
            answers: item.answers.iter().map(Answer::of).collect(),
            events: record.events,
            history: item
                .events
                .iter()
                .map(|kept| DeskStep {
                    step: Step::of(&PublicStep { n: kept.entry.n, on: kept.entry.on, by: kept.entry.by, event: kept.entry.event.clone() }),
                    who: kept.officer.and_then(name),
                    note: kept.note.clone(),
                })
                .collect(),
            original: item.original,
            merged: item.merged,
        })
    }
}

/// What waits for the holder of the token, newest first.
#[utoipa::path(
    get, path = LIST, context_path = BASE, tag = "desk", params(WaitingQuery, Lang), security(("token" = [])),
    responses((status = 200, description = "A page of what waits.", body = WaitingPage), problem::Desk)
)]
async fn desk_list(app: Shared, Bearer(officer): Bearer, query: Query<WaitingQuery>) -> Result<Json<WaitingPage>, Refused> {
    let (view, below, limit) = query.parse()?;
    let page = app.read(move |tx| {
        let (records, next) = desk::waiting(tx, &officer, view, below, limit)?;
        let feedback = records.into_iter().map(|item| Waiting::of(&item.record, item.title, &officer, tx.today)).collect();
        Ok(WaitingPage { feedback, next: next.map(Cursor::write) })
    });
    Ok(Json(page.await?))
}

/// Shows an opinion as it lies on the desk.
///
/// A sealed one exists for its receiver alone, and each look at it leaves a line in the audit.
#[utoipa::path(
    get, path = ITEM, context_path = BASE, tag = "desk", security(("token" = [])),
    params(("serial" = String, Path, description = "Its number, as `1158` or `HD-001158`."), Lang),
    responses((status = 200, description = "The opinion as it lies on the desk.", body = AtDesk), problem::Desk)
)]
async fn desk_item(app: Shared, Bearer(officer): Bearer, serial: Path<String>) -> Result<Json<AtDesk>, Refused> {
    let serial: Serial = serial.parse().map_err(|_| Code::NotFound)?;
    let service = app.service.clone();
    let shown = block(move || lookup::at_desk(&service, &officer, serial, |tx, item| AtDesk::of(tx, item, &officer)));
    Ok(Json(shown.await?))
}

/// Does a move, and says how the opinion stands after it.
async fn moved(
    app: &Shared,
    officer: Officer,
    serial: &str,
    act: impl FnOnce(&mut Tx<'_>, &Officer, Serial) -> Result<(), Problem> + Send + 'static,
) -> Result<Json<Done>, Refused> {
    let serial: Serial = serial.parse().map_err(|_| Code::NotFound)?;
    let done = app.write(move |tx| {
        act(tx, &officer, serial)?;
        let record = store::feedback::get(tx.conn, serial)?.ok_or(Code::NotFound)?;
        let revision = store::draft::get(tx.conn, serial)?.map_or(0, |draft| draft.revision);
        Ok(Done { serial, state: record.state, events: record.events, revision })
    });
    Ok(Json(done.await?))
}

/// A note to colleagues.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NoteSubmission {
    /// The words.
    words: String,
}

/// What was written.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DraftSubmission {
    /// `answer`, `out_of_scope` or `spam`; without it `answer`.
    #[serde(default)]
    intent: String,
    /// The public title.
    #[serde(default)]
    title: String,
    /// The public form of the opinion, with personal data covered.
    #[serde(default)]
    question: String,
    /// The answer.
    #[serde(default)]
    answer: String,
    /// The ground of a refusal.
    #[serde(default)]
    ground: String,
    /// Words beside the ground.
    #[serde(default)]
    note: String,
    /// The revision that this was written upon; 0 where there was no draft.
    revision: i64,
}

impl From<DraftSubmission> for feedback::Written {
    fn from(sent: DraftSubmission) -> Self {
        let DraftSubmission { intent, title, question, answer, ground, note, revision } = sent;
        Self { intent, title, question, answer, ground, note, revision, grouped: None }
    }
}

/// What was seen before it was approved: nobody publishes a text unread.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ApprovalSubmission {
    /// How many events the opinion had.
    events: u32,
    /// The draft's revision.
    revision: i64,
}

/// Why a text is given back.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReturnSubmission {
    /// A code of the list `return`.
    reason: String,
    /// Words beside it.
    #[serde(default)]
    note: String,
}

/// Where an opinion is to go.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ForwardSubmission {
    /// The office's code.
    to: String,
    /// A code of the list `forward`.
    reason: String,
    /// Words beside it.
    #[serde(default)]
    note: String,
}

/// What the sender is asked for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AskSubmission {
    /// The words.
    request: String,
    /// For how many working days the sender is waited for.
    days: u32,
}

/// Takes an opinion.
#[utoipa::path(
    post, path = TAKE, context_path = BASE, tag = "desk", security(("token" = [])), params(("serial" = String, Path, description = "Its number."), Lang),
    responses((status = 200, description = "Done.", body = Done), problem::Moves)
)]
async fn take(app: Shared, Bearer(officer): Bearer, serial: Path<String>) -> Result<Json<Done>, Refused> {
    moved(&app, officer, &serial, feedback::take).await
}

/// Adds a note that colleagues read, and nobody else.
#[utoipa::path(
    post, path = NOTE, context_path = BASE, tag = "desk", request_body = NoteSubmission, security(("token" = [])), params(("serial" = String, Path, description = "Its number."), Lang),
    responses((status = 200, description = "Done.", body = Done), problem::Moves)
)]
async fn add_note(app: Shared, serial: Path<String>, Asked(officer, sent): Asked<NoteSubmission>) -> Result<Json<Done>, Refused> {
    moved(&app, officer, &serial, move |tx, me, serial| note::add(tx, me, serial, &sent.words)).await
}

/// Saves what was written.
#[utoipa::path(
    post, path = DRAFT, context_path = BASE, tag = "desk", request_body = DraftSubmission, security(("token" = [])), params(("serial" = String, Path, description = "Its number."), Lang),
    responses((status = 200, description = "Done.", body = Done), problem::Moves)
)]
async fn save_draft(app: Shared, serial: Path<String>, Asked(officer, sent): Asked<DraftSubmission>) -> Result<Json<Done>, Refused> {
    moved(&app, officer, &serial, move |tx, me, serial| feedback::save(tx, me, serial, &sent.into(), false)).await
}

/// Hands a text in, for a colleague to approve.
#[utoipa::path(
    post, path = HAND_IN, context_path = BASE, tag = "desk", request_body = DraftSubmission, security(("token" = [])), params(("serial" = String, Path, description = "Its number."), Lang),
    responses((status = 200, description = "Done.", body = Done), problem::Moves)
)]
async fn hand_in(app: Shared, serial: Path<String>, Asked(officer, sent): Asked<DraftSubmission>) -> Result<Json<Done>, Refused> {
    moved(&app, officer, &serial, move |tx, me, serial| feedback::save(tx, me, serial, &sent.into(), true)).await
}

/// Approves what a colleague handed in; an answer is public then.
#[utoipa::path(
    post, path = APPROVE, context_path = BASE, tag = "desk", request_body = ApprovalSubmission, security(("token" = [])), params(("serial" = String, Path, description = "Its number."), Lang),
    responses((status = 200, description = "Done.", body = Done), problem::Moves)
)]
async fn approve(app: Shared, serial: Path<String>, Asked(officer, sent): Asked<ApprovalSubmission>) -> Result<Json<Done>, Refused> {
    let seen = feedback::Seen { events: sent.events, revision: sent.revision };
    moved(&app, officer, &serial, move |tx, me, serial| feedback::approve(tx, me, serial, Some(seen))).await
}

/// Gives back what a colleague handed in.
#[utoipa::path(
    post, path = RETURN, context_path = BASE, tag = "desk", request_body = ReturnSubmission, security(("token" = [])), params(("serial" = String, Path, description = "Its number."), Lang),
    responses((status = 200, description = "Done.", body = Done), problem::Moves)
)]
async fn give_back(app: Shared, serial: Path<String>, Asked(officer, sent): Asked<ReturnSubmission>) -> Result<Json<Done>, Refused> {
    moved(&app, officer, &serial, move |tx, me, serial| feedback::give_back(tx, me, serial, &sent.reason, &sent.note)).await
}

/// Gives an opinion to another office.
#[utoipa::path(
    post, path = FORWARD, context_path = BASE, tag = "desk", request_body = ForwardSubmission, security(("token" = [])), params(("serial" = String, Path, description = "Its number."), Lang),
    responses((status = 200, description = "Done.", body = Done), problem::Moves)
)]
async fn forward(app: Shared, serial: Path<String>, Asked(officer, sent): Asked<ForwardSubmission>) -> Result<Json<Done>, Refused> {
    moved(&app, officer, &serial, move |tx, me, serial| feedback::forward(tx, me, serial, &sent.to, &sent.reason, &sent.note)).await
}

/// Asks the sender for more; the clock stands still meanwhile.
#[utoipa::path(
    post, path = ASK, context_path = BASE, tag = "desk", request_body = AskSubmission, security(("token" = [])), params(("serial" = String, Path, description = "Its number."), Lang),
    responses((status = 200, description = "Done.", body = Done), problem::Moves)
)]
async fn ask(app: Shared, serial: Path<String>, Asked(officer, sent): Asked<AskSubmission>) -> Result<Json<Done>, Refused> {
    moved(&app, officer, &serial, move |tx, me, serial| supplement::ask(tx, me, serial, &sent.request, &sent.days.to_string())).await
}
