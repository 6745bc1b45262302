//! What pages and API share: the application, errors, sessions, form tokens,
//! limits and headers. Knows actions, not pages.

pub mod app;
pub mod error;
pub mod guard;
pub mod render;
pub mod visitor;
