//! The log tells what happened, in an order that gives nobody away, and is
//! signed as one tree for ever.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hoidap::actions::{Service, ledger};
use hoidap::clock::Clock;
use hoidap::domain::tree::Tree;
use hoidap::jobs::ledger::Sequencer;
use hoidap::keys::{Keys, LedgerKey};
use hoidap::store::{self, Db};
use serde_json::Value;
use tlog_tiles::checkpoint::Checkpoint;
use uuid::Uuid;

use crate::support::ledger::{Scratch, key};
use crate::support::web::Site;
use crate::support::{Bed, SECRET, WARD, day, each_database};

/// Every leaf as it is stored.
fn stored(service: &Service) -> Vec<String> {
    service.read(|tx| Ok(store::ledger::leaves(tx.conn, 0, 1_000_000)?)).unwrap()
}

fn leaves(service: &Service) -> Vec<Value> {
    stored(service).iter().map(|leaf| serde_json::from_str(leaf).unwrap()).collect()
}

/// The names of the events of an item in the log, in its order.
fn told(service: &Service, serial: i64) -> Vec<String> {
    let of_item = leaves(service).into_iter().filter(|leaf| leaf["serial"] == serial);
    of_item.map(|leaf| leaf["event"].as_str().unwrap().to_owned()).collect()
}

/// The last checkpoint is signed, and its root is that of the stored leaves.
fn is_signed(service: &Service) -> Checkpoint {
    let (size, note) = service.read(|tx| Ok(store::ledger::last_checkpoint(tx.conn)?)).unwrap().expect("a checkpoint");
    let checkpoint = Checkpoint::from_bytes(&key().open(&note).expect("our signature")).unwrap();
    assert_eq!(checkpoint.size(), size);
    let mut tree = Tree::default();
    for leaf in stored(service).iter().take(usize::try_from(size).unwrap()) {
        tree.add(leaf.as_bytes());
    }
    let tiles = tree.changed().into_iter().collect();
    assert_eq!(hoidap::domain::tree::root(size, &tiles).unwrap(), *checkpoint.hash());
    checkpoint
}

fn refusal(sequencer: &Sequencer, service: &Service) -> String {
    sequencer.run(service).expect_err("it signs").to_string()
}

#[test]
fn what_happened_is_told_day_by_day_and_signed() {
    each_database(|bed| {
        let state = Scratch::new();
        let serial = bed.citizen().says("Ghế chờ ở quầy đã hỏng.").rates(2).sends_opinion(bed);
        state.signs(bed);
        let first = leaves(&bed.service);
        assert_eq!((first[0]["t"].as_str(), first[0]["on"].as_str()), (Some("day"), Some("2026-10-01")));
        let place = |t: &str| first.iter().position(|leaf| leaf["t"] == t).unwrap_or_else(|| panic!("no {t}"));
        for before in ["calendar", "office", "target", "questionnaire"] {
            assert!(place(before) < place("feedback").min(place("response")), "{before} comes first");
        }
        assert_eq!(told(&bed.service, serial.0), ["received", "routed", "deadline_set"]);
        let before = is_signed(&bed.service);

        bed.on("2026-10-02").officer().takes(serial);
        state.signs(bed);
        assert_eq!(told(&bed.service, serial.0).last().unwrap(), "taken");
        assert!(is_signed(&bed.service).size() > before.size());
        let after = leaves(&bed.service);
        assert_eq!(after[..first.len()], first, "what was told stays");
        assert_eq!((after[first.len()]["t"].as_str(), after[first.len()]["on"].as_str()), (Some("day"), Some("2026-10-02")));
        assert_eq!(state.signs(bed), 0, "nothing new");
    });
}

#[test]
fn no_leaf_says_words_names_or_a_time() {
    each_database(|bed| {
        let state = Scratch::new();
        let receipt = bed.citizen().says("Cán bộ Nguyễn Văn Thử bắt tôi chờ").email("toi@example.vn").consents(&["answer"]).rates(1).sends(bed);
        bed.citizen().kind("denunciation").says("Tôi tố cáo một người").sends(bed);
        state.signs(bed);
        let log = stored(&bed.service).join("\n");
        for secret in ["Nguyễn", "Thử", "tố cáo", "toi@", receipt.code.reveal(), "T09", ":00", "submission"] {
            assert!(!log.contains(secret), "{secret}");
        }
        let sealed: Vec<Value> = leaves(&bed.service).into_iter().filter(|leaf| leaf["serial"] == 2).collect();
        assert_eq!(sealed[0].as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>(), ["by", "event", "n", "on", "serial", "t", "text", "v"]);
    });
}

#[test]
fn no_salt_and_no_commitment_is_ever_the_same() {
    each_database(|bed| {
        let log = Scratch::new();
        // The same words and the same ratings again and again.
        for _ in 0..40 {
            bed.citizen().says("Như nhau.").rates(5).sends(bed);
        }
        log.month(bed);
        let salts = bed.service.read(|tx| {
            let mut salts: Vec<String> = store::response::after(tx.conn, 0, 1_000)?.into_iter().map(|(_, row)| row.salt).collect();
            for (_, event) in store::feedback::events_after(tx.conn, 0, 1_000)? {
                salts.extend(event.salts.values().map(|salt| salt.as_str().unwrap().to_owned()));
            }
            Ok(salts)
        });
        let salts = salts.unwrap();
        let committed = |leaf: &Value| ["text", "question", "answer", "note", "commit"].map(|name| leaf[name].as_str().map(str::to_owned));
        let commitments: Vec<String> = leaves(&bed.service).iter().flat_map(committed).flatten().collect();
        assert!(salts.len() > 80 && commitments.len() == salts.len(), "{} salts of {} commitments", salts.len(), commitments.len());
        for all in [salts, commitments] {
            assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        }
    });
}

#[test]
fn what_comes_in_at_a_counter_waits_for_the_hour() {
    each_database(|bed| {
        let state = Scratch::new();
        let run = || state.signs(bed);
        let at = |hour: i32, minute: i32| bed.service.clock().set(day("2026-10-01").at(hour * 3_600 + minute * 60));
        let responses = || leaves(&bed.service).iter().filter(|leaf| leaf["t"] == "response").count();
        run();
        at(9, 10);
        let counter = bed.citizen().at_counter().says("Quầy đóng cửa sớm.").rates(1).sends_opinion(bed);
        at(9, 20);
        let web = bed.citizen().says("Thang máy hỏng.").rates(2).sends_opinion(bed);
        run();
        assert_eq!((told(&bed.service, counter.0).len(), told(&bed.service, web.0).len(), responses()), (0, 3, 1));
        bed.officer().takes(counter);
        at(9, 59);
        run();
        assert_eq!(told(&bed.service, counter.0).len(), 0, "what follows waits with it");
        at(10, 0);
        run();
        assert_eq!((told(&bed.service, counter.0), responses()), (["received", "routed", "deadline_set", "taken"].map(str::to_owned).to_vec(), 2));
        is_signed(&bed.service);
    });
}

#[test]
fn a_new_calendar_is_told_between_what_was_made_under_the_old_and_under_the_new() {
    each_database(|bed| {
        let state = Scratch::new();
        state.signs(bed);
        let serial = bed.citizen().says("Đường vào trụ sở ngập nước.").sends_opinion(bed);
        bed.holiday("2026-10-14");
        state.signs(bed);
        let log = leaves(&bed.service);
        let place = |wanted: &dyn Fn(&Value) -> bool| log.iter().position(wanted).unwrap();
        let set = place(&|leaf| leaf["serial"] == serial.0 && leaf["event"] == "deadline_set");
        let told = place(&|leaf| leaf["t"] == "calendar" && leaf["number"] == 2);
        let moved = place(&|leaf| leaf["serial"] == serial.0 && leaf["event"] == "deadline_moved");
        assert!(set < told && told < moved, "{set} {told} {moved}");
        let file = bed.service.read(|tx| Ok(store::ledger::file(tx.conn, "calendar/2.json")?)).unwrap().unwrap();
        assert!(file.contains("2026-10-14"));
    });
}

#[test]
fn two_servers_write_one_log() {
    each_database(|bed| {
        let state = Scratch::new();
        std::thread::scope(|threads| {
            for sequencer in [state.sequencer(), state.sequencer()] {
                threads.spawn(move || {
                    for _ in 0..15 {
                        sequencer.run(&bed.service).unwrap();
                    }
                });
            }
            for _ in 0..2 {
                threads.spawn(|| {
                    for n in 0..15 {
                        bed.citizen().says(&format!("Việc thứ {n}.")).rates(3).sends(bed);
                    }
                });
            }
        });
        state.signs(bed);
        assert_eq!(is_signed(&bed.service).size(), stored(&bed.service).len() as u64);
        for serial in 1..=30 {
            assert_eq!(told(&bed.service, serial), ["received", "routed", "deadline_set"], "HD-{serial}");
        }
        assert_eq!(leaves(&bed.service).iter().filter(|leaf| leaf["t"] == "response").count(), 30);
    });
}

#[test]
fn ratings_stand_on_their_own_day_though_it_ends_while_they_are_written() {
    each_database(|bed| {
        let (state, sent) = (Scratch::new(), AtomicBool::new(false));
        std::thread::scope(|threads| {
            threads.spawn(|| {
                for n in 1..=40 {
                    bed.service.clock().set(day(&format!("2026-10-{:02}", 1 + n / 4)).at(n * 60));
                    bed.citizen().rates(3).sends(bed);
                }
                sent.store(true, Ordering::Relaxed);
            });
            for sequencer in [state.sequencer(), state.sequencer()] {
                let sent = &sent;
                threads.spawn(move || {
                    while !sent.load(Ordering::Relaxed) {
                        sequencer.run(&bed.service).unwrap();
                    }
                });
            }
        });
        state.signs(bed);
        let days: Vec<(usize, Value)> = leaves(&bed.service).into_iter().enumerate().filter(|(_, leaf)| leaf["t"] == "day").collect();
        let (responses, places) =
            bed.service.read(|tx| Ok((store::response::after(tx.conn, 0, 100)?, store::ledger::leaves_of_responses(tx.conn, 0, 100)?))).unwrap();
        assert_eq!(responses.len(), 40);
        for (n, response) in responses {
            let (place, _) = places[&n];
            let told = days.iter().rev().find(|(idx, _)| (*idx as u64) < place).unwrap();
            assert_eq!(told.1["on"], response.submitted_on.0.to_string(), "rating {n}");
        }
    });
}

#[test]
fn a_half_month_that_ended_is_told_with_its_figures() {
    each_database(|bed| {
        let state = Scratch::new();
        for value in [5, 5, 4, 4, 4, 4, 3, 5, 5, 1, 5] {
            bed.citizen().rates(value).sends(bed);
        }
        state.signs(bed);
        bed.on("2026-10-16");
        hoidap::jobs::clocks::daily(&bed.service).unwrap();
        state.signs(bed);
        let tally = leaves(&bed.service).into_iter().find(|leaf| leaf["t"] == "tally").expect("a tally");
        assert_eq!((tally["half"].as_str(), tally["n"].as_u64()), (Some("2026-10-01"), Some(11)));
        let path = format!("tally/2026-10-01/{}.json", tally["questionnaire"].as_str().unwrap());
        let file = bed.service.read(|tx| Ok(store::ledger::file(tx.conn, &path)?)).unwrap().unwrap();
        assert_eq!(hoidap::domain::leaf::FileHash::of(&file).as_str(), tally["sha256"]);
        let file: Value = serde_json::from_str(&file).unwrap();
        let all = file["cells"].as_array().unwrap().iter().find(|cell| cell["scope"] == "all" && cell["respondent"] == "all").unwrap();
        assert_eq!((all["n"].as_u64(), all["satisfied"].as_u64()), (Some(11), Some(9)));
    });
}

#[test]
fn a_database_that_was_set_back_is_not_signed() {
    // PostgreSQL makes its copies in another way; what is found is the same.
    let bed = &Bed::sqlite();
    let state = Scratch::new();
    bed.citizen().says("Trước bản sao lưu.").sends(bed);
    state.signs(bed);
    let backup = std::env::temp_dir().join(format!("hoidap-backup-{}.sqlite", Uuid::new_v4().simple()));
    bed.tamper(&format!("VACUUM INTO '{}'", backup.display()));
    bed.citizen().says("Sau bản sao lưu.").sends(bed);
    state.signs(bed);

    let db = Db::open(&format!("sqlite:{}", backup.display()), 4).unwrap();
    let restored = Arc::new(Service::new(db, Clock::standing(bed.service.now()), Keys::new(&SECRET)));
    let why = refusal(&state.sequencer(), &restored);
    assert!(why.contains("older than the log"), "{why}");
    let (size, _) = restored.read(|tx| Ok(store::ledger::last_checkpoint(tx.conn)?)).unwrap().unwrap();
    // Going on until the log is as long again makes another tree of that size.
    while restored.read(|tx| Ok(store::ledger::size(tx.conn)?)).unwrap() < size + 20 {
        let other = bed.citizen().office(WARD).says("Một việc khác.");
        let submission = other.submission(bed);
        restored.write_intake(|tx| hoidap::actions::intake::store_all(tx, &mut Default::default(), &[submission])).unwrap();
        ledger::catch_up(&restored).unwrap();
    }
    let why = refusal(&state.sequencer(), &restored);
    assert!(why.contains("something was changed"), "{why}");
    assert_eq!(restored.read(|tx| Ok(store::ledger::last_checkpoint(tx.conn)?)).unwrap().unwrap().0, size, "the old log is served");
    drop(restored);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", backup.display()));
    }
}

#[test]
fn a_log_that_stands_still_says_so_on_its_page() {
    each_database(|bed| {
        let state = Scratch::new();
        bed.citizen().says("Một việc.").sends(bed);
        state.signs(bed);
        let stands = |state: &Scratch| Site::signing(bed, state).browser().opens("/so-cong-khai").says("Sổ được ký lần cuối ngày");
        assert!(!stands(&state));
        bed.on("2026-10-02");
        assert!(stands(&Scratch::new()), "without its state nothing is signed");
        state.signs(bed);
        assert!(!stands(&state));
    });
}

#[test]
fn a_new_key_begins_a_new_log_only_when_it_is_told_to() {
    each_database(|bed| {
        let (state, lost) = (Scratch::new(), Scratch::new());
        bed.citizen().says("Một việc.").rates(4).sends(bed);
        state.signs(bed);
        let anew = |seed: u8, state: &Scratch| Sequencer::new(LedgerKey::new(key().origin(), [seed; 32]).unwrap(), state.0.clone());
        let stays = |sequencer: &Sequencer| sequencer.begin_anew(&bed.service).unwrap_err().to_string();
        assert!(stays(&lost.sequencer()).contains("this key signed it"));
        assert!(stays(&anew(8, &state)).contains("is there"));
        let other = anew(8, &lost);
        assert!(refusal(&other, &bed.service).contains("another key"));
        other.begin_anew(&bed.service).unwrap();
        bed.citizen().says("Sau đó.").sends(bed);
        other.run(&bed.service).unwrap();
        other.check(&bed.service).unwrap();
        assert!(bed.recounts().leaves > 5);
        assert!(stays(&anew(9, &lost)).contains("is there"));
    });
}

#[test]
fn a_log_is_signed_by_one_key_from_one_state() {
    each_database(|bed| {
        let state = Scratch::new();
        bed.citizen().says("Một việc.").sends(bed);
        state.signs(bed);
        let lost = Scratch::new();
        assert!(refusal(&lost.sequencer(), &bed.service).contains("is gone"));
        let other = Sequencer::new(LedgerKey::new(key().origin(), [8; 32]).unwrap(), state.0.clone());
        assert!(refusal(&other, &bed.service).contains("another key"));
        // Brought back by hand, with other ends of lines.
        let note = std::fs::read_to_string(&state.0).unwrap();
        for again in [note.replace('\n', "\r\n"), note.trim_end().to_owned(), format!("{note}\n\n")] {
            std::fs::write(&state.0, again).unwrap();
            state.sequencer().check(&bed.service).unwrap();
        }
        std::fs::write(&state.0, "").unwrap();
        assert!(refusal(&state.sequencer(), &bed.service).contains("is empty"));
        std::fs::write(&state.0, note).unwrap();
        bed.tamper("UPDATE ledger_tiles SET hashes = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' || substr(hashes, 45) WHERE level = 0");
        bed.citizen().says("Việc thứ hai.").sends(bed);
        assert!(refusal(&state.sequencer(), &bed.service).contains("something was changed"));
    });
}
