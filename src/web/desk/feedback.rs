//! One opinion at the desk: what the sender wrote, the answer being written,
//! the moves that this officer may make now.

use actix_web::http::StatusCode;
use actix_web::web::{Form, Path, Query};
use actix_web::{HttpResponse, Responder};
use serde::Serialize;

use super::colleagues;
use super::press::{self, PressLine};
use crate::actions::lookup::{self, DeskItem};
use crate::actions::may::{self, May};
use crate::actions::redaction::redactor;
use crate::actions::{Tx, absence, appeal, attachment, feedback, note, picked, presence, supplement, template};
use crate::domain::access::{Act, Officer};
use crate::domain::catalogue::Catalogue;
use crate::domain::error::{Code, Fault, Problem};
use crate::domain::feedback::{LONGEST_SUPPLEMENT, State};
use crate::domain::redaction::Redactor;
use crate::domain::text::propose_title;
use crate::domain::time::{Day, Moment};
use crate::domain::visibility::{PublicStep, Record};
use crate::domain::words::{Ground, Kind, Language, Serial, Topic};
use crate::http::app::{App, Shared, block};
use crate::http::error::noted;
use crate::http::visitor::Visitor;
use crate::i18n::{date, long_date, t, tr};
use crate::store;
use crate::web::files::{self, FileView, TakesFiles};
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::respond;
use crate::web::view::{self, AnswerView, AppealView, FilterSelect, Numbered, Piece, Status, Why};

#[derive(Serialize)]
struct Page {
    title: String,
    number: i64,
    id: String,
    kind: String,
    field: String,
    office: String,
    in_tray: bool,
    assignee: Option<String>,
    #[serde(flatten)]
    status: Status,
    received_on: Day,
    due_on: Option<Day>,
    why: Option<Why>,
    original: Vec<Vec<Piece>>,
    /// How many places of it the machine would cover.
    original_marks: usize,
    original_lang: Language,
    /// What the sender added when asked.
    added: Vec<Added>,
    /// What officers told one another.
    notes: Vec<NoteView>,
    /// Who asked from above that it be answered.
    presses: Vec<PressLine>,
    takes_files: Option<TakesFiles>,
    /// Files of the sender and of officers.
    files: Vec<FileView>,
    /// Until when the sender is waited for.
    waits_until: Option<String>,
    /// It stands beside the text that waits for approval, and is not shown twice.
    original_below: bool,
    sealed: Option<SealedFacts>,
    answers: Vec<AnswerView>,
    merged: Vec<Numbered>,
    returned: Option<String>,
    may: May,
    inner: Vec<InnerView>,
    /// Only its receiver sees it.
    kept_secret: bool,
    /// A complaint is guided and not answered.
    complaint: bool,
    /// Why the public sees none of its words.
    withheld: Option<String>,
    draft: DraftView,
    proposal: Option<Proposal>,
    appeals: Vec<AppealView>,
    /// It stands among the frequent questions, or the commendations.
    picked: bool,
    praise: bool,
    templates: FilterSelect,
    appeal: Option<AppealWork>,
    appeal_reasons: FilterSelect,
    offices: FilterSelect,
    forward_reasons: FilterSelect,
    return_reasons: FilterSelect,
    redirect_grounds: FilterSelect,
    refuse_grounds: FilterSelect,
    ask_days: FilterSelect,
    kinds: FilterSelect,
    reclassify_reasons: FilterSelect,
    colleagues: FilterSelect,
    /// Somebody among them is away today.
    somebody_away: bool,
    typed: Typed,
    /// One of the folded forms came back.
    other_open: bool,
    history: Vec<HistoryLine>,
    events: u32,
    faults: Vec<FaultLine>,
    /// A move was just done.
    done: bool,
    other_draft: Option<OtherDraft>,
    /// Who else wrote in the draft, and when it was last saved.
    others: String,
    saved_at: String,
    /// Who else has it open just now.
    also_open: String,
    script: Option<&'static str>,
}

/// A form that was sent and comes back: its name in the address, what was typed, what is wrong.
#[derive(Default)]
struct Sent {
    form: String,
    fields: Fields,
    faults: Vec<Fault>,
    /// It was taken; this is the page after it.
    done: bool,
}

impl Sent {
    /// What was typed into a form; nothing when another one was sent. Several forms have a field of the same name.
    fn typed(&self, form: &str, name: &str) -> &str {
        if self.form == form { self.fields.get(name) } else { "" }
    }
}

/// The id of the control that a fault of a form is about.
fn anchor(form: &str, pointer: &str) -> String {
    let id = match (form, pointer) {
        ("giao", "/to") => "assign-to",
        ("chuyen", "/note") => "forward-note",
        ("tu-choi", "/note") => "refuse-note",
        ("khoi-phuc", "/note") => "restore-note",
        ("doi-loai", "/note") => "reclassify-note",
        ("doi-loai", "/reason") => "reclassify-reason",
        ("huong-dan", "/ground") => "redirect-ground",
        ("duyet", "/reason") => "return-reason",
        ("duyet-lai", "/note") => "appeal-note",
        (_, "/form_token" | "/intent") => "main",
        (_, other) => other.trim_start_matches('/'),
    };
    id.to_owned()
}

/// What was typed into the smaller forms, when one of them comes back.
#[derive(Serialize)]
struct Typed {
    forward_note: String,
    refuse_note: String,
    return_note: String,
    restore_note: String,
    into: String,
    guidance: String,
    request: String,
    reclassify_note: String,
    words: String,
}

/// What an officer noted.
#[derive(Serialize)]
struct NoteView {
    who: String,
    at: String,
    paragraphs: Vec<String>,
}

/// Words that the sender added.
#[derive(Serialize)]
struct Added {
    on: String,
    lang: Language,
    paragraphs: Vec<String>,
}

#[derive(Serialize)]
struct SealedFacts {
    field: String,
    office: String,
}

/// A step inside the office.
#[derive(Serialize)]
struct InnerView {
    label: &'static str,
    until: Day,
    late: bool,
}

#[derive(Serialize)]
struct DraftView {
    title: String,
    question: String,
    answer: String,
    answer_lang: Language,
    revision: i64,
    revising: bool,
}

/// What a colleague saved while this officer wrote: shown beside what was typed, so that neither is lost unseen.
#[derive(Serialize)]
struct OtherDraft {
    title: String,
    question: Vec<String>,
    answer: Vec<String>,
    answer_lang: Language,
}

/// An appeal that waits for the answer of a higher office.
#[derive(Serialize)]
struct AppealWork {
    office: String,
    until: String,
    answer: String,
    shown: Vec<Vec<Piece>>,
    lang: Language,
    revision: i64,
    handed_in: bool,
    may_write: bool,
    may_approve: bool,
    involved: bool,
    /// Nobody is left who may write and approve.
    stuck: bool,
    /// Why it was given back.
    returned: Option<String>,
    note: String,
}

/// What waits for the approver.
#[derive(Serialize)]
struct Proposal {
    refusal: Option<String>,
    ground: String,
    note: Option<String>,
    title: String,
    question: Vec<Vec<Piece>>,
    answer: Vec<Vec<Piece>>,
    answer_lang: Language,
    /// How many places of what will be public the machine would cover still.
    marks: usize,
    revision: bool,
}

#[derive(Serialize)]
struct HistoryLine {
    on: Day,
    them: bool,
    text: String,
    who: String,
    note: Option<String>,
    note_lang: Language,
}

/// The forms that lie folded under "other".
const OTHER: [&str; 8] = ["giao", "hoi-them", "chuyen", "doi-loai", "gop", "tu-choi", "huong-dan", "to-cao"];

/// The page.
pub async fn show(app: Shared, visitor: Visitor, serial: Path<String>, query: Query<Vec<(String, String)>>) -> impl Responder {
    let (officer, serial) = match (visitor.officer(&app).await, serial.parse::<Serial>()) {
        (Ok(officer), Ok(serial)) => (officer, serial),
        (Err(problem), _) => return respond::problem(&app, &visitor, &problem),
        (_, Err(_)) => return respond::problem(&app, &visitor, &Code::NotFound.into()),
    };
    let sent = Sent { done: !Fields(query.into_inner()).get("xong").is_empty(), ..Sent::default() };
    page(&app, &visitor, &officer, serial, sent, StatusCode::OK).await
}

async fn page(app: &App, visitor: &Visitor, officer: &Officer, serial: Serial, sent: Sent, status: StatusCode) -> HttpResponse {
    let frame = match super::frame(app, visitor, officer) {
        Ok(frame) => frame,
        Err(problem) => return respond::problem(app, visitor, &problem),
    };
    let language = visitor.language;
    let (service, officer) = (app.service.clone(), officer.clone());
    match block(move || lookup::at_desk(&service, &officer, serial, |tx, item| build(tx, &officer, &item, &sent, language))).await {
        Ok(page) => respond::page_with(app, visitor, &frame, status, "desk/item", &Page { takes_files: TakesFiles::of(app), ..page }),
        Err(problem) => respond::problem_at_desk(app, visitor, &frame, &problem, None),
    }
}

/// Does a move, and goes back to the item, or to the list when it is the officer's no more.
pub async fn act(app: Shared, visitor: Visitor, path: Path<(String, String)>, form: Form<Vec<(String, String)>>) -> impl Responder {
    let (serial, name) = path.into_inner();
    let fields = Fields(form.into_inner());
    let back = |fields: Fields, faults: Vec<Fault>| Sent { form: name.clone(), fields, faults, done: false };
    let (officer, serial) = match (visitor.officer(&app).await, serial.parse::<Serial>()) {
        (Ok(officer), Ok(serial)) => (officer, serial),
        (Err(problem), _) => return respond::problem(&app, &visitor, &problem),
        (_, Err(_)) => return respond::problem(&app, &visitor, &Code::NotFound.into()),
    };
    if let Err(problem) = visitor.check_form(&app, fields.get("form_token")) {
        let fault = Fault::new("/form_token", problem.code().as_str());
        return page(&app, &visitor, &officer, serial, back(fields, vec![fault]), noted(&problem)).await;
    }
    // A template is put into the form; nothing is kept by that.
    if name == "viet" && fields.get("viec") == "mau" {
        return match with_template(&app, &officer, serial, &fields).await {
            Ok(fields) => page(&app, &visitor, &officer, serial, back(fields, Vec::new()), StatusCode::OK).await,
            Err(Problem::Invalid(faults)) => page(&app, &visitor, &officer, serial, back(fields, faults), StatusCode::UNPROCESSABLE_ENTITY).await,
            Err(problem) => respond::problem(&app, &visitor, &problem),
        };
    }
    let (mover, verb, sent) = (officer.clone(), name.clone(), fields.clone());
    let done = app
        .write(move |tx| {
            dispatch(tx, &mover, serial, &verb, &sent)?;
            Ok(lookup_again(tx, &mover, serial))
        })
        .await;
    match done {
        // The page saves it while it is written, and stays where it is.
        Ok(true) if fields.has("tu-luu", "1") => HttpResponse::NoContent().finish(),
        Ok(true) => respond::see_other(&format!("/can-bo/{}?xong=1", serial.0)),
        Ok(false) => respond::see_other("/can-bo?xong=1"),
        Err(Problem::Invalid(faults)) => page(&app, &visitor, &officer, serial, back(fields, faults), StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(problem @ Problem::Refused(Code::ChangedMeanwhile | Code::OwnText)) => {
            let fault = Fault::new("/form_token", problem.code().as_str());
            page(&app, &visitor, &officer, serial, back(fields, vec![fault]), noted(&problem)).await
        }
        Err(problem) => match super::frame(&app, &visitor, &officer) {
            Ok(frame) => respond::problem_at_desk(&app, &visitor, &frame, &problem, Some(serial.0)),
            Err(_) => respond::problem(&app, &visitor, &problem),
        },
    }
}

/// The form with a template after what was typed as the answer.
async fn with_template(app: &App, officer: &Officer, serial: Serial, fields: &Fields) -> Result<Fields, Problem> {
    let id: i64 = fields.get("template").parse().map_err(|_| Problem::Invalid(vec![Fault::new("/template", "choice_missing")]))?;
    let who = officer.clone();
    let filled = app
        .read(move |tx| {
            let item = lookup::desk_item(tx, &who, serial)?;
            // A colleague may have taken it away meanwhile; what was typed stays.
            template::fill(tx, &item.record, id).map_err(|problem| match problem {
                Problem::Refused(Code::NotFound) => Problem::Invalid(vec![Fault::new("/template", "choice_missing")]),
                other => other,
            })
        })
        .await?;
    let typed = fields.get("answer").trim_end();
    Ok(fields.with("answer", if typed.is_empty() { filled } else { format!("{typed}\n\n{filled}") }))
}

/// Can the officer still open it?
fn lookup_again(tx: &mut Tx<'_>, officer: &Officer, serial: Serial) -> bool {
    feedback::take_in_hand(tx, serial).is_ok_and(|hand| officer.may(Act::Read, &hand.item, &tx.catalogue.offices, tx.today).is_ok())
}

/// From the form's words to the action.
pub(super) fn dispatch(tx: &mut Tx<'_>, officer: &Officer, serial: Serial, name: &str, f: &Fields) -> Result<(), Problem> {
    let written = |intent: &str| feedback::Written {
        intent: intent.to_owned(),
        title: f.get("title").to_owned(),
        question: f.get("question").to_owned(),
        answer: f.get("answer").to_owned(),
        ground: f.get("ground").to_owned(),
        note: f.get("note").to_owned(),
        revision: f.get("revision").parse().unwrap_or(0),
        grouped: None,
    };
    match name {
        "nhan" => feedback::take(tx, officer, serial),
        "giao" => match f.get("to").parse() {
            Ok(to) => absence::assign(tx, officer, serial, to, f.has("even_away", "1")),
            Err(_) if f.get("to").is_empty() => Err(Problem::Invalid(vec![Fault::new("/to", "choice_missing")])),
            Err(_) => Err(Problem::Invalid(vec![Fault::new("/to", "unknown_colleague")])),
        },
        "viet" => feedback::save(tx, officer, serial, &written("answer"), f.get("viec") != "nhap"),
        "tu-choi" => {
            let (intent, ground) = f.get("ground").split_once(':').unwrap_or(("out_of_scope", ""));
            let refusal = feedback::Written { ground: ground.to_owned(), ..written(intent) };
            feedback::save(tx, officer, serial, &refusal, true)
        }
        "duyet" if f.get("viec") == "tra-lai" => feedback::give_back(tx, officer, serial, f.get("reason"), f.get("note")),
        // A form that does not say what was seen has seen nothing that is there.
        "duyet" => {
            let seen = feedback::Seen { events: f.get("events").parse().unwrap_or(0), revision: f.get("revision").parse().unwrap_or(-1) };
            feedback::approve(tx, officer, serial, Some(seen))
        }
        "xem-lai" => appeal::save(tx, officer, serial, f.get("appeal"), f.get("revision").parse().unwrap_or(-1), f.get("viec") != "nhap"),
        "duyet-lai" => {
            let revision = f.get("revision").parse().unwrap_or(-1);
            match f.get("viec") {
                "tra-lai" => appeal::give_back(tx, officer, serial, revision, f.get("appeal-reason"), f.get("note")),
                _ => appeal::approve(tx, officer, serial, revision),
            }
        }
        "chon-dang" => picked::pick(tx, officer, serial, f.get("viec") != "bo"),
        "chuyen" => feedback::forward(tx, officer, serial, f.get("to"), f.get("reason"), f.get("note")),
        "ghi-chu" => note::add(tx, officer, serial, f.get("words")),
        "hoi-them" => supplement::ask(tx, officer, serial, f.get("request"), f.get("days")),
        "doi-loai" => feedback::reclassify(tx, officer, serial, f.get("kind"), f.get("reason"), f.get("note")),
        "gop" => match f.get("into").parse() {
            Ok(into) => feedback::merge(tx, officer, serial, into),
            Err(_) => Err(Problem::Invalid(vec![Fault::new("/into", "unknown_serial")])),
        },
        "huong-dan" => feedback::redirect(tx, officer, serial, f.get("ground"), f.get("guidance")),
        "to-cao" => feedback::seal(tx, officer, serial),
        "xac-nhan" => feedback::confirm_seal(tx, officer, serial),
        "khoi-phuc" => feedback::restore(tx, officer, serial, f.get("note")),
        _ => Err(Code::NotFound.into()),
    }
}

fn build(tx: &mut Tx<'_>, officer: &Officer, item: &DeskItem, sent: &Sent, language: Language) -> Result<Page, Problem> {
    let catalogue = tx.catalogue.clone();
    let record = &item.record;
    let names = store::officer::names(tx.conn)?;
    let select = |form: &str, name: &'static str, label: &'static str, options| {
        view::filter_select(name, label, t(language, "desk.choose"), sent.typed(form, name), options)
    };
    let list = |form: &str, name: &'static str, list: &str, label: &'static str| {
        select(form, name, label, catalogue.list(list).map(|c| (c.code.to_string(), c.name.get(language).to_owned())).collect())
    };
    let typed = |form: &str, name: &str| sent.typed(form, name).to_owned();
    let refusals = ["out_of_scope", "spam"].into_iter().flat_map(|l| catalogue.list(l).map(move |c| (format!("{l}:{}", c.code), c)));
    let refusals = refusals.map(|(value, c)| (value, c.name.get(language).to_owned())).collect();
    let title = record.title.clone().unwrap_or_else(|| if record.state == State::Sealed { record.serial.to_string() } else { propose_title(&item.original) });
    let title = if title.is_empty() { t(language, "desk.erased_title") } else { title };
    let faults = Faults::new(sent.faults.clone(), language);
    let redactor = redactor()?;
    let (original, original_marks) = view::marked(redactor, &item.original);
    let proposal = proposal(item, &catalogue, redactor, language);
    let may = May::of(item);
    let (all, today) = (catalogue.clone(), tx.today);
    let fits = |o: &Officer| o.id != officer.id && record.office.as_ref().is_some_and(|code| all.offices.answers_for(&o.office, code, today));
    let (colleagues, somebody_away) = colleagues::options(tx, language, fits)?;
    let authors = if item.draft.is_some() { store::draft::authors(tx.conn, record.serial)? } else { Vec::new() };
    let also_open: Vec<String> = presence::others(tx, officer, record.serial)?.iter().filter_map(|id| names.get(id).cloned()).collect();
    let others: Vec<String> = authors.iter().filter(|author| **author != officer.id).filter_map(|author| names.get(author).cloned()).collect();
    Ok(Page {
        original_below: proposal.as_ref().is_some_and(|p| p.refusal.is_none()),
        title,
        number: record.serial.0,
        id: record.serial.to_string(),
        kind: kind_words(tx, record)?.map(|k| t(language, &format!("kind.{k}"))).unwrap_or_else(|| t(language, &format!("kind.{}", Kind::Denunciation))),
        field: record.field.as_ref().map(|f| view::field_name(&catalogue, f, language)).unwrap_or_default(),
        office: record.office.as_ref().map(|o| view::office_name(&catalogue, o, language)).unwrap_or_default(),
        inner: inner(item, &catalogue, tx.today),
        kept_secret: record.state == State::Sealed,
        complaint: record.kind == Some(Kind::Complaint) && record.state.is_open(),
        withheld: withheld(tx, record, language)?,
        in_tray: record.in_tray,
        assignee: record.assignee.and_then(|id| names.get(&id).cloned()),
        status: view::standing(record, None, &catalogue.calendar, tx.today, language),
        received_on: record.received_on,
        due_on: record.due_on,
        why: match (&record.clock, record.due_on) {
            (Some(clock), Some(due)) => Some(view::why(clock, due, &catalogue.calendar, language, false)),
            _ => None,
        },
        original_lang: view::language_of(&item.original, record.language),
        original,
        original_marks,
        added: item
            .added
            .iter()
            .map(|(on, words)| Added { on: date(*on), lang: view::language_of(words, record.language), paragraphs: view::paragraphs(words) })
            .collect(),
        notes: item
            .notes
            .iter()
            .map(|n| NoteView { who: names.get(&n.officer).cloned().unwrap_or_default(), at: moment(n.at), paragraphs: view::paragraphs(&n.words) })
            .collect(),
        presses: press::lines(&item.presses, &names, language),
        takes_files: None,
        files: files::views(&attachment::of(tx, record.serial)?, language),
        waits_until: record.waits_until.map(date),
        sealed: item.sealed.as_ref().map(|s| SealedFacts {
            field: view::field_name(&catalogue, &s.field, language),
            office: s.office.as_ref().map(|o| view::office_name(&catalogue, o, language)).unwrap_or_default(),
        }),
        answers: item.answers.iter().map(|a| view::answer(a, &catalogue, language)).collect(),
        merged: item.merged.iter().copied().map(view::numbered).collect(),
        returned: item.draft.as_ref().and_then(|d| d.returned.as_ref()).map(|(reason, note)| given_back(&catalogue, reason, note.as_deref(), language)),
        also_open: also_open.join(", "),
        others: others.join(", "),
        saved_at: item.draft.as_ref().map(|d| moment(d.updated_at)).unwrap_or_default(),
        script: (record.state != State::Sealed).then_some("draft.js"),
        may,
        draft: draft(item, redactor, sent),
        proposal,
        picked: store::picked::is_picked(tx.conn, record.serial)?,
        praise: record.kind == Some(Kind::Praise),
        templates: templates(tx, record, language)?,
        appeals: item.appeals.iter().map(|work| view::appeal(&work.appeal, item.erased, &catalogue, tx.today, language)).collect(),
        appeal: appeal_work(tx, item, redactor, sent, language)?,
        appeal_reasons: list("duyet-lai", "appeal-reason", "return", "desk.return_reason"),
        offices: select("chuyen", "to", "desk.to_office", view::office_options(&catalogue, tx.today, language)),
        forward_reasons: list("chuyen", "reason", "forward", "desk.reason"),
        return_reasons: list("duyet", "reason", "return", "desk.return_reason"),
        redirect_grounds: list("huong-dan", "ground", "redirect", "desk.ground"),
        refuse_grounds: select("tu-choi", "ground", "desk.ground", refusals),
        ask_days: {
            let days = (1..=LONGEST_SUPPLEMENT).map(|n| (n.to_string(), tr(language, "desk.ask_days_n", &[("n", n.to_string())]))).collect();
            let longest = LONGEST_SUPPLEMENT.to_string();
            let chosen = if sent.form == "hoi-them" { sent.typed("hoi-them", "days") } else { longest.as_str() };
            view::filter_select("days", "desk.ask_days", t(language, "desk.choose"), chosen, days)
        },
        kinds: {
            let others = Kind::ALL.iter().filter(|k| !k.is_withheld() && Some(**k) != record.kind).map(ToString::to_string);
            // What a question asks for is corrected here too.
            let words = others.chain(Topic::ALL.iter().map(ToString::to_string));
            select("doi-loai", "kind", "desk.new_kind", words.map(|k| (k.clone(), t(language, &format!("kind.{k}")))).collect())
        },
        reclassify_reasons: list("doi-loai", "reason", "reclassify", "desk.reason"),
        colleagues: select("giao", "to", "desk.to_colleague", colleagues),
        somebody_away,
        typed: Typed {
            forward_note: typed("chuyen", "note"),
            refuse_note: typed("tu-choi", "note"),
            return_note: typed("duyet", "note"),
            restore_note: typed("khoi-phuc", "note"),
            into: typed("gop", "into"),
            guidance: typed("huong-dan", "guidance"),
            request: typed("hoi-them", "request"),
            reclassify_note: typed("doi-loai", "note"),
            words: typed("ghi-chu", "words"),
        },
        other_open: OTHER.contains(&sent.form.as_str()),
        history: history(item, &names, &catalogue, language),
        events: record.events,
        faults: faults.lines(|pointer| anchor(&sent.form, pointer)),
        done: sent.done,
        other_draft: item.draft.as_ref().filter(|_| sent.form == "viet" && sent.faults.iter().any(|f| f.code == "changed_meanwhile")).map(|d| OtherDraft {
            title: d.title.clone(),
            question: view::paragraphs(&d.question),
            answer_lang: view::language_of(&d.answer, Language::Vi),
            answer: view::paragraphs(&d.answer),
        }),
    })
}

/// Minute and day.
fn moment(at: Moment) -> String {
    let (hour, minute) = at.hour_minute();
    format!("{hour:02}:{minute:02}, {}", date(at.day()))
}

/// Why an approver gave a text back.
fn given_back(catalogue: &Catalogue, reason: &Ground, note: Option<&str>, language: Language) -> String {
    let name = catalogue.list("return").find(|c| c.code == *reason).map_or_else(String::new, |c| c.name.get(language).to_owned());
    tr(language, "desk.returned", &[("reason", name), ("note", note.unwrap_or_default().to_owned())])
}

/// The ground on which the words are withheld, in words.
fn withheld(tx: &mut Tx<'_>, record: &Record, language: Language) -> Result<Option<String>, Problem> {
    if !record.withheld || record.state == State::Sealed {
        return Ok(None);
    }
    let ground = lookup::item(tx, record.serial)?.ground;
    Ok(ground.and_then(|(list, code)| tx.catalogue.list(list).find(|c| c.code == code).map(|c| c.name.get(language).to_owned())))
}

/// Until when what is to be done inside the office.
fn inner(item: &DeskItem, catalogue: &Catalogue, today: Day) -> Vec<InnerView> {
    let label = |step: &str| match step {
        "refuse" => "desk.inner_refuse",
        "ask" => "desk.inner_ask",
        "confirm" => "desk.inner_confirm",
        _ => "desk.inner_approve",
    };
    may::inner_terms(item, catalogue).into_iter().map(|term| InnerView { label: label(term.step), until: term.until, late: term.until < today }).collect()
}

fn draft(item: &DeskItem, redactor: &Redactor, sent: &Sent) -> DraftView {
    // The machine proposes what to cover; the officer decides.
    let proposed = redactor.cover(&item.original, &redactor.find(&item.original));
    let latest = item.answers.last();
    let kept = item.draft.as_ref();
    // What was typed and refused stands above what is stored, also when it was emptied; then the draft; then what is public; then a proposal.
    let text = |name: &str, stored: Option<&String>, public: Option<&String>, proposed: String| match sent.form.as_str() {
        "viet" => sent.fields.get(name).to_owned(),
        _ => stored.filter(|s| !s.is_empty()).or(public).cloned().unwrap_or(proposed),
    };
    let answer = text("answer", kept.map(|d| &d.answer), latest.map(|a| &a.answer), String::new());
    DraftView {
        title: text("title", kept.map(|d| &d.title), latest.map(|a| &a.title), propose_title(&proposed)),
        question: text("question", kept.map(|d| &d.question), latest.map(|a| &a.question), proposed.clone()),
        answer_lang: view::language_of(&answer, Language::Vi),
        answer,
        revision: kept.map_or(0, |d| d.revision),
        revising: item.record.state == State::Answered,
    }
}

/// What kind it is, a question by what it asks for.
fn kind_words(tx: &mut Tx<'_>, record: &Record) -> Result<Option<String>, Problem> {
    let topic = if record.kind == Some(Kind::Question) { store::topic::of(tx.conn, record.serial)? } else { None };
    Ok(topic.map(|topic| topic.to_string()).or_else(|| record.kind.map(|kind| kind.to_string())))
}

/// The templates that the office in charge uses.
fn templates(tx: &mut Tx<'_>, record: &Record, language: Language) -> Result<FilterSelect, Problem> {
    let rows = template::fitting(tx, record)?;
    let options = rows.into_iter().map(|row| (row.id.to_string(), row.name)).collect();
    Ok(view::filter_select("template", "template.choose", t(language, "desk.choose"), "", options))
}

fn appeal_work(tx: &mut Tx<'_>, item: &DeskItem, redactor: &Redactor, sent: &Sent, language: Language) -> Result<Option<AppealWork>, Problem> {
    let open = item.appeals.last().filter(|work| work.appeal.answered_on.is_none() && item.record.state == State::Answered && !item.erased);
    let Some(work) = open else { return Ok(None) };
    let act = |a: Act| item.acts.contains(&a) && !item.involved;
    let answer = if sent.form == "xem-lai" { sent.fields.get("appeal").to_owned() } else { work.answer.clone() };
    Ok(Some(AppealWork {
        stuck: !appeal::has_people(tx, item.record.serial, &work.appeal.office)?,
        office: view::office_name(&tx.catalogue, &work.appeal.office, language),
        until: long_date(language, work.appeal.until),
        shown: view::marked(redactor, &work.answer).0,
        lang: view::language_of(&answer, Language::Vi),
        answer,
        revision: work.revision,
        handed_in: work.handed_in,
        may_write: act(Act::AnswerAppeal) && !work.handed_in,
        may_approve: act(Act::ApproveAppeal) && work.handed_in && !item.own_appeal_text,
        involved: item.involved,
        returned: work.returned.as_ref().map(|reason| given_back(&tx.catalogue, reason, None, language)),
        note: sent.typed("duyet-lai", "note").to_owned(),
    }))
}

fn proposal(item: &DeskItem, catalogue: &Catalogue, redactor: &Redactor, language: Language) -> Option<Proposal> {
    let draft = item.draft.as_ref().filter(|d| d.handed_in)?;
    let refusal = (draft.intent != store::draft::Intent::Answer).then(|| t(language, &format!("class.{}", draft.intent.as_str())));
    let (question, question_marks) = view::marked(redactor, &draft.question);
    let (answer, answer_marks) = view::marked(redactor, &draft.answer);
    let ground = draft.ground.as_ref().and_then(|g| catalogue.list(draft.intent.as_str()).find(|c| c.code == *g));
    Some(Proposal {
        refusal,
        ground: ground.map(|g| g.name.get(language).to_owned()).unwrap_or_default(),
        note: draft.note.clone(),
        title: draft.title.clone(),
        marks: redactor.find(&draft.title).len() + question_marks + answer_marks,
        question,
        answer_lang: view::language_of(&draft.answer, Language::Vi),
        answer,
        revision: item.record.state == State::Answered,
    })
}

fn history(item: &DeskItem, names: &std::collections::BTreeMap<uuid::Uuid, String>, catalogue: &Catalogue, language: Language) -> Vec<HistoryLine> {
    let line = |kept: &store::feedback::KeptEvent| {
        let e = &kept.entry;
        let (on, them, text) = view::step(&PublicStep { n: e.n, on: e.on, by: e.by, event: e.event.clone() }, catalogue, language).parts();
        let who = kept.officer.and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| t(language, &format!("by.{}", e.by)));
        HistoryLine { on, them, text, who, note_lang: view::language_of(kept.note.as_deref().unwrap_or_default(), Language::Vi), note: kept.note.clone() }
    };
    item.events.iter().map(line).collect()
}
