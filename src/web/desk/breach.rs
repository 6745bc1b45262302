//! The register of breaches at `/can-bo/quyen/su-co`: the records with the hours
//! that are left, one record to complete, mark and print.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, Query, ServiceConfig};
use serde::Serialize;

use super::gate::{AtDesk, Sent, anchor, refused};
use super::rights::number;
use crate::actions::breach::{self, Form as Typed};
use crate::domain::breach::{Breach, Facts, hours_left};
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::text::propose_title;
use crate::domain::time::Moment;
use crate::domain::words::Language;
use crate::i18n::{date, long_date, t, tr};
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::{respond, view};

const LIST: &str = "/can-bo/quyen/su-co";

/// Mounts the register.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route(LIST, web::get().to(list))
        .route(LIST, web::post().to(open))
        .route("/can-bo/quyen/su-co/{id}", web::get().to(show))
        .route("/can-bo/quyen/su-co/{id}", web::post().to(act))
        .route("/can-bo/quyen/su-co/{id}/bien-ban", web::get().to(print));
}

/// Minute and day, as an official record writes it.
fn moment(at: Moment, language: Language) -> String {
    let (hour, minute) = at.hour_minute();
    format!("{hour:02}:{minute:02}, {}", long_date(language, at.day()))
}

/// What is left of the term, in words.
#[derive(Serialize)]
struct Clock {
    status: String,
    tone: &'static str,
    until: Option<String>,
}

fn clock(breach: &Breach, now: Moment, language: Language) -> Result<Clock, Problem> {
    let until = breach::until(breach)?;
    let say = |key: &str, n: i64| tr(language, &format!("breach.clock.{key}"), &[("n", n.to_string())]);
    let (status, tone) = match (&breach.notified, until) {
        (Some((at, _)), Some(until)) if *at > until => (say("notified_late", hours_left(*at, until).max(1)), "late"),
        (Some(_), _) => (say("notified", 0), "good"),
        (None, None) => (say("no_term", 0), ""),
        (None, Some(until)) => match hours_left(until, now) {
            n if n < 0 => (say("over", -n), "late"),
            0 => (say("last", 0), "late"),
            n => (say("left", n), if n <= 24 { "soon" } else { "" }),
        },
    };
    Ok(Clock { status, tone, until: until.map(|until| moment(until, language)) })
}

#[derive(Serialize)]
struct ListPage {
    items: Vec<Row>,
    form: FormView,
    form_open: bool,
    faults: Vec<FaultLine>,
}

#[derive(Serialize)]
struct Row {
    id: i64,
    title: String,
    detected: String,
    #[serde(flatten)]
    clock: Clock,
}

/// The form of a record, filled.
#[derive(Serialize, Default)]
struct FormView {
    day: String,
    time: String,
    place: String,
    act: String,
    data_types: String,
    data_count: String,
    persons: String,
    consequences: String,
    measures: String,
}

impl FormView {
    fn typed(f: &Fields) -> Self {
        let of = |name: &str| f.get(name).to_owned();
        Self {
            day: of("day"),
            time: of("time"),
            place: of("place"),
            act: of("act"),
            data_types: of("data_types"),
            data_count: of("data_count"),
            persons: of("persons"),
            consequences: of("consequences"),
            measures: of("measures"),
        }
    }

    fn of(breach: &Breach) -> Self {
        let (hour, minute) = breach.detected_at.hour_minute();
        let Facts { place, act, data_types, data_count, persons, consequences, measures } = breach.facts.clone();
        let (day, time) = (breach.detected_at.day().to_string(), format!("{hour:02}:{minute:02}"));
        Self { day, time, place, act, data_types, data_count, persons, consequences, measures }
    }
}

fn typed(f: &Fields) -> Typed {
    let of = |name: &str| f.get(name).to_owned();
    let facts = Facts {
        place: of("place"),
        act: of("act"),
        data_types: of("data_types"),
        data_count: of("data_count"),
        persons: of("persons"),
        consequences: of("consequences"),
        measures: of("measures"),
    };
    Typed { day: of("day"), time: of("time"), facts }
}

/// The register.
async fn list(desk: AtDesk) -> HttpResponse {
    list_page(&desk, Fields::default(), Vec::new(), StatusCode::OK).await
}

async fn list_page(desk: &AtDesk, fields: Fields, faults: Vec<Fault>, status: StatusCode) -> HttpResponse {
    let (me, language) = (desk.me.clone(), desk.visitor.language);
    let built = desk.app.read(move |tx| {
        let (now, breaches) = (tx.now, breach::list(tx, &me)?);
        let row =
            |b: &Breach| Ok(Row { id: b.id, title: propose_title(&b.facts.act), detected: moment(b.detected_at, language), clock: clock(b, now, language)? });
        let items = breaches.iter().map(row).collect::<Result<Vec<_>, Problem>>()?;
        let form = if fields.0.is_empty() { FormView { day: tx.today.to_string(), ..FormView::default() } } else { FormView::typed(&fields) };
        Ok(ListPage { items, form, form_open: !faults.is_empty(), faults: Faults::new(faults, language).lines(anchor) })
    });
    match built.await {
        Ok(page) => desk.page(status, "desk/breaches", &page),
        Err(problem) => desk.problem(&problem),
    }
}

/// Opens a record.
async fn open(desk: AtDesk, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let form = typed(&fields);
    match desk.write(&fields, move |tx, me| breach::open(tx, me, &form)).await {
        Ok(id) => respond::see_other(&format!("{LIST}/{id}?xong=1")),
        Err(problem) => match refused(&problem) {
            Some((status, faults)) => list_page(&desk, fields, faults, status).await,
            None => desk.problem(&problem),
        },
    }
}

#[derive(Serialize)]
struct Page {
    title: String,
    id: i64,
    revision: i64,
    detected: String,
    opened: String,
    #[serde(flatten)]
    clock: Clock,
    notified: Option<Notified>,
    facts: Vec<Fact>,
    form: FormView,
    /// Somebody else saved what stands above the form that comes back.
    changed: bool,
    notify: NotifyForm,
    form_open: bool,
    faults: Vec<FaultLine>,
    done: bool,
    today: String,
}

#[derive(Serialize)]
struct Notified {
    at: String,
    to: String,
}

#[derive(Serialize)]
struct NotifyForm {
    day: String,
    time: String,
    to: String,
}

#[derive(Serialize)]
struct Fact {
    label: String,
    paragraphs: Vec<String>,
    lang: Language,
}

/// A form that comes back, or the page after one that was taken.
#[derive(Default)]
struct Back {
    fields: Fields,
    faults: Vec<Fault>,
    done: bool,
}

fn facts(breach: &Breach, language: Language) -> Vec<Fact> {
    let f = &breach.facts;
    let parts = [
        ("place", &f.place),
        ("act", &f.act),
        ("data_types", &f.data_types),
        ("data_count", &f.data_count),
        ("persons", &f.persons),
        ("consequences", &f.consequences),
        ("measures", &f.measures),
    ];
    let fact = |(key, words): (&str, &String)| {
        let missing = t(language, "breach.not_known");
        let words = if words.is_empty() { &missing } else { words };
        Fact { label: t(language, &format!("breach.{key}")), lang: view::language_of(words, language), paragraphs: view::paragraphs(words) }
    };
    parts.into_iter().map(fact).collect()
}

fn build(breach: &Breach, now: Moment, back: &Back, language: Language) -> Result<Page, Problem> {
    let f = &back.fields;
    let (editing, notifying) = (f.get("viec") == "sua", f.get("viec") == "da-bao");
    let (hour, minute) = now.hour_minute();
    let part = |name: &str, otherwise: String| if notifying { f.get(name).to_owned() } else { otherwise };
    Ok(Page {
        title: tr(language, "breach.record", &[("id", breach.id.to_string())]),
        id: breach.id,
        // A form that comes back for another fault is of the record that its writer saw.
        revision: match f.get("revision").parse() {
            Ok(seen) if editing && back.faults.iter().all(|fault| fault.code != Code::ChangedMeanwhile.as_str()) => seen,
            _ => breach.revision,
        },
        detected: moment(breach.detected_at, language),
        opened: moment(breach.opened_at, language),
        clock: clock(breach, now, language)?,
        notified: breach.notified.as_ref().map(|(at, to)| Notified { at: moment(*at, language), to: to.clone() }),
        facts: facts(breach, language),
        changed: editing && back.faults.iter().any(|fault| fault.code == Code::ChangedMeanwhile.as_str()),
        form: if editing { FormView::typed(f) } else { FormView::of(breach) },
        notify: NotifyForm {
            day: part("notified-day", now.day().to_string()),
            time: part("notified-time", format!("{hour:02}:{minute:02}")),
            to: part("notified-to", String::new()),
        },
        form_open: editing,
        faults: Faults::new(back.faults.clone(), language).lines(anchor),
        done: back.done,
        today: date(now.day()),
    })
}

/// One record.
async fn show(desk: AtDesk, id: Path<String>, query: Query<Vec<(String, String)>>) -> HttpResponse {
    let back = Back { done: Fields(query.into_inner()).has("xong", "1"), ..Back::default() };
    page(&desk, &id, "desk/breach", back, StatusCode::OK).await
}

/// One record to be printed and signed (biên bản).
async fn print(desk: AtDesk, id: Path<String>) -> HttpResponse {
    page(&desk, &id, "desk/breach-print", Back::default(), StatusCode::OK).await
}

async fn page(desk: &AtDesk, id: &str, template: &'static str, back: Back, status: StatusCode) -> HttpResponse {
    let (me, language, id) = (desk.me.clone(), desk.visitor.language, number(id));
    match desk.app.read(move |tx| breach::get(tx, &me, id?).and_then(|breach| build(&breach, tx.now, &back, language))).await {
        Ok(page) => desk.page(status, template, &page),
        Err(problem) => desk.problem(&problem),
    }
}

/// Completes a record, or marks it as notified.
async fn act(desk: AtDesk, id: Path<String>, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let (asked, number) = (fields.clone(), number(&id));
    let done = desk.write(&fields, move |tx, me| match (asked.get("viec"), number?) {
        ("sua", id) => breach::change(tx, me, id, asked.get("revision").parse().unwrap_or(-1), &typed(&asked)),
        ("da-bao", id) => breach::notified(tx, me, id, asked.get("notified-day"), asked.get("notified-time"), asked.get("notified-to")),
        _ => Err(Code::NotFound.into()),
    });
    match done.await {
        Ok(()) => respond::see_other(&format!("{LIST}/{id}?xong=1")),
        Err(problem) => match refused(&problem) {
            // What another wrote meanwhile stands above the form, which keeps what was typed.
            Some((status, faults)) => page(&desk, &id, "desk/breach", Back { fields, faults, done: false }, status).await,
            None => desk.problem(&problem),
        },
    }
}
