//! What a row of the outbox comes to as things stand now: whom to write to,
//! and what to say. A row names nobody's address; what was withdrawn, moved
//! on or sealed in the meantime is not written about.

use std::collections::BTreeMap;

use serde::Deserialize;
use uuid::Uuid;

use super::accounts;
use super::plan::{Plan, payload, to_officers};
use crate::actions::chase::{Digest, Reminded};
use crate::actions::{self, Tx, breach, lookup};
use crate::domain::breach::hours_left;
use crate::domain::contact::{Contact, Email};
use crate::domain::error::Problem;
use crate::domain::event::{Event, Replied};
use crate::domain::feedback::{Class, State};
use crate::domain::rights::RequestStep;
use crate::domain::visibility::Record;
use crate::domain::words::{Ground, Kind, Language, OfficeCode, Purpose, Role, Serial, Words};
use crate::mail::{ChaseLine, Notice};
use crate::store;
use crate::store::appeal;
use crate::store::draft::{self, Intent};
use crate::store::feedback;
use crate::store::officer::{self, Account};
use crate::store::outbox::Message;

/// What a payload holds.
#[derive(Deserialize)]
struct About {
    serial: Serial,
    office: Option<OfficeCode>,
    officer: Option<Uuid>,
    /// Who stands in for them, and is written to in their place here: they have a mail of their own.
    deputy: Option<Uuid>,
    reason: Option<Ground>,
    press: Option<i64>,
    /// It is about the appeal.
    #[serde(default)]
    appeal: bool,
}

/// The items that rows are about.
type Records = BTreeMap<Serial, Record>;

/// Finds out what to do with a row.
///
/// # Errors
/// [`Problem::Internal`] when the row or the contact can't be read.
pub fn plan(tx: &mut Tx<'_>, message: &Message) -> Result<Plan, Problem> {
    let records = records(tx, std::iter::once(message))?;
    plan_with(tx, message, &records)
}

/// The same for some rows, whose items are read together.
///
/// # Errors
/// As [`plan`], for the first that can't be read.
pub fn plans<'a>(tx: &mut Tx<'_>, messages: impl Iterator<Item = &'a Message> + Clone) -> Result<Vec<Plan>, Problem> {
    let records = records(tx, messages.clone())?;
    messages.map(|message| plan_with(tx, message, &records)).collect()
}

fn records<'a>(tx: &mut Tx<'_>, messages: impl Iterator<Item = &'a Message>) -> Result<Records, Problem> {
    let serials: Vec<Serial> = messages.filter_map(|message| message.payload.get("serial")?.as_i64().map(Serial)).collect();
    Ok(feedback::all_of(tx.conn, &serials)?.into_iter().map(|record| (record.serial, record)).collect())
}

fn plan_with(tx: &mut Tx<'_>, message: &Message, records: &Records) -> Result<Plan, Problem> {
    match message.kind.as_str() {
        "chase" => return chased(tx, message),
        "password_reset" | "totp_reset" | "account_changed" | "deputy" => return accounts::plan(tx, message),
        _ => {}
    }
    if let "rights" | "rights_waits" = message.kind.as_str() {
        return rights(tx, message);
    }
    if let "breach_opened" | "breach_due" = message.kind.as_str() {
        return breached(tx, message);
    }
    let about: About = payload(message)?;
    let Some(record) = records.get(&about.serial) else { return Ok(Plan::Nobody) };
    // Whoever reads a mailbox must not learn of a denunciation: its receiver
    // alone is told, and not what it is (DOMAIN.md §0.7).
    if (record.state == State::Sealed) != (message.kind == "sealed") {
        return Ok(Plan::Nobody);
    }
    match message.kind.as_str() {
        "received" => to_sender(tx, record, message, received),
        "answered" => to_sender(tx, record, message, answered),
        "refused" => to_sender(tx, record, message, refused),
        "redirected" => to_sender(tx, record, message, redirected),
        "asked" => to_sender(tx, record, message, asked),
        "routed" => Ok(routed(tx, record, about.office)),
        "handed_in" => handed_in(tx, record, about.officer),
        "returned" => returned(tx, record, &about),
        "assigned" => assigned(tx, record, &about),
        "unsolved" => unsolved(tx, record, about.officer),
        "pressed" | "pressed_heads" => pressed(tx, record, message.kind == "pressed_heads", &about),
        "appealed" => appealed(tx, record),
        "appeal_stuck" => appeal_stuck(tx, record, about.officer),
        "appeal_in" => appeal_in(tx, record, about.officer),
        "appeal_back" => appeal_back(tx, record, about.officer, about.reason),
        "appeal_answered" => to_sender(tx, record, message, appeal_answered),
        "resumed" => resumed(tx, record, &about),
        "sealed" => sealed(tx, record, about.officer),
        kind => Err(Problem::Internal(format!("this version knows no mail of the kind {kind}"))),
    }
}

/// A letter that reminds: of what is still open, to who is still there.
fn chased(tx: &mut Tx<'_>, message: &Message) -> Result<Plan, Problem> {
    let digest: Digest = payload(message)?;
    let mut lines = Vec::new();
    for line in &digest.lines {
        let Some(record) = feedback::get(tx.conn, line.serial)? else { continue };
        let waits = if line.appeal {
            appeal::waiting(tx.conn, record.serial)?.map(|work| (Some(work.appeal.office), work.appeal.until))
        } else {
            record.due_on.filter(|_| record.state.is_open() && !record.paused).map(|due_on| (record.office, due_on))
        };
        let rung = tx.catalogue.chase.iter().find(|rung| rung.code == line.rung);
        if let Some(((code, due_on), rung)) = waits.zip(rung) {
            let office = office(tx, code.as_ref());
            lines.push(ChaseLine { serial: line.serial, office, timing: rung.timing, days: rung.days, due_on, appeal: line.appeal });
        }
    }
    if lines.is_empty() {
        return Ok(Plan::Nobody);
    }
    let notice = Notice::Chase { lines };
    match digest.to {
        Reminded::Officer(id) => to_officers(tx, Some(id), notice, |_| true),
        Reminded::Office(code) => Ok(office_email(tx, &code).map_or(Plan::Nobody, |email| Plan::One(email, Language::Vi, notice))),
    }
}

/// What a payload about a request holds.
#[derive(Deserialize)]
struct AboutRequest {
    request: i64,
    step: Option<RequestStep>,
    /// The encrypted contact, where the one of the item was deleted with what was asked.
    sealed: Option<String>,
    officer: Option<Uuid>,
}

/// What somebody asked about their data: to them, or to those who decide.
fn rights(tx: &mut Tx<'_>, message: &Message) -> Result<Plan, Problem> {
    let about: AboutRequest = payload(message)?;
    let Some(request) = store::rights::get(tx.conn, about.request)? else { return Ok(Plan::Nobody) };
    let Some(record) = feedback::get(tx.conn, request.serial)? else { return Ok(Plan::Nobody) };
    if record.state == State::Sealed {
        return Ok(Plan::Nobody);
    }
    let serial = request.serial;
    let Some(step) = about.step else {
        if !request.is_open() {
            return Ok(Plan::Nobody);
        }
        let notice = Notice::RightsWaits { serial, request: request.id, right: request.right, acknowledge_by: request.acknowledge_by, act_by: request.act_by };
        return to_officers(tx, about.officer, notice, |a| a.officer.is(Role::DataProtection));
    };
    let Some(sealed) = feedback::contact(tx.conn, serial)?.or(about.sealed) else { return Ok(Plan::Nobody) };
    let contact = tx.keys.open_contact(serial, &sealed);
    let contact = contact.ok_or_else(|| Problem::Internal(format!("the contact of {serial} does not open with HOIDAP_SECRET")))?;
    let reason = request.reason.as_ref().map(|reason| listed(tx, "rights_refuse", reason)).unwrap_or_default();
    let note = request.note.filter(|_| matches!(step, RequestStep::Refused | RequestStep::Extended));
    let notice = Notice::Rights { serial, right: request.right, step, act_by: request.act_by, reason, note };
    Ok(contact.email.map_or(Plan::Nobody, |email| Plan::One(email, contact.language, notice)))
}

/// A record of the register of breaches: to those who keep it.
fn breached(tx: &mut Tx<'_>, message: &Message) -> Result<Plan, Problem> {
    #[derive(Deserialize)]
    struct AboutBreach {
        breach: i64,
        officer: Option<Uuid>,
    }
    let about: AboutBreach = payload(message)?;
    let Some(record) = store::breach::get(tx.conn, about.breach)?.filter(|b| b.notified.is_none()) else { return Ok(Plan::Nobody) };
    let Some(until) = breach::until(&record)? else { return Ok(Plan::Nobody) };
    let notice = Notice::Breach { id: record.id, left: hours_left(until, tx.now), due: message.kind == "breach_due" };
    to_officers(tx, about.officer, notice, |a| a.officer.is(Role::DataProtection))
}

type Say = fn(&mut Tx<'_>, &Record, &Contact) -> Result<Option<Notice>, Problem>;

/// The sender, if an address is there and may be used for such a mail.
fn to_sender(tx: &mut Tx<'_>, record: &Record, message: &Message, say: Say) -> Result<Plan, Problem> {
    let Some(sealed) = feedback::contact(tx.conn, record.serial)? else { return Ok(Plan::Nobody) };
    // A wrong secret must not lose the mail: it waits until the right one is back.
    let contact = tx.keys.open_contact(record.serial, &sealed);
    let contact = contact.ok_or_else(|| Problem::Internal(format!("the contact of {} does not open with HOIDAP_SECRET", record.serial)))?;
    let Some(email) = contact.email.clone().filter(|_| contact.allows_mail(&message.kind)) else { return Ok(Plan::Nobody) };
    Ok(say(tx, record, &contact)?.map_or(Plan::Nobody, |notice| Plan::One(email, contact.language, notice)))
}

fn received(tx: &mut Tx<'_>, record: &Record, _: &Contact) -> Result<Option<Notice>, Problem> {
    if record.state == State::Withdrawn {
        return Ok(None);
    }
    let due_on = record.due_on.filter(|_| record.state.is_open());
    Ok(Some(Notice::Received {
        serial: record.serial,
        office: office(tx, record.office.as_ref()),
        in_tray: record.in_tray,
        complaint: record.kind == Some(Kind::Complaint),
        due_on,
    }))
}

fn answered(tx: &mut Tx<'_>, record: &Record, contact: &Contact) -> Result<Option<Notice>, Problem> {
    let own = lookup::item(tx, record.serial)?;
    let survivor = lookup::survivor(tx, &own)?;
    let item = survivor.as_ref().unwrap_or(&own);
    let (Class::AnsweredOnTime | Class::AnsweredLate, Some(place)) = (item.class, &item.place) else { return Ok(None) };
    let latest = item.latest();
    Ok(Some(Notice::Answered {
        serial: record.serial,
        office: office(tx, Some(latest.map_or(&place.office, |a| &a.office))),
        through: survivor.as_ref().map(|s| s.serial),
        // Who was merged into an answered item hears it for the first time.
        revised: survivor.is_none() && latest.is_some_and(|a| a.version > 1),
        asks: survivor.is_none() && contact.allows(Purpose::Survey),
        sent: contact.allows(Purpose::Answer),
        words: latest.map(|a| (a.title.clone(), a.answer.clone())),
    }))
}

fn refused(tx: &mut Tx<'_>, record: &Record, _: &Contact) -> Result<Option<Notice>, Problem> {
    if !matches!(record.state, State::OutOfScope | State::Spam) {
        return Ok(None);
    }
    let events = feedback::events(tx.conn, record.serial)?;
    Ok(events.into_iter().rev().find_map(|kept| match kept.entry.event {
        Event::Refused { class, ground, .. } => Some(Notice::Refused {
            serial: record.serial,
            office: office(tx, record.office.as_ref()),
            ground: listed(tx, class.as_str(), &ground),
            note: kept.note,
        }),
        _ => None,
    }))
}

fn redirected(tx: &mut Tx<'_>, record: &Record, _: &Contact) -> Result<Option<Notice>, Problem> {
    if record.state != State::Redirected {
        return Ok(None);
    }
    let events = feedback::events(tx.conn, record.serial)?;
    Ok(events.into_iter().rev().find_map(|kept| match kept.entry.event {
        Event::Redirected { ground, .. } => Some(Notice::Redirected {
            serial: record.serial,
            office: office(tx, record.office.as_ref()),
            ground: listed(tx, "redirect", &ground),
            guidance: kept.note.unwrap_or_default(),
        }),
        _ => None,
    }))
}

fn asked(tx: &mut Tx<'_>, record: &Record, _: &Contact) -> Result<Option<Notice>, Problem> {
    let Some(until) = record.waits_until else { return Ok(None) };
    let words = lookup::asked(tx, record)?.unwrap_or_default();
    Ok(Some(Notice::Asked { serial: record.serial, office: office(tx, record.office.as_ref()), request: words, until }))
}

/// The office that has it now, at the address of whoever took over from it.
fn routed(tx: &Tx<'_>, record: &Record, to: Option<OfficeCode>) -> Plan {
    let Some(code) = to.filter(|code| record.office.as_ref() == Some(code) && record.state.is_open()) else { return Plan::Nobody };
    let notice = Notice::Routed {
        serial: record.serial,
        office: office(tx, Some(&code)),
        in_tray: record.in_tray,
        complaint: record.kind == Some(Kind::Complaint),
        due_on: record.due_on,
    };
    office_email(tx, &code).map_or(Plan::Nobody, |email| Plan::One(email, Language::Vi, notice))
}

/// Those who may approve it: of its office or one above it, and not the ones who wrote it.
fn handed_in(tx: &mut Tx<'_>, record: &Record, only: Option<Uuid>) -> Result<Plan, Problem> {
    let Some(draft) = draft::get(tx.conn, record.serial)?.filter(|d| d.handed_in) else { return Ok(Plan::Nobody) };
    let authors = draft::authors(tx.conn, record.serial)?;
    let notice = Notice::HandedIn {
        serial: record.serial,
        office: office(tx, record.office.as_ref()),
        refusal: draft.intent != Intent::Answer,
        due_on: record.due_on.filter(|_| record.state.is_open()),
    };
    let (catalogue, today) = (tx.catalogue.clone(), tx.today);
    let within = |a: &Account| record.office.as_ref().is_some_and(|o| catalogue.offices.answers_for(&a.officer.office, o, today));
    to_officers(tx, only, notice, |a| a.officer.is(Role::Approver) && within(a) && !authors.contains(&a.officer.id))
}

fn returned(tx: &mut Tx<'_>, record: &Record, about: &About) -> Result<Plan, Problem> {
    let draft = draft::get(tx.conn, record.serial)?.filter(|d| !d.handed_in);
    let Some((reason, _)) = draft.and_then(|d| d.returned) else { return Ok(Plan::Nobody) };
    to_assignee(tx, record, about, Notice::Returned { serial: record.serial, reason: listed(tx, "return", &reason) })
}

fn assigned(tx: &mut Tx<'_>, record: &Record, about: &About) -> Result<Plan, Problem> {
    if !record.state.is_open() {
        return Ok(Plan::Nobody);
    }
    to_assignee(tx, record, about, Notice::Assigned { serial: record.serial, due_on: record.due_on })
}

fn resumed(tx: &mut Tx<'_>, record: &Record, about: &About) -> Result<Plan, Problem> {
    if !record.state.is_open() || record.state == State::Supplement {
        return Ok(Plan::Nobody);
    }
    let events = feedback::events(tx.conn, record.serial)?;
    let added = events.iter().rev().find_map(|kept| match kept.entry.event {
        Event::Supplemented { .. } => Some(true),
        Event::SupplementLapsed => Some(false),
        _ => None,
    });
    match added {
        Some(added) => to_assignee(tx, record, about, Notice::Resumed { serial: record.serial, added, due_on: record.due_on }),
        None => Ok(Plan::Nobody),
    }
}

/// The heads of the office that answered: the answer did not help.
fn unsolved(tx: &mut Tx<'_>, record: &Record, only: Option<Uuid>) -> Result<Plan, Problem> {
    if record.reply != Some(Replied::No) || record.state != State::Answered {
        return Ok(Plan::Nobody);
    }
    let events = feedback::events(tx.conn, record.serial)?;
    let said = events.into_iter().rev().find_map(|kept| if let Event::Reply { reason, .. } = kept.entry.event { Some(reason) } else { None });
    let reason = said.flatten().map(|reason| listed(tx, "reply", &reason)).unwrap_or_default();
    to_officers(tx, only, Notice::Unsolved { serial: record.serial, reason }, heads_of(tx, record))
}

/// Somebody above asks for an answer: to who works on it or their office, or to its heads.
fn pressed(tx: &mut Tx<'_>, record: &Record, heads: bool, about: &About) -> Result<Plan, Problem> {
    let press = about.press.map(|id| store::press::get(tx.conn, id)).transpose()?.flatten();
    let appeal = if about.appeal { appeal::waiting(tx.conn, record.serial)? } else { None };
    // Still waited for, and by whom.
    let awaited = match appeal {
        Some(work) => Some((work.appeal.office, Some(work.appeal.until))),
        None => record.office.clone().filter(|_| record.state.is_open() && !about.appeal).map(|office| (office, record.due_on)),
    };
    let (Some(press), Some((answers, due_on))) = (press, awaited) else { return Ok(Plan::Nobody) };
    let Some(by) = officer::get(tx.conn, press.officer)? else { return Ok(Plan::Nobody) };
    let words = Some(press.words).filter(|words| !words.is_empty());
    let notice = Notice::Pressed { serial: record.serial, office: office(tx, Some(&by.officer.office)), words, due_on };
    if heads {
        let heads = nearest_heads(tx, &answers, press.officer)?;
        return to_officers(tx, about.officer, notice, |a| heads.contains(&a.officer.id));
    }
    match about.officer {
        // Who works on an appeal is no assignee of the opinion.
        Some(_) if about.appeal => to_worker(tx, &answers, about, notice),
        Some(_) => to_assignee(tx, record, about, notice),
        None => Ok(office_email(tx, &answers).map_or(Plan::Nobody, |email| Plan::One(email, Language::Vi, notice))),
    }
}

/// The heads of the office in charge.
fn heads_of(tx: &Tx<'_>, record: &Record) -> impl Fn(&Account) -> bool + use<> {
    let (catalogue, today, office) = (tx.catalogue.clone(), tx.today, record.office.clone());
    move |a| {
        let counting = |code| catalogue.offices.counting(code, today);
        let same = office.as_ref().is_some_and(|o| counting(o) == counting(&a.officer.office));
        a.officer.is(Role::Head) && same
    }
}

/// The heads of an office; where it has none, of the nearest office above that has. But for one of them.
fn nearest_heads(tx: &mut Tx<'_>, office: &OfficeCode, but: Uuid) -> Result<Vec<Uuid>, Problem> {
    let heads: Vec<Account> = officer::all(tx.conn)?.into_iter().filter(|a| a.ended_on.is_none() && a.officer.is(Role::Head)).collect();
    let (offices, today) = (&tx.catalogue.offices, tx.today);
    let of = |code: &OfficeCode| heads.iter().filter(|a| offices.counting(&a.officer.office, today) == code).map(|a| a.officer.id).collect::<Vec<_>>();
    let near = offices.chain(offices.counting(office, today)).map(|office| of(&office.code)).find(|heads| !heads.is_empty());
    Ok(near.unwrap_or_default().into_iter().filter(|id| *id != but).collect())
}

/// The mailbox of an office, or of whoever took over from it.
fn office_email(tx: &Tx<'_>, code: &OfficeCode) -> Option<Email> {
    let offices = &tx.catalogue.offices;
    offices.get(offices.counting(code, tx.today)).and_then(|o| o.email.as_deref()).and_then(Email::parse)
}

/// The higher office that is asked.
fn appealed(tx: &mut Tx<'_>, record: &Record) -> Result<Plan, Problem> {
    let Some(work) = appeal::waiting(tx.conn, record.serial)? else { return Ok(Plan::Nobody) };
    let email = office_email(tx, &work.appeal.office);
    let notice = Notice::Appealed { serial: record.serial, office: office(tx, Some(&work.appeal.office)), until: work.appeal.until };
    Ok(email.map_or(Plan::Nobody, |email| Plan::One(email, Language::Vi, notice)))
}

/// The administrators, while nobody may answer it.
fn appeal_stuck(tx: &mut Tx<'_>, record: &Record, only: Option<Uuid>) -> Result<Plan, Problem> {
    let Some(work) = appeal::waiting(tx.conn, record.serial)? else { return Ok(Plan::Nobody) };
    if actions::appeal::has_people(tx, record.serial, &work.appeal.office)? {
        return Ok(Plan::Nobody);
    }
    let notice = Notice::AppealStuck { serial: record.serial, office: office(tx, Some(&work.appeal.office)) };
    to_officers(tx, only, notice, |a| a.officer.is(Role::Administrator))
}

/// Those of the higher office who may approve its answer.
fn appeal_in(tx: &mut Tx<'_>, record: &Record, only: Option<Uuid>) -> Result<Plan, Problem> {
    let Some(work) = appeal::waiting(tx.conn, record.serial)?.filter(|work| work.handed_in) else { return Ok(Plan::Nobody) };
    let mut barred = appeal::writers(tx.conn, record.serial, true)?;
    barred.extend(appeal::involved(tx.conn, record.serial)?);
    let code = work.appeal.office;
    let notice = Notice::HandedIn { serial: record.serial, office: office(tx, Some(&code)), refusal: false, due_on: Some(work.appeal.until) };
    let (catalogue, today) = (tx.catalogue.clone(), tx.today);
    let within = |a: &Account| catalogue.offices.answers_for(&a.officer.office, &code, today);
    to_officers(tx, only, notice, |a| a.officer.is(Role::Approver) && within(a) && !barred.contains(&a.officer.id))
}

fn appeal_back(tx: &mut Tx<'_>, record: &Record, to: Option<Uuid>, reason: Option<Ground>) -> Result<Plan, Problem> {
    let (Some(_), Some(reason)) = (appeal::waiting(tx.conn, record.serial)?.filter(|work| !work.handed_in), reason) else { return Ok(Plan::Nobody) };
    let notice = Notice::Returned { serial: record.serial, reason: listed(tx, "return", &reason) };
    to_officers(tx, to, notice, |_| true)
}

fn appeal_answered(tx: &mut Tx<'_>, record: &Record, _: &Contact) -> Result<Option<Notice>, Problem> {
    let item = lookup::item(tx, record.serial)?;
    let answered = item.appeals.into_iter().rev().find(|appeal| appeal.answered_on.is_some());
    Ok(answered.map(|appeal| Notice::AppealAnswered { serial: record.serial, office: office(tx, Some(&appeal.office)), answer: appeal.answer }))
}

/// Who works on it, as long as it is theirs.
fn to_assignee(tx: &mut Tx<'_>, record: &Record, about: &About, notice: Notice) -> Result<Plan, Problem> {
    match &record.office {
        Some(office) if about.officer.is_some() && record.assignee == about.officer => to_worker(tx, office, about, notice),
        _ => Ok(Plan::Nobody),
    }
}

/// Who works on something at an office, or their deputy; where they have left or moved on, the office, so that nothing waits unseen.
fn to_worker(tx: &mut Tx<'_>, office: &OfficeCode, about: &About, notice: Notice) -> Result<Plan, Problem> {
    let Some(worker) = about.officer else { return Ok(Plan::Nobody) };
    let works = officer::get(tx.conn, worker)?.is_some_and(|account| works_at(tx, &account, office));
    match about.deputy {
        Some(deputy) => to_officers(tx, Some(deputy), notice, |_| works),
        None if works => to_officers(tx, Some(worker), notice, |_| true),
        None => Ok(office_email(tx, office).map_or(Plan::Nobody, |email| Plan::One(email, Language::Vi, notice))),
    }
}

/// Is somebody still there to work on what an office has?
fn works_at(tx: &Tx<'_>, account: &Account, office: &OfficeCode) -> bool {
    account.ended_on.is_none() && tx.catalogue.offices.answers_for(&account.officer.office, office, tx.today)
}

fn sealed(tx: &mut Tx<'_>, record: &Record, only: Option<Uuid>) -> Result<Plan, Problem> {
    to_officers(tx, only, Notice::Sealed { serial: record.serial }, |a| a.officer.is(Role::Receiver))
}

fn office(tx: &Tx<'_>, code: Option<&OfficeCode>) -> Words {
    let found = code.and_then(|c| tx.catalogue.offices.get(c));
    found.map_or_else(|| Words { vi: code.map(ToString::to_string).unwrap_or_default(), ..Words::default() }, |o| o.name.clone())
}

fn listed(tx: &Tx<'_>, list: &str, code: &Ground) -> Words {
    let found = tx.catalogue.list(list).find(|c| c.code == *code);
    found.map_or_else(|| Words { vi: code.to_string(), ..Words::default() }, |c| c.name.clone())
}
