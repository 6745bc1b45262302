//! How opinions are counted (ACCOUNTING.md §3 and §4): the identity, the shares
//! over those that were due, the promise of 100%.

use super::coded::words;
use super::event::{Appeal, Replied};
use super::feedback::Class;
use super::time::Day;

/// Counts over a set of items at a moment. The classes add up to `received`, always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    /// All of them.
    pub received: u64,
    /// See [`Class::AnsweredOnTime`].
    pub answered_on_time: u64,
    /// See [`Class::AnsweredLate`].
    pub answered_late: u64,
    /// See [`Class::OpenInTime`].
    pub open_in_time: u64,
    /// See [`Class::Overdue`].
    pub overdue: u64,
    /// See [`Class::Merged`].
    pub merged: u64,
    /// See [`Class::OutOfScope`].
    pub out_of_scope: u64,
    /// See [`Class::Spam`].
    pub spam: u64,
    /// See [`Class::Redirected`].
    pub redirected: u64,
    /// See [`Class::Sealed`].
    pub sealed: u64,
    /// See [`Class::Withdrawn`].
    pub withdrawn: u64,
    /// Answered or overdue items whose deadline has passed.
    pub due: u64,
    /// Those of `due` that are answered.
    pub answered_of_due: u64,
    /// Those of `due` that were answered on time.
    pub on_time_of_due: u64,
    /// Merged, refused or redirected after their deadline.
    pub out_after_due: u64,
    /// Answered items whose sender says that the latest version helped.
    pub reply_yes: u64,
    /// Answered items whose sender says that it did not.
    pub reply_no: u64,
    /// Answered items whose sender said nothing for 14 days.
    pub reply_none: u64,
    /// Answered items whose first answer was one for many.
    pub grouped: u64,
    /// Items first answered within their first deadline.
    pub within_first: u64,
    /// Items that were forwarded once.
    pub forwarded_once: u64,
    /// Items that were forwarded twice or more often.
    pub forwarded_twice: u64,
    /// Answered items whose sender asked a higher office after the last no.
    pub appealed: u64,
    /// Those of `appealed` that the higher office has answered.
    pub appeal_answered: u64,
}

/// What stands beside the class of an item (ACCOUNTING.md §4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Beside {
    /// What its sender said of the latest version.
    pub reply: Option<Replied>,
    /// Its first answer was one for many.
    pub grouped: bool,
    /// It was first answered within its first deadline.
    pub within_first: bool,
    /// How often it was forwarded; two stands for more.
    pub forwards: u32,
    /// How far its last appeal is.
    pub appeal: Option<Appeal>,
}

words! {
    /// Is the promise of 100% kept?
    Promise {
        /// Everything that was due is answered, and nothing left late by another door.
        Met = "met",
        /// Something is not.
        Missed = "missed",
        /// Nothing was due yet.
        NothingDue = "nothing_due",
    }
}

impl Counts {
    /// Adds `n` items of one class. `due_on`: their deadline; `out_on`: the day they went out; `today`: the day *t*.
    pub fn add(&mut self, class: Class, due_on: Option<Day>, out_on: Option<Day>, today: Day, n: u64) {
        self.received += n;
        let passed = due_on.is_some_and(|due| due < today);
        let out_late = matches!((due_on, out_on), (Some(due), Some(out)) if out > due);
        *self.of_mut(class) += n;
        match class {
            Class::AnsweredOnTime if passed => {
                self.due += n;
                self.answered_of_due += n;
                self.on_time_of_due += n;
            }
            Class::AnsweredLate if passed => {
                self.due += n;
                self.answered_of_due += n;
            }
            Class::Overdue if passed => self.due += n,
            Class::Merged | Class::OutOfScope | Class::Spam | Class::Redirected if out_late => self.out_after_due += n,
            Class::AnsweredOnTime
            | Class::AnsweredLate
            | Class::Overdue
            | Class::Merged
            | Class::OutOfScope
            | Class::Spam
            | Class::Redirected
            | Class::OpenInTime
            | Class::Sealed
            | Class::Withdrawn => {}
        }
    }

    /// Adds what stands beside `n` items of one class. Of one that is out, only that it was forwarded.
    pub fn add_beside(&mut self, class: Class, beside: Beside, n: u64) {
        match beside.forwards {
            0 => {}
            1 => self.forwarded_once += n,
            _ => self.forwarded_twice += n,
        }
        if !matches!(class, Class::AnsweredOnTime | Class::AnsweredLate) {
            return;
        }
        match beside.reply {
            Some(Replied::Yes) => self.reply_yes += n,
            Some(Replied::No) => self.reply_no += n,
            Some(Replied::None) => self.reply_none += n,
            None => {}
        }
        self.grouped += if beside.grouped { n } else { 0 };
        self.within_first += if beside.within_first { n } else { 0 };
        self.appealed += if beside.appeal.is_some() { n } else { 0 };
        self.appeal_answered += if beside.appeal == Some(Appeal::Answered) { n } else { 0 };
    }

    /// The count of one class.
    pub fn of(&self, class: Class) -> u64 {
        *self.clone().of_mut(class)
    }

    fn of_mut(&mut self, class: Class) -> &mut u64 {
        match class {
            Class::AnsweredOnTime => &mut self.answered_on_time,
            Class::AnsweredLate => &mut self.answered_late,
            Class::OpenInTime => &mut self.open_in_time,
            Class::Overdue => &mut self.overdue,
            Class::Merged => &mut self.merged,
            Class::OutOfScope => &mut self.out_of_scope,
            Class::Spam => &mut self.spam,
            Class::Redirected => &mut self.redirected,
            Class::Sealed => &mut self.sealed,
            Class::Withdrawn => &mut self.withdrawn,
        }
    }

    /// Does `received` equal the sum of the ten classes?
    pub fn identity_holds(&self) -> bool {
        self.received == Class::ALL.iter().map(|c| self.of(*c)).sum::<u64>()
    }

    /// Answered of those due, as a fraction; `None` when nothing was due.
    pub fn answered_share(&self) -> Option<f64> {
        share(self.answered_of_due, self.due)
    }

    /// Answered on time of those due, as a fraction; `None` when nothing was due.
    pub fn on_time_share(&self) -> Option<f64> {
        share(self.on_time_of_due, self.due)
    }

    /// Is the promise of 100% kept?
    pub fn promise(&self) -> Promise {
        if self.due == 0 {
            Promise::NothingDue
        } else if self.answered_of_due == self.due && self.out_after_due == 0 {
            Promise::Met
        } else {
            Promise::Missed
        }
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Per cents in hundredths (`9158` is 91.58%) of the parts of a whole, rounded
/// by largest remainder so that they sum to 10,000; ties go to the first part.
/// All zero when the whole is zero.
pub fn shares_of_whole(parts: &[u64]) -> Vec<u64> {
    const WHOLE: u128 = 10_000;
    let total: u128 = parts.iter().map(|p| u128::from(*p)).sum();
    if total == 0 {
        return vec![0; parts.len()];
    }
    let exact = |p: u64| u128::from(p) * WHOLE;
    let mut shares: Vec<u64> = parts.iter().map(|p| u64::try_from(exact(*p) / total).unwrap_or(u64::MAX)).collect();
    let missing = WHOLE.saturating_sub(shares.iter().map(|s| u128::from(*s)).sum());
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(parts.get(*i).map_or(0, |p| exact(*p) % total)));
    for i in order.into_iter().take(usize::try_from(missing).unwrap_or(usize::MAX)) {
        if let Some(share) = shares.get_mut(i) {
            *share += 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_remainder_never_makes_one_per_cent_of_zero_votes() {
        assert_eq!(shares_of_whole(&[1, 1, 1]), [3334, 3333, 3333]);
        assert_eq!(shares_of_whole(&[0, 2, 1]), [0, 6667, 3333]);
        assert_eq!(shares_of_whole(&[0, 0]), [0, 0]);
    }

    proptest! {
        #[test]
        fn parts_of_a_whole_sum_to_the_whole(parts in proptest::collection::vec(0u64..1_000_000, 1..12)) {
            let shares = shares_of_whole(&parts);
            let sum: u64 = shares.iter().sum();
            prop_assert_eq!(sum, if parts.iter().all(|p| *p == 0) { 0 } else { 10_000 });
            for (part, share) in parts.iter().zip(&shares) {
                let total: u64 = parts.iter().sum();
                if total > 0 {
                    let exact = *part as f64 * 10_000.0 / total as f64;
                    prop_assert!((exact - *share as f64).abs() < 1.0 + 1e-6);
                }
                prop_assert!(*part > 0 || *share == 0);
            }
        }
    }
}
