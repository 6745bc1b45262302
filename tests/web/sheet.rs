//! A form is a sheet with a number in its address: Back leads to the same
//! sheet, and nobody else's browser makes the same submission of it.

use reqwest::StatusCode;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;

use crate::support::each_database;
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
    each_database(|bed| {
        let site = Site::start(bed);
        for form in FORMS {
            let browser = Browser::new(&site);
            let sheet = browser.led(form);
            assert!(sheet.starts_with(form), "{sheet}");
            assert_eq!(browser.id(&sheet), browser.id(&sheet), "Back leads to the same submission");
            assert_eq!(browser.id(&format!("{sheet}&lang=km")), browser.id(&sheet), "in any language");
            assert_ne!(browser.id(&browser.led(form)), browser.id(&sheet), "a new form is a new submission");
        }
    });
}

#[test]
fn a_shared_address_shares_no_submission() {
    each_database(|bed| {
        let site = Site::start(bed);
        for form in FORMS {
            let (one, other) = (Browser::new(&site), Browser::new(&site));
            let sheet = one.led(form);
            other.led(form);
            assert_ne!(one.id(&sheet), other.id(&sheet));
            assert!(!sheet.contains(&one.id(&sheet)), "nor does the address tell it");
        }
    });
}

#[test]
fn an_old_or_broken_sheet_leads_to_a_new_one() {
    each_database(|bed| {
        let site = Site::start(bed);
        let browser = Browser::new(&site);
        let old = browser.led("/gop-y?lang=en");
        bed.service.clock().set(bed.service.now().plus_seconds(13 * 3_600));
        for address in [old.as_str(), "/gop-y?phieu=", "/gop-y?phieu=%20", "/gop-y?%70hieu=x", "/gop-y?phieu=1&phieu=2"] {
            let new = browser.led(address);
            assert_ne!(new, old);
            browser.id(&new);
        }
        assert!(browser.led(&old).contains("lang=en"), "the language stays");
    });
}

/// Back, other words, send: what was received stands, and what is new is neither lost nor taken for it.
#[test]
fn what_was_changed_after_sending_comes_back_and_is_a_new_one_when_it_is_sent_again() {
    each_database(|bed| {
        let site = Site::start(bed);
        let browser = site.browser();
        let token = browser.token();
        let fields: [(&str, Vec<(&str, &str)>); 2] = [
            ("/gop-y", vec![("field", "land"), ("noi", "31507"), ("kind", "report"), ("respondent", "citizen")]),
            ("/khao-sat/phieu-quay", vec![("field", "land"), ("office", "31507"), ("a.overall", "5"), ("kind", "report"), ("respondent", "citizen")]),
        ];
        for (form, fields) in fields {
            let id = uuid::Uuid::new_v4().to_string();
            let send =
                |id: &str, text: &str| browser.sends(form, &[&fields[..], &[("form_token", token.as_str()), ("submission_id", id), ("text", text)]].concat());
            let received = send(&id, "Lời thứ nhất.");
            assert_eq!(received.status, 303, "{}", received.body);
            assert_eq!(send(&id, "Lời thứ nhất.").header("location"), received.header("location"), "a second click is the same one");
            let back = send(&id, "Lời thứ hai.");
            assert_eq!(back.status, 409, "{form}");
            assert!(back.says("Lời thứ hai.") && back.says("chưa được ghi"), "{}", back.body);
            let new = send(&back.hidden("submission_id"), "Lời thứ hai.");
            assert_eq!(new.status, 303);
            assert_ne!(new.header("location"), received.header("location"));
        }
        let compared = bed.recounts();
        assert_eq!((compared.items, compared.responses), (4, 2));
    });
}
