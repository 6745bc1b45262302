//! Which tablet asks, and whether it is the one: the cookie of its enrolment
//! must fit its address. Both are found before a handler runs, so that none can
//! forget to look.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;

use super::screen::{self, Screen};
use crate::domain::catalogue::{Catalogue, Device, Field};
use crate::domain::error::{Code, Problem};
use crate::domain::questionnaire::{QuestionDef, Questionnaire};
use crate::domain::time::Day;
use crate::domain::words::Language;
use crate::http::app::Shared;
use crate::http::error::noted;
use crate::http::visitor::Visitor;
use crate::keys;
use crate::web::{respond, view};

/// A device of the catalogue that an address names. Who asks may be anybody.
pub struct Counter {
    /// The application.
    pub app: Shared,
    /// Language and form token of the one before it.
    pub visitor: Visitor,
    /// The reference data in force.
    pub catalogue: Arc<Catalogue>,
    /// The present day.
    pub today: Day,
    /// The device.
    pub device: Device,
    /// `/quay/{device}`, as the address spelt it.
    pub base: String,
    token: Option<String>,
}

/// A counter on the very tablet that was enrolled for it.
pub struct Tablet(Counter);

impl Deref for Tablet {
    type Target = Counter;

    fn deref(&self) -> &Counter {
        &self.0
    }
}

/// An office's name and the language that it is in: not every office has one in all of them.
#[derive(Debug, Serialize)]
pub struct OfficeName {
    name: String,
    lang: Language,
}

/// What every page of the counter knows.
#[derive(Serialize)]
struct Framed<'a, T> {
    base: &'a str,
    start_over: String,
    #[serde(flatten)]
    page: &'a T,
}

type Found<T> = Pin<Box<dyn Future<Output = Result<T, actix_web::Error>>>>;

impl FromRequest for Counter {
    type Error = actix_web::Error;
    type Future = Found<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::find(&request).await })
    }
}

impl FromRequest for Tablet {
    type Error = actix_web::Error;
    type Future = Found<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        // The start is where a tablet is enrolled.
        Box::pin(async move { Counter::find(&request).await?.enrolled().map_err(|counter| instead(respond::see_other(&counter.base))) })
    }
}

/// Answers in the handler's place.
fn instead(response: HttpResponse) -> actix_web::Error {
    InternalError::from_response("answered before its handler", response).into()
}

impl Counter {
    async fn find(request: &HttpRequest) -> Result<Self, actix_web::Error> {
        let app = Shared::extract(request).await?;
        let visitor = Visitor::extract(request).await?;
        let name = request.match_info().get("device").unwrap_or_default();
        let base = format!("/quay/{}", request.path().split('/').nth(2).unwrap_or_default());
        let (catalogue, today) = match app.read(|tx| Ok((tx.catalogue.clone(), tx.today))).await {
            Ok(found) => found,
            Err(problem) => return Err(instead(calm(&app, &visitor, &base, &problem, &Screen::Start))),
        };
        let Some(device) = catalogue.device(name).cloned() else {
            return Err(instead(respond::problem(&app, &visitor, &Code::UnknownDevice.into())));
        };
        let token = request.cookie(&visitor.device_cookie_name()).map(|c| c.value().to_owned());
        Ok(Self { app, visitor, catalogue, today, device, base, token })
    }

    /// The tablet, when its cookie fits.
    pub fn enrolled(self) -> Result<Tablet, Box<Self>> {
        if self.token.as_deref().is_some_and(|t| self.fits(t)) { Ok(Tablet(self)) } else { Err(Box::new(self)) }
    }

    /// Is this the token that the administrator gave for the device?
    pub fn fits(&self, token: &str) -> bool {
        keys::token_hash(token) == self.device.token_hash
    }

    /// Gives the tablet its cookie.
    pub fn remember(&self, response: &mut HttpResponse, token: &str) {
        // A token that fits is one of ours, so it can stand in a header.
        let _ = response.add_cookie(&self.visitor.device_cookie(token.to_owned()));
    }

    /// The office that the ratings of this counter go to today.
    pub fn office(&self) -> OfficeName {
        let code = self.catalogue.offices.counting(&self.device.office, self.today);
        let name = |language| view::office_name(&self.catalogue, code, language);
        let (own, vietnamese) = (name(self.visitor.language), name(Language::Vi));
        let lang = if own == vietnamese { Language::Vi } else { self.visitor.language };
        OfficeName { name: own, lang }
    }

    /// A page of the counter.
    pub fn page<T: Serialize>(&self, status: StatusCode, template: &str, page: &T) -> HttpResponse {
        framed(&self.app, &self.visitor, &self.base, status, template, page)
    }
}

impl Tablet {
    /// The counter slip: the first of the surveys.
    pub fn slip(&self) -> Result<&Questionnaire, Problem> {
        let slip = self.catalogue.surveys().first().copied().ok_or(Code::SurveyClosed)?;
        if slip.open { Ok(slip) } else { Err(Code::SurveyClosed.into()) }
    }

    /// The slip's question for the faces, and how many there are.
    pub fn headline(&self) -> Result<(&QuestionDef, u8), Problem> {
        let question = self.slip()?.definition.headline().ok_or(Code::SurveyClosed)?;
        Ok((question, question.scale.map_or(5, |s| s.points)))
    }

    /// The fields that may be chosen today, in their order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.catalogue.fields.iter().filter(|f| f.is_active(self.today))
    }

    /// A field that may be chosen today.
    pub fn field(&self, code: &str) -> Result<&Field, Problem> {
        self.fields().find(|f| f.code.as_str() == code).ok_or_else(|| Code::NotFound.into())
    }

    /// A screen of the way. The next person finds the start as it always is: only a start in Vietnamese waits for ever.
    pub fn screen<T: Serialize>(&self, screen: &Screen, template: &str, page: &T) -> HttpResponse {
        let response = self.page(StatusCode::OK, template, page);
        if *screen == Screen::Start && self.visitor.language == Language::Vi {
            return response;
        }
        after(screen::IDLE, &screen::still_there(&self.base, screen), response)
    }

    /// Says calmly that nothing was stored, and leads back to a screen.
    pub fn calm(&self, problem: &Problem, back: &Screen) -> HttpResponse {
        calm(&self.app, &self.visitor, &self.base, problem, back)
    }

    /// The token that fits, to be remembered again.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }
}

fn framed<T: Serialize>(app: &Shared, visitor: &Visitor, base: &str, status: StatusCode, template: &str, page: &T) -> HttpResponse {
    respond::page_status(app, visitor, status, template, &Framed { base, start_over: screen::start_over(base), page })
}

fn calm(app: &Shared, visitor: &Visitor, base: &str, problem: &Problem, back: &Screen) -> HttpResponse {
    #[derive(Serialize)]
    struct Page {
        message: &'static str,
        again: Option<String>,
    }
    let message = match problem.code() {
        Code::StaleForm => "counter.calm_stale",
        Code::Unavailable | Code::Internal => "counter.calm_unavailable",
        Code::SurveyClosed => "counter.calm_closed",
        _ => "counter.calm_changed",
    };
    let again = (*back != Screen::Start).then(|| back.address(base));
    let response = framed(app, visitor, base, noted(problem), "counter/calm", &Page { message, again });
    after(screen::IDLE, &screen::start_over(base), response)
}

/// Lets a page go on by itself after some seconds, without a script.
pub fn after(seconds: u32, address: &str, mut response: HttpResponse) -> HttpResponse {
    if let Ok(value) = HeaderValue::from_str(&format!("{seconds}; url={address}")) {
        response.headers_mut().insert(header::REFRESH, value);
    }
    response
}
