//! Who is at the other end of a page: their language, their browser's form
//! token, and the officer, if one is signed in. Nothing here is recorded.

use std::future::{Ready, ready};

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponseBuilder};
use uuid::Uuid;

use super::app::{App, Shared};
use super::render::{Frame, OfficerFrame};
use crate::actions::{Tx, account, totp};
use crate::domain::access::Officer;
use crate::domain::error::{Code, Problem};
use crate::domain::words::{Language, Role};
use crate::keys;

const LANGUAGE: &str = "hd-lang";
const BROWSER: &str = "hd-form";
const SESSION: &str = "hd-session";
/// Between the password and the code.
const STEP: &str = "hd-step";

/// A request's visitor.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The language to answer in.
    pub language: Language,
    /// Was it chosen in this address?
    chosen: bool,
    /// The browser's cookie, from which its form token follows.
    browser: String,
    /// The cookie is new.
    fresh: bool,
    /// The session's token, if there is one.
    session: Option<String>,
    /// What a sign-in that waits for its code is known by.
    step: Option<String>,
    /// The address without its language.
    here: String,
    /// The address that the request came from, for slowing wrong sign-ins.
    pub address: String,
    secure: bool,
}

impl FromRequest for Visitor {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<Shared>();
        let secure = app.is_some_and(|a| a.config.is_https());
        let behind_proxy = app.is_some_and(|a| a.config.behind_proxy);
        let cookie = |name: &str| request.cookie(&cookie_name(name, secure)).map(|c| c.value().to_owned());
        let asked = query_parts(request.query_string()).find(|(k, _)| *k == "lang").and_then(|(_, v)| v.parse().ok());
        let kept = cookie(LANGUAGE).and_then(|c| c.parse().ok());
        let browser = cookie(BROWSER).filter(|c| (20..=64).contains(&c.len()));
        let info = request.connection_info();
        let address = if behind_proxy { info.realip_remote_addr() } else { info.peer_addr() }.unwrap_or_default().to_owned();
        ready(Ok(Self {
            language: asked.or(kept).unwrap_or(Language::Vi),
            chosen: asked.is_some(),
            fresh: browser.is_none(),
            browser: browser.unwrap_or_else(keys::token),
            session: cookie(SESSION),
            step: cookie(STEP),
            here: here(request),
            address,
            secure,
        }))
    }
}

fn query_parts(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|p| !p.is_empty()).map(|p| p.split_once('=').unwrap_or((p, "")))
}

/// The path and query without the language, ending so that `lang=…` can follow.
fn here(request: &HttpRequest) -> String {
    let rest: Vec<String> = query_parts(request.query_string()).filter(|(k, _)| *k != "lang").map(|(k, v)| format!("{k}={v}")).collect();
    let path = request.path();
    if rest.is_empty() { format!("{path}?") } else { format!("{path}?{}&", rest.join("&")) }
}

/// Over TLS the name itself promises a secure cookie of this host.
fn cookie_name(name: &str, secure: bool) -> String {
    if secure { format!("__Host-{name}") } else { name.to_owned() }
}

impl Visitor {
    fn cookie(&self, name: &str, value: String, age: Duration) -> Cookie<'static> {
        Cookie::build(cookie_name(name, self.secure), value).path("/").http_only(true).secure(self.secure).same_site(SameSite::Lax).max_age(age).finish()
    }

    /// Sets the cookies that this answer should set.
    pub fn remember(&self, response: &mut HttpResponseBuilder) {
        if self.chosen {
            response.cookie(self.cookie(LANGUAGE, self.language.to_string(), Duration::days(365)));
        }
        if self.fresh {
            response.cookie(self.cookie(BROWSER, self.browser.clone(), Duration::days(30)));
        }
    }

    /// This address with a part at its end, in place of the one of that name.
    pub fn here_with(&self, name: &str, value: &str) -> String {
        let (path, query) = self.here.split_once('?').unwrap_or((&self.here, ""));
        let kept: String = query_parts(query).filter(|(k, _)| *k != name).map(|(k, v)| format!("{k}={v}&")).collect();
        let language = if self.chosen { format!("lang={}&", self.language) } else { String::new() };
        format!("{path}?{kept}{language}{name}={value}")
    }

    /// The id of what this browser sends from a sheet; the same however often the sheet is opened.
    pub fn submission(&self, app: &App, sheet: Uuid) -> Uuid {
        app.service.keys().submission(&self.browser, sheet)
    }

    /// The page's frame, without an officer.
    pub fn frame(&self, app: &App) -> Frame {
        Frame { lang: self.language, here: self.here.clone(), form_token: app.service.keys().form_token(&self.browser), officer: None }
    }

    /// The frame of a page behind the sign-in.
    pub fn officer_frame(&self, app: &App, officer: &Officer, office: &str) -> Frame {
        let officer = OfficerFrame {
            name: officer.name.clone(),
            office: office.to_owned(),
            desk: officer.has_desk(),
            oversees: officer.oversees(),
            admin: officer.is(Role::Administrator),
            rights: officer.is(Role::DataProtection),
        };
        Frame { officer: Some(officer), ..self.frame(app) }
    }

    /// Checks a form's token.
    ///
    /// # Errors
    /// [`Code::StaleForm`] when it is missing, forged, or of another browser.
    pub fn check_form(&self, app: &App, token: &str) -> Result<(), Problem> {
        if !self.fresh && app.service.keys().form_token_fits(&self.browser, token) { Ok(()) } else { Err(Code::StaleForm.into()) }
    }

    /// The officer who is signed in, with the second factor that their roles ask for.
    ///
    /// # Errors
    /// [`Code::SignInNeeded`], [`Code::SecondFactorNeeded`].
    pub async fn officer(&self, app: &App) -> Result<Officer, Problem> {
        let asking = app.config.totp_roles().unwrap_or_default();
        self.signed_in(app, move |tx, officer| totp::suffices(tx, officer, &asking)).await
    }

    /// The officer who is signed in, also one who has yet to set a second factor up: for the pages where they do.
    ///
    /// # Errors
    /// [`Code::SignInNeeded`].
    pub async fn officer_of_account(&self, app: &App) -> Result<Officer, Problem> {
        self.signed_in(app, |_, _| Ok(())).await
    }

    async fn signed_in(&self, app: &App, check: impl FnOnce(&mut Tx<'_>, &Officer) -> Result<(), Problem> + Send + 'static) -> Result<Officer, Problem> {
        let token = self.session.clone().ok_or(Code::SignInNeeded)?;
        app.read(move |tx| {
            let officer = account::signed_in(tx, &token)?.ok_or(Code::SignInNeeded)?;
            check(tx, &officer)?;
            Ok(officer)
        })
        .await
    }

    /// The cookie of a new session.
    pub fn session_cookie(&self, token: String) -> Cookie<'static> {
        self.cookie(SESSION, token, Duration::hours(12))
    }

    /// The cookie of a sign-in that waits for its code.
    pub fn step_cookie(&self, token: String) -> Cookie<'static> {
        self.cookie(STEP, token, Duration::minutes(5))
    }

    /// What the browser came back with to type its code, if it did.
    pub fn step(&self) -> Option<String> {
        self.step.clone()
    }

    /// The cookie that ends the waiting for a code.
    pub fn end_step(&self) -> Cookie<'static> {
        self.cookie(STEP, String::new(), Duration::ZERO)
    }

    /// The cookie that ends a session, and the token that it had.
    pub fn end_session(&self) -> (Option<String>, Cookie<'static>) {
        (self.session.clone(), self.cookie(SESSION, String::new(), Duration::ZERO))
    }

    /// A cookie of a counter's device, for its token.
    pub fn device_cookie(&self, token: String) -> Cookie<'static> {
        self.cookie("hd-device", token, Duration::days(3_650))
    }

    /// The name of the device's cookie.
    pub fn device_cookie_name(&self) -> String {
        cookie_name("hd-device", self.secure)
    }
}
