//! The second factor of one's own account: set up by QR code, confirmed by a
//! first code, switched off.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;

use super::account::done;
use super::gate::{Own, Sent, anchor, refused};
use crate::actions::account::Turn;
use crate::actions::totp::{self, Proof, Standing};
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::receipt::ReceiptCode;
use crate::http::app::block;
use crate::store;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::public::qr::{Qr, qr};
use crate::web::respond;

/// Its address.
pub const TOTP: &str = "/can-bo/tai-khoan/xac-thuc";

#[derive(Serialize)]
struct Page {
    /// `off`, `begun`, `on`.
    standing: &'static str,
    /// For the app, while it is being set up.
    qr: Option<Qr>,
    /// The same, to be typed.
    typed: String,
    /// How many recovery codes are left.
    left: i64,
    /// The role asks for it.
    needed: bool,
    faults: Vec<FaultLine>,
}

#[derive(Serialize)]
struct CodesPage {
    codes: Vec<String>,
}

/// The page, in each of its three states.
pub async fn show(own: Own) -> HttpResponse {
    page(&own, StatusCode::OK, Vec::new()).await
}

async fn page(own: &Own, status: StatusCode, faults: Vec<Fault>) -> HttpResponse {
    let me = own.me.clone();
    let read = own.app.read(move |tx| {
        let account = store::officer::get(tx.conn, me.id)?.ok_or(Code::NotFound)?;
        Ok((totp::standing(tx, &me)?, account.login))
    });
    let (standing, login) = match read.await {
        Ok(read) => read,
        Err(problem) => return own.problem(&problem),
    };
    let asking = own.app.config.totp_roles().unwrap_or_default();
    let faults = Faults::new(faults, own.visitor.language).lines(anchor);
    let page = Page { standing: "off", qr: None, typed: String::new(), left: 0, needed: asking.iter().any(|role| own.me.is(*role)), faults };
    let page = match standing {
        Standing::Off => page,
        Standing::Begun(secret) => Page { standing: "begun", qr: qr(&secret.address(&login)), typed: secret.typed(), ..page },
        Standing::On(left) => Page { standing: "on", left, ..page },
    };
    own.page(status, "desk/totp", &page)
}

async fn answer(own: &Own, outcome: Result<HttpResponse, Problem>) -> HttpResponse {
    match outcome {
        Ok(response) => response,
        Err(problem) => match refused(&problem) {
            Some((status, faults)) => page(own, status, faults).await,
            None => own.problem(&problem),
        },
    }
}

/// Begins to set it up.
pub async fn begin(own: Own, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let outcome = begun(&own, &fields).await;
    answer(&own, outcome).await
}

async fn begun(own: &Own, fields: &Fields) -> Result<HttpResponse, Problem> {
    own.check(fields)?;
    let turn = Turn::wait().await?;
    let (service, me, password, address) = (own.app.service.clone(), own.me.clone(), fields.get("password").to_owned(), own.visitor.address.clone());
    block(move || totp::begin(&service, &turn, &me, &password, &address)).await?;
    Ok(respond::see_other(TOTP))
}

/// Confirms it with a first code, and shows the recovery codes: once.
pub async fn confirm(own: Own, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let outcome = confirmed(&own, &fields).await;
    answer(&own, outcome).await
}

async fn confirmed(own: &Own, fields: &Fields) -> Result<HttpResponse, Problem> {
    own.check(fields)?;
    let (me, code) = (own.me.clone(), fields.get("code").to_owned());
    let codes = own.app.write(move |tx| totp::confirm(tx, &me, &code)).await?;
    Ok(codes_page(own, &codes))
}

/// Switches it off.
pub async fn switch_off(own: Own, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let outcome = switched_off(&own, &fields).await;
    answer(&own, outcome).await
}

async fn switched_off(own: &Own, fields: &Fields) -> Result<HttpResponse, Problem> {
    let turn = turn_of(own, fields).await?;
    let (service, me, proof) = (own.app.service.clone(), own.me.clone(), proof(own, fields));
    block(move || totp::switch_off(&service, &turn, &me, &proof)).await?;
    Ok(done("tat"))
}

/// Makes new recovery codes, and shows them: once.
pub async fn new_recovery(own: Own, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let outcome = renewed(&own, &fields).await;
    answer(&own, outcome).await
}

async fn renewed(own: &Own, fields: &Fields) -> Result<HttpResponse, Problem> {
    let turn = turn_of(own, fields).await?;
    let (service, me, proof) = (own.app.service.clone(), own.me.clone(), proof(own, fields));
    let codes = block(move || totp::new_recovery(&service, &turn, &me, &proof)).await?;
    Ok(codes_page(own, &codes))
}

async fn turn_of(own: &Own, fields: &Fields) -> Result<Turn, Problem> {
    own.check(fields)?;
    Turn::wait().await
}

fn proof(own: &Own, fields: &Fields) -> Proof {
    Proof { password: fields.get("password").to_owned(), code: fields.get("code").to_owned(), address: own.visitor.address.clone() }
}

fn codes_page(own: &Own, codes: &[ReceiptCode]) -> HttpResponse {
    let codes = codes.iter().map(|code| code.reveal().to_owned()).collect();
    own.page(StatusCode::OK, "desk/totp-codes", &CodesPage { codes })
}
