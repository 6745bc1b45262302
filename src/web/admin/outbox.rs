//! Mail that waits, fails or left, and sending it once more. Addresses are not shown: not even those that a
//! mail server repeats in its refusal.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::gate::{Admin, Sent, done};
use super::page::{Cell, Form, ListPage};
use crate::actions::outbox;
use crate::domain::error::{Code, Problem};
use crate::domain::time::Moment;
use crate::i18n;
use crate::store;
use crate::store::outbox::{Message, Which};
use crate::web::form::Fields;

/// Its address.
pub const LIST: &str = "/quan-tri/thu";
const MOST: i64 = 200;

/// Day and minute.
pub fn time(at: Moment) -> String {
    let (hour, minute) = at.hour_minute();
    format!("{} {hour:02}:{minute:02}", i18n::date(at.day()))
}

/// Why a letter waits, in words. What an older version wrote is shown as it stands, without whatever looks like an address.
fn why(admin: &Admin, error: &str) -> String {
    let (code, number) = error.split_once(' ').unwrap_or((error, ""));
    let key = format!("admin.outbox.why.{code}");
    match i18n::tr(admin.language(), &key, &[("n", number.to_owned())]) {
        words if words == key => without_addresses(error),
        words => words,
    }
}

fn without_addresses(error: &str) -> String {
    error.split_whitespace().map(|word| if word.contains('@') { "[…]" } else { word }).collect::<Vec<_>>().join(" ")
}

/// What the address asks for.
fn which(asked: &str) -> Which {
    match asked {
        "loi" => Which::Failed,
        "xong" => Which::Done,
        _ => Which::Waiting,
    }
}

/// What waits, those that failed first; or what failed, or what is finished.
pub async fn list(admin: Admin) -> HttpResponse {
    let which = which(admin.asked.get("loc"));
    let found = match admin.app.read(move |tx| Ok(store::outbox::find(tx.conn, which, MOST)?)).await {
        Ok(found) => found,
        Err(problem) => return admin.problem(&problem),
    };
    let rows = found.iter().map(|m| {
        let name = format!("{} {}", m.kind, m.id);
        let state = match (&m.outcome, &m.last_error) {
            (Some(outcome), _) => {
                let words = admin.t(&format!("admin.outbox.outcome.{outcome}"));
                if outcome == "refused" { Cell::tag(words) } else { Cell::text(words) }
            }
            (None, Some(error)) => Cell::tag(why(&admin, error)),
            (None, None) => Cell::text(admin.t("admin.outbox.no_error")),
        };
        vec![
            Cell::text(name.clone()),
            Cell::text(time(m.created_at)),
            Cell::text(m.attempts.to_string()),
            Cell::text(time(m.done_at.unwrap_or(m.run_at))),
            state,
            if outbox::can_run_again(m) { Cell::act(admin.t("admin.outbox.again_link"), name, format!("{LIST}/{}/gui-lai", m.id)) } else { Cell::default() },
        ]
    });
    let list = ListPage::new("outbox", &["mail", "written", "attempts", "run", "error", "end"], rows);
    let others = [
        (Which::Waiting, "admin.outbox.show_waiting", LIST.to_owned()),
        (Which::Failed, "admin.outbox.show_failed", format!("{LIST}?loc=loi")),
        (Which::Done, "admin.outbox.show_done", format!("{LIST}?loc=xong")),
    ];
    admin.list(others.into_iter().filter(|(other, _, _)| *other != which).fold(list, |list, (_, words, address)| list.beside(words, address)))
}

fn layout(form: &mut Form<'_>, message: &Message) {
    form.head("outbox", "again", &format!("{} {}", message.kind, message.id), LIST);
    form.asks(if message.outcome.is_some() { "admin.outbox.again_done_lead" } else { "admin.outbox.again_lead" }, "admin.outbox.again_link");
}

async fn held(admin: &Admin, id: &str) -> Result<Message, Problem> {
    let id: i64 = id.parse().map_err(|_| Code::NotFound)?;
    let found = admin.app.read(move |tx| Ok(store::outbox::get(tx.conn, id)?)).await?;
    found.filter(outbox::can_run_again).ok_or_else(|| Code::NotFound.into())
}

/// Asks before a mail is sent once more.
pub async fn asking(admin: Admin, id: Path<String>) -> HttpResponse {
    match held(&admin, &id).await {
        Ok(message) => admin.form(&Fields::default(), |f| layout(f, &message)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Puts a mail up to be sent now.
pub async fn again(admin: Admin, id: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let message = match held(&admin, &id).await {
        Ok(message) => message,
        Err(problem) => return admin.problem(&problem),
    };
    let id = message.id;
    let outcome = admin.write(&sent, move |tx, me| outbox::again(tx, me, id)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &message))
}

#[cfg(test)]
mod tests {
    use super::without_addresses;

    #[test]
    fn a_refusal_is_shown_without_the_address() {
        assert_eq!(without_addresses("550 <nguyen.a@example.vn>: no such  user"), "550 […] no such user");
    }
}
