//! The moves of an opinion: each is one transaction with its event, row,
//! audit line and mails.

use serde_json::json;
use uuid::Uuid;

use super::check::Check;
use super::{Tx, absence, lookup, search, template};
use crate::domain::access::{Act, Officer};
use crate::domain::commitment::{Commitment, Salt};
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::event::{Entry, Event, EventName, RefusedAs, RestoreReason};
use crate::domain::feedback::{Item, State};
use crate::domain::routing;
use crate::domain::submission::kind_and_topic;
use crate::domain::text::{ANSWER_MAX, NOTE_MAX, OPINION_MAX, TITLE_MAX};
use crate::domain::visibility::{Answer, Record};
use crate::domain::words::{By, Ground, Kind, OfficeCode, Role, Serial};
use crate::keys;
use crate::store;
use crate::store::draft::{Draft, Intent};
use crate::store::feedback::NewEvent;

/// An item in hand: its row and its events folded, held until the transaction ends.
pub struct Hand {
    /// The row.
    pub record: Record,
    /// The fold.
    pub item: Item,
}

/// What is recorded beside an event.
#[derive(Default)]
pub(super) struct Beside {
    /// Of each commitment, by its name in the event.
    pub(super) salts: Vec<(&'static str, Salt)>,
    /// The words, seen by the desk and the sender alone.
    pub(super) note: Option<String>,
}

/// Words beside a reason, committed to.
pub(super) fn noted(note: Option<String>) -> (Option<Commitment>, Beside) {
    match note {
        Some(note) => {
            let salt = keys::salt();
            (Some(Commitment::to(salt, &note)), Beside { salts: vec![("note", salt)], note: Some(note) })
        }
        None => (None, Beside::default()),
    }
}

/// Takes an item in hand.
pub fn take_in_hand(tx: &mut Tx<'_>, serial: Serial) -> Result<Hand, Problem> {
    let record = store::feedback::get_for_update(tx.conn, serial)?.ok_or(Code::NotFound)?;
    let item = lookup::fold(tx, &record)?;
    Ok(Hand { record, item })
}

/// Checks that an officer may do it, and returns the part that they play.
pub(super) fn allowed(tx: &Tx<'_>, officer: &Officer, act: Act, hand: &Hand) -> Result<By, Problem> {
    Ok(officer.may(act, &hand.item, &tx.catalogue.offices, tx.today)?)
}

/// What was on the page of the person who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// How many events the item had.
    pub events: u32,
    /// The draft's revision: a refusal or a later version handed in anew adds no event.
    pub revision: i64,
}

/// Records an event with what follows from it: rows, projection, audit.
pub(super) fn record(tx: &mut Tx<'_>, hand: &mut Hand, officer: Option<&Officer>, by: By, event: Event, beside: Beside) -> Result<(), Problem> {
    let name = event.name();
    let entries = hand.item.record(tx.today, by, event, &*tx.catalogue)?;
    write(tx, hand, officer.map(|o| o.id), entries, beside)?;
    tx.audit(officer, &format!("feedback.{name}"), hand.record.serial, json!({}))
}

/// Writes entries and the row that projects them.
fn write(tx: &mut Tx<'_>, hand: &mut Hand, officer: Option<Uuid>, entries: Vec<Entry>, beside: Beside) -> Result<(), Problem> {
    let mut beside = Some(beside);
    let events: Vec<NewEvent> = entries
        .into_iter()
        .map(|entry| {
            let Beside { salts, note } = beside.take().unwrap_or_default();
            NewEvent { serial: hand.record.serial, entry, at: tx.now, officer, salts, note }
        })
        .collect();
    match store::feedback::event_rows(&events)?.write(tx.conn) {
        Err(store::StoreError::Duplicate(_)) => return Err(Code::ChangedMeanwhile.into()),
        other => other?,
    }
    hand.record.project(&hand.item);
    store::feedback::update(tx.conn, &hand.record)?;
    store::search::mark(tx.conn, hand.record.serial)?;
    Ok(())
}

fn listed(tx: &Tx<'_>, list: &str, code: &str) -> Option<Ground> {
    code.parse().ok().filter(|g| tx.catalogue.is_listed(list, g))
}

pub(super) fn code_of(tx: &Tx<'_>, list: &str, code: &str, pointer: &'static str) -> Result<Ground, Problem> {
    listed(tx, list, code).ok_or_else(|| Problem::Invalid(vec![Fault::new(pointer, "reason_missing")]))
}

/// Words that may be missing, at most as long as a note.
pub(super) fn note_of(pointer: &'static str, note: &str) -> Result<Option<String>, Problem> {
    let mut check = Check::default();
    let note = check.text(pointer, note, NOTE_MAX);
    check.done(Some(Some(note).filter(|note| !note.is_empty())))
}

/// Words that must be there, at most so long.
pub(super) fn words_of(pointer: &'static str, words: &str, max: usize) -> Result<String, Problem> {
    let mut check = Check::default();
    let words = check.words(pointer, words, max);
    check.done(Some(words))
}

/// An officer takes an item.
pub fn take(tx: &mut Tx<'_>, officer: &Officer, serial: Serial) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::Take, &hand)?;
    hand.record.assignee = Some(officer.id);
    record(tx, &mut hand, Some(officer), by, Event::Taken, Beside::default())
}

/// Gives an item to a colleague whose office it lies in.
pub fn assign(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, to: Uuid) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::Assign, &hand)?;
    let colleague = store::officer::get(tx.conn, to)?.filter(|a| a.ended_on.is_none() && a.officer.is(Role::Officer)).map(|a| a.officer);
    let colleague = colleague.filter(|c| c.may(Act::Take, &hand.item, &tx.catalogue.offices, tx.today).is_ok());
    let colleague = colleague.ok_or_else(|| Problem::Invalid(vec![Fault::new("/to", "unknown_colleague")]))?;
    hand.record.assignee = Some(colleague.id);
    record(tx, &mut hand, Some(officer), by, Event::Assigned, Beside::default())?;
    absence::tell(tx, "assigned", &format!("assigned:{serial}:{}", hand.item.events), colleague.id, json!({"serial": serial}))
}

/// Gives an item to another office. The clock moves as ACCOUNTING.md §2 says.
pub fn forward(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, to: &str, reason: &str, note: &str) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::Forward, &hand)?;
    let found: Option<OfficeCode> = to.parse().ok().filter(|c| tx.catalogue.offices.active(c, tx.today).is_some());
    let (to, reason) = match (found, listed(tx, "forward", reason)) {
        (Some(to), Some(reason)) => (to, reason),
        (found, listed) => {
            let receiver = if to.is_empty() { Fault::new("/to", "receiver_missing") } else { Fault::new("/to", "unknown_office") };
            let missing = [found.is_none().then_some(receiver), listed.is_none().then(|| Fault::new("/reason", "reason_missing"))];
            return Err(Problem::Invalid(missing.into_iter().flatten().collect()));
        }
    };
    let from = hand.item.office.clone().ok_or_else(|| Problem::Internal(format!("{serial} has no office")))?;
    if from == to && !hand.item.in_tray {
        return Err(Problem::Invalid(vec![Fault::new("/to", "same_office")]));
    }
    let (note, beside) = noted(note_of("/note", note)?);
    hand.record.assignee = None;
    store::draft::drop(tx.conn, serial)?;
    record(tx, &mut hand, Some(officer), by, Event::Forwarded { from, to: to.clone(), reason, note }, beside)?;
    tx.mail("routed", &format!("routed:{serial}:{}", hand.item.events), json!({"serial": serial, "office": to}))
}

/// What an officer writes.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// `answer`, `out_of_scope` or `spam`; empty is `answer`.
    pub intent: String,
    /// The public title.
    pub title: String,
    /// The public form of the opinion.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// The ground of a refusal.
    pub ground: String,
    /// Words beside the ground.
    pub note: String,
    /// The revision that was on the page; another one in the meantime is a refusal, never an overwriting.
    pub revision: i64,
    /// The lowest number of those that get this answer together.
    pub grouped: Option<Serial>,
}

/// Saves what was written, and hands it in when asked to.
pub fn save(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, written: &Written, hand_in: bool) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::Write, &hand)?;
    let earlier = store::draft::get(tx.conn, serial)?;
    if earlier.as_ref().map_or(0, |d| d.revision) != written.revision {
        return Err(Code::ChangedMeanwhile.into());
    }
    let revising = hand.item.state == State::Answered;
    let may_write = match hand.item.state {
        State::Waiting | State::Working => true,
        State::Answered => !earlier.as_ref().is_some_and(|d| d.handed_in) && !hand.item.is_erased(),
        State::Received
        | State::Supplement
        | State::Drafted
        | State::Sealed
        | State::Merged
        | State::OutOfScope
        | State::Spam
        | State::Redirected
        | State::Withdrawn => false,
    };
    if !may_write {
        return Err(Problem::Move { tried: "drafted", possible: hand.item.possible(tx.today) });
    }
    let intent = if written.intent.is_empty() { Some(Intent::Answer) } else { Intent::parse(&written.intent) };
    let intent = intent.filter(|i| *i == Intent::Answer || !revising).ok_or_else(|| Problem::Invalid(vec![Fault::new("/intent", "not_a_choice")]))?;
    // It stops the ordinary road (DOMAIN.md §2.6): its sender is guided, and nobody answers it here.
    if hand.item.kind == Kind::Complaint && intent == Intent::Answer {
        return Err(Problem::Invalid(vec![Fault::new("/answer", "complaint_is_guided")]));
    }
    let (draft, mut faults) = check(tx, written, intent);
    if hand_in && intent == Intent::Answer {
        faults.extend(template::fault_of(tx, &hand.record, &draft.answer)?);
    }
    if hand_in && !faults.is_empty() {
        return Err(Problem::Invalid(faults));
    }
    let too_long: Vec<Fault> = faults.into_iter().filter(|f| f.code == "too_long").collect();
    if !too_long.is_empty() {
        return Err(Problem::Invalid(too_long));
    }
    // Whoever changes a common answer in one place only makes it this one's own.
    let grouped = written.grouped.or_else(|| earlier.as_ref().filter(|d| d.answer == draft.answer).and_then(|d| d.grouped));
    let draft = Draft {
        handed_in: hand_in,
        grouped,
        returned: earlier.and_then(|d| d.returned).filter(|_| !hand_in),
        revision: written.revision + 1,
        updated_at: tx.now,
        ..draft
    };
    store::draft::put(tx.conn, serial, &draft, Some(officer.id))?;
    // Who writes has taken it.
    if hand.item.state == State::Waiting {
        hand.record.assignee = Some(officer.id);
        record(tx, &mut hand, Some(officer), by, Event::Taken, Beside::default())?;
    }
    if hand_in && intent == Intent::Answer && !revising {
        record(tx, &mut hand, Some(officer), by, Event::Drafted, Beside::default())?;
    } else {
        let action = if hand_in { "feedback.hand_in" } else { "feedback.save_draft" };
        tx.audit(Some(officer), action, serial, json!({"intent": intent.as_str(), "revision": draft.revision}))?;
    }
    if hand_in {
        tx.mail("handed_in", &format!("handed_in:{serial}:{}:{}", hand.item.events, draft.revision), json!({"serial": serial, "office": hand.record.office}))?;
    }
    Ok(())
}

fn check(tx: &Tx<'_>, written: &Written, intent: Intent) -> (Draft, Vec<Fault>) {
    let mut check = Check::default();
    let answers = intent == Intent::Answer;
    let title = check.line("/title", &written.title, TITLE_MAX);
    let question = check.text("/question", &written.question, OPINION_MAX);
    let answer = check.text("/answer", &written.answer, ANSWER_MAX);
    for (at, text) in [("/title", &title), ("/question", &question), ("/answer", &answer)] {
        if answers && text.is_empty() {
            check.fault(at, "words_missing");
        }
    }
    let note = Some(check.text("/note", &written.note, NOTE_MAX)).filter(|n| !n.is_empty());
    let list = match intent {
        Intent::Answer => None,
        Intent::OutOfScope => Some("out_of_scope"),
        Intent::Spam => Some("spam"),
    };
    let ground: Option<Ground> = list.and_then(|list| written.ground.parse().ok().filter(|g| tx.catalogue.is_listed(list, g)));
    if list.is_some() && ground.is_none() {
        check.fault("/ground", "reason_missing");
    }
    let draft = Draft { intent, handed_in: false, title, question, answer, ground, note, returned: None, revision: 0, updated_at: tx.now, grouped: None };
    (draft, check.faults())
}

/// The draft that waits, and proof that this officer wrote no part of it.
fn waiting_draft(tx: &mut Tx<'_>, officer: &Officer, hand: &Hand) -> Result<(Draft, Vec<Uuid>), Problem> {
    let possible = hand.item.possible(tx.today);
    let draft = store::draft::get(tx.conn, hand.record.serial)?.filter(|d| d.handed_in);
    let draft = draft.ok_or(Problem::Move { tried: "answered", possible })?;
    let authors = store::draft::authors(tx.conn, hand.record.serial)?;
    if authors.contains(&officer.id) {
        return Err(Code::OwnText.into());
    }
    Ok((draft, authors))
}

/// The approver gives it back, with a reason.
pub fn give_back(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, reason: &str, note: &str) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::Approve, &hand)?;
    let reason = code_of(tx, "return", reason, "/reason")?;
    let (mut draft, _) = waiting_draft(tx, officer, &hand)?;
    let words = note_of("/note", note)?;
    draft.handed_in = false;
    draft.returned = Some((reason.clone(), words.clone()));
    draft.revision += 1;
    store::draft::put(tx.conn, serial, &draft, None)?;
    if hand.item.state == State::Drafted {
        let (note, beside) = noted(words);
        record(tx, &mut hand, Some(officer), by, Event::Returned { reason, note }, beside)?;
    } else {
        tx.audit(Some(officer), "feedback.give_back", serial, json!({"reason": reason}))?;
    }
    match hand.record.assignee {
        Some(author) => {
            let dedup = format!("returned:{serial}:{}:{}", hand.item.events, draft.revision);
            absence::tell(tx, "returned", &dedup, author, json!({"serial": serial}))
        }
        None => Ok(()),
    }
}

/// The approver publishes an answer or a later version of it, or confirms a refusal. A different person, always.
///
/// `seen` is what was on their page; nothing where there was no page, as in the sample life.
///
/// # Errors
/// [`Code::ChangedMeanwhile`] when it is not what they saw: nobody publishes a text unread.
pub fn approve(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, seen: Option<Seen>) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::Approve, &hand)?;
    let (draft, authors) = waiting_draft(tx, officer, &hand)?;
    if seen.is_some_and(|seen| seen != Seen { events: hand.item.events, revision: draft.revision }) {
        return Err(Code::ChangedMeanwhile.into());
    }
    let assignee = hand.record.assignee.filter(|a| authors.contains(a));
    let author = assignee.or_else(|| authors.first().copied()).ok_or_else(|| Problem::Internal(format!("{serial}: a draft without an author")))?;
    match draft.intent {
        Intent::Answer => publish(tx, &mut hand, officer, by, &draft, author)?,
        Intent::OutOfScope | Intent::Spam => {
            let class = if draft.intent == Intent::Spam { RefusedAs::Spam } else { RefusedAs::OutOfScope };
            let ground = draft.ground.clone().ok_or_else(|| Problem::Internal(format!("{serial}: a refusal without a ground")))?;
            let (note, beside) = noted(draft.note.clone());
            record(tx, &mut hand, Some(officer), by, Event::Refused { class, ground, note }, beside)?;
            went_out(tx, serial)?;
            tell_sender(tx, serial, "refused", hand.item.events)?;
        }
    }
    // Whoever wrote in any version may approve none of the later ones.
    Ok(store::draft::finish(tx.conn, serial)?)
}

fn publish(tx: &mut Tx<'_>, hand: &mut Hand, officer: &Officer, by: By, draft: &Draft, author: Uuid) -> Result<(), Problem> {
    let serial = hand.record.serial;
    let office = hand.item.office.clone().ok_or_else(|| Problem::Internal(format!("{serial} has no office")))?;
    let version = hand.item.versions + 1;
    let published_on = hand.item.day_of(tx.today);
    let (q, a) = (keys::salt(), keys::salt());
    let question = Commitment::to(q, &draft.question);
    let answer = Commitment::to(a, &draft.answer);
    let event = if version == 1 {
        Event::Answered { office: office.clone(), version, question, answer, grouped: draft.grouped }
    } else {
        Event::AnswerRevised { version, question, answer }
    };
    hand.record.title = Some(draft.title.clone());
    record(tx, hand, Some(officer), by, event, Beside { salts: vec![("question", q), ("answer", a)], note: None })?;
    let published = Answer {
        version,
        title: draft.title.clone(),
        question: draft.question.clone(),
        answer: draft.answer.clone(),
        office,
        published_on,
        salts: Some((q, a)),
    };
    store::feedback::publish(tx.conn, serial, &published, author, officer.id)?;
    tell_answered(tx, serial, version)
}

/// Tells the sender of an item of an answer, and those of every item that was merged into it: it is theirs too.
fn tell_answered(tx: &mut Tx<'_>, serial: Serial, version: u32) -> Result<(), Problem> {
    let mut told = vec![serial];
    let mut next = 0;
    while let Some(survivor) = told.get(next).copied() {
        next += 1;
        told.extend(store::feedback::merged_into(tx.conn, survivor)?);
    }
    for of in told {
        tell_sender(tx, of, "answered", version)?;
    }
    Ok(())
}

/// Writes to the sender, if they left an address and agreed to such a mail.
pub(super) fn tell_sender(tx: &mut Tx<'_>, serial: Serial, kind: &str, number: u32) -> Result<(), Problem> {
    let contact = store::feedback::contact(tx.conn, serial)?.and_then(|sealed| tx.keys.open_contact(serial, &sealed));
    match contact {
        Some(contact) if contact.email.is_some() && contact.allows_mail(kind) => {
            // Its own events and the cause's number: a later answer is never taken for an earlier one.
            let events = store::feedback::get(tx.conn, serial)?.map_or(0, |r| r.events);
            tx.mail(kind, &format!("{kind}:{serial}:{events}:{number}"), json!({"serial": serial}))
        }
        _ => Ok(()),
    }
}

/// An item that went out, but not by a merger, gives its merged items back.
fn went_out(tx: &mut Tx<'_>, serial: Serial) -> Result<(), Problem> {
    for merged in store::feedback::merged_into(tx.conn, serial)? {
        let mut hand = take_in_hand(tx, merged)?;
        // Somebody may have brought it back while this one was waited for.
        if hand.item.state != State::Merged || hand.item.merged_into != Some(serial) {
            continue;
        }
        let event = Event::Restored { reason: RestoreReason::SurvivorOut, field: None, note: None };
        record(tx, &mut hand, None, By::System, event, Beside::default())?;
        tell_office(tx, &hand)?;
    }
    Ok(())
}

/// Tells that an opinion waits once more: who worked on it, or its office.
fn tell_office(tx: &mut Tx<'_>, hand: &Hand) -> Result<(), Problem> {
    let (serial, events) = (hand.record.serial, hand.item.events);
    let Some(office) = hand.item.office.clone().filter(|_| hand.item.state.is_open()) else { return Ok(()) };
    match hand.record.assignee {
        Some(assignee) => absence::tell(tx, "assigned", &format!("assigned:{serial}:{events}"), assignee, json!({"serial": serial})),
        None => tx.mail("routed", &format!("routed:{serial}:{events}"), json!({"serial": serial, "office": office})),
    }
}

/// Merges an item into another that is not out.
pub fn merge(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, into: Serial) -> Result<(), Problem> {
    // Both are held, the lower number first: the survivor can't go out meanwhile, and two mergers can't wait for each other.
    if into < serial {
        store::feedback::get_for_update(tx.conn, into)?;
    }
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::Merge, &hand)?;
    let fault = |code| Problem::Invalid(vec![Fault::new("/into", code)]);
    if into == serial {
        return Err(fault("merge_into_itself"));
    }
    // A sealed item must not even be known to exist.
    let survivor = store::feedback::get_for_update(tx.conn, into)?.filter(|r| r.state != State::Sealed).ok_or_else(|| fault("unknown_serial"))?;
    if survivor.state.out_class().is_some() {
        return Err(fault("survivor_is_out"));
    }
    hand.record.assignee = None;
    record(tx, &mut hand, Some(officer), by, Event::Merged { into }, Beside::default())?;
    match store::feedback::answers(tx.conn, into)?.last() {
        Some(latest) if survivor.state == State::Answered => tell_answered(tx, serial, latest.version),
        _ => Ok(()),
    }
}

/// Tells the sender of a complaint in writing where to go. What the sender
/// called otherwise is corrected to a complaint first, in public.
pub fn redirect(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, ground: &str, guidance: &str) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::Redirect, &hand)?;
    let ground = code_of(tx, "redirect", ground, "/ground")?;
    let guidance = words_of("/guidance", guidance, ANSWER_MAX)?;
    if hand.item.kind != Kind::Complaint {
        let reason = code_of(tx, "reclassify", "is_complaint", "/ground")?;
        record(tx, &mut hand, Some(officer), by, Event::Reclassified { kind: Kind::Complaint, reason, note: None }, Beside::default())?;
    }
    let (note, beside) = noted(Some(guidance));
    hand.record.assignee = None;
    record(tx, &mut hand, Some(officer), by, Event::Redirected { ground, note }, beside)?;
    went_out(tx, serial)?;
    tell_sender(tx, serial, "redirected", hand.item.events)
}

/// Corrects what kind an item is, by its content. A complaint is redirected and a denunciation sealed instead.
pub fn reclassify(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, kind: &str, reason: &str, note: &str) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::Reclassify, &hand)?;
    let found = kind_and_topic(kind).filter(|(kind, _)| !kind.is_withheld());
    let topic = found.and_then(|(_, topic)| topic);
    let found = found.map(|(kind, _)| kind);
    let (kind, reason) = match (found, listed(tx, "reclassify", reason)) {
        // Only what a question asks for is corrected: its kind stays, so this is no event.
        (Some(Kind::Question), Some(reason)) if hand.item.kind == Kind::Question && topic != store::topic::of(tx.conn, serial)? => {
            if !hand.item.allows(EventName::Reclassified, tx.today) {
                return Err(Problem::Move { tried: EventName::Reclassified.as_str(), possible: hand.item.possible(tx.today) });
            }
            if let Some(words) = note_of("/note", note)? {
                store::note::add(tx.conn, serial, &store::note::Note { officer: officer.id, at: tx.now, words })?;
            }
            store::topic::set(tx.conn, serial, topic)?;
            return tx.audit(Some(officer), "feedback.topic", serial, json!({"topic": topic, "reason": reason}));
        }
        (Some(kind), _) if kind == hand.item.kind => return Err(Problem::Invalid(vec![Fault::new("/kind", "same_kind")])),
        (Some(kind), Some(reason)) => (kind, reason),
        (found, listed) => {
            let missing = [found.is_none().then(|| Fault::new("/kind", "choice_missing")), listed.is_none().then(|| Fault::new("/reason", "reason_missing"))];
            return Err(Problem::Invalid(missing.into_iter().flatten().collect()));
        }
    };
    let (note, beside) = noted(note_of("/note", note)?);
    record(tx, &mut hand, Some(officer), by, Event::Reclassified { kind, reason, note }, beside)?;
    Ok(store::topic::set(tx.conn, serial, topic)?)
}

/// Marks an item as a denunciation: out of everybody's sight but its receiver's, at once.
pub fn seal(tx: &mut Tx<'_>, officer: &Officer, serial: Serial) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::Seal, &hand)?;
    hand.record.assignee = None;
    record(tx, &mut hand, Some(officer), by, Event::Sealed, Beside::default())?;
    search::ask_purge(tx)?;
    went_out(tx, serial)?;
    tx.mail("sealed", &format!("sealed:{serial}:{}", hand.item.events), json!({"serial": serial}))
}

/// The receiver confirms that it is a denunciation.
pub fn confirm_seal(tx: &mut Tx<'_>, officer: &Officer, serial: Serial) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let by = allowed(tx, officer, Act::Unseal, &hand)?;
    record(tx, &mut hand, Some(officer), by, Event::SealConfirmed, Beside::default())
}

/// The daily job: brings back what an officer sealed and the receiver did not confirm in time. Returns how many.
pub fn restore_unconfirmed(tx: &mut Tx<'_>, limit: i64) -> Result<usize, Problem> {
    let mut restored = 0;
    let mut last = 0;
    loop {
        let serials = store::feedback::unconfirmed(tx.conn, tx.today.plus(-1), last, limit)?;
        let Some(end) = serials.last() else { return Ok(restored) };
        last = end.0;
        for serial in serials {
            let mut hand = take_in_hand(tx, serial)?;
            let makeup = hand.item.clock.as_ref().is_none_or(|clock| clock.makeup);
            let days = tx.catalogue.step_days("confirm", hand.item.kind, hand.item.field.as_ref(), hand.item.received_on);
            let until = hand.item.out_on.zip(days).map(|(sealed, days)| tx.catalogue.calendar.add(sealed, days, makeup));
            if hand.record.unconfirmed && until.is_some_and(|until| until < tx.today) {
                bring_back(tx, &mut hand, None, By::System, RestoreReason::NotConfirmed, "")?;
                restored += 1;
            }
        }
    }
}

/// Brings an item back to the state that it left, with the draft that it had. From a seal, only the receiver can.
pub fn restore(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, note: &str) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    let sealed = hand.item.state == State::Sealed;
    let by = allowed(tx, officer, if sealed { Act::Unseal } else { Act::Restore }, &hand)?;
    let reason = if sealed { RestoreReason::NotConfirmed } else { RestoreReason::Mistake };
    bring_back(tx, &mut hand, Some(officer), by, reason, note)
}

fn bring_back(tx: &mut Tx<'_>, hand: &mut Hand, officer: Option<&Officer>, by: By, reason: RestoreReason, note: &str) -> Result<(), Problem> {
    let serial = hand.record.serial;
    let facts = store::feedback::sealed_intake(tx.conn, serial)?.filter(|_| hand.item.field.is_none());
    // Who undoes what its sender chose says why.
    let note = if facts.is_some() { Some(words_of("/note", note, NOTE_MAX)?) } else { note_of("/note", note)? };
    let (note, beside) = noted(note);
    let field = facts.as_ref().map(|f| f.field.clone());
    record(tx, hand, officer, by, Event::Restored { reason, field, note }, beside)?;
    // While it was sealed, the item that it had been merged into may have gone out.
    if let Some(survivor) = hand.item.merged_into.filter(|_| hand.item.state == State::Merged) {
        let survivor = store::feedback::get_for_update(tx.conn, survivor)?;
        if survivor.is_none_or(|s| s.state != State::Merged && s.state.out_class().is_some()) {
            let event = Event::Restored { reason: RestoreReason::SurvivorOut, field: None, note: None };
            record(tx, hand, None, By::System, event, Beside::default())?;
        }
    }
    // One that never had an office gets it now; its clock starts on the day received. It goes to the tray, whatever
    // the rules say: the office that its sender named may be the one that it was about.
    if facts.is_some() && hand.item.state == State::Received {
        let (office, rule) = (tx.catalogue.coordinating.clone(), routing::TRAY.to_owned());
        record(tx, hand, None, By::System, Event::Routed { office, rule }, Beside::default())?;
    }
    tell_office(tx, hand)
}

/// The sender takes it back, with the receipt in hand.
pub fn withdraw(tx: &mut Tx<'_>, serial: Serial) -> Result<(), Problem> {
    let mut hand = take_in_hand(tx, serial)?;
    hand.record.assignee = None;
    record(tx, &mut hand, None, By::Sender, Event::Withdrawn, Beside::default())?;
    store::draft::drop(tx.conn, serial)?;
    went_out(tx, serial)
}

/// The daily job: records once, for each item that is late, since when. Returns how many.
pub fn record_overdue(tx: &mut Tx<'_>, limit: i64) -> Result<usize, Problem> {
    let late = store::feedback::late_unrecorded(tx.conn, tx.today, limit)?;
    let mut recorded = 0;
    for serial in late {
        let mut hand = take_in_hand(tx, serial)?;
        let Some(due_on) = hand.item.due_on else { continue };
        record(tx, &mut hand, None, By::System, Event::Overdue { since: due_on.next() }, Beside::default())?;
        recorded += 1;
    }
    Ok(recorded)
}

/// After a change of the calendar: moves the deadlines of open items. Returns how many moved.
pub fn recalendar(tx: &mut Tx<'_>) -> Result<usize, Problem> {
    let mut last = 0;
    let mut moved = 0;
    loop {
        let serials = store::feedback::open_after(tx.conn, last, 500)?;
        let Some(end) = serials.last() else { return Ok(moved) };
        last = end.0;
        for serial in serials {
            let mut hand = take_in_hand(tx, serial)?;
            if let Some(entry) = hand.item.recalendar(tx.today, &*tx.catalogue) {
                write(tx, &mut hand, None, vec![entry], Beside::default())?;
                moved += 1;
            }
        }
    }
}
