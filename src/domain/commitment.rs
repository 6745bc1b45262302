//! Salted commitments to texts: what the ledger publishes instead of words
//! (LEDGER.md, "Leaves"). Erasing salt and text leaves the commitment valid
//! and meaningless.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// 16 random bytes, a fresh one for every commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

impl Salt {
    /// Base64, as kept with the row and shown in receipts.
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads what [`Salt::to_base64`] wrote.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

/// base64(SHA-256(salt ‖ NFC text in UTF-8)).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Commitment(String);

impl Commitment {
    /// Commits to a text.
    pub fn to(salt: Salt, text: &str) -> Self {
        let nfc: String = text.nfc().collect();
        Self::to_bytes(salt, nfc.as_bytes())
    }

    /// Commits to bytes, as the canonical JSON of a response.
    pub fn to_bytes(salt: Salt, bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(salt.0);
        hash.update(bytes);
        Self(STANDARD.encode(hash.finalize()))
    }

    /// The 44 characters that the ledger shows.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of LEDGER.md.
    #[test]
    fn the_published_vector_is_met() {
        let salt = Salt(std::array::from_fn(|i| i as u8));
        let text = "Đề nghị bố trí thêm ghế ngồi chờ ở quầy đất đai.";
        let want = "mtNfzvAtbY4rPTl5rdCKUeP8E9K3Rk9k0nyZJYrLrVc=";
        assert_eq!(Commitment::to(salt, text).as_str(), want);
        let decomposed: String = text.nfd().collect();
        assert_eq!(Commitment::to(salt, &decomposed).as_str(), want);
        assert_eq!(Salt::from_base64(&salt.to_base64()), Some(salt));
    }
}
