//! Answers: a page, a redirect after a form, a page for what went wrong.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use crate::domain::error::{Code, Problem};
use crate::domain::words::Language;
use crate::http::app::App;
use crate::http::error::noted;
use crate::http::render::Frame;
use crate::http::visitor::Visitor;
use crate::i18n;

/// A page.
pub fn page<T: Serialize>(app: &App, visitor: &Visitor, template: &str, data: &T) -> HttpResponse {
    page_with(app, visitor, &visitor.frame(app), StatusCode::OK, template, data)
}

/// A page with another status: a form that comes back with its faults.
pub fn page_status<T: Serialize>(app: &App, visitor: &Visitor, status: StatusCode, template: &str, data: &T) -> HttpResponse {
    page_with(app, visitor, &visitor.frame(app), status, template, data)
}

/// A page with its own frame.
pub fn page_with<T: Serialize>(app: &App, visitor: &Visitor, frame: &Frame, status: StatusCode, template: &str, data: &T) -> HttpResponse {
    match app.pages.render(template, frame, data) {
        Ok(body) => {
            let mut response = HttpResponse::build(status);
            visitor.remember(&mut response);
            html(&mut response).body(body)
        }
        Err(problem) => {
            noted(&problem);
            HttpResponse::InternalServerError().finish()
        }
    }
}

fn html(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    response.insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
}

/// After a form that was taken: go and look there.
pub fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}

/// What went wrong, in a sentence that says what to do next.
pub fn problem(app: &App, visitor: &Visitor, problem: &Problem) -> HttpResponse {
    if problem.code() == Code::SignInNeeded {
        return see_other("/dang-nhap");
    }
    if problem.code() == Code::SecondFactorNeeded {
        return see_other("/can-bo/tai-khoan/xac-thuc");
    }
    page_status(app, visitor, noted(problem), "public/problem", &ProblemPage::of(visitor, problem, None))
}

/// The same for somebody at their desk, who stays there; `item` is the opinion that it happened with.
pub fn problem_at_desk(app: &App, visitor: &Visitor, frame: &Frame, problem: &Problem, item: Option<i64>) -> HttpResponse {
    page_with(app, visitor, frame, noted(problem), "desk/problem", &ProblemPage::of(visitor, problem, item))
}

#[derive(Serialize)]
struct ProblemPage {
    title_key: &'static str,
    message: String,
    item: Option<i64>,
}

impl ProblemPage {
    fn of(visitor: &Visitor, problem: &Problem, item: Option<i64>) -> Self {
        let code = problem.code();
        let title = match code {
            Code::NotFound | Code::UnknownReceipt | Code::UnknownDevice => "problem.not_found",
            Code::Unavailable | Code::TooSlow | Code::Internal => "problem.not_now",
            _ => "problem.not_done",
        };
        Self { title_key: title, message: sentence(visitor.language, problem), item }
    }
}

/// What went wrong, in words.
pub fn sentence(language: Language, problem: &Problem) -> String {
    match problem {
        Problem::Invalid(faults) => faults.iter().map(|f| i18n::fault(language, f)).collect::<Vec<_>>().join(" "),
        Problem::Move { possible, .. } => {
            let names: Vec<String> = possible.iter().map(|m| i18n::t(language, &format!("move.{m}"))).collect();
            i18n::tr(language, "errors.move_not_possible", &[("possible", names.join(", "))])
        }
        _ => i18n::t(language, &format!("errors.{}", problem.code())),
    }
}
