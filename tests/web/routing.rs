//! The routing rules tried out: the page says what really happens, and finds what has to be mended.

use hoidap::actions::catalogue::{self, RuleForm};

use crate::support::web::Site;
use crate::support::{Bed, NEIGHBOUR, WARD, each_database};

const TRY: &str = "/quan-tri/phan-cong/thu";
const CHECK: &str = "/quan-tri/phan-cong/kiem-tra";

fn adds(bed: &Bed, subject: &str, place: &str, office: &str) {
    let form = RuleForm {
        subject: subject.to_owned(),
        place: place.to_owned(),
        office: office.to_owned(),
        valid_from: "2026-10-01".to_owned(),
        source: "QĐ thử".to_owned(),
    };
    bed.desk("administrator").tries(|tx, me| catalogue::add_rule(tx, me, &form)).unwrap();
}

#[test]
fn the_page_says_where_an_opinion_really_goes_and_by_which_rule() {
    each_database(|bed| {
        let site = Site::start(bed);
        let admin = site.browser().signs_in("administrator");
        let asked = |query: &str| admin.opens(&format!("{TRY}?{query}"));
        let ward = asked(&format!("viec=field:land&noi={WARD}&ngay=2026-10-01"));
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        let office = bed.item(serial).office.unwrap();
        let name = bed.service.read(|tx| Ok(tx.catalogue.offices.get(&office).unwrap().name.vi.clone())).unwrap();
        assert!(ward.status == 200 && ward.says(&format!("Nhận ngày 01/10/2026, ý kiến đến: {name}.")), "{}", ward.body);
        assert!(ward.says("<dd>field:land</dd>") && ward.says("<dd>Cơ quan mà người gửi chọn</dd>"), "{}", ward.body);
        assert!(asked("viec=field:other").says("Có quy tắc cho việc này, nhưng không cho nơi này, hoặc phải chọn nơi."));
        assert!(asked("viec=field:land&ngay=2020-01-01").says("Không có quy tắc nào cho việc này vào ngày ấy."));
        let empty = asked("");
        assert!(empty.status == 200 && empty.says("type=\"date\" value=\"2026-10-01\"") && !empty.says("<h2>"), "{}", empty.body);
        for (faulty, words) in [("viec=field:moon", "href=\"#loc-viec\""), ("noi=khong-co", "href=\"#loc-noi\""), ("ngay=mai", "href=\"#loc-ngay\"")] {
            let page = asked(faulty);
            assert!(page.status == 422 && page.says(words), "{faulty}: {}", page.body);
        }
        assert_eq!(site.browser().signs_in("officer").opens(TRY).status, 403);
    });
}

#[test]
fn gaps_contradictions_and_rules_that_never_apply_are_listed() {
    each_database(|bed| {
        let site = Site::start(bed);
        let admin = site.browser().signs_in("administrator");
        let before = admin.opens(CHECK);
        assert!(before.status == 200 && !before.says("Mâu thuẫn"), "{}", before.body);
        assert!(before.says("Chưa có quy tắc"), "the field of everything else needs a place");
        adds(bed, "field:land", WARD, WARD);
        adds(bed, "field:land", WARD, NEIGHBOUR);
        adds(bed, "field:labour", "", "so-nv");
        let after = admin.opens(CHECK);
        let last = bed.service.read(|tx| Ok(tx.catalogue.rules.last().unwrap().id)).unwrap();
        assert!(after.says("Cùng việc, cùng nơi mà hai quy tắc khác nhau từ ngày 01/10/2026"), "{}", after.body);
        assert!(after.says(&format!("/quan-tri/phan-cong/{}/ket-thuc", last - 2)), "the earlier of the two can end: {}", after.body);
        assert!(after.says("Luôn có quy tắc khác cụ thể hơn hoặc mới hơn được áp dụng trước."));
        assert!(admin.opens("/quan-tri/phan-cong").says(CHECK));
    });
}
