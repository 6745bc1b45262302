use std::collections::BTreeSet;

use hoidap::actions::feedback;
use hoidap::domain::words::Serial;
use serde_json::{Value, json};
use uuid::Uuid;

use super::each_database;

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn an_opinion_alone_is_taken_once_and_found_under_both_forms_of_its_number() {
    each_database(async |api| {
        let body = json!({"submission_id": Uuid::new_v4(), "field": "land", "feedback": {"text": "Cần thêm ghế."}});
        let first = api.post("/api/v1/feedback", &body).await;
        assert_eq!(first.status, 201);
        assert_eq!(keys(&first.json), BTreeSet::from(["response_id", "receipt_code", "feedback"]));
        let again = api.post("/api/v1/feedback", &body).await;
        assert_eq!((again.status, again.json), (200, first.json));
        let item = api.get("feedback/1").await.json;
        assert_eq!(item["kind"], "suggestion", "a kind left out");
        for form in ["HD-000001", "hd-1", "001"] {
            assert_eq!(api.get(&format!("feedback/{form}")).await.json, item, "{form}");
        }
        for nothing in ["2", "0", "HD-", "x", "-1", "99999999999999999999", "1%2F2"] {
            assert_eq!(api.get(&format!("feedback/{nothing}")).await.refusal(), (404, "not_found", vec![]), "{nothing}");
        }
        let blank = json!({"submission_id": Uuid::new_v4(), "field": "land", "feedback": {"text": "  "}});
        assert_eq!(api.post("/api/v1/feedback", &blank).await.refusal().2, [("/feedback/text", "opinion_missing")]);
    });
}

#[test]
fn before_its_answer_nobody_reads_the_words_and_after_it_everybody_does() {
    each_database(async |api| {
        api.says("report", "Chị Hạnh ở quầy 3 rất chậm.").await;
        let waiting = api.get("feedback/1").await.json;
        let expected = ["serial", "id", "class", "kind", "field", "office", "respondent", "received_on", "due_on", "first_due_on", "answered_on"];
        let expected =
            expected.into_iter().chain(["working_days", "out_on", "title", "question", "answers", "appeals", "pressed", "merged_into", "ground", "history"]);
        assert_eq!(keys(&waiting), expected.collect());
        assert_eq!((&waiting["class"], &waiting["title"], &waiting["answers"]), (&json!("open_in_time"), &Value::Null, &json!([])));
        assert_eq!(waiting["due_on"], "2026-10-22");
        api.on("2026-10-08");
        let officers = api.officers();
        api.answers(&officers, 1);
        let said = api.get("feedback/1").await;
        let answered = said.json;
        assert_eq!((&answered["class"], &answered["answered_on"]), (&json!("answered_on_time"), &json!("2026-10-08")));
        assert_eq!(answered["working_days"], 5);
        assert_eq!(answered["answers"][0]["answer"], "Đã thêm 20 ghế.");
        assert_eq!((&answered["title"], &answered["question"]), (&json!("Ghế ngồi chờ"), &json!("Đề nghị thêm ghế ngồi chờ.")));
        let text = answered.to_string();
        for hidden in ["Hạnh", "Người Viết", "Người Duyệt", &officers.0.id.to_string(), &officers.1.id.to_string()] {
            assert!(!text.contains(hidden), "{hidden}");
        }
        let events: Vec<&str> = answered["history"].as_array().unwrap().iter().map(|s| s["event"].as_str().unwrap()).collect();
        assert_eq!(events, ["received", "routed", "deadline_set", "taken", "drafted", "answered"]);
        for step in answered["history"].as_array().unwrap() {
            assert!(keys(step).is_disjoint(&BTreeSet::from(["text", "question", "answer", "note", "at", "officer"])), "{step}");
        }
        let third = json!({"n": 2, "on": "2026-10-01", "by": "system", "event": "deadline_set", "due_on": "2026-10-22", "cause": "received"});
        assert_eq!(answered["history"][2], third);
    });
}

#[test]
fn a_sealed_one_shows_nothing_and_stands_in_no_list_by_place() {
    each_database(async |api| {
        api.says("denunciation", "Tố cáo ông A nhận tiền.").await;
        api.says("report", "Ông B nhận tiền.").await;
        api.says("praise", "Cảm ơn.").await;
        let officers = api.officers();
        api.app.service.write(|tx| feedback::seal(tx, &officers.0, Serial(2))).unwrap();
        for serial in [1, 2] {
            let shell = api.get(&format!("feedback/{serial}?lang=en")).await.json;
            assert_eq!(keys(&shell), BTreeSet::from(["serial", "class", "received_on", "out_on", "ground"]), "{shell}");
            assert_eq!((&shell["class"], &shell["ground"]["code"]), (&json!("sealed"), &json!("denunciation_law")));
        }
        let serials = async |query: &str| {
            let page = api.get(&format!("feedback?{query}")).await;
            let list = page.json["feedback"].as_array().unwrap_or_else(|| panic!("{query}: {page:?}")).clone();
            list.iter().map(|x| x["serial"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(serials("").await, [3, 2, 1], "without a filter their shells stand there");
        assert_eq!(serials("class=sealed").await, [2, 1]);
        for narrowed in ["field=land", "respondent=citizen", "kind=report", "kind=denunciation", "office=ct", "class=sealed&field=land"] {
            let listed = serials(narrowed).await;
            assert!(!listed.contains(&1) && !listed.contains(&2), "{narrowed}: {listed:?}");
        }
        assert_eq!(serials("field=land").await, [3]);
    });
}

#[test]
fn pages_follow_each_other_without_a_gap_and_filters_choose() {
    each_database(async |api| {
        for kind in ["report", "praise", "report", "question", "complaint"] {
            api.says(kind, "Một ý kiến.").await;
        }
        let officers = api.officers();
        api.answers(&officers, 1);
        let ground = api.app.service.held().unwrap().list("redirect").next().unwrap().code.to_string();
        api.app.service.write(|tx| feedback::redirect(tx, &officers.0, Serial(5), &ground, "Hãy gửi đơn khiếu nại đến Chủ tịch.")).unwrap();

        let mut seen = Vec::new();
        let mut next = String::new();
        loop {
            let page = api.get(&format!("feedback?limit=2{next}")).await.json;
            let list = page["feedback"].as_array().unwrap();
            assert!(list.len() <= 2 && list.iter().all(|x| x.get("history").is_none()));
            seen.extend(list.iter().map(|x| x["serial"].as_i64().unwrap()));
            match page["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen, [5, 4, 3, 2, 1]);

        let count = async |query: &str| api.get(&format!("feedback?{query}")).await.json["feedback"].as_array().unwrap().len();
        assert_eq!(count("kind=report").await, 2);
        assert_eq!(count("kind=report&field=construction").await, 0);
        assert_eq!(count("class=answered_on_time").await, 1);
        assert_eq!(count("class=redirected").await, 1);
        assert_eq!(count("class=open_in_time").await, 3);
        assert_eq!(count("class=overdue").await, 0);
        api.on("2026-11-02");
        assert_eq!(count("class=open_in_time").await, 0);
        assert_eq!(count("class=overdue").await, 3);
        let redirected = api.get("feedback?class=redirected&lang=en").await.json["feedback"][0].clone();
        assert_eq!((&redirected["ground"]["list"], &redirected["ground"]["code"]), (&json!("redirect"), &json!(ground)), "lists give the ground too");
        assert_eq!(redirected["ground"], api.get("feedback/5?lang=en").await.json["ground"]);
        assert_eq!(redirected["title"], Value::Null);
    });
}

#[test]
fn query_values_that_can_not_be_read_are_named() {
    each_database(async |api| {
        for (query, pointer, code) in [
            ("field=moon", "/field", "unknown_field"),
            ("field=%20%C3%A1", "/field", "unknown_field"),
            ("office=nowhere", "/office", "unknown_office"),
            ("kind=song", "/kind", "unknown_kind"),
            ("respondent=king", "/respondent", "unknown_respondent"),
            ("class=lost", "/class", "unknown_class"),
            ("cursor=x", "/cursor", "cursor_not_read"),
            ("cursor=%FF%FE", "/cursor", "cursor_not_read"),
            ("limit=0", "/limit", "not_in_range"),
            ("limit=101", "/limit", "not_in_range"),
            ("limit=ten", "/limit", "not_in_range"),
        ] {
            let said = api.get(&format!("feedback?{query}")).await;
            assert_eq!(said.refusal(), (422, "invalid", vec![(pointer, code)]), "{query}");
        }
        assert_eq!(api.get("feedback?limit=1&limit=2").await.refusal(), (400, "malformed", vec![]));
        assert_eq!(api.get("feedback?field=&cursor=&limit=&unknown=1").await.status, 200, "empty is as good as missing");
        let end = api.get("feedback?cursor=gAAAAAAAAAA").await;
        assert_eq!((end.status, &end.json["feedback"]), (200, &json!([])), "a made-up cursor harms nobody");
    });
}
