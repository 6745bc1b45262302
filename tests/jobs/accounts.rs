//! Letters about an officer's own account.

use hoidap::actions::account::{self, AccountForm};
use hoidap::actions::password;
use hoidap::domain::contact::Email;
use hoidap::domain::time::Moment;
use hoidap::domain::words::{AccountChange, Language};
use hoidap::mail::{Hidden, Notice};

use super::{addresses, delivered, each_database, memory, officer};

#[test]
fn letters_about_an_account_read_well_in_three_languages() {
    let (mailer, _) = memory();
    let token = Hidden("(token)".to_owned());
    assert_eq!(format!("{token:?}"), "Hidden(…)");
    let deputy = Notice::Deputy { absent: "Trần Thị Bình".to_owned(), from: "2026-12-01".parse().unwrap(), to: "2026-12-15".parse().unwrap() };
    let changed = AccountChange::ALL.iter().map(|change| (format!("account_changed_{change}"), Notice::AccountChanged(*change)));
    let others = [("password_reset", Notice::PasswordReset { token, minutes: 30 }), ("totp_reset", Notice::TotpReset), ("deputy", deputy)];
    for (name, notice) in others.map(|(name, notice)| (name.to_owned(), notice)).into_iter().chain(changed) {
        let mut page = String::new();
        for language in Language::ALL {
            let letter = mailer.write(&notice, Email::parse("ten@example.vn").unwrap(), *language, 12, Moment::from_micros(0)).unwrap();
            page.push_str(&format!("==== {language}\n{}\n\n{}\n", letter.subject, letter.text));
        }
        for fault in ["mail.", "%{", "{{", "&", "\n\n\n\n", " \n", "ten@"] {
            assert!(!page.contains(fault), "{name} has {fault:?}:\n{page}");
        }
        insta::assert_snapshot!(name, page);
    }
}

#[test]
fn who_changes_the_address_of_an_account_is_told_of_at_the_address_before() {
    each_database(|service, _| {
        let admin = officer(&service, "quan-tri", "ct", &["administrator"], "vi");
        let an = officer(&service, "an", "so-xd", &["officer"], "vi");
        let form = |email: &str| AccountForm {
            login: "an".to_owned(),
            name: "An".to_owned(),
            office: "so-xd".to_owned(),
            roles: vec!["officer".to_owned()],
            language: "vi".to_owned(),
            email: email.to_owned(),
            ..AccountForm::default()
        };
        service.write(|tx| account::change(tx, &admin, an.id, &form("ke-khac@example.vn"), Some("x".to_owned()))).unwrap();
        let letters = delivered(&service);
        assert_eq!(addresses(&letters), ["an@example.vn", "ke-khac@example.vn"]);
        assert!(letters[0].1.text.contains("Địa chỉ thư của tài khoản đã được đổi"), "{}", letters[0].1.text);
        service.write(|tx| account::change(tx, &admin, an.id, &form("ke-khac@example.vn"), None)).unwrap();
        assert_eq!(delivered(&service).len(), 0, "nothing changed");
    });
}

#[test]
fn a_link_goes_to_its_account_alone_and_not_when_it_is_too_old() {
    each_database(|service, clock| {
        officer(&service, "an", "so-xd", &["officer"], "en");
        officer(&service, "binh", "so-xd", &["officer"], "vi");
        let forgets = || service.write(|tx| password::forgot(tx, "an", "203.0.113.7")).unwrap();
        forgets();
        let letters = delivered(&service);
        assert_eq!(addresses(&letters), ["an@example.vn"]);
        let link = letters[0].1.text.lines().find(|line| line.contains("/dang-nhap/dat-lai/")).unwrap().to_owned();
        let token = link.split("/dat-lai/").nth(1).and_then(|rest| rest.strip_suffix("?lang=en")).unwrap().to_owned();
        assert!(service.read(|tx| password::is_valid(tx, &token)).unwrap(), "{link}");
        forgets();
        clock.set(service.now().plus_seconds(30 * 60));
        assert_eq!(delivered(&service).len(), 0);
    });
}
