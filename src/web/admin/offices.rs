//! Offices: the dated tree. An office ends on a day and names who takes over.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::gate::{Admin, Sent, done};
use super::page::{Cell, Form, ListPage, fields, read};
use crate::actions::catalogue::{self, EndForm, OfficeForm};
use crate::domain::error::{Code, Problem};
use crate::domain::office::{Office, OfficeKind};
use crate::domain::words::OfficeCode;
use crate::web::form::Fields;
use crate::web::view;

/// Its address.
pub const LIST: &str = "/quan-tri/co-quan";

/// All offices, ended ones with their day and their successor.
pub async fn list(admin: Admin) -> HttpResponse {
    let rows = admin.catalogue.offices.iter().map(|o| {
        let language = admin.language();
        vec![
            Cell::link(o.name.get(language), format!("{LIST}/{}/sua", o.code)),
            Cell::text(o.code.to_string()),
            Cell::text(admin.t(&format!("admin.office_kind.{}", o.kind))),
            Cell::text(o.parent.as_ref().map(|p| admin.office(p)).unwrap_or_default()),
            Cell::term(&admin, o.valid_from, o.valid_to),
            match &o.successor {
                Some(next) => Cell::text(crate::i18n::tr(language, "admin.state.successor", &[("office", admin.office(next))])),
                None => Cell::act(admin.t("admin.end"), o.name.get(language), format!("{LIST}/{}/ket-thuc", o.code)),
            },
        ]
    });
    admin.list(ListPage::new("offices", &["office", "code", "kind", "above", "state", "end"], rows).adds(format!("{LIST}/them")))
}

fn layout(form: &mut Form<'_>, admin: &Admin, held: Option<&Office>) {
    match held {
        Some(office) => form.head("offices", "edit", office.name.get(admin.language()), LIST),
        None => {
            form.head("offices", "add", "", LIST);
            form.hinted("code", "text");
            form.hinted("valid_from", "date");
        }
    }
    form.names("name");
    form.hinted("short", "text");
    form.select("kind", Some("admin.choose"), form.words(OfficeKind::ALL, "admin.office_kind"));
    // The topmost office has none above it.
    if held.is_none_or(|o| o.parent.is_some()) {
        form.select("parent", Some("admin.choose"), view::office_options(&admin.catalogue, admin.today, admin.language()));
    }
    form.hinted("place", "text");
    form.tick("counts_makeup");
    form.tick("selectable");
    form.hinted("email", "email");
    form.hinted("source", "text");
}

fn held<'a>(admin: &'a Admin, code: &str) -> Result<&'a Office, Problem> {
    code.parse().ok().and_then(|c: OfficeCode| admin.catalogue.offices.get(&c)).ok_or_else(|| Code::NotFound.into())
}

/// An empty form.
pub async fn new(admin: Admin) -> HttpResponse {
    let form = OfficeForm { valid_from: admin.today.to_string(), counts_makeup: "1".to_owned(), ..OfficeForm::default() };
    admin.form(&fields(&form), |f| layout(f, &admin, None))
}

/// Adds an office.
pub async fn add(admin: Admin, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let form: OfficeForm = read(&sent);
    let outcome = admin.write(&sent, move |tx, me| catalogue::put_office(tx, me, None, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &admin, None))
}

/// The form of an office.
pub async fn edit(admin: Admin, code: Path<String>) -> HttpResponse {
    match held(&admin, &code) {
        Ok(office) => admin.form(&fields(&OfficeForm::from(office)), |f| layout(f, &admin, Some(office))),
        Err(problem) => admin.problem(&problem),
    }
}

/// Changes an office.
pub async fn change(admin: Admin, code: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let office = match held(&admin, &code) {
        Ok(office) => office,
        Err(problem) => return admin.problem(&problem),
    };
    let form: OfficeForm = read(&sent);
    let code = office.code.clone();
    let outcome = admin.write(&sent, move |tx, me| catalogue::put_office(tx, me, Some(&code), &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &admin, Some(office)))
}

fn end_layout(form: &mut Form<'_>, admin: &Admin, office: &Office) {
    form.head("offices", "end", office.name.get(admin.language()), LIST);
    form.ends("admin.offices.end_lead", "admin.offices.end_button");
    form.hinted("last", "date");
    let others = view::office_options(&admin.catalogue, admin.today, admin.language()).into_iter().filter(|(code, _)| code != office.code.as_str());
    form.select("successor", Some("admin.choose"), others);
}

/// Asks for the last day and the successor.
pub async fn ending(admin: Admin, code: Path<String>) -> HttpResponse {
    match held(&admin, &code) {
        Ok(office) => admin.form(&Fields::default(), |f| end_layout(f, &admin, office)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Ends an office.
pub async fn end(admin: Admin, code: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let office = match held(&admin, &code) {
        Ok(office) => office,
        Err(problem) => return admin.problem(&problem),
    };
    let form: EndForm = read(&sent);
    let code = office.code.clone();
    let outcome = admin.write(&sent, move |tx, me| catalogue::end_office(tx, me, &code, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| end_layout(f, &admin, office))
}
