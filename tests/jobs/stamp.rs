//! An authority that is not ours stamps the days of the log: here OpenSSL's.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

use hoidap::jobs::stamp::Stamper;

use crate::support::each_database;
use crate::support::ledger::Scratch;
use crate::support::web::Site;

const SETTINGS: &str = "[tsa]\ndefault_tsa = here\n[here]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\nsigner_digest = sha256\n\
    default_policy = 1.2.3.4.1\ndigests = sha256\ness_cert_id_alg = sha256\n\
    [req]\ndistinguished_name = dn\nprompt = no\n[dn]\nCN = Time of the tests\n\
    [ca]\nbasicConstraints = critical,CA:TRUE\n[stamps]\nextendedKeyUsage = critical,timeStamping\n";

fn openssl(folder: &Path, words: &str) -> Result<String, String> {
    let done = Command::new("openssl").args(words.split(' ')).current_dir(folder).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    if done.status.success() { Ok(said) } else { Err(said) }
}

/// An authority in a folder. Returns where it listens.
fn authority(folder: &Path) -> String {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("tsa.cnf"), SETTINGS).unwrap();
    std::fs::write(folder.join("serial"), "01\n").unwrap();
    for words in [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 -config tsa.cnf -extensions ca",
        "req -new -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -config tsa.cnf",
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 3650 -extfile tsa.cnf -extensions stamps",
    ] {
        openssl(folder, words).unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/tsa", listener.local_addr().unwrap());
    let folder = folder.to_owned();
    // It goes with the tests.
    std::thread::spawn(move || listener.incoming().for_each(|stream| answers(&folder, stream.unwrap())));
    address
}

fn answers(folder: &Path, mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut query = vec![0; length];
    reader.read_exact(&mut query).unwrap();
    std::fs::write(folder.join("query.tsq"), query).unwrap();
    openssl(folder, "ts -reply -config tsa.cnf -queryfile query.tsq -out reply.tsr").unwrap();
    let stamp = std::fs::read(folder.join("reply.tsr")).unwrap();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", stamp.len()).unwrap();
    stream.write_all(&stamp).unwrap();
}

#[test]
fn a_day_that_is_over_is_stamped_and_openssl_agrees() {
    each_database(|bed| {
        let (log, folder) = (Scratch::new(), Scratch::new());
        let stamper = Stamper::new(&authority(&folder.0));
        bed.citizen().says("Một việc.").sends(bed);
        log.signs(bed);
        assert_eq!(stamper.run(&bed.service).unwrap(), 0, "the day is not over");
        let site = Site::signing(bed, &log);
        let browser = site.browser();
        let size = browser.opens("/so-cong-khai/checkpoint").body.lines().nth(1).unwrap().to_owned();
        let address = format!("/so-cong-khai/checkpoints/{size}");
        assert_eq!(browser.opens(&format!("{address}.tsr")).status, 404);

        bed.on("2026-10-02");
        log.signs(bed);
        assert_eq!(stamper.run(&bed.service).unwrap(), 1);
        assert_eq!(stamper.run(&bed.service).unwrap(), 0, "one stamp is enough");
        for (name, address) in [("checkpoint", address.clone()), ("checkpoint.tsr", format!("{address}.tsr"))] {
            std::fs::write(folder.0.join(name), browser.downloads(&address)).unwrap();
        }
        let checked = "ts -verify -data checkpoint -in checkpoint.tsr -CAfile ca.pem -untrusted tsa.pem";
        assert!(openssl(&folder.0, checked).unwrap().contains("Verification: OK"));
        std::fs::write(folder.0.join("checkpoint"), "another").unwrap();
        openssl(&folder.0, checked).expect_err("what was not stamped");
    });
}

#[test]
fn what_is_no_stamp_of_ours_is_not_kept() {
    each_database(|bed| {
        let (log, folder) = (Scratch::new(), Scratch::new());
        log.signs(bed);
        bed.on("2026-10-02");
        let address = authority(&folder.0);
        // An authority that answers with what it gave somebody else.
        std::fs::write(folder.0.join("tsa.cnf"), SETTINGS.replace("digests = sha256", "digests = sha512")).unwrap();
        let refused = Stamper::new(&address).run(&bed.service).unwrap_err().to_string();
        assert!(refused.contains("refused with status 2"), "{refused}");
        let nobody = Stamper::new("http://127.0.0.1:9/tsa").run(&bed.service).unwrap_err().to_string();
        assert!(nobody.contains("no time stamp for"), "{nobody}");
    });
}
