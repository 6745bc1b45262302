//! One's own account: what is known of it, the password, the open sessions.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use serde::Serialize;
use uuid::Uuid;

use super::gate::{Back, Own, Sent, anchor, refused};
use crate::actions::Tx;
use crate::actions::absence::{self, AbsenceForm};
use crate::actions::access_token::{self, TokenForm};
use crate::actions::account::{self, Turn};
use crate::actions::password::{self, NewPassword};
use crate::actions::totp::{self, Standing};
use crate::domain::access::Officer;
use crate::domain::error::{Code, Problem};
use crate::domain::words::Language;
use crate::http::app::block;
use crate::i18n::{date, t};
use crate::store;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::view::FilterSelect;
use crate::web::{respond, view};

/// Its address.
pub const ACCOUNT: &str = "/can-bo/tai-khoan";
/// What a page after a form can say was done.
const DONE: [&str; 6] = ["mat-khau", "tat", "thu-hoi", "vang-mat", "huy", "lich"];

#[derive(Serialize)]
struct Page {
    name: String,
    login: String,
    office: String,
    roles: String,
    email: Option<String>,
    /// A code is asked for at sign-in.
    totp: bool,
    sessions: i64,
    tokens: Vec<TokenLine>,
    /// What was typed to make a token, when that form comes back.
    token_name: String,
    token_last_on: String,
    /// The day on which the address for a calendar program was made.
    feed_made: Option<String>,
    absences: Vec<AbsenceLine>,
    /// Whose deputy this officer is today.
    stands_for: String,
    /// The form of an absence; none for who has no desk to be away from.
    deputies: Option<FilterSelect>,
    absence_from: String,
    absence_to: String,
    /// What was just done: the end of a key.
    done: Option<&'static str>,
    faults: Vec<FaultLine>,
}

#[derive(Serialize)]
struct TokenLine {
    id: String,
    name: String,
    made: String,
    last: String,
    used: Option<String>,
    ended: bool,
}

#[derive(Serialize)]
struct AbsenceLine {
    id: String,
    from: String,
    to: String,
    deputy: String,
}

/// The page.
pub async fn show(own: Own, query: Query<Vec<(String, String)>>) -> HttpResponse {
    let asked = Fields(query.into_inner());
    let done = DONE.iter().copied().find(|done| *done == asked.get("xong"));
    page(&own, StatusCode::OK, done, Back::default()).await
}

async fn page(own: &Own, status: StatusCode, done: Option<&'static str>, back: Back) -> HttpResponse {
    let (me, language) = (own.me.clone(), own.visitor.language);
    match own.app.read(move |tx| build(tx, &me, language, done, &back)).await {
        Ok(page) => own.page(status, "desk/account", &page),
        Err(problem) => own.problem(&problem),
    }
}

fn build(tx: &mut Tx<'_>, me: &Officer, language: Language, done: Option<&'static str>, back: &Back) -> Result<Page, Problem> {
    let account = store::officer::get(tx.conn, me.id)?.ok_or(Code::NotFound)?;
    let roles: Vec<String> = me.roles.iter().map(|role| t(language, &format!("admin.role.{role}"))).collect();
    let typed = |form: &str, name: &str| if back.form == form { back.fields.get(name).to_owned() } else { String::new() };
    let faults = Faults::new(back.faults.clone(), language);
    let names = store::officer::names(tx.conn)?;
    let name = |id: &Uuid| names.get(id).cloned().unwrap_or_default();
    let stands_for: Vec<String> = absence::today(tx)?.values().filter(|absence| absence.deputy == me.id).map(|absence| name(&absence.officer)).collect();
    let deputies = if me.has_desk() {
        let options = absence::deputies(tx, me)?.into_iter().map(|o| (o.id.to_string(), o.name)).collect();
        Some(view::filter_select("deputy", "absence.deputy", t(language, "desk.choose"), &typed("vang-mat", "deputy"), options))
    } else {
        None
    };
    Ok(Page {
        feed_made: store::deadline_feed::made_on(tx.conn, me.id)?.map(date),
        absences: absence::of(tx, me.id)?
            .iter()
            .map(|absence| AbsenceLine { id: absence.id.to_string(), from: date(absence.from), to: date(absence.to), deputy: name(&absence.deputy) })
            .collect(),
        stands_for: stands_for.join(", "),
        deputies,
        absence_from: typed("vang-mat", "absence_from"),
        absence_to: typed("vang-mat", "absence_to"),
        name: me.name.clone(),
        login: account.login,
        office: view::office_name(&tx.catalogue, &me.office, language),
        roles: roles.join(", "),
        email: account.email,
        totp: matches!(totp::standing(tx, me)?, Standing::On(_)),
        sessions: account::sessions(tx, me)?,
        tokens: access_token::own(tx, me)?
            .into_iter()
            .map(|token| TokenLine {
                id: token.id.to_string(),
                ended: token.last_on < tx.today,
                name: token.name,
                made: date(token.made_on),
                last: date(token.last_on),
                used: token.used_on.map(date),
            })
            .collect(),
        token_name: typed("ma-truy-cap", "name"),
        token_last_on: typed("ma-truy-cap", "last_on"),
        done,
        faults: faults.lines(anchor),
    })
}

/// After a form of this page: on to what it says, or back with its faults.
pub async fn answer(own: &Own, outcome: Result<HttpResponse, Problem>, form: &'static str, fields: Fields) -> HttpResponse {
    match outcome {
        Ok(response) => response,
        Err(problem) => match refused(&problem) {
            Some((status, faults)) => page(own, status, None, Back { form, fields, faults }).await,
            None => own.problem(&problem),
        },
    }
}

/// The page, with the notice that something was done.
pub fn done(what: &str) -> HttpResponse {
    respond::see_other(&format!("{ACCOUNT}?xong={what}"))
}

/// Changes the password. Every other session ends, and this one goes on under a new token.
pub async fn change_password(own: Own, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let outcome = changed(&own, &fields).await;
    answer(&own, outcome, "mat-khau", fields).await
}

async fn changed(own: &Own, fields: &Fields) -> Result<HttpResponse, Problem> {
    own.check(fields)?;
    let turn = Turn::wait().await?;
    let new = NewPassword { password: fields.get("new_password").to_owned(), repeat: fields.get("repeat").to_owned() };
    let (service, me, old) = (own.app.service.clone(), own.me.clone(), fields.get("old_password").to_owned());
    let address = own.visitor.address.clone();
    let token = block(move || password::change(&service, &turn, &me, &old, &new, &address)).await?;
    let mut response = done("mat-khau");
    response.add_cookie(&own.visitor.session_cookie(token)).map_err(|_| Problem::Internal("the session cookie".to_owned()))?;
    Ok(response)
}

/// Makes an access token, and shows it: once.
pub async fn make_token(own: Own, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let outcome = made(&own, &fields).await;
    answer(&own, outcome, "ma-truy-cap", fields).await
}

async fn made(own: &Own, fields: &Fields) -> Result<HttpResponse, Problem> {
    #[derive(Serialize)]
    struct Made {
        token: String,
    }
    own.check(fields)?;
    let turn = Turn::wait().await?;
    let get = |name: &str| fields.get(name).to_owned();
    let form = TokenForm { name: get("name"), last_on: get("last_on"), password: get("password") };
    let (service, me, address) = (own.app.service.clone(), own.me.clone(), own.visitor.address.clone());
    let token = block(move || access_token::make(&service, &turn, &me, &form, &address)).await?;
    Ok(own.page(StatusCode::OK, "desk/token", &Made { token }))
}

/// Revokes an access token.
pub async fn revoke_token(own: Own, id: Path<String>, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let outcome = revoked(&own, &id, &fields).await;
    answer(&own, outcome, "thu-hoi", fields).await
}

async fn revoked(own: &Own, id: &str, fields: &Fields) -> Result<HttpResponse, Problem> {
    own.check(fields)?;
    let (id, me) = (Uuid::parse_str(id).map_err(|_| Code::NotFound)?, own.me.clone());
    own.app.write(move |tx| access_token::revoke(tx, &me, id)).await?;
    Ok(done("thu-hoi"))
}

/// Notes an absence of one's own.
pub async fn note_absence(own: Own, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let outcome = noted_absence(&own, &fields).await;
    answer(&own, outcome, "vang-mat", fields).await
}

async fn noted_absence(own: &Own, fields: &Fields) -> Result<HttpResponse, Problem> {
    own.check(fields)?;
    let get = |name: &str| fields.get(name).to_owned();
    let form = AbsenceForm { deputy: get("deputy"), from: get("absence_from"), to: get("absence_to") };
    let me = own.me.clone();
    own.app.write(move |tx| absence::note(tx, &me, me.id, &form)).await?;
    Ok(done("vang-mat"))
}

/// Ends an absence of one's own before its time.
pub async fn end_absence(own: Own, id: Path<String>, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let outcome = ended_absence(&own, &id, &fields).await;
    answer(&own, outcome, "huy", fields).await
}

async fn ended_absence(own: &Own, id: &str, fields: &Fields) -> Result<HttpResponse, Problem> {
    own.check(fields)?;
    let (id, me) = (Uuid::parse_str(id).map_err(|_| Code::NotFound)?, own.me.clone());
    own.app.write(move |tx| absence::end(tx, &me, id)).await?;
    Ok(done("huy"))
}

/// Ends every session of the account, and says how many there were.
pub async fn sign_out_everywhere(own: Own, sent: Sent) -> HttpResponse {
    #[derive(Serialize)]
    struct Ended {
        sessions: usize,
    }
    let fields = Fields(sent.into_inner());
    if let Err(problem) = own.check(&fields) {
        return answer(&own, Err(problem), "", fields).await;
    }
    let me = own.me.clone();
    match own.app.write(move |tx| account::sign_out_everywhere(tx, &me)).await {
        Ok(sessions) => {
            let mut response = respond::page(&own.app, &own.visitor, "desk/signed-out", &Ended { sessions });
            let _ = response.add_cookie(&own.visitor.end_session().1);
            response
        }
        Err(problem) => own.problem(&problem),
    }
}
