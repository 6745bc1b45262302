//! Names of people: after a title (`ông`, `chị`, `đồng chí`), after words that
//! introduce one (`tôi tên là`), or by their form alone (`Nguyễn Văn An`).

use std::ops::Range;

use super::reading::{Line, Met, Phrases, Token};
use super::{NameRules, What};

pub(super) struct Names {
    titles: Phrases,
    cues: Phrases,
    roles: Phrases,
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
    /// Words that introduce a name: a family name has to follow.
    Cue,
    /// An office, or a title that without marks may be another word: where case does not show
    /// the name, a middle name has to.
    Role,
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
            roles: Phrases::of(&rules.roles),
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
        let leads = [(&self.titles, Lead::Title), (&self.cues, Lead::Cue), (&self.roles, Lead::Role)];
        let led = leads.into_iter().find_map(|(list, lead)| self.led(line, at, list.at(line, at)?, lead));
        // `đường Nguyễn Huệ`, `chùa Bà Thiên Hậu`: a place that is named after somebody.
        let is_place = || self.places.ends_before(line, at, b" .-\"");
        match led {
            Some((from, to)) => {
                let is_proper = line.word(at)?.is_capital && self.families.at(line, from).is_none();
                (!is_proper || !is_place()).then_some((from, to))
            }
            None => Some((at, at + self.syllables(line, at, Lead::None)?)).filter(|_| !is_place()),
        }
    }

    /// The name after a title, cue or office.
    fn led(&self, line: &Line<'_>, at: usize, (words, how): (usize, Met), lead: Lead) -> Option<(usize, usize)> {
        let from = at + words;
        let gap = line.gap(from);
        let is_unsure = how == Met::Unmarked && words == 1;
        // `duong` is `dượng`, or a street.
        if gap.is_empty() || gap.len() > 4 || !gap.iter().all(|c| b" .:)\"".contains(c)) || is_unsure && self.places.ends_before(line, from, b" ") {
            return None;
        }
        Some((from, from + self.syllables(line, from, if is_unsure { Lead::Role } else { lead })?))
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
        let is_middle = self.is_middle(line, from + 1);
        let case = self.case(line, from, first);
        // Whoever writes without case gives no sign of where the name ends: the family name, the middle
        // name and the next common word have to.
        let sure = match case {
            Case::Capitals => match lead {
                Lead::Title => true,
                Lead::Cue | Lead::Role => is_family,
                Lead::None => {
                    is_family && (is_middle || self.plain_families.at(line, from).is_some_and(|(_, how)| how == Met::AsSpelt) && !Self::is_inside(line, from))
                }
            },
            Case::Shouted => {
                is_family && (is_middle || matches!(lead, Lead::Title | Lead::Cue) || lead == Lead::Role && self.plain_families.at(line, from).is_some())
            }
            Case::Lower => is_family && lead != Lead::None && (is_middle || self.lower_families.at(line, from).is_some()),
        };
        let is_title = self.breaks.at(line, from).is_some() || self.titles.at(line, from).is_some_and(|(words, _)| words > 1);
        if !sure || is_title || [&self.not_names, &self.offices].iter().any(|list| is_meant(list.at(line, from)) && !is_middle) {
            return None;
        }
        let count = self.run(line, from, case, is_middle);
        let least = if lead == Lead::None { self.least.max(3) } else { self.least };
        let most = if case == Case::Lower && !is_middle { self.most.min(3) } else { self.most };
        // A longer row of capitals without a title or a middle name is a heading or a proper noun.
        if count < least || (lead == Lead::None && !is_middle && count > most) {
            return None;
        }
        // `anh Hai Nguyễn Văn A`: the row goes on to the end of the surer name inside it.
        let surer = (1..count).find(|i| !is_middle && self.families.at(line, from + i).is_some() && self.is_middle(line, from + i + 1));
        Some(surer.map_or(count.min(most), |i| i + self.run(line, from + i, case, true).min(self.most)))
    }

    fn is_middle(&self, line: &Line<'_>, at: usize) -> bool {
        line.is_joined(at) && self.middles.at(line, at).is_some()
    }

    fn case(&self, line: &Line<'_>, from: usize, first: &Token) -> Case {
        if !first.is_capital {
            return Case::Lower;
        }
        let second = line.word(from + 1).filter(|_| line.is_joined(from + 1));
        let fits = |word: &Token| word.is_shouted || word.is_capital && word.folded.len() == 1;
        let is_shouted = fits(first) && second.is_none_or(fits) && (first.is_shouted || second.is_some_and(|word| word.is_shouted));
        if is_shouted { Case::Shouted } else { Case::Capitals }
    }

    /// How long the row of syllables is that may belong to the name: at most one more than a name has.
    fn run(&self, line: &Line<'_>, from: usize, case: Case, has_middle: bool) -> usize {
        let certain = if has_middle { 3 } else { 2 };
        let belongs = |i: usize| {
            let at = from + i;
            let Some(word) = line.word(at).filter(|_| i == 0 || line.is_joined(at)) else { return false };
            let cased = case == Case::Lower || word.is_capital;
            let office = self.offices.at(line, at).filter(|met| is_meant(Some(*met)));
            let ended = i >= 2 && self.breaks.at(line, at).is_some() || office.is_some_and(|(words, _)| i >= if words > 1 { 1 } else { certain });
            let stopped = case != Case::Capitals && i >= certain && self.stops.at(line, at).is_some();
            cased && !ended && !stopped
        };
        (0..=self.most).take_while(|i| belongs(*i)).count()
    }
}

/// One word without marks may be another: `Dang` is `Đảng` or `Đặng`.
fn is_meant(met: Option<(usize, Met)>) -> bool {
    met.is_some_and(|(words, how)| words > 1 || how == Met::AsSpelt)
}
