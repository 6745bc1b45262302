//! What people send that is wrong, hostile or too much: refused at its place,
//! with everything that was typed, and nothing of it done.

use std::collections::BTreeSet;

use hoidap::domain::catalogue::{Device, Procedure};
use hoidap::domain::words::{Language, Serial};
use hoidap::i18n;
use hoidap::{keys, store};
use uuid::Uuid;

use super::visibility::patterns;
use crate::support::web::{Browser, Page, Site};
use crate::support::{Bed, NEIGHBOUR, WARD, each_database};

/// Words that would do harm if a page or a template took them for its own.
const HOSTILE: &str = "</textarea></title><script>alert(1)</script>\"><img src=x onerror=alert(2)> {{frame.form_token}} {{{body}}} {{#each}} %{max} 👩‍👩‍👧 Đề";

const TABLET: &str = "quay";

/// What the forms of an item at the desk send between them.
const MOVE: [(&str, &str); 7] =
    [("title", "Tên"), ("question", "Hỏi"), ("answer", "Đáp"), ("revision", "0"), ("to", NEIGHBOUR), ("reason", "wrong_office"), ("ground", "complaint_law")];

/// Whoever reads the page sees what was typed, and nothing else happens.
fn is_inert(page: &Page, place: &str) {
    for live in ["<script>alert", "<img src=x", "</textarea></title>", "onerror=alert"] {
        assert!(!page.says(live), "{place}: {live} is live");
    }
    let shown = page.body.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x3D;", "=");
    assert!(shown.contains("<script>alert(1)</script>") && shown.contains("{{frame.form_token}} {{{body}}} {{#each}}"), "{place}: {}", page.body);
}

/// Everything that a form could change.
fn state(bed: &Bed) -> String {
    let read = bed.service.read(|tx| {
        let audit =
            store::audit::lines(tx.conn, None, 100_000)?.into_iter().filter(|l| !l.action.starts_with("sign_in") && !l.action.ends_with(".view")).count();
        let events: Vec<u32> =
            (1..=store::feedback::last_serial(tx.conn)?).filter_map(|n| store::feedback::get(tx.conn, Serial(n)).ok()?.map(|r| r.events)).collect();
        let accounts = store::officer::all(tx.conn)?.len();
        Ok(format!("{events:?} {} {accounts} {audit} {}", store::response::count(tx.conn)?, tx.catalogue.version))
    });
    read.unwrap()
}

fn opinion<'a>(id: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("submission_id", id), ("field", "land"), ("noi", WARD), ("kind", "report"), ("respondent", "citizen"), ("text", text)]
}

/// With one field replaced.
fn with<'a>(mut fields: Vec<(&'a str, &'a str)>, name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.retain(|(n, _)| *n != name);
    fields.push((name, value));
    fields
}

/// A filled pattern, with things that are there.
fn address(bed: &Bed, pattern: &str, receipt: &str) -> String {
    let account = bed.account("colleague").id.to_string();
    let code = if pattern.starts_with("/quan-tri/linh-vuc") {
        "land"
    } else if pattern.starts_with("/quan-tri") {
        WARD
    } else {
        receipt
    };
    let id = match pattern.split('/').nth(2) {
        Some("tai-khoan") => account.as_str(),
        Some("thiet-bi") => TABLET,
        _ => "1",
    };
    let values = [("serial", "1"), ("slug", "phieu-quay"), ("device", TABLET), ("field", "land"), ("value", "5"), ("code", code), ("id", id)];
    let values =
        values.into_iter().chain([("key", "1.012784"), ("day", "2026-09-02"), ("move", "nhan"), ("name", "1.eml"), ("hash", "0"), ("name:.*", "site.css")]);
    values.fold(pattern.to_owned(), |address, (name, value)| address.replace(&format!("{{{name}}}"), value))
}

fn enrol(bed: &Bed) {
    let device = Device { id: TABLET.to_owned(), name: "Quầy".to_owned(), office: WARD.parse().unwrap(), token_hash: keys::token_hash("x"), active: true };
    let enrolled = bed.service.write(|tx| {
        store::catalogue::add_device(tx.conn, &device, tx.today)?;
        tx.recatalogue()
    });
    enrolled.unwrap();
}

/// Every address that takes a form, and nothing that a browser sends by itself is enough for one.
#[test]
fn a_form_without_the_token_of_its_browser_does_nothing_anywhere() {
    each_database(|bed| {
        let receipt = bed.citizen().says("Một ý kiến.").sends(bed);
        enrol(bed);
        let site = Site::start(bed);
        let officer = site.browser().signs_in("officer");
        let administrator = site.browser().signs_in("administrator");
        let others = site.browser().token();
        let before = state(bed);
        let mut refused = BTreeSet::new();
        let stale = i18n::t(Language::Vi, "errors.stale_form");
        // The interface for machines has no sessions that a strange page could use.
        let patterns = patterns();
        for pattern in patterns.iter().filter(|p| !p.starts_with("/api")) {
            let address = address(bed, pattern, receipt.code.reveal());
            let browser = if address.starts_with("/quan-tri") { &administrator } else { &officer };
            for fields in [vec![], vec![("form_token", "")], vec![("form_token", "Zm9yZ2Vk")], vec![("form_token", others.as_str())]] {
                let answer = browser.sends(&address, &fields);
                match answer.status {
                    403 => drop(refused.insert(pattern)),
                    // A form whose other fields are missing too comes back without them.
                    422 if answer.says(&stale) => drop(refused.insert(pattern)),
                    // No form is there, or nothing that it could be about.
                    404 | 405 => {}
                    // A tablet that was not enrolled is asked for its code first.
                    303 if pattern == "/quay/{device}" => {}
                    status => panic!("{address} with {fields:?} answers {status}: {}", answer.body),
                }
            }
        }
        assert_eq!(state(bed), before);
        assert!(refused.len() >= 29, "only {} forms were found: {refused:?}", refused.len());
    });
}

#[test]
fn a_form_that_was_open_for_too_long_comes_back_with_everything_that_was_typed() {
    each_database(|bed| {
        let site = Site::start(bed);
        // The browser forgets its cookie after thirty days; the page is still open.
        let token = site.browser().token();
        let later = site.browser();
        let id = Uuid::new_v4().to_string();
        let fields =
            [vec![("form_token", token.as_str())], opinion(&id, "Tôi đã viết rất lâu."), vec![("email", "an@example.vn"), ("consent", "answer")]].concat();
        let page = later.sends("/gop-y?lang=en", &fields);
        assert_eq!((page.status, page.hidden("submission_id")), (403, id.clone()));
        assert!(page.says("Tôi đã viết rất lâu.") && page.says("an@example.vn"));
        let fresh = page.hidden("form_token");
        assert_eq!(later.sends("/gop-y", &[vec![("form_token", fresh.as_str())], opinion(&id, "Tôi đã viết rất lâu.")].concat()).status, 303);
        assert_eq!(state(bed).split(' ').next(), Some("[3]"), "one opinion: received, routed, deadline");
    });
}

#[test]
fn whatever_is_typed_into_a_field_is_shown_as_it_was_typed_and_never_run() {
    each_database(|bed| {
        bed.citizen().says("Một ý kiến.").sends(bed);
        let site = Site::start(bed);
        let citizen = site.browser();
        let id = Uuid::new_v4().to_string();
        for (name, value) in [("text", HOSTILE), ("email", HOSTILE), ("phone", HOSTILE)] {
            // Without a field it comes back.
            let page = citizen.submits("/gop-y", &with(with(opinion(&id, "x"), name, value), "field", "moon"));
            assert_eq!(page.status, 422);
            is_inert(&page, name);
        }
        let rating =
            vec![("submission_id", id.as_str()), ("field", "land"), ("office", WARD), ("respondent", "citizen"), ("text", HOSTILE), ("kind", "report")];
        let page = citizen.submits("/khao-sat/phieu-quay", &rating);
        assert_eq!(page.status, 422, "a rating is missing");
        is_inert(&page, "the slip");
        for (address, name) in [("/tra-cuu", "ma"), ("/dang-nhap", "login")] {
            is_inert(&citizen.submits(address, &[(name, HOSTILE)]), address);
        }
        for hidden in ["submission_id", "field", "noi", "kind", "respondent", "consent"] {
            let page = citizen.submits("/gop-y", &with(opinion(&id, "x"), hidden, HOSTILE));
            assert!(page.status == 422 && !page.says("<script>alert"), "{hidden}: {}", page.status);
        }
        for query in ["/y-kien?linh-vuc=", "/y-kien?loai=", "/ket-qua?tu=", "/gop-y?noi=", "/khao-sat/phieu-quay?linh-vuc=", "/y-kien?truoc=", "/tra-cuu?x="] {
            let page = citizen.opens(&format!("{query}%22%3E%3Cscript%3Ealert(1)%3C/script%3E%7B%7Bframe%7D%7D"));
            assert!(page.status < 500 && !page.says("<script>alert"), "{query}");
        }

        let officer = site.browser().signs_in("officer");
        let fields = [("title", "<b>Đề</b> {{x}}"), ("question", HOSTILE), ("answer", ""), ("revision", "0")];
        is_inert(&officer.submits("/can-bo/1/viet", &fields), "an answer without words");
        for (name, fields) in [("huong-dan", vec![("guidance", HOSTILE)]), ("gop", vec![("into", HOSTILE)])] {
            is_inert(&officer.submits(&format!("/can-bo/1/{name}"), &fields), name);
        }
        let fields = [("title", "<b>Đề</b> {{x}}"), ("question", HOSTILE), ("answer", HOSTILE), ("revision", "0")];
        assert_eq!(officer.submits("/can-bo/1/viet", &fields).status, 303);
        let approver = site.browser().signs_in("approver");
        is_inert(&approver.opens("/can-bo/1"), "the approver's page");
        let revision = bed.seen(Serial(1)).revision.to_string();
        let events = bed.seen(Serial(1)).events.to_string();
        assert_eq!(approver.submits("/can-bo/1/duyet", &[("viec", "duyet"), ("events", &events), ("revision", &revision)]).status, 303);
        is_inert(&citizen.opens("/y-kien/1"), "the public page");
        for page in ["/", "/y-kien", "/y-kien/1", "/can-bo", "/can-bo/1"] {
            let page = officer.opens(page);
            assert!(!page.says("<b>Đề</b>") && !page.says("<script>alert"), "{}", page.body);
        }
        assert!(citizen.opens("/y-kien").says("&lt;b&gt;Đề&lt;/b&gt; {{x}}"));
        assert_eq!(citizen.opens("/api/v1/feedback/1").json()["question"], HOSTILE);
    });
}

#[test]
fn a_hundred_thousand_letters_in_any_field_are_refused_without_harm() {
    each_database(|bed| {
        bed.citizen().says("Một ý kiến.").sends(bed);
        let site = Site::start(bed);
        let long = "ă".repeat(100_000);
        let (citizen, officer) = (site.browser(), site.browser().signs_in("officer"));
        let before = state(bed);
        let refused = |browser: &Browser, address: &str, fields: &[(&str, &str)]| {
            let page = browser.submits(address, fields);
            let names: Vec<&str> = fields.iter().filter(|(_, v)| v.len() > 1_000).map(|(n, _)| *n).collect();
            assert!((400..500).contains(&page.status), "{address} {names:?} answers {}", page.status);
            page
        };
        let id = Uuid::new_v4().to_string();
        for name in ["text", "email", "phone", "submission_id", "field", "noi", "kind", "respondent", "consent"] {
            let page = refused(&citizen, "/gop-y", &with(with(opinion(&id, "x"), "consent", "answer"), name, &long));
            assert!(name != "text" || page.says(&long) && page.says("4.000"), "what was typed is still there, and its fault in the numbers of the language");
        }
        for name in ["text", "a.overall", "a.reasons", "procedure", "office"] {
            let rating = vec![("submission_id", id.as_str()), ("field", "land"), ("office", WARD), ("a.overall", "5")];
            refused(&citizen, "/khao-sat/phieu-quay", &with(rating, name, &long));
        }
        refused(&citizen, "/tra-cuu", &[("ma", &long)]);
        for (name, field) in [
            ("viet", "title"),
            ("viet", "question"),
            ("viet", "answer"),
            ("chuyen", "note"),
            ("gop", "into"),
            ("giao", "to"),
            ("huong-dan", "guidance"),
            ("tu-choi", "note"),
            ("tu-choi", "ground"),
        ] {
            let fields: Vec<(&str, &str)> = if name == "tu-choi" { with(MOVE.to_vec(), "ground", "spam:advertising") } else { MOVE.to_vec() };
            refused(&officer, &format!("/can-bo/1/{name}"), &with(fields, field, &long));
        }
        assert_eq!(citizen.submits("/gop-y", &opinion(&id, &"x".repeat(1_300_000))).status, 413);
        assert_eq!(state(bed), before);
        // A refused sign-in leaves its line in the audit, and nothing else.
        for name in ["login", "password"] {
            refused(&citizen, "/dang-nhap", &[(name, &long)]);
        }
    });
}

#[test]
fn places_and_questionnaires_that_are_not_open_take_nothing() {
    each_database(|bed| {
        let site = Site::start(bed);
        let citizen = site.browser();
        let before = state(bed);
        let id = Uuid::new_v4().to_string();
        for (name, value) in [("noi", "khong-co"), ("noi", "st"), ("noi", ""), ("field", "moon"), ("field", ""), ("submission_id", "1"), ("text", " \u{7} ")] {
            let page = citizen.submits("/gop-y", &with(opinion(&id, "Một ý kiến."), name, value));
            assert_eq!(page.status, 422, "{name}={value}");
            assert!(name == "text" || page.says("Một ý kiến."), "what was typed is still there");
        }
        let rating = [("submission_id", id.as_str()), ("field", "land"), ("office", WARD), ("respondent", "citizen"), ("a.overall", "5")];
        assert_eq!(citizen.submits("/khao-sat/khong-co", &rating).status, 404);
        for (name, value) in [("a.overall", "6"), ("a.overall", "five"), ("a.overall", "5.5"), ("a.reasons", "moon"), ("office", "st"), ("office", "khong-co")]
        {
            assert_eq!(citizen.submits("/khao-sat/phieu-quay", &with(rating.to_vec(), name, value)).status, 422, "{name}={value}");
        }
        let open = |open: bool| {
            let switched = bed.service.write(|tx| {
                store::catalogue::open_questionnaire(tx.conn, &"phieu-quay".parse().unwrap(), open)?;
                tx.recatalogue()
            });
            switched.unwrap();
        };
        open(false);
        assert_eq!(citizen.submits("/khao-sat/phieu-quay", &rating).status, 409);
        open(true);
        assert_eq!(state(bed).split(' ').take(4).collect::<Vec<_>>(), before.split(' ').take(4).collect::<Vec<_>>());
        assert_eq!(citizen.submits("/khao-sat/phieu-quay", &rating).status, 303);
    });
}

#[test]
fn a_form_that_was_taken_and_is_sent_again_leads_to_its_receipt_whatever_ended_since() {
    each_database(|bed| {
        let site = Site::start(bed);
        let citizen = site.browser();
        let ids = [Uuid::new_v4().to_string(), Uuid::new_v4().to_string()];
        let rating = [("submission_id", ids[0].as_str()), ("field", "land"), ("office", WARD), ("a.overall", "5")];
        let send = || [citizen.submits("/khao-sat/phieu-quay", &rating), citizen.submits("/gop-y", &opinion(&ids[1], "Một ý kiến."))];
        let first = send().map(|page| page.header("location").to_owned());
        assert!(first.iter().all(|address| address.starts_with("/tra-cuu/")), "{first:?}");
        let ended = bed.service.write(|tx| {
            let mut field = tx.catalogue.field(&"land".parse().unwrap()).unwrap().clone();
            field.valid_to = Some(tx.today.plus(-1));
            store::catalogue::put_field(tx.conn, &field, "")?;
            store::catalogue::open_questionnaire(tx.conn, &"phieu-quay".parse().unwrap(), false)?;
            tx.recatalogue()
        });
        ended.unwrap();
        assert_eq!(send().map(|page| page.header("location").to_owned()), first);
        assert!(state(bed).starts_with("[3] 1 "), "one opinion with its three events, one rating");
    });
}

#[test]
fn nothing_is_offered_that_would_be_refused_at_the_end() {
    each_database(|bed| {
        let site = Site::start(bed);
        let citizen = site.browser();
        let administrator = site.browser().signs_in("administrator");
        let (ended, running) = bed
            .service
            .write(|tx| {
                let mut later = tx.catalogue.field(&"land".parse().unwrap()).unwrap().clone();
                (later.code, later.valid_from) = ("tomorrow".parse().unwrap(), tx.today.next());
                store::catalogue::put_field(tx.conn, &later, "")?;
                let mut procedures = tx.catalogue.procedures.iter().filter(|p| p.field.as_str() == "land");
                let (ended, running) = (procedures.next().unwrap().clone(), procedures.next().unwrap().clone());
                let sector = store::catalogue::sectors(tx.conn)?.into_iter().find(|s| s.label == ended.sector).unwrap();
                store::catalogue::put_procedure(tx.conn, &Procedure { valid_to: Some(tx.today.plus(-1)), ..ended.clone() }, &sector.code, "")?;
                tx.recatalogue()?;
                Ok((ended, running))
            })
            .unwrap();
        for page in ["/gop-y", "/khao-sat/phieu-quay", "/khao-sat/phieu-quay?linh-vuc=tomorrow"] {
            let opened = citizen.opens(page);
            let opened = if opened.status == 303 { citizen.opens(opened.header("location")) } else { opened };
            assert!(opened.status == 200 && opened.says("land") && !opened.says("=tomorrow\"") && !opened.says("\"tomorrow\""), "{page}: {}", opened.body);
        }
        let rules = administrator.opens("/quan-tri/phan-cong/them");
        assert!(rules.says("field:land") && !rules.says("field:tomorrow"));
        assert!(rules.says(&format!("procedure:{}", running.key)) && !rules.says(&format!("procedure:{}\"", ended.key)));

        let leads_to = |query: &str| {
            let opened = citizen.opens(&format!("/khao-sat/phieu-quay?{query}"));
            if opened.status == 303 { citizen.opens(opened.header("location")) } else { opened }
        };
        let hidden = |key: &str| format!("name=\"procedure\" value=\"{key}\"");
        assert!(leads_to(&format!("thu-tuc={}&noi={WARD}", running.key)).says(&hidden(running.key.as_str())));
        assert!(leads_to(&format!("thu-tuc={}", ended.key)).says("linh-vuc=land"), "the choice of a field");
        let form = leads_to(&format!("linh-vuc=land&thu-tuc={}&noi={WARD}", ended.key));
        assert!(form.says("submission_id") && form.says(&hidden("")), "{}", form.body);

        // One that ended while the form was open: refused once, and the form that comes back can be sent.
        let id = Uuid::new_v4().to_string();
        let rating = [("submission_id", id.as_str()), ("field", "land"), ("office", WARD), ("procedure", ended.key.as_str()), ("a.overall", "5")];
        let refused = citizen.submits("/khao-sat/phieu-quay", &rating);
        assert!(refused.status == 422 && refused.says(&hidden("")), "{}", refused.body);
    });
}

#[test]
fn a_desk_refuses_what_is_another_offices_ones_own_text_and_a_second_approval() {
    each_database(|bed| {
        bed.citizen().says("Một ý kiến.").sends(bed);
        let site = Site::start(bed);
        let neighbour = site.browser().signs_in("neighbour");
        let before = state(bed);
        let same_as_nothing = |address: &str| {
            let (there, nowhere) = (neighbour.opens(address), neighbour.opens("/can-bo/9999"));
            assert_eq!((there.status, nowhere.status), (404, 404), "{address}");
        };
        same_as_nothing("/can-bo/1");
        for name in ["nhan", "giao", "viet", "tu-choi", "duyet", "chuyen", "gop", "huong-dan", "to-cao", "xac-nhan", "khoi-phuc", "khong-co"] {
            let status = neighbour.submits(&format!("/can-bo/1/{name}"), &with(MOVE.to_vec(), "guidance", "x")).status;
            assert!((400..500).contains(&status), "{name} answers {status}");
        }
        assert_eq!(state(bed), before);

        // With both roles, and still not for one's own text.
        let citizen = bed.citizen().says("Ở phường khác.").office(NEIGHBOUR);
        let serial = citizen.sends_opinion(bed);
        let written = [("title", "Tên"), ("question", "Hỏi"), ("answer", "Đáp"), ("revision", "0")];
        assert_eq!(neighbour.submits(&format!("/can-bo/{}/viet", serial.0), &written).status, 303);
        let seen = bed.seen(serial);
        let (events, revision) = (seen.events.to_string(), seen.revision.to_string());
        let approval = [("viec", "duyet"), ("events", events.as_str()), ("revision", revision.as_str())];
        assert_eq!(neighbour.submits(&format!("/can-bo/{}/duyet", serial.0), &approval).status, 403);
        assert_eq!(site.browser().opens(&format!("/api/v1/feedback/{}", serial.0)).json()["answers"], serde_json::json!([]));

        let officer = site.browser().signs_in("officer");
        assert_eq!(officer.submits("/can-bo/1/viet", &written).status, 303);
        let approver = site.browser().signs_in("approver");
        let seen = bed.seen(Serial(1));
        let (events, revision) = (seen.events.to_string(), seen.revision.to_string());
        let approval = [("viec", "duyet"), ("events", events.as_str()), ("revision", revision.as_str())];
        assert_eq!(approver.submits("/can-bo/1/duyet", &approval).status, 303);
        assert_eq!(approver.submits("/can-bo/1/duyet", &approval).status, 409);
        assert_eq!(bed.events(Serial(1)).iter().filter(|e| **e == "answered").count(), 1);
        assert_eq!(site.browser().submits("/can-bo/1/nhan", &[]).header("location"), "/dang-nhap", "and whoever is not signed in signs in first");
    });
}
