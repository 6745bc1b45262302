//! Files beside an opinion: which kinds are taken, told by their content and never
//! by their name, and how many of what size.

use super::coded::words;

words! {
    /// What is kept. Pictures are written anew, so a WebP becomes one of these.
    Format {
        /// A photograph.
        Jpeg = "jpeg",
        /// A picture without loss.
        Png = "png",
        /// A document, kept as it came and never shown in a page.
        Pdf = "pdf",
    }
}

impl Format {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// How a file of it ends its name.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// May a browser show it in its own window? A PDF can hold scripts and forms.
    pub const fn is_picture(self) -> bool {
        match self {
            Self::Jpeg | Self::Png => true,
            Self::Pdf => false,
        }
    }
}

/// What a file begins as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// `FF D8 FF`.
    Jpeg,
    /// `89 PNG`.
    Png,
    /// `RIFF….WEBP`.
    WebP,
    /// `%PDF-`.
    Pdf,
}

impl Content {
    /// By the first bytes (PNG 3rd edition §5.2, ITU-T T.81 B.2.1, RFC 9649 §2.4, ISO 32000-2 §7.5.2).
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let begins = |with: &[u8]| bytes.starts_with(with);
        if begins(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if begins(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::WebP)
        } else if begins(b"%PDF-") {
            Some(Self::Pdf)
        } else {
            None
        }
    }
}

/// Did the sender's browser call it a picture or PDF that would be taken? Who calls something else so is told
/// another thing than who sends an honest spreadsheet.
pub fn claims_to_fit(declared: &str, name: &str) -> bool {
    const TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "application/pdf"];
    const ENDINGS: [&str; 5] = [".jpg", ".jpeg", ".png", ".webp", ".pdf"];
    let (declared, name) = (declared.to_ascii_lowercase(), name.to_ascii_lowercase());
    TYPES.iter().any(|t| declared.starts_with(t)) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Is it a whole PDF? Its end stands in the last kilobyte (ISO 32000-1, note 18 of annex H).
pub fn is_whole_pdf(bytes: &[u8]) -> bool {
    let end = bytes.get(bytes.len().saturating_sub(1_024)..).unwrap_or_default();
    Content::of(bytes) == Some(Content::Pdf) && end.windows(5).any(|part| part == b"%%EOF")
}

/// How many files of what size are taken at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most files with one opinion, and with each addition to it.
    pub files: usize,
    /// The largest file, in bytes.
    pub bytes: usize,
}

impl Limits {
    /// The largest file, in megabytes, for people.
    pub const fn megabytes(self) -> usize {
        self.bytes / 1_000_000
    }
}

/// The most pixels of a picture: what a good telephone makes, 160 MB when it is unpacked.
pub const PIXELS: u64 = 40_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_told_by_its_first_bytes_and_no_further_than_they_go() {
        assert_eq!(Content::of(b"\x89PNG\r\n\x1a\n..."), Some(Content::Png));
        assert_eq!(Content::of(&[0xFF, 0xD8, 0xFF, 0xE0]), Some(Content::Jpeg));
        assert_eq!(Content::of(b"RIFF\0\0\0\0WEBPVP8 "), Some(Content::WebP));
        assert_eq!(Content::of(b"%PDF-1.7"), Some(Content::Pdf));
        for other in [&b""[..], b"RIFF", b"RIFF\0\0\0\0WAVE", b"\x89PN", b"<svg", b"MZ", b" %PDF-", b"GIF89a"] {
            assert_eq!(Content::of(other), None);
        }
        assert!(is_whole_pdf(b"%PDF-1.4\n...\n%%EOF\n") && !is_whole_pdf(b"%PDF-1.4\n..."));
    }

    #[test]
    fn who_calls_something_a_picture_claims_that_it_fits() {
        assert!(claims_to_fit("image/jpeg", "") && claims_to_fit("application/octet-stream", "A.JPG"));
        assert!(!claims_to_fit("application/vnd.ms-excel", "a.xls"));
    }
}
