//! What happens without anybody asking: mail leaves, lateness is recorded,
//! half-months are closed, the public ledger is written and signed. Uses actions, store and mail; must not know SQL,
//! the mail protocol or the web. Any number of servers may run the jobs at
//! once on one database.

mod accounts;
mod addressees;
pub mod breach;
pub mod clocks;
pub mod files;
pub mod ledger;
pub mod outbox;
mod plan;
pub mod retention;
pub mod search;
pub mod stamp;
pub mod witness;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::actions::Service;
use crate::domain::error::Problem;
use crate::domain::time::{Day, Moment};
use crate::mail::Mailer;

use ledger::Sequencer;
use stamp::Stamper;
use witness::Witness;

/// How long a job with nothing to do waits before it looks again.
const TICK: Duration = Duration::from_secs(1);
/// The longest pause of a job whose database is gone.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Who keeps the public ledger.
#[derive(Debug)]
pub struct Ledger {
    /// Gives places and signs.
    pub sequencer: Sequencer,
    /// Those who sign beside it.
    pub witnesses: Vec<Witness>,
    /// Who stamps each day, if anybody does.
    pub stamper: Option<Stamper>,
}

/// The jobs of a server, until they are stopped.
#[derive(Debug)]
pub struct Running {
    threads: Vec<(Sender<()>, JoinHandle<()>)>,
}

/// Starts the jobs: the outbox, the ledger and the search every second; the clocks now and when the day
/// changes in Vietnam. Each has a thread of its own, so that a slow mail
/// server holds nothing else up.
///
/// # Errors
/// When the system gives no thread.
pub fn run(service: Arc<Service>, mailer: Arc<Mailer>, ledger: Option<Ledger>) -> Result<Running, Problem> {
    let mut running = Running { threads: Vec::new() };
    let of = service.clone();
    running.add("outbox", move || Ok(outbox::deliver(&of, &mailer)? > 0))?;
    if let Some(Ledger { sequencer, witnesses, stamper }) = ledger {
        let of = service.clone();
        // Once a second, however much comes in: many leaves at a time cost little.
        running.add("ledger", move || sequencer.run(&of).map(|_| false))?;
        for mut witness in witnesses {
            let of = service.clone();
            // Each by itself: one that is away keeps nobody else from signing.
            let name = format!("witness {}", witness.name());
            running.add(&name, move || witness.run(&of).map(|_| false))?;
        }
        if let Some(stamper) = stamper {
            let of = service.clone();
            running.add("time stamps", move || stamper.run(&of).map(|_| false))?;
        }
    }
    let of = service.clone();
    // Once a second and no faster: whoever sends something goes first.
    running.add("search", move || search::turn(&of).map(|_| false))?;
    let of = service.clone();
    let mut looked: Option<Moment> = None;
    running.add("breaches", move || {
        let now = of.now();
        // Hours are counted: once a minute is often enough.
        if looked.is_none_or(|at| now >= at.plus_seconds(60)) {
            breach::warn(&of)?;
            looked = Some(now);
        }
        Ok(false)
    })?;
    let of = service.clone();
    let mut swept: Option<Moment> = None;
    running.add("files", move || {
        let now = of.now();
        if swept.is_none_or(|at| now >= at.plus_seconds(60)) {
            files::sweep(&of)?;
            swept = Some(now);
        }
        Ok(false)
    })?;
    let mut done_on: Option<Day> = None;
    running.add("clocks", move || {
        let today = service.now().day();
        if done_on != Some(today) || clocks::is_wished(&service)? {
            clocks::daily(&service)?;
            done_on = Some(today);
        }
        Ok(false)
    })?;
    Ok(running)
}

impl Running {
    fn add(&mut self, job: &str, work: impl FnMut() -> Result<bool, Problem> + Send + 'static) -> Result<(), Problem> {
        let (stop, stopped) = channel();
        let name = job.to_owned();
        let thread = Builder::new()
            .name(job.to_owned())
            .spawn(move || keep_at(&name, &stopped, work))
            .map_err(|e| Problem::Internal(format!("the job {job} could not start: {e}")))?;
        self.threads.push((stop, thread));
        Ok(())
    }

    /// Stops the jobs, and returns when what they had begun is finished.
    pub fn stop(self) {
        // All hear it before the first is waited for.
        let threads: Vec<JoinHandle<()>> = self.threads.into_iter().map(|(_, thread)| thread).collect();
        for thread in threads {
            // A thread that panicked has nothing left to finish.
            let _ = thread.join();
        }
    }
}

/// Works until it is told to stop, or until whoever could tell it is gone.
/// `work` says whether there may be more to do at once.
fn keep_at(job: &str, stopped: &Receiver<()>, mut work: impl FnMut() -> Result<bool, Problem>) {
    let mut failures: u32 = 0;
    // What a job can't do by itself is seen by whoever watches.
    let failed = metrics::gauge!("hoidap_job_failures", "job" => job.to_owned());
    loop {
        // A fault in one piece of work must not end the job for ever.
        let done = catch_unwind(AssertUnwindSafe(&mut work)).unwrap_or_else(|_| Err(Problem::Internal("the work panicked".to_owned())));
        let wait = match done {
            Ok(more) => {
                if failures > 0 {
                    tracing::info!(job, failures, "the job works again");
                }
                failures = 0;
                failed.set(0);
                if more { Duration::ZERO } else { TICK }
            }
            Err(problem) => {
                failures += 1;
                failed.set(failures);
                // A database that is away all night fills no log.
                if failures.is_power_of_two() {
                    tracing::warn!(job, failures, %problem, "the job failed and will be tried again");
                }
                pause(failures)
            }
        };
        match stopped.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// 1, 2, 4, … seconds, at most a minute.
fn pause(failures: u32) -> Duration {
    Duration::from_secs(1 << failures.saturating_sub(1).min(6)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute() {
        let seconds: Vec<u64> = [1, 2, 3, 6, 7, 8, u32::MAX].iter().map(|n| pause(*n).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 32, 60, 60, 60]);
    }

    #[test]
    fn a_panic_does_not_end_a_job_and_a_stop_does() {
        let mut running = Running { threads: Vec::new() };
        let (tell, told) = channel();
        let mut n = 0;
        running
            .add("test", move || {
                n += 1;
                assert!(n != 1, "the first piece of work panics");
                let _ = tell.send(n);
                Ok(n < 3)
            })
            .unwrap();
        assert_eq!((told.recv(), told.recv()), (Ok(2), Ok(3)));
        running.stop();
        assert!(told.recv().is_err(), "the job has ended");
    }
}
