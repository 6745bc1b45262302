//! The figures of the two promises, as anybody may check them.

use actix_web::web::{Json, Query, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{self, Refused};
use super::request::{Lang, Values};
use super::{BASE, at, reading};
use crate::actions::figures::{self, Asked};
use crate::domain::accounting::Counts;
use crate::domain::error::{Fault, Problem};
use crate::domain::satisfaction::Verdict;
use crate::domain::time::Day;
use crate::domain::words::{FieldCode, OfficeCode, Respondent, Sample};
use crate::http::app::Shared;

const RESULTS: &str = "/results";

/// Mounts these addresses.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at(RESULTS).route(reading().to(results)));
}

/// What figures are asked for; without a value, all.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResultsQuery {
    /// First day.
    #[param(value_type = Option<Day>)]
    from: Option<String>,
    /// Last day; without it today.
    #[param(value_type = Option<Day>)]
    to: Option<String>,
    /// One field.
    #[param(value_type = Option<FieldCode>)]
    field: Option<String>,
    /// One office.
    #[param(value_type = Option<OfficeCode>)]
    office: Option<String>,
    /// One kind of respondents.
    #[param(value_type = Option<Respondent>)]
    respondent: Option<String>,
    /// One sample; without it each of them, never added together.
    #[param(value_type = Option<Sample>)]
    sample: Option<String>,
}

impl ResultsQuery {
    fn parse(&self, today: Day) -> Result<Asked, Problem> {
        let mut values = Values::default();
        let asked = Asked {
            from: values.read("/from", "not_a_day", self.from.as_deref()),
            to: values.read("/to", "not_a_day", self.to.as_deref()),
            field: values.read("/field", "unknown_field", self.field.as_deref()),
            office: values.read("/office", "unknown_office", self.office.as_deref()),
            respondent: values.read("/respondent", "unknown_respondent", self.respondent.as_deref()),
            sample: values.read("/sample", "unknown_sample", self.sample.as_deref()),
        };
        // Without a last day it is today: then only the first can be wrong.
        if asked.to.is_none() && asked.from.is_some_and(|from| from > today) && self.to.as_deref().is_none_or(|to| to.trim().is_empty()) {
            values.refuse::<Day>(Fault::new("/from", "ends_before_it_begins"));
        }
        values.checked(asked)
    }
}

/// The figures of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct Results {
    /// The period.
    period: Period,
    /// Satisfaction: overall, then each tracked group; or the field asked for.
    satisfaction: Vec<Satisfaction>,
    /// Opinions by class, and the shares of those that were due.
    feedback: Feedback,
    /// How often a head or a supervisor asked that one of them be answered. The ledger knows nothing of it.
    pressed: u64,
}

/// The period as asked, and as widened to half-months for ratings.
#[derive(Debug, Serialize, ToSchema)]
pub struct Period {
    /// First day; null for everything.
    from: Option<Day>,
    /// Last day.
    to: Day,
    /// First day that ratings are counted from; null for everything.
    ratings_from: Option<Day>,
    /// Last day that ratings are counted to.
    ratings_to: Day,
}

/// One figure of satisfaction. Below the publication threshold its numbers are null.
#[derive(Debug, Serialize, ToSchema)]
pub struct Satisfaction {
    /// `overall`, a target group, or the field asked for.
    #[schema(example = "land")]
    scope: String,
    /// The field, when it is about one.
    field: Option<FieldCode>,
    /// The sample.
    sample: Sample,
    /// The respondents; null for all.
    respondent: Option<Respondent>,
    /// Valid answers.
    n: Option<u64>,
    /// Answers that count as satisfied.
    satisfied: Option<u64>,
    /// satisfied ÷ n.
    share: Option<f64>,
    /// Lower end of the 95% Wilson interval.
    low: Option<f64>,
    /// Upper end of the 95% Wilson interval.
    high: Option<f64>,
    /// The target.
    target: Option<f64>,
    /// What the figure says against the target.
    verdict: Verdict,
}

/// Opinions by class: `received` is the sum of the ten classes. And the shares of those that were due.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feedback {
    /// All of them.
    received: u64,
    /// First answered on or before the deadline.
    answered_on_time: u64,
    /// First answered after the deadline.
    answered_late: u64,
    /// Not answered, deadline not passed, or the clock paused.
    open_in_time: u64,
    /// Not answered, deadline passed.
    overdue: u64,
    /// The same as another item.
    merged: u64,
    /// Refused: not for a public office.
    out_of_scope: u64,
    /// Refused: advertising, nonsense.
    spam: u64,
    /// A complaint, told where to go.
    redirected: u64,
    /// A denunciation.
    sealed: u64,
    /// Taken back by its sender.
    withdrawn: u64,
    /// Answered or overdue items whose deadline has passed.
    due: u64,
    /// Those of `due` that are answered.
    answered_of_due: u64,
    /// Those of `due` that were answered on time.
    on_time_of_due: u64,
    /// answered_of_due ÷ due; null when nothing was due.
    answered_share: Option<f64>,
    /// on_time_of_due ÷ due; null when nothing was due.
    on_time_share: Option<f64>,
    /// Merged, refused or redirected after their deadline.
    out_after_due: u64,
    /// Answered items whose sender says that the latest version helped.
    reply_yes: u64,
    /// Answered items whose sender says that it did not.
    reply_no: u64,
    /// Answered items whose sender said nothing for 14 days.
    reply_none: u64,
    /// Answered items whose first answer was one for many.
    grouped: u64,
    /// Items first answered within their first deadline.
    within_first: u64,
    /// Items that were forwarded once.
    forwarded_once: u64,
    /// Items that were forwarded twice or more often.
    forwarded_twice: u64,
    /// Answered items whose sender asked a higher office after the last no.
    appealed: u64,
    /// Those of `appealed` that the higher office has answered.
    appeal_answered: u64,
    /// The target of `answered_share`.
    target: Option<f64>,
}

/// Hundredths of a per cent as a fraction.
fn fraction(hundredths: u32) -> f64 {
    f64::from(hundredths) / 10_000.0
}

impl Results {
    fn of(results: &figures::Results) -> Self {
        let figures::Period { from, to, ratings_from, ratings_to } = results.period;
        Self {
            period: Period { from, to, ratings_from, ratings_to },
            satisfaction: results.satisfaction.iter().map(Satisfaction::of).collect(),
            feedback: Feedback::of(&results.feedback, results.answered_target),
            pressed: results.pressed,
        }
    }
}

impl Satisfaction {
    fn of(figure: &figures::Figure) -> Self {
        let ratio = figure.shown.ratio();
        let interval = ratio.and_then(|r| r.interval());
        Self {
            scope: figure.scope.clone(),
            field: figure.field.clone(),
            sample: figure.sample,
            respondent: figure.respondent,
            n: ratio.map(|r| r.n),
            satisfied: ratio.map(|r| r.satisfied),
            share: ratio.and_then(|r| r.share()),
            low: interval.map(|(low, _)| low),
            high: interval.map(|(_, high)| high),
            target: figure.target.map(fraction),
            verdict: figure.verdict,
        }
    }
}

impl Feedback {
    fn of(counts: &Counts, target: Option<u32>) -> Self {
        Self {
            received: counts.received,
            answered_on_time: counts.answered_on_time,
            answered_late: counts.answered_late,
            open_in_time: counts.open_in_time,
            overdue: counts.overdue,
            merged: counts.merged,
            out_of_scope: counts.out_of_scope,
            spam: counts.spam,
            redirected: counts.redirected,
            sealed: counts.sealed,
            withdrawn: counts.withdrawn,
            due: counts.due,
            answered_of_due: counts.answered_of_due,
            on_time_of_due: counts.on_time_of_due,
            answered_share: counts.answered_share(),
            on_time_share: counts.on_time_share(),
            out_after_due: counts.out_after_due,
            reply_yes: counts.reply_yes,
            reply_no: counts.reply_no,
            reply_none: counts.reply_none,
            grouped: counts.grouped,
            within_first: counts.within_first,
            forwarded_once: counts.forwarded_once,
            forwarded_twice: counts.forwarded_twice,
            appealed: counts.appealed,
            appeal_answered: counts.appeal_answered,
            target: target.map(fraction),
        }
    }
}

/// Works the figures out.
///
/// Opinions count from the moment of their 201. Ratings count as released, in batches and by half-months: nobody learns one person's rating.
#[utoipa::path(
    get, path = RESULTS, context_path = BASE, tag = "results", params(ResultsQuery, Lang),
    responses((status = 200, description = "The figures.", body = Results), problem::Figures)
)]
async fn results(app: Shared, query: Query<ResultsQuery>) -> Result<Json<Results>, Refused> {
    let asked = query.parse(app.service.now().day())?;
    let results = app.read(move |tx| figures::results(tx, &asked)).await?;
    Ok(Json(Results::of(&results)))
}
