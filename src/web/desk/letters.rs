//! The mails that the demo put into its folder, to be read like a mailbox.
//! Only where mail goes to a folder, and only for those who are signed in.

use std::path::{Path as FilePath, PathBuf};

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, Responder};
use mail_parser::MessageParser;
use serde::Serialize;

use crate::config::Environment;
use crate::domain::error::{Code, Problem};
use crate::domain::words::Language;
use crate::http::app::{App, Shared, block};
use crate::http::visitor::Visitor;
use crate::web::{respond, view};

#[derive(Serialize)]
struct ListPage {
    letters: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    lang: Language,
    subject: String,
    to: String,
}

#[derive(Serialize)]
struct LetterPage {
    lang: Language,
    title: String,
    to: String,
    paragraphs: Vec<String>,
}

/// The folder, where reading other people's mail is part of trying the demo out.
fn folder(app: &App) -> Result<PathBuf, Problem> {
    let folder = app.config.mail_folder().filter(|_| app.config.env == Environment::Development);
    folder.ok_or_else(|| Code::NotFound.into())
}

/// The mails, newest first.
pub async fn list(app: Shared, visitor: Visitor) -> impl Responder {
    answer(&app, &visitor, "desk/letters", |folder| {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".eml"))
            .collect();
        names.sort_unstable_by(|a, b| b.cmp(a));
        let read = |name: String| {
            let letter = read(folder, &name)?;
            Some(Line { name, lang: letter.language(), subject: letter.subject, to: letter.to })
        };
        Ok(ListPage { letters: names.into_iter().take(100).filter_map(read).collect() })
    })
    .await
}

/// One mail.
pub async fn show(app: Shared, visitor: Visitor, name: Path<String>) -> impl Responder {
    let name = name.into_inner();
    answer(&app, &visitor, "desk/letter", move |folder| {
        let letter = read(folder, &name).ok_or(Code::NotFound)?;
        Ok(LetterPage { lang: letter.language(), title: letter.subject, to: letter.to, paragraphs: view::paragraphs(&letter.text) })
    })
    .await
}

async fn answer<T: Serialize + Send + 'static>(
    app: &App,
    visitor: &Visitor,
    template: &'static str,
    f: impl FnOnce(&FilePath) -> Result<T, Problem> + Send + 'static,
) -> HttpResponse {
    let built = async {
        let officer = visitor.officer(app).await?;
        let folder = folder(app)?;
        let page = block(move || f(&folder)).await?;
        Ok((super::frame(app, visitor, &officer)?, page))
    };
    match built.await {
        Ok((frame, page)) => respond::page_with(app, visitor, &frame, StatusCode::OK, template, &page),
        Err(problem) => respond::problem(app, visitor, &problem),
    }
}

/// Reads a mail of the folder; a name with a path in it is none.
fn read(folder: &FilePath, name: &str) -> Option<Opened> {
    let plain = name.ends_with(".eml") && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    plain.then(|| std::fs::read(folder.join(name)).ok()).flatten().and_then(|bytes| open(&bytes))
}

/// What a reader sees of a mail.
struct Opened {
    subject: String,
    to: String,
    text: String,
}

impl Opened {
    /// A letter is in its reader's language; an English one has neither Khmer nor Vietnamese letters.
    fn language(&self) -> Language {
        view::language_of(&self.text, Language::En)
    }
}

/// Opens a mail; `None` when it is none.
fn open(bytes: &[u8]) -> Option<Opened> {
    let message = MessageParser::default().parse(bytes)?;
    Some(Opened {
        subject: message.subject()?.to_owned(),
        to: message.to().and_then(|to| to.first()).and_then(|a| a.address()).unwrap_or_default().to_owned(),
        text: message.body_text(0)?.into_owned(),
    })
}
