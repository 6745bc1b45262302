//! Pressing from above: recorded, told to whoever has to answer, public as a count.

use hoidap::actions::figures::{self, Asked};
use hoidap::actions::{appeal, lookup, press, reply};
use hoidap::domain::error::Problem;
use hoidap::domain::words::Serial;

use crate::jobs::delivered;
use crate::support::{Bed, NEIGHBOUR, each_database, faults, refusal};

fn presses(bed: &Bed, login: &str, serial: Serial, words: &str) -> Result<(), Problem> {
    bed.desk(login).tries(|tx, me| press::press(tx, me, serial, words))
}

fn pressed(bed: &Bed, serial: Serial) -> u64 {
    bed.service.read(|tx| lookup::item(tx, serial)).unwrap().pressed
}

#[test]
fn those_above_press_once_a_day_and_the_public_knows_how_often() {
    each_database(|bed| {
        let serial = bed.citizen().says("Bao giờ có sổ?").sends_opinion(bed);
        presses(bed, "supervisor", serial, "Xin trả lời sớm.").unwrap();
        assert_eq!(faults(presses(bed, "supervisor", serial, "")), ["/form_token press_today"]);
        presses(bed, "head", serial, "").unwrap();
        bed.on("2026-10-02");
        presses(bed, "supervisor", serial, "").unwrap();
        assert_eq!(pressed(bed, serial), 3);
        let figures = |field: &str| {
            let asked = Asked { field: Some(field.parse().unwrap()), ..Asked::default() };
            bed.service.read(|tx| figures::results(tx, &asked)).unwrap().pressed
        };
        assert_eq!((figures("land"), figures("construction")), (3, 0));
        assert_eq!(bed.events(serial), ["received", "routed", "deadline_set"], "nothing of the opinion changed");
        bed.recounts();
    });
}

#[test]
fn whoever_has_to_answer_is_written_to_and_the_heads_but_not_who_pressed() {
    each_database(|bed| {
        let serial = bed.citizen().says("Bao giờ có sổ?").sends_opinion(bed);
        presses(bed, "head", serial, "").unwrap();
        let of = |kind: &str| bed.mails().iter().filter(|mail| **mail == format!("{kind} {}", serial.0)).count();
        assert_eq!((of("pressed"), of("pressed_heads")), (1, 1));
    });
}

#[test]
fn only_what_waits_is_pressed_and_only_from_above() {
    each_database(|bed| {
        let serial = bed.citizen().says("Bao giờ có sổ?").sends_opinion(bed);
        assert_eq!(refusal(presses(bed, "officer", serial, "")), "not_allowed");
        assert_eq!(refusal(presses(bed, "neighbour", serial, "")), "not_found", "of another office");
        let elsewhere = bed.citizen().says("Thiếu ghế.").office(NEIGHBOUR).sends_opinion(bed);
        assert_eq!(refusal(presses(bed, "head", elsewhere, "")), "not_found");
        assert_eq!(faults(presses(bed, "supervisor", serial, &"ă".repeat(1_001))), ["/words too_long"]);
        let sealed = bed.citizen().says("Ông A nhận tiền.").kind("denunciation").sends_opinion(bed);
        assert_eq!(refusal(presses(bed, "supervisor", sealed, "")), "not_found", "nobody knows that it is there");

        bed.officer().writes(serial, "Ngày 15.").hands_in(serial);
        presses(bed, "supervisor", serial, "").unwrap();
        bed.approver().approves(serial);
        bed.on("2026-10-02");
        assert_eq!(faults(presses(bed, "supervisor", serial, "")), ["/form_token press_not_waiting"]);
        assert_eq!(pressed(bed, serial), 1, "what was done stays known");
    });
}

#[test]
fn an_appeal_that_waits_is_pressed_by_who_oversees_the_office_that_it_went_to() {
    each_database(|bed| {
        let serial = bed.citizen().says("Bao giờ có sổ?").sends_opinion(bed);
        bed.officer().writes(serial, "Ngày 15.").hands_in(serial);
        bed.approver().approves(serial);
        bed.service.write(|tx| reply::reply(tx, serial, "no", "not_done", "")).unwrap();
        assert_eq!(faults(presses(bed, "supervisor", serial, "")), ["/form_token press_not_waiting"]);
        bed.service.write(|tx| appeal::ask(tx, serial)).unwrap();
        assert_eq!(faults(presses(bed, "head", serial, "")), ["/form_token press_not_waiting"], "the ward's head has no say at the city");
        presses(bed, "supervisor", serial, "").unwrap();
        assert_eq!(pressed(bed, serial), 1);
        let letters = delivered(&bed.service);
        let told: Vec<&str> = letters.iter().filter(|(_, letter)| letter.subject.contains("ôn đốc")).map(|(to, _)| to.as_str()).collect();
        assert_eq!(told, ["ct@example.vn"], "{letters:?}");
        bed.recounts();
    });
}
