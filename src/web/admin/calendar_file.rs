//! The calendar as a file of other programs (iCalendar): written out whole, and
//! read in after a look at what it would change.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Serialize;

use super::calendar::done;
use super::gate::{Admin, Sent};
use super::page::{Cell, ListPage, ListView};
use crate::actions::calendar::{self, CalendarFile, Preview};
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::ical;
use crate::http::error::noted;
use crate::i18n;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::respond;

/// The address of the file.
pub const FILE: &str = "/quan-tri/lich.ics";

/// The form, and below it what the file would change.
#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    list: ListView,
    file: String,
    source: String,
    official: bool,
    /// The file was read: its days are shown.
    read: bool,
    /// So many of them would be written.
    writes: usize,
    version: i64,
    faults: Vec<FaultLine>,
}

/// Every day, decided and proposed, as a file.
pub async fn export(admin: Admin) -> HttpResponse {
    match ical::write(&admin.catalogue.calendar, admin.app.service.now(), admin.app.config.public_host()) {
        Ok(file) => HttpResponse::Ok()
            .content_type("text/calendar; charset=utf-8")
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"lich-{}.ics\"", admin.today)))
            .body(file),
        Err(e) => admin.problem(&Problem::Internal(format!("the calendar could not be written: {e}"))),
    }
}

/// An empty form.
pub async fn new(admin: Admin) -> HttpResponse {
    show(&admin, StatusCode::OK, &Fields::default(), None, Vec::new())
}

/// Shows what a file would change, or, when that was seen, writes it.
pub async fn import(admin: Admin, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let file = CalendarFile { text: sent.get("file").to_owned(), official: sent.has("official", "1"), source: sent.get("source").to_owned() };
    if !sent.has("viec", "ghi") {
        return look(&admin, &sent, file, StatusCode::OK, Vec::new()).await;
    }
    let seen = sent.get("version").parse().unwrap_or_default();
    let asked = file.clone();
    match admin.write(&sent, move |tx, me| calendar::import(tx, me, &asked, seen)).await {
        Ok(moved) => respond::see_other(&done(moved)),
        // The calendar is another by now: what would change is shown again.
        Err(problem @ Problem::Refused(Code::ChangedMeanwhile)) => {
            let fault = Fault::new("/file", problem.code().as_str());
            look(&admin, &sent, file, noted(&problem), vec![fault]).await
        }
        Err(problem) => refuse(&admin, &sent, problem),
    }
}

async fn look(admin: &Admin, sent: &Fields, file: CalendarFile, status: StatusCode, faults: Vec<Fault>) -> HttpResponse {
    let me = admin.me.clone();
    let read = match admin.check(sent) {
        Ok(()) => admin.app.read(move |tx| calendar::preview(tx, &me, &file)).await,
        Err(problem) => Err(problem),
    };
    match read {
        Ok(preview) => show(admin, status, sent, Some(&preview), faults),
        Err(problem) => refuse(admin, sent, problem),
    }
}

fn refuse(admin: &Admin, sent: &Fields, problem: Problem) -> HttpResponse {
    match problem {
        Problem::Invalid(faults) => show(admin, StatusCode::UNPROCESSABLE_ENTITY, sent, None, faults),
        problem @ (Problem::Refused(Code::StaleForm) | Problem::Unavailable(_)) => {
            let fault = Fault::new("/form_token", problem.code().as_str());
            show(admin, noted(&problem), sent, None, vec![fault])
        }
        problem => admin.problem(&problem),
    }
}

fn show(admin: &Admin, status: StatusCode, sent: &Fields, preview: Option<&Preview>, faults: Vec<Fault>) -> HttpResponse {
    let language = admin.language();
    let days = preview.map(|p| p.days.as_slice()).unwrap_or_default();
    let rows = days.iter().map(|(day, effect)| {
        let words = admin.t(&format!("admin.calendar_file.effect.{}", effect.as_str()));
        vec![
            Cell::text(i18n::long_date(language, day.day)),
            Cell::text(day.name.get(language)),
            Cell::text(admin.t(&format!("admin.day_kind.{}", day.kind))),
            Cell::text(admin.t(&format!("admin.day_status.{}", day.status))),
            Cell::text(day.source.clone()),
            if effect.writes() { Cell::tag(words) } else { Cell::text(words) },
        ]
    });
    let list = ListPage::new("calendar_file", &["day", "name", "kind", "status", "source", "effect"], rows).within("calendar").view(admin);
    let page = Page {
        list,
        file: sent.get("file").to_owned(),
        source: sent.get("source").to_owned(),
        official: sent.has("official", "1"),
        read: preview.is_some(),
        writes: days.iter().filter(|(_, effect)| effect.writes()).count(),
        version: preview.map_or(0, |p| p.version),
        faults: Faults::new(faults, language).lines(|pointer| match pointer {
            "/source" => "f-source".to_owned(),
            _ => "f-file".to_owned(),
        }),
    };
    admin.page(status, "admin/calendar-file", &page)
}
