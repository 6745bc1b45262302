//! What offices changed because of opinions, with the figures before and after.

use actix_web::Responder;
use actix_web::web::Path;
use serde::Serialize;

use crate::actions::figures::Results;
use crate::actions::{Tx, improvement};
use crate::domain::catalogue::Catalogue;
use crate::domain::error::{Code, Problem};
use crate::domain::improvement::{Improvement, Progress};
use crate::domain::time::Day;
use crate::domain::words::{Language, Sample};
use crate::http::app::Shared;
use crate::http::visitor::Visitor;
use crate::i18n::{date, hundredths, number, per_cent, t, tr};
use crate::store::improvement::Version;
use crate::web::respond;
use crate::web::view::{self, Numbered};

#[derive(Serialize)]
struct ListPage {
    actions: Vec<Card>,
}

/// An action in a list.
#[derive(Serialize)]
pub struct Card {
    id: i64,
    office: String,
    field: String,
    action: Vec<String>,
    progress: Progress,
    overdue: bool,
    tone: &'static str,
    begins_on: Day,
    due_on: Day,
    done_on: Option<Day>,
}

impl Card {
    /// Of a version.
    pub fn of(version: &Version, catalogue: &Catalogue, today: Day, language: Language) -> Self {
        let body = &version.body;
        let overdue = body.is_overdue(today);
        Self {
            id: version.id,
            office: view::office_name(catalogue, &body.owner, language),
            field: view::field_name(catalogue, &body.field, language),
            action: view::paragraphs(&body.action),
            progress: body.progress,
            overdue,
            tone: match body.progress {
                Progress::Done => "good",
                Progress::Planned if overdue => "bad",
                Progress::Planned | Progress::Dropped => "",
            },
            begins_on: body.begins_on,
            due_on: body.due_on,
            done_on: body.done_on,
        }
    }
}

/// The list.
pub async fn list(app: Shared, visitor: Visitor) -> impl Responder {
    let language = visitor.language;
    let read = app.read(move |tx| {
        let catalogue = tx.catalogue.clone();
        let actions = improvement::public(tx)?.iter().map(|version| Card::of(version, &catalogue, tx.today, language)).collect();
        Ok(ListPage { actions })
    });
    match read.await {
        Ok(page) => respond::page(&app, &visitor, "public/improvements", &page),
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    card: Card,
    serials: Vec<Numbered>,
    cause: Vec<String>,
    evidence: Vec<String>,
    link: String,
    reason: Vec<String>,
    before_span: String,
    after_span: Option<String>,
    rows: Vec<Row>,
}

/// A figure before and after.
#[derive(Serialize)]
struct Row {
    name: String,
    before: String,
    after: String,
}

/// One action.
pub async fn show(app: Shared, visitor: Visitor, id: Path<String>) -> impl Responder {
    let language = visitor.language;
    let Ok(id) = id.parse::<i64>() else { return respond::problem(&app, &visitor, &Code::NotFound.into()) };
    match app.read(move |tx| build(tx, id, language)).await {
        Ok(page) => respond::page(&app, &visitor, "public/improvement", &page),
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

fn build(tx: &mut Tx<'_>, id: i64, language: Language) -> Result<Page, Problem> {
    let catalogue = tx.catalogue.clone();
    let version = improvement::one(tx, id)?;
    let body = &version.body;
    let (before, after) = improvement::figures(tx, body)?;
    let span = |(from, to): (Day, Day)| format!("{} – {}", date(from), date(to));
    Ok(Page {
        card: Card::of(&version, &catalogue, tx.today, language),
        serials: improvement::named(tx, body)?.into_iter().map(view::numbered).collect(),
        cause: view::paragraphs(&body.cause),
        evidence: view::paragraphs(&body.evidence),
        link: body.link.clone(),
        reason: view::paragraphs(&body.reason),
        before_span: span(body.before()),
        after_span: body.after(tx.today).map(span),
        rows: rows(&before, after.as_ref(), body, language),
    })
}

fn rows(before: &Results, after: Option<&Results>, body: &Improvement, language: Language) -> Vec<Row> {
    let few = || t(language, "improvement.not_enough");
    let satisfied = |results: &Results, sample: Sample| {
        let figure = results.satisfaction.iter().find(|f| f.sample == sample && f.field.as_ref() == Some(&body.field) && f.respondent.is_none());
        let shown = figure.and_then(|f| f.shown.ratio()).and_then(|ratio| Some((ratio.n, ratio.share()?)));
        shown.map_or_else(few, |(n, share)| tr(language, "improvement.share", &[("share", per_cent(language, hundredths(share))), ("n", number(language, n))]))
    };
    let answered = |results: &Results| {
        let share = results.feedback.answered_share().map(|share| per_cent(language, hundredths(share)));
        share.unwrap_or_else(|| t(language, "results.nothing_due"))
    };
    let later = || t(language, "improvement.later");
    let satisfaction = Sample::ALL.iter().map(|sample| Row {
        name: tr(language, "improvement.satisfied", &[("sample", t(language, &format!("sample.{sample}")))]),
        before: satisfied(before, *sample),
        after: after.map_or_else(later, |results| satisfied(results, *sample)),
    });
    let answers = Row { name: t(language, "improvement.answered"), before: answered(before), after: after.map_or_else(later, answered) };
    satisfaction.chain([answers]).collect()
}
