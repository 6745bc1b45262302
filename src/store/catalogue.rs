//! Reference data: read whole into a [`Catalogue`], written row by row. Rows
//! end, they are never deleted.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::batch::{Batch, row};
use super::schema::{
    calendar_days, chase_rules, clock_rules, devices, fields, listed_codes, offices, procedures, questionnaires, routing_rules, sectors, settings, targets,
};
use super::types::{Json, On};
use super::{Both, Conn, Stored, advance, broken, counter};
use crate::domain::calendar::{Calendar, CalendarDay};
use crate::domain::catalogue::{Catalogue, ClockRule, Device, Field, ListedCode, Procedure};
use crate::domain::chase::Rung;
use crate::domain::office::{Office, Offices};
use crate::domain::questionnaire::{Definition, Questionnaire};
use crate::domain::routing::{Rule, Subject, Target};
use crate::domain::tally::DEFAULT_THRESHOLD;
use crate::domain::time::{Day, Moment};
use crate::domain::words::{Slug, Words};

/// The counter that rises with every change of reference data.
pub(super) const VERSION: &str = "catalogue";
/// The counter that keeps the beginning of the last day that something was told of, in microseconds.
pub(super) const DAY: &str = "day";

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = offices, treat_none_as_null = true)]
struct OfficeRow {
    code: String,
    parent: Option<String>,
    kind: String,
    place: Option<String>,
    name_vi: String,
    name_en: String,
    name_km: String,
    short_vi: String,
    valid_from: On,
    valid_to: Option<On>,
    successor: Option<String>,
    counts_makeup: bool,
    selectable: bool,
    email: Option<String>,
    source: String,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = fields, treat_none_as_null = true)]
struct FieldRow {
    code: String,
    position: i64,
    target_group: String,
    name_vi: String,
    name_en: String,
    name_km: String,
    hint_vi: String,
    hint_en: String,
    hint_km: String,
    icon: String,
    valid_from: On,
    valid_to: Option<On>,
    source: String,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = procedures, treat_none_as_null = true)]
struct ProcedureRow {
    key: String,
    code: Option<String>,
    name: String,
    also_called: String,
    sector: String,
    level: String,
    verified: bool,
    position: i64,
    valid_from: On,
    valid_to: Option<On>,
    replaced_by: Option<String>,
    source: String,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sectors, treat_none_as_null = true)]
struct SectorRow {
    code: String,
    label: String,
    field: String,
    valid_from: On,
    valid_to: Option<On>,
    source: String,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = calendar_days)]
struct DayRow {
    day: On,
    kind: String,
    status: String,
    name_vi: String,
    name_en: String,
    name_km: String,
    source: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = clock_rules)]
struct ClockRow {
    id: i64,
    kind: Option<String>,
    field: Option<String>,
    step: String,
    days: i64,
    valid_from: On,
    valid_to: Option<On>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = chase_rules)]
struct ChaseRow {
    code: String,
    timing: String,
    days: i64,
    part: String,
    valid_from: On,
    valid_to: Option<On>,
}

impl ChaseRow {
    fn read(self) -> Stored<Rung> {
        Ok(Rung {
            code: self.code,
            timing: self.timing.parse().map_err(broken)?,
            days: u32::try_from(self.days).map_err(broken)?,
            part: self.part.parse().map_err(broken)?,
            valid_from: self.valid_from.0,
            valid_to: self.valid_to.map(|on| on.0),
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = routing_rules)]
struct RuleRow {
    id: i64,
    procedure: Option<String>,
    field: Option<String>,
    place: Option<String>,
    office: String,
    valid_from: On,
    valid_to: Option<On>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = listed_codes)]
struct CodeRow {
    list: String,
    code: String,
    name_vi: String,
    name_en: String,
    name_km: String,
    law: String,
    source: String,
    position: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = questionnaires)]
struct QuestionnaireRow {
    slug: String,
    version: i64,
    position: i64,
    open: bool,
    definition: Json,
    published_on: On,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = devices)]
struct DeviceRow {
    id: String,
    name: String,
    office: String,
    token_hash: String,
    enrolled_on: On,
    ended_on: Option<On>,
}

/// Says that reference data changed, so that every server reads it again.
pub fn changed(conn: &mut Conn) -> Stored<i64> {
    advance(conn, VERSION, 1)
}

/// The version of the reference data.
pub fn version(conn: &mut Conn) -> Stored<i64> {
    counter(conn, VERSION)
}

/// The version of the reference data, and since when the last day runs that something was told of: the moment of its beginning.
pub fn version_and_day(conn: &mut Conn) -> Stored<(i64, Moment)> {
    use super::schema::counters as c;
    let rows: Vec<(String, i64)> = c::table.filter(c::name.eq(VERSION).or(c::name.eq(DAY))).select((c::name, c::value)).load(conn)?;
    let value = |name: &str| rows.iter().find(|(found, _)| found == name).map_or(0, |(_, value)| *value);
    Ok((value(VERSION), Moment::from_micros(value(DAY))))
}

/// Says that a day has begun: from here on no transaction is of an earlier one.
pub fn begin_day(conn: &mut Conn, day: Day) -> Stored<()> {
    // The row is held before it is looked at: another server, or another job, may begin the day at the same moment.
    let later = day.at(0).micros() - advance(conn, DAY, 0)?;
    if later > 0 {
        advance(conn, DAY, later)?;
    }
    Ok(())
}

/// A setting of the deployment.
pub fn setting(conn: &mut Conn, key: &str) -> Stored<Option<String>> {
    Ok(settings::table.find(key).select(settings::value).first(conn).optional()?)
}

/// Sets a setting of the deployment.
pub fn set_setting(conn: &mut Conn, key: &str, value: &str) -> Stored<()> {
    Both(
        diesel::insert_into(settings::table)
            .values((settings::key.eq(key), settings::value.eq(value)))
            .on_conflict(settings::key)
            .do_update()
            .set(settings::value.eq(excluded(settings::value))),
    )
    .execute(conn)?;
    Ok(())
}

/// Reads everything. `None` when the deployment was not set up.
pub fn load(conn: &mut Conn) -> Stored<Option<Catalogue>> {
    let Some(scope) = setting(conn, "scope")? else { return Ok(None) };
    let need = |value: Option<String>, key: &str| value.ok_or_else(|| broken(format!("the setting {key} is missing")));
    let root = need(setting(conn, "root")?, "root")?;
    let coordinating = need(setting(conn, "coordinating")?, "coordinating")?;
    let threshold = setting(conn, "threshold")?.and_then(|t| t.parse().ok()).unwrap_or(DEFAULT_THRESHOLD);
    let version = version(conn)?;

    let office_rows: Vec<OfficeRow> = offices::table.select(OfficeRow::as_select()).load(conn)?;
    let field_rows: Vec<FieldRow> = fields::table.order((fields::position, fields::code)).select(FieldRow::as_select()).load(conn)?;
    let procedure_rows: Vec<(ProcedureRow, SectorRow)> = procedures::table
        .inner_join(sectors::table.on(sectors::code.eq(procedures::sector)))
        .order((procedures::position, procedures::key))
        .select((ProcedureRow::as_select(), SectorRow::as_select()))
        .load(conn)?;
    let day_rows: Vec<DayRow> = calendar_days::table.select(DayRow::as_select()).load(conn)?;
    let clock_rows: Vec<ClockRow> = clock_rules::table.order(clock_rules::id).select(ClockRow::as_select()).load(conn)?;
    let chase_rows: Vec<ChaseRow> =
        chase_rules::table.order((chase_rules::timing.desc(), chase_rules::days, chase_rules::code)).select(ChaseRow::as_select()).load(conn)?;
    let target_rows: Vec<(i64, String, i64)> = targets::table.select((targets::year, targets::scope, targets::value_bp)).load(conn)?;
    let rule_rows: Vec<RuleRow> = routing_rules::table.order(routing_rules::id).select(RuleRow::as_select()).load(conn)?;
    let code_rows: Vec<CodeRow> = listed_codes::table.order((listed_codes::list, listed_codes::position)).select(CodeRow::as_select()).load(conn)?;
    let questionnaire_rows: Vec<QuestionnaireRow> =
        questionnaires::table.order((questionnaires::slug, questionnaires::version)).select(QuestionnaireRow::as_select()).load(conn)?;
    let device_rows: Vec<DeviceRow> = devices::table.order(devices::id).select(DeviceRow::as_select()).load(conn)?;

    let mut target_values = BTreeMap::new();
    for (year, scope, value) in target_rows {
        let year = i16::try_from(year).map_err(broken)?;
        target_values.insert((year, scope), u32::try_from(value).map_err(broken)?);
    }
    Ok(Some(Catalogue {
        version,
        scope,
        root: root.parse().map_err(broken)?,
        coordinating: coordinating.parse().map_err(broken)?,
        threshold,
        offices: Offices::new(each(office_rows, OfficeRow::read)?),
        fields: each(field_rows, FieldRow::read)?,
        procedures: each(procedure_rows, read_procedure)?,
        calendar: Calendar::new(each(day_rows, DayRow::read)?),
        clocks: each(clock_rows, ClockRow::read)?,
        chase: each(chase_rows, ChaseRow::read)?,
        targets: target_values,
        rules: each(rule_rows, RuleRow::read)?,
        questionnaires: each(questionnaire_rows, QuestionnaireRow::read)?,
        codes: each(code_rows, CodeRow::read)?,
        devices: each(device_rows, DeviceRow::read)?,
        // The program carries them: `actions` puts them in.
        notices: Arc::default(),
    }))
}

fn each<R, T>(rows: Vec<R>, read: impl Fn(R) -> Stored<T>) -> Stored<Vec<T>> {
    rows.into_iter().map(read).collect()
}

/// Adds or changes an office.
pub fn put_office(conn: &mut Conn, office: &Office, source: &str) -> Stored<()> {
    let row = OfficeRow {
        code: office.code.to_string(),
        parent: office.parent.as_ref().map(ToString::to_string),
        kind: office.kind.to_string(),
        place: office.place.clone(),
        name_vi: office.name.vi.clone(),
        name_en: office.name.en.clone(),
        name_km: office.name.km.clone(),
        short_vi: office.short.clone(),
        valid_from: On(office.valid_from),
        valid_to: office.valid_to.map(On),
        successor: office.successor.as_ref().map(ToString::to_string),
        counts_makeup: office.counts_makeup,
        selectable: office.selectable,
        email: office.email.clone(),
        source: source.to_owned(),
    };
    Both(diesel::insert_into(offices::table).values(&row).on_conflict(offices::code).do_update().set(&row)).execute(conn)?;
    Ok(())
}

/// Empties the invented addresses of the reference data: real mail must not go to them.
pub fn clear_sample_addresses(conn: &mut Conn) -> Stored<usize> {
    Ok(diesel::update(offices::table.filter(offices::email.like("%@example.vn"))).set(offices::email.eq(None::<String>)).execute(conn)?)
}

/// Adds or changes a field.
pub fn put_field(conn: &mut Conn, field: &Field, source: &str) -> Stored<()> {
    let row = FieldRow {
        code: field.code.to_string(),
        position: i64::from(field.position),
        target_group: field.group.to_string(),
        name_vi: field.name.vi.clone(),
        name_en: field.name.en.clone(),
        name_km: field.name.km.clone(),
        hint_vi: field.hint.vi.clone(),
        hint_en: field.hint.en.clone(),
        hint_km: field.hint.km.clone(),
        icon: field.icon.clone(),
        valid_from: On(field.valid_from),
        valid_to: field.valid_to.map(On),
        source: source.to_owned(),
    };
    Both(diesel::insert_into(fields::table).values(&row).on_conflict(fields::code).do_update().set(&row)).execute(conn)?;
    Ok(())
}

/// A sector's official label, and the field that it maps to.
#[derive(Debug, Clone)]
pub struct Sector {
    /// Its code.
    pub code: String,
    /// Its official label.
    pub label: String,
    /// The field that people choose.
    pub field: String,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day, if it ended.
    pub valid_to: Option<Day>,
}

/// Adds or changes a sector.
pub fn put_sector(conn: &mut Conn, sector: &Sector, source: &str) -> Stored<()> {
    let row = SectorRow {
        code: sector.code.clone(),
        label: sector.label.clone(),
        field: sector.field.clone(),
        valid_from: On(sector.valid_from),
        valid_to: sector.valid_to.map(On),
        source: source.to_owned(),
    };
    Both(diesel::insert_into(sectors::table).values(&row).on_conflict(sectors::code).do_update().set(&row)).execute(conn)?;
    Ok(())
}

/// All sectors.
pub fn sectors(conn: &mut Conn) -> Stored<Vec<Sector>> {
    let rows: Vec<SectorRow> = sectors::table.order(sectors::label).select(SectorRow::as_select()).load(conn)?;
    Ok(rows
        .into_iter()
        .map(|r| Sector { code: r.code, label: r.label, field: r.field, valid_from: r.valid_from.0, valid_to: r.valid_to.map(|d| d.0) })
        .collect())
}

/// Adds or changes a procedure. `sector` is the sector's code.
pub fn put_procedure(conn: &mut Conn, procedure: &Procedure, sector: &str, source: &str) -> Stored<()> {
    let row = ProcedureRow {
        key: procedure.key.to_string(),
        code: procedure.code.clone(),
        name: procedure.name.clone(),
        also_called: procedure.also_called.clone(),
        sector: sector.to_owned(),
        level: procedure.level.clone(),
        verified: procedure.verified,
        position: i64::from(procedure.position),
        valid_from: On(procedure.valid_from),
        valid_to: procedure.valid_to.map(On),
        replaced_by: procedure.replaced_by.as_ref().map(ToString::to_string),
        source: source.to_owned(),
    };
    Both(diesel::insert_into(procedures::table).values(&row).on_conflict(procedures::key).do_update().set(&row)).execute(conn)?;
    Ok(())
}

/// Adds or changes a day of the calendar.
pub fn put_day(conn: &mut Conn, day: &CalendarDay) -> Stored<()> {
    let row = DayRow {
        day: On(day.day),
        kind: day.kind.to_string(),
        status: day.status.to_string(),
        name_vi: day.name.vi.clone(),
        name_en: day.name.en.clone(),
        name_km: day.name.km.clone(),
        source: day.source.clone(),
    };
    Both(diesel::insert_into(calendar_days::table).values(&row).on_conflict(calendar_days::day).do_update().set(&row)).execute(conn)?;
    Ok(())
}

/// Takes a day out of the calendar: it counts as its weekday again. Returns whether it was there.
pub fn remove_day(conn: &mut Conn, day: Day) -> Stored<bool> {
    Ok(diesel::delete(calendar_days::table.find(On(day))).execute(conn)? > 0)
}

/// Adds a clock rule; its id is given by the table.
pub fn add_clock(conn: &mut Conn, rule: &ClockRule, source: &str) -> Stored<()> {
    use clock_rules as c;
    diesel::insert_into(c::table)
        .values((
            c::kind.eq(rule.kind.map(|k| k.to_string())),
            c::field.eq(rule.field.as_ref().map(ToString::to_string)),
            c::step.eq(&rule.step),
            c::days.eq(i64::from(rule.days)),
            c::valid_from.eq(On(rule.valid_from)),
            c::valid_to.eq(rule.valid_to.map(On)),
            c::source.eq(source),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends a clock rule after a day.
pub fn end_clock(conn: &mut Conn, id: i64, last: Day) -> Stored<bool> {
    use clock_rules as c;
    Ok(diesel::update(c::table.find(id)).set(c::valid_to.eq(Some(On(last)))).execute(conn)? > 0)
}

/// Ends an office, with who takes over. Its source stays: it says where the office comes from.
pub fn end_office(conn: &mut Conn, code: &str, last: Day, successor: &str) -> Stored<bool> {
    use offices as o;
    Ok(diesel::update(o::table.find(code)).set((o::valid_to.eq(Some(On(last))), o::successor.eq(Some(successor)))).execute(conn)? > 0)
}

/// Ends a field.
pub fn end_field(conn: &mut Conn, code: &str, last: Day) -> Stored<bool> {
    use fields as f;
    Ok(diesel::update(f::table.find(code)).set(f::valid_to.eq(Some(On(last)))).execute(conn)? > 0)
}

/// Ends a procedure, with what replaces it.
pub fn end_procedure(conn: &mut Conn, key: &str, last: Day, replaced_by: Option<&str>) -> Stored<bool> {
    use procedures as p;
    Ok(diesel::update(p::table.find(key)).set((p::valid_to.eq(Some(On(last))), p::replaced_by.eq(replaced_by))).execute(conn)? > 0)
}

/// Adds a rung to the ladder of reminders.
pub fn add_rung(conn: &mut Conn, rung: &Rung, source: &str) -> Stored<()> {
    use chase_rules as c;
    diesel::insert_into(c::table)
        .values((
            c::code.eq(&rung.code),
            c::timing.eq(rung.timing.as_str()),
            c::days.eq(i64::from(rung.days)),
            c::part.eq(rung.part.as_str()),
            c::valid_from.eq(On(rung.valid_from)),
            c::valid_to.eq(rung.valid_to.map(On)),
            c::source.eq(source),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends a rung after a day.
pub fn end_rung(conn: &mut Conn, code: &str, last: Day) -> Stored<bool> {
    use chase_rules as c;
    Ok(diesel::update(c::table.find(code)).set(c::valid_to.eq(Some(On(last)))).execute(conn)? > 0)
}

/// Sets the target of a year and scope, in hundredths of a per cent.
pub fn put_target(conn: &mut Conn, year: i16, scope: &str, value: u32, source: &str) -> Stored<()> {
    use targets as t;
    Both(
        diesel::insert_into(t::table)
            .values((t::year.eq(i64::from(year)), t::scope.eq(scope), t::value_bp.eq(i64::from(value)), t::source.eq(source)))
            .on_conflict((t::year, t::scope))
            .do_update()
            .set((t::value_bp.eq(excluded(t::value_bp)), t::source.eq(excluded(t::source)))),
    )
    .execute(conn)?;
    Ok(())
}

/// Adds a routing rule; its id is given by the table.
pub fn add_rule(conn: &mut Conn, rule: &Rule, source: &str) -> Stored<()> {
    use routing_rules as r;
    let (procedure, field) = match &rule.subject {
        Subject::Procedure(key) => (Some(key.to_string()), None),
        Subject::Field(code) => (None, Some(code.to_string())),
    };
    let office = match &rule.target {
        Target::Office(code) => code.to_string(),
        Target::Named => "@place".to_owned(),
    };
    diesel::insert_into(r::table)
        .values((
            r::procedure.eq(procedure),
            r::field.eq(field),
            r::place.eq(rule.place.as_ref().map(ToString::to_string)),
            r::office.eq(office),
            r::valid_from.eq(On(rule.valid_from)),
            r::valid_to.eq(rule.valid_to.map(On)),
            r::source.eq(source),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends a routing rule after a day.
pub fn end_rule(conn: &mut Conn, id: i64, last: Day) -> Stored<bool> {
    use routing_rules as r;
    Ok(diesel::update(r::table.find(id)).set(r::valid_to.eq(Some(On(last)))).execute(conn)? > 0)
}

row! { CodeRow: list, code, name_vi, name_en, name_km, law, source, position }

static ADD_CODES: LazyLock<Batch> = LazyLock::new(|| Batch::into::<CodeRow>("listed_codes", ""));

/// Adds the codes of the published lists.
pub fn add_codes(conn: &mut Conn, codes: &[(ListedCode, String)]) -> Stored<()> {
    let rows = codes.iter().zip(0..).map(|((code, source), position)| CodeRow {
        list: code.list.clone(),
        code: code.code.to_string(),
        name_vi: code.name.vi.clone(),
        name_en: code.name.en.clone(),
        name_km: code.name.km.clone(),
        law: code.law.clone(),
        source: source.clone(),
        position,
    });
    ADD_CODES.of(rows).write(conn)
}

/// Publishes a version of a questionnaire. A version that is there is never changed.
pub fn publish_questionnaire(conn: &mut Conn, q: &Questionnaire, on: Day) -> Stored<()> {
    let row = QuestionnaireRow {
        slug: q.slug.to_string(),
        version: i64::from(q.definition.version),
        position: i64::from(q.position),
        open: q.open,
        definition: Json(serde_json::to_value(&q.definition).map_err(broken)?),
        published_on: On(on),
    };
    diesel::insert_into(questionnaires::table).values(&row).execute(conn)?;
    Ok(())
}

/// Opens or closes a questionnaire for answers.
pub fn open_questionnaire(conn: &mut Conn, slug: &Slug, open: bool) -> Stored<()> {
    use questionnaires as q;
    diesel::update(q::table.filter(q::slug.eq(slug.as_str()))).set(q::open.eq(open)).execute(conn)?;
    Ok(())
}

/// Enrols a device.
pub fn add_device(conn: &mut Conn, device: &Device, on: Day) -> Stored<()> {
    let row = DeviceRow {
        id: device.id.clone(),
        name: device.name.clone(),
        office: device.office.to_string(),
        token_hash: device.token_hash.clone(),
        enrolled_on: On(on),
        ended_on: None,
    };
    diesel::insert_into(devices::table).values(&row).execute(conn)?;
    Ok(())
}

/// Ends a device: its address shows nothing any more.
pub fn end_device(conn: &mut Conn, id: &str, on: Day) -> Stored<bool> {
    Ok(diesel::update(devices::table.find(id)).set(devices::ended_on.eq(Some(On(on)))).execute(conn)? > 0)
}

fn words(vi: String, en: String, km: String) -> Words {
    Words { vi, en, km }
}

fn parse<T: std::str::FromStr<Err = crate::domain::error::UnknownWord>>(text: &str) -> Stored<T> {
    text.parse().map_err(broken)
}

fn parse_some<T: std::str::FromStr<Err = crate::domain::error::UnknownWord>>(text: Option<String>) -> Stored<Option<T>> {
    text.map(|t| parse(&t)).transpose()
}

impl OfficeRow {
    fn read(self) -> Stored<Office> {
        Ok(Office {
            code: parse(&self.code)?,
            parent: parse_some(self.parent)?,
            kind: parse(&self.kind)?,
            place: self.place,
            name: words(self.name_vi, self.name_en, self.name_km),
            short: self.short_vi,
            valid_from: self.valid_from.0,
            valid_to: self.valid_to.map(|d| d.0),
            successor: parse_some(self.successor)?,
            counts_makeup: self.counts_makeup,
            selectable: self.selectable,
            email: self.email,
        })
    }
}

impl FieldRow {
    fn read(self) -> Stored<Field> {
        Ok(Field {
            code: parse(&self.code)?,
            position: i32::try_from(self.position).map_err(broken)?,
            group: parse(&self.target_group)?,
            name: words(self.name_vi, self.name_en, self.name_km),
            hint: words(self.hint_vi, self.hint_en, self.hint_km),
            icon: self.icon,
            valid_from: self.valid_from.0,
            valid_to: self.valid_to.map(|d| d.0),
        })
    }
}

fn read_procedure((row, sector): (ProcedureRow, SectorRow)) -> Stored<Procedure> {
    Ok(Procedure {
        folded: Procedure::fold(&row.name, &parse(&row.key)?, &row.also_called),
        key: parse(&row.key)?,
        code: row.code,
        name: row.name,
        also_called: row.also_called,
        sector: sector.label,
        field: parse(&sector.field)?,
        level: row.level,
        verified: row.verified,
        position: i32::try_from(row.position).map_err(broken)?,
        valid_from: row.valid_from.0,
        valid_to: row.valid_to.map(|d| d.0),
        replaced_by: parse_some(row.replaced_by)?,
    })
}

impl DayRow {
    fn read(self) -> Stored<CalendarDay> {
        Ok(CalendarDay {
            day: self.day.0,
            kind: parse(&self.kind)?,
            status: parse(&self.status)?,
            name: words(self.name_vi, self.name_en, self.name_km),
            source: self.source,
        })
    }
}

impl ClockRow {
    fn read(self) -> Stored<ClockRule> {
        Ok(ClockRule {
            id: self.id,
            kind: parse_some(self.kind)?,
            field: parse_some(self.field)?,
            step: self.step,
            days: u32::try_from(self.days).map_err(broken)?,
            valid_from: self.valid_from.0,
            valid_to: self.valid_to.map(|d| d.0),
        })
    }
}

impl RuleRow {
    fn read(self) -> Stored<Rule> {
        let subject = match (self.procedure, self.field) {
            (Some(key), _) => Subject::Procedure(parse(&key)?),
            (None, Some(field)) => Subject::Field(parse(&field)?),
            (None, None) => return Err(broken(format!("routing rule {} looks at nothing", self.id))),
        };
        Ok(Rule {
            id: self.id,
            subject,
            place: parse_some(self.place)?,
            target: if self.office == "@place" { Target::Named } else { Target::Office(parse(&self.office)?) },
            valid_from: self.valid_from.0,
            valid_to: self.valid_to.map(|d| d.0),
        })
    }
}

impl CodeRow {
    fn read(self) -> Stored<ListedCode> {
        Ok(ListedCode { list: self.list, code: parse(&self.code)?, name: words(self.name_vi, self.name_en, self.name_km), law: self.law })
    }
}

impl QuestionnaireRow {
    fn read(self) -> Stored<Arc<Questionnaire>> {
        let definition: Definition = serde_json::from_value(self.definition.0).map_err(broken)?;
        Ok(Arc::new(Questionnaire { slug: parse(&self.slug)?, position: i32::try_from(self.position).map_err(broken)?, open: self.open, definition }))
    }
}

impl DeviceRow {
    fn read(self) -> Stored<Device> {
        Ok(Device { id: self.id, name: self.name, office: parse(&self.office)?, token_hash: self.token_hash, active: self.ended_on.is_none() })
    }
}
