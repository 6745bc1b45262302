use hoidap::actions::feedback;
use hoidap::domain::words::Serial;
use serde_json::{Value, json};

use super::{Said, each_database};

fn figure<'a>(said: &'a Said, scope: &str, sample: &str) -> &'a Value {
    said.json["satisfaction"].as_array().unwrap().iter().find(|f| f["scope"] == scope && f["sample"] == sample).unwrap()
}

#[test]
fn below_the_threshold_nothing_is_shown_and_from_it_on_everything_is() {
    each_database(async |api| {
        for _ in 0..9 {
            api.rates("land", 5).await;
        }
        let said = api.get("results").await;
        let withheld = figure(&said, "land", "open");
        for key in ["n", "satisfied", "share", "low", "high"] {
            assert_eq!(withheld.get(key), Some(&Value::Null), "{key}");
        }
        assert_eq!((&withheld["verdict"], &withheld["target"]), (&json!("not_enough"), &json!(0.85)));
        api.rates("land", 1).await;
        let said = api.get("results").await;
        let shown = figure(&said, "land", "open");
        assert_eq!((&shown["n"], &shown["satisfied"], &shown["share"], &shown["verdict"]), (&json!(10), &json!(9), &json!(0.9), &json!("likely_met")));
        assert!((shown["low"].as_f64().unwrap() - 0.5958).abs() < 1e-4 && (shown["high"].as_f64().unwrap() - 0.9821).abs() < 1e-4, "{shown}");
        assert_eq!(figure(&said, "overall", "open")["target"], 0.9);
        assert_eq!(figure(&said, "overall", "verified")["n"], Value::Null, "samples are never pooled");
        let keys: Vec<&String> = shown.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["field", "high", "low", "n", "respondent", "sample", "satisfied", "scope", "share", "target", "verdict"]);
        let asked = api.get("results?field=land&respondent=citizen&sample=open").await;
        assert_eq!(asked.json["satisfaction"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn opinions_add_up_and_shares_are_of_those_that_were_due() {
    each_database(async |api| {
        for kind in ["report", "report", "question", "denunciation"] {
            api.says(kind, "Một ý kiến.").await;
        }
        let empty = api.get("results").await.json["feedback"].clone();
        assert_eq!((&empty["received"], &empty["due"], &empty["answered_share"], &empty["target"]), (&json!(4), &json!(0), &Value::Null, &json!(1.0)));
        let officers = api.officers();
        api.answers(&officers, 1);
        api.on("2026-11-02");
        api.answers(&officers, 2);
        let counts = api.get("results").await.json["feedback"].clone();
        let expected = json!({
            "received": 4, "answered_on_time": 1, "answered_late": 1, "open_in_time": 0, "overdue": 1, "merged": 0, "out_of_scope": 0, "spam": 0,
            "redirected": 0, "sealed": 1, "withdrawn": 0, "due": 3, "answered_of_due": 2, "on_time_of_due": 1,
            "answered_share": 2.0 / 3.0, "on_time_share": 1.0 / 3.0, "out_after_due": 0, "reply_yes": 0, "reply_no": 0, "reply_none": 0,
            "grouped": 0, "within_first": 1, "forwarded_once": 0, "forwarded_twice": 0, "appealed": 0, "appeal_answered": 0, "target": 1.0,
        });
        assert_eq!(counts, expected);
        api.app.service.write(|tx| feedback::merge(tx, &officers.0, Serial(3), Serial(1))).unwrap();
        assert_eq!(api.get("results").await.json["feedback"]["out_after_due"], 1, "leaving late by another door shows");
        assert_eq!(api.get("results?field=land").await.json["feedback"]["received"], 3, "a sealed one has no field");
        assert_eq!(api.get("results?from=2026-10-02").await.json["feedback"]["received"], 0);
    });
}

#[test]
fn a_period_is_widened_to_half_months_and_says_so() {
    each_database(async |api| {
        let period = api.get("results?from=2026-10-03&to=2026-10-20").await.json["period"].clone();
        assert_eq!(period, json!({"from": "2026-10-03", "to": "2026-10-20", "ratings_from": "2026-10-01", "ratings_to": "2026-10-31"}));
        let whole = api.get("results").await.json["period"].clone();
        assert_eq!(whole, json!({"from": null, "to": "2026-10-01", "ratings_from": null, "ratings_to": "2026-10-14"}));
    });
}

#[test]
fn query_values_that_can_not_be_read_are_named() {
    each_database(async |api| {
        for (query, pointer, code) in [
            ("from=yesterday", "/from", "not_a_day"),
            ("to=2026-02-30", "/to", "not_a_day"),
            ("from=2026-10-02&to=2026-10-01", "/to", "ends_before_it_begins"),
            ("from=2026-10-02", "/from", "ends_before_it_begins"),
            ("from=2026-10-02&to=", "/from", "ends_before_it_begins"),
            ("field=moon", "/field", "unknown_field"),
            ("office=nowhere", "/office", "unknown_office"),
            ("respondent=all", "/respondent", "unknown_respondent"),
            ("sample=mine", "/sample", "unknown_sample"),
        ] {
            let said = api.get(&format!("results?{query}")).await;
            assert_eq!(said.refusal(), (422, "invalid", vec![(pointer, code)]), "{query}");
        }
        assert_eq!(api.get("results?from=x&to=y").await.refusal().2.len(), 2);
        assert_eq!(api.get("results?from=2026-10-02&to=y").await.refusal().2, [("/to", "not_a_day")]);
        assert_eq!(api.get("results?from=2026-10-01").await.status, 200, "today is no future");
    });
}
