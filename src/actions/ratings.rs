//! Counting ratings: which tallies a rating belongs to, and each of them
//! written once for all that arrived together.

use std::collections::{BTreeSet, HashMap};

use super::Tx;
use crate::domain::error::Problem;
use crate::domain::submission::Submission;
use crate::domain::tally::{Half, Place, Tally, TallyKey};
use crate::store;

/// The tallies of the present half-month as the last transaction left them, so
/// that the next need not read them again.
#[derive(Debug, Default)]
pub struct Held {
    tallies: HashMap<TallyKey, Tally>,
    /// What these are true for: the half-month, and how often tallies had been changed.
    of: Option<(Half, i64)>,
}

impl Held {
    /// To be told when a transaction that counted was not committed: what is held then never was.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Counts the ratings of new submissions.
    pub fn count(&mut self, tx: &mut Tx<'_>, submissions: &[&Submission]) -> Result<(), Problem> {
        let half = Half::of(tx.today);
        let addresses: Vec<_> = submissions.iter().map(|submission| addresses(tx, submission, half)).collect();
        let changed: BTreeSet<&TallyKey> = addresses.iter().flatten().collect();
        if changed.is_empty() {
            return Ok(());
        }
        // Empty until the end: what fails on the way is read again.
        if self.of.take() != Some((half, store::tally::changes(tx.conn)?)) {
            self.forget();
        }
        let unknown: Vec<&TallyKey> = changed.iter().copied().filter(|key| !self.tallies.contains_key(key)).collect();
        let mut stored = store::tally::get(tx.conn, unknown.iter().copied())?;
        self.tallies.extend(unknown.into_iter().map(|key| (key.clone(), stored.remove(key).unwrap_or_default())));
        for (submission, keys) in submissions.iter().zip(&addresses) {
            for key in keys {
                let Some(tally) = self.tallies.get_mut(key) else { continue };
                for (question, value) in submission.filled.iter().flat_map(|filled| &filled.answers.ratings) {
                    tally.add(submission.respondent, question, *value);
                }
            }
        }
        for key in &changed {
            if let Some(tally) = self.tallies.get_mut(*key) {
                tally.release(tx.catalogue.threshold, false);
            }
        }
        let changes = store::tally::put(tx.conn, changed.into_iter().filter_map(|key| self.tallies.get_key_value(key)))?;
        self.of = Some((half, changes));
        Ok(())
    }
}

/// Where the ratings of a submission are counted; nowhere when it has none.
fn addresses(tx: &Tx<'_>, submission: &Submission, half: Half) -> Vec<TallyKey> {
    let (Some(filled), Some(field)) = (&submission.filled, tx.catalogue.field(&submission.field)) else { return Vec::new() };
    let place = Place { group: &field.group, field: &submission.field, office: submission.office.as_ref() };
    let address = |scope| TallyKey { scope, sample: submission.sample, questionnaire: filled.slug.clone(), half };
    place.scopes().into_iter().map(address).collect()
}
