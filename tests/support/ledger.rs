//! The public log of a test: its key, what keeps its state, who signs it.

use std::path::PathBuf;

use hoidap::actions::calendar;
use hoidap::actions::catalogue::DayForm;
use hoidap::jobs::ledger::Sequencer;
use hoidap::keys::LedgerKey;
use uuid::Uuid;

use super::Bed;

/// What the key of every log is made of.
pub const SEED: [u8; 32] = [7; 32];

/// The key of every log; its origin is that of a [`Site`](super::web::Site).
pub fn key() -> LedgerKey {
    LedgerKey::new("127.0.0.1/so-cong-khai", SEED).unwrap()
}

/// A file or folder of a test's own, gone when the test ends.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// One that isn't there yet.
    pub fn new() -> Self {
        Self(std::env::temp_dir().join(format!("hoidap-test-{}", Uuid::new_v4().simple())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Scratch {
    /// A sequencer that keeps its state here.
    pub fn sequencer(&self) -> Sequencer {
        Sequencer::new(key(), self.0.clone())
    }

    /// Gives everything that waits its place. Returns how many leaves were new.
    pub fn signs(&self, bed: &Bed) -> usize {
        self.sequencer().run(&bed.service).unwrap()
    }
}

impl Bed {
    /// The government gives a day off.
    pub fn holiday(&self, day: &str) -> &Self {
        let form = DayForm {
            day: day.to_owned(),
            kind: "holiday".to_owned(),
            status: "official".to_owned(),
            name_vi: "Nghỉ".to_owned(),
            source: "thử".to_owned(),
            ..DayForm::default()
        };
        let administrator = self.account("administrator");
        self.service.write_reference(|tx| calendar::put(tx, administrator, &form.parse()?)).unwrap();
        self
    }
}
