//! The screens as addresses, and how long each of them waits. Pure: knows no
//! request, no page and no catalogue.

use uuid::Uuid;

use crate::domain::words::FieldCode;
use crate::web::sheet;

/// Seconds without a touch until a screen asks whether anybody is still there.
pub const IDLE: u32 = 45;
/// Seconds that the question waits before it goes back to the start.
pub const ASKED: u32 = 20;
/// Seconds that the thanks stay.
pub const THANKS: u32 = 6;

/// A screen on the way to a rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screen {
    /// The fields.
    Start,
    /// The faces, for a field; on a sheet, once there is one.
    Faces(FieldCode, Option<Uuid>),
    /// The reasons, for a field and a face, on the same sheet.
    Reasons(FieldCode, u8, Option<Uuid>),
}

impl Screen {
    /// Its address; `base` is the tablet's own, `/quay/{device}`.
    pub fn address(&self, base: &str) -> String {
        let on = |sheet: &Option<Uuid>| sheet.map(|sheet| format!("?{}={sheet}", sheet::NAME)).unwrap_or_default();
        match self {
            Self::Start => base.to_owned(),
            Self::Faces(field, sheet) => format!("{base}/{field}{}", on(sheet)),
            Self::Reasons(field, value, sheet) => format!("{base}/{field}/{value}{}", on(sheet)),
        }
    }

    /// Reads an address that a link carries. Anything but a screen of this very tablet is `None`.
    pub fn read(address: &str, base: &str) -> Option<Self> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let sheet = query.strip_prefix(sheet::NAME).and_then(|q| q.strip_prefix('=')).and_then(|q| q.parse().ok());
        if sheet.is_none() && path != address {
            return None;
        }
        let rest = path.strip_prefix(base)?;
        let parts: Vec<&str> = rest.split('/').collect();
        match parts.as_slice() {
            [""] if sheet.is_none() => Some(Self::Start),
            ["", field] => Some(Self::Faces(field.parse().ok()?, sheet)),
            ["", field, value] => Some(Self::Reasons(field.parse().ok()?, value.parse().ok()?, sheet)),
            _ => None,
        }
    }

    /// The field that was chosen.
    pub fn field(&self) -> Option<&FieldCode> {
        match self {
            Self::Start => None,
            Self::Faces(field, _) | Self::Reasons(field, ..) => Some(field),
        }
    }
}

/// The start for the next person: in Vietnamese, whatever the last one chose.
pub fn start_over(base: &str) -> String {
    format!("{base}?lang=vi")
}

/// Where a screen goes that nobody touches.
pub fn still_there(base: &str, screen: &Screen) -> String {
    format!("{base}/con-o-day?tro-lai={}", screen.address(base))
}

/// The key of the third screen's question, which follows the face.
pub fn why(face: u8) -> &'static str {
    match face {
        0..=2 => "counter.why_unglad",
        3 => "counter.why_fair",
        _ => "counter.why_glad",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "/quay/mc-01";

    fn land() -> FieldCode {
        "land".parse().unwrap()
    }

    #[test]
    fn an_address_is_read_as_it_was_written() {
        let sheet = Some(Uuid::from_u128(7));
        for screen in
            [Screen::Start, Screen::Faces(land(), None), Screen::Faces(land(), sheet), Screen::Reasons(land(), 1, None), Screen::Reasons(land(), 1, sheet)]
        {
            assert_eq!(Screen::read(&screen.address(BASE), BASE), Some(screen));
        }
        assert_eq!(still_there(BASE, &Screen::Reasons(land(), 1, None)), "/quay/mc-01/con-o-day?tro-lai=/quay/mc-01/land/1");
    }

    #[test]
    fn an_address_of_elsewhere_leads_nowhere() {
        for address in [
            "",
            "/",
            "/quay/mc-011",
            "/quay/mc-02/land",
            "//example.com/quay/mc-01/land",
            "https://example.com/quay/mc-01/land",
            "/quay/mc-01//example.com",
            "/quay/mc-01/",
            "/quay/mc-01/../../can-bo",
            "/quay/mc-01/land/5/more",
            "/quay/mc-01/land/five",
            "/quay/mc-01/land/-1",
            "/quay/mc-01/land/256",
            "/quay/mc-01/land?x=1",
            "/quay/mc-01/land?phieu=1",
            "/quay/mc-01/land?phieu=00000000-0000-0000-0000-000000000007&x=1",
            "/quay/mc-01?phieu=00000000-0000-0000-0000-000000000007",
            "/quay/mc-01/land\r\nLocation: /",
            "/quay/mc-01\\land",
        ] {
            assert_eq!(Screen::read(address, BASE), None, "{address:?}");
        }
    }

    #[test]
    fn the_question_follows_the_face() {
        assert_eq!([1, 2, 3, 4, 5].map(why), ["counter.why_unglad", "counter.why_unglad", "counter.why_fair", "counter.why_glad", "counter.why_glad"]);
    }
}
