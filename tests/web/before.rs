//! What is said once before an opinion is sent, and the pages that answered
//! opinions grow into: nothing of it is kept, and nobody is kept from sending.

use hoidap::domain::words::Serial;
use hoidap::jobs::search;

use crate::support::web::{Browser, Page, Site};
use crate::support::{Bed, WARD, each_database};

fn answered(bed: &Bed, question: &str, answer: &str) -> Serial {
    let serial = bed.citizen().says(question).sends_opinion(bed);
    bed.officer().writes(serial, answer).hands_in(serial);
    bed.approver().approves(serial);
    while search::turn(&bed.service).unwrap() {}
    serial
}

fn says(browser: &Browser, text: &str, more: &[(&'static str, &str)]) -> Page {
    let form = browser.opens("/gop-y");
    let form = if form.status == 303 { browser.opens(form.header("location")) } else { form };
    let id = form.hidden("submission_id");
    let fields = [("submission_id", id.as_str()), ("field", "land"), ("noi", WARD), ("respondent", "citizen"), ("text", text)];
    browser.submits("/gop-y", &[&fields, more].concat())
}

#[test]
fn an_answered_opinion_that_looks_alike_is_shown_before_sending_and_keeps_nobody_from_it() {
    each_database(|bed| {
        let known = answered(bed, "Làm sổ đỏ lần đầu cho thửa đất vườn cần giấy gì?", "Cần đơn mẫu 15 và bản vẽ.");
        answered(bed, "Đường vào chợ bị ngập nước mỗi khi mưa.", "Đã nạo vét cống.");
        let site = Site::start(bed);
        let browser = site.browser();
        let text = "Xin hỏi lam so do lan dau thua dat vuon thì cần những giấy gì ạ";
        let shown = says(&browser, text, &[]);
        assert_eq!(shown.status, 200, "{}", shown.body);
        for words in ["Có phải điều ông/bà muốn hỏi đã được trả lời?", "Máy tự động", "Cần đơn mẫu 15", &format!("/y-kien/{}", known.0), text]
        {
            assert!(shown.says(words), "{words}: {}", shown.body);
        }
        assert!(!shown.says("Đã nạo vét cống."));
        let count = || bed.service.read(|tx| Ok(hoidap::store::feedback::last_serial(tx.conn)?)).unwrap();
        assert_eq!(count(), 2, "nothing was sent yet");
        assert_eq!(says(&browser, text, &[("da-xem", "1")]).status, 303);
        assert_eq!(count(), 3);
        assert_eq!(says(&browser, "Ghế ngồi chờ bị gãy.", &[]).status, 303, "what is like nothing is sent at once");
        // What is withheld is shown to nobody.
        bed.desk("officer").seals(known);
        assert_eq!(says(&browser, text, &[]).status, 303);
    });
}

#[test]
fn who_writes_of_bribery_is_asked_once_which_road_they_mean() {
    each_database(|bed| {
        let site = Site::start(bed);
        let browser = site.browser();
        let text = "Cán bộ đòi tiền bồi dưỡng mới nhận hồ sơ.";
        let asked = says(&browser, text, &[]);
        assert_eq!(asked.status, 200);
        assert!(asked.says("Ông/bà muốn gửi theo cách nào?") && asked.says("có thể nhầm"), "{}", asked.body);
        assert_eq!(says(&browser, text, &[("da-xem", "1"), ("gui", "to-cao"), ("kind", "report")]).status, 303);
        assert_eq!(bed.events(Serial(1)), ["received", "sealed"]);
        assert_eq!(says(&browser, text, &[("da-xem", "1"), ("kind", "report")]).status, 303);
        assert_eq!(bed.events(Serial(2)), ["received", "routed", "deadline_set"]);
        assert_eq!(says(&browser, text, &[("kind", "denunciation")]).status, 303, "who chose the road is not asked");
        assert_eq!(says(&browser, "Cán bộ thái độ không tốt.", &[]).status, 303);
    });
}

#[test]
fn a_question_says_what_it_asks_for_in_plain_words_and_the_desk_corrects_it() {
    each_database(|bed| {
        let site = Site::start(bed);
        assert_eq!(says(&site.browser(), "Không nộp được hồ sơ qua mạng.", &[("kind", "support")]).status, 303);
        let topic = || bed.service.read(|tx| Ok(hoidap::store::topic::of(tx.conn, Serial(1))?)).unwrap().map(|topic| topic.to_string());
        assert_eq!((bed.item(Serial(1)).kind.unwrap().to_string(), topic()), ("question".to_owned(), Some("support".to_owned())));
        assert!(site.browser().opens("/ket-qua").says("nhờ hỗ trợ 1, nhờ tư vấn 0"));
        let officer = site.browser().signs_in("officer");
        let corrects = |kind| officer.submits("/can-bo/1/doi-loai", &[("kind", kind), ("reason", "by_content")]);
        assert_eq!(corrects("advice").status, 303);
        assert_eq!((topic(), bed.events(Serial(1)).len()), (Some("advice".to_owned()), 3), "its kind is the same, so nothing happened to it in public");
        assert_eq!(corrects("report").status, 303);
        assert_eq!((topic(), bed.events(Serial(1)).len()), (None, 4));
    });
}

#[test]
fn frequent_questions_grow_from_answers_that_officers_mark() {
    each_database(|bed| {
        let serial = answered(bed, "Làm sổ đỏ cần giấy gì?", "Cần đơn mẫu 15.");
        let site = Site::start(bed);
        let reads = || site.browser().opens("/hoi-dap");
        assert!(reads().says("Chưa có câu hỏi nào ở đây."));
        let officer = site.browser().signs_in("officer");
        let address = format!("/can-bo/{}/chon-dang", serial.0);
        assert_eq!(site.browser().signs_in("neighbour").submits(&address, &[]).status, 404);
        assert_eq!(officer.submits(&address, &[]).status, 303);
        assert!(reads().says("Cần đơn mẫu 15."));
        let found = |query: &str| site.browser().opens(&format!("/y-kien?q={query}")).says(&format!("/y-kien/{}\"", serial.0));
        assert!(found("mau+15") && found("giay+gi") && !found("mau+16"));
        bed.desk("officer").seals(serial);
        assert!(!reads().says("Cần đơn mẫu 15."), "what is sealed is nowhere");
    });
}
