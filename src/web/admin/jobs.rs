//! The daily jobs: when they last ran, what they did, and "run now".

use actix_web::HttpResponse;

use super::gate::{Admin, Sent, done};
use super::outbox::time;
use super::page::{Cell, Form, ListPage};
use crate::actions::daily;
use crate::i18n;
use crate::web::form::Fields;

/// Its address.
pub const LIST: &str = "/quan-tri/viec-hang-ngay";

/// What the last run did, part by part.
pub async fn list(admin: Admin) -> HttpResponse {
    let (ran, wished) = match admin.app.read(|tx| Ok((daily::last(tx)?, daily::wished(tx)?))).await {
        Ok(read) => read,
        Err(problem) => return admin.problem(&problem),
    };
    let language = admin.language();
    let state = match (wished, &ran) {
        (Some(_), _) => Cell::tag(admin.t("admin.jobs.waits")),
        (None, _) => Cell::text(admin.t("admin.jobs.ended")),
    };
    let rows = ran.iter().flat_map(|ran| {
        ran.did.iter().map(|(part, n)| {
            vec![
                Cell::text(admin.t(&format!("admin.jobs.did.{part}"))),
                Cell::text(i18n::number(language, u64::try_from(*n).unwrap_or(u64::MAX))),
                Cell::text(time(ran.at())),
            ]
        })
    });
    let whole =
        vec![Cell::text(admin.t("admin.jobs.whole")), state, Cell::text(ran.as_ref().map_or_else(|| admin.t("admin.jobs.never"), |ran| time(ran.at())))];
    let rows: Vec<Vec<Cell>> = std::iter::once(whole).chain(rows).collect();
    admin.list(ListPage::new("jobs", &["job", "did", "when"], rows).adds(format!("{LIST}/chay")).notice(Some(admin.t("admin.jobs.asked"))))
}

fn layout(form: &mut Form<'_>) {
    form.head("jobs", "ask", "", LIST);
    form.asks("admin.jobs.ask_lead", "admin.jobs.ask_button");
}

/// Asks before they run.
pub async fn asking(admin: Admin) -> HttpResponse {
    admin.form(&Fields::default(), layout)
}

/// Wishes for a run now.
pub async fn ask(admin: Admin, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let outcome = admin.write(&sent, daily::ask).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, layout)
}
