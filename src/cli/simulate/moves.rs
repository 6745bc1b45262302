//! Officers at work: a move that is due is made by somebody who may, through
//! the action of that name; where nobody may, the item stays as it is.

use uuid::Uuid;

use super::fates::{Fate, Form, Job, Part};
use super::life::Life;
use super::opinions::Template;
use super::topics::is_commune;
use crate::actions::Tx;
use crate::actions::feedback::{self, Written};
use crate::actions::{appeal, picked, reply};
use crate::domain::access::Officer;
use crate::domain::error::Problem;
use crate::domain::event::Appeal;
use crate::domain::feedback::State;
use crate::domain::office::OfficeKind;
use crate::domain::text::TITLE_MAX;
use crate::domain::time::Day;
use crate::domain::visibility::Record;
use crate::domain::words::{Ground, Kind, Language, OfficeCode, Role, Serial};
use crate::store;

impl Life {
    /// Somebody with the role whose office holds this one, the nearest first; none of `not`.
    pub(super) fn person(&mut self, role: Role, office: &OfficeCode, not: &[Uuid]) -> Option<Officer> {
        let offices = &self.catalogue.offices;
        let depth = |o: &Officer| offices.chain(&o.office).count();
        let fits = |o: &&Officer| o.is(role) && offices.is_within(office, &o.office) && !not.contains(&o.id);
        let nearest = self.people.iter().filter(fits).map(depth).max()?;
        let near: Vec<&Officer> = self.people.iter().filter(fits).filter(|o| depth(o) == nearest).collect();
        self.dice.pick(&near).map(|o| (*o).clone())
    }

    /// The receiver of denunciations, or nobody.
    pub(super) fn receiver(&mut self) -> Option<Officer> {
        let receivers: Vec<&Officer> = self.people.iter().filter(|o| o.is(Role::Receiver)).collect();
        self.dice.pick(&receivers).map(|o| (*o).clone())
    }

    /// A code of a published list: this one where it is listed, else the first.
    pub(super) fn code(&self, list: &str, wanted: &str) -> Option<String> {
        let listed = wanted.parse::<Ground>().is_ok_and(|g| self.catalogue.is_listed(list, &g));
        if listed { Some(wanted.to_owned()) } else { self.catalogue.list(list).next().map(|c| c.code.to_string()) }
    }

    /// Two people of the higher office answer, if there are two who had no part in the first answer.
    fn look_again(&mut self, tx: &mut Tx<'_>, serial: Serial) -> Result<(), Problem> {
        let Some(open) = store::appeal::of(tx.conn, serial)?.pop() else { return Ok(()) };
        let mut barred = appeal::involved(tx, serial)?;
        let Some(writer) = self.person(Role::Officer, &open.appeal.office, &barred) else { return Ok(()) };
        barred.push(writer.id);
        let Some(approver) = self.person(Role::Approver, &open.appeal.office, &barred) else { return Ok(()) };
        let answer = "Chúng tôi đã xem lại hồ sơ và ý kiến của ông/bà. Cơ quan đã trả lời phải báo kết quả cụ thể cho ông/bà trong 5 ngày làm việc; chúng tôi theo dõi đến khi xong.";
        appeal::save(tx, &writer, serial, answer, open.revision, true)?;
        appeal::approve(tx, &approver, serial, open.revision + 1)
    }

    /// Makes a move where the item allows it and somebody may; else leaves the item as it is.
    pub(super) fn work(&mut self, tx: &mut Tx<'_>, index: usize, job: Job) -> Result<(), Problem> {
        let Some(serial) = self.opinions.get(index).and_then(|o| o.serial) else { return Ok(()) };
        let Some(record) = store::feedback::get(tx.conn, serial)? else { return Ok(()) };
        let in_work = matches!(record.state, State::Waiting | State::Working);
        let fits = match job {
            Job::Take | Job::Assign | Job::Forward | Job::Propose | Job::Merge | Job::Redirect | Job::Seal => in_work,
            Job::Write(Form::Update) => record.state == State::Answered,
            Job::Write(_) => in_work,
            Job::GiveBack => record.state == State::Drafted,
            Job::Approve => in_work || matches!(record.state, State::Drafted | State::Answered),
            Job::ConfirmSeal | Job::Unseal => record.state == State::Sealed,
            Job::Reopen => record.state == State::OutOfScope,
            Job::Withdraw => record.state.is_open(),
            Job::Thank | Job::Doubt => record.state == State::Answered && record.reply.is_none(),
            Job::LookAgain => record.state == State::Answered && record.appeal == Some(Appeal::Open),
        };
        if !fits {
            return Ok(());
        }
        match job {
            Job::Withdraw => feedback::withdraw(tx, serial),
            Job::Thank => reply::reply(tx, serial, "yes", "", ""),
            Job::Doubt => match self.code("reply", "not_done") {
                Some(reason) => {
                    reply::reply(tx, serial, "no", &reason, "")?;
                    // Every other one asks a higher office, which takes its time.
                    let above = record.office.as_ref().map(|office| tx.catalogue.offices.above(office, tx.today).clone());
                    let reaches = match above {
                        // A province has more people than a demo: nobody asks where all of them had a part in it.
                        Some(above) => appeal::has_people(tx, serial, &above)?,
                        None => false,
                    };
                    if serial.0 % 2 == 0 && reaches {
                        appeal::ask(tx, serial)?;
                        self.enter(index, tx.today, 8, Part::Morning, Job::LookAgain);
                    }
                    Ok(())
                }
                None => Ok(()),
            },
            Job::LookAgain => self.look_again(tx, serial),
            Job::ConfirmSeal | Job::Unseal => {
                let Some(receiver) = self.receiver() else { return Ok(()) };
                match job {
                    Job::ConfirmSeal => feedback::confirm_seal(tx, &receiver, serial),
                    _ => feedback::restore(tx, &receiver, serial, "Nội dung là phản ánh về cách phục vụ, không phải tố cáo."),
                }
            }
            _ => match record.office.clone() {
                Some(office) => self.work_at(tx, index, job, &record, &office),
                None => Ok(()),
            },
        }
    }

    /// A move of somebody of the office in charge.
    pub(super) fn work_at(&mut self, tx: &mut Tx<'_>, index: usize, job: Job, record: &Record, office: &OfficeCode) -> Result<(), Problem> {
        let serial = record.serial;
        let role = match job {
            Job::Assign | Job::Reopen => Role::Head,
            Job::GiveBack | Job::Approve => Role::Approver,
            _ => Role::Officer,
        };
        let authors = if role == Role::Approver { store::draft::authors(tx.conn, serial)? } else { Vec::new() };
        // Who took it goes on with it.
        let assigned = self.people.iter().find(|o| role == Role::Officer && record.assignee == Some(o.id)).cloned();
        let Some(who) = assigned.or_else(|| self.person(role, office, &authors)) else { return Ok(()) };
        match job {
            Job::Take => feedback::take(tx, &who, serial),
            Job::Assign => match self.person(Role::Officer, office, &[who.id]) {
                Some(colleague) => feedback::assign(tx, &who, serial, colleague.id),
                None => Ok(()),
            },
            Job::Forward => match (self.elsewhere(tx.today, index, office), self.code("forward", "wrong_office")) {
                (Some(to), Some(reason)) => feedback::forward(tx, &who, serial, to.as_str(), &reason, "Nội dung thuộc nhiệm vụ của cơ quan nhận."),
                _ => Ok(()),
            },
            Job::Write(form) => {
                let revision = store::draft::get(tx.conn, serial)?.map_or(0, |d| d.revision);
                match self.answer(index, office, form, revision) {
                    Some(written) => feedback::save(tx, &who, serial, &written, true),
                    None => Ok(()),
                }
            }
            Job::Propose => {
                let revision = store::draft::get(tx.conn, serial)?.map_or(0, |d| d.revision);
                match self.refusal(index, revision) {
                    Some(written) => feedback::save(tx, &who, serial, &written, true),
                    None => Ok(()),
                }
            }
            Job::GiveBack => match self.code("return", "incomplete") {
                Some(reason) => feedback::give_back(tx, &who, serial, &reason, "Cần nói rõ đã làm gì và bao giờ xong."),
                None => Ok(()),
            },
            Job::Approve => match store::draft::get(tx.conn, serial)? {
                Some(draft) if draft.handed_in => {
                    feedback::approve(tx, &who, serial, None)?;
                    pick(tx, serial)
                }
                _ => Ok(()),
            },
            Job::Merge => match self.survivor(tx, index)? {
                Some(into) => feedback::merge(tx, &who, serial, into),
                None => Ok(()),
            },
            Job::Redirect => {
                let guidance = self.template(index).map(|t| t.answer.clone()).unwrap_or_default();
                match self.code("redirect", "complaint_law") {
                    Some(ground) if !guidance.is_empty() => feedback::redirect(tx, &who, serial, &ground, &guidance),
                    _ => Ok(()),
                }
            }
            Job::Seal => feedback::seal(tx, &who, serial),
            Job::Reopen => feedback::restore(tx, &who, serial, "Xem lại: việc này thuộc cơ quan mình trả lời."),
            Job::ConfirmSeal | Job::Unseal | Job::Withdraw | Job::Thank | Job::Doubt | Job::LookAgain => Ok(()),
        }
    }

    pub(super) fn template(&self, index: usize) -> Option<&Template> {
        self.opinions.get(index).and_then(|o| self.templates.get(o.template))
    }

    /// Another office that knows the field, or a neighbour with people of its own; and that somebody answers for.
    pub(super) fn elsewhere(&mut self, day: Day, index: usize, from: &OfficeCode) -> Option<OfficeCode> {
        let catalogue = self.catalogue.clone();
        let offices = &catalogue.offices;
        let topic = self.opinions.get(index).and_then(|o| self.topics.get(o.topic))?;
        let is_part = |o: &OfficeCode| offices.get(o).is_some_and(|o| matches!(o.kind, OfficeKind::Division | OfficeKind::Centre | OfficeKind::OneStop));
        // A part of an authority is not where a commune sends things.
        let near = |o: &OfficeCode| !is_part(o) || !offices.get(from).is_some_and(|o| is_commune(o.kind));
        let above = |o: &OfficeCode| offices.get(o).and_then(|o| o.parent.clone());
        let neighbours = self.people.iter().map(|p| &p.office).filter(|o| is_part(o) && above(o).is_some_and(|above| offices.is_within(from, &above)));
        let fits = |o: &&OfficeCode| *o != from && near(o) && offices.active(o, day).is_some();
        let mut list: Vec<&OfficeCode> = topic.desks.iter().chain(neighbours).filter(fits).collect();
        if list.is_empty() {
            list = self.topics.iter().flat_map(|t| &t.desks).filter(fits).collect();
        }
        let to = self.dice.pick(&list).map(|o| (*o).clone())?;
        let people = self.person(Role::Officer, &to, &[]).is_some() && self.person(Role::Approver, &to, &[]).is_some();
        people.then_some(to)
    }

    /// The item that goes on for a repeated one, while it is not out.
    pub(super) fn survivor(&self, tx: &mut Tx<'_>, index: usize) -> Result<Option<Serial>, Problem> {
        let into = match self.opinions.get(index).map(|o| o.fate) {
            Some(Fate::Merge(into)) => self.opinions.get(into).and_then(|o| o.serial),
            _ => None,
        };
        let Some(into) = into else { return Ok(None) };
        let record = store::feedback::get(tx.conn, into)?;
        Ok(record.filter(|r| r.state.out_class().is_none()).map(|r| r.serial))
    }

    /// What an officer writes as an answer.
    pub(super) fn answer(&mut self, index: usize, office: &OfficeCode, form: Form, revision: i64) -> Option<Written> {
        let short = self.catalogue.offices.get(office)?.short_name(Language::Vi).to_owned();
        let opening = match self.dice.between(1, 4) {
            1 => "Cảm ơn ý kiến đã gửi. ".to_owned(),
            2 => format!("{short} xin trả lời như sau. "),
            _ => String::new(),
        };
        let sent = self.opinions.get(index)?;
        let template = self.templates.get(sent.template).filter(|t| !t.answer.is_empty())?;
        let opening = if template.answer.contains("ảm ơn") { "" } else { opening.as_str() };
        let question = template.public.as_deref().unwrap_or(&template.text);
        let answer = match form {
            Form::Short => template.answer.split_inclusive(". ").next().unwrap_or(&template.answer).to_owned(),
            Form::Full => format!("{opening}{}", template.answer),
            Form::Update => format!("{}\n\nCập nhật: chúng tôi đã kiểm tra lại, các việc nêu trên đã làm xong.", template.answer),
        };
        let with_place = format!("{} ({short})", template.title);
        let fits = sent.turn > 0 && with_place.chars().count() <= TITLE_MAX;
        Some(Written {
            intent: "answer".to_owned(),
            title: if fits { with_place } else { template.title.clone() },
            question: format!("{}{question}{}", sent.before, sent.after),
            answer,
            revision,
            ..Written::default()
        })
    }

    /// What an officer writes who thinks that it is not for a public office.
    pub(super) fn refusal(&self, index: usize, revision: i64) -> Option<Written> {
        let sent = self.opinions.get(index)?;
        let template = self.templates.get(sent.template)?;
        let (intent, ground, note) = match sent.fate {
            Fate::Spam if template.text.contains("asdf") => ("spam", "nonsense", ""),
            Fate::Spam => ("spam", "advertising", ""),
            Fate::OutOfScope if template.field == "land" => ("out_of_scope", "private_dispute", template.answer.as_str()),
            Fate::OutOfScope => ("out_of_scope", "other_authority", template.answer.as_str()),
            _ => ("out_of_scope", "not_administrative", "Nội dung không thuộc việc của cơ quan hành chính."),
        };
        let ground = self.code(intent, ground)?;
        Some(Written { intent: intent.to_owned(), ground, note: note.to_owned(), revision, ..Written::default() })
    }
}

/// Every second question or praise that is answered is picked for its page by whoever wrote the answer.
fn pick(tx: &mut Tx<'_>, serial: Serial) -> Result<(), Problem> {
    let record = store::feedback::get(tx.conn, serial)?;
    let fits = |record: &Record| matches!(record.kind, Some(Kind::Question | Kind::Praise)) && serial.0 % 2 == 0 && record.words_are_public();
    let Some(assignee) = record.filter(fits).and_then(|record| record.assignee) else { return Ok(()) };
    match store::officer::get(tx.conn, assignee)? {
        Some(account) => picked::pick(tx, &account.officer, serial, true),
        None => Ok(()),
    }
}
