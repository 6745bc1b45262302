//! The public log of a test: its key, what keeps its state, who signs it.

use std::path::PathBuf;

use hoidap::actions::calendar;
use hoidap::actions::catalogue::DayForm;
use hoidap::jobs::ledger::Sequencer;
use hoidap::keys::LedgerKey;
use uuid::Uuid;

use super::{Bed, NEIGHBOUR};

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

    /// A month with opinions in most classes, ratings, and a new holiday, signed as it goes.
    pub fn month(&self, bed: &Bed) {
        self.signs(bed);
        let says = |words: &str| bed.citizen().says(words).rates(4).sends_opinion(bed);
        let (answered, late, forwarded, spam, merged) = (says("Một."), says("Hai."), says("Ba."), says("Bốn."), says("Năm."));
        let open = says("Sáu.");
        bed.citizen().kind("denunciation").says("Bảy.").sends(bed);
        bed.citizen().at_counter().says("Tám.").rates(2).sends(bed);
        bed.on("2026-10-06").officer().takes(answered).writes(answered, "Đã sửa.").hands_in(answered);
        bed.approver().approves(answered);
        bed.officer().takes(spam).proposes(spam, "spam", "advertising");
        bed.approver().approves(spam);
        bed.on("2026-10-08").officer().forwards(forwarded, NEIGHBOUR);
        bed.officer().merges(merged, answered);
        self.signs(bed);
        bed.holiday("2026-10-14").on("2026-10-27");
        hoidap::jobs::clocks::daily(&bed.service).unwrap();
        bed.officer().takes(late).writes(late, "Xin lỗi vì chậm.").hands_in(late);
        bed.approver().approves(late);
        bed.officer().takes(open);
        self.signs(bed);
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
