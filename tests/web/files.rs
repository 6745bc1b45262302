//! Files beside opinions as senders and officers meet them.

use image::ImageFormat;

use crate::actions::attachment::{PDF, Shelf, photograph, picture};
use crate::support::web::{Browser, Page, Site};
use crate::support::{WARD, each_database};

fn form(browser: &Browser) -> Page {
    let mut form = browser.opens("/gop-y");
    while form.status == 303 {
        form = browser.opens(form.header("location"));
    }
    form
}

fn fields<'a>(id: &'a str, token: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("form_token", token), ("submission_id", id), ("field", "land"), ("noi", WARD), ("respondent", "citizen"), ("text", text)]
}

#[test]
fn a_sender_sends_pictures_that_only_they_and_the_desk_see() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let site = Site::serving(shelf.service.clone());
        let sender = site.browser();
        let page = form(&sender);
        assert!(page.says("enctype=\"multipart/form-data\"") && page.says("Nhiều nhất 5 tệp, mỗi tệp không quá 1 MB"), "{}", page.body);
        let (id, token) = (page.hidden("submission_id"), sender.token());
        let (photograph, drawing) = (photograph(), picture(ImageFormat::Png));
        let files: [(&str, &str, &[u8]); 4] = [
            ("Nguyễn Văn An.jpg", "image/jpeg", &photograph),
            ("b.png", "image/png", &drawing),
            ("c.pdf", "application/pdf", PDF),
            ("", "application/octet-stream", b""),
        ];
        let sent = sender.sends_parts("/gop-y", &fields(&id, &token, "Đường trước nhà ngập."), &files);
        assert_eq!(sent.status, 303, "{}", sent.body);
        let own = sent.header("location").split('?').next().unwrap().to_owned();
        let page = sender.opens(&own);
        for name in ["Ảnh 1 (", "Ảnh 2 (", "Tệp PDF 1 ("] {
            assert!(page.says(name), "{name}: {}", page.body);
        }
        assert!(!page.says("Nguyễn Văn An") && !page.says("c.pdf"), "names of files are not kept");
        let number = page.body.split("name=\"so\" value=\"").nth(3).unwrap().split('"').next().unwrap().to_owned();
        let pdf = sender.submits(&own, &[("viec", "tep"), ("so", &number)]);
        assert_eq!((pdf.status, pdf.body.as_bytes()), (200, PDF));
        assert_eq!((pdf.header("content-type"), pdf.header("content-disposition")), ("application/pdf", "attachment; filename=\"tep-1.pdf\""));
        assert_eq!((pdf.header("x-content-type-options"), pdf.header("cache-control")), ("nosniff", "no-store"));
        assert!(pdf.header("content-security-policy").contains("sandbox"));
        assert_eq!(sender.sends(&own, &[("viec", "tep"), ("so", &number)]).status, 403, "without the form's token");

        let at = format!("/can-bo/1/tep/{number}");
        assert_eq!(site.browser().opens(&at).header("location"), "/dang-nhap");
        assert_eq!(site.browser().signs_in("neighbour").opens(&at).status, 404);
        let officer = site.browser().signs_in("officer");
        assert!(officer.opens("/can-bo/1").says(&format!("href=\"{at}\"")));
        assert_eq!(officer.downloads(&at), PDF);
        assert!(officer.opens(&at).header("content-disposition").starts_with("attachment"));
        assert_eq!(["/can-bo/1/tep/99", "/can-bo/2/tep/1"].map(|at| officer.opens(at).status), [404; 2]);
        let other = bed.citizen().says("Việc khác.").sends(bed);
        let foreign = site.browser().submits(&format!("/tra-cuu/{}", other.code.reveal()), &[("viec", "tep"), ("so", &number)]);
        assert_eq!(foreign.status, 404, "a receipt opens its own files only");
        let public = site.browser().opens("/y-kien/1");
        assert!(!public.says("Ảnh 1") && !public.says("/tep"), "{}", public.body);
    });
}

#[test]
fn files_are_not_lost_when_the_form_comes_back() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let site = Site::serving(shelf.service.clone());
        let sender = site.browser();
        let (id, token) = (form(&sender).hidden("submission_id"), sender.token());
        let back = sender.sends_parts("/gop-y", &fields(&id, &token, ""), &[("a.pdf", "application/pdf", PDF)]);
        assert_eq!(back.status, 422);
        assert!(back.says("Đã giữ:") && back.says("Tệp PDF 1 ("), "{}", back.body);
        let both = sender.sends_parts("/gop-y", &fields(&id, &token, ""), &[("a.jpg", "image/jpeg", b"MZ")]);
        assert!(both.status == 422 && both.says("nội dung là thứ khác") && both.says("href=\"#tep\"") && both.says("href=\"#y-kien\""), "{}", both.body);
        let sent = sender.sends_parts("/gop-y", &fields(&id, &token, "Đường ngập."), &[]);
        assert_eq!(sent.status, 303, "{}", sent.body);
        let own = sent.header("location").split('?').next().unwrap().to_owned();
        assert!(sender.opens(&own).says("Tệp PDF 1 ("));
        assert_eq!(sender.sends_parts("/gop-y", &fields(&id, &token, "Đường ngập."), &[("b.pdf", "application/pdf", PDF)]).status, 303);
        assert!(!sender.opens(&own).says("Tệp PDF 2"), "what is sent already takes no more");
        let (id, large) = (form(&sender).hidden("submission_id"), vec![0; 1_000_001]);
        let refused = sender.sends_parts("/gop-y", &fields(&id, &token, "Ngập."), &[("a.jpg", "image/jpeg", &large)]);
        assert!(refused.status == 422 && refused.says("lớn hơn 1 MB"), "{}", refused.body);
        let many = [("a.pdf", "application/pdf", PDF); 9];
        assert!(sender.sends_parts("/gop-y", &fields(&id, &token, "Ngập."), &many).says("Mỗi lần gửi nhiều nhất 5 tệp"));
        assert_eq!(sender.sends_parts("/gop-y", &fields(&id, "wrong", "Ngập."), &[("a.pdf", "application/pdf", PDF)]).status, 403);
        assert_eq!(sender.submits("/gop-y", &fields(&id, &token, "Ngập.")[1..]).status, 303, "without files it is a form as any other");
        bed.on("2026-10-03");
        hoidap::jobs::files::sweep(&shelf.service).unwrap();
        assert_eq!(shelf.stored().len(), 1, "what came too late is swept, what was sent stays");
    });
}

#[test]
fn a_rating_takes_files_with_an_opinion_and_not_without() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let site = Site::serving(shelf.service.clone());
        let sender = site.browser();
        let mut page = sender.opens(&format!("/khao-sat/phieu-quay?linh-vuc=land&noi={WARD}"));
        while page.status == 303 {
            page = sender.opens(page.header("location"));
        }
        assert!(page.says("enctype=\"multipart/form-data\"") && page.says("name=\"tep\""), "{}", page.body);
        let (id, token) = (page.hidden("submission_id"), sender.token());
        let rates = |text: &str, files: &[(&str, &str, &[u8])]| {
            let fields = [
                ("form_token", token.as_str()),
                ("submission_id", id.as_str()),
                ("field", "land"),
                ("office", WARD),
                ("respondent", "citizen"),
                ("a.overall", "2"),
                ("text", text),
            ];
            sender.sends_parts("/khao-sat/phieu-quay", &fields, files)
        };
        let wordless = rates(" ", &[("a.pdf", "application/pdf", PDF)]);
        assert!(wordless.status == 422 && wordless.says("href=\"#y-kien\"") && wordless.says("Tệp PDF 1 ("), "{}", wordless.body);
        let wrong = rates("Chờ lâu.", &[("a.jpg", "image/jpeg", b"MZ")]);
        assert!(wrong.status == 422 && wrong.says("href=\"#tep\""), "{}", wrong.body);
        let sent = rates("Chờ lâu.", &[]);
        assert_eq!(sent.status, 303, "{}", sent.body);
        assert!(sender.opens(sent.header("location").split('?').next().unwrap()).says("Tệp PDF 1 ("));
    });
}

#[test]
fn a_sender_adds_files_when_asked_and_officers_lay_theirs_beside_it() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let sent = bed.citizen().says("Đường ngập.").sends(bed);
        let (own, serial) = (format!("/tra-cuu/{}", sent.code.reveal()), sent.feedback.unwrap().0);
        let site = Site::serving(shelf.service.clone());
        let sender = site.browser();
        let token = sender.token();
        let add = [("form_token", token.as_str()), ("viec", "bo-sung"), ("bo-sung", "Đây là ảnh.")];
        let drawing = picture(ImageFormat::Png);
        let early = sender.sends_parts(&own, &add, &[("a.png", "image/png", &drawing)]);
        assert_eq!(early.status, 409, "nobody asked: {}", early.body);
        bed.officer().takes(serial).tries(|tx, officer| hoidap::actions::supplement::ask(tx, officer, serial, "Xin gửi ảnh.", "5")).unwrap();
        assert!(sender.opens(&own).says("name=\"tep\""));
        let wrong = sender.sends_parts(&own, &add, &[("a.png", "image/png", b"GIF89a")]);
        assert!(wrong.status == 422 && wrong.says("nội dung là thứ khác") && wrong.says("Đây là ảnh."), "{}", wrong.body);
        let wordless = [add[0], add[1], ("bo-sung", " ")];
        assert_eq!(sender.sends_parts(&own, &wordless, &[("a.png", "image/png", &drawing)]).status, 422);
        assert_eq!(sender.sends_parts(&own, &add, &[("a.png", "image/png", &drawing)]).status, 303);
        assert!(sender.opens(&own).says("Ảnh 1 ("));

        let officer = site.browser().signs_in("officer");
        let token = officer.token();
        let at = format!("/can-bo/{}/tep", serial.0);
        assert_eq!(officer.sends_parts(&at, &[("form_token", &token)], &[("c.pdf", "application/pdf", PDF)]).status, 303);
        let page = officer.opens(&format!("/can-bo/{}", serial.0));
        assert!(page.says("Tệp PDF 1 (") && page.says("do cơ quan đặt vào"), "{}", page.body);
        assert!(!sender.opens(&own).says("Tệp PDF"), "what officers lay there is not the sender's");
        assert_eq!(officer.sends_parts(&at, &[("form_token", &token)], &[]).status, 422);
        assert_eq!(officer.sends_parts(&at, &[], &[("c.pdf", "application/pdf", PDF)]).status, 403, "without the form's token");
        let neighbour = site.browser().signs_in("neighbour");
        assert_eq!(neighbour.sends_parts(&at, &[("form_token", &neighbour.token())], &[("c.pdf", "application/pdf", PDF)]).status, 404);
        assert_eq!(shelf.stored().len(), 2);
    });
}

#[test]
fn a_file_of_a_denunciation_is_opened_by_its_receiver_and_each_view_is_written_down() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let site = Site::serving(shelf.service.clone());
        let sender = site.browser();
        let (id, token) = (form(&sender).hidden("submission_id"), sender.token());
        let mut sealed = fields(&id, &token, "Cán bộ đòi tiền.");
        sealed.push(("kind", "denunciation"));
        assert_eq!(sender.sends_parts("/gop-y", &sealed, &[("a.pdf", "application/pdf", PDF)]).status, 303);
        assert_eq!(site.browser().signs_in("officer").opens("/can-bo/1/tep/1").status, 404);
        let receiver = site.browser().signs_in("receiver");
        let views = || {
            let page = site.browser().signs_in("administrator").opens("/quan-tri/nhat-ky");
            page.body.matches("HD-000001").count()
        };
        let before = views();
        assert_eq!(receiver.downloads("/can-bo/1/tep/1"), PDF);
        assert_eq!(views(), before + 1);
    });
}

#[test]
fn where_no_files_are_taken_nothing_asks_for_them() {
    each_database(|bed| {
        let site = Site::start(bed);
        let page = form(&site.browser());
        assert!(!page.says("multipart") && !page.says("type=\"file\""), "{}", page.body);
    });
}
