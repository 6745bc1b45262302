//! Every setting is said in one way: in the program, in the example to copy,
//! and on the page for whoever runs it.

use std::collections::BTreeSet;
use std::path::Path;

use hoidap::config::{Config, SETTINGS};

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// What a file names like a setting of ours.
fn named(text: &str) -> BTreeSet<String> {
    text.match_indices("HOIDAP_").map(|(at, _)| text[at..].chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect()).collect()
}

#[test]
fn the_example_to_copy_has_every_setting_with_its_default_and_no_other() {
    let block = |s: &hoidap::config::Setting| format!("# {}\n# Default: {}\n{}={}\n\n", s.about, s.default, s.name, s.example);
    let expected: String = SETTINGS.iter().map(block).collect();
    assert_eq!(file(".env.example").trim_end(), expected.trim_end());
}

#[test]
fn the_page_for_whoever_runs_it_has_every_setting_and_no_other() {
    let page = file("docs/operate.md");
    let rows: Vec<&str> =
        page.lines().filter(|l| l.starts_with("| `DATABASE_URL`") || l.starts_with("| `HOIDAP_")).filter(|l| l.split('|').count() == 6).collect();
    let row = |s: &hoidap::config::Setting| {
        let word = |word: &str| if word.is_empty() { "none".to_owned() } else { format!("`{word}`") };
        format!("| `{}` | {} | {} | {} |", s.name, s.about, word(s.default), word(s.example))
    };
    assert_eq!(rows, SETTINGS.iter().map(row).collect::<Vec<_>>());
}

#[test]
fn a_default_is_what_the_program_takes_when_nothing_is_set() {
    let taken = serde_json::to_value(Config::default()).unwrap();
    let taken = taken.as_object().unwrap();
    assert_eq!(taken.len(), SETTINGS.len(), "a setting without a line, or a line without a setting");
    for setting in SETTINGS {
        let key = setting.name.trim_start_matches("HOIDAP_").to_lowercase();
        let value = taken.get(&key).unwrap_or_else(|| panic!("nothing is read from {}", setting.name));
        let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        assert_eq!(value, setting.default, "{}", setting.name);
    }
}

#[test]
fn nothing_that_is_delivered_names_a_setting_that_there_is_not() {
    let known: BTreeSet<String> = SETTINGS.iter().map(|s| s.name.to_owned()).collect();
    for path in ["README.md", "SECURITY.md", "Dockerfile", "docker-compose.yml", "deploy/Caddyfile", "docs/operate.md", "docs/architecture.md", "docs/data.md"]
    {
        let unknown: Vec<String> = named(&file(path)).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{path}: {unknown:?}");
    }
}
