//! Clock rules: how many working days a step takes. A rule is added and ends;
//! it is never changed, so that the term of every opinion can be explained.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::gate::{Admin, Sent, done};
use super::page::{Cell, Form, ListPage, fields, read};
use crate::actions::catalogue::{self, ClockForm, EndForm};
use crate::domain::catalogue::{ClockRule, STEPS};
use crate::domain::error::{Code, Problem};
use crate::domain::words::Kind;
use crate::web::form::Fields;
use crate::web::view;

/// Its address.
pub const LIST: &str = "/quan-tri/thoi-han";

fn step(admin: &Admin, step: &str) -> String {
    admin.t(&format!("admin.clock_step.{step}"))
}

/// All rules, ended ones included.
pub async fn list(admin: Admin) -> HttpResponse {
    let rows = admin.catalogue.clocks.iter().map(|rule| {
        let about = step(&admin, &rule.step);
        vec![
            Cell::text(about.clone()),
            Cell::text(rule.days.to_string()),
            Cell::text(rule.kind.map_or_else(|| admin.t("admin.clocks.every_kind"), |kind| admin.t(&format!("kind.{kind}")))),
            Cell::text(rule.field.as_ref().map_or_else(|| admin.t("admin.clocks.every_field"), |f| view::field_name(&admin.catalogue, f, admin.language()))),
            Cell::term(&admin, rule.valid_from, rule.valid_to),
            Cell::end(&admin, rule.valid_to, about, format!("{LIST}/{}/ket-thuc", rule.id)),
        ]
    });
    let page = ListPage::new("clocks", &["step", "days", "kind", "field", "state", "end"], rows).adds(format!("{LIST}/them"));
    admin.list(page.beside("admin.ladder.title", super::ladder::LIST.to_owned()))
}

fn layout(form: &mut Form<'_>, admin: &Admin) {
    let (today, language) = (admin.today, admin.language());
    form.head("clocks", "add", "", LIST);
    form.select("step", Some("admin.choose"), form.words(&STEPS, "admin.clock_step"));
    form.input("days", "number");
    form.select("kind", Some("admin.clocks.every_kind"), form.words(Kind::ALL, "kind"));
    let fields = admin.catalogue.fields.iter().filter(|f| f.is_active(today));
    form.select("field", Some("admin.clocks.every_field"), fields.map(|f| (f.code.to_string(), f.name.get(language).to_owned())));
    form.hinted("valid_from", "date");
    form.hinted("source", "text");
}

/// An empty form.
pub async fn new(admin: Admin) -> HttpResponse {
    let form = ClockForm { valid_from: admin.today.to_string(), ..ClockForm::default() };
    admin.form(&fields(&form), |f| layout(f, &admin))
}

/// Adds a rule.
pub async fn add(admin: Admin, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let form: ClockForm = read(&sent);
    let outcome = admin.write(&sent, move |tx, me| catalogue::add_clock(tx, me, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &admin))
}

fn held<'a>(admin: &'a Admin, id: &str) -> Result<&'a ClockRule, Problem> {
    id.parse().ok().and_then(|id: i64| admin.catalogue.clocks.iter().find(|rule| rule.id == id)).ok_or_else(|| Code::NotFound.into())
}

fn end_layout(form: &mut Form<'_>, admin: &Admin, rule: &ClockRule) {
    form.head("clocks", "end", &step(admin, &rule.step), LIST);
    form.ends("admin.clocks.end_lead", "admin.clocks.end_button");
    form.hinted("last", "date");
}

/// Asks for the last day.
pub async fn ending(admin: Admin, id: Path<String>) -> HttpResponse {
    match held(&admin, &id) {
        Ok(rule) => admin.form(&Fields::default(), |f| end_layout(f, &admin, rule)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Ends a rule.
pub async fn end(admin: Admin, id: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let rule = match held(&admin, &id) {
        Ok(rule) => rule,
        Err(problem) => return admin.problem(&problem),
    };
    let (id, form): (i64, EndForm) = (rule.id, read(&sent));
    let outcome = admin.write(&sent, move |tx, me| catalogue::end_clock(tx, me, id, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| end_layout(f, &admin, rule))
}
