use hoidap::actions::feedback;
use hoidap::domain::words::Serial;
use serde_json::{Value, json};

use super::{SLIP, each_database, slip, with};

#[test]
fn a_sender_sees_their_words_answers_and_dates_and_nobody_keeps_the_page() {
    each_database(async |api| {
        let contact = json!({"name": "Nguyễn Văn A", "email": "a@example.vn", "consent": ["answer", "ask"]});
        let body = with(slip("land", 4), json!({"feedback": {"kind": "question", "text": "Bao giờ xong?", "contact": contact}}));
        let sent = api.post(SLIP, &body).await.json;
        let code = sent["receipt_code"].as_str().unwrap();
        let said = api.get(&format!("receipts/{code}")).await;
        assert_eq!(said.header("cache-control"), "no-store");
        let own = &said.json;
        assert_eq!((&own["response"]["response_id"], &own["response"]["answers"]), (&sent["response_id"], &json!({"overall": 4})));
        let feedback = &own["feedback"];
        assert_eq!((&feedback["id"], &feedback["text"], &feedback["kind"]), (&json!("HD-000001"), &json!("Bao giờ xong?"), &json!("question")));
        assert_eq!((&feedback["due_on"], &feedback["can_withdraw"]), (&json!("2026-10-22"), &json!(true)));
        assert_eq!(feedback["consent"], json!(["answer", "ask"]));
        assert!(!own.to_string().contains("a@example.vn"), "a code that is lost must not give the contact away");
        assert_eq!(feedback["public"], api.get("feedback/1").await.json);

        let typed = code.to_lowercase().replace('-', "%20");
        assert_eq!(api.get(&format!("receipts/{typed}")).await.json, *own);
        for wrong in ["K7WM-3QPA-9TFX", "x", "1", "HD-000001"] {
            assert_eq!(api.get(&format!("receipts/{wrong}")).await.refusal(), (404, "unknown_receipt", vec![]), "{wrong}");
        }
    });
}

#[test]
fn what_the_public_does_not_see_its_sender_does() {
    each_database(async |api| {
        let complaint = api.says("complaint", "Tôi khiếu nại quyết định 12.").await;
        let denunciation = api.says("denunciation", "Tôi tố cáo ông A.").await;
        let same = api.says("suggestion", "Thêm ghế.").await;
        api.says("suggestion", "Thêm ghế ngồi.").await;
        let officers = api.officers();
        let ground = api.app.service.held().unwrap().list("redirect").next().unwrap().code.to_string();
        api.app.service.write(|tx| feedback::redirect(tx, &officers.0, Serial(1), &ground, "Hãy gửi đơn đến Chủ tịch.")).unwrap();
        api.app.service.write(|tx| feedback::merge(tx, &officers.0, Serial(3), Serial(4))).unwrap();
        api.answers(&officers, 4);
        let own = async |receipt: &Value| {
            let code = receipt["receipt_code"].as_str().unwrap().to_owned();
            api.get(&format!("receipts/{code}")).await.json["feedback"].clone()
        };
        let told = own(&complaint).await;
        assert_eq!((&told["told"], &told["class"]), (&json!("Hãy gửi đơn đến Chủ tịch."), &json!("redirected")));
        assert_eq!(told["can_withdraw"], false);
        let sealed = own(&denunciation).await;
        assert_eq!((&sealed["text"], &sealed["class"]), (&json!("Tôi tố cáo ông A."), &json!("sealed")));
        assert!(sealed["public"].get("field").is_none());
        let merged = own(&same).await;
        assert_eq!((&merged["class"], &merged["public"]["merged_into"]), (&json!("merged"), &json!(4)));
        assert_eq!(merged["public"]["answers"], json!([]));
        assert_eq!(merged["answers"][0]["answer"], "Đã thêm 20 ghế.", "the survivor's answer is theirs too");
    });
}
