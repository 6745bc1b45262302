//! Sets a deployment up from the reference data that the binary carries.

use serde::Deserialize;

use super::carried;
use crate::domain::calendar::CalendarDay;
use crate::domain::catalogue::{ClockRule, Field, ListedCode, Procedure};
use crate::domain::chase::Rung;
use crate::domain::error::Problem;
use crate::domain::office::Office;
use crate::domain::questionnaire::{Definition, Questionnaire};
use crate::domain::routing::{Rule, Subject, Target};
use crate::domain::time::Day;
use crate::domain::words::{OfficeCode, Words};
use crate::embedded;
use crate::store::catalogue::{self as store, Sector};
use crate::store::{Conn, Lock, lock};

/// The questionnaires in their order; the first is the counter slip.
const QUESTIONNAIRES: [&str; 2] = ["phieu-quay", "sipas-5-yeu-to"];

fn rows<T: serde::de::DeserializeOwned>(path: &str) -> Result<Vec<T>, Problem> {
    let text = embedded::data(path).map_err(Problem::Internal)?;
    carried::rows(&text).map_err(|e| Problem::Internal(format!("data/{path}: {e}")))
}

fn word<T: std::str::FromStr<Err = crate::domain::error::UnknownWord>>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|e| Problem::Internal(format!("reference data: {e}")))
}

fn some<T: std::str::FromStr<Err = crate::domain::error::UnknownWord>>(text: &str) -> Result<Option<T>, Problem> {
    if text.is_empty() { Ok(None) } else { word(text).map(Some) }
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|t| !t.is_empty())
}

/// Is the deployment set up?
pub fn is_done(conn: &mut Conn) -> Result<bool, Problem> {
    Ok(store::setting(conn, "scope")?.is_some())
}

/// Fills the tables with the reference data of a scope: `province` or `authority`.
/// Does nothing when that was done before.
pub fn reference(conn: &mut Conn, scope: &str, today: Day) -> Result<(), Problem> {
    lock(conn, Lock::Catalogue)?;
    if is_done(conn)? {
        return Ok(());
    }
    #[derive(Deserialize)]
    struct ScopeRow {
        scope: String,
        root: String,
        coordinating: String,
    }
    let scopes: Vec<ScopeRow> = rows("scopes.csv")?;
    let chosen = scopes.iter().find(|s| s.scope == scope).ok_or_else(|| Problem::Internal(format!("no scope {scope}: province or authority")))?;
    store::set_setting(conn, "scope", scope)?;
    store::set_setting(conn, "root", &chosen.root)?;
    store::set_setting(conn, "coordinating", &chosen.coordinating)?;

    let offices = offices(conn, scope, &chosen.root)?;
    fields(conn, scope)?;
    procedures(conn, scope)?;
    calendar(conn)?;
    clocks_and_targets(conn)?;
    routing(conn, scope, &offices)?;
    codes(conn)?;
    for (position, slug) in (0..).zip(QUESTIONNAIRES) {
        let path = format!("questionnaires/{slug}.toml");
        let text = embedded::data(&path).map_err(Problem::Internal)?;
        let definition: Definition = toml::from_str(&text).map_err(|e| Problem::Internal(format!("data/{path}: {e}")))?;
        if let Some(fault) = definition.faults().first() {
            return Err(Problem::Internal(format!("data/{path}: {fault}")));
        }
        store::publish_questionnaire(conn, &Questionnaire { slug: definition.slug.clone(), position, open: true, definition }, today)?;
    }
    store::changed(conn)?;
    Ok(())
}

fn in_scope(of: &str, scope: &str) -> bool {
    of == "both" || of == scope
}

fn offices(conn: &mut Conn, scope: &str, root: &str) -> Result<Vec<OfficeCode>, Problem> {
    #[derive(Deserialize)]
    struct Row {
        code: String,
        parent: String,
        kind: String,
        place: String,
        name_vi: String,
        short_vi: String,
        name_en: String,
        name_km: String,
        valid_from: String,
        valid_to: String,
        successor: String,
        counts_makeup: bool,
        selectable: bool,
        email: String,
        source: String,
    }
    let mut kept: Vec<OfficeCode> = Vec::new();
    // The file lists offices before those below them, so the subtree grows as it is read.
    for row in rows::<Row>("offices.csv")? {
        let code: OfficeCode = word(&row.code)?;
        let parent: Option<OfficeCode> = some(&row.parent)?;
        let below = parent.as_ref().is_some_and(|p| kept.contains(p));
        if scope == "authority" && row.code != root && !below {
            continue;
        }
        let office = Office {
            code: code.clone(),
            parent: parent.filter(|_| scope != "authority" || below),
            kind: word(&row.kind)?,
            place: filled(row.place),
            name: Words { vi: row.name_vi, en: row.name_en, km: row.name_km },
            short: row.short_vi,
            valid_from: word(&row.valid_from)?,
            valid_to: some(&row.valid_to)?,
            successor: some(&row.successor)?,
            counts_makeup: row.counts_makeup,
            selectable: row.selectable,
            email: filled(row.email),
        };
        store::put_office(conn, &office, &row.source)?;
        kept.push(code);
    }
    Ok(kept)
}

fn fields(conn: &mut Conn, scope: &str) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Row {
        code: String,
        position: i32,
        target_group: String,
        name_vi: String,
        name_en: String,
        name_km: String,
        hint_vi: String,
        hint_en: String,
        hint_km: String,
        icon: String,
        scope: String,
        valid_from: String,
        valid_to: String,
        source: String,
    }
    for row in rows::<Row>("fields.csv")?.into_iter().filter(|r| in_scope(&r.scope, scope)) {
        let field = Field {
            code: word(&row.code)?,
            position: row.position,
            group: word(&row.target_group)?,
            name: Words { vi: row.name_vi, en: row.name_en, km: row.name_km },
            hint: Words { vi: row.hint_vi, en: row.hint_en, km: row.hint_km },
            icon: row.icon,
            valid_from: word(&row.valid_from)?,
            valid_to: some(&row.valid_to)?,
        };
        store::put_field(conn, &field, &row.source)?;
    }
    Ok(())
}

fn procedures(conn: &mut Conn, scope: &str) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct SectorRow {
        code: String,
        label_vi: String,
        field: String,
        valid_from: String,
        valid_to: String,
        source: String,
    }
    #[derive(Deserialize)]
    struct Row {
        key: String,
        code: String,
        name_vi: String,
        also_called: String,
        sector: String,
        level: String,
        verified: bool,
        position: i32,
        scope: String,
        valid_from: String,
        valid_to: String,
        replaced_by: String,
        source: String,
    }
    let known: Vec<String> = {
        #[derive(Deserialize)]
        struct FieldRow {
            code: String,
            scope: String,
        }
        rows::<FieldRow>("fields.csv")?.into_iter().filter(|r| in_scope(&r.scope, scope)).map(|r| r.code).collect()
    };
    let mut sectors = std::collections::BTreeMap::new();
    for row in rows::<SectorRow>("sectors.csv")?.into_iter().filter(|r| known.contains(&r.field)) {
        let sector = Sector {
            code: row.code.clone(),
            label: row.label_vi.clone(),
            field: row.field.clone(),
            valid_from: word(&row.valid_from)?,
            valid_to: some(&row.valid_to)?,
        };
        store::put_sector(conn, &sector, &row.source)?;
        sectors.insert(row.code, row.field);
    }
    for row in rows::<Row>("procedures.csv")?.into_iter().filter(|r| in_scope(&r.scope, scope)) {
        let Some(field) = sectors.get(&row.sector) else { continue };
        let procedure = Procedure {
            folded: Procedure::fold(&row.name_vi, &word(&row.key)?, &row.also_called),
            key: word(&row.key)?,
            code: filled(row.code),
            name: row.name_vi,
            also_called: row.also_called,
            sector: String::new(),
            field: word(field)?,
            level: row.level,
            verified: row.verified,
            position: row.position,
            valid_from: word(&row.valid_from)?,
            valid_to: some(&row.valid_to)?,
            replaced_by: some(&row.replaced_by)?,
        };
        store::put_procedure(conn, &procedure, &row.sector, &row.source)?;
    }
    Ok(())
}

/// The calendar that the binary carries, for commands that need no database.
pub fn calendar_rows() -> Result<Vec<CalendarDay>, Problem> {
    #[derive(Deserialize)]
    struct Row {
        day: String,
        kind: String,
        status: String,
        name_vi: String,
        name_en: String,
        name_km: String,
        source: String,
    }
    rows::<Row>("calendar.csv")?
        .into_iter()
        .map(|row| {
            Ok(CalendarDay {
                day: word(&row.day)?,
                kind: word(&row.kind)?,
                status: word(&row.status)?,
                name: Words { vi: row.name_vi, en: row.name_en, km: row.name_km },
                source: row.source,
            })
        })
        .collect()
}

fn calendar(conn: &mut Conn) -> Result<(), Problem> {
    for day in calendar_rows()? {
        store::put_day(conn, &day)?;
    }
    Ok(())
}

fn clocks_and_targets(conn: &mut Conn) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct ClockRow {
        kind: String,
        field: String,
        step: String,
        days: u32,
        valid_from: String,
        valid_to: String,
        source: String,
    }
    #[derive(Deserialize)]
    struct ChaseRow {
        code: String,
        timing: String,
        days: u32,
        part: String,
        valid_from: String,
        valid_to: String,
        source: String,
    }
    #[derive(Deserialize)]
    struct TargetRow {
        year: i16,
        scope: String,
        value_bp: u32,
        source: String,
    }
    for row in rows::<ClockRow>("clocks.csv")? {
        let rule = ClockRule {
            id: 0,
            kind: some(&row.kind)?,
            field: some(&row.field)?,
            step: row.step,
            days: row.days,
            valid_from: word(&row.valid_from)?,
            valid_to: some(&row.valid_to)?,
        };
        store::add_clock(conn, &rule, &row.source)?;
    }
    for row in rows::<ChaseRow>("chase.csv")? {
        let rung = Rung {
            code: row.code,
            timing: word(&row.timing)?,
            days: row.days,
            part: word(&row.part)?,
            valid_from: word(&row.valid_from)?,
            valid_to: some(&row.valid_to)?,
        };
        store::add_rung(conn, &rung, &row.source)?;
    }
    for row in rows::<TargetRow>("targets.csv")? {
        store::put_target(conn, row.year, &row.scope, row.value_bp, &row.source)?;
    }
    Ok(())
}

fn routing(conn: &mut Conn, scope: &str, offices: &[OfficeCode]) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Row {
        procedure: String,
        field: String,
        place: String,
        office: String,
        valid_from: String,
        valid_to: String,
        scope: String,
        source: String,
    }
    for row in rows::<Row>("routing.csv")?.into_iter().filter(|r| in_scope(&r.scope, scope)) {
        let target = if row.office == "@place" { Target::Named } else { Target::Office(word(&row.office)?) };
        let place: Option<OfficeCode> = some(&row.place)?;
        // A rule towards an office that this deployment does not hold says nothing here.
        let known = |code: &OfficeCode| offices.contains(code);
        let holds = place.as_ref().is_none_or(known)
            && match &target {
                Target::Office(code) => known(code),
                Target::Named => true,
            };
        if !holds {
            continue;
        }
        let subject = if row.procedure.is_empty() { Subject::Field(word(&row.field)?) } else { Subject::Procedure(word(&row.procedure)?) };
        let rule = Rule { id: 0, subject, place, target, valid_from: word(&row.valid_from)?, valid_to: some(&row.valid_to)? };
        store::add_rule(conn, &rule, &row.source)?;
    }
    Ok(())
}

fn codes(conn: &mut Conn) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Row {
        list: String,
        code: String,
        name_vi: String,
        name_en: String,
        name_km: String,
        law: String,
        source: String,
    }
    let mut codes = Vec::new();
    for row in rows::<Row>("codes.csv")? {
        let name = Words { vi: row.name_vi, en: row.name_en, km: row.name_km };
        codes.push((ListedCode { list: row.list, code: word(&row.code)?, name, law: row.law }, row.source));
    }
    store::add_codes(conn, &codes)?;
    Ok(())
}
