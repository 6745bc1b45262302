//! Who asks, at the addresses for officers' programs: the holder of an access
//! token. No cookie is looked at here, so a browser can't be made to ask.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::problem::Refused;
use super::request::Sent;
use crate::actions::access_token;
use crate::domain::access::Officer;
use crate::domain::error::{Code, Problem};
use crate::http::app::{Shared, block};

/// The officer whose token came along.
pub struct Bearer(pub Officer);

impl FromRequest for Bearer {
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refused>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<Shared>().cloned();
        let said = token(request).map(str::to_owned);
        Box::pin(async move {
            let app = app.ok_or_else(|| Problem::Internal("no application".to_owned()))?;
            let said = said.ok_or(Code::TokenNeeded)?;
            let (service, asking) = (app.service.clone(), app.config.totp_roles().unwrap_or_default());
            Ok(Self(block(move || access_token::holder(&service, &said, &asking)).await?))
        })
    }
}

fn token(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The officer, and what they sent: who has no token is not told what is wrong with a body.
pub struct Asked<T>(pub Officer, pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Asked<T> {
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refused>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let Bearer(officer) = Bearer::from_request(&request, &mut payload).await?;
            let Sent(body) = Sent::from_request(&request, &mut payload).await?;
            Ok(Self(officer, body))
        })
    }
}
