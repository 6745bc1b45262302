//! Who may open the pages of one's own account: anybody who is signed in,
//! whatever their roles, and also before the second factor that these ask for
//! is set up. Also what these pages are made with.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;

use crate::domain::access::Officer;
use crate::domain::error::{Code, Fault, Problem};
use crate::http::app::Shared;
use crate::http::error::noted;
use crate::http::visitor::Visitor;
use crate::web::form::Fields;
use crate::web::respond;

/// An officer before a page of their own account. Anybody else gets the sign-in instead.
pub struct Own {
    /// The application.
    pub app: Shared,
    /// Who they are.
    pub me: Officer,
    /// Their browser.
    pub visitor: Visitor,
}

impl FromRequest for Own {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let app = request.app_data::<Shared>().cloned();
        let visitor = Visitor::from_request(request, payload).into_inner();
        Box::pin(async move {
            let visitor = visitor?;
            let app = app.ok_or_else(|| actix_web::error::ErrorInternalServerError("no application"))?;
            match visitor.officer_of_account(&app).await {
                Ok(me) => Ok(Self { app, me, visitor }),
                Err(problem) => {
                    let response = respond::problem(&app, &visitor, &problem);
                    Err(InternalError::from_response("not signed in", response).into())
                }
            }
        })
    }
}

/// A form that comes back: its name, and what is wrong with it. What was typed is kept by `fields`.
#[derive(Default)]
pub struct Back {
    /// The form, as its address ends.
    pub form: &'static str,
    /// What was typed.
    pub fields: Fields,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl Own {
    /// Checks a form's token.
    ///
    /// # Errors
    /// [`Code::StaleForm`].
    pub fn check(&self, fields: &Fields) -> Result<(), Problem> {
        self.visitor.check_form(&self.app, fields.get("form_token"))
    }

    /// A page in the frame of the desk.
    pub fn page<T: Serialize>(&self, status: StatusCode, template: &str, data: &T) -> HttpResponse {
        match super::frame(&self.app, &self.visitor, &self.me) {
            Ok(frame) => respond::page_with(&self.app, &self.visitor, &frame, status, template, data),
            Err(problem) => respond::problem(&self.app, &self.visitor, &problem),
        }
    }

    /// What went wrong, as a page.
    pub fn problem(&self, problem: &Problem) -> HttpResponse {
        match super::frame(&self.app, &self.visitor, &self.me) {
            Ok(frame) if problem.code() != Code::SignInNeeded => respond::problem_at_desk(&self.app, &self.visitor, &frame, problem, None),
            _ => respond::problem(&self.app, &self.visitor, problem),
        }
    }
}

/// The status and the faults of a form that was refused; none when it is no fault of the form.
pub fn refused(problem: &Problem) -> Option<(StatusCode, Vec<Fault>)> {
    let one = || vec![Fault::new("/form_token", problem.code().as_str())];
    let faults = match problem {
        Problem::Invalid(faults) => faults.clone(),
        Problem::Unavailable(_) | Problem::Refused(Code::StaleForm | Code::SignInPaused | Code::WrongCode) => one(),
        Problem::Refused(_) | Problem::Move { .. } | Problem::Internal(_) => return None,
    };
    Some((noted(problem), faults))
}

/// The id of the control that a fault is about.
pub fn anchor(pointer: &str) -> String {
    match pointer {
        "/form_token" => "main".to_owned(),
        other => other.trim_start_matches('/').to_owned(),
    }
}
