//! How long things are kept, as data: what, after how many days, counted from
//! what, by which source (DOMAIN.md §3.1). What has no term is listed too, with
//! the reason in its source.

use serde::Deserialize;

use super::coded::words;
use super::time::Day;

words! {
    /// What can be deleted by itself.
    Kind {
        /// How a sender can be reached.
        Contact = "contact",
        /// Files beside an opinion.
        Attachment = "attachment",
        /// A draft of an item that is out.
        Draft = "draft",
        /// Words of a request about one's data.
        RequestWords = "request_words",
        /// A session that expired.
        Session = "session",
        /// A wrong attempt to sign in, with the hash of its address.
        SignInFailure = "sign_in_failure",
        /// A letter that left.
        Letter = "letter",
        /// The encrypted address in a letter that left.
        LetterAddress = "letter_address",
    }
}

/// One rule: a row of `data/retention.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rule {
    /// What is kept: a word of [`Kind`] where something is deleted.
    pub what: String,
    /// After how many days it goes; none where it stays.
    pub days: Option<u16>,
    /// What they are counted from, as `retention.from.<word>` says it.
    pub counted_from: String,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day, if it ended.
    pub valid_to: Option<Day>,
    /// Where it comes from, and why something stays.
    pub source: String,
}

/// All rules.
#[derive(Debug, Clone, Default)]
pub struct Rules(pub Vec<Rule>);

impl Rules {
    /// Those in force on a day, in the order of the file.
    pub fn in_force(&self, on: Day) -> impl Iterator<Item = &Rule> {
        self.0.iter().filter(move |rule| rule.valid_from <= on && rule.valid_to.is_none_or(|last| on <= last))
    }

    /// What goes on a day, and whatever began before which day goes: with 90 days, what began on the 1st goes on the 92nd day.
    pub fn due(&self, on: Day) -> Vec<(Kind, Day)> {
        let due = |rule: &Rule| Some((rule.what.parse().ok()?, on.plus(-i32::from(rule.days?))));
        self.in_force(on).filter_map(due).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_counts_while_it_is_in_force_and_has_a_term() {
        let rule = |what: &str, days, from: &str, to: Option<&str>| Rule {
            what: what.to_owned(),
            days,
            counted_from: "closed".to_owned(),
            valid_from: from.parse().unwrap(),
            valid_to: to.map(|day| day.parse().unwrap()),
            source: String::new(),
        };
        let rules = Rules(vec![
            rule("contact", Some(90), "2026-01-01", Some("2026-12-31")),
            rule("contact", Some(30), "2027-01-01", None),
            rule("audit", None, "2026-01-01", None),
        ]);
        let due = |day: &str| rules.due(day.parse().unwrap()).into_iter().map(|(kind, before)| format!("{kind} {before}")).collect::<Vec<_>>();
        assert_eq!(due("2026-10-01"), ["contact 2026-07-03"]);
        assert_eq!(due("2027-01-31"), ["contact 2027-01-01"]);
        assert_eq!(rules.in_force("2026-10-01".parse().unwrap()).count(), 2);
    }
}
