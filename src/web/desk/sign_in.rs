//! Signing in and out.

use actix_web::cookie::Cookie;
use actix_web::web::Form;
use actix_web::{HttpResponse, Responder};
use serde::Serialize;

use crate::actions::account::{self, Entry, Turn};
use crate::actions::totp;
use crate::domain::access::Officer;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::words::Role;
use crate::http::app::{Shared, block};
use crate::http::error::noted;
use crate::http::visitor::Visitor;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::respond;

#[derive(Serialize, Default)]
struct Page {
    login: String,
    faults: Vec<FaultLine>,
}

/// The form.
pub async fn ask(app: Shared, visitor: Visitor) -> impl Responder {
    respond::page(&app, &visitor, "desk/sign-in", &Page::default())
}

/// Where somebody's work begins.
fn home(officer: &Officer) -> &'static str {
    if !officer.has_desk() && officer.is(Role::Administrator) { "/quan-tri" } else { "/can-bo" }
}

/// Checks name and password, and opens a session.
pub async fn sign_in(app: Shared, visitor: Visitor, form: Form<Vec<(String, String)>>) -> impl Responder {
    let fields = Fields(form.into_inner());
    if let Err(problem) = visitor.check_form(&app, fields.get("form_token")) {
        return again(&app, &visitor, &fields, &problem);
    }
    let service = app.service.clone();
    let (login, password, address) = (fields.get("login").to_owned(), fields.get("password").to_owned(), visitor.address.clone());
    let turn = match Turn::wait().await {
        Ok(turn) => turn,
        Err(problem) => return again(&app, &visitor, &fields, &problem),
    };
    match block(move || account::sign_in(&service, turn, &login, &password, &address)).await {
        Ok(Entry::Session(token, officer)) => entered(&app, &visitor, home(&officer), &[visitor.session_cookie(token)]),
        Ok(Entry::Code(token)) => entered(&app, &visitor, "/dang-nhap/ma", &[visitor.step_cookie(token)]),
        Err(problem) => again(&app, &visitor, &fields, &problem),
    }
}

/// On to the next page, with these cookies.
fn entered(app: &Shared, visitor: &Visitor, address: &str, cookies: &[Cookie<'_>]) -> HttpResponse {
    let mut response = respond::see_other(address);
    // A cookie that can't be written is a fault of ours: the person is told to try again.
    if cookies.iter().any(|cookie| response.add_cookie(cookie).is_err()) {
        return respond::problem(app, visitor, &Problem::Internal("the session cookie".to_owned()));
    }
    response
}

/// Asks for the code, after the password.
pub async fn ask_code(app: Shared, visitor: Visitor) -> impl Responder {
    match visitor.step() {
        Some(_) => respond::page(&app, &visitor, "desk/sign-in-code", &Page::default()),
        None => respond::see_other("/dang-nhap"),
    }
}

/// Checks the code, and opens a session.
pub async fn sign_in_with_code(app: Shared, visitor: Visitor, form: Form<Vec<(String, String)>>) -> impl Responder {
    let fields = Fields(form.into_inner());
    let outcome = match (visitor.check_form(&app, fields.get("form_token")), visitor.step()) {
        (Err(problem), _) => Err(problem),
        (Ok(()), None) => Err(Code::SignInNeeded.into()),
        (Ok(()), Some(step)) => {
            let (service, code) = (app.service.clone(), fields.get("code").to_owned());
            block(move || totp::sign_in(&service, &step, &code)).await
        }
    };
    match outcome {
        Ok((token, officer)) => entered(&app, &visitor, home(&officer), &[visitor.session_cookie(token), visitor.end_step()]),
        Err(problem) if problem.code() == Code::SignInNeeded => respond::problem(&app, &visitor, &problem),
        Err(problem) => {
            let faults = Faults::new(vec![Fault::new("/code", problem.code().as_str())], visitor.language);
            let page = Page { faults: faults.lines(|_| "code".to_owned()), ..Page::default() };
            respond::page_status(&app, &visitor, noted(&problem), "desk/sign-in-code", &page)
        }
    }
}

fn again(app: &Shared, visitor: &Visitor, fields: &Fields, problem: &Problem) -> HttpResponse {
    let status = noted(problem);
    let faults = Faults::new(vec![Fault::new("/login", problem.code().as_str())], visitor.language);
    let page = Page { login: fields.get("login").to_owned(), faults: faults.lines(|_| "login".to_owned()) };
    respond::page_status(app, visitor, status, "desk/sign-in", &page)
}

/// Closes the session.
pub async fn sign_out(app: Shared, visitor: Visitor, form: Form<Vec<(String, String)>>) -> impl Responder {
    let fields = Fields(form.into_inner());
    if let Err(problem) = visitor.check_form(&app, fields.get("form_token")) {
        return respond::problem(&app, &visitor, &problem);
    }
    let (token, cookie) = visitor.end_session();
    if let Some(token) = token
        && let Err(problem) = app.write(move |tx| account::sign_out(tx, &token)).await
    {
        return respond::problem(&app, &visitor, &problem);
    }
    let mut response = respond::see_other("/");
    let _ = response.add_cookie(&cookie);
    response
}
