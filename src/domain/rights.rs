//! What people may ask about their data, and until when they must be answered
//! (DOMAIN.md §3.1: Luật 91/2025/QH15, NĐ 356/2025/NĐ-CP Điều 5). The terms are
//! data with their source and dates; here is only how they are counted.

use serde::Deserialize;

use super::calendar::Calendar;
use super::coded::words;
use super::time::{Day, Moment};

words! {
    /// A right over one's data.
    Right {
        /// To see what is kept, and to have a copy.
        View = "view",
        /// To have the contact corrected.
        Correct = "correct",
        /// To withdraw consent to a purpose.
        Withdraw = "withdraw",
        /// To have the contact deleted.
        Forget = "forget",
        /// To have the words deleted.
        Delete = "delete",
        /// To have the use of the words restricted: they are not shown in public.
        Restrict = "restrict",
        /// To object to any further use: not shown in public, and the contact deleted.
        Object = "object",
    }
}

impl Right {
    /// Somebody has to look at it; the others take effect at once.
    pub const fn is_decided(self) -> bool {
        match self {
            Self::Correct | Self::Delete | Self::Restrict | Self::Object => true,
            Self::View | Self::Withdraw | Self::Forget => false,
        }
    }
}

words! {
    /// Where a request stands.
    RequestState {
        /// It came in.
        Asked = "asked",
        /// The sender was told that somebody works on it.
        Acknowledged = "acknowledged",
        /// It was done.
        Done = "done",
        /// It was refused, with a reason of the published list.
        Refused = "refused",
    }
}

words! {
    /// What is told about a request.
    RequestStep {
        /// It came in.
        Asked = "asked",
        /// Somebody works on it.
        Acknowledged = "acknowledged",
        /// It takes longer, once.
        Extended = "extended",
        /// It was done.
        Done = "done",
        /// It was refused.
        Refused = "refused",
    }
}

words! {
    /// What a term is counted in.
    Unit {
        /// Working days of the calendar.
        WorkingDays = "working_days",
        /// Calendar days.
        Days = "days",
        /// Hours.
        Hours = "hours",
    }
}

/// One term of the law: a row of `data/rights.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Term {
    /// A right, `any` for every right, or `breach`.
    pub subject: String,
    /// `acknowledge`, `act`, `extend`, `notify`, `warn`.
    pub step: String,
    /// How many.
    pub amount: u16,
    /// Of what.
    pub unit: Unit,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day, if it ended.
    pub valid_to: Option<Day>,
    /// Where it stands in the law.
    pub source: String,
}

/// All terms.
#[derive(Debug, Clone, Default)]
pub struct Terms(pub Vec<Term>);

impl Terms {
    /// The term in force on a day.
    pub fn term(&self, subject: &str, step: &str, on: Day) -> Option<&Term> {
        let in_force = |term: &&Term| term.step == step && term.valid_from <= on && term.valid_to.is_none_or(|last| on <= last);
        let of = |wanted: &str| self.0.iter().filter(in_force).filter(|term| term.subject == wanted).max_by_key(|term| term.valid_from);
        of(subject).or_else(|| of("any"))
    }

    /// The last day for a step that begins on a day; the first day never counts.
    ///
    /// The law says working days of the acknowledgement alone (DOMAIN.md §3.1), so the
    /// other terms are calendar days. One that ends on a day off is not moved to the
    /// next working day: earlier keeps every reading of the law.
    pub fn until(&self, right: Right, step: &str, start: Day, calendar: &Calendar) -> Option<Day> {
        let term = self.term(right.as_str(), step, start)?;
        match term.unit {
            Unit::WorkingDays => Some(calendar.add(start, u32::from(term.amount), true)),
            Unit::Days => Some(start.plus(i32::from(term.amount))),
            Unit::Hours => None,
        }
    }

    /// The moment so many hours after another.
    pub fn hours_after(&self, subject: &str, step: &str, start: Moment) -> Option<Moment> {
        let term = self.term(subject, step, start.day()).filter(|term| term.unit == Unit::Hours)?;
        Some(start.plus_seconds(i64::from(term.amount) * 3_600))
    }
}

/// A request, or what was done at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its number.
    pub id: i64,
    /// The opinion.
    pub serial: super::words::Serial,
    /// What is asked.
    pub right: Right,
    /// The purpose that consent was withdrawn for.
    pub purpose: Option<super::words::Purpose>,
    /// Where it stands.
    pub state: RequestState,
    /// When it came in.
    pub asked_at: Moment,
    /// The last day to acknowledge it.
    pub acknowledge_by: Option<Day>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<Moment>,
    /// The last day to act.
    pub act_by: Option<Day>,
    /// The day on which the last day was moved; once.
    pub extended_on: Option<Day>,
    /// When it was done or refused.
    pub ended_at: Option<Moment>,
    /// What the sender wrote beside it.
    pub words: Option<String>,
    /// The corrected contact, encrypted.
    pub sealed: Option<String>,
    /// Why it was refused: a code of the list `rights_refuse`.
    pub reason: Option<super::words::Ground>,
    /// Words beside a refusal or an extension.
    pub note: Option<String>,
}

impl Request {
    /// Does it still wait for somebody?
    pub fn is_open(&self) -> bool {
        match self.state {
            RequestState::Asked | RequestState::Acknowledged => true,
            RequestState::Done | RequestState::Refused => false,
        }
    }

    /// The nearest last day that is still to be kept.
    pub fn next_due(&self) -> Option<Day> {
        match self.state {
            RequestState::Asked => self.acknowledge_by.min(self.act_by).or(self.act_by),
            RequestState::Acknowledged => self.act_by,
            RequestState::Done | RequestState::Refused => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(subject: &str, step: &str, amount: u16, unit: Unit, from: &str, to: Option<&str>) -> Term {
        let valid_from = from.parse().unwrap();
        Term {
            subject: subject.to_owned(),
            step: step.to_owned(),
            amount,
            unit,
            valid_from,
            valid_to: to.map(|day| day.parse().unwrap()),
            source: String::new(),
        }
    }

    #[test]
    fn only_the_acknowledgement_counts_working_days() {
        let terms =
            Terms(vec![term("any", "acknowledge", 2, Unit::WorkingDays, "2026-01-01", None), term("delete", "act", 20, Unit::Days, "2026-01-01", None)]);
        // A Friday.
        let (friday, calendar) = ("2026-10-02".parse().unwrap(), Calendar::default());
        let until = |right, step| terms.until(right, step, friday, &calendar).map(|day| day.to_string());
        assert_eq!(until(Right::Delete, "acknowledge").as_deref(), Some("2026-10-06"));
        assert_eq!(until(Right::Delete, "act").as_deref(), Some("2026-10-22"));
        assert_eq!(until(Right::View, "act"), None);
    }

    #[test]
    fn a_term_of_the_law_that_ended_counts_no_more() {
        let terms = Terms(vec![
            term("breach", "notify", 72, Unit::Hours, "2026-01-01", Some("2026-12-31")),
            term("breach", "notify", 24, Unit::Hours, "2027-01-01", None),
        ]);
        let hours = |day: &str| {
            let start = day.parse::<Day>().unwrap().at(0);
            terms.hours_after("breach", "notify", start).map(|end| (end.micros() - start.micros()) / 3_600_000_000)
        };
        assert_eq!((hours("2025-12-31"), hours("2026-12-31"), hours("2027-01-01")), (None, Some(72), Some(24)));
    }
}
