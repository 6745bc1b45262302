//! One's deadlines for a calendar program: the address is made at the own
//! account, and read without signing in by whoever has it.

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder};
use serde::Serialize;

use super::account::{self, done};
use super::gate::{Own, Sent};
use crate::actions::deadline_feed::{self, Deadline};
use crate::domain::error::Problem;
use crate::domain::ical::{self, Due};
use crate::domain::words::Language;
use crate::http::app::{App, Shared};
use crate::http::visitor::Visitor;
use crate::i18n::{t, tr};
use crate::web::form::Fields;
use crate::web::respond;

/// Makes the address, or a new one in its place, and shows it: once.
pub async fn make(own: Own, sent: Sent) -> HttpResponse {
    #[derive(Serialize)]
    struct Made {
        address: String,
    }
    let fields = Fields(sent.into_inner());
    match own.write(&fields, deadline_feed::make).await {
        Ok(token) => {
            let address = format!("{}/lich-han/{token}.ics", own.app.config.public_url);
            own.page(actix_web::http::StatusCode::OK, "desk/deadline-feed", &Made { address })
        }
        Err(problem) => account::answer(&own, Err(problem), "lich", fields).await,
    }
}

/// Takes the address away.
pub async fn end(own: Own, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let outcome = own.write(&fields, deadline_feed::end).await.map(|()| done("lich"));
    account::answer(&own, outcome, "lich", fields).await
}

/// The file. Numbers and days, no words: calendars are shown to others, and kept elsewhere.
pub async fn show(app: Shared, visitor: Visitor, token: Path<String>) -> impl Responder {
    match file(&app, token.into_inner()).await {
        Ok(file) => HttpResponse::Ok().content_type("text/calendar; charset=utf-8").body(file),
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

async fn file(app: &App, token: String) -> Result<String, Problem> {
    let (officer, deadlines) = app.read(move |tx| deadline_feed::read(tx, &token)).await?;
    let due: Vec<Due> = deadlines.iter().map(|deadline| due(deadline, officer.language, &app.config.public_url)).collect();
    let name = t(officer.language, "deadline_feed.calendar");
    ical::deadlines(&name, &due, app.service.now(), app.config.public_host()).map_err(|e| Problem::Internal(format!("the deadlines could not be written: {e}")))
}

fn due(deadline: &Deadline, language: Language, public_url: &str) -> Due {
    let (key, id) = match deadline.appeal {
        false => ("deadline_feed.due", deadline.serial.to_string()),
        true => ("deadline_feed.due_appeal", format!("{}-appeal", deadline.serial)),
    };
    Due {
        id,
        day: deadline.due_on,
        summary: tr(language, key, &[("id", deadline.serial.to_string())]),
        url: format!("{public_url}/can-bo/{}", deadline.serial.0),
    }
}
