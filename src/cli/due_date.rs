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
    println!("{}", calendar.add(received, days, makeup));
    for step in calendar.explain(received, days, makeup) {
        let day = long_date(Language::Vi, step.day);
        match step.counted {
            Ok(n) => println!("{n:>3}  {day}"),
            Err(Skip::Weekend) => println!("  -  {day}"),
            Err(Skip::Off(row)) => println!("  -  {day}: {}", row.name.vi),
        }
    }
    Ok(())
}
