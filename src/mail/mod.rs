//! Mails: what they say, in the reader's language, and how they leave. Knows
//! an address only at the moment of writing to it; must not know the database,
//! nor who should be written to (`jobs` finds that out).

mod message;
mod notice;
mod transport;

pub use message::Letter;
pub use notice::{ChaseLine, Hidden, Notice};
pub use transport::{MailError, Transport};

use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext};
use serde_json::{Value, json};

use crate::config::Config;
use crate::domain::contact::Email;
use crate::domain::time::Moment;
use crate::domain::words::Language;
use crate::embedded::Templates;
use crate::i18n;

/// Writes letters and sends them.
pub struct Mailer {
    transport: Transport,
    templates: Handlebars<'static>,
    public_url: String,
    host: String,
}

impl Mailer {
    /// A mailer for the transport that the settings name.
    ///
    /// # Errors
    /// A sentence that names the setting or the template at fault.
    pub fn from_config(config: &Config) -> Result<Self, String> {
        Self::new(config, Transport::from_config(config)?)
    }

    /// A mailer for another transport: tests.
    ///
    /// # Errors
    /// A sentence that names the template at fault.
    pub fn new(config: &Config, transport: Transport) -> Result<Self, String> {
        let mut templates = Handlebars::new();
        // These are plain texts, not pages: `&` stays `&`.
        templates.register_escape_fn(handlebars::no_escape);
        templates.register_helper("t", Box::new(words));
        for path in Templates::iter().filter(|path| path.starts_with("mail/")) {
            let Some(name) = path.strip_suffix(".hbs") else { continue };
            let text = Templates::get(&path).and_then(|file| String::from_utf8(file.data.into_owned()).ok());
            let text = text.ok_or_else(|| format!("templates/{path} can't be read."))?;
            templates.register_template_string(name, text).map_err(|e| format!("templates/{path}: {e}"))?;
        }
        Ok(Self { transport, templates, public_url: config.public_url.clone(), host: host(&config.public_url) })
    }

    /// Writes a letter for a row of the outbox. The same row always gets the
    /// same Message-ID, so that a repeated send can be recognised.
    ///
    /// # Errors
    /// A sentence that names the template at fault.
    pub fn write(&self, notice: &Notice, to: Email, language: Language, id: i64, at: Moment) -> Result<Letter, String> {
        let mut sheet = notice.sheet(language);
        // A page opens in the reader's language; Vietnamese is what it opens in anyway.
        let query = if language == Language::Vi { String::new() } else { format!("?lang={language}") };
        let serial = notice.serial().map(|serial| serial.to_string()).unwrap_or_default();
        let desk = if serial.is_empty() { String::new() } else { format!("/{serial}") };
        let n = sheet.get("n").or_else(|| sheet.get("id")).map(Value::to_string).unwrap_or_default();
        let link = sheet.get("path").and_then(Value::as_str).map(|path| format!("{}{path}{query}", self.public_url));
        if let Some(sheet) = sheet.as_object_mut() {
            sheet.insert("link".to_owned(), json!(link));
            sheet.insert("lang".to_owned(), json!(language));
            sheet.insert("serial".to_owned(), Value::from(serial.clone()));
            sheet.insert("public_link".to_owned(), Value::from(format!("{}/y-kien/{serial}{query}", self.public_url)));
            sheet.insert("desk_link".to_owned(), Value::from(format!("{}/can-bo{desk}", self.public_url)));
            sheet.insert("lookup_link".to_owned(), Value::from(format!("{}/tra-cuu{query}", self.public_url)));
            sheet.insert("new_link".to_owned(), Value::from(format!("{}/gop-y{query}", self.public_url)));
            sheet.insert("rights_link".to_owned(), Value::from(format!("{}/can-bo/quyen", self.public_url)));
            sheet.insert("home_link".to_owned(), Value::from(self.public_url.clone()));
        }
        let body = self.render(notice.kind(), &sheet)?;
        if let Some(sheet) = sheet.as_object_mut() {
            sheet.insert("body".to_owned(), Value::from(body.trim()));
            // What the law makes an office tell needs no consent, and does not claim one.
            let by_consent = notice.is_to_sender() && !matches!(notice, Notice::Rights { .. });
            sheet.insert("to_sender".to_owned(), Value::from(by_consent));
            sheet.insert("to_office".to_owned(), Value::from(matches!(notice, Notice::Routed { .. })));
        }
        let text = self.render("frame", &sheet)?;
        let subject = i18n::tr(language, notice.subject(), &[("serial", serial), ("n", n)]);
        Ok(Letter { to, subject, text, html: None, message_id: format!("<outbox-{id}@{}>", self.host), date: at })
    }

    /// Sends a letter.
    ///
    /// # Errors
    /// [`MailError`] says whether another try makes sense.
    pub fn send(&self, letter: &Letter) -> Result<(), MailError> {
        self.transport.send(letter)
    }

    fn render(&self, name: &str, sheet: &Value) -> Result<String, String> {
        self.templates.render(&format!("mail/{name}.txt"), sheet).map_err(|e| format!("templates/mail/{name}.txt: {}", e.reason()))
    }
}

/// `{{t "key" name=value}}`, in the sheet's language and unescaped.
fn words(h: &Helper<'_>, _: &Handlebars<'_>, context: &Context, _: &mut RenderContext<'_, '_>, out: &mut dyn Output) -> HelperResult {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let language = context.data().get("lang").and_then(Value::as_str).and_then(|l| l.parse().ok()).unwrap_or(Language::Vi);
    let key = h.param(0).map(|p| text(p.value())).unwrap_or_default();
    let args: Vec<(&str, String)> = h.hash().iter().map(|(name, value)| (*name, text(value.value()))).collect();
    out.write(&i18n::tr(language, &key, &args))?;
    Ok(())
}

/// The host of the public address: the right-hand side of a Message-ID.
fn host(public_url: &str) -> String {
    let rest = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.split_once(']') {
        Some((address, _)) => format!("{address}]"),
        None => authority.split(':').next().unwrap_or_default().to_owned(),
    };
    if !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-[]:".contains(&b)) { host } else { "hoidap".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_ends_with_the_public_host() {
        assert_eq!(host("https://hoidap.example.vn"), "hoidap.example.vn");
        assert_eq!(host("http://127.0.0.1:8080/x"), "127.0.0.1");
        assert_eq!(host("http://[::1]:8080"), "[::1]");
        assert_eq!(host("https://hồi-đáp.vn"), "hoidap");
        assert_eq!(host(""), "hoidap");
    }
}
