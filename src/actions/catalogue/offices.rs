//! Offices: dated, with successors, and a tree that never loops.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Check, EndForm, NAME_MAX, begin, finish, tick, ticked, written};
use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::contact::Email;
use crate::domain::error::{Code, Problem};
use crate::domain::office::Office;
use crate::domain::words::OfficeCode;
use crate::store::catalogue as store;

/// What an administrator types of an office.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OfficeForm {
    /// Its code; fixed after the first time.
    pub code: String,
    /// The code of the office above it.
    pub parent: String,
    /// What it is.
    pub kind: String,
    /// The official five-digit code of a commune or ward.
    pub place: String,
    /// Its full name in Vietnamese.
    pub name_vi: String,
    /// Its full name in English.
    pub name_en: String,
    /// Its full name in Khmer.
    pub name_km: String,
    /// Its short Vietnamese name.
    pub short: String,
    /// Its first day; fixed after the first time.
    pub valid_from: String,
    /// `1` when make-up Saturdays count in its clocks.
    pub counts_makeup: String,
    /// `1` when a person may name it.
    pub selectable: String,
    /// Where mail about its opinions goes.
    pub email: String,
    /// The decision that this rests on.
    pub source: String,
}

impl From<&Office> for OfficeForm {
    fn from(o: &Office) -> Self {
        Self {
            code: o.code.to_string(),
            parent: written(o.parent.as_ref()),
            kind: o.kind.to_string(),
            place: o.place.clone().unwrap_or_default(),
            name_vi: o.name.vi.clone(),
            name_en: o.name.en.clone(),
            name_km: o.name.km.clone(),
            short: o.short.clone(),
            valid_from: o.valid_from.to_string(),
            counts_makeup: tick(o.counts_makeup),
            selectable: tick(o.selectable),
            email: o.email.clone().unwrap_or_default(),
            source: String::new(),
        }
    }
}

/// Adds an office, or changes the one with this code.
pub fn put_office(tx: &mut Tx<'_>, by: &Officer, code: Option<&OfficeCode>, form: &OfficeForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let held = code.map(|c| catalogue.offices.get(c).ok_or(Code::NotFound)).transpose()?;
    let mut check = Check::default();
    let (code, valid_from) = match held {
        Some(office) => (Some(office.code.clone()), Some(office.valid_from)),
        None => (check.word("/code", &form.code, "code_form"), check.day("/valid_from", &form.valid_from)),
    };
    if held.is_none() && code.as_ref().is_some_and(|c| catalogue.offices.get(c).is_some()) {
        check.fault("/code", "already_exists");
    }
    // Only the topmost office has none above it.
    let parent = match held {
        Some(office) if office.parent.is_none() => None,
        Some(office) if written(office.parent.as_ref()) == form.parent => office.parent.clone(),
        _ => check.office("/parent", &form.parent, &catalogue, tx.today),
    };
    if parent.as_ref().zip(code.as_ref()).is_some_and(|(parent, code)| catalogue.offices.is_within(parent, code)) {
        check.fault("/parent", "follows_itself");
    }
    let kind = check.word("/kind", &form.kind, "not_a_choice");
    let name = check.names(&form.name_vi, &form.name_en, &form.name_km);
    let place = Some(form.place.trim().to_owned()).filter(|p| !p.is_empty());
    if place.as_ref().is_some_and(|p| p.len() != 5 || !p.bytes().all(|b| b.is_ascii_digit())) {
        check.fault("/place", "place_form");
    }
    let short = check.line("/short", &form.short, NAME_MAX);
    let email = match form.email.trim() {
        "" => None,
        typed => check.word("/email", typed, "email_incomplete").map(|Address(email)| email),
    };
    let source = check.source(&form.source);
    match (code, kind, valid_from) {
        (Some(code), Some(kind), Some(valid_from)) if check.clean() => {
            let office = Office {
                code: code.clone(),
                parent,
                kind,
                place,
                name,
                short,
                valid_from,
                valid_to: held.and_then(|o| o.valid_to),
                successor: held.and_then(|o| o.successor.clone()),
                counts_makeup: ticked(&form.counts_makeup),
                selectable: ticked(&form.selectable),
                email,
            };
            store::put_office(tx.conn, &office, &source)?;
            finish(tx, by, "office.put", format!("office:{code}"), json!({"new": held.is_none(), "source": source}))
        }
        _ => Err(check.into()),
    }
}

/// An address that [`Email`] takes.
struct Address(String);

impl FromStr for Address {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Email::parse(text).map(|email| Self(email.reveal().to_owned())).ok_or(())
    }
}

/// Ends an office. Another takes over; none may be left below it.
pub fn end_office(tx: &mut Tx<'_>, by: &Officer, code: &OfficeCode, form: &EndForm) -> Result<(), Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let office = catalogue.offices.get(code).ok_or(Code::NotFound)?;
    let mut check = Check::default();
    let last = check.last(&form.last, office.valid_from);
    let after = last.unwrap_or(tx.today).next();
    if *code == catalogue.root || *code == catalogue.coordinating {
        // Every opinion may fall back to these two.
        check.fault("/last", "office_is_needed");
    } else if catalogue.offices.iter().any(|o| o.parent.as_ref() == Some(code) && o.is_active(after)) {
        check.fault("/last", "others_belong_to_it");
    }
    if office.valid_to.is_some_and(|ended| ended < tx.today) {
        // The public log has told it.
        check.fault("/last", "ended_already");
    }
    let successor = check.office("/successor", &form.successor, &catalogue, after);
    if successor.as_ref().is_some_and(|s| s == code || catalogue.offices.is_within(s, code)) {
        check.fault("/successor", "follows_itself");
    }
    match (last, successor) {
        (Some(last), Some(successor)) if check.clean() => {
            store::end_office(tx.conn, code.as_str(), last, successor.as_str())?;
            finish(tx, by, "office.end", format!("office:{code}"), json!({"last": last, "successor": successor}))
        }
        _ => Err(check.into()),
    }
}
