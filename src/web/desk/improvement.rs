//! Improvement actions at the desk: written by one, published by another.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use serde::Serialize;

use super::gate::{AtDesk, Sent, anchor, refused};
use crate::actions::improvement::{self, Draft};
use crate::domain::error::{Code, Fault};
use crate::domain::improvement::Progress;
use crate::domain::time::Day;
use crate::i18n::t;
use crate::store::improvement::Version;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::public::improvement::Card;
use crate::web::respond;
use crate::web::view::{self, FilterSelect};

/// Where it stands.
const ADDRESS: &str = "/can-bo/cai-tien";

#[derive(Serialize)]
struct Page {
    actions: Vec<View>,
    /// The one that is being changed, as `number.version`.
    changed: String,
    serials: String,
    cause: String,
    action: String,
    begins_on: String,
    due_on: String,
    done_on: String,
    evidence: String,
    link: String,
    reason: String,
    fields: FilterSelect,
    owners: FilterSelect,
    progresses: FilterSelect,
    done: bool,
    faults: Vec<FaultLine>,
}

#[derive(Serialize)]
struct View {
    #[serde(flatten)]
    card: Card,
    version: i64,
    published: bool,
    may_publish: bool,
    own_text: bool,
    cause: Vec<String>,
    evidence: Vec<String>,
    link: String,
    reason: Vec<String>,
    serials: String,
}

/// What the offices of an officer do, and a form for a new action or for `?sua=`.
pub async fn show(desk: AtDesk, query: Query<Vec<(String, String)>>) -> HttpResponse {
    page(&desk, StatusCode::OK, &Fields(query.into_inner()), Vec::new()).await
}

/// The fields of a version, as they are typed.
fn typed(version: &Version) -> Fields {
    let body = &version.body;
    let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let serials = body.serials.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let fields = [
        ("changed", format!("{}.{}", version.id, version.version)),
        ("serials", serials),
        ("field", body.field.to_string()),
        ("cause", body.cause.clone()),
        ("action", body.action.clone()),
        ("owner", body.owner.to_string()),
        ("begins_on", day(Some(body.begins_on))),
        ("due_on", day(Some(body.due_on))),
        ("progress", body.progress.to_string()),
        ("done_on", day(body.done_on)),
        ("evidence", body.evidence.clone()),
        ("link", body.link.clone()),
        ("drop-reason", body.reason.clone()),
    ];
    Fields(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

async fn page(desk: &AtDesk, status: StatusCode, fields: &Fields, faults: Vec<Fault>) -> HttpResponse {
    let (who, language, sent) = (desk.me.clone(), desk.visitor.language, fields.clone());
    let built = desk
        .app
        .read(move |tx| {
            let catalogue = tx.catalogue.clone();
            let versions = improvement::at_desk(tx, &who)?;
            let f = versions.iter().find(|v| v.id.to_string() == sent.get("sua")).map_or_else(|| sent.clone(), typed);
            let offices = catalogue.offices.answered_by(&who.office, tx.today).into_iter();
            let owners = offices.map(|code| (code.to_string(), view::office_name(&catalogue, &code, language))).collect();
            let progresses = Progress::ALL.iter().map(|p| (p.to_string(), t(language, &format!("improvement.progress.{p}")))).collect();
            let select = |name, label, chosen: &str, options| view::filter_select(name, label, t(language, "desk.choose"), chosen, options);
            let text = |name: &str| f.get(name).to_owned();
            Ok(Page {
                actions: versions
                    .iter()
                    .map(|version| {
                        let may = improvement::may_publish(tx, &who, version);
                        let waits = version.published_at.is_none();
                        View {
                            card: Card::of(version, &catalogue, tx.today, language),
                            version: version.version,
                            published: !waits,
                            may_publish: waits && may.is_ok(),
                            own_text: waits && may == Err(Code::OwnText),
                            cause: view::paragraphs(&version.body.cause),
                            evidence: view::paragraphs(&version.body.evidence),
                            link: version.body.link.clone(),
                            reason: view::paragraphs(&version.body.reason),
                            serials: version.body.serials.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                        }
                    })
                    .collect(),
                changed: text("changed"),
                serials: text("serials"),
                cause: text("cause"),
                action: text("action"),
                begins_on: text("begins_on"),
                due_on: text("due_on"),
                done_on: text("done_on"),
                evidence: text("evidence"),
                link: text("link"),
                reason: text("drop-reason"),
                fields: select("field", "improvement.field", f.get("field"), view::field_options(&catalogue, language)),
                owners: select("owner", "improvement.owner", f.get("owner"), owners),
                progresses: select("progress", "improvement.progress_label", f.get("progress"), progresses),
                done: !sent.get("xong").is_empty(),
                faults: Faults::new(faults, language).lines(anchor),
            })
        })
        .await;
    match built {
        Ok(page) => desk.page(status, "desk/improvements", &page),
        Err(problem) => desk.problem(&problem),
    }
}

/// Writes or publishes.
pub async fn act(desk: AtDesk, sent: Sent) -> HttpResponse {
    let fields = Fields(sent.into_inner());
    let sent = fields.clone();
    let done = desk.write(&fields, move |tx, me| {
        let changed = sent.get("changed").split_once('.').and_then(|(id, version)| Some((id.parse().ok()?, version.parse().ok()?)));
        match (sent.get("viec"), changed) {
            ("dang", Some((id, version))) => improvement::publish(tx, me, id, version),
            ("dang", None) => Err(Code::NotFound.into()),
            _ => improvement::write(tx, me, changed, &draft(&sent)).map(|_| ()),
        }
    });
    match done.await {
        Ok(()) => respond::see_other(&format!("{ADDRESS}?xong=1")),
        Err(problem) => match refused(&problem) {
            // What was to be published is no form that somebody fills.
            Some((status, faults)) => page(&desk, status, &if fields.has("viec", "dang") { Fields::default() } else { fields }, faults).await,
            None => desk.problem(&problem),
        },
    }
}

fn draft(fields: &Fields) -> Draft {
    let text = |name: &str| fields.get(name).to_owned();
    Draft {
        serials: text("serials"),
        field: text("field"),
        cause: text("cause"),
        action: text("action"),
        owner: text("owner"),
        begins_on: text("begins_on"),
        due_on: text("due_on"),
        progress: text("progress"),
        done_on: text("done_on"),
        evidence: text("evidence"),
        link: text("link"),
        reason: text("drop-reason"),
    }
}
