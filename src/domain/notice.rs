//! The notice on personal data (thông báo xử lý dữ liệu cá nhân): versions with
//! their dates. A consent names the version that was seen. Knows no file: the
//! words come in as data.

use serde::Deserialize;

use super::time::Day;
use super::words::{NoticeVersion, Words};

/// A part of the notice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Part {
    /// What it is about.
    pub heading: Words,
    /// Its words, paragraphs on lines of their own.
    pub text: Words,
}

/// One version of the notice. A published version never changes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Notice {
    /// Its name.
    pub version: NoticeVersion,
    /// Its first day.
    pub valid_from: Day,
    /// Where its content comes from.
    pub source: String,
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// All versions, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notices(Vec<Notice>);

impl Notices {
    /// These versions.
    pub fn new(mut versions: Vec<Notice>) -> Self {
        versions.sort_by_key(|notice| std::cmp::Reverse(notice.valid_from));
        Self(versions)
    }

    /// Those published until a day, newest first.
    pub fn published(&self, on: Day) -> impl Iterator<Item = &Notice> {
        self.0.iter().filter(move |notice| notice.valid_from <= on)
    }

    /// The one in force on a day.
    pub fn newest(&self, on: Day) -> Option<&Notice> {
        self.published(on).next()
    }

    /// The version of this name, if it was published until a day.
    pub fn find(&self, version: &str, on: Day) -> Option<&Notice> {
        self.published(on).find(|notice| notice.version.as_str() == version)
    }
}
