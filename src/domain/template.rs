//! Texts that an office uses again and again: `{so}` and its like are filled
//! from the opinion, `[[…]]` is a place that a person has to fill. An answer
//! that is nothing but its frame is no answer.

use super::coded::words;
use super::text::clean_line;

words! {
    /// What a template may name.
    Placeholder {
        /// The opinion's number.
        Serial = "so",
        /// The office in charge.
        Office = "co_quan",
        /// The field.
        Field = "linh_vuc",
        /// The procedure that the sender named.
        Procedure = "thu_tuc",
        /// The day received.
        Received = "ngay_nhan",
        /// The deadline.
        Due = "han",
    }
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateFault {
    /// Between braces stands something that nobody can fill.
    Unknown(String),
    /// A brace or a pair of brackets is not closed.
    Open,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Words(String),
    Value(Placeholder),
    Slot(String),
}

/// A template that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// [`TemplateFault`] with the placeholder that is not known.
    pub fn parse(text: &str) -> Result<Self, TemplateFault> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '[']) {
            let (before, from) = rest.split_at(at);
            let (slot, after) = match (from.strip_prefix("[["), from.strip_prefix('{')) {
                (Some(inner), _) => (true, inner),
                (None, Some(inner)) => (false, inner),
                // One bracket is a bracket.
                (None, None) => {
                    let (bracket, after) = from.split_at(1);
                    parts.push(Part::Words(format!("{before}{bracket}")));
                    rest = after;
                    continue;
                }
            };
            let (inner, after) = after.split_once(if slot { "]]" } else { "}" }).ok_or(TemplateFault::Open)?;
            parts.push(Part::Words(before.to_owned()));
            parts.push(match (slot, inner.trim().parse()) {
                (true, _) => Part::Slot(inner.to_owned()),
                (false, Ok(value)) => Part::Value(value),
                (false, Err(_)) => return Err(TemplateFault::Unknown(inner.trim().to_owned())),
            });
            rest = after;
        }
        parts.push(Part::Words(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The text with everything that the opinion itself can fill; places for people stay, in brackets.
    pub fn fill(&self, value: impl Fn(Placeholder) -> String) -> String {
        self.write(value, |slot| format!("[[{slot}]]"))
    }

    fn write(&self, value: impl Fn(Placeholder) -> String, slot: impl Fn(&str) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Words(words) => words.clone(),
            Part::Value(placeholder) => value(*placeholder),
            Part::Slot(name) => slot(name),
        };
        self.0.iter().map(part).collect()
    }

    /// Is this answer only the frame, with nothing in the places for people?
    pub fn is_only_frame(&self, answer: &str, value: impl Fn(Placeholder) -> String) -> bool {
        let has_slots = self.0.iter().any(|part| matches!(part, Part::Slot(_)));
        has_slots && clean_line(answer) == clean_line(&self.write(value, |_| String::new()))
    }
}

/// Is a place left in an answer that a person, or the machine, should have filled?
pub fn has_open_slot(answer: &str) -> bool {
    let slot = answer.split_once("[[").is_some_and(|(_, rest)| rest.contains("]]"));
    slot || Placeholder::ALL.iter().any(|placeholder| answer.contains(&format!("{{{placeholder}}}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(placeholder: Placeholder) -> String {
        format!("<{placeholder}>")
    }

    #[test]
    fn what_the_opinion_knows_is_filled_and_what_a_person_must_say_stays() {
        let template = Template::parse("Về ý kiến {so} nhận ngày { ngay_nhan }: [[đã xem gì]]. Điều 5 [khoản 2].").unwrap();
        let filled = template.fill(value);
        assert_eq!(filled, "Về ý kiến <so> nhận ngày <ngay_nhan>: [[đã xem gì]]. Điều 5 [khoản 2].");
        assert!(has_open_slot(&filled) && !has_open_slot("Điều 5 [khoản 2]."));
        assert!(has_open_slot("Về ý kiến {so}.") && !has_open_slot("{a} và {b}"));
    }

    #[test]
    fn a_placeholder_that_nobody_can_fill_is_named() {
        assert_eq!(Template::parse("Kính gửi {ten}"), Err(TemplateFault::Unknown("ten".to_owned())));
        for open in ["Kính gửi {so", "Xin [[điền", "{"] {
            assert_eq!(Template::parse(open), Err(TemplateFault::Open), "{open}");
        }
    }

    #[test]
    fn a_frame_with_nothing_in_it_is_no_answer() {
        let template = Template::parse("Cảm ơn ông/bà.\n[[nội dung]]\nTrân trọng.").unwrap();
        assert!(template.is_only_frame("Cảm ơn ông/bà.\n\n  Trân trọng. ", value));
        assert!(!template.is_only_frame("Cảm ơn ông/bà.\nĐã sửa xong.\nTrân trọng.", value));
        assert!(!Template::parse("Đã sửa xong.").unwrap().is_only_frame("Đã sửa xong.", value), "a whole text is one");
    }
}
