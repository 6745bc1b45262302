//! Ratings counted by half-month in cells, and released in batches, so that
//! nobody learns one person's rating: not by asking before and after, not by
//! subtracting (ACCOUNTING.md §5).

use std::collections::BTreeMap;

use super::satisfaction::Ratio;
use super::time::Day;
use super::words::{FieldCode, OfficeCode, QuestionId, Respondent, Sample, Slug, TargetGroup};

/// The publication threshold unless the deployment sets another.
pub const DEFAULT_THRESHOLD: u64 = 10;

/// A half-month, named by its first day: the 1st or the 15th.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Half(Day);

impl Half {
    /// The half-month that a day lies in.
    pub fn of(day: Day) -> Self {
        let first = if day.day() < 15 { 1 } else { 15 };
        Self(day.plus(first - i32::from(day.day())))
    }

    /// Its first day.
    pub fn first(self) -> Day {
        self.0
    }

    /// Its last day.
    pub fn last(self) -> Day {
        if self.0.day() == 1 { self.0.plus(13) } else { self.0.end_of_month() }
    }
}

/// What a cell is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everything.
    All,
    /// A target group.
    Group(TargetGroup),
    /// A field.
    Field(FieldCode),
    /// An office.
    Office(OfficeCode),
    /// A field at an office.
    OfficeField(OfficeCode, FieldCode),
}

impl std::fmt::Display for Scope {
    /// As stored and published: `all`, `group:land`, `field:land`, `office:31507`, `office:31507/land`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Group(group) => write!(f, "group:{group}"),
            Self::Field(field) => write!(f, "field:{field}"),
            Self::Office(office) => write!(f, "office:{office}"),
            Self::OfficeField(office, field) => write!(f, "office:{office}/{field}"),
        }
    }
}

/// The address of a tally.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TallyKey {
    /// What it is about.
    pub scope: Scope,
    /// The sample.
    pub sample: Sample,
    /// The questionnaire, over all its versions.
    pub questionnaire: Slug,
    /// The half-month of submission.
    pub half: Half,
}

/// A cell's counts by value, `1..=points`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// All so far.
    pub all: Vec<u64>,
    /// What anybody may see.
    pub released: Vec<u64>,
}

impl Cell {
    /// Counts a valid rating, `1..=points`.
    pub fn add(&mut self, value: u8, n: u64) {
        let at = usize::from(value.max(1)) - 1;
        for counts in [&mut self.all, &mut self.released] {
            if counts.len() <= at {
                counts.resize(at + 1, 0);
            }
        }
        if let Some(count) = self.all.get_mut(at) {
            *count += n;
        }
    }

    /// All valid ratings so far.
    pub fn total(&self) -> u64 {
        self.all.iter().sum()
    }

    /// Valid ratings released so far.
    pub fn released_total(&self) -> u64 {
        self.released.iter().sum()
    }

    /// Lets the released counts catch up when at least `threshold` wait, or, once
    /// the half-month is over, when the total reaches it. True when something changed.
    pub fn release(&mut self, threshold: u64, half_is_over: bool) -> bool {
        let waiting = self.total().saturating_sub(self.released_total());
        let catches_up = waiting >= threshold || (half_is_over && self.total() >= threshold);
        if waiting == 0 || !catches_up {
            return false;
        }
        self.released.clone_from(&self.all);
        true
    }

    /// Satisfied and valid among the released.
    pub fn ratio(&self, satisfied_from: u8) -> Ratio {
        let from = usize::from(satisfied_from.max(1)) - 1;
        Ratio { satisfied: self.released.iter().skip(from).sum(), n: self.released_total() }
    }
}

/// The cells of one address: for each question that was rated, one of all
/// respondents (`None`) and one of each kind of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(pub BTreeMap<(Option<Respondent>, QuestionId), Cell>);

impl Tally {
    /// Counts a valid rating, among all and among its kind of respondents.
    pub fn add(&mut self, respondent: Respondent, question: &QuestionId, value: u8) {
        for respondent in [None, Some(respondent)] {
            self.0.entry((respondent, question.clone())).or_default().add(value, 1);
        }
    }

    /// Adds what another counted.
    pub fn absorb(&mut self, more: Self) {
        for (at, counted) in more.0 {
            let cell = self.0.entry(at).or_default();
            for (value, n) in (1..).zip(counted.all) {
                cell.add(value, n);
            }
        }
    }

    /// Releases each cell that may be. True when one was.
    pub fn release(&mut self, threshold: u64, half_is_over: bool) -> bool {
        // Each of them: `any` would stop at the first.
        self.0.values_mut().fold(false, |changed, cell| cell.release(threshold, half_is_over) | changed)
    }
}

/// Where one response belongs.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The target group of its field.
    pub group: &'a TargetGroup,
    /// Its field.
    pub field: &'a FieldCode,
    /// The office where the person was, if known.
    pub office: Option<&'a OfficeCode>,
}

impl Place<'_> {
    /// The scopes that a rating counts in. No other combination is kept.
    pub fn scopes(&self) -> Vec<Scope> {
        let mut scopes = vec![Scope::All, Scope::Group(self.group.clone()), Scope::Field(self.field.clone())];
        if let Some(office) = self.office {
            scopes.push(Scope::Office(office.clone()));
            scopes.push(Scope::OfficeField(office.clone(), self.field.clone()));
        }
        scopes
    }
}

/// A figure that may be shown, or the fact that it may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Enough answers, and not to be had by subtraction.
    Figure(Ratio),
    /// Too few, or the one that would give away another.
    Withheld,
}

impl Shown {
    /// The figure, when it may be shown.
    pub fn ratio(self) -> Option<Ratio> {
        match self {
            Self::Figure(ratio) => Some(ratio),
            Self::Withheld => None,
        }
    }
}

/// Decides which parts of one sum may be shown: parts below the threshold are
/// withheld, and so is the next smallest, so that it can't be had by
/// subtraction. A part that nobody rated at all hides nothing (`rated` false).
pub fn guard(parts: &[(Ratio, bool)], threshold: u64) -> Vec<Shown> {
    let mut shown: Vec<Shown> = parts.iter().map(|(ratio, _)| if ratio.n < threshold { Shown::Withheld } else { Shown::Figure(*ratio) }).collect();
    let hides = parts.iter().any(|(ratio, rated)| *rated && ratio.n < threshold);
    if hides {
        let next = (0..parts.len()).filter(|i| matches!(shown.get(*i), Some(Shown::Figure(_)))).min_by_key(|i| parts.get(*i).map_or(0, |(r, _)| r.n));
        if let Some(slot) = next.and_then(|i| shown.get_mut(i)) {
            *slot = Shown::Withheld;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_month_has_two_halves_and_the_reporting_year_twenty_four() {
        let mut day: Day = "2025-12-15".parse().unwrap();
        let mut halves = std::collections::BTreeSet::new();
        while day <= "2026-12-14".parse().unwrap() {
            let half = Half::of(day);
            assert!(half.first() <= day && day <= half.last());
            halves.insert(half);
            day = day.next();
        }
        assert_eq!(halves.len(), 24);
    }

    #[test]
    fn ten_must_wait_before_any_is_seen() {
        let mut cell = Cell::default();
        for _ in 0..9 {
            cell.add(1, 1);
            assert!(!cell.release(10, false));
        }
        assert!(!cell.release(10, true), "nine stay unseen for ever");
        cell.add(5, 1);
        assert!(cell.release(10, false));
        assert_eq!(cell.ratio(4), Ratio { satisfied: 1, n: 10 });
        cell.add(5, 1);
        assert!(!cell.release(10, false), "one more is not seen alone");
        assert_eq!(cell.ratio(4).n, 10);
        assert!(cell.release(10, true), "and once more when the half-month is over");
        assert_eq!(cell.ratio(4), Ratio { satisfied: 2, n: 11 });
    }

    #[test]
    fn the_next_smallest_is_withheld_too() {
        let r = |n| (Ratio { satisfied: 0, n }, true);
        assert_eq!(guard(&[r(5), r(50), r(20)], 10), [Shown::Withheld, Shown::Figure(r(50).0), Shown::Withheld]);
        assert_eq!(guard(&[r(12), r(50)], 10), [Shown::Figure(r(12).0), Shown::Figure(r(50).0)]);
        let nobody = (Ratio::default(), false);
        assert_eq!(guard(&[nobody, r(50)], 10), [Shown::Withheld, Shown::Figure(r(50).0)]);
    }

    proptest! {
        #[test]
        fn no_release_shows_fewer_than_the_threshold(values in proptest::collection::vec((1u8..=5, any::<bool>()), 0..200), threshold in 2u64..20) {
            let mut cell = Cell::default();
            let mut seen = 0;
            for (value, _) in values {
                cell.add(value, 1);
                cell.release(threshold, false);
                let now = cell.released_total();
                prop_assert!(now == seen || now - seen >= threshold);
                prop_assert!(now <= cell.total());
                seen = now;
            }
        }
    }
}
