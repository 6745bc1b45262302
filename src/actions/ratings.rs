//! Counting ratings: which tallies a rating belongs to, and each of them
//! written once for all that arrived together.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use super::Tx;
use crate::domain::error::Problem;
use crate::domain::submission::Submission;
use crate::domain::tally::{Half, Place, Tally, TallyKey};
use crate::domain::words::{FieldCode, OfficeCode, Sample, Slug};
use crate::store::{self, batch::Rows, tally::Marks};

/// The tallies of the present half-month as the last transaction left them, so
/// that the next need not read them again.
#[derive(Debug, Default)]
pub struct Held {
    tallies: Vec<(TallyKey, Tally)>,
    /// Where in `tallies` each stands.
    places: HashMap<TallyKey, usize>,
    /// Where in `tallies` ratings from an origin are counted, in the order of origins.
    origins: Vec<(Origin, Vec<usize>)>,
    /// What these are true for.
    of: Option<TrueFor>,
}

/// The half-month, the version of the catalogue, and the mark at which the tallies were left.
#[derive(Debug, PartialEq, Eq)]
struct TrueFor {
    half: Half,
    catalogue: i64,
    mark: i64,
}

/// All of a submission that decides where its ratings are counted.
#[derive(Debug)]
struct Origin {
    field: FieldCode,
    office: Option<OfficeCode>,
    sample: Sample,
    questionnaire: Slug,
}

impl Held {
    /// To be told when a transaction that counted was not committed: what is held then never was.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Counts the ratings of new submissions, and returns the tallies that are to be written in the same transaction.
    pub fn count(&mut self, tx: &mut Tx<'_>, marks: Marks, submissions: &[&Submission]) -> Result<Rows<'_>, Problem> {
        let (half, catalogue) = (Half::of(tx.today), tx.catalogue.version);
        // Empty until the end: what fails on the way is read again.
        if self.of.take() != Some(TrueFor { half, catalogue, mark: marks.before }) {
            self.forget();
        }
        let known = self.tallies.len();
        for submission in submissions {
            if let Err(at) = self.origin(submission) {
                self.meet(tx, submission, half, at);
            }
        }
        let mut stored = store::tally::get(tx.conn, self.tallies.iter().skip(known).map(|(key, _)| key))?;
        for (key, tally) in self.tallies.iter_mut().skip(known) {
            *tally = stored.remove(key).unwrap_or_default();
        }
        let mut changed = BTreeSet::new();
        for submission in submissions {
            let places = self.origin(submission).ok().and_then(|at| self.origins.get(at));
            let (Some((_, places)), Some(filled)) = (places, &submission.filled) else { continue };
            for place in places {
                if let Some((_, tally)) = self.tallies.get_mut(*place) {
                    tally.add(submission.respondent, &filled.answers.ratings);
                    changed.insert(*place);
                }
            }
        }
        for place in &changed {
            if let Some((_, tally)) = self.tallies.get_mut(*place) {
                tally.release(tx.catalogue.threshold, false);
            }
        }
        self.of = Some(TrueFor { half, catalogue, mark: marks.after });
        Ok(store::tally::rows(changed.into_iter().filter_map(|place| self.tallies.get(place))))
    }

    /// Where the origin of a submission stands in `origins`, or should.
    fn origin(&self, submission: &Submission) -> Result<usize, usize> {
        self.origins.binary_search_by(|(known, _)| known.compare(submission))
    }

    /// Takes a new origin in.
    fn meet(&mut self, tx: &Tx<'_>, submission: &Submission, half: Half, at: usize) {
        let Some((origin, group)) = Origin::of(submission).zip(tx.catalogue.field(&submission.field).map(|field| &field.group)) else { return };
        let place = Place { group, field: &origin.field, office: origin.office.as_ref() };
        let address = |scope| TallyKey { scope, sample: origin.sample, questionnaire: origin.questionnaire.clone(), half };
        let places = place.scopes().into_iter().map(address).map(|key| self.place(key)).collect();
        self.origins.insert(at, (origin, places));
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

impl Origin {
    /// None when nothing was rated.
    fn of(submission: &Submission) -> Option<Self> {
        let questionnaire = submission.filled.as_ref()?.slug.clone();
        Some(Self { field: submission.field.clone(), office: submission.office.clone(), sample: submission.sample, questionnaire })
    }

    /// Stands this origin before or after a submission's?
    fn compare(&self, submission: &Submission) -> Ordering {
        let questionnaire = submission.filled.as_ref().map(|filled| &filled.slug);
        let theirs = (&submission.field, submission.office.as_ref(), submission.sample, questionnaire);
        (&self.field, self.office.as_ref(), self.sample, Some(&self.questionnaire)).cmp(&theirs)
    }
}
