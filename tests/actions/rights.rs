//! What people ask about their data is done within the law's terms, and what is
//! erased leaves the counted shell and the ledger whole.

use diesel::{QueryableByName, RunQueryDsl};
use hoidap::actions::figures::Asked as Figures;
use hoidap::actions::{appeal, lookup, note, reply, rights, supplement};
use hoidap::domain::event::Event;
use hoidap::domain::rights::{Request, RequestState};
use hoidap::domain::words::{By, Purpose, Serial};
use hoidap::jobs::search;
use hoidap::store;
use hoidap::verify::{self, Source};

use crate::support::ledger::Scratch;
use crate::support::web::Site;
use crate::support::{Bed, each_database, faults, refusal};

pub fn asks(bed: &Bed, serial: Serial, right: &str) -> Request {
    let asked = rights::Asked { right: right.to_owned(), words: "Tôi không muốn nữa.".to_owned(), ..rights::Asked::default() };
    bed.service.write(|tx| rights::ask(tx, serial, &asked)).unwrap();
    requests(bed, serial).pop().unwrap()
}

fn requests(bed: &Bed, serial: Serial) -> Vec<Request> {
    bed.service.read(|tx| Ok(store::rights::of(tx.conn, serial)?)).unwrap()
}

pub fn does(bed: &Bed, request: &Request) {
    bed.desk("protector").tries(|tx, me| rights::act(tx, me, request.id, true)).unwrap();
}

#[test]
fn each_right_has_the_terms_of_the_law() {
    each_database(|bed| {
        // Friday; the weekend does not count for the acknowledgement, and does for the rest.
        bed.on("2026-10-02");
        for (right, act, extended) in [("restrict", "2026-10-17", "2026-11-01"), ("object", "2026-10-17", "2026-11-01"), ("delete", "2026-10-22", "2026-11-11")]
        {
            let serial = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
            let request = asks(bed, serial, right);
            assert_eq!(request.acknowledge_by.unwrap().to_string(), "2026-10-06", "{right}");
            assert_eq!(request.act_by.unwrap().to_string(), act, "{right}");
            bed.desk("protector").tries(|tx, me| rights::extend(tx, me, request.id, "Cần hỏi nơi lưu trữ.")).unwrap();
            assert_eq!(requests(bed, serial)[0].act_by.unwrap().to_string(), extended, "{right}");
            let twice = bed.desk("protector").tries(|tx, me| rights::extend(tx, me, request.id, "Lần nữa."));
            assert_eq!(refusal(twice), "not_allowed", "once only");
        }
        let terms = rights::terms().unwrap();
        assert!(terms.0.iter().all(|term| !term.source.is_empty()));
    });
}

#[test]
fn only_the_data_protection_officer_decides_and_each_request_once() {
    each_database(|bed| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        let request = asks(bed, serial, "restrict");
        let again = rights::Asked { right: "restrict".to_owned(), ..rights::Asked::default() };
        assert_eq!(faults(bed.service.write(|tx| rights::ask(tx, serial, &again))), ["/right already_asked"]);
        for login in ["officer", "approver", "head", "receiver", "administrator"] {
            assert_eq!(refusal(bed.desk(login).tries(|tx, me| rights::act(tx, me, request.id, true))), "not_allowed", "{login}");
            assert_eq!(refusal(bed.desk(login).tries(|tx, me| rights::at_desk(tx, me, request.id))), "not_allowed", "{login}");
        }
        let protector = bed.desk("protector");
        protector.tries(|tx, me| rights::acknowledge(tx, me, request.id)).unwrap();
        assert_eq!(refusal(protector.tries(|tx, me| rights::acknowledge(tx, me, request.id))), "changed_meanwhile");
        assert_eq!(faults(protector.tries(|tx, me| rights::refuse(tx, me, request.id, "no", "Vì thế."))), ["/reason reason_missing"]);
        assert_eq!(faults(protector.tries(|tx, me| rights::refuse(tx, me, request.id, "unclear", " "))), ["/note words_missing"]);
        protector.tries(|tx, me| rights::refuse(tx, me, request.id, "unclear", "Ông/bà muốn hạn chế điều gì?")).unwrap();
        assert_eq!(requests(bed, serial)[0].state, RequestState::Refused);
        assert_eq!(refusal(protector.tries(|tx, me| rights::act(tx, me, request.id, true))), "changed_meanwhile");
        asks(bed, serial, "restrict");
    });
}

#[test]
fn a_deletion_ends_what_else_was_asked_about_the_words() {
    each_database(|bed| {
        let serial = bed.citizen().says("Tôi tên An.").email("an@example.vn").consents(&["answer"]).sends_opinion(bed);
        let restrict = asks(bed, serial, "restrict");
        let delete = asks(bed, serial, "delete");
        does(bed, &delete);
        assert!(requests(bed, serial).iter().all(|request| request.state == RequestState::Done), "{:?}", requests(bed, serial));
        assert_eq!(refusal(bed.desk("protector").tries(|tx, me| rights::act(tx, me, restrict.id, true))), "changed_meanwhile");
    });
}

#[test]
fn an_appeal_about_words_that_were_erased_waits_for_nobody() {
    each_database(|bed| {
        let serial = bed.citizen().says("Bao giờ có sổ?").sends_opinion(bed);
        bed.officer().writes(serial, "Đang xem.").hands_in(serial);
        bed.approver().approves(serial);
        bed.service.write(|tx| reply::reply(tx, serial, "no", "not_done", "")).unwrap();
        bed.service.write(|tx| appeal::ask(tx, serial)).unwrap();
        let waiting = || bed.service.read(|tx| Ok(store::appeal::open_ones(tx.conn)?.len())).unwrap();
        assert_eq!(waiting(), 1);
        let delete = asks(bed, serial, "delete");
        does(bed, &delete);
        assert_eq!(waiting(), 0);
        assert_eq!(refusal(bed.desk("city-officer").tries(|tx, me| appeal::save(tx, me, serial, "Vẫn vậy.", 0, true))), "move_not_possible");
        bed.recounts();
    });
}

#[test]
fn what_was_erased_leaves_the_index_of_the_search_too() {
    // An index of its own is SQLite's alone.
    let bed = &Bed::sqlite();
    let kept = |word: &str| {
        #[derive(QueryableByName)]
        struct Blocks {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let found = bed.service.read(|tx| {
            let query = format!("SELECT COUNT(*) AS n FROM feedback_fts_data WHERE instr(block, CAST('{word}' AS BLOB)) > 0");
            Ok(diesel::sql_query(query).get_result::<Blocks>(tx.conn).map_err(store::StoreError::from)?.n)
        });
        found.unwrap()
    };
    let indexes = || while search::turn(&bed.service).unwrap() {};
    let others: Vec<Serial> = (0..3).map(|n| bed.citizen().says(&format!("Quầy số {n} đóng cửa.")).sends_opinion(bed)).collect();
    let serial = bed.citizen().says("Tôi tên zzkyla, nhà ở cuối hẻm.").sends_opinion(bed);
    indexes();
    assert!(kept("zzkyla") > 0);
    let delete = asks(bed, serial, "delete");
    does(bed, &delete);
    indexes();
    assert_eq!(kept("zzkyla"), 0);
    assert!(kept("quay") > 0 && !others.is_empty(), "what others said is there still");
}

#[test]
fn consent_is_withdrawn_purpose_by_purpose_and_the_contact_goes_with_the_last() {
    each_database(|bed| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").email("a@example.vn").consents(&["answer", "ask"]).sends_opinion(bed);
        let withdraw = |purpose: &str| bed.service.write(|tx| rights::withdraw_consent(tx, serial, purpose));
        let consents = || {
            let kept = bed.service.read(|tx| Ok(store::rights::contact(tx.conn, serial)?)).unwrap();
            kept.map(|(sealed, notice)| {
                assert_eq!(notice.as_ref().map(|n| n.as_str()), Some("2026-01"), "the version of the notice stays");
                bed.service.keys().open_contact(serial, &sealed).unwrap().consent
            })
        };
        assert_eq!(consents(), Some(vec![Purpose::Answer, Purpose::Ask]));
        assert_eq!(faults(withdraw("survey")), ["/purpose no_such_consent"]);
        withdraw("answer").unwrap();
        assert_eq!(consents(), Some(vec![Purpose::Ask]));
        assert_eq!(faults(withdraw("answer")), ["/purpose no_such_consent"]);
        withdraw("ask").unwrap();
        assert_eq!(consents(), None);
        let states: Vec<_> = requests(bed, serial).into_iter().map(|r| (r.right.as_str(), r.state)).collect();
        assert_eq!(states, [("withdraw", RequestState::Done), ("withdraw", RequestState::Done)]);
        assert_eq!(faults(bed.service.write(|tx| rights::forget(tx, serial))), ["/contact no_contact"]);
    });
}

#[test]
fn a_corrected_contact_takes_its_place_and_withdrawn_consent_stays_withdrawn() {
    each_database(|bed| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").email("sai@example.vn").consents(&["answer", "ask"]).sends_opinion(bed);
        let asked = rights::Asked { right: "correct".to_owned(), email: "dung@example.vn".to_owned(), ..rights::Asked::default() };
        bed.service.write(|tx| rights::ask(tx, serial, &asked)).unwrap();
        bed.service.write(|tx| rights::withdraw_consent(tx, serial, "ask")).unwrap();
        let request = requests(bed, serial).remove(0);
        let desk = bed.desk("protector").tries(|tx, me| rights::at_desk(tx, me, request.id)).unwrap();
        let (kept, wanted) = desk.contacts.unwrap();
        assert_eq!((kept.email.unwrap().reveal(), wanted.email.unwrap().reveal()), ("sai@example.vn", "dung@example.vn"));
        does(bed, &request);
        let (sealed, _) = bed.service.read(|tx| Ok(store::rights::contact(tx.conn, serial)?)).unwrap().unwrap();
        let contact = bed.service.keys().open_contact(serial, &sealed).unwrap();
        assert_eq!((contact.email.unwrap().reveal(), contact.consent), ("dung@example.vn", vec![Purpose::Answer]));
        assert_eq!(requests(bed, serial)[0].sealed, None, "what was asked is kept no longer than needed");
    });
}

/// Everything in the database that could tell the words.
fn dump(bed: &Bed) -> String {
    let words = |sql: &str| {
        #[derive(diesel::QueryableByName)]
        struct Text {
            #[diesel(sql_type = diesel::sql_types::Text)]
            words: String,
        }
        let rows: Vec<Text> = bed.service.read(|tx| Ok(diesel::RunQueryDsl::load(diesel::sql_query(sql), tx.conn).unwrap())).unwrap();
        rows.into_iter().map(|r| r.words).collect::<Vec<_>>().join("\n")
    };
    [
        "SELECT original AS words FROM feedback_texts",
        "SELECT COALESCE(note, '') || CAST(payload AS TEXT) AS words FROM feedback_events",
        "SELECT words FROM feedback_notes",
        "SELECT title || question || answer || COALESCE(note, '') AS words FROM feedback_drafts",
        "SELECT title || question AS words FROM feedback_answers",
        "SELECT COALESCE(title, '') AS words FROM feedback",
        "SELECT COALESCE(words, '') || COALESCE(sealed, '') || COALESCE(note, '') AS words FROM rights_requests",
        "SELECT sealed AS words FROM contacts",
        "SELECT CAST(detail AS TEXT) AS words FROM audit",
    ]
    .map(words)
    .join("\n")
}

#[test]
fn what_is_erased_is_gone_and_shell_ledger_and_counts_stay_whole() {
    each_database(|bed| {
        let state = Scratch::new();
        state.month(bed);
        let sent = bed.citizen().says("Bí mật của tôi ở thửa 12.").email("a@example.vn").consents(&["answer"]).sends(bed);
        let serial = sent.feedback.as_ref().unwrap().0;
        bed.officer().tries(|tx, me| supplement::ask(tx, me, serial, "Bí mật gì?", "5")).unwrap();
        bed.service.write(|tx| supplement::add(tx, serial, "Bí mật nữa.")).unwrap();
        bed.officer().tries(|tx, me| note::add(tx, me, serial, "Bí mật của người này.")).unwrap();
        bed.officer().writes(serial, "Đã xem.").hands_in(serial);
        bed.approver().approves(serial);
        state.signs(bed);
        let before = bed.counts(&Figures::default());
        let request = asks(bed, serial, "delete");
        assert!(dump(bed).contains("Bí mật"));
        does(bed, &request);
        state.signs(bed);
        assert!(!dump(bed).contains("Bí mật"), "{}", dump(bed));
        assert_eq!(requests(bed, serial)[0].words, None);
        assert_eq!(bed.events(serial).last(), Some(&"withheld"));
        let item = bed.service.read(|tx| lookup::item(tx, serial)).unwrap();
        assert!(item.answers.is_empty());
        assert_eq!(item.ground.map(|(_, ground)| ground.to_string()).as_deref(), Some("erased"));
        assert_eq!(bed.counts(&Figures::default()), before, "an answered one stays answered");
        let own = bed.service.read(|tx| lookup::own(tx, &sent.code)).unwrap();
        assert_eq!(own.feedback.unwrap().original, "");
        bed.recounts();
        let site = Site::signing(bed, &state);
        verify::verify(&Source::new(&site.url, None), &verify::Asked::default()).unwrap();
        let again = rights::Asked { right: "delete".to_owned(), ..rights::Asked::default() };
        assert_eq!(faults(bed.service.write(|tx| rights::ask(tx, serial, &again))), ["/right already_erased"]);
    });
}

#[test]
fn what_is_erased_while_it_waits_counts_as_withdrawn() {
    each_database(|bed| {
        let state = Scratch::new();
        state.signs(bed);
        let serial = bed.citizen().says("Bí mật của tôi.").sends_opinion(bed);
        bed.officer().takes(serial).writes(serial, "Đang xem bí mật.");
        state.signs(bed);
        does(bed, &asks(bed, serial, "delete"));
        state.signs(bed);
        assert_eq!(bed.events(serial).split_last_chunk::<2>().unwrap().1, &["withdrawn", "withheld"]);
        assert!(!dump(bed).contains("í mật"), "{}", dump(bed));
        assert_eq!(bed.counts(&Figures::default()).received, 1);
        bed.recounts();
        let site = Site::signing(bed, &state);
        verify::verify(&Source::new(&site.url, None), &verify::Asked::default()).unwrap();
    });
}

#[test]
fn a_published_opinion_that_its_sender_restricts_is_shown_no_more_and_keeps_its_words() {
    each_database(|bed| {
        for (right, contact_stays) in [("restrict", true), ("object", false)] {
            let serial = bed.citizen().says("Quầy đóng cửa sớm.").email("a@example.vn").consents(&["answer"]).sends_opinion(bed);
            bed.officer().takes(serial).writes(serial, "Đã nhắc.").hands_in(serial);
            bed.approver().approves(serial);
            does(bed, &asks(bed, serial, right));
            let item = bed.service.read(|tx| lookup::item(tx, serial)).unwrap();
            assert!(item.answers.is_empty(), "{right}");
            assert_eq!(item.ground.map(|(_, ground)| ground.to_string()).as_deref(), Some("restricted"));
            let (words, contact) = bed.service.read(|tx| Ok((store::feedback::original(tx.conn, serial)?, store::rights::contact(tx.conn, serial)?))).unwrap();
            assert_eq!((words.as_deref(), contact.is_some()), (Some("Quầy đóng cửa sớm."), contact_stays), "{right}");
        }
        bed.recounts();
    });
}

#[test]
fn what_is_not_shown_names_the_ground_that_holds_and_what_is_erased_is_erased_for_good() {
    each_database(|bed| {
        let state = Scratch::new();
        state.month(bed);
        let sent = bed.citizen().says("Quầy đóng cửa sớm.").sends(bed);
        let serial = sent.feedback.as_ref().unwrap().0;
        let ground = |serial| bed.service.read(|tx| lookup::item(tx, serial)).unwrap().ground.map(|(list, ground)| format!("{list} {ground}"));
        does(bed, &asks(bed, serial, "restrict"));
        bed.officer().proposes(serial, "spam", "advertising");
        bed.approver().approves(serial);
        assert_eq!(ground(serial).as_deref(), Some("spam advertising"), "it is out for that");
        bed.approver().restores(serial);
        assert_eq!(ground(serial).as_deref(), Some("withhold restricted"), "it was no spam");
        bed.officer().writes(serial, "Đã nhắc.").hands_in(serial);
        bed.approver().approves(serial);
        does(bed, &asks(bed, serial, "delete"));
        for right in ["delete", "restrict", "object"] {
            let asked = rights::Asked { right: right.to_owned(), ..rights::Asked::default() };
            assert_eq!(faults(bed.service.write(|tx| rights::ask(tx, serial, &asked))), ["/right already_erased"], "{right}");
        }
        // As if an older version had taken it.
        bed.desk("protector").records(serial, By::Officer, Event::Withheld { ground: "personal_data".parse().unwrap() }).unwrap();
        assert_eq!(ground(serial).as_deref(), Some("withhold erased"));
        let own = bed.service.read(|tx| lookup::own(tx, &sent.code)).unwrap().feedback.unwrap();
        assert!(own.erased && own.answers.is_empty() && !own.can_reply);
        bed.recounts();
        state.signs(bed);
        let site = Site::signing(bed, &state);
        verify::verify(&Source::new(&site.url, None), &verify::Asked::default()).unwrap();
    });
}

#[test]
fn what_is_sealed_stays_its_receivers() {
    each_database(|bed| {
        let ask = |serial| {
            let asked = rights::Asked { right: "delete".to_owned(), words: "Xin xóa.".to_owned(), ..rights::Asked::default() };
            bed.service.write(|tx| rights::ask(tx, serial, &asked))
        };
        let sealed = bed.citizen().kind("denunciation").says("Cán bộ đòi tiền.").sends_opinion(bed);
        assert_eq!(refusal(ask(sealed)), "not_allowed");
        let later = bed.citizen().says("Cán bộ đòi tiền.").sends_opinion(bed);
        ask(later).unwrap();
        bed.officer().seals(later);
        let id = requests(bed, later)[0].id;
        let desk = bed.desk("protector").tries(|tx, me| rights::at_desk(tx, me, id)).unwrap();
        assert!(desk.sealed && desk.original.is_none() && desk.request.words.is_none());
        assert_eq!(refusal(bed.desk("protector").tries(|tx, me| rights::act(tx, me, id, true))), "not_allowed");
        assert_eq!(bed.events(later).last(), Some(&"sealed"));
        bed.desk("protector").tries(|tx, me| rights::refuse(tx, me, id, "kept_by_law", "Xin hỏi người tiếp nhận.")).unwrap();
    });
}

#[test]
fn a_consent_names_a_published_version_of_the_notice() {
    each_database(|bed| {
        let with = |notice: &str| {
            let mut citizen = bed.citizen().says("Một việc.").email("a@example.vn").consents(&["answer"]);
            notice.clone_into(&mut citizen.draft.opinion.as_mut().unwrap().notice);
            citizen
        };
        let parse = |citizen: &crate::support::Citizen| {
            bed.service.read(|tx| hoidap::domain::submission::Submission::parse(&citizen.draft, &citizen.way, None, &tx.catalogue, tx.today))
        };
        assert_eq!(faults(parse(&with("2099-01"))), ["/feedback/contact/notice unknown_notice"]);
        for (named, serial) in ["", "2026-01"].map(|named| (named, with(named).sends_opinion(bed))) {
            let (_, notice) = bed.service.read(|tx| Ok(store::rights::contact(tx.conn, serial)?)).unwrap().unwrap();
            assert_eq!(notice.unwrap().as_str(), "2026-01", "{named}");
        }
    });
}
