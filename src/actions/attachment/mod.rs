//! Files beside an opinion: taken in, kept, opened, dropped. Their bytes never
//! lie in a transaction. A random name is written down first, then the bytes go
//! to the file store, then a transaction says what they belong to. Whatever stops
//! half way leaves a name that [`sweep`] frees with its bytes.

mod picture;

use std::sync::Mutex;

use serde_json::json;
use uuid::Uuid;

use super::feedback::{allowed, take_in_hand};
use super::{Service, Tx};
use crate::domain::access::{Act, Officer};
use crate::domain::attachment::{Content, Format, Limits, claims_to_fit, is_whole_pdf};
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::feedback::State;
use crate::domain::time::Day;
use crate::domain::words::Serial;
use crate::store;
use crate::store::attachment::{Attachment, New};
use crate::store::files::Files;

/// A name whose bytes nobody asked for is freed after so many seconds.
const UNCLAIMED: i64 = 3_600;
/// What was sent along with a form that was never finished goes after so many seconds.
const UNSENT: i64 = 24 * 3_600;
/// Where the faults of files stand in a form.
pub const POINTER: &str = "/files";

/// Where files are kept, and how many of what size.
#[derive(Debug)]
pub struct Depot {
    files: Files,
    limits: Limits,
    /// Pictures are unpacked one at a time: each may take much memory.
    unpacking: Mutex<()>,
}

impl Depot {
    /// A file store with its limits.
    pub fn new(files: Files, limits: Limits) -> Self {
        Self { files, limits, unpacking: Mutex::new(()) }
    }

    /// How many of what size.
    pub fn limits(&self) -> Limits {
        self.limits
    }
}

/// A file as it came in.
#[derive(Debug, Clone, Default)]
pub struct Upload {
    /// The type that the browser told.
    pub declared: String,
    /// The name that it had. Looked at once, never kept.
    pub name: String,
    /// Its bytes, as far as they were read.
    pub bytes: Vec<u8>,
    /// There was more than the limit.
    pub too_large: bool,
}

/// Files whose bytes are stored and that belong to nothing yet.
#[derive(Debug, Default)]
pub struct Stored(Vec<New>);

/// Checks files and stores their bytes, outside any transaction.
///
/// # Errors
/// [`Problem::Invalid`] at [`POINTER`] with a code each: `too_many_files`, `file_too_large`, `file_type`,
/// `file_disguised`, `file_bomb`, `file_unreadable`; their `n` says which file. Nothing is kept then.
pub fn store(service: &Service, uploads: Vec<Upload>) -> Result<Stored, Problem> {
    if uploads.is_empty() {
        return Ok(Stored::default());
    }
    let depot = depot(service)?;
    if uploads.len() > depot.limits.files {
        return Err(Problem::Invalid(vec![Fault::new(POINTER, "too_many_files").with("max", depot.limits.files)]));
    }
    let (mut clean, mut faults) = (Vec::new(), Vec::new());
    for (n, upload) in uploads.into_iter().enumerate() {
        match check(depot, &upload) {
            Ok(file) => clean.push(file),
            Err(code) => faults.push(Fault::new(POINTER, code).with("n", n + 1).with("max", depot.limits.megabytes())),
        }
    }
    if !faults.is_empty() {
        return Err(Problem::Invalid(faults));
    }
    let named: Vec<(Uuid, Format, Vec<u8>)> = clean.into_iter().map(|(format, bytes)| (Uuid::new_v4(), format, bytes)).collect();
    service.write(|tx| {
        let free_from = tx.now.plus_seconds(UNCLAIMED);
        named.iter().try_for_each(|(object, _, _)| Ok(store::attachment::reserve(tx.conn, *object, free_from)?))
    })?;
    let mut stored = Vec::new();
    for (object, format, bytes) in named {
        let sealed = service.keys().seal_file(object, &bytes).ok_or_else(|| Problem::Internal("a file could not be encrypted".to_owned()))?;
        depot.files.put(object, &sealed)?;
        stored.push(New { object, format, bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX) });
    }
    Ok(Stored(stored))
}

fn depot(service: &Service) -> Result<&Depot, Problem> {
    service.depot().ok_or(Problem::Refused(Code::NotFound))
}

/// What is kept of a file, or why it is not taken.
fn check(depot: &Depot, upload: &Upload) -> Result<(Format, Vec<u8>), &'static str> {
    if upload.too_large || upload.bytes.len() > depot.limits.bytes {
        return Err("file_too_large");
    }
    match Content::of(&upload.bytes) {
        None if claims_to_fit(&upload.declared, &upload.name) => Err("file_disguised"),
        None => Err("file_type"),
        Some(Content::Pdf) if is_whole_pdf(&upload.bytes) => Ok((Format::Pdf, upload.bytes.clone())),
        Some(content) => {
            // A panic while another picture was unpacked says nothing about this one.
            let _alone = depot.unpacking.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            picture::anew(content, &upload.bytes)
        }
    }
}

/// Keeps files for a submission that is not sent yet, in the place of those that were kept for it before. What is
/// sent already takes no more this way.
///
/// # Errors
/// As [`store`].
pub fn stage(service: &Service, submission: Uuid, uploads: Vec<Upload>) -> Result<(), Problem> {
    if uploads.is_empty() {
        return Ok(());
    }
    let stored = store(service, uploads)?;
    service.write(|tx| {
        let hash = hash_of(tx, submission);
        if store::feedback::by_receipt(tx.conn, &hash)?.is_some() {
            return Ok(());
        }
        store::attachment::drop_all(tx.conn, &hash, tx.now)?;
        Ok(store::attachment::add(tx.conn, &hash, None, None, &stored.0, tx.now)?)
    })
}

/// What is kept for a submission that is not sent yet.
pub fn staged(tx: &mut Tx<'_>, submission: Uuid) -> Result<Vec<Attachment>, Problem> {
    let hash = hash_of(tx, submission);
    match store::feedback::by_receipt(tx.conn, &hash)? {
        Some(_) => Ok(Vec::new()),
        None => Ok(store::attachment::by_receipt(tx.conn, &hash)?),
    }
}

fn hash_of(tx: &Tx<'_>, submission: Uuid) -> String {
    tx.keys.receipt_hash(&tx.keys.receipt(submission))
}

/// The sender's files join an item, in the transaction of the words that came with them.
pub fn join(tx: &mut Tx<'_>, serial: Serial, stored: &Stored) -> Result<(), Problem> {
    let hash = receipt_of(tx, serial)?;
    Ok(store::attachment::add(tx.conn, &hash, Some(serial), None, &stored.0, tx.now)?)
}

/// An officer's files join an item: for whoever reads it at the desk, and nobody else.
///
/// # Errors
/// What the officer may not read takes nothing from them; [`Problem::Invalid`] without a file.
pub fn lay_beside(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, stored: &Stored) -> Result<(), Problem> {
    if stored.0.is_empty() {
        return Err(Problem::Invalid(vec![Fault::new(POINTER, "file_missing")]));
    }
    let hand = take_in_hand(tx, serial)?;
    allowed(tx, officer, Act::Read, &hand)?;
    let hash = receipt_of(tx, serial)?;
    store::attachment::add(tx.conn, &hash, Some(serial), Some(officer.id), &stored.0, tx.now)?;
    tx.audit(Some(officer), "feedback.file", serial, json!({"files": stored.0.len()}))
}

/// The files of an item, oldest first.
pub fn of(tx: &mut Tx<'_>, serial: Serial) -> Result<Vec<Attachment>, Problem> {
    let hash = receipt_of(tx, serial)?;
    Ok(store::attachment::by_receipt(tx.conn, &hash)?)
}

/// The files that the sender of an item sent: what officers laid beside it is not theirs.
pub fn of_sender(tx: &mut Tx<'_>, serial: Serial) -> Result<Vec<Attachment>, Problem> {
    Ok(of(tx, serial)?.into_iter().filter(|file| file.officer.is_none()).collect())
}

fn receipt_of(tx: &mut Tx<'_>, serial: Serial) -> Result<String, Problem> {
    Ok(store::feedback::receipt_hash(tx.conn, serial)?.ok_or(Code::NotFound)?)
}

/// Reads the bytes of a file.
///
/// # Errors
/// [`Code::NotFound`] when they are gone or are not what was stored; [`Problem::Unavailable`] when the file store can't be reached.
pub fn open(service: &Service, file: &Attachment) -> Result<Vec<u8>, Problem> {
    let sealed = depot(service)?.files.get(file.object)?;
    let opened = sealed.and_then(|sealed| service.keys().open_file(file.object, &sealed));
    opened.ok_or_else(|| {
        tracing::error!(object = %file.object, "a file is missing from the file store, or is not what was stored");
        Code::NotFound.into()
    })
}

/// Drops all files of an item; their bytes follow with the next [`sweep`].
pub(super) fn erase(tx: &mut Tx<'_>, serial: Serial) -> Result<(), Problem> {
    let hash = receipt_of(tx, serial)?;
    Ok(store::attachment::drop_all(tx.conn, &hash, tx.now)?)
}

/// Drops the files of items that were done before a day. Those of a sealed one are its receiver's matter and stay.
pub(super) fn forget(tx: &mut Tx<'_>, before: Day, limit: i64) -> Result<usize, Problem> {
    let mut forgotten = 0;
    for serial in store::attachment::done_before(tx.conn, before, limit)? {
        if take_in_hand(tx, serial)?.item.state != State::Sealed {
            erase(tx, serial)?;
            tx.audit(None, "files.forget", serial, json!({}))?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}

/// Frees what nothing names: the bytes first, then the name. Returns how many names went.
///
/// # Errors
/// When database or file store can't be reached; what was freed until then stays freed.
pub fn sweep(service: &Service, limit: i64) -> Result<usize, Problem> {
    let Some(depot) = service.depot() else { return Ok(0) };
    service.write(|tx| Ok(store::attachment::settle(tx.conn, tx.now.plus_seconds(-UNSENT), tx.now, limit)?))?;
    let free = service.read(|tx| Ok(store::attachment::free(tx.conn, tx.now, limit)?))?;
    for object in &free {
        depot.files.delete(*object)?;
        service.write(|tx| Ok(store::attachment::forget(tx.conn, *object)?))?;
    }
    Ok(free.len())
}

/// Is there a file whose bytes are missing? Names the first: for `recount`.
///
/// # Errors
/// When database or file store can't be reached.
pub fn missing(service: &Service) -> Result<Option<String>, Problem> {
    let Some(depot) = service.depot() else { return Ok(None) };
    let mut last = 0;
    loop {
        let files = service.read(|tx| Ok(store::attachment::after(tx.conn, last, 500)?))?;
        let Some(end) = files.last() else { return Ok(None) };
        last = end.id;
        for file in &files {
            if !depot.files.has(file.object)? {
                let of = file.serial.map_or_else(|| "an opinion that is not sent yet".to_owned(), |serial| serial.to_string());
                return Ok(Some(format!("file {} of {of}: its bytes ({}) are missing from the file store", file.id, file.object)));
            }
        }
    }
}
