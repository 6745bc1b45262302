//! Is anybody still there? One button returns to the same screen; without it
//! the start comes back for the next person.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use serde::Serialize;

use super::screen::{self, Screen};
use super::tablet::{Tablet, after};
use crate::web::form::Fields;

#[derive(Serialize)]
struct Page {
    seconds: u32,
    go_on: String,
}

/// Asks, with the screen to return to in the address.
pub async fn ask(tablet: Tablet, query: Query<Vec<(String, String)>>) -> HttpResponse {
    let asked = Fields(query.into_inner());
    let known = |s: &Screen| s.field().is_none_or(|code| tablet.field(code.as_str()).is_ok());
    let screen = Screen::read(asked.get("tro-lai"), &tablet.base).filter(known).unwrap_or(Screen::Start);
    let page = Page { seconds: screen::ASKED, go_on: screen.address(&tablet.base) };
    after(screen::ASKED, &screen::start_over(&tablet.base), tablet.page(StatusCode::OK, "counter/idle", &page))
}
