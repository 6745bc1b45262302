//! Fields, offices and procedures, whole: what has ended stays in its list
//! with its dates, so that old records can be read.

use actix_web::web::{Json, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{self, Refused};
use super::request::{Lang, Reader};
use super::{BASE, at, in_force, reading};
use crate::domain::catalogue;
use crate::domain::office::{self, OfficeKind};
use crate::domain::time::Day;
use crate::domain::words::{FieldCode, Language, OfficeCode, ProcedureKey, TargetGroup};
use crate::http::app::Shared;

const FIELDS: &str = "/fields";
const OFFICES: &str = "/offices";
const PROCEDURES: &str = "/procedures";

/// Mounts these addresses.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at(FIELDS).route(reading().to(fields)))
        .service(at(OFFICES).route(reading().to(offices)))
        .service(at(PROCEDURES).route(reading().to(procedures)));
}

/// All fields.
#[derive(Debug, Serialize, ToSchema)]
pub struct Fields {
    /// In their order.
    fields: Vec<Field>,
}

/// A field that people choose.
#[derive(Debug, Serialize, ToSchema)]
pub struct Field {
    /// Its code.
    code: FieldCode,
    /// Its name in the language asked for.
    name: String,
    /// Its Vietnamese name.
    name_vi: String,
    /// What belongs to it, in plain words.
    hint: String,
    /// The target that it is measured against.
    target_group: TargetGroup,
    /// Its first day.
    valid_from: Day,
    /// Its last day, if it ended.
    valid_to: Option<Day>,
}

impl Field {
    fn of(field: &catalogue::Field, language: Language) -> Self {
        Self {
            code: field.code.clone(),
            name: field.name.get(language).to_owned(),
            name_vi: field.name.vi.clone(),
            hint: field.hint.get(language).to_owned(),
            target_group: field.group.clone(),
            valid_from: field.valid_from,
            valid_to: field.valid_to,
        }
    }
}

/// Lists the fields.
#[utoipa::path(
    get, path = FIELDS, context_path = BASE, tag = "catalogue", params(Lang),
    responses((status = 200, description = "All fields, ended ones included.", body = Fields), problem::Any)
)]
async fn fields(app: Shared, reader: Reader) -> Result<Json<Fields>, Refused> {
    let catalogue = in_force(&app).await?;
    Ok(Json(Fields { fields: catalogue.fields.iter().map(|f| Field::of(f, reader.0)).collect() }))
}

/// All offices.
#[derive(Debug, Serialize, ToSchema)]
pub struct Offices {
    /// By code.
    offices: Vec<Office>,
}

/// An office with its time of existence.
#[derive(Debug, Serialize, ToSchema)]
pub struct Office {
    /// Its code.
    code: OfficeCode,
    /// Its full name in the language asked for.
    name: String,
    /// Its full Vietnamese name.
    name_vi: String,
    /// Its short name, for lists.
    short_name: String,
    /// What it is.
    kind: OfficeKind,
    /// The office above it.
    parent: Option<OfficeCode>,
    /// The official five-digit code of a commune or ward.
    place: Option<String>,
    /// May a person name it as the place where they were?
    selectable: bool,
    /// Its first day.
    valid_from: Day,
    /// Its last day, if it ended.
    valid_to: Option<Day>,
    /// Who took over.
    successor: Option<OfficeCode>,
}

impl Office {
    fn of(office: &office::Office, language: Language) -> Self {
        Self {
            code: office.code.clone(),
            name: office.name.get(language).to_owned(),
            name_vi: office.name.vi.clone(),
            short_name: office.short_name(language).to_owned(),
            kind: office.kind,
            parent: office.parent.clone(),
            place: office.place.clone(),
            selectable: office.selectable,
            valid_from: office.valid_from,
            valid_to: office.valid_to,
            successor: office.successor.clone(),
        }
    }
}

/// Lists the offices.
#[utoipa::path(
    get, path = OFFICES, context_path = BASE, tag = "catalogue", params(Lang),
    responses((status = 200, description = "All offices, ended ones included.", body = Offices), problem::Any)
)]
async fn offices(app: Shared, reader: Reader) -> Result<Json<Offices>, Refused> {
    let catalogue = in_force(&app).await?;
    Ok(Json(Offices { offices: catalogue.offices.iter().map(|o| Office::of(o, reader.0)).collect() }))
}

/// All procedures.
#[derive(Debug, Serialize, ToSchema)]
pub struct Procedures {
    /// Frequent ones first.
    procedures: Vec<Procedure>,
}

/// A procedure (thủ tục hành chính). Its names are official and Vietnamese only.
#[derive(Debug, Serialize, ToSchema)]
pub struct Procedure {
    /// What a submission names it by: its national code, or a word where none is known.
    code: ProcedureKey,
    /// Its national code, if known.
    national_code: Option<String>,
    /// Its official name.
    name: String,
    /// Its official name.
    name_vi: String,
    /// Its official sector.
    sector: String,
    /// The field that it belongs to.
    field: FieldCode,
    /// Who handles it: `province`, `commune`, `authority`.
    level: String,
    /// Its first day.
    valid_from: Day,
    /// Its last day, if it ended.
    valid_to: Option<Day>,
    /// The procedure that replaced it.
    successor: Option<ProcedureKey>,
}

impl Procedure {
    fn of(procedure: &catalogue::Procedure) -> Self {
        Self {
            code: procedure.key.clone(),
            national_code: procedure.code.clone(),
            name: procedure.name.clone(),
            name_vi: procedure.name.clone(),
            sector: procedure.sector.clone(),
            field: procedure.field.clone(),
            level: procedure.level.clone(),
            valid_from: procedure.valid_from,
            valid_to: procedure.valid_to,
            successor: procedure.replaced_by.clone(),
        }
    }
}

/// Lists the procedures.
#[utoipa::path(
    get, path = PROCEDURES, context_path = BASE, tag = "catalogue",
    responses((status = 200, description = "All procedures, ended ones included.", body = Procedures), problem::Any)
)]
async fn procedures(app: Shared) -> Result<Json<Procedures>, Refused> {
    let catalogue = in_force(&app).await?;
    Ok(Json(Procedures { procedures: catalogue.procedures.iter().map(Procedure::of).collect() }))
}
