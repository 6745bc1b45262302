//! What the binary carries: templates, assets and reference data, so that it
//! runs from any folder.

use rust_embed::RustEmbed;

/// Handlebars templates.
#[derive(RustEmbed)]
#[folder = "templates"]
pub struct Templates;

/// Stylesheet, scripts, icons.
#[derive(RustEmbed)]
#[folder = "assets"]
pub struct Assets;

/// Reference data.
#[derive(RustEmbed)]
#[folder = "data"]
pub struct Data;

/// A data file as text.
pub fn data(path: &str) -> Result<String, String> {
    let file = Data::get(path).ok_or_else(|| format!("data/{path} is not in the binary"))?;
    String::from_utf8(file.data.into_owned()).map_err(|e| format!("data/{path}: {e}"))
}
