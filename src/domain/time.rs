//! Days and moments. A day is a calendar day in Asia/Ho_Chi_Minh (UTC+7, no
//! daylight saving: DOMAIN.md §4); a moment is an instant in microseconds, UTC.
//! Nothing here asks what time it is.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// A calendar day in Asia/Ho_Chi_Minh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// The days that can be written: beyond them a date is a typing error, and
/// arithmetic on them can't overflow.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;

impl Day {
    /// The day, if it exists and lies between 1900 and 2200.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().filter(|d| YEARS.contains(&d.year())).map(Self)
    }

    /// As people type it: `1/10/2026` as it stands on the pages, or `2026-10-01` as browsers send it.
    pub fn typed(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut parts = text.split(['/', '.']);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(day), Some(month), Some(year), None) => Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?),
            _ => text.parse().ok(),
        }
    }

    /// The next day.
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The day `days` later (or earlier, when negative); stays within what a date can hold.
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days.days()))
    }

    /// Whole days from `earlier` to this day.
    pub fn days_since(self, earlier: Self) -> i32 {
        self.0.since(earlier.0).map_or(0, |span| span.get_days())
    }

    /// Saturday or Sunday.
    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), Weekday::Saturday | Weekday::Sunday)
    }

    /// 1 for Monday to 7 for Sunday.
    pub fn weekday(self) -> u8 {
        self.0.weekday().to_monday_one_offset().unsigned_abs()
    }

    /// The year, as 2026.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// The last day of this day's month.
    pub fn end_of_month(self) -> Self {
        Self(self.0.last_of_month())
    }

    /// The moment at which the day begins in Asia/Ho_Chi_Minh, plus `seconds`.
    pub fn at(self, seconds: i32) -> Moment {
        let start = vietnam().to_zoned(self.0.at(0, 0, 0, 0)).map_or(Timestamp::UNIX_EPOCH, |z| z.timestamp());
        Moment(start).plus_seconds(i64::from(seconds))
    }
}

impl fmt::Display for Day {
    /// As ISO 8601, `2026-10-01`: for databases and the ledger. People read `i18n`'s.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl FromStr for Day {
    type Err = super::error::UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || super::error::UnknownWord { list: "Day", word: text.chars().take(40).collect() };
        if text.len() != 10 {
            return Err(unknown());
        }
        let date: Date = text.parse().map_err(|_| unknown())?;
        Self::new(date.year(), date.month(), date.day()).ok_or_else(unknown)
    }
}

impl serde::Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An instant, in whole microseconds, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Timestamp);

impl Moment {
    /// The moment `micros` microseconds after 1970-01-01T00:00:00Z; the
    /// beginning of that day when out of range.
    pub fn from_micros(micros: i64) -> Self {
        Self(Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// The calendar day in Asia/Ho_Chi_Minh.
    pub fn day(self) -> Day {
        Day(self.0.to_zoned(vietnam()).date())
    }

    /// Hour and minute in Asia/Ho_Chi_Minh, 24-hour clock.
    pub fn hour_minute(self) -> (i8, i8) {
        let local = self.0.to_zoned(vietnam());
        (local.hour(), local.minute())
    }

    /// As clocks in Vietnam say it, to the second: `2026-10-01T09:03:04+07:00`.
    pub fn in_vietnam(self) -> String {
        self.0.to_zoned(vietnam()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// The moment `seconds` later, or earlier when negative.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_micros(self.micros().saturating_add(seconds.saturating_mul(1_000_000)))
    }
}

impl fmt::Display for Moment {
    /// Fixed width and UTC, so that text order is time order: `2026-10-01T02:03:04.000005Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.0)
    }
}

impl FromStr for Moment {
    type Err = super::error::UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Timestamp>()
            .map(|t| Self::from_micros(t.as_microsecond()))
            .map_err(|_| super::error::UnknownWord { list: "Moment", word: text.chars().take(40).collect() })
    }
}

fn vietnam() -> TimeZone {
    TimeZone::fixed(Offset::constant(7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_vietnam() {
        let day: Day = "2026-10-01".parse().unwrap();
        assert_eq!(day.at(0).to_string(), "2026-09-30T17:00:00.000000Z");
        assert_eq!(day.at(0).day(), day);
        assert_eq!(day.at(-1).day(), day.plus(-1));
        assert_eq!(day.at(86_399).hour_minute(), (23, 59));
        assert_eq!(day.at(32_584).in_vietnam(), "2026-10-01T09:03:04+07:00");
    }

    #[test]
    fn a_day_is_read_as_pages_show_it_and_as_browsers_send_it() {
        let first = Day::new(2026, 10, 1);
        for typed in ["01/10/2026", "1/10/2026", " 1.10.2026 ", "2026-10-01"] {
            assert_eq!(Day::typed(typed), first, "{typed}");
        }
        for other in ["", "10/2026", "31/02/2026", "1/10/26", "2026/10/01", "1/10/2026/1", "hôm nay"] {
            assert_eq!(Day::typed(other), None, "{other}");
        }
    }

    #[test]
    fn a_day_that_is_not_in_the_calendar_is_refused() {
        for text in ["2026-02-29", "2026-13-01", "2026-1-1", "", "20261001", "2026-10-01T00", "0001-01-01"] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
