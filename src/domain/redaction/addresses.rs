//! Addresses below the commune: house, lane, street, hamlet, quarter. The
//! commune or ward and all above it stay readable.

use std::ops::Range;

use super::reading::{Line, Met, Phrases};
use super::{AddressRules, What};

pub(super) struct Addresses {
    /// The words with which an address may begin, beside a number.
    openers: Phrases,
    houses: Phrases,
    numbers: Phrases,
    parts: Vec<Part>,
    communes: Phrases,
    cues: Phrases,
    not_places: Phrases,
    stops: Phrases,
}

struct Part {
    words: Phrases,
    takes_number: bool,
    takes_name: bool,
    is_enough: bool,
    is_unsure_unmarked: bool,
    never_after: Phrases,
    never_before: Phrases,
}

/// A part of an address, up to (not including) a word.
struct Piece {
    end: usize,
    /// How surely it tells where somebody lives: [`ENOUGH`] does so alone, 1 beside another part, 0 after a cue.
    weight: usize,
    kind: Kind,
}

const ENOUGH: usize = 2;
/// No address has more parts; so a text of nothing but streets is read in linear time.
const MOST_PIECES: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    House,
    Named,
    /// `45 Trần Hưng Đạo`.
    NumberAndName,
}

impl Addresses {
    pub fn of(rules: &AddressRules) -> Self {
        let part = |rule: &super::PartRule| Part {
            words: Phrases::of(&rule.words),
            takes_number: rule.number,
            takes_name: rule.name,
            is_enough: rule.enough,
            is_unsure_unmarked: rule.unsure_unmarked,
            never_after: Phrases::of(&rule.never_after),
            never_before: Phrases::of(&rule.never_before),
        };
        let openers: Vec<String> = rules.parts.iter().flat_map(|part| &part.words).chain(&rules.houses).chain(&rules.numbers).cloned().collect();
        Self {
            openers: Phrases::of(&openers),
            houses: Phrases::of(&rules.houses),
            numbers: Phrases::of(&rules.numbers),
            parts: rules.parts.iter().map(part).collect(),
            communes: Phrases::of(&rules.communes),
            cues: Phrases::of(&rules.cues),
            not_places: Phrases::of(&rules.not_places),
            stops: Phrases::of(&rules.stops),
        }
    }

    pub fn find(&self, line: &Line<'_>) -> Vec<(What, Range<usize>)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < line.len() {
            match self.address_from(line, at) {
                Some(end) => {
                    found.extend(line.cells(at, end).map(|cells| (What::Address, cells)));
                    at = end;
                }
                None => at += 1,
            }
        }
        found
    }

    /// An address that begins here, up to the word before which it ends.
    fn address_from(&self, line: &Line<'_>, at: usize) -> Option<usize> {
        if line.number(at).is_none() && self.openers.at(line, at).is_none() {
            return None;
        }
        let first = self.piece(line, at, false)?;
        let (mut end, mut weight, mut pieces) = (first.end, first.weight, 1);
        while let Some(next) = Some(end).filter(|end| pieces < MOST_PIECES && continues(line.gap(*end))).and_then(|end| self.next_piece(line, end)) {
            (end, weight, pieces) = (next.end, weight + next.weight, pieces + 1);
        }
        let is_led = || match first.kind {
            Kind::NumberAndName => self.is_led(line, at, 1) || !Self::is_shouted(line, end) && self.commune_follows(line, end),
            Kind::Named => self.is_led(line, at, 3),
            Kind::House => false,
        };
        (weight >= ENOUGH || weight > 0 && pieces > 1 || is_led()).then_some(end)
    }

    fn piece(&self, line: &Line<'_>, at: usize, has_begun: bool) -> Option<Piece> {
        self.house(line, at).or_else(|| self.part(line, at, has_begun)).or_else(|| self.number_and_name(line, at))
    }

    /// `92 Cần Thơ, 93 Hậu Giang` is a list.
    fn next_piece(&self, line: &Line<'_>, at: usize) -> Option<Piece> {
        self.piece(line, at, true).filter(|piece| piece.kind != Kind::NumberAndName || piece.weight > 0)
    }

    /// `số nhà 12/3`.
    fn house(&self, line: &Line<'_>, at: usize) -> Option<Piece> {
        let (words, _) = self.houses.at(line, at)?;
        let number = at + words;
        line.number(number).filter(|_| close(line.gap(number)))?;
        Some(Piece { end: number + 1, weight: ENOUGH, kind: Kind::House })
    }

    /// `ấp Phú Thành B`, `hẻm 12`, `đường số 5`.
    fn part(&self, line: &Line<'_>, at: usize, has_begun: bool) -> Option<Piece> {
        self.parts.iter().find_map(|part| {
            let (words, how) = part.words.at(line, at)?;
            let from = at + words;
            if part.never_after.ends_before(line, at, b" ") || part.never_before.at(line, from).is_some() || !close(line.gap(from)) {
                return None;
            }
            let number = if part.takes_number { self.number(line, from) } else { None };
            let end = number.or_else(|| if part.takes_name { self.name(line, from, has_begun) } else { None })?;
            if number == Some(end) && part.never_before.at(line, end).is_some() && line.is_joined(end) {
                return None;
            }
            let weight = match part.is_enough {
                true if part.is_unsure_unmarked && how == Met::Unmarked => 1,
                true => ENOUGH,
                false => 0,
            };
            Some(Piece { end, weight, kind: Kind::Named })
        })
    }

    /// `3`, `số 3`, `30/4`, `30 tháng 4`.
    fn number(&self, line: &Line<'_>, at: usize) -> Option<usize> {
        let at = self.after_number_word(line, at);
        line.number(at).filter(|number| number.folded.len() <= 12 && !number.folded.ends_with('m'))?;
        let is_month = line.is_joined(at + 1) && line.is_joined(at + 2) && line.word(at + 1).is_some_and(|word| word.folded == "thang");
        Some(if is_month && line.number(at + 2).is_some() { at + 3 } else { at + 1 })
    }

    /// Past the word `số`, if there is one.
    fn after_number_word(&self, line: &Line<'_>, at: usize) -> usize {
        self.numbers.at(line, at).map(|(words, _)| at + words).filter(|number| close(line.gap(*number))).unwrap_or(at)
    }

    /// One to four words with capitals, with the number or letter after them.
    /// Words without capitals have to end at a commune or another part, or to go
    /// on with an address that has begun: then three are taken, for want of a sign.
    fn name(&self, line: &Line<'_>, from: usize, has_begun: bool) -> Option<usize> {
        if self.not_places.at(line, from).is_some() || self.begins_part(line, from) {
            return None;
        }
        let is_capital = line.word(from)?.is_capital;
        let mut end = from;
        let most = if is_capital { 4 } else { 3 };
        while end < from + most && (end == from || line.is_joined(end)) {
            let Some(word) = line.word(end).filter(|word| word.is_capital == is_capital || word.folded.len() == 1) else { break };
            // A word without capitals, or among nothing but capitals, may be any word.
            let is_plain = !is_capital || end > from && word.is_shouted;
            let ends = self.begins_part(line, end) || is_plain && self.stops.at(line, end).is_some();
            if ends || word.folded.len() == 1 && !matches!(word.folded.as_str(), "a" | "b" | "c" | "d" | "e" | "i" | "v") {
                break;
            }
            end += 1;
        }
        if end == from || !is_capital && !has_begun && !self.commune_follows(line, end) {
            return None;
        }
        let is_tail = |at: usize| line.is_joined(at) && line.number(at).is_some_and(|number| number.folded.len() <= 2);
        Some(if is_tail(end) { end + 1 } else { end })
    }

    /// `45 Trần Hưng Đạo`, `số 45 Trần Hưng Đạo`, `12/3 đường Lê Lợi`.
    fn number_and_name(&self, line: &Line<'_>, at: usize) -> Option<Piece> {
        let number = self.after_number_word(line, at);
        line.number(number).filter(|token| token.folded.len() <= 12)?;
        let after = number + 1;
        if !continues(line.gap(after)) {
            return None;
        }
        if let Some(part) = self.part(line, after, true) {
            // Before a hamlet it is a house number only when it says so: `có 3 ấp`.
            let says = number > at || line.number(number).is_some_and(|token| !token.folded.bytes().all(|c| c.is_ascii_digit()));
            return says.then_some(Piece { end: part.end, weight: ENOUGH, kind: Kind::NumberAndName });
        }
        let is_capital = |at: usize| line.is_joined(at) && line.word(at).is_some_and(|word| word.is_capital);
        let end = self.name(line, after, false).filter(|end| *end >= after + 2 && is_capital(after) && is_capital(after + 1))?;
        Some(Piece { end, weight: 0, kind: Kind::NumberAndName })
    }

    /// A word of a part, of a house or of the levels from the commune up.
    fn begins_part(&self, line: &Line<'_>, at: usize) -> bool {
        self.is_commune(line, at) || self.houses.at(line, at).is_some() || self.parts.iter().any(|part| part.words.at(line, at).is_some())
    }

    fn is_commune(&self, line: &Line<'_>, at: usize) -> bool {
        self.communes.at(line, at).is_some()
    }

    fn commune_follows(&self, line: &Line<'_>, at: usize) -> bool {
        continues(line.gap(at)) && self.begins_part(line, at)
    }

    /// Among nothing but capitals any words after a number may look like a street.
    fn is_shouted(line: &Line<'_>, end: usize) -> bool {
        end.checked_sub(1).and_then(|last| line.word(last)).is_some_and(|word| word.is_shouted)
    }

    /// Do words like `địa chỉ` or `ngụ` stand at most so many words before?
    fn is_led(&self, line: &Line<'_>, at: usize, words: usize) -> bool {
        let ends = (0..words).filter_map(|back| at.checked_sub(back)).any(|end| self.cues.ends_before(line, end, b" :.,"));
        ends && line.gap(at).iter().all(|c| matches!(c, b' ' | b':' | b',' | b'.'))
    }
}

/// May one address go on after this?
fn continues(gap: &[u8]) -> bool {
    !gap.is_empty() && gap.len() <= 4 && gap.iter().all(|c| matches!(c, b' ' | b',' | b';' | b'-'))
}

fn close(gap: &[u8]) -> bool {
    gap.len() <= 3 && gap.iter().all(|c| matches!(c, b' ' | b'.' | b':'))
}
