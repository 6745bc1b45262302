//! The versions of the notice on personal data that the program carries, read once.

use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::domain::error::Problem;
use crate::domain::notice::{Notice, Notices};
use crate::embedded;

/// All versions.
///
/// # Errors
/// When `data/notice.toml` can't be read; it names the place.
pub fn notices() -> Result<Arc<Notices>, Problem> {
    static NOTICES: OnceLock<Arc<Notices>> = OnceLock::new();
    if let Some(notices) = NOTICES.get() {
        return Ok(notices.clone());
    }
    #[derive(Deserialize)]
    struct File {
        notice: Vec<Notice>,
    }
    let text = embedded::data("notice.toml").map_err(Problem::Internal)?;
    let file: File = toml::from_str(&text).map_err(|e| Problem::Internal(format!("data/notice.toml: {e}")))?;
    Ok(NOTICES.get_or_init(|| Arc::new(Notices::new(file.notice))).clone())
}
