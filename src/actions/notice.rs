//! The versions of the notice on personal data that the program carries, read once.

use std::sync::Arc;

use serde::Deserialize;

use super::carried::{Carried, document};
use crate::domain::error::Problem;
use crate::domain::notice::{Notice, Notices};

/// All versions.
///
/// # Errors
/// When `data/notice.toml` can't be read; it names the place.
pub fn notices() -> Result<Arc<Notices>, Problem> {
    static NOTICES: Carried<Arc<Notices>> = Carried::new("notice.toml");
    #[derive(Deserialize)]
    struct File {
        notice: Vec<Notice>,
    }
    let notices = NOTICES.get(|text| Ok(Arc::new(Notices::new(document::<File>(text)?.notice))))?;
    Ok(notices.clone())
}
