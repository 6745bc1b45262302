//! When the moves of an opinion are made, entered on the day that it arrives.
//! Knows the calendar, not who is there to make a move.

use super::dice::{Dice, Stream};
use super::fates::{Course, Event, Fate, Form, Job, Part};
use super::life::Life;
use crate::domain::time::Day;

impl Life {
    /// Enters a move `working` working days after a day.
    pub(super) fn enter(&mut self, index: usize, from: Day, working: i32, part: Part, job: Job) {
        let day = self.catalogue.calendar.add(from, working.unsigned_abs(), true);
        let second = part.second(&mut self.dice);
        self.agenda.entry(day).or_default().push((second, index, Event::Moves(job)));
    }

    /// Enters the moves of an opinion's fate.
    pub(super) fn foresee(&mut self, index: usize, on: Day, due_on: Day, fate: Fate) {
        use Part::{Afternoon, Early, Morning};
        let soon = self.dice.between(1, 2);
        match fate {
            Fate::Course(course) => self.foresee_course(index, on, due_on, course),
            Fate::Merge(_) => {
                let at = self.dice.between(1, 4);
                self.enter(index, on, at, Morning, Job::Merge);
                // Where the other one is out by then, it is answered like any other.
                self.foresee_answer(index, on, 10, 2);
            }
            Fate::OutOfScope | Fate::Spam => {
                self.enter(index, on, soon, Morning, Job::Propose);
                let later = self.dice.between(0, 1);
                self.enter(index, on, soon + later, Afternoon, Job::Approve);
            }
            Fate::Redirect => self.enter(index, on, soon, Afternoon, Job::Redirect),
            Fate::Denounced => {
                let at = self.dice.between(1, 5);
                self.enter(index, on, at, Early, Job::ConfirmSeal);
            }
        }
    }

    pub(super) fn foresee_course(&mut self, index: usize, on: Day, due_on: Day, course: Course) {
        use Part::{Afternoon, Early, Morning};
        let days = i32::try_from(self.catalogue.calendar.between(on, due_on, true)).unwrap_or(15).max(12);
        // Early rather than late, and sometimes on the last day.
        let (a, b) = (self.dice.between(3, days), self.dice.between(3, days));
        let at = a.min(b);
        let soon = self.dice.between(1, 2);
        match course {
            Course::Plain | Course::Revised => {
                if self.dice.chance(0.7) {
                    self.enter(index, on, soon, Morning, Job::Take);
                }
                self.foresee_answer(index, on, at, 2);
                if course == Course::Revised {
                    let more = at + self.dice.between(5, 20);
                    self.enter(index, on, more, Morning, Job::Write(Form::Update));
                    self.enter(index, on, more, Afternoon, Job::Approve);
                }
            }
            Course::Assigned => {
                self.enter(index, on, soon, Early, Job::Assign);
                self.foresee_answer(index, on, at, 2);
            }
            Course::Forwarded | Course::ForwardedTwice => {
                self.enter(index, on, soon, Early, Job::Forward);
                let twice = course == Course::ForwardedTwice;
                if twice {
                    self.enter(index, on, soon + 3, Early, Job::Forward);
                }
                self.enter(index, on, soon + 4, Morning, Job::Take);
                self.foresee_answer(index, on, at.max(soon + 5), 2);
            }
            Course::Returned => {
                let at = at.max(4);
                self.enter(index, on, at - 2, Morning, Job::Write(Form::Short));
                self.enter(index, on, at - 1, Early, Job::GiveBack);
                self.foresee_answer(index, on, at, 1);
            }
            Course::Late => {
                let late = days + self.dice.between(1, 9);
                self.enter(index, on, soon + 3, Morning, Job::Take);
                self.foresee_answer(index, on, late, 2);
            }
            Course::Ignored => {
                if self.dice.chance(0.5) {
                    self.enter(index, on, soon + 3, Afternoon, Job::Take);
                }
            }
            Course::Withdrawn => {
                // A sender knows no days off.
                let day = on.plus(self.dice.between(1, 9));
                let second = self.dice.between(25_200, 75_600);
                self.agenda.entry(day).or_default().push((second, index, Event::Moves(Job::Withdraw)));
                self.foresee_answer(index, on, 12, 2);
            }
            Course::Sealed => {
                self.enter(index, on, soon, Morning, Job::Seal);
                self.enter(index, on, soon + 2, Afternoon, Job::ConfirmSeal);
            }
            Course::SealedByMistake | Course::CalledDenunciation => {
                if course == Course::SealedByMistake {
                    self.enter(index, on, soon, Morning, Job::Seal);
                }
                self.enter(index, on, soon + 2, Afternoon, Job::Unseal);
                self.foresee_answer(index, on, at.max(soon + 5), 2);
            }
            Course::RefusedByMistake => {
                self.enter(index, on, soon, Morning, Job::Propose);
                self.enter(index, on, soon, Afternoon, Job::Approve);
                self.enter(index, on, soon + 4, Early, Job::Reopen);
                self.foresee_answer(index, on, at.max(soon + 6), 2);
            }
        }
    }

    /// Approved on the day `at`, handed in that day or at most `slack` before.
    pub(super) fn foresee_answer(&mut self, index: usize, on: Day, at: i32, slack: i32) {
        let before = self.dice.between(0, slack);
        self.enter(index, on, at - before, Part::Morning, Job::Write(Form::Full));
        self.enter(index, on, at, Part::Afternoon, Job::Approve);
        self.foresee_reply(index, self.catalogue.calendar.add(on, at.unsigned_abs(), true));
    }

    /// Some senders say whether the answer of a day helped; most of those say yes.
    fn foresee_reply(&mut self, index: usize, answered: Day) {
        let mut dice = Dice::of(self.plan.seed, Stream::Reply, index as u64);
        if dice.chance(0.4) {
            let job = if dice.chance(0.78) { Job::Thank } else { Job::Doubt };
            let (day, second) = (answered.plus(dice.between(1, 9)), dice.between(25_200, 75_600));
            self.agenda.entry(day).or_default().push((second, index, Event::Moves(job)));
        }
    }
}
