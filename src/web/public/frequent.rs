//! Frequent questions: published answers that officers marked, by field.

use actix_web::Responder;
use serde::Serialize;

use crate::actions::{Tx, picked};
use crate::domain::error::Problem;
use crate::domain::words::Language;
use crate::http::app::Shared;
use crate::http::visitor::Visitor;
use crate::web::respond;
use crate::web::view::{self, AnswerView, Numbered};

#[derive(Serialize)]
struct Page {
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    field: String,
    questions: Vec<Question>,
}

#[derive(Serialize)]
struct Question {
    #[serde(flatten)]
    numbered: Numbered,
    title: String,
    /// A title is in Vietnamese mostly, whatever the words are in.
    title_lang: Language,
    lang: Language,
    question: Vec<String>,
    answer: AnswerView,
}

/// All of them.
pub async fn show(app: Shared, visitor: Visitor) -> impl Responder {
    let language = visitor.language;
    match app.read(move |tx| build(tx, language)).await {
        Ok(page) => respond::page(&app, &visitor, "public/frequent", &page),
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

fn build(tx: &mut Tx<'_>, language: Language) -> Result<Page, Problem> {
    let items = picked::frequent(tx)?;
    let catalogue = tx.catalogue.clone();
    let questions = |code: &crate::domain::words::FieldCode| -> Vec<Question> {
        let of_field = items.iter().filter(|item| item.place.as_ref().is_some_and(|place| place.field == *code));
        of_field
            .filter_map(|item| {
                let latest = item.latest()?;
                Some(Question {
                    numbered: view::numbered(item.serial),
                    title: latest.title.clone(),
                    title_lang: view::public_language(item, Some(&latest.title)),
                    lang: view::public_language(item, Some(&latest.question)),
                    question: view::paragraphs(&latest.question),
                    answer: view::answer(latest, &catalogue, language),
                })
            })
            .collect()
    };
    let groups = catalogue.fields.iter().map(|field| Group { field: field.name.get(language).to_owned(), questions: questions(&field.code) });
    Ok(Page { groups: groups.filter(|group| !group.questions.is_empty()).collect() })
}
