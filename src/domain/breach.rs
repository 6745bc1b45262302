//! The register of breaches of personal data: what NĐ 356/2025/NĐ-CP Điều 28
//! asks a record to hold, and how much time is left (DOMAIN.md §3.1).

use super::time::Moment;

/// A record of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Its number.
    pub id: i64,
    /// When the record was opened.
    pub opened_at: Moment,
    /// When the breach was detected: the term runs from here.
    pub detected_at: Moment,
    /// What is told of it.
    pub facts: Facts,
    /// When the specialised authority was told, and who took it.
    pub notified: Option<(Moment, String)>,
    /// The officers were told that little time is left.
    pub warned_at: Option<Moment>,
    /// Rises with every change.
    pub revision: i64,
}

/// What a record tells: words of the officer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Where it happened.
    pub place: String,
    /// What was done.
    pub act: String,
    /// Which kinds of data.
    pub data_types: String,
    /// How much of them.
    pub data_count: String,
    /// Whom it is about, and how many.
    pub persons: String,
    /// What it may lead to.
    pub consequences: String,
    /// What was done against it.
    pub measures: String,
}

/// Whole hours from now to a moment; negative when it is past. What is left of an hour does not count.
pub fn hours_left(until: Moment, now: Moment) -> i64 {
    (until.micros() - now.micros()).div_euclid(3_600_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Day;

    #[test]
    fn an_hour_that_has_begun_is_not_counted_as_left() {
        let start = "2026-10-01".parse::<Day>().unwrap().at(0);
        let left = |seconds| hours_left(start.plus_seconds(72 * 3_600), start.plus_seconds(seconds));
        assert_eq!([left(0), left(1), left(48 * 3_600), left(72 * 3_600 - 1), left(72 * 3_600 + 1)], [72, 71, 24, 0, -1]);
    }
}
