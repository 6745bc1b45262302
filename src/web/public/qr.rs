//! A QR code as one path of a drawing: small, sharp in print, no script.

use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

/// A QR code with its quiet zone.
#[derive(Debug, Serialize)]
pub struct Qr {
    size: usize,
    path: String,
}

/// The QR code of an address, error level M.
pub fn qr(address: &str) -> Option<Qr> {
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(address.as_bytes(), EcLevel::M).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let dark = row.iter().skip(x).take_while(|c| **c == Color::Dark).count();
            if dark > 0 {
                path.push_str(&format!("M{} {}h{dark}v1h-{dark}z", x + QUIET, y + QUIET));
            }
            x += dark.max(1);
        }
    }
    Some(Qr { size: width + 2 * QUIET, path })
}
