//! Every promise that is tested from outside the code, by layer and feature.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod actions;
mod api;
mod architecture;
mod cli;
mod crash;
mod domain;
mod jobs;
mod locales;
mod settings;
mod store;
mod support;
mod verify;
mod web;
