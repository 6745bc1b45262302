//! The published figures of opinions, worked out again from the lives that the
//! log tells (ACCOUNTING.md §3 and §4), cell by cell.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;

use super::life::Item;
use super::log::Told;
use super::{Checked, Source, Wrong, wrong};

/// Where the figures are published.
const RESULTS: &str = "api/v1/results";
/// How many figures a cell has: fifteen counts, two shares, a target.
const FIGURES: usize = 18;

/// What the site says, by what was asked.
#[derive(Debug, PartialEq)]
pub(super) struct Published(Vec<(Asked, Results)>);

/// What is chosen: nothing, a field, an office, or a kind of respondent.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    All,
    Field(String),
    Office(String),
    Respondent(String),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Results {
    period: Period,
    feedback: Feedback,
}

#[derive(Debug, PartialEq, Deserialize)]
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
}

#[derive(Debug, PartialEq, Deserialize)]
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

impl Asked {
    fn query(&self) -> String {
        match self {
            Self::All => RESULTS.to_owned(),
            Self::Field(field) => format!("{RESULTS}?field={field}"),
            Self::Office(office) => format!("{RESULTS}?office={office}"),
            Self::Respondent(kind) => format!("{RESULTS}?respondent={kind}"),
        }
    }

    /// Is an item in this cell? Field and respondent at receipt; the office in charge, or who counts in its place.
    fn has(&self, item: &Item, told: &Told) -> bool {
        match self {
            Self::All => true,
            Self::Field(field) => item.field.as_ref() == Some(field),
            Self::Respondent(kind) => item.respondent.as_ref() == Some(kind),
            Self::Office(office) => {
                let mut counting = item.office.as_ref();
                // Nobody succeeds themselves; a chain ends.
                for _ in 0..20 {
                    counting = counting.map(|office| told.successors.get(office).unwrap_or(office));
                }
                counting == Some(office)
            }
        }
    }
}

impl Published {
    /// Everything that is published of opinions.
    pub(super) fn read(source: &Source) -> Checked<Self> {
        let mut asked = vec![Asked::All];
        asked.extend(listed(source, "fields")?.into_iter().map(Asked::Field));
        asked.extend(listed(source, "offices")?.into_iter().map(Asked::Office));
        asked.extend(["citizen", "enterprise", "organisation"].map(|kind| Asked::Respondent(kind.to_owned())));
        let results = asked.into_iter().map(|asked| {
            let path = asked.query();
            Ok((asked, json(source, &path)?))
        });
        results.collect::<Checked<Vec<_>>>().map(Self)
    }

    /// Compares every figure with what the log tells. Returns how many there are.
    pub(super) fn compare(&self, told: &Told) -> Checked<usize> {
        for (asked, Results { period, feedback }) in &self.0 {
            let what = asked.query();
            if period.to < told.day {
                return wrong(format!("{what} is of {}, and the log stands at {}", period.to, told.day));
            }
            let counts = Counts::of(told.items.values().filter(|item| asked.has(item, told)), period.to);
            if counts != feedback.counts {
                return wrong(format!("{what} says {:?}; the log says {counts:?}", feedback.counts));
            }
            for (name, said, part) in
                [("answered_share", feedback.answered_share, counts.answered_of_due), ("on_time_share", feedback.on_time_share, counts.on_time_of_due)]
            {
                // The quotient of two whole numbers has one nearest value.
                let share = (counts.due > 0).then(|| part as f64 / counts.due as f64);
                if said != share {
                    return wrong(format!("{what} says that {name} is {said:?}; by the log it is {share:?}"));
                }
            }
            let target = told.targets.get(&(period.to.year(), "answered".to_owned())).map(|value| f64::from(*value) / 10_000.0);
            if feedback.target != target {
                return wrong(format!("{what} names the target {:?}; by the log it is {target:?}", feedback.target));
            }
        }
        Ok(self.0.len() * FIGURES)
    }
}

impl Counts {
    fn of<'a>(items: impl Iterator<Item = &'a Item>, on: Date) -> Self {
        let mut counts = Self::default();
        for item in items {
            counts.received += 1;
            let class = item.class(on);
            let place = match class {
                "answered_on_time" => &mut counts.answered_on_time,
                "answered_late" => &mut counts.answered_late,
                "open_in_time" => &mut counts.open_in_time,
                "overdue" => &mut counts.overdue,
                "merged" => &mut counts.merged,
                "out_of_scope" => &mut counts.out_of_scope,
                "spam" => &mut counts.spam,
                "redirected" => &mut counts.redirected,
                "sealed" => &mut counts.sealed,
                _ => &mut counts.withdrawn,
            };
            *place += 1;
            if item.due_on.is_some_and(|due| due < on) && matches!(class, "answered_on_time" | "answered_late" | "overdue") {
                counts.due += 1;
                counts.answered_of_due += u64::from(class != "overdue");
                counts.on_time_of_due += u64::from(class == "answered_on_time");
            }
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

fn json<T: serde::de::DeserializeOwned>(source: &Source, path: &str) -> Checked<T> {
    let bytes = source.at(path)?.ok_or_else(|| Wrong(format!("{path} is missing")))?;
    // Words that are passed over must be words too.
    let text = std::str::from_utf8(&bytes).map_err(|e| Wrong(format!("{path}: {e}")))?;
    serde_json::from_str(text).map_err(|e| Wrong(format!("{path}: {e}")))
}
