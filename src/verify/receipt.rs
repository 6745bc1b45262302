//! A sender's receipt: that a leaf says what they sent, and stands in the tree
//! that was signed. Knows no other leaf.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tlog_tiles::tlog::{Hash, check_record, record_hash};
use unicode_normalization::UnicodeNormalization;

use super::tree::Key;
use super::{Checked, Wrong, wrong};

/// A receipt as its sender keeps it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    v: u32,
    origin: String,
    leaf: String,
    salt: Option<String>,
    text: Option<String>,
    opened: Option<BTreeMap<String, Value>>,
    index: Option<u64>,
    checkpoint: Option<String>,
    proof: Option<Vec<String>>,
}

impl Receipt {
    /// One receipt, or a list of them, as the site gives them.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(content: &str) -> Result<Vec<Self>, Wrong> {
        let list: Result<Vec<Self>, _> = serde_json::from_str(content);
        list.or_else(|_| serde_json::from_str(content).map(|one| vec![one])).map_err(|e| Wrong::new(format!("no receipt: {e}")))
    }

    /// The leaf that the log must have, and at which index when the receipt says so.
    pub(super) fn leaf(&self) -> Checked<(String, Option<u64>)> {
        Ok((self.bytes()?, self.index))
    }

    fn bytes(&self) -> Checked<String> {
        let bytes = STANDARD.decode(&self.leaf).map_err(|e| Wrong::new(format!("a receipt's leaf is no base64: {e}")))?;
        String::from_utf8(bytes).map_err(|_| Wrong::new("a receipt's leaf is no text".to_owned()))
    }

    /// Does its leaf commit to what it opens, and stand in the tree of its checkpoint?
    pub(super) fn check(&self, key: &Key, origin: &str) -> Checked<()> {
        if self.v != 1 || self.origin != origin {
            return wrong(format!("a receipt of {} in version {} is not one of {origin}", self.origin, self.v));
        }
        let leaf = self.bytes()?;
        let said: BTreeMap<String, Value> = serde_json::from_str(&leaf).map_err(|e| Wrong::new(format!("a receipt's leaf: {e}")))?;
        let (name, words) = match (&self.text, &self.opened) {
            (Some(text), None) => ("text", text.nfc().collect()),
            (None, Some(opened)) => ("commit", serde_json::to_string(opened).unwrap_or_default()),
            _ => return wrong("a receipt opens a text or a rating"),
        };
        let salt = self
            .salt
            .as_ref()
            .and_then(|salt| STANDARD.decode(salt).ok())
            .ok_or_else(|| Wrong::new("a receipt has no salt: its words were erased".to_owned()))?;
        let commitment = STANDARD.encode(Sha256::new().chain_update(salt).chain_update(words.as_bytes()).finalize());
        if said.get(name).and_then(Value::as_str) != Some(&commitment) {
            return wrong("what a receipt opens is not what its leaf commits to");
        }
        let (Some(index), Some(checkpoint), Some(proof)) = (self.index, &self.checkpoint, &self.proof) else { return Ok(()) };
        let head = key.checkpoint(checkpoint)?;
        let hash = |hash: &String| Some(Hash(STANDARD.decode(hash).ok()?.try_into().ok()?));
        let proof: Option<Vec<Hash>> = proof.iter().map(hash).collect();
        let proof = proof.ok_or_else(|| Wrong::new("a receipt's proof is no list of hashes".to_owned()))?;
        check_record(&proof, head.size, head.root, index, record_hash(leaf.as_bytes()))
            .map_err(|_| Wrong::new(format!("a receipt's proof does not lead from leaf {index} to the root of its checkpoint")))
    }
}
