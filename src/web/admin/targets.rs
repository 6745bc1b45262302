//! Targets: what each year promises. A year without its own keeps the last one.

use actix_web::HttpResponse;

use super::gate::{Admin, Sent, done};
use super::page::{Cell, Form, ListPage, fields, read};
use crate::actions::catalogue::{self, TargetForm};
use crate::i18n;
use crate::web::form::Fields;

/// Its address.
pub const LIST: &str = "/quan-tri/chi-tieu";

/// All targets, the latest year first.
pub async fn list(admin: Admin) -> HttpResponse {
    let language = admin.language();
    let rows = admin.catalogue.targets.iter().rev().map(|((year, scope), value)| {
        let scope_name = admin.t(&format!("admin.group.{scope}"));
        vec![
            Cell::link(format!("{year} · {scope_name}"), format!("{LIST}/dat?nam={year}&muc={scope}")),
            Cell::text(i18n::per_cent(language, u64::from(*value))),
        ]
    });
    admin.list(ListPage::new("targets", &["target", "value"], rows).adds(format!("{LIST}/dat")))
}

fn layout(form: &mut Form<'_>, admin: &Admin) {
    form.head("targets", "add", "", LIST);
    form.input("year", "number");
    form.select("scope", Some("admin.choose"), form.words(&catalogue::scopes(&admin.catalogue), "admin.group"));
    form.hinted("value", "text");
    form.hinted("source", "text");
}

/// The form; `?nam=` and `?muc=` fill it in.
pub async fn edit(admin: Admin) -> HttpResponse {
    let year: i16 = admin.asked.get("nam").parse().unwrap_or_else(|_| admin.today.year());
    let scope = admin.asked.get("muc").to_owned();
    let value = admin.catalogue.targets.get(&(year, scope.clone())).map(|v| format!("{},{:02}", v / 100, v % 100)).unwrap_or_default();
    let value = value.trim_end_matches(",00").to_owned();
    let form = TargetForm { year: year.to_string(), scope, value, source: String::new() };
    admin.form(&fields(&form), |f| layout(f, &admin))
}

/// Sets a target.
pub async fn put(admin: Admin, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let form: TargetForm = read(&sent);
    let outcome = admin.write(&sent, move |tx, me| catalogue::put_target(tx, me, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &admin))
}
