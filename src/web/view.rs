//! How opinions, deadlines and offices are put into words for pages.

use serde::Serialize;

use crate::domain::calendar::{Calendar, Skip};
use crate::domain::catalogue::Catalogue;
use crate::domain::deadline::Clock;
use crate::domain::desk::SOON;
use crate::domain::event::Event;
use crate::domain::feedback::{Class, Terms};
use crate::domain::office::OfficeKind;
use crate::domain::redaction::Redactor;
use crate::domain::text::alphabetical;
use crate::domain::time::Day;
use crate::domain::visibility::{Answer, Appeal, PublicItem, PublicStep, Record};
use crate::domain::words::{By, FieldCode, Kind, Language, OfficeCode, Respondent, Serial};
use crate::i18n::{date, long_date, number, per_cent, short_date, t, tr};

/// An office's name in a language.
pub fn office_name(catalogue: &Catalogue, code: &OfficeCode, language: Language) -> String {
    catalogue.offices.get(code).map_or_else(|| code.to_string(), |o| o.name.get(language).to_owned())
}

/// A field's name in a language.
pub fn field_name(catalogue: &Catalogue, code: &FieldCode, language: Language) -> String {
    catalogue.field(code).map_or_else(|| code.to_string(), |f| f.name.get(language).to_owned())
}

/// The paragraphs of a text.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.split('\n').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect()
}

/// A piece of a text; with a label where the machine thinks that it tells who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    text: String,
    what: Option<String>,
}

/// The paragraphs of a text, with what should be covered before anybody else reads it. Returns how many places there are.
pub fn marked(redactor: &Redactor, text: &str) -> (Vec<Vec<Piece>>, usize) {
    let findings = redactor.find(text);
    let mut paragraphs = Vec::new();
    let mut begin = 0;
    for line in text.split_inclusive('\n') {
        let end = begin + line.len();
        let piece = |from: usize, to: usize, what: Option<String>| {
            let text = text.get(from..to).unwrap_or_default().trim_end_matches('\n').to_owned();
            (!text.is_empty()).then_some(Piece { text, what })
        };
        let (mut pieces, mut done) = (Vec::new(), begin);
        for finding in findings.iter().filter(|finding| finding.start < end && finding.end > begin) {
            let (from, to) = (finding.start.max(begin), finding.end.min(end));
            pieces.extend(piece(done, from, None));
            pieces.extend(piece(from, to, Some(redactor.label(finding.what).to_owned())));
            done = to;
        }
        pieces.extend(piece(done, end, None));
        if pieces.iter().any(|piece| !piece.text.trim().is_empty()) {
            paragraphs.push(pieces);
        }
        begin = end;
    }
    (paragraphs, findings.len())
}

/// For `lang` on people's own words: their letters say Khmer or Vietnamese; where they don't, it is the language of the form.
pub fn language_of(text: &str, form: Language) -> Language {
    let letter = |c: char| match c {
        '\u{1780}'..='\u{17FF}' => Some(Language::Km),
        'ă' | 'đ' | 'ơ' | 'ư' | 'Ă' | 'Đ' | 'Ơ' | 'Ư' | '\u{1EA0}'..='\u{1EF9}' => Some(Language::Vi),
        _ => None,
    };
    // A Khmer text may hold Vietnamese names; a Vietnamese text holds no Khmer letters.
    let mut found = text.chars().filter_map(letter);
    match found.next() {
        Some(first) if found.all(|l| l == first) => first,
        Some(_) => Language::Km,
        None => form,
    }
}

/// Five faces for any scale, as `f1` to `f5`: the ends are the ends, the rest in between.
pub fn face(value: u8, points: u8) -> u8 {
    let (value, points) = (u32::from(value), u32::from(points));
    if points <= 1 || value < 1 || value > points {
        return 3;
    }
    u8::try_from(1 + (4 * (value - 1) + (points - 1) / 2) / (points - 1)).unwrap_or(3)
}

/// An office of a list, grouped.
#[derive(Debug, Serialize)]
pub struct OfficeGroup {
    /// `commune`, `department`, `authority`.
    group: &'static str,
    offices: Vec<OfficeOption>,
}

#[derive(Debug, Serialize)]
struct OfficeOption {
    code: String,
    name: String,
    chosen: bool,
}

/// The offices that a person may name, grouped.
pub fn office_groups(catalogue: &Catalogue, today: Day, chosen: &str, language: Language) -> Vec<OfficeGroup> {
    let group_of = |kind: OfficeKind| match kind {
        OfficeKind::Commune | OfficeKind::Ward => "commune",
        OfficeKind::Department | OfficeKind::Committee => "department",
        OfficeKind::Authority | OfficeKind::Division | OfficeKind::Centre | OfficeKind::OneStop => "authority",
    };
    ["commune", "department", "authority"]
        .into_iter()
        .map(|group| {
            let mut offices: Vec<OfficeOption> = catalogue
                .offices
                .iter()
                .filter(|o| o.selectable && o.is_active(today) && group_of(o.kind) == group)
                .map(|o| OfficeOption { code: o.code.to_string(), name: o.short_name(language).to_owned(), chosen: o.code.as_str() == chosen })
                .collect();
            offices.sort_by_cached_key(|o| alphabetical(&o.name));
            OfficeGroup { group, offices }
        })
        .filter(|g| !g.offices.is_empty())
        .collect()
}

/// A choice of a filter.
#[derive(Debug, Serialize)]
pub struct FilterSelect {
    name: &'static str,
    label: &'static str,
    options: Vec<FilterOption>,
}

#[derive(Debug, Serialize)]
struct FilterOption {
    value: String,
    text: String,
    chosen: bool,
}

/// A select with an empty first choice.
pub fn filter_select(name: &'static str, label: &'static str, all: String, chosen: &str, options: Vec<(String, String)>) -> FilterSelect {
    let mut choices = vec![FilterOption { value: String::new(), text: all, chosen: chosen.is_empty() }];
    choices.extend(options.into_iter().map(|(value, text)| FilterOption { chosen: value == chosen, value, text }));
    FilterSelect { name, label, options: choices }
}

/// Every field as an option.
pub fn field_options(catalogue: &Catalogue, language: Language) -> Vec<(String, String)> {
    catalogue.fields.iter().map(|f| (f.code.to_string(), f.name.get(language).to_owned())).collect()
}

/// Every office that exists on a day as an option.
pub fn office_options(catalogue: &Catalogue, today: Day, language: Language) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> =
        catalogue.offices.iter().filter(|o| o.is_active(today)).map(|o| (o.code.to_string(), o.short_name(language).to_owned())).collect();
    options.sort_by_cached_key(|(_, name)| alphabetical(name));
    options
}

/// Every kind of respondent as an option.
pub fn respondent_options(language: Language) -> Vec<(String, String)> {
    Respondent::ALL.iter().map(|r| (r.to_string(), t(language, &format!("respondent.{r}")))).collect()
}

/// Where an item stands: the words and the tag's look.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// The words.
    pub status: String,
    /// `good`, `soon`, `late` or nothing.
    pub tone: &'static str,
}

/// Puts a class into words: how late or how soon, in working days of the item's own clock.
pub fn status(
    class: Class,
    due_on: Option<Day>,
    answered_on: Option<Day>,
    clock: Option<&Clock>,
    calendar: &Calendar,
    today: Day,
    language: Language,
) -> Status {
    let makeup = clock.is_none_or(|clock| clock.makeup);
    let say = |key: &str, n: u32| tr(language, &format!("status.{key}"), &[("n", n.to_string())]);
    let (status, tone) = match (class, due_on) {
        (Class::AnsweredOnTime, _) => (say("answered_on_time", 0), "good"),
        (Class::AnsweredLate, Some(due)) => (say("answered_late", calendar.between(due, answered_on.unwrap_or(due), makeup).max(1)), "late"),
        (Class::Overdue, Some(due)) => match calendar.between(due, today, makeup) {
            0 => (say("just_overdue", 0), "late"),
            n => (say("overdue", n), "late"),
        },
        // The days that are left are counted anew when the clock goes on.
        (Class::OpenInTime, _) if clock.is_some_and(Clock::is_paused) => (say("paused", 0), ""),
        (Class::OpenInTime, Some(due)) if due <= today => (say("due_today", 0), "soon"),
        (Class::OpenInTime, Some(due)) => {
            let left = calendar.between(today, due, makeup);
            (say("open", left), if left <= SOON { "soon" } else { "" })
        }
        (class, _) => (t(language, &format!("class.{class}")), ""),
    };
    Status { status, tone }
}

/// How it stands with an item now: with its appeal that waits, by that one's last day, or with itself.
pub fn standing(record: &Record, appeal: Option<Day>, calendar: &Calendar, today: Day, language: Language) -> Status {
    let Some(until) = appeal else {
        return status(record.class(today), record.due_on, record.answered_on, record.clock.as_ref(), calendar, today, language);
    };
    let class = if until < today { Class::Overdue } else { Class::OpenInTime };
    status(class, Some(until), None, None, calendar, today, language)
}

/// A card of a list.
#[derive(Debug, Serialize)]
pub struct ItemCard {
    number: i64,
    id: String,
    title: Option<String>,
    title_lang: Language,
    shell: bool,
    #[serde(flatten)]
    status: Status,
    line: String,
}

/// An item as a card.
pub fn card(item: &PublicItem, catalogue: &Catalogue, today: Day, language: Language) -> ItemCard {
    let place = item.place.as_ref();
    let clock = place.and_then(|p| p.clock.as_ref());
    let status = status(item.class, place.and_then(|p| p.due_on), place.and_then(|p| p.answered_on), clock, &catalogue.calendar, today, language);
    let line = match place {
        Some(p) => {
            let days = p.answered_on.map(|on| catalogue.calendar.between(item.received_on, on, clock.is_none_or(|c| c.makeup)));
            let key = match days {
                None => "list.line",
                Some(0) => "list.line_same_day",
                Some(_) => "list.line_answered",
            };
            let args = [
                ("field", field_name(catalogue, &p.field, language)),
                ("office", office_name(catalogue, &p.office, language)),
                ("received", date(item.received_on)),
                ("answered", p.answered_on.map(date).unwrap_or_default()),
                ("days", days.unwrap_or_default().to_string()),
            ];
            tr(language, key, &args)
        }
        None => tr(language, "list.line_sealed", &[("received", date(item.received_on))]),
    };
    let title = item.latest().map(|a| a.title.clone());
    ItemCard {
        number: item.serial.0,
        id: item.serial.to_string(),
        title_lang: public_language(item, title.as_deref()),
        shell: title.is_none() && item.ground.is_some(),
        title,
        status,
        line,
    }
}

/// The language of an opinion's public title or text.
pub fn public_language(item: &PublicItem, text: Option<&str>) -> Language {
    language_of(text.unwrap_or_default(), item.place.as_ref().map_or(Language::Vi, |p| p.language))
}

/// A published version for a page.
#[derive(Debug, Serialize)]
pub struct AnswerView {
    version: u32,
    office: String,
    lang: Language,
    paragraphs: Vec<String>,
    published_on: Day,
}

/// A published version for a page.
pub fn answer(answer: &Answer, catalogue: &Catalogue, language: Language) -> AnswerView {
    AnswerView {
        version: answer.version,
        office: office_name(catalogue, &answer.office, language),
        // Offices write Vietnamese, unless their letters say otherwise.
        lang: language_of(&answer.answer, Language::Vi),
        paragraphs: paragraphs(&answer.answer),
        published_on: answer.published_on,
    }
}

/// A higher office that was asked, for a page.
#[derive(Debug, Serialize)]
pub struct AppealView {
    /// Its last day is over, and nobody has answered.
    late: bool,
    /// The words that it is about were erased: nobody answers it any more.
    erased: bool,
    office: String,
    appealed_on: String,
    until: String,
    answered_on: Option<String>,
    lang: Language,
    paragraphs: Vec<String>,
}

/// What a higher office was asked, for a page.
pub fn appeal(appeal: &Appeal, erased: bool, catalogue: &Catalogue, today: Day, language: Language) -> AppealView {
    let words = appeal.answer.as_deref().unwrap_or_default();
    AppealView {
        office: office_name(catalogue, &appeal.office, language),
        appealed_on: date(appeal.appealed_on),
        until: long_date(language, appeal.until),
        answered_on: appeal.answered_on.map(date),
        late: appeal.answered_on.is_none() && appeal.until < today,
        erased,
        lang: language_of(words, Language::Vi),
        paragraphs: paragraphs(words),
    }
}

/// A step of the history in words; `None` for what is of no interest to a reader.
#[derive(Debug, Serialize)]
pub struct StepView {
    on: Day,
    them: bool,
    text: String,
}

impl StepView {
    /// Its day, whether the sender acted, and its words.
    pub fn parts(self) -> (Day, bool, String) {
        (self.on, self.them, self.text)
    }
}

/// A step of the history in words.
pub fn step(step: &PublicStep, catalogue: &Catalogue, language: Language) -> StepView {
    let office = |code: &OfficeCode| office_name(catalogue, code, language);
    let listed = |list: &str, code: &crate::domain::words::Ground| {
        catalogue.list(list).find(|c| c.code == *code).map_or_else(|| code.to_string(), |c| c.name.get(language).to_owned())
    };
    let name = step.event.name();
    let args: Vec<(&str, String)> = match &step.event {
        Event::Received { channel, .. } => vec![("channel", channel.map(|c| t(language, &format!("channel.{c}"))).unwrap_or_default())],
        Event::Routed { office: to, .. } => vec![("office", office(to))],
        Event::Forwarded { from, to, reason, .. } => vec![("from", office(from)), ("to", office(to)), ("reason", listed("forward", reason))],
        Event::Reclassified { kind, .. } => vec![("kind", t(language, &format!("kind.{kind}")))],
        Event::SupplementRequested { until } => vec![("until", date(*until))],
        Event::Returned { .. } => Vec::new(),
        Event::Answered { version, .. } | Event::AnswerRevised { version, .. } => vec![("version", version.to_string())],
        Event::Merged { into } => vec![("into", into.to_string())],
        Event::Refused { class, ground, .. } => {
            vec![("class", t(language, &format!("class.{}", class.as_str()))), ("ground", listed(class.as_str(), ground))]
        }
        Event::Redirected { ground, .. } => vec![("ground", listed("redirect", ground))],
        Event::DeadlineSet { due_on, .. } => vec![("due", long_date(language, *due_on))],
        Event::DeadlineMoved { due_on, cause, from } => {
            vec![("due", long_date(language, *due_on)), ("from", date(*from)), ("cause", t(language, &format!("cause.{cause}")))]
        }
        Event::Overdue { since } => vec![("since", date(*since))],
        Event::Withheld { ground } | Event::Shown { ground } => vec![("ground", listed("withhold", ground))],
        Event::Reply { reason, .. } => vec![("reason", reason.as_ref().map(|reason| listed("reply", reason)).unwrap_or_default())],
        Event::Appealed { to, until } => vec![("to", office(to)), ("until", long_date(language, *until))],
        Event::Taken
        | Event::Assigned
        | Event::Supplemented { .. }
        | Event::SupplementLapsed
        | Event::Drafted
        | Event::Sealed
        | Event::SealConfirmed
        | Event::Withdrawn
        | Event::AppealAnswered { .. }
        | Event::Restored { .. } => Vec::new(),
    };
    let key = match &step.event {
        // Of an item that was sealed at receipt the channel is not kept in the event.
        Event::Received { channel: None, .. } => "event.received_plain".to_owned(),
        Event::Routed { rule, .. } if rule == crate::domain::routing::TRAY => "event.routed_tray".to_owned(),
        Event::Reply { reply, .. } => format!("event.reply_{reply}"),
        _ => format!("event.{name}"),
    };
    StepView { on: step.on, them: step.by == By::Sender, text: tr(language, &key, &args) }
}

/// Why a deadline is the day that it is.
#[derive(Debug, Serialize)]
pub struct Why {
    due_on: Day,
    start: Day,
    days: u32,
    paused: bool,
    provisional: bool,
    skipped: Vec<String>,
    weekdays: Vec<String>,
    weeks: Vec<Vec<Cell>>,
}

/// A day of the table.
#[derive(Debug, Default, Serialize)]
struct Cell {
    date: String,
    off: bool,
    class: Option<&'static str>,
    word: Option<String>,
    quiet: Option<String>,
}

/// Explains a deadline; `with_table` for the page that shows every day.
pub fn why(clock: &Clock, due_on: Day, calendar: &Calendar, language: Language, with_table: bool) -> Why {
    let steps = calendar.explain(clock.start, clock.days, clock.makeup);
    let mut skipped = Vec::new();
    let mut weekend: Vec<String> = Vec::new();
    for step in &steps {
        match &step.counted {
            Err(Skip::Weekend) => weekend.push(short_date(step.day)),
            Err(Skip::Off(row)) => skipped.push(format!("{} ({})", date(step.day), row.name.get(language))),
            Ok(_) => {}
        }
    }
    if !weekend.is_empty() {
        skipped.insert(0, tr(language, "why.weekends", &[("days", weekend.join(", "))]));
    }
    // A wait of less than a day moves nothing.
    let paused = due_on != calendar.add(clock.start, clock.days, clock.makeup) && !clock.pauses.is_empty();
    let weeks = if with_table && !paused { weeks(clock.start, due_on, &steps, language) } else { Vec::new() };
    Why {
        due_on,
        start: clock.start.next(),
        days: clock.days,
        paused,
        provisional: calendar.is_provisional(due_on),
        skipped,
        weekdays: (1..=7).map(|d| t(language, &format!("weekdays_short.d{d}"))).collect(),
        weeks,
    }
}

fn weeks(start: Day, due_on: Day, steps: &[crate::domain::calendar::Step], language: Language) -> Vec<Vec<Cell>> {
    let monday = start.plus(1 - i32::from(start.weekday()));
    let mut weeks = Vec::new();
    let mut day = monday;
    while day <= due_on {
        let mut week = Vec::new();
        for _ in 0..7 {
            week.push(cell(day, start, due_on, steps, language));
            day = day.next();
        }
        weeks.push(week);
    }
    weeks
}

fn cell(day: Day, start: Day, due_on: Day, steps: &[crate::domain::calendar::Step], language: Language) -> Cell {
    let label = if day.day() == 1 || day == start { short_date(day) } else { day.day().to_string() };
    let outside = Cell { date: label.clone(), class: Some("soft"), ..Cell::default() };
    if day == start {
        return Cell { word: Some(t(language, "why.sent")), class: None, ..outside };
    }
    match steps.iter().find(|s| s.day == day).map(|s| &s.counted) {
        None => outside,
        Some(Ok(_)) if day == due_on => Cell { class: Some("on"), word: Some(t(language, "why.due")), ..outside },
        Some(Ok(n)) => Cell { class: Some("on"), word: Some(n.to_string()), quiet: Some(t(language, "why.nth")), ..outside },
        Some(Err(Skip::Weekend)) => Cell { off: true, quiet: Some(t(language, "why.off")), ..outside },
        Some(Err(Skip::Off(_))) => Cell { off: true, word: Some(t(language, "why.holiday")), class: None, ..outside },
    }
}

/// The numbers that a page links to.
#[derive(Debug, Serialize)]
pub struct Numbered {
    number: i64,
    id: String,
}

/// A serial as a link.
pub fn numbered(serial: Serial) -> Numbered {
    Numbered { number: serial.0, id: serial.to_string() }
}

/// A count in a language.
pub fn count(language: Language, n: u64) -> String {
    number(language, n)
}

/// What the service promises, as the data say today: for sentences that name it.
#[derive(Debug, Serialize)]
pub struct Promised {
    /// Working days until an answer.
    days: u32,
    overall: String,
    land: String,
    construction: String,
    investment: String,
    answered: String,
}

/// What the service promises today.
pub fn promised(catalogue: &Catalogue, today: Day, language: Language) -> Promised {
    let target = |scope: &str| catalogue.target(today.year(), scope).map_or_else(|| t(language, "promise.no_target"), |v| per_cent(language, u64::from(v)));
    Promised {
        days: catalogue.answer_days(Kind::Suggestion, None, today),
        overall: target("overall"),
        land: target("land"),
        construction: target("construction"),
        investment: target("investment"),
        answered: target("answered"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_tell_the_language_and_else_the_form_does() {
        assert_eq!(language_of("ខ្ញុំ", Language::Vi), Language::Km);
        assert_eq!(language_of("ខ្ញុំនៅ phường Sóc Trăng", Language::Vi), Language::Km);
        assert_eq!(language_of("phường Sóc Trăng ខ្ញុំ", Language::Vi), Language::Km);
        assert_eq!(language_of("Tôi chờ từ sáng", Language::En), Language::Vi);
        assert_eq!(language_of("I waited.", Language::En), Language::En);
        assert_eq!(language_of("Toi cho tu sang", Language::Vi), Language::Vi);
        assert_eq!(language_of("", Language::Km), Language::Km);
    }

    #[test]
    fn every_scale_ends_at_the_first_and_the_last_face() {
        assert_eq!((1..=5).map(|v| face(v, 5)).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!((1..=3).map(|v| face(v, 3)).collect::<Vec<_>>(), [1, 3, 5]);
        assert_eq!((1..=2).map(|v| face(v, 2)).collect::<Vec<_>>(), [1, 5]);
        assert_eq!(face(0, 5), 3);
        assert_eq!(face(255, 255), 5);
    }
}
