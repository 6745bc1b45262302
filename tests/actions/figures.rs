//! The figures that anybody may check: ratings as they are released, opinions
//! as their events fold, and a recount that finds whatever was changed.

use hoidap::actions::figures::{self, Asked, Period};
use hoidap::actions::{feedback, intake};
use hoidap::domain::error::Problem;
use hoidap::domain::satisfaction::{Ratio, Verdict};
use hoidap::domain::submission::Submission;
use hoidap::domain::words::{Respondent, Sample};
use hoidap::store;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{Bed, Citizen, NEIGHBOUR, WARD, day, each_database, refusal};

/// `n` ratings at the counter, all of one value.
fn rate(bed: &Bed, n: usize, like: &Citizen) {
    let one = || {
        let mut again = like.clone();
        again.draft.submission_id = bed.citizen().draft.submission_id;
        again.submission(bed)
    };
    let submissions: Vec<Submission> = (0..n).map(|_| one()).collect();
    bed.service.write_intake(|tx| intake::store_all(tx, &mut Default::default(), &submissions)).unwrap();
}

/// Satisfied and valid of the first figure of a sample; none when withheld.
fn figure(bed: &Bed, asked: &Asked, sample: Sample) -> Option<(u64, u64)> {
    let asked = Asked { sample: Some(sample), ..asked.clone() };
    let results = bed.service.read(|tx| figures::results(tx, &asked)).unwrap();
    results.satisfaction[0].shown.ratio().map(|Ratio { satisfied, n }| (satisfied, n))
}

fn of_field(field: &str) -> Asked {
    Asked { field: Some(field.parse().unwrap()), ..Asked::default() }
}

fn of_respondent(respondent: Respondent) -> Asked {
    Asked { respondent: Some(respondent), ..Asked::default() }
}

#[test]
fn ratings_are_seen_ten_at_a_time_and_once_more_when_the_half_month_is_over() {
    each_database(|bed| {
        let verified = || figure(bed, &Asked::default(), Sample::Verified);
        rate(bed, 9, &bed.citizen().rates(5).at_counter());
        assert_eq!(verified(), None);
        rate(bed, 1, &bed.citizen().rates(2).at_counter());
        assert_eq!(verified(), Some((9, 10)));
        for _ in 0..9 {
            rate(bed, 1, &bed.citizen().rates(1).at_counter());
            assert_eq!(verified(), Some((9, 10)), "nobody learns one person's rating");
        }
        rate(bed, 10, &bed.citizen().rates(5));
        assert_eq!(verified(), Some((9, 10)), "samples are never pooled");
        assert_eq!(figure(bed, &Asked::default(), Sample::Open), Some((10, 10)));

        let close = || bed.service.write(|tx| figures::close_halves(tx, None)).unwrap();
        assert_eq!(close(), 0, "the half-month is not over");
        bed.on("2026-10-15");
        assert!(close() > 0);
        assert_eq!((verified(), close()), (Some((9, 19)), 0));
        bed.recounts();
    });
}

#[test]
fn too_few_stay_unseen_for_ever() {
    each_database(|bed| {
        rate(bed, 9, &bed.citizen().rates(1).at_counter());
        bed.on("2026-10-15");
        assert_eq!(bed.service.write(|tx| figures::close_halves(tx, None)).unwrap(), 0);
        let results = bed.service.read(|tx| figures::results(tx, &Asked::default())).unwrap();
        assert!(results.satisfaction.iter().all(|f| f.shown.ratio().is_none() && f.verdict == Verdict::NotEnough));
    });
}

#[test]
fn the_next_smallest_of_a_sum_is_withheld_with_the_one_that_is_too_small() {
    each_database(|bed| {
        for (field, n) in [("civil-status", 12), ("business", 5), ("social", 20)] {
            rate(bed, n, &bed.citizen().rates(4).at_counter().field(field));
        }
        let of = |field| figure(bed, &of_field(field), Sample::Verified);
        assert_eq!((of("business"), of("civil-status"), of("social")), (None, None, Some((20, 20))));
        rate(bed, 5, &bed.citizen().rates(1).at_counter().field("business"));
        assert_eq!((of("business"), of("civil-status")), (Some((5, 10)), Some((12, 12))));

        rate(bed, 3, &bed.citizen().rates(1).at_counter().field("land").respondent("enterprise"));
        let by = |respondent| figure(bed, &of_respondent(respondent), Sample::Verified);
        assert_eq!((by(Respondent::Enterprise), by(Respondent::Citizen)), (None, None), "all less citizens would give enterprises away");
    });
}

#[test]
fn a_period_of_ratings_is_widened_to_half_months_and_says_so() {
    each_database(|bed| {
        rate(bed, 10, &bed.citizen().rates(5).at_counter());
        bed.on("2026-10-20");
        let asked = Asked { from: Some(day("2026-10-10")), to: Some(day("2026-10-12")), ..Asked::default() };
        let period = bed.service.read(|tx| figures::results(tx, &asked)).unwrap().period;
        let widened = Period { from: asked.from, to: day("2026-10-12"), ratings_from: Some(day("2026-10-01")), ratings_to: day("2026-10-14") };
        assert_eq!(period, widened);
        assert_eq!(figure(bed, &asked, Sample::Verified), Some((10, 10)));
        let next = Asked { from: Some(day("2026-10-15")), ..Asked::default() };
        assert_eq!(figure(bed, &next, Sample::Verified), None);
        let backwards = Asked { from: Some(day("2026-10-12")), to: Some(day("2026-10-10")), ..Asked::default() };
        assert_eq!(refusal(bed.service.read(|tx| figures::results(tx, &backwards))), "ends_before_it_begins");
    });
}

/// Runs a property on both databases, less often on the one across a socket.
fn holds<S: Strategy>(strategy: &S, cases: [u32; 2], property: impl Fn(&Bed, S::Value)) {
    for (cases, open) in cases.into_iter().zip([Bed::sqlite, Bed::postgres]) {
        let config = Config { cases, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
        let tested = TestRunner::new(config).run(strategy, |value| {
            property(&open(), value);
            Ok(())
        });
        tested.unwrap_or_else(|failure| panic!("{failure}"));
    }
}

const FIELDS: [&str; 4] = ["land", "construction", "business", "social"];
const OFFICES: [&str; 4] = [WARD, NEIGHBOUR, "kcn", ""];
const RESPONDENTS: [&str; 3] = ["citizen", "enterprise", "organisation"];

/// A rating: value, field, office, respondent, days later.
type Rated = (u8, usize, usize, usize, i32);

#[test]
fn tallies_count_what_the_responses_say() {
    let rated = (1u8..=5, 0..FIELDS.len(), 0..OFFICES.len(), 0..RESPONDENTS.len(), 0..3);
    holds(&prop::collection::vec(prop::collection::vec(rated, 1..20), 1..8), [5, 2], |bed, batches: Vec<Vec<Rated>>| {
        let mut today = day("2026-10-10");
        let mut sent = Vec::new();
        for batch in batches {
            today = today.plus(batch[0].4);
            bed.on(&today.to_string());
            let read = |(value, field, office, respondent, _): &Rated| {
                let citizen = bed.citizen().rates(*value).field(FIELDS[*field]).office(OFFICES[*office]).respondent(RESPONDENTS[*respondent]);
                citizen.submission(bed)
            };
            let submissions: Vec<Submission> = batch.iter().map(read).collect();
            bed.service.write_intake(|tx| intake::store_all(tx, &mut Default::default(), &submissions)).unwrap();
            sent.extend(batch);
        }
        assert_eq!(bed.recounts().responses, sent.len() as u64);
        // And counted once more by hand, over all half-months.
        let tallies = bed.service.read(|tx| Ok(store::tally::all(tx.conn)?)).unwrap();
        let total = |scope: &str, respondent: &str| {
            let overall = |t: &store::tally::StoredTally| t.cell(respondent.parse().ok(), &"overall".parse().unwrap()).total();
            tallies.iter().filter(|t| t.scope == scope).map(overall).sum::<u64>()
        };
        let expected = |keep: &dyn Fn(&Rated) -> bool| sent.iter().filter(|r| keep(r)).count() as u64;
        assert_eq!(total("all", "all"), sent.len() as u64);
        assert_eq!(total("group:land", "all"), expected(&|r| FIELDS[r.1] == "land"));
        assert_eq!(total("group:other", "all"), expected(&|r| matches!(FIELDS[r.1], "business" | "social")));
        assert_eq!(total("field:social", "enterprise"), expected(&|r| FIELDS[r.1] == "social" && RESPONDENTS[r.3] == "enterprise"));
        assert_eq!(total("office:31507", "all"), expected(&|r| OFFICES[r.2] == WARD));
        assert_eq!(total("office:31507/land", "citizen"), expected(&|r| OFFICES[r.2] == WARD && FIELDS[r.1] == "land" && RESPONDENTS[r.3] == "citizen"));
    });
}

/// What somebody tries: who, what, with which item, and which other.
type Step = (usize, u8, usize, usize);

const PEOPLE: [&str; 7] = ["officer", "approver", "head", "neighbour", "coordinator", "second-coordinator", "receiver"];

fn try_step(bed: &Bed, (who, what, item, other): Step) -> Result<(), Problem> {
    let numbers = bed.service.read(|tx| Ok(store::feedback::last_serial(tx.conn)?)).unwrap().max(1);
    let serial = |n: usize| hoidap::domain::words::Serial(1 + n as i64 % numbers);
    let (item, into) = (serial(item), serial(other));
    let written = |intent: &str, ground: &str, revision| feedback::Written {
        intent: intent.to_owned(),
        title: "Việc".to_owned(),
        question: "Hỏi".to_owned(),
        answer: "Đáp".to_owned(),
        ground: ground.to_owned(),
        revision,
        ..feedback::Written::default()
    };
    bed.desk(PEOPLE[who]).tries(|tx, me| {
        let revision = store::draft::get(tx.conn, item)?.map_or(0, |d| d.revision);
        match what {
            0 => feedback::take(tx, me, item),
            1 => feedback::save(tx, me, item, &written("answer", "", revision), false),
            2..=4 => feedback::save(tx, me, item, &written("answer", "", revision), true),
            5 => feedback::save(tx, me, item, &written("spam", "nonsense", revision), true),
            6..=9 => feedback::approve(tx, me, item, None),
            10 => feedback::give_back(tx, me, item, "unclear", "Viết lại."),
            11 => feedback::forward(tx, me, item, [WARD, NEIGHBOUR, "so-khcn"][other % 3], "wrong_office", ""),
            12 | 13 => feedback::merge(tx, me, item, into),
            14 => feedback::redirect(tx, me, item, "complaint_law", "Gửi đơn đến Chủ tịch."),
            15 => feedback::seal(tx, me, item),
            16 => feedback::confirm_seal(tx, me, item),
            17 | 18 => feedback::restore(tx, me, item, "Nhầm."),
            19 => feedback::withdraw(tx, item),
            20 => feedback::record_overdue(tx, 100).map(drop),
            _ => Ok(()),
        }
    })
}

#[test]
fn a_small_part_can_not_be_had_by_subtracting_the_others_from_the_whole() {
    each_database(|bed| {
        let slip = |field: &str, office: &str| bed.citizen().rates(5).field(field).office(office);
        for (field, n) in [("investment", 4), ("land", 30), ("construction", 20)] {
            rate(bed, n, &slip(field, WARD));
        }
        let shown = |asked: Asked| {
            let results = bed.service.read(|tx| figures::results(tx, &Asked { sample: Some(Sample::Open), ..asked })).unwrap();
            results.satisfaction.iter().map(|f| f.shown.ratio().map(|r| r.n)).collect::<Vec<_>>()
        };
        assert_eq!(shown(Asked::default()), [Some(54), Some(30), None, None], "54 - 30 - 20 would leave the four");
        assert_eq!(shown(of_field("construction")), [None], "a field alone in its group is no way around");
        let at = |office: &str| Asked { office: Some(office.parse().unwrap()), ..Asked::default() };
        assert_eq!(shown(at(WARD)), [Some(54), Some(30), None, None]);
        rate(bed, 5, &slip("land", NEIGHBOUR));
        rate(bed, 40, &slip("land", "31528"));
        assert_eq!(shown(at(NEIGHBOUR))[0], None);
        assert_eq!(shown(at("31528"))[0], None, "the next smallest office hides the smallest");
        assert_eq!(shown(at(WARD))[0], Some(54));
    });
}

#[test]
fn what_is_hidden_in_one_half_month_can_not_be_had_from_a_longer_span() {
    each_database(|bed| {
        let slip = |field: &str| bed.citizen().rates(5).field(field);
        for (field, n) in [("investment", 4), ("land", 30), ("construction", 20)] {
            rate(bed, n, &slip(field));
        }
        bed.on("2026-10-20");
        for field in ["investment", "land", "construction"] {
            rate(bed, 10, &slip(field));
        }
        let shown = |asked: Asked| {
            let results = bed.service.read(|tx| figures::results(tx, &Asked { sample: Some(Sample::Open), ..asked })).unwrap();
            results.satisfaction.iter().map(|f| f.shown.ratio().map(|r| r.n)).collect::<Vec<_>>()
        };
        let later = Asked { from: Some(day("2026-10-15")), ..Asked::default() };
        assert_eq!(shown(later), [Some(30), Some(10), Some(10), Some(10)]);
        // 84 less 40, 10 and 10 leaves twenty-four; with all thirty of construction it would leave the four.
        assert_eq!(shown(Asked::default()), [Some(84), Some(40), Some(10), Some(10)]);
    });
}

/// What happens next: somebody sends, a few days pass, or somebody tries something.
fn happens(bed: &Bed, step: Step) {
    let (who, what, item, other) = step;
    match what {
        21..=26 => {
            let kind = ["question", "report", "complaint", "denunciation"][other % 4];
            let place = OFFICES[[0, 0, 1, 3][item % 4]];
            let citizen = bed.citizen().says("Ý kiến.").kind(kind).field(FIELDS[other % 3]).office(place).respondent(RESPONDENTS[who % 3]);
            citizen.sends(bed);
        }
        27..=29 => {
            let later = bed.service.now().day().plus(1 + other as i32 % 6);
            bed.on(&later.to_string());
        }
        _ => match try_step(bed, step) {
            Ok(()) | Err(Problem::Refused(_) | Problem::Move { .. } | Problem::Invalid(_)) => {}
            Err(broken) => panic!("{step:?}: {broken}"),
        },
    }
}

#[test]
fn no_sequence_of_moves_publishes_without_two_people() {
    use std::collections::{BTreeMap, BTreeSet};

    let steps = prop::collection::vec((0..PEOPLE.len(), 0u8..30, 0usize..4, 0usize..12), 30..120);
    holds(&steps, [12, 3], |bed, steps| {
        bed.citizen().says("Ý kiến đầu tiên.").sends(bed);
        // Who wrote in what may be published of an item, since it came to its office.
        let mut wrote: BTreeMap<i64, BTreeSet<usize>> = BTreeMap::new();
        for step in steps {
            let (who, what, item, _) = step;
            let last = bed.service.read(|tx| Ok(store::feedback::last_serial(tx.conn)?)).unwrap();
            let serial = hoidap::domain::words::Serial(1 + item as i64 % last.max(1));
            if what > 20 {
                happens(bed, step);
            } else if try_step(bed, step).is_ok() {
                match what {
                    1..=5 => drop(wrote.entry(serial.0).or_default().insert(who)),
                    6..=9 => assert!(!wrote.get(&serial.0).is_some_and(|authors| authors.contains(&who)), "{step:?}: {serial} was approved by its author"),
                    11 | 19 => drop(wrote.remove(&serial.0)),
                    _ => {}
                }
            }
        }
        for n in 1..=bed.service.read(|tx| Ok(store::feedback::last_serial(tx.conn)?)).unwrap() {
            let serial = hoidap::domain::words::Serial(n);
            let published = bed.service.read(|tx| Ok(store::feedback::answers(tx.conn, serial)?.len())).unwrap();
            assert!(published == 0 || wrote.contains_key(&n) || bed.item(serial).state.out_class().is_some(), "{serial} was published, and nobody wrote it");
        }
    });
}

#[test]
fn whatever_people_do_the_counts_are_the_fold_of_the_events() {
    use hoidap::domain::accounting::{Beside, Counts};
    use hoidap::domain::feedback::{Class, Item};
    use hoidap::domain::words::Serial;

    let steps = prop::collection::vec((0..PEOPLE.len(), 0u8..30, 0usize..12, 0usize..12), 20..90);
    holds(&steps, [10, 3], |bed, steps| {
        bed.citizen().says("Ý kiến đầu tiên.").sends(bed);
        for step in steps {
            happens(bed, step);
        }
        bed.recounts();
        let items: Vec<Item> = bed
            .service
            .read(|tx| {
                let last = store::feedback::last_serial(tx.conn)?;
                let fold = |n| {
                    let entries: Vec<_> = store::feedback::events(tx.conn, Serial(n))?.into_iter().map(|k| k.entry).collect();
                    Item::replay(Serial(n), &entries, &*tx.catalogue)
                };
                (1..=last).map(fold).collect()
            })
            .unwrap();
        for item in &items {
            let survivor = item.merged_into.filter(|_| item.state.out_class() == Some(Class::Merged)).map(|s| &items[s.0 as usize - 1]);
            assert!(survivor.is_none_or(|s| matches!(s.state.out_class(), None | Some(Class::Merged))), "{} waits for one that is out", item.serial);
            assert!(!item.state.is_open() || item.office.is_some() && item.due_on.is_some(), "{} is nobody's", item.serial);
        }
        let middle = bed.service.now().day();
        let questions = [
            Asked::default(),
            of_field("land"),
            of_respondent(Respondent::Enterprise),
            Asked { office: Some(WARD.parse().unwrap()), ..Asked::default() },
            Asked { office: Some(NEIGHBOUR.parse().unwrap()), field: Some("land".parse().unwrap()), ..Asked::default() },
            Asked { from: Some(day("2026-10-03")), to: Some(middle.plus(-1).max(day("2026-10-03"))), ..Asked::default() },
        ];
        for later in [0, 20, 60] {
            let today = middle.plus(later);
            bed.on(&today.to_string());
            for asked in &questions {
                let mut folded = Counts::default();
                let chosen = items.iter().filter(|i| {
                    asked.field.as_ref().is_none_or(|f| i.field.as_ref() == Some(f))
                        && asked.office.as_ref().is_none_or(|o| i.office.as_ref() == Some(o))
                        && asked.respondent.is_none_or(|r| i.respondent == Some(r))
                        && asked.from.is_none_or(|from| from <= i.received_on)
                        && asked.to.is_none_or(|to| i.received_on <= to)
                });
                for item in chosen {
                    folded.add(item.class(today), item.due_on, item.out_on, today, 1);
                    let beside = Beside {
                        reply: item.reply,
                        grouped: item.grouped,
                        within_first: item.first_answer.zip(item.first_due_on).is_some_and(|(first, due)| first.on <= due),
                        forwards: item.forwards as u32,
                        appeal: item.appeal,
                    };
                    folded.add_beside(item.class(today), beside, 1);
                }
                assert_eq!(bed.counts(asked), folded, "on {today}: {asked:?}");
                assert!(folded.identity_holds());
            }
        }
    });
}

/// What somebody with the database in hand might change, and what the recount says of it.
const PLANTED: [(&str, &str); 19] = [
    ("UPDATE feedback SET due_on = '2026-12-31' WHERE serial = 1", "HD-000001: due_on is 2026-12-31 in the row, its events say "),
    ("UPDATE feedback SET state = 'withdrawn', settled = 'withdrawn' WHERE serial = 1", "HD-000001: state is withdrawn in the row, its events say "),
    ("UPDATE feedback SET received_on = '2026-09-01' WHERE serial = 1", "HD-000001: received_on is 2026-09-01 in the row, its events say "),
    ("UPDATE feedback SET field = 'construction' WHERE serial = 1", "HD-000001: field is construction in the row, its events say "),
    ("UPDATE feedback SET answered_on = '2026-10-02' WHERE serial = 2", "HD-000002: answered_on is 2026-10-02 in the row, its events say "),
    ("DELETE FROM feedback_events WHERE serial = 2 AND n = 5", "HD-000002: "),
    ("DELETE FROM feedback_events WHERE serial = 2 AND n = 3", "HD-000002 event 4: event 3 was to come"),
    ("UPDATE feedback_events SET on_day = '2026-09-01' WHERE serial = 2 AND n = 5", "HD-000002 event 5: its day goes back"),
    ("UPDATE feedback_texts SET original = 'Tôi rất hài lòng.' WHERE serial = 1", "HD-000001: the words of event 0"),
    ("UPDATE feedback_answers SET answer = 'Chúng tôi đã xin lỗi.' WHERE serial = 2", "HD-000002: the words of event 5"),
    ("UPDATE feedback_answers SET published_on = '2026-10-01' WHERE serial = 2", "HD-000002: version 1 of the answer says 2026-10-01"),
    ("DELETE FROM answer_authors WHERE serial = 2; DELETE FROM feedback_answers WHERE serial = 2", "HD-000002: version 1 of the answer is missing"),
    ("UPDATE feedback_counts SET n = n + 1 WHERE scope = 'field:land'", "opinions of field:land received on 2026-10-01"),
    (
        "INSERT INTO topic_counts (topic, received_on, n) VALUES ('support', '2026-10-01', 1)",
        "questions for support received on 2026-10-01: 1 of a kind are counted",
    ),
    ("INSERT INTO press_counts (scope, received_on, n) VALUES ('all', '2026-10-01', 1)", "presses of opinions of all received on 2026-10-01: 1 of a kind"),
    ("UPDATE counters SET value = 3 WHERE name = 'serial'", "HD-000003: the number is missing"),
    ("UPDATE tallies SET cells = 'all overall 0,0,0,0,12 0' WHERE scope = 'all'", "the tally says [0, 0, 0, 0, 12]"),
    ("DELETE FROM tallies WHERE scope = 'field:land'", "field:land verified all: no tally"),
    ("UPDATE tallies SET cells = 'all overall 12 3' WHERE scope = 'office:31507'", "office:31507 verified all: released [3]"),
];

#[test]
fn the_recount_names_what_was_changed_behind_its_back() {
    each_database(|bed| {
        bed.citizen().says("Chưa ai trả lời.").sends(bed);
        let answered = bed.citizen().says("Đã được trả lời.").sends_opinion(bed);
        bed.on("2026-10-06").officer().takes(answered).writes(answered, "Xin lỗi.").hands_in(answered);
        bed.approver().approves(answered);
        rate(bed, 12, &bed.citizen().rates(1).at_counter());
        let compared = bed.recounts();
        assert_eq!((compared.items, compared.events, compared.responses), (2, 9, 12));
        for (change, found) in PLANTED {
            let difference = bed.difference_after(change);
            assert!(difference.contains(found), "{change}: {difference}");
        }
        bed.recounts();
    });
}
