use serde_json::{Value, json};

use super::{Said, each_database};

fn find<'a>(said: &'a Said, list: &str, code: &str) -> &'a Value {
    said.json[list].as_array().unwrap().iter().find(|x| x["code"] == code).unwrap()
}

#[test]
fn lists_are_whole_and_ended_offices_keep_their_dates_and_successor() {
    each_database(async |api| {
        let offices = api.get("offices").await;
        let ended = find(&offices, "offices", "st");
        assert_eq!((&ended["valid_from"], &ended["valid_to"], &ended["successor"]), (&json!("2025-03-01"), &json!("2025-06-30"), &json!("ct")));
        assert_eq!(find(&offices, "offices", "ct")["valid_to"], Value::Null);
        assert!(!offices.json.to_string().contains("example.vn"), "addresses are for mail alone");
        let catalogue = api.app.service.held().unwrap();
        assert_eq!(offices.json["offices"].as_array().unwrap().len(), catalogue.offices.iter().count());
        let procedures = api.get("procedures").await;
        assert_eq!(procedures.json["procedures"].as_array().unwrap().len(), catalogue.procedures.len());
        let split = find(&procedures, "procedures", "1.012784");
        assert_eq!((&split["name"], &split["field"]), (&json!("Tách thửa hoặc hợp thửa đất"), &json!("land")));
    });
}

#[test]
fn names_come_in_the_language_asked_for_beside_the_vietnamese_one() {
    each_database(async |api| {
        for (lang, name) in [("vi", "Đất đai"), ("en", "Land"), ("km", "ដីធ្លី")] {
            let said = api.get(&format!("fields?lang={lang}")).await;
            let land = find(&said, "fields", "land");
            assert_eq!((&land["name"], &land["name_vi"]), (&json!(name), &json!("Đất đai")));
        }
        let codes: Vec<Value> = api.get("fields").await.json["fields"].as_array().unwrap().iter().map(|f| f["code"].clone()).collect();
        assert_eq!(codes[..3], [json!("land"), json!("construction"), json!("investment")]);
    });
}
