//! The published figures of opinions, worked out again from the lives that the
//! log tells (ACCOUNTING.md §3 and §4), cell by cell.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;

use super::life::Item;
use super::log::Told;
use super::shown::Shown;
use super::{Checked, Source, json, wrong};

/// Where the figures are published.
const RESULTS: &str = "api/v1/results";
/// How many figures a cell has: eighteen counts, two shares, a target.
const FIGURES: usize = 21;

/// How many a figure of satisfaction has: two counts, share, interval, target, verdict.
const RATINGS: usize = 7;

/// What figures are asked for: all, or those of a field, an office, or a kind of respondent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    All,
    Field(String),
    Office(String),
    Respondent(String),
}

#[derive(Debug, Deserialize)]
struct Results {
    period: Period,
    feedback: Feedback,
    satisfaction: Vec<Satisfaction>,
}

#[derive(Debug, Deserialize)]
struct Period {
    to: Date,
}

/// The counts of a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
struct Counts {
    received: u64,
    answered_on_time: u64,
    answered_late: u64,
    open_in_time: u64,
    overdue: u64,
    merged: u64,
    out_of_scope: u64,
    spam: u64,
    redirected: u64,
    sealed: u64,
    withdrawn: u64,
    due: u64,
    answered_of_due: u64,
    on_time_of_due: u64,
    out_after_due: u64,
    reply_yes: u64,
    reply_no: u64,
    reply_none: u64,
    grouped: u64,
    within_first: u64,
    forwarded_once: u64,
    forwarded_twice: u64,
    appealed: u64,
    appeal_answered: u64,
}

#[derive(Debug, Deserialize)]
struct Feedback {
    #[serde(flatten)]
    counts: Counts,
    #[serde(deserialize_with = "named")]
    answered_share: Option<f64>,
    #[serde(deserialize_with = "named")]
    on_time_share: Option<f64>,
    #[serde(deserialize_with = "named")]
    target: Option<f64>,
}

/// It may be null, but not missing.
fn named<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<f64>, D::Error> {
    Option::deserialize(value)
}

#[derive(Debug, Deserialize)]
struct Listed {
    code: String,
}

/// What tells which cells an opinion counts in.
#[derive(Clone, Copy)]
struct Placed<'a> {
    field: Option<&'a str>,
    office: Option<&'a str>,
    respondent: Option<&'a str>,
}

impl<'a> From<&'a Item> for Placed<'a> {
    fn from(item: &'a Item) -> Self {
        Self { field: item.field.as_deref(), office: item.office.as_deref(), respondent: item.respondent.as_deref() }
    }
}

impl<'a> From<&'a Shown> for Placed<'a> {
    fn from(shown: &'a Shown) -> Self {
        Self { field: shown.field.as_deref(), office: shown.office.as_deref(), respondent: shown.respondent.as_deref() }
    }
}

impl Asked {
    fn query(&self) -> String {
        match self {
            Self::All => RESULTS.to_owned(),
            Self::Field(field) => format!("{RESULTS}?field={field}"),
            Self::Office(office) => format!("{RESULTS}?office={office}"),
            Self::Respondent(kind) => format!("{RESULTS}?respondent={kind}"),
        }
    }

    /// Every figure of satisfaction that the site is to show, by sample, scope, field and respondent.
    fn figures(&self) -> impl Iterator<Item = (&str, &str, Option<&str>, Option<&str>)> {
        let tracked = ["land", "construction", "investment"];
        let scopes: Vec<(&str, Option<&str>)> = match self {
            Self::Field(field) => vec![(field.as_str(), Some(field.as_str()))],
            // At an office the tracked groups are fields of the same name.
            Self::Office(_) => [("overall", None)].into_iter().chain(tracked.map(|group| (group, Some(group)))).collect(),
            Self::All | Self::Respondent(_) => [("overall", None)].into_iter().chain(tracked.map(|group| (group, None))).collect(),
        };
        let respondent = if let Self::Respondent(kind) = self { Some(kind.as_str()) } else { None };
        ["verified", "drawn", "open"]
            .into_iter()
            .flat_map(move |sample| scopes.clone().into_iter().map(move |(scope, field)| (sample, scope, field, respondent)))
    }

    /// Is an item in this cell? Field and respondent at receipt; the office in charge, or who counts in its place.
    fn has(&self, item: Placed<'_>, told: &Told) -> bool {
        match self {
            Self::All => true,
            Self::Field(field) => item.field == Some(field.as_str()),
            Self::Respondent(kind) => item.respondent == Some(kind.as_str()),
            Self::Office(office) => {
                let mut counting = item.office;
                // Nobody succeeds themselves; a chain ends.
                for _ in 0..20 {
                    counting = counting.map(|office| told.successors.get(office).map_or(office, String::as_str));
                }
                counting == Some(office.as_str())
            }
        }
    }
}

impl Asked {
    /// All that is published.
    pub(super) fn all(source: &Source) -> Checked<Vec<Self>> {
        let mut asked = vec![Self::All];
        asked.extend(listed(source, "fields")?.into_iter().map(Self::Field));
        asked.extend(listed(source, "offices")?.into_iter().map(Self::Office));
        asked.extend(["citizen", "enterprise", "organisation"].map(|kind| Self::Respondent(kind.to_owned())));
        Ok(asked)
    }

    /// Compares every figure of opinions with what the log tells, and with those that wait for their hour. Returns how many there are.
    pub(super) fn compare(&self, source: &Source, told: &Told, waiting: &[Shown]) -> Checked<usize> {
        let what = self.query();
        let Results { period, feedback, satisfaction } = json(source, &what)?;
        if period.to != told.day {
            return wrong(format!("{what} is of {}, and the log stands at {}", period.to, told.day));
        }
        let mut counts = Counts::of(told.items.values().map(Box::as_ref).filter(|item| self.has((*item).into(), told)), period.to);
        for shown in waiting.iter().filter(|shown| !shown.is_told(told) && self.has((*shown).into(), told)) {
            // Its deadline is still to come.
            counts.received += 1;
            *counts.class(&shown.class) += 1;
        }
        let (said, logged) = (feedback.counts.named(), counts.named());
        if let Some(((name, said), (_, logged))) = said.iter().zip(&logged).find(|(said, logged)| said != logged) {
            return wrong(format!("{what} says that {name} is {said}; the log says {logged}"));
        }
        if satisfaction.iter().map(Satisfaction::about).ne(self.figures()) {
            return wrong(format!("{what} does not have each figure of satisfaction once"));
        }
        for figure in satisfaction {
            figure.is_judged(&what, told, period.to)?;
            figure.holds(&what, told.ratings.get(&figure.cells(self)).copied())?;
        }
        for (name, said, part) in
            [("answered_share", feedback.answered_share, counts.answered_of_due), ("on_time_share", feedback.on_time_share, counts.on_time_of_due)]
        {
            // The quotient of two whole numbers has one nearest value.
            let share = (counts.due > 0).then(|| part as f64 / counts.due as f64);
            if said != share {
                return wrong(format!("{what} says that {name} is {}; by the log it is {}", plain(said), plain(share)));
            }
        }
        let target = told.target(period.to.year(), "answered");
        if feedback.target != target {
            return wrong(format!("{what} names the target {}; by the log it is {}", plain(feedback.target), plain(target)));
        }
        Ok(FIGURES)
    }

    /// Compares every figure of satisfaction up to the last half-month that is closed with the sum of what was released. Returns how many there are.
    pub(super) fn compare_satisfaction(&self, source: &Source, told: &Told) -> Checked<usize> {
        let Some(to) = told.closed_to else { return Ok(0) };
        let query = self.query();
        let path = format!("{query}{}to={to}", if query.contains('?') { '&' } else { '?' });
        let said: Satisfactions = json(source, &path)?;
        if said.satisfaction.iter().map(Satisfaction::about).ne(self.figures()) {
            return wrong(format!("{path} does not have each figure of satisfaction once"));
        }
        for figure in &said.satisfaction {
            let sum = told.ratings.get(&figure.cells(self)).copied();
            let (n, satisfied) = (sum.map(|(n, _)| n), sum.map(|(_, satisfied)| satisfied));
            if (figure.n, figure.satisfied) != (n, satisfied) {
                return wrong(format!(
                    "{path} says of {} ({}) {} satisfied of {}; by the half-months in the log it is {} of {}",
                    figure.scope,
                    figure.sample,
                    plain(figure.satisfied),
                    plain(figure.n),
                    plain(satisfied),
                    plain(n)
                ));
            }
            figure.is_judged(&path, told, to)?;
        }
        Ok(said.satisfaction.len() * RATINGS)
    }
}

/// A figure as people write it.
fn plain<T: std::fmt::Display>(figure: Option<T>) -> String {
    figure.map_or_else(|| "nothing".to_owned(), |figure| figure.to_string())
}

/// One figure of satisfaction.
#[derive(Debug, Deserialize)]
struct Satisfaction {
    scope: String,
    field: Option<String>,
    sample: String,
    respondent: Option<String>,
    n: Option<u64>,
    satisfied: Option<u64>,
    #[serde(deserialize_with = "named")]
    share: Option<f64>,
    #[serde(deserialize_with = "named")]
    low: Option<f64>,
    #[serde(deserialize_with = "named")]
    high: Option<f64>,
    #[serde(deserialize_with = "named")]
    target: Option<f64>,
    verdict: String,
}

#[derive(Debug, Deserialize)]
struct Satisfactions {
    satisfaction: Vec<Satisfaction>,
}

impl Satisfaction {
    /// What it is about: sample, scope, field, respondent.
    fn about(&self) -> (&str, &str, Option<&str>, Option<&str>) {
        (&self.sample, &self.scope, self.field.as_deref(), self.respondent.as_deref())
    }

    /// Do share, interval and verdict follow from its counts and a target of the log?
    fn is_judged(&self, path: &str, told: &Told, on: Date) -> Checked<()> {
        let wanted = Judged::of(self.n.zip(self.satisfied), self.target);
        if !wanted.is(self) {
            return wrong(format!(
                "{path} gives {} ({}) a share of {} from {} to {} and the verdict {}; from its counts it is {} from {} to {}, {}",
                self.scope,
                self.sample,
                plain(self.share),
                plain(self.low),
                plain(self.high),
                self.verdict,
                plain(wanted.share),
                plain(wanted.low),
                plain(wanted.high),
                wanted.verdict
            ));
        }
        // A field without a target group of its own name has that of its group, or the overall one.
        let own = told.target(on.year(), &self.scope);
        let targets =
            own.map_or_else(|| ["overall", "land", "construction", "investment"].map(|scope| told.target(on.year(), scope)).to_vec(), |own| vec![Some(own)]);
        if !targets.contains(&self.target) {
            let known: Vec<String> = targets.into_iter().map(plain).collect();
            return wrong(format!("{path} holds {} against the target {}; in the log it is {}", self.scope, plain(self.target), known.join(" or ")));
        }
        Ok(())
    }

    /// Does it hold at least what the half-months that are closed released? What is open can only add to it.
    fn holds(&self, path: &str, released: Option<(u64, u64)>) -> Checked<()> {
        let Some((n, satisfied)) = released else { return Ok(()) };
        let (said, pleased) = self.n.zip(self.satisfied).unwrap_or((0, 0));
        if pleased >= satisfied && said.saturating_sub(pleased) >= n - satisfied.min(n) {
            return Ok(());
        }
        wrong(format!(
            "{path} says of {} ({}) {} satisfied of {}; the closed half-months alone released {satisfied} of {n}",
            self.scope,
            self.sample,
            plain(self.satisfied),
            plain(self.n)
        ))
    }

    /// The cells that it sums.
    fn cells(&self, asked: &Asked) -> (String, String, String) {
        let scope = match (asked, &self.field) {
            (Asked::Office(office), None) => format!("office:{office}"),
            (Asked::Office(office), Some(field)) => format!("office:{office}/{field}"),
            (_, Some(field)) => format!("field:{field}"),
            (_, None) if self.scope == "overall" => "all".to_owned(),
            (_, None) => format!("group:{}", self.scope),
        };
        (self.sample.clone(), scope, self.respondent.clone().unwrap_or_else(|| "all".to_owned()))
    }
}

/// Share, interval and verdict (ACCOUNTING.md §5).
#[derive(Debug)]
struct Judged {
    share: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    verdict: &'static str,
}

impl Judged {
    /// Of valid and satisfied ratings, against a target.
    fn of(sum: Option<(u64, u64)>, target: Option<f64>) -> Self {
        /// The normal quantile of a two-sided 95% interval.
        const Z: f64 = 1.959_963_984_540_054;
        let Some((n, satisfied)) = sum.map(|(n, satisfied)| (n as f64, satisfied as f64)) else {
            return Self { share: None, low: None, high: None, verdict: "not_enough" };
        };
        let share = satisfied / n;
        let centre = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let (low, high) = ((centre - half).max(0.0), (centre + half).min(1.0));
        let verdict = match target {
            None => "not_enough",
            Some(target) if low >= target => "met",
            Some(target) if high < target => "missed",
            Some(target) if share >= target => "likely_met",
            Some(_) => "likely_missed",
        };
        Self { share: Some(share), low: Some(low), high: Some(high), verdict }
    }

    /// Does the site say so? The quotient of two whole numbers has one nearest value; the interval is the same to the twelfth place.
    fn is(&self, said: &Satisfaction) -> bool {
        let near = |a: Option<f64>, b: Option<f64>| a.zip(b).map_or(a.is_none() && b.is_none(), |(a, b)| (a - b).abs() < 1e-12);
        said.share == self.share && near(said.low, self.low) && near(said.high, self.high) && said.verdict == self.verdict
    }
}

impl Counts {
    fn named(&self) -> [(&'static str, u64); 24] {
        [
            ("received", self.received),
            ("answered_on_time", self.answered_on_time),
            ("answered_late", self.answered_late),
            ("open_in_time", self.open_in_time),
            ("overdue", self.overdue),
            ("merged", self.merged),
            ("out_of_scope", self.out_of_scope),
            ("spam", self.spam),
            ("redirected", self.redirected),
            ("sealed", self.sealed),
            ("withdrawn", self.withdrawn),
            ("due", self.due),
            ("answered_of_due", self.answered_of_due),
            ("on_time_of_due", self.on_time_of_due),
            ("out_after_due", self.out_after_due),
            ("reply_yes", self.reply_yes),
            ("reply_no", self.reply_no),
            ("reply_none", self.reply_none),
            ("grouped", self.grouped),
            ("within_first", self.within_first),
            ("forwarded_once", self.forwarded_once),
            ("forwarded_twice", self.forwarded_twice),
            ("appealed", self.appealed),
            ("appeal_answered", self.appeal_answered),
        ]
    }

    fn class(&mut self, class: &str) -> &mut u64 {
        match class {
            "answered_on_time" => &mut self.answered_on_time,
            "answered_late" => &mut self.answered_late,
            "open_in_time" => &mut self.open_in_time,
            "overdue" => &mut self.overdue,
            "merged" => &mut self.merged,
            "out_of_scope" => &mut self.out_of_scope,
            "spam" => &mut self.spam,
            "redirected" => &mut self.redirected,
            "sealed" => &mut self.sealed,
            _ => &mut self.withdrawn,
        }
    }

    fn of<'a>(items: impl Iterator<Item = &'a Item>, on: Date) -> Self {
        let mut counts = Self::default();
        for item in items {
            counts.received += 1;
            let class = item.class(on);
            *counts.class(class) += 1;
            if item.due_on.is_some_and(|due| due < on) && matches!(class, "answered_on_time" | "answered_late" | "overdue") {
                counts.due += 1;
                counts.answered_of_due += u64::from(class != "overdue");
                counts.on_time_of_due += u64::from(class == "answered_on_time");
            }
            if class.starts_with("answered") {
                counts.reply_yes += u64::from(item.reply == Some("yes"));
                counts.reply_no += u64::from(item.reply == Some("no"));
                counts.reply_none += u64::from(item.reply == Some("none"));
                counts.grouped += u64::from(item.grouped);
                counts.within_first += u64::from(item.answered_on().zip(item.first_due_on).is_some_and(|(on, due)| on <= due));
                counts.appealed += u64::from(item.appeal.is_some());
                counts.appeal_answered += u64::from(item.appeal == Some(true));
            }
            counts.forwarded_once += u64::from(item.forwards == 1);
            counts.forwarded_twice += u64::from(item.forwards > 1);
            let went_late = item.due_on.zip(item.out_on).is_some_and(|(due, out)| out > due);
            counts.out_after_due += u64::from(went_late && matches!(class, "merged" | "out_of_scope" | "spam" | "redirected"));
        }
        counts
    }
}

fn listed(source: &Source, what: &str) -> Checked<BTreeSet<String>> {
    let mut lists: BTreeMap<String, Vec<Listed>> = json(source, &format!("api/v1/{what}"))?;
    Ok(lists.remove(what).unwrap_or_default().into_iter().map(|listed| listed.code).collect())
}
