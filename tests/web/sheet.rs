//! A form is a sheet with a number in its address: Back leads to the same
//! sheet, and nobody else's browser makes the same submission of it.

use reqwest::StatusCode;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;

use crate::support::Bed;
use crate::support::web::Site;

const FORMS: [&str; 2] = ["/gop-y?linh-vuc=land", "/khao-sat/phieu-quay?linh-vuc=land&noi=31507"];

/// Somebody's browser.
struct Browser<'a> {
    site: &'a Site,
    client: Client,
}

impl<'a> Browser<'a> {
    fn new(site: &'a Site) -> Self {
        Self { site, client: Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap() }
    }

    /// Where an address leads.
    fn led(&self, address: &str) -> String {
        let response = self.client.get(format!("{}{address}", self.site.url)).send().unwrap();
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{address}");
        response.headers()["location"].to_str().unwrap().to_owned()
    }

    /// The id of what the form at an address sends.
    fn id(&self, address: &str) -> String {
        let response = self.client.get(format!("{}{address}", self.site.url)).send().unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{address}");
        let html = response.text().unwrap().replace("&#x3D;", "=");
        html.split("name=\"submission_id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }
}

#[test]
fn an_opened_form_gets_a_sheet_and_keeps_it() {
    let bed = Bed::sqlite();
    let site = Site::start(&bed);
    for form in FORMS {
        let browser = Browser::new(&site);
        let sheet = browser.led(form);
        assert!(sheet.starts_with(form), "{sheet}");
        assert_eq!(browser.id(&sheet), browser.id(&sheet), "Back leads to the same submission");
        assert_eq!(browser.id(&format!("{sheet}&lang=km")), browser.id(&sheet), "in any language");
        assert_ne!(browser.id(&browser.led(form)), browser.id(&sheet), "a new form is a new submission");
    }
}

#[test]
fn a_shared_address_shares_no_submission() {
    let bed = Bed::sqlite();
    let site = Site::start(&bed);
    for form in FORMS {
        let (one, other) = (Browser::new(&site), Browser::new(&site));
        let sheet = one.led(form);
        other.led(form);
        assert_ne!(one.id(&sheet), other.id(&sheet));
        assert!(!sheet.contains(&one.id(&sheet)), "nor does the address tell it");
    }
}

#[test]
fn an_old_or_broken_sheet_leads_to_a_new_one() {
    let bed = Bed::sqlite();
    let site = Site::start(&bed);
    let browser = Browser::new(&site);
    let old = browser.led("/gop-y?lang=en");
    bed.service.clock().set(bed.service.now().plus_seconds(13 * 3_600));
    for address in [old.as_str(), "/gop-y?phieu=", "/gop-y?phieu=%20", "/gop-y?%70hieu=x", "/gop-y?phieu=1&phieu=2"] {
        let new = browser.led(address);
        assert_ne!(new, old);
        browser.id(&new);
    }
    assert!(browser.led(&old).contains("lang=en"), "the language stays");
}
