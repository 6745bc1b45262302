//! Reminding (đôn đốc): once on every working day, those who have to be
//! reminded get one letter each with all that it is about. What an item comes
//! to is found by reading; the letters are written in one short transaction,
//! by one server.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Service, Tx, absence};
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::Catalogue;
use crate::domain::chase::{Part, Rung};
use crate::domain::deadline::Clock;
use crate::domain::error::Problem;
use crate::domain::office::Offices;
use crate::domain::time::Day;
use crate::domain::visibility::Record;
use crate::domain::words::{OfficeCode, Role, Serial};
use crate::store;
use crate::store::absence::Absence;
use crate::store::appeal::Work;
use crate::store::officer::Account;

/// The setting that says up to which day everybody was reminded.
const CHASED: &str = "chased_on";
/// When letters of the morning leave, in seconds after midnight.
const MORNING: i32 = 7 * 3_600;
/// Items of one step.
const STEP: i64 = 500;

/// Whom a letter goes to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reminded {
    /// Somebody with an account.
    Officer(Uuid),
    /// An office, where nobody works on it yet.
    Office(OfficeCode),
}

/// What one line of a letter is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The opinion.
    pub serial: Serial,
    /// The rung's name.
    pub rung: String,
    /// It is about the appeal, which has a date of its own.
    #[serde(default)]
    pub appeal: bool,
}

/// Something that has to be answered by a day.
struct Due {
    serial: Serial,
    office: OfficeCode,
    /// Who works on it, while they answer for its office: somebody who has moved on is not waited for.
    assignee: Option<Uuid>,
    clock: Clock,
    due_on: Day,
    appeal: bool,
}

impl Due {
    /// An open item, unless its clock stands still.
    fn item(record: &Record, works: impl Fn(Uuid, &OfficeCode) -> bool) -> Option<Self> {
        let office = record.office.clone()?;
        let assignee = record.assignee.filter(|id| works(*id, &office));
        let (clock, due_on) = (record.clock.clone().filter(|_| !record.paused)?, record.due_on?);
        Some(Self { serial: record.serial, office, assignee, clock, due_on, appeal: false })
    }

    /// The rungs that it came to after a day, up to today.
    fn rungs<'a>(&self, catalogue: &'a Catalogue, after: Day, today: Day) -> impl Iterator<Item = &'a Rung> {
        let comes_to = move |rung: &Rung| rung.day(&self.clock, self.due_on, &catalogue.calendar);
        catalogue.chase.iter().filter(move |rung| comes_to(rung).is_some_and(|day| after < day && day <= today && rung.is_active(day)))
    }

    fn came_to_a_rung(&self, catalogue: &Catalogue, after: Day, today: Day) -> bool {
        self.rungs(catalogue, after, today).next().is_some()
    }

    /// An appeal that waits for its answer.
    fn appeal(serial: Serial, work: Work, calendar: &Calendar, works: impl Fn(Uuid, &OfficeCode) -> bool) -> Self {
        let Work { appeal, author, .. } = work;
        let days = calendar.between(appeal.appealed_on, appeal.until, true);
        let assignee = author.filter(|id| works(*id, &appeal.office));
        Self { serial, office: appeal.office, assignee, clock: Clock::from(appeal.appealed_on, days, true), due_on: appeal.until, appeal: true }
    }
}

/// A letter of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Whom it goes to.
    pub to: Reminded,
    /// Those due soonest first.
    pub lines: Vec<Line>,
}

/// Reminds everybody of what came to a rung since the last time. Returns how many letters were written.
///
/// # Errors
/// What the database says; nothing was written then, and the next time is about these days too.
pub fn chase(service: &Service) -> Result<usize, Problem> {
    let (last, today, digests) = service.read(|tx| {
        let last: Option<Day> = store::catalogue::setting(tx.conn, CHASED)?.and_then(|day| day.parse().ok());
        let due = last.is_none_or(|last| last < tx.today) && tx.catalogue.calendar.is_working(tx.today, true);
        Ok((last, tx.today, if due { Some(digests(tx, last.unwrap_or(tx.today.plus(-1)))?) } else { None }))
    })?;
    let Some(digests) = digests else { return Ok(0) };
    service.write(|tx| {
        // Another server was faster.
        if store::catalogue::setting(tx.conn, CHASED)?.and_then(|day| day.parse().ok()) != last || tx.today != today {
            return Ok(0);
        }
        for digest in &digests {
            let dedup = format!("chase:{today}:{}", serde_json::to_string(&digest.to).map_err(|e| Problem::Internal(e.to_string()))?);
            let payload = serde_json::to_value(digest).map_err(|e| Problem::Internal(e.to_string()))?;
            tx.mail_at(today.at(MORNING), "chase", &dedup, payload)?;
        }
        store::catalogue::set_setting(tx.conn, CHASED, &today.to_string())?;
        Ok(digests.len())
    })
}

/// The letters of today: every rung that was come to after a day, up to today.
fn digests(tx: &mut Tx<'_>, after: Day) -> Result<Vec<Digest>, Problem> {
    let accounts: Vec<Account> = store::officer::all(tx.conn)?.into_iter().filter(|account| account.ended_on.is_none()).collect();
    let catalogue = tx.catalogue.clone();
    let away = absence::today(tx)?;
    let works = |id: Uuid, office: &OfficeCode| {
        accounts.iter().any(|account| account.officer.id == id && catalogue.offices.answers_for(&account.officer.office, office, tx.today))
    };
    let mut due: Vec<Due> = Vec::new();
    let mut last = 0;
    loop {
        let records = store::feedback::open_records_after(tx.conn, last, STEP)?;
        let Some(end) = records.last() else { break };
        last = end.serial.0;
        due.extend(records.iter().filter_map(|record| Due::item(record, works)).filter(|due| due.came_to_a_rung(&catalogue, after, tx.today)));
    }
    let appeals = store::appeal::open_ones(tx.conn)?.into_iter().map(|(serial, work)| Due::appeal(serial, work, &catalogue.calendar, works));
    due.extend(appeals.filter(|due| due.came_to_a_rung(&catalogue, after, tx.today)));
    let mut letters: BTreeMap<Reminded, Vec<(Day, Line)>> = BTreeMap::new();
    for due in &due {
        // The highest rung that somebody is reminded of says it all.
        let mut reminded: BTreeMap<Reminded, &str> = BTreeMap::new();
        for rung in due.rungs(&catalogue, after, tx.today) {
            for to in those(rung.part, due, &accounts, &catalogue.offices, tx.today) {
                // A deputy is reminded beside who is away: nothing waits for somebody's return unseen.
                if let Some(deputy) = deputy(&away, &to, due, &accounts, &catalogue.offices, tx.today) {
                    reminded.insert(deputy, &rung.code);
                }
                reminded.insert(to, &rung.code);
            }
        }
        for (to, rung) in reminded {
            letters.entry(to).or_default().push((due.due_on, Line { serial: due.serial, rung: rung.to_owned(), appeal: due.appeal }));
        }
    }
    let digest = |(to, mut lines): (Reminded, Vec<(Day, Line)>)| {
        lines.sort_by_key(|(due_on, line)| (*due_on, line.serial));
        Digest { to, lines: lines.into_iter().map(|(_, line)| line).collect() }
    };
    Ok(letters.into_iter().map(digest).collect())
}

/// Who stands in today for somebody who is away, if they answer for the item.
fn deputy(away: &BTreeMap<Uuid, Absence>, to: &Reminded, due: &Due, accounts: &[Account], offices: &Offices, today: Day) -> Option<Reminded> {
    let Reminded::Officer(id) = to else { return None };
    let absence = away.get(id)?;
    let deputy = accounts.iter().map(|account| &account.officer).find(|officer| officer.id == absence.deputy)?;
    offices.answers_for(&deputy.office, &due.office, today).then_some(Reminded::Officer(deputy.id))
}

/// Who plays a part for an item.
fn those(part: Part, due: &Due, accounts: &[Account], offices: &Offices, today: Day) -> Vec<Reminded> {
    let office = &due.office;
    let with = |role: Role, has: &dyn Fn(&OfficeCode) -> bool| {
        let fits = accounts.iter().filter(|account| account.officer.is(role) && has(&account.officer.office));
        fits.map(|account| Reminded::Officer(account.officer.id)).collect()
    };
    match part {
        Part::Officer => vec![due.assignee.map_or_else(|| Reminded::Office(office.clone()), Reminded::Officer)],
        Part::Head => with(Role::Head, &|of| offices.counting(of, today) == offices.counting(office, today)),
        Part::Supervisor => with(Role::Supervisor, &|of| offices.answers_for(of, office, today)),
    }
}
