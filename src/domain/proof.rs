//! A sender's receipt from the public ledger (LEDGER.md, "Receipt"): proves that
//! a leaf stands in a tree that was signed, and says what they sent. Knows no
//! key and no table.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tlog_tiles::tlog::{self, Hash};

use super::commitment::{Commitment, Salt};
use super::leaf::{Opened, canonical};

/// The format of a receipt.
const VERSION: u32 = 1;

super::coded::words! {
    /// Why a receipt does not prove what it says, or not yet.
    Flaw {
        /// It is no receipt.
        Unreadable = "unreadable",
        /// No receipt has this code.
        Unknown = "unknown",
        /// It is of another log.
        Foreign = "foreign",
        /// Words and salt were erased: nobody can open the leaf any more.
        Erased = "erased",
        /// It has no place yet.
        Waiting = "waiting",
        /// What it opens is not what its leaf commits to.
        Changed = "changed",
        /// Its checkpoint, or that of today, does not bear the log's signature.
        Unsigned = "unsigned",
        /// The leaf is not at its place in the tree.
        Missing = "missing",
        /// The tree that was signed then is no part of that of today.
        Forked = "forked",
    }
}

/// What a leaf commits to.
#[derive(Debug, Clone, PartialEq)]
pub enum Opens {
    /// The sender's own words.
    Text(String),
    /// What was rated.
    Ratings(Opened),
}

/// Where a leaf stands in a tree that was signed.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its index.
    pub index: u64,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// The hashes that lead to its root, lowest first.
    pub proof: Vec<Hash>,
}

/// A receipt as its sender keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerReceipt {
    v: u32,
    /// The log.
    pub origin: String,
    leaf: String,
    salt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened: Option<Map<String, Value>>,
    /// The leaf's index, once it has one.
    pub index: Option<u64>,
    /// The checkpoint that it was proven with.
    pub checkpoint: Option<String>,
    proof: Option<Vec<String>>,
}

impl LedgerReceipt {
    /// Of a leaf. `salt`: None when words and salt were erased.
    pub fn new(origin: &str, leaf: &str, salt: Option<Salt>, opens: Opens, place: Option<Place>) -> Self {
        let (text, opened) = match opens {
            Opens::Text(text) => (Some(text), None),
            // It was written by us as JSON a moment ago.
            Opens::Ratings(opened) => (None, serde_json::from_str(&opened.bytes()).ok()),
        };
        Self {
            v: VERSION,
            origin: origin.to_owned(),
            leaf: STANDARD.encode(leaf),
            salt: salt.map(Salt::to_base64),
            text,
            opened,
            index: place.as_ref().map(|place| place.index),
            checkpoint: place.as_ref().map(|place| place.checkpoint.clone()),
            proof: place.map(|place| place.proof.iter().map(|hash| STANDARD.encode(hash.0)).collect()),
        }
    }

    /// One receipt, or a list of them, as they are given out.
    ///
    /// # Errors
    /// [`Flaw::Unreadable`] when it is none.
    pub fn read(content: &str) -> Result<Vec<Self>, Flaw> {
        let list: Result<Vec<Self>, _> = serde_json::from_str(content);
        list.or_else(|_| serde_json::from_str(content).map(|one| vec![one])).map_err(|_| Flaw::Unreadable)
    }

    /// Is it about a rating, or about an opinion?
    pub fn is_rating(&self) -> bool {
        self.opened.is_some()
    }

    /// Does the leaf commit to what it opens?
    ///
    /// # Errors
    /// The flaw.
    pub fn opens(&self, origin: &str) -> Result<(), Flaw> {
        if self.v != VERSION {
            return Err(Flaw::Unreadable);
        }
        if self.origin != origin {
            return Err(Flaw::Foreign);
        }
        let leaf: BTreeMap<String, Value> = serde_json::from_slice(&self.leaf()?).map_err(|_| Flaw::Unreadable)?;
        let salt = Salt::from_base64(self.salt.as_deref().ok_or(Flaw::Erased)?).ok_or(Flaw::Unreadable)?;
        let (kind, name, commitment) = match (&self.text, &self.opened) {
            (Some(text), None) => ("feedback", "text", Commitment::to(salt, text)),
            (None, Some(opened)) => {
                let fields = opened.iter().map(|(name, value)| (name.as_str(), value.clone()));
                ("response", "commit", Commitment::to_bytes(salt, canonical(fields).as_bytes()))
            }
            _ => return Err(Flaw::Unreadable),
        };
        let says = |name: &str, word: &str| leaf.get(name).and_then(Value::as_str) == Some(word);
        if says("t", kind) && says(name, commitment.as_str()) { Ok(()) } else { Err(Flaw::Changed) }
    }

    /// Does its proof lead from the leaf to the root of the tree of this size?
    ///
    /// # Errors
    /// The flaw.
    pub fn leads_to(&self, size: u64, root: Hash) -> Result<(), Flaw> {
        let (Some(index), Some(proof)) = (self.index, &self.proof) else { return Err(Flaw::Waiting) };
        let hash = |hash: &String| Some(Hash(STANDARD.decode(hash).ok()?.try_into().ok()?));
        let proof: Option<Vec<Hash>> = proof.iter().map(hash).collect();
        tlog::check_record(&proof.ok_or(Flaw::Unreadable)?, size, root, index, tlog::record_hash(&self.leaf()?)).map_err(|_| Flaw::Missing)
    }

    fn leaf(&self) -> Result<Vec<u8>, Flaw> {
        STANDARD.decode(&self.leaf).map_err(|_| Flaw::Unreadable)
    }
}
