//! Mail that waits or fails. Addresses are not shown: not even those that a
//! mail server repeats in its refusal.

use actix_web::HttpResponse;

use super::gate::Admin;
use super::page::{Cell, ListPage};
use crate::domain::time::Moment;
use crate::i18n;
use crate::store;

/// Its address.
pub const LIST: &str = "/quan-tri/thu";
const MOST: i64 = 200;

/// Day and minute.
pub fn time(at: Moment) -> String {
    let (hour, minute) = at.hour_minute();
    format!("{} {hour:02}:{minute:02}", i18n::date(at.day()))
}

/// An error without whatever looks like an address.
fn without_addresses(error: &str) -> String {
    error.split_whitespace().map(|word| if word.contains('@') { "[…]" } else { word }).collect::<Vec<_>>().join(" ")
}

/// What waits, those that failed first.
pub async fn list(admin: Admin) -> HttpResponse {
    let waiting = match admin.app.read(|tx| Ok(store::outbox::waiting(tx.conn, MOST)?)).await {
        Ok(waiting) => waiting,
        Err(problem) => return admin.problem(&problem),
    };
    let rows = waiting.iter().map(|m| {
        vec![
            Cell::text(format!("{} {}", m.kind, m.id)),
            Cell::text(time(m.created_at)),
            Cell::text(m.attempts.to_string()),
            Cell::text(time(m.run_at)),
            m.last_error.as_deref().map_or_else(|| Cell::text(admin.t("admin.outbox.no_error")), |e| Cell::tag(without_addresses(e))),
        ]
    });
    admin.list(ListPage::new("outbox", &["mail", "written", "attempts", "next", "error"], rows))
}

#[cfg(test)]
mod tests {
    use super::without_addresses;

    #[test]
    fn a_refusal_is_shown_without_the_address() {
        assert_eq!(without_addresses("550 <nguyen.a@example.vn>: no such  user"), "550 […] no such user");
    }
}
