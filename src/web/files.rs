//! Files beside an opinion on a page, and their bytes as an answer.

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;

use crate::actions::attachment::{self, Depot};
use crate::domain::attachment::Format;
use crate::domain::error::{Code, Problem};
use crate::domain::words::Language;
use crate::http::app::{App, block};
use crate::i18n::tr;
use crate::store::attachment::Attachment;

/// A file as a page names it: by kind and number, because its own name may name somebody.
#[derive(Debug, Serialize)]
pub struct FileView {
    /// Its number in the address.
    pub id: i64,
    /// `Ảnh 1 (240 KB)`.
    pub name: String,
    /// An officer laid it there.
    pub of_office: bool,
}

/// What a form that takes files says of them.
#[derive(Debug, Serialize)]
pub struct TakesFiles {
    max: usize,
    megabytes: usize,
}

impl TakesFiles {
    /// Nothing where no files are taken.
    pub fn of(app: &App) -> Option<Self> {
        app.service.depot().map(Depot::limits).map(|limits| Self { max: limits.files, megabytes: limits.megabytes() })
    }
}

/// Files in their order.
pub fn views(files: &[Attachment], language: Language) -> Vec<FileView> {
    let name = |at: usize, file: &Attachment| {
        let key = if file.format.is_picture() { "files.picture" } else { "files.pdf" };
        tr(language, key, &[("n", number(files, at, file.format).to_string()), ("size", size(file.bytes))])
    };
    files.iter().enumerate().map(|(at, file)| FileView { id: file.id, name: name(at, file), of_office: file.officer.is_some() }).collect()
}

/// Pictures are counted by themselves, and documents too.
fn number(files: &[Attachment], at: usize, format: Format) -> usize {
    files.iter().take(at + 1).filter(|file| file.format.is_picture() == format.is_picture()).count()
}

/// The size of a file for people: `12 KB`, `3,4 MB`.
pub fn size(bytes: i64) -> String {
    if bytes < 1_000_000 { format!("{} KB", (bytes / 1_000).max(1)) } else { format!("{},{} MB", bytes / 1_000_000, bytes / 100_000 % 10) }
}

/// The bytes of one of the files, found by its number in the address.
pub async fn answer(app: &App, files: &[Attachment], id: i64) -> Result<HttpResponse, Problem> {
    let (at, file) = files.iter().enumerate().find(|(_, file)| file.id == id).ok_or(Code::NotFound)?;
    let (service, opened) = (app.service.clone(), file.clone());
    let bytes = block(move || attachment::open(&service, &opened)).await?;
    let kind = if file.format.is_picture() { "anh" } else { "tep" };
    let name = format!("{kind}-{}.{}", number(files, at, file.format), file.format.ending());
    let place = if file.format.is_picture() { "inline" } else { "attachment" };
    Ok(HttpResponse::Ok()
        .content_type(file.format.media_type())
        .insert_header((header::CONTENT_DISPOSITION, format!("{place}; filename=\"{name}\"")))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"))
        .body(bytes))
}
