//! Asking from above that one opinion be answered.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use serde::Serialize;
use uuid::Uuid;

use super::gate::{AtDesk, Sent, anchor, refused};
use super::overview::OVERVIEW;
use crate::actions::{Tx, press};
use crate::domain::access::Officer;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::time::Day;
use crate::domain::words::{Language, Serial};
use crate::i18n::{date, long_date, t, tr};
use crate::store;
use crate::store::press::Press;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::respond;
use crate::web::view::{self, Status};

#[derive(Serialize)]
struct Page {
    title: String,
    number: i64,
    id: String,
    kind: String,
    field: String,
    office: String,
    state: String,
    #[serde(flatten)]
    status: Status,
    received_on: Day,
    due_on: Option<Day>,
    presses: Vec<PressLine>,
    /// The higher office that an appeal waits at, and until when.
    appeal: Option<String>,
    may_press: bool,
    /// It waits for its office: then only a press of today is in the way.
    waits: bool,
    /// They may read it at the desk, too.
    reads: bool,
    words: String,
    /// It was just pressed.
    done: bool,
    faults: Vec<FaultLine>,
}

/// Who pressed, when, and with what words.
#[derive(Serialize)]
pub struct PressLine {
    line: String,
    words: Vec<String>,
}

/// Presses as lines of a page.
pub fn lines(presses: &[Press], names: &BTreeMap<Uuid, String>, language: Language) -> Vec<PressLine> {
    let line = |press: &Press| PressLine {
        line: tr(language, "press.line", &[("name", names.get(&press.officer).cloned().unwrap_or_default()), ("day", date(press.on))]),
        words: view::paragraphs(&press.words),
    };
    presses.iter().map(line).collect()
}

/// The page.
pub async fn show(desk: AtDesk, serial: Path<String>, query: Query<Vec<(String, String)>>) -> HttpResponse {
    page(&desk, StatusCode::OK, &serial, Fields(query.into_inner()), Vec::new()).await
}

async fn page(desk: &AtDesk, status: StatusCode, serial: &str, fields: Fields, faults: Vec<Fault>) -> HttpResponse {
    let Ok(serial) = serial.parse::<Serial>() else { return desk.problem(&Code::NotFound.into()) };
    let (me, language) = (desk.me.clone(), desk.visitor.language);
    match desk.app.read(move |tx| build(tx, &me, serial, language)).await {
        Ok(page) => {
            let faults = Faults::new(faults, language).lines(anchor);
            let done = fields.has("xong", "1");
            desk.page(status, "desk/press", &Page { words: fields.get("words").to_owned(), done, faults, ..page })
        }
        Err(problem) => desk.problem(&problem),
    }
}

fn build(tx: &mut Tx<'_>, me: &Officer, serial: Serial, language: Language) -> Result<Page, Problem> {
    let overseen = press::look(tx, me, serial)?;
    let catalogue = tx.catalogue.clone();
    let record = &overseen.record;
    let names = store::officer::names(tx.conn)?;
    let appeal = overseen.awaited.as_ref().filter(|awaited| awaited.appeal).and_then(|awaited| awaited.until);
    Ok(Page {
        title: tr(language, "press.title", &[("id", serial.to_string())]),
        number: serial.0,
        id: serial.to_string(),
        kind: record.kind.map(|kind| t(language, &format!("kind.{kind}"))).unwrap_or_default(),
        field: record.field.as_ref().map(|f| view::field_name(&catalogue, f, language)).unwrap_or_default(),
        office: record.office.as_ref().map(|o| view::office_name(&catalogue, o, language)).unwrap_or_default(),
        // Of what is closed the class says it all.
        state: if record.state.is_open() { t(language, &format!("state.{}", record.state)) } else { String::new() },
        status: view::standing(record, appeal, &catalogue.calendar, tx.today, language),
        received_on: record.received_on,
        due_on: record.due_on,
        presses: lines(&overseen.presses, &names, language),
        appeal: overseen.awaited.as_ref().filter(|awaited| awaited.appeal).map(|awaited| {
            let until = awaited.until.map(|until| long_date(language, until)).unwrap_or_default();
            tr(language, "appeal.desk_text", &[("office", view::office_name(&catalogue, &awaited.office, language)), ("day", until)])
        }),
        may_press: overseen.may_press,
        waits: overseen.awaited.is_some(),
        reads: me.has_desk(),
        words: String::new(),
        done: false,
        faults: Vec::new(),
    })
}

/// Presses, and goes back to what waits.
pub async fn act(desk: AtDesk, serial: Path<String>, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let Ok(about) = serial.parse::<Serial>() else { return desk.problem(&Code::NotFound.into()) };
    let words = fields.get("words").to_owned();
    match desk.write(&fields, move |tx, me| press::press(tx, me, about, &words)).await {
        Ok(()) => respond::see_other(&format!("{OVERVIEW}/{}?xong=1", about.0)),
        Err(problem) => match refused(&problem) {
            Some((status, faults)) => page(&desk, status, &serial, fields, faults).await,
            None => desk.problem(&problem),
        },
    }
}
