//! What a search looks for: the words of a text as both databases keep them,
//! and the words of a query as people type them, with marks or without. Folded
//! here and nowhere else, so that an index never knows more than a query.

use std::collections::BTreeSet;

use super::text;
use super::words::Serial;

/// The most words of a text that are indexed: an opinion with its answer has fewer.
const MOST_INDEXED: usize = 6_000;
/// The most words of a query.
const MOST_ASKED: usize = 12;
/// The most letters of a word that are looked at: PostgreSQL takes no word of 2 KB, and nobody looks for one.
const MOST_LETTERS: usize = 64;

/// A word as an index keeps it: one token, or the syllables of Khmer, which is
/// written without spaces.
pub type Word = Vec<String>;

/// The words of a text: folded, đ as d, without punctuation.
fn words(text: &str) -> impl Iterator<Item = Word> {
    let folded: String = text::fold(text).chars().map(|c| if c.is_alphanumeric() || is_khmer(c) { digit(c) } else { ' ' }).collect();
    folded.split_whitespace().map(syllables).map(|word| word.into_iter().map(shortened).collect()).collect::<Vec<_>>().into_iter()
}

fn shortened(token: String) -> String {
    if token.chars().nth(MOST_LETTERS).is_some() { token.chars().take(MOST_LETTERS).collect() } else { token }
}

/// Letters and signs of Khmer; its punctuation is not among them.
const fn is_khmer(c: char) -> bool {
    matches!(c, '\u{1780}'..='\u{17D3}' | '\u{17DC}' | '\u{17DD}' | '\u{17E0}'..='\u{17E9}')
}

/// Khmer digits are searched as the others are.
fn digit(c: char) -> char {
    let n = u32::from(c).wrapping_sub(0x17E0);
    if n < 10 { char::from_digit(n, 10).unwrap_or(c) } else { c }
}

/// A Khmer word in syllables: each begins at a consonant or an independent vowel that stands under no other.
fn syllables(word: &str) -> Word {
    let mut parts: Word = Vec::new();
    let mut before = ' ';
    for c in word.chars() {
        let begins = matches!(c, '\u{1780}'..='\u{17B3}') && before != '\u{17D2}';
        let changes = is_khmer(c) != is_khmer(before);
        match parts.last_mut() {
            Some(part) if !begins && !changes => part.push(c),
            _ => parts.push(c.to_string()),
        }
        before = c;
    }
    parts
}

/// What is indexed of some texts, in order: single tokens of letters and digits.
pub fn indexed<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    texts.into_iter().flat_map(words).flatten().take(MOST_INDEXED).collect()
}

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Every one of these words; the last may be the beginning of one.
    pub words: Vec<Word>,
    /// Or the item of this number, when what was typed can be one.
    pub serial: Option<Serial>,
}

impl Query {
    /// Reads what was typed; nothing when nothing was. Signs without a word ask for what no text has.
    pub fn parse(typed: &str) -> Option<Self> {
        let asked = || Self { words: words(typed).take(MOST_ASKED).collect(), serial: typed.trim().parse().ok() };
        (!typed.trim().is_empty()).then(asked)
    }
}

/// The words by which a text is like another: each once, those that stand everywhere left out.
pub fn telling(text: &str, everywhere: &BTreeSet<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let long = |token: &String| token.chars().count() > 1 && !token.chars().all(|c| c.is_ascii_digit());
    indexed([text]).into_iter().filter(|token| long(token) && !everywhere.contains(token) && seen.insert(token.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(text: &str) -> String {
        indexed([text]).join(" ")
    }

    #[test]
    fn marks_points_and_codes_become_words() {
        assert_eq!(flat("Thửa ĐẤT số 12, mã 1.012753.H19!"), "thua dat so 12 ma 1 012753 h19");
        assert_eq!(flat("Ða\u{0300} Na\u{0306}\u{0303}ng"), flat("Đà Nẵng"));
    }

    #[test]
    fn khmer_is_kept_in_syllables_so_that_a_part_of_a_sentence_is_found() {
        let text = indexed(["ខ្ញុំស្នើសុំដីធ្លី"]);
        let part: Vec<String> = Query::parse("ដីធ្លី").unwrap().words.into_iter().flatten().collect();
        assert_eq!(part, ["ដី", "ធ្លី"]);
        assert!(text.windows(part.len()).any(|w| w == part), "{text:?}");
        assert_eq!(flat("ថ្ងៃទី១២"), "ថ្ងៃ ទី 1 2".replace("1 2", "12"));
    }

    #[test]
    fn a_word_without_end_is_cut_alike_in_text_and_query() {
        let word = "Ấ".repeat(3_000);
        let asked: Vec<String> = Query::parse(&word).unwrap().words.concat();
        assert_eq!((asked.len(), asked.concat().len()), (1, MOST_LETTERS));
        assert_eq!(indexed([word.as_str()]), asked);
    }

    #[test]
    fn a_number_may_be_that_of_an_item() {
        assert_eq!(Query::parse("HD-001158").unwrap().serial, Some(Serial(1158)));
        assert_eq!(Query::parse("1158").unwrap().serial, Some(Serial(1158)));
        assert_eq!(Query::parse("đất 1158").unwrap().serial, None);
        assert_eq!(Query::parse("   "), None);
        assert_eq!(Query::parse(" %,.! ").unwrap().words, Vec::<Word>::new());
    }

    #[test]
    fn words_that_stand_everywhere_tell_nothing() {
        let everywhere = ["toi", "rat"].map(str::to_owned).into();
        assert_eq!(telling("Tôi chờ rất lâu, rất lâu ở quầy 12", &everywhere), ["cho", "lau", "quay"]);
    }
}
