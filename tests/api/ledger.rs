//! The log over HTTP, read by software that is not ours.

use std::process::Command;

use crate::support::ledger::Scratch;
use crate::support::web::Site;
use crate::support::{Bed, each_database};

fn filled(bed: &Bed, slips: usize) {
    for n in 0..slips {
        bed.citizen().says(&format!("Việc thứ {n} ở quầy.")).rates(4).sends(bed);
    }
}

#[test]
fn an_outside_reader_agrees_with_every_leaf_and_tile() {
    each_database(|bed| {
        let state = Scratch::new();
        filled(bed, 20);
        state.signs(bed);
        let site = Site::signing(bed, &state);
        let browser = site.browser();
        let earlier = browser.opens("/so-cong-khai/checkpoint").body;
        filled(bed, 120);
        state.signs(bed);
        let key = browser.opens("/.well-known/hoidap-ledger-key").body;
        // From .tools/venv, where scripts/setup puts it.
        let reader = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ledger/reader.py");
        let read = Command::new("python3").args([reader, &format!("{}/so-cong-khai", site.url), key.trim(), &earlier]).output().unwrap();
        let said = String::from_utf8_lossy(&read.stdout);
        assert!(read.status.success() && said.contains("agree"), "{said}{}", String::from_utf8_lossy(&read.stderr));
    });
}

#[test]
fn what_never_changes_is_kept_for_ever_and_nothing_unsigned_is_shown() {
    each_database(|bed| {
        let state = Scratch::new();
        filled(bed, 100);
        state.signs(bed);
        let site = Site::signing(bed, &state);
        let browser = site.browser();
        let note = browser.opens("/so-cong-khai/checkpoint");
        let size: u64 = note.body.lines().nth(1).unwrap().parse().unwrap();
        assert_eq!((note.header("cache-control"), note.header("access-control-allow-origin")), ("no-cache", "*"));
        assert_eq!(browser.opens(&format!("/so-cong-khai/checkpoints/{size}")).body, note.body);
        let full = browser.opens("/so-cong-khai/tile/0/000");
        assert_eq!((full.status, full.header("cache-control")), (200, "public, max-age=31536000, immutable"));
        let (last, width) = (size / 256, size % 256);
        assert_eq!(browser.opens(&format!("/so-cong-khai/tile/0/{last:03}.p/{width}")).status, 200);
        assert_eq!(browser.opens(&format!("/so-cong-khai/tile/entries/{last:03}.p/{width}")).status, 200);
        for beyond in [
            format!("tile/0/{last:03}.p/{}", width + 1),
            format!("tile/0/{last:03}"),
            format!("tile/entries/{last:03}"),
            "tile/2/000.p/1".to_owned(),
            "tile/9/000".to_owned(),
        ] {
            assert_eq!(browser.opens(&format!("/so-cong-khai/{beyond}")).status, 404, "{beyond}");
        }
        assert_eq!(browser.opens("/so-cong-khai/calendar/1.json").header("content-type"), "application/json");
        assert_eq!(browser.opens("/so-cong-khai/calendar/2.json").status, 404);
    });
}

#[test]
fn a_deployment_without_a_key_has_no_log() {
    each_database(|bed| {
        let site = Site::start(bed);
        for address in ["/.well-known/hoidap-ledger-key", "/so-cong-khai/checkpoint", "/so-cong-khai/tile/0/000.p/1"] {
            assert_eq!(site.browser().opens(address).status, 404, "{address}");
        }
    });
}
