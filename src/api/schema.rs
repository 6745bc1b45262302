//! How the domain's words, codes and days stand in the OpenAPI document: from
//! the same lists that the rules are written with.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::desk::View;
use crate::domain::error::Code;
use crate::domain::event::EventName;
use crate::domain::feedback::{Class, State};
use crate::domain::office::OfficeKind;
use crate::domain::proof::LedgerReceipt;
use crate::domain::questionnaire::QuestionType;
use crate::domain::satisfaction::Verdict;
use crate::domain::time::Day;
use crate::domain::words::{
    By, FieldCode, Ground, Kind, Language, OfficeCode, ProcedureKey, Purpose, QuestionId, Respondent, Sample, Serial, Slug, TargetGroup,
};

macro_rules! schemas {
    ($($name:ident: $schema:expr;)+) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                Schema::Object($schema.build()).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

/// One of a closed list of words.
macro_rules! word {
    ($name:ident) => {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some($name::ALL.iter().map(|word| word.as_str())))
    };
}

/// The one class of a shell, which tells it from an item.
pub fn sealed() -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some([Class::Sealed.as_str()])).build()
}

/// Text, base64 or a signed note; null until it is there, unless it is `always`.
fn text(always: bool, description: &str) -> ObjectBuilder {
    let kind = if always { SchemaType::Type(Type::String) } else { SchemaType::from_iter([Type::String, Type::Null]) };
    ObjectBuilder::new().schema_type(kind).description(Some(description))
}

/// LEDGER.md, "Receipt".
fn ledger_receipt() -> ObjectBuilder {
    let opened = ObjectBuilder::new().schema_type(Type::Object).description(Some("What was rated, when the leaf is of a rating."));
    let hashes = ArrayBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Array, Type::Null]))
        .items(text(true, "A hash."))
        .description(Some("The hashes that lead from the leaf to the root, lowest first, base64."));
    let index = ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Integer, Type::Null]))
        .description(Some("The leaf's index; null until it has its place and was signed, at the latest an hour later."));
    let object = ObjectBuilder::new()
        .property("v", ObjectBuilder::new().schema_type(Type::Integer).description(Some("The form of this receipt.")))
        .property("origin", text(true, "The log."))
        .property("leaf", text(true, "The leaf, base64."))
        .property("salt", text(false, "The salt of its commitment, base64; null when it was erased."))
        .property("text", text(true, "The sender's own words, when the leaf is of an opinion."))
        .property("opened", opened)
        .property("index", index)
        .property("checkpoint", text(false, "The signed checkpoint."))
        .property("proof", hashes);
    ["v", "origin", "leaf"].into_iter().fold(object, ObjectBuilder::required)
}

/// A code of an open list.
fn code(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z0-9._@-]{1,60}$")).description(Some(description))
}

schemas! {
    LedgerReceipt: ledger_receipt().description(Some("Proves that what was sent is in the public ledger, unchanged (docs/ledger.md)."));
    Code: word!(Code).description(Some("Why a request was refused."));
    Class: word!(Class).description(Some("The ten classes; each opinion has exactly one on any day."));
    View: word!(View).description(Some("A part of what waits at the desk."));
    State: word!(State).description(Some("Where an opinion stands at the desk."));
    Kind: word!(Kind).description(Some("The kind of an opinion."));
    Respondent: word!(Respondent).description(Some("Who speaks."));
    Sample: word!(Sample).description(Some("How respondents came to answer; never added together."));
    Verdict: word!(Verdict).description(Some("What a share says against its target."));
    Purpose: word!(Purpose).description(Some("What a contact may be used for."));
    Language: word!(Language).description(Some("Vietnamese, English, Khmer."));
    QuestionType: word!(QuestionType).description(Some("The type of a question."));
    OfficeKind: word!(OfficeKind).description(Some("What an office is."));
    EventName: word!(EventName).description(Some("What can happen to an opinion."));
    By: word!(By).description(Some("The part that somebody played; never a name."));
    FieldCode: code("A code of `fields`.");
    OfficeCode: code("A code of `offices`.");
    ProcedureKey: code("A code of `procedures`.");
    TargetGroup: code("What a target is set for.");
    Ground: code("A code of a published list.");
    Slug: code("A questionnaire's stable name.");
    QuestionId: code("A question's stable id.");
    Day: ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .description(Some("A calendar day in Asia/Ho_Chi_Minh."));
    Serial: ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(1))
        .description(Some("The public number of an opinion, without a gap."));
}
