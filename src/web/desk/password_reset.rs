//! A forgotten password: a link is asked for by name, comes by mail, and sets a
//! new one. Nobody learns here whether an account exists.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use serde::Serialize;

use super::gate::{Sent, anchor, refused};
use crate::actions::account::Turn;
use crate::actions::password::{self, LINK_SECONDS, NewPassword};
use crate::domain::error::{Code, Fault, Problem};
use crate::http::app::{Shared, block};
use crate::http::visitor::Visitor;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::respond;

#[derive(Serialize, Default)]
struct Page {
    login: String,
    /// What holds the link of this page, in the address that its form goes to.
    token: String,
    /// It was asked for, or it was set.
    done: bool,
    minutes: i64,
    faults: Vec<FaultLine>,
}

impl Page {
    fn with(faults: Vec<Fault>, visitor: &Visitor) -> Self {
        Self { minutes: LINK_SECONDS / 60, faults: Faults::new(faults, visitor.language).lines(anchor), ..Self::default() }
    }
}

/// Asks for the name.
pub async fn ask(app: Shared, visitor: Visitor) -> HttpResponse {
    respond::page(&app, &visitor, "desk/forgot", &Page::with(Vec::new(), &visitor))
}

/// Sends a link, if there is somebody to send it to. The answer is the same if not.
pub async fn send(app: Shared, visitor: Visitor, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let outcome = asked(&app, &visitor, &fields).await;
    match outcome {
        Ok(()) => respond::page(&app, &visitor, "desk/forgot", &Page { done: true, ..Page::with(Vec::new(), &visitor) }),
        Err(problem) => match refused(&problem) {
            Some((status, faults)) => {
                let page = Page { login: fields.get("login").to_owned(), ..Page::with(faults, &visitor) };
                respond::page_status(&app, &visitor, status, "desk/forgot", &page)
            }
            None => respond::problem(&app, &visitor, &problem),
        },
    }
}

async fn asked(app: &Shared, visitor: &Visitor, fields: &Fields) -> Result<(), Problem> {
    visitor.check_form(app, fields.get("form_token"))?;
    let (login, address) = (fields.get("login").to_owned(), visitor.address.clone());
    if login.trim().is_empty() {
        return Err(Problem::Invalid(vec![Fault::new("/login", "words_missing")]));
    }
    app.write(move |tx| password::forgot(tx, &login, &address)).await
}

/// The page that a link opens. To open it changes nothing: a mail program may look before its reader does.
pub async fn open(app: Shared, visitor: Visitor, token: Path<String>) -> HttpResponse {
    let token = token.into_inner();
    let looked = token.clone();
    match app.read(move |tx| password::is_valid(tx, &looked)).await {
        Ok(true) => respond::page(&app, &visitor, "desk/new-password", &Page { token, ..Page::with(Vec::new(), &visitor) }),
        Ok(false) => respond::problem(&app, &visitor, &Code::LinkEnded.into()),
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

/// Sets the new password.
pub async fn set(app: Shared, visitor: Visitor, token: Path<String>, sent: Sent) -> HttpResponse {
    let (token, fields) = (token.into_inner(), Fields(sent.into_inner()));
    match new_password(&app, &visitor, &token, &fields).await {
        Ok(()) => respond::page_status(&app, &visitor, StatusCode::OK, "desk/new-password", &Page { done: true, ..Page::with(Vec::new(), &visitor) }),
        Err(problem) => match refused(&problem) {
            Some((status, faults)) => respond::page_status(&app, &visitor, status, "desk/new-password", &Page { token, ..Page::with(faults, &visitor) }),
            None => respond::problem(&app, &visitor, &problem),
        },
    }
}

async fn new_password(app: &Shared, visitor: &Visitor, token: &str, fields: &Fields) -> Result<(), Problem> {
    visitor.check_form(app, fields.get("form_token"))?;
    let turn = Turn::wait().await?;
    let new = NewPassword { password: fields.get("new_password").to_owned(), repeat: fields.get("repeat").to_owned() };
    let (service, token) = (app.service.clone(), token.to_owned());
    block(move || password::reset(&service, &turn, &token, &new)).await
}
