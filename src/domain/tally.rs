//! Ratings counted by half-month in cells, and released in batches, so that
//! nobody learns one person's rating: not by asking before and after, not by
//! subtracting (ACCOUNTING.md §5).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

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
pub struct Tally(pub BTreeMap<CellKey, Cell>);

/// Whose ratings of what: of all respondents (`None`), or of one kind of them.
pub type CellKey = (Option<Respondent>, QuestionId);

impl Tally {
    /// Counts one respondent's valid ratings: each among all, and among those of their kind.
    pub fn add(&mut self, respondent: Respondent, ratings: &[(QuestionId, u8)]) {
        let mut counted = 0;
        // Where each was rated before, which is nearly always, no key need be made.
        for ((whose, question), cell) in &mut self.0 {
            if whose.is_none_or(|whose| whose == respondent)
                && let Some((_, value)) = ratings.iter().find(|(rated, _)| rated == question)
            {
                cell.add(*value, 1);
                counted += 1;
            }
        }
        if counted == 2 * ratings.len() {
            return;
        }
        for (question, value) in ratings {
            for whose in [None, Some(respondent)] {
                if let Entry::Vacant(new) = self.0.entry((whose, question.clone())) {
                    new.insert(Cell::default()).add(*value, 1);
                }
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

/// A part of a sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    /// Its released ratings.
    pub n: u64,
    /// Did anybody rate, seen or not?
    pub rated: bool,
}

/// Decides which parts of one sum are left out: those below the threshold and,
/// where one of them hides ratings, the next smallest (ACCOUNTING.md §5). And
/// further: while what the whole has more than its shown parts is fewer than
/// the threshold, it could be had by subtraction, so the smallest of these is
/// left out as well. Returns true for what is left out.
pub fn left_out(whole: u64, parts: &[Part], threshold: u64) -> Vec<bool> {
    let mut out: Vec<bool> = parts.iter().map(|p| p.n < threshold).collect();
    let mut hides = parts.iter().any(|p| p.rated && p.n < threshold);
    loop {
        let shown = || parts.iter().zip(&out).enumerate().filter(|(_, (_, out))| !**out).map(|(at, (p, _))| (p.n, at));
        let rest = whole.saturating_sub(shown().map(|(n, _)| n).sum());
        let Some((_, at)) = shown().min().filter(|_| hides || (rest > 0 && rest < threshold)) else { return out };
        hides = false;
        if let Some(slot) = out.get_mut(at) {
            *slot = true;
        }
    }
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
    fn the_next_smallest_is_left_out_too() {
        let part = |n| Part { n, rated: true };
        let nobody = Part::default();
        assert_eq!(left_out(75, &[part(0), part(50), part(20)], 10), [true, false, true], "five are in the whole and in no part");
        assert_eq!(left_out(70, &[part(0), part(50), part(20)], 10), [true, false, true], "nor are those told that wait in both");
        assert_eq!(left_out(62, &[part(12), part(50)], 10), [false, false]);
        assert_eq!(left_out(50, &[nobody, part(50)], 10), [true, false], "where nobody rated there is nothing to hide");
        assert_eq!(left_out(51, &[part(30), part(20)], 10), [false, true], "one waits in its part and was released in the whole");
        assert_eq!(left_out(80, &[part(30), part(20)], 10), [false, false], "thirty that belong to no part hide each other");
    }

    proptest! {
        #[test]
        fn what_is_left_of_a_sum_is_nothing_or_enough(parts in proptest::collection::vec(0u64..40, 0..8), unseen in 0u64..30, threshold in 2u64..20) {
            let whole = parts.iter().sum::<u64>() + unseen;
            let parts: Vec<Part> = parts.into_iter().map(|n| Part { n, rated: n > 0 }).collect();
            let out = left_out(whole, &parts, threshold);
            let shown: u64 = parts.iter().zip(&out).filter(|(_, out)| !**out).map(|(p, _)| p.n).sum();
            let rest = whole - shown;
            prop_assert!(rest == 0 || rest >= threshold || shown == 0);
            prop_assert!(parts.iter().zip(&out).all(|(p, out)| *out || p.n >= threshold));
        }

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
