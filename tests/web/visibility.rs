//! What must not be shown, looked for everywhere. A life is lived in which
//! every word has its mark; then every address that the service has is read, in
//! every language, with every link that is found there, as a stranger reads it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::rc::Rc;

use actix_web::dev::Service as _;
use actix_web::test::{TestRequest, call_service, init_service};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hoidap::actions::feedback::{self, Written};
use hoidap::actions::intake::Receipt;
use hoidap::actions::{breach, note, rights, supplement};
use hoidap::cli::{export, serve};
use hoidap::config::{Config, Secret};
use hoidap::domain::catalogue::Device;
use hoidap::domain::event::Event;
use hoidap::domain::feedback::Class;
use hoidap::domain::words::{By, Kind, Language, Serial};
use hoidap::keys;
use hoidap::store;

use crate::support::ledger::{SEED, Scratch};
use crate::support::web::{Browser, Page, Site};
use crate::support::{Bed, Citizen, Desk, NEIGHBOUR, WARD, each_database};

const TABLET: &str = "quay-dau";
/// More addresses than this are a trap for crawlers.
const MOST: usize = 8_000;

/// What was lived, with its marks.
#[derive(Default)]
struct Life {
    /// What nobody may read: the mark, and what it stands for.
    hidden: BTreeMap<String, String>,
    /// What everybody may read: it proves that the walk reads.
    shown: BTreeSet<String>,
    receipts: Vec<Receipt>,
    marks: usize,
}

impl Life {
    fn mark(&mut self) -> String {
        self.marks += 1;
        format!("dau{:03}zq", self.marks)
    }

    /// Words that nobody may read.
    fn secret(&mut self, what: &str) -> String {
        let mark = self.mark();
        self.hidden.insert(mark.clone(), what.to_owned());
        format!("Việc {mark} ở đây.")
    }

    /// Words that everybody may read.
    fn open(&mut self) -> String {
        let mark = self.mark();
        self.shown.insert(mark.clone());
        format!("Việc {mark} ở đây.")
    }

    fn hides(&mut self, what: &str, word: impl Into<String>) {
        self.hidden.insert(word.into().to_lowercase(), what.to_owned());
    }

    fn sends(&mut self, bed: &Bed, citizen: &Citizen) -> Serial {
        let receipt = citizen.sends(bed);
        let serial = receipt.feedback.unwrap().0;
        let code = receipt.code.reveal().to_owned();
        self.hides("the hash of a receipt", bed.service.keys().receipt_hash(&receipt.code));
        self.hides("a receipt code without hyphens", code.replace('-', ""));
        self.hides("a receipt code", code);
        self.hides("a submission's id", citizen.draft.submission_id.clone());
        self.receipts.push(receipt);
        serial
    }

    /// An opinion of which nobody may read the words.
    fn says(&mut self, bed: &Bed, what: &str) -> Serial {
        let words = self.secret(what);
        self.sends(bed, &bed.citizen().says(&words))
    }

    /// What an officer writes, all of it secret, or all of it public.
    fn written(&mut self, secret: Option<&str>) -> Written {
        let mut part = |name: &str| match secret {
            Some(what) => self.secret(&format!("the {name} of {what}")),
            None => self.open(),
        };
        Written { title: part("title"), question: part("question"), answer: part("answer"), ..Written::default() }
    }

    /// An opinion that was answered in public.
    fn answered(&mut self, bed: &Bed, secret: Option<&str>) -> Serial {
        let serial = self.says(bed, "the original words of an answered opinion");
        let written = self.written(secret);
        saves(bed.officer(), serial, &written);
        bed.approver().approves(serial);
        serial
    }
}

/// Hands in what was written.
fn saves(desk: Desk<'_>, serial: Serial, written: &Written) {
    let saved = desk.tries(|tx, me| {
        let revision = store::draft::get(tx.conn, serial)?.map_or(0, |d| d.revision);
        feedback::save(tx, me, serial, &Written { revision, ..written.clone() }, true)
    });
    saved.unwrap();
}

fn life(bed: &Bed) -> Life {
    let mut life = Life::default();
    accounts(bed, &mut life);
    contacts(bed, &mut life);
    drafts(bed, &mut life);
    published(bed, &mut life);
    out(bed, &mut life);
    sealed(bed, &mut life);
    supplemented(bed, &mut life);
    noted(bed, &mut life);
    asked(bed, &mut life);
    let serials: Vec<Serial> = life.receipts.iter().map(|r| r.feedback.unwrap().0).collect();
    for serial in serials {
        for kept in bed.service.read(|tx| Ok(store::feedback::events(tx.conn, serial)?)).unwrap() {
            let shown = bed.service.read(|tx| Ok(store::feedback::get(tx.conn, serial)?.unwrap().words_are_public())).unwrap();
            let secret = kept.salts.iter().filter(|(name, _)| !(shown && matches!(name.as_str(), "question" | "answer")));
            secret.for_each(|(_, salt)| life.hides("the salt of a commitment", salt.as_str().unwrap()));
        }
    }
    // Some are late by now.
    bed.on("2026-11-10");
    let unconfirmed = life.says(bed, "a denunciation that an officer has just found");
    bed.officer().seals(unconfirmed);
    bed.service.write(|tx| feedback::record_overdue(tx, 1_000)).unwrap();
    life
}

fn accounts(bed: &Bed, life: &mut Life) {
    for account in bed.service.read(|tx| Ok(store::officer::all(tx.conn)?)).unwrap() {
        life.hides("an officer's name", account.officer.name.clone());
        life.hides("an officer's id", account.officer.id.to_string());
        account.email.into_iter().for_each(|email| life.hides("an officer's address", email));
    }
    life.hides("a password's hash", "$argon2");
    let token = "ma-cua-may-dau";
    let device = Device { id: TABLET.to_owned(), name: "Quầy".to_owned(), office: WARD.parse().unwrap(), token_hash: keys::token_hash(token), active: true };
    life.hides("a device's token", token);
    life.hides("a device's token as it is kept", device.token_hash.clone());
    let enrolled = bed.service.write(|tx| {
        store::catalogue::add_device(tx.conn, &device, tx.today)?;
        tx.recatalogue()
    });
    enrolled.unwrap();
}

fn contacts(bed: &Bed, life: &mut Life) {
    let words = life.secret("the words of an opinion with a contact");
    let mut citizen = bed.citizen().says(&words).email("hop-thu-dau@example.vn").consents(&["answer", "ask"]).rates(2);
    let opinion = citizen.draft.opinion.as_mut().unwrap();
    "Thạch Dấu Tên".clone_into(&mut opinion.name);
    "0987650123".clone_into(&mut opinion.phone);
    life.sends(bed, &citizen);
    life.hides("a sender's name", "Thạch Dấu Tên");
    life.hides("a sender's address", "hop-thu-dau");
    life.hides("a sender's telephone", "987650123");
    life.hides("a sender's telephone", "987 650 123");
}

fn drafts(bed: &Bed, life: &mut Life) {
    let kept = life.says(bed, "an opinion with a draft");
    let words = life.secret("a draft that is being written");
    bed.officer().writes(kept, &words);
    let waiting = life.says(bed, "an opinion whose answer waits for approval");
    let written = life.written(Some("a draft that waits for approval"));
    saves(bed.officer(), waiting, &written);
    let returned = life.says(bed, "an opinion whose answer was returned");
    let written = life.written(Some("a returned draft"));
    saves(bed.officer(), returned, &written);
    let why = life.secret("the reason of a return");
    bed.approver().tries(|tx, me| feedback::give_back(tx, me, returned, "unclear", &why)).unwrap();
    let revised = life.answered(bed, None);
    let written = life.written(Some("a later version that waits for approval"));
    saves(bed.officer(), revised, &written);
    let assigned = life.says(bed, "an assigned opinion");
    bed.desk("head").tries(|tx, me| feedback::assign(tx, me, assigned, bed.account("colleague").id)).unwrap();
    let forwarded = life.says(bed, "a forwarded opinion");
    let note = life.secret("a note beside a forwarding");
    bed.officer().tries(|tx, me| feedback::forward(tx, me, forwarded, NEIGHBOUR, "wrong_office", &note)).unwrap();
}

fn published(bed: &Bed, life: &mut Life) {
    let twice = life.answered(bed, None);
    let written = life.written(None);
    saves(bed.officer(), twice, &written);
    bed.approver().approves(twice);
    let merged = life.says(bed, "a merged opinion");
    bed.officer().merges(merged, twice);
    let grounds: Vec<String> = bed.service.held().unwrap().list("withhold").map(|c| c.code.to_string()).collect();
    assert!(grounds.len() >= 5, "{grounds:?}");
    for ground in grounds {
        let serial = life.answered(bed, Some(&format!("what was withheld for {ground}")));
        bed.officer().records(serial, By::Officer, Event::Withheld { ground: ground.parse().unwrap() }).unwrap();
    }
}

fn out(bed: &Bed, life: &mut Life) {
    for (intent, ground) in [("spam", "advertising"), ("out_of_scope", "private_dispute")] {
        let serial = life.says(bed, intent);
        let note = life.secret("a note beside a refusal");
        saves(bed.officer(), serial, &Written { intent: intent.to_owned(), ground: ground.to_owned(), note, ..Written::default() });
        bed.approver().approves(serial);
    }
    let mistaken = life.says(bed, "a refused opinion that was brought back");
    bed.officer().proposes(mistaken, "spam", "advertising");
    bed.approver().approves(mistaken);
    let note = life.secret("a note beside a restoring");
    bed.desk("head").tries(|tx, me| feedback::restore(tx, me, mistaken, &note)).unwrap();
    let withdrawn = life.says(bed, "a withdrawn opinion");
    let words = life.secret("a draft for a withdrawn opinion");
    bed.officer().writes(withdrawn, &words);
    bed.service.write(|tx| feedback::withdraw(tx, withdrawn)).unwrap();

    let mut complaint = |what: &str| {
        let words = life.secret(what);
        life.sends(bed, &bed.citizen().says(&words).kind("complaint"))
    };
    let [_, redirected] = ["a complaint", "a redirected complaint"].map(&mut complaint);
    let guidance = life.secret("what a complaint's sender was told");
    bed.officer().tries(|tx, me| feedback::redirect(tx, me, redirected, "complaint_law", &guidance)).unwrap();
    // Nobody answers a complaint any more; older versions let it be answered.
    let answered = life.says(bed, "an answered complaint");
    let written = life.written(Some("an answered complaint"));
    saves(bed.officer(), answered, &written);
    let kind = Event::Reclassified { kind: Kind::Complaint, reason: "by_content".parse().unwrap(), note: None };
    bed.officer().records(answered, By::Officer, kind).unwrap();
    bed.approver().approves(answered);
}

fn sealed(bed: &Bed, life: &mut Life) {
    let words = life.secret("a denunciation");
    let denunciation = bed.citizen().says(&words).kind("denunciation").email("nguoi-to-cao@example.vn").consents(&["answer"]);
    life.sends(bed, &denunciation);
    life.hides("a denouncer's address", "nguoi-to-cao");
    let later = life.answered(bed, Some("an answered opinion that was sealed"));
    bed.officer().seals(later);
    let drafted = life.says(bed, "a sealed opinion with a draft");
    let written = life.written(Some("a sealed draft"));
    saves(bed.officer(), drafted, &written);
    bed.officer().seals(drafted);
    // What the receiver does not confirm is undone, and its words are public again.
    for serial in [later, drafted] {
        bed.desk("receiver").tries(|tx, me| feedback::confirm_seal(tx, me, serial)).unwrap();
    }
    let unconfirmed = life.says(bed, "a denunciation that an officer found");
    bed.officer().seals(unconfirmed);
}

/// What officers tell one another.
fn noted(bed: &Bed, life: &mut Life) {
    let serial = life.says(bed, "an opinion that officers talk about");
    let words = life.secret("an internal note");
    bed.officer().tries(|tx, me| note::add(tx, me, serial, &words)).unwrap();
}

/// What people ask about their data, and what went wrong with it.
fn asked(bed: &Bed, life: &mut Life) {
    for right in ["delete", "restrict", "object", "correct"] {
        let words = life.secret("the words of an opinion whose sender asks about their data");
        let mark = life.mark();
        life.hides("an address to be corrected", mark.clone());
        let serial = life.sends(bed, &bed.citizen().says(&words).email(&format!("{mark}@example.vn")).consents(&["answer"]));
        let words = life.secret("the words of a request about data");
        let asked = rights::Asked { right: right.to_owned(), words, email: format!("{}@example.vn", life.mark()), ..rights::Asked::default() };
        life.hides("a corrected address", asked.email.clone());
        bed.service.write(|tx| rights::ask(tx, serial, &asked)).unwrap();
    }
    let mut form = breach::Form { day: "2026-10-01".to_owned(), time: "08:00".to_owned(), ..breach::Form::default() };
    form.facts.act = life.secret("a record of the register of breaches");
    bed.desk("protector").tries(|tx, me| breach::open(tx, me, &form)).unwrap();
}

/// Senders who were asked for more: neither the question nor what they added is anybody else's.
fn supplemented(bed: &Bed, life: &mut Life) {
    for what in ["an opinion that lacks something", "an opinion that lacked something"] {
        let serial = life.says(bed, what);
        let request = life.secret("what a sender is asked for");
        bed.officer().tries(|tx, me| supplement::ask(tx, me, serial, &request, "10")).unwrap();
        if what.contains("lacked") {
            let words = life.secret("what a sender added");
            bed.service.write(|tx| supplement::add(tx, serial, &words)).unwrap();
        }
    }
}

/// Every pattern that the program registers, as its router holds them.
pub fn patterns() -> BTreeSet<String> {
    let seen = Rc::new(RefCell::new(BTreeSet::new()));
    let noted = seen.clone();
    actix_web::rt::System::new().block_on(async {
        let app = actix_web::App::new().configure(serve::routes).wrap_fn(move |request, next| {
            let map = request.request().resource_map();
            let printed = format!("{map:?}");
            assert!(!printed.contains("patterns: List("), "an address with several patterns: read them here");
            for rest in printed.split("patterns: Single(\"").skip(1) {
                let pattern = rest.split('"').next().unwrap();
                // Below a scope they are named without it.
                for whole in ["", "/api", "/api/v1"].map(|scope| format!("{scope}{pattern}")) {
                    let filled: String = whole.split('{').map(|part| part.split_once('}').map_or(part.to_owned(), |(_, rest)| format!("x{rest}"))).collect();
                    noted.borrow_mut().extend(map.match_pattern(&filled).filter(|p| *p == whole));
                }
            }
            next.call(request)
        });
        call_service(&init_service(app).await, TestRequest::get().uri("/healthz").to_request()).await;
    });
    let seen = seen.take();
    assert!(seen.contains("/y-kien/{serial}") && seen.contains("/healthz"), "{seen:?}");
    let documented = serde_json::to_value(hoidap::api::openapi::document()).unwrap();
    let documented: BTreeSet<String> = documented["paths"].as_object().unwrap().keys().cloned().collect();
    let served: BTreeSet<String> = seen.iter().filter(|p| p.starts_with("/api")).cloned().collect();
    assert_eq!(served, documented, "what is served is documented, and the other way round");
    seen
}

/// The walk of a stranger.
struct Walk<'a> {
    bed: &'a Bed,
    life: &'a Life,
    browser: Browser,
    waiting: VecDeque<String>,
    seen: BTreeSet<String>,
    found: BTreeSet<String>,
    leaks: BTreeSet<String>,
    answered: BTreeMap<String, u16>,
}

impl Walk<'_> {
    fn goes(&mut self, address: impl Into<String>) {
        let address = address.into();
        let address = address.split('#').next().unwrap_or_default().to_owned();
        let joint = if address.contains('?') { '&' } else { '?' };
        // A cookie keeps the language of the last page: each address names its own.
        let address = if address.contains("lang=") || address.starts_with("/tai-nguyen") { address } else { format!("{address}{joint}lang=vi") };
        if address.starts_with('/') && !address.starts_with("//") && self.seen.insert(address.clone()) {
            assert!(self.seen.len() < MOST, "the walk does not end: {address}");
            self.waiting.push_back(address);
        }
    }

    /// An address in every language.
    fn goes_in_every_language(&mut self, address: &str) {
        let joint = if address.contains('?') { '&' } else { '?' };
        Language::ALL.iter().for_each(|l| self.goes(format!("{address}{joint}lang={l}")));
    }

    /// An address of every thing that a pattern can name.
    fn fills(&mut self, pattern: &str) {
        let Some((before, rest)) = pattern.split_once('{') else { return self.goes_in_every_language(pattern) };
        let (name, after) = rest.split_once('}').unwrap();
        for value in self.values(name, before) {
            self.fills(&format!("{before}{value}{after}"));
        }
    }

    fn values(&self, name: &str, before: &str) -> Vec<String> {
        let some = |values: &[&str]| values.iter().map(ToString::to_string).collect();
        let catalogue = self.bed.service.held().unwrap();
        match name {
            "serial" => self.life.receipts.iter().flat_map(|r| r.feedback).map(|(s, _)| s.0.to_string()).chain(some(&["HD-000001", "9999"])).collect(),
            "slug" => catalogue.questionnaires.iter().map(|q| q.slug.to_string()).chain(some(&["khong-co"])).collect(),
            "field" => catalogue.fields.iter().map(|f| f.code.to_string()).collect(),
            "code" if before.starts_with("/quan-tri") => some(&[WARD, "land"]),
            "code" | "receipt_code" => some(&["K7WM-3QPA-9TFX", "HD-000001"]),
            "device" => some(&[TABLET, "khong-co"]),
            "value" => some(&["1", "5", "9"]),
            // Of a token, an absence, a file, an improvement; a page that is not there repeats its own address.
            "id" if before.starts_with("/can-bo") || before.starts_with("/cai-tien") => some(&[TABLET, "1", "5f0c1d6e-1b7a-4c39-9a51-6f2d0c8e7b13"]),
            "id" => some(&[TABLET, "1", &self.bed.account("officer").id.to_string()]),
            "key" => catalogue.procedures.iter().take(1).map(|p| p.key.to_string()).collect(),
            "day" => some(&["2026-09-02"]),
            "move" => some(&["nhan", "duyet"]),
            "name" => some(&["1.eml"]),
            "token" => some(&["khong-co"]),
            "hash" => some(&["000000000000"]),
            "name:.*" => some(&["site.css", "khong-co.js"]),
            "size" => vec![self.signed().to_string()],
            "path:.*" => {
                let (last, width) = (self.signed() / 256, self.signed() % 256);
                vec!["entries/000".to_owned(), format!("entries/{last:03}.p/{width}"), format!("0/{last:03}.p/{width}"), "khong-co".to_owned()]
            }
            "half" => some(&["2026-09-15", "khong-co"]),
            "file" if before.ends_with("calendar/") => some(&["1.json", "khong-co"]),
            "file" => catalogue.questionnaires.iter().map(|q| format!("{}.json", q.definition.label())).chain(some(&["phieu-quay.json"])).collect(),
            _ => panic!("a new address has {{{name}}}: give the walk a value for it"),
        }
    }

    /// How many leaves of the ledger everybody may read.
    fn signed(&self) -> u64 {
        self.bed.service.read(|tx| Ok(store::ledger::last_checkpoint(tx.conn)?)).unwrap().expect("a checkpoint").0
    }

    fn reads(&mut self, address: &str) {
        let page = self.browser.opens(address);
        // A tablet is given its own token again.
        let headers = page.headers.iter().filter(|(_, value)| !value.as_bytes().starts_with(b"hd-device="));
        let all = format!("{:?}\n{}", headers.collect::<Vec<_>>(), page.body).to_lowercase();
        for (mark, what) in &self.life.hidden {
            if all.contains(mark) {
                self.leaks.insert(format!("{address} ({}) shows {what}: {mark}", page.status));
            }
        }
        self.found.extend(self.life.shown.iter().filter(|mark| all.contains(*mark)).cloned());
        assert!(page.status < 500, "{address} answers {}", page.status);
        self.answered.insert(address.to_owned(), page.status);
        links(&page).into_iter().for_each(|link| self.goes(link));
        if let Some(cursor) = page.json()["next"].as_str() {
            self.goes(format!("/api/v1/feedback?limit=4&cursor={cursor}"));
        }
    }
}

/// The addresses that an answer leads to.
fn links(page: &Page) -> Vec<String> {
    let mut found = vec![page.header("location").to_owned()];
    found.extend(page.header("refresh").split_once("url=").map(|(_, to)| to.to_owned()));
    if page.header("content-type").starts_with("text/html") {
        for attribute in [" href=\"", " src=\"", " action=\"", " formaction=\""] {
            found.extend(page.body.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap().replace("&#x3D;", "=").replace("&amp;", "&")));
        }
    }
    found
}

/// The picture of a receipt's QR code, and the page that it stands on: the sender's alone.
fn own_pages(site: &Site, life: &mut Life) {
    for receipt in &life.receipts.clone() {
        let page = site.browser().opens(&format!("/tra-cuu/{}", receipt.code.reveal()));
        assert_eq!(page.status, 200);
        let drawn = page.body.split(" d=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).max_by_key(|d| d.len()).unwrap();
        assert!(drawn.len() > 1_000, "the QR code of a receipt");
        life.hides("the QR code of a receipt", drawn);
    }
}

/// The walk over everything. Returns what leaks.
fn walked(bed: &Bed, life: &mut Life) -> BTreeSet<String> {
    let state = Scratch::new();
    state.signs(bed);
    let site = Site::signing(bed, &state);
    own_pages(&site, life);
    let browser = site.browser();
    assert_eq!(browser.submits(&format!("/quay/{TABLET}/ghi-danh"), &[("ma", "ma-cua-may-dau")]).status, 303, "a tablet is open to whoever stands before it");
    let mut walk =
        Walk { bed, life, browser, waiting: VecDeque::new(), seen: BTreeSet::new(), found: BTreeSet::new(), leaks: BTreeSet::new(), answered: BTreeMap::new() };
    for address in ["/robots.txt", "/favicon.ico", "/sitemap.xml", "/.env", "/khong-co", "/y-kien/", "/api/v1/feedback/x", "/can-bo/thu"] {
        walk.goes_in_every_language(address);
    }
    let patterns = patterns();
    patterns.iter().for_each(|pattern| walk.fills(pattern));
    for class in Class::ALL {
        walk.goes_in_every_language(&format!("/y-kien?tinh-trang={class}"));
        walk.goes_in_every_language(&format!("/api/v1/feedback?class={class}"));
    }
    for kind in Kind::ALL {
        walk.goes_in_every_language(&format!("/y-kien?loai={kind}"));
        walk.goes_in_every_language(&format!("/api/v1/feedback?kind={kind}"));
    }
    for query in ["linh-vuc=land&co-quan=31507", "tu=2026-10-01", "noi=31507"] {
        ["/y-kien", "/ket-qua", "/gop-y", "/khao-sat/phieu-quay"].iter().for_each(|page| walk.goes_in_every_language(&format!("{page}?{query}")));
    }
    for query in ["field=land", "office=31507", "respondent=citizen", "limit=4"] {
        ["feedback", "results"].iter().for_each(|page| walk.goes_in_every_language(&format!("/api/v1/{page}?{query}")));
    }
    while let Some(address) = walk.waiting.pop_front() {
        walk.reads(&address);
    }
    assert_eq!(walk.found, walk.life.shown, "what is public was found");
    for pattern in &patterns {
        let opened = pattern.split('{').next().unwrap();
        assert!(walk.answered.keys().any(|address| address.starts_with(opened)), "{pattern} was not read");
    }
    let pages = walk.answered.values().filter(|status| **status == 200).count();
    eprintln!("{} addresses, {pages} of them pages", walk.answered.len());
    assert!(pages > 300, "only {pages} pages of {} were read", walk.answered.len());
    walk.leaks
}

#[test]
fn no_address_shows_a_stranger_what_is_not_public() {
    each_database(|bed| {
        let mut life = life(bed);
        let leaks = walked(bed, &mut life);
        assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.into_iter().collect::<Vec<_>>().join("\n"));
    });
}

/// Every file below a folder, with its words.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), String::from_utf8_lossy(&std::fs::read(&path).unwrap()).to_lowercase()));
        }
    }
    found
}

#[test]
fn no_leaf_tile_bundle_or_receipt_of_another_holds_what_is_not_public() {
    each_database(|bed| {
        let life = life(bed);
        let (log, out) = (Scratch::new(), Scratch::new());
        hoidap::jobs::clocks::daily(&bed.service).unwrap();
        log.signs(bed);
        let config = Config { ledger_key: Secret::new(STANDARD.encode(SEED)), ledger_state: log.0.clone(), ..Config::default() };
        export::ledger(config, bed.service.clone(), &out.0).unwrap();
        let files = files(&out.0);
        let whole: String = files.iter().map(|(_, words)| words.as_str()).collect();
        assert!(life.shown.iter().all(|mark| whole.contains(mark)), "what is public is in the bundle");
        for (path, words) in &files {
            for (mark, what) in &life.hidden {
                assert!(!words.contains(mark.as_str()), "{path} holds {what}: {mark}");
            }
            let is_digit = |at: usize| words.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
            let times = words.match_indices(':').any(|(at, _)| at > 1 && is_digit(at - 2) && is_digit(at - 1) && is_digit(at + 1) && is_digit(at + 2));
            // Hashes are of any bytes.
            assert!(path.contains("/tile/0/") || path.contains("/tile/1/") || !times, "{path} holds a time of day");
        }

        let site = Site::signing(bed, &log);
        for receipt in &life.receipts {
            let given = site.browser().opens(&format!("/api/v1/receipts/{}/ledger", receipt.code.reveal())).body.to_lowercase();
            let serial = receipt.feedback.unwrap().0;
            let (words, events) = bed.service.read(|tx| Ok((store::feedback::original(tx.conn, serial)?, store::feedback::events(tx.conn, serial)?))).unwrap();
            let own = format!("{} {}", words.unwrap(), events[0].salts["text"]).to_lowercase();
            for (mark, what) in life.hidden.iter().filter(|(mark, _)| !own.contains(mark.as_str())) {
                assert!(!given.contains(mark.as_str()), "the receipt of {serial} holds {what}: {mark}");
            }
        }
    });
}

/// A walk that finds nothing where there is something would be worth nothing.
#[test]
fn the_walk_finds_what_is_shown_in_a_page_a_list_and_the_interface() {
    each_database(|bed| {
        let mut life = Life::default();
        accounts(bed, &mut life);
        for _ in 0..40 {
            life.answered(bed, None);
        }
        let planted = life.shown.first().unwrap().clone();
        life.hides("what is planted", planted);
        let leaks = walked(bed, &mut life);
        for place in ["/y-kien/1?lang=vi ", "/y-kien/HD-000001?lang=km ", "/api/v1/feedback/1?lang=vi ", "/y-kien?truoc="] {
            assert!(leaks.iter().any(|leak| leak.starts_with(place)), "{place}: {leaks:#?}");
        }
    });
}
