//! Each form that a person fills is a sheet with a number in its address, so
//! that Back leads to the same sheet and sending it again stores nothing twice.
//! The number is no secret: what is sent gets its id from the browser too.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use uuid::{NoContext, Timestamp, Uuid};

use crate::domain::error::{Code, Problem};
use crate::domain::time::Moment;
use crate::http::app::App;
use crate::http::visitor::Visitor;
use crate::web::form::Fields;

/// The part of the address.
pub const NAME: &str = "phieu";
/// A sheet from a bookmark of yesterday is a new one: what it sends is not what was sent then.
const HOURS: i64 = 12;
/// So many seconds may the clock of the server that made it be ahead.
const CLOCKS: i64 = 30;

/// The sheet of an address or a form; nothing when it names none of today.
pub fn of(app: &App, asked: &Fields) -> Option<Uuid> {
    // The last one: that is where `new` puts it.
    let sheet = Uuid::parse_str(asked.all(NAME).last()?).ok()?;
    is_fresh(sheet, app.service.now()).then_some(sheet)
}

/// The id of what this address sends; nothing when the address has no sheet of today.
pub fn submission(app: &App, visitor: &Visitor, asked: &Fields) -> Option<Uuid> {
    of(app, asked).map(|sheet| visitor.submission(app, sheet))
}

/// Leads to the same address with a new sheet.
pub fn new(app: &App, visitor: &Visitor) -> HttpResponse {
    let address = visitor.here_with(NAME, &number(app.service.now()).to_string());
    let mut response = HttpResponse::build(StatusCode::SEE_OTHER);
    visitor.remember(&mut response);
    response.insert_header((header::LOCATION, address)).finish()
}

/// The fields of a form that comes back: what was changed after sending is a new one when it is sent again.
pub fn after(problem: &Problem, fields: &Fields) -> Fields {
    match problem.code() {
        Code::AlreadySent => fields.with("submission_id", Uuid::new_v4().to_string()),
        _ => fields.clone(),
    }
}

fn number(now: Moment) -> Uuid {
    let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, 0))
}

fn is_fresh(sheet: Uuid, now: Moment) -> bool {
    let made = sheet.get_timestamp().and_then(|t| i64::try_from(t.to_unix().0).ok());
    let age = made.map(|made| now.micros() / 1_000_000 - made);
    age.is_some_and(|age| (-CLOCKS..HOURS * 3_600).contains(&age))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_lasts_half_a_day() {
        let now = Moment::from_micros(1_790_000_000_123_456);
        let sheet = number(now);
        assert!(is_fresh(sheet, now) && is_fresh(sheet, now.plus_seconds(HOURS * 3_600 - 1)));
        assert!(!is_fresh(sheet, now.plus_seconds(HOURS * 3_600)));
        assert!(!is_fresh(sheet, now.plus_seconds(-60)), "of tomorrow");
        assert!(!is_fresh(Uuid::new_v4(), now), "of no day");
        assert_ne!(sheet, number(now));
    }
}
