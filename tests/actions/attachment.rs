//! Files beside opinions: what is taken, what is kept of it, when it goes.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

use hoidap::actions::attachment::{self, Depot, Upload};
use hoidap::actions::{Service, appeal, erasure, recount, reply};
use hoidap::domain::attachment::{Format, Limits};
use hoidap::domain::words::Serial;
use hoidap::jobs;
use hoidap::keys::Keys;
use hoidap::store::attachment::Attachment;
use hoidap::store::files::Files;
use image::{DynamicImage, ImageFormat, RgbImage};
use uuid::Uuid;

use crate::support::{Bed, SECRET, each_database, faults, refusal};

/// The service of a bed with a folder for files, which is gone when the test ends.
pub struct Shelf {
    pub service: Arc<Service>,
    pub dir: PathBuf,
}

impl Shelf {
    pub fn of(bed: &Bed) -> Self {
        let dir = std::env::temp_dir().join(format!("hoidap-files-{}", Uuid::new_v4().simple()));
        Self { service: Self::serving(bed, Files::folder(&dir)), dir }
    }

    fn serving(bed: &Bed, files: Files) -> Arc<Service> {
        let service = Service::new(bed.service.db().clone(), bed.service.clock().clone(), Keys::new(&SECRET));
        Arc::new(service.with_files(Depot::new(files, Limits { files: 5, bytes: 1_000_000 })))
    }

    /// The files in the folder.
    pub fn stored(&self) -> Vec<PathBuf> {
        let Ok(folders) = std::fs::read_dir(&self.dir) else { return Vec::new() };
        folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap()).map(|file| file.unwrap().path()).collect()
    }

    fn files(&self, serial: Serial) -> Vec<Attachment> {
        self.service.read(|tx| attachment::of(tx, serial)).unwrap()
    }

    fn lays(&self, bed: &Bed, login: &str, serial: Serial, uploads: Vec<Upload>) {
        let stored = attachment::store(&self.service, uploads).unwrap();
        self.service.write(|tx| attachment::lay_beside(tx, bed.account(login), serial, &stored)).unwrap();
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

pub fn upload(name: &str, bytes: impl Into<Vec<u8>>) -> Upload {
    Upload { name: name.to_owned(), bytes: bytes.into(), ..Upload::default() }
}

pub const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n";

/// A picture of 30 × 20.
pub fn picture(format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_fn(30, 20, |x, y| image::Rgb([x as u8 * 8, y as u8 * 12, 90]))).write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// A photograph that was held upright, with a place and a telephone in it.
pub fn photograph() -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]);
    exif.extend_from_slice(&[0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    exif.extend_from_slice(&[0, 0, 0, 0]);
    exif.extend_from_slice(&[1, 0, 1, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0, 0, 0, 0, 0]);
    exif.extend_from_slice(b"GPS 9.6037 105.9739 TELEPHONE");
    let plain = picture(ImageFormat::Jpeg);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xFF, 0xE1], &length, &exif, &plain[2..], b"HIDDEN BEHIND THE END"].concat()
}

/// A PNG that says of itself how large it is, and has nothing in it.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut head = b"IHDR".to_vec();
    head.extend_from_slice(&width.to_be_bytes());
    head.extend_from_slice(&height.to_be_bytes());
    head.extend_from_slice(&[8, 6, 0, 0, 0]);
    let check =
        head.iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }));
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0D", &head[..], &(!check).to_be_bytes(), b"\0\0\0\0IDAT"].concat()
}

#[test]
fn a_picture_loses_its_place_and_device_and_is_kept_encrypted() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let serial = bed.citizen().says("Đường ngập.").sends_opinion(bed);
        shelf.lays(bed, "officer", serial, vec![upload("Nguyễn Văn An.jpg", photograph()), upload("b.webp", picture(ImageFormat::WebP)), upload("c", PDF)]);
        let files = shelf.files(serial);
        assert_eq!(files.iter().map(|file| file.format).collect::<Vec<_>>(), [Format::Jpeg, Format::Jpeg, Format::Pdf]);
        let bytes = attachment::open(&shelf.service, &files[0]).unwrap();
        let holds = |bytes: &[u8], words: &[u8]| bytes.windows(words.len()).any(|part| part == words);
        assert!(holds(&photograph(), b"GPS") && holds(&photograph(), b"HIDDEN"));
        for words in [&b"Exif"[..], b"GPS", b"TELEPHONE", b"HIDDEN"] {
            assert!(!holds(&bytes, words), "{}", String::from_utf8_lossy(words));
        }
        let read = image::load_from_memory(&bytes).unwrap();
        assert_eq!((read.width(), read.height()), (20, 30), "turned as it was held");
        assert_eq!(attachment::open(&shelf.service, &files[2]).unwrap(), PDF);
        for path in shelf.stored() {
            let stored = std::fs::read(path).unwrap();
            assert!(!holds(&stored, b"%PDF") && !stored.starts_with(&[0xFF, 0xD8]), "what lies on the disk is encrypted");
        }
        assert_eq!(shelf.stored().len(), 3);
    });
}

#[test]
fn what_is_no_picture_or_pdf_is_refused_with_its_own_code() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let why = |file: Upload| refusal(attachment::store(&shelf.service, vec![file]));
        let whole = picture(ImageFormat::Png);
        assert_eq!(why(upload("a.xlsx", b"PK\x03\x04".to_vec())), "file_type");
        assert_eq!(why(upload("a.jpg", b"MZ\x90\0".to_vec())), "file_disguised");
        assert_eq!(why(Upload { declared: "application/pdf".to_owned(), ..upload("a", b"<script>".to_vec()) }), "file_disguised");
        assert_eq!(why(upload("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec())), "file_type");
        assert_eq!(why(upload("a.png", &whole[..whole.len() / 2])), "file_unreadable");
        assert_eq!(why(upload("a.pdf", &PDF[..20])), "file_unreadable");
        assert_eq!(why(upload("a.png", png_of(100_000, 100_000))), "file_bomb");
        assert_eq!(why(upload("a.png", png_of(9_000, 9_000))), "file_bomb");
        assert_eq!(why(upload("a.png", vec![0; 1_000_001])), "file_too_large");
        assert_eq!(why(Upload { too_large: true, ..Upload::default() }), "file_too_large");
        assert_eq!(refusal(attachment::store(&shelf.service, vec![upload("a", PDF); 6])), "too_many_files");
        let several = attachment::store(&shelf.service, vec![upload("a", PDF), upload("b.doc", b"doc".to_vec()), upload("c.jpg", b"c".to_vec())]);
        assert_eq!(faults(several), ["/files file_type", "/files file_disguised"]);
        assert_eq!(shelf.stored(), Vec::<PathBuf>::new(), "nothing is kept of what came with a faulty file");
        assert_eq!(refusal(attachment::store(&bed.service, vec![upload("a", PDF)])), "not_found", "where no files are taken");
    });
}

#[test]
fn no_bytes_make_it_panic() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let begins: [&[u8]; 6] = [b"", b"\xFF\xD8\xFF\xE0", b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR", b"RIFF\x20\0\0\0WEBPVP8 ", b"RIFF\x20\0\0\0WEBPVP8L", b"%PDF-"];
        let wholes = [picture(ImageFormat::Jpeg), picture(ImageFormat::Png), picture(ImageFormat::WebP), photograph()];
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for n in 0..1_000 {
            let bytes = if n % 2 == 0 {
                let mut bytes = begins[n / 2 % begins.len()].to_vec();
                bytes.extend((0..next() % 300).map(|_| next() as u8));
                bytes
            } else {
                let mut bytes = wholes[n / 2 % wholes.len()].clone();
                for _ in 0..=next() % 4 {
                    let at = next() as usize % bytes.len();
                    bytes[at] = next() as u8;
                }
                bytes
            };
            // Some that were changed by a byte are pictures still.
            if let Err(problem) = attachment::store(&shelf.service, vec![upload("", bytes)]) {
                let code = refusal::<()>(Err(problem));
                assert!(["file_type", "file_unreadable", "file_bomb"].contains(&code.as_str()), "{code}");
            }
        }
    });
}

#[test]
fn files_go_with_the_words_and_their_bytes_follow() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let serial = bed.citizen().says("Tôi tên An.").sends_opinion(bed);
        let other = bed.citizen().says("Việc khác.").sends_opinion(bed);
        shelf.lays(bed, "officer", serial, vec![upload("a.png", picture(ImageFormat::Png)), upload("b.pdf", PDF)]);
        shelf.lays(bed, "officer", other, vec![upload("b.pdf", PDF)]);
        shelf.service.write(|tx| erasure::erase(tx, bed.account("protector"), serial)).unwrap();
        assert!(shelf.files(serial).is_empty());
        assert_eq!(jobs::files::sweep(&shelf.service).unwrap(), 2);
        assert_eq!((shelf.stored().len(), jobs::files::sweep(&shelf.service).unwrap()), (1, 0));
        assert_eq!(attachment::open(&shelf.service, &shelf.files(other)[0]).unwrap(), PDF);
        bed.recounts();
    });
}

#[test]
fn what_nothing_names_is_swept_and_what_is_sent_stays() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let (left, sent) = (Uuid::new_v4(), bed.citizen().says("Đường ngập."));
        let submission = sent.submission(bed).id;
        attachment::stage(&shelf.service, left, vec![upload("a", PDF)]).unwrap();
        attachment::stage(&shelf.service, submission, vec![upload("a", PDF)]).unwrap();
        attachment::stage(&shelf.service, submission, vec![upload("a.png", picture(ImageFormat::Png))]).unwrap();
        // Stored, and the transaction that names it never came.
        attachment::store(&shelf.service, vec![upload("a", PDF)]).unwrap();
        assert_eq!(shelf.stored().len(), 4);
        assert_eq!(jobs::files::sweep(&shelf.service).unwrap(), 1, "what was replaced");
        bed.on("2026-10-03");
        assert_eq!(jobs::files::sweep(&shelf.service).unwrap(), 3, "nothing of it was ever sent");
        assert!(shelf.stored().is_empty());
    });
}

#[test]
fn files_are_kept_as_long_as_the_rule_says_and_those_of_a_denunciation_stay() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let done = bed.citizen().says("Một việc.").sends_opinion(bed);
        let sealed = bed.citizen().kind("denunciation").says("Cán bộ đòi tiền.").sends_opinion(bed);
        shelf.lays(bed, "officer", done, vec![upload("a", PDF)]);
        shelf.lays(bed, "receiver", sealed, vec![upload("a", PDF)]);
        shelf.service.write(|tx| hoidap::actions::feedback::withdraw(tx, done)).unwrap();
        bed.on("2027-10-01");
        jobs::retention::daily(&shelf.service).unwrap();
        assert_eq!(shelf.files(done).len(), 1, "365 days are not over");
        bed.on("2027-10-03");
        jobs::retention::daily(&shelf.service).unwrap();
        assert_eq!((shelf.files(done).len(), shelf.files(sealed).len()), (0, 1));
    });
}

#[test]
fn files_stay_while_an_appeal_waits_for_its_answer() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let [answered, appealed] = ["Một việc.", "Việc khác."].map(|words| bed.citizen().says(words).sends_opinion(bed));
        for serial in [answered, appealed] {
            shelf.lays(bed, "officer", serial, vec![upload("a", PDF)]);
            bed.officer().writes(serial, "Đã xem.").hands_in(serial);
            bed.approver().approves(serial);
        }
        shelf.service.write(|tx| reply::reply(tx, appealed, "no", "not_done", "")).unwrap();
        shelf.service.write(|tx| appeal::ask(tx, appealed)).unwrap();
        bed.on("2027-10-03");
        jobs::retention::daily(&shelf.service).unwrap();
        assert_eq!([answered, appealed].map(|serial| shelf.files(serial).len()), [0, 1], "who decides the appeal has to see it");
    });
}

#[test]
fn a_file_whose_bytes_are_gone_or_changed_is_named_and_never_shown() {
    each_database(|bed| {
        let shelf = Shelf::of(bed);
        let serial = bed.citizen().says("Một việc.").sends_opinion(bed);
        shelf.lays(bed, "officer", serial, vec![upload("a", PDF)]);
        assert_eq!(attachment::missing(&shelf.service).unwrap(), None);
        shelf.service.read(recount::recount).unwrap().unwrap();
        let path = shelf.stored().remove(0);
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(refusal(attachment::open(&shelf.service, &shelf.files(serial)[0])), "not_found");
        std::fs::remove_file(&path).unwrap();
        let missing = attachment::missing(&shelf.service).unwrap().unwrap();
        assert!(missing.contains("HD-000001") && missing.contains("missing"), "{missing}");
    });
}

/// Against a real server that speaks S3, when `HOIDAP_TEST_S3` names one as `scripts/s3 start` prints it.
#[test]
fn a_bucket_keeps_files_as_a_folder_does() {
    let Ok(address) = std::env::var("HOIDAP_TEST_S3") else {
        eprintln!("HOIDAP_TEST_S3 is not set: no bucket was tried");
        return;
    };
    let bucket = |key| Files::bucket(&address, "us-east-1", key, "hoidap-secret").unwrap();
    let bed = Bed::sqlite();
    let service = Shelf::serving(&bed, bucket("hoidap"));
    let serial = bed.citizen().says("Một việc.").sends_opinion(&bed);
    let stored = attachment::store(&service, vec![upload("a.jpg", photograph()), upload("b", PDF)]).unwrap();
    service.write(|tx| attachment::lay_beside(tx, bed.account("officer"), serial, &stored)).unwrap();
    let files = service.read(|tx| attachment::of(tx, serial)).unwrap();
    assert_eq!(attachment::open(&service, &files[1]).unwrap(), PDF);
    assert_eq!(attachment::missing(&service).unwrap(), None);
    service.write(|tx| erasure::erase(tx, bed.account("protector"), serial)).unwrap();
    assert_eq!(jobs::files::sweep(&service).unwrap(), 2);
    assert_eq!(refusal(attachment::open(&service, &files[1])), "not_found");
    assert_eq!(refusal(bucket("nobody").put(Uuid::new_v4(), b"x")), "unavailable", "with a wrong key");
    let away = Shelf::serving(&bed, Files::bucket("http://127.0.0.1:9/none", "us-east-1", "k", "s").unwrap());
    assert_eq!(refusal(attachment::store(&away, vec![upload("a", PDF)])), "unavailable");
}
