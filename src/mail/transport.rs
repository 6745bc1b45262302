//! How letters leave: by a mail server, into a folder, or into memory.

use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::{SmtpTransport, Transport as _};

use super::message::Letter;
use crate::config::Config;

/// How long one step with the mail server may take. A server that looks for
/// spam takes its time; cut off after it took the letter, it would get it again.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where letters go.
pub enum Transport {
    /// To a mail server.
    Smtp {
        /// The connections, kept open between letters.
        server: SmtpTransport,
        /// Who sends.
        from: Mailbox,
    },
    /// Into a folder, a file a letter: for the demo and for development.
    Folder {
        /// The folder.
        dir: PathBuf,
        /// Who sends.
        from: Mailbox,
    },
    /// Into memory: for tests.
    Memory(Arc<Mutex<Vec<Letter>>>),
}

/// Why a letter did not leave: a code, with the mail server's number where it gave one (`not_taken 451`). The outbox's
/// page has the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailError {
    /// The address itself is refused: another try would change nothing.
    Refused(String),
    /// Anything that passes or can be mended: try again later.
    Passing(String),
}

impl std::fmt::Display for MailError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(why) | Self::Passing(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for MailError {}

impl Transport {
    /// The transport that `HOIDAP_MAIL` names: `smtp://user:pass@host:port`
    /// (`?tls=required` for STARTTLS), `smtps://…` or `folder:DIR`.
    ///
    /// # Errors
    /// A sentence that names the setting, and never what is in it: it may hold a password.
    pub fn from_config(config: &Config) -> Result<Self, String> {
        let from = config.mail_from.parse().map_err(|_| "HOIDAP_MAIL_FROM is not an e-mail address.".to_owned())?;
        if let Some(dir) = config.mail_folder() {
            return Ok(Self::Folder { dir, from });
        }
        let server = SmtpTransport::from_url(&config.mail).map_err(|_| {
            "HOIDAP_MAIL can't be read. Write smtp://HOST:PORT, smtps://USER:PASSWORD@HOST:PORT or folder:DIR; in a password, write @ as %40, / as %2F."
                .to_owned()
        })?;
        Ok(Self::Smtp { server: server.timeout(Some(PATIENCE)).build(), from })
    }

    /// A transport into memory, and what it holds.
    pub fn memory() -> (Self, Arc<Mutex<Vec<Letter>>>) {
        let letters = Arc::<Mutex<Vec<Letter>>>::default();
        (Self::Memory(letters.clone()), letters)
    }

    /// Sends a letter, and returns when it is out of our hands.
    ///
    /// # Errors
    /// [`MailError`] says whether another try makes sense.
    pub fn send(&self, letter: &Letter) -> Result<(), MailError> {
        match self {
            Self::Smtp { server, from } => server.send(&letter.to_message(from)?).map(|_| ()).map_err(|e| read(&e)),
            Self::Folder { dir, from } => {
                let wire = letter.to_message(from)?.formatted();
                write_file(dir, &file_name(letter), &wire).map_err(|_| MailError::Passing("no_folder".to_owned()))
            }
            Self::Memory(letters) => {
                letters.lock().map_err(|_| MailError::Passing("broken".to_owned()))?.push(letter.clone());
                Ok(())
            }
        }
    }
}

/// A file is there whole or not at all.
fn write_file(dir: &Path, name: &str, wire: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    let unfinished = dir.join(format!(".{name}.tmp"));
    std::fs::write(&unfinished, wire)?;
    std::fs::rename(unfinished, dir.join(name))
}

/// `20261001T020304.000005Z-outbox-12.eml`: names in the order of time, without an address.
fn file_name(letter: &Letter) -> String {
    let at: String = letter.date.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let id = letter.message_id.trim_start_matches('<').split('@').next().unwrap_or_default();
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("{at}-{id}.eml")
}

/// What the mail server meant. Its own words are not kept: they may repeat the address.
fn read(error: &SmtpError) -> MailError {
    match error.status().map(u16::from) {
        Some(code) => {
            let words = error.source().map(ToString::to_string).unwrap_or_default();
            if error.is_permanent() && is_about_address(code, &words) {
                MailError::Refused(format!("address_refused {code}"))
            } else {
                MailError::Passing(format!("not_taken {code}"))
            }
        }
        None if error.is_tls() => MailError::Passing("no_tls".to_owned()),
        None if error.is_timeout() => MailError::Passing("no_answer".to_owned()),
        None => MailError::Passing("not_reached".to_owned()),
    }
}

/// Is a permanent refusal about the receiver's address? A wrong password, a
/// relay that is not allowed or a suspicion of spam is refused for good as
/// well, but whoever runs the service can mend it, and then the letter has to leave.
fn is_about_address(code: u16, words: &str) -> bool {
    // The enhanced status (RFC 3463) says it exactly; old servers give none.
    let detailed: Option<Vec<u16>> = words
        .split([' ', '\n'])
        .next()
        .filter(|first| first.matches('.').count() == 2)
        .and_then(|first| first.split('.').map(|part| part.parse().ok()).collect());
    match detailed.as_deref() {
        // Bad mailbox, bad system, bad syntax, moved, no mail taken there; 7 and 8 are about the sender.
        Some([5, 1, detail]) => matches!(detail, 0..=6 | 9 | 10),
        // The mailbox is closed or takes nothing.
        Some([5, 2, detail]) => matches!(detail, 0 | 1),
        Some(_) => false,
        None => matches!(code, 550 | 551 | 553 | 556),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contact::Email;
    use crate::domain::time::Moment;

    fn letter() -> Letter {
        Letter {
            to: Email::parse("ten@example.vn").unwrap(),
            subject: "Thử".to_owned(),
            text: "Thử\n".to_owned(),
            html: None,
            message_id: "<outbox-12@127.0.0.1>".to_owned(),
            date: "2026-10-01T02:03:04.000005Z".parse::<Moment>().unwrap(),
        }
    }

    #[test]
    fn only_a_refused_address_is_given_up() {
        for (code, words) in
            [(550, "5.1.1 <a@b.vn>: no such user"), (553, "5.1.3 malformed"), (550, "5.2.1 disabled"), (550, "no such user"), (556, "5.1.10 null MX")]
        {
            assert!(is_about_address(code, words), "{code} {words}");
        }
        for (code, words) in [
            (535, "5.7.8 wrong password"),
            (535, "wrong password"),
            (554, "5.7.1 relay access denied"),
            (550, "5.7.1 looks like spam"),
            (553, "5.1.8 sender's domain not found"),
            (552, "5.2.2 mailbox full"),
            (552, "5.3.4 too big"),
            (554, "no service here"),
        ] {
            assert!(!is_about_address(code, words), "{code} {words}");
        }
    }

    #[test]
    fn settings_name_the_transport_and_a_fault_does_not_repeat_the_password() {
        let of = |mail: &str| Transport::from_config(&Config { mail: mail.to_owned(), ..Config::default() });
        assert!(matches!(of("folder:mail"), Ok(Transport::Folder { .. })));
        assert!(matches!(of("smtp://mail:1025"), Ok(Transport::Smtp { .. })));
        assert!(matches!(of("smtp://u:p%40ss@mail:587?tls=required"), Ok(Transport::Smtp { .. })));
        assert!(matches!(of("smtps://u:p@mail.example.vn"), Ok(Transport::Smtp { .. })));
        for wrong in ["smtp://u:s3cret@", "smtp://u:s3cret@h:port", "pigeon://s3cret"] {
            let fault = of(wrong).err().unwrap();
            assert!(fault.contains("HOIDAP_MAIL") && !fault.contains("s3cret"), "{fault}");
        }
        let fault = Transport::from_config(&Config { mail_from: "Hồi Đáp".to_owned(), ..Config::default() }).err().unwrap();
        assert!(fault.contains("HOIDAP_MAIL_FROM"), "{fault}");
    }

    #[test]
    fn a_folder_gets_a_file_a_letter_in_the_order_of_time() {
        let dir = std::env::temp_dir().join(format!("hoidap-mail-{}", uuid::Uuid::new_v4()));
        let transport = Transport::Folder { dir: dir.clone(), from: "hoidap@example.vn".parse().unwrap() };
        transport.send(&letter()).unwrap();
        transport.send(&letter()).unwrap();
        let mut later = letter();
        later.date = later.date.plus_seconds(1);
        transport.send(&later).unwrap();
        let mut names: Vec<String> = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["20261001T020304.000005Z-outbox-12.eml", "20261001T020305.000005Z-outbox-12.eml"]);
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_server_that_is_gone_is_a_passing_failure() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = Config { mail: format!("smtp://127.0.0.1:{free}"), ..Config::default() };
        let failed = Transport::from_config(&config).unwrap().send(&letter()).unwrap_err();
        assert_eq!(failed, MailError::Passing("not_reached".to_owned()));
    }
}
