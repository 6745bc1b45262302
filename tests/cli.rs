//! Commands that need no database, as a shell runs them.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn runs(words: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hoidap"));
    command.args(words).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn redact_covers_what_it_names_on_standard_error() {
    let text = "Tôi là Nguyễn Văn An, gọi 0912 345 678 hoặc 1022.\n";
    let done = runs(&["redact"], text.as_bytes());
    assert!(done.status.success());
    assert_eq!(String::from_utf8(done.stdout).unwrap(), "Tôi là [đã che: họ tên], gọi [đã che: số điện thoại] hoặc 1022.\n");
    let lines: Vec<Value> = String::from_utf8(done.stderr).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["what"], "phone");
    let place = |end: &str| usize::try_from(lines[1][end].as_u64().unwrap()).unwrap();
    assert_eq!(json!(text[place("start")..place("end")]), lines[1]["text"]);

    let plain = runs(&["redact"], "Quầy số 5 phục vụ tốt.".as_bytes());
    assert_eq!((plain.stdout, plain.stderr), ("Quầy số 5 phục vụ tốt.".into(), Vec::new()), "not a line more");
    let broken = runs(&["redact"], b"\xff\xfe");
    assert!(!broken.status.success() && String::from_utf8(broken.stderr).unwrap().contains("is not UTF-8"));
}
