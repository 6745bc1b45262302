//! The figures: satisfaction against its targets, and the identity of opinions,
//! each as a picture with its table beneath.

use std::collections::BTreeMap;

use actix_web::Responder;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use serde::Serialize;

use crate::actions::Tx;
use crate::actions::figures::{self, Asked, Figure, Results};
use crate::domain::accounting::{Counts, Promise, shares_of_whole};
use crate::domain::error::{Fault, Problem};
use crate::domain::feedback::Class;
use crate::domain::satisfaction::Verdict;
use crate::domain::time::Day;
use crate::domain::words::{Language, Sample, Topic};
use crate::http::app::Shared;
use crate::http::visitor::Visitor;
use crate::i18n::{date, hundredths, number, per_cent, t, tr};
use crate::store;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::respond;
use crate::web::view::{self, FilterSelect};

/// The tag's look of a verdict.
pub fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "good",
        Verdict::LikelyMet | Verdict::LikelyMissed => "soon",
        Verdict::Missed => "late",
        Verdict::NotEnough => "",
    }
}

#[derive(Serialize)]
struct Page {
    /// What questions ask for.
    topics: Option<String>,
    heading: String,
    showing: String,
    widened: String,
    released: String,
    list_query: String,
    api_query: String,
    from: String,
    to: String,
    filter: ResultsFilter,
    figures: Vec<FigureView>,
    beside: Vec<Beside>,
    identity: Identity,
    faults: Vec<FaultLine>,
}

#[derive(Serialize)]
struct ResultsFilter {
    field: FilterSelect,
    office: FilterSelect,
    respondent: FilterSelect,
    sample: FilterSelect,
}

#[derive(Serialize)]
struct FigureView {
    name: String,
    share: Option<String>,
    verdict: Verdict,
    tone: &'static str,
    target: String,
    bar: Bar,
    sentence: String,
}

/// Per cents with a point, for drawing.
#[derive(Serialize, Default)]
struct Bar {
    share: String,
    low: String,
    width: String,
    target: Option<String>,
}

#[derive(Serialize)]
struct Beside {
    name: String,
    n: String,
    share: String,
}

#[derive(Serialize)]
struct Identity {
    answered_share: String,
    promise: Promise,
    tone: &'static str,
    sentence: String,
    /// What senders say of the answers, in a sentence.
    replies: Option<String>,
    beside: Option<String>,
    /// How often opinions were pressed from above, in a sentence.
    pressed: Option<String>,
    received: String,
    received_n: u64,
    whole: String,
    label: String,
    bars: Vec<Part>,
    zoom: Option<String>,
    groups: Vec<Group>,
    sum: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Part {
    x: String,
    y: &'static str,
    width: String,
    fill: &'static str,
}

#[derive(Serialize)]
struct Group {
    group: &'static str,
    n: u64,
    classes: Vec<KeyLine>,
}

#[derive(Serialize)]
struct KeyLine {
    class: Class,
    fill: &'static str,
    n: u64,
}

#[derive(Serialize)]
struct Row {
    class: Class,
    n: u64,
    part: String,
}

/// The page.
pub async fn show(app: Shared, visitor: Visitor, query: Query<Vec<(String, String)>>) -> impl Responder {
    let fields = Fields(query.into_inner());
    let language = visitor.language;
    match app.read(move |tx| build(tx, &fields, language)).await {
        Ok(page) => {
            let status = if page.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            respond::page_status(&app, &visitor, status, "public/results", &page)
        }
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

/// Reads the question; what can't be read is left out and named.
fn read(tx: &Tx<'_>, fields: &Fields) -> (Asked, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut day = |name: &'static str, pointer: &'static str| -> Option<Day> {
        let text = fields.get(name);
        let day = Day::typed(text);
        if day.is_none() && !text.is_empty() {
            faults.push(Fault::new(pointer, "not_a_day"));
        }
        day
    };
    let from = day("from", "/from");
    let to = day("to", "/to");
    let asked = Asked {
        from: if fields.get("from").is_empty() && fields.get("to").is_empty() { Day::new(tx.today.year(), 1, 1) } else { from },
        to,
        field: fields.get("field").parse().ok(),
        office: fields.get("office").parse().ok(),
        respondent: fields.get("respondent").parse().ok(),
        sample: None,
    };
    (asked, faults)
}

fn build(tx: &mut Tx<'_>, fields: &Fields, language: Language) -> Result<Page, Problem> {
    let catalogue = tx.catalogue.clone();
    let (asked, mut faults) = read(tx, fields);
    let sample = fields.get("sample").parse().unwrap_or(Sample::Verified);
    let (asked, results) = match figures::results(tx, &asked) {
        Ok(results) => (asked, results),
        Err(Problem::Invalid(more)) => {
            faults.extend(more);
            let plain = Asked { from: Day::new(tx.today.year(), 1, 1), ..Asked::default() };
            let results = figures::results(tx, &plain)?;
            (plain, results)
        }
        Err(other) => return Err(other),
    };
    let period = results.period;
    let from = period.from.map(date);
    let heading = match &from {
        _ if !faults.is_empty() => t(language, "results.title"),
        Some(from) => tr(language, "results.heading", &[("from", from.clone()), ("to", date(period.to))]),
        None => tr(language, "results.heading_all", &[("to", date(period.to))]),
    };
    // Of the days to come there is no rating yet.
    let ratings_to = period.ratings_to.min(tx.today.max(period.to));
    let widened = period.ratings_from != period.from || ratings_to != period.to;
    let widened_args = [("from", period.ratings_from.map(date).unwrap_or_default()), ("to", date(ratings_to))];
    let chosen = |name: &str| fields.get(name).to_owned();
    // The first choice stands for the verified ones.
    let samples = Sample::ALL.iter().filter(|s| **s != Sample::Verified).map(|s| (s.to_string(), t(language, &format!("sample.{s}")))).collect();
    let faults = Faults::new(faults, language);
    let part = |name: &str, value: Option<String>| value.map(|v| format!("&{name}={v}")).unwrap_or_default();
    let (field, office) = (asked.field.as_ref().map(ToString::to_string), asked.office.as_ref().map(ToString::to_string));
    let api_query = [
        format!("to={}", period.to),
        part("from", asked.from.map(|d| d.to_string())),
        part("field", field.clone()),
        part("office", office.clone()),
        part("respondent", asked.respondent.map(|r| r.to_string())),
    ];
    // Of all opinions: a narrower question is put to the list.
    let whole = asked.field.is_none() && asked.office.is_none() && asked.respondent.is_none();
    let topics = if whole { store::topic::counts(tx.conn, asked.from, Some(period.to))? } else { BTreeMap::new() };
    let asks = |topic| topics.get(&topic).copied().unwrap_or_default().to_string();
    Ok(Page {
        topics: (!topics.is_empty()).then(|| tr(language, "results.topics", &[("support", asks(Topic::Support)), ("advice", asks(Topic::Advice))])),
        heading,
        showing: showing(&catalogue, &asked, sample, language),
        widened: match (widened, period.ratings_from) {
            (false, _) => String::new(),
            (true, Some(_)) => tr(language, "results.widened", &widened_args),
            (true, None) => tr(language, "results.widened_to", &widened_args),
        },
        released: tr(language, "results.released", &[("threshold", catalogue.threshold.to_string())]),
        list_query: part("linh-vuc", field) + &part("co-quan", office),
        api_query: api_query.concat(),
        from: asked.from.map(|d| d.to_string()).unwrap_or_default(),
        to: period.to.to_string(),
        filter: ResultsFilter {
            field: view::filter_select("field", "filter.field", t(language, "filter.all_fields"), &chosen("field"), view::field_options(&catalogue, language)),
            office: view::filter_select(
                "office",
                "filter.office",
                t(language, "filter.all_offices"),
                &chosen("office"),
                view::office_options(&catalogue, tx.today, language),
            ),
            respondent: view::filter_select(
                "respondent",
                "filter.respondent",
                t(language, "filter.all_respondents"),
                &chosen("respondent"),
                view::respondent_options(language),
            ),
            sample: view::filter_select("sample", "filter.sample", t(language, "filter.default_sample"), &chosen("sample"), samples),
        },
        figures: results.satisfaction.iter().filter(|f| f.sample == sample).map(|f| figure(f, &catalogue, language)).collect(),
        // A sample that nobody has drawn yet has no lines.
        beside: results
            .satisfaction
            .iter()
            .filter(|f| f.sample != sample && (f.sample != Sample::Drawn || f.shown.ratio().is_some()))
            .map(|f| beside(f, &catalogue, language))
            .collect(),
        identity: identity(&results, language),
        faults: faults.lines(|p| if p == "/from" { "tu".to_owned() } else { "den".to_owned() }),
    })
}

fn showing(catalogue: &crate::domain::catalogue::Catalogue, asked: &Asked, sample: Sample, language: Language) -> String {
    [
        asked.field.as_ref().map_or_else(|| t(language, "filter.all_fields"), |f| view::field_name(catalogue, f, language)),
        asked.office.as_ref().map_or_else(|| t(language, "filter.all_offices"), |o| view::office_name(catalogue, o, language)),
        asked.respondent.map_or_else(|| t(language, "filter.all_respondents"), |r| t(language, &format!("respondent.{r}"))),
        t(language, &format!("sample.{sample}")),
    ]
    .join(", ")
}

fn scope_name(figure: &Figure, catalogue: &crate::domain::catalogue::Catalogue, language: Language) -> String {
    match &figure.field {
        Some(field) => view::field_name(catalogue, field, language),
        None => t(language, &format!("scope.{}", figure.scope)),
    }
}

fn figure(figure: &Figure, catalogue: &crate::domain::catalogue::Catalogue, language: Language) -> FigureView {
    let pc = |fraction: f64| per_cent(language, hundredths(fraction));
    let target = figure.target.map(|t| per_cent(language, u64::from(t))).unwrap_or_default();
    let verdict = t(language, &format!("verdict_why.{}", figure.verdict));
    let mut bar = Bar { target: figure.target.map(|t| drawn(f64::from(t) / 100.0)), ..Bar::default() };
    let (share, sentence) = match figure.shown.ratio().and_then(|r| Some((r, r.share()?, r.interval()?))) {
        Some((ratio, share, (low, high))) => {
            bar.share = drawn(share * 100.0);
            bar.low = drawn(low * 100.0);
            bar.width = drawn((high - low) * 100.0);
            let args = [
                ("satisfied", number(language, ratio.satisfied)),
                ("n", number(language, ratio.n)),
                ("target", target.clone()),
                ("low", pc(low)),
                ("high", pc(high)),
                ("verdict", verdict),
            ];
            let key = if figure.target.is_some() { "results.sentence" } else { "results.sentence_no_target" };
            (Some(pc(share)), tr(language, key, &args))
        }
        None => (None, tr(language, "results.sentence_few", &[("threshold", catalogue.threshold.to_string())])),
    };
    FigureView { name: scope_name(figure, catalogue, language), share, verdict: figure.verdict, tone: tone(figure.verdict), target, bar, sentence }
}

fn beside(figure: &Figure, catalogue: &crate::domain::catalogue::Catalogue, language: Language) -> Beside {
    let name = format!("{}, {}", scope_name(figure, catalogue, language), t(language, &format!("sample.{}", figure.sample)));
    let (n, share) = match figure.shown.ratio().and_then(|r| Some((r.n, r.share()?, r.interval()?))) {
        Some((n, share, (low, high))) => {
            let pc = |fraction: f64| per_cent(language, hundredths(fraction));
            (number(language, n), format!("{} ({}–{})", pc(share), pc(low), pc(high)))
        }
        None => (String::from("–"), t(language, "results.withheld")),
    };
    Beside { name, n, share }
}

/// A per cent as a drawing wants it: with a point, three decimals.
fn drawn(per_cent: f64) -> String {
    format!("{per_cent:.3}")
}

const ORDER: [(Class, &str); 10] = [
    (Class::AnsweredOnTime, "#12495c"),
    (Class::AnsweredLate, "url(#p-late)"),
    (Class::OpenInTime, "#e6aa2b"),
    (Class::Overdue, "#a2182b"),
    (Class::Merged, "#48565d"),
    (Class::OutOfScope, "url(#p-scope)"),
    (Class::Spam, "#dad6ca"),
    (Class::Redirected, "url(#p-redir)"),
    (Class::Sealed, "#18242a"),
    (Class::Withdrawn, "url(#p-wd)"),
];

fn identity(results: &Results, language: Language) -> Identity {
    let counts = results.feedback;
    let of = |classes: &[(Class, &str)]| classes.iter().map(|(c, _)| counts.of(*c)).sum::<u64>();
    let (answered, rest) = ORDER.split_at(2);
    let (open, out) = rest.split_at(2);
    let groups = [("answered", answered), ("open", open), ("out", out)].map(|(group, classes)| Group {
        group,
        n: of(classes),
        classes: classes.iter().map(|(class, fill)| KeyLine { class: *class, fill, n: counts.of(*class) }).collect(),
    });
    let mut bars = stack(&counts, &ORDER, "0");
    let zoomed = counts.received > 0 && of(rest) > 0;
    if zoomed {
        bars.extend(stack(&counts, rest, "4.9rem"));
    }
    let parts: Vec<u64> = ORDER.iter().map(|(c, _)| counts.of(*c)).collect();
    let shares = shares_of_whole(&parts);
    let n = |n: u64| number(language, n);
    let share = |s: Option<f64>| s.map_or_else(|| t(language, "results.nothing_due"), |s| per_cent(language, hundredths(s)));
    let promise = counts.promise();
    let args = [
        ("due", n(counts.due)),
        ("answered", n(counts.answered_of_due)),
        ("on_time", n(counts.on_time_of_due)),
        ("on_time_share", share(counts.on_time_share())),
        ("out_after_due", n(counts.out_after_due)),
    ];
    let sums = groups.iter().map(|g| n(g.n)).collect::<Vec<_>>().join(" + ");
    Identity {
        answered_share: share(counts.answered_share()),
        promise,
        tone: match promise {
            Promise::Met => "good",
            Promise::Missed => "late",
            Promise::NothingDue => "",
        },
        sentence: tr(language, "results.due_sentence", &args),
        replies: (counts.reply_yes + counts.reply_no + counts.reply_none > 0)
            .then(|| tr(language, "results.replies_text", &[("yes", n(counts.reply_yes)), ("no", n(counts.reply_no)), ("none", n(counts.reply_none))])),
        beside: (counts.grouped + counts.within_first + counts.forwarded_once + counts.forwarded_twice + counts.appealed > 0).then(|| {
            let args = [
                ("grouped", n(counts.grouped)),
                ("first", n(counts.within_first)),
                ("once", n(counts.forwarded_once)),
                ("twice", n(counts.forwarded_twice)),
                ("appealed", n(counts.appealed)),
                ("appeal_answered", n(counts.appeal_answered)),
            ];
            tr(language, "results.beside_text", &args)
        }),
        pressed: (results.pressed > 0).then(|| tr(language, "results.pressed", &[("n", n(results.pressed))])),
        received: n(counts.received),
        received_n: counts.received,
        whole: per_cent(language, if counts.received > 0 { 10_000 } else { 0 }),
        label: tr(language, "results.picture", &[("received", n(counts.received)), ("answered", n(of(answered))), ("open", n(of(open))), ("out", n(of(out)))]),
        bars,
        zoom: zoomed.then(|| drawn(of(answered) as f64 * 100.0 / counts.received as f64)),
        groups: groups.into_iter().collect(),
        sum: format!("{sums} = {}", n(counts.received)),
        rows: ORDER.iter().zip(shares).map(|((class, _), s)| Row { class: *class, n: counts.of(*class), part: per_cent(language, s) }).collect(),
    }
}

/// Rectangles side by side that fill the width.
fn stack(counts: &Counts, classes: &[(Class, &'static str)], y: &'static str) -> Vec<Part> {
    let total: u64 = classes.iter().map(|(c, _)| counts.of(*c)).sum();
    let mut x = 0.0;
    let mut parts = Vec::new();
    for (class, fill) in classes.iter().filter(|(c, _)| counts.of(*c) > 0) {
        let width = counts.of(*class) as f64 * 100.0 / total as f64;
        parts.push(Part { x: drawn(x), y, width: drawn(width), fill });
        x += width;
    }
    parts
}
