//! The sender says once whether an answer helped; silence is counted as silence.

use hoidap::actions::figures::Asked;
use hoidap::actions::{lookup, reply};
use hoidap::domain::error::Problem;
use hoidap::domain::event::Replied;
use hoidap::domain::words::Serial;
use hoidap::jobs::clocks::daily;
use hoidap::verify::{Source, verify};

use crate::support::ledger::Scratch;
use crate::support::web::Site;
use crate::support::{Bed, each_database, faults, refusal};

fn answered(bed: &Bed) -> (Serial, String) {
    let sent = bed.citizen().says("Bao giờ có sổ?").sends(bed);
    let serial = sent.feedback.as_ref().unwrap().0;
    bed.officer().writes(serial, "Ngày 15.").hands_in(serial);
    bed.approver().approves(serial);
    (serial, sent.code.reveal().to_owned())
}

fn says(bed: &Bed, serial: Serial, said: &str, reason: &str) -> Result<(), Problem> {
    bed.service.write(|tx| reply::reply(tx, serial, said, reason, "Tôi vẫn chờ."))
}

fn replies(bed: &Bed) -> (u64, u64, u64) {
    let counts = bed.counts(&Asked { field: Some("land".parse().unwrap()), ..Asked::default() });
    (counts.reply_yes, counts.reply_no, counts.reply_none)
}

#[test]
fn each_version_is_replied_to_once_and_all_three_are_counted() {
    each_database(|bed| {
        let state = Scratch::new();
        let [(yes, _), (no, _), (silent, _), (sealed, _)] = std::array::from_fn(|_| answered(bed));
        let open = bed.citizen().says("Chưa trả lời.").sends_opinion(bed);
        assert_eq!(refusal(says(bed, open, "yes", "")), "move_not_possible");
        assert_eq!(faults(says(bed, no, "", "")), ["/reply choice_missing"]);
        assert_eq!(faults(says(bed, no, "none", "")), ["/reply choice_missing"], "silence is not said");
        assert_eq!(faults(says(bed, no, "no", "whatever")), ["/reason reason_missing"]);
        says(bed, yes, "yes", "").unwrap();
        says(bed, no, "no", "not_done").unwrap();
        says(bed, sealed, "yes", "").unwrap();
        assert!(bed.mails().contains(&format!("unsolved {}", no.0)));
        assert_eq!(refusal(says(bed, yes, "no", "not_done")), "move_not_possible", "once");
        bed.officer().seals(sealed);
        bed.desk("receiver").tries(|tx, me| hoidap::actions::feedback::confirm_seal(tx, me, sealed)).unwrap();
        assert_eq!(replies(bed), (1, 1, 0), "who is sealed says nothing in public");
        let public = format!("{:?}", bed.service.read(|tx| lookup::item(tx, no)).unwrap());
        assert!(public.contains("not_done") && !public.contains("Tôi vẫn chờ"), "{public}");

        bed.on("2026-10-14");
        assert_eq!(daily(&bed.service).unwrap().silent, 0);
        bed.on("2026-10-15");
        assert_eq!(daily(&bed.service).unwrap().silent, 1);
        assert_eq!(daily(&bed.service).unwrap().silent, 0);
        assert_eq!((bed.item(silent).reply, replies(bed)), (Some(Replied::None), (1, 1, 1)));

        // A later version may help more.
        bed.officer().writes(no, "Đã xong ngày 14.").hands_in(no);
        bed.approver().approves(no);
        assert_eq!(replies(bed), (1, 0, 1));
        says(bed, no, "yes", "").unwrap();
        assert_eq!(replies(bed), (2, 0, 1));
        bed.recounts();
        state.signs(bed);
        verify(&Source::new(&Site::signing(bed, &state).url, None), &Default::default()).unwrap();
        bed.tamper("UPDATE feedback SET reply = 'yes' WHERE reply = 'none'");
        let why = verify(&Source::new(&Site::signing(bed, &state).url, None), &Default::default()).unwrap_err();
        assert!(why.0.contains("reply_yes"), "{why}");
    });
}

#[test]
fn a_sender_replies_on_their_own_page() {
    each_database(|bed| {
        let (serial, code) = answered(bed);
        let site = Site::start(bed);
        let (sender, own) = (site.browser(), format!("/tra-cuu/{code}"));
        assert!(sender.opens(&own).says("Câu trả lời đã giải quyết được việc của ông/bà chưa?"));
        let no = |reason| [("viec", "tra-loi"), ("tra-loi", "no"), ("ly-do", reason), ("noi-them", "Vẫn chưa có sổ.")];
        let refused = sender.submits(&own, &no(""));
        assert!(refused.status == 422 && refused.says("Vẫn chưa có sổ.") && refused.says("Chưa chọn lý do"), "{}", refused.body);
        let done = sender.submits(&own, &no("not_done"));
        assert_eq!(done.status, 303);
        let page = sender.opens(done.header("location"));
        assert!(page.says("Cảm ơn ông/bà đã cho biết.") && !page.says("Đã được</button>"), "{}", page.body);
        let public = sender.opens(&format!("/y-kien/{}", serial.0));
        assert!(public.says("Người gửi cho biết chưa giải quyết được: Việc đã hứa chưa làm.") && !public.says("Vẫn chưa có sổ"), "{}", public.body);
        assert!(sender.opens("/ket-qua").says("Đã giải quyết được: 0. Chưa: 1."));
        assert_eq!(sender.submits(&own, &no("not_done")).status, 409);
    });
}
