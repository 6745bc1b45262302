//! Tablets at counters.

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{Check, begin, finish};
use crate::actions::Tx;
use crate::domain::access::Officer;
use crate::domain::catalogue::Device;
use crate::domain::error::{Code, Problem};
use crate::keys;
use crate::store::catalogue as store;

/// What an administrator types of a device.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeviceForm {
    /// What people call it.
    pub name: String,
    /// The code of the office where it stands.
    pub office: String,
}

/// A device just enrolled. Its token is shown once and kept nowhere.
#[derive(Clone)]
pub struct Enrolled {
    /// Its public id.
    pub id: String,
    /// Its token.
    pub token: String,
}

impl std::fmt::Debug for Enrolled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Enrolled({}, …)", self.id)
    }
}

/// Enrols a device. Only the hash of its token is kept.
pub fn enrol_device(tx: &mut Tx<'_>, by: &Officer, form: &DeviceForm) -> Result<Enrolled, Problem> {
    begin(tx, by)?;
    let catalogue = tx.catalogue.clone();
    let mut check = Check::default();
    let name = check.needed("/name", &form.name, 120);
    match check.office("/office", &form.office, &catalogue, tx.today) {
        Some(office) if check.clean() => {
            let short: String = Uuid::new_v4().simple().to_string().chars().take(8).collect();
            let enrolled = Enrolled { id: format!("quay-{short}"), token: keys::token() };
            let device = Device { id: enrolled.id.clone(), name, office, token_hash: keys::token_hash(&enrolled.token), active: true };
            store::add_device(tx.conn, &device, tx.today)?;
            finish(tx, by, "device.enrol", format!("device:{}", device.id), json!({"office": device.office}))?;
            Ok(enrolled)
        }
        _ => Err(check.into()),
    }
}

/// Ends a device: its token opens nothing any more.
pub fn end_device(tx: &mut Tx<'_>, by: &Officer, id: &str) -> Result<(), Problem> {
    begin(tx, by)?;
    if tx.catalogue.device(id).is_none() {
        return Err(Code::NotFound.into());
    }
    store::end_device(tx.conn, id, tx.today)?;
    finish(tx, by, "device.end", format!("device:{id}"), json!({}))
}
