//! Routing rules: to which office an opinion goes. A rule is added and ends; it
//! is never changed, so that every routing can be explained afterwards.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::gate::{Admin, Sent, done};
use super::page::{Cell, Form, ListPage, fields, read};
use crate::actions::catalogue::{self, EndForm, NAMED, RuleForm};
use crate::domain::error::{Code, Problem};
use crate::domain::routing::{Rule, Subject, Target};
use crate::web::form::Fields;
use crate::web::view;

/// Its address.
pub const LIST: &str = "/quan-tri/phan-cong";

/// What a rule looks at, in words.
pub(super) fn subject_name(admin: &Admin, subject: &Subject) -> String {
    match subject {
        Subject::Field(code) => view::field_name(&admin.catalogue, code, admin.language()),
        Subject::Procedure(key) => admin.catalogue.procedure(key).map_or_else(|| key.to_string(), |p| p.name.clone()),
    }
}

/// All rules, ended ones included.
pub async fn list(admin: Admin) -> HttpResponse {
    let rows = admin.catalogue.rules.iter().map(|r| {
        let about = subject_name(&admin, &r.subject);
        vec![
            match &r.subject {
                Subject::Field(_) => Cell::text(about.clone()),
                Subject::Procedure(_) => Cell::text(about.clone()).vietnamese(),
            },
            Cell::text(r.place.as_ref().map_or_else(|| admin.t("admin.rules.everywhere"), |p| admin.office(p))),
            Cell::text(match &r.target {
                Target::Office(code) => admin.office(code),
                Target::Named => admin.t("admin.rules.named"),
            }),
            Cell::term(&admin, r.valid_from, r.valid_to),
            Cell::end(&admin, r.valid_to, about, format!("{LIST}/{}/ket-thuc", r.id)),
        ]
    });
    let list = ListPage::new("rules", &["subject", "place", "goes_to", "state", "end"], rows).adds(format!("{LIST}/them"));
    admin.list(list.beside("admin.routing.try", format!("{LIST}/thu")).beside("admin.routing.title", format!("{LIST}/kiem-tra")))
}

/// Every field and procedure that can be chosen today, as the form and the ledger name it.
pub(super) fn subject_choices(admin: &Admin) -> Vec<(String, String)> {
    let (catalogue, today, language) = (&admin.catalogue, admin.today, admin.language());
    let fields = catalogue.fields.iter().filter(|f| f.is_active(today));
    let procedures = catalogue.procedures.iter().filter(|p| p.is_active(today));
    fields
        .map(|f| (format!("field:{}", f.code), format!("{}: {}", admin.t("admin.column.field"), f.name.get(language))))
        .chain(procedures.map(|p| (format!("procedure:{}", p.key), format!("{}: {}", admin.t("admin.column.procedure"), p.name))))
        .collect()
}

fn layout(form: &mut Form<'_>, admin: &Admin) {
    let (catalogue, today, language) = (&admin.catalogue, admin.today, admin.language());
    form.head("rules", "add", "", LIST);
    form.select("subject", Some("admin.choose"), subject_choices(admin));
    form.select("place", Some("admin.rules.everywhere"), view::office_options(catalogue, today, language));
    let named = (NAMED.to_owned(), admin.t("admin.rules.named"));
    form.select("office", Some("admin.choose"), std::iter::once(named).chain(view::office_options(catalogue, today, language)));
    form.hinted("valid_from", "date");
    form.hinted("source", "text");
}

/// An empty form.
pub async fn new(admin: Admin) -> HttpResponse {
    let form = RuleForm { valid_from: admin.today.to_string(), ..RuleForm::default() };
    admin.form(&fields(&form), |f| layout(f, &admin))
}

/// Adds a rule.
pub async fn add(admin: Admin, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let form: RuleForm = read(&sent);
    let outcome = admin.write(&sent, move |tx, me| catalogue::add_rule(tx, me, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &admin))
}

fn held<'a>(admin: &'a Admin, id: &str) -> Result<&'a Rule, Problem> {
    id.parse().ok().and_then(|id: i64| admin.catalogue.rules.iter().find(|r| r.id == id)).ok_or_else(|| Code::NotFound.into())
}

fn end_layout(form: &mut Form<'_>, admin: &Admin, rule: &Rule) {
    form.head("rules", "end", &subject_name(admin, &rule.subject), LIST);
    form.ends("admin.rules.end_lead", "admin.rules.end_button");
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
    let form: EndForm = read(&sent);
    let id = rule.id;
    let outcome = admin.write(&sent, move |tx, me| catalogue::end_rule(tx, me, id, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| end_layout(f, &admin, rule))
}
