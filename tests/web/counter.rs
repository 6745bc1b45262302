//! The tablet at a counter: three taps, nothing stored before the last, and
//! nothing left on the screen for the next person.

use hoidap::domain::catalogue::Device;
use hoidap::domain::words::OfficeCode;
use hoidap::keys;
use hoidap::store::{self, response::ResponseRow};
use reqwest::StatusCode;
use reqwest::blocking::{Client, Response};
use reqwest::redirect::Policy;
use serde_json::json;

use crate::support::web::Site;
use crate::support::{Bed, WARD, each_database};

const TOKEN: &str = "the token that the administrator gave";

/// Somebody's browser before the counter `mc-01`.
struct Tablet {
    site: Site,
    browser: Client,
}

/// What came back.
struct Screen {
    status: StatusCode,
    location: Option<String>,
    /// The `Refresh` header: seconds and address.
    refresh: Option<(u32, String)>,
    html: String,
}

impl From<Response> for Screen {
    fn from(response: Response) -> Self {
        let header = |name: &str| response.headers().get(name).map(|v| v.to_str().unwrap().to_owned());
        let refresh = header("refresh").map(|r| r.split_once("; url=").map(|(s, url)| (s.parse().unwrap(), url.to_owned())).unwrap());
        Self { status: response.status(), location: header("location"), refresh, html: response.text().unwrap().replace("&#x3D;", "=") }
    }
}

impl Screen {
    /// The value of a hidden field.
    fn hidden(&self, name: &str) -> String {
        let from = format!("name=\"{name}\" value=\"");
        let rest = self.html.split(&from).nth(1).unwrap_or_else(|| panic!("no {name} in {}", self.html));
        rest.split('"').next().unwrap().to_owned()
    }

    /// The address on this screen that begins so.
    fn back_to(&self, start: &str) -> String {
        let rest = self.html.split(start).nth(1).unwrap_or_else(|| panic!("no {start} in {}", self.html));
        format!("{start}{}", rest.split('"').next().unwrap())
    }

    fn lang(&self) -> &str {
        self.html.split("<html lang=\"").nth(1).unwrap().split('"').next().unwrap()
    }

    fn says(&self, words: &str) -> bool {
        self.html.contains(words)
    }
}

impl Tablet {
    /// A browser that was never enrolled, and two devices: `mc-01`, and `mc-00`, which ended.
    fn fresh(bed: &Bed) -> Self {
        let office: OfficeCode = WARD.parse().unwrap();
        let device =
            |id: &str| Device { id: id.to_owned(), name: "Máy số 1".to_owned(), office: office.clone(), token_hash: keys::token_hash(TOKEN), active: true };
        bed.service
            .write(|tx| {
                store::catalogue::add_device(tx.conn, &device("mc-00"), tx.today)?;
                store::catalogue::add_device(tx.conn, &device("mc-01"), tx.today)?;
                store::catalogue::end_device(tx.conn, "mc-00", tx.today)?;
                tx.recatalogue()
            })
            .unwrap();
        let browser = Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap();
        Self { site: Site::start(bed), browser }
    }

    /// One that takes ratings.
    fn enrolled(bed: &Bed) -> Self {
        let tablet = Self::fresh(bed);
        assert_eq!(tablet.enrols(TOKEN).location.as_deref(), Some("/quay/mc-01"));
        tablet
    }

    fn opens(&self, address: &str) -> Screen {
        let screen: Screen = self.browser.get(format!("{}{address}", self.site.url)).send().unwrap().into();
        // Faces and reasons are on a sheet: the first look at them fetches one.
        match &screen.location {
            Some(location) if location.contains("phieu=") => self.opens(location),
            _ => screen,
        }
    }

    fn sends(&self, address: &str, fields: &[(&str, &str)]) -> Screen {
        self.browser.post(format!("{}{address}", self.site.url)).form(fields).send().unwrap().into()
    }

    fn enrols(&self, token: &str) -> Screen {
        let form_token = self.opens("/quay/mc-01").hidden("form_token");
        self.sends("/quay/mc-01/ghi-danh", &[("form_token", &form_token), ("ma", token)])
    }

    /// The third tap, on the screen that the second led to.
    fn taps(&self, screen: &Screen, reason: &str) -> Screen {
        let kept: Vec<(&str, String)> = ["form_token", "phieu", "field", "value"].into_iter().map(|name| (name, screen.hidden(name))).collect();
        let mut fields: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.push(("reason", reason));
        self.sends("/quay/mc-01", &fields)
    }
}

fn stored(bed: &Bed) -> Vec<ResponseRow> {
    bed.service.read(|tx| Ok(store::response::after(tx.conn, 0, 100)?)).unwrap().into_iter().map(|(_, row)| row).collect()
}

#[test]
fn a_device_that_is_unknown_or_ended_shows_nothing() {
    each_database(|bed| {
        let tablet = Tablet::enrolled(bed);
        for address in ["/quay/mc-00", "/quay/nobody", "/quay/mc-00/land", "/quay/mc-00/cam-on", "/quay/mc-0%31%0d%0aX:"] {
            let screen = tablet.opens(address);
            assert_eq!(screen.status, StatusCode::NOT_FOUND, "{address}");
            assert!(!screen.says("/land\""), "{address}");
        }
    });
}

#[test]
fn a_tablet_takes_ratings_only_after_its_enrolment() {
    each_database(|bed| {
        let tablet = Tablet::fresh(bed);
        for address in ["/quay/mc-01/land", "/quay/mc-01/land/5", "/quay/mc-01/cam-on", "/quay/mc-01/con-o-day"] {
            assert_eq!(tablet.opens(address).location.as_deref(), Some("/quay/mc-01"), "{address}");
        }
        let form_token = tablet.opens("/quay/mc-01").hidden("form_token");
        let id = "00000000-0000-4000-8000-000000000001";
        let rating = [("form_token", form_token.as_str()), ("phieu", id), ("field", "land"), ("value", "5"), ("reason", "")];
        assert_eq!(tablet.sends("/quay/mc-01", &rating).location.as_deref(), Some("/quay/mc-01"));
        assert_eq!(stored(bed).len(), 0);

        let wrong = tablet.enrols("another token");
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.says("value=\"another token\"") && wrong.says("<title>Lỗi:"));
        let stale = tablet.sends("/quay/mc-01/ghi-danh", &[("form_token", "old"), ("ma", TOKEN)]);
        assert_eq!(stale.status, StatusCode::FORBIDDEN);
        assert!(tablet.opens("/quay/mc-01").says("name=\"ma\""));

        assert_eq!(tablet.enrols(&format!("  {TOKEN} ")).location.as_deref(), Some("/quay/mc-01"));
        let start = tablet.opens("/quay/mc-01");
        assert!(start.says("href=\"/quay/mc-01/land\"") && !start.says("name=\"ma\""));
    });
}

#[test]
fn the_third_tap_stores_one_rating_and_no_code_is_shown() {
    each_database(|bed| {
        let tablet = Tablet::enrolled(bed);
        let reasons = tablet.opens("/quay/mc-01/land/2");
        assert_eq!(stored(bed).len(), 0, "choosing a face records nothing");
        let sent = tablet.taps(&reasons, "time");
        assert_eq!((sent.status, sent.location.as_deref()), (StatusCode::SEE_OTHER, Some("/quay/mc-01/cam-on")));
        // A second tap on the same screen is the same rating. With Back and another face the first stands.
        assert_eq!(tablet.taps(&reasons, "time").location.as_deref(), Some("/quay/mc-01/cam-on"));
        assert_eq!(tablet.taps(&reasons, "fee").location.as_deref(), Some("/quay/mc-01/da-gui"));
        let faces = tablet.opens(&reasons.back_to("/quay/mc-01/land?phieu="));
        let other = tablet.opens(&format!("/quay/mc-01/land/5?phieu={}", faces.hidden("phieu")));
        assert_eq!(tablet.taps(&other, "").location.as_deref(), Some("/quay/mc-01/da-gui"));
        assert!(tablet.opens("/quay/mc-01/da-gui").says("không ghi thêm"));
        let rows = stored(bed);
        let row = rows.first().unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!((row.channel.as_str(), row.sample.as_str(), row.office.as_deref()), ("kiosk", "verified", Some(WARD)));
        assert_eq!((row.field.as_str(), row.language.as_str()), ("land", "vi"));
        assert_eq!(row.answers.0, json!({"overall": 2, "reasons": ["time"]}));

        let thanks = tablet.opens("/quay/mc-01/cam-on");
        assert_eq!(thanks.refresh, Some((6, "/quay/mc-01?lang=vi".to_owned())));
        let code = bed.service.keys().receipt(row.submission_id.0);
        assert!(!thanks.says(code.reveal()) && !thanks.says("HD-") && !thanks.says("tra-cuu"));
        bed.recounts();
    });
}

#[test]
fn every_score_takes_the_same_steps() {
    each_database(|bed| {
        let tablet = Tablet::enrolled(bed);
        let faces = tablet.opens("/quay/mc-01/land");
        let questions = ["chưa hài lòng", "chưa hài lòng", "làm tốt hơn", "khiến ông/bà hài lòng", "khiến ông/bà hài lòng"];
        for (value, question) in (1..=5).zip(questions) {
            let address = format!("/quay/mc-01/land/{value}");
            assert!(faces.says(&format!("formaction=\"{address}\"")));
            // Each time another person, on a sheet of their own.
            let reasons = tablet.opens(&address);
            assert!(reasons.says(question), "{value}");
            assert_eq!(reasons.html.matches("name=\"reason\"").count(), 9, "{value}");
            assert_eq!(tablet.taps(&reasons, "").location.as_deref(), Some("/quay/mc-01/cam-on"), "{value}");
        }
        let rows = stored(bed);
        assert!(rows.len() == 5 && rows.iter().all(|r| r.answers.0.get("reasons").is_none()));
    });
}

#[test]
fn a_screen_that_nobody_touches_goes_back_to_the_start() {
    each_database(|bed| {
        let tablet = Tablet::enrolled(bed);
        assert_eq!(tablet.opens("/quay/mc-01").refresh, None);
        for address in ["/quay/mc-01/land", "/quay/mc-01/land/1"] {
            let screen = tablet.opens(address);
            let (seconds, question) = screen.refresh.clone().unwrap();
            assert_eq!(seconds, 45);
            let asked = tablet.opens(&question);
            assert!(asked.says(&format!("href=\"{address}?phieu={}\"", screen.hidden("phieu"))), "{question}");
            assert_eq!(asked.refresh, Some((20, "/quay/mc-01?lang=vi".to_owned())));
        }
        for elsewhere in ["https://example.com/", "//example.com/quay/mc-01/land", "/quay/mc-01/../../can-bo", "/quay/mc-01/no-field", "/quay/mc-00/land"] {
            let asked = tablet.opens(&format!("/quay/mc-01/con-o-day?tro-lai={elsewhere}"));
            assert!(asked.says("<a class=\"btn\" href=\"/quay/mc-01\">"), "{elsewhere}");
        }
    });
}

#[test]
fn the_next_person_finds_nothing_of_the_last_ones_language() {
    each_database(|bed| {
        let tablet = Tablet::enrolled(bed);
        let start = tablet.opens("/quay/mc-01?lang=km");
        assert_eq!(start.lang(), "km");
        assert_eq!(start.refresh, Some((45, "/quay/mc-01/con-o-day?tro-lai=/quay/mc-01".to_owned())), "a start in another language does not wait for ever");
        let reasons = tablet.opens("/quay/mc-01/land/5");
        assert_eq!(reasons.lang(), "km");
        tablet.taps(&reasons, "");
        let thanks = tablet.opens("/quay/mc-01/cam-on");
        assert_eq!(thanks.lang(), "km");
        assert_eq!(stored(bed).first().unwrap().language, "km");
        assert_eq!(tablet.opens(&thanks.refresh.unwrap().1).lang(), "vi");
        assert_eq!(tablet.opens("/quay/mc-01/land").lang(), "vi");
    });
}

#[test]
fn what_was_not_stored_is_said_calmly_with_the_way_back() {
    each_database(|bed| {
        let tablet = Tablet::enrolled(bed);
        let id = "00000000-0000-4000-8000-000000000001";
        let stale = tablet.sends("/quay/mc-01", &[("form_token", "old"), ("phieu", id), ("field", "land"), ("value", "4"), ("reason", "")]);
        assert_eq!(stale.status, StatusCode::FORBIDDEN);
        assert!(stale.says("chưa ghi gì cả") && stale.says(&format!("href=\"/quay/mc-01/land/4?phieu&#x3D;{id}\"").replace("&#x3D;", "=")));
        assert_eq!(stale.refresh, Some((45, "/quay/mc-01?lang=vi".to_owned())));
        for address in ["/quay/mc-01/no-field", "/quay/mc-01/land/0", "/quay/mc-01/land/6", "/quay/mc-01/land/five"] {
            let gone = tablet.opens(address);
            assert_eq!(gone.status, StatusCode::NOT_FOUND, "{address}");
            assert!(gone.says("href=\"/quay/mc-01?lang=vi\""), "{address}");
        }
        bed.service
            .write(|tx| {
                store::catalogue::open_questionnaire(tx.conn, &"phieu-quay".parse().unwrap(), false)?;
                tx.recatalogue()
            })
            .unwrap();
        assert_eq!(tablet.opens("/quay/mc-01").status, StatusCode::CONFLICT);
        assert_eq!(stored(bed).len(), 0);
    });
}
