//! The receipt code: the sender's secret. It is derived from the submission by
//! HMAC, so that the same submission always has the same code, and only its
//! hash is stored.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// No O, 0, I and 1: they are mixed up when read aloud or copied by hand.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// 12 characters of 5 bits: 60 bits.
const LENGTH: usize = 12;

/// A receipt code, as `K7WM-3QPA-9TFX`. It has no `Debug` that shows it: it must not reach a log.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceiptCode(String);

impl ReceiptCode {
    /// The code of a submission under the deployment's receipt key.
    pub fn derive(key: &[u8], submission: &[u8]) -> Self {
        let mut code = String::with_capacity(LENGTH + 2);
        for (i, byte) in keyed(key, b"receipt", submission).iter().take(LENGTH).enumerate() {
            if i > 0 && i % 4 == 0 {
                code.push('-');
            }
            code.push(char::from(*ALPHABET.get(usize::from(byte & 31)).unwrap_or(&b'2')));
        }
        Self(code)
    }

    /// Reads what a person typed: case, spaces and hyphens don't matter.
    pub fn parse(text: &str) -> Option<Self> {
        let bare: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '—')).take(LENGTH + 1).collect();
        let bare = bare.to_ascii_uppercase();
        if bare.len() != LENGTH || !bare.bytes().all(|b| ALPHABET.contains(&b)) {
            return None;
        }
        let parts: Vec<&str> = (0..3).filter_map(|i| bare.get(i * 4..i * 4 + 4)).collect();
        Some(Self(parts.join("-")))
    }

    /// What is stored: 32 hexadecimal digits of a keyed hash.
    pub fn stored(&self, key: &[u8]) -> String {
        keyed(key, b"stored", self.0.as_bytes()).iter().take(16).map(|b| format!("{b:02x}")).collect()
    }

    /// The code, for its sender's eyes only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ReceiptCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReceiptCode(…)")
    }
}

fn keyed(key: &[u8], purpose: &[u8], of: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length, so there is no error to handle.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(purpose);
    mac.update(&[0]);
    mac.update(of);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_for_the_same_submission_and_survives_being_typed() {
        let code = ReceiptCode::derive(b"key", b"submission");
        assert_eq!(code, ReceiptCode::derive(b"key", b"submission"));
        assert_ne!(code, ReceiptCode::derive(b"key", b"other"));
        assert_ne!(code, ReceiptCode::derive(b"other", b"submission"));
        let typed = format!(" {} ", code.reveal().to_lowercase().replace('-', " "));
        assert_eq!(ReceiptCode::parse(&typed), Some(code.clone()));
        assert_eq!(format!("{code:?}"), "ReceiptCode(…)");
        assert_eq!(code.stored(b"key").len(), 32);
        for bad in ["", "K7WM-3QPA-9TF", "K7WM-3QPA-9TFO", "K7WM-3QPA-9TF0", "K7WM3QPA9TFXX", "ទទួលទទួលទទួល"] {
            assert_eq!(ReceiptCode::parse(bad), None, "{bad}");
        }
    }
}
