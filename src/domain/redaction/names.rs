//! Names of people: after a title (`ông`, `chị`, `đồng chí`), after words that
//! introduce one (`tôi tên là`), or by their form alone (`Nguyễn Văn An`).

use std::ops::Range;

use super::reading::{Line, Met, Phrases, Token};
use super::{NameRules, What};

pub(super) struct Names {
    titles: Phrases,
    cues: Phrases,
    families: Phrases,
    plain_families: Phrases,
    lower_families: Phrases,
    middles: Phrases,
    offices: Phrases,
    places: Phrases,
    not_names: Phrases,
    breaks: Phrases,
    stops: Phrases,
    least: usize,
    most: usize,
}

/// What stands before a would-be name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// A title as it is spelt: any capitals after it are a name.
    Title,
    /// Words that may mean something else: a family name has to follow.
    Cue,
    /// Nothing: the form itself has to be that of a name.
    None,
}

/// How a would-be name is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    /// A capital for each syllable: the first word without ends it.
    Capitals,
    /// All capitals, like the words around it.
    Shouted,
    /// No capitals at all.
    Lower,
}

impl Names {
    pub fn of(rules: &NameRules) -> Self {
        Self {
            titles: Phrases::of(&rules.titles),
            cues: Phrases::of(&rules.cues),
            families: Phrases::of(&rules.families),
            plain_families: Phrases::of(&rules.plain_families),
            lower_families: Phrases::of(&rules.lower_families),
            middles: Phrases::of(&rules.middles),
            offices: Phrases::of(&rules.offices),
            places: Phrases::of(&rules.places),
            not_names: Phrases::of(&rules.not_names),
            breaks: Phrases::of(&rules.breaks),
            stops: Phrases::of(&rules.stops),
            least: rules.least,
            most: rules.most,
        }
    }

    pub fn find(&self, line: &Line<'_>) -> Vec<(What, Range<usize>)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < line.len() {
            match self.name_from(line, at) {
                Some((from, to)) => {
                    found.extend(line.cells(from, to).map(|cells| (What::Name, cells)));
                    at = to;
                }
                None => at += 1,
            }
        }
        found
    }

    /// A name whose title, cue or first syllable stands here.
    fn name_from(&self, line: &Line<'_>, at: usize) -> Option<(usize, usize)> {
        let led = [(self.titles.at(line, at), Lead::Title), (self.cues.at(line, at), Lead::Cue)];
        let led = led.into_iter().find_map(|(met, lead)| {
            let (words, how) = met?;
            let from = at + words;
            let gap = line.gap(from);
            let is_close = !gap.is_empty() && gap.len() <= 4 && gap.iter().all(|c| matches!(c, b' ' | b'.' | b':' | b')' | b'"'));
            // `duong` is `dượng`, or a street.
            if how == Met::Unmarked && words == 1 && self.places.ends_before(line, from, b" ") {
                return None;
            }
            let lead = if how == Met::Unmarked { Lead::Cue } else { lead };
            Some((from, from + self.syllables(line, from, lead).filter(|_| is_close)?))
        });
        let name = led.or_else(|| Some((at, at + self.syllables(line, at, Lead::None)?)))?;
        // `đường Nguyễn Huệ`, `chùa Bà Thiên Hậu`.
        (!self.places.ends_before(line, at, b" .-\"")).then_some(name)
    }

    /// Is this word inside a row of capitals, and not its first?
    fn is_inside(line: &Line<'_>, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| line.word(before));
        line.is_joined(at) && before.is_some_and(|before| before.is_capital && !before.is_shouted)
    }

    /// How many syllables from here are a name.
    fn syllables(&self, line: &Line<'_>, from: usize, lead: Lead) -> Option<usize> {
        let first = line.word(from)?;
        if lead == Lead::None && !first.is_capital {
            return None;
        }
        let is_family = self.families.at(line, from).is_some();
        let is_middle = line.is_joined(from + 1) && self.middles.at(line, from + 1).is_some();
        let case = self.case(line, from, first);
        // Whoever writes without case gives no sign of where the name ends: the family name, the middle
        // name and the next common word have to.
        let sure = match case {
            Case::Capitals => match lead {
                Lead::Title => true,
                Lead::Cue => is_family,
                Lead::None => {
                    is_family && (is_middle || self.plain_families.at(line, from).is_some_and(|(_, how)| how == Met::AsSpelt) && !Self::is_inside(line, from))
                }
            },
            Case::Shouted => is_family && (is_middle || lead != Lead::None),
            Case::Lower => is_family && lead != Lead::None && (is_middle || self.lower_families.at(line, from).is_some()),
        };
        if !sure || self.not_names.at(line, from).is_some() || self.offices.at(line, from).is_some() {
            return None;
        }
        let count = self.run(line, from, case, is_middle);
        let least = if lead == Lead::None { self.least.max(3) } else { self.least };
        let most = if case == Case::Lower && !is_middle { self.most.min(3) } else { self.most };
        // A longer row of capitals without a title or a middle name is a heading or a proper noun.
        if count < least || (lead == Lead::None && !is_middle && count > most) {
            return None;
        }
        Some(count.min(most))
    }

    fn case(&self, line: &Line<'_>, from: usize, first: &Token) -> Case {
        if !first.is_capital {
            return Case::Lower;
        }
        let next = line.word(from + 1).filter(|_| line.is_joined(from + 1));
        if first.is_shouted && next.is_none_or(|next| next.is_shouted || next.folded.len() == 1) { Case::Shouted } else { Case::Capitals }
    }

    /// How long the row of syllables is that may belong to the name: at most one more than a name has.
    fn run(&self, line: &Line<'_>, from: usize, case: Case, has_middle: bool) -> usize {
        let certain = if has_middle { 3 } else { 2 };
        let belongs = |i: usize| {
            let at = from + i;
            let Some(word) = line.word(at).filter(|_| i == 0 || line.is_joined(at)) else { return false };
            let cased = case == Case::Lower || word.is_capital;
            let ended = i >= 2 && self.breaks.at(line, at).is_some() || i >= 1 && self.offices.at(line, at).is_some();
            let stopped = case != Case::Capitals && i >= certain && self.stops.at(line, at).is_some();
            cased && !ended && !stopped
        };
        (0..=self.most).take_while(|i| belongs(*i)).count()
    }
}
