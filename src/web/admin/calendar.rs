//! The calendar: days off and make-up Saturdays. Open deadlines move with it,
//! and the page says how many did.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::gate::{Admin, Sent};
use super::page::{Cell, Form, ListPage, fields, read};
use crate::actions::calendar;
use crate::actions::catalogue::DayForm;
use crate::domain::calendar::{CalendarDay, DayKind, Status};
use crate::domain::error::{Code, Problem};
use crate::domain::time::Day;
use crate::i18n;
use crate::web::form::Fields;

/// Its address.
pub const LIST: &str = "/quan-tri/lich";

/// All days, decided and proposed.
pub async fn list(admin: Admin) -> HttpResponse {
    let language = admin.language();
    let rows = admin.catalogue.calendar.rows().map(|d| {
        let day = i18n::long_date(language, d.day);
        let status = admin.t(&format!("admin.day_status.{}", d.status));
        vec![
            Cell::link(day.clone(), format!("{LIST}/{}/sua", d.day)),
            Cell::text(d.name.get(language)),
            Cell::text(admin.t(&format!("admin.day_kind.{}", d.kind))),
            if d.status == Status::Proposed { Cell::tag(status) } else { Cell::text(status) },
            Cell::text(d.source.clone()),
            Cell::act(admin.t("admin.calendar.remove_link"), day, format!("{LIST}/{}/bo", d.day)),
        ]
    });
    let moved: Option<u64> = admin.asked.get("doi").parse().ok();
    let notice = moved.map(|n| i18n::tr(language, "admin.calendar.moved", &[("n", i18n::number(language, n))]));
    admin.list(
        ListPage::new("calendar", &["day", "name", "kind", "status", "source", "end"], rows)
            .adds(format!("{LIST}/them"))
            .beside("admin.calendar_file.link", format!("{LIST}/nhap"))
            .beside("admin.calendar_file.export", super::calendar_file::FILE.to_owned())
            .notice(notice),
    )
}

pub(super) fn done(moved: usize) -> String {
    format!("{LIST}?xong=1&doi={moved}")
}

fn layout(form: &mut Form<'_>, admin: &Admin, held: Option<&CalendarDay>) {
    match held {
        Some(row) => form.head("calendar", "edit", &i18n::long_date(admin.language(), row.day), LIST),
        None => {
            form.head("calendar", "add", "", LIST);
            form.input("day", "date");
        }
    }
    form.select("kind", Some("admin.choose"), form.words(DayKind::ALL, "admin.day_kind"));
    form.select("status", None, form.words(Status::ALL, "admin.day_status"));
    form.names("name");
    form.hinted("source", "text");
}

fn held<'a>(admin: &'a Admin, day: &str) -> Result<&'a CalendarDay, Problem> {
    day.parse().ok().and_then(|d: Day| admin.catalogue.calendar.row(d)).ok_or_else(|| Code::NotFound.into())
}

async fn write(admin: &Admin, sent: &Fields, form: DayForm) -> Result<String, Problem> {
    let moved = admin.write(sent, move |tx, me| form.parse().and_then(|day| calendar::put(tx, me, &day))).await?;
    Ok(done(moved))
}

/// An empty form.
pub async fn new(admin: Admin) -> HttpResponse {
    admin.form(&Fields::default(), |f| layout(f, &admin, None))
}

/// Adds a day.
pub async fn put(admin: Admin, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let outcome = write(&admin, &sent, read(&sent)).await;
    admin.answer(outcome, &sent, |f| layout(f, &admin, None))
}

/// The form of a day.
pub async fn edit(admin: Admin, day: Path<String>) -> HttpResponse {
    match held(&admin, &day) {
        Ok(row) => admin.form(&fields(&DayForm::from(row)), |f| layout(f, &admin, Some(row))),
        Err(problem) => admin.problem(&problem),
    }
}

/// Changes a day.
pub async fn change(admin: Admin, day: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let row = match held(&admin, &day) {
        Ok(row) => row,
        Err(problem) => return admin.problem(&problem),
    };
    let outcome = write(&admin, &sent, DayForm { day: row.day.to_string(), ..read(&sent) }).await;
    admin.answer(outcome, &sent, |f| layout(f, &admin, Some(row)))
}

fn remove_layout(form: &mut Form<'_>, admin: &Admin, row: &CalendarDay) {
    form.head("calendar", "remove", &i18n::long_date(admin.language(), row.day), LIST);
    form.ends("admin.calendar.remove_lead", "admin.calendar.remove_button");
}

/// Asks before a day is taken out.
pub async fn removing(admin: Admin, day: Path<String>) -> HttpResponse {
    match held(&admin, &day) {
        Ok(row) => admin.form(&Fields::default(), |f| remove_layout(f, &admin, row)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Takes a day out: it counts as its weekday again.
pub async fn remove(admin: Admin, day: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let row = match held(&admin, &day) {
        Ok(row) => row,
        Err(problem) => return admin.problem(&problem),
    };
    let day = row.day;
    let outcome = admin.write(&sent, move |tx, me| calendar::remove(tx, me, day)).await;
    admin.answer(outcome.map(done), &sent, |f| remove_layout(f, &admin, row))
}
