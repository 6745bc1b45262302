//! Tells a page who else has the same opinion open.

use actix_web::web::{Form, Path};
use actix_web::{HttpResponse, Responder};
use serde_json::json;

use crate::actions::presence;
use crate::domain::error::{Code, Problem};
use crate::domain::words::Serial;
use crate::http::app::{App, Shared, block};
use crate::http::visitor::Visitor;
use crate::store;
use crate::web::form::Fields;

/// Notes that the page is open; answers with the names of the others.
pub async fn here(app: Shared, visitor: Visitor, serial: Path<String>, form: Form<Vec<(String, String)>>) -> impl Responder {
    match names(&app, &visitor, &serial, &Fields(form.into_inner())).await {
        Ok(names) => HttpResponse::Ok().json(json!({"names": names})),
        Err(problem) => HttpResponse::build(crate::http::error::noted(&problem)).finish(),
    }
}

async fn names(app: &App, visitor: &Visitor, serial: &str, fields: &Fields) -> Result<String, Problem> {
    let officer = visitor.officer(app).await?;
    visitor.check_form(app, fields.get("form_token"))?;
    let serial: Serial = serial.parse().map_err(|_| Code::NotFound)?;
    let service = app.service.clone();
    let told = move || {
        // Nobody waits for the disk over who looks at a page.
        service.write_unkept(|tx| {
            let others = presence::here(tx, &officer, serial)?;
            let names = store::officer::names(tx.conn)?;
            Ok(others.iter().filter_map(|id| names.get(id).cloned()).collect::<Vec<_>>().join(", "))
        })
    };
    block(told).await
}
