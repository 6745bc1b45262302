//! What the redactor promises (DOMAIN.md §3.2): nothing planted stays, no
//! hotline and no plain sentence is touched, in any writing of Vietnamese.

use std::ops::Range;
use std::sync::LazyLock;

use hoidap::domain::redaction::{Finding, Redactor, Rules, What};
use hoidap::domain::text::fold;
use hoidap::embedded;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| Redactor::new(&rules()).unwrap());

fn rules() -> Rules {
    toml::from_str(&embedded::data("redaction.toml").unwrap()).unwrap()
}

fn covered(text: &str) -> String {
    REDACTOR.cover(text, &REDACTOR.find(text))
}

/// What people write every day, from all over the country, with nothing in it that tells who they are.
const PLAIN: &[&str] = &[
    "Tôi nộp hồ sơ từ đầu năm, NĐ 20/2008 Điều 7 đến 20 quy định thế nào?",
    "Tôi nộp hồ sơ tách thửa 2 lần từ ngày 05/09/2026, giấy hẹn ghi trả ngày 12-10-2026 mà đến nay chưa có.",
    "Thửa đất nhà tôi rộng 120 m2, nay đo lại còn 118,5 m2, xin giải thích.",
    "Diện tích tối thiểu để tách thửa đất ở tại phường là 36 m2, ở xã là 45 m2 theo quyết định nào?",
    "Theo Điều 5 khoản 2 Nghị định 61/2018/NĐ-CP thì cán bộ phải trả phiếu hẹn.",
    "Căn cứ Nghị định số 118/2025/NĐ-CP ngày 09/6/2025 của Chính phủ, hồ sơ được tiếp nhận không phụ thuộc địa giới.",
    "Thông tư 01/2018/TT-VPCP nay đã được thay thế chưa?",
    "Luật Đất đai số 31/2024/QH15 có hiệu lực từ ngày 01/8/2024.",
    "Ý kiến HD-001158 đã được trả lời ngày 15/10/2026.",
    "Phiếu HD 001158 và HD-001159 gộp làm một.",
    "Thủ tục 1.009755 có còn thu lệ phí không?",
    "Thủ tục mã 1.009755.000.00.00.H51 cần bao nhiêu bản sao?",
    "Mã 2.000889 và 1.004238 khác nhau thế nào?",
    "Lệ phí là 1.500.000 đồng nhưng quầy thu 1.700.000 đồng.",
    "Tiền sử dụng đất phải nộp là 1.250.000.000 đồng, tôi xin trả làm 5 lần.",
    "Dự án có vốn đầu tư 1 250 000 000 đồng, tương đương 50000 USD.",
    "Gia đình tôi được bồi thường 850 triệu đồng cho 1.200 m2 đất lúa.",
    "Gọi tổng đài 1900 1234 mãi không được.",
    "Đường dây nóng 1022 trả lời rất nhanh, cảm ơn.",
    "Cổng quốc gia có số 18001096, gọi miễn phí.",
    "Tôi gọi 113 rồi gọi 115, 20 phút sau xe mới tới.",
    "Tổng đài 111 về bảo vệ trẻ em hoạt động 24/7.",
    "Liên hệ 1900.6068 nhánh 2 để được hỗ trợ.",
    "Hotline 1800 599 920 không ai nghe máy.",
    "Hotline: 1800599920 có người trực từ 7h30 đến 17h00.",
    "Bộ phận một cửa mở từ 7 giờ 30 đến 11 giờ 30, chiều 13:30 - 17:00.",
    "Từ ngày 08-10-2026 đến 20-10-2026 có 1.234 hồ sơ, trong đó 12 hồ sơ trễ hẹn.",
    "Quầy số 5 phục vụ tốt, quầy số 3 chờ quá 45 phút.",
    "Tôi lấy số 0127 lúc 8 giờ mà 10 giờ mới được gọi.",
    "Năm 2025 tôi nộp, năm 2026 vẫn chưa xong.",
    "Từ 1/7/2025 xã tôi sáp nhập thì giấy tờ cũ có phải đổi không?",
    "Bà con ở đây mong sửa đường, anh em công nhân đi lại rất khổ.",
    "Chị em phụ nữ trong xóm góp ý về nhà văn hóa.",
    "Kính gửi Ông/Bà, hồ sơ của ông/bà đã được tiếp nhận.",
    "Ông Chủ tịch Ủy ban nhân dân xã nên tiếp dân đúng lịch.",
    "Bà Phó Giám đốc Sở Nội vụ đã trả lời tại kỳ họp.",
    "Đề nghị đồng chí Bí thư và đồng chí Chủ tịch quan tâm.",
    "Anh Công an khu vực hướng dẫn tận tình.",
    "Cô Giáo viên chủ nhiệm xác nhận đơn rồi.",
    "Quý ông bà vui lòng mang theo bản chính để đối chiếu.",
    "Em là sinh viên năm 2, hỏi về giấy xác nhận tạm trú.",
    "Đăng ký khai sinh ngày 12/10/2026 mà đến 20/10/2026 chưa có bản sao.",
    "Con tôi là học sinh lớp 12A1, nộp hồ sơ ngày 05/06/2026.",
    "Giấy khai sinh cấp ngày 03/02/1999 ghi sai chữ đệm.",
    "Người cao tuổi sinh trước năm 1950 có được ưu tiên không?",
    "Sinh viên nộp hồ sơ ngày 12/10/2026 được trả trong ngày.",
    "Đường Trần Hưng Đạo ngập sâu mỗi khi mưa lớn, đề nghị nạo vét cống.",
    "Đèn chiếu sáng trên đường Nguyễn Huệ và đường Lê Lợi hỏng cả tháng.",
    "Tuyến đường Nguyễn Văn Linh thi công kéo dài, bụi nhiều.",
    "Vỉa hè đường Hai Bà Trưng bị lấn chiếm.",
    "Trường Tiểu học Lê Hồng Phong thu tiền ngoài quy định.",
    "Trường THPT Nguyễn Thị Minh Khai tuyển sinh năm học 2026-2027.",
    "Bệnh viện Đa khoa tỉnh cần thêm ghế chờ.",
    "Người dân Thành phố Hồ Chí Minh nộp hồ sơ tại Cần Thơ được không?",
    "Tỉnh Bà Rịa - Vũng Tàu cũ nay thuộc Thành phố Hồ Chí Minh.",
    "Xã Hồ Đắc Kiện chưa có máy quét.",
    "Xã Trần Đề, xã Liêu Tú và phường Vĩnh Châu làm tốt.",
    "Huyện Châu Thành trước đây giải quyết nhanh hơn.",
    "Chùa Bà Thiên Hậu xin cấp giấy chứng nhận thì nộp ở đâu?",
    "Chợ Bà Chiểu có được cấp phép sửa chữa không?",
    "Ở tỉnh Lào Cai, xã Bắc Hà, bà con Mông, Dao cần phiên dịch.",
    "Người dân thôn bản vùng cao đi 30 km mới tới Bộ phận một cửa.",
    "Tại Hà Giang mùa mưa sạt lở, hồ sơ gửi bưu điện mất 7 ngày.",
    "Ở Đắk Lắk, hồ sơ chuyển mục đích sử dụng đất rừng bị trả lại hai lần.",
    "Khu công nghiệp An Nghiệp thiếu chỗ đậu xe.",
    "Giấy phép xây dựng số 123/GPXD cấp ngày 01/02/2026 ghi sai số tầng.",
    "Nhà cấp 4 sửa lại có cần giấy phép xây dựng không?",
    "Công trình 3 tầng, 1 tum, tổng diện tích sàn 245,6 m2.",
    "Bản vẽ bị yêu cầu sửa lần thứ 3, mỗi lần một lỗi khác nhau.",
    "Chủ đầu tư phải nộp 05 bộ hồ sơ là quá nhiều.",
    "Mật độ xây dựng 80%, hệ số 2,5 lần có đúng không?",
    "Quyết định 766/QĐ-TTg chấm điểm theo 5 nhóm chỉ số.",
    "Tỉ lệ hài lòng đạt 92,35% với 1.045 phiếu.",
    "Tờ khai mẫu số 02 và tờ trình số 15/TTr-UBND không thống nhất.",
    "Chúng tôi đã chứng thực 3 bản sao, mỗi trang 2.000 đồng.",
    "Sao y 20 trang mất 40.000 đồng, có biên lai.",
    "Kết hôn với người nước ngoài cần những giấy tờ gì?",
    "Trích lục khai tử của cha tôi có lấy ở nơi khác được không?",
    "Xin xác nhận tình trạng hôn nhân để mua nhà.",
    "Tài khoản VNeID mức 2 đăng nhập bị lỗi 403.",
    "Tôi vay ngân hàng 500 triệu đồng nên cần sổ đỏ gấp.",
    "Ngân hàng yêu cầu xóa thế chấp trong 3 ngày làm việc.",
    "Số tài khoản thu phí đăng ở đâu thì không thấy niêm yết.",
    "Mã số thuế cá nhân nay là số định danh thì có phải khai lại không?",
    "Căn cước công dân hết hạn năm 2026 thì đổi ở đâu?",
    "Hộ chiếu phổ thông làm mấy ngày, phí 200.000 đồng đúng không?",
    "Bảo hiểm xã hội một lần chờ 10 ngày, bảo hiểm y tế thì 5 ngày.",
    "Biển số xe định danh đăng ký ở công an xã nào?",
    "Tổ công nghệ số cộng đồng có 5 người, hướng dẫn rất kỹ.",
    "Tổ 5 người đến đo đất mà không báo trước.",
    "Ấp văn hóa mà rác đầy đường.",
    "Trưởng ấp không mời họp các hộ dân.",
    "Nông thôn mới năm 2026 cần làm lại cầu.",
    "Khu vực một cửa nóng quá, khu vực chờ có 4 ghế.",
    "Thành phố Cần Thơ có 103 xã, phường sau sáp nhập.",
    "Cửa ngõ Tây Nam thành phố hay kẹt xe.",
    "Người bị tiểu đường 10 năm có được miễn phí không?",
    "Hộ nghèo được hỗ trợ 3 con bò, 2 con heo.",
    "Trong 6 tháng đầu năm có 12 345 lượt khách.",
    "Danh Sách Hộ Nghèo dán ngoài trụ sở bị mất.",
    "Hồ Sơ Đất Đai của tôi để thất lạc.",
    "Lý Lịch Tư Pháp làm trực tuyến rất tiện.",
    "toi nop ho so tach thua tu ngay 05/09/2026 ma chua co ket qua",
    "de nghi sua duong, ba con di lai kho khan",
    "can bo o quay so 3 huong dan khong ro, phai di 3 lan",
    "to 5 nguoi den do dat, khong ai bao truoc",
    "dat nha toi 120 m2, dong thue 1.500.000 dong mot nam",
    "co 3 ho so bi tra lai, anh chi em giup do",
    "ĐỀ NGHỊ UBND XÃ GIẢI QUYẾT HỒ SƠ ĐÚNG HẸN CHO BÀ CON.",
    "KÍNH GỬI ÔNG CHỦ TỊCH ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM - Độc lập - Tự do - Hạnh phúc",
    "Xem hướng dẫn tại https://dichvucong.gov.vn/p/home/dvc-trang-chu.html và https://example.vn/thu-tuc?trang=2.",
    "Công văn 4567/STNMT-QLĐĐ ngày 3.10.2026 chưa nêu căn cứ.",
    "Hợp đồng thuê đất 49 năm, từ 2005 đến 2054, giá 25.000 đồng/m2/năm.",
    "Tôi ở Úc, muốn ủy quyền cho người nhà ở Sóc Trăng nộp hồ sơ.",
    "Máy lấy số in ra 0915 - 0920 nhưng bảng gọi số khác.",
    "Vĩ độ 9.603, kinh độ 105.974 trên bản đồ quy hoạch bị lệch.",
    "Bản đồ 1/500 và quy hoạch 1:2000 không khớp nhau.",
    "Bác Hồ dạy cán bộ là công bộc của dân.",
    "Đường Bà Huyện Thanh Quan cần vạch kẻ cho người đi bộ.",
    "Mặt trận Tổ quốc xã tiếp 25 lượt công dân.",
    "Sở Nông nghiệp và Môi trường hẹn 15 ngày làm việc.",
    "Cảm ơn cô cán bộ tiếp nhận và chú bảo vệ đã giúp mẹ tôi.",
    "Cháu Ngoại tôi 6 tuổi, Ông Nội đi làm khai sinh thay được không?",
];

/// A text, and what of it is covered, in order: between braces.
const TELLING: &[(&str, &[What])] = &[
    ("Tôi là {Thạch Thị Bình An}, số điện thoại {0900 000 000}, hồ sơ {H51.12-261012-0047} tại phường Sóc Trăng.", &[What::Name, What::Phone, What::Dossier]),
    ("mã {H15.50.05.13-261008-0975}, {H57.132-260804-0583}; {000.00.19.H47-260105-0001} và {G22.99-251225-020175}.", &[What::Dossier; 4]),
    ("ho so {h51.12-261012-0047} bi tre", &[What::Dossier]),
    ("CCCD của tôi là: {094 123 456 789}, cấp ngày 12/10/2021.", &[What::CitizenId]),
    ("Công dân số {094085123456} và {092-1-85-123456}.", &[What::CitizenId; 2]),
    ("cmnd so {365.123.456}, can cuoc: {094123456789}, dinh danh {094.123.456.789}", &[What::CitizenId; 3]),
    ("chứng minh nhân dân số {365123456}; số {365 123 457}", &[What::CitizenId; 2]),
    ("hộ chiếu {c1234567}, {B7654321}, ho chieu so {K0123456}", &[What::Passport; 3]),
    ("Gọi {+84 912 345 678}, {(0299) 3822 339}, {0299.3.822.339}, {(+84) 299 3822339}, {84912345678}.", &[What::Phone; 5]),
    ("sdt {0912345678}-{0987654321}/{0909090909}.{0387654321} zalo {0 9 1 2 3 4 5 6 7 8}", &[What::Phone; 5]),
    ("Số máy bàn cơ quan cũ: điện thoại {3822 339}, gọi 1022 nếu bận.", &[What::Phone]),
    ("MST {2200123456-001}, mã số thuế: {2200123456}; {1800123456}", &[What::TaxCode; 3]),
    ("STK Agribank {1234 5678 90123}, số tài khoản tại ngân hàng Vietcombank là {0123456789012}", &[What::BankAccount; 2]),
    ("chuyển vào {70704060123456} ngân hàng Sacombank", &[What::BankAccount]),
    ("BHXH {9412345678}, thẻ BHYT {GD4949412345678}, thẻ {GD 4 94 94 12345 678}", &[What::SocialInsurance; 3]),
    ("xe {83P1-123.45}, {65A 12345}, {95A12345}, {83f1-123.45}, biển số {83 p1 1234}", &[What::VehiclePlate; 5]),
    ("thửa đất số {123, 124 và 125}, tờ bản đồ số {5}, xã Long Phú", &[What::LandPaper; 2]),
    ("thua {12} to {5}; GCN số {BK 123456}; sổ đỏ {CH 01234567}; tờ bản đồ {07}", &[What::LandPaper; 5]),
    ("sinh ngày {05/09/1990}; sinh {5 tháng 9 năm 1990}; ngày sinh: {5-9-1990}; sinh tại Sóc Trăng ngày {05.09.1990}", &[What::BirthDate; 4]),
    ("Thư {ten.toi@gmail.com}, {van-a@thu.example.vn}.", &[What::Email; 2]),
    ("Xem {https://example.vn/x?token=abc123} chứ không phải https://example.vn/x?trang=2", &[What::Link]),
    ("ông {Nguyễn Văn A}, Bà {Trần Thị Bé Năm}, đ/c {Lê Hữu Phước}, Ông (bà) {Lý Sà Rươl}", &[What::Name; 4]),
    ("ong {Nguyen Van A} va ba {Tran Thi B} noi", &[What::Name; 2]),
    ("ÔNG {NGUYỄN VĂN A} ĐÃ NỘP HỒ SƠ TẠI UBND XÃ, BÀ {LÊ NGỌC ÁNH} CHƯA", &[What::Name; 2]),
    ("ONG {TRAN HUU PHUOC} DA NOP", &[What::Name]),
    ("ông {nguyễn văn tèo} nộp hồ sơ, bà {trần thị kim chi} chưa nhận", &[What::Name; 2]),
    ("Chị {Lan Anh} ở {ấp Phú Thành B}, xã Long Phú, tỉnh Sóc Trăng", &[What::Name, What::Address]),
    ("{Nguyễn Hoàng Nam} gửi đơn cho Chủ tịch xã {Nguyễn Văn Bảy}", &[What::Name; 2]),
    ("Tôi tên {Kim Sa}, Họ và tên: {Danh Út}", &[What::Name; 2]),
    ("Nhà ở {số 12/3A, đường Nguyễn Văn Cừ, khóm 3}, phường 2, thành phố Sóc Trăng", &[What::Address]),
    ("nha o {so 12 duong Le Loi, khom 3}, phuong 2", &[What::Address]),
    ("{to 5, ap phu hoa a}, xa long phu; {tổ 5, ấp Phú Hòa}, xã Long Phú", &[What::Address; 2]),
    ("Nhà tôi ở {45 Trần Hưng Đạo}, phường 2; địa chỉ: {đường Nguyễn Huệ}, phường 1", &[What::Address; 2]),
    ("{Số nhà 7 hẻm 30 tháng 4}, P.2; {ngõ 12/3 phố Hàng Bông}, phường Hoàn Kiếm", &[What::Address; 2]),
    ("{thôn Đèo Mon}, xã Kháng Nhật; {xóm 4}, xã Nghi Kim; {khu phố 3}, phường Thủ Đức", &[What::Address; 3]),
    ("លេខទូរស័ព្ទ {០៩១២៣៤៥៦៧៨} របស់ខ្ញុំ", &[What::Phone]),
];

/// A text without its braces, and the places between them.
fn marked(text: &str) -> (String, Vec<Range<usize>>) {
    let mut bare = String::new();
    let mut places = Vec::new();
    let mut start = 0;
    for c in text.chars() {
        match c {
            '{' => start = bare.len(),
            '}' => places.push(start..bare.len()),
            c => bare.push(c),
        }
    }
    (bare, places)
}

/// Without any mark, as on an old telephone.
fn unmarked(text: &str) -> String {
    let bare = text.nfd().filter(|c| !is_combining_mark(*c));
    bare.map(|c| if c == 'đ' { 'd' } else { c }).map(|c| if c == 'Đ' { 'D' } else { c }).collect()
}

#[test]
fn a_plain_text_stays_as_it_is() {
    assert!(PLAIN.len() >= 60);
    for text in PLAIN {
        for written in [(*text).to_owned(), text.nfd().collect(), unmarked(text)] {
            assert_eq!(covered(&written), written);
        }
    }
}

#[test]
fn what_tells_who_it_is_is_found_and_nothing_beside_it() {
    for (text, whats) in TELLING {
        for decomposed in [false, true] {
            let (bare, places) = marked(&if decomposed { text.nfd().collect() } else { (*text).to_owned() });
            let found = REDACTOR.find(&bare);
            let got: Vec<(What, &str)> = found.iter().map(|f| (f.what, &bare[f.start..f.end])).collect();
            let want: Vec<(What, &str)> = whats.iter().copied().zip(places.iter().map(|place| &bare[place.clone()])).collect();
            assert_eq!(got, want, "{bare}");
        }
    }
}

#[test]
fn the_sample_life_is_covered_as_its_author_did() {
    let file: toml::Table = toml::from_str(&embedded::data("sample/opinions.toml").unwrap()).unwrap();
    let opinions = file["opinions"].as_array().unwrap();
    let mut cut = 0;
    for opinion in opinions {
        let word = |key: &str| opinion.get(key).and_then(toml::Value::as_str);
        let text = word("text").unwrap();
        let public = word("public").unwrap_or(text);
        assert_eq!(covered(text), public);
        assert_eq!(covered(word("answer").unwrap_or_default()), word("answer").unwrap_or_default());
        cut += usize::from(public != text);
    }
    assert!(cut > 3);
}

#[test]
fn a_covered_text_tells_what_was_covered() {
    assert_eq!(covered("Gọi ông Nguyễn Văn A, 0912345678."), "Gọi ông [đã che: họ tên], [đã che: số điện thoại].");
    let findings = REDACTOR.find("Gọi 0912345678");
    assert_eq!(serde_json::to_string(&findings).unwrap(), r#"[{"what":"phone","start":6,"end":16}]"#);
    assert_eq!(What::ALL.iter().map(|what| REDACTOR.label(*what)).filter(|label| label.is_empty()).count(), 0);
}

/// The person's own findings: they may overlap, be in any order, end anywhere.
#[test]
fn never_less_is_covered_than_a_person_says() {
    let text = "Bà Năm Rõ ở đó";
    let of = |start, end| Finding { what: What::Name, start, end };
    assert_eq!(REDACTOR.cover(text, &[of(4, 12)]), "Bà [đã che: họ tên] ở đó");
    assert_eq!(REDACTOR.cover(text, &[of(9, 11), of(4, 10)]), "Bà [đã che: họ tên] ở đó");
    assert_eq!(REDACTOR.cover(text, &[of(2, 3)]), "B[đã che: họ tên] Năm Rõ ở đó");
    assert_eq!(REDACTOR.cover(text, &[of(15, 900)]), "Bà Năm Rõ [đã che: họ tên]");
    assert_eq!(REDACTOR.cover(text, &[of(7, 7), of(90, 95)]), text);
    // Decomposed: the mark of a letter does not stay behind.
    let decomposed: String = text.nfd().collect();
    let at = decomposed.find("Ro").unwrap();
    assert_eq!(REDACTOR.cover(&decomposed, &[of(at, at + 2)]).nfc().collect::<String>(), "Bà Năm [đã che: họ tên] ở đó");
}

#[test]
fn rules_that_cannot_be_used_are_refused_with_their_place() {
    let mut broken = rules();
    broken.patterns[3].find = "(".to_owned();
    assert!(Redactor::new(&broken).is_err_and(|fault| fault.to_string().starts_with("\"(\": ")));
    let mut unlabelled = rules();
    unlabelled.labels.remove("phone");
    assert!(Redactor::new(&unlabelled).is_err_and(|fault| fault.rule == "phone"));
    let mut unknown = rules();
    unknown.labels.insert("shoe_size".to_owned(), "cỡ giày".to_owned());
    assert!(Redactor::new(&unknown).is_err_and(|fault| fault.rule == "shoe_size"));
    let mut misnamed = rules();
    misnamed.patterns[0].what = "shoe_size".to_owned();
    assert!(Redactor::new(&misnamed).is_err());
}

/// 8,000 characters of what costs most. The bound is generous: it is there to
/// catch a pattern that is not linear, which takes minutes.
#[test]
fn hostile_texts_are_read_in_time() {
    let pieces = [
        "0",
        "1",
        "0 9 ",
        "0.9-1 ",
        "a",
        "a@",
        "@",
        "https://",
        "https://a?b&",
        "sinh ngay a b ",
        "cccd so la ",
        "so la ",
        "ông ",
        "Ông Nguyễn ",
        "Nguyễn Văn ",
        "NGUYỄN VĂN A ",
        "ấp ",
        "ấp 3, ",
        "số 3 ",
        "đường Lê Lợi, ",
        "số 3 Lê Lợi ",
        "12 đường a b c d ",
        "a\u{301}",
        "\u{301}",
        "1900 ",
        "0912345678a@b.c094123456789",
        "H51.1.1.1.1-",
        "1/1/2026-",
        "thua so 1, 2 va ",
        "[đã che: số điện thoại]",
        "{0912345678}",
        "\u{1}",
    ];
    for piece in pieces {
        let text: String = piece.chars().cycle().take(8_000).collect();
        let found = REDACTOR.find(&text);
        assert_eq!(covered(&REDACTOR.cover(&text, &found)), REDACTOR.cover(&text, &found), "{piece:?}");
    }
}

// ---- Random texts ----

/// Words and signs without digits, hyphens and capitals inside a sentence; nothing that leads to a finding.
const FILLER: &[&str] = &[
    "hồ sơ",
    "đã nộp",
    "nhưng",
    "chưa",
    "được giải quyết",
    "đề nghị",
    "cán bộ",
    "xem lại",
    "giấy hẹn",
    "quá hạn",
    "tách thửa",
    "cấp phép",
    "xây nhà",
    "khai sinh",
    "cho cháu",
    "tại quầy",
    "phường",
    "rất chậm",
    "cảm ơn",
    "bà con",
    "chờ lâu",
    "ở đây",
    "mong sớm",
    "trả lời",
    "vì sao",
    "gửi đơn",
    "đất đai",
    "hộ khẩu",
    "công dân",
    "làm ơn",
    "kiểm tra",
    "👍",
    "ខ្ញុំ",
    "nhờ",
];
const ENDS: &[&str] = &[" ", ", ", ". ", "; ", "\n", " - ", " (", ") ", ": ", "? ", "! ", "… ", " / "];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    AsIs,
    Upper,
    Lower,
}

/// How a whole text is written.
#[derive(Debug, Clone, Copy)]
struct Hand {
    case: Case,
    is_decomposed: bool,
    is_unmarked: bool,
}

impl Hand {
    fn write(self, text: &str) -> String {
        let cased = match self.case {
            Case::AsIs => text.to_owned(),
            Case::Upper => text.to_uppercase(),
            Case::Lower => text.to_lowercase(),
        };
        let marked = if self.is_unmarked { unmarked(&cased) } else { cased };
        if self.is_decomposed { marked.nfd().collect() } else { marked.nfc().collect() }
    }
}

fn hand() -> impl Strategy<Value = Hand> {
    (select(&[Case::AsIs, Case::AsIs, Case::Upper, Case::Lower][..]), any::<bool>(), any::<bool>()).prop_map(|(case, is_decomposed, is_unmarked)| Hand {
        case,
        is_decomposed,
        is_unmarked,
    })
}

/// What is planted: words before it, and the thing itself.
#[derive(Debug, Clone)]
struct Plant {
    lead: &'static str,
    body: String,
}

fn plant(leads: &'static [&'static str], body: impl Strategy<Value = String>) -> impl Strategy<Value = Plant> {
    (select(leads), body).prop_map(|(lead, body)| Plant { lead, body })
}

fn digits(count: usize) -> impl Strategy<Value = String> + Clone {
    vec(0_u8..10, count).prop_map(|digits| digits.iter().map(u8::to_string).collect())
}

/// The digits in groups, with one sign between them all.
fn grouped(digits: impl Strategy<Value = String>, groups: &'static [&'static [usize]], signs: &'static [&'static str]) -> impl Strategy<Value = String> {
    (digits, select(groups), select(signs)).prop_map(|(digits, groups, sign)| {
        let mut rest = digits.as_str();
        let mut parts = Vec::new();
        for size in groups {
            let (part, after) = rest.split_at(*size);
            parts.push(part.to_owned());
            rest = after;
        }
        parts.push(rest.to_owned());
        parts.retain(|part| !part.is_empty());
        parts.join(sign)
    })
}

fn phone() -> impl Strategy<Value = String> {
    let mobile = (select(&["3", "5", "7", "8", "9"][..]), digits(8)).prop_map(|(first, rest)| format!("0{first}{rest}"));
    let landline = (select(&["0299", "0292", "0293"][..]), digits(7)).prop_map(|(area, rest)| format!("{area}{rest}"));
    let groups: &[&[usize]] = &[&[4, 3], &[3, 3], &[4, 2, 2], &[2, 2, 2, 2], &[3, 4], &[5], &[1, 1, 1, 1, 1, 1, 1, 1, 1]];
    let signs = &[" ", ".", "-", " - ", ". ", "\u{a0}", "–"];
    prop_oneof![
        mobile.clone(),
        grouped(mobile.clone(), groups, signs),
        mobile.clone().prop_map(|number| format!("+84{}", &number[1..])),
        mobile.prop_map(|number| format!("(+84) {} {}", &number[1..4], &number[4..])),
        landline.clone(),
        landline.clone().prop_map(|number| format!("({}) {}", &number[..4], &number[4..])),
        grouped(landline, &[&[4, 3], &[4, 1, 3], &[4]], signs),
    ]
}

fn citizen_id() -> impl Strategy<Value = String> {
    let number = (1_u8..97, digits(9)).prop_map(|(province, rest)| format!("{province:03}{rest}"));
    prop_oneof![number.clone(), grouped(number, &[&[3, 3, 3], &[3, 1, 2], &[4, 4]], &[" ", ".", "-", "\u{a0}"])]
}

fn old_id() -> impl Strategy<Value = String> {
    let number = (1_u8..10, digits(8)).prop_map(|(first, rest)| format!("{first}{rest}"));
    prop_oneof![number.clone(), grouped(number, &[&[3, 3]], &[" ", "-"])]
}

fn dossier() -> impl Strategy<Value = String> {
    let unit = prop_oneof![Just("H51.12"), Just("H15.50.05.13"), Just("H57.132"), Just("000.00.19.H47"), Just("G22.99"), Just("H13")];
    let tail = prop_oneof![digits(4), digits(5), digits(6), digits(7)];
    (unit, digits(6), tail, select(&["-", " - ", "–"][..])).prop_map(|(unit, day, tail, sign)| format!("{unit}{sign}{day}{sign}{tail}"))
}

fn plate() -> impl Strategy<Value = String> {
    (select(&["83", "65", "95", "30"][..]), select(&["A", "P1", "F2", "C"][..]), digits(5), select(&["-", " - "][..]), any::<bool>()).prop_map(
        |(place, series, number, sign, dot)| {
            if dot { format!("{place}{series}{sign}{}.{}", &number[..3], &number[3..]) } else { format!("{place}{series}{sign}{number}") }
        },
    )
}

/// Where all or no letters are capitals, a middle name is what tells that a name is one.
fn name(case: Case) -> impl Strategy<Value = String> {
    let family = select(&["Nguyễn", "Trần", "Thạch", "Kim", "Danh", "Lý", "Quách", "Huỳnh", "Đặng", "Châu", "Triệu", "Trương"][..]);
    let middles: &[&str] = if case == Case::AsIs { &[" Văn", " Thị", " Hữu", " Ngọc", " Hoàng", ""] } else { &[" Văn", " Thị"] };
    let given = select(&["Tèo", "Bình", "Kim Chi", "Phước", "Sa Rươl", "Ngọc Ánh", "Đức", "Út"][..]);
    (family, select(middles), given).prop_map(|(family, middle, given)| format!("{family}{middle} {given}"))
}

fn address() -> impl Strategy<Value = String> {
    let house = select(&["số nhà 12/3", "Số nhà 45A", "số nhà 7,", "số nhà: 128/5/2B"][..]);
    let street = select(&["đường Lê Lợi,", "đường Nguyễn Văn Cừ,", "hẻm 15,", "đường 30/4,", "hẻm 12/4", "đường số 5,"][..]);
    let hamlet = select(&["khóm 3", "ấp Phú Thành B", "tổ 5, ấp Hòa Mỹ", "ấp 4", "khu phố 2"][..]);
    (house, street, hamlet).prop_map(|(house, street, hamlet)| format!("{house} {street} {hamlet}"))
}

/// Everything that §3.2 names, as it is written in a text of this case.
fn identifier(case: Case) -> BoxedStrategy<Plant> {
    let titles: &[&str] = &["ông ", "Bà ", "anh ", "chị ", "em ", "đồng chí ", "thầy ", "cô ", "tôi tên là ", "Họ và tên: "];
    let letters = (select(&["B", "C", "E", "K", "P"][..]), digits(7)).prop_map(|(letter, rest)| format!("{letter}{rest}"));
    let card = (select(&["GD", "HT", "DN", "TE"][..]), digits(13)).prop_map(|(letters, rest)| format!("{letters}{rest}"));
    let serial = (select(&["BK", "CH", "AP", "DA"][..]), select(&["", " "][..]), prop_oneof![digits(6), digits(8)])
        .prop_map(|(l, sign, rest)| format!("{l}{sign}{rest}"));
    let date = (1_u8..29, 1_u8..13, 1930_u16..2026, select(&["/", "-", "."][..])).prop_map(|(d, m, y, sign)| format!("{d:02}{sign}{m:02}{sign}{y}"));
    let tax = (1_u8..10, digits(9), prop_oneof![Just(String::new()), digits(3).prop_map(|branch| format!("-{branch}"))])
        .prop_map(|(first, rest, branch)| format!("{first}{rest}{branch}"));
    // Without capitals nothing but the label tells these from other words.
    let shy: &[&str] = if case == Case::Lower { &["hộ chiếu ", "hộ chiếu số: "] } else { &["hộ chiếu số ", ""] };
    let deed: &[&str] = if case == Case::Lower { &["số phát hành ", "GCN số "] } else { &["sổ đỏ ", "số phát hành: "] };
    prop_oneof![
        plant(&["", "sđt ", "điện thoại: ", "số "], phone()).boxed(),
        plant(&["", "CCCD ", "căn cước số: ", "số định danh "], citizen_id()).boxed(),
        plant(&["CMND ", "chứng minh nhân dân số ", "số "], old_id()).boxed(),
        plant(&["CMND: ", "cmt số "], grouped(digits(9), &[&[3, 3]], &[" ", ".", "-"])).boxed(),
        plant(&["mã hồ sơ ", "", "hồ sơ: "], dossier()).boxed(),
        plant(&["MST ", "mã số thuế: ", ""], tax).boxed(),
        plant(&["BHXH ", "số bảo hiểm xã hội là "], digits(10)).boxed(),
        plant(&["BHYT ", "thẻ bảo hiểm y tế số ", ""], card).boxed(),
        plant(&["STK ", "số tài khoản: ", "tài khoản ngân hàng "], grouped(digits(13), &[&[], &[4, 4]], &[" ", ""])).boxed(),
        plant(&["biển số ", "xe ", ""], plate()).boxed(),
        plant(shy, letters).boxed(),
        plant(deed, serial).boxed(),
        plant(&["thửa đất số ", "thửa số ", "tờ bản đồ số ", "tờ bản đồ "], (1_u16..3000).prop_map(|n| n.to_string())).boxed(),
        plant(&["sinh ngày ", "ngày sinh: ", "sinh "], date).boxed(),
        plant(titles, name(case)).boxed(),
        plant(&["", "ở ", "địa chỉ: ", "ngụ "], address()).boxed(),
        plant(&["", "thư "], select(&["nguyen.van.a@gmail.com", "so-9@thu.example.vn", "b_2@example.com"][..]).prop_map(str::to_owned)).boxed(),
        plant(&["", "xem "], digits(8).prop_map(|key| format!("https://example.vn/hs?a=1&token=x{key}"))).boxed(),
    ]
    .boxed()
}

/// A public number, and what people write before it.
fn hotline() -> BoxedStrategy<Plant> {
    let leads: &[&str] = &["", "gọi ", "tổng đài ", "đường dây nóng: ", "điện thoại ", "sđt ", "số ", "liên hệ ", "ngân hàng ", "hotline "];
    let signs: &[&str] = &["", " ", ".", "-"];
    let long = (select(&["1800", "1900"][..]), digits(4), select(signs)).prop_map(|(first, rest, sign)| format!("{first}{sign}{rest}"));
    let longer = (select(&["1800", "1900"][..]), digits(6), select(&[" ", ".", "-"][..]))
        .prop_map(|(first, rest, sign)| format!("{first}{sign}{}{sign}{}", &rest[..3], &rest[3..]));
    let short = select(&["111", "112", "113", "114", "115", "1022", "18001096", "1800 1096"][..]).prop_map(str::to_owned);
    // Three digits are a hotline only where somebody is called: "thửa số 113" is a plot.
    let called: &[&str] = &["gọi ", "gọi số ", "tổng đài ", "đường dây nóng: ", "điện thoại ", "liên hệ ", "hotline "];
    prop_oneof![plant(leads, prop_oneof![long, longer]), plant(called, short)].boxed()
}

/// A text of filler with things planted in it, and where they are.
fn planted(things: fn(Case) -> BoxedStrategy<(Plant, bool)>) -> impl Strategy<Value = (String, Vec<(String, Range<usize>)>)> {
    let filler = || (vec(select(FILLER), 0..4), select(ENDS));
    hand().prop_flat_map(move |hand| (Just(hand), filler(), vec((things(hand.case), filler()), 1..5))).prop_map(|(hand, begin, things)| {
        let mut text = hand.write(&begin.0.join(" "));
        text.push_str(begin.1);
        let mut places = Vec::new();
        for ((plant, counts), (words, end)) in things {
            text.push_str(&hand.write(plant.lead));
            let start = text.len();
            text.push_str(&hand.write(&plant.body));
            if counts {
                places.push((plant.body, start..text.len()));
            }
            text.push_str(end);
            text.push_str(&hand.write(&words.join(" ")));
            // A number right before would be part of the next.
            text.push_str(if words.is_empty() { "và " } else { " " });
        }
        (text, places)
    })
}

/// Letters and digits only, without marks and case.
fn squashed(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn ten_thousand() -> ProptestConfig {
    ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() }
}

fn is_well_formed(text: &str, found: &[Finding]) -> Result<(), TestCaseError> {
    let mut before = 0;
    for finding in found {
        prop_assert!(before <= finding.start && finding.start < finding.end && finding.end <= text.len(), "{found:?} in {text:?}");
        prop_assert!(text.is_char_boundary(finding.start) && text.is_char_boundary(finding.end));
        prop_assert!(!text[finding.end..].starts_with(is_combining_mark), "{finding:?} parts a letter from its mark in {text:?}");
        before = finding.end;
    }
    let covered = REDACTOR.cover(text, found);
    prop_assert_eq!(REDACTOR.find(&covered), vec![], "{:?} of {:?}", covered, text);
    Ok(())
}

proptest! {
    #![proptest_config(ten_thousand())]

    #[test]
    fn no_planted_identifier_stays((text, places) in planted(|case| identifier(case).prop_map(|plant| (plant, true)).boxed())) {
        let found = REDACTOR.find(&text);
        is_well_formed(&text, &found)?;
        for (body, place) in &places {
            let stays = text[place.clone()].char_indices().any(|(at, c)| {
                let at = place.start + at;
                c.is_alphanumeric() && !found.iter().any(|f| f.start <= at && at < f.end)
            });
            prop_assert!(!stays, "{body:?} stays in {text:?}: {}", REDACTOR.cover(&text, &found));
        }
        let left = squashed(&REDACTOR.cover(&text, &found));
        for (body, _) in places.iter().filter(|(body, _)| body.len() > 4) {
            prop_assert!(!left.contains(&squashed(body)), "{body:?} stays in {left:?}");
        }
    }

    #[test]
    fn no_hotline_is_touched((text, places) in planted(|case| prop_oneof![
        3 => hotline().prop_map(|plant| (plant, true)),
        1 => identifier(case).prop_map(|plant| (plant, false)),
    ].boxed())) {
        let found = REDACTOR.find(&text);
        is_well_formed(&text, &found)?;
        for (body, place) in &places {
            prop_assert!(!found.iter().any(|f| f.start < place.end && place.start < f.end), "{body:?} is touched in {text:?}: {}", REDACTOR.cover(&text, &found));
        }
    }

    #[test]
    fn any_string_is_read_and_covered_once(text in prop_oneof![
        any::<String>(),
        vec(select(&["0", "9", "1", " ", ".", "-", "/", "@", "a", "A", "H", "Nguyễn ", "Văn ", "ông ", "số ", "ấp ", "đường ", "sinh ", "CCCD ", "\u{301}", "\u{200d}",
            "\u{1}", "\n", "[đã che: ", "số điện thoại]", "họ tên]", "0912345678", "094123456789", "H51.1-261012-0047", "a@b.c", "https://a?key=1", "1900", "đồng", "thửa số ", "ខ្ញុំ", "👍🏽"][..]), 0..40)
            .prop_map(|parts| parts.concat()),
    ]) {
        is_well_formed(&text, &REDACTOR.find(&text))?;
    }
}
