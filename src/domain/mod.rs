//! Types and rules of the service: what an opinion is, when it is due, how it
//! is counted, who may do what.
//!
//! Knows nothing of databases, the web, the environment or the present
//! moment: time, salts and secrets come in as values, so that every rule can
//! be tested with a pencil.

mod coded;

pub mod access;
pub mod accounting;
pub mod attachment;
pub mod breach;
pub mod calendar;
pub mod catalogue;
pub mod chase;
pub mod commitment;
pub mod contact;
pub mod deadline;
pub mod desk;
pub mod error;
pub mod event;
pub mod feedback;
pub mod ical;
pub mod improvement;
pub mod leaf;
pub mod notice;
pub mod office;
pub mod password;
pub mod proof;
pub mod questionnaire;
pub mod receipt;
pub mod redaction;
pub mod retention;
pub mod rights;
pub mod routing;
pub mod satisfaction;
pub mod search;
pub mod submission;
pub mod tally;
pub mod template;
pub mod text;
pub mod time;
pub mod totp;
pub mod tree;
pub mod visibility;
pub mod words;
pub mod wrongdoing;
