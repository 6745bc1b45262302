//! Improvement actions as officers write them and as anybody reads them.

use crate::support::web::Site;
use crate::support::{WARD, each_database};

#[test]
fn an_action_is_written_published_and_found_from_its_opinion() {
    each_database(|bed| {
        bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        let site = Site::start(bed);
        let (officer, head, anybody) = (site.browser().signs_in("officer"), site.browser().signs_in("head"), site.browser());
        assert!(anybody.opens("/cai-tien").says("Chưa có mục nào được công bố."));
        let form = [
            ("serials", "HD-000001"),
            ("field", "land"),
            ("owner", WARD),
            ("cause", "Thiếu người trực."),
            ("action", "Thêm một người trực đến 17 giờ."),
            ("begins_on", "2026-10-01"),
            ("due_on", "2026-10-05"),
            ("progress", "planned"),
        ];
        let wrong = officer.submits("/can-bo/cai-tien", &form[1..]);
        assert!(wrong.status == 422 && wrong.says("href=\"#serials\"") && wrong.says("Thiếu người trực."), "{}", wrong.body);
        assert_eq!(officer.submits("/can-bo/cai-tien", &form).status, 303);
        assert_eq!((anybody.opens("/cai-tien/1").status, anybody.opens("/cai-tien/x").status), (404, 404));
        let page = officer.opens("/can-bo/cai-tien?sua=1");
        assert!(page.says("Chờ lãnh đạo công bố.") && page.says("name=\"changed\" value=\"1.1\"") && page.says("value=\"HD-000001\""), "{}", page.body);
        assert!(!page.says("value=\"dang\"") && head.opens("/can-bo/cai-tien").says("value=\"dang\""));
        assert_eq!(officer.submits("/can-bo/cai-tien", &[("viec", "dang"), ("changed", "1.1")]).status, 403);
        assert_eq!(head.sends("/can-bo/cai-tien", &[("viec", "dang"), ("changed", "1.1")]).status, 403, "without the form's token");
        assert_eq!(head.submits("/can-bo/cai-tien", &[("viec", "dang"), ("changed", "1.1")]).status, 303);
        assert!(anybody.opens("/cai-tien").says("Thêm một người trực đến 17 giờ.") && anybody.opens("/y-kien").says("href=\"/cai-tien\""));
        assert!(anybody.opens("/y-kien/1").says("href=\"/cai-tien/1\""));
        bed.on("2026-10-06");
        let page = anybody.opens("/cai-tien/1");
        for words in ["Quá hạn, chưa xong", "href=\"/y-kien/1\"", "Trước khi bắt đầu", "01/07/2026 – 30/09/2026", "Chưa đủ phiếu", "Chưa đến kỳ"]
        {
            assert!(page.says(words), "{words}: {}", page.body);
        }
        assert!(!page.says("improvement."), "{}", page.body);
        for language in ["en", "km"] {
            assert!(!anybody.opens(&format!("/cai-tien/1?lang={language}")).says("improvement."));
        }
        assert_eq!(site.browser().opens("/can-bo/cai-tien").header("location"), "/dang-nhap");
    });
}
