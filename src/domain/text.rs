//! What people write, cleaned once at the edge: Unicode NFC, no control
//! characters, bounded length. Letters, marks, emoji and angle brackets stay:
//! pages escape, they don't forbid.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// The longest opinion, in characters (the looks' "4.000 chữ cái").
pub const OPINION_MAX: usize = 4_000;
/// The longest answer, in characters.
pub const ANSWER_MAX: usize = 8_000;
/// The longest public title, in characters.
pub const TITLE_MAX: usize = 120;
/// The longest note beside a reason, in characters.
pub const NOTE_MAX: usize = 1_000;

/// Why a text can't be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextFault {
    /// Nothing but spaces.
    Empty,
    /// Too many characters: the limit and how many there are.
    TooLong {
        /// The most that is taken.
        max: usize,
        /// How many there are after cleaning.
        got: usize,
    },
}

/// Cleans a text of several lines: NFC, line ends as `\n`, control and
/// direction-override characters dropped, outer space trimmed.
pub fn clean(raw: &str) -> String {
    let joined: String = raw.replace("\r\n", "\n").replace('\r', "\n").nfc().filter(|c| keeps(*c)).collect();
    joined.trim().to_owned()
}

/// Cleans a text of one line: as [`clean`], with every run of space one space.
pub fn clean_line(raw: &str) -> String {
    clean(raw).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A cleaned text of 1 to `max` characters.
pub fn bounded(raw: &str, max: usize) -> Result<String, TextFault> {
    let text = clean(raw);
    let got = text.chars().count();
    match got {
        0 => Err(TextFault::Empty),
        n if n > max => Err(TextFault::TooLong { max, got }),
        _ => Ok(text),
    }
}

/// A cell of a table that a spreadsheet shows and does not calculate: what begins as a formula does gets an apostrophe before it.
pub fn harmless_cell(text: &str) -> Cow<'_, str> {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// Zero-width space and joiners stay: Khmer and emoji need them.
fn keeps(c: char) -> bool {
    match c {
        '\n' | '\t' => true,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => false,
        c => !c.is_control(),
    }
}

/// Folds a text for search: lower case, without Vietnamese marks, đ as d (and ð, which old
/// keyboards give for it), one
/// space between words. `Tách thửa ĐẤT` and `tach thua dat` fold alike.
pub fn fold(text: &str) -> String {
    let bare: String = text
        .nfd()
        .filter(|c| !matches!(*c, '\u{0300}'..='\u{036F}'))
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, 'đ' | 'ð') { 'd' } else { c })
        .collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// For lists as people look things up: marks only break ties, and đ comes after d.
pub fn alphabetical(text: &str) -> (String, String) {
    (fold(&text.to_lowercase().replace('đ', "d\u{7f}")), text.to_owned())
}

/// How letters begin here, without marks. It says nothing of what they are about.
const GREETINGS: [&str; 6] = ["kinh gui", "kinh thua", "kinh chao", "xin chao", "dear ", "សូមគោរព"];
/// The longest sentence that only greets, in characters.
const GREETING: usize = 60;

/// A short title from the first words of a text after its greeting, at most 80 characters, cut at
/// a word: a proposal that a person edits.
pub fn propose_title(text: &str) -> String {
    let line = clean_line(text);
    let first = first_sentence(&line);
    let rest = line.get(first.len()..).unwrap_or_default().trim_start_matches(['.', ',', '!', '?', ' ']);
    // A longer one goes on to say what it is about.
    let greets = first.chars().count() <= GREETING && GREETINGS.iter().any(|greeting| fold(&first.to_lowercase()).starts_with(&fold(greeting)));
    short(if greets && !rest.is_empty() { first_sentence(rest) } else { first })
}

/// The first sentence of a line, without its dot.
fn first_sentence(line: &str) -> &str {
    // A dot inside a code, as in H51.12, ends no sentence.
    let ends = |(at, c): &(usize, char)| {
        let after = at + c.len_utf8();
        matches!(c, '.' | '?' | '!' | '។') && line.get(after..).is_none_or(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let end = line.char_indices().find(ends).map_or(line.len(), |(at, c)| at + c.len_utf8());
    line.get(..end).unwrap_or(line).trim_end_matches('.')
}

/// As much of a sentence as a title holds.
fn short(first: &str) -> String {
    if first.chars().count() <= 80 {
        return first.to_owned();
    }
    let mut title = String::new();
    for word in first.split(' ') {
        if title.chars().count() + word.chars().count() + 1 > 79 {
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    title.push('…');
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for formula in ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless_cell(formula), format!("'{formula}"));
        }
        for plain in ["", "HD-000001", "Nguyễn Văn A", "a=b"] {
            assert_eq!(harmless_cell(plain), plain);
        }
    }

    #[test]
    fn decomposed_vietnamese_is_composed_and_controls_are_dropped() {
        assert_eq!(clean("Ða\u{0300} Na\u{0306}\u{0303}ng\u{0000}\u{0007}\r\n\u{202E}x "), "Ðà Nẵng\nx");
        assert_eq!(bounded("   \u{0001} ", 10), Err(TextFault::Empty));
        assert_eq!(bounded(&"ă".repeat(11), 10), Err(TextFault::TooLong { max: 10, got: 11 }));
        assert_eq!(bounded("👍 <b>{{x}}</b>", 40).unwrap(), "👍 <b>{{x}}</b>");
    }

    #[test]
    fn marks_are_folded_with_d() {
        assert_eq!(fold("Tách  THỬA đất Đai"), "tach thua dat dai");
        assert_eq!(fold("ដីធ្លី"), fold("ដីធ្លី"));
    }

    #[test]
    fn names_stand_where_people_look_for_them() {
        let mut names = ["Xã Đại Hải", "Xã Vĩnh Lợi", "Xã Long Phú", "Xã Dương", "Xã Lâm Tân", "Xã Lịch Hội Thượng"];
        names.sort_by_key(|name| alphabetical(name));
        assert_eq!(names, ["Xã Dương", "Xã Đại Hải", "Xã Lâm Tân", "Xã Lịch Hội Thượng", "Xã Long Phú", "Xã Vĩnh Lợi"]);
    }

    #[test]
    fn a_proposed_title_is_short_and_ends_at_a_word() {
        assert_eq!(propose_title("Chờ lâu. Rất mệt."), "Chờ lâu");
        assert_eq!(propose_title("Kính gửi Phường Sóc Trăng.\nĐường ngập. Rất lâu."), "Đường ngập");
        assert_eq!(propose_title("Kính gửi Phường Sóc Trăng."), "Kính gửi Phường Sóc Trăng");
        assert_eq!(propose_title("Hồ sơ H51.12-261012-0047 chưa xong! Vì sao?"), "Hồ sơ H51.12-261012-0047 chưa xong!");
        let long = propose_title(&"một hai ba bốn ".repeat(20));
        assert!(long.chars().count() <= 80 && long.ends_with('…'), "{long}");
    }
}
