//! Commendations: praise that officers picked, by the office that it is about.

use std::collections::BTreeMap;

use actix_web::Responder;
use serde::Serialize;

use crate::actions::{Tx, picked};
use crate::domain::error::Problem;
use crate::domain::text::alphabetical;
use crate::domain::time::Day;
use crate::domain::words::Language;
use crate::http::app::Shared;
use crate::http::visitor::Visitor;
use crate::web::respond;
use crate::web::view::{self, Numbered};

#[derive(Serialize)]
struct Page {
    offices: Vec<Office>,
}

#[derive(Serialize)]
struct Office {
    name: String,
    praises: Vec<Praise>,
}

#[derive(Serialize)]
struct Praise {
    #[serde(flatten)]
    numbered: Numbered,
    title: String,
    /// A title is in Vietnamese mostly, whatever the words are in.
    title_lang: Language,
    lang: Language,
    words: Vec<String>,
    received_on: Day,
}

/// All of them.
pub async fn show(app: Shared, visitor: Visitor) -> impl Responder {
    let language = visitor.language;
    match app.read(move |tx| build(tx, language)).await {
        Ok(page) => respond::page(&app, &visitor, "public/commended", &page),
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

fn build(tx: &mut Tx<'_>, language: Language) -> Result<Page, Problem> {
    let items = picked::commended(tx)?;
    let mut by_office: BTreeMap<String, Vec<Praise>> = BTreeMap::new();
    for item in &items {
        let (Some(latest), Some(place)) = (item.latest(), &item.place) else { continue };
        let praise = Praise {
            numbered: view::numbered(item.serial),
            title: latest.title.clone(),
            title_lang: view::public_language(item, Some(&latest.title)),
            lang: view::public_language(item, Some(&latest.question)),
            words: view::paragraphs(&latest.question),
            received_on: item.received_on,
        };
        by_office.entry(view::office_name(&tx.catalogue, &place.office, language)).or_default().push(praise);
    }
    let mut offices: Vec<Office> = by_office.into_iter().map(|(name, praises)| Office { name, praises }).collect();
    offices.sort_by_cached_key(|office| alphabetical(&office.name));
    Ok(Page { offices })
}
