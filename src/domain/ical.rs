//! Days as other programs read and write them: iCalendar (RFC 5545), an event
//! for each day or run of days. Times have no place in it: a day off or a
//! deadline is a whole day.

use std::collections::BTreeSet;

use icalendar::parser::{Component as Part, read_components, unfold};
use icalendar::{Calendar as File, Component, Event, Property};

use super::calendar::{Calendar, CalendarDay, DayKind, Status};
use super::error::Fault;
use super::text::clean_line;
use super::time::{Day, Moment};
use super::words::Words;

/// The most days that a file may hold: more than a year of them is a mistake.
pub const MOST_DAYS: usize = 400;
/// Years of days that a file may hold.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2100;
/// Components within components: a calendar, an event, an alarm, and some to spare. The parser goes down by recursion.
const DEEPEST: usize = 8;
/// The longest name and source, in characters, as in the form of a day.
const NAME_MAX: usize = 300;
const SOURCE_MAX: usize = 500;
/// What a fault repeats of a name, in characters.
const SHOWN: usize = 60;
/// Where a fault of the file stands.
const FILE: &str = "/file";
/// Names in other languages, and only ours: RFC 5545 has one summary.
const NAME_EN: &str = "X-HOIDAP-NAME-EN";
const NAME_KM: &str = "X-HOIDAP-NAME-KM";

/// A day that a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which day.
    pub day: Day,
    /// What it is: the category, where it is one of ours; else a day off.
    pub kind: DayKind,
    /// The file itself says that it is not decided.
    pub tentative: bool,
    /// The summary is the Vietnamese name.
    pub name: Words,
    /// The comment; empty when there is none.
    pub source: String,
}

/// What an import does with a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It was not in the calendar.
    Added,
    /// It was there, and something of it changes.
    Changed,
    /// Nothing of it changes.
    Same,
    /// It is decided: a proposal does not take its place.
    Decided,
}

impl Effect {
    /// Is the row written?
    pub fn writes(self) -> bool {
        matches!(self, Self::Added | Self::Changed)
    }

    /// The word of its translation key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Same => "same",
            Self::Decided => "decided",
        }
    }
}

/// The whole calendar as a file. `host` makes its ids the deployment's own.
///
/// # Errors
/// Only when text can't be written to memory.
pub fn write(calendar: &Calendar, now: Moment, host: &str) -> Result<String, std::fmt::Error> {
    let stamp = stamp(now);
    let mut file = empty();
    for row in calendar.rows() {
        let mut event = all_day(&format!("hoidap-{}@{host}", row.day), &stamp, row.day, &row.name.vi);
        event.add_property("CATEGORIES", row.kind.as_str()).add_property("STATUS", if row.status == Status::Official { "CONFIRMED" } else { "TENTATIVE" });
        for (key, value) in [("COMMENT", &row.source), (NAME_EN, &row.name.en), (NAME_KM, &row.name.km)] {
            if !value.is_empty() {
                event.append_property(Property::new(key, value).add_parameter("VALUE", "TEXT").done());
            }
        }
        file.push(event.done());
    }
    text(&file)
}

/// A day by which something has to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What makes it the same one when it moves to another day.
    pub id: String,
    /// The day.
    pub day: Day,
    /// What the calendar shows.
    pub summary: String,
    /// Where to do it.
    pub url: String,
}

/// Deadlines as a file that a calendar program reads again and again.
///
/// # Errors
/// Only when text can't be written to memory.
pub fn deadlines(name: &str, due: &[Due], now: Moment, host: &str) -> Result<String, std::fmt::Error> {
    let stamp = stamp(now);
    let mut file = empty();
    file.append_property(("X-WR-CALNAME", name)).append_property(("X-PUBLISHED-TTL", "PT1H"));
    for due in due {
        let mut event = all_day(&format!("hoidap-{}@{host}", due.id), &stamp, due.day, &due.summary);
        file.push(event.add_property("URL", &due.url).done());
    }
    text(&file)
}

fn stamp(now: Moment) -> String {
    now.to_string().chars().filter(|c| !matches!(c, '-' | ':')).take_while(|c| *c != '.').chain(['Z']).collect()
}

fn empty() -> File {
    let mut file = File::empty();
    file.append_property(("VERSION", "2.0")).append_property(("PRODID", "-//Hoi Dap//hoidap//VI")).append_property(("CALSCALE", "GREGORIAN"));
    file
}

/// An event that takes a whole day, and nobody's time.
fn all_day(uid: &str, stamp: &str, day: Day, summary: &str) -> Event {
    let mut event = Event::with_uid(uid);
    event
        .add_property("DTSTAMP", stamp)
        .append_property(date("DTSTART", day))
        .append_property(date("DTEND", day.next()))
        .add_property("SUMMARY", summary)
        .add_property("TRANSP", "TRANSPARENT");
    event
}

fn text(file: &File) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    std::fmt::write(&mut text, format_args!("{file}"))?;
    Ok(text)
}

fn date(key: &str, day: Day) -> Property {
    Property::new(key, day.to_string().replace('-', "")).add_parameter("VALUE", "DATE").done()
}

/// The days that a file holds, in their order. Line ends of any system, folded
/// lines and a byte order mark are read; alarms, to-dos and time zones are passed over.
///
/// # Errors
/// The first thing that is wrong, with the day or the name that it is about.
pub fn read(text: &str) -> Result<Vec<Listed>, Fault> {
    let text = text.trim_start_matches('\u{FEFF}').trim().replace("\r\n", "\n").replace('\r', "\n");
    let unfolded = unfold(&text);
    if is_too_deep(&unfolded) {
        return Err(Fault::new(FILE, "ics_unreadable"));
    }
    let parts = read_components(&unfolded).map_err(|_| Fault::new(FILE, "ics_unreadable"))?;
    let calendars: Vec<&Part<'_>> = parts.iter().filter(|part| is(part, "VCALENDAR")).collect();
    if calendars.is_empty() {
        return Err(Fault::new(FILE, "ics_unreadable"));
    }
    let mut listed: Vec<Listed> = Vec::new();
    let mut seen = BTreeSet::new();
    for event in calendars.iter().flat_map(|calendar| &calendar.components).filter(|part| is(part, "VEVENT")) {
        if value(event, "STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
            continue;
        }
        for day in days(event)? {
            if !seen.insert(day.day) {
                return Err(Fault::new(FILE, "ics_day_twice").with("day", day.day));
            }
            if listed.len() == MOST_DAYS {
                return Err(too_many());
            }
            listed.push(day);
        }
    }
    if listed.is_empty() {
        return Err(Fault::new(FILE, "ics_empty"));
    }
    listed.sort_by_key(|row| row.day);
    Ok(listed)
}

fn too_many() -> Fault {
    Fault::new(FILE, "ics_too_many").with("max", MOST_DAYS)
}

fn is_too_deep(unfolded: &str) -> bool {
    let mut depth: usize = 0;
    for line in unfolded.lines() {
        let line = line.trim_start().to_ascii_uppercase();
        if line.starts_with("BEGIN:") {
            depth += 1;
        } else if line.starts_with("END:") {
            depth = depth.saturating_sub(1);
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

fn is(part: &Part<'_>, name: &str) -> bool {
    part.name.as_str().eq_ignore_ascii_case(name)
}

fn value<'a>(part: &'a Part<'_>, name: &str) -> Option<&'a str> {
    part.properties.iter().find(|p| p.name.as_str().eq_ignore_ascii_case(name)).map(|p| p.val.as_str())
}

/// The days of an event.
fn days(event: &Part<'_>) -> Result<Vec<Listed>, Fault> {
    let words = |name: &str, max: usize| clean_line(value(event, name).unwrap_or_default()).chars().take(max).collect::<String>();
    let name = Words { vi: words("SUMMARY", NAME_MAX), en: words(NAME_EN, NAME_MAX), km: words(NAME_KM, NAME_MAX) };
    let about = |code: &'static str| Fault::new(FILE, code).with("name", name.vi.chars().take(SHOWN).collect::<String>());
    if ["RRULE", "RDATE"].iter().any(|rule| value(event, rule).is_some()) {
        return Err(about("ics_repeats"));
    }
    let first = whole_day(value(event, "DTSTART").ok_or_else(|| about("ics_not_whole_days"))?, || about("ics_not_whole_days"))?;
    let count = match (value(event, "DTEND"), value(event, "DURATION")) {
        // The end is the day after the last. Some programs write the day itself for one day.
        (Some(end), _) => whole_day(end, || about("ics_not_whole_days"))?.days_since(first).max(0).unsigned_abs().max(1),
        (None, Some(duration)) => whole_days(duration).ok_or_else(|| about("ics_not_whole_days"))?,
        (None, None) => 1,
    };
    let count = usize::try_from(count).ok().filter(|n| *n <= MOST_DAYS).ok_or_else(too_many)?;
    if name.vi.is_empty() {
        return Err(Fault::new(FILE, "ics_no_name").with("day", first));
    }
    let categories = value(event, "CATEGORIES").unwrap_or_default();
    let kind = categories.split(',').find_map(|word| word.trim().to_ascii_lowercase().parse().ok()).unwrap_or(DayKind::Holiday);
    let tentative = value(event, "STATUS").is_some_and(|status| status.eq_ignore_ascii_case("TENTATIVE"));
    let source = words("COMMENT", SOURCE_MAX);
    let row = |day: Day| {
        let known = YEARS.contains(&day.year());
        if known { Ok(Listed { day, kind, tentative, name: name.clone(), source: source.clone() }) } else { Err(far(&day.to_string())) }
    };
    std::iter::successors(Some(first), |day| Some(day.next())).take(count).map(row).collect()
}

fn far(day: &str) -> Fault {
    Fault::new(FILE, "ics_day_far").with("day", day).with("first", YEARS.start()).with("last", YEARS.end())
}

/// `20260902`, or midnight of that day in local time, which is how some programs write whole days.
fn whole_day(text: &str, otherwise: impl Fn() -> Fault) -> Result<Day, Fault> {
    let (date, time) = text.trim().split_once('T').unwrap_or((text.trim(), "000000"));
    if time != "000000" || date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
        return Err(otherwise());
    }
    let part = |range: std::ops::Range<usize>| date.get(range).and_then(|digits| digits.parse::<i16>().ok());
    let month_and_day = |n: Option<i16>| n.and_then(|n| i8::try_from(n).ok());
    match (part(0..4), month_and_day(part(4..6)), month_and_day(part(6..8))) {
        (Some(year), Some(month), Some(day)) => Day::new(year, month, day).ok_or_else(|| far(date)),
        _ => Err(otherwise()),
    }
}

/// `P2D`, `P1W`.
fn whole_days(duration: &str) -> Option<u32> {
    let duration = duration.trim().strip_prefix('P')?;
    let number = |digits: &str| digits.parse::<u32>().ok().filter(|n| *n > 0);
    match (duration.strip_suffix('D'), duration.strip_suffix('W')) {
        (Some(days), _) => number(days),
        (None, Some(weeks)) => number(weeks)?.checked_mul(7),
        (None, None) => None,
    }
}

/// What an import would do, day by day: proposed, unless `official` and the file does not say otherwise.
/// `source` is for days without a comment of their own.
///
/// # Errors
/// A day that would be written has no source.
pub fn plan(calendar: &Calendar, listed: &[Listed], official: bool, source: &str) -> Result<Vec<(CalendarDay, Effect)>, Fault> {
    let typed: String = clean_line(source).chars().take(SOURCE_MAX).collect();
    let mut planned = Vec::new();
    for found in listed {
        let held = calendar.row(found.day);
        let status = if official && !found.tentative { Status::Official } else { Status::Proposed };
        let mut row = CalendarDay { day: found.day, kind: found.kind, status, name: found.name.clone(), source: found.source.clone() };
        if let Some(held) = held {
            // Other programs know one name: the others stay while it is the same.
            if held.name.vi == row.name.vi {
                for (name, kept) in [(&mut row.name.en, &held.name.en), (&mut row.name.km, &held.name.km)] {
                    if name.is_empty() {
                        name.clone_from(kept);
                    }
                }
            }
            let alike = (held.kind, held.status, &held.name) == (row.kind, row.status, &row.name);
            if row.source.is_empty() && alike {
                row.source.clone_from(&held.source);
            }
        }
        let effect = match held {
            None => Effect::Added,
            Some(held) if *held == row => Effect::Same,
            Some(held) if held.status == Status::Official && status == Status::Proposed => Effect::Decided,
            Some(_) => Effect::Changed,
        };
        if effect.writes() && row.source.is_empty() {
            if typed.is_empty() {
                return Err(Fault::new("/source", "words_missing"));
            }
            row.source.clone_from(&typed);
        }
        planned.push((row, effect));
    }
    Ok(planned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(events: &str) -> String {
        format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Other//EN\n{events}\nEND:VCALENDAR\n")
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\nUID:1@other\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT\n")
    }

    fn days(text: &str) -> Vec<String> {
        read(text).unwrap().iter().map(|row| row.day.to_string()).collect()
    }

    fn refusal(events: &str) -> (&'static str, String) {
        let fault = read(&file(events)).unwrap_err();
        (fault.code, fault.args.first().map(|(_, value)| value.clone()).unwrap_or_default())
    }

    fn row(day: &str, status: Status, vi: &str) -> CalendarDay {
        let name = Words { vi: vi.to_owned(), en: "A day; off".to_owned(), km: "ថ្ងៃឈប់".to_owned() };
        CalendarDay { day: day.parse().unwrap(), kind: DayKind::SwapOff, status, name, source: "QĐ 1, Điều 2\\3; x".to_owned() }
    }

    #[test]
    fn what_is_written_is_read_again_to_the_letter() {
        let long = "Nghỉ hoán đổi, làm bù; một tên rất dài ".repeat(7).trim().to_owned();
        let calendar = Calendar::new([row("2026-01-02", Status::Official, &long), row("2027-02-04", Status::Proposed, "Tết \\n, \"quý\"")]);
        let text = write(&calendar, Moment::from_micros(0), "hoidap.example.vn").unwrap();
        assert!(text.lines().all(|line| line.len() <= 75), "{text}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        for words in ["UID:hoidap-2026-01-02@hoidap.example.vn\r\n", "DTSTAMP:19700101T000000Z\r\n", "DTEND;VALUE=DATE:20260103\r\n", "STATUS:TENTATIVE\r\n"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let planned = plan(&calendar, &read(&text).unwrap(), true, "").unwrap();
        assert_eq!(planned.iter().map(|(_, effect)| *effect).collect::<Vec<_>>(), [Effect::Same, Effect::Same]);
        assert_eq!(
            plan(&Calendar::default(), &read(&text).unwrap(), true, "").unwrap().into_iter().map(|(row, _)| row).collect::<Vec<_>>(),
            calendar.rows().cloned().collect::<Vec<_>>()
        );
    }

    #[test]
    fn files_of_other_programs_are_read() {
        let tet = event("DTSTART;VALUE=DATE:20270204\nDTEND;VALUE=DATE:20270207\nSUMMARY:Tết Nguyên đán\\, nghỉ\n  lễ");
        for text in [file(&tet), file(&tet).replace('\n', "\r\n"), format!("\u{FEFF}{}\r\n\r\n", file(&tet).replace('\n', "\r\n"))] {
            assert_eq!(days(&text), ["2027-02-04", "2027-02-05", "2027-02-06"]);
            let first = read(&text).unwrap().remove(0);
            assert_eq!((first.name.vi.as_str(), first.kind, first.tentative), ("Tết Nguyên đán, nghỉ lễ", DayKind::Holiday, false));
        }
        let zone = "BEGIN:VTIMEZONE\nTZID:Asia/Ho_Chi_Minh\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0700\nTZOFFSETTO:+0700\nEND:STANDARD\nEND:VTIMEZONE\n";
        let outlook = event(
            "CLASS:PUBLIC\nDTSTART;TZID=\"Asia/Ho_Chi_Minh\":20260902T000000\nDTEND;TZID=\"Asia/Ho_Chi_Minh\":20260903T000000\nSUMMARY;LANGUAGE=vi:Quốc khánh\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:x\nEND:VALARM",
        );
        assert_eq!(days(&file(&format!("{zone}{outlook}"))), ["2026-09-02"]);
        assert_eq!(days(&file(&event("DTSTART:20260902\nSUMMARY:Một ngày"))), ["2026-09-02"]);
        assert_eq!(days(&file(&event("DTSTART:20260902\nDURATION:P2D\nSUMMARY:Hai ngày"))), ["2026-09-02", "2026-09-03"]);
        let worked = read(&file(&event("DTSTART:20260905\nSUMMARY:Bù\nCATEGORIES:Work,MAKEUP_WORK\nSTATUS:TENTATIVE"))).unwrap().remove(0);
        assert_eq!((worked.kind, worked.tentative), (DayKind::MakeupWork, true));
        let cancelled = event("DTSTART:20260905\nSUMMARY:Bỏ\nSTATUS:CANCELLED");
        assert_eq!(days(&file(&format!("{cancelled}{tet}"))).len(), 3);
    }

    #[test]
    fn what_can_not_be_a_calendar_of_days_is_refused_with_its_day() {
        let one = |day: &str| event(&format!("DTSTART;VALUE=DATE:{day}\nSUMMARY:Nghỉ"));
        assert_eq!(
            refusal(&format!("{}{}", one("20260902"), event("DTSTART:20260901\nDTEND:20260903\nSUMMARY:Nghỉ"))),
            ("ics_day_twice", "2026-09-02".to_owned())
        );
        assert_eq!(refusal(&one("19691231")), ("ics_day_far", "1969-12-31".to_owned()));
        assert_eq!(refusal(&one("21010101")), ("ics_day_far", "2101-01-01".to_owned()));
        assert_eq!(refusal(&one("20260230")), ("ics_day_far", "20260230".to_owned()));
        assert_eq!(refusal(&event("DTSTART:20260101\nDTEND:20270301\nSUMMARY:Nghỉ")), ("ics_too_many", "400".to_owned()));
        let many: String = (0..401).map(|n| one(&"2026-01-01".parse::<Day>().unwrap().plus(n).to_string().replace('-', ""))).collect();
        assert_eq!(refusal(&many), ("ics_too_many", "400".to_owned()));
        assert_eq!(refusal(""), ("ics_empty", String::new()));
        assert_eq!(refusal(&event("DTSTART:20260902T080000\nSUMMARY:Họp")), ("ics_not_whole_days", "Họp".to_owned()));
        assert_eq!(refusal(&event("DTSTART:20260901T170000Z\nSUMMARY:Nghỉ")), ("ics_not_whole_days", "Nghỉ".to_owned()));
        assert_eq!(refusal(&event("DTSTART:20260902\nRRULE:FREQ=YEARLY\nSUMMARY:Nghỉ")), ("ics_repeats", "Nghỉ".to_owned()));
        assert_eq!(refusal(&event("DTSTART:20260902")), ("ics_no_name", "2026-09-02".to_owned()));
        for text in ["", "xin chào", "BEGIN:VCALENDAR\n", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260902\n", &"BEGIN:VEVENT\n".repeat(90_000)] {
            assert_eq!(read(text).unwrap_err().code, "ics_unreadable", "{:?}", text.chars().take(40).collect::<String>());
        }
    }

    #[test]
    fn a_proposal_does_not_take_the_place_of_what_is_decided() {
        let calendar = Calendar::new([row("2026-09-02", Status::Official, "Quốc khánh")]);
        let listed = read(&file(&event("DTSTART:20260902\nSUMMARY:Quốc khánh khác"))).unwrap();
        assert_eq!(plan(&calendar, &listed, false, "").unwrap()[0].1, Effect::Decided);
        assert_eq!(plan(&calendar, &listed, true, "").unwrap_err().code, "words_missing");
        let changed = plan(&calendar, &listed, true, "QĐ 2").unwrap().remove(0);
        assert_eq!((changed.1, changed.0.status, changed.0.source.as_str()), (Effect::Changed, Status::Official, "QĐ 2"));
        let same_name = read(&file(&event("DTSTART:20260902\nSUMMARY:Quốc khánh\nCATEGORIES:swap_off"))).unwrap();
        assert_eq!(plan(&calendar, &same_name, true, "").unwrap()[0].1, Effect::Same, "the other names and the source stay");
        let tentative = read(&file(&event("DTSTART:20260903\nSUMMARY:Nghỉ\nSTATUS:TENTATIVE"))).unwrap();
        assert_eq!(plan(&calendar, &tentative, true, "QĐ 2").unwrap()[0].0.status, Status::Proposed);
    }
}
