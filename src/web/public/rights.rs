//! What a sender may do about their data, on their own page: look, take a copy,
//! withdraw consent, delete the contact, ask for what has to be decided. All by
//! forms that are posted to the page's own address: the code stands in no other.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Serialize;

use super::receipt::{Turn, page};
use crate::actions::kept::{self, Kept, KeptFile};
use crate::actions::rights::{self, Asked};
use crate::actions::{Tx, lookup};
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::feedback::State;
use crate::domain::receipt::ReceiptCode;
use crate::domain::rights::{Request, RequestState, Right};
use crate::domain::time::Day;
use crate::domain::words::{Language, Purpose};
use crate::http::app::App;
use crate::http::visitor::Visitor;
use crate::i18n::{t, tr};
use crate::web::files;
use crate::web::form::Fields;
use crate::web::respond;
use crate::web::view::{self, FilterSelect};

/// The section's id on the page.
pub(super) const SECTION: &str = "quyen-du-lieu";

/// The forms of this section, as `viec` names them.
const FORMS: [&str; 6] = ["xem", "tai-ve", "rut-dong-y", "xoa-lien-he", "sua-lien-he", "yeu-cau"];

/// The section as the template shows it.
#[derive(Serialize)]
pub(super) struct RightsView {
    open: bool,
    done: bool,
    /// There is an opinion; of a rating alone there is nothing to ask but a look.
    opinion: bool,
    sealed: bool,
    /// Nothing is left that could be deleted or restricted.
    erased: bool,
    contact: Option<ContactView>,
    consents: Vec<&'static str>,
    choices: FilterSelect,
    words: String,
    requests: Vec<RequestLine>,
}

#[derive(Serialize)]
struct ContactView {
    name: String,
    email: String,
    phone: String,
}

/// A request in words, for its sender and for the desk.
#[derive(Serialize)]
struct RequestLine {
    what: String,
    state: String,
    asked_on: Day,
    until: Option<Day>,
    extended: bool,
    reason: Option<String>,
    note: Option<String>,
}

/// What can be asked of an opinion.
const TO_ASK: [Right; 3] = [Right::Delete, Right::Restrict, Right::Object];

/// Builds the section.
pub(super) fn section(tx: &mut Tx<'_>, own: &lookup::Own, sent: &Fields, done: bool, faults: &[Fault], language: Language) -> Result<RightsView, Problem> {
    let mine = is_asked(sent);
    let typed = |name: &str| if mine { sent.get(name) } else { "" };
    let kept = kept::kept(tx, own)?.opinion;
    let requests = match &own.feedback {
        Some(item) => crate::store::rights::of(tx.conn, item.record.serial)?,
        None => Vec::new(),
    };
    let open_already = |right: Right| requests.iter().any(|r| r.right == right && r.is_open());
    let options = TO_ASK.iter().filter(|right| !open_already(**right)).map(|right| (right.to_string(), t(language, &format!("rights.ask.{right}")))).collect();
    let contact = kept.as_ref().and_then(|k| k.contact.as_ref());
    let again = typed("viec") == "sua-lien-he";
    let part = |name: &str, kept: Option<&String>| if again { typed(name).to_owned() } else { kept.cloned().unwrap_or_default() };
    Ok(RightsView {
        open: done || (mine && !faults.is_empty()),
        done,
        opinion: own.feedback.is_some(),
        sealed: own.feedback.as_ref().is_some_and(|item| item.record.state == State::Sealed),
        erased: own.feedback.as_ref().is_some_and(|item| item.erased),
        consents: contact.map(|c| c.consents.iter().map(|p| p.as_str()).collect()).unwrap_or_default(),
        contact: contact.filter(|_| !open_already(Right::Correct)).map(|c| ContactView {
            name: part("name", c.name.as_ref()),
            email: part("email", c.email.as_ref()),
            phone: part("phone", c.phone.as_ref()),
        }),
        choices: view::filter_select("right", "rights.ask_what", t(language, "own.reply_choose"), typed("right"), options),
        words: typed("words").to_owned(),
        requests: requests.iter().rev().map(|r| line(tx, r, language)).collect(),
    })
}

/// A request in words.
fn line(tx: &Tx<'_>, request: &Request, language: Language) -> RequestLine {
    let what = match request.purpose {
        Some(purpose) => tr(language, "rights.withdrawn", &[("purpose", t(language, &format!("purpose_given.{purpose}")))]),
        None => t(language, &format!("rights.what.{}", request.right)),
    };
    let reason = request.reason.as_ref().and_then(|code| tx.catalogue.list("rights_refuse").find(|c| c.code == *code));
    RequestLine {
        what,
        state: t(language, &format!("rights.state.{}", request.state)),
        asked_on: request.asked_at.day(),
        until: request.act_by.filter(|_| request.is_open()),
        extended: request.extended_on.is_some(),
        reason: reason.filter(|_| request.state == RequestState::Refused).map(|c| c.name.get(language).to_owned()),
        note: request.note.clone(),
    }
}

/// Is it a form of this section?
pub(super) fn is_asked(fields: &Fields) -> bool {
    FORMS.contains(&fields.get("viec"))
}

/// Does what the form says, or asks for it.
pub(super) async fn act(app: &App, visitor: &Visitor, code: &str, fields: Fields) -> HttpResponse {
    let Some(code) = ReceiptCode::parse(code) else { return respond::problem(app, visitor, &Code::UnknownReceipt.into()) };
    if let Err(problem) = visitor.check_form(app, fields.get("form_token")) {
        let turn = Turn::refused(fields, vec![Fault::new("/contact", problem.code().as_str())]);
        return page(app, visitor, code, turn, crate::http::error::noted(&problem)).await;
    }
    if let look @ ("xem" | "tai-ve") = fields.get("viec") {
        return looked(app, visitor, &code, look == "tai-ve").await;
    }
    let (shown, sent) = (code.clone(), fields.clone());
    let done = app.write(move |tx| {
        let serial = lookup::own(tx, &code)?.feedback.map(|f| f.record.serial).ok_or(Code::UnknownReceipt)?;
        let asked = |right: &str| Asked {
            right: right.to_owned(),
            words: sent.get("words").to_owned(),
            name: sent.get("name").to_owned(),
            email: sent.get("email").to_owned(),
            phone: sent.get("phone").to_owned(),
        };
        match sent.get("viec") {
            "rut-dong-y" => rights::withdraw_consent(tx, serial, sent.get("purpose")),
            "xoa-lien-he" => rights::forget(tx, serial),
            "sua-lien-he" => rights::ask(tx, serial, &asked(Right::Correct.as_str())),
            _ => match sent.get("right") {
                // A correction has a form of its own.
                right if TO_ASK.iter().any(|r| r.as_str() == right) => rights::ask(tx, serial, &asked(right)),
                _ => Err(Problem::Invalid(vec![Fault::new("/right", "choice_missing")])),
            },
        }
    });
    match done.await {
        Ok(()) => respond::see_other(&format!("/tra-cuu/{}?quyen=1#{SECTION}", shown.reveal())),
        Err(Problem::Invalid(faults)) => page(app, visitor, shown, Turn::refused(fields, faults), StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(problem) => respond::problem(app, visitor, &problem),
    }
}

#[derive(Serialize)]
struct KeptPage {
    code: String,
    groups: Vec<Group>,
}

/// Facts under a heading.
#[derive(Serialize)]
struct Group {
    heading: String,
    facts: Vec<Fact>,
}

#[derive(Serialize)]
struct Fact {
    label: String,
    paragraphs: Vec<String>,
    lang: Language,
}

/// Shows or gives everything that is kept, and notes that the sender looked.
async fn looked(app: &App, visitor: &Visitor, code: &ReceiptCode, as_file: bool) -> HttpResponse {
    let (asked, language) = (code.clone(), visitor.language);
    let read = app.write(move |tx| {
        let own = lookup::own(tx, &asked)?;
        if let Some(item) = &own.feedback {
            rights::look(tx, item.record.serial)?;
        }
        let kept = kept::kept(tx, &own)?;
        let groups = groups(tx, &kept, language);
        Ok((kept, groups))
    });
    match read.await {
        Ok((kept, _)) if as_file => HttpResponse::Ok()
            .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"hoi-dap-du-lieu.json\""))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .json(kept),
        Ok((_, groups)) => respond::page(app, visitor, "public/kept", &KeptPage { code: code.reveal().to_owned(), groups }),
        Err(problem) => respond::problem(app, visitor, &problem),
    }
}

fn groups(tx: &Tx<'_>, kept: &Kept, language: Language) -> Vec<Group> {
    let catalogue = &tx.catalogue;
    let fact = |key: &str, words: Option<String>| {
        let words = words?;
        Some(Fact { label: t(language, &format!("kept.{key}")), lang: view::language_of(&words, language), paragraphs: view::paragraphs(&words) })
    };
    let named = |key: String, words: String| Fact { label: key, lang: view::language_of(&words, language), paragraphs: view::paragraphs(&words) };
    let date = |day: Day| crate::i18n::date(day);
    let group = |key: &str, facts: Vec<Option<Fact>>| Group { heading: t(language, &format!("kept.{key}")), facts: facts.into_iter().flatten().collect() };
    let mut groups = Vec::new();
    if let Some(o) = &kept.opinion {
        let office = |code: &Option<_>| code.as_ref().map(|c| view::office_name(catalogue, c, language));
        let procedure = o.procedure.as_ref().and_then(|key| catalogue.procedure(key)).map(|p| p.name.clone());
        let mut said = vec![
            fact("id", Some(o.id.clone())),
            fact("received_on", Some(date(o.received_on))),
            fact("kind", o.topic.map(|topic| topic.to_string()).or(o.kind.map(|kind| kind.to_string())).map(|kind| t(language, &format!("kind.{kind}")))),
            fact("field", o.field.as_ref().map(|f| view::field_name(catalogue, f, language))),
            fact("office", office(&o.office)),
            fact("named_office", office(&o.named_office)),
            fact("procedure", procedure),
            fact("respondent", o.respondent.map(|r| t(language, &format!("respondent.{r}")))),
            fact("channel", o.channel.map(|c| t(language, &format!("channel.{c}")))),
            fact("text", Some(o.text.clone().unwrap_or_else(|| t(language, "kept.erased")))),
        ];
        said.extend(o.words.iter().map(|w| {
            let label = format!("{}, {}, {}", date(w.on), t(language, &format!("by.{}", w.by)), t(language, "kept.words"));
            Some(named(label, w.text.clone()))
        }));
        let file = |(n, file): (usize, &KeptFile)| {
            Some(named(format!("{} {}", t(language, "kept.file"), n + 1), format!("{}, {}", file.format, files::size(file.bytes))))
        };
        said.extend(o.files.iter().enumerate().map(file));
        groups.push(group("opinion", said));
        let contact = match &o.contact {
            None => vec![fact("contact_none", Some(t(language, "kept.nothing")))],
            Some(c) => {
                let purposes = |p: &Purpose| t(language, &format!("purpose_given.{p}"));
                let seen = c.notice.as_ref().map_or_else(|| t(language, "kept.no_notice"), |v| tr(language, "notice.version", &[("version", v.to_string())]));
                vec![
                    fact("name", c.name.clone()),
                    fact("email", c.email.clone()),
                    fact("phone", c.phone.clone()),
                    fact("consents", Some(c.consents.iter().map(purposes).collect::<Vec<_>>().join("\n"))),
                    fact("given_on", Some(date(c.given_on))),
                    fact("notice", Some(seen)),
                ]
            }
        };
        groups.push(group("contact", contact));
        let published = o.published.iter().map(|a| {
            let label = format!("{}, {}", tr(language, "kept.version", &[("n", a.version.to_string())]), date(a.published_on));
            Some(named(label, [a.title.as_str(), &a.question, &a.answer].join("\n")))
        });
        groups.push(group("published", published.collect()));
        let steps = o
            .history
            .iter()
            .map(|s| Some(named(date(s.on), format!("{}, {}", t(language, &format!("move.{}", s.event)), t(language, &format!("by.{}", s.by))))));
        groups.push(group("history", steps.collect()));
    }
    if let Some(r) = &kept.rating {
        let mut facts = vec![
            fact("survey", Some(format!("{}@{}", r.survey, r.version))),
            fact("submitted_on", Some(date(r.submitted_on))),
            fact("office", r.office.as_ref().map(|code| code.parse().map_or_else(|_| code.clone(), |code| view::office_name(catalogue, &code, language)))),
        ];
        facts.extend(r.answers.iter().map(|(id, value)| {
            let words = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            Some(named(id.clone(), words))
        }));
        groups.push(group("rating", facts));
    }
    groups.retain(|g| !g.facts.is_empty());
    groups
}
