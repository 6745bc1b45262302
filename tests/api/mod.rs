//! The JSON interface, asked as a stranger asks it.

mod catalogue;
mod desk;
mod feedback;
mod health;
mod ledger;
mod openapi;
mod problem;
mod receipt;
mod results;
mod survey;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::App;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use hoidap::actions::account::{self, AccountForm};
use hoidap::actions::feedback::{Written, approve, save};
use hoidap::actions::intake::Intake;
use hoidap::config::{Config, Environment};
use hoidap::domain::access::Officer;
use hoidap::domain::words::Serial;
use hoidap::http::app::{self, Shared};
use hoidap::http::render::Pages;
use hoidap::store;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{self, Bed};

/// The slip at the counter.
pub const SLIP: &str = "/api/v1/surveys/phieu-quay/responses";

type Answering = Pin<Box<dyn Future<Output = Said>>>;

/// The interface on a database of its own.
pub struct Api {
    ask: Box<dyn Fn(TestRequest) -> Answering>,
    pub app: Shared,
}

/// Asks the interface on both databases.
pub fn each_database(test: impl AsyncFn(&Api)) {
    support::each_database(|bed| actix_web::rt::System::new().block_on(async { test(&Api::of(bed).await).await }));
}

/// What came back.
#[derive(Debug)]
pub struct Said {
    pub status: u16,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Said {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// The code of a refusal and, of a form, each `(pointer, code)`.
    pub fn refusal(&self) -> (u16, &str, Vec<(&str, &str)>) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        assert_eq!(self.json["status"], self.status);
        let text = |v: &Value, key: &str| assert!(v[key].as_str().is_some_and(|s| s.contains(' ') && !s.contains("%{")), "{key} of {v}");
        text(&self.json, "detail");
        let errors = self.json["errors"].as_array().map_or(&[][..], Vec::as_slice);
        errors.iter().for_each(|e| text(e, "message"));
        let faults = errors.iter().map(|e| (e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap())).collect();
        (self.status, self.json["code"].as_str().unwrap(), faults)
    }
}

impl Api {
    async fn of(bed: &Bed) -> Self {
        Self::configured(bed, Config::default()).await
    }

    async fn configured(bed: &Bed, config: Config) -> Self {
        let app = Shared::new(app::App {
            service: bed.service.clone(),
            intake: Arc::new(Intake::start(bed.service.clone()).unwrap()),
            pages: Pages::new().unwrap(),
            config: Arc::new(Config { env: Environment::Development, ..config }),
            metrics: None,
        });
        let service = Rc::new(init_service(App::new().app_data(app.clone()).configure(hoidap::api::routes)).await);
        let ask = move |request: TestRequest| -> Answering {
            let service = service.clone();
            Box::pin(async move {
                let response = call_service(&*service, request.to_request()).await;
                let (status, headers) = (response.status().as_u16(), response.headers().clone());
                let body = read_body(response).await;
                Said { status, headers, json: serde_json::from_slice(&body).unwrap_or(Value::Null) }
            })
        };
        Self { ask: Box::new(ask), app }
    }

    pub async fn call(&self, request: TestRequest) -> Said {
        (self.ask)(request).await
    }

    pub async fn get(&self, path: &str) -> Said {
        self.call(TestRequest::get().uri(&format!("/api/v1/{path}"))).await
    }

    pub async fn post(&self, address: &str, body: &Value) -> Said {
        self.call(TestRequest::post().uri(address).set_json(body)).await
    }

    /// Rates at the counter slip, as anybody.
    pub async fn rates(&self, field: &str, rating: u8) {
        assert_eq!(self.post(SLIP, &slip(field, rating)).await.status, 201);
    }

    /// Sends an opinion and returns the receipt.
    pub async fn says(&self, kind: &str, text: &str) -> Value {
        let opinion = json!({"kind": kind, "text": text});
        let body = json!({"submission_id": Uuid::new_v4(), "respondent": "citizen", "field": "land", "language": "vi", "feedback": opinion});
        let said = self.post("/api/v1/feedback", &body).await;
        assert_eq!(said.status, 201, "{said:?}");
        said.json
    }

    /// Two officers of the topmost office, with every role between them.
    pub fn officers(&self) -> (Officer, Officer) {
        let add = |login: &str, name: &str, roles: &[&str]| {
            self.app.service.write(|tx| {
                let form = AccountForm {
                    login: login.to_owned(),
                    name: name.to_owned(),
                    office: "ct".to_owned(),
                    roles: roles.iter().map(|r| (*r).to_owned()).collect(),
                    password: "mat-khau-thu-nghiem".to_owned(),
                    ..AccountForm::default()
                };
                let id = account::add(tx, None, &form, "-".to_owned())?;
                Ok(store::officer::get(tx.conn, id)?.unwrap().officer)
            })
        };
        let writer = add("viet", "Lê Thị Người Viết", &["officer", "head"]).unwrap();
        let approver = add("duyet", "Trần Văn Người Duyệt", &["approver", "receiver"]).unwrap();
        (writer, approver)
    }

    /// Answers an opinion in public.
    pub fn answers(&self, (writer, approver): &(Officer, Officer), serial: i64) {
        let serial = Serial(serial);
        let written = Written {
            title: "Ghế ngồi chờ".to_owned(),
            question: "Đề nghị thêm ghế ngồi chờ.".to_owned(),
            answer: "Đã thêm 20 ghế.".to_owned(),
            ..Written::default()
        };
        self.app.service.write(|tx| save(tx, writer, serial, &written, true)).unwrap();
        self.app.service.write(|tx| approve(tx, approver, serial, None)).unwrap();
    }

    /// Moves the clock to 9 o'clock of a day.
    pub fn on(&self, day: &str) {
        self.app.service.clock().set(support::day(day).at(9 * 3_600));
    }
}

/// A filled counter slip.
pub fn slip(field: &str, rating: u8) -> Value {
    json!({"submission_id": Uuid::new_v4(), "respondent": "citizen", "field": field, "language": "vi", "answers": {"overall": rating}})
}

/// A body with some members replaced; null takes one away.
pub fn with(mut body: Value, change: Value) -> Value {
    for (key, value) in change.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}
