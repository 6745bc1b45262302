//! Time stamps of the last checkpoint of each day by somebody else's authority
//! (RFC 3161): the log can't later be said to have been another one then. Asks
//! over HTTP; whether the authority is to be believed is for who reads the stamp.

use std::time::Duration;

use cms::cert::x509::spki::AlgorithmIdentifier;
use cms::signed_data::SignedData;
use der::asn1::{Int, OctetString};
use der::oid::ObjectIdentifier;
use der::{Decode, Encode};
use sha2::{Digest, Sha256};
use ureq::Agent;
use x509_tsp::{MessageImprint, TimeStampReq, TimeStampResp, TspVersion, TstInfo};

use crate::actions::Service;
use crate::domain::error::Problem;
use crate::keys::random;
use crate::store;

/// How long an authority has to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// A stamp with all its certificates is some kilobytes long.
const LONGEST: u64 = 100_000;
/// The last `PKIStatus` with which a stamp is given: granted with modifications.
const GRANTED: u32 = 1;
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// Asks one authority.
#[derive(Debug)]
pub struct Stamper {
    address: String,
    agent: Agent,
}

impl Stamper {
    /// At its address.
    pub fn new(address: &str) -> Self {
        let agent = Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).max_redirects(0).build().into();
        Self { address: address.to_owned(), agent }
    }

    /// Has the checkpoints of days that are over stamped. Returns how many were.
    ///
    /// # Errors
    /// When the authority can't be reached, refuses, or stamps something else.
    pub fn run(&self, service: &Service) -> Result<usize, Problem> {
        let waiting = service.read(|tx| Ok(store::ledger::unstamped(tx.conn, tx.today)?))?;
        for (size, note) in &waiting {
            let stamp = self.stamp(note.as_bytes()).map_err(|why| Problem::Unavailable(format!("no time stamp for {size} leaves: {why}")))?;
            service.write_ledger(|tx| Ok(store::ledger::put_stamp(tx.conn, *size, &stamp)?))?;
        }
        Ok(waiting.len())
    }

    fn stamp(&self, note: &[u8]) -> Result<Vec<u8>, String> {
        let said = |e: ureq::Error| e.to_string();
        let imprint = MessageImprint {
            hash_algorithm: AlgorithmIdentifier { oid: SHA_256, parameters: None },
            hashed_message: OctetString::new(Sha256::digest(note).as_slice()).map_err(|e| e.to_string())?,
        };
        // Its first bit is its sign.
        let nonce: [u8; 8] = random();
        let nonce = Int::new(&[&[1], nonce.as_slice()].concat()).map_err(|e| e.to_string())?;
        let request = TimeStampReq {
            version: TspVersion::V1,
            message_imprint: imprint.clone(),
            req_policy: None,
            nonce: Some(nonce.clone()),
            cert_req: true,
            extensions: None,
        };
        let request = request.to_der().map_err(|e| e.to_string())?;
        let mut answer = self.agent.post(&self.address).header("content-type", "application/timestamp-query").send(&request).map_err(said)?;
        let status = answer.status().as_u16();
        let stamp = answer.body_mut().with_config().limit(LONGEST).read_to_vec().map_err(said)?;
        if status != 200 {
            return Err(format!("status {status}"));
        }
        let info = read(&stamp)?;
        let hashed = (info.message_imprint.hash_algorithm.oid, info.message_imprint.hashed_message);
        if hashed != (SHA_256, imprint.hashed_message) || info.nonce != Some(nonce) {
            return Err("the authority stamped something else".to_owned());
        }
        Ok(stamp)
    }
}

/// What a stamp says.
fn read(stamp: &[u8]) -> Result<TstInfo, String> {
    let none = |e: der::Error| format!("it is no time stamp: {e}");
    let answer = TimeStampResp::from_der(stamp).map_err(none)?;
    let status = answer.status.status as u32;
    let Some(token) = answer.time_stamp_token.filter(|_| status <= GRANTED) else { return Err(format!("refused with status {status}")) };
    let signed = SignedData::from_der(&token.content.to_der().map_err(none)?).map_err(none)?;
    let content = signed.encap_content_info.econtent.ok_or("it stamps nothing")?;
    TstInfo::from_der(content.value()).map_err(none)
}
