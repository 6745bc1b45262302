use actix_web::test::TestRequest;
use hoidap::domain::catalogue::Device;
use hoidap::keys;
use hoidap::store;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::{SLIP, each_database, slip, with};

#[test]
fn the_counter_slip_comes_first_with_its_questions_flat_and_in_order() {
    each_database(async |api| {
        let first = api.get("surveys?lang=en").await.json["surveys"][0].clone();
        assert_eq!(first, json!({"slug": "phieu-quay", "title": "Counter rating slip", "version": 1, "open": true}));
        let slip = api.get("surveys/phieu-quay?lang=en").await.json;
        let overall = json!({
            "id": "overall", "type": "satisfaction", "label": "Are you satisfied?", "required": true, "headline": true,
            "scale": {"points": 5, "satisfied_from": 4}, "page": 1,
        });
        assert_eq!(slip["questions"][0], overall);
        let reasons = &slip["questions"][5];
        assert_eq!((&reasons["type"], &reasons["choices"][0]), (&json!("multiple"), &json!({"value": "time", "label": "Time taken"})));
        for path in ["surveys/nothing", "surveys/%2e%2e", "surveys/a%20b"] {
            assert_eq!(api.get(path).await.refusal(), (404, "not_found", vec![]), "{path}");
        }
    });
}

#[test]
fn the_same_submission_again_gets_the_same_and_stores_nothing() {
    each_database(async |api| {
        let body = with(slip("land", 5), json!({"feedback": {"text": "Cần thêm ghế."}, "unknown": {"is": "ignored"}}));
        let first = api.post(SLIP, &body).await;
        assert_eq!(first.status, 201);
        let feedback = &first.json["feedback"];
        assert_eq!((&feedback["serial"], &feedback["due_on"]), (&json!(1), &json!("2026-10-22")));
        assert_eq!(feedback["receipt_code"], first.json["receipt_code"]);
        let again = api.post(SLIP, &body).await;
        assert_eq!((again.status, &again.json), (200, &first.json));
        let stored = api.app.read(|tx| Ok((store::response::count(tx.conn)?, store::feedback::last_serial(tx.conn)?)));
        assert_eq!(stored.await.unwrap(), (1, 1));
        let plain = api.post(SLIP, &slip("land", 1)).await;
        assert!(plain.json.get("feedback").is_none() && plain.json["response_id"].is_string());
    });
}

#[test]
fn what_was_taken_and_is_sent_again_gets_its_receipt_whatever_ended_since() {
    each_database(async |api| {
        let rating = slip("land", 5);
        let opinion = json!({"submission_id": Uuid::new_v4(), "field": "land", "feedback": {"text": "Cần thêm ghế."}});
        let sent = async || [api.post(SLIP, &rating).await, api.post("/api/v1/feedback", &opinion).await].map(|said| (said.status, said.json));
        let first = sent().await.map(|(status, json)| {
            assert_eq!(status, 201);
            (200, json)
        });
        api.app
            .service
            .write(|tx| {
                let mut field = tx.catalogue.field(&"land".parse().unwrap()).unwrap().clone();
                field.valid_to = Some(tx.today.plus(-1));
                store::catalogue::put_field(tx.conn, &field, "")?;
                store::catalogue::open_questionnaire(tx.conn, &"phieu-quay".parse().unwrap(), false)?;
                tx.recatalogue()
            })
            .unwrap();
        assert_eq!(sent().await, first);
        assert_eq!(api.post(SLIP, &slip("land", 5)).await.refusal(), (409, "survey_closed", vec![]));
    });
}

#[test]
fn every_fault_is_named_at_its_place() {
    each_database(async |api| {
        let opinion = |feedback: Value| with(slip("land", 5), json!({"feedback": feedback}));
        let changed = |change: Value| with(slip("land", 5), change);
        let cases = [
            (changed(json!({"answers": {}})), "/answers/overall", "rating_missing"),
            (changed(json!({"answers": null})), "/answers/overall", "rating_missing"),
            (changed(json!({"answers": {"overall": 6}})), "/answers/overall", "not_on_scale"),
            (changed(json!({"answers": {"overall": "5"}})), "/answers/overall", "not_on_scale"),
            (changed(json!({"answers": {"overall": 4.5}})), "/answers/overall", "not_on_scale"),
            (changed(json!({"answers": {"overall": 5, "reasons": ["bribe"]}})), "/answers/reasons", "not_a_choice"),
            (changed(json!({"answers": {"overall": 5, "no/such~thing": 1}})), "/answers/no~1such~0thing", "unknown_question"),
            (changed(json!({"submission_id": "1"})), "/submission_id", "submission_id_missing"),
            (changed(json!({"submission_id": null})), "/submission_id", "submission_id_missing"),
            (changed(json!({"respondent": "king"})), "/respondent", "unknown_respondent"),
            (changed(json!({"language": "fr"})), "/language", "unknown_language"),
            (changed(json!({"field": ""})), "/field", "field_missing"),
            (changed(json!({"field": "moon"})), "/field", "unknown_field"),
            (changed(json!({"office": "nowhere"})), "/office", "unknown_office"),
            (changed(json!({"office": "st"})), "/office", "ended_office"),
            (changed(json!({"procedure": "9.999999"})), "/procedure", "unknown_procedure"),
            (opinion(json!({"text": "x", "kind": "song"})), "/feedback/kind", "unknown_kind"),
            (opinion(json!({"text": " \u{0007} ", "kind": "question"})), "/feedback/text", "opinion_missing"),
            (opinion(json!({"text": "ă".repeat(4_001)})), "/feedback/text", "opinion_too_long"),
            (opinion(json!({"text": "x", "contact": {"email": "duyen@", "consent": ["answer"]}})), "/feedback/contact/email", "email_incomplete"),
            (opinion(json!({"text": "x", "contact": {"email": "a@b.vn"}})), "/feedback/contact/consent", "consent_missing"),
            (opinion(json!({"text": "x", "contact": {"email": "a@b.vn", "consent": ["sell"]}})), "/feedback/contact/consent", "unknown_purpose"),
            // Of another JSON type than the place takes.
            (changed(json!({"respondent": 5})), "/respondent", "wrong_type"),
            (changed(json!({"answers": [5]})), "/answers", "wrong_type"),
            (changed(json!({"feedback": "x"})), "/feedback", "wrong_type"),
            (changed(json!({"feedback": ["suggestion", "x"]})), "/feedback", "wrong_type"),
            (opinion(json!({"text": {"html": "x"}})), "/feedback/text", "wrong_type"),
            (opinion(json!({"text": "x", "contact": {"consent": ["answer", 7]}})), "/feedback/contact/consent/1", "wrong_type"),
            (json!([]), "", "wrong_type"),
            (json!("x"), "", "wrong_type"),
        ];
        for (body, pointer, code) in cases {
            let said = api.post(SLIP, &body).await;
            let (status, whole, faults) = said.refusal();
            assert_eq!((status, whole), (422, "invalid"), "{body}");
            assert!(faults.contains(&(pointer, code)), "{pointer} {code}: {faults:?}");
        }
        let many = api.post(SLIP, &json!({})).await;
        let pointers: Vec<&str> = many.refusal().2.into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(pointers, ["/submission_id", "/field", "/answers/overall"], "all faults come at once");
        assert_eq!(api.app.read(|tx| Ok(store::response::count(tx.conn)?)).await.unwrap(), 0);
    });
}

#[test]
fn a_sentence_names_its_numbers_as_people_write_them() {
    each_database(async |api| {
        let body = with(slip("land", 5), json!({"feedback": {"text": "ă".repeat(5_234)}}));
        let message = |said: super::Said| said.json["errors"][0]["message"].as_str().unwrap().to_owned();
        assert_eq!(message(api.post(SLIP, &body).await), "Ý kiến dài hơn 4.000 ký tự. Hãy rút bớt 1.234 ký tự, hoặc gửi làm hai lần.");
        let english = message(api.post(&format!("{SLIP}?lang=en"), &body).await);
        assert!(english.contains("4,000") && english.contains("1,234"), "{english}");
    });
}

#[test]
fn what_can_not_be_read_is_refused_as_a_whole() {
    each_database(async |api| {
        let raw = async |kind: &str, body: &[u8]| {
            let request = TestRequest::post().uri(SLIP).insert_header(("content-type", kind.to_owned())).set_payload(body.to_vec());
            let said = api.call(request).await;
            let (status, code, _) = said.refusal();
            (status, code.to_owned())
        };
        for broken in [&b""[..], b"{", b"{\"a\":1}x", b"{\"field\":\"\xff\"}", b"{\"field\":\"\\ud800\"}", b"<xml/>", b"\xef\xbb\xbf{}"] {
            assert_eq!(raw("application/json", broken).await, (400, "malformed".to_owned()), "{broken:?}");
        }
        let deep = [b"{\"answers\":{\"x\":".to_vec(), b"[".repeat(10_000), b"]".repeat(10_000), b"}}".to_vec()].concat();
        assert_eq!(raw("application/json", &deep).await, (400, "malformed".to_owned()));
        for kind in ["text/plain", "application/x-www-form-urlencoded", "", "json", "application/jsonp"] {
            assert_eq!(raw(kind, b"{}").await, (415, "unsupported_type".to_owned()), "{kind}");
        }
        assert_eq!(raw("application/json; charset=utf-8", b"{}").await.0, 422);
        let long = with(slip("land", 5), json!({"feedback": {"text": "x".repeat(100_000)}})).to_string();
        assert_eq!(raw("application/json", long.as_bytes()).await, (413, "too_large".to_owned()));
        let unknown = api.post("/api/v1/surveys/nothing/responses", &slip("land", 5)).await;
        assert_eq!(unknown.refusal(), (404, "not_found", vec![]));
    });
}

#[test]
fn every_letter_that_people_write_comes_back_as_they_wrote_it() {
    each_database(async |api| {
        let composed = "Đề nghị bố trí thêm ghế";
        let decomposed: String = composed.nfd().collect();
        assert_ne!(composed, decomposed);
        for (sent, kept) in [
            (decomposed.as_str(), composed),
            ("a\u{0000}b\u{0007}\u{202E}c\r\nd", "abc\nd"),
            ("👍🏽 👩‍👩‍👧", "👍🏽 👩‍👩‍👧"),
            ("<script>alert('{{x}}')</script> {{{y}}} {{#if z}} %{max}", "<script>alert('{{x}}')</script> {{{y}}} {{#if z}} %{max}"),
            ("សូមអរគុណ", "សូមអរគុណ"),
        ] {
            let said = api.post(SLIP, &with(slip("land", 4), json!({"feedback": {"text": sent}}))).await;
            assert_eq!(said.status, 201, "{sent}");
            let own = api.get(&format!("receipts/{}", said.json["receipt_code"].as_str().unwrap())).await;
            assert_eq!(own.json["feedback"]["text"], kept);
        }
        let longest = with(slip("land", 4), json!({"feedback": {"text": "👍".repeat(4_000)}}));
        assert_eq!(api.post(SLIP, &longest).await.status, 201);
    });
}

#[test]
fn a_closed_survey_takes_nothing_more() {
    each_database(async |api| {
        api.rates("land", 5).await;
        let close = |open: bool| {
            api.app.service.write(|tx| {
                store::catalogue::open_questionnaire(tx.conn, &"phieu-quay".parse().unwrap(), open)?;
                tx.recatalogue()
            })
        };
        close(false).unwrap();
        assert_eq!(api.get("surveys/phieu-quay").await.json["open"], false);
        assert_eq!(api.post(SLIP, &slip("land", 5)).await.refusal(), (409, "survey_closed", vec![]));
        // Nobody has read anything since, and still nobody is refused by old reference data.
        close(true).unwrap();
        api.rates("land", 5).await;
    });
}

#[test]
fn an_enrolled_device_ties_what_it_sends_to_its_counter() {
    each_database(async |api| {
        api.rates("land", 5).await;
        let office = "31507".parse().unwrap();
        let device = Device { id: "quay-1".to_owned(), name: "Quầy 1".to_owned(), office, token_hash: keys::token_hash("secret"), active: true };
        let enrol = api.app.service.write(|tx| {
            store::catalogue::add_device(tx.conn, &device, tx.today)?;
            tx.recatalogue()
        });
        enrol.unwrap();
        let send = async |authorization: &str| {
            let body = with(slip("land", 5), json!({"office": "st"}));
            api.call(TestRequest::post().uri(SLIP).insert_header(("authorization", authorization.to_owned())).set_json(body)).await
        };
        let taken = send("Device quay-1:secret").await;
        assert_eq!(taken.status, 201, "{taken:?}");
        let own = api.get(&format!("receipts/{}", taken.json["receipt_code"].as_str().unwrap())).await;
        assert_eq!(own.json["response"]["office"], "31507", "the device stands above what the sender says");
        for wrong in ["Device quay-1:wrong", "Device quay-2:secret", "device quay-1", "Device :"] {
            assert_eq!(send(wrong).await.refusal(), (404, "unknown_device", vec![]), "{wrong}");
        }
        assert_eq!(send("Bearer x").await.refusal().2, [("/office", "ended_office")], "without a device anybody speaks for themselves");
    });
}
