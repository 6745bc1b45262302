//! How a questionnaire is filled by somebody who is satisfied, or is not. Knows
//! questions, not who asks them or where.

use serde_json::{Map, Value};

use super::dice::Dice;
use crate::domain::questionnaire::{Definition, QuestionDef, QuestionType};

/// Answers to every kind of question, some left blank.
pub(super) fn fill(definition: &Definition, satisfied: bool, dice: &mut Dice) -> Map<String, Value> {
    let mut answers = Map::new();
    for question in &definition.questions {
        if let Some(answer) = answer(question, satisfied, dice) {
            answers.insert(question.id.to_string(), answer);
        }
    }
    answers
}

pub(super) fn answer(question: &QuestionDef, satisfied: bool, dice: &mut Dice) -> Option<Value> {
    let choices: Vec<&str> = question.choices.iter().map(|c| c.value.as_str()).collect();
    let answered = match question.kind {
        QuestionType::Satisfaction => 0.45,
        QuestionType::Single => 0.85,
        QuestionType::Multiple if satisfied => 0.3,
        QuestionType::Multiple => 0.7,
        QuestionType::Text => 0.0,
    };
    if !question.headline && !question.required && !dice.chance(answered) {
        return None;
    }
    match question.kind {
        QuestionType::Satisfaction => {
            let scale = question.scale?;
            // A part is most often like the whole.
            let good = if question.headline { satisfied } else { dice.chance(if satisfied { 0.94 } else { 0.4 }) };
            let steps = if good { scale.satisfied_from..=scale.points } else { 1..=scale.satisfied_from.saturating_sub(1) };
            // The best value and the one nearest to the middle are the most frequent.
            let weight = |value: u8| if good { f64::from(value) } else { f64::from(value).powi(2) };
            dice.weigh(steps.map(|v| (v, weight(v)))).map(Value::from)
        }
        QuestionType::Single => dice.pick(&choices).copied().map(Value::from),
        QuestionType::Multiple => {
            let first = dice.pick(&choices).copied()?;
            let second = dice.pick(&choices).copied().filter(|s| *s != first && dice.chance(0.4));
            Some(std::iter::once(first).chain(second).collect())
        }
        QuestionType::Text => Some(Value::from("Không có ý kiến thêm.")),
    }
}
