//! The arrows of DESIGN.md §6, read from the source: a fault is told with the
//! rule's own sentence.

use std::path::{Path, PathBuf};

/// What each layer may use beside itself and the helpers.
const LAYERS: [(&str, &[&str]); 11] = [
    ("cli", &["web", "api", "jobs", "export", "verify", "mail", "http", "actions", "store", "domain"]),
    // It checks what the others make, and shares nothing with them.
    ("verify", &[]),
    ("web", &["http", "actions", "store", "domain"]),
    ("api", &["http", "actions", "store", "domain"]),
    ("jobs", &["mail", "http", "actions", "store", "domain"]),
    ("export", &["http", "actions", "store", "domain"]),
    ("http", &["actions", "store", "domain"]),
    ("actions", &["store", "domain"]),
    ("store", &["domain"]),
    ("mail", &["domain"]),
    ("domain", &[]),
];
/// Used by every layer but domain.
const HELPERS: [&str; 6] = ["clock", "config", "embedded", "i18n", "keys", "telemetry"];

const ARROWS: &str =
    "each layer may use those to its right: `cli → web, api, jobs, export → http → actions → store → domain`; `jobs → mail`; `mail → domain, i18n`";
const DOMAIN: &str = "domain → no layer, no helper, no diesel, no actix, no clock, no environment";
const ACTIONS: &str = "actions → no actix, no diesel's query words, no lettre, no templates: it writes an outbox row, it never sends";
const VERIFY: &str = "verify → no layer, no helper: what checks the figures shares no code with what makes them";
const TWINS: &str = "web ↔ api: neither uses the other";

/// Words that belong to some places only.
struct Word {
    word: &'static str,
    sentence: &'static str,
    is_at_home: fn(&str) -> bool,
}

const WORDS: [Word; 18] = [
    Word { word: "diesel::", sentence: "`diesel::` stands in store only", is_at_home: |path| path.starts_with("store/") },
    Word { word: "diesel_migrations::", sentence: "`diesel::` stands in store only", is_at_home: |path| path.starts_with("store/") },
    Word { word: "lettre::", sentence: "`lettre::` stands in mail only", is_at_home: |path| path.starts_with("mail/") },
    Word { word: "env::var", sentence: "`env::var` stands in config only", is_at_home: |path| path == "config.rs" },
    Word { word: "SystemTime::now", sentence: NOW, is_at_home: |path| path == "clock.rs" },
    Word { word: "Timestamp::now", sentence: NOW, is_at_home: |path| path == "clock.rs" },
    Word { word: "Zoned::now", sentence: NOW, is_at_home: |path| path == "clock.rs" },
    Word { word: "Instant::now", sentence: NOW, is_at_home: |path| path == "clock.rs" || path == "http/guard.rs" || path.starts_with("cli/") },
    Word { word: "t!", sentence: "only i18n calls `t!`", is_at_home: |path| path == "i18n.rs" },
    Word { word: "actix_web::", sentence: ACTIONS, is_at_home: |path| !path.starts_with("actions/") },
    Word { word: "handlebars::", sentence: ACTIONS, is_at_home: |path| !path.starts_with("actions/") },
    Word { word: "Templates", sentence: ACTIONS, is_at_home: |path| !path.starts_with("actions/") },
    Word { word: "actix_web::", sentence: DOMAIN, is_at_home: |path| !path.starts_with("domain/") },
    Word { word: "tokio::", sentence: DOMAIN, is_at_home: |path| !path.starts_with("domain/") },
    Word { word: "handlebars::", sentence: DOMAIN, is_at_home: |path| !path.starts_with("domain/") },
    Word { word: "std::env", sentence: DOMAIN, is_at_home: |path| !path.starts_with("domain/") },
    Word { word: "std::fs", sentence: DOMAIN, is_at_home: |path| !path.starts_with("domain/") },
    Word { word: "std::net", sentence: DOMAIN, is_at_home: |path| !path.starts_with("domain/") },
];
const NOW: &str = "only the clock asks what time it is; `Instant::now` measures in http/guard.rs and cli";

/// What a file of `src` does against the rules. `path` is below `src`.
fn faults(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let own = path.split(['/', '.']).next().unwrap_or_default();
    let layer = LAYERS.iter().find(|(name, _)| *name == own);
    if !matches!(own, "lib" | "main") && layer.is_none() && !HELPERS.contains(&own) {
        faults.push(format!("src/{path}: a new top-level module; say in tests/architecture.rs where it stands"));
    }
    if layer.is_some() && !text.starts_with("//!") {
        faults.push(format!("src/{path}: a module opens with `//!`: what it is for, and what it must not know"));
    }
    let code = without_comments(text);
    let mut fault = |at: usize, what: &str, sentence: &str| {
        let line = 1 + code.bytes().take(at).filter(|b| *b == b'\n').count();
        faults.push(format!("src/{path}:{line}: {what}: {sentence}"));
    };
    for (at, used) in modules_used(path, &code) {
        let is_layer = LAYERS.iter().any(|(name, _)| *name == used);
        let allowed = match layer {
            _ if used == own || matches!(own, "lib" | "main") => true,
            Some((_, right)) => right.contains(&used) || !matches!(own, "domain" | "verify") && HELPERS.contains(&used),
            None => used == "domain" || HELPERS.contains(&used),
        };
        let is_module = is_layer || HELPERS.contains(&used);
        if is_module && !allowed {
            let sentence = match (own, used) {
                ("web", "api") | ("api", "web") => TWINS,
                ("domain", _) => DOMAIN,
                ("verify", _) => VERIFY,
                _ => ARROWS,
            };
            fault(at, &format!("`{own}` uses `{used}`"), sentence);
        }
    }
    for Word { word, sentence, is_at_home } in WORDS {
        for at in places(&code, word).filter(|_| !is_at_home(path)) {
            fault(at, &format!("`{word}`"), sentence);
        }
    }
    faults
}

/// The top-level modules that paths in the code lead to, with their places.
fn modules_used<'a>(path: &'a str, code: &'a str) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    for at in places(code, "crate::").chain(places(code, "hoidap::")) {
        let rest = &code[at..][code[at..].find("::").unwrap_or(0) + 2..];
        found.extend(heads(rest).into_iter().map(|head| (at, head)));
    }
    // `super::` leads out of the layer when there are as many as the file lies deep.
    let deep = path.trim_end_matches("/mod.rs").split('/').count();
    for at in places(code, "super::") {
        let rest = code[at..].trim_start_matches("super::");
        let ups = (code[at..].len() - rest.len()) / "super::".len();
        if ups >= deep {
            found.extend(heads(rest).into_iter().map(|head| (at, head)));
        }
    }
    found
}

/// The first name of each path: `a` of `a::b`; `a` and `c` of `{a::b, c::{d, e}}`.
fn heads(path: &str) -> Vec<&str> {
    fn first(path: &str) -> &str {
        path.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
    }
    let Some(group) = path.trim_start().strip_prefix('{') else { return vec![first(path)] };
    let mut depth = 0;
    let mut begins = 0;
    let mut heads = Vec::new();
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                heads.push(first(&group[begins..at]));
                begins = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    heads
}

/// Where a word begins, and is not the end of a longer one.
fn places<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word).map(|(at, _)| at).filter(move |at| match code[..*at].chars().next_back() {
        Some(':') => word != "super::",
        before => !before.is_some_and(|c| c.is_alphanumeric() || c == '_'),
    })
}

/// The code with every comment cut off, line by line. The `//` of an address in a string is none.
fn without_comments(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    for line in text.lines() {
        let comment = line.match_indices("//").map(|(at, _)| at).find(|at| !line[..*at].ends_with(':'));
        code.push_str(&line[..comment.unwrap_or(line.len())]);
        code.push('\n');
    }
    code
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn the_arrows_between_the_layers_hold() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&src);
    assert!(files.len() > 40, "only {} files were read", files.len());
    let mut found = Vec::new();
    for file in files {
        let path = file.strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
        found.extend(faults(&path, &std::fs::read_to_string(&file).unwrap()));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_planted_violation_is_found_with_its_place_and_its_sentence() {
    let planted = |path: &str, line: &str, sentence: &str| {
        let found = faults(path, &format!("//! A module.\n\n{line}\n"));
        assert_eq!(found.len(), 1, "{path}: {line}: {found:?}");
        assert!(found[0].starts_with(&format!("src/{path}:3: ")) && found[0].ends_with(sentence), "{found:?}");
    };
    planted("domain/tally.rs", "use crate::store::Conn;", DOMAIN);
    planted("domain/tally.rs", "use crate::keys;", DOMAIN);
    planted("domain/tally.rs", "use super::super::clock::Clock;", DOMAIN);
    planted("domain/tally.rs", "let home = std::env::home_dir();", DOMAIN);
    planted("actions/intake/mod.rs", "use crate::{domain::words::By, http::app::App};", ARROWS);
    planted("actions/intake/mod.rs", "let app = crate::web::serve();", ARROWS);
    planted("actions/intake/mod.rs", "use handlebars::Handlebars;", ACTIONS);
    planted("store/draft.rs", "use crate::actions::Tx;", ARROWS);
    planted("mail/smtp.rs", "use crate::store::{self, Conn};", ARROWS);
    planted("i18n.rs", "use crate::http::app::App;", ARROWS);
    planted("web/public/home.rs", "use super::super::super::api::health;", TWINS);
    planted("api/mod.rs", "pub use super::web::home;", TWINS);
    planted("web/home.rs", "use diesel::prelude::*;", "`diesel::` stands in store only");
    planted("jobs/outbox.rs", "use lettre::Message;", "`lettre::` stands in mail only");
    planted("cli/serve.rs", "let port = std::env::var(\"PORT\");", "`env::var` stands in config only");
    planted("jobs/clocks.rs", "let now = jiff::Timestamp::now();", NOW);
    planted("jobs/clocks.rs", "let began = Instant::now();", NOW);
    planted("web/home.rs", "let title = rust_i18n::t!(\"home.title\");", "only i18n calls `t!`");
    assert!(faults("queue.rs", "//! New.")[0].contains("a new top-level module"));
    assert!(faults("web/home.rs", "use crate::http::app::App;")[0].contains("opens with `//!`"));
}

#[test]
fn what_the_rules_allow_is_not_found() {
    let clean = |path: &str, line: &str| assert_eq!(faults(path, &format!("//! See [`crate::web`].\n{line}\n")), Vec::<String>::new());
    clean("domain/tally.rs", "use super::words::{Kind, Sample}; // not crate::store, and not diesel::dsl");
    clean("domain/tally.rs", "use crate::domain::time::Day;");
    clean("store/types.rs", "use crate::{domain::{time::Day, words::Kind}, keys}; use diesel::prelude::*;");
    clean("actions/mod.rs", "use super::store; use crate::clock::Clock;");
    clean("actions/mod.rs", "mod tests { use super::*; }");
    clean("jobs/outbox.rs", "use crate::mail::Mailer; assert!(true); let at = \"http://crate\";");
    clean("http/guard.rs", "let began = std::time::Instant::now();");
    clean("main.rs", "hoidap::cli::run();");
}
