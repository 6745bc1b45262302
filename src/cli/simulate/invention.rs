//! Which opinions will be sent, on which day, from where, and what will become
//! of each. Decides before anything is stored; opens no transaction.

use std::collections::BTreeMap;

use super::dice::{Deck, Dice, Stream};
use super::fates::{COURSES, Course, Event, Fate, Part, Sent};
use super::life::Life;
use super::opinions::Template;
use super::topics::{is_commune, procedure};
use crate::domain::office::OfficeKind;
use crate::domain::submission::Way;
use crate::domain::time::Day;

impl Life {
    pub(super) fn invent_opinions(&mut self, weights: &[(Day, f64)], with_slip: u64) {
        let mut decks = Dice::of(self.plan.seed, Stream::Decks, 0);
        // Where there is no commune to go to, enterprises speak most.
        let communes = self.topics.iter().any(|t| t.spots.iter().any(|s| is_commune(s.kind)));
        let often = |t: &Template| match t.fate.as_str() {
            "answer" if communes => 3,
            "answer" if t.respondent == "citizen" => 2,
            "answer" => 6,
            "merge" => 2,
            _ => 1,
        };
        let mut deck = Deck::of(self.templates.iter().enumerate().map(|(i, t)| (i, often(t))));
        let mut courses = Deck::of(COURSES);
        let mut used: BTreeMap<usize, usize> = BTreeMap::new();
        // Of each template: the opinions that nothing repeats yet.
        let mut unrepeated: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for n in 0..self.plan.feedback {
            let mut dice = Dice::of(self.plan.seed, Stream::Opinion, n);
            // A field may have no office on the day: another one has.
            let found = (0..50).find_map(|_| {
                let template = deck.draw(&mut decks, |_| true)?;
                let day = dice.weigh(weights.iter().copied())?;
                let above = self.templates.get(template).and_then(|t| t.repeats).and_then(|above| unrepeated.get_mut(&above)).and_then(Vec::pop);
                let turn = used.get(&template).copied().unwrap_or(0);
                self.invent_opinion(template, turn, day, above, &mut dice)
            });
            let Some(mut sent) = found else { continue };
            let kind = self.templates.get(sent.template).map_or("", |t| t.kind.as_str());
            if matches!(sent.fate, Fate::Course(_)) {
                let fits = |c: Course| match c {
                    Course::Sealed | Course::SealedByMistake | Course::CalledDenunciation => kind == "report",
                    Course::Forwarded | Course::ForwardedTwice | Course::Withdrawn | Course::RefusedByMistake => kind != "praise",
                    _ => true,
                };
                sent.fate = Fate::Course(courses.draw(&mut decks, fits).unwrap_or(Course::Plain));
            }
            let stays = matches!(sent.fate, Fate::Course(Course::Plain | Course::Assigned | Course::Returned | Course::Revised | Course::Late));
            if stays && sent.day.plus(6) <= self.plan.last_day {
                unrepeated.entry(sent.template).or_default().push(self.opinions.len());
            }
            if matches!(sent.fate, Fate::Course(Course::CalledDenunciation)) {
                "denunciation".clone_into(&mut sent.kind);
            }
            // Whoever denounces does not rate as well.
            sent.with_slip = n < with_slip && sent.office.is_some() && sent.kind != "denunciation";
            *used.entry(sent.template).or_default() += 1;
            self.agenda.entry(sent.day).or_default().push((sent.second, self.opinions.len(), Event::Arrives));
            self.opinions.push(sent);
        }
    }

    /// `above`: the opinion that this one repeats, from the same place, days after it.
    pub(super) fn invent_opinion(&self, index: usize, turn: usize, day: Day, above: Option<usize>, dice: &mut Dice) -> Option<Sent> {
        let template = self.templates.get(index)?;
        let repeated = above.and_then(|i| self.opinions.get(i).map(|o| (i, o)));
        let topic_at = self.topics.iter().position(|t| t.field.as_str() == template.field)?;
        let topic = self.topics.get(topic_at)?;
        let day = repeated.map_or(day, |(_, o)| o.day.plus(dice.between(1, 5)));
        if !topic.is_alive(&self.catalogue, day) {
            return None;
        }
        let spot = match repeated {
            Some((_, above)) => topic.spots.iter().find(|s| above.office.as_ref() == Some(&s.office)),
            None => {
                let open = topic.open_spots(&self.catalogue, day);
                let in_zone = open.clone().filter(|(s, _)| s.kind == OfficeKind::Authority && template.text.contains("khu công nghiệp"));
                dice.weigh(in_zone).or_else(|| dice.weigh(open))
            }
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
}
