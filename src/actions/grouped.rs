//! One answer for many opinions: written once, published beside each of them,
//! counted separately (ACCOUNTING.md §1). Each keeps its own public form, and
//! each is approved.

use super::Tx;
use super::feedback::{Written, save};
use crate::domain::access::Officer;
use crate::domain::error::{Fault, Problem};
use crate::domain::words::Serial;

/// One of the opinions.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its number.
    pub serial: Serial,
    /// Its public title.
    pub title: String,
    /// Its public form.
    pub question: String,
    /// The revision of its draft that was on the page.
    pub revision: i64,
}

/// Hands in one answer for all of them, or for none.
///
/// # Errors
/// [`Problem::Invalid`] for a group of one; else what the first says that can't be answered.
/// A fault in the public form of an item names it: `/title/1158`.
pub fn hand_in(tx: &mut Tx<'_>, officer: &Officer, parts: &[Part], answer: &str) -> Result<(), Problem> {
    let lowest = parts.iter().map(|part| part.serial).min_by_key(|serial| serial.0);
    if parts.len() < 2 {
        return Err(Problem::Invalid(vec![Fault::new("/so", "group_of_one")]));
    }
    let mut faults: Vec<Fault> = Vec::new();
    for part in parts {
        let written = Written {
            title: part.title.clone(),
            question: part.question.clone(),
            answer: answer.to_owned(),
            revision: part.revision,
            grouped: lowest,
            ..Written::default()
        };
        match save(tx, officer, part.serial, &written, true) {
            Err(Problem::Invalid(of_one)) => {
                let named = of_one.into_iter().map(|fault| match &*fault.pointer {
                    "/answer" => fault,
                    pointer => Fault { pointer: format!("{pointer}/{}", part.serial.0).into(), ..fault },
                });
                faults.extend(named);
            }
            other => other?,
        }
    }
    faults.dedup_by(|a, b| a.pointer == b.pointer && a.code == b.code);
    if faults.is_empty() { Ok(()) } else { Err(Problem::Invalid(faults)) }
}
