//! The words that people read, in three languages, and how officials write
//! dates, numbers and per cents. The only place that looks translations up.

use crate::domain::error::Fault;
use crate::domain::time::Day;
use crate::domain::words::Language;

/// The sentence of a key; the key itself when it is nowhere, which a test catches.
pub fn t(language: Language, key: &str) -> String {
    rust_i18n::t!(key, locale = language.as_str()).into_owned()
}

/// The sentence of a key with its `%{name}` places filled.
pub fn tr(language: Language, key: &str, args: &[(&str, String)]) -> String {
    let mut sentence = t(language, key);
    for (name, value) in args {
        sentence = sentence.replace(&format!("%{{{name}}}"), value);
    }
    sentence
}

/// What a fault says. Quantities are written as people of the language write them; a year is none.
pub fn fault(language: Language, fault: &Fault) -> String {
    let said = |name: &str, value: &String| match value.parse() {
        Ok(quantity) if ["min", "max", "over"].contains(&name) => number(language, quantity),
        _ => value.clone(),
    };
    let args: Vec<(&str, String)> = fault.args.iter().map(|(name, value)| (*name, said(name, value))).collect();
    tr(language, &format!("errors.{}", fault.code), &args)
}

/// `01/10/2026`.
pub fn date(day: Day) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// `1/10`: within a table that says the year.
pub fn short_date(day: Day) -> String {
    format!("{}/{}", day.day(), day.month())
}

/// `thứ Năm 01/10/2026`.
pub fn long_date(language: Language, day: Day) -> String {
    format!("{} {}", t(language, &format!("weekdays.d{}", day.weekday())), date(day))
}

/// `1.248` in Vietnamese and Khmer, `1,248` in English.
pub fn number(language: Language, n: u64) -> String {
    let separator = match language {
        Language::Vi | Language::Km => '.',
        Language::En => ',',
    };
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// Hundredths of a per cent: `91,58%` in Vietnamese and Khmer, `91.58%` in English; whole ones without decimals.
pub fn per_cent(language: Language, hundredths: u64) -> String {
    let point = match language {
        Language::Vi | Language::Km => ',',
        Language::En => '.',
    };
    if hundredths.is_multiple_of(100) {
        format!("{}%", number(language, hundredths / 100))
    } else {
        format!("{}{point}{:02}%", number(language, hundredths / 100), hundredths % 100)
    }
}

/// A fraction as hundredths of a per cent, rounded half up.
pub fn hundredths(fraction: f64) -> u64 {
    (fraction * 10_000.0 + 0.5).floor().clamp(0.0, 10_000.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_officials_write_them() {
        assert_eq!(number(Language::Vi, 1_234_567), "1.234.567");
        assert_eq!(number(Language::En, 999), "999");
        assert_eq!(per_cent(Language::Vi, 9_158), "91,58%");
        assert_eq!(per_cent(Language::En, 9_105), "91.05%");
        assert_eq!(per_cent(Language::Vi, 9_000), "90%");
        assert_eq!(date("2026-02-03".parse().unwrap()), "03/02/2026");
    }
}
