//! How long things are kept: the rules with their sources, and what was deleted
//! by them. The rules are data of the program (`data/retention.csv`).

use actix_web::HttpResponse;

use super::gate::Admin;
use super::page::{Cell, ListPage};
use crate::actions::retention;
use crate::i18n;
use crate::store;

/// Its address.
pub const LIST: &str = "/quan-tri/luu-giu";

/// The rules in force, each with its last run.
pub async fn list(admin: Admin) -> HttpResponse {
    let read = admin.app.read(|tx| Ok((retention::rules()?, store::retention::last_runs(tx.conn)?))).await;
    let (rules, runs) = match read {
        Ok(read) => read,
        Err(problem) => return admin.problem(&problem),
    };
    let language = admin.language();
    let number = |n: i64| i18n::number(language, u64::try_from(n).unwrap_or(0));
    let rows = rules.in_force(admin.today).map(|rule| {
        let term = match rule.days {
            Some(days) => {
                let from = admin.t(&format!("retention.from.{}", rule.counted_from));
                i18n::tr(language, "retention.days", &[("n", days.to_string()), ("from", from)])
            }
            None => admin.t("retention.kept"),
        };
        let run = runs.iter().find(|(run, _)| run.rule == rule.what);
        let last = match (rule.days, run) {
            (None, _) => String::new(),
            (Some(_), None) => admin.t("retention.never"),
            (Some(_), Some((run, all))) => i18n::tr(language, "retention.last", &[("day", i18n::date(run.on)), ("n", number(run.n)), ("all", number(*all))]),
        };
        vec![Cell::text(admin.t(&format!("retention.what.{}", rule.what))), Cell::text(term), Cell::text(last), Cell::text(rule.source.clone())]
    });
    admin.list(ListPage::new("retention", &["kept_what", "kept_term", "kept_run", "kept_source"], rows))
}
