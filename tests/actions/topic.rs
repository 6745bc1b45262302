//! How many questions ask for support and for advice: counted with every change,
//! and no deletion takes one away.

use hoidap::actions::feedback::reclassify;
use hoidap::domain::words::{Serial, Topic};
use hoidap::store::topic;

use crate::actions::rights::{asks, does};
use crate::support::{Bed, day, each_database};

fn counted(bed: &Bed) -> (i64, i64) {
    let counts = bed.service.read(|tx| Ok(topic::counts(tx.conn, None, None)?)).unwrap();
    let of = |topic| counts.get(&topic).copied().unwrap_or_default();
    (of(Topic::Support), of(Topic::Advice))
}

fn asks_for(bed: &Bed, topic: &str) -> Serial {
    bed.citizen().says("Xin được giúp.").kind(topic).sends_opinion(bed)
}

#[test]
fn topics_are_counted_through_every_change_of_their_opinions() {
    each_database(|bed| {
        let (first, second) = (asks_for(bed, "support"), asks_for(bed, "advice"));
        asks_for(bed, "question");
        assert_eq!(counted(bed), (1, 1));
        let corrects = |serial, kind| bed.officer().tries(|tx, me| reclassify(tx, me, serial, kind, "by_content", "")).unwrap();
        corrects(second, "support");
        assert_eq!(counted(bed), (2, 0));
        corrects(second, "report");
        assert_eq!(counted(bed), (1, 0), "only a question has a topic");
        corrects(second, "advice");
        assert_eq!(counted(bed), (1, 1));
        bed.officer().seals(first);
        assert_eq!(counted(bed), (0, 1), "what is sealed has no place in a count by content");
        bed.desk("receiver").restores(first);
        assert_eq!(counted(bed), (1, 1));
        bed.recounts();
    });
}

#[test]
fn who_has_their_words_erased_is_counted_still() {
    each_database(|bed| {
        let serial = asks_for(bed, "support");
        let request = asks(bed, serial, "delete");
        does(bed, &request);
        assert_eq!(counted(bed), (1, 0));
        let term = |from, to| bed.service.read(|tx| Ok(topic::counts(tx.conn, from, to)?)).unwrap().len();
        assert_eq!((term(Some(day("2026-10-01")), None), term(None, Some(day("2026-09-30")))), (1, 0));
        bed.recounts();
    });
}
