//! Witnesses: other people's programs that sign what they saw of the public
//! ledger, so that nobody can be shown another tree (C2SP tlog-witness and
//! tlog-cosignature). Asks them over HTTP; must not know leaves or the key that
//! signs the log.

use std::time::Duration;

use ureq::Agent;

use crate::actions::{Service, ledger};
use crate::domain::error::Problem;
use crate::domain::time::Moment;
use crate::keys::WitnessKey;
use crate::store;

/// A witness is asked at most this often, however fast the log grows.
const PAUSE: Duration = Duration::from_secs(10);
/// How long one has to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// What an answer may be long: some lines of a signed note.
const LONGEST: u64 = 16_384;

/// Somebody who is asked to sign.
#[derive(Debug)]
pub struct Witness {
    /// Where `add-checkpoint` is.
    address: String,
    /// What its lines are checked with.
    key: WitnessKey,
    agent: Agent,
    asked: Option<Moment>,
}

/// What a witness said.
enum Said {
    Cosigned(String),
    /// It knows the log at another size.
    Knows(u64),
}

impl Witness {
    /// It was not asked yet.
    pub fn new(address: &str, key: WitnessKey) -> Self {
        let agent = Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).max_redirects(0).build().into();
        let address = format!("{}/add-checkpoint", address.trim_end_matches('/'));
        Self { address, key, agent, asked: None }
    }

    /// What it calls itself.
    pub fn name(&self) -> &str {
        self.key.name()
    }

    /// Asks, unless it was asked a moment ago. Returns whether it signed something new.
    ///
    /// # Errors
    /// Why it did not sign.
    pub fn run(&mut self, service: &Service) -> Result<bool, Problem> {
        let now = service.now();
        if self.asked.is_some_and(|asked| (asked..asked.plus_seconds(PAUSE.as_secs() as i64)).contains(&now)) {
            return Ok(false);
        }
        self.asked = Some(now);
        let Some((size, note)) = service.read(|tx| Ok(store::ledger::signed_alone(tx.conn)?))? else { return Ok(false) };
        self.ask(service, size, &note).map_err(|why| {
            // The next try is not to be taken for one that had nothing to ask.
            self.asked = None;
            Problem::Unavailable(format!("the witness {} did not sign: {why}", self.key.name()))
        })
    }

    fn ask(&self, service: &Service, size: u64, note: &str) -> Result<bool, String> {
        let name = self.key.name().to_owned();
        let read = |e: Problem| e.to_string();
        let mut known = service.read(|tx| Ok(store::ledger::cosigned_size(tx.conn, &name)?)).map_err(read)?.unwrap_or(0);
        if known == size {
            return Ok(false);
        }
        // Once more with the size that it knows: it may have signed what we never stored.
        for _ in 0..2 {
            if known > size {
                return Err(format!("it has seen a log of {known} leaves; there are {size} here"));
            }
            let proof = service.read(|tx| ledger::consistency(tx, known, size)).map_err(read)?;
            let body = format!("old {known}\n{}\n{note}", proof.iter().map(|hash| format!("{hash}\n")).collect::<String>());
            match self.post(body)? {
                Said::Knows(other) => known = other,
                Said::Cosigned(lines) => {
                    let line = lines.lines().find(|line| self.key.has_signed(note, line)).ok_or("its line is not signed by its key")?;
                    service.write_ledger(|tx| Ok(store::ledger::put_cosignature(tx.conn, &name, size, note, line)?)).map_err(read)?;
                    return Ok(true);
                }
            }
        }
        Err(format!("it says twice that it knows {known} leaves"))
    }

    fn post(&self, body: String) -> Result<Said, String> {
        let mut answer = self.agent.post(&self.address).send(body).map_err(|e| e.to_string())?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(LONGEST).read_to_string().map_err(|e| e.to_string())?;
        match (status, text.trim().parse()) {
            (200, _) => Ok(Said::Cosigned(text)),
            (409, Ok(size)) => Ok(Said::Knows(size)),
            _ => Err(format!("status {status}: {}", text.chars().take(200).collect::<String>())),
        }
    }
}
