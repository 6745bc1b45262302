//! Mail leaves: claimed for a short lease in one transaction, some of it written
//! from one read, sent outside any, finished in another. A row may be sent twice when a
//! server dies in between, always with the same Message-ID; it is never lost.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::addressees;
use super::plan::Plan;
use crate::actions::Service;
use crate::domain::error::Problem;
use crate::mail::{MailError, Mailer};
use crate::store::outbox::{self, Message};

/// How long a row is one server's, in seconds.
const LEASE: i64 = 120;
/// The longest pause before the next try, in seconds.
const LONGEST_PAUSE: i64 = 6 * 3_600;

/// The most rows taken at once.
const BATCH: i64 = 50;
/// How long a batch may be worked on, in seconds: less than the lease by more than one letter may take.
const LONGEST_BATCH: i64 = 20;
/// The most letters that are written from one read: to read for each would be four journeys to PostgreSQL.
const TOGETHER: usize = 25;
/// How old what was read may be when a letter is begun, in microseconds: a letter is not about what was taken back or sealed longer ago.
const FRESH: i64 = 100_000;
/// How long an end may wait to be written down, in seconds.
const SOON: i64 = 1;

/// How the work on a row ended.
enum End {
    /// Finished, with this outcome.
    Done(&'static str),
    /// One row for each of several officers.
    Split(Vec<uuid::Uuid>),
    /// To be tried again, with the sentence that says why.
    PutOff(String),
}

impl End {
    /// The word in log, metrics and row.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Done(outcome) => outcome,
            Self::Split(_) => "split",
            Self::PutOff(_) => "put_off",
        }
    }
}

/// Delivers what is due, a batch at a time: one transaction takes the rows, one
/// finishes them. Returns how many were worked on.
///
/// # Errors
/// Only when the database is at fault. The rows are then free again when their lease ends.
pub fn deliver(service: &Service, mailer: &Mailer) -> Result<usize, Problem> {
    // After a crash a row may be free again though it was taken or finished: it is sent again, as when a server dies.
    let claimed = service.write_unkept(|tx| Ok(outbox::claim(tx.conn, tx.now, LEASE, BATCH)?))?;
    let began = service.now();
    let (mut worked, mut ended, mut last) = (0, Vec::new(), began);
    let (mut plans, mut read) = (VecDeque::new(), began);
    for (at, message) in claimed.iter().enumerate() {
        // A mail server that takes its time must not outlast the lease; what is left is free again after it.
        if service.now() > began.plus_seconds(LONGEST_BATCH) {
            break;
        }
        if plans.is_empty() || !(0..=FRESH).contains(&(service.now().micros() - read.micros())) {
            read = service.now();
            plans = match plans_of(service, claimed.iter().skip(at).take(TOGETHER)) {
                Ok(plans) => plans,
                Err(problem) => {
                    finish(service, ended)?;
                    return Err(problem);
                }
            };
        }
        let Some(plan) = plans.pop_front() else { break };
        ended.push((message, work(service, mailer, message, plan)));
        worked += 1;
        // What was sent is soon known to be: few are sent twice when the server dies here.
        if service.now() > last.plus_seconds(SOON) {
            finish(service, std::mem::take(&mut ended))?;
            last = service.now();
        }
    }
    finish(service, ended)?;
    Ok(worked)
}

/// Writes down how the work on these rows ended.
fn finish(service: &Service, ended: Vec<(&Message, End)>) -> Result<(), Problem> {
    if ended.is_empty() {
        return Ok(());
    }
    service.write_unkept(|tx| {
        let mut done: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for (message, end) in &ended {
            match end {
                End::Done(_) => {}
                End::Split(officers) => {
                    for officer in officers {
                        let mut payload = message.payload.clone();
                        if let Some(payload) = payload.as_object_mut() {
                            payload.insert("officer".to_owned(), Value::from(officer.to_string()));
                        }
                        tx.mail(&message.kind, &format!("{}:{officer}", message.id), payload)?;
                    }
                }
                End::PutOff(why) => {
                    outbox::put_off(tx.conn, message.id, tx.now.plus_seconds(pause(message.attempts)), why)?;
                    continue;
                }
            }
            done.entry(end.outcome()).or_default().push(message.id);
        }
        for (outcome, ids) in done {
            outbox::finish(tx.conn, &ids, tx.now, outcome)?;
        }
        Ok(())
    })?;
    for (message, end) in ended {
        tracing::info!(id = message.id, kind = %message.kind, attempts = message.attempts, outcome = end.outcome(), "outbox");
        metrics::counter!("hoidap_mails_total", "kind" => message.kind.clone(), "outcome" => end.outcome()).increment(1);
    }
    Ok(())
}

/// Delivers until nothing is due. Returns how many rows were worked on.
///
/// # Errors
/// As [`deliver`].
pub fn drain(service: &Service, mailer: &Mailer) -> Result<usize, Problem> {
    let mut all = 0;
    loop {
        let worked = deliver(service, mailer)?;
        if worked == 0 {
            return Ok(all);
        }
        all += worked;
    }
}

/// What these rows come to.
///
/// # Errors
/// When the database can't be asked.
fn plans_of<'a>(service: &Service, messages: impl Iterator<Item = &'a Message> + Clone) -> Result<VecDeque<Result<Plan, Problem>>, Problem> {
    match service.read(|tx| addressees::plans(tx, messages.clone())) {
        Ok(plans) => return Ok(plans.into_iter().map(Ok).collect()),
        Err(Problem::Unavailable(why)) => return Err(Problem::Unavailable(why)),
        Err(_) => {}
    }
    // One row that can't be read must not stop the others.
    let alone = |message| match service.read(|tx| addressees::plan(tx, message)) {
        Err(Problem::Unavailable(why)) => Err(Problem::Unavailable(why)),
        plan => Ok(plan),
    };
    messages.map(alone).collect()
}

fn work(service: &Service, mailer: &Mailer, message: &Message, plan: Result<Plan, Problem>) -> End {
    let (to, language, notice) = match plan {
        Ok(Plan::Nobody) => return End::Done("dropped"),
        Ok(Plan::Each(officers)) => return End::Split(officers),
        Ok(Plan::One(to, language, notice)) => (to, language, notice),
        Err(problem) => return unreadable(message, &problem.to_string()),
    };
    let letter = match mailer.write(&notice, to, language, message.id, service.now()) {
        Ok(letter) => letter,
        Err(why) => return unreadable(message, &why),
    };
    match mailer.send(&letter) {
        Ok(()) => End::Done("sent"),
        Err(MailError::Refused(why)) => {
            tracing::warn!(id = message.id, kind = %message.kind, %why, "mail was refused");
            End::Done("refused")
        }
        Err(MailError::Passing(why)) => End::PutOff(why),
    }
}

/// A fault of ours: named in the log, tried again when it may have been mended.
fn unreadable(message: &Message, why: &str) -> End {
    tracing::error!(id = message.id, kind = %message.kind, %why, "a mail can't be written");
    End::PutOff("unreadable".to_owned())
}

/// 1, 2, 4, … minutes, at most six hours, for ever.
fn pause(attempts: i64) -> i64 {
    (60_i64 << attempts.saturating_sub(1).clamp(0, 9)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_six_hours_and_stays_there() {
        let minutes: Vec<i64> = [1, 2, 3, 9, 10, 11, i64::MAX].iter().map(|n| pause(*n) / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 256, 360, 360, 360]);
        assert_eq!(pause(0), 60);
    }
}
