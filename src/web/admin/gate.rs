//! Who may enter: an administrator who is signed in. Also what every page of
//! the administration is made with: the frame, lists, forms that come back.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::web::{self, Query};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;

use super::page::{Form, ListPage};
use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::time::Day;
use crate::domain::words::{Language, OfficeCode};
use crate::http::app::Shared;
use crate::http::visitor::Visitor;
use crate::i18n;
use crate::web::form::{Faults, Fields};
use crate::web::{respond, view};

/// A sent form, fields in order.
pub type Sent = web::Form<Vec<(String, String)>>;

/// An administrator who is signed in. Anybody else gets the refusal instead of the page.
pub struct Admin {
    /// The application.
    pub app: Shared,
    /// Who they are.
    pub me: Officer,
    /// The reference data in force.
    pub catalogue: Arc<Catalogue>,
    /// The present day.
    pub today: Day,
    /// What the address asks.
    pub asked: Fields,
    /// The address of this page: its form is sent there.
    pub path: String,
    visitor: Visitor,
}

impl FromRequest for Admin {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let app = request.app_data::<Shared>().cloned();
        let visitor = Visitor::from_request(request, payload).into_inner();
        let asked = Query::<Vec<(String, String)>>::from_query(request.query_string()).map(Query::into_inner).unwrap_or_default();
        let path = request.path().to_owned();
        Box::pin(async move {
            let visitor = visitor?;
            let app = app.ok_or_else(|| actix_web::error::ErrorInternalServerError("no application"))?;
            let entered = async {
                let me = visitor.officer(&app).await?;
                me.may_administer()?;
                Ok((me, app.read(|tx| Ok(tx.catalogue.clone())).await?))
            };
            match entered.await {
                Ok((me, catalogue)) => {
                    let today = app.service.now().day();
                    Ok(Self { app, me, catalogue, today, asked: Fields(asked), path, visitor })
                }
                Err(problem) => {
                    let response = respond::problem(&app, &visitor, &problem);
                    Err(InternalError::from_response("not an administrator", response).into())
                }
            }
        })
    }
}

impl Admin {
    /// The language of the page.
    pub fn language(&self) -> Language {
        self.visitor.language
    }

    /// The words of a key.
    pub fn t(&self, key: &str) -> String {
        i18n::t(self.language(), key)
    }

    /// An office's short name.
    pub fn office(&self, code: &OfficeCode) -> String {
        self.catalogue.offices.get(code).map_or_else(|| code.to_string(), |o| o.short_name(self.language()).to_owned())
    }

    /// A page in the frame of the administration.
    pub fn page<T: Serialize>(&self, status: StatusCode, template: &str, data: &T) -> HttpResponse {
        let office = view::office_name(&self.catalogue, &self.me.office, self.language());
        let frame = self.visitor.officer_frame(&self.app, &self.me, &office);
        respond::page_with(&self.app, &self.visitor, &frame, status, template, data)
    }

    /// What went wrong, as a page.
    pub fn problem(&self, problem: &Problem) -> HttpResponse {
        respond::problem(&self.app, &self.visitor, problem)
    }

    /// A list.
    pub fn list(&self, list: ListPage) -> HttpResponse {
        self.page(StatusCode::OK, "admin/list", &list.view(self))
    }

    /// A form filled with `fields`.
    pub fn form(&self, fields: &Fields, layout: impl Fn(&mut Form<'_>)) -> HttpResponse {
        self.form_with(StatusCode::OK, fields, Vec::new(), layout)
    }

    fn form_with(&self, status: StatusCode, fields: &Fields, faults: Vec<Fault>, layout: impl Fn(&mut Form<'_>)) -> HttpResponse {
        let faults = Faults::new(faults, self.language());
        let mut form = Form::new(self, fields, &faults);
        layout(&mut form);
        self.page(status, "admin/form", &form.view())
    }

    /// Checks the form's token and runs one write transaction.
    pub async fn write<T: Send + 'static>(
        &self,
        sent: &Fields,
        act: impl FnOnce(&mut Tx<'_>, &Officer) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.visitor.check_form(&self.app, sent.get("form_token"))?;
        let me = self.me.clone();
        self.app.administer(move |tx| act(tx, &me)).await
    }

    /// Checks a form's token, for a form that only asks.
    pub fn check(&self, sent: &Fields) -> Result<(), Problem> {
        self.visitor.check_form(&self.app, sent.get("form_token"))
    }

    /// After a form: on to `address`, or back to the form with everything that was typed.
    pub fn answer(&self, outcome: Result<String, Problem>, sent: &Fields, layout: impl Fn(&mut Form<'_>)) -> HttpResponse {
        match outcome {
            Ok(address) => respond::see_other(&address),
            Err(Problem::Invalid(faults)) => self.form_with(StatusCode::UNPROCESSABLE_ENTITY, sent, faults, layout),
            Err(problem @ (Problem::Refused(Code::StaleForm) | Problem::Unavailable(_))) => {
                let fault = Fault::new("/form_token", problem.code().as_str());
                self.form_with(crate::http::error::noted(&problem), sent, vec![fault], layout)
            }
            Err(problem) => self.problem(&problem),
        }
    }
}

/// The list's address, with the notice that it was done.
pub fn done(list: &str) -> String {
    format!("{list}?xong=1")
}
