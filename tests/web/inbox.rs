//! What waits for an officer: found by words with or without marks, by number,
//! by filters that are an address, and dealt with many at a time.

use hoidap::actions::{appeal, reply};
use hoidap::jobs::search;

use crate::support::web::{Page, Site};
use crate::support::{NEIGHBOUR, each_database};

#[test]
fn an_opinion_is_found_by_its_words_with_or_without_marks_by_number_and_procedure() {
    each_database(|bed| {
        let book = bed.citizen().says("Tôi chờ cấp sổ đỏ thửa 12 ở ấp Đại Hải.").sends_opinion(bed);
        let chairs = bed.citizen().says("Đề nghị thêm ghế ngồi chờ.").sends_opinion(bed);
        let khmer = bed.citizen().says("ខ្ញុំស្នើសុំដីធ្លីនៅភូមិ").sends_opinion(bed);
        let elsewhere = bed.citizen().says("Sổ đỏ ở phường khác.").office(NEIGHBOUR).sends_opinion(bed);
        let sealed = bed.citizen().kind("denunciation").says("Sổ đỏ bị đòi tiền.").sends_opinion(bed);
        while search::turn(&bed.service).unwrap() {}
        let site = Site::start(bed);
        let officer = site.browser().signs_in("officer");
        let finds = |typed: &str| {
            let page = officer.opens(&format!("/can-bo?q={}", typed.replace(' ', "+")));
            assert_eq!(page.status, 200, "{}", page.body);
            [book, chairs, khmer, elsewhere, sealed].into_iter().filter(|serial| page.says(&format!("href=\"/can-bo/{}\"", serial.0))).collect::<Vec<_>>()
        };
        for typed in ["sổ đỏ", "so do", "SO ĐO", "dai hai", "thua 12", "cap s"] {
            assert_eq!(finds(typed), [book], "{typed}");
        }
        assert_eq!(finds("ghe"), [chairs]);
        assert_eq!(finds("ដីធ្លី"), [khmer]);
        assert_eq!(finds(&book.to_string()), [book]);
        assert_eq!(finds("cho"), [book, chairs], "each word, wherever it stands");
        assert_eq!(finds("ghe do"), [], "every word");
        for typed in ["\"", "* OR", "NOT so", "(", "a:b", "' --", "%"] {
            finds(typed);
        }
        // What an officer writes is found too, and what is sealed is not any more.
        bed.officer().writes(chairs, "Sẽ mua thêm băng ghế inox.").hands_in(chairs);
        bed.approver().approves(chairs);
        bed.officer().seals(book);
        while search::turn(&bed.service).unwrap() {}
        assert_eq!(finds("inox"), [chairs]);
        assert_eq!(finds("so do"), []);
    });
}

/// PostgreSQL takes no word of 2 KB, and the opinions that came with it would never be found.
#[test]
fn a_word_without_end_keeps_no_opinion_from_being_found() {
    each_database(|bed| {
        let endless = "đ".repeat(3_900);
        let [before, long, after] = ["Ghế hỏng.", &endless, "Đèn hỏng."].map(|words| bed.citizen().says(words).sends_opinion(bed));
        while search::turn(&bed.service).unwrap() {}
        let site = Site::start(bed);
        let officer = site.browser().signs_in("officer");
        let finds = |typed: &str| {
            let page = officer.opens(&format!("/can-bo?q={typed}"));
            assert_eq!(page.status, 200);
            [before, long, after].into_iter().filter(|serial| page.says(&format!("href=\"/can-bo/{}\"", serial.0))).collect::<Vec<_>>()
        };
        assert_eq!(finds("hong"), [before, after]);
        assert_eq!(finds("ddddd"), [long]);
        assert_eq!(finds(&"d".repeat(200)), [long]);
    });
}

#[test]
fn a_filter_is_an_address_that_can_be_kept_under_a_name() {
    each_database(|bed| {
        let land = bed.citizen().says("Về đất.").sends_opinion(bed);
        let building = bed.citizen().says("Về xây dựng.").field("construction").kind("report").sends_opinion(bed);
        let site = Site::start(bed);
        let officer = site.browser().signs_in("officer");
        let shows = |address: &str| {
            let page = officer.opens(address);
            [land, building].map(|serial| page.says(&format!("href=\"/can-bo/{}\"", serial.0)))
        };
        assert_eq!(shows("/can-bo"), [true, true]);
        assert_eq!(shows("/can-bo?linh-vuc=construction"), [false, true]);
        assert_eq!(shows("/can-bo?loai=report"), [false, true]);
        assert_eq!(shows("/can-bo?tu=2026-10-02"), [false, false]);
        assert_eq!(shows(&format!("/can-bo?co-quan={NEIGHBOUR}")), [false, false], "nobody looks beyond their own offices");
        let kept = [("loc", "all"), ("query", "linh-vuc=construction&loai=report&la=gi"), ("name", "Xây dựng")];
        let saved = officer.submits("/can-bo/bo-loc", &kept);
        assert_eq!((saved.status, saved.header("location")), (303, "/can-bo?loc=all&linh-vuc=construction&loai=report"));
        let page = officer.opens("/can-bo");
        let plain = page.body.replace("&#x3D;", "=");
        assert!(plain.contains("href=\"/can-bo?loc=all&amp;linh-vuc=construction&amp;loai=report\""), "{plain}");
        assert!(!site.browser().signs_in("colleague").opens("/can-bo").says("Xây dựng</span></a>"));
        officer.submits("/can-bo/bo-loc", &[("loc", "all"), ("query", ""), ("name", "Xây dựng"), ("bo", "1")]);
        assert!(!officer.opens("/can-bo").says("Xây dựng</span></a>"));
    });
}

#[test]
fn pages_of_the_list_follow_the_deadlines_and_leave_nothing_out() {
    each_database(|bed| {
        let sent: Vec<_> = (0..45)
            .map(|n| {
                bed.on(if n % 2 == 0 { "2026-10-01" } else { "2026-10-02" });
                let office = if n % 3 == 0 { "31507" } else { NEIGHBOUR };
                bed.citizen().says(&format!("Việc {n}.")).office(office).sends_opinion(bed)
            })
            .collect();
        let site = Site::start(bed);
        let head = site.browser().signs_in("city-officer");
        let mut address = "/can-bo?loc=all".to_owned();
        let mut seen: Vec<i64> = Vec::new();
        // More pages than there can be.
        for _ in 0..10 {
            let page = head.opens(&address);
            let found = page.body.split("<th role=\"rowheader\" scope=\"row\"><a href=\"/can-bo/").skip(1);
            seen.extend(found.map(|rest| rest.split('"').next().unwrap().parse::<i64>().unwrap()));
            let Some(next) = page.body.split("rel=\"next\"").next().filter(|before| before.len() < page.body.len()) else { break };
            address = next.rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&amp;", "&").replace("&#x3D;", "=");
        }
        let mut expected: Vec<_> = sent.iter().map(|serial| (bed.item(*serial).due_on, serial.0)).collect();
        expected.sort();
        assert_eq!(seen, expected.into_iter().map(|(_, serial)| serial).collect::<Vec<_>>());
    });
}

#[test]
fn the_receiver_reaches_each_denunciation_newest_first() {
    each_database(|bed| {
        let sent: Vec<i64> = (0..23).map(|n| bed.citizen().says(&format!("Ông A nhận tiền lần {n}.")).kind("denunciation").sends_opinion(bed).0).collect();
        let site = Site::start(bed);
        let receiver = site.browser().signs_in("receiver");
        let first = receiver.opens("/can-bo?loc=sealed");
        let link = first.body.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap().split('"').next().unwrap();
        let second = receiver.opens(&link.replace("&amp;", "&").replace("&#x3D;", "="));
        let on = |page: &Page| sent.iter().copied().filter(|serial| page.says(&format!("href=\"/can-bo/{serial}\""))).collect::<Vec<_>>();
        let (mut all, older) = (on(&first), on(&second));
        assert_eq!((all.len(), older.len()), (20, 3));
        assert!(older.iter().all(|serial| all.iter().all(|newer| newer > serial)), "{older:?} come after {all:?}");
        all.extend(older);
        all.sort_unstable();
        assert_eq!(all, sent);
    });
}

#[test]
fn who_approves_many_reads_what_waits_and_nothing_that_an_address_says() {
    each_database(|bed| {
        let serial = bed.citizen().says("Bao giờ cầu xong?").sends_opinion(bed);
        bed.officer().writes(serial, "Quý I.").hands_in(serial);
        let site = Site::start(bed);
        let approver = site.browser().signs_in("approver");
        let page = approver.opens(&format!("/can-bo/nhieu?viec=duyet&so={0}&title.{0}=Một+tên+khác&question.{0}=Một+lời+khác", serial.0));
        assert!(page.says("Quý I.") && !page.says("Một tên khác") && !page.says("Một lời khác"), "{}", page.body);
    });
}

#[test]
fn the_clocks_inside_the_office_stand_beside_an_opinion() {
    each_database(|bed| {
        let serial = bed.citizen().says("Bao giờ cầu xong?").sends_opinion(bed);
        let site = Site::start(bed);
        let reads = |login: &str| site.browser().signs_in(login).opens(&format!("/can-bo/{}", serial.0));
        let page = reads("officer");
        // Two and five working days after Thursday 1/10/2026.
        assert!(page.says("Nếu từ chối: trình chậm nhất <time datetime=\"2026-10-05\">"), "{}", page.body);
        assert!(page.says("hỏi chậm nhất <time datetime=\"2026-10-08\">") && !page.says("đã quá"), "{}", page.body);
        bed.on("2026-10-06");
        assert!(reads("officer").says("đã quá"));
        bed.officer().writes(serial, "Quý I.").hands_in(serial);
        let waits = reads("approver");
        assert!(waits.says("Duyệt hoặc trả lại chậm nhất <time datetime=\"2026-10-08\">") && !waits.says("Nếu từ chối"), "{}", waits.body);
        assert_eq!(bed.item(serial).class(bed.service.now().day()).to_string(), "open_in_time", "they are in no class");
    });
}

#[test]
fn appeals_stand_in_the_order_of_their_own_days_over_all_pages() {
    each_database(|bed| {
        let answered: Vec<_> = (0..22)
            .map(|n| {
                let serial = bed.citizen().says(&format!("Việc {n}.")).sends_opinion(bed);
                bed.officer().writes(serial, &format!("Đang xem việc {n}.")).hands_in(serial);
                bed.approver().approves(serial);
                bed.service.write(|tx| reply::reply(tx, serial, "no", "not_done", "")).unwrap();
                serial
            })
            .collect();
        // Who was answered last asks first.
        for (n, serial) in answered.iter().rev().enumerate() {
            bed.on(if n < 11 { "2026-10-02" } else { "2026-10-05" });
            bed.service.write(|tx| appeal::ask(tx, *serial)).unwrap();
        }
        let mut expected: Vec<_> = answered.iter().map(|serial| (serial.0 <= answered[10].0, serial.0)).collect();
        expected.sort_unstable();
        let site = Site::start(bed);
        for (login, mut address, link) in [
            ("city-officer", "/can-bo?loc=appeals".to_owned(), "href=\"/can-bo/"),
            ("supervisor", "/can-bo/theo-doi?xem=appeals".to_owned(), "href=\"/can-bo/theo-doi/"),
        ] {
            let reader = site.browser().signs_in(login);
            let mut seen: Vec<i64> = Vec::new();
            for _ in 0..2 {
                let page = reader.opens(&address);
                let found = page.body.split("<th role=\"rowheader\" scope=\"row\"><a ").skip(1);
                seen.extend(found.filter_map(|rest| rest.strip_prefix(link)?.split('"').next()?.parse::<i64>().ok()));
                let Some(next) = page.body.split("rel=\"next\"").next().filter(|before| before.len() < page.body.len()) else { break };
                address = next.rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&amp;", "&").replace("&#x3D;", "=");
            }
            assert_eq!(seen, expected.iter().map(|(_, serial)| *serial).collect::<Vec<_>>(), "{login}");
        }
    });
}

#[test]
fn many_are_taken_given_and_forwarded_at_once_and_what_cant_be_done_is_told() {
    each_database(|bed| {
        let [one, two, answered] = std::array::from_fn(|n| bed.citizen().says(&format!("Việc {n}.")).sends_opinion(bed));
        bed.officer().writes(answered, "Xong.").hands_in(answered);
        bed.approver().approves(answered);
        let site = Site::start(bed);
        let officer = site.browser().signs_in("officer");
        let so: Vec<String> = [one, two, answered].iter().map(|serial| serial.0.to_string()).collect();
        let chosen: Vec<(&str, &str)> = so.iter().map(|serial| ("so", serial.as_str())).collect();
        let with = |more: &[(&'static str, &'static str)]| [chosen.clone(), more.to_vec()].concat();
        let asked = officer.opens(&format!("/can-bo/nhieu?viec=nhan&so={}&so={}", so[0], so[1]));
        assert!(asked.says("Nhận việc: 2 ý kiến"), "{}", asked.body);
        assert!(officer.opens("/can-bo/nhieu?viec=nhan").says("Chưa chọn ý kiến nào."));
        let taken = officer.submits("/can-bo/nhieu", &with(&[("viec", "nhan")]));
        assert!(taken.says("Đã làm với") && taken.says("Chưa làm được với các ý kiến sau"), "{}", taken.body);
        assert_eq!(bed.events(one), ["received", "routed", "deadline_set", "taken"]);
        assert_eq!(bed.events(answered).last(), Some(&"answered"));
        let unnamed = officer.submits("/can-bo/nhieu", &[("viec", "chuyen"), ("so", so[0].as_str())]);
        assert_eq!(unnamed.status, 422, "{}", unnamed.body);
        let forwarded = officer.submits("/can-bo/nhieu", &with(&[("viec", "chuyen"), ("to", NEIGHBOUR), ("reason", "wrong_office")]));
        assert!(forwarded.says("Đã làm với"), "{}", forwarded.body);
        assert_eq!([one, two].map(|serial| bed.item(serial).office.unwrap().to_string()), [NEIGHBOUR, NEIGHBOUR]);
    });
}

#[test]
fn one_answer_for_many_keeps_each_public_form_is_approved_and_counted_apart() {
    each_database(|bed| {
        let [one, two] = std::array::from_fn(|n| bed.citizen().says(&format!("Bao giờ cầu số {n} xong? Gọi 0912 345 678.")).sends_opinion(bed));
        let site = Site::start(bed);
        let officer = site.browser().signs_in("officer");
        let (first, second) = (one.0.to_string(), two.0.to_string());
        let page = officer.opens(&format!("/can-bo/nhieu?viec=viet&so={first}&so={second}"));
        assert!(page.says("Gọi [đã che: số điện thoại]"), "{}", page.body);
        let named = |name: &str, serial: &str| format!("{name}.{serial}");
        let [t1, t2, q1, q2, r1, r2] =
            [("title", &first), ("title", &second), ("question", &first), ("question", &second), ("revision", &first), ("revision", &second)]
                .map(|(name, serial)| named(name, serial));
        let mut form: Vec<(&str, &str)> = vec![
            ("viec", "viet"),
            ("so", &first),
            ("so", &second),
            (&t1, "Cầu số 0"),
            (&t2, ""),
            (&q1, "Bao giờ cầu số 0 xong?"),
            (&q2, "Bao giờ cầu số 1 xong?"),
            (&r1, "0"),
            (&r2, "0"),
            ("answer", "Cả hai cầu xong trong quý I/2027."),
        ];
        let faulty = officer.submits("/can-bo/nhieu", &form);
        assert_eq!(faulty.status, 422, "{}", faulty.body);
        assert!(faulty.says(&format!("id=\"title-{second}-e\"")) && faulty.says("Cả hai cầu xong trong quý I/2027."), "{}", faulty.body);
        assert!(bed.service.read(|tx| Ok(hoidap::store::draft::get(tx.conn, one)?)).unwrap().is_none(), "all of them or none");
        form[4] = (&t2, "Cầu số 1");
        let done = officer.submits("/can-bo/nhieu", &form);
        assert!(done.says("Đã làm với"), "{}", done.body);

        let approver = site.browser().signs_in("approver");
        let page = approver.opens(&format!("/can-bo/nhieu?viec=duyet&so={first}&so={second}"));
        assert!(page.says("Cả hai cầu xong trong quý I/2027."), "{}", page.body);
        let [e1, e2] = [&first, &second].map(|serial| named("events", serial));
        let seen = [one, two].map(|serial| bed.seen(serial));
        let [n1, n2, v1, v2] = [seen[0].events.to_string(), seen[1].events.to_string(), seen[0].revision.to_string(), seen[1].revision.to_string()];
        let form = [("viec", "duyet"), ("so", &first), ("so", &second), (&e1, &n1), (&e2, &n2), (&r1, &v1), (&r2, &v2)];
        let done = approver.submits("/can-bo/nhieu", &form);
        assert!(done.says("Đã làm với") && !done.says("Chưa làm được"), "{}", done.body);
        assert_eq!(
            [one, two].map(|serial| (bed.item(serial).grouped, bed.item(serial).title.unwrap())),
            [(true, "Cầu số 0".into()), (true, "Cầu số 1".into())]
        );
        let counts = bed.counts(&Default::default());
        assert_eq!((counts.answered_on_time, counts.grouped, counts.within_first), (2, 2, 2));
        assert!(site.browser().opens("/api/v1/results").says("\"grouped\":2"));
        bed.recounts();
    });
}
