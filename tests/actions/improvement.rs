//! Improvement actions: one writes, another publishes, each version is kept.

use hoidap::actions::improvement::{self, Draft};
use hoidap::domain::words::Serial;

use crate::support::{Bed, WARD, day, each_database, faults, refusal};

pub fn planned(serials: &str) -> Draft {
    let text = str::to_owned;
    Draft {
        serials: text(serials),
        field: text("land"),
        cause: text("Quầy đóng cửa sớm vì thiếu người trực."),
        action: text("Thêm một người trực đến 17 giờ."),
        owner: text(WARD),
        begins_on: text("2026-10-01"),
        due_on: text("2026-10-20"),
        progress: text("planned"),
        ..Draft::default()
    }
}

fn public(bed: &Bed) -> Vec<(i64, i64)> {
    bed.service.read(improvement::public).unwrap().into_iter().map(|v| (v.id, v.version)).collect()
}

#[test]
fn nobody_publishes_what_they_wrote_and_only_a_head_publishes() {
    each_database(|bed| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        let number = serial.to_string();
        let id = bed.officer().tries(|tx, who| improvement::write(tx, who, None, &planned(&number))).unwrap();
        assert_eq!(public(bed), [], "it is not public yet");
        for login in ["officer", "approver", "colleague", "neighbour"] {
            assert_eq!(refusal(bed.desk(login).tries(|tx, who| improvement::publish(tx, who, id, 1))), "not_allowed", "{login}");
        }
        bed.desk("head").tries(|tx, who| improvement::publish(tx, who, id, 1)).unwrap();
        assert_eq!(public(bed), [(id, 1)]);
        assert_eq!(refusal(bed.desk("head").tries(|tx, who| improvement::publish(tx, who, id, 1))), "changed_meanwhile");
        assert_eq!(bed.service.read(|tx| improvement::of_item(tx, serial)).unwrap(), [id]);
        let own = bed.desk("head").tries(|tx, who| improvement::write(tx, who, Some((id, 1)), &planned(&number))).unwrap();
        assert_eq!(refusal(bed.desk("head").tries(|tx, who| improvement::publish(tx, who, own, 2))), "own_text");
        assert_eq!(public(bed), [(id, 1)], "the public keeps what was published");
        assert_eq!(refusal(bed.officer().tries(|tx, who| improvement::write(tx, who, Some((id, 1)), &planned(&number)))), "changed_meanwhile");
        assert_eq!(refusal(bed.desk("neighbour").tries(|tx, who| improvement::write(tx, who, Some((id, 2)), &planned(&number)))), "not_allowed");
        assert_eq!(refusal(bed.desk("neighbour").tries(|tx, who| improvement::write(tx, who, None, &planned(&number)))), "not_allowed");
    });
}

#[test]
fn an_action_says_all_that_it_must_say() {
    each_database(|bed| {
        bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        bed.citizen().kind("denunciation").says("Cán bộ đòi tiền.").sends_opinion(bed);
        let tried = |draft: Draft| faults(bed.officer().tries(|tx, who| improvement::write(tx, who, None, &draft)));
        assert_eq!(
            tried(Draft::default()),
            [
                "/serials nothing_chosen",
                "/progress choice_missing",
                "/cause words_missing",
                "/action words_missing",
                "/field choice_missing",
                "/owner choice_missing",
                "/begins_on day_missing",
                "/due_on day_missing"
            ]
        );
        assert_eq!(tried(planned("1, 99")), ["/serials unknown_serial"]);
        assert_eq!(tried(planned("1 2")), ["/serials unknown_serial"], "a sealed one is not known");
        let done = Draft { progress: "done".to_owned(), ..planned("1") };
        assert_eq!(tried(done.clone()), ["/evidence words_missing", "/done_on day_missing"]);
        assert_eq!(tried(Draft { done_on: "2026-10-02".to_owned(), evidence: "Ảnh.".to_owned(), ..done.clone() }), ["/done_on in_the_future"]);
        assert_eq!(tried(Draft { progress: "dropped".to_owned(), ..planned("1") }), ["/drop-reason words_missing"]);
        assert_eq!(tried(Draft { link: "javascript:alert(1)".to_owned(), ..planned("1") }), ["/link not_a_link"]);
        assert_eq!(tried(Draft { due_on: "2026-09-30".to_owned(), ..planned("1") }), ["/due_on ends_before_it_begins"]);
    });
}

#[test]
fn what_was_sealed_since_is_named_no_more() {
    each_database(|bed| {
        let serial = bed.citizen().says("Cán bộ đòi tiền.").sends_opinion(bed);
        let other = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        let id = bed.officer().tries(|tx, who| improvement::write(tx, who, None, &planned("1 2"))).unwrap();
        bed.desk("head").tries(|tx, who| improvement::publish(tx, who, id, 1)).unwrap();
        bed.officer().seals(serial);
        let named: Vec<Serial> = bed
            .service
            .read(|tx| {
                let one = improvement::one(tx, id)?;
                improvement::named(tx, &one.body)
            })
            .unwrap();
        assert_eq!(named, [other]);
    });
}

#[test]
fn figures_stand_beside_an_action_once_half_months_are_over() {
    each_database(|bed| {
        for _ in 0..12 {
            bed.citizen().rates(1).sends(bed);
        }
        bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        bed.on("2026-10-20");
        let draft = Draft {
            begins_on: "2026-10-16".to_owned(),
            progress: "done".to_owned(),
            done_on: "2026-10-20".to_owned(),
            evidence: "Lịch trực mới.".to_owned(),
            ..planned("1")
        };
        let id = bed.officer().tries(|tx, who| improvement::write(tx, who, None, &draft)).unwrap();
        bed.desk("head").tries(|tx, who| improvement::publish(tx, who, id, 1)).unwrap();
        let look = || {
            bed.service
                .read(|tx| {
                    let one = improvement::one(tx, id)?;
                    improvement::figures(tx, &one.body)
                })
                .unwrap()
        };
        let (before, after) = look();
        assert!(after.is_none());
        assert_eq!(before.period.from, Some(day("2026-07-15")));
        assert!(before.satisfaction.iter().any(|f| f.shown.ratio().is_some_and(|r| r.n >= 10 && r.satisfied == 0)), "{before:?}");
        bed.on("2026-11-15");
        let (_, after) = look();
        assert!(after.unwrap().satisfaction.iter().all(|f| f.shown.ratio().is_none_or(|r| r.n == 0)), "nobody rated since");
    });
}
