//! Where the bytes of files lie: a folder, or a bucket that speaks S3. What is
//! stored here is encrypted already; names are random and say nothing.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use ureq::Agent;
use uuid::Uuid;

use crate::domain::error::Problem;

/// How long a bucket may take for one file.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a signed request stays good.
const SIGNED: Duration = Duration::from_secs(300);
/// The most bytes that are read of one file: more than any limit stores.
const LONGEST: u64 = 500_000_000;

/// A file store.
#[derive(Debug)]
pub enum Files {
    /// A folder on this machine.
    Folder(PathBuf),
    /// A bucket.
    Bucket(Box<Remote>),
}

/// A bucket with what is needed to ask it.
pub struct Remote {
    bucket: Bucket,
    credentials: Credentials,
    agent: Agent,
}

/// Without its key and secret.
impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote").field("bucket", &self.bucket.name()).finish_non_exhaustive()
    }
}

impl Files {
    /// A folder; made when something is put there.
    pub fn folder(dir: impl Into<PathBuf>) -> Self {
        Self::Folder(dir.into())
    }

    /// A bucket at an address as `https://s3.example.vn/bucket`. None when that names no bucket.
    pub fn bucket(address: &str, region: &str, key: &str, secret: &str) -> Option<Self> {
        let (endpoint, name) = address.trim_end_matches('/').rsplit_once('/')?;
        let is_endpoint = endpoint.starts_with("https://") || endpoint.starts_with("http://");
        if !is_endpoint || name.is_empty() {
            return None;
        }
        let bucket = Bucket::new(endpoint.parse().ok()?, UrlStyle::Path, name.to_owned(), region.to_owned()).ok()?;
        let agent = Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).max_redirects(0).build().into();
        Some(Self::Bucket(Box::new(Remote { bucket, credentials: Credentials::new(key, secret), agent })))
    }

    /// Stores bytes under a name that nothing has; when it returns they are kept.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when they can't be stored.
    pub fn put(&self, object: Uuid, bytes: &[u8]) -> Result<(), Problem> {
        match self {
            Self::Folder(dir) => put_in_folder(dir, object, bytes).map_err(|e| unavailable("can't store a file", &e)),
            Self::Bucket(remote) => {
                let name = object.to_string();
                let address = remote.bucket.put_object(Some(&remote.credentials), &name).sign(SIGNED);
                match remote.agent.put(address.as_str()).send(bytes).map(|answer| answer.status().as_u16()) {
                    Ok(200..=299) => Ok(()),
                    Ok(status) => Err(refused(status)),
                    Err(e) => Err(unavailable("can't store a file", &e)),
                }
            }
        }
    }

    /// The bytes of a name; none when there are none.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when nobody can say.
    pub fn get(&self, object: Uuid) -> Result<Option<Vec<u8>>, Problem> {
        match self {
            Self::Folder(dir) => match std::fs::read(place(dir, object)) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(e) => Err(unavailable("can't read a file", &e)),
            },
            Self::Bucket(remote) => {
                let name = object.to_string();
                let address = remote.bucket.get_object(Some(&remote.credentials), &name).sign(SIGNED);
                let mut answer = remote.agent.get(address.as_str()).call().map_err(|e| unavailable("can't read a file", &e))?;
                match answer.status().as_u16() {
                    200 => {
                        let bytes = answer.body_mut().with_config().limit(LONGEST).read_to_vec();
                        Ok(Some(bytes.map_err(|e| unavailable("can't read a file", &e))?))
                    }
                    404 => Ok(None),
                    status => Err(refused(status)),
                }
            }
        }
    }

    /// Are there bytes of this name?
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when nobody can say.
    pub fn has(&self, object: Uuid) -> Result<bool, Problem> {
        match self {
            Self::Folder(dir) => place(dir, object).try_exists().map_err(|e| unavailable("can't look for a file", &e)),
            Self::Bucket(remote) => {
                let name = object.to_string();
                let address = remote.bucket.head_object(Some(&remote.credentials), &name).sign(SIGNED);
                match remote.agent.head(address.as_str()).call().map(|answer| answer.status().as_u16()) {
                    Ok(200) => Ok(true),
                    Ok(404) => Ok(false),
                    Ok(status) => Err(refused(status)),
                    Err(e) => Err(unavailable("can't look for a file", &e)),
                }
            }
        }
    }

    /// Deletes the bytes of a name; those that are gone already are fine.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when they may still be there.
    pub fn delete(&self, object: Uuid) -> Result<(), Problem> {
        match self {
            Self::Folder(dir) => match std::fs::remove_file(place(dir, object)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(unavailable("can't delete a file", &e)),
                _ => Ok(()),
            },
            Self::Bucket(remote) => {
                let name = object.to_string();
                let address = remote.bucket.delete_object(Some(&remote.credentials), &name).sign(SIGNED);
                match remote.agent.delete(address.as_str()).call().map(|answer| answer.status().as_u16()) {
                    Ok(200..=299 | 404) => Ok(()),
                    Ok(status) => Err(refused(status)),
                    Err(e) => Err(unavailable("can't delete a file", &e)),
                }
            }
        }
    }
}

/// Two letters a folder, so that none holds too much.
fn place(dir: &Path, object: Uuid) -> PathBuf {
    let name = object.simple().to_string();
    dir.join(name.get(..2).unwrap_or_default()).join(name)
}

/// Written beside its place, synced and then moved there: whoever finds it finds it whole.
fn put_in_folder(dir: &Path, object: Uuid, bytes: &[u8]) -> std::io::Result<()> {
    let place = place(dir, object);
    let folder = place.parent().unwrap_or(dir);
    std::fs::create_dir_all(folder)?;
    let beside = place.with_extension("part");
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, &place)?;
    std::fs::File::open(folder)?.sync_all()
}

/// The address of a request is signed, so it is never repeated.
fn unavailable(what: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem::Unavailable(format!("{what}: {error}"))
}

fn refused(status: u16) -> Problem {
    Problem::Unavailable(format!("the bucket answered {status}"))
}
