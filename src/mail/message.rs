//! A letter, and its form on the wire.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::transport::MailError;
use crate::domain::contact::Email;
use crate::domain::time::Moment;

/// A letter to one person.
#[derive(Clone)]
pub struct Letter {
    /// Whom it is for.
    pub to: Email,
    /// Its subject.
    pub subject: String,
    /// Its words, plain.
    pub text: String,
    /// Its words as a page, if there is such a form.
    pub html: Option<String>,
    /// `<outbox-12@hoidap.example.vn>`: the same each time it is sent.
    pub message_id: String,
    /// When it was written.
    pub date: Moment,
}

impl std::fmt::Debug for Letter {
    /// Neither address nor words: a letter may come into a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({})", self.message_id)
    }
}

impl Letter {
    /// The letter in MIME.
    pub(super) fn to_message(&self, from: &Mailbox) -> Result<Message, MailError> {
        let to: Address = self.to.reveal().parse().map_err(|_| MailError::Refused("no_address".to_owned()))?;
        let micros = u64::try_from(self.date.micros()).unwrap_or_default();
        let head = Message::builder()
            .from(from.clone())
            .to(to.into())
            .subject(self.subject.clone())
            .date(UNIX_EPOCH + Duration::from_micros(micros))
            .message_id(Some(self.message_id.clone()))
            .header(AutoSubmitted);
        let built = match &self.html {
            None => head.singlepart(SinglePart::plain(self.text.clone())),
            Some(html) => head.multipart(MultiPart::alternative_plain_html(self.text.clone(), html.clone())),
        };
        built.map_err(|_| MailError::Passing("broken".to_owned()))
    }
}

/// Says that no person wrote it, so that absence notes stay away (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_sent_in_mime_and_is_not_printed() {
        let letter = Letter {
            to: Email::parse("ten@example.vn").unwrap(),
            subject: "Đã nhận ý kiến HD-000001".to_owned(),
            text: "Kính gửi ông/bà,\n\nĐã nhận.\n".to_owned(),
            html: None,
            message_id: "<outbox-1@hoidap.example.vn>".to_owned(),
            date: Moment::from_micros(1_790_000_000_000_000),
        };
        let from: Mailbox = "Hồi Đáp <hoidap@example.vn>".parse().unwrap();
        let wire = String::from_utf8(letter.to_message(&from).unwrap().formatted()).unwrap();
        for line in [
            "Message-ID: <outbox-1@hoidap.example.vn>",
            "Auto-Submitted: auto-generated",
            "To: ten@example.vn",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Date: Mon, 21 Sep 2026",
        ] {
            assert!(wire.contains(line), "{line} in {wire}");
        }
        assert!(wire.is_ascii(), "{wire}");
        assert_eq!(format!("{letter:?}"), "Letter(<outbox-1@hoidap.example.vn>)");
    }
}
