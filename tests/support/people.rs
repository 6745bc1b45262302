//! People who speak the words of the field: a citizen with a form, officers at
//! their desks. What they do succeeds, or the test fails; `tries` gives the refusal.

use hoidap::actions::feedback::{self, Written};
use hoidap::actions::intake::{self, Receipt};
use hoidap::actions::{Tx, lookup};
use hoidap::domain::access::Officer;
use hoidap::domain::error::Problem;
use hoidap::domain::event::Event;
use hoidap::domain::submission::{Draft, OpinionDraft, Submission, Way};
use hoidap::domain::words::{By, Serial};
use hoidap::store::{self, feedback::NewEvent};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Bed, WARD};

/// The counter slip.
const SLIP: &str = "phieu-quay";

/// A person with a form before them.
#[derive(Clone)]
pub struct Citizen {
    /// What was typed.
    pub draft: Draft,
    /// How it comes in.
    pub way: Way,
}

impl Default for Citizen {
    fn default() -> Self {
        let draft = Draft {
            submission_id: Uuid::new_v4().to_string(),
            respondent: "citizen".to_owned(),
            field: "land".to_owned(),
            office: WARD.to_owned(),
            language: "vi".to_owned(),
            ..Draft::default()
        };
        Self { draft, way: Way::api() }
    }
}

impl Citizen {
    /// An opinion.
    pub fn says(self, text: &str) -> Self {
        self.opinion(|o| text.clone_into(&mut o.text))
    }

    /// A rating on the counter slip, 1 to 5.
    pub fn rates(self, value: u8) -> Self {
        self.answers("overall", value)
    }

    /// An answer to a question of the counter slip.
    pub fn answers(mut self, question: &str, value: impl Into<Value>) -> Self {
        self.draft.answers.get_or_insert_with(Map::new).insert(question.to_owned(), value.into());
        self
    }

    /// What the sender calls the opinion.
    pub fn kind(self, kind: &str) -> Self {
        self.opinion(|o| kind.clone_into(&mut o.kind))
    }

    /// Where the answer can go.
    pub fn email(self, email: &str) -> Self {
        self.opinion(|o| email.clone_into(&mut o.email))
    }

    /// What the contact may be used for.
    pub fn consents(self, purposes: &[&str]) -> Self {
        self.opinion(|o| o.consent = purposes.iter().map(ToString::to_string).collect())
    }

    /// Another field.
    pub fn field(mut self, field: &str) -> Self {
        field.clone_into(&mut self.draft.field);
        self
    }

    /// Another office, or none.
    pub fn office(mut self, office: &str) -> Self {
        office.clone_into(&mut self.draft.office);
        self
    }

    /// Another kind of respondent.
    pub fn respondent(mut self, respondent: &str) -> Self {
        respondent.clone_into(&mut self.draft.respondent);
        self
    }

    /// At the counter's tablet.
    pub fn at_counter(mut self) -> Self {
        self.way = Way::kiosk(self.draft.office.parse().unwrap());
        self
    }

    fn opinion(mut self, change: impl FnOnce(&mut OpinionDraft)) -> Self {
        change(self.draft.opinion.get_or_insert_default());
        self
    }

    /// The form as the service reads it.
    pub fn submission(&self, bed: &Bed) -> Submission {
        let read = bed.service.read(|tx| {
            let survey = self.draft.answers.as_ref().and_then(|_| tx.catalogue.questionnaire(&SLIP.parse().unwrap())).cloned();
            Submission::parse(&self.draft, &self.way, survey.as_deref(), &tx.catalogue, tx.today)
        });
        read.unwrap()
    }

    /// Sends the form; the same one can be sent again.
    pub fn sends(&self, bed: &Bed) -> Receipt {
        let submission = self.submission(bed);
        bed.service.write_intake(|tx| intake::store_all(tx, &mut Default::default(), std::slice::from_ref(&submission))).unwrap().remove(0).unwrap()
    }

    /// Sends an opinion and remembers its number.
    pub fn sends_opinion(&self, bed: &Bed) -> Serial {
        self.sends(bed).feedback.unwrap().0
    }
}

/// Somebody at their desk.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// Where they work.
    pub bed: &'a Bed,
    /// Who they are.
    pub officer: &'a Officer,
}

impl Desk<'_> {
    /// Tries something, which may be refused.
    pub fn tries<T>(self, action: impl FnOnce(&mut Tx<'_>, &Officer) -> Result<T, Problem>) -> Result<T, Problem> {
        self.bed.service.write(|tx| action(tx, self.officer))
    }

    fn does(self, action: impl FnOnce(&mut Tx<'_>, &Officer) -> Result<(), Problem>) -> Self {
        self.tries(action).unwrap();
        self
    }

    /// Records an event that no verb makes yet; the event is there, and so are its rules.
    pub fn records(self, serial: Serial, by: By, event: Event) -> Result<(), Problem> {
        self.tries(|tx, _| {
            let mut hand = feedback::take_in_hand(tx, serial)?;
            let entries = hand.item.record(tx.today, by, event, &*tx.catalogue)?;
            let row = |entry| NewEvent { serial, entry, at: tx.now, officer: None, salts: Vec::new(), note: None };
            let new: Vec<NewEvent> = entries.into_iter().map(row).collect();
            store::feedback::event_rows(&new)?.write(tx.conn)?;
            hand.record.project(&hand.item);
            Ok(store::feedback::update(tx.conn, &hand.record)?)
        })
    }

    /// Takes an item.
    pub fn takes(self, serial: Serial) -> Self {
        self.does(|tx, me| feedback::take(tx, me, serial))
    }

    /// Gives an item to another office.
    pub fn forwards(self, serial: Serial, to: &str) -> Self {
        self.does(|tx, me| feedback::forward(tx, me, serial, to, "wrong_office", ""))
    }

    /// Writes an answer, with the opinion's words as they came.
    pub fn writes(self, serial: Serial, answer: &str) -> Self {
        self.does(|tx, me| {
            let question = store::feedback::original(tx.conn, serial)?.unwrap_or_default();
            let revision = store::draft::get(tx.conn, serial)?.map_or(0, |d| d.revision);
            let written = Written { title: "Về việc được hỏi".to_owned(), question, answer: answer.to_owned(), revision, ..Written::default() };
            feedback::save(tx, me, serial, &written, false)
        })
    }

    /// Proposes a refusal.
    pub fn proposes(self, serial: Serial, intent: &str, ground: &str) -> Self {
        self.does(|tx, me| {
            let revision = store::draft::get(tx.conn, serial)?.map_or(0, |d| d.revision);
            let written = Written { intent: intent.to_owned(), ground: ground.to_owned(), revision, ..Written::default() };
            feedback::save(tx, me, serial, &written, true)
        })
    }

    /// Hands in what was written.
    pub fn hands_in(self, serial: Serial) -> Self {
        self.does(|tx, me| {
            let draft = store::draft::get(tx.conn, serial)?.expect("nothing was written");
            let written = Written {
                intent: draft.intent.as_str().to_owned(),
                title: draft.title,
                question: draft.question,
                answer: draft.answer,
                ground: draft.ground.map(|g| g.to_string()).unwrap_or_default(),
                note: draft.note.unwrap_or_default(),
                revision: draft.revision,
                grouped: None,
            };
            feedback::save(tx, me, serial, &written, true)
        })
    }

    /// Approves what another wrote.
    pub fn approves(self, serial: Serial) -> Self {
        self.does(|tx, me| feedback::approve(tx, me, serial, None))
    }

    /// Gives back what another wrote.
    pub fn returns(self, serial: Serial) -> Self {
        self.does(|tx, me| feedback::give_back(tx, me, serial, "unclear", ""))
    }

    /// Merges an item into another.
    pub fn merges(self, serial: Serial, into: Serial) -> Self {
        self.does(|tx, me| feedback::merge(tx, me, serial, into))
    }

    /// Tells a complaint's sender where to go.
    pub fn redirects(self, serial: Serial) -> Self {
        self.does(|tx, me| feedback::redirect(tx, me, serial, "complaint_law", "Ông/bà gửi đơn đến Chủ tịch Ủy ban nhân dân phường."))
    }

    /// Marks an item as a denunciation.
    pub fn seals(self, serial: Serial) -> Self {
        self.does(|tx, me| feedback::seal(tx, me, serial))
    }

    /// Brings an item back.
    pub fn restores(self, serial: Serial) -> Self {
        self.does(|tx, me| feedback::restore(tx, me, serial, "Đã xem lại."))
    }

    /// Opens an item.
    pub fn opens(self, serial: Serial) -> Result<lookup::DeskItem, Problem> {
        lookup::at_desk(&self.bed.service, self.officer, serial, |_, item| Ok(item))
    }
}
