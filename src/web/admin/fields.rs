//! Fields: what people choose. Code, first day and target group are fixed once
//! written, because figures are kept by them.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::gate::{Admin, Sent, done};
use super::page::{Cell, Form, ListPage, fields, read};
use crate::actions::catalogue::{self, EndForm, FieldForm};
use crate::domain::catalogue::Field;
use crate::domain::error::{Code, Problem};
use crate::domain::words::FieldCode;
use crate::web::form::Fields;

/// Its address.
pub const LIST: &str = "/quan-tri/linh-vuc";

/// All fields, in their order.
pub async fn list(admin: Admin) -> HttpResponse {
    let rows = admin.catalogue.fields.iter().map(|f| {
        let name = f.name.get(admin.language());
        vec![
            Cell::link(name, format!("{LIST}/{}/sua", f.code)),
            Cell::text(f.code.to_string()),
            Cell::text(f.position.to_string()),
            Cell::text(admin.t(&format!("admin.group.{}", f.group))),
            Cell::term(&admin, f.valid_from, f.valid_to),
            Cell::act(admin.t("admin.end"), name, format!("{LIST}/{}/ket-thuc", f.code)),
        ]
    });
    admin.list(ListPage::new("fields", &["field", "code", "position", "group", "state", "end"], rows).adds(format!("{LIST}/them")))
}

fn layout(form: &mut Form<'_>, admin: &Admin, held: Option<&Field>) {
    match held {
        Some(field) => form.head("fields", "edit", field.name.get(admin.language()), LIST),
        None => {
            form.head("fields", "add", "", LIST);
            form.hinted("code", "text");
            form.select("group", Some("admin.choose"), form.words(&catalogue::groups(&admin.catalogue), "admin.group"));
            form.hinted("valid_from", "date");
        }
    }
    form.names("name");
    form.names("hint");
    form.select("icon", Some("admin.choose"), form.words(&catalogue::ICONS, "admin.icon"));
    form.hinted("position", "number");
    form.hinted("source", "text");
}

fn held<'a>(admin: &'a Admin, code: &str) -> Result<&'a Field, Problem> {
    code.parse().ok().and_then(|c: FieldCode| admin.catalogue.field(&c)).ok_or_else(|| Code::NotFound.into())
}

/// An empty form.
pub async fn new(admin: Admin) -> HttpResponse {
    let form = FieldForm { valid_from: admin.today.to_string(), ..FieldForm::default() };
    admin.form(&fields(&form), |f| layout(f, &admin, None))
}

/// Adds a field.
pub async fn add(admin: Admin, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let form: FieldForm = read(&sent);
    let outcome = admin.write(&sent, move |tx, me| catalogue::put_field(tx, me, None, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &admin, None))
}

/// The form of a field.
pub async fn edit(admin: Admin, code: Path<String>) -> HttpResponse {
    match held(&admin, &code) {
        Ok(field) => admin.form(&fields(&FieldForm::from(field)), |f| layout(f, &admin, Some(field))),
        Err(problem) => admin.problem(&problem),
    }
}

/// Changes a field.
pub async fn change(admin: Admin, code: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let field = match held(&admin, &code) {
        Ok(field) => field,
        Err(problem) => return admin.problem(&problem),
    };
    let form: FieldForm = read(&sent);
    let code = field.code.clone();
    let outcome = admin.write(&sent, move |tx, me| catalogue::put_field(tx, me, Some(&code), &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &admin, Some(field)))
}

fn end_layout(form: &mut Form<'_>, admin: &Admin, field: &Field) {
    form.head("fields", "end", field.name.get(admin.language()), LIST);
    form.ends("admin.fields.end_lead", "admin.fields.end_button");
    form.hinted("last", "date");
}

/// Asks for the last day.
pub async fn ending(admin: Admin, code: Path<String>) -> HttpResponse {
    match held(&admin, &code) {
        Ok(field) => admin.form(&Fields::default(), |f| end_layout(f, &admin, field)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Ends a field.
pub async fn end(admin: Admin, code: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let field = match held(&admin, &code) {
        Ok(field) => field,
        Err(problem) => return admin.problem(&problem),
    };
    let form: EndForm = read(&sent);
    let code = field.code.clone();
    let outcome = admin.write(&sent, move |tx, me| catalogue::end_field(tx, me, &code, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| end_layout(f, &admin, field))
}
