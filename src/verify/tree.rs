//! Signature and tree: that the leaves that are read are those that were
//! signed, in their order, and that the tiles that others read are true.
//! Knows no leaf's meaning.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use signed_note::{Note, StandardVerifier, Verifier, VerifierList, key_id};
use tlog_tiles::checkpoint::Checkpoint;
use tlog_tiles::tlog::{EMPTY_HASH, HASH_SIZE, Hash, node_hash, record_hash};

use super::{Checked, Source, Wrong, wrong};

/// The leaves of a bundle and the hashes of a tile.
const WIDTH: u64 = 256;

/// The key of a log.
pub(super) struct Key(StandardVerifier);

/// What was signed.
pub(super) struct Head {
    pub(super) origin: String,
    pub(super) size: u64,
    pub(super) root: Hash,
    pub(super) note: String,
}

impl Key {
    /// The key that stands beside the log.
    pub(super) fn read(source: &Source) -> Checked<Self> {
        let path = ".well-known/hoidap-ledger-key";
        let key = source.at(path)?.ok_or_else(|| Wrong::new(format!("{path} is missing")))?;
        let key = String::from_utf8_lossy(&key);
        StandardVerifier::new(key.trim()).map(Self).map_err(|e| Wrong::new(format!("{path}: {e}")))
    }

    /// The log that it signs.
    pub(super) fn name(&self) -> &str {
        self.0.name()
    }

    /// What a signed note says.
    pub(super) fn checkpoint(&self, text: &str) -> Checked<Head> {
        let note = Note::from_bytes(text.as_bytes()).map_err(|e| Wrong::new(format!("a checkpoint is no signed note: {e}")))?;
        let signed = note.verify(&VerifierList::new(vec![Box::new(self.0.clone())]));
        signed.map_err(|e| Wrong::new(format!("a checkpoint is not signed by the key {}: {e}", self.0.name())))?;
        let said = Checkpoint::from_bytes(note.text()).map_err(|e| Wrong::new(format!("a checkpoint can't be read: {e}")))?;
        if said.origin() != self.0.name() {
            return wrong(format!("a checkpoint is of {}, the key of {}", said.origin(), self.0.name()));
        }
        Ok(Head { origin: said.origin().to_owned(), size: said.size(), root: *said.hash(), note: text.to_owned() })
    }
}

/// A witness's key (C2SP tlog-cosignature): `name+id+base64 of 4 and the key`.
#[derive(Clone)]
pub(super) struct Witness {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl Witness {
    pub(super) fn read(text: &str) -> Checked<Self> {
        let none = || Wrong::new(format!("{text:?} is no key of a witness"));
        let (name, rest) = text.trim().split_once('+').ok_or_else(none)?;
        let (id, encoded) = rest.split_once('+').ok_or_else(none)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| none())?;
        let key = bytes.strip_prefix(&[4]).and_then(|key| VerifyingKey::from_bytes(key.try_into().ok()?).ok()).ok_or_else(none)?;
        let id = u32::from_str_radix(id, 16).ok().filter(|id| *id == key_id(name, &bytes)).ok_or_else(none)?;
        Ok(Self { name: name.to_owned(), id, key })
    }

    /// Its id, as in its key.
    pub(super) fn id(&self) -> String {
        format!("{:08x}", self.id)
    }

    /// When it signed a checkpoint, in seconds since 1970.
    pub(super) fn signed(&self, text: &str) -> Checked<u64> {
        let note = Note::from_bytes(text.as_bytes()).map_err(|e| Wrong::new(format!("a checkpoint is no signed note: {e}")))?;
        let none = || Wrong::new(format!("the witness {} has not signed it", self.name));
        let (signed, _) = note.verify(&VerifierList::new(vec![Box::new(self.clone())])).map_err(|_| none())?;
        let signature = signed.first().ok_or_else(none)?;
        signature.signature().first_chunk().map(|time| u64::from_be_bytes(*time)).ok_or_else(none)
    }
}

impl Verifier for Witness {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let Some((time, signature)) = signature.split_first_chunk::<8>() else { return false };
        let said = [format!("cosignature/v1\ntime {}\n", u64::from_be_bytes(*time)).as_bytes(), text].concat();
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(&said, &signature).is_ok())
    }
}

/// The subtrees whose leaves are read, largest first: all that a root needs.
#[derive(Default)]
struct Peaks(Vec<(u32, Hash)>);

impl Peaks {
    fn add(&mut self, leaf: Hash) {
        let mut new = (0, leaf);
        while let Some((height, left)) = self.0.last().copied().filter(|(height, _)| *height == new.0) {
            self.0.pop();
            new = (height + 1, node_hash(left, new.1));
        }
        self.0.push(new);
    }

    fn root(&self) -> Hash {
        self.0.iter().rev().map(|(_, hash)| *hash).reduce(|right, left| node_hash(left, right)).unwrap_or(EMPTY_HASH)
    }
}

/// A level of tiles as the leaves make it, compared with what is served.
#[derive(Default)]
struct Level {
    n: u64,
    hashes: Vec<u8>,
}

/// A tree as far as its leaves were read.
#[derive(Default)]
pub(super) struct Tree {
    peaks: Peaks,
    levels: Vec<Level>,
    size: u64,
}

impl Tree {
    /// Reads every leaf from where it stands up to a head, in order; then
    /// compares root and tiles, and the roots of what was signed earlier.
    pub(super) fn read(&mut self, source: &Source, head: &Head, earlier: &[Head], mut leaf: impl FnMut(u64, &str) -> Checked<()>) -> Checked<()> {
        if self.size > head.size || earlier.iter().any(|earlier| earlier.size > head.size) {
            return wrong(format!("the log has {} leaves; an earlier checkpoint has more", head.size));
        }
        while self.size < head.size {
            let first = self.size - self.size % WIDTH;
            let width = WIDTH.min(head.size - first);
            let path = tile_path("entries", first / WIDTH, width);
            let bundle = source.bytes(&path)?;
            let mut rest = bundle.as_slice();
            for index in first..first + width {
                let (entry, after) = entry(rest).ok_or_else(|| Wrong::new(format!("{path} is cut off")))?;
                rest = after;
                if index < self.size {
                    continue;
                }
                self.same_as_at(earlier)?;
                let hash = record_hash(entry);
                self.peaks.add(hash);
                add(source, &mut self.levels, 0, hash)?;
                let text = std::str::from_utf8(entry).map_err(|_| Wrong::new(format!("leaf {index} is no text")))?;
                leaf(index, text)?;
                self.size += 1;
            }
            if !rest.is_empty() {
                return wrong(format!("{path} is longer than its leaves"));
            }
        }
        self.same_as_at(earlier)?;
        self.same_as_at(std::slice::from_ref(head))?;
        for (level, tile) in self.levels.iter().enumerate().filter(|(_, tile)| !tile.hashes.is_empty()) {
            compare(source, level, tile)?;
        }
        Ok(())
    }

    /// Is it, at this size, what heads of this size say?
    fn same_as_at(&self, heads: &[Head]) -> Checked<()> {
        match heads.iter().find(|head| head.size == self.size && head.root != self.peaks.root()) {
            None => Ok(()),
            Some(head) => wrong(format!("the first {} leaves are not those of the checkpoint of that size", head.size)),
        }
    }
}

fn entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// Adds a hash to a level; a tile that is full is compared and becomes a hash of the next.
fn add(source: &Source, levels: &mut Vec<Level>, at: usize, hash: Hash) -> Checked<()> {
    if levels.len() <= at {
        levels.push(Level::default());
    }
    let Some(level) = levels.get_mut(at) else { return Ok(()) };
    level.hashes.extend(hash.0);
    if level.hashes.len() < 256 * HASH_SIZE {
        return Ok(());
    }
    compare(source, at, level)?;
    let mut row: Vec<Hash> = level.hashes.chunks_exact(HASH_SIZE).filter_map(|bytes| Some(Hash(bytes.try_into().ok()?))).collect();
    while row.len() > 1 {
        row = row.chunks_exact(2).filter_map(|pair| Some(node_hash(*pair.first()?, *pair.last()?))).collect();
    }
    level.n += 1;
    level.hashes.clear();
    match row.first() {
        Some(hash) => add(source, levels, at + 1, *hash),
        None => Ok(()),
    }
}

fn compare(source: &Source, level: usize, tile: &Level) -> Checked<()> {
    let path = tile_path(&level.to_string(), tile.n, (tile.hashes.len() / HASH_SIZE) as u64);
    if source.bytes(&path)? == tile.hashes { Ok(()) } else { wrong(format!("{path} does not hold the hashes of its leaves")) }
}

/// `tile/<level>/<n>[.p/<width>]`, `n` in groups of three digits.
fn tile_path(level: &str, n: u64, width: u64) -> String {
    let mut path = format!("{:03}", n % 1_000);
    let mut rest = n / 1_000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1_000);
        rest /= 1_000;
    }
    let partial = if width < WIDTH { format!(".p/{width}") } else { String::new() };
    format!("tile/{level}/{path}{partial}")
}
