//! A mail of the demo's folder, opened again to be read on a page.

use mail_parser::MessageParser;

/// What a reader sees of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its subject.
    pub subject: String,
    /// Whom it is for.
    pub to: String,
    /// Its plain text.
    pub text: String,
}

/// Opens a mail; `None` when it is none.
pub fn open(bytes: &[u8]) -> Option<Opened> {
    let message = MessageParser::default().parse(bytes)?;
    Some(Opened {
        subject: message.subject()?.to_owned(),
        to: message.to().and_then(|to| to.first()).and_then(|a| a.address()).unwrap_or_default().to_owned(),
        text: message.body_text(0)?.into_owned(),
    })
}
