//! Forms that may carry files: read as they come, so that nothing larger than a
//! limit is ever held. The same form without files may come as any other.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::header;
use actix_web::web::Form;
use actix_web::{Error, FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;

use super::form::Fields;
use super::{LARGEST_FORM, refusal};
use crate::actions::attachment::Upload;
use crate::domain::attachment::Limits;
use crate::domain::error::Code;
use crate::http::app::Shared;

/// The name of the files in a form.
const FILES: &str = "tep";
/// Longer names and types say nothing more.
const NAME: usize = 255;

/// A form with its files.
#[derive(Debug, Default)]
pub struct Parcel {
    /// Its fields.
    pub fields: Fields,
    /// Its files; one more than the limit when there were too many.
    pub files: Vec<Upload>,
}

/// Why a form could not be read.
enum Unread {
    TooLarge,
    Broken,
}

impl From<MultipartError> for Unread {
    fn from(_: MultipartError) -> Self {
        Self::Broken
    }
}

/// Does a request carry a form of parts?
pub fn is_parted(request: &HttpRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/form-data"))
}

impl FromRequest for Parcel {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        if !is_parted(&request) {
            let form = Form::<Vec<(String, String)>>::from_request(&request, payload);
            return Box::pin(async move { Ok(Self { fields: Fields(form.await?.into_inner()), files: Vec::new() }) });
        }
        let limits = request.app_data::<Shared>().and_then(|app| app.service.depot().map(|depot| depot.limits()));
        let parts = Multipart::new(request.headers(), payload.take());
        Box::pin(async move {
            read(parts, limits.unwrap_or(Limits { files: 0, bytes: 0 })).await.map_err(|unread| {
                let code = match unread {
                    Unread::TooLarge => Code::TooLarge,
                    Unread::Broken => Code::Malformed,
                };
                InternalError::from_response("a form could not be read", refusal(&request, code)).into()
            })
        })
    }
}

async fn read(mut parts: Multipart, limits: Limits) -> Result<Parcel, Unread> {
    let mut parcel = Parcel::default();
    let mut words = 0;
    // What is over a limit is read and thrown away, so that its sender gets an answer and no broken connection; up to here.
    let mut left = limits.bytes.saturating_mul(limits.files.saturating_add(2)).saturating_add(LARGEST_FORM);
    while let Some(part) = parts.next().await {
        let mut part = part?;
        let name = part.name().unwrap_or_default().to_owned();
        if name == FILES {
            let takes = if parcel.files.len() > limits.files { 0 } else { limits.bytes };
            let file = file(&mut part, takes, &mut left).await?;
            let is_empty = file.bytes.is_empty() && !file.too_large;
            if !is_empty && parcel.files.len() <= limits.files {
                parcel.files.push(file);
            }
            continue;
        }
        let mut value = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk?;
            words += chunk.len();
            if words > LARGEST_FORM {
                return Err(Unread::TooLarge);
            }
            value.extend_from_slice(&chunk);
        }
        parcel.fields.0.push((name, String::from_utf8(value).map_err(|_| Unread::Broken)?));
    }
    Ok(parcel)
}

async fn file(part: &mut Field, takes: usize, left: &mut usize) -> Result<Upload, Unread> {
    let short = |text: &str| text.chars().rev().take(NAME).collect::<Vec<_>>().into_iter().rev().collect::<String>();
    let name = part.content_disposition().and_then(|d| d.get_filename()).map(short).unwrap_or_default();
    let declared = part.content_type().map(|kind| short(kind.essence_str())).unwrap_or_default();
    let mut upload = Upload { declared, name, ..Upload::default() };
    while let Some(chunk) = part.next().await {
        let chunk = chunk?;
        *left = left.checked_sub(chunk.len()).ok_or(Unread::TooLarge)?;
        if upload.too_large || upload.bytes.len() + chunk.len() > takes {
            upload.too_large = true;
            upload.bytes = Vec::new();
        } else {
            upload.bytes.extend_from_slice(&chunk);
        }
    }
    Ok(upload)
}
