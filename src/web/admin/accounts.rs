//! Accounts: who may sign in, for which office, as what.

use actix_web::HttpResponse;
use actix_web::web::Path;
use uuid::Uuid;

use super::gate::{Admin, Sent, done};
use super::page::{Cell, Form, ListPage};
use crate::actions::absence::{self, AbsenceForm};
use crate::actions::account::{self, AccountForm};
use crate::actions::totp;
use crate::domain::error::{Code, Problem};
use crate::domain::words::{Language, Role};
use crate::http::app::block;
use crate::store;
use crate::store::officer::Account;
use crate::web::form::Fields;
use crate::web::view;

/// Its address.
pub const LIST: &str = "/quan-tri/tai-khoan";

/// All accounts, ended ones with their day.
pub async fn list(admin: Admin) -> HttpResponse {
    let read = admin.app.read(|tx| Ok((store::officer::all(tx.conn)?, store::totp::all_on(tx.conn)?, absence::today(tx)?)));
    let (accounts, coded, away) = match read.await {
        Ok(read) => read,
        Err(problem) => return admin.problem(&problem),
    };
    let rows = accounts.iter().map(|a| {
        let id = a.officer.id;
        let (state, end) = match a.ended_on {
            Some(day) => (Cell::tag(crate::i18n::tr(admin.language(), "admin.state.ended", &[("day", crate::i18n::date(day))])), Cell::text(String::new())),
            None => (Cell::text(admin.t("admin.state.active")), Cell::act(admin.t("admin.end"), a.officer.name.clone(), format!("{LIST}/{id}/ket-thuc"))),
        };
        let roles: Vec<String> = a.officer.roles.iter().map(|r| admin.t(&format!("admin.role.{r}"))).collect();
        let factor = if coded.contains(&id) {
            Cell::act(admin.t("account.admin.reset"), a.officer.name.clone(), format!("{LIST}/{id}/xac-thuc"))
        } else {
            Cell::text(admin.t("account.admin.none"))
        };
        let absence = match away.get(&id) {
            _ if a.ended_on.is_some() || !a.officer.has_desk() => Cell::text(String::new()),
            Some(absence) => {
                let until = crate::i18n::tr(admin.language(), "absence.until", &[("day", crate::i18n::date(absence.to))]);
                Cell::act(until, a.officer.name.clone(), format!("{LIST}/{id}/vang-mat"))
            }
            None => Cell::act(admin.t("absence.note"), a.officer.name.clone(), format!("{LIST}/{id}/vang-mat")),
        };
        vec![
            Cell::link(a.officer.name.clone(), format!("{LIST}/{id}/sua")).vietnamese(),
            Cell::text(a.login.clone()),
            Cell::text(admin.office(&a.officer.office)),
            Cell::text(roles.join(", ")),
            state,
            factor,
            absence,
            end,
        ]
    });
    admin
        .list(ListPage::new("accounts", &["person", "login", "office", "roles", "state", "second_factor", "absence", "end"], rows).adds(format!("{LIST}/them")))
}

fn layout(form: &mut Form<'_>, admin: &Admin, held: Option<&Account>) {
    match held {
        Some(account) => form.head("accounts", "edit", &account.login, LIST),
        None => {
            form.head("accounts", "add", "", LIST);
            form.hinted("login", "text");
        }
    }
    form.input("name", "text");
    form.select("office", Some("admin.choose"), view::office_options(&admin.catalogue, admin.today, admin.language()));
    form.checks("roles", form.words(Role::ALL, "admin.role"));
    form.select("language", None, form.words(Language::ALL, "admin.language"));
    form.hinted("email", "email");
    form.hinted(if held.is_some() { "new_password" } else { "password" }, "password");
}

fn typed(fields: &Fields) -> AccountForm {
    let get = |name: &str| fields.get(name).to_owned();
    AccountForm {
        login: get("login"),
        name: get("name"),
        office: get("office"),
        roles: fields.all("roles").map(str::to_owned).collect(),
        language: get("language"),
        email: get("email"),
        password: get("password"),
    }
}

fn filled(account: &Account) -> Fields {
    let o = &account.officer;
    let mut fields = vec![
        ("name".to_owned(), o.name.clone()),
        ("office".to_owned(), o.office.to_string()),
        ("language".to_owned(), o.language.to_string()),
        ("email".to_owned(), account.email.clone().unwrap_or_default()),
    ];
    fields.extend(o.roles.iter().map(|r| ("roles".to_owned(), r.to_string())));
    Fields(fields)
}

/// An empty form.
pub async fn new(admin: Admin) -> HttpResponse {
    admin.form(&Fields::default(), |f| layout(f, &admin, None))
}

/// Adds an account.
pub async fn add(admin: Admin, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let form = typed(&sent);
    let outcome = match hashed(form.password.clone()).await {
        Ok(hash) => admin.write(&sent, move |tx, me| account::add(tx, Some(me), &form, hash)).await,
        Err(problem) => Err(problem),
    };
    admin.answer(outcome.map(|_| done(LIST)), &sent, |f| layout(f, &admin, None))
}

/// Slow by intent, so never within a transaction.
async fn hashed(password: String) -> Result<String, Problem> {
    block(move || account::hash_password(&password)).await
}

async fn held(admin: &Admin, id: &str) -> Result<Account, Problem> {
    let id = Uuid::parse_str(id).map_err(|_| Code::NotFound)?;
    admin.app.read(move |tx| Ok(store::officer::get(tx.conn, id)?)).await?.ok_or_else(|| Code::NotFound.into())
}

/// The form of an account.
pub async fn edit(admin: Admin, id: Path<String>) -> HttpResponse {
    match held(&admin, &id).await {
        Ok(account) => admin.form(&filled(&account), |f| layout(f, &admin, Some(&account))),
        Err(problem) => admin.problem(&problem),
    }
}

/// Changes an account; an empty password leaves it as it is.
pub async fn change(admin: Admin, id: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let account = match held(&admin, &id).await {
        Ok(account) => account,
        Err(problem) => return admin.problem(&problem),
    };
    let form = AccountForm { password: sent.get("new_password").to_owned(), ..typed(&sent) };
    let hash = if form.password.is_empty() { Ok(None) } else { hashed(form.password.clone()).await.map(Some) };
    let id = account.officer.id;
    let outcome = match hash {
        Ok(hash) => admin.write(&sent, move |tx, me| account::change(tx, me, id, &form, hash)).await,
        Err(problem) => Err(problem),
    };
    let outcome = outcome.map_err(|problem| moved(problem, "/password", "/new_password"));
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &admin, Some(&account)))
}

/// A fault at a field that has another name on this page.
fn moved(problem: Problem, from: &str, to: &'static str) -> Problem {
    match problem {
        Problem::Invalid(mut faults) => {
            for fault in faults.iter_mut().filter(|f| f.pointer == from) {
                fault.pointer = to.into();
            }
            Problem::Invalid(faults)
        }
        other => other,
    }
}

fn absence_layout(form: &mut Form<'_>, account: &Account, deputies: &[(String, String)]) {
    form.head("accounts", "absence", &account.officer.name, LIST);
    form.asks("absence.lead", "absence.note");
    form.input("absence_from", "date");
    form.input("absence_to", "date");
    form.select("deputy", Some("admin.choose"), deputies.to_vec());
}

/// An account, and who may stand in for its person.
async fn held_with_deputies(admin: &Admin, id: &str) -> Result<(Account, Vec<(String, String)>), Problem> {
    let account = held(admin, id).await?;
    let absent = account.officer.clone();
    let deputies = admin.app.read(move |tx| absence::deputies(tx, &absent)).await?;
    Ok((account, deputies.into_iter().map(|o| (o.id.to_string(), o.name)).collect()))
}

/// The form of a colleague's absence.
pub async fn absent(admin: Admin, id: Path<String>) -> HttpResponse {
    match held_with_deputies(&admin, &id).await {
        Ok((account, deputies)) => admin.form(&Fields::default(), |f| absence_layout(f, &account, &deputies)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Notes a colleague's absence for them.
pub async fn note_absence(admin: Admin, id: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let (account, deputies) = match held_with_deputies(&admin, &id).await {
        Ok(held) => held,
        Err(problem) => return admin.problem(&problem),
    };
    let get = |name: &str| sent.get(name).to_owned();
    let (id, form) = (account.officer.id, AbsenceForm { deputy: get("deputy"), from: get("absence_from"), to: get("absence_to") });
    let outcome = admin.write(&sent, move |tx, me| absence::note(tx, me, id, &form)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| absence_layout(f, &account, &deputies))
}

fn reset_layout(form: &mut Form<'_>, account: &Account) {
    form.head("accounts", "reset_totp", &account.officer.name, LIST);
    form.ends("admin.accounts.reset_totp_lead", "admin.accounts.reset_totp_button");
}

/// Asks before a colleague's second factor is taken away.
pub async fn resetting(admin: Admin, id: Path<String>) -> HttpResponse {
    match held(&admin, &id).await {
        Ok(account) => admin.form(&Fields::default(), |f| reset_layout(f, &account)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Takes a colleague's second factor away; they are told by mail.
pub async fn reset_totp(admin: Admin, id: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let account = match held(&admin, &id).await {
        Ok(account) => account,
        Err(problem) => return admin.problem(&problem),
    };
    let id = account.officer.id;
    let outcome = admin.write(&sent, move |tx, me| totp::reset(tx, me, id)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| reset_layout(f, &account))
}

fn end_layout(form: &mut Form<'_>, account: &Account) {
    form.head("accounts", "end", &account.officer.name, LIST);
    form.ends("admin.accounts.end_lead", "admin.accounts.end_button");
}

/// Asks before an account ends.
pub async fn ending(admin: Admin, id: Path<String>) -> HttpResponse {
    match held(&admin, &id).await {
        Ok(account) => admin.form(&Fields::default(), |f| end_layout(f, &account)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Ends an account today.
pub async fn end(admin: Admin, id: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let account = match held(&admin, &id).await {
        Ok(account) => account,
        Err(problem) => return admin.problem(&problem),
    };
    let id = account.officer.id;
    let outcome = admin.write(&sent, move |tx, me| account::end(tx, me, id)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| end_layout(f, &account))
}
