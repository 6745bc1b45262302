//! The ladder of reminders (đôn đốc). A rung is added and ends.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::clocks;
use super::gate::{Admin, Sent, done};
use super::page::{Cell, Form, ListPage, fields, read};
use crate::actions::catalogue::{self, EndForm, RungForm};
use crate::domain::chase::{Part, Rung, Timing};
use crate::domain::error::{Code, Problem};
use crate::i18n::tr;
use crate::web::form::Fields;

/// Its address, beside the terms.
pub const LIST: &str = "/quan-tri/thoi-han/don-doc";

/// When a rung is come to, in words.
fn when(admin: &Admin, rung: &Rung) -> String {
    tr(admin.language(), &format!("admin.rung_when.{}", rung.timing), &[("n", rung.days.to_string())])
}

/// Who is reminded, in words.
fn whom(admin: &Admin, part: Part) -> String {
    admin.t(&format!("admin.rung_part.{part}"))
}

/// All rungs, ended ones included.
pub async fn list(admin: Admin) -> HttpResponse {
    let rows = admin.catalogue.chase.iter().map(|rung| {
        let about = format!("{}: {}", whom(&admin, rung.part), when(&admin, rung));
        vec![
            Cell::text(when(&admin, rung)),
            Cell::text(whom(&admin, rung.part)),
            Cell::term(&admin, rung.valid_from, rung.valid_to),
            Cell::end(&admin, rung.valid_to, about, format!("{LIST}/{}/ket-thuc", rung.code)),
        ]
    });
    let page = ListPage::new("ladder", &["rung", "reminded", "state", "end"], rows).within("clocks").adds(format!("{LIST}/them"));
    admin.list(page.beside("admin.clocks.title", clocks::LIST.to_owned()))
}

fn layout(form: &mut Form<'_>, admin: &Admin) {
    form.head("ladder", "add", "", LIST);
    form.select("timing", Some("admin.choose"), Timing::ALL.iter().map(|timing| (timing.to_string(), admin.t(&format!("admin.rung_timing.{timing}")))));
    form.hinted("days", "number");
    form.select("part", Some("admin.choose"), Part::ALL.iter().map(|part| (part.to_string(), whom(admin, *part))));
    form.hinted("valid_from", "date");
    form.hinted("source", "text");
}

/// An empty form.
pub async fn new(admin: Admin) -> HttpResponse {
    let form = RungForm { valid_from: admin.today.to_string(), ..RungForm::default() };
    admin.form(&fields(&form), |f| layout(f, &admin))
}

/// Adds a rung.
pub async fn add(admin: Admin, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let form: RungForm = read(&sent);
    let outcome = admin.write(&sent, move |tx, me| catalogue::add_rung(tx, me, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &admin))
}

fn held<'a>(admin: &'a Admin, code: &str) -> Result<&'a Rung, Problem> {
    admin.catalogue.chase.iter().find(|rung| rung.code == code).ok_or_else(|| Code::NotFound.into())
}

fn end_layout(form: &mut Form<'_>, admin: &Admin, rung: &Rung) {
    form.head("ladder", "end", &format!("{}: {}", whom(admin, rung.part), when(admin, rung)), LIST);
    form.ends("admin.ladder.end_lead", "admin.ladder.end_button");
    form.hinted("last", "date");
}

/// Asks for the last day.
pub async fn ending(admin: Admin, code: Path<String>) -> HttpResponse {
    match held(&admin, &code) {
        Ok(rung) => admin.form(&Fields::default(), |f| end_layout(f, &admin, rung)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Ends a rung.
pub async fn end(admin: Admin, code: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let rung = match held(&admin, &code) {
        Ok(rung) => rung,
        Err(problem) => return admin.problem(&problem),
    };
    let (code, form): (String, EndForm) = (rung.code.clone(), read(&sent));
    let outcome = admin.write(&sent, move |tx, me| catalogue::end_rung(tx, me, &code, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| end_layout(f, &admin, rung))
}
