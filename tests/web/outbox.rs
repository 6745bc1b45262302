//! Mail and daily jobs by an administrator's hand: sent once more, run once more, nothing done twice.

use hoidap::actions::{daily, outbox};
use hoidap::config::Config;
use hoidap::jobs::clocks;
use hoidap::jobs::outbox::drain;
use hoidap::mail::{Letter, Mailer, Transport};
use hoidap::store;

use crate::support::each_database;
use crate::support::web::Site;

const LIST: &str = "/quan-tri/thu";
const JOBS: &str = "/quan-tri/viec-hang-ngay";

#[test]
fn a_mail_that_left_leaves_once_more_with_the_same_id() {
    each_database(|bed| {
        let (transport, letters) = Transport::memory();
        let mailer = Mailer::new(&Config { mail: "folder:unused".to_owned(), ..Config::default() }, transport).unwrap();
        bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        drain(&bed.service, &mailer).unwrap();
        let sent = || letters.lock().unwrap().iter().map(|l: &Letter| l.message_id.clone()).collect::<Vec<_>>();
        let before = sent();
        assert!(!before.is_empty());
        let done = bed.service.read(|tx| Ok(store::outbox::find(tx.conn, store::outbox::Which::Done, 100)?)).unwrap();
        let message = done.iter().find(|m| m.outcome.as_deref() == Some("sent")).unwrap();
        bed.desk("administrator").tries(|tx, me| outbox::again(tx, me, message.id)).unwrap();
        drain(&bed.service, &mailer).unwrap();
        let after = sent();
        assert_eq!(after.len(), before.len() + 1);
        assert!(before.contains(after.last().unwrap()), "{after:?}");
        let audited = bed.service.read(|tx| Ok(store::audit::lines(tx.conn, None, 100)?)).unwrap();
        assert!(audited.iter().any(|line| line.action == "outbox.again" && line.subject == format!("mail:{}", message.id)));
        assert!(bed.desk("officer").tries(|tx, me| outbox::again(tx, me, message.id)).is_err());
    });
}

#[test]
fn mails_are_found_by_what_became_of_them() {
    each_database(|bed| {
        let site = Site::start(bed);
        let admin = site.browser().signs_in("administrator");
        bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        let id = bed.service.write(|tx| {
            tx.mail("routed", "test:1", serde_json::json!({"serial": 1}))?;
            let id = store::outbox::find(tx.conn, store::outbox::Which::Waiting, 100)?.iter().map(|m| m.id).max().unwrap();
            store::outbox::finish(tx.conn, &[id], tx.now, "refused")?;
            Ok(id)
        });
        let name = format!("routed {}", id.unwrap());
        let says = |query: &str| {
            let page = admin.opens(&format!("{LIST}{query}"));
            assert_eq!(page.status, 200, "{}", page.body);
            page.says(&name)
        };
        assert_eq!((says("?loc=loi"), says("?loc=xong"), says("")), (true, true, false));
        let asked = admin.opens(&format!("{LIST}/{}/gui-lai", name.trim_start_matches("routed ")));
        assert!(asked.status == 200 && asked.says(&name) && asked.says("Thư này đã xử lý xong."), "{}", asked.body);
        assert_eq!(admin.opens(&format!("{LIST}/99999/gui-lai")).status, 404);
    });
}

#[test]
fn the_daily_jobs_say_what_they_did_and_run_when_somebody_wishes() {
    each_database(|bed| {
        bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        bed.on("2026-10-23");
        let did = clocks::daily(&bed.service).unwrap();
        assert_eq!(did.overdue, 1);
        let last = bed.service.read(daily::last).unwrap().unwrap();
        assert_eq!((last.at(), last.did["overdue"]), (bed.service.now(), 1));
        assert!(!clocks::is_wished(&bed.service).unwrap());
        bed.service.clock().set(bed.service.now().plus_seconds(60));
        bed.desk("administrator").tries(daily::ask).unwrap();
        assert!(clocks::is_wished(&bed.service).unwrap());
        bed.service.clock().set(bed.service.now().plus_seconds(60));
        assert_eq!(clocks::daily(&bed.service).unwrap().overdue, 0, "nothing is done twice");
        assert!(!clocks::is_wished(&bed.service).unwrap());
        assert!(bed.desk("officer").tries(daily::ask).is_err());

        let site = Site::start(bed);
        let admin = site.browser().signs_in("administrator");
        let page = admin.opens(JOBS);
        assert!(page.status == 200 && page.says("Ghi nhận quá hạn") && page.says("23/10/2026"), "{}", page.body);
        assert!(admin.opens(&format!("{JOBS}/chay")).says("Chạy các việc hằng ngày ngay bây giờ?"));
        let wished = admin.submits(&format!("{JOBS}/chay"), &[]);
        assert!(wished.status == 303 && admin.opens(wished.header("location")).says("Các việc sẽ chạy trong vài giây tới"));
    });
}
