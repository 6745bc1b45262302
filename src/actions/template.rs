//! Templates of answers: each office makes its own, and uses those of the
//! offices above it too.

use serde_json::json;

use super::Tx;
use super::check::Check;
use crate::domain::access::Officer;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::template::{Placeholder, Template, TemplateFault, has_open_slot};
use crate::domain::text::ANSWER_MAX;
use crate::domain::visibility::Record;
use crate::domain::words::{Kind, Language, OfficeCode};
use crate::i18n::date;
use crate::store;
use crate::store::template::{Kept, Row};

/// The longest name, in characters.
const NAME_MAX: usize = 80;

/// The templates that an office uses: its own, then those of the offices above it.
pub fn used_by(tx: &mut Tx<'_>, office: &OfficeCode) -> Result<Vec<Row>, Problem> {
    let chain: Vec<String> = tx.catalogue.offices.chain(office).map(|office| office.code.to_string()).collect();
    Ok(store::template::of(tx.conn, &chain)?)
}

/// The templates that fit an item: those for its topic first, then those for everything.
pub fn fitting(tx: &mut Tx<'_>, record: &Record) -> Result<Vec<Row>, Problem> {
    let Some(office) = record.office.clone() else { return Ok(Vec::new()) };
    let topic = if record.kind == Some(Kind::Question) { store::topic::of(tx.conn, record.serial)? } else { None };
    let fits = |row: &Row| row.topic.as_deref().is_none_or(|of| topic.is_some_and(|topic| topic.as_str() == of));
    let mut rows: Vec<Row> = used_by(tx, &office)?.into_iter().filter(fits).collect();
    rows.sort_by_key(|row| row.topic.is_none());
    Ok(rows)
}

/// What somebody types of a template.
#[derive(Debug, Clone, Default)]
pub struct TemplateForm {
    /// Its name.
    pub name: String,
    /// Its text.
    pub words: String,
    /// The topic of the questions that it is for; empty for everything.
    pub topic: String,
}

/// What was typed of a template, checked.
fn checked(form: &TemplateForm) -> Result<Kept, Problem> {
    let mut check = Check::default();
    let name = check.needed("/name", &form.name, NAME_MAX);
    let words = check.words("/words", &form.words, ANSWER_MAX);
    let topic = if form.topic.is_empty() { None } else { check.word("/topic", &form.topic, "not_a_choice") };
    match Template::parse(&words) {
        Ok(_) => {}
        Err(TemplateFault::Unknown(what)) => check.put(Fault::new("/words", "unknown_placeholder").with("what", what).with("known", known())),
        Err(TemplateFault::Open) => check.fault("/words", "placeholder_open"),
    }
    check.done(Some(Kept { name, words, topic }))
}

/// Every placeholder, as people type it.
pub fn known() -> String {
    Placeholder::ALL.iter().map(|placeholder| format!("{{{placeholder}}}")).collect::<Vec<_>>().join(", ")
}

fn may_keep(officer: &Officer) -> Result<(), Problem> {
    if officer.works() { Ok(()) } else { Err(Code::NotAllowed.into()) }
}

/// Keeps a template of the officer's own office: a new one, or `id` changed.
///
/// # Errors
/// [`Problem::Invalid`] names a placeholder that nobody can fill; [`Code::NotFound`] for one of another office.
pub fn keep(tx: &mut Tx<'_>, officer: &Officer, id: Option<i64>, form: &TemplateForm) -> Result<(), Problem> {
    may_keep(officer)?;
    let template = checked(form)?;
    let same = |row: &Row| row.office == officer.office.as_str() && row.name == template.name && Some(row.id) != id;
    if used_by(tx, &officer.office)?.iter().any(same) {
        return Err(Problem::Invalid(vec![Fault::new("/name", "template_exists")]));
    }
    let kept = match id {
        Some(id) => store::template::change(tx.conn, id, &officer.office, &template)?,
        None => {
            store::template::add(tx.conn, &officer.office, &template)?;
            true
        }
    };
    if !kept {
        return Err(Code::NotFound.into());
    }
    tx.audit(Some(officer), "template.keep", format!("office:{}", officer.office), json!({"id": id}))
}

/// Takes a template of the officer's own office away.
pub fn drop(tx: &mut Tx<'_>, officer: &Officer, id: i64) -> Result<(), Problem> {
    may_keep(officer)?;
    if !store::template::drop(tx.conn, id, &officer.office)? {
        return Err(Code::NotFound.into());
    }
    tx.audit(Some(officer), "template.drop", format!("office:{}", officer.office), json!({"id": id}))
}

/// What a placeholder says of an item, in Vietnamese as offices answer.
fn value(tx: &Tx<'_>, record: &Record, placeholder: Placeholder) -> String {
    let vi = Language::Vi;
    let catalogue = &tx.catalogue;
    match placeholder {
        Placeholder::Serial => record.serial.to_string(),
        Placeholder::Office => {
            record.office.as_ref().and_then(|code| catalogue.offices.get(code)).map(|office| office.name.get(vi).to_owned()).unwrap_or_default()
        }
        Placeholder::Field => record.field.as_ref().and_then(|code| catalogue.field(code)).map(|field| field.name.get(vi).to_owned()).unwrap_or_default(),
        Placeholder::Procedure => record.procedure.as_ref().and_then(|key| catalogue.procedure(key)).map(|p| p.name.clone()).unwrap_or_default(),
        Placeholder::Received => date(record.received_on),
        Placeholder::Due => record.due_on.map(date).unwrap_or_default(),
    }
}

/// A template filled from an item, as far as the item knows.
///
/// # Errors
/// [`Code::NotFound`] for a template that the item's office does not use.
pub fn fill(tx: &mut Tx<'_>, record: &Record, id: i64) -> Result<String, Problem> {
    let office = record.office.clone().ok_or(Code::NotFound)?;
    let row = used_by(tx, &office)?.into_iter().find(|row| row.id == id).ok_or(Code::NotFound)?;
    let template = Template::parse(&row.words).map_err(|_| Problem::Internal(format!("the template {id} can't be read")))?;
    // What the item does not know is a place for a person to fill.
    let known = |placeholder: Placeholder| Some(value(tx, record, placeholder)).filter(|value| !value.is_empty());
    Ok(template.fill(|placeholder| known(placeholder).unwrap_or_else(|| format!("[[{placeholder}]]"))))
}

/// What is wrong with an answer that was made from a template: a place that nobody filled, or nothing but the frame.
pub fn fault_of(tx: &mut Tx<'_>, record: &Record, answer: &str) -> Result<Option<Fault>, Problem> {
    if has_open_slot(answer) {
        return Ok(Some(Fault::new("/answer", "slot_left")));
    }
    let Some(office) = record.office.clone() else { return Ok(None) };
    let frames = used_by(tx, &office)?.into_iter().filter_map(|row| Template::parse(&row.words).ok()).collect::<Vec<_>>();
    let only = frames.iter().any(|template| template.is_only_frame(answer, |placeholder| value(tx, record, placeholder)));
    Ok(only.then(|| Fault::new("/answer", "only_a_frame")))
}
