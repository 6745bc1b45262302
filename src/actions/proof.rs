//! Receipts from the public ledger: given to who has the receipt code, and
//! checked for who can't check them on their own machine. Writes nothing.

use tlog_tiles::checkpoint::Checkpoint;

use super::{Tx, ledger};
use crate::domain::commitment::Salt;
use crate::domain::error::{Code, Problem};
use crate::domain::leaf::Leaf;
use crate::domain::proof::{Flaw, LedgerReceipt, Opens, Place};
use crate::domain::receipt::ReceiptCode;
use crate::domain::tree;
use crate::domain::words::Serial;
use crate::keys::LedgerKey;
use crate::store;

/// The receipts of what was sent with a receipt code: of the rating, of the opinion, or of both.
pub fn receipts(tx: &mut Tx<'_>, code: &ReceiptCode, origin: &str) -> Result<Vec<LedgerReceipt>, Problem> {
    let hash = tx.keys.receipt_hash(code);
    let mut receipts = Vec::new();
    if let Some(row) = store::response::by_receipt(tx.conn, &hash)? {
        let (leaf, opened, salt) = ledger::response_leaf(&tx.catalogue, &row)?;
        let idx = store::ledger::place_of_response(tx.conn, &hash)?;
        receipts.push(LedgerReceipt::new(origin, &leaf, Some(salt), Opens::Ratings(opened), place(tx, idx)?));
    }
    if let Some(serial) = store::feedback::by_receipt(tx.conn, &hash)? {
        let Some(first) = store::feedback::events(tx.conn, serial)?.into_iter().next() else { return Ok(receipts) };
        let leaf = Leaf::Feedback { serial, entry: &first.entry }.bytes();
        let salt = first.salts.get("text").and_then(|salt| salt.as_str()).and_then(Salt::from_base64);
        let words = store::feedback::original(tx.conn, serial)?.unwrap_or_default();
        let idx = store::ledger::place_of_item(tx.conn, serial)?;
        receipts.push(LedgerReceipt::new(origin, &leaf, salt, Opens::Text(words), place(tx, idx)?));
    }
    if receipts.is_empty() { Err(Code::UnknownReceipt.into()) } else { Ok(receipts) }
}

/// Where the rating and the opinion of a receipt code stand, as far as it is signed. Asks for no proof: a page that only
/// says so must not fail with the tree.
pub fn places(tx: &mut Tx<'_>, code: &ReceiptCode, serial: Option<Serial>) -> Result<(Option<u64>, Option<u64>), Problem> {
    let size = store::ledger::signed_alone(tx.conn)?.map_or(0, |(size, _)| size);
    let hash = tx.keys.receipt_hash(code);
    let rating = store::ledger::place_of_response(tx.conn, &hash)?;
    let opinion = serial.map_or(Ok(None), |serial| store::ledger::place_of_item(tx.conn, serial))?;
    let signed = |index: Option<u64>| index.filter(|index| *index < size);
    Ok((signed(rating), signed(opinion)))
}

fn place(tx: &mut Tx<'_>, index: Option<u64>) -> Result<Option<Place>, Problem> {
    let last = store::ledger::last_checkpoint(tx.conn)?;
    let Some((index, (size, checkpoint))) = index.zip(last).filter(|(index, (size, _))| index < size) else { return Ok(None) };
    let tiles = store::ledger::tiles(tx.conn, tree::tiles_of_proof(size, index))?;
    let proof = tree::proof(size, index, &tiles).ok_or_else(ledger::broken_tiles)?;
    Ok(Some(Place { index, checkpoint, proof }))
}

/// What was found of a receipt whose every part agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Where its leaf stands.
    pub index: u64,
    /// How many leaves were signed when it was given.
    pub then: u64,
    /// How many are signed now.
    pub now: u64,
}

/// Does what a receipt opens stand in the log as it is signed today?
pub fn check(tx: &mut Tx<'_>, receipt: &LedgerReceipt, key: &LedgerKey) -> Result<Result<Found, Flaw>, Problem> {
    let last = store::ledger::last_checkpoint(tx.conn)?;
    let signed = |note: &str| key.open(note).and_then(|text| Checkpoint::from_bytes(&text).ok()).ok_or(Flaw::Unsigned);
    let proven = || {
        receipt.opens(key.origin())?;
        let (Some(index), Some(note)) = (receipt.index, &receipt.checkpoint) else { return Err(Flaw::Waiting) };
        let then = signed(note)?;
        receipt.leads_to(then.size(), *then.hash())?;
        let now = signed(last.as_ref().map(|(_, note)| note.as_str()).ok_or(Flaw::Waiting)?)?;
        if then.size() > now.size() { Err(Flaw::Forked) } else { Ok((*then.hash(), Found { index, then: then.size(), now: now.size() })) }
    };
    match proven() {
        Err(flaw) => Ok(Err(flaw)),
        // The tree of then is the beginning of the tree of now.
        Ok((root, found)) => Ok(if ledger::root(tx, found.then)? == root { Ok(found) } else { Err(Flaw::Forked) }),
    }
}
