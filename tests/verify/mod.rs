//! A stranger checks a log: a true one agrees, on both databases, and a false
//! one is told by a sentence, whoever signed it.

mod histories;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hoidap::cli::export;
use hoidap::config::{Config, Secret};
use hoidap::domain::tree::{self, Tree};
use hoidap::store;
use hoidap::verify::{Asked, Receipt, Report, Source, Wrong, verify};
use proptest::prelude::*;
use serde_json::{Value, json};
use tlog_tiles::checkpoint::Checkpoint;

use crate::support::ledger::{SEED, Scratch, key};
use crate::support::web::Site;
use crate::support::{Bed, each_database};

fn check(site: &Site) -> Result<Report, Wrong> {
    verify(&Source::new(&site.url, None), &Asked::default())
}

#[test]
fn a_true_log_agrees_with_every_figure_that_is_published() {
    each_database(|bed| {
        let state = Scratch::new();
        state.month(bed);
        let site = Site::signing(bed, &state);
        let report = check(&site).unwrap();
        assert_eq!((report.opinions, report.responses), (8, 7));
        assert!(report.events > 30 && report.figures > 1_000 && report.files >= 4, "{report:?}");
        bed.citizen().says("Một việc nữa.").sends(bed);
        state.signs(bed);
        let later = verify(&Source::new(&site.url, None), &Asked { since: Some(&report.checkpoint), ..Asked::default() }).unwrap();
        assert_eq!(later.opinions, 9);
        let why = verify(&Source::new(&site.url, None), &Asked { since: Some(&later.checkpoint.replace('\n', "\n ")), ..Asked::default() }).unwrap_err();
        assert!(why.0.contains("signed note"), "{why}");
    });
}

#[test]
fn a_sender_proves_that_what_they_sent_is_in_the_log() {
    each_database(|bed| {
        let state = Scratch::new();
        state.month(bed);
        let site = Site::signing(bed, &state);
        let of = |code: &str| site.browser().opens(&format!("/api/v1/receipts/{code}/ledger"));
        let source = Source::new(&site.url, None);
        // At a counter, where what is sent waits for the hour.
        let sent = bed.citizen().at_counter().says("Tôi đã nói điều này.").rates(2).sends(bed);
        let early = of(sent.code.reveal());
        assert_eq!(early.header("cache-control"), "no-store");
        assert_eq!((early.json()[0]["index"].clone(), early.json().as_array().unwrap().len()), (Value::Null, 2));
        bed.service.clock().set(bed.service.now().plus_seconds(3_600));
        state.signs(bed);
        // What was given before it had its place proves as much.
        for page in [&early, &of(sent.code.reveal())] {
            let receipts = Receipt::read(&page.body).unwrap();
            assert_eq!(verify(&source, &Asked { receipts: &receipts, ..Asked::default() }).unwrap().receipts, 2);
        }
        let whole = of(sent.code.reveal()).json();
        assert!(whole[1]["proof"].as_array().is_some_and(|proof| !proof.is_empty()));
        for (at, field, value, says) in [
            (1, "text", json!("Tôi đã nói điều khác."), "commits to"),
            (0, "salt", json!("AAAAAAAAAAAAAAAAAAAAAA=="), "commits to"),
            (1, "index", json!(3), "does not lead"),
            (1, "proof", json!([]), "does not lead"),
            (1, "origin", json!("other.example/so-cong-khai"), "is not one of"),
            (0, "leaf", whole[1]["leaf"].clone(), "commits to"),
        ] {
            let mut forged = whole.clone();
            forged[at][field] = value;
            let why = verify(&source, &Asked { receipts: &Receipt::read(&forged.to_string()).unwrap(), ..Asked::default() }).expect_err(field);
            assert!(why.0.contains(says), "{field}: {why}");
        }
        assert_eq!(of("K7WM-3QPA-9TFX").status, 404);
    });
}

#[test]
fn an_opinion_of_the_counter_waits_for_its_hour_and_no_longer() {
    each_database(|bed| {
        let state = Scratch::new();
        state.month(bed);
        let site = Site::signing(bed, &state);
        bed.citizen().at_counter().says("Một việc ở quầy.").rates(3).sends(bed);
        bed.citizen().at_counter().kind("denunciation").says("Một tố cáo ở quầy.").sends(bed);
        state.signs(bed);
        let report = check(&site).unwrap();
        assert_eq!((report.opinions, report.waiting), (8, 2));
        // A day later nobody believes that it waits still.
        bed.tamper("UPDATE feedback SET received_on = '2026-10-26' WHERE serial = 9");
        let why = check(&site).unwrap_err();
        assert!(why.0.contains("is listed, and not in the log"), "{why}");
    });
}

#[test]
fn a_site_that_never_stands_still_agrees_page_by_page() {
    each_database(|bed| {
        let state = Scratch::new();
        state.month(bed);
        let site = Site::signing(bed, &state);
        let is_checked = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_checked.load(Ordering::Relaxed) {
                    bed.citizen().says("Một việc nữa.").sends(bed);
                    bed.citizen().at_counter().says("Một việc ở quầy.").sends(bed);
                    state.signs(bed);
                    std::thread::sleep(Duration::from_millis(150));
                }
            });
            let report = check(&site);
            // What is kept is of one moment, or is not called a bundle.
            let folder = Scratch::new();
            let kept = verify(&Source::new(&site.url, Some(folder.0.clone())), &Asked::default());
            is_checked.store(true, Ordering::Relaxed);
            let report = report.unwrap();
            assert!(report.opinions > 9 && report.waiting > 0, "{report:?}");
            match kept {
                Ok(_) => drop(verify_folder(&folder).unwrap()),
                Err(why) => assert!(why.is_unread(), "{why}"),
            }
        });
    });
}

#[test]
fn a_day_that_has_not_come_is_not_believed() {
    let (folder, _) = bundle();
    let on = |today: &str| verify(&Source::new(folder.0.to_str().unwrap(), None), &Asked { today: Some(today.parse().unwrap()), ..Asked::default() });
    on("2026-10-27").unwrap();
    on("2026-10-26").unwrap();
    let why = on("2026-10-25").unwrap_err();
    assert!(why.0.contains("the day 2026-10-27 has not come yet"), "{why}");
}

#[test]
fn a_clock_that_goes_back_makes_no_day_go_back() {
    each_database(|bed| {
        let state = Scratch::new();
        state.month(bed);
        bed.on("2026-10-25");
        let serial = bed.citizen().says("Đồng hồ của máy chủ bị lùi.").rates(4).sends_opinion(bed);
        bed.officer().takes(serial);
        state.signs(bed);
        let item = bed.service.read(|tx| hoidap::actions::lookup::item(tx, serial)).unwrap();
        assert_eq!(item.received_on.to_string(), "2026-10-27");
        // The clock is mended; the day after, all of it is there.
        bed.on("2026-10-28");
        bed.officer().writes(serial, "Đã chỉnh.").hands_in(serial);
        state.signs(bed);
        let site = Site::signing(bed, &state);
        assert_eq!(check(&site).unwrap().waiting, 0);
    });
}

#[test]
fn what_was_merged_within_an_hour_at_the_counter_stands_in_any_order() {
    let bed = Bed::sqlite();
    let state = Scratch::new();
    state.signs(&bed);
    for _ in 0..4 {
        let says = |counter: bool| {
            let citizen = bed.citizen().says("Trùng nhau.");
            (if counter { citizen.at_counter() } else { citizen }).sends_opinion(&bed)
        };
        let (first, second, third, web) = (says(true), says(true), says(true), says(false));
        bed.officer().merges(third, second).merges(second, first).merges(web, first);
        state.signs(&bed);
    }
    bed.on("2026-10-02");
    state.signs(&bed);
    assert_eq!(check(&Site::signing(&bed, &state)).unwrap().opinions, 16);
}

#[test]
fn what_is_changed_in_the_database_is_named() {
    each_database(|bed| {
        let state = Scratch::new();
        state.month(bed);
        let site = Site::signing(bed, &state);
        let honest = check(&site).unwrap();
        assert!(honest.leaves > 40);
        // Each change, how it is undone, and what the verifier says of it.
        for (change, undo, says) in [
            ("UPDATE feedback SET due_on = '2026-12-30' WHERE serial = 6", "UPDATE feedback SET due_on = '2026-10-23' WHERE serial = 6", "the log says"),
            (
                "UPDATE ledger_files SET content = replace(content, '2026-10-14', '2026-10-13')",
                "UPDATE ledger_files SET content = replace(content, '2026-10-13', '2026-10-14')",
                "is not the file",
            ),
            (
                "UPDATE feedback_answers SET answer = 'Không sửa gì.' WHERE serial = 1",
                "UPDATE feedback_answers SET answer = 'Đã sửa.' WHERE serial = 1",
                "its answer is not the one that the log commits to",
            ),
            (
                "UPDATE feedback_answers SET question = 'Một và hai.' WHERE serial = 1",
                "UPDATE feedback_answers SET question = 'Một.' WHERE serial = 1",
                "its question is not the one that the log commits to",
            ),
            (
                "UPDATE feedback SET received_on = '2026-10-02' WHERE serial = 3",
                "UPDATE feedback SET received_on = '2026-10-01' WHERE serial = 3",
                "received_on",
            ),
            ("UPDATE ledger_tiles SET hashes = replace(hashes, 'a', 'b')", "", "does not hold the hashes"),
        ] {
            bed.tamper(change);
            let why = check(&site).expect_err(change);
            assert!(why.0.contains(says), "{change}: {why}");
            if undo.is_empty() {
                break;
            }
            bed.tamper(undo);
            check(&site).unwrap_or_else(|why| panic!("after {undo}: {why}"));
        }
    });
}

#[test]
fn leaves_that_were_changed_are_not_those_that_were_signed() {
    for change in [
        "UPDATE ledger_leaves SET leaf = replace(leaf, '\"on\":\"2026-10-06\"', '\"on\":\"2026-10-05\"')",
        "UPDATE ledger_leaves SET leaf = replace(leaf, '\"serial\":3', '\"serial\":4')",
        "DELETE FROM ledger_leaves WHERE idx = 20",
        "UPDATE ledger_leaves SET leaf = (SELECT leaf FROM ledger_leaves WHERE idx = 30) WHERE idx = 31",
    ] {
        let bed = Bed::sqlite();
        let state = Scratch::new();
        state.month(&bed);
        bed.tamper(change);
        let why = check(&Site::signing(&bed, &state)).expect_err(change);
        eprintln!("{change}: {why}");
    }
}

/// A log as a folder, from leaves that whoever has the key wants to be believed.
fn forge(folder: &Path, leaves: &[String]) {
    let below = folder.join("so-cong-khai");
    let _ = std::fs::remove_dir_all(below.join("tile"));
    let mut tree = Tree::default();
    for (at, bundle) in leaves.chunks(256).enumerate() {
        let mut bytes = Vec::new();
        for leaf in bundle {
            bytes.extend(u16::try_from(leaf.len()).unwrap().to_be_bytes());
            bytes.extend(leaf.as_bytes());
            tree.add(leaf.as_bytes());
        }
        let partial = if bundle.len() < 256 { format!(".p/{}", bundle.len()) } else { String::new() };
        write(&below.join(format!("tile/entries/{at:03}{partial}")), &bytes);
    }
    let tiles: BTreeMap<_, _> = tree.changed().into_iter().collect();
    for ((level, n), hashes) in &tiles {
        let partial = if hashes.len() < 8_192 { format!(".p/{}", hashes.len() / 32) } else { String::new() };
        write(&below.join(format!("tile/{level}/{n:03}{partial}")), hashes);
    }
    let root = tree::root(tree.size(), &tiles).unwrap();
    let text = Checkpoint::new(key().origin(), tree.size(), root, "").unwrap().to_bytes();
    write(&below.join("checkpoint"), key().sign(&text).unwrap().as_bytes());
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// A bundle of an honest log, with its leaves.
fn bundle() -> (Scratch, Vec<String>) {
    let bed = Bed::sqlite();
    let (state, folder) = (Scratch::new(), Scratch::new());
    state.month(&bed);
    let site = Site::signing(&bed, &state);
    verify(&Source::new(&site.url, Some(folder.0.clone())), &Asked::default()).unwrap();
    let leaves = bed.service.read(|tx| Ok(store::ledger::leaves(tx.conn, 0, 100_000)?)).unwrap();
    (folder, leaves)
}

/// The settings of a deployment that keeps this log.
fn config(log: &Scratch) -> Config {
    Config { ledger_key: Secret::new(STANDARD.encode(SEED)), ledger_state: log.0.clone(), ..Config::default() }
}

fn verify_folder(folder: &Scratch) -> Result<Report, Wrong> {
    verify(&Source::new(folder.0.to_str().unwrap(), None), &Asked::default())
}

#[test]
fn a_deployment_exports_a_bundle_that_is_checked_without_a_network() {
    each_database(|bed| {
        let (state, out) = (Scratch::new(), Scratch::new());
        state.month(bed);
        let report = export::ledger(config(&state), bed.service.clone(), &out.0).unwrap();
        assert_eq!(verify_folder(&out).unwrap(), report);
        let refused = export::ledger(config(&state), bed.service.clone(), &out.0).expect_err("a folder that is full").to_string();
        assert!(refused.contains("is not empty"), "{refused}");
        let none = export::ledger(Config::default(), bed.service.clone(), &Scratch::new().0).expect_err("no key").to_string();
        assert!(none.contains("HOIDAP_LEDGER_KEY"), "{none}");
    });
}

fn changed(leaf: &str, field: &str, value: Value) -> String {
    let mut leaf: BTreeMap<String, Value> = serde_json::from_str(leaf).unwrap();
    leaf.insert(field.to_owned(), value);
    serde_json::to_string(&leaf).unwrap()
}

#[test]
fn a_log_that_its_owner_forged_and_signed_contradicts_itself() {
    let (folder, leaves) = bundle();
    verify_folder(&folder).expect("a bundle is checked without a network");
    forge(&folder.0, &leaves);
    verify_folder(&folder).expect("the same leaves in the same order");
    let at = |wanted: &dyn Fn(&Value) -> bool| leaves.iter().position(|leaf| wanted(&serde_json::from_str(leaf).unwrap())).unwrap();
    let event = |serial: i64, name: &'static str| at(&|leaf| leaf["serial"] == serial && leaf["event"] == name);
    type Forgery<'a> = (&'a str, Box<dyn Fn(&mut Vec<String>)>, &'a str);
    let set = |index: usize, field: &'static str, value: Value| {
        Box::new(move |leaves: &mut Vec<String>| leaves[index] = changed(&leaves[index], field, value.clone()))
    };
    let take = |index: usize| Box::new(move |leaves: &mut Vec<String>| drop(leaves.remove(index)));
    let forgeries: Vec<Forgery<'_>> = vec![
        ("a late answer was given in time", set(event(2, "answered"), "on", json!("2026-10-20")), "log stands at"),
        ("its lateness was never told and its deadline is later", set(event(2, "deadline_set"), "due_on", json!("2026-11-22")), "was to be told"),
        ("an opinion never came", Box::new(|leaves| leaves.retain(|leaf| !leaf.contains(r#""serial":6,"#))), "is missing"),
        ("the last opinion never came", Box::new(|leaves| leaves.retain(|leaf| !leaf.contains(r#""serial":8,"#))), "not in the log"),
        ("an event was taken out", take(event(1, "drafted")), "was to come"),
        ("nobody approved an answer", set(event(1, "answered"), "by", json!("officer")), "nobody approved"),
        ("a forwarding moved a deadline further", set(event(3, "deadline_moved"), "due_on", json!("2026-11-30")), "was to be told"),
        ("an opinion was of another field", set(event(6, "received"), "field", json!("construction")), "the log says"),
        ("a holiday was not told", take(at(&|leaf| leaf["t"] == "calendar" && leaf["number"] == 2)), "by the calendar in force"),
        ("a day was not told", take(at(&|leaf| leaf["t"] == "day" && leaf["on"] == "2026-10-27")), "log stands at"),
        ("a rating was taken out", take(at(&|leaf| leaf["t"] == "response")), "responses in the log"),
        (
            "a target was lowered",
            set(at(&|leaf| leaf["t"] == "target" && leaf["scope"] == "answered" && leaf["year"] == 2026), "value", json!(9_000)),
            "target",
        ),
        ("a rating was of no half-month", set(at(&|leaf| leaf["t"] == "response"), "half", json!("2099-01-01")), "it is of the half-month"),
        ("a half-month began on the seventh", set(at(&|leaf| leaf["t"] == "response"), "half", json!("2026-10-07")), "it is of the half-month"),
        ("a note was written beside an event", set(event(1, "taken"), "remark", json!("x")), "its form is unknown"),
        ("a leaf has a space", Box::new(|leaves| leaves[5] = leaves[5].replace(":", ": ")), "canonical"),
    ];
    for (what, forgery, says) in forgeries {
        let mut forged = leaves.clone();
        forgery(&mut forged);
        assert_ne!(forged, leaves, "{what}: nothing was forged");
        forge(&folder.0, &forged);
        let why = verify_folder(&folder).expect_err(what);
        assert!(why.0.contains(says), "{what}: {why}");
    }
}

#[test]
fn a_figure_of_satisfaction_that_is_hidden_or_twice_is_found() {
    let (folder, _) = bundle();
    let path = folder.0.join("api/v1/results");
    let honest: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let spoilt: [fn(&mut Vec<Value>); 4] =
        [|rows| rows.clear(), |rows| drop(rows.remove(1)), |rows| rows.push(rows[0].clone()), |rows| rows[1]["scope"] = json!("elsewhere")];
    for (n, spoil) in spoilt.into_iter().enumerate() {
        let mut results = honest.clone();
        spoil(results["satisfaction"].as_array_mut().unwrap());
        std::fs::write(&path, results.to_string()).unwrap();
        let why = verify_folder(&folder).expect_err(&n.to_string());
        assert!(why.0.contains("each figure of satisfaction once"), "{n}: {why}");
    }
}

#[test]
fn what_can_not_be_read_is_not_called_wrong() {
    let (folder, _) = bundle();
    for nowhere in ["http://127.0.0.1:9", "/nowhere"] {
        let why = verify(&Source::new(nowhere, None), &Asked::default()).unwrap_err();
        assert!(why.is_unread(), "{why}");
    }
    // In the middle of the log too.
    let calendar = folder.0.join("so-cong-khai/calendar/1.json");
    std::fs::remove_file(&calendar).unwrap();
    std::os::unix::fs::symlink(&calendar, &calendar).unwrap();
    let why = verify_folder(&folder).unwrap_err();
    assert!(why.is_unread() && why.0.starts_with("leaf "), "{why}");
}

#[test]
fn a_site_that_means_harm_neither_leaves_the_folder_nor_goes_on_for_ever() {
    let (folder, _) = bundle();
    let path = folder.0.join("api/v1/feedback.d/limit=100");
    let honest = std::fs::read_to_string(&path).unwrap();
    for (next, says) in [("x/../../../../harm", "is no path of a log"), ("AAAA", "is missing")] {
        std::fs::write(&path, honest.replace("\"next\":null", &format!("\"next\":\"{next}\""))).unwrap();
        let why = verify_folder(&folder).unwrap_err();
        assert!(why.0.contains(says), "{next}: {why}");
    }
    std::fs::write(&path, honest.replace("\"next\":null", "\"next\":\"AAAA\"")).unwrap();
    std::fs::write(folder.0.join("api/v1/feedback.d/limit=100+cursor=AAAA"), r#"{"feedback":[],"next":"AAAA"}"#).unwrap();
    let why = verify_folder(&folder).unwrap_err();
    assert!(why.0.contains("lists nothing and goes on"), "{why}");
}

/// Every file of a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn a_thousand_changes_to_a_bundle_are_a_thousand_found() {
    let (folder, _) = bundle();
    let mut all = Vec::new();
    files(&folder.0, &mut all);
    all.sort();
    // Names of fields and offices in other languages are no facts of the log; their codes are.
    all.retain(|path| !path.ends_with("api/v1/fields") && !path.ends_with("api/v1/offices"));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() });
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3_usize, any::<u8>());
    runner
        .run(&change, |(file, place, how, byte)| {
            let path = file.get(&all);
            let before = std::fs::read(path).unwrap();
            let mut bytes = before.clone();
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] ^= byte.max(1),
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, byte),
            }
            if bytes == before || is_the_same(path, &before, &bytes) {
                return Ok(());
            }
            std::fs::write(path, &bytes).unwrap();
            let found = verify_folder(&folder);
            std::fs::write(path, &before).unwrap();
            let near = String::from_utf8_lossy(&bytes[at.saturating_sub(40)..bytes.len().min(at + 20)]).into_owned();
            prop_assert!(found.is_err(), "{} at {at}: {near}", path.display());
            Ok(())
        })
        .unwrap();
}

/// What is named and null says as much as what is not named.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Array(all) => all.into_iter().map(without_nulls).collect(),
        Value::Object(all) => all.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, without_nulls(value))).collect(),
        other => other,
    }
}

/// Does a published figure say the same still, as with a space more or a rating figure that is no opinion's?
fn is_the_same(path: &Path, before: &[u8], after: &[u8]) -> bool {
    let name = path.to_string_lossy();
    let facts = |bytes: &[u8]| {
        let mut value: Value = serde_json::from_slice(bytes).ok()?;
        if name.contains("feedback.d") {
            // The log commits to no title and tells of no press; how a ground is called is no fact of an opinion.
            for item in value["feedback"].as_array_mut()? {
                item["title"] = Value::Null;
                item["pressed"] = Value::Null;
                item["answers"].as_array_mut().into_iter().flatten().for_each(|answer| answer["title"] = Value::Null);
                item["ground"] = item["ground"].is_object().into();
            }
            return Some(without_nulls(value));
        }
        // Up to the last half-month that is closed, satisfaction is checked too; up to today, opinions are.
        Some(without_nulls(if name.contains("to=") { value["satisfaction"].clone() } else { json!([value["feedback"], value["period"]["to"]]) }))
    };
    let is_figures = name.contains("results") || name.contains("feedback.d");
    let is_key = path.ends_with("hoidap-ledger-key");
    is_figures && facts(after).is_some() && facts(before) == facts(after)
        || is_key && String::from_utf8_lossy(before).trim() == String::from_utf8_lossy(after).trim()
}
