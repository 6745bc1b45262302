//! What letters say, in three languages, to be read by people.

use hoidap::domain::chase::Timing;
use hoidap::domain::contact::Email;
use hoidap::domain::rights::{RequestStep, Right};
use hoidap::domain::time::{Day, Moment};
use hoidap::domain::words::{Language, Serial, Words};
use hoidap::i18n;
use hoidap::mail::{ChaseLine, Notice};

use super::memory;

fn words(vi: &str, en: &str, km: &str) -> Words {
    Words { vi: vi.to_owned(), en: en.to_owned(), km: km.to_owned() }
}

fn notices() -> Vec<(&'static str, Notice)> {
    let serial = Serial(1_158);
    let office = words("Sở Xây dựng", "Department of Construction", "មន្ទីរសំណង់");
    let reason = words("Câu trả lời khó hiểu", "The answer is hard to understand", "ចម្លើយពិបាកយល់");
    let due_on: Option<Day> = "2026-12-15".parse().ok();
    let text = Some(("Chờ cấp giấy phép".to_owned(), "Giấy phép đã được cấp ngày 10/12/2026.\n\nXin lỗi ông/bà vì phải chờ & \"đi lại\".".to_owned()));
    let rights = |right, step| {
        let refused = step == RequestStep::Refused;
        let note = matches!(step, RequestStep::Refused | RequestStep::Extended).then(|| "Phải hỏi lại nơi lưu trữ.".to_owned());
        let reason = if refused {
            words("Luật buộc phải lưu giữ", "The law requires that this is kept", "ច្បាប់តម្រូវឱ្យរក្សាទុក")
        } else {
            Words::default()
        };
        Notice::Rights { serial, right, step, act_by: due_on, reason, note }
    };
    let answered = |through, revised, words| Notice::Answered { serial, office: office.clone(), through, revised, asks: through.is_none(), sent: true, words };
    vec![
        ("received", Notice::Received { serial, office: office.clone(), in_tray: false, complaint: false, due_on }),
        ("received_tray", Notice::Received { serial, office: office.clone(), in_tray: true, complaint: false, due_on }),
        ("answered", answered(None, false, text.clone())),
        ("answered_revised", answered(None, true, text.clone())),
        ("answered_through", answered(Some(Serial(1_100)), false, text)),
        ("answered_hidden", answered(None, false, None)),
        (
            "answered_elsewhere",
            Notice::Answered {
                serial,
                office: office.clone(),
                through: None,
                revised: false,
                asks: true,
                sent: false,
                words: Some(("Chờ".to_owned(), "Ngày 15.".to_owned())),
            },
        ),
        ("refused", Notice::Refused { serial, office: office.clone(), ground: reason.clone(), note: Some("Đây là thư chào hàng.".to_owned()) }),
        (
            "redirected",
            Notice::Redirected {
                serial, office: office.clone(), ground: reason.clone(), guidance: "Hãy gửi đơn đến Thanh tra thành phố.".to_owned()
            },
        ),
        (
            "asked",
            Notice::Asked {
                serial, office: office.clone(), request: "Thửa đất số mấy, tờ bản đồ số mấy?".to_owned(), until: "2026-12-08".parse().unwrap()
            },
        ),
        ("received_complaint", Notice::Received { serial, office: office.clone(), in_tray: false, complaint: true, due_on }),
        ("routed_complaint", Notice::Routed { serial, office: office.clone(), in_tray: false, complaint: true, due_on }),
        ("routed", Notice::Routed { serial, office: office.clone(), in_tray: false, complaint: false, due_on }),
        ("routed_tray", Notice::Routed { serial, office: office.clone(), in_tray: true, complaint: false, due_on }),
        ("handed_in", Notice::HandedIn { serial, office: office.clone(), refusal: false, due_on }),
        ("handed_in_refusal", Notice::HandedIn { serial, office: office.clone(), refusal: true, due_on: None }),
        ("unsolved", Notice::Unsolved { serial, reason: reason.clone() }),
        ("returned", Notice::Returned { serial, reason }),
        ("pressed", Notice::Pressed { serial, office: office.clone(), words: Some("Xin trả lời trước thứ Sáu.".to_owned()), due_on }),
        ("pressed_wordless", Notice::Pressed { serial, office: office.clone(), words: None, due_on }),
        ("appealed", Notice::Appealed { serial, office: office.clone(), until: "2026-12-08".parse().unwrap() }),
        ("appeal_stuck", Notice::AppealStuck { serial, office: office.clone() }),
        ("appeal_answered", Notice::AppealAnswered { serial, office: office.clone(), answer: Some("Đã cấp sổ ngày 7/12.".to_owned()) }),
        ("appeal_answered_hidden", Notice::AppealAnswered { serial, office: office.clone(), answer: None }),
        ("assigned", Notice::Assigned { serial, due_on }),
        ("resumed", Notice::Resumed { serial, added: true, due_on }),
        ("resumed_lapsed", Notice::Resumed { serial, added: false, due_on }),
        (
            "chase",
            Notice::Chase {
                lines: [(1_158, Timing::After, 3), (1_160, Timing::After, 1), (1_161, Timing::Before, 1), (1_170, Timing::Half, 0), (1_171, Timing::Before, 1)]
                    .into_iter()
                    .map(|(n, timing, days)| ChaseLine { serial: Serial(n), office: office.clone(), timing, days, due_on: due_on.unwrap(), appeal: n == 1_171 })
                    .collect(),
            },
        ),
        ("sealed", Notice::Sealed { serial }),
        ("rights_asked", rights(Right::Delete, RequestStep::Asked)),
        ("rights_acknowledged", rights(Right::Correct, RequestStep::Acknowledged)),
        ("rights_extended", rights(Right::Delete, RequestStep::Extended)),
        ("rights_done", rights(Right::Restrict, RequestStep::Done)),
        ("rights_refused", rights(Right::Delete, RequestStep::Refused)),
        ("rights_waits", Notice::RightsWaits { serial, request: 7, right: Right::Object, acknowledge_by: "2026-12-03".parse().ok(), act_by: due_on }),
        ("breach_opened", Notice::Breach { id: 3, left: 71, due: false }),
        ("breach_due", Notice::Breach { id: 3, left: 24, due: true }),
        ("breach_over", Notice::Breach { id: 3, left: -2, due: true }),
    ]
}

#[test]
fn letters_read_well_in_three_languages() {
    let (mailer, _) = memory();
    for (name, notice) in notices() {
        let mut page = String::new();
        for language in Language::ALL {
            let to = Email::parse("ten@example.vn").unwrap();
            let letter = mailer.write(&notice, to, *language, 12, Moment::from_micros(0)).unwrap();
            let weekday = i18n::t(*language, "weekdays.d2");
            let all = format!("\n{}\n\n{}", letter.subject, letter.text.replace(&weekday, "(weekday)"));
            for fault in ["\nmail.", "weekdays.", "%{", "{{", "&amp;", "&quot;", "&#", "\n\n\n", " \n", "ten@example.vn"] {
                assert!(!all.contains(fault), "{name} {language} has {fault:?}:\n{all}");
            }
            let breach = name.starts_with("breach");
            assert!(breach || letter.text.contains("HD-001158") && (name == "chase" || letter.subject.contains("HD-001158")), "{all}");
            let links = ["/HD-001158", "/tra-cuu", "/can-bo\n", "/can-bo/quyen/7\n", "/can-bo/quyen/su-co/3\n", "/quan-tri/tai-khoan"];
            assert!(links.iter().any(|link| letter.text.contains(link)), "{all}");
            page.push_str(&format!("==== {language}{all}\n"));
        }
        insta::assert_snapshot!(name, page);
    }
}

#[test]
fn the_sealed_box_says_its_number_and_nothing_else() {
    let (mailer, _) = memory();
    let letter = mailer.write(&Notice::Sealed { serial: Serial(7) }, Email::parse("a@b.vn").unwrap(), Language::Vi, 1, Moment::from_micros(0)).unwrap();
    let told: Vec<&str> = letter.text.lines().filter(|l| l.contains("HD-")).collect();
    assert_eq!(told, ["Có nội dung mang số HD-000007 đang chờ trong hộp niêm phong.", "https://hoidap.example.vn/can-bo/HD-000007"]);
}
