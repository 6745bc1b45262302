//! Who may sit down at the desk: somebody who is signed in, with the second
//! factor that their roles ask for; before their own account also without, so
//! that they can set it up. Also what pages of the desk are made with.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::web::Form;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;

use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::error::{Code, Fault, Problem};
use crate::http::app::Shared;
use crate::http::error::noted;
use crate::http::visitor::Visitor;
use crate::web::form::Fields;
use crate::web::respond;

/// A sent form, fields in order.
pub type Sent = Form<Vec<(String, String)>>;

/// An officer before a page. Anybody else gets the sign-in instead.
pub struct Seat {
    /// The application.
    pub app: Shared,
    /// Who they are.
    pub me: Officer,
    /// Their browser.
    pub visitor: Visitor,
}

/// A seat before the pages of one's own account: anybody's who is signed in.
pub struct Own(Seat);

/// A seat before the pages of the desk: with the second factor that the roles ask for.
pub struct AtDesk(Seat);

impl Deref for Own {
    type Target = Seat;

    fn deref(&self) -> &Seat {
        &self.0
    }
}

impl Deref for AtDesk {
    type Target = Seat;

    fn deref(&self) -> &Seat {
        &self.0
    }
}

type Taken<T> = Pin<Box<dyn Future<Output = Result<T, actix_web::Error>>>>;

impl FromRequest for Own {
    type Error = actix_web::Error;
    type Future = Taken<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let seat = take_seat(request, payload, false);
        Box::pin(async { seat.await.map(Self) })
    }
}

impl FromRequest for AtDesk {
    type Error = actix_web::Error;
    type Future = Taken<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let seat = take_seat(request, payload, true);
        Box::pin(async { seat.await.map(Self) })
    }
}

fn take_seat(request: &HttpRequest, payload: &mut Payload, with_second_factor: bool) -> Taken<Seat> {
    let app = request.app_data::<Shared>().cloned();
    let visitor = Visitor::from_request(request, payload).into_inner();
    Box::pin(async move {
        let visitor = visitor?;
        let app = app.ok_or_else(|| actix_web::error::ErrorInternalServerError("no application"))?;
        let me = if with_second_factor { visitor.officer(&app).await } else { visitor.officer_of_account(&app).await };
        match me {
            Ok(me) => Ok(Seat { app, me, visitor }),
            Err(problem) => {
                let response = respond::problem(&app, &visitor, &problem);
                Err(InternalError::from_response("not signed in", response).into())
            }
        }
    })
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

impl Seat {
    /// Checks a form's token.
    ///
    /// # Errors
    /// [`Code::StaleForm`].
    pub fn check(&self, fields: &Fields) -> Result<(), Problem> {
        self.visitor.check_form(&self.app, fields.get("form_token"))
    }

    /// Checks a form's token and runs one write transaction.
    ///
    /// # Errors
    /// [`Code::StaleForm`], and what the transaction says.
    pub async fn write<T: Send + 'static>(
        &self,
        sent: &Fields,
        act: impl FnOnce(&mut Tx<'_>, &Officer) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.check(sent)?;
        let me = self.me.clone();
        self.app.write(move |tx| act(tx, &me)).await
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
        Problem::Unavailable(_) | Problem::Refused(Code::StaleForm | Code::SignInPaused | Code::WrongCode | Code::ChangedMeanwhile) => one(),
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
