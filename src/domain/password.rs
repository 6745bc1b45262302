//! Which passwords do. Length is what counts (NIST SP 800-63B §5.1.1.2 asks for
//! 8 at least, and for no mixture); what everybody tries first does not do.

use std::collections::BTreeSet;

use super::error::Fault;

/// The shortest, in characters.
pub const SHORTEST: usize = 10;
/// A password has at least so many different characters: `aaaaaaaaaa` has one.
const DIFFERENT: usize = 5;

/// Why a password does not do.
pub fn fault(pointer: &'static str, password: &str) -> Option<Fault> {
    if password.chars().count() < SHORTEST {
        return Some(Fault::new(pointer, "password_short").with("min", SHORTEST));
    }
    // Telephone numbers, dates of birth, 1234567890.
    let only_digits = password.contains(|c: char| c.is_ascii_digit()) && password.chars().all(|c| c.is_ascii_digit() || !c.is_alphanumeric());
    let few = password.chars().collect::<BTreeSet<char>>().len() < DIFFERENT;
    (only_digits || few).then(|| Fault::new(pointer, "password_easy"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_does_and_what_everybody_tries_first_does_not() {
        let code = |password| fault("/password", password).map(|fault| fault.code);
        for easy in ["1234567890", "0912 345 678", "01/02/1980 ", "aaaaaaaaaaaa", "abababababab"] {
            assert_eq!(code(easy), Some("password_easy"), "{easy}");
        }
        assert_eq!(code("chín ký t"), Some("password_short"));
        for good in ["sông hậu mùa nước nổi", "a password of the demo", "Cantho2026x", "#%&!?*+=/;<>"] {
            assert_eq!(code(good), None, "{good}");
        }
    }
}
