//! Procedures: the catalogue of thủ tục hành chính. Each lies in a sector, and
//! the sector in a field.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::gate::{Admin, Sent, done};
use super::page::{Cell, Form, ListPage, fields, read};
use crate::actions::catalogue::{self, EndForm, ProcedureForm};
use crate::domain::catalogue::Procedure;
use crate::domain::error::{Code, Problem};
use crate::domain::words::ProcedureKey;
use crate::store::catalogue::{Sector, sectors};
use crate::web::form::Fields;
use crate::web::view;

/// Its address.
pub const LIST: &str = "/quan-tri/thu-tuc";

/// All procedures, frequent ones first.
pub async fn list(admin: Admin) -> HttpResponse {
    let rows = admin.catalogue.procedures.iter().map(|p| {
        vec![
            Cell::link(p.name.clone(), format!("{LIST}/{}/sua", p.key)).vietnamese(),
            Cell::text(p.code.clone().unwrap_or_else(|| admin.t("procedure.no_code"))),
            Cell::text(p.sector.clone()).vietnamese(),
            Cell::text(view::field_name(&admin.catalogue, &p.field, admin.language())),
            Cell::text(admin.t(if p.verified { "admin.verified" } else { "procedure.unverified" })),
            Cell::term(&admin, p.valid_from, p.valid_to),
            Cell::act(admin.t("admin.end"), p.name.clone(), format!("{LIST}/{}/ket-thuc", p.key)),
        ]
    });
    let columns = ["procedure", "national_code", "sector", "field", "checked", "state", "end"];
    admin.list(ListPage::new("procedures", &columns, rows).adds(format!("{LIST}/them")))
}

fn layout(form: &mut Form<'_>, sectors: &[Sector], held: Option<&Procedure>) {
    match held {
        Some(procedure) => form.head("procedures", "edit", &procedure.name, LIST),
        None => {
            form.head("procedures", "add", "", LIST);
            form.hinted("key", "text");
            form.hinted("valid_from", "date");
        }
    }
    form.input("name", "text");
    form.hinted("also_called", "text");
    form.input("code", "text");
    form.tick("verified");
    form.select("sector", Some("admin.choose"), sectors.iter().map(|s| (s.code.clone(), s.label.clone())));
    form.select("level", Some("admin.choose"), form.words(&catalogue::LEVELS, "admin.level"));
    form.hinted("position", "number");
    form.hinted("source", "text");
}

fn held<'a>(admin: &'a Admin, key: &str) -> Result<&'a Procedure, Problem> {
    key.parse().ok().and_then(|k: ProcedureKey| admin.catalogue.procedure(&k)).ok_or_else(|| Code::NotFound.into())
}

async fn all_sectors(admin: &Admin) -> Result<Vec<Sector>, Problem> {
    admin.app.read(|tx| Ok(sectors(tx.conn)?)).await
}

/// An empty form.
pub async fn new(admin: Admin) -> HttpResponse {
    let form = ProcedureForm { valid_from: admin.today.to_string(), position: "100".to_owned(), ..ProcedureForm::default() };
    match all_sectors(&admin).await {
        Ok(sectors) => admin.form(&fields(&form), |f| layout(f, &sectors, None)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Adds a procedure.
pub async fn add(admin: Admin, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let sectors = match all_sectors(&admin).await {
        Ok(sectors) => sectors,
        Err(problem) => return admin.problem(&problem),
    };
    let form: ProcedureForm = read(&sent);
    let outcome = admin.write(&sent, move |tx, me| catalogue::put_procedure(tx, me, None, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &sectors, None))
}

/// The form of a procedure.
pub async fn edit(admin: Admin, key: Path<String>) -> HttpResponse {
    match (held(&admin, &key), all_sectors(&admin).await) {
        (Ok(procedure), Ok(sectors)) => {
            let form = catalogue::procedure_form(procedure, &sectors);
            admin.form(&fields(&form), |f| layout(f, &sectors, Some(procedure)))
        }
        (Err(problem), _) | (_, Err(problem)) => admin.problem(&problem),
    }
}

/// Changes a procedure.
pub async fn change(admin: Admin, key: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let (procedure, sectors) = match (held(&admin, &key), all_sectors(&admin).await) {
        (Ok(procedure), Ok(sectors)) => (procedure, sectors),
        (Err(problem), _) | (_, Err(problem)) => return admin.problem(&problem),
    };
    let form: ProcedureForm = read(&sent);
    let key = procedure.key.clone();
    let outcome = admin.write(&sent, move |tx, me| catalogue::put_procedure(tx, me, Some(&key), &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &sectors, Some(procedure)))
}

fn end_layout(form: &mut Form<'_>, admin: &Admin, procedure: &Procedure) {
    form.head("procedures", "end", &procedure.name, LIST);
    form.ends("admin.procedures.end_lead", "admin.procedures.end_button");
    form.hinted("last", "date");
    let others = admin.catalogue.procedures.iter().filter(|p| p.key != procedure.key && p.valid_to.is_none());
    form.select("successor", Some("admin.procedures.not_replaced"), others.map(|p| (p.key.to_string(), p.name.clone())));
}

/// Asks for the last day and what replaces it.
pub async fn ending(admin: Admin, key: Path<String>) -> HttpResponse {
    match held(&admin, &key) {
        Ok(procedure) => admin.form(&Fields::default(), |f| end_layout(f, &admin, procedure)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Ends a procedure.
pub async fn end(admin: Admin, key: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let procedure = match held(&admin, &key) {
        Ok(procedure) => procedure,
        Err(problem) => return admin.problem(&problem),
    };
    let form: EndForm = read(&sent);
    let key = procedure.key.clone();
    let outcome = admin.write(&sent, move |tx, me| catalogue::end_procedure(tx, me, &key, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| end_layout(f, &admin, procedure))
}
