//! The figures that anybody may check: satisfaction as released, and the
//! identity of opinions, live (ACCOUNTING.md §3 to §5).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem::Discriminant;
use std::sync::Arc;

use super::Tx;
use crate::domain::accounting::Counts;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::{Fault, Problem};
use crate::domain::questionnaire::Questionnaire;
use crate::domain::satisfaction::{Ratio, Verdict};
use crate::domain::tally::{Half, Part, Scope, Shown, left_out};
use crate::domain::time::Day;
use crate::domain::words::{FieldCode, OfficeCode, QuestionId, Respondent, Sample, Slug, TargetGroup};
use crate::store;
use crate::store::list::Filter;
use crate::store::tally::{StoredTally, Wanted};

/// The target groups that the plans track on their own.
pub const TRACKED: [&str; 3] = ["land", "construction", "investment"];

/// The name of the figure over everything, and of its target.
const OVERALL: &str = "overall";

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
    /// How often the opinions were pressed from above.
    pub pressed: u64,
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
    let pressed = store::press::count(tx.conn, &opinions)?;
    Ok(Results { period, satisfaction, feedback, pressed, answered_target: tx.catalogue.target(to.year(), "answered") })
}

/// The sums that a scope is a part of: the whole, and all its parts. What is
/// hidden in one part must not be had from the others.
fn sums(scope: &Scope, catalogue: &Catalogue) -> Vec<(Scope, Vec<Scope>)> {
    let fields = |group: Option<&TargetGroup>| -> Vec<FieldCode> {
        // By code: which of two equal parts is left out must not change with the place in a list that administrators order.
        let codes: BTreeSet<FieldCode> = catalogue.fields.iter().filter(|f| group.is_none_or(|g| f.group == *g)).map(|f| f.code.clone()).collect();
        codes.into_iter().collect()
    };
    let offices = || catalogue.offices.iter().map(|o| o.code.clone());
    match scope {
        Scope::All => Vec::new(),
        Scope::Group(_) => {
            let groups: BTreeSet<&TargetGroup> = catalogue.fields.iter().map(|f| &f.group).collect();
            vec![(Scope::All, groups.into_iter().cloned().map(Scope::Group).collect())]
        }
        Scope::Field(field) => {
            let group = catalogue.field(field).map(|f| &f.group);
            let whole = group.map_or(Scope::All, |g| Scope::Group(g.clone()));
            vec![(whole, fields(group).into_iter().map(Scope::Field).collect())]
        }
        Scope::Office(_) => vec![(Scope::All, offices().map(Scope::Office).collect())],
        Scope::OfficeField(office, field) => vec![
            (Scope::Office(office.clone()), fields(None).into_iter().map(|f| Scope::OfficeField(office.clone(), f)).collect()),
            (Scope::Field(field.clone()), offices().map(|o| Scope::OfficeField(o, field.clone())).collect()),
        ],
    }
}

/// The sum without which its parts are not shown either.
fn above(scope: &Scope, catalogue: &Catalogue) -> Option<Scope> {
    match scope {
        Scope::Field(field) => catalogue.field(field).map(|f| Scope::Group(f.group.clone())),
        Scope::OfficeField(office, _) => Some(Scope::Office(office.clone())),
        Scope::All | Scope::Group(_) | Scope::Office(_) => None,
    }
}

/// The headline question of each questionnaire, and from which value on it is satisfied.
type Headlines = BTreeMap<String, (QuestionId, u8)>;

fn headlines(catalogue: &Catalogue) -> Headlines {
    let headline = |survey: &Arc<Questionnaire>| {
        let question = survey.definition.headline()?;
        Some((survey.slug.to_string(), (question.id.clone(), question.scale?.satisfied_from)))
    };
    catalogue.surveys().into_iter().filter_map(headline).collect()
}

/// All respondents, and each kind of them.
fn respondents() -> impl Iterator<Item = Option<Respondent>> {
    std::iter::once(None).chain(Respondent::ALL.iter().copied().map(Some))
}

/// What is released together: a half-month of a questionnaire.
type Batch = (Day, String);

/// A sum: its batch, the whole, and what kind its parts are of.
type Sum = (Batch, String, Discriminant<Scope>);

/// The released headline ratings of a sample over a span.
struct Released {
    cells: BTreeMap<(Batch, String, Option<Respondent>), (Ratio, bool)>,
    batches: BTreeSet<Batch>,
    respondent: Option<Respondent>,
    threshold: u64,
    /// What is left out of sums that were looked at, by the whole and the kind of its parts.
    sums: RefCell<HashMap<Sum, BTreeSet<Scope>>>,
}

impl Released {
    fn load(tx: &mut Tx<'_>, asked: &Asked, shown: &[Scope], sample: Sample, from: Option<Half>, to: Half) -> Result<Self, Problem> {
        let catalogue = tx.catalogue.clone();
        let headlines = headlines(&catalogue);
        let questionnaires: Vec<String> = headlines.keys().cloned().collect();
        // Every cell that a shown figure could be subtracted from, or a hidden one be had by.
        let mut scopes = BTreeSet::new();
        let mut left: Vec<Scope> = shown.to_vec();
        while let Some(scope) = left.pop() {
            scopes.insert(scope.to_string());
            for (whole, parts) in sums(&scope, &catalogue) {
                scopes.insert(whole.to_string());
                scopes.extend(parts.iter().map(ToString::to_string));
            }
            left.extend(above(&scope, &catalogue));
        }
        let scopes: Vec<String> = scopes.into_iter().collect();
        let wanted = Wanted { questionnaires: &questionnaires, sample, scopes: &scopes, from, to: Some(to) };
        Ok(Self::of(&store::tally::span(tx.conn, &wanted)?, &headlines, asked.respondent, catalogue.threshold))
    }

    fn of<'a>(tallies: impl IntoIterator<Item = &'a StoredTally>, headlines: &Headlines, respondent: Option<Respondent>, threshold: u64) -> Self {
        let mut released = Self { cells: BTreeMap::new(), batches: BTreeSet::new(), respondent, threshold, sums: RefCell::default() };
        for stored in tallies {
            let Some((question, satisfied_from)) = headlines.get(&stored.questionnaire) else { continue };
            let batch = (stored.half, stored.questionnaire.clone());
            for respondent in respondents() {
                let cell = stored.cell(respondent, question);
                released.cells.insert((batch.clone(), stored.scope.clone(), respondent), (cell.ratio(*satisfied_from), cell.total() > 0));
            }
            released.batches.insert(batch);
        }
        released
    }

    fn cell(&self, batch: &Batch, scope: &Scope, respondent: Option<Respondent>) -> (Ratio, bool) {
        self.cells.get(&(batch.clone(), scope.to_string(), respondent)).copied().unwrap_or_default()
    }

    fn part(&self, batch: &Batch, scope: &Scope, respondent: Option<Respondent>) -> Part {
        let (ratio, rated) = self.cell(batch, scope, respondent);
        Part { n: ratio.n, rated }
    }

    /// Is it left out of this batch: small, or what another part could be had from?
    fn is_left_out(&self, batch: &Batch, scope: &Scope, catalogue: &Catalogue) -> bool {
        let n = |scope: &Scope| self.part(batch, scope, self.respondent).n;
        if n(scope) < self.threshold {
            return true;
        }
        // Scopes of one kind have the same sums: what is left out of one is worked out once.
        for (whole, parts) in sums(scope, catalogue) {
            let sum = (batch.clone(), whole.to_string(), std::mem::discriminant(scope));
            let mut known = self.sums.borrow_mut();
            let out = known.entry(sum).or_insert_with(|| {
                let counted: Vec<Part> = parts.iter().map(|p| self.part(batch, p, self.respondent)).collect();
                let out = left_out(n(&whole), &counted, self.threshold);
                parts.into_iter().zip(out).filter(|(_, out)| *out).map(|(part, _)| part).collect()
            });
            if out.contains(scope) {
                return true;
            }
        }
        if let Some(kind) = self.respondent {
            let counted: Vec<Part> = Respondent::ALL.iter().map(|r| self.part(batch, scope, Some(*r))).collect();
            let whole = self.part(batch, scope, None).n;
            if Respondent::ALL.iter().zip(left_out(whole, &counted, self.threshold)).any(|(r, out)| out && *r == kind) {
                return true;
            }
        }
        above(scope, catalogue).is_some_and(|above| self.is_left_out(batch, &above, catalogue))
    }

    /// The sum of the batches that it is not left out of. Over any span it is the
    /// same batches, so that no span can be subtracted from another.
    fn shown(&self, scope: &Scope, catalogue: &Catalogue) -> Shown {
        let mut sum = Ratio::default();
        for batch in self.batches.iter().filter(|b| !self.is_left_out(b, scope, catalogue)) {
            sum += self.cell(batch, scope, self.respondent).0;
        }
        if sum.n < self.threshold { Shown::Withheld } else { Shown::Figure(sum) }
    }
}

fn figures(tx: &mut Tx<'_>, asked: &Asked, sample: Sample, from: Option<Half>, to: Half) -> Result<Vec<Figure>, Problem> {
    let catalogue = tx.catalogue.clone();
    let of_field = |field: &FieldCode| match &asked.office {
        None => Scope::Field(field.clone()),
        Some(office) => Scope::OfficeField(office.clone(), field.clone()),
    };
    // The name of the figure, the target it is held against, what it counts, its field.
    let mut rows: Vec<(String, String, Scope, Option<FieldCode>)> = Vec::new();
    match &asked.field {
        Some(field) => {
            let group = catalogue.field(field).map(|f| f.group.to_string()).filter(|g| TRACKED.contains(&g.as_str()));
            rows.push((field.to_string(), group.unwrap_or_else(|| OVERALL.to_owned()), of_field(field), Some(field.clone())));
        }
        None => {
            let whole = asked.office.clone().map_or(Scope::All, Scope::Office);
            rows.push((OVERALL.to_owned(), OVERALL.to_owned(), whole, None));
            for group in TRACKED {
                let word = |e| Problem::Internal(format!("{e}"));
                // At an office there are cells by field; the tracked groups are fields of the same name.
                let field: Option<FieldCode> = if asked.office.is_some() { Some(group.parse().map_err(word)?) } else { None };
                match field {
                    None => rows.push((group.to_owned(), group.to_owned(), Scope::Group(group.parse().map_err(word)?), None)),
                    Some(field) if catalogue.field(&field).is_some() => rows.push((group.to_owned(), group.to_owned(), of_field(&field), Some(field))),
                    Some(_) => {}
                }
            }
        }
    }
    let scopes: Vec<Scope> = rows.iter().map(|(_, _, scope, _)| scope.clone()).collect();
    let released = Released::load(tx, asked, &scopes, sample, from, to)?;
    let year = asked.to.unwrap_or(tx.today).year();
    let figure = |(scope, measured, cell, field): (String, String, Scope, Option<FieldCode>)| {
        let shown = released.shown(&cell, &catalogue);
        let target = catalogue.target(year, &measured);
        let verdict = match (shown.ratio(), target) {
            (Some(ratio), Some(target)) => ratio.verdict(target, catalogue.threshold),
            _ => Verdict::NotEnough,
        };
        Figure { scope, field, sample, respondent: asked.respondent, shown, target, verdict }
    };
    Ok(rows.into_iter().map(figure).collect())
}

/// A cell as anybody may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The sample.
    pub sample: Sample,
    /// What it is about, in words.
    pub scope: String,
    /// Whose ratings; of all without one.
    pub respondent: Option<Respondent>,
    /// Satisfied and valid ratings of the headline question, unless they are left out.
    pub ratio: Option<Ratio>,
}

/// Every cell of a half-month of a questionnaire in which somebody rated.
pub fn published(tx: &mut Tx<'_>, half: Half, questionnaire: &Slug) -> Result<Vec<Published>, Problem> {
    let catalogue = tx.catalogue.clone();
    let headlines = headlines(&catalogue);
    let tallies = store::tally::of_half(tx.conn, half, questionnaire)?;
    let batch = (half.first(), questionnaire.to_string());
    let scopes = scopes_by_words(&catalogue);
    let mut cells = Vec::new();
    for sample in Sample::ALL {
        let of_sample: Vec<&StoredTally> = tallies.iter().filter(|stored| stored.sample == sample.as_str()).collect();
        for respondent in respondents() {
            let released = Released::of(of_sample.iter().copied(), &headlines, respondent, catalogue.threshold);
            for stored in &of_sample {
                let Some(scope) = scopes.get(&stored.scope) else { continue };
                let (ratio, rated) = released.cell(&batch, scope, respondent);
                if rated {
                    let ratio = (!released.is_left_out(&batch, scope, &catalogue)).then_some(ratio);
                    cells.push(Published { sample: *sample, scope: stored.scope.clone(), respondent, ratio });
                }
            }
        }
    }
    Ok(cells)
}

fn scopes_by_words(catalogue: &Catalogue) -> BTreeMap<String, Scope> {
    let mut scopes = vec![Scope::All];
    for field in &catalogue.fields {
        scopes.extend([Scope::Group(field.group.clone()), Scope::Field(field.code.clone())]);
        scopes.extend(catalogue.offices.iter().map(|office| Scope::OfficeField(office.code.clone(), field.code.clone())));
    }
    scopes.extend(catalogue.offices.iter().map(|office| Scope::Office(office.code.clone())));
    scopes.into_iter().map(|scope| (scope.to_string(), scope)).collect()
}

/// The setting that keeps the first day of the half-month that was open at the last closing.
pub const CLOSED_BEFORE: &str = "halves_closed_before";

/// The job at the end of a half-month: released counts catch up once more. Returns how many tallies did.
pub fn close_halves(tx: &mut Tx<'_>, since: Option<Day>) -> Result<usize, Problem> {
    store::lock(tx.conn, store::Lock::Intake)?;
    let mut closed = store::tally::of_halves_before(tx.conn, since, Half::of(tx.today).first())?;
    closed.retain_mut(|stored| stored.tally.release(tx.catalogue.threshold, true));
    if !closed.is_empty() {
        store::tally::set(tx.conn, &closed)?;
    }
    Ok(closed.len())
}
