//! The audit: who did what, when; looked through by person, verb, subject and
//! days, and taken along as a table. What may be told is decided in `actions::audit`.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Serialize;
use serde_json::Value;

use super::gate::{Admin, Sent};
use super::outbox::time;
use super::page::{Cell, ListPage, ListView};
use crate::actions::audit::{self, Asked, Shown, Who};
use crate::domain::error::{Fault, Problem};
use crate::domain::event::EventName;
use crate::domain::text::harmless_cell;
use crate::http::error::noted;
use crate::i18n;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::view::{FilterSelect, filter_select};

/// Its address.
pub const LIST: &str = "/quan-tri/nhat-ky";
/// Lines of a page.
const PAGE: usize = 100;
/// What the address can ask for.
const ASKED: [&str; 5] = ["nguoi", "viec", "ve", "tu", "den"];
/// The verbs that are no event of an opinion.
const VERBS: [&str; 77] = [
    "account.sign_in",
    "account.sign_in_refused",
    "account.code_refused",
    "account.sign_out",
    "account.sign_out_everywhere",
    "account.add",
    "account.change",
    "account.end",
    "account.password",
    "account.password_asked",
    "account.password_reset",
    "account.totp_on",
    "account.totp_off",
    "account.recovery_new",
    "account.totp_reset",
    "account.recovery_code",
    "account.token_make",
    "account.token_revoke",
    "account.absence_note",
    "account.absence_end",
    "feedback.note",
    "feedback.save_draft",
    "feedback.hand_in",
    "feedback.give_back",
    "feedback.topic",
    "appeal.save_draft",
    "appeal.hand_in",
    "appeal.give_back",
    "template.keep",
    "template.drop",
    "rights.ask",
    "breach.open",
    "breach.change",
    "breach.notified",
    "feedback.press",
    "feedback.pick",
    "feedback.put_back",
    "feedback.file",
    "files.forget",
    "improvement.write",
    "improvement.publish",
    "rights.view",
    "rights.correct",
    "rights.withdraw",
    "rights.forget",
    "rights.acknowledge",
    "rights.act",
    "rights.refuse",
    "rights.extend",
    "rung.add",
    "rung.end",
    "account.feed_make",
    "account.feed_end",
    "sealed.view",
    "contact.forget",
    "audit.export",
    "calendar.import",
    "calendar.put",
    "calendar.remove",
    "clock.add",
    "clock.end",
    "jobs.ask",
    "outbox.again",
    "device.end",
    "device.enrol",
    "field.end",
    "field.put",
    "office.end",
    "office.put",
    "procedure.end",
    "procedure.put",
    "rule.add",
    "rule.end",
    "survey.close",
    "survey.open",
    "target.put",
    "ledger.begin_anew",
];

#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    list: ListView,
    person: FilterSelect,
    verb: FilterSelect,
    subject: String,
    from: String,
    to: String,
    /// What was asked for, to be sent along with the export.
    hidden: Vec<(&'static str, String)>,
    newest: Option<String>,
    older: Option<String>,
    faults: Vec<FaultLine>,
}

fn asked(fields: &Fields) -> Asked {
    let [person, verb, subject, from, to] = ASKED.map(|name| fields.get(name).to_owned());
    Asked { person, verb, subject, from, to }
}

/// A page of lines, newest first.
pub async fn list(admin: Admin) -> HttpResponse {
    let below = admin.asked.get("sau").parse().ok();
    show(&admin, StatusCode::OK, &admin.asked, below, Vec::new()).await
}

async fn show(admin: &Admin, status: StatusCode, fields: &Fields, below: Option<i64>, faults: Vec<Fault>) -> HttpResponse {
    let wanted = asked(fields);
    let read = admin.app.read(move |tx| {
        let people = audit::people(tx)?;
        Ok((people, audit::page(tx, &wanted, below, PAGE)))
    });
    let (people, found) = match read.await {
        Ok((people, found)) => (people, found),
        Err(problem) => return admin.problem(&problem),
    };
    let (lines, next, status, faults) = match found {
        Ok((lines, next)) => (lines, next, status, faults),
        Err(Problem::Invalid(faults)) => (Vec::new(), None, StatusCode::UNPROCESSABLE_ENTITY, faults),
        Err(problem) => return admin.problem(&problem),
    };
    let rows = lines.iter().map(|line| {
        vec![
            Cell::text(time(line.at)),
            Cell::text(who(admin, &line.who)),
            Cell::text(word(admin, &line.action)),
            Cell::text(line.subject.clone()),
            Cell::text(line.detail.as_ref().map(detail).unwrap_or_default()),
        ]
    });
    let list = ListPage::new("audit", &["when", "who", "verb", "subject_of", "detail"], rows).view(admin);
    let people = people.into_iter().map(|(name, id)| (id.to_string(), name)).collect();
    let page = Page {
        person: filter_select("nguoi", "audit.person", admin.t("audit.everybody"), fields.get("nguoi"), people),
        verb: filter_select("viec", "audit.verb", admin.t("audit.everything"), fields.get("viec"), verbs(admin)),
        subject: fields.get("ve").to_owned(),
        from: fields.get("tu").to_owned(),
        to: fields.get("den").to_owned(),
        hidden: ASKED.iter().map(|name| (*name, fields.get(name).to_owned())).filter(|(_, value)| !value.is_empty()).collect(),
        newest: below.map(|_| address(fields, None)),
        older: next.map(|next| address(fields, Some(next))),
        faults: Faults::new(faults, admin.language()).lines(|pointer| format!("loc-{}", pointer.trim_start_matches('/'))),
        list,
    };
    admin.page(status, "admin/audit", &page)
}

/// The address of a page of what was asked for.
fn address(fields: &Fields, below: Option<i64>) -> String {
    let asked = ASKED.iter().map(|name| (*name, fields.get(name).to_owned())).filter(|(_, value)| !value.is_empty());
    let parts: Vec<(&str, String)> = asked.chain(below.map(|below| ("sau", below.to_string()))).collect();
    match encoded(&parts) {
        query if query.is_empty() => LIST.to_owned(),
        query => format!("{LIST}?{query}"),
    }
}

/// As a form is sent.
fn encoded(parts: &[(&str, String)]) -> String {
    let one = |(name, value): &(&str, String)| {
        let value: String =
            value.bytes().map(|b| if b.is_ascii_alphanumeric() || b"-._~".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
        format!("{name}={value}")
    };
    parts.iter().map(one).collect::<Vec<_>>().join("&")
}

fn who(admin: &Admin, who: &Who) -> String {
    match who {
        Who::Sealed => admin.t("admin.audit.sealed"),
        Who::Nobody => admin.t("admin.audit.nobody"),
        Who::Person(name) => name.clone(),
    }
}

/// A verb in words, where there are some.
fn word(admin: &Admin, action: &str) -> String {
    let key = match action.strip_prefix("feedback.").filter(|name| name.parse::<EventName>().is_ok()) {
        Some(event) => format!("move.{event}"),
        None => format!("audit.verbs.{}", action.replace('.', "_")),
    };
    let found = i18n::t(admin.language(), &key);
    if found == key { action.to_owned() } else { found }
}

/// Every verb as an option, in the order of its words.
fn verbs(admin: &Admin) -> Vec<(String, String)> {
    let events = EventName::ALL.iter().map(|event| format!("feedback.{event}"));
    let mut verbs: Vec<(String, String)> = VERBS.iter().map(|verb| (*verb).to_owned()).chain(events).map(|verb| (verb.clone(), word(admin, &verb))).collect();
    verbs.sort_by_cached_key(|(_, word)| word.to_lowercase());
    verbs
}

/// Sends what was asked for as a table.
pub async fn export(admin: Admin, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let wanted = asked(&fields);
    match admin.write(&fields, move |tx, me| audit::export(tx, me, &wanted)).await.and_then(|lines| table(&admin, &lines)) {
        Ok(table) => HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"nhat-ky-{}.csv\"", admin.today)))
            .body(table),
        Err(Problem::Invalid(faults)) => show(&admin, StatusCode::UNPROCESSABLE_ENTITY, &fields, None, faults).await,
        Err(problem @ Problem::Refused(_)) => show(&admin, noted(&problem), &fields, None, vec![Fault::new("/nguoi", problem.code().as_str())]).await,
        Err(problem) => admin.problem(&problem),
    }
}

/// What a line adds, as `office: 31507; roles: officer, head`.
fn detail(detail: &Value) -> String {
    let value = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    let parts = detail.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    parts.map(|(key, part)| format!("{key}: {}", value(part))).collect::<Vec<_>>().join("; ")
}

/// The mark by which spreadsheets know UTF-8.
const MARK: &[u8] = "\u{FEFF}".as_bytes();

fn table(admin: &Admin, lines: &[Shown]) -> Result<Vec<u8>, Problem> {
    let broken = |e: &dyn std::fmt::Display| Problem::Internal(format!("a table could not be written: {e}"));
    let mut table = csv::Writer::from_writer(MARK.to_vec());
    let head = ["when", "who", "verb", "code", "subject_of", "detail"].map(|column| admin.t(&format!("admin.column.{column}")));
    table.write_record(head).map_err(|e| broken(&e))?;
    for line in lines {
        let detail = line.detail.as_ref().map(detail).unwrap_or_default();
        let cells = [line.at.in_vietnam(), who(admin, &line.who), word(admin, &line.action), line.action.clone(), line.subject.clone(), detail];
        table.write_record(cells.map(|cell| harmless_cell(&cell).into_owned())).map_err(|e| broken(&e))?;
    }
    table.into_inner().map_err(|e| broken(&e))
}
