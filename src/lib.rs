//! Hồi Đáp: ratings and opinions on public services, answered in public, with
//! figures that anyone can check.
//!
//! Layers, each of which may use those after it:
//! `cli → web, api, jobs, export → http → actions → store → domain`;
//! `verify` stands apart and uses none of them.

rust_i18n::i18n!("locales", fallback = "vi");

pub mod actions;
pub mod api;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod embedded;
pub mod http;
pub mod i18n;
pub mod jobs;
pub mod keys;
pub mod mail;
pub mod store;
pub mod telemetry;
pub mod verify;
pub mod web;
