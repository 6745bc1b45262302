//! Reference data that the program carries and reads once, when it is first
//! needed: rows of a table, a document, lines.

use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use crate::domain::error::Problem;
use crate::embedded;

/// A file of `data/`, as what it means.
pub(super) struct Carried<T> {
    path: &'static str,
    held: OnceLock<T>,
}

impl<T> Carried<T> {
    /// A file that nobody has read yet.
    pub(super) const fn new(path: &'static str) -> Self {
        Self { path, held: OnceLock::new() }
    }

    /// What it means; `read` is asked the first time.
    ///
    /// # Errors
    /// When it can't be read: names the file and the place in it.
    pub(super) fn get(&self, read: impl FnOnce(&str) -> Result<T, String>) -> Result<&T, Problem> {
        if let Some(held) = self.held.get() {
            return Ok(held);
        }
        let text = embedded::data(self.path).map_err(Problem::Internal)?;
        let read = read(&text).map_err(|why| Problem::Internal(format!("data/{}: {why}", self.path)))?;
        Ok(self.held.get_or_init(|| read))
    }
}

/// The rows of a table with a head.
pub(super) fn rows<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, String> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>().map_err(|e| e.to_string())
}

/// A TOML document.
pub(super) fn document<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|e| e.to_string())
}
