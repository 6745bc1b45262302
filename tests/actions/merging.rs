//! Items that are the same as another: the survivor goes on for them, and
//! nobody is lost when it goes out.

use std::thread;
use std::time::Duration;

use hoidap::actions::{feedback, lookup};
use hoidap::domain::feedback::State;
use hoidap::domain::words::Serial;

use crate::support::{Bed, each_database, refusal};

fn says(bed: &Bed, text: &str) -> Serial {
    bed.citizen().says(text).email("an@example.vn").consents(&["answer"]).sends_opinion(bed)
}

fn answers(bed: &Bed, serial: Serial) {
    bed.officer().writes(serial, "Đã làm.").hands_in(serial);
    bed.approver().approves(serial);
}

fn refuses(bed: &Bed, serial: Serial) {
    bed.officer().proposes(serial, "spam", "advertising");
    bed.approver().approves(serial);
}

fn state(bed: &Bed, serial: Serial) -> State {
    bed.item(serial).state
}

/// How often the sender was told of an answer.
fn told(bed: &Bed, serial: Serial) -> usize {
    bed.mails().iter().filter(|m| **m == format!("answered {}", serial.0)).count()
}

#[test]
fn an_item_is_merged_only_into_one_that_goes_on() {
    each_database(|bed| {
        let [item, spam, sealed, merged, survivor] = ["a", "b", "c", "d", "e"].map(|text| says(bed, text));
        refuses(bed, spam);
        bed.officer().seals(sealed).merges(merged, survivor);
        let into = |into| refusal(bed.officer().tries(|tx, me| feedback::merge(tx, me, item, into)));
        assert_eq!(into(item), "merge_into_itself");
        assert_eq!(into(spam), "survivor_is_out");
        assert_eq!(into(merged), "survivor_is_out");
        assert_eq!(into(sealed), "unknown_serial", "a sealed item must not be known to exist");
        assert_eq!(into(Serial(99)), "unknown_serial");
        assert_eq!(state(bed, item), State::Waiting);
    });
}

#[test]
fn the_survivors_answer_is_that_of_every_item_merged_into_it() {
    each_database(|bed| {
        let [first, second, survivor, later] = ["a", "b", "c", "d"].map(|text| says(bed, text));
        bed.officer().merges(first, second).merges(second, survivor);
        assert_eq!(state(bed, first), State::Merged, "a survivor that is merged takes its merged items along");
        answers(bed, survivor);
        bed.officer().merges(later, survivor);
        for serial in [first, second, survivor, later] {
            assert_eq!(told(bed, serial), 1, "{serial}");
        }
        let shown = bed.service.read(|tx| {
            let item = lookup::item(tx, first)?;
            lookup::survivor(tx, &item)
        });
        assert_eq!(shown.unwrap().unwrap().latest().unwrap().answer, "Đã làm.");
        bed.recounts();
    });
}

#[test]
fn whoever_was_merged_along_is_told_of_an_answer_that_was_there_before() {
    each_database(|bed| {
        let [first, second, answered] = ["a", "b", "c"].map(|text| says(bed, text));
        answers(bed, answered);
        bed.officer().merges(first, second).merges(second, answered);
        assert_eq!([first, second].map(|s| told(bed, s)), [1, 1]);
    });
}

#[test]
fn a_sender_is_told_of_the_survivors_answer_and_later_of_their_own() {
    each_database(|bed| {
        let [item, survivor] = ["a", "b"].map(|text| says(bed, text));
        bed.officer().merges(item, survivor);
        answers(bed, survivor);
        bed.desk("head").restores(item);
        answers(bed, item);
        assert_eq!(told(bed, item), 2);
    });
}

#[test]
fn a_survivor_that_goes_out_gives_its_merged_items_back() {
    each_database(|bed| {
        let [item, survivor, last] = ["a", "b", "c"].map(|text| says(bed, text));
        let due = bed.item(item).due_on;
        bed.officer().takes(item).merges(item, survivor);
        bed.officer().merges(survivor, last);
        bed.on("2026-10-05");
        refuses(bed, last);
        assert_eq!([item, survivor, last].map(|s| state(bed, s)), [State::Merged, State::Waiting, State::Spam]);
        bed.service.write(|tx| feedback::withdraw(tx, survivor)).unwrap();
        let restored = bed.item(item);
        assert_eq!((restored.state, restored.due_on, restored.merged_into), (State::Working, due, None));
        assert_eq!(bed.events(item).last(), Some(&"restored"));
        bed.recounts();
    });
}

#[test]
fn a_sealed_item_whose_survivor_went_out_does_not_come_back_merged() {
    each_database(|bed| {
        let [item, survivor] = ["a", "b"].map(|text| says(bed, text));
        bed.officer().merges(item, survivor).seals(item);
        refuses(bed, survivor);
        bed.desk("receiver").restores(item);
        assert_eq!(state(bed, item), State::Waiting, "merged into an item that is out");
        bed.recounts();
    });
}

#[test]
fn a_sealed_item_whose_survivor_was_taken_back_is_answered_itself() {
    each_database(|bed| {
        let [item, survivor] = ["a", "b"].map(|text| says(bed, text));
        bed.officer().merges(item, survivor).seals(item);
        bed.service.write(|tx| feedback::withdraw(tx, survivor)).unwrap();
        assert_eq!(state(bed, item), State::Sealed, "what is sealed stays sealed");
        bed.desk("receiver").restores(item);
        let restored = bed.item(item);
        assert_eq!((restored.state, restored.merged_into), (State::Waiting, None));
        answers(bed, item);
        assert_eq!(told(bed, item), 1);
        bed.recounts();
    });
}

/// One merges while another puts the survivor out: whoever commits first, the item has an owner.
#[test]
fn a_merger_and_a_refusal_at_once_leave_nobody_behind() {
    each_database(|bed| {
        let [item, survivor] = ["a", "b"].map(|text| says(bed, text));
        bed.officer().proposes(survivor, "spam", "advertising");
        thread::scope(|scope| {
            scope.spawn(|| {
                let merged = bed.officer().tries(|tx, me| {
                    feedback::merge(tx, me, item, survivor)?;
                    thread::sleep(Duration::from_millis(300));
                    Ok(())
                });
                merged.unwrap();
            });
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(100));
                bed.approver().approves(survivor);
            });
        });
        assert_eq!([item, survivor].map(|s| state(bed, s)), [State::Waiting, State::Spam]);
        bed.recounts();
    });
}
