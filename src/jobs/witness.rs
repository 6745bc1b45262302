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

/// A witness: where `add-checkpoint` is, and what its lines are checked with.
type Witness = (String, WitnessKey);

/// Everybody who is asked.
#[derive(Debug)]
pub struct Witnesses {
    witnesses: Vec<Witness>,
    agent: Agent,
    asked: Option<Moment>,
}

/// What a witness said.
enum Said {
    Cosigned(String),
    /// It knows the log at another size.
    Knows(u64),
}

impl Witnesses {
    /// Nobody was asked yet.
    pub fn new(witnesses: Vec<Witness>) -> Self {
        let agent = Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).max_redirects(0).build().into();
        Self { witnesses, agent, asked: None }
    }

    /// Asks, unless everybody was asked a moment ago. Returns how many signed something new.
    ///
    /// # Errors
    /// What the last of those said who did not sign; the others are asked all the same.
    pub fn run(&mut self, service: &Service) -> Result<usize, Problem> {
        let now = service.now();
        if self.asked.is_some_and(|asked| (asked..asked.plus_seconds(PAUSE.as_secs() as i64)).contains(&now)) {
            return Ok(0);
        }
        self.asked = Some(now);
        let Some((size, note)) = service.read(|tx| Ok(store::ledger::signed_alone(tx.conn)?))? else { return Ok(0) };
        let mut signed = 0;
        let mut refused = None;
        for witness in &self.witnesses {
            match self.ask(service, witness, size, &note) {
                Ok(new) => signed += usize::from(new),
                Err(why) => refused = Some(Problem::Unavailable(format!("the witness {} did not sign: {why}", witness.1.name()))),
            }
        }
        refused.map_or(Ok(signed), Err)
    }

    fn ask(&self, service: &Service, (address, key): &Witness, size: u64, note: &str) -> Result<bool, String> {
        let name = key.name().to_owned();
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
            match self.post(address, body)? {
                Said::Knows(other) => known = other,
                Said::Cosigned(lines) => {
                    let line = lines.lines().find(|line| key.has_signed(note, line)).ok_or("its line is not signed by its key")?;
                    service.write_ledger(|tx| Ok(store::ledger::put_cosignature(tx.conn, &name, size, note, line)?)).map_err(read)?;
                    return Ok(true);
                }
            }
        }
        Err(format!("it says twice that it knows {known} leaves"))
    }

    fn post(&self, address: &str, body: String) -> Result<Said, String> {
        let address = format!("{}/add-checkpoint", address.trim_end_matches('/'));
        let mut answer = self.agent.post(&address).send(body).map_err(|e| e.to_string())?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(LONGEST).read_to_string().map_err(|e| e.to_string())?;
        match (status, text.trim().parse()) {
            (200, _) => Ok(Said::Cosigned(text)),
            (409, Ok(size)) => Ok(Said::Knows(size)),
            _ => Err(format!("status {status}: {}", text.chars().take(200).collect::<String>())),
        }
    }
}
