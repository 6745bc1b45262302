//! Tablets at counters. The token is shown once, on the answer to the form
//! itself: an address would keep it in the browser's history.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use serde::Serialize;

use super::gate::{Admin, Sent, done};
use super::page::{Cell, Form, ListPage, read};
use crate::actions::catalogue::{self, DeviceForm, Enrolled};
use crate::domain::catalogue::Device;
use crate::domain::error::{Code, Problem};
use crate::web::form::Fields;
use crate::web::view;

/// Its address.
pub const LIST: &str = "/quan-tri/thiet-bi";

/// All devices.
pub async fn list(admin: Admin) -> HttpResponse {
    let rows = admin.catalogue.devices.iter().map(|d| {
        vec![
            Cell::text(d.name.clone()).vietnamese(),
            Cell::text(d.id.clone()),
            Cell::text(admin.office(&d.office)),
            match d.active {
                true => Cell::text(admin.t("admin.state.active")),
                false => Cell::tag(admin.t("admin.state.over")),
            },
            match d.active {
                true => Cell::act(admin.t("admin.end"), d.name.clone(), format!("{LIST}/{}/ket-thuc", d.id)),
                false => Cell::text(String::new()),
            },
        ]
    });
    admin.list(ListPage::new("devices", &["device", "code", "office", "state", "end"], rows).adds(format!("{LIST}/them")))
}

fn layout(form: &mut Form<'_>, admin: &Admin) {
    form.head("devices", "add", "", LIST);
    form.hinted("name", "text");
    form.select("office", Some("admin.choose"), view::office_options(&admin.catalogue, admin.today, admin.language()));
}

/// An empty form.
pub async fn new(admin: Admin) -> HttpResponse {
    admin.form(&Fields::default(), |f| layout(f, &admin))
}

#[derive(Serialize)]
struct EnrolledPage {
    title: String,
    at: &'static str,
    id: String,
    address: String,
    token: String,
    back: &'static str,
}

/// Enrols a device and shows its token, once.
pub async fn enrol(admin: Admin, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let form: DeviceForm = read(&sent);
    match admin.write(&sent, move |tx, me| catalogue::enrol_device(tx, me, &form)).await {
        Ok(Enrolled { id, token }) => {
            let address = format!("{}/quay/{id}", admin.app.config.public_url);
            let page = EnrolledPage { title: admin.t("admin.devices.enrolled"), at: "devices", id, address, token, back: LIST };
            admin.page(StatusCode::OK, "admin/device", &page)
        }
        Err(problem) => admin.answer(Err(problem), &sent, |f| layout(f, &admin)),
    }
}

fn held<'a>(admin: &'a Admin, id: &str) -> Result<&'a Device, Problem> {
    admin.catalogue.device(id).ok_or_else(|| Code::NotFound.into())
}

fn end_layout(form: &mut Form<'_>, device: &Device) {
    form.head("devices", "end", &device.name, LIST);
    form.ends("admin.devices.end_lead", "admin.devices.end_button");
}

/// Asks before a device ends.
pub async fn ending(admin: Admin, id: Path<String>) -> HttpResponse {
    match held(&admin, &id) {
        Ok(device) => admin.form(&Fields::default(), |f| end_layout(f, device)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Ends a device today.
pub async fn end(admin: Admin, id: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let device = match held(&admin, &id) {
        Ok(device) => device,
        Err(problem) => return admin.problem(&problem),
    };
    let id = device.id.clone();
    let outcome = admin.write(&sent, move |tx, me| catalogue::end_device(tx, me, &id)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| end_layout(f, device))
}
