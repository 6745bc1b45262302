//! Administration at `/quan-tri`: accounts, reference data, mail that waits,
//! the audit. [`gate::Admin`] stands before every handler, so none can forget
//! to ask who is there. Lists and forms share two templates ([`page`]).

mod accounts;
mod audit;
mod calendar;
mod calendar_file;
mod clocks;
mod devices;
mod fields;
mod gate;
mod jobs;
mod ladder;
mod offices;
mod outbox;
mod page;
mod procedures;
mod retention;
mod routing;
mod rules;
mod surveys;
mod targets;

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, resource};

use gate::Admin;
use page::{Cell, ListPage};

/// The parts of the administration, in the order of the menu: path, key of the words.
const PARTS: [(&str, &str); 14] = [
    (accounts::LIST, "accounts"),
    (offices::LIST, "offices"),
    (fields::LIST, "fields"),
    (procedures::LIST, "procedures"),
    (calendar::LIST, "calendar"),
    (clocks::LIST, "clocks"),
    (targets::LIST, "targets"),
    (rules::LIST, "rules"),
    (devices::LIST, "devices"),
    (surveys::LIST, "surveys"),
    (outbox::LIST, "outbox"),
    (jobs::LIST, "jobs"),
    (retention::LIST, "retention"),
    (audit::LIST, "audit"),
];

/// Mounts the administration.
pub fn routes(config: &mut ServiceConfig) {
    let at = |list: &str, rest: &str| resource(format!("{list}{rest}"));
    config
        .service(resource("/quan-tri").get(home))
        .service(at(accounts::LIST, "").get(accounts::list))
        .service(at(accounts::LIST, "/them").get(accounts::new).post(accounts::add))
        .service(at(accounts::LIST, "/{id}/sua").get(accounts::edit).post(accounts::change))
        .service(at(accounts::LIST, "/{id}/xac-thuc").get(accounts::resetting).post(accounts::reset_totp))
        .service(at(accounts::LIST, "/{id}/vang-mat").get(accounts::absent).post(accounts::note_absence))
        .service(at(accounts::LIST, "/{id}/ket-thuc").get(accounts::ending).post(accounts::end))
        .service(at(offices::LIST, "").get(offices::list))
        .service(at(offices::LIST, "/them").get(offices::new).post(offices::add))
        .service(at(offices::LIST, "/{code}/sua").get(offices::edit).post(offices::change))
        .service(at(offices::LIST, "/{code}/ket-thuc").get(offices::ending).post(offices::end))
        .service(at(fields::LIST, "").get(fields::list))
        .service(at(fields::LIST, "/them").get(fields::new).post(fields::add))
        .service(at(fields::LIST, "/{code}/sua").get(fields::edit).post(fields::change))
        .service(at(fields::LIST, "/{code}/ket-thuc").get(fields::ending).post(fields::end))
        .service(at(procedures::LIST, "").get(procedures::list))
        .service(at(procedures::LIST, "/them").get(procedures::new).post(procedures::add))
        .service(at(procedures::LIST, "/{key}/sua").get(procedures::edit).post(procedures::change))
        .service(at(procedures::LIST, "/{key}/ket-thuc").get(procedures::ending).post(procedures::end))
        .service(at(calendar::LIST, "").get(calendar::list))
        .service(at(calendar::LIST, "/them").get(calendar::new).post(calendar::put))
        .service(resource(calendar_file::FILE).get(calendar_file::export))
        .service(at(calendar::LIST, "/nhap").get(calendar_file::new).post(calendar_file::import))
        .service(at(calendar::LIST, "/{day}/sua").get(calendar::edit).post(calendar::change))
        .service(at(calendar::LIST, "/{day}/bo").get(calendar::removing).post(calendar::remove))
        .service(at(clocks::LIST, "").get(clocks::list))
        .service(at(clocks::LIST, "/them").get(clocks::new).post(clocks::add))
        .service(at(ladder::LIST, "").get(ladder::list))
        .service(at(ladder::LIST, "/them").get(ladder::new).post(ladder::add))
        .service(at(ladder::LIST, "/{code}/ket-thuc").get(ladder::ending).post(ladder::end))
        .service(at(clocks::LIST, "/{id}/ket-thuc").get(clocks::ending).post(clocks::end))
        .service(at(targets::LIST, "").get(targets::list))
        .service(at(targets::LIST, "/dat").get(targets::edit).post(targets::put))
        .service(at(rules::LIST, "").get(rules::list))
        .service(at(rules::LIST, "/them").get(rules::new).post(rules::add))
        .service(at(rules::LIST, "/thu").get(routing::ask))
        .service(at(rules::LIST, "/kiem-tra").get(routing::check))
        .service(at(rules::LIST, "/{id}/ket-thuc").get(rules::ending).post(rules::end))
        .service(at(devices::LIST, "").get(devices::list))
        .service(at(devices::LIST, "/them").get(devices::new).post(devices::enrol))
        .service(at(devices::LIST, "/{id}/ket-thuc").get(devices::ending).post(devices::end))
        .service(at(surveys::LIST, "").get(surveys::list))
        .service(at(surveys::LIST, "/{slug}").get(surveys::asking).post(surveys::switch))
        .service(at(outbox::LIST, "").get(outbox::list))
        .service(at(outbox::LIST, "/{id}/gui-lai").get(outbox::asking).post(outbox::again))
        .service(at(jobs::LIST, "").get(jobs::list))
        .service(at(jobs::LIST, "/chay").get(jobs::asking).post(jobs::ask))
        .service(resource(retention::LIST).get(retention::list))
        .service(resource(audit::LIST).get(audit::list).post(audit::export));
}

async fn home(admin: Admin) -> HttpResponse {
    let rows =
        PARTS.iter().map(|(path, key)| vec![Cell::link(admin.t(&format!("admin.{key}.title")), *path), Cell::text(admin.t(&format!("admin.{key}.about")))]);
    admin.list(ListPage::new("home", &["part", "about"], rows))
}
