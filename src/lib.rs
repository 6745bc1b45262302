//! Hồi Đáp: ratings and opinions on public services, answered in public, with
//! figures that anyone can check.

pub mod domain;
