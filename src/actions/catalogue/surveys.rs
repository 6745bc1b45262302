//! Opening and closing surveys.

use serde_json::json;

use super::{begin, finish};
use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::error::{Code, Problem};
use crate::domain::words::Slug;
use crate::store::catalogue as store;

/// Opens or closes a questionnaire for answers.
pub fn open_survey(tx: &mut Tx<'_>, by: &Officer, slug: &Slug, open: bool) -> Result<(), Problem> {
    begin(tx, by)?;
    if tx.catalogue.questionnaire(slug).is_none() {
        return Err(Code::NotFound.into());
    }
    store::open_questionnaire(tx.conn, slug, open)?;
    finish(tx, by, if open { "survey.open" } else { "survey.close" }, format!("survey:{slug}"), json!({}))
}
