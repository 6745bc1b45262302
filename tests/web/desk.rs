//! The desk as officers meet it: what waits is what they can do, a colleague's
//! words are never lost unseen, and a refusal leaves them at their desk.

use crate::support::each_database;
use crate::support::web::{Browser, Site};

#[test]
fn a_draft_that_a_colleague_saved_meanwhile_is_shown_beside_ones_own() {
    each_database(|bed| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        bed.desk("officer").takes(serial);
        let site = Site::start(bed);
        let (one, other) = (site.browser().signs_in("officer"), site.browser().signs_in("colleague"));
        let address = format!("/can-bo/{}/viet", serial.0);
        let draft = |answer| [("revision", "0"), ("viec", "nhap"), ("title", "Về giờ làm việc"), ("question", "Quầy đóng cửa sớm."), ("answer", answer)];
        let saved = one.submits(&address, &draft("Bản của người thứ nhất."));
        assert_eq!(saved.status, 303);
        assert!(one.opens(saved.header("location")).says("Đã ghi việc ông/bà vừa làm."));
        let refused = other.submits(&address, &draft("Bản của người thứ hai."));
        assert_eq!(refused.status, 409);
        for words in ["Bản mà người khác vừa lưu", "Bản của người thứ nhất.", "Bản của người thứ hai."] {
            assert!(refused.says(words), "{words}: {}", refused.body);
        }
    });
}

#[test]
fn a_refusal_leaves_an_officer_at_the_desk() {
    each_database(|bed| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        bed.desk("officer").takes(serial).writes(serial, "Đã nhắc cán bộ trực.").hands_in(serial);
        let site = Site::start(bed);
        let approver = site.browser().signs_in("approver");
        let elsewhere = approver.opens("/can-bo/99");
        assert_eq!(elsewhere.status, 404);
        bed.desk("approver").approves(serial);
        let late = approver.submits(&format!("/can-bo/{}/duyet", serial.0), &[("viec", "tra-lai"), ("reason", "unclear")]);
        assert_eq!(late.status, 409, "{}", late.body);
        for page in [&elsewhere, &late] {
            assert!(page.says("href=\"/can-bo\"") && page.says("Đăng xuất"), "{}", page.body);
        }
        assert!(late.says(&format!("href=\"/can-bo/{}\"", serial.0)));
    });
}

#[test]
fn what_is_sealed_waits_for_its_receiver_until_it_is_confirmed() {
    each_database(|bed| {
        let serial = bed.citizen().kind("denunciation").says("Cán bộ đòi tiền.").sends_opinion(bed);
        let site = Site::start(bed);
        let receiver = site.browser().signs_in("receiver");
        let tabs = |waiting, confirmed| {
            let page = receiver.opens("/can-bo");
            assert!(page.says(&format!("Tố cáo chờ xác nhận {waiting}")) && page.says(&format!("Đã xác nhận {confirmed}")), "{}", page.body);
        };
        tabs(1, 0);
        assert_eq!(receiver.submits(&format!("/can-bo/{}/xac-nhan", serial.0), &[]).status, 303);
        tabs(0, 1);
    });
}

#[test]
fn who_has_no_list_of_work_is_greeted_and_can_sign_out() {
    each_database(|bed| {
        let site = Site::start(bed);
        let administrator = site.browser().signs_in("administrator");
        let page = administrator.opens("/can-bo");
        assert_eq!(page.status, 200);
        assert!(page.says("Ông/bà đã đăng nhập") && page.says("Quản trị hệ thống") && page.says("action=\"/dang-xuat\""), "{}", page.body);
    });
}

#[test]
fn the_machine_proposes_what_to_cover_and_two_people_decide() {
    each_database(|bed| {
        let serial = bed.citizen().says("Tôi là Nguyễn Văn An.\nGọi tôi 0912 345 678 hoặc tổng đài 1022.").sends_opinion(bed);
        bed.desk("officer").takes(serial);
        let site = Site::start(bed);
        let (officer, approver) = (site.browser().signs_in("officer"), site.browser().signs_in("approver"));
        let address = format!("/can-bo/{}", serial.0);
        let page = officer.opens(&address);
        for words in ["<mark title=\"số điện thoại\">0912 345 678</mark>", "Gọi tôi [đã che: số điện thoại] hoặc tổng đài 1022.", "thông tin cá nhân: 2"]
        {
            assert!(page.says(words), "{words}: {}", page.body);
        }
        let sent = [("revision", "0"), ("title", "Về cuộc gọi"), ("question", "Tôi là ông An, gọi 0912 345 678."), ("answer", "Đã gọi lại.")];
        assert_eq!(officer.submits(&format!("{address}/viet"), &sent).status, 303);
        let page = approver.opens(&address);
        assert!(
            page.says("Trong bản sẽ đăng, máy còn thấy chỗ có thể là thông tin cá nhân: 1") && page.says("<mark title=\"số điện thoại\">0912 345 678</mark>"),
            "{}",
            page.body
        );
    });
}

#[test]
fn notes_are_read_at_the_desk_by_those_who_can_open_the_item() {
    each_database(|bed| {
        let sent = bed.citizen().says("Quầy đóng cửa sớm.").sends(bed);
        let (serial, own) = (sent.feedback.as_ref().unwrap().0, format!("/tra-cuu/{}", sent.code.reveal()));
        let site = Site::start(bed);
        let (officer, head, neighbour) = (site.browser().signs_in("officer"), site.browser().signs_in("head"), site.browser().signs_in("neighbour"));
        let address = format!("/can-bo/{}", serial.0);
        let note = format!("{address}/ghi-chu");
        assert_eq!(officer.submits(&note, &[("words", " ")]).status, 422);
        assert_eq!(officer.submits(&note, &[("words", "Đã hỏi phòng Văn hóa.")]).status, 303);
        assert!(head.opens(&address).says("Đã hỏi phòng Văn hóa."));
        assert_eq!(neighbour.submits(&note, &[("words", "Tôi cũng muốn nói.")]).status, 404);
        for page in [own.as_str(), &format!("/y-kien/{}", serial.0)] {
            assert!(!site.browser().opens(page).says("phòng Văn hóa"), "{page}");
        }
        bed.recounts();
    });
}

#[test]
fn two_people_who_have_an_opinion_open_see_each_other_for_a_while() {
    each_database(|bed| {
        let serial = bed.citizen().says("Quầy đóng cửa sớm.").sends_opinion(bed);
        let sealed = bed.citizen().kind("denunciation").says("Đòi tiền.").sends_opinion(bed);
        let site = Site::start(bed);
        let (one, two) = (site.browser().signs_in("officer"), site.browser().signs_in("colleague"));
        let here = |browser: &Browser| browser.submits(&format!("/can-bo/{}/dang-mo", serial.0), &[]);
        assert_eq!(here(&one).json()["names"], "");
        assert_eq!(here(&two).json()["names"], "officer 31507");
        assert!(one.opens(&format!("/can-bo/{}", serial.0)).says("cũng đang mở ý kiến này: colleague 31507"));
        bed.service.clock().set(bed.service.now().plus_seconds(180));
        assert_eq!(here(&one).json()["names"], "", "who was heard of long ago is not there");
        assert_eq!(here(&site.browser().signs_in("neighbour")).status, 404);
        let receiver = site.browser().signs_in("receiver");
        assert_eq!(receiver.submits(&format!("/can-bo/{}/dang-mo", sealed.0), &[]).status, 404);
    });
}
