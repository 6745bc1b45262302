//! The public ledger, explained to people, and the check of a receipt: in the
//! browser where it can, here where it can't. Records nothing, also when posted.

use actix_web::http::StatusCode;
use actix_web::web::Form;
use actix_web::{HttpResponse, Responder};
use serde::Serialize;
use tlog_tiles::checkpoint::Checkpoint;

use crate::actions::Tx;
use crate::actions::lookup::Own;
use crate::actions::proof::{self, Found};
use crate::domain::error::{Code, Problem};
use crate::domain::proof::{Flaw, LedgerReceipt};
use crate::domain::receipt::ReceiptCode;
use crate::domain::time::Day;
use crate::domain::words::Language;
use crate::http::app::{App, Shared};
use crate::http::visitor::Visitor;
use crate::i18n;
use crate::keys::LedgerKey;
use crate::store;
use crate::web::form::Fields;
use crate::web::respond;

/// Receipts at a time; a code gives two at most.
const MOST: usize = 10;

#[derive(Serialize, Default)]
struct Page {
    /// Is a log kept at all?
    kept: bool,
    latest: Option<Latest>,
    text: String,
    outcomes: Vec<Outcome>,
    sentences: Vec<Outcome>,
}

/// The last checkpoint.
#[derive(Serialize)]
struct Latest {
    size: u64,
    on: Day,
    /// The day, in words, when it was not signed today, though every day has a line of its own.
    stands: Option<String>,
    root: String,
    key: String,
    address: String,
}

/// What the check of one receipt says.
#[derive(Serialize, Default)]
pub(super) struct Outcome {
    /// Its name among the sentences of a script.
    says: String,
    flaw: Option<&'static str>,
    /// Something is not as it should be: a flaw that is nobody's mistake.
    broken: bool,
    rating: bool,
    browser: bool,
    line: String,
    now: String,
    then: String,
}

impl Outcome {
    fn flaw(flaw: Flaw) -> Self {
        let broken = matches!(flaw, Flaw::Changed | Flaw::Unsigned | Flaw::Missing | Flaw::Forked);
        Self { says: flaw.to_string(), flaw: Some(flaw.as_str()), broken, ..Self::default() }
    }

    fn found(found: Found, rating: bool, language: Language) -> Self {
        let [line, now, then] = [found.index + 1, found.now, found.then].map(|n| i18n::number(language, n));
        Self { rating, line, now, then, ..Self::default() }
    }
}

/// Every sentence that a script may say, with places for the numbers.
pub(super) fn sentences() -> Vec<Outcome> {
    let good = |says: &str, rating: bool| {
        let [line, now, then] = ["{line}", "{now}", "{then}"].map(str::to_owned);
        Outcome { says: says.to_owned(), rating, browser: true, line, now, then, ..Outcome::default() }
    };
    let unreachable = Outcome { says: "unreachable".to_owned(), flaw: Some("unreachable"), ..Outcome::default() };
    let flaws = Flaw::ALL.iter().map(|flaw| Outcome::flaw(*flaw));
    [good("rating", true), good("opinion", false), unreachable].into_iter().chain(flaws).collect()
}

/// The page.
pub async fn show(app: Shared, visitor: Visitor) -> impl Responder {
    page(&app, &visitor, String::new(), Vec::new(), StatusCode::OK).await
}

/// Checks a receipt, by its code or as the sender kept it.
pub async fn check(app: Shared, visitor: Visitor, form: Form<Vec<(String, String)>>) -> impl Responder {
    let text = Fields(form.into_inner()).get("bien-nhan").trim().to_owned();
    let Some(key) = app.config.ledger_key() else { return respond::problem(&app, &visitor, &Code::NotFound.into()) };
    let (asked, language) = (text.clone(), visitor.language);
    let outcomes = match app.read(move |tx| outcomes(tx, &asked, &key, language)).await {
        Ok(outcomes) => outcomes,
        Err(problem) => return respond::problem(&app, &visitor, &problem),
    };
    let status = match outcomes.first().and_then(|outcome| outcome.flaw).and_then(|flaw| flaw.parse().ok()) {
        Some(Flaw::Unreadable) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Flaw::Unknown) => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    };
    page(&app, &visitor, text, outcomes, status).await
}

fn outcomes(tx: &mut Tx<'_>, text: &str, key: &LedgerKey, language: Language) -> Result<Vec<Outcome>, Problem> {
    let receipts = if text.starts_with(['{', '[']) {
        LedgerReceipt::read(text)
    } else {
        match super::receipt::code_in(text).map(|code| proof::receipts(tx, &code, key.origin())) {
            None => Err(Flaw::Unreadable),
            Some(Err(Problem::Refused(Code::UnknownReceipt))) => Err(Flaw::Unknown),
            Some(receipts) => Ok(receipts?),
        }
    };
    let receipts = match receipts {
        Ok(receipts) if receipts.is_empty() || receipts.len() > MOST => return Ok(vec![Outcome::flaw(Flaw::Unreadable)]),
        Ok(receipts) => receipts,
        Err(flaw) => return Ok(vec![Outcome::flaw(flaw)]),
    };
    let check = |receipt: &LedgerReceipt| {
        Ok(match proof::check(tx, receipt, key)? {
            Ok(found) => Outcome::found(found, receipt.is_rating(), language),
            Err(flaw) => Outcome::flaw(flaw),
        })
    };
    receipts.iter().map(check).collect()
}

async fn page(app: &App, visitor: &Visitor, text: String, outcomes: Vec<Outcome>, status: StatusCode) -> HttpResponse {
    let address = app.config.public_url.clone();
    let key = app.config.ledger_key();
    let kept = key.is_some();
    let latest = match key {
        None => Ok(None),
        Some(key) => app.read(move |tx| latest(tx, &key, address)).await,
    };
    match latest {
        Ok(latest) => respond::page_status(app, visitor, status, "public/ledger", &Page { kept, latest, text, outcomes, sentences: sentences() }),
        Err(problem) => respond::problem(app, visitor, &problem),
    }
}

fn latest(tx: &mut Tx<'_>, key: &LedgerKey, address: String) -> Result<Option<Latest>, Problem> {
    let Some((on, note)) = store::ledger::last_signed(tx.conn)? else { return Ok(None) };
    let Some(signed) = key.open(&note).and_then(|text| Checkpoint::from_bytes(&text).ok()) else { return Ok(None) };
    Ok(Some(Latest { size: signed.size(), on, stands: (on < tx.today).then(|| i18n::date(on)), root: signed.hash().to_string(), key: key.verifier(), address }))
}

/// Where what was sent with a code stands, in a sentence for each, and whether all of it has its place.
pub(super) fn lines(tx: &mut Tx<'_>, code: &ReceiptCode, own: &Own, language: Language) -> Result<(Vec<String>, bool), Problem> {
    let (rating, opinion) = proof::places(tx, code, own.feedback.as_ref().map(|item| item.record.serial))?;
    let sent = [("rating", own.response.is_some(), rating), ("opinion", own.feedback.is_some(), opinion)];
    let sent: Vec<_> = sent.into_iter().filter(|(_, there, _)| *there).collect();
    let line = |(what, _, index): &(&str, bool, Option<u64>)| match index {
        Some(index) => i18n::tr(language, &format!("proof.own_{what}"), &[("line", i18n::number(language, index + 1))]),
        None => i18n::t(language, &format!("proof.own_{what}_waiting")),
    };
    Ok((sent.iter().map(line).collect(), sent.iter().all(|(_, _, index)| index.is_some())))
}
