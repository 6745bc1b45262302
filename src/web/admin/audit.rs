//! The audit: who did what, when. Of a sealed item it doesn't say who, because
//! that would name the office.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use uuid::Uuid;

use super::gate::Admin;
use super::outbox::time;
use super::page::{Cell, ListPage};
use crate::actions::Tx;
use crate::domain::error::Problem;
use crate::domain::feedback::State;
use crate::domain::words::Serial;
use crate::store;
use crate::store::audit::Line;

/// Its address.
pub const LIST: &str = "/quan-tri/nhat-ky";
const MOST: i64 = 200;

struct Read {
    lines: Vec<Line>,
    names: BTreeMap<Uuid, String>,
    sealed: BTreeSet<Serial>,
}

fn read(tx: &mut Tx<'_>) -> Result<Read, Problem> {
    let lines = store::audit::lines(tx.conn, None, MOST)?;
    let names = store::officer::all(tx.conn)?.into_iter().map(|a| (a.officer.id, a.officer.name)).collect();
    let mut sealed = BTreeSet::new();
    for serial in lines.iter().filter_map(serial).collect::<BTreeSet<_>>() {
        if store::feedback::get(tx.conn, serial)?.is_some_and(|record| record.state == State::Sealed) {
            sealed.insert(serial);
        }
    }
    Ok(Read { lines, names, sealed })
}

fn serial(line: &Line) -> Option<Serial> {
    line.subject.starts_with("HD-").then(|| line.subject.parse().ok()).flatten()
}

/// The last lines, newest first.
pub async fn list(admin: Admin) -> HttpResponse {
    let Read { lines, names, sealed } = match admin.app.read(read).await {
        Ok(read) => read,
        Err(problem) => return admin.problem(&problem),
    };
    let rows = lines.iter().map(|line| {
        let is_sealed = serial(line).is_some_and(|s| sealed.contains(&s));
        let who = match line.officer {
            _ if is_sealed => admin.t("admin.audit.sealed"),
            Some(id) => names.get(&id).cloned().unwrap_or_else(|| id.to_string()),
            None => admin.t("admin.audit.nobody"),
        };
        // What an item's line adds is for its desk.
        let detail =
            if serial(line).is_some() || line.detail.as_object().is_none_or(serde_json::Map::is_empty) { String::new() } else { line.detail.to_string() };
        vec![Cell::text(time(line.at)), Cell::text(who), Cell::text(line.action.clone()), Cell::text(subject(line, &names)), Cell::text(detail)]
    });
    admin.list(ListPage::new("audit", &["when", "who", "verb", "subject_of", "detail"], rows))
}

/// What the line is about; an account by its person's name.
fn subject(line: &Line, names: &BTreeMap<Uuid, String>) -> String {
    let id = line.subject.strip_prefix("officer:").and_then(|id| Uuid::parse_str(id).ok());
    id.and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| line.subject.clone())
}
