//! The routing rules tried out: where one opinion would go and why, and every
//! subject for every office at once. Nothing is recorded.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;

use super::gate::Admin;
use super::page::{Cell, ListPage};
use super::rules::{LIST, subject_choices, subject_name};
use crate::domain::error::Fault;
use crate::domain::routing::{self, Question, Rule, Subject, Target};
use crate::domain::time::Day;
use crate::domain::words::{FieldCode, OfficeCode};
use crate::i18n;
use crate::web::form::{FaultLine, Faults};
use crate::web::view::{self, FilterSelect, filter_select};

/// Offices that a line names; the rest are counted.
const SHOWN: usize = 4;

/// The question, and its answer when one was asked.
#[derive(Serialize)]
struct Page {
    title: String,
    at: &'static str,
    what: FilterSelect,
    place: FilterSelect,
    on: String,
    answer: Option<Answer>,
    faults: Vec<FaultLine>,
}

/// Where it goes.
#[derive(Serialize)]
struct Answer {
    sentence: String,
    /// The rule that decides; nothing for the tray.
    rule: Option<RuleView>,
    /// Why no rule fits.
    why: String,
}

#[derive(Serialize)]
struct RuleView {
    name: String,
    subject: String,
    place: String,
    target: String,
    since: String,
    end: String,
}

/// Where an opinion would go: by the words of the address alone.
pub async fn ask(admin: Admin) -> HttpResponse {
    let (what, place, day) = (admin.asked.get("viec"), admin.asked.get("noi"), admin.asked.get("ngay"));
    let mut faults = Vec::new();
    let on = match Day::typed(day) {
        Some(on) => on,
        None => {
            if !day.is_empty() {
                faults.push(Fault::new("/ngay", "not_a_day"));
            }
            admin.today
        }
    };
    let subject = read_subject(&admin, what);
    if subject.is_none() && !what.is_empty() {
        faults.push(Fault::new("/viec", "not_a_choice"));
    }
    let office = place.parse::<OfficeCode>().ok().filter(|code| admin.catalogue.offices.get(code).is_some());
    if office.is_none() && !place.is_empty() {
        faults.push(Fault::new("/noi", "unknown_office"));
    }
    let answer = subject.filter(|_| faults.is_empty()).map(|(subject, field)| answer(&admin, &subject, &field, office.as_ref(), on));
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page {
        title: admin.t("admin.routing.try"),
        at: "rules",
        what: filter_select("viec", "admin.label.subject", admin.t("admin.choose"), what, subject_choices(&admin)),
        place: filter_select(
            "noi",
            "admin.routing.place",
            admin.t("admin.routing.no_place"),
            place,
            view::office_options(&admin.catalogue, on, admin.language()),
        ),
        on: if day.is_empty() { on.to_string() } else { day.to_owned() },
        answer,
        faults: Faults::new(faults, admin.language()).lines(|pointer| format!("loc-{}", pointer.trim_start_matches('/'))),
    };
    admin.page(status, "admin/routing", &page)
}

/// A subject as the form names it, with its field.
fn read_subject(admin: &Admin, typed: &str) -> Option<(Subject, FieldCode)> {
    match typed.split_once(':')? {
        ("field", code) => admin.catalogue.field(&code.parse().ok()?).map(|f| (Subject::Field(f.code.clone()), f.code.clone())),
        ("procedure", key) => admin.catalogue.procedure(&key.parse().ok()?).map(|p| (Subject::Procedure(p.key.clone()), p.field.clone())),
        _ => None,
    }
}

fn answer(admin: &Admin, subject: &Subject, field: &FieldCode, office: Option<&OfficeCode>, on: Day) -> Answer {
    let (rules, offices, language) = (&admin.catalogue.rules, &admin.catalogue.offices, admin.language());
    let procedure = match subject {
        Subject::Procedure(key) => Some(key),
        Subject::Field(_) => None,
    };
    let question = Question { field, procedure, office, on };
    let decided = routing::decide(rules, offices, question);
    let to = decided.map_or(&admin.catalogue.coordinating, |(_, office)| &office.code);
    let key = if decided.is_some() { "admin.routing.goes_to" } else { "admin.routing.tray" };
    let why = match decided {
        Some(_) => String::new(),
        None => admin.t(&format!("admin.routing.unfit.{}", routing::unfit(rules, offices, question).as_str())),
    };
    Answer {
        sentence: i18n::tr(language, key, &[("office", view::office_name(&admin.catalogue, to, language)), ("day", i18n::date(on))]),
        rule: decided.map(|(rule, _)| rule_view(admin, rule)),
        why,
    }
}

fn place_name(admin: &Admin, rule: &Rule) -> String {
    rule.place.as_ref().map_or_else(|| admin.t("admin.rules.everywhere"), |place| admin.office(place))
}

fn target_name(admin: &Admin, rule: &Rule) -> String {
    match &rule.target {
        Target::Office(code) => admin.office(code),
        Target::Named => admin.t("admin.rules.named"),
    }
}

fn rule_view(admin: &Admin, rule: &Rule) -> RuleView {
    RuleView {
        name: rule.name(),
        subject: subject_name(admin, &rule.subject),
        place: place_name(admin, rule),
        target: target_name(admin, rule),
        since: i18n::date(rule.valid_from),
        end: end_of(rule),
    }
}

fn end_of(rule: &Rule) -> String {
    format!("{LIST}/{}/ket-thuc", rule.id)
}

/// Every subject that can be chosen today for every office that can be named: what falls to the tray,
/// what contradicts, what decides nothing.
pub async fn check(admin: Admin) -> HttpResponse {
    let (catalogue, today) = (&admin.catalogue, admin.today);
    let fields = catalogue.fields.iter().filter(|f| f.is_active(today)).map(|f| (Subject::Field(f.code.clone()), f.code.clone()));
    let procedures = catalogue.procedures.iter().filter(|p| p.is_active(today)).map(|p| (Subject::Procedure(p.key.clone()), p.field.clone()));
    let subjects: Vec<(Subject, FieldCode)> = fields.chain(procedures).collect();
    let found = routing::trial(&catalogue.rules, &catalogue.offices, &subjects, today);
    let contradictions = routing::contradictions(&catalogue.rules, &catalogue.offices, today);
    let rule = |id: i64| catalogue.rules.iter().find(|rule| rule.id == id);
    let line = |finding: &str, about: &Rule, detail: String| {
        let subject = subject_name(&admin, &about.subject);
        vec![
            Cell::tag(admin.t(&format!("admin.routing.finding.{finding}"))),
            Cell::text(subject.clone()),
            Cell::text(place_name(&admin, about)),
            Cell::text(detail),
            Cell::act(admin.t("admin.end"), subject, end_of(about)),
        ]
    };
    let contradicting = contradictions.iter().filter_map(|c| {
        let (decides, over) = (rule(c.decides)?, rule(c.passed_over)?);
        let said = [("decides", target_name(&admin, decides)), ("over", target_name(&admin, over)), ("day", i18n::date(c.from))];
        Some(line("contradiction", over, i18n::tr(admin.language(), "admin.routing.contradiction", &said)))
    });
    let idle = found.idle.iter().filter_map(|(id, why)| Some(line("idle", rule(*id)?, admin.t(&format!("admin.routing.idle.{}", why.as_str())))));
    let ended = found.ended.iter().filter_map(|(id, next)| {
        let rule = rule(*id)?;
        let said = [("office", target_name(&admin, rule)), ("next", admin.office(next))];
        Some(line("ended", rule, i18n::tr(admin.language(), "admin.routing.ended", &said)))
    });
    let gaps = found.gaps.iter().map(|(subject, offices)| {
        let named = offices.iter().flatten().count();
        let mut places: Vec<String> = offices.iter().flatten().take(SHOWN).map(|code| admin.office(code)).collect();
        if offices.contains(&None) {
            places.insert(0, admin.t("admin.routing.no_place"));
        }
        if named > SHOWN {
            places.push(i18n::tr(admin.language(), "admin.routing.more", &[("n", (named - SHOWN).to_string())]));
        }
        let (name, asked) = match subject {
            Subject::Field(code) => (subject_name(&admin, subject), format!("field:{code}")),
            Subject::Procedure(key) => (subject_name(&admin, subject), format!("procedure:{key}")),
        };
        let first = offices.first().and_then(Option::as_ref).map_or_else(String::new, |code| format!("&noi={code}"));
        vec![
            Cell::text(admin.t("admin.routing.finding.gap")),
            Cell::text(name.clone()),
            Cell::text(places.join(", ")),
            Cell::text(admin.t("admin.routing.to_tray")),
            Cell::act(admin.t("admin.routing.try_link"), name, format!("{LIST}/thu?viec={asked}{first}")),
        ]
    });
    let rows: Vec<Vec<Cell>> = contradicting.chain(idle).chain(ended).chain(gaps).collect();
    let list = ListPage::new("routing", &["finding", "subject", "place", "detail", "end"], rows).within("rules");
    admin.list(list.beside("admin.routing.try", format!("{LIST}/thu")).beside("admin.routing.back", LIST.to_owned()))
}
