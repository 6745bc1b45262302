//! Where a log is read from: a site, or a folder with the same paths. Knows no
//! log.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use super::{Checked, Wrong, wrong};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The largest thing that is read: a bundle of 256 leaves of 64 KB.
const LARGEST: u64 = 17_000_000;

/// A site or a folder.
#[derive(Debug)]
pub enum Source {
    /// An address, as `https://hoidap.example.vn`.
    Site {
        /// Without a slash at its end.
        address: String,
        /// What asks.
        agent: Agent,
        /// Where everything that is read is kept, as a bundle.
        bundle: Option<PathBuf>,
    },
    /// A bundle.
    Folder(PathBuf),
}

impl Source {
    /// An address begins with `http://` or `https://`; all else is a folder.
    /// What is read from a site can be kept as a bundle in a folder.
    pub fn new(named: &str, bundle: Option<PathBuf>) -> Self {
        if named.starts_with("http://") || named.starts_with("https://") {
            let address = named.trim_end_matches('/').trim_end_matches("/so-cong-khai").to_owned();
            Self::Site { address, agent: agent(TlsConfig::default()), bundle }
        } else {
            Self::Folder(PathBuf::from(named))
        }
    }

    /// The same, trusting the authorities of these certificates (PEM) and no others.
    ///
    /// # Errors
    /// When they can't be read, or there is none.
    pub fn trusting(self, pem: &[u8]) -> Result<Self, Wrong> {
        let Self::Site { address, bundle, .. } = self else { return Ok(self) };
        let mut certificates = Vec::new();
        for item in parse_pem(pem) {
            if let PemItem::Certificate(certificate) = item.map_err(|e| Wrong::unread(format!("the certificates can't be read: {e}")))? {
                certificates.push(certificate);
            }
        }
        if certificates.is_empty() {
            return Err(Wrong::unread("there is no certificate in the file"));
        }
        let agent = agent(TlsConfig::builder().root_certs(RootCerts::new_with_certs(&certificates)).build());
        Ok(Self::Site { address, agent, bundle })
    }

    /// May it change while it is read?
    pub(super) fn is_live(&self) -> bool {
        matches!(self, Self::Site { .. })
    }

    /// Forgets the pages that were kept: they are read again, and an earlier one would be nobody's to check.
    pub(super) fn forget_pages(&self) -> Checked<()> {
        let Self::Site { bundle: Some(folder), .. } = self else { return Ok(()) };
        match std::fs::remove_dir_all(folder.join("api")) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Wrong::unread(format!("{}: {e}", folder.display()))),
            _ => Ok(()),
        }
    }

    /// Is all that is read kept as a bundle?
    pub(super) fn is_kept(&self) -> bool {
        matches!(self, Self::Site { bundle: Some(_), .. })
    }

    /// A file below `/so-cong-khai/`, which must be there.
    pub(super) fn bytes(&self, path: &str) -> Checked<Vec<u8>> {
        self.at(&format!("so-cong-khai/{path}"))?.ok_or_else(|| Wrong::new(format!("{path} is missing")))
    }

    /// A text that must be there.
    pub(super) fn text(&self, path: &str) -> Checked<String> {
        String::from_utf8(self.bytes(path)?).map_err(|_| Wrong::new(format!("{path} is no text")))
    }

    /// What stands at a path of the site. In a bundle the same path below its folder.
    pub(super) fn at(&self, path: &str) -> Checked<Option<Vec<u8>>> {
        // Parts of it come from the site: it must not lead out of the folder.
        let is_name =
            |part: &str| !part.is_empty() && part != "." && part != ".." && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._=@+-?&".contains(&b));
        if !path.split('/').all(is_name) {
            return wrong(format!("{path:?} is no path of a log"));
        }
        match self {
            Self::Folder(folder) if !folder.is_dir() => Err(Wrong::unread(format!("there is no folder {}", folder.display()))),
            Self::Folder(folder) => {
                let path = folder.join(file_name(path));
                match std::fs::read(&path) {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory | std::io::ErrorKind::IsADirectory) => {
                        Ok(None)
                    }
                    Err(e) => Err(Wrong::unread(format!("{}: {e}", path.display()))),
                }
            }
            Self::Site { address, agent, bundle } => {
                let said = |e: ureq::Error| Wrong::unread(format!("{address}/{path}: {e}"));
                let mut answer = agent.get(format!("{address}/{path}")).call().map_err(said)?;
                match answer.status().as_u16() {
                    200 => {
                        let bytes = answer.body_mut().with_config().limit(LARGEST).read_to_vec().map_err(said)?;
                        bundle.as_ref().map_or(Ok(()), |folder| keep(&folder.join(file_name(path)), &bytes))?;
                        Ok(Some(bytes))
                    }
                    404 => Ok(None),
                    status => Err(Wrong::unread(format!("{address}/{path}: status {status}"))),
                }
            }
        }
    }
}

fn agent(tls: TlsConfig) -> Agent {
    Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).max_redirects(0).tls_config(tls).build().into()
}

/// The name of a path in a bundle; what is asked for becomes a part of it.
fn file_name(path: &str) -> String {
    path.replace('?', ".d/").replace('&', "+")
}

fn keep(path: &Path, bytes: &[u8]) -> Checked<()> {
    let kept = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, bytes));
    kept.map_err(|e| Wrong::unread(format!("{}: {e}", path.display())))
}
