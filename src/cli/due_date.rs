//! `hoidap due-date RECEIVED DAYS`: the date, then why.

use crate::actions::setup;
use crate::domain::calendar::{Calendar, Skip};
use crate::domain::error::Problem;
use crate::domain::time::Day;
use crate::domain::words::Language;
use crate::i18n::long_date;

/// Prints the due date on the first line and the reason of each skipped day below.
pub fn run(received: Day, days: u32, makeup: bool) -> Result<(), Problem> {
    let calendar = Calendar::new(setup::calendar_rows()?);
    let mut lines = vec![calendar.add(received, days, makeup).to_string()];
    for step in calendar.explain(received, days, makeup) {
        let day = long_date(Language::Vi, step.day);
        match step.counted {
            Ok(n) => lines.push(format!("{n:>3}  {day}")),
            Err(Skip::Weekend) => lines.push(format!("  -  {day}")),
            Err(Skip::Off(row)) => lines.push(format!("  -  {day}: {}", row.name.vi)),
        }
    }
    super::say(&lines.join("\n"));
    Ok(())
}
