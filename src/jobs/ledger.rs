//! The sequencer: gives leaves their places and signs the tree. What it signed
//! last stands in a file outside the database, synced before anybody sees it,
//! so that a database that was set back can't make it sign another tree of the
//! same size (LEDGER.md, "One tree for ever").

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde_json::json;
use tlog_tiles::checkpoint::Checkpoint;

use crate::actions::{Service, Tx, ledger};
use crate::domain::error::Problem;
use crate::keys::LedgerKey;
use crate::store;

/// Who signs the log of a deployment.
#[derive(Debug)]
pub struct Sequencer {
    key: LedgerKey,
    state: PathBuf,
}

impl Sequencer {
    /// With its key and the file that keeps what it signed last.
    pub fn new(key: LedgerKey, state: PathBuf) -> Self {
        Self { key, state }
    }

    /// Gives everything that waits its place, then signs. Returns how many leaves were written.
    ///
    /// # Errors
    /// What the database says; and why the tree is not signed, when it is not the one that was signed before.
    pub fn run(&self, service: &Service) -> Result<usize, Problem> {
        let written = ledger::catch_up(service)?;
        service.write_ledger(|tx| self.sign(tx))?;
        Ok(written)
    }

    /// Is the log the one that was signed before?
    ///
    /// # Errors
    /// Why it would not be signed.
    pub fn check(&self, service: &Service) -> Result<(), Problem> {
        // The file first: a server that is at work may sign more meanwhile, and is then not taken for one that was set back.
        let kept = self.kept()?;
        service.read(|tx| self.agrees(tx, &kept).map(drop))
    }

    /// Forgets a log that another key signed, so that this key begins a new one: for
    /// a deployment that lost its database or its key, and has told so to everybody
    /// who kept a checkpoint.
    ///
    /// # Errors
    /// When the log is this key's, or the file of what was signed last is there.
    pub fn begin_anew(&self, service: &Service) -> Result<(), Problem> {
        let stays = |why: String| Problem::Internal(format!("the log stays: {why}"));
        if self.state.exists() {
            return Err(stays(format!("{} is there; name a file that is not there in HOIDAP_LEDGER_STATE", self.state.display())));
        }
        service.write_ledger(|tx| {
            match store::ledger::signed_alone(tx.conn)? {
                None => return Err(stays("it was never signed".to_owned())),
                Some((_, note)) if self.key.open(&note).is_some() => {
                    return Err(stays("this key signed it; a new log needs a new HOIDAP_LEDGER_KEY".to_owned()));
                }
                Some(_) => {}
            }
            store::ledger::forget(tx.conn)?;
            tx.audit(None, "ledger.begin_anew", self.key.verifier(), json!({}))
        })
    }

    fn sign(&self, tx: &mut Tx<'_>) -> Result<(), Problem> {
        let (size, published) = self.agrees(tx, &self.kept()?)?;
        if published == Some(size) || size == 0 {
            return Ok(());
        }
        let root = ledger::root(tx, size)?;
        let text = Checkpoint::new(self.key.origin(), size, root, "").map_err(|e| Problem::Internal(e.to_string()))?.to_bytes();
        let note = self.key.sign(&text).ok_or_else(|| Problem::Internal("the checkpoint could not be signed".to_owned()))?;
        keep(&self.state, &note).map_err(|e| Problem::Unavailable(format!("HOIDAP_LEDGER_STATE can't be written: {e}")))?;
        store::ledger::put_checkpoint(tx.conn, size, tx.today, &note)?;
        Ok(())
    }

    /// How many leaves there are, and how many were signed last, once they are the beginning of what was signed before.
    fn agrees(&self, tx: &mut Tx<'_>, kept: &Option<Checkpoint>) -> Result<(u64, Option<u64>), Problem> {
        let size = store::ledger::size(tx.conn)?;
        let published = store::ledger::signed_alone(tx.conn)?;
        let signed = self.read(published.as_ref().map(|(_, note)| note.as_str()))?;
        match (kept, &published) {
            (None, Some(_)) => {
                return Err(refuse(&format!(
                    "the file of HOIDAP_LEDGER_STATE ({}) is gone, though this log was signed before; bring it back",
                    self.state.display()
                )));
            }
            (Some(kept), _) if kept.size() > size => {
                return Err(refuse(&format!(
                    "the database has {size} leaves and {} were signed: it is older than the log. Bring back the newer one",
                    kept.size()
                )));
            }
            _ => {}
        }
        for (before, whose) in [(kept, "HOIDAP_LEDGER_STATE"), (&signed, "the database")] {
            if let Some(before) = before
                && ledger::root(tx, before.size())? != *before.hash()
            {
                return Err(refuse(&format!("the first {} leaves are not those that {whose} says were signed: something was changed", before.size())));
            }
        }
        Ok((size, published.map(|(published, _)| published)))
    }

    /// What was signed last, as the file keeps it.
    fn kept(&self) -> Result<Option<Checkpoint>, Problem> {
        match fs::read_to_string(&self.state) {
            // Whoever brings it back by hand may have other ends of lines.
            Ok(note) if note.trim().is_empty() => Err(refuse(&format!("the file of HOIDAP_LEDGER_STATE ({}) is empty; bring it back", self.state.display()))),
            Ok(note) => self.read(Some(&format!("{}\n", note.replace("\r\n", "\n").trim_end()))),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(refuse(&format!("the file of HOIDAP_LEDGER_STATE can't be read: {e}"))),
        }
    }

    fn read(&self, note: Option<&str>) -> Result<Option<Checkpoint>, Problem> {
        let Some(note) = note else { return Ok(None) };
        let text = self.key.open(note).ok_or_else(|| {
            refuse("what was signed last was signed by another key or for another address; bring that key back (`hoidap new-ledger` begins another log)")
        })?;
        Checkpoint::from_bytes(&text).map(Some).map_err(|e| refuse(&e.to_string()))
    }
}

fn refuse(why: &str) -> Problem {
    Problem::Internal(format!("the ledger is not signed: {why}"))
}

/// Writes a file whole: after a crash it is the old or the new one.
fn keep(path: &Path, content: &str) -> std::io::Result<()> {
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    // The name is in the folder.
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}
