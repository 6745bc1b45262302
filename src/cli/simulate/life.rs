//! The life while it is lived, day by day: what arrives that day is stored
//! through the same action as any submission. Never writes a row itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::dice::{Dice, Stream, weigh};
use super::fates::{Event, Sent};
use super::opinions::{Template, templates};
use super::slips::fill;
use super::topics::{Topic, language, procedure, respondent, topics};
use super::{Done, Plan, close_half};
use crate::actions::{Tx, feedback, intake, lookup, ratings, reply, supplement};
use crate::domain::access::Officer;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::Problem;
use crate::domain::questionnaire::Questionnaire;
use crate::domain::submission::{Draft, OpinionDraft, Submission, Way};
use crate::domain::time::Day;

/// The whole of it while it is lived.
pub(super) struct Life {
    pub(super) plan: Plan,
    pub(super) first: Day,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) people: Vec<Officer>,
    pub(super) topics: Vec<Topic>,
    pub(super) templates: Vec<Template>,
    pub(super) surveys: Vec<Arc<Questionnaire>>,
    pub(super) opinions: Vec<Sent>,
    /// Of each day: what happens at which second to which opinion.
    pub(super) agenda: BTreeMap<Day, Vec<(i32, usize, Event)>>,
    /// Of each day: how many fill a questionnaire and say no more.
    pub(super) slips: BTreeMap<Day, u64>,
    /// How many did so far.
    pub(super) filled: u64,
    pub(super) dice: Dice,
    pub(super) ratings: ratings::Held,
    pub(super) done: Done,
}

impl Life {
    /// Decides what will be sent, and when.
    pub(super) fn invent(plan: &Plan, catalogue: Arc<Catalogue>, people: Vec<Officer>) -> Result<Self, Problem> {
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
            ratings: ratings::Held::default(),
            done: Done::default(),
            catalogue,
        };
        let weights = life.weights();
        let responses = if life.surveys.is_empty() { 0 } else { plan.responses };
        let with_slip = responses.min(plan.feedback * 45 / 100);
        // The last fortnight is busy, so that desks have something on them.
        let busy = |day: Day| if day.plus(14) > plan.last_day { 1.8 } else { 1.0 };
        let opinions: Vec<_> = weights.iter().map(|(day, weight)| (*day, weight * busy(*day))).collect();
        life.invent_opinions(&opinions, with_slip);
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
    pub(super) fn weights(&self) -> Vec<(Day, f64)> {
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

    pub(super) fn works(&self, day: Day) -> bool {
        self.catalogue.calendar.is_working(day, true)
    }

    /// Lives one day: first the daily jobs, then what people do, in the order of the day.
    pub(super) fn live(&mut self, tx: &mut Tx<'_>) -> Result<(), Problem> {
        let day = tx.today;
        close_half(tx)?;
        supplement::lapse(tx, i64::MAX)?;
        feedback::restore_unconfirmed(tx, i64::MAX)?;
        feedback::record_overdue(tx, i64::MAX)?;
        reply::fall_silent(tx, i64::MAX)?;
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
            if let Some(slip) = self.fill_one(tx, day)?
                && lookup::earlier(tx, slip.id)?.is_none()
            {
                submissions.push(slip);
            }
        }
        for stored in intake::store_all(tx, &mut self.ratings, &submissions)? {
            stored?;
            self.done.responses += 1;
        }
        Ok(())
    }

    /// How content people were that day: a little more from month to month.
    pub(super) fn trend(&self, day: Day) -> f64 {
        let part = f64::from(day.days_since(self.first)) / f64::from(self.plan.days.max(1));
        1.12 - 0.24 * part
    }

    /// A questionnaire that somebody fills and says no more.
    pub(super) fn fill_one(&mut self, tx: &Tx<'_>, day: Day) -> Result<Option<Submission>, Problem> {
        let n = self.filled;
        self.filled += 1;
        let mut dice = Dice::of(self.plan.seed, Stream::Response, n);
        let at_counter = self.works(day) && dice.chance(0.735);
        let long = !at_counter && dice.chance(0.06);
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
    pub(super) fn receive(&mut self, tx: &mut Tx<'_>, index: usize) -> Result<(), Problem> {
        let trend = self.trend(tx.today);
        let Some(sent) = self.opinions.get_mut(index) else { return Ok(()) };
        let (Some(template), Some(topic)) = (self.templates.get(sent.template), self.topics.get_mut(sent.topic)) else { return Ok(()) };
        let slip = self.surveys.first().filter(|_| sent.with_slip).cloned();
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
        // What was there already has had its life.
        if let Some(earlier) = lookup::earlier(tx, submission.id)? {
            sent.serial = earlier.feedback.map(|(serial, _)| serial);
            return Ok(());
        }
        let receipt = intake::store_all(tx, &mut self.ratings, std::slice::from_ref(&submission))?.pop().transpose()?;
        let Some((receipt, (serial, due_on))) = receipt.and_then(|r| r.feedback.map(|f| (r, f))) else { return Ok(()) };
        sent.serial = Some(serial);
        self.done.feedback += 1;
        self.done.responses += u64::from(receipt.response_id.is_some());
        let fate = sent.fate;
        self.foresee(index, tx.today, due_on.unwrap_or_else(|| tx.today.plus(21)), fate);
        Ok(())
    }
}
