//! How a sender can be reached, and what for. Kept sealed, apart from the
//! opinion, and never shown in public (DOMAIN.md §3.1).

use super::error::Fault;
use super::text::clean_line;
use super::words::{Language, Purpose};

/// A checked e-mail address.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// Reads an address: one `@`, something before it, a domain with a dot after it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = clean_line(text);
        let (local, host) = text.split_once('@')?;
        let host_fits = host.split('.').count() >= 2
            && host.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            });
        let local_fits = (1..=64).contains(&local.len())
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&b));
        (text.len() <= 254 && host_fits && local_fits).then_some(Self(text))
    }

    /// The address, for the mail transport and its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

impl TryFrom<String> for Email {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not an e-mail address")
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

/// A contact with the purposes that its owner ticked.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Contact {
    /// A name, if given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// An address, if given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<Email>,
    /// A telephone number, digits with an optional leading `+`, if given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub phone: Option<String>,
    /// What it may be used for; never empty.
    pub consent: Vec<Purpose>,
    /// The language to write in.
    pub language: Language,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(…)")
    }
}

impl Contact {
    /// Reads what was typed. `None` when nothing was; the faults are named below `/feedback/contact`.
    pub fn parse(name: &str, email: &str, phone: &str, consent: &[Purpose], language: Language) -> Result<Option<Self>, Vec<Fault>> {
        let mut faults = Vec::new();
        let name = Some(clean_line(name)).filter(|n| !n.is_empty());
        if name.as_ref().is_some_and(|n| n.chars().count() > 100) {
            faults.push(Fault::new("/feedback/contact/name", "too_long").with("max", 100));
        }
        let email = match clean_line(email) {
            e if e.is_empty() => None,
            e => Email::parse(&e).or_else(|| {
                let code = if e.contains('@') { "email_incomplete" } else { "email_without_at" };
                faults.push(Fault::new("/feedback/contact/email", code));
                None
            }),
        };
        let phone = match clean_line(phone) {
            p if p.is_empty() => None,
            p => {
                let digits: String = p.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')')).collect();
                let bare = digits.strip_prefix('+').unwrap_or(&digits);
                if (8..=15).contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_digit()) {
                    Some(digits)
                } else {
                    faults.push(Fault::new("/feedback/contact/phone", "phone_not_read"));
                    None
                }
            }
        };
        let given = name.is_some() || email.is_some() || phone.is_some();
        // Someone who leaves an address and ticks nothing is asked, not guessed.
        if given && consent.is_empty() {
            faults.push(Fault::new("/feedback/contact/consent", "consent_missing"));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut consent = consent.to_vec();
        consent.sort_unstable();
        consent.dedup();
        Ok(given.then_some(Self { name, email, phone, consent, language }))
    }

    /// May this kind of mail about the opinion be sent to it? A question back has a purpose of its own, and with an answer
    /// comes the question whether it helped; any other says how far the answer is.
    pub fn allows_mail(&self, kind: &str) -> bool {
        match kind {
            "asked" => self.allows(Purpose::Ask),
            "answered" => self.allows(Purpose::Answer) || self.allows(Purpose::Survey),
            _ => self.allows(Purpose::Answer),
        }
    }

    /// May it be used for this purpose?
    pub fn allows(&self, purpose: Purpose) -> bool {
        self.consent.contains(&purpose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_people_have_are_taken_and_half_ones_are_not() {
        for good in ["ten@example.vn", "a.b+c@mail.example.com", "  x@y.vn "] {
            assert!(Email::parse(good).is_some(), "{good}");
        }
        for bad in ["duyen@", "@x.vn", "a@b", "a b@c.vn", "a@b..vn", "a@-b.vn", "a@b.vn\r\nBcc: x@y.vn", "á@b.vn", "a@b@c.vn", ".a@b.vn"] {
            assert!(Email::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_contact_without_consent_is_asked_about() {
        let faults = Contact::parse("", "a@b.vn", "", &[], Language::Vi).unwrap_err();
        assert_eq!(faults[0].code, "consent_missing");
        assert_eq!(Contact::parse(" ", "", "", &[], Language::Vi), Ok(None));
        let kept = Contact::parse("", "", "0900 000 000", &[Purpose::Ask, Purpose::Ask], Language::Km).unwrap().unwrap();
        assert_eq!((kept.phone.as_deref(), kept.consent.as_slice()), (Some("0900000000"), [Purpose::Ask].as_slice()));
        assert!(!kept.allows(Purpose::Answer));
    }
}
