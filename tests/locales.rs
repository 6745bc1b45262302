//! Every sentence is there in three languages, and every key that a page or
//! the code asks for is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use hoidap::domain::error::Code;
use hoidap::domain::words::Language;

fn sentences(language: Language) -> BTreeMap<String, String> {
    let carried = hoidap::_rust_i18n_backend().messages_for_locale(language.as_str()).unwrap();
    carried.into_iter().map(|(key, sentence)| (key.into_owned(), sentence.into_owned())).collect()
}

/// The names of the places to fill: `n` of `%{n}`.
fn places(sentence: &str) -> BTreeSet<&str> {
    sentence.split("%{").skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

/// Where a call begins that is not the end of a longer name.
fn calls<'a>(text: &'a str, call: &'a str) -> impl Iterator<Item = &'a str> {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.match_indices(call).filter(move |(at, _)| !text[..*at].ends_with(part)).map(|(at, _)| &text[at + call.len()..])
}

/// The string literals of a piece of code.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    code.split('"').skip(1).step_by(2)
}

/// The arguments of a call, from behind its opening bracket.
fn arguments(call: &str) -> Vec<&str> {
    let (mut depth, mut begins, mut found) = (0, 0, Vec::new());
    for (at, c) in call.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => depth -= 1,
            ',' | ')' if depth == 0 => {
                found.push(&call[begins..at]);
                begins = at + 1;
                if c == ')' {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

/// `{{t "key"}}` and `(t "prefix." word)`.
fn of_template(text: &str) -> Vec<String> {
    ["{t \"", "{~t \"", "(t \""].iter().flat_map(|opening| text.split(opening).skip(1)).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// `t(language, "key")` and `tr(language, &format!("prefix.{word}"), …)`.
fn of_code(text: &str) -> Vec<String> {
    let asked = calls(text, "t(").chain(calls(text, "tr(")).filter_map(|call| arguments(call).get(1).copied());
    asked.flat_map(literals).filter(|key| key.contains('.')).map(str::to_owned).collect()
}

#[test]
fn every_fault_that_has_a_sentence_is_documented() {
    let documented = include_str!("../docs/errors.md");
    let codes = sentences(Language::Vi).into_keys().filter_map(|key| key.strip_prefix("errors.").map(str::to_owned));
    let missing: Vec<String> = codes.filter(|code| !documented.contains(&format!("\n| `{code}` |"))).collect();
    assert!(missing.is_empty(), "docs/errors.md lacks {missing:?}");
}

#[test]
fn the_three_languages_hold_the_same_sentences_with_the_same_places() {
    let vietnamese = sentences(Language::Vi);
    assert!(vietnamese.len() > 6);
    for language in [Language::En, Language::Km] {
        let other = sentences(language);
        let difference: Vec<_> = vietnamese.keys().filter(|k| !other.contains_key(*k)).chain(other.keys().filter(|k| !vietnamese.contains_key(*k))).collect();
        assert!(difference.is_empty(), "in vi or {language} only: {difference:?}");
        let otherwise: Vec<_> = vietnamese.iter().filter(|(key, sentence)| places(sentence) != places(&other[*key])).map(|(key, _)| key).collect();
        assert!(otherwise.is_empty(), "{language} fills other places than vi: {otherwise:?}");
        let empty: Vec<_> = other.iter().filter(|(_, sentence)| sentence.trim().is_empty()).collect();
        assert!(empty.is_empty(), "{language} says nothing: {empty:?}");
    }
}

#[test]
fn every_key_that_is_asked_for_is_there() {
    let known = sentences(Language::Vi);
    let mut missing = Vec::new();
    let mut look = |path: &Path, keys: Vec<String>| {
        for key in keys {
            // A key that is made from a word needs at least one that begins as it does.
            let made = key.split_once('{').map(|(prefix, _)| prefix).or(key.ends_with(['.', '_']).then_some(key.as_str()));
            let there = made.map_or(known.contains_key(&key), |prefix| known.keys().any(|k| k.starts_with(prefix)));
            if !there {
                missing.push(format!("{}: {key}", path.display()));
            }
        }
    };
    for (path, text) in files("templates", "hbs") {
        look(&path, of_template(&text));
    }
    for (path, text) in files("src", "rs") {
        look(&path, of_code(&text));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// The calls of `t` in a template that name a whole key, with the names of what they fill: `("a.b", {"n"})`.
fn filled_by_template(text: &str) -> Vec<(&str, BTreeSet<&str>)> {
    let calls = ["{t \"", "{~t \"", "(t \""].into_iter().flat_map(|opening| text.split(opening).skip(1));
    calls
        .filter_map(|call| {
            let (key, rest) = call.split_once('"')?;
            let rest = rest.split(['}', ')']).next()?;
            // A word behind the key makes the key longer: it is not whole.
            let first = rest.split_whitespace().next();
            let whole = first.is_none_or(|word| word.contains('='));
            whole.then(|| (key, rest.split_whitespace().filter_map(|word| word.split_once('=').map(|(name, _)| name)).collect()))
        })
        .collect()
}

#[test]
fn every_place_of_a_sentence_is_filled() {
    let known = sentences(Language::Vi);
    let mut empty = Vec::new();
    for (path, text) in files("templates", "hbs") {
        for (key, filled) in filled_by_template(&text) {
            let needed = known.get(key).map(|sentence| places(sentence)).unwrap_or_default();
            if !needed.is_subset(&filled) {
                empty.push(format!("{}: {key} needs {needed:?} and gets {filled:?}", path.display()));
            }
        }
    }
    for (path, text) in files("src", "rs") {
        // `t` fills nothing; `tr` does.
        for key in calls(&text, "t(").filter_map(|call| arguments(call).get(1).copied()).flat_map(literals) {
            if known.get(key).is_some_and(|sentence| !places(sentence).is_empty()) {
                empty.push(format!("{}: {key} has places, and `t` fills none", path.display()));
            }
        }
    }
    assert!(empty.is_empty(), "{}", empty.join("\n"));
}

#[test]
fn every_refusal_and_every_fault_has_its_sentence() {
    let known = sentences(Language::Vi);
    let mut codes: BTreeSet<String> = Code::ALL.iter().map(ToString::to_string).collect();
    for (_, text) in files("src", "rs") {
        // `Fault::new(pointer, "code")`, and `note(&mut faults, pointer, "code")` of the submission.
        let faults = calls(&text, "Fault::new(").filter_map(|call| arguments(call).get(1).copied());
        let notes = calls(&text, "note(").filter_map(|call| arguments(call).get(2).copied());
        codes.extend(faults.chain(notes).flat_map(literals).map(str::to_owned));
    }
    assert!(codes.len() > Code::ALL.len() + 20, "the faults were not read");
    let missing: Vec<_> = codes.iter().filter(|code| !known.contains_key(&format!("errors.{code}"))).collect();
    assert!(missing.is_empty(), "no sentence in errors: {missing:?}");
}

#[test]
fn every_deed_of_the_audit_has_its_words() {
    let known = sentences(Language::Vi);
    let mut deeds = BTreeSet::new();
    for (_, text) in files("src", "rs") {
        let audited = calls(&text, "tx.audit(").filter_map(|call| arguments(call).get(1).copied());
        let finished = calls(&text, "finish(").filter_map(|call| arguments(call).get(2).copied());
        deeds.extend(audited.chain(finished).filter(|name| !name.contains("format!")).flat_map(literals).map(|deed| deed.replace('.', "_")));
    }
    assert!(deeds.len() > 50, "the deeds were not read: {deeds:?}");
    let missing: Vec<_> = deeds.iter().filter(|deed| !known.contains_key(&format!("audit.verbs.{deed}"))).collect();
    assert!(missing.is_empty(), "no words in audit.verbs: {missing:?}");
}

#[test]
fn the_reader_of_keys_finds_each_of_them() {
    assert_eq!(of_template(r#"<p>{{t "a.b" n=1}}</p>{{#if x}}{{> part label=(t "c." x)}}{{/if}} {{~t "d.e"}}"#), ["a.b", "d.e", "c."]);
    let code = r#"let a = i18n::t(language, "a.b"); tr(l, if x { "c.d" } else { "c.e" }, &[("n", t(l, "f.g"))]); t(l, &format!("h.{x}")); assert(l, "no.key"); t(l, &key)"#;
    assert_eq!(of_code(code), ["a.b", "f.g", "h.{x}", "c.d", "c.e"]);
    let filled = filled_by_template(r#"{{t "a.b" n=x to=y}} {{t "c." word}} {{t "d.e"}}"#);
    assert_eq!(filled, [("a.b", BTreeSet::from(["n", "to"])), ("d.e", BTreeSet::new())]);
}
