//! One thing done with many opinions: chosen in the list, looked at once more,
//! done one after the other. What can't be done with one holds up no other.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use serde::Serialize;

use super::colleagues;
use super::gate::{AtDesk, Sent};
use crate::actions::lookup::{self, DeskItem};
use crate::actions::redaction::redactor;
use crate::actions::{Tx, feedback, grouped};
use crate::domain::access::{Act, Officer};
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::feedback::State;
use crate::domain::text::propose_title;
use crate::domain::words::{Language, Role, Serial};
use crate::http::app::block;
use crate::http::error::noted;
use crate::i18n::{t, tr};
use crate::store;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::respond;
use crate::web::view::{self, FilterSelect, Piece};

/// So many at once: more nobody looks at.
const MOST: usize = 50;

/// What may be done with many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Take,
    Assign,
    Forward,
    Answer,
    Approve,
}

impl What {
    const ALL: [Self; 5] = [Self::Take, Self::Assign, Self::Forward, Self::Answer, Self::Approve];

    /// Its name in an address: that of the move of one.
    const fn name(self) -> &'static str {
        match self {
            Self::Take => "nhan",
            Self::Assign => "giao",
            Self::Forward => "chuyen",
            Self::Answer => "viet",
            Self::Approve => "duyet",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Take => "desk.take",
            Self::Assign => "desk.assign",
            Self::Forward => "desk.forward",
            Self::Answer => "desk.many_answer",
            Self::Approve => "desk.approve",
        }
    }

    fn is_for(self, officer: &Officer) -> bool {
        match self {
            Self::Take | Self::Answer => officer.is(Role::Officer),
            Self::Assign | Self::Forward => officer.is(Role::Officer) || officer.is(Role::Head),
            Self::Approve => officer.is(Role::Approver),
        }
    }
}

/// What this officer may do with many, as options.
pub fn options(officer: &Officer, language: Language) -> Vec<(String, String)> {
    What::ALL.into_iter().filter(|what| what.is_for(officer)).map(|what| (what.name().to_owned(), t(language, what.label()))).collect()
}

#[derive(Serialize)]
struct Page {
    title: String,
    what: &'static str,
    button: String,
    lead: String,
    items: Vec<Item>,
    colleagues: FilterSelect,
    somebody_away: bool,
    offices: FilterSelect,
    reasons: FilterSelect,
    note: String,
    answer: String,
    faults: Vec<FaultLine>,
}

#[derive(Serialize)]
struct Item {
    number: i64,
    id: String,
    title: String,
    lang: Language,
    original: Vec<Vec<Piece>>,
    events: u32,
    revision: i64,
    /// The public form, to be written or to be approved.
    question: String,
    shown: Vec<Vec<Piece>>,
    answer: Vec<Vec<Piece>>,
    /// The ids of the two controls.
    title_at: String,
    question_at: String,
    /// Why it can't be part of it, when it can't.
    left_out: Option<&'static str>,
}

#[derive(Serialize)]
struct DonePage {
    title: String,
    done: Vec<view::Numbered>,
    left: Vec<Left>,
}

#[derive(Serialize)]
struct Left {
    #[serde(flatten)]
    numbered: view::Numbered,
    why: String,
}

/// What was chosen, and what of it.
struct Chosen {
    what: What,
    serials: Vec<Serial>,
}

fn chosen(officer: &Officer, asked: &Fields) -> Result<Chosen, Problem> {
    let what = What::ALL.into_iter().find(|what| what.name() == asked.get("viec") && what.is_for(officer));
    let mut serials: Vec<Serial> = asked.all("so").filter_map(|serial| serial.parse().ok()).collect();
    serials.sort_by_key(|serial| serial.0);
    serials.dedup();
    let fault = |code: &'static str| Problem::Invalid(vec![Fault::new("/so", code).with("max", MOST)]);
    match what {
        _ if serials.is_empty() => Err(fault("nothing_chosen")),
        _ if serials.len() > MOST => Err(fault("too_many_chosen")),
        None => Err(fault("choice_missing")),
        Some(what) => Ok(Chosen { what, serials }),
    }
}

/// What was chosen, once more, with what is needed to do it.
pub async fn ask(desk: AtDesk, query: Query<Vec<(String, String)>>) -> HttpResponse {
    form(&desk, StatusCode::OK, Fields(query.into_inner()), Vec::new()).await
}

async fn form(desk: &AtDesk, status: StatusCode, asked: Fields, faults: Vec<Fault>) -> HttpResponse {
    let (language, service, who) = (desk.visitor.language, desk.app.service.clone(), desk.me.clone());
    let built = match chosen(&desk.me, &asked) {
        Ok(chosen) => block(move || service.read(|tx| build(tx, &who, &chosen, &asked, faults, language))).await,
        Err(problem) => Err(problem),
    };
    match built {
        Ok(page) => desk.page(status, "desk/many", &page),
        Err(problem) => desk.problem(&problem),
    }
}

/// The form once more, where the whole was refused.
async fn form_again(desk: &AtDesk, asked: Fields, problem: &Problem) -> HttpResponse {
    match problem {
        Problem::Invalid(faults) => form(desk, StatusCode::UNPROCESSABLE_ENTITY, asked, faults.clone()).await,
        _ => form(desk, noted(problem), asked, vec![Fault::new("/form_token", problem.code().as_str())]).await,
    }
}

fn build(tx: &mut Tx<'_>, officer: &Officer, chosen: &Chosen, asked: &Fields, faults: Vec<Fault>, language: Language) -> Result<Page, Problem> {
    let mut items = Vec::new();
    for serial in &chosen.serials {
        match item(tx, officer, chosen.what, *serial, asked) {
            // It went elsewhere meanwhile, or was sealed: nobody may learn which.
            Err(Problem::Refused(Code::NotFound)) => {}
            other => items.push(other?),
        }
    }
    let catalogue = tx.catalogue.clone();
    let reasons = catalogue.list("forward").map(|c| (c.code.to_string(), c.name.get(language).to_owned())).collect();
    let select = |name, label, options| view::filter_select(name, label, t(language, "desk.choose"), asked.get(name), options);
    let offices = view::office_options(&catalogue, tx.today, language);
    let (all, today) = (catalogue.clone(), tx.today);
    let near = |o: &Officer| all.offices.answers_for(&officer.office, &o.office, today) || all.offices.answers_for(&o.office, &officer.office, today);
    let (colleagues, somebody_away) = colleagues::options(tx, language, near)?;
    let faults = Faults::new(faults, language);
    Ok(Page {
        title: tr(language, "desk.many_title", &[("what", t(language, chosen.what.label())), ("n", items.len().to_string())]),
        what: chosen.what.name(),
        button: t(language, chosen.what.label()),
        lead: t(language, if chosen.what == What::Answer { "desk.many_answer_lead" } else { "desk.many_lead" }),
        items,
        colleagues: select("to", "desk.to_colleague", colleagues),
        somebody_away,
        offices: select("to", "desk.to_office", offices),
        reasons: select("reason", "desk.reason", reasons),
        note: asked.get("note").to_owned(),
        answer: asked.get("answer").to_owned(),
        faults: faults.lines(|pointer| pointer.trim_start_matches('/').replace('/', "-")),
    })
}

fn item(tx: &mut Tx<'_>, officer: &Officer, what: What, serial: Serial, asked: &Fields) -> Result<Item, Problem> {
    let item: DeskItem = lookup::desk_item(tx, officer, serial)?;
    // Each view of a sealed one is for its receiver, and audited: never in passing.
    if item.record.state == State::Sealed {
        return Err(Code::NotFound.into());
    }
    let redactor = redactor()?;
    let marked = |text: &str| view::marked(redactor, text).0;
    let covered = redactor.cover(&item.original, &redactor.find(&item.original));
    let waits = item.draft.as_ref().filter(|draft| draft.handed_in);
    let text = |name: &str, kept: Option<&String>, proposed: String| {
        let typed = asked.get(&format!("{name}.{}", serial.0));
        // Who approves sees what waits, and nothing that an address says.
        if typed.is_empty() || what == What::Approve { kept.filter(|s| !s.is_empty()).cloned().unwrap_or(proposed) } else { typed.to_owned() }
    };
    let kept = item.draft.as_ref();
    let left_out = match what {
        What::Approve if item.own_text => Some("errors.own_text"),
        What::Approve if waits.is_none_or(|draft| draft.intent != store::draft::Intent::Answer) => Some("desk.many_nothing_waits"),
        What::Take if item.record.assignee.is_some_and(|id| id != officer.id) => Some("desk.many_taken"),
        What::Answer if !matches!(item.record.state, State::Waiting | State::Working) => Some("desk.many_not_open"),
        _ => None,
    };
    Ok(Item {
        number: serial.0,
        id: serial.to_string(),
        lang: view::language_of(&item.original, item.record.language),
        original: marked(&item.original),
        events: item.record.events,
        revision: kept.map_or(0, |draft| draft.revision),
        shown: waits.map(|draft| marked(&draft.question)).unwrap_or_default(),
        answer: waits.map(|draft| marked(&draft.answer)).unwrap_or_default(),
        title: text("title", kept.map(|d| &d.title), propose_title(&covered)),
        question: text("question", kept.map(|d| &d.question), covered),
        title_at: format!("title-{}", serial.0),
        question_at: format!("question-{}", serial.0),
        left_out,
    })
}

/// Does it, and says with which it was done and with which not.
pub async fn act(desk: AtDesk, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let chosen = match desk.check(&fields).and_then(|()| chosen(&desk.me, &fields)) {
        Ok(chosen) => chosen,
        Err(problem @ Problem::Refused(_)) => return desk.problem(&problem),
        Err(problem) => return form_again(&desk, fields, &problem).await,
    };
    if chosen.what == What::Answer {
        return answer(&desk, &chosen, fields).await;
    }
    let mut outcomes = Vec::new();
    for serial in chosen.serials {
        let (what, of_one) = (chosen.what, of_one(&fields, serial));
        let outcome = desk.write(&fields, move |tx, me| one(tx, me, what, serial, &of_one)).await;
        match outcome {
            // What is missing is missing for all of them.
            Err(problem @ Problem::Invalid(_)) if outcomes.is_empty() => return form_again(&desk, fields, &problem).await,
            outcome => outcomes.push((serial, outcome)),
        }
    }
    done(&desk, outcomes)
}

/// The fields of one item: what is named with its number.
fn of_one(fields: &Fields, serial: Serial) -> Fields {
    let end = format!(".{}", serial.0);
    Fields(
        fields
            .0
            .iter()
            .filter_map(|(name, value)| Some((name.strip_suffix(&end).or((!name.contains('.')).then_some(name))?.to_owned(), value.clone())))
            .collect(),
    )
}

/// A move of one, never of a sealed one: nobody may learn of it here.
fn one(tx: &mut Tx<'_>, officer: &Officer, what: What, serial: Serial, fields: &Fields) -> Result<(), Problem> {
    let hand = feedback::take_in_hand(tx, serial)?;
    officer.may(Act::Read, &hand.item, &tx.catalogue.offices, tx.today)?;
    super::feedback::dispatch(tx, officer, serial, what.name(), fields)
}

/// One answer for all of them, or for none: whoever wrote it says for which.
async fn answer(desk: &AtDesk, chosen: &Chosen, fields: Fields) -> HttpResponse {
    let parts = chosen.serials.iter().map(|serial| {
        let of = of_one(&fields, *serial);
        grouped::Part {
            serial: *serial,
            title: of.get("title").to_owned(),
            question: of.get("question").to_owned(),
            revision: of.get("revision").parse().unwrap_or(-1),
        }
    });
    let (parts, text): (Vec<_>, _) = (parts.collect(), fields.get("answer").to_owned());
    match desk.write(&fields, move |tx, me| grouped::hand_in(tx, me, &parts, &text)).await {
        Ok(()) => done(desk, chosen.serials.iter().map(|serial| (*serial, Ok(()))).collect()),
        Err(problem) => form_again(desk, fields, &problem).await,
    }
}

fn done(desk: &AtDesk, outcomes: Vec<(Serial, Result<(), Problem>)>) -> HttpResponse {
    let language = desk.visitor.language;
    let mut page = DonePage { title: t(language, "desk.many_done"), done: Vec::new(), left: Vec::new() };
    for (serial, outcome) in outcomes {
        match outcome {
            Ok(()) => page.done.push(view::numbered(serial)),
            Err(problem) => page.left.push(Left { numbered: view::numbered(serial), why: respond::sentence(language, &problem) }),
        }
    }
    desk.page(StatusCode::OK, "desk/many-done", &page)
}
