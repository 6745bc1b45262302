//! A text as the redactor reads it: one bare character for each letter with
//! its marks, whatever its composition, and the words that these make.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Stands where something was covered or is to be kept: no pattern and no word reads across it.
pub(super) const MASK: u8 = 1;
/// A letter of another script.
const OTHER_LETTER: u8 = 2;
/// Any other sign.
const OTHER_SIGN: u8 = 3;

/// A text in cells: a character with all that attaches to it. Bounds of cells
/// are the only places where a finding may begin or end.
pub(super) struct Reading {
    /// One byte a cell: ASCII without marks, case as written, dashes and spaces made equal.
    pub bare: Vec<u8>,
    /// The composed lower-case letter of each cell, with its marks.
    spelt: Vec<char>,
    /// Where each cell begins in the text, and where the last one ends.
    bounds: Vec<usize>,
}

impl Reading {
    pub fn of(text: &str) -> Self {
        let mut bounds: Vec<usize> = text.char_indices().filter(|(at, c)| *at == 0 || !attaches(*c)).map(|(at, _)| at).collect();
        let cells = bounds.len();
        bounds.push(text.len());
        let mut reading = Self { bare: Vec::with_capacity(cells), spelt: Vec::with_capacity(cells), bounds };
        for pair in reading.bounds.windows(2) {
            let &[start, end] = pair else { continue };
            let (bare, spelt) = cell(text.get(start..end).unwrap_or_default());
            reading.bare.push(bare);
            reading.spelt.push(spelt);
        }
        reading
    }

    /// Cells as bytes of the text.
    pub fn in_text(&self, cells: &Range<usize>) -> Option<Range<usize>> {
        Some(*self.bounds.get(cells.start)?..*self.bounds.get(cells.end)?)
    }

    pub fn mask(&mut self, cells: &Range<usize>) {
        mask(&mut self.bare, cells);
    }

    /// The words and numbers, in order.
    pub fn tokens(&self) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(first) = self.bare.get(at) {
            let end = match first {
                b'0'..=b'9' => self.number_end(at),
                c if is_letter(*c) => self.run_end(at, is_letter),
                _ => {
                    at += 1;
                    continue;
                }
            };
            tokens.push(self.token(at..end));
            at = end;
        }
        tokens
    }

    fn run_end(&self, from: usize, fits: fn(u8) -> bool) -> usize {
        self.bare.iter().skip(from).position(|c| !fits(*c)).map_or(self.bare.len(), |n| from + n)
    }

    /// `12`, `12A`, `12/3/4B`, `12-14`: digits with one letter, joined by slash or hyphen.
    fn number_end(&self, from: usize) -> usize {
        let is_digit = |at: usize| self.bare.get(at).is_some_and(u8::is_ascii_digit);
        let is_letter = |at: usize| self.bare.get(at).is_some_and(|c| is_letter(*c));
        let mut at = from;
        loop {
            at = self.run_end(at, |c| c.is_ascii_digit());
            if is_letter(at) && !is_letter(at + 1) && !is_digit(at + 1) {
                at += 1;
            }
            if !matches!(self.bare.get(at), Some(b'/' | b'-')) || !is_digit(at + 1) {
                return at;
            }
            at += 1;
        }
    }

    fn token(&self, cells: Range<usize>) -> Token {
        let bare = self.bare.get(cells.clone()).unwrap_or_default();
        let spelt = self.spelt.get(cells.clone()).unwrap_or_default();
        let letters: Vec<u8> = bare.iter().copied().filter(|c| is_letter(*c)).collect();
        Token {
            is_number: bare.first().is_some_and(u8::is_ascii_digit),
            is_capital: bare.first().is_some_and(u8::is_ascii_uppercase),
            is_shouted: letters.len() > 1 && letters.iter().all(u8::is_ascii_uppercase),
            folded: bare.iter().map(|c| char::from(c.to_ascii_lowercase())).collect(),
            spelt: spelt.iter().collect(),
            cells,
        }
    }
}

/// A word or a number.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub cells: Range<usize>,
    pub is_number: bool,
    /// Begins with a capital.
    pub is_capital: bool,
    /// Two letters or more, all capitals.
    pub is_shouted: bool,
    /// Lower case without marks.
    pub folded: String,
    /// Lower case with its marks, composed.
    pub spelt: String,
}

/// How a phrase of a list was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    /// With its marks, or it has none.
    AsSpelt,
    /// Written without marks, so that it may be another word: `ba` for `bà`.
    Unmarked,
}

/// A list of words and phrases. What is written with marks has to have the
/// right ones; what is written without any is compared without.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    by_first: HashMap<String, Vec<Vec<Token>>>,
}

impl Phrases {
    pub fn of(words: &[String]) -> Self {
        let mut by_first: HashMap<String, Vec<Vec<Token>>> = HashMap::new();
        for word in words {
            let tokens = Reading::of(word).tokens();
            if let Some(first) = tokens.first() {
                by_first.entry(first.folded.clone()).or_default().push(tokens);
            }
        }
        for phrases in by_first.values_mut() {
            phrases.sort_by_key(|tokens| std::cmp::Reverse(tokens.len()));
        }
        Self { by_first }
    }

    /// The longest phrase that begins here: how many words, and how it was met.
    pub fn at(&self, line: &Line<'_>, at: usize) -> Option<(usize, Met)> {
        let phrases = self.by_first.get(&line.token(at)?.folded)?;
        phrases.iter().find_map(|phrase| Some((phrase.len(), met(phrase, line, at)?)))
    }

    /// Does a phrase, with its marks, end right before, with nothing but such signs between?
    pub fn ends_before(&self, line: &Line<'_>, at: usize, signs: &[u8]) -> bool {
        (1..=4.min(at)).any(|words| {
            let phrases = line.token(at - words).and_then(|first| self.by_first.get(&first.folded));
            phrases.is_some_and(|all| all.iter().any(|phrase| phrase.len() == words && met(phrase, line, at - words) == Some(Met::AsSpelt)))
                && line.gap(at).iter().all(|c| signs.contains(c))
        })
    }
}

fn met(phrase: &[Token], line: &Line<'_>, at: usize) -> Option<Met> {
    let mut how = Met::AsSpelt;
    for (i, word) in phrase.iter().enumerate() {
        let token = line.token(at + i)?;
        if i > 0 && !line.gap(at + i).iter().all(|c| matches!(c, b' ' | b'/' | b'.')) {
            return None;
        }
        if token.spelt != word.spelt {
            if token.folded != word.folded || token.spelt != token.folded {
                return None;
            }
            how = Met::Unmarked;
        }
    }
    Some(how)
}

/// The words of a reading, and what stands between them.
pub(super) struct Line<'a> {
    bare: Cow<'a, [u8]>,
    tokens: Vec<Token>,
}

impl<'a> Line<'a> {
    pub fn of(reading: &'a Reading) -> Self {
        Self { bare: Cow::Borrowed(&reading.bare), tokens: reading.tokens() }
    }

    /// The same line with some cells masked.
    pub fn without<T>(mut self, taken: &[(T, Range<usize>)]) -> Self {
        let bare = self.bare.to_mut();
        for (_, cells) in taken {
            mask(bare, cells);
        }
        self.tokens.retain(|token| self.bare.get(token.cells.start) != Some(&MASK));
        self
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    pub fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    /// The word at a place: no number.
    pub fn word(&self, at: usize) -> Option<&Token> {
        self.token(at).filter(|token| !token.is_number)
    }

    pub fn number(&self, at: usize) -> Option<&Token> {
        self.token(at).filter(|token| token.is_number)
    }

    /// What stands before a word: up to the one before it, or to the beginning.
    pub fn gap(&self, at: usize) -> &[u8] {
        let Some(token) = self.token(at) else { return &[] };
        let from = at.checked_sub(1).and_then(|before| self.token(before)).map_or(0, |before| before.cells.end);
        self.bare.get(from..token.cells.start).unwrap_or_default()
    }

    /// Do only spaces part this word from the one before it?
    pub fn is_joined(&self, at: usize) -> bool {
        at > 0 && !self.gap(at).is_empty() && self.gap(at).iter().all(|c| *c == b' ')
    }

    /// The cells from one word to before another.
    pub fn cells(&self, from: usize, to: usize) -> Option<Range<usize>> {
        Some(self.token(from)?.cells.start..self.token(to.checked_sub(1)?)?.cells.end)
    }
}

fn mask(bare: &mut [u8], cells: &Range<usize>) {
    if let Some(hidden) = bare.get_mut(cells.clone()) {
        hidden.fill(MASK);
    }
}

fn is_letter(c: u8) -> bool {
    c.is_ascii_alphabetic() || c == OTHER_LETTER
}

/// Marks, joiners, direction marks and skin tones belong to the character before them.
fn attaches(c: char) -> bool {
    !c.is_ascii()
        && (is_combining_mark(c)
            || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{1F3FB}'..='\u{1F3FF}'))
}

/// Widens a place so that it parts no character from its marks.
pub(super) fn whole(text: &str, place: Range<usize>) -> Range<usize> {
    let begins = |at: usize| text.get(at..).is_some_and(|rest| !rest.starts_with(attaches));
    let start = (0..=place.start.min(text.len())).rev().find(|at| begins(*at)).unwrap_or(0);
    let end = (place.end..text.len()).find(|at| begins(*at)).unwrap_or(text.len());
    start..end
}

/// A cell as its bare byte and its spelt letter.
fn cell(text: &str) -> (u8, char) {
    let mut chars = text.chars();
    let first = chars.next().unwrap_or(' ');
    let composed = if chars.next().is_none() { first } else { text.nfc().next().unwrap_or(first) };
    if composed.is_ascii() {
        return (bare(composed), composed.to_ascii_lowercase());
    }
    let mut base = None;
    decompose_compatible(composed, |c| base = base.or(Some(c)));
    let bare = bare(base.unwrap_or(composed));
    // Eth is typed for đ: they look alike.
    let spelt = match composed {
        'Ð' | 'ð' | 'Ɖ' => 'đ',
        c => c.to_lowercase().next().unwrap_or(c),
    };
    (bare, spelt)
}

fn bare(base: char) -> u8 {
    match base {
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => b'\n',
        c if c.is_whitespace() || c.is_control() => b' ',
        c if c.is_ascii() => u8::try_from(c).unwrap_or(OTHER_SIGN),
        'đ' | 'ð' => b'd',
        'Đ' | 'Ð' | 'Ɖ' => b'D',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => b'-',
        // Khmer digits.
        '\u{17E0}'..='\u{17E9}' => b'0' + u8::try_from(u32::from(base) - 0x17E0).unwrap_or(0),
        c if c.is_alphabetic() => OTHER_LETTER,
        _ => OTHER_SIGN,
    }
}
