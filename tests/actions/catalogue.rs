//! Reference data by an administrator's hand: it ends, it is never deleted, and
//! what follows from a change follows at once.

use hoidap::actions::calendar;
use hoidap::actions::catalogue::{self, DayForm, DeviceForm, EndForm, FieldForm, OfficeForm, ProcedureForm, RuleForm, TargetForm};
use hoidap::domain::error::{Code, Problem};
use hoidap::domain::submission::Submission;
use hoidap::domain::words::{FieldCode, Language, OfficeCode};
use hoidap::i18n;

use crate::support::{Bed, COORDINATING, NEIGHBOUR, WARD, each_database};

fn text(words: &str) -> String {
    words.to_owned()
}

fn ends(last: &str, successor: &str) -> EndForm {
    EndForm { last: text(last), successor: text(successor) }
}

fn office(code: &str) -> OfficeForm {
    OfficeForm {
        code: text(code),
        parent: text("ct"),
        kind: text("centre"),
        name_vi: text("Trung tâm thử"),
        valid_from: text("2026-10-01"),
        selectable: text("1"),
        source: text("QĐ 1"),
        ..OfficeForm::default()
    }
}

/// The faults of a form, as `pointer code`.
fn faults<T: std::fmt::Debug>(outcome: Result<T, Problem>) -> Vec<String> {
    match outcome {
        Err(Problem::Invalid(faults)) => faults.iter().map(|f| format!("{} {}", f.pointer, f.code)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_an_administrator_changes_reference_data() {
    each_database(|bed| {
        for login in ["officer", "head", "receiver"] {
            let tried = bed.desk(login).tries(|tx, me| catalogue::put_office(tx, me, None, &office("tt-thu")));
            assert!(matches!(tried, Err(Problem::Refused(Code::NotAllowed))), "{login}: {tried:?}");
        }
    });
}

#[test]
fn an_office_that_ended_stays_known_and_can_not_be_chosen() {
    each_database(|bed| {
        let admin = bed.desk("administrator");
        let ward: OfficeCode = WARD.parse().unwrap();
        let before = bed.citizen().says("Tôi chờ lâu.").sends_opinion(bed);
        admin.tries(|tx, me| catalogue::end_office(tx, me, &ward, &ends("2026-10-01", NEIGHBOUR))).unwrap();
        assert_eq!(bed.item(before).office.as_ref(), Some(&ward));
        assert!(bed.desk("neighbour").opens(before).is_err(), "until then it is none of theirs");

        bed.on("2026-10-02");
        assert!(bed.desk("neighbour").opens(before).is_ok(), "who took over answers for what was left open");
        let kept = bed.service.read(|tx| Ok(tx.catalogue.offices.get(&ward).cloned())).unwrap().unwrap();
        assert_eq!(kept.successor.as_ref().map(OfficeCode::as_str), Some(NEIGHBOUR));
        let citizen = bed.citizen().says("Tôi vẫn chờ.");
        let tried = bed.service.read(|tx| Submission::parse(&citizen.draft, &citizen.way, None, &tx.catalogue, tx.today));
        assert_eq!(faults(tried), ["/office ended_office"]);
        let below = OfficeForm { parent: text(WARD), ..office("tt-duoi") };
        assert_eq!(faults(admin.tries(|tx, me| catalogue::put_office(tx, me, None, &below))), ["/parent ended_office"]);
    });
}

#[test]
fn an_office_that_others_hang_on_does_not_end() {
    each_database(|bed| {
        let admin = bed.desk("administrator");
        let end = |code: &str, successor: &str| {
            let code: OfficeCode = code.parse().unwrap();
            faults(admin.tries(|tx, me| catalogue::end_office(tx, me, &code, &ends("2026-12-31", successor))))
        };
        assert_eq!(end("ct", WARD), ["/last office_is_needed", "/successor follows_itself"]);
        assert_eq!(end(COORDINATING, WARD), ["/last office_is_needed"]);
        assert_eq!(end("kcn", WARD), ["/last others_belong_to_it"]);
        assert_eq!(end(WARD, WARD), ["/successor follows_itself"]);
        assert_eq!(end(WARD, ""), ["/successor choice_missing"]);
    });
}

#[test]
fn a_code_is_taken_once_and_an_office_is_not_put_below_itself() {
    each_database(|bed| {
        let admin = bed.desk("administrator");
        admin.tries(|tx, me| catalogue::put_office(tx, me, None, &office("tt-thu"))).unwrap();
        assert_eq!(faults(admin.tries(|tx, me| catalogue::put_office(tx, me, None, &office("tt-thu")))), ["/code already_exists"]);
        let below = OfficeForm { parent: text("tt-thu"), ..office("tt-duoi") };
        admin.tries(|tx, me| catalogue::put_office(tx, me, None, &below)).unwrap();
        let code: OfficeCode = "tt-thu".parse().unwrap();
        let ring = OfficeForm { parent: text("tt-duoi"), ..office("tt-thu") };
        assert_eq!(faults(admin.tries(|tx, me| catalogue::put_office(tx, me, Some(&code), &ring))), ["/parent follows_itself"]);
    });
}

#[test]
fn a_field_keeps_its_group_and_does_not_end_under_its_procedures() {
    each_database(|bed| {
        let admin = bed.desk("administrator");
        let land: FieldCode = "land".parse().unwrap();
        let held = bed.service.read(|tx| Ok(tx.catalogue.field(&land).cloned())).unwrap().unwrap();
        let form = FieldForm { group: text("other"), valid_from: text("2030-01-01"), source: text("QĐ 2"), ..FieldForm::from(&held) };
        admin.tries(|tx, me| catalogue::put_field(tx, me, Some(&land), &form)).unwrap();
        let kept = bed.service.read(|tx| Ok(tx.catalogue.field(&land).cloned())).unwrap().unwrap();
        assert_eq!((kept.group, kept.valid_from), (held.group, held.valid_from));
        assert_eq!(faults(admin.tries(|tx, me| catalogue::end_field(tx, me, &land, &ends("2026-12-31", "")))), ["/last others_belong_to_it"]);
    });
}

#[test]
fn a_procedure_ends_and_names_what_replaces_it() {
    each_database(|bed| {
        let admin = bed.desk("administrator");
        let old = "1.012784".parse().unwrap();
        let new = ProcedureForm {
            key: text("1.099999"),
            name: text("Tách thửa (mới)"),
            sector: text("dat-dai"),
            level: text("province"),
            position: text("1"),
            valid_from: text("2026-10-01"),
            source: text("QĐ 3"),
            ..ProcedureForm::default()
        };
        admin.tries(|tx, me| catalogue::put_procedure(tx, me, None, &new)).unwrap();
        assert_eq!(faults(admin.tries(|tx, me| catalogue::end_procedure(tx, me, &old, &ends("2026-10-31", "1.012784")))), ["/successor follows_itself"]);
        admin.tries(|tx, me| catalogue::end_procedure(tx, me, &old, &ends("2026-10-31", "1.099999"))).unwrap();
        let kept = bed.service.read(|tx| Ok(tx.catalogue.procedure(&old).cloned())).unwrap().unwrap();
        assert_eq!(kept.replaced_by.unwrap().as_str(), "1.099999");
        assert_eq!(kept.field.as_str(), "land");
    });
}

#[test]
fn a_new_day_off_moves_open_deadlines() {
    each_database(|bed| {
        let serial = bed.citizen().says("Tôi chờ lâu.").sends_opinion(bed);
        let due = |bed: &Bed| bed.item(serial).due_on.unwrap();
        let before = due(bed);
        let form = DayForm {
            day: before.to_string(),
            kind: text("holiday"),
            status: text("official"),
            name_vi: text("Nghỉ bão"),
            source: text("QĐ 4"),
            ..DayForm::default()
        };
        let day = form.parse().unwrap();
        let admin = bed.desk("administrator");
        assert_eq!(admin.tries(|tx, me| calendar::put(tx, me, &day)).unwrap(), 1);
        assert!(due(bed) > before);
        assert_eq!(admin.tries(|tx, me| calendar::remove(tx, me, before)).unwrap(), 1);
        assert_eq!(due(bed), before);
    });
}

#[test]
fn a_rule_routes_until_its_last_day() {
    each_database(|bed| {
        let admin = bed.desk("administrator");
        let form =
            RuleForm { subject: text("field:social"), place: text(WARD), office: text(NEIGHBOUR), valid_from: text("2026-10-01"), source: text("QĐ 5") };
        admin.tries(|tx, me| catalogue::add_rule(tx, me, &form)).unwrap();
        let goes_to = |bed: &Bed| {
            let serial = bed.citizen().field("social").says("Tôi hỏi trợ cấp.").sends_opinion(bed);
            bed.item(serial).office.unwrap().to_string()
        };
        let other_than_before = goes_to(bed);
        let id = bed.service.read(|tx| Ok(tx.catalogue.rules.iter().map(|r| r.id).max())).unwrap().unwrap();
        assert_eq!(faults(admin.tries(|tx, me| catalogue::end_rule(tx, me, id, &ends("2026-09-30", "")))), ["/last ends_before_it_begins"]);
        admin.tries(|tx, me| catalogue::end_rule(tx, me, id, &ends("2026-10-01", ""))).unwrap();
        bed.on("2026-10-02");
        assert_eq!((other_than_before.as_str(), goes_to(bed).as_str()), (NEIGHBOUR, WARD));
    });
}

#[test]
fn a_device_is_known_by_the_hash_of_its_token_until_it_ends() {
    each_database(|bed| {
        let admin = bed.desk("administrator");
        let form = DeviceForm { name: text("Quầy 1"), office: text(WARD) };
        let enrolled = admin.tries(|tx, me| catalogue::enrol_device(tx, me, &form)).unwrap();
        let held = bed.service.read(|tx| Ok(tx.catalogue.device(&enrolled.id).cloned())).unwrap().unwrap();
        assert_eq!(held.token_hash, hoidap::keys::token_hash(&enrolled.token));
        admin.tries(|tx, me| catalogue::end_device(tx, me, &enrolled.id)).unwrap();
        assert_eq!(bed.service.read(|tx| Ok(tx.catalogue.device(&enrolled.id).cloned())).unwrap(), None);
    });
}

#[test]
fn a_target_is_set_in_per_cent_and_nothing_else() {
    each_database(|bed| {
        let admin = bed.desk("administrator");
        let form = |value: &str| TargetForm { year: text("2027"), scope: text("land"), value: text(value), source: text("QĐ 6") };
        admin.tries(|tx, me| catalogue::put_target(tx, me, &form("87,5"))).unwrap();
        assert_eq!(bed.service.read(|tx| Ok(tx.catalogue.target(2027, "land"))).unwrap(), Some(8_750));
        assert_eq!(faults(admin.tries(|tx, me| catalogue::put_target(tx, me, &form("101")))), ["/value number_between"]);
        let other_year = TargetForm { year: "1926".to_owned(), ..form("90") };
        let refused = admin.tries(|tx, me| catalogue::put_target(tx, me, &other_year)).unwrap_err();
        let Problem::Invalid(refused) = refused else { panic!("{refused}") };
        assert_eq!(i18n::fault(Language::En, &refused[0]), "Enter a year from 2000 to 2100.");
    });
}
