//! The OpenAPI 3.1 document, from the types and handlers that answer.

use actix_web::web::{Json, ServiceConfig};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::problem::ProblemBody;
use super::{BASE, at, catalogue, desk, feedback, health, reading, receipt, results, survey};

const OPENAPI: &str = "/openapi.json";

/// Mounts these addresses.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at(OPENAPI).route(reading().to(openapi)));
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hồi Đáp",
        version = "1",
        description = "Ratings and opinions on public services, answered in public, with figures that anyone can check. \
            Refusals are `application/problem+json` with a stable `code`; messages come in the language of `?lang=` or Accept-Language. \
            Reading is open to every site (CORS). Unknown members of a body are ignored.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        health::health,
        catalogue::fields,
        catalogue::offices,
        catalogue::procedures,
        survey::surveys,
        survey::survey,
        survey::respond,
        feedback::feedback_list,
        feedback::send_feedback,
        feedback::feedback_item,
        receipt::receipt,
        receipt::proofs,
        results::results,
        desk::desk_list,
        desk::desk_item,
        desk::take,
        desk::add_note,
        desk::save_draft,
        desk::hand_in,
        desk::approve,
        desk::give_back,
        desk::forward,
        desk::ask,
        openapi,
    ),
    components(schemas(ProblemBody)),
    modifiers(&Device, &NullIsSaid),
    tags(
        (name = "surveys", description = "Questionnaires and what is answered to them."),
        (name = "feedback", description = "Opinions and their answers."),
        (name = "results", description = "The figures of the two promises."),
        (name = "catalogue", description = "Fields, offices, procedures."),
        (name = "desk", description = "What waits for an officer and what they do with it, for their own programs, with an access token."),
        (name = "service", description = "The service itself."),
    )
)]
struct Document;

/// How an enrolled tablet names itself, and an officer's program.
struct Device;

impl Modify for Device {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let about = "`Device <id>:<token>` of an enrolled tablet: what it sends is tied to its counter. Without it anybody may send.";
        let scheme = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("Authorization", about)));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("device", scheme);
        let about = "An access token that an officer made on the page of their account. It may what its owner may.";
        components.add_security_scheme("token", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build()));
    }
}

/// What is answered names every value, null included. What is sent may leave
/// optional ones out, so submissions stay as they are.
struct NullIsSaid;

impl Modify for NullIsSaid {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let schemas = document.components.iter_mut().flat_map(|c| c.schemas.iter_mut()).filter(|(name, _)| !name.ends_with("Submission"));
        for (_, schema) in schemas {
            let RefOr::T(Schema::Object(object)) = schema else { continue };
            let nullable = object.properties.iter().filter(|(_, property)| takes_null(property)).map(|(name, _)| name.clone());
            object.required.extend(nullable.collect::<Vec<_>>());
        }
    }
}

fn takes_null(schema: &RefOr<Schema>) -> bool {
    let is_null = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match schema {
        RefOr::T(Schema::Object(object)) => is_null(&object.schema_type),
        RefOr::T(Schema::OneOf(one)) => one.items.iter().any(takes_null),
        RefOr::T(_) | RefOr::Ref(_) => false,
    }
}

/// The document: also what `hoidap openapi` prints.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The methods of an address, for the header `Allow`.
pub(super) fn methods(path: &str) -> Vec<&'static str> {
    let document = document();
    let Some(PathItem { get, post, .. }) = document.paths.paths.get(path) else { return Vec::new() };
    let mut methods = Vec::new();
    if get.is_some() {
        methods.extend(["GET", "HEAD"]);
    }
    if post.is_some() {
        methods.push("POST");
    }
    methods
}

/// Shows this document.
#[utoipa::path(
    get, path = OPENAPI, context_path = BASE, tag = "service",
    responses((status = 200, description = "The OpenAPI 3.1 document.", body = serde_json::Value))
)]
async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}
