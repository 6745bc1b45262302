//! The desk for officers' programs: with a token, with its owner's rights, and
//! by the same moves as the pages.

use actix_web::test::TestRequest;
use hoidap::actions::access_token::{self, TokenForm};
use hoidap::actions::account::{self, Turn};
use hoidap::config::Config;
use hoidap::store;
use serde_json::{Value, json};

use super::{Api, Said};
use crate::support::{self, Bed, COORDINATING, PASSWORD};

/// Runs a test on both databases.
fn each_database(test: impl AsyncFn(&Bed, &Api)) {
    support::each_database(|bed| actix_web::rt::System::new().block_on(async { test(bed, &Api::of(bed).await).await }));
}

/// A token of an account, until the end of 2026.
async fn token(bed: &Bed, login: &str) -> String {
    let form = TokenForm { name: "Phần mềm một cửa".to_owned(), last_on: "2026-12-31".to_owned(), password: PASSWORD.to_owned() };
    access_token::make(&bed.service, &Turn::wait().await.unwrap(), bed.account(login), &form, "203.0.113.7").unwrap()
}

async fn reads(api: &Api, token: &str, path: &str) -> Said {
    api.call(TestRequest::get().uri(&format!("/api/v1/desk/{path}")).insert_header(("authorization", format!("Bearer {token}")))).await
}

async fn does(api: &Api, token: &str, serial: i64, name: &str, body: Value) -> Said {
    let uri = format!("/api/v1/desk/feedback/{serial}/{name}");
    api.call(TestRequest::post().uri(&uri).insert_header(("authorization", format!("Bearer {token}"))).set_json(body)).await
}

fn serials(said: &Said) -> Vec<i64> {
    assert_eq!(said.status, 200, "{said:?}");
    said.json["feedback"].as_array().unwrap().iter().map(|item| item["serial"].as_i64().unwrap()).collect()
}

fn audited(bed: &Bed, action: &str) -> usize {
    bed.service.read(|tx| Ok(store::audit::lines(tx.conn, None, 1_000)?)).unwrap().iter().filter(|line| line.action == action).count()
}

#[test]
fn a_program_takes_writes_and_hands_in_and_another_approves() {
    each_database(async |bed, api| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed).0;
        let (officer, approver) = (token(bed, "officer").await, token(bed, "approver").await);
        assert_eq!(serials(&reads(api, &officer, "feedback").await), [serial]);
        let item = reads(api, &officer, &format!("feedback/HD-{serial:06}")).await.json;
        assert_eq!(item["title"], "Quầy đóng cửa sớm");
        assert_eq!((&item["original"], &item["moves"]), (&json!("Quầy đóng cửa sớm."), &json!(["take", "note", "draft", "hand_in", "forward", "ask"])));

        assert_eq!(does(api, &officer, serial, "take", Value::Null).await.json["state"], "working");
        assert_eq!(does(api, &officer, serial, "note", json!({"words": "Đã hỏi phòng Văn hóa."})).await.status, 200);
        let text =
            |revision: i64| json!({"title": "Về giờ làm việc", "question": "Quầy đóng cửa sớm.", "answer": "Đã nhắc cán bộ trực.", "revision": revision});
        assert_eq!(does(api, &officer, serial, "draft", text(0)).await.json["revision"], 1);
        assert_eq!(does(api, &officer, serial, "draft", text(0)).await.refusal(), (409, "changed_meanwhile", vec![]), "nothing is overwritten unseen");
        assert_eq!(does(api, &officer, serial, "hand_in", text(1)).await.json["state"], "drafted");

        assert_eq!(serials(&reads(api, &approver, "feedback?view=approve").await), [serial]);
        let seen = reads(api, &approver, &format!("feedback/{serial}")).await.json;
        assert_eq!((&seen["notes"][0]["words"], &seen["moves"]), (&json!("Đã hỏi phòng Văn hóa."), &json!(["note", "approve", "return"])));
        let unread = does(api, &approver, serial, "approve", json!({"events": 1, "revision": 1})).await;
        assert_eq!(unread.refusal(), (409, "changed_meanwhile", vec![]), "nobody publishes a text unread");
        let approval = json!({"events": seen["events"], "revision": seen["draft"]["revision"]});
        assert_eq!(does(api, &officer, serial, "approve", approval.clone()).await.refusal(), (403, "not_allowed", vec![]));
        assert_eq!(does(api, &approver, serial, "approve", approval).await.json["state"], "answered");
        assert_eq!(api.get(&format!("feedback/{serial}")).await.json["answers"][0]["answer"], "Đã nhắc cán bộ trực.");
        bed.recounts();
    });
}

#[test]
fn a_program_never_approves_what_its_owner_wrote() {
    each_database(async |bed, api| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").office(COORDINATING).sends_opinion(bed).0;
        let coordinator = token(bed, "coordinator").await;
        let text = json!({"title": "Về giờ làm việc", "question": "Quầy đóng cửa sớm.", "answer": "Đã nhắc.", "revision": 0});
        let handed = does(api, &coordinator, serial, "hand_in", text).await.json;
        let approval = json!({"events": handed["events"], "revision": handed["revision"]});
        assert_eq!(does(api, &coordinator, serial, "approve", approval).await.refusal(), (403, "own_text", vec![]));
        let given_back = does(api, &token(bed, "second-coordinator").await, serial, "return", json!({"reason": "unclear"})).await;
        assert_eq!((given_back.status, given_back.json["state"].as_str()), (200, Some("working")), "{given_back:?}");
        let asked = does(api, &coordinator, serial, "ask", json!({"request": "Quầy số mấy?", "days": 3})).await;
        assert_eq!(asked.json["state"], "supplement", "{asked:?}");
    });
}

#[test]
fn an_item_that_was_forwarded_is_the_other_offices() {
    each_database(async |bed, api| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed).0;
        let officer = token(bed, "officer").await;
        let missing = does(api, &officer, serial, "forward", json!({"to": "", "reason": ""})).await;
        assert_eq!(missing.refusal().2, [("/to", "receiver_missing"), ("/reason", "reason_missing")]);
        assert_eq!(does(api, &officer, serial, "forward", json!({"to": COORDINATING, "reason": "wrong_office"})).await.status, 200);
        assert_eq!(reads(api, &officer, &format!("feedback/{serial}")).await.refusal(), (404, "not_found", vec![]));
        assert_eq!(serials(&reads(api, &token(bed, "coordinator").await, "feedback").await), [serial]);
    });
}

#[test]
fn a_sealed_item_is_its_receivers_alone_and_each_look_is_audited() {
    each_database(async |bed, api| {
        let serial = bed.citizen().kind("denunciation").says("Cán bộ đòi tiền.").sends_opinion(bed).0;
        let (officer, receiver) = (token(bed, "officer").await, token(bed, "receiver").await);
        assert_eq!(serials(&reads(api, &officer, "feedback").await), Vec::<i64>::new());
        assert_eq!(reads(api, &officer, &format!("feedback/{serial}")).await.refusal(), (404, "not_found", vec![]));
        assert_eq!(reads(api, &officer, "feedback?view=sealed").await.refusal(), (403, "not_allowed", vec![]));
        let list = reads(api, &receiver, "feedback?view=sealed").await;
        assert_eq!((serials(&list), &list.json["feedback"][0]["title"]), (vec![serial], &Value::Null));
        assert_eq!(audited(bed, "sealed.view"), 0, "the list shows no words");
        assert_eq!(reads(api, &receiver, &format!("feedback/{serial}")).await.json["original"], "Cán bộ đòi tiền.");
        assert_eq!(audited(bed, "sealed.view"), 1);
    });
}

#[test]
fn nothing_opens_without_a_token_that_is_taken() {
    each_database(async |bed, api| {
        let said = token(bed, "officer").await;
        let refused = async |token: &str| {
            let answer = reads(api, token, "feedback").await;
            assert_eq!((answer.refusal(), answer.header("www-authenticate")), ((401, "token_needed", vec![]), "Bearer"), "{token}");
            assert_eq!(answer.header("access-control-allow-origin"), "");
        };
        assert_eq!(api.get("desk/feedback").await.refusal(), (401, "token_needed", vec![]));
        refused("hoidap_khong-co").await;
        let session = bed.service.write(|tx| {
            Ok(store::officer::open_session(tx.conn, &hoidap::keys::token_hash("phien"), bed.account("officer").id, tx.now, tx.now.plus_seconds(60))?)
        });
        session.unwrap();
        refused("phien").await;
        let cookie = TestRequest::get().uri("/api/v1/desk/feedback").insert_header(("cookie", "hd-session=phien"));
        assert_eq!(api.call(cookie).await.refusal(), (401, "token_needed", vec![]), "no cookie is looked at");
        // Who has no token is not told what is wrong with a body.
        assert_eq!(does(api, "hoidap_khong-co", 1, "note", json!(7)).await.refusal(), (401, "token_needed", vec![]));

        assert_eq!(reads(api, &said, "feedback").await.status, 200);
        let used = || bed.service.read(|tx| access_token::own(tx, bed.account("officer"))).unwrap()[0].used_on;
        assert_eq!(used(), Some(support::day("2026-10-01")));
        bed.on("2026-12-31");
        assert_eq!(reads(api, &said, "feedback").await.status, 200, "its last day");
        assert_eq!(used(), Some(support::day("2026-12-31")));
        bed.on("2027-01-01");
        refused(&said).await;
    });
}

#[test]
fn a_revoked_token_and_one_of_an_ended_account_are_not_taken() {
    each_database(async |bed, api| {
        let (officer, colleague) = (token(bed, "officer").await, token(bed, "colleague").await);
        let id = bed.service.read(|tx| access_token::own(tx, bed.account("officer"))).unwrap()[0].id;
        bed.desk("officer").tries(|tx, me| access_token::revoke(tx, me, id)).unwrap();
        bed.desk("administrator").tries(|tx, me| account::end(tx, me, bed.account("colleague").id)).unwrap();
        for said in [officer, colleague] {
            assert_eq!(reads(api, &said, "feedback").await.refusal(), (401, "token_needed", vec![]));
        }
    });
}

#[test]
fn a_token_is_no_way_around_a_second_factor_that_the_role_must_have() {
    support::each_database(|bed| {
        actix_web::rt::System::new().block_on(async {
            let api = Api::configured(bed, Config { totp_roles: "officer".to_owned(), ..Config::default() }).await;
            assert_eq!(reads(&api, &token(bed, "officer").await, "feedback").await.refusal(), (403, "second_factor_needed", vec![]));
            assert_eq!(reads(&api, &token(bed, "approver").await, "feedback").await.status, 200);
        });
    });
}

#[test]
fn the_list_pages_by_a_cursor_that_nothing_shifts() {
    each_database(async |bed, api| {
        let all: Vec<i64> = (0..5).map(|n| bed.citizen().says(&format!("Quầy {n} đóng cửa sớm.")).sends_opinion(bed).0).collect();
        let officer = token(bed, "officer").await;
        let first = reads(api, &officer, "feedback?view=all&limit=2").await;
        assert_eq!(serials(&first), [all[4], all[3]]);
        bed.citizen().says("Một ý kiến mới.").sends_opinion(bed);
        let next = reads(api, &officer, &format!("feedback?view=all&limit=3&cursor={}", first.json["next"].as_str().unwrap())).await;
        assert_eq!((serials(&next), &next.json["next"]), (vec![all[2], all[1], all[0]], &Value::Null));
        let faulty = reads(api, &officer, "feedback?view=everything&limit=0&cursor=x").await;
        assert_eq!(faulty.refusal().2, [("/view", "not_a_choice"), ("/cursor", "cursor_not_read"), ("/limit", "not_in_range")]);
    });
}
