//! Reads requests: the language that is asked for, JSON bodies, query values.

use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::str::FromStr;

use actix_web::body::{BodyStream, to_bytes_limited};
use actix_web::dev::Payload;
use actix_web::http::header::{self, AcceptLanguage, Header};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_path_to_error::Segment;
use utoipa::IntoParams;

use super::problem::Refused;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::words::Language;

/// The longest body. The longest opinion is 4,000 characters, at most 48,000 bytes as JSON.
pub const LIMIT: usize = 64 * 1024;

/// The language of the answer: `?lang=`, else what the reader's program prefers, else Vietnamese.
pub fn language(request: &HttpRequest) -> Language {
    let asked = request.query_string().split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(|word| word.parse().ok());
    asked.or_else(|| preferred(request)).unwrap_or(Language::Vi)
}

fn preferred(request: &HttpRequest) -> Option<Language> {
    let ranked = AcceptLanguage::parse(request).ok()?.ranked();
    ranked.iter().find_map(|preference| preference.item()?.primary_language().parse().ok())
}

/// Whom the answer is for.
pub struct Reader(pub Language);

impl FromRequest for Reader {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(language(request))))
    }
}

/// The query value that every address takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the value; `language` reads it")]
pub struct Lang {
    /// The language of names and messages; without it the header Accept-Language decides, else `vi`.
    lang: Option<Language>,
}

/// A JSON body of at most [`LIMIT`] bytes.
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Sent<T> {
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refused>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let refused = if is_json(request) { too_long(request).then_some(Code::TooLarge) } else { Some(Code::UnsupportedType) };
        let body = BodyStream::new(payload.take());
        Box::pin(async move {
            match refused {
                Some(code) => Err(code.into()),
                None => read(&to_bytes_limited(body, LIMIT).await.map_err(|_| Code::TooLarge)?.map_err(|_| Code::Malformed)?).map(Self),
            }
        })
    }
}

/// `application/json` and what is built on it, as `application/ld+json`.
fn is_json(request: &HttpRequest) -> bool {
    let kind = request.content_type().trim();
    let subtype = kind.split_once('/').filter(|(top, _)| top.eq_ignore_ascii_case("application")).map(|(_, sub)| sub);
    subtype.is_some_and(|sub| sub.eq_ignore_ascii_case("json") || sub.to_ascii_lowercase().ends_with("+json"))
}

fn too_long(request: &HttpRequest) -> bool {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    length.is_some_and(|n| n > LIMIT)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice::<Object<T>>(body).map(|object| object.0).map_err(|error| match error.classify() {
        Category::Data => wrong_type::<T>(body),
        Category::Syntax | Category::Eof | Category::Io => Code::Malformed.into(),
    })
}

/// Reads once more, slowly, to name the place. The good path pays nothing for it.
fn wrong_type<T: DeserializeOwned>(body: &[u8]) -> Refused {
    let mut again = serde_json::Deserializer::from_slice(body);
    let Err(error) = serde_path_to_error::deserialize::<_, Object<T>>(&mut again) else { return Code::Malformed.into() };
    let mut pointer = String::new();
    for segment in error.path() {
        match segment {
            Segment::Map { key } => pointer.extend(["/", &key.replace('~', "~0").replace('/', "~1")]),
            Segment::Seq { index } => pointer.extend(["/", &index.to_string()]),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    Problem::Invalid(vec![Fault::new(pointer, "wrong_type")]).into()
}

/// A JSON object. Serde would also take a list for a struct, by position.
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = T;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

/// Reads query values and keeps what is wrong with them, each under its name.
#[derive(Default)]
pub struct Values(Vec<Fault>);

impl Values {
    /// Reads one; empty is as good as missing.
    pub fn read<T: FromStr>(&mut self, pointer: &'static str, code: &'static str, text: Option<&str>) -> Option<T> {
        let text = text.map(str::trim).filter(|t| !t.is_empty())?;
        text.parse().ok().or_else(|| self.refuse(Fault::new(pointer, code)))
    }

    /// Notes a fault and stands for what is missing.
    pub fn refuse<T>(&mut self, fault: Fault) -> Option<T> {
        self.0.push(fault);
        None
    }

    /// What was read, unless something could not be.
    pub fn checked<T>(self, read: T) -> Result<T, Problem> {
        if self.0.is_empty() { Ok(read) } else { Err(Problem::Invalid(self.0)) }
    }
}
