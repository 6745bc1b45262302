//! Every setting, with what it is, its default and an example. Read from the
//! environment (`HOIDAP_…`, `DATABASE_URL`) here and nowhere else; what is
//! unsafe is refused in production, with the reason.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use figment::Figment;
use figment::providers::{Env, Serialized};
use serde::{Deserialize, Serialize};

use crate::domain::attachment::Limits;
use crate::domain::words::Role;
use crate::keys::{LedgerKey, WitnessKey};

/// What a setting is: for `.env.example` and `docs/operate.md`, which a test compares with this list.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The variable.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// The default, as it would be written.
    pub default: &'static str,
    /// An example for production.
    pub example: &'static str,
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "DATABASE_URL",
        about: "Where everything is kept: postgres://… or sqlite:FILE.",
        default: "sqlite:hoidap.sqlite",
        example: "postgres://hoidap:CHANGE-ME@db/hoidap",
    },
    Setting { name: "HOIDAP_ENV", about: "production refuses unsafe settings; development does not.", default: "production", example: "production" },
    Setting { name: "HOIDAP_LISTEN", about: "Address and port to listen on; port 0 takes a free one.", default: "127.0.0.1:8080", example: "0.0.0.0:8080" },
    Setting {
        name: "HOIDAP_PUBLIC_URL",
        about: "The address that people see: in QR codes, mails, cookies.",
        default: "http://127.0.0.1:8080",
        example: "https://hoidap.example.vn",
    },
    Setting {
        name: "HOIDAP_SECRET",
        about: "32 random bytes in base64: receipt codes, contacts, form tokens. Losing it loses contacts and receipts.",
        default: "",
        example: "CHANGE-ME (openssl rand -base64 32)",
    },
    Setting {
        name: "HOIDAP_LEDGER_KEY",
        about: "32 random bytes in base64: signs the public ledger. Another key is another ledger.",
        default: "",
        example: "CHANGE-ME (openssl rand -base64 32)",
    },
    Setting {
        name: "HOIDAP_LEDGER_STATE",
        about: "The file that keeps what was signed last; not where the database is, and never set back.",
        default: "ledger-state",
        example: "/var/lib/hoidap/ledger-state",
    },
    Setting {
        name: "HOIDAP_LEDGER_WITNESSES",
        about: "Who co-signs the public ledger: address and key with a space between; commas between several.",
        default: "",
        example: "",
    },
    Setting { name: "HOIDAP_TSA_URL", about: "A time stamping authority (RFC 3161) for the last checkpoint of each day.", default: "", example: "" },
    Setting { name: "HOIDAP_MAIL", about: "Where mail goes: smtp://…, smtps://… or folder:DIR.", default: "folder:mail", example: "smtp://mail:1025" },
    Setting { name: "HOIDAP_MAIL_FROM", about: "The sender of mails.", default: "hoidap@example.vn", example: "hoidap@example.vn" },
    Setting {
        name: "HOIDAP_FILES",
        about: "Where files beside opinions are kept: folder:DIR, or s3:https://ENDPOINT/BUCKET; empty takes none. Back it up with the database.",
        default: "folder:files",
        example: "folder:/var/lib/hoidap/files",
    },
    Setting { name: "HOIDAP_FILES_REGION", about: "The region of the bucket, where it has one.", default: "us-east-1", example: "us-east-1" },
    Setting { name: "HOIDAP_FILES_KEY", about: "The access key of the bucket.", default: "", example: "" },
    Setting { name: "HOIDAP_FILES_SECRET", about: "The secret of that key; never printed.", default: "", example: "" },
    Setting { name: "HOIDAP_FILES_MAX", about: "The most files with an opinion, and with each addition to it.", default: "5", example: "5" },
    Setting { name: "HOIDAP_FILES_MEGABYTES", about: "The largest file, in megabytes.", default: "10", example: "10" },
    Setting { name: "HOIDAP_CONNECTIONS", about: "The most database connections at once.", default: "8", example: "16" },
    Setting { name: "HOIDAP_WORKERS", about: "Threads that serve requests; 0 takes one a core.", default: "0", example: "0" },
    Setting { name: "HOIDAP_BEHIND_PROXY", about: "Trust the address that the reverse proxy names (X-Forwarded-For).", default: "false", example: "true" },
    Setting {
        name: "HOIDAP_TOTP_ROLES",
        about: "Roles that must sign in with a code of the telephone; commas between several.",
        default: "",
        example: "administrator,receiver",
    },
    Setting { name: "HOIDAP_LOG", about: "What is logged: error, warn, info, debug, or a filter.", default: "info", example: "info" },
    Setting { name: "HOIDAP_LOG_FORMAT", about: "text for people, json for machines.", default: "text", example: "json" },
    Setting { name: "HOIDAP_INSECURE_POSTGRES", about: "Allow a PostgreSQL on another machine without TLS.", default: "false", example: "false" },
];

/// Where the service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Unsafe settings are refused.
    Production,
    /// A developer's machine, a test, the demo.
    Development,
}

/// Where files are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilesAt {
    /// A folder.
    Folder(PathBuf),
    /// The address of a bucket.
    Bucket(String),
}

/// The settings in force.
#[derive(Clone, Serialize, Deserialize)]
pub struct Config {
    /// `DATABASE_URL`.
    pub database_url: String,
    /// `HOIDAP_ENV`.
    pub env: Environment,
    /// `HOIDAP_LISTEN`.
    pub listen: String,
    /// `HOIDAP_PUBLIC_URL`, without a slash at the end.
    pub public_url: String,
    /// `HOIDAP_SECRET`.
    pub secret: Secret,
    /// `HOIDAP_LEDGER_KEY`.
    pub ledger_key: Secret,
    /// `HOIDAP_LEDGER_STATE`.
    pub ledger_state: PathBuf,
    /// `HOIDAP_LEDGER_WITNESSES`.
    pub ledger_witnesses: String,
    /// `HOIDAP_TSA_URL`.
    pub tsa_url: String,
    /// `HOIDAP_MAIL`.
    pub mail: String,
    /// `HOIDAP_MAIL_FROM`.
    pub mail_from: String,
    /// `HOIDAP_FILES`.
    pub files: String,
    /// `HOIDAP_FILES_REGION`.
    pub files_region: String,
    /// `HOIDAP_FILES_KEY`.
    pub files_key: String,
    /// `HOIDAP_FILES_SECRET`.
    pub files_secret: Secret,
    /// `HOIDAP_FILES_MAX`.
    pub files_max: usize,
    /// `HOIDAP_FILES_MEGABYTES`.
    pub files_megabytes: usize,
    /// `HOIDAP_CONNECTIONS`.
    pub connections: u32,
    /// `HOIDAP_WORKERS`.
    pub workers: usize,
    /// `HOIDAP_BEHIND_PROXY`.
    pub behind_proxy: bool,
    /// `HOIDAP_TOTP_ROLES`.
    pub totp_roles: String,
    /// `HOIDAP_LOG`.
    pub log: String,
    /// `HOIDAP_LOG_FORMAT`.
    pub log_format: String,
    /// `HOIDAP_INSECURE_POSTGRES`.
    pub insecure_postgres: bool,
}

/// A secret that is never printed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for whom it is meant.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The 32 bytes, if that is what it is.
    pub fn bytes(&self) -> Option<[u8; 32]> {
        STANDARD.decode(self.0.trim()).ok()?.try_into().ok()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Without the addresses of database and mail server: a password may stand in them.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = |address: &str| address.split(':').next().unwrap_or_default().to_owned();
        f.debug_struct("Config")
            .field("database_url", &scheme(&self.database_url))
            .field("env", &self.env)
            .field("listen", &self.listen)
            .field("public_url", &self.public_url)
            .field("secret", &self.secret)
            .field("ledger_key", &self.ledger_key)
            .field("ledger_state", &self.ledger_state)
            .field("ledger_witnesses", &self.ledger_witnesses)
            .field("tsa_url", &scheme(&self.tsa_url))
            .field("mail", &scheme(&self.mail))
            .field("mail_from", &self.mail_from)
            .field("files", &scheme(&self.files))
            .field("files_region", &self.files_region)
            .field("files_key", &"…")
            .field("files_secret", &self.files_secret)
            .field("files_max", &self.files_max)
            .field("files_megabytes", &self.files_megabytes)
            .field("connections", &self.connections)
            .field("workers", &self.workers)
            .field("behind_proxy", &self.behind_proxy)
            .field("totp_roles", &self.totp_roles)
            .field("log", &self.log)
            .field("log_format", &self.log_format)
            .field("insecure_postgres", &self.insecure_postgres)
            .finish()
    }
}

/// More files at once are another service.
const FILES_MAX: usize = 20;
/// As many megabytes fit in the memory of a small server a few times.
const MEGABYTES_MAX: usize = 50;
/// What actix takes.
const WORKERS_MAX: usize = 512;

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: "sqlite:hoidap.sqlite".to_owned(),
            env: Environment::Production,
            listen: "127.0.0.1:8080".to_owned(),
            public_url: "http://127.0.0.1:8080".to_owned(),
            secret: Secret::default(),
            ledger_key: Secret::default(),
            ledger_state: PathBuf::from("ledger-state"),
            ledger_witnesses: String::new(),
            tsa_url: String::new(),
            mail: "folder:mail".to_owned(),
            mail_from: "hoidap@example.vn".to_owned(),
            files: "folder:files".to_owned(),
            files_region: "us-east-1".to_owned(),
            files_key: String::new(),
            files_secret: Secret::default(),
            files_max: 5,
            files_megabytes: 10,
            connections: 8,
            workers: 0,
            behind_proxy: false,
            totp_roles: String::new(),
            log: "info".to_owned(),
            log_format: "text".to_owned(),
            insecure_postgres: false,
        }
    }
}

impl Config {
    /// Reads the environment over the defaults.
    pub fn from_environment() -> Result<Self, String> {
        let config: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(Env::prefixed("HOIDAP_"))
            .merge(Env::raw().only(&["DATABASE_URL"]))
            .extract()
            .map_err(|e| format!("a setting can't be read: {e}"))?;
        Ok(Self { public_url: config.public_url.trim_end_matches('/').to_owned(), ..config })
    }

    /// Is the address that people see served over TLS?
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The name of the machine in the address that people see.
    pub fn public_host(&self) -> &str {
        self.public_url.split("://").last().unwrap_or_default().split(['/', ':']).next().unwrap_or_default()
    }

    /// The name under which the public ledger is signed: `<public host>/so-cong-khai`.
    pub fn ledger_origin(&self) -> String {
        format!("{}/so-cong-khai", self.public_host())
    }

    /// The key of the public ledger, where there is one.
    pub fn ledger_key(&self) -> Option<LedgerKey> {
        LedgerKey::new(&self.ledger_origin(), self.ledger_key.bytes()?)
    }

    /// The roles that must sign in with a second factor. None when one of them is no role.
    pub fn totp_roles(&self) -> Option<Vec<Role>> {
        self.totp_roles.split(',').map(str::trim).filter(|role| !role.is_empty()).map(|role| role.parse().ok()).collect()
    }

    /// Who co-signs the public ledger, by address and key. None when one of them can't be read.
    pub fn witnesses(&self) -> Option<Vec<(String, WitnessKey)>> {
        let named = self.ledger_witnesses.split(',').map(str::trim).filter(|one| !one.is_empty());
        let read = |one: &str| {
            let (address, key) = one.split_once(' ')?;
            let is_address = address.starts_with("https://") || address.starts_with("http://");
            Some((address.to_owned(), WitnessKey::read(key.trim())?)).filter(|_| is_address)
        };
        named.map(read).collect()
    }

    /// The folder that mail goes to, if it goes to one.
    pub fn mail_folder(&self) -> Option<PathBuf> {
        self.mail.strip_prefix("folder:").map(PathBuf::from)
    }

    /// Where files are kept, and how many of what size: `None` when none are taken, an error when it can't be told.
    pub fn files(&self) -> Result<Option<(FilesAt, Limits)>, String> {
        let limits = Limits { files: self.files_max, bytes: self.files_megabytes * 1_000_000 };
        if !(1..=FILES_MAX).contains(&self.files_max) || !(1..=MEGABYTES_MAX).contains(&self.files_megabytes) {
            return Err(format!("HOIDAP_FILES_MAX must be 1 to {FILES_MAX}, and HOIDAP_FILES_MEGABYTES 1 to {MEGABYTES_MAX}."));
        }
        if self.files.is_empty() {
            return Ok(None);
        }
        let folder = self.files.strip_prefix("folder:").filter(|dir| !dir.is_empty()).map(|dir| FilesAt::Folder(dir.into()));
        let bucket = self.files.strip_prefix("s3:").filter(|at| names_a_bucket(at)).map(|at| FilesAt::Bucket(at.to_owned()));
        let named = folder.or(bucket).map(|at| Some((at, limits)));
        named.ok_or_else(|| "HOIDAP_FILES must be folder:DIR or s3:https://ENDPOINT/BUCKET, or empty to take no files.".to_owned())
    }

    /// What is wrong with the database's address: a file that is made in silence is a typing error.
    pub fn fault_of_database(&self) -> Option<String> {
        let file = self.database_url.strip_prefix("sqlite://").or_else(|| self.database_url.strip_prefix("sqlite:"));
        let server = ["postgres://", "postgresql://"].iter().any(|s| self.database_url.starts_with(s));
        (!server && file.is_none_or(str::is_empty)).then(|| "DATABASE_URL must be sqlite:FILE, postgres://… or postgresql://….".to_owned())
    }

    /// What is unsafe or wrong: a sentence each, naming the setting. Empty when the service may start.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.secret.bytes().is_none() {
            faults.push(
                "HOIDAP_SECRET must be 32 random bytes in base64: without it contacts can't be encrypted. Make one with `openssl rand -base64 32`.".to_owned(),
            );
        }
        let needs_key = self.env == Environment::Production || !self.ledger_key.0.is_empty();
        if needs_key && (self.ledger_key().is_none() || self.ledger_key.bytes() == self.secret.bytes()) {
            faults.push(
                "HOIDAP_LEDGER_KEY must be 32 random bytes in base64, others than HOIDAP_SECRET: without it nobody can check the figures. Make one with `openssl rand -base64 32`."
                    .to_owned(),
            );
        }
        if self.ledger_state.as_os_str().is_empty() {
            faults.push("HOIDAP_LEDGER_STATE must name the file that keeps what was signed last.".to_owned());
        }
        if self.witnesses().is_none() {
            faults.push(
                "HOIDAP_LEDGER_WITNESSES must be an address and a cosignature key with a space between (https://… name+id+key); commas between several."
                    .to_owned(),
            );
        }
        if !self.tsa_url.is_empty() && !["http://", "https://"].iter().any(|scheme| self.tsa_url.starts_with(scheme)) {
            faults.push("HOIDAP_TSA_URL must begin with http:// or https://.".to_owned());
        }
        let known_mail = ["smtp://", "smtps://", "folder:"].iter().any(|s| self.mail.starts_with(s));
        if !known_mail {
            faults.push("HOIDAP_MAIL must begin with smtp://, smtps:// or folder:.".to_owned());
        }
        faults.extend(self.files().err());
        faults.extend(self.fault_of_database());
        if !["http://", "https://"].iter().any(|s| self.public_url.strip_prefix(s).is_some_and(|host| !host.is_empty())) {
            faults.push("HOIDAP_PUBLIC_URL must be the address that people see, as https://hoidap.example.vn.".to_owned());
        }
        if self.connections == 0 {
            faults.push("HOIDAP_CONNECTIONS must be at least 1.".to_owned());
        }
        if self.workers > WORKERS_MAX {
            faults.push(format!("HOIDAP_WORKERS must be at most {WORKERS_MAX}; 0 takes one for each processor."));
        }
        if self.totp_roles().is_none() {
            faults.push("HOIDAP_TOTP_ROLES must name roles, with commas between: administrator,receiver.".to_owned());
        }
        let level = self.log.split([',', '=']).next_back().unwrap_or_default();
        if !["error", "warn", "info", "debug", "trace", "off"].contains(&level) {
            faults.push("HOIDAP_LOG must end with a level: error, warn, info, debug, trace or off.".to_owned());
        }
        if !["text", "json"].contains(&self.log_format.as_str()) {
            faults.push("HOIDAP_LOG_FORMAT must be text or json.".to_owned());
        }
        if self.env == Environment::Development {
            return faults;
        }
        if self.secret.bytes().is_some_and(|b| b.iter().all(|x| Some(x) == b.first())) {
            faults.push("HOIDAP_SECRET is one byte repeated: anybody could guess receipt codes.".to_owned());
        }
        if !self.is_https() {
            faults.push("HOIDAP_PUBLIC_URL must begin with https://: cookies and receipt codes would cross the network readable.".to_owned());
        }
        if self.files.starts_with("s3:http://") {
            faults.push("HOIDAP_FILES must name the bucket by https://: whoever listens could delete files.".to_owned());
        }
        if self.mail_folder().is_some() {
            faults.push("HOIDAP_MAIL is a folder: nobody would get an answer by mail. Give smtp://… or smtps://….".to_owned());
        }
        let readable_password = self.mail.starts_with("smtp://") && self.mail.contains('@') && !self.mail.contains("tls=required");
        if readable_password {
            faults.push("HOIDAP_MAIL has a password and no TLS: add ?tls=required, or use smtps://.".to_owned());
        }
        let tls = cfg!(feature = "postgres-tls") && demands_tls(&self.database_url);
        if is_remote_postgres(&self.database_url) && !tls && !self.insecure_postgres {
            faults.push("DATABASE_URL names another machine and does not insist on TLS. Build with --features postgres-tls and end the address with ?sslmode=verify-full&sslrootcert=…, or set HOIDAP_INSECURE_POSTGRES=true when the network between them is yours.".to_owned());
        }
        faults
    }
}

/// The values of a name in an address's query: libpq takes the last one, and what is said twice is looked at twice.
fn said<'a>(address: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter_map(|part| part.split_once('=')).filter(move |(n, _)| *n == name).map(|(_, value)| value)
}

/// Does a PostgreSQL address insist on TLS?
fn demands_tls(address: &str) -> bool {
    let mut modes = said(address, "sslmode").peekable();
    modes.peek().is_some() && modes.all(|mode| matches!(mode, "require" | "verify-ca" | "verify-full"))
}

/// Has the address of a bucket a scheme, a host and a name behind it?
fn names_a_bucket(address: &str) -> bool {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let (host, name) = rest.and_then(|rest| rest.trim_end_matches('/').rsplit_once('/')).unwrap_or_default();
    !host.is_empty() && !name.is_empty()
}

/// Is it a PostgreSQL on another machine? What can't be told to be this one is another.
fn is_remote_postgres(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("postgres://").or_else(|| address.strip_prefix("postgresql://")) else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let without_port = |host: &str| match host.find(']') {
        Some(end) if host.starts_with('[') => host.get(1..end).unwrap_or_default().to_owned(),
        _ => host.split(':').next().unwrap_or_default().to_owned(),
    };
    // Several may stand there, and those of the query stand above them.
    let asked = said(address, "host").chain(said(address, "hostaddr")).flat_map(|hosts| hosts.split(',')).map(str::to_owned);
    !hosts.split(',').map(without_port).chain(asked).all(|host| is_here(&host))
}

/// Is a host of a PostgreSQL address this machine? A path is a socket of it.
fn is_here(host: &str) -> bool {
    matches!(host, "" | "localhost" | "127.0.0.1" | "::1") || host.starts_with('/') || host.to_ascii_lowercase().starts_with("%2f")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe() -> Config {
        Config {
            secret: Secret::new(STANDARD.encode((0..32).collect::<Vec<u8>>())),
            ledger_key: Secret::new(STANDARD.encode((1..33).collect::<Vec<u8>>())),
            public_url: "https://hoidap.example.vn".to_owned(),
            mail: "smtp://mail:25".to_owned(),
            ..Config::default()
        }
    }

    #[test]
    fn production_refuses_each_unsafe_setting_by_its_name() {
        assert_eq!(safe().faults(), Vec::<String>::new());
        let named = |config: Config, name: &str| assert!(config.faults().iter().any(|f| f.contains(name)), "{name}: {:?}", config.faults());
        named(Config { secret: Secret::default(), ..safe() }, "HOIDAP_SECRET");
        named(Config { secret: Secret::new(STANDARD.encode([0; 32])), ..safe() }, "HOIDAP_SECRET");
        named(Config { ledger_key: Secret::default(), ..safe() }, "HOIDAP_LEDGER_KEY");
        named(Config { ledger_key: safe().secret, secret: safe().secret, ..safe() }, "HOIDAP_LEDGER_KEY");
        named(Config { public_url: "http://hoidap.example.vn".to_owned(), ..safe() }, "HOIDAP_PUBLIC_URL");
        named(Config { mail: "folder:mail".to_owned(), ..safe() }, "HOIDAP_MAIL");
        named(Config { mail: "smtp://name:word@mail:25".to_owned(), ..safe() }, "HOIDAP_MAIL");
        named(Config { mail: "pigeon".to_owned(), ..safe() }, "HOIDAP_MAIL");
        for database_url in ["", "sqlite:", "sqlite://", "hoidap", "mysql://u@h/d", "POSTGRES://u@h/d"] {
            named(Config { database_url: database_url.to_owned(), ..safe() }, "DATABASE_URL");
        }
        named(Config { public_url: "abc".to_owned(), ..safe() }, "HOIDAP_PUBLIC_URL");
        for files in ["folder:", "s3:", "s3:https://minio", "s3:ftp://minio/b", "disk"] {
            named(Config { files: files.to_owned(), ..safe() }, "HOIDAP_FILES");
        }
        named(Config { files: "s3:http://minio/b".to_owned(), ..safe() }, "HOIDAP_FILES");
        named(Config { files_megabytes: 0, ..safe() }, "HOIDAP_FILES_MEGABYTES");
        assert_eq!(Config { files: "s3:https://minio.example.vn/b".to_owned(), ..safe() }.faults(), Vec::<String>::new());
        assert!(Config { files: String::new(), ..safe() }.files().unwrap().is_none());
        named(Config { connections: 0, ..safe() }, "HOIDAP_CONNECTIONS");
        named(Config { workers: 99_999, ..safe() }, "HOIDAP_WORKERS");
        named(Config { totp_roles: "administrator,king".to_owned(), ..safe() }, "HOIDAP_TOTP_ROLES");
        named(Config { log: "loud".to_owned(), ..safe() }, "HOIDAP_LOG");
        named(Config { log_format: "xml".to_owned(), ..safe() }, "HOIDAP_LOG_FORMAT");
    }

    #[test]
    fn a_postgres_on_another_machine_needs_tls_or_a_word_that_it_does_not() {
        let at = |database_url: &str| Config { database_url: database_url.to_owned(), ..safe() };
        let is_refused = |config: &Config| config.faults().iter().any(|f| f.contains("DATABASE_URL"));
        for remote in [
            "postgres://u:p@db.example/h",
            "postgresql://u:p@db/h",
            "postgres://u:p@db.example/h?sslmode=prefer",
            "postgres://u:p@db.example/h?sslmode=verify-full&sslmode=disable",
            "postgres://u:p@localhost,db.example/h",
            "postgres:///h?host=db.example",
            "postgres://u:p@localhost/h?host=db.example",
            "postgres://u:p@localhost/h?hostaddr=192.0.2.1",
            "postgres://u:p@[2001:db8::1]:5432/h",
            "postgres://u:p@[::]/h",
            "postgres://u:p@[:@db.example/h",
            "postgres://u:p@[:db.example/h",
            "postgres:///h?host=2001:db8::1",
            "postgres:///h?hostaddr=::ffff:192.0.2.1",
        ] {
            assert!(is_refused(&at(remote)), "{remote}");
            assert!(!is_refused(&Config { insecure_postgres: true, ..at(remote) }), "{remote}");
        }
        for local in [
            "sqlite:hoidap.sqlite",
            "postgres://u:p@localhost:5432/h",
            "postgres://u:p@127.0.0.1/h",
            "postgres://u:p@[::1]:5432/h",
            "postgres:///h",
            "postgres:///h?host=/var/run/postgresql",
            "postgres:///h?host=::1",
            "postgres://%2Fvar%2Frun%2Fpostgresql/h",
        ] {
            assert!(!is_refused(&at(local)), "{local}");
        }
        for mode in ["require", "verify-ca", "verify-full"] {
            let safe = at(&format!("postgres://u:p@db.example/h?sslmode={mode}"));
            assert_eq!(is_refused(&safe), !cfg!(feature = "postgres-tls"), "{mode}");
        }
    }

    #[test]
    fn no_password_is_printed() {
        let config = Config {
            database_url: "postgres://u:hunter2@db/h".to_owned(),
            mail: "smtps://u:hunter2@mail:465".to_owned(),
            files_secret: Secret::new("hunter2"),
            files_key: "hunter2".to_owned(),
            ..safe()
        };
        let printed = format!("{config:?}");
        assert!(!printed.contains("hunter2") && !printed.contains("AAEC"), "{printed}");
    }
}
