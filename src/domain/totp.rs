//! The second factor of a sign-in: a code of six digits that an app on the
//! officer's telephone makes anew every half minute (RFC 6238), and the codes
//! on paper that stand for it when the telephone is lost.

use totp_rs::{Builder, Secret, Totp};

use super::receipt::ReceiptCode;
use super::time::Moment;

/// How many recovery codes are given out at once.
pub const RECOVERY_CODES: usize = 10;
/// The name under which apps show the code.
const ISSUER: &str = "Hoi%20Dap";

/// What app and service share. It has no `Debug` that shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; 20]);

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

impl TotpSecret {
    /// Of 20 random bytes, as RFC 4226 §4 recommends.
    pub const fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be encrypted.
    pub const fn bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// As it is typed into an app: base32 in groups of four.
    pub fn typed(&self) -> String {
        let text = Secret::from(self.0).to_base32();
        let letters: Vec<char> = text.chars().collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// The address that an app reads from a QR code. `login` has plain letters, digits and `. _ - @` only.
    pub fn address(&self, login: &str) -> String {
        format!("otpauth://totp/{ISSUER}:{login}?secret={}&issuer={ISSUER}", Secret::from(self.0).to_base32())
    }

    /// SHA-1, six digits, half a minute, one step of drift either way: the library's own beginnings, which every app knows.
    fn totp(&self) -> Option<Totp> {
        Builder::new().with_secret(self.0).build().ok()
    }

    /// The step that a typed code belongs to, when it is right at this moment.
    pub fn step_of(&self, typed: &str, at: Moment) -> Option<i64> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let step = self.totp()?.check(&digits, seconds(at))?;
        i64::try_from(step).ok()
    }

    /// The code of a moment, as an app shows it.
    pub fn code(&self, at: Moment) -> Option<String> {
        Some(self.totp()?.generate(seconds(at)).to_string())
    }
}

fn seconds(at: Moment) -> u64 {
    u64::try_from(at.micros() / 1_000_000).unwrap_or_default()
}

/// What a person typed where a code is asked for.
#[derive(Debug)]
pub enum Typed {
    /// Perhaps a code of the app.
    Code(String),
    /// A recovery code. It looks as a receipt code does, because it is read and typed as one.
    Recovery(ReceiptCode),
}

impl Typed {
    /// Reads it.
    pub fn read(text: &str) -> Self {
        match ReceiptCode::parse(text) {
            Some(code) => Self::Recovery(code),
            None => Self::Code(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, SHA-1: its eight digits end with the six of an app.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = TotpSecret::new(*b"12345678901234567890");
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")] {
            let at = Moment::from_micros(second * 1_000_000);
            assert_eq!(secret.code(at).as_deref(), Some(code));
            assert_eq!(secret.step_of(&format!(" {} {}", &code[..3], &code[3..]), at), Some(second / 30));
        }
    }

    #[test]
    fn a_code_is_right_one_step_before_and_after_and_no_longer() {
        let secret = TotpSecret::new(*b"12345678901234567890");
        let at = |second: i64| Moment::from_micros(second * 1_000_000);
        let code = secret.code(at(3_000)).unwrap();
        let found: Vec<Option<i64>> = [2_969, 2_970, 3_000, 3_059, 3_060].iter().map(|s| secret.step_of(&code, at(*s))).collect();
        assert_eq!(found, [None, Some(100), Some(100), Some(100), None]);
        assert_eq!(secret.step_of("", at(3_000)), None);
        assert_eq!(format!("{secret:?}"), "TotpSecret(…)");
        assert!(secret.address("le.an").starts_with("otpauth://totp/Hoi%20Dap:le.an?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&"));
    }
}
