//! Procedures are found in the words that people have for them.

use crate::support::Bed;
use crate::support::web::Site;

#[test]
fn a_procedure_is_found_by_its_name_and_by_what_people_call_it_with_or_without_marks() {
    let site = Site::start(&Bed::sqlite());
    let browser = site.browser();
    for (typed, first) in [
        ("Tách thửa", "Tách thửa hoặc hợp thửa đất"),
        ("tach thua", "Tách thửa hoặc hợp thửa đất"),
        ("sổ đỏ", "Tách thửa hoặc hợp thửa đất"),
        ("mat so do", "Cấp lại Giấy chứng nhận do bị mất"),
        ("SANG TÊN SỔ ĐỎ", "Đăng ký biến động do chuyển nhượng, thừa kế, tặng cho quyền sử dụng đất"),
        ("giấy hôn thú", "Đăng ký kết hôn"),
        ("KT3", "Đăng ký tạm trú"),
        ("1.013225", "Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ"),
    ] {
        let page = browser.opens(&format!("/khao-sat/phieu-quay?tim={}", typed.replace(' ', "+")));
        let found = page.body.split("thu-tuc=").nth(1).unwrap_or_else(|| panic!("{typed} finds nothing"));
        let name = found.split('>').nth(1).unwrap().split('<').next().unwrap().trim();
        assert_eq!(name, first, "{typed}");
    }
    assert!(!browser.opens("/khao-sat/phieu-quay?tim=xyzw").body.contains("thu-tuc="));
}
