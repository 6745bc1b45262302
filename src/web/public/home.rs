//! The first page: four things to do, and the two promises with live figures.

use actix_web::Responder;
use serde::Serialize;

use crate::actions::figures::{self, Asked};
use crate::actions::lookup;
use crate::domain::error::Problem;
use crate::domain::satisfaction::Verdict;
use crate::domain::time::Day;
use crate::domain::words::{Language, Sample};
use crate::http::app::Shared;
use crate::http::visitor::Visitor;
use crate::i18n::{hundredths, number, per_cent};
use crate::web::view::{self, ItemCard, Promised};
use crate::web::{public::results::tone, respond};

#[derive(Serialize)]
struct Page {
    year: i16,
    promised: Promised,
    satisfied: Satisfied,
    answered: Answered,
    newest: Vec<ItemCard>,
}

#[derive(Serialize)]
struct Satisfied {
    target: String,
    share: Option<String>,
    n: String,
    verdict: Verdict,
    tone: &'static str,
}

#[derive(Serialize)]
struct Answered {
    n: String,
    late: bool,
    overdue: String,
    received: String,
    open: String,
    out: String,
    tone: &'static str,
}

/// The page.
pub async fn home(app: Shared, visitor: Visitor) -> impl Responder {
    let language = visitor.language;
    match app.read(move |tx| build(tx, language)).await {
        Ok(page) => respond::page(&app, &visitor, "public/home", &page),
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

fn build(tx: &mut crate::actions::Tx<'_>, language: Language) -> Result<Page, Problem> {
    let year = tx.today.year();
    let asked = Asked { from: Day::new(year, 1, 1), sample: Some(Sample::Verified), ..Asked::default() };
    let results = figures::results(tx, &asked)?;
    let overall = results.satisfaction.first();
    let ratio = overall.and_then(|f| f.shown.ratio());
    let verdict = overall.map_or(Verdict::NotEnough, |f| f.verdict);
    let counts = results.feedback;
    let n = |n: u64| number(language, n);
    let newest = lookup::newest_answers(tx, 2)?;
    Ok(Page {
        year,
        promised: view::promised(&tx.catalogue, tx.today, language),
        satisfied: Satisfied {
            target: overall.and_then(|f| f.target).map(|t| per_cent(language, u64::from(t))).unwrap_or_default(),
            share: ratio.and_then(|r| r.share()).map(|s| per_cent(language, hundredths(s))),
            n: n(ratio.map_or(0, |r| r.n)),
            verdict,
            tone: tone(verdict),
        },
        answered: Answered {
            n: n(counts.answered_on_time + counts.answered_late),
            late: counts.overdue > 0,
            overdue: n(counts.overdue),
            received: n(counts.received),
            open: n(counts.open_in_time),
            out: n(counts.merged + counts.out_of_scope + counts.spam + counts.redirected + counts.sealed + counts.withdrawn),
            tone: if counts.overdue > 0 { "late" } else { "good" },
        },
        newest: newest.iter().map(|i| view::card(i, &tx.catalogue, tx.today, language)).collect(),
    })
}
