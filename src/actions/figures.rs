//! The figures that anybody may check: satisfaction as released, and the
//! identity of opinions, live (ACCOUNTING.md §3 to §5).

use std::collections::BTreeMap;

use super::Tx;
use crate::domain::accounting::Counts;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::satisfaction::{Ratio, Verdict};
use crate::domain::tally::{Half, Shown, guard};
use crate::domain::time::Day;
use crate::domain::words::{FieldCode, OfficeCode, Respondent, Sample};
use crate::store;
use crate::store::feedback::Filter;
use crate::store::tally::Wanted;

/// The target groups that the plans track on their own.
pub const TRACKED: [&str; 3] = ["land", "construction", "investment"];

/// What is asked for. Empty chooses everything.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub to: Option<Day>,
    /// One field.
    pub field: Option<FieldCode>,
    /// One office.
    pub office: Option<OfficeCode>,
    /// One kind of respondent.
    pub respondent: Option<Respondent>,
    /// One sample; without it each of them, never pooled.
    pub sample: Option<Sample>,
}

/// The period as asked and, for ratings, as widened to half-months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First day asked for.
    pub from: Option<Day>,
    /// Last day asked for, or today.
    pub to: Day,
    /// First day that ratings are counted from.
    pub ratings_from: Option<Day>,
    /// Last day that ratings are counted to.
    pub ratings_to: Day,
}

/// One figure of satisfaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// `overall`, or a target group, or a field.
    pub scope: String,
    /// The field, when it is about one.
    pub field: Option<FieldCode>,
    /// The sample.
    pub sample: Sample,
    /// The respondents.
    pub respondent: Option<Respondent>,
    /// Satisfied and valid answers; withheld when there are too few.
    pub shown: Shown,
    /// The target in hundredths of a per cent.
    pub target: Option<u32>,
    /// What it says against the target.
    pub verdict: Verdict,
}

/// Everything that the results page shows.
#[derive(Debug, Clone)]
pub struct Results {
    /// The period.
    pub period: Period,
    /// Satisfaction: overall, then each tracked group; or the field asked for.
    pub satisfaction: Vec<Figure>,
    /// The identity.
    pub feedback: Counts,
    /// The target of answers in hundredths of a per cent.
    pub answered_target: Option<u32>,
}

/// The offices that count as one on a day: it, and those that it succeeded.
pub fn counted_offices(tx: &Tx<'_>, office: &OfficeCode) -> Vec<String> {
    tx.catalogue.offices.iter().filter(|o| tx.catalogue.offices.counting(&o.code, tx.today) == office).map(|o| o.code.to_string()).collect()
}

/// The filter over opinions that a question asks for.
pub fn filter(tx: &Tx<'_>, asked: &Asked) -> Filter {
    Filter {
        field: asked.field.as_ref().map(ToString::to_string),
        offices: asked.office.as_ref().map(|o| counted_offices(tx, o)),
        respondent: asked.respondent.map(|r| r.to_string()),
        from: asked.from,
        to: asked.to,
        ..Filter::default()
    }
}

/// Works the figures out.
///
/// # Errors
/// Names a field or office that is unknown, and a period that ends before it begins.
pub fn results(tx: &mut Tx<'_>, asked: &Asked) -> Result<Results, Problem> {
    let mut faults = Vec::new();
    if asked.field.as_ref().is_some_and(|f| tx.catalogue.field(f).is_none()) {
        faults.push(Fault::new("/field", "unknown_field"));
    }
    if asked.office.as_ref().is_some_and(|o| tx.catalogue.offices.get(o).is_none()) {
        faults.push(Fault::new("/office", "unknown_office"));
    }
    let to = asked.to.unwrap_or(tx.today);
    if asked.from.is_some_and(|from| from > to) {
        faults.push(Fault::new("/to", "ends_before_it_begins"));
    }
    if !faults.is_empty() {
        return Err(Problem::Invalid(faults));
    }
    let half_from = asked.from.map(Half::of);
    let half_to = Half::of(to);
    let period = Period { from: asked.from, to, ratings_from: half_from.map(Half::first), ratings_to: half_to.last() };
    let samples: Vec<Sample> = asked.sample.map_or_else(|| vec![Sample::Verified, Sample::Drawn, Sample::Open], |s| vec![s]);
    let mut satisfaction = Vec::new();
    for sample in samples {
        satisfaction.extend(figures(tx, asked, sample, half_from, half_to)?);
    }
    let mut opinions = filter(tx, asked);
    opinions.to = Some(to);
    let feedback = store::counts::counts(tx.conn, &opinions, tx.today)?;
    if !feedback.identity_holds() {
        return Err(Problem::Internal("the accounting identity does not hold".to_owned()));
    }
    Ok(Results { period, satisfaction, feedback, answered_target: tx.catalogue.target(to.year(), "answered") })
}

/// A cell's sum over the span: released, and whether anybody rated at all.
type Sums = BTreeMap<(String, String), (Ratio, bool)>;

fn figures(tx: &mut Tx<'_>, asked: &Asked, sample: Sample, from: Option<Half>, to: Half) -> Result<Vec<Figure>, Problem> {
    let catalogue = tx.catalogue.clone();
    let mut questions = Vec::new();
    let mut satisfied_from = BTreeMap::new();
    for survey in catalogue.surveys() {
        if let Some((question, scale)) = survey.definition.headline().and_then(|q| q.scale.map(|s| (q, s))) {
            let address = (survey.slug.to_string(), question.id.to_string());
            satisfied_from.insert(address.clone(), scale.satisfied_from);
            questions.push(address);
        }
    }
    let name = |field: Option<&str>| match (&asked.office, field) {
        (None, None) => "all".to_owned(),
        (None, Some(field)) => format!("field:{field}"),
        (Some(office), None) => format!("office:{office}"),
        (Some(office), Some(field)) => format!("office:{office}/{field}"),
    };
    // Every cell that a shown figure could be subtracted from, or a hidden one be had by.
    let mut scopes: Vec<String> = vec![name(None)];
    scopes.extend(catalogue.fields.iter().map(|f| name(Some(f.code.as_str()))));
    if asked.office.is_none() {
        scopes.extend(TRACKED.iter().map(|g| format!("group:{g}")));
    }
    let mut respondents: Vec<String> = Respondent::ALL.iter().map(ToString::to_string).collect();
    respondents.push("all".to_owned());
    let wanted = Wanted { questions: &questions, sample, scopes: &scopes, respondents: &respondents, from, to: Some(to) };
    let mut sums: Sums = BTreeMap::new();
    for stored in store::tally::span(tx.conn, &wanted)? {
        let from = satisfied_from.get(&(stored.questionnaire.clone(), stored.question.clone())).copied().unwrap_or(u8::MAX);
        let (ratio, rated) = sums.entry((stored.scope, stored.respondent)).or_default();
        *ratio += stored.cell.ratio(from);
        *rated |= stored.cell.total() > 0;
    }

    let respondent = asked.respondent.map_or("all", Respondent::as_str);
    let year = asked.to.unwrap_or(tx.today).year();
    let threshold = catalogue.threshold;
    let show = |scope: &str, field: Option<&FieldCode>| -> Shown {
        let get = |scope: &str, respondent: &str| sums.get(&(scope.to_owned(), respondent.to_owned())).copied().unwrap_or_default();
        let mut shown = guard(&[get(scope, respondent)], threshold).first().copied().unwrap_or(Shown::Withheld);
        // Respondent kinds in all.
        if let Some(kind) = asked.respondent {
            let parts: Vec<_> = Respondent::ALL.iter().map(|r| get(scope, r.as_str())).collect();
            let at = Respondent::ALL.iter().position(|r| *r == kind).unwrap_or(0);
            shown = strict(shown, guard(&parts, threshold).get(at).copied());
        }
        // Fields in their group.
        if let Some(field) = field.and_then(|f| catalogue.field(f)) {
            let siblings: Vec<_> = catalogue.fields.iter().filter(|f| f.group == field.group).collect();
            let parts: Vec<_> = siblings.iter().map(|f| get(&name(Some(f.code.as_str())), respondent)).collect();
            let at = siblings.iter().position(|f| f.code == field.code).unwrap_or(0);
            shown = strict(shown, guard(&parts, threshold).get(at).copied());
        }
        shown
    };
    let figure = |scope: &str, cell: &str, field: Option<FieldCode>| {
        let shown = show(cell, field.as_ref());
        let target = catalogue.target(year, scope);
        let verdict = match (shown.ratio(), target) {
            (Some(ratio), Some(target)) => ratio.verdict(target, threshold),
            _ => Verdict::NotEnough,
        };
        Figure { scope: scope.to_owned(), field, sample, respondent: asked.respondent, shown, target, verdict }
    };
    Ok(match &asked.field {
        Some(field) => {
            let group = catalogue.field(field).map_or("overall", |f| if TRACKED.contains(&f.group.as_str()) { f.group.as_str() } else { "overall" });
            vec![Figure { scope: field.to_string(), ..figure(group, &name(Some(field.as_str())), Some(field.clone())) }]
        }
        None => {
            let mut rows = vec![figure("overall", &name(None), None)];
            for group in TRACKED {
                match &asked.office {
                    None => rows.push(figure(group, &format!("group:{group}"), None)),
                    // At an office there are cells by field; the tracked groups are fields of the same name.
                    Some(_) => {
                        let field: FieldCode = group.parse().map_err(|_| Problem::Refused(Code::NotKept))?;
                        if catalogue.field(&field).is_some() {
                            rows.push(figure(group, &name(Some(group)), Some(field)));
                        }
                    }
                }
            }
            rows
        }
    })
}

/// The stricter of two decisions.
fn strict(one: Shown, other: Option<Shown>) -> Shown {
    match (one, other) {
        (Shown::Withheld, _) | (_, Some(Shown::Withheld)) => Shown::Withheld,
        (shown, _) => shown,
    }
}

/// The job at the end of a half-month: released counts catch up once more. Returns how many cells did.
pub fn close_halves(tx: &mut Tx<'_>, since: Option<Day>) -> Result<usize, Problem> {
    store::lock(tx.conn, store::Lock::Intake)?;
    let first = Half::of(tx.today).first();
    let mut closed = 0;
    for mut stored in store::tally::of_halves_before(tx.conn, since, first)? {
        if stored.cell.release(tx.catalogue.threshold, true) {
            store::tally::set_released(tx.conn, &stored)?;
            closed += 1;
        }
    }
    Ok(closed)
}
