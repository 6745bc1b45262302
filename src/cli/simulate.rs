//! The sample life: a believable year of ratings and opinions, made through
//! the same actions that people use, one transaction a day, so that every
//! figure, deadline and commitment of it is a real one. What happens follows
//! from a seed: the same seed again stores nothing twice. Bypasses no check
//! and names no table.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::actions::feedback::{self, Written};
use crate::actions::figures::TRACKED;
use crate::actions::{Service, Tx, figures, intake};
use crate::domain::access::Officer;
use crate::domain::catalogue::{Catalogue, Procedure};
use crate::domain::error::Problem;
use crate::domain::feedback::State;
use crate::domain::office::{Office, OfficeKind};
use crate::domain::questionnaire::{Definition, QuestionDef, QuestionType, Questionnaire};
use crate::domain::routing::{Subject, Target};
use crate::domain::submission::{Draft, OpinionDraft, Submission, Way};
use crate::domain::tally::Half;
use crate::domain::text::TITLE_MAX;
use crate::domain::time::Day;
use crate::domain::visibility::Record;
use crate::domain::words::{FieldCode, Ground, Language, OfficeCode, Role, Sample, Serial};
use crate::{embedded, store};

/// How much life to make, and when.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Filled questionnaires.
    pub responses: u64,
    /// Opinions; some come with a questionnaire.
    pub feedback: u64,
    /// What everything follows from.
    pub seed: u64,
    /// The last day of it: the day before today.
    pub last_day: Day,
    /// How many days it covers.
    pub days: u32,
}

/// What was stored: less than planned where it was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Filled questionnaires.
    pub responses: u64,
    /// Opinions.
    pub feedback: u64,
}

/// Makes a believable year of life through the same actions that people use.
///
/// Days on which the catalogue holds no office to go to stay empty. Who acts
/// is chosen among the accounts that are there; where nobody may act, the item
/// stays as it is. Mail that is older than a week at the end is closed unsent.
pub fn simulate(service: &Service, plan: &Plan) -> Result<Done, Problem> {
    let (catalogue, accounts) = service.read(|tx| Ok((tx.catalogue.clone(), store::officer::all(tx.conn)?)))?;
    let people = accounts.into_iter().filter(|a| a.ended_on.is_none()).map(|a| a.officer).collect();
    let mut life = Life::invent(plan, catalogue, people)?;
    let mut day = life.first;
    while day <= plan.last_day {
        // A week is one transaction: a disk takes longer to make a day durable than the day takes to live.
        let end = day.plus(7 - i32::from(day.weekday())).min(plan.last_day);
        service.write_at(day.at(0), |tx| {
            while tx.today <= end {
                life.live(tx)?;
                tx.today = tx.today.next();
                tx.now = tx.today.at(0);
            }
            Ok(())
        })?;
        day = end.next();
    }
    if life.done != Done::default() {
        service.write_at(day.at(0), |tx| {
            close_half(tx)?;
            store::outbox::close_before(tx.conn, tx.now.plus_seconds(-7 * 86_400), tx.now, "sample")?;
            Ok(())
        })?;
    }
    Ok(life.done)
}

/// On the first day of a half-month: releases what the one before left waiting.
fn close_half(tx: &mut Tx<'_>) -> Result<(), Problem> {
    if Half::of(tx.today).first() == tx.today {
        figures::close_halves(tx, Some(Half::of(tx.today.plus(-1)).first()))?;
    }
    Ok(())
}

// ---- Chance ----

/// What a stream of numbers is for: adding one thing never changes another.
#[derive(Clone, Copy)]
enum Stream {
    OpinionId = 1,
    ResponseId,
    Opinion,
    Response,
    Days,
    Decks,
    Work,
}

/// SplitMix64: the same numbers from the same seed on every machine. Not for secrets.
struct Dice(u64);

impl Dice {
    fn of(seed: u64, stream: Stream, n: u64) -> Self {
        let mut outer = Self(seed ^ (stream as u64).wrapping_mul(0xA076_1D64_78BD_642F));
        let key = outer.next() ^ n.wrapping_mul(0xE703_7ED1_A0B4_28DB);
        Self(Self(key).next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In `0..1`.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// From `low` to `high`, both included.
    fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = u64::from(high.abs_diff(low)) + 1;
        low + i32::try_from(self.next() % span).unwrap_or(0)
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let n = u64::try_from(list.len()).ok().filter(|n| *n > 0)?;
        list.get(usize::try_from(self.next() % n).ok()?)
    }

    /// By weight; none where nothing weighs anything.
    fn weigh<T>(&mut self, list: impl Iterator<Item = (T, f64)> + Clone) -> Option<T> {
        let at = self.unit();
        weigh(at, list)
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            let j = usize::try_from(self.next() % (i as u64 + 1)).unwrap_or(i);
            list.swap(i, j);
        }
    }

    fn uuid(&mut self) -> Uuid {
        let (high, low) = (u128::from(self.next()), u128::from(self.next()));
        uuid::Builder::from_random_bytes((high << 64 | low).to_be_bytes()).into_uuid()
    }
}

/// The one that lies at `at` of the way through the weights.
fn weigh<T>(at: f64, list: impl Iterator<Item = (T, f64)> + Clone) -> Option<T> {
    let total: f64 = list.clone().map(|(_, w)| w).sum();
    let mut left = at * total;
    let mut last = None;
    for (thing, weight) in list.filter(|(_, w)| *w > 0.0) {
        left -= weight;
        last = Some(thing);
        if left < 0.0 {
            break;
        }
    }
    last
}

/// Cards that are all drawn before any comes again.
struct Deck<T> {
    full: Vec<T>,
    left: Vec<T>,
}

impl<T: Copy> Deck<T> {
    fn of(cards: impl IntoIterator<Item = (T, usize)>) -> Self {
        let full = cards.into_iter().flat_map(|(card, n)| std::iter::repeat_n(card, n)).collect();
        Self { full, left: Vec::new() }
    }

    /// The next card that fits; those that don't wait for their turn.
    fn draw(&mut self, dice: &mut Dice, fits: impl Fn(T) -> bool) -> Option<T> {
        if !self.left.iter().any(|card| fits(*card)) {
            let mut fresh = self.full.clone();
            dice.shuffle(&mut fresh);
            self.left.splice(0..0, fresh);
        }
        let at = self.left.iter().rposition(|card| fits(*card))?;
        Some(self.left.remove(at))
    }
}

// ---- Places and fields ----

/// An office where people go.
struct Spot {
    office: OfficeCode,
    kind: OfficeKind,
    name: String,
    weight: f64,
    /// Its dissatisfaction against that of the field: 1 on average.
    blame: f64,
}

/// A field with the offices where people go for it.
struct Topic {
    field: FieldCode,
    weight: f64,
    /// The share of satisfied people at a counter.
    satisfied: f64,
    spots: Vec<Spot>,
    /// Without an office named no rule fits: such an opinion lands in the tray.
    only_named: bool,
    /// The offices that rules name for it: where one may be forwarded.
    desks: Vec<OfficeCode>,
    /// What earlier answers left of the share, for verified and open samples.
    owed: [f64; 2],
}

/// Weight and satisfied share of the fields that are known; others have the last.
const FIELDS: [(&str, f64, f64); 8] = [
    ("land", 0.38, 0.83),
    ("construction", 0.30, 0.88),
    ("investment", 0.32, 0.865),
    ("civil-status", 0.42, 0.97),
    ("business", 0.18, 0.96),
    ("social", 0.16, 0.95),
    ("labour", 0.16, 0.96),
    ("other", 0.08, 0.96),
];
/// What the fields with a target of their own have of all ratings.
const TRACKED_SHARE: f64 = 0.42;
/// Who answers on the open web is less content than who is asked at a counter.
const OPEN_BLAME: f64 = 2.2;

fn topics(catalogue: &Catalogue) -> Vec<Topic> {
    let tracked = |code: &str| TRACKED.contains(&code);
    let of = |code: &str| FIELDS.iter().find(|(known, ..)| *known == code).map_or((0.08, 0.96), |(_, weight, share)| (*weight, *share));
    let sum = |is: bool| catalogue.fields.iter().filter(|f| tracked(f.code.as_str()) == is).map(|f| of(f.code.as_str()).0).sum::<f64>();
    let (own, rest) = (sum(true), sum(false));
    let topic = |field: &FieldCode| {
        let (weight, satisfied) = of(field.as_str());
        let (part, whole) = if tracked(field.as_str()) { (TRACKED_SHARE, own) } else { (1.0 - TRACKED_SHARE, rest) };
        let mut only_named = true;
        let mut named = false;
        let mut desks: Vec<OfficeCode> = Vec::new();
        let mut places: Vec<OfficeCode> = Vec::new();
        for rule in catalogue.rules.iter().filter(|r| matches!(&r.subject, Subject::Field(f) if f == field)) {
            match &rule.target {
                Target::Named => named = true,
                Target::Office(office) => {
                    only_named &= rule.place.is_some();
                    desks.push(office.clone());
                    let place = rule.place.as_ref().unwrap_or(office);
                    places.extend(catalogue.offices.chain(place).find(|o| o.selectable).map(|o| o.code.clone()));
                }
            }
        }
        Topic { field: field.clone(), weight: part * weight / whole, satisfied, spots: spots(catalogue, named, &places), only_named, desks, owed: [0.0; 2] }
    };
    catalogue.fields.iter().map(|f| topic(&f.code)).collect()
}

/// Communes when the field is done where people live, and the offices that rules name; else every office.
fn spots(catalogue: &Catalogue, named: bool, places: &[OfficeCode]) -> Vec<Spot> {
    let is_commune = |o: &&Office| matches!(o.kind, OfficeKind::Ward | OfficeKind::Commune);
    let selectable = || catalogue.offices.iter().filter(|o| o.selectable);
    let mut communes: Vec<&Office> = if named { selectable().filter(is_commune).collect() } else { Vec::new() };
    // The towns first: a few places see most people.
    communes.sort_by_key(|o| (o.kind != OfficeKind::Ward, o.code.clone()));
    let offices: Vec<&Office> = selectable().filter(|o| !is_commune(o) && (places.is_empty() || places.contains(&o.code))).collect();
    let mut spots: Vec<Spot> = Vec::new();
    let mut add = |o: &Office, weight: f64| {
        let turn = o.code.as_str().bytes().fold(7_u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
        let blame = 0.6 + 0.8 * Dice(turn).unit();
        spots.push(Spot { office: o.code.clone(), kind: o.kind, name: o.short_name(Language::Vi).to_owned(), weight, blame });
    };
    let whole: f64 = (1..=communes.len()).map(|rank| (rank as f64).powf(-1.2)).sum();
    for (rank, commune) in (1_u32..).zip(&communes) {
        add(commune, 0.72 * f64::from(rank).powf(-1.2) / whole);
    }
    for office in &offices {
        let share = if office.kind == OfficeKind::Authority { 2.0 } else { 1.0 };
        add(office, 0.28 * share / offices.len() as f64);
    }
    let (weight, blame) = spots.iter().fold((0.0, 0.0), |(w, b), s| (w + s.weight, b + s.weight * s.blame));
    for spot in &mut spots {
        spot.blame *= weight / blame;
    }
    spots
}

impl Topic {
    fn open_spots<'a>(&'a self, catalogue: &'a Catalogue, day: Day) -> impl Iterator<Item = (&'a Spot, f64)> + Clone {
        self.spots.iter().filter(move |s| catalogue.offices.active(&s.office, day).is_some()).map(|s| (s, s.weight))
    }

    fn is_alive(&self, catalogue: &Catalogue, day: Day) -> bool {
        let field = catalogue.field(&self.field).is_some_and(|f| f.valid_from <= day && f.valid_to.is_none_or(|last| day <= last));
        field && self.open_spots(catalogue, day).next().is_some()
    }

    /// Is the next person satisfied? What one answer has too much, later ones have too little, so that the
    /// field's share comes out even of a small number. `mood` is the tone of an opinion that comes with it.
    fn satisfies(&mut self, sample: Sample, blame: f64, mood: Option<bool>, dice: &mut Dice) -> bool {
        let open = sample != Sample::Verified;
        let blame = if open { blame * OPEN_BLAME } else { blame };
        let share = (1.0 - (1.0 - self.satisfied) * blame).clamp(0.05, 0.995);
        let Some(owed) = self.owed.get_mut(usize::from(open)) else { return true };
        *owed += share;
        let yes = mood.unwrap_or_else(|| *owed > dice.unit());
        if yes {
            *owed -= 1.0;
        }
        yes
    }
}

/// The procedure that brought the person there, most often a frequent one.
fn procedure<'a>(catalogue: &'a Catalogue, field: &FieldCode, spot: Option<&Spot>, day: Day, dice: &mut Dice) -> Option<&'a Procedure> {
    let at_level = |p: &&Procedure| match spot.map(|s| s.kind) {
        Some(OfficeKind::Ward | OfficeKind::Commune) => p.level == "commune",
        Some(OfficeKind::Authority) => true,
        _ => p.level == "province",
    };
    let in_force = |p: &&Procedure| p.valid_from <= day && p.valid_to.is_none_or(|last| day <= last);
    let weight = |p: &Procedure| if p.position < 100 { 5.0 } else { 1.0 };
    let fitting = catalogue.procedures.iter().filter(|p| p.field == *field).filter(at_level).filter(in_force);
    dice.weigh(fitting.map(|p| (p, weight(p))))
}

fn respondent(field: &FieldCode, kind: OfficeKind, dice: &mut Dice) -> &'static str {
    let shares = match (field.as_str(), kind) {
        ("investment", _) => [0.06, 0.86, 0.08],
        ("labour", _) | (_, OfficeKind::Authority) => [0.25, 0.70, 0.05],
        ("business", _) => [0.62, 0.36, 0.02],
        ("land" | "construction", _) => [0.86, 0.09, 0.05],
        _ => [0.95, 0.02, 0.03],
    };
    dice.weigh(["citizen", "enterprise", "organisation"].into_iter().zip(shares)).unwrap_or("citizen")
}

fn language(respondent: &str, dice: &mut Dice) -> &'static str {
    let shares = if respondent == "enterprise" { [0.92, 0.08, 0.0] } else { [0.93, 0.01, 0.06] };
    dice.weigh(["vi", "en", "km"].into_iter().zip(shares)).unwrap_or("vi")
}

// ---- Filled questionnaires ----

/// Answers to every kind of question, some left blank.
fn fill(definition: &Definition, satisfied: bool, dice: &mut Dice) -> Map<String, Value> {
    let mut answers = Map::new();
    for question in &definition.questions {
        if let Some(answer) = answer(question, satisfied, dice) {
            answers.insert(question.id.to_string(), answer);
        }
    }
    answers
}

fn answer(question: &QuestionDef, satisfied: bool, dice: &mut Dice) -> Option<Value> {
    let choices: Vec<&str> = question.choices.iter().map(|c| c.value.as_str()).collect();
    let answered = match question.kind {
        QuestionType::Satisfaction => 0.6,
        QuestionType::Single => 0.85,
        QuestionType::Multiple => {
            if satisfied {
                0.3
            } else {
                0.7
            }
        }
        QuestionType::Text => 0.0,
    };
    if !question.headline && !question.required && !dice.chance(answered) {
        return None;
    }
    match question.kind {
        QuestionType::Satisfaction => {
            let scale = question.scale?;
            // A part is most often like the whole.
            let good = if question.headline { satisfied } else { dice.chance(if satisfied { 0.94 } else { 0.4 }) };
            let steps = if good { scale.satisfied_from..=scale.points } else { 1..=scale.satisfied_from.saturating_sub(1) };
            // The best value and the one nearest to the middle are the most frequent.
            let weight = |value: u8| if good { f64::from(value) } else { f64::from(value).powi(2) };
            dice.weigh(steps.map(|v| (v, weight(v)))).map(Value::from)
        }
        QuestionType::Single => dice.pick(&choices).copied().map(Value::from),
        QuestionType::Multiple => {
            let first = dice.pick(&choices).copied()?;
            let second = dice.pick(&choices).copied().filter(|s| *s != first && dice.chance(0.4));
            Some(std::iter::once(first).chain(second).collect())
        }
        QuestionType::Text => Some(Value::from("Không có ý kiến thêm.")),
    }
}

// ---- Opinions ----

/// An opinion of `data/sample/opinions.toml`.
#[derive(Debug, Deserialize)]
struct Template {
    field: String,
    kind: String,
    respondent: String,
    text: String,
    public: Option<String>,
    title: String,
    answer: String,
    fate: String,
    /// The opinion above it that it repeats.
    #[serde(skip)]
    repeats: Option<usize>,
}

/// Reads the sample opinions of the fields that this deployment has.
fn templates(catalogue: &Catalogue) -> Result<Vec<Template>, Problem> {
    #[derive(Deserialize)]
    struct File {
        opinions: Vec<Template>,
    }
    let text = embedded::data("sample/opinions.toml").map_err(Problem::Internal)?;
    let file: File = toml::from_str(&text).map_err(|e| Problem::Internal(format!("data/sample/opinions.toml: {e}")))?;
    let mut templates: Vec<Template> = Vec::new();
    for mut opinion in file.opinions.into_iter().filter(|o| catalogue.fields.iter().any(|f| f.code.as_str() == o.field)) {
        if opinion.fate == "merge" {
            opinion.repeats = templates.iter().rposition(|o| o.field == opinion.field && o.fate == "answer");
            let above = opinion.repeats.and_then(|i| templates.get(i));
            opinion.answer = above.map(|o| o.answer.clone()).unwrap_or_default();
        }
        templates.push(opinion);
    }
    Ok(templates)
}

impl Template {
    fn language(&self) -> Language {
        if self.text.chars().any(|c| ('\u{1780}'..='\u{17FF}').contains(&c)) {
            Language::Km
        } else if self.text.is_ascii() {
            Language::En
        } else {
            Language::Vi
        }
    }

    /// Words before and after, so that two opinions on one matter are not one text.
    fn frame(&self, place: &str, dice: &mut Dice) -> (String, String) {
        let own = if self.respondent == "citizen" { "Tôi" } else { "Chúng tôi" };
        let (before, after): (Vec<String>, &[&str]) = match self.language() {
            _ if self.fate == "spam" => (vec![], &[]),
            Language::Vi => (
                vec![
                    String::new(),
                    format!("Kính gửi {place}. "),
                    format!("{own} vừa làm việc với {place}. "),
                    format!("Gửi {place}: "),
                    format!("Việc này ở {place}. "),
                    format!("{own} viết về {place}. "),
                ],
                if self.kind == "praise" {
                    &["", " Mong nơi khác cũng làm như vậy."]
                } else {
                    &["", " Xin cảm ơn.", " Mong sớm được trả lời.", " Mong cơ quan xem xét."]
                },
            ),
            Language::En => (vec![String::new(), format!("To {place}: "), format!("About {place}. ")], &["", " Thank you."]),
            Language::Km => (vec![], &["", " សូមអរគុណ។"]),
        };
        let before = dice.pick(&before).cloned().unwrap_or_default();
        (before, dice.pick(after).map(|s| (*s).to_owned()).unwrap_or_default())
    }
}

/// The way of an opinion that is to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    /// Taken, written, approved.
    Plain,
    /// Given to a colleague first.
    Assigned,
    /// To another office, then answered.
    Forwarded,
    /// To two other offices, then answered.
    ForwardedTwice,
    /// Returned by the approver, written again.
    Returned,
    /// Answered, and again when there was more to say.
    Revised,
    /// Answered after the deadline.
    Late,
    /// Taken back by its sender.
    Withdrawn,
    /// Forgotten.
    Ignored,
    /// Found to be a denunciation, and confirmed.
    Sealed,
    /// Taken for a denunciation, brought back, answered.
    SealedByMistake,
    /// Called a denunciation by its sender; it is none, and is answered.
    CalledDenunciation,
    /// Refused, brought back by the head, answered.
    RefusedByMistake,
}

/// How many of a hundred go which way.
const COURSES: [(Course, usize); 13] = [
    (Course::Plain, 43),
    (Course::Assigned, 15),
    (Course::Forwarded, 10),
    (Course::ForwardedTwice, 3),
    (Course::Returned, 9),
    (Course::Revised, 4),
    (Course::Late, 6),
    (Course::Withdrawn, 3),
    (Course::Ignored, 3),
    (Course::Sealed, 1),
    (Course::SealedByMistake, 1),
    (Course::CalledDenunciation, 1),
    (Course::RefusedByMistake, 1),
];

/// What becomes of an opinion.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Course(Course),
    /// Merged into the opinion of this index.
    Merge(usize),
    OutOfScope,
    Spam,
    Redirect,
    Denounced,
}

/// An opinion that will be sent.
struct Sent {
    template: usize,
    topic: usize,
    day: Day,
    second: i32,
    way: Way,
    office: Option<OfficeCode>,
    blame: f64,
    procedure: String,
    kind: String,
    before: String,
    after: String,
    /// How many used the template before.
    turn: usize,
    with_slip: bool,
    consent: Vec<String>,
    fate: Fate,
    /// Its number, once it was received.
    serial: Option<Serial>,
}

/// A move that somebody will make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Job {
    Take,
    Assign,
    Forward,
    /// Hand an answer in; the first try of one that comes back says too little.
    Write(Form),
    GiveBack,
    Propose,
    Approve,
    Merge,
    Redirect,
    Seal,
    ConfirmSeal,
    Unseal,
    Reopen,
    Withdraw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Short,
    Full,
    Update,
}

/// When in the day of an office.
#[derive(Clone, Copy)]
enum Part {
    Early,
    Morning,
    Afternoon,
}

impl Part {
    fn second(self, dice: &mut Dice) -> i32 {
        let (from, to) = match self {
            Self::Early => (27_000, 30_000),
            Self::Morning => (30_600, 40_500),
            Self::Afternoon => (48_600, 59_400),
        };
        dice.between(from, to)
    }
}

enum Event {
    Arrives,
    Moves(Job),
}

/// The whole of it while it is lived.
struct Life {
    plan: Plan,
    first: Day,
    catalogue: Arc<Catalogue>,
    people: Vec<Officer>,
    topics: Vec<Topic>,
    templates: Vec<Template>,
    surveys: Vec<Arc<Questionnaire>>,
    opinions: Vec<Sent>,
    /// Of each day: what happens at which second to which opinion.
    agenda: BTreeMap<Day, Vec<(i32, usize, Event)>>,
    /// Of each day: how many fill a questionnaire and say no more.
    slips: BTreeMap<Day, u64>,
    /// How many did so far.
    filled: u64,
    dice: Dice,
    done: Done,
}

impl Life {
    /// Decides what will be sent, and when.
    fn invent(plan: &Plan, catalogue: Arc<Catalogue>, people: Vec<Officer>) -> Result<Self, Problem> {
        let days = i32::try_from(plan.days.clamp(1, 40_000)).unwrap_or(1);
        let surveys: Vec<_> = catalogue.surveys().into_iter().filter(|s| s.open).cloned().collect();
        let mut life = Self {
            plan: *plan,
            first: plan.last_day.plus(1 - days),
            people,
            topics: topics(&catalogue),
            templates: templates(&catalogue)?,
            surveys,
            opinions: Vec::new(),
            agenda: BTreeMap::new(),
            slips: BTreeMap::new(),
            filled: 0,
            dice: Dice::of(plan.seed, Stream::Work, 0),
            done: Done::default(),
            catalogue,
        };
        let weights = life.weights();
        let responses = if life.surveys.is_empty() { 0 } else { plan.responses };
        let with_slip = responses.min(plan.feedback * 45 / 100);
        life.invent_opinions(&weights, with_slip);
        let with_slip = life.opinions.iter().filter(|o| o.with_slip).count() as u64;
        let mut dice = Dice::of(plan.seed, Stream::Days, 0);
        for _ in with_slip..responses {
            if let Some(day) = dice.weigh(weights.iter().copied()) {
                *life.slips.entry(day).or_default() += 1;
            }
        }
        Ok(life)
    }

    /// How busy each day is: little on days off, nothing where there is no office to go to.
    fn weights(&self) -> Vec<(Day, f64)> {
        let mut weights = Vec::new();
        let mut day = self.first;
        while day <= self.plan.last_day {
            let there = self.catalogue.offices.active(&self.catalogue.coordinating, day).is_some();
            if there && self.topics.iter().any(|t| t.is_alive(&self.catalogue, day)) {
                let weight = match (self.works(day), day.weekday()) {
                    (true, 1) => 1.3,
                    (true, _) => 1.0,
                    (false, _) => 0.09,
                };
                weights.push((day, weight));
            }
            day = day.next();
        }
        weights
    }

    fn works(&self, day: Day) -> bool {
        self.catalogue.calendar.is_working(day, true)
    }

    fn invent_opinions(&mut self, weights: &[(Day, f64)], with_slip: u64) {
        let mut decks = Dice::of(self.plan.seed, Stream::Decks, 0);
        let often = |t: &Template| if t.fate == "answer" { 3 } else { 1 + usize::from(t.fate == "merge") };
        let mut deck = Deck::of(self.templates.iter().enumerate().map(|(i, t)| (i, often(t))));
        let mut courses = Deck::of(COURSES);
        let mut used: BTreeMap<usize, usize> = BTreeMap::new();
        for n in 0..self.plan.feedback {
            let mut dice = Dice::of(self.plan.seed, Stream::Opinion, n);
            let (Some(index), Some(day)) = (deck.draw(&mut decks, |_| true), dice.weigh(weights.iter().copied())) else { return };
            let turn = used.entry(index).or_default();
            if let Some(mut sent) = self.invent_opinion(index, *turn, day, &mut dice) {
                *turn += 1;
                let template = self.templates.get(index);
                if matches!(sent.fate, Fate::Course(_)) {
                    let kind = template.map_or("", |t| t.kind.as_str());
                    let fits = |c: Course| match c {
                        Course::Sealed | Course::SealedByMistake | Course::CalledDenunciation => kind == "report",
                        Course::RefusedByMistake => kind != "praise",
                        _ => true,
                    };
                    sent.fate = Fate::Course(courses.draw(&mut decks, fits).unwrap_or(Course::Plain));
                }
                if matches!(sent.fate, Fate::Course(Course::CalledDenunciation)) {
                    "denunciation".clone_into(&mut sent.kind);
                }
                sent.with_slip = n < with_slip && sent.office.is_some();
                self.agenda.entry(sent.day).or_default().push((sent.second, self.opinions.len(), Event::Arrives));
                self.opinions.push(sent);
            }
        }
    }

    fn invent_opinion(&self, index: usize, turn: usize, day: Day, dice: &mut Dice) -> Option<Sent> {
        let template = self.templates.get(index)?;
        let topic_at = self.topics.iter().position(|t| t.field.as_str() == template.field)?;
        let topic = self.topics.get(topic_at)?;
        // What repeats another opinion comes days after it, from the same place.
        let repeated = template.repeats.and_then(|above| {
            let taken = |i: usize| self.opinions.iter().any(|o| matches!(o.fate, Fate::Merge(into) if into == i));
            let fits = |o: &Sent| {
                o.template == above
                    && o.day.plus(6) <= self.plan.last_day
                    && matches!(o.fate, Fate::Course(Course::Plain | Course::Assigned | Course::Revised | Course::Late))
            };
            self.opinions.iter().enumerate().rev().find(|(i, o)| fits(o) && !taken(*i))
        });
        let day = repeated.map_or(day, |(_, o)| o.day.plus(dice.between(1, 5)));
        if !topic.is_alive(&self.catalogue, day) {
            return None;
        }
        let spot = match repeated {
            Some((_, above)) => topic.spots.iter().find(|s| above.office.as_ref() == Some(&s.office)),
            None => dice.weigh(topic.open_spots(&self.catalogue, day)),
        };
        let sealed = template.kind == "denunciation";
        let at_counter = !sealed && repeated.is_none() && self.works(day) && dice.chance(0.45);
        let nameless = dice.chance(if topic.only_named { 0.3 } else { 0.04 });
        let (way, spot) = match spot {
            Some(spot) if at_counter => (Way::kiosk(spot.office.clone()), Some(spot)),
            Some(spot) if !nameless => (Way::web(), Some(spot)),
            _ => (Way::api(), None),
        };
        let procedure = match repeated {
            Some((_, above)) => above.procedure.clone(),
            None if template.field == "other" || !dice.chance(0.4) => String::new(),
            None => procedure(&self.catalogue, &topic.field, spot, day, dice).map(|p| p.key.to_string()).unwrap_or_default(),
        };
        let place = spot.map_or("cơ quan phụ trách", |s| s.name.as_str());
        let (before, after) = template.frame(place, dice);
        let consent: &[&str] = match dice.between(1, 12) {
            1..=2 => &["answer"],
            3 => &["answer", "ask"],
            4 => &["answer", "ask", "survey"],
            _ => &[],
        };
        let fate = match (template.fate.as_str(), repeated) {
            ("merge", Some((i, _))) => Fate::Merge(i),
            ("out_of_scope", _) => Fate::OutOfScope,
            ("spam", _) => Fate::Spam,
            ("redirected", _) => Fate::Redirect,
            ("sealed", _) => Fate::Denounced,
            _ => Fate::Course(Course::Plain),
        };
        let second = if at_counter { Part::Morning.second(dice) + 18_000 * dice.between(0, 1) } else { dice.between(21_600, 79_200) };
        Some(Sent {
            template: index,
            topic: topic_at,
            day,
            second,
            way,
            office: spot.map(|s| s.office.clone()),
            blame: spot.map_or(1.0, |s| s.blame),
            procedure,
            kind: template.kind.clone(),
            before,
            after,
            turn,
            with_slip: false,
            consent: consent.iter().map(|c| (*c).to_owned()).collect(),
            fate,
            serial: None,
        })
    }

    // ---- One day ----

    /// Lives one day: first the daily jobs, then what people do, in the order of the day.
    fn live(&mut self, tx: &mut Tx<'_>) -> Result<(), Problem> {
        let day = tx.today;
        close_half(tx)?;
        feedback::record_overdue(tx, i64::MAX)?;
        let mut events = self.agenda.remove(&day).unwrap_or_default();
        events.sort_by_key(|(second, index, _)| (*second, *index));
        for (second, index, event) in events {
            tx.now = day.at(second);
            match event {
                Event::Arrives => self.receive(tx, index)?,
                Event::Moves(job) => self.work(tx, index, job)?,
            }
        }
        tx.now = day.at(82_800);
        let slips = self.slips.remove(&day).unwrap_or(0);
        let mut submissions = Vec::new();
        for _ in 0..slips {
            submissions.extend(self.fill_one(tx, day)?);
        }
        for receipt in intake::store_all(tx, &submissions)? {
            self.done.responses += u64::from(!receipt.repeated);
        }
        Ok(())
    }

    /// How content people were that day: a little more from month to month.
    fn trend(&self, day: Day) -> f64 {
        let part = f64::from(day.days_since(self.first)) / f64::from(self.plan.days.max(1));
        1.12 - 0.24 * part
    }

    /// A questionnaire that somebody fills and says no more.
    fn fill_one(&mut self, tx: &Tx<'_>, day: Day) -> Result<Option<Submission>, Problem> {
        let n = self.filled;
        self.filled += 1;
        let mut dice = Dice::of(self.plan.seed, Stream::Response, n);
        let at_counter = self.works(day) && dice.chance(0.735);
        let long = !at_counter && dice.chance(0.07);
        let survey = if long { self.surveys.get(1) } else { None }.or(self.surveys.first());
        let Some(survey) = survey.cloned() else { return Ok(None) };
        // Steps of the golden ratio spread fields evenly over any stretch of days.
        let at = (n as f64 * 0.618_033_988_749_895 + dice.unit() * 0.1).fract();
        let catalogue = self.catalogue.clone();
        let alive = self.topics.iter().enumerate().filter(|(_, t)| t.is_alive(&catalogue, day)).map(|(i, t)| (i, t.weight));
        let trend = self.trend(day);
        let Some(topic) = weigh(at, alive).and_then(|i| self.topics.get_mut(i)) else { return Ok(None) };
        let Some(spot) = dice.weigh(topic.open_spots(&catalogue, day)) else { return Ok(None) };
        let who = respondent(&topic.field, spot.kind, &mut dice);
        let procedure = if dice.chance(0.7) { procedure(&catalogue, &topic.field, Some(spot), day, &mut dice) } else { None };
        let way = if at_counter { Way::kiosk(spot.office.clone()) } else { Way::web() };
        let office = spot.office.to_string();
        let blame = spot.blame * trend;
        let satisfied = topic.satisfies(way.sample, blame, None, &mut dice);
        let draft = Draft {
            submission_id: Dice::of(self.plan.seed, Stream::ResponseId, n).uuid().to_string(),
            respondent: who.to_owned(),
            field: topic.field.to_string(),
            office,
            procedure: procedure.map(|p| p.key.to_string()).unwrap_or_default(),
            language: language(who, &mut dice).to_owned(),
            answers: Some(fill(&survey.definition, satisfied, &mut dice)),
            opinion: None,
        };
        Submission::parse(&draft, &way, Some(&survey), &tx.catalogue, day).map(Some)
    }

    /// An opinion comes in, and what will become of it is entered in the agenda.
    fn receive(&mut self, tx: &mut Tx<'_>, index: usize) -> Result<(), Problem> {
        let trend = self.trend(tx.today);
        let (Some(sent), Some(slip)) = (self.opinions.get_mut(index), Some(self.surveys.first().cloned())) else { return Ok(()) };
        let (Some(template), Some(topic)) = (self.templates.get(sent.template), self.topics.get_mut(sent.topic)) else { return Ok(()) };
        let slip = slip.filter(|_| sent.with_slip);
        let answers = slip.as_ref().map(|slip| {
            let mood = match template.kind.as_str() {
                "praise" => Some(true),
                "report" | "complaint" if self.dice.chance(0.5) => Some(false),
                _ => None,
            };
            let satisfied = topic.satisfies(sent.way.sample, sent.blame * trend, mood, &mut self.dice);
            fill(&slip.definition, satisfied, &mut self.dice)
        });
        let email = if sent.consent.is_empty() { String::new() } else { format!("nguoi-gui-{}@example.vn", index + 1) };
        let draft = Draft {
            submission_id: Dice::of(self.plan.seed, Stream::OpinionId, index as u64).uuid().to_string(),
            respondent: template.respondent.clone(),
            field: template.field.clone(),
            office: sent.office.as_ref().map(ToString::to_string).unwrap_or_default(),
            procedure: sent.procedure.clone(),
            language: template.language().to_string(),
            answers,
            opinion: Some(OpinionDraft {
                kind: sent.kind.clone(),
                text: format!("{}{}{}", sent.before, template.text, sent.after),
                email,
                consent: sent.consent.clone(),
                ..OpinionDraft::default()
            }),
        };
        let submission = Submission::parse(&draft, &sent.way, slip.as_deref(), &tx.catalogue, tx.today)?;
        let receipt = intake::store_all(tx, std::slice::from_ref(&submission))?.pop();
        let Some((receipt, (serial, due_on))) = receipt.and_then(|r| r.feedback.map(|f| (r, f))) else { return Ok(()) };
        sent.serial = Some(serial);
        // What was there already has had its life.
        if !receipt.repeated {
            self.done.feedback += 1;
            self.done.responses += u64::from(receipt.response_id.is_some());
            let fate = sent.fate;
            self.foresee(index, tx.today, due_on.unwrap_or_else(|| tx.today.plus(21)), fate);
        }
        Ok(())
    }

    // ---- What becomes of an opinion ----

    /// Enters a move `working` working days after a day.
    fn enter(&mut self, index: usize, from: Day, working: i32, part: Part, job: Job) {
        let day = self.catalogue.calendar.add(from, working.unsigned_abs(), true);
        let second = part.second(&mut self.dice);
        self.agenda.entry(day).or_default().push((second, index, Event::Moves(job)));
    }

    /// Enters the moves of an opinion's fate.
    fn foresee(&mut self, index: usize, on: Day, due_on: Day, fate: Fate) {
        use Part::{Afternoon, Early, Morning};
        let soon = self.dice.between(1, 2);
        match fate {
            Fate::Course(course) => self.foresee_course(index, on, due_on, course),
            Fate::Merge(_) => {
                let at = self.dice.between(1, 4);
                self.enter(index, on, at, Morning, Job::Merge);
                // Where the other one is out by then, it is answered like any other.
                self.foresee_answer(index, on, 10);
            }
            Fate::OutOfScope | Fate::Spam => {
                self.enter(index, on, soon, Morning, Job::Propose);
                let later = self.dice.between(0, 1);
                self.enter(index, on, soon + later, Afternoon, Job::Approve);
            }
            Fate::Redirect => self.enter(index, on, soon, Afternoon, Job::Redirect),
            Fate::Denounced => {
                let at = self.dice.between(1, 5);
                self.enter(index, on, at, Early, Job::ConfirmSeal);
            }
        }
    }

    fn foresee_course(&mut self, index: usize, on: Day, due_on: Day, course: Course) {
        use Part::{Afternoon, Early, Morning};
        let days = i32::try_from(self.catalogue.calendar.between(on, due_on, true)).unwrap_or(15).max(12);
        // Early rather than late, and sometimes on the last day.
        let (a, b) = (self.dice.between(3, days), self.dice.between(3, days));
        let at = a.min(b);
        let soon = self.dice.between(1, 2);
        match course {
            Course::Plain | Course::Revised => {
                if self.dice.chance(0.7) {
                    self.enter(index, on, soon, Morning, Job::Take);
                }
                self.foresee_answer(index, on, at);
                if course == Course::Revised {
                    let more = at + self.dice.between(5, 20);
                    self.enter(index, on, more, Morning, Job::Write(Form::Update));
                    self.enter(index, on, more, Afternoon, Job::Approve);
                }
            }
            Course::Assigned => {
                self.enter(index, on, soon, Early, Job::Assign);
                self.foresee_answer(index, on, at);
            }
            Course::Forwarded | Course::ForwardedTwice => {
                self.enter(index, on, soon, Early, Job::Forward);
                let twice = course == Course::ForwardedTwice;
                if twice {
                    self.enter(index, on, soon + 3, Early, Job::Forward);
                }
                self.enter(index, on, soon + 4, Morning, Job::Take);
                self.foresee_answer(index, on, at.max(soon + 5));
            }
            Course::Returned => {
                let at = at.max(4);
                self.enter(index, on, at - 2, Morning, Job::Write(Form::Short));
                self.enter(index, on, at - 1, Early, Job::GiveBack);
                self.foresee_answer(index, on, at);
            }
            Course::Late => {
                let late = days + self.dice.between(1, 9);
                self.enter(index, on, soon + 3, Morning, Job::Take);
                self.foresee_answer(index, on, late);
            }
            Course::Ignored => {
                if self.dice.chance(0.5) {
                    self.enter(index, on, soon + 3, Afternoon, Job::Take);
                }
            }
            Course::Withdrawn => {
                // A sender knows no days off.
                let day = on.plus(self.dice.between(1, 9));
                let second = self.dice.between(25_200, 75_600);
                self.agenda.entry(day).or_default().push((second, index, Event::Moves(Job::Withdraw)));
                self.foresee_answer(index, on, 12);
            }
            Course::Sealed => {
                self.enter(index, on, soon, Morning, Job::Seal);
                self.enter(index, on, soon + 3, Afternoon, Job::ConfirmSeal);
            }
            Course::SealedByMistake | Course::CalledDenunciation => {
                if course == Course::SealedByMistake {
                    self.enter(index, on, soon, Morning, Job::Seal);
                }
                self.enter(index, on, soon + 2, Afternoon, Job::Unseal);
                self.foresee_answer(index, on, at.max(soon + 4));
            }
            Course::RefusedByMistake => {
                self.enter(index, on, soon, Morning, Job::Propose);
                self.enter(index, on, soon, Afternoon, Job::Approve);
                self.enter(index, on, soon + 4, Early, Job::Reopen);
                self.foresee_answer(index, on, at.max(soon + 6));
            }
        }
    }

    /// Handed in and approved, at the latest on the day `at`.
    fn foresee_answer(&mut self, index: usize, on: Day, at: i32) {
        let before = self.dice.between(0, 1);
        self.enter(index, on, at - before, Part::Morning, Job::Write(Form::Full));
        self.enter(index, on, at, Part::Afternoon, Job::Approve);
    }

    // ---- Moves ----

    /// Somebody with the role whose office holds this one, the nearest first; none of `not`.
    fn person(&mut self, role: Role, office: &OfficeCode, not: &[Uuid]) -> Option<Officer> {
        let offices = &self.catalogue.offices;
        let depth = |o: &Officer| offices.chain(&o.office).count();
        let fits = |o: &&Officer| o.is(role) && offices.is_within(office, &o.office) && !not.contains(&o.id);
        let nearest = self.people.iter().filter(fits).map(depth).max()?;
        let near: Vec<&Officer> = self.people.iter().filter(fits).filter(|o| depth(o) == nearest).collect();
        self.dice.pick(&near).map(|o| (*o).clone())
    }

    /// The receiver of denunciations, or nobody.
    fn receiver(&mut self) -> Option<Officer> {
        let receivers: Vec<&Officer> = self.people.iter().filter(|o| o.is(Role::Receiver)).collect();
        self.dice.pick(&receivers).map(|o| (*o).clone())
    }

    /// A code of a published list: this one where it is listed, else the first.
    fn code(&self, list: &str, wanted: &str) -> Option<String> {
        let listed = wanted.parse::<Ground>().is_ok_and(|g| self.catalogue.is_listed(list, &g));
        if listed { Some(wanted.to_owned()) } else { self.catalogue.list(list).next().map(|c| c.code.to_string()) }
    }

    /// Makes a move where the item allows it and somebody may; else leaves the item as it is.
    fn work(&mut self, tx: &mut Tx<'_>, index: usize, job: Job) -> Result<(), Problem> {
        let Some(serial) = self.opinions.get(index).and_then(|o| o.serial) else { return Ok(()) };
        let Some(record) = store::feedback::get(tx.conn, serial)? else { return Ok(()) };
        let in_work = matches!(record.state, State::Waiting | State::Working);
        let fits = match job {
            Job::Take | Job::Assign | Job::Forward | Job::Propose | Job::Merge | Job::Redirect | Job::Seal => in_work,
            Job::Write(Form::Update) => record.state == State::Answered,
            Job::Write(_) => in_work,
            Job::GiveBack => record.state == State::Drafted,
            Job::Approve => in_work || matches!(record.state, State::Drafted | State::Answered),
            Job::ConfirmSeal | Job::Unseal => record.state == State::Sealed,
            Job::Reopen => record.state == State::OutOfScope,
            Job::Withdraw => record.state.is_open(),
        };
        if !fits {
            return Ok(());
        }
        match job {
            Job::Withdraw => feedback::withdraw(tx, serial),
            Job::ConfirmSeal | Job::Unseal => {
                let Some(receiver) = self.receiver() else { return Ok(()) };
                match job {
                    Job::ConfirmSeal => feedback::confirm_seal(tx, &receiver, serial),
                    _ => feedback::restore(tx, &receiver, serial, "Nội dung là phản ánh về cách phục vụ, không phải tố cáo."),
                }
            }
            _ => match record.office.clone() {
                Some(office) => self.work_at(tx, index, job, &record, &office),
                None => Ok(()),
            },
        }
    }

    /// A move of somebody of the office in charge.
    fn work_at(&mut self, tx: &mut Tx<'_>, index: usize, job: Job, record: &Record, office: &OfficeCode) -> Result<(), Problem> {
        let serial = record.serial;
        let role = match job {
            Job::Assign | Job::Reopen => Role::Head,
            Job::GiveBack | Job::Approve => Role::Approver,
            _ => Role::Officer,
        };
        let authors = if role == Role::Approver { store::draft::authors(tx.conn, serial)? } else { Vec::new() };
        // Who took it goes on with it.
        let assigned = self.people.iter().find(|o| role == Role::Officer && record.assignee == Some(o.id)).cloned();
        let Some(who) = assigned.or_else(|| self.person(role, office, &authors)) else { return Ok(()) };
        match job {
            Job::Take => feedback::take(tx, &who, serial),
            Job::Assign => match self.person(Role::Officer, office, &[who.id]) {
                Some(colleague) => feedback::assign(tx, &who, serial, colleague.id),
                None => Ok(()),
            },
            Job::Forward => match (self.elsewhere(tx.today, index, office, record.in_tray), self.code("forward", "wrong_office")) {
                (Some(to), Some(reason)) => feedback::forward(tx, &who, serial, to.as_str(), &reason, "Nội dung thuộc nhiệm vụ của cơ quan nhận."),
                _ => Ok(()),
            },
            Job::Write(form) => {
                let revision = store::draft::get(tx.conn, serial)?.map_or(0, |d| d.revision);
                match self.answer(index, office, form, revision) {
                    Some(written) => feedback::save(tx, &who, serial, &written, true),
                    None => Ok(()),
                }
            }
            Job::Propose => {
                let revision = store::draft::get(tx.conn, serial)?.map_or(0, |d| d.revision);
                match self.refusal(index, revision) {
                    Some(written) => feedback::save(tx, &who, serial, &written, true),
                    None => Ok(()),
                }
            }
            Job::GiveBack => match self.code("return", "incomplete") {
                Some(reason) => feedback::give_back(tx, &who, serial, &reason, "Cần nói rõ đã làm gì và bao giờ xong."),
                None => Ok(()),
            },
            Job::Approve => match store::draft::get(tx.conn, serial)? {
                Some(draft) if draft.handed_in => feedback::approve(tx, &who, serial, None),
                _ => Ok(()),
            },
            Job::Merge => match self.survivor(tx, index)? {
                Some(into) => feedback::merge(tx, &who, serial, into),
                None => Ok(()),
            },
            Job::Redirect => {
                let guidance = self.template(index).map(|t| t.answer.clone()).unwrap_or_default();
                match self.code("redirect", "complaint_law") {
                    Some(ground) if !guidance.is_empty() => feedback::redirect(tx, &who, serial, &ground, &guidance),
                    _ => Ok(()),
                }
            }
            Job::Seal => feedback::seal(tx, &who, serial),
            Job::Reopen => feedback::restore(tx, &who, serial, "Xem lại: việc này thuộc cơ quan mình trả lời."),
            Job::ConfirmSeal | Job::Unseal | Job::Withdraw => Ok(()),
        }
    }

    fn template(&self, index: usize) -> Option<&Template> {
        self.opinions.get(index).and_then(|o| self.templates.get(o.template))
    }

    /// Another office that knows the field and has people.
    fn elsewhere(&mut self, day: Day, index: usize, from: &OfficeCode, in_tray: bool) -> Option<OfficeCode> {
        let topic = self.opinions.get(index).and_then(|o| self.topics.get(o.topic))?;
        let mut offices: Vec<OfficeCode> = topic.desks.clone();
        if offices.iter().all(|o| o == from) {
            offices = self.topics.iter().flat_map(|t| t.desks.clone()).collect();
        }
        offices.push(self.catalogue.coordinating.clone());
        offices.retain(|o| o != from && self.catalogue.offices.active(o, day).is_some());
        if in_tray {
            offices.retain(|o| *o != self.catalogue.coordinating);
        }
        let to = self.dice.pick(&offices).cloned()?;
        let people = self.person(Role::Officer, &to, &[]).is_some() && self.person(Role::Approver, &to, &[]).is_some();
        people.then_some(to)
    }

    /// The item that goes on for a repeated one, while it is not out.
    fn survivor(&self, tx: &mut Tx<'_>, index: usize) -> Result<Option<Serial>, Problem> {
        let into = match self.opinions.get(index).map(|o| o.fate) {
            Some(Fate::Merge(into)) => self.opinions.get(into).and_then(|o| o.serial),
            _ => None,
        };
        let Some(into) = into else { return Ok(None) };
        let record = store::feedback::get(tx.conn, into)?;
        Ok(record.filter(|r| r.state.out_class().is_none()).map(|r| r.serial))
    }

    /// What an officer writes as an answer.
    fn answer(&mut self, index: usize, office: &OfficeCode, form: Form, revision: i64) -> Option<Written> {
        let short = self.catalogue.offices.get(office)?.short_name(Language::Vi).to_owned();
        let opening =
            self.dice.pick(&["", "", "Cảm ơn ý kiến đã gửi. ", "{office} xin trả lời như sau. "]).map(|s| s.replace("{office}", &short)).unwrap_or_default();
        let sent = self.opinions.get(index)?;
        let template = self.templates.get(sent.template).filter(|t| !t.answer.is_empty())?;
        let question = template.public.as_deref().unwrap_or(&template.text);
        let answer = match form {
            Form::Short => template.answer.split_inclusive(". ").next().unwrap_or(&template.answer).to_owned(),
            Form::Full => format!("{opening}{}", template.answer),
            Form::Update => format!("{}\n\nCập nhật: chúng tôi đã kiểm tra lại, các việc nêu trên đã làm xong.", template.answer),
        };
        let with_place = format!("{} ({short})", template.title);
        let fits = sent.turn > 0 && with_place.chars().count() <= TITLE_MAX;
        Some(Written {
            intent: "answer".to_owned(),
            title: if fits { with_place } else { template.title.clone() },
            question: format!("{}{question}{}", sent.before, sent.after),
            answer,
            revision,
            ..Written::default()
        })
    }

    /// What an officer writes who thinks that it is not for a public office.
    fn refusal(&self, index: usize, revision: i64) -> Option<Written> {
        let sent = self.opinions.get(index)?;
        let template = self.templates.get(sent.template)?;
        let (intent, ground, note) = match sent.fate {
            Fate::Spam if template.text.contains("asdf") => ("spam", "nonsense", ""),
            Fate::Spam => ("spam", "advertising", ""),
            Fate::OutOfScope if template.field == "land" => ("out_of_scope", "private_dispute", template.answer.as_str()),
            Fate::OutOfScope => ("out_of_scope", "other_authority", template.answer.as_str()),
            _ => ("out_of_scope", "not_administrative", "Nội dung không thuộc việc của cơ quan hành chính."),
        };
        let ground = self.code(intent, ground)?;
        Some(Written { intent: intent.to_owned(), ground, note: note.to_owned(), revision, ..Written::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::account::{self, AccountForm};
    use crate::actions::recount::recount;
    use crate::actions::setup;
    use crate::clock::Clock;
    use crate::domain::accounting::Counts;
    use crate::domain::feedback::Class;
    use crate::keys::Keys;
    use crate::store::Db;
    use crate::store::feedback::Filter;

    /// A deployment with the accounts that the demonstration has; its folder goes with it.
    struct Deployment {
        service: Service,
        folder: std::path::PathBuf,
    }

    impl Drop for Deployment {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }

    fn last_day() -> Day {
        "2026-11-21".parse().unwrap()
    }

    fn deployment(scope: &str, offices: &[&str]) -> Deployment {
        let folder = std::env::temp_dir().join(format!("hoidap-simulate-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&folder).unwrap();
        let db = Db::open(folder.join("life.sqlite").to_str().unwrap(), 2).unwrap();
        db.migrate().unwrap();
        let today = last_day().next();
        db.write(|conn| setup::reference(conn, scope, today)).unwrap();
        let service = Service::new(db, Clock::standing(today.at(30_000)), Keys::new(&[7; 32]));
        for office in offices {
            for (login, roles) in [("a", "officer"), ("b", "officer"), ("c", "approver"), ("d", "head"), ("e", "receiver")] {
                let form = AccountForm {
                    login: format!("{login}-{office}"),
                    name: format!("Người {login}"),
                    office: (*office).to_owned(),
                    roles: vec![roles.to_owned()],
                    password: "mat-khau-dai".to_owned(),
                    ..AccountForm::default()
                };
                service.write(|tx| account::add(tx, None, &form, "-".to_owned())).unwrap();
            }
        }
        Deployment { service, folder }
    }

    fn plan(responses: u64, feedback: u64, seed: u64) -> Plan {
        Plan { responses, feedback, seed, last_day: last_day(), days: 365 }
    }

    fn counts(of: &Deployment) -> Counts {
        of.service.read(|tx| Ok(store::counts::counts(tx.conn, &Filter::default(), tx.today)?)).unwrap()
    }

    fn recounts(of: &Deployment) {
        let outcome = of.service.read(recount).unwrap();
        assert!(outcome.is_ok(), "{outcome:?}");
    }

    #[test]
    fn a_year_has_every_class_and_is_recounted_without_a_difference() {
        for (scope, root) in [("province", "ct"), ("authority", "kcn")] {
            let d = deployment(scope, &[root, "kcn-vp"]);
            let start = std::time::Instant::now();
            let done = simulate(&d.service, &plan(3_000, 450, 1)).unwrap();
            eprintln!("{scope}: {:?}", start.elapsed());
            let counts = counts(&d);
            eprintln!("{counts:?}");
            let results = d.service.read(|tx| figures::results(tx, &figures::Asked::default())).unwrap();
            for f in results.satisfaction {
                eprintln!("{} {} {:?} {:?} {}", f.scope, f.sample, f.shown, f.shown.ratio().and_then(|r| r.share()), f.verdict);
            }
            assert_eq!(done, Done { responses: 3_000, feedback: 450 });
            for class in Class::ALL {
                assert!(counts.of(*class) > 0, "{scope}: no {class}");
            }
            recounts(&d);
        }
    }
}
