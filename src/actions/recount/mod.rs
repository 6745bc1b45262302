//! Counting everything again from the rows that it was made from: events
//! against projections, responses against tallies, both against the public log.
//! The first difference is named.

mod ledger;

use std::collections::BTreeMap;

use crate::actions::Tx;
use crate::domain::commitment::{Commitment, Salt};
use crate::domain::error::Problem;
use crate::domain::event::{Entry, Event};
use crate::domain::feedback::Item;
use crate::domain::tally::{Half, Place, Tally, TallyKey};
use crate::domain::visibility::Record;
use crate::domain::words::{QuestionId, Respondent, Serial};
use crate::store;
use crate::store::counts::Difference as Counted;
use crate::store::feedback::KeptEvent;

/// What was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compared {
    /// Items whose events were folded again.
    pub items: u64,
    /// Events.
    pub events: u64,
    /// Responses counted again.
    pub responses: u64,
    /// Cells compared.
    pub cells: u64,
    /// Leaves of the public log.
    pub leaves: u64,
}

/// The first difference, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference(pub String);

/// Compares everything. `Ok(Err(_))` names the first difference.
pub fn recount(tx: &mut Tx<'_>) -> Result<Result<Compared, Difference>, Problem> {
    let mut compared = Compared::default();
    if let Some(difference) = items(tx, &mut compared)? {
        return Ok(Err(difference));
    }
    type Compares = fn(&mut store::Conn) -> store::Stored<Option<Counted>>;
    let kept: [(&str, Compares); 3] =
        [("opinions of", store::counts::difference), ("questions for", store::topic::difference), ("presses of opinions of", store::press::difference)];
    for (what, difference) in kept {
        if let Some(Counted { scope, received_on, kept, counted }) = difference(tx.conn)? {
            return Ok(Err(Difference(format!("{what} {scope} received on {received_on}: {kept} of a kind are counted, the rows say {counted}"))));
        }
    }
    if let Some(difference) = ratings(tx, &mut compared)? {
        return Ok(Err(difference));
    }
    if let Some(difference) = ledger::recount(tx, &mut compared)? {
        return Ok(Err(difference));
    }
    Ok(Ok(compared))
}

fn items(tx: &mut Tx<'_>, compared: &mut Compared) -> Result<Option<Difference>, Problem> {
    const STEP: i64 = 500;
    let last = store::intake::last_number(tx.conn)?.max(store::feedback::last_serial(tx.conn)?);
    let mut from = 0;
    while from < last {
        let mut by_item: BTreeMap<Serial, Vec<KeptEvent>> = BTreeMap::new();
        for (serial, kept) in store::feedback::events_after(tx.conn, from, STEP)? {
            by_item.entry(serial).or_default().push(kept);
        }
        for number in from + 1..=(from + STEP).min(last) {
            let serial = Serial(number);
            let kept = by_item.remove(&serial).unwrap_or_default();
            if let Some(difference) = item(tx, serial, &kept)? {
                return Ok(Some(difference));
            }
            compared.items += 1;
            compared.events += kept.len() as u64;
        }
        from += STEP;
    }
    Ok(None)
}

fn item(tx: &mut Tx<'_>, serial: Serial, kept: &[KeptEvent]) -> Result<Option<Difference>, Problem> {
    let differs = |what: String| Ok(Some(Difference(format!("{serial}: {what}"))));
    let Some(record) = store::feedback::get(tx.conn, serial)? else { return differs("the number is missing".to_owned()) };
    let entries: Vec<Entry> = kept.iter().map(|k| k.entry.clone()).collect();
    let mut item = match Item::replay(serial, &entries, &*tx.catalogue) {
        Ok(item) => item,
        // It names the item and the event itself.
        Err(Problem::Internal(what)) => return Ok(Some(Difference(what))),
        Err(problem) => return differs(problem.to_string()),
    };
    item.clock.clone_from(&record.clock);
    let mut projected = record.clone();
    projected.project(&item);
    if projected != record {
        return differs(apart(&record, &projected));
    }
    // An item that was out while the calendar changed comes back with the deadline that it had (ACCOUNTING.md §1).
    let was_out = entries.iter().any(|e| matches!(e.event, Event::Restored { .. }));
    let recomputed = record.clock.as_ref().filter(|_| item.state.is_open() && !was_out).map(|c| c.due_on(&tx.catalogue.calendar));
    if let (Some(recomputed), Some(due)) = (recomputed, record.due_on)
        && recomputed != due
    {
        return differs(format!("due on {due}, the calendar says {recomputed}"));
    }
    if let Some(what) = texts(tx, serial, kept)? {
        return differs(what);
    }
    Ok(None)
}

/// The first thing in which a row and its events differ.
fn apart(row: &Record, events: &Record) -> String {
    let plain = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
    let facts = |record: &Record| {
        [
            ("state", Some(record.state.to_string())),
            ("class", record.settled.map(|class| class.to_string())),
            ("kind", record.kind.map(|kind| kind.to_string())),
            ("field", record.field.as_ref().map(ToString::to_string)),
            ("office", record.office.as_ref().map(ToString::to_string)),
            ("received_on", Some(record.received_on.to_string())),
            ("due_on", record.due_on.map(|day| day.to_string())),
            ("first_due_on", record.first_due_on.map(|day| day.to_string())),
            ("answered_on", record.answered_on.map(|day| day.to_string())),
            ("out_on", record.out_on.map(|day| day.to_string())),
            ("merged_into", record.merged_into.map(|serial| serial.to_string())),
            ("reply", record.reply.map(|reply| reply.to_string())),
            ("grouped", Some(record.grouped.to_string())),
            ("forwards", Some(record.forwards.to_string())),
            ("appeal", record.appeal.map(|appeal| appeal.to_string())),
            ("events", Some(record.events.to_string())),
        ]
    };
    let other = facts(row).into_iter().zip(facts(events)).find(|(row, events)| row != events);
    other.map_or_else(
        || "the row is not what its events say".to_owned(),
        |((name, row), (_, events))| format!("{name} is {} in the row, its events say {}", plain(row), plain(events)),
    )
}

/// Every text against its commitment.
fn texts(tx: &mut Tx<'_>, serial: Serial, kept: &[KeptEvent]) -> Result<Option<String>, Problem> {
    let answers = store::feedback::answers(tx.conn, serial)?;
    let original = store::feedback::original(tx.conn, serial)?;
    let mut appeals = store::appeal::of(tx.conn, serial)?.into_iter().filter_map(|work| work.appeal.answer).collect::<Vec<_>>().into_iter();
    let published = |version: u32| answers.iter().find(|a| a.version == version);
    let mut versions = 0;
    for event in kept {
        let told_appeal: Option<String>;
        let mut pairs: Vec<(&str, &Commitment, Option<&str>)> = Vec::new();
        match &event.entry.event {
            Event::Received { text, .. } => pairs.push(("text", text, original.as_deref())),
            Event::Supplemented { text } => pairs.push(("text", text, event.note.as_deref())),
            Event::Answered { version, question, answer, .. } | Event::AnswerRevised { version, question, answer } => {
                versions += 1;
                let Some(public) = published(*version) else { return Ok(Some(format!("version {version} of the answer is missing"))) };
                if public.published_on != event.entry.on {
                    return Ok(Some(format!("version {version} of the answer says {}, its event {}", public.published_on, event.entry.on)));
                }
                // Erased at the sender's request: nothing is left of it.
                pairs.push(("question", question, Some(public.question.as_str()).filter(|words| !words.is_empty())));
                pairs.push(("answer", answer, Some(&public.answer)));
            }
            Event::AppealAnswered { answer } => {
                told_appeal = appeals.next();
                pairs.push(("answer", answer, told_appeal.as_deref()));
            }
            Event::Forwarded { note: Some(note), .. }
            | Event::Returned { note: Some(note), .. }
            | Event::Refused { note: Some(note), .. }
            | Event::Redirected { note: Some(note), .. }
            | Event::Restored { note: Some(note), .. }
            | Event::Reclassified { note: Some(note), .. }
            | Event::Reply { note: Some(note), .. } => pairs.push(("note", note, event.note.as_deref())),
            _ => {}
        }
        for (name, commitment, words) in pairs {
            // Erased: salt and words are gone together, and the commitment stands for itself.
            let salt = event.salts.get(name).and_then(|s| s.as_str()).and_then(Salt::from_base64);
            match (salt, words) {
                (Some(salt), Some(words)) if Commitment::to(salt, words) == *commitment => {}
                (None, None) => {}
                _ => return Ok(Some(format!("the words of event {} are not what it committed to ({name})", event.entry.n))),
            }
        }
    }
    if versions != answers.len() {
        return Ok(Some(format!("{} published versions, {versions} events", answers.len())));
    }
    Ok(None)
}

/// `(half, questionnaire, scope, sample)` in words.
type Address = (String, String, String, String);

fn ratings(tx: &mut Tx<'_>, compared: &mut Compared) -> Result<Option<Difference>, Problem> {
    let catalogue = tx.catalogue.clone();
    let mut counted: BTreeMap<Address, Tally> = BTreeMap::new();
    let mut last = 0;
    loop {
        let rows = store::response::after(tx.conn, last, 2_000)?;
        let Some((end, _)) = rows.last() else { break };
        last = *end;
        for (_, row) in &rows {
            compared.responses += 1;
            let bad = |what: &str| Ok(Some(Difference(format!("response {}: {what}", row.id.0))));
            let Some(survey) = catalogue.questionnaires.iter().find(|q| q.slug.as_str() == row.questionnaire && i64::from(q.definition.version) == row.version)
            else {
                return bad("its questionnaire is missing");
            };
            let Some(field) = row.field.parse().ok().and_then(|f| catalogue.field(&f)) else { return bad("its field is missing") };
            let Ok(answers) = survey.definition.check(&store::response::answers(row)) else { return bad("its answers don't fit its questionnaire") };
            let (Ok(respondent), Ok(sample)) = (row.respondent.parse(), row.sample.parse()) else { return bad("a word is not in its list") };
            if Half::of(row.submitted_on.0).first() != row.half.0 {
                return bad("its day is not in its half-month");
            }
            let office = row.office.as_deref().and_then(|o| o.parse().ok());
            let place = Place { group: &field.group, field: &field.code, office: office.as_ref() };
            for scope in place.scopes() {
                let key = TallyKey { half: Half::of(row.half.0), questionnaire: survey.slug.clone(), sample, scope };
                let tally = counted.entry(address(&key)).or_default();
                tally.add(respondent, &answers.ratings);
            }
        }
    }
    for stored in store::tally::all(tx.conn)? {
        let key = (stored.half.to_string(), stored.questionnaire, stored.scope, stored.sample);
        let mut again = counted.remove(&key).unwrap_or_default();
        for (at, cell) in stored.tally.0 {
            compared.cells += 1;
            let name = name(&key, &at);
            let rows = again.0.remove(&at).unwrap_or_default().all;
            if trimmed(&rows) != trimmed(&cell.all) {
                return Ok(Some(Difference(format!("cell {name}: the tally says {:?}, the responses say {rows:?}", cell.all))));
            }
            let more = cell.released.iter().zip(cell.all.iter().chain(std::iter::repeat(&0))).any(|(r, a)| r > a);
            let released = cell.released_total();
            if more || (released > 0 && released < catalogue.threshold) {
                return Ok(Some(Difference(format!("cell {name}: released {:?} of {:?}", cell.released, cell.all))));
            }
        }
        counted.extend((!again.0.is_empty()).then_some((key, again)));
    }
    let missing = counted.into_iter().find_map(|(key, tally)| Some((key, tally.0.into_iter().next()?)));
    Ok(missing.map(|(key, (at, cell))| Difference(format!("cell {}: no tally, the responses say {:?}", name(&key, &at), cell.all))))
}

/// A cell's address as a sentence names it.
fn name((half, questionnaire, scope, sample): &Address, (respondent, question): &(Option<Respondent>, QuestionId)) -> String {
    format!("{half} {questionnaire}/{question} {scope} {sample} {}", respondent.map_or("all", Respondent::as_str))
}

fn address(key: &TallyKey) -> Address {
    (key.half.first().to_string(), key.questionnaire.to_string(), key.scope.to_string(), key.sample.to_string())
}

/// Without zeros at the end: a value that nobody chose is no difference.
fn trimmed(counts: &[u64]) -> &[u64] {
    let end = counts.iter().rposition(|n| *n > 0).map_or(0, |i| i + 1);
    counts.get(..end).unwrap_or_default()
}
