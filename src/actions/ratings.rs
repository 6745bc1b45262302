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
    tallies: Vec<(TallyKey, Tally)>,
    /// Where in `tallies` each stands.
    places: HashMap<TallyKey, usize>,
    /// What these are true for: the half-month, and the mark at which they were left.
    of: Option<(Half, i64)>,
}

impl Held {
    /// To be told when a transaction that counted was not committed: what is held then never was.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Counts the ratings of new submissions.
    pub fn count(&mut self, tx: &mut Tx<'_>, submissions: &[&Submission]) -> Result<(), Problem> {
        if submissions.is_empty() {
            return Ok(());
        }
        let half = Half::of(tx.today);
        let (before, after) = store::tally::change(tx.conn)?;
        // Empty until the end: what fails on the way is read again.
        if self.of.take() != Some((half, before)) {
            self.forget();
        }
        let known = self.tallies.len();
        let places: Vec<Vec<usize>> =
            submissions.iter().map(|submission| addresses(tx, submission, half).into_iter().map(|key| self.place(key)).collect()).collect();
        let mut stored = store::tally::get(tx.conn, self.tallies.iter().skip(known).map(|(key, _)| key))?;
        for (key, tally) in self.tallies.iter_mut().skip(known) {
            *tally = stored.remove(key).unwrap_or_default();
        }
        for (submission, places) in submissions.iter().zip(&places) {
            let Some(filled) = &submission.filled else { continue };
            let cells = Tally::cells_of(submission.respondent, &filled.answers.ratings);
            for place in places {
                if let Some((_, tally)) = self.tallies.get_mut(*place) {
                    tally.add(&cells);
                }
            }
        }
        let changed: BTreeSet<usize> = places.into_iter().flatten().collect();
        for place in &changed {
            if let Some((_, tally)) = self.tallies.get_mut(*place) {
                tally.release(tx.catalogue.threshold, false);
            }
        }
        store::tally::put(tx.conn, changed.into_iter().filter_map(|place| self.tallies.get(place)))?;
        self.of = Some((half, after));
        Ok(())
    }

    /// Where the tally of an address stands; a new one is empty.
    fn place(&mut self, key: TallyKey) -> usize {
        if let Some(place) = self.places.get(&key) {
            return *place;
        }
        self.tallies.push((key.clone(), Tally::default()));
        let place = self.tallies.len() - 1;
        self.places.insert(key, place);
        place
    }
}

/// Where the ratings of a submission are counted; nowhere when it has none.
fn addresses(tx: &Tx<'_>, submission: &Submission, half: Half) -> Vec<TallyKey> {
    let (Some(filled), Some(field)) = (&submission.filled, tx.catalogue.field(&submission.field)) else { return Vec::new() };
    let place = Place { group: &field.group, field: &submission.field, office: submission.office.as_ref() };
    let address = |scope| TallyKey { scope, sample: submission.sample, questionnaire: filled.slug.clone(), half };
    place.scopes().into_iter().map(address).collect()
}
