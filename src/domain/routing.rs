//! To which office an opinion goes: (procedure, else field) × place × day, by
//! dated rules; else the coordinating office's tray. Nothing is without an owner.

use std::collections::BTreeSet;

use super::office::{Office, Offices};
use super::time::Day;
use super::words::{FieldCode, OfficeCode, ProcedureKey};

/// The rule's name when no rule fits.
pub const TRAY: &str = "tray";

/// Where a rule sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To this office.
    Office(OfficeCode),
    /// To the office that the sender named; the rule does not fit when none was.
    Named,
}

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A procedure.
    Procedure(ProcedureKey),
    /// A field.
    Field(FieldCode),
}

/// A dated routing rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its number in the table.
    pub id: i64,
    /// What it looks at.
    pub subject: Subject,
    /// Only for offices named within this one.
    pub place: Option<OfficeCode>,
    /// Where it sends.
    pub target: Target,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day, if it ended.
    pub valid_to: Option<Day>,
}

impl Rule {
    /// The name that the ledger shows: `procedure:1.012784`, `field:land`.
    pub fn name(&self) -> String {
        match &self.subject {
            Subject::Procedure(key) => format!("procedure:{key}"),
            Subject::Field(field) => format!("field:{field}"),
        }
    }

    /// Is it in force on a day?
    pub fn is_active(&self, day: Day) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    fn is_about(&self, q: Question<'_>) -> bool {
        match &self.subject {
            Subject::Procedure(key) => q.procedure == Some(key),
            Subject::Field(field) => q.field == field,
        }
    }

    fn is_for(&self, offices: &Offices, named: Option<&OfficeCode>) -> bool {
        match (&self.place, named) {
            (None, _) => true,
            (Some(place), Some(office)) => offices.is_within(office, place),
            (Some(_), None) => false,
        }
    }

    /// Higher is more specific: procedure before field, with a place before without, the later rule before the earlier.
    fn weight(&self, offices: &Offices) -> (bool, usize, Day, i64) {
        let depth = self.place.as_ref().map_or(0, |p| offices.chain(p).count());
        (matches!(self.subject, Subject::Procedure(_)), depth, self.valid_from, self.id)
    }
}

/// What is known of an opinion when it comes in.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Its field.
    pub field: &'a FieldCode,
    /// Its procedure, if named.
    pub procedure: Option<&'a ProcedureKey>,
    /// The office that the sender named.
    pub office: Option<&'a OfficeCode>,
    /// The day received.
    pub on: Day,
}

/// The rule that decides a question, and the office that it leads to; `None` when no rule fits.
pub fn decide<'a>(rules: &'a [Rule], offices: &'a Offices, q: Question<'_>) -> Option<(&'a Rule, &'a Office)> {
    let found = rules
        .iter()
        .filter(|rule| rule.is_active(q.on))
        .filter(|rule| rule.is_about(q) && rule.is_for(offices, q.office))
        .filter_map(|rule| {
            let office = match &rule.target {
                Target::Office(office) => office,
                Target::Named => q.office?,
            };
            let office = offices.active(offices.counting(office, q.on), q.on)?;
            // An address that names the chosen office is more specific than one that ignores it.
            let named = rule.target == Target::Named;
            Some((rule.weight(offices), named, rule, office))
        })
        .max_by(|a, b| (a.0.0, a.0.1, a.1, a.0.2, a.0.3).cmp(&(b.0.0, b.0.1, b.1, b.0.2, b.0.3)));
    found.map(|(_, _, rule, office)| (rule, office))
}

/// The office in charge and the rule's name.
pub fn route(rules: &[Rule], offices: &Offices, coordinating: &OfficeCode, q: Question<'_>) -> (OfficeCode, String) {
    match decide(rules, offices, q) {
        Some((rule, office)) => (office.code.clone(), rule.name()),
        None => (coordinating.clone(), TRAY.to_owned()),
    }
}

/// Why no rule fits a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// No rule in force looks at this subject.
    Subject,
    /// Those that do are for other places, or ask for an office to be named.
    Place,
    /// Those that fit name an office that has ended, and nobody took over.
    Office,
}

impl Unfit {
    /// The word of its translation key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Place => "place",
            Self::Office => "office",
        }
    }
}

/// Why a question that [`decide`] leaves open falls to the tray.
pub fn unfit(rules: &[Rule], offices: &Offices, q: Question<'_>) -> Unfit {
    let about: Vec<&Rule> = rules.iter().filter(|rule| rule.is_active(q.on) && rule.is_about(q)).collect();
    if about.is_empty() {
        return Unfit::Subject;
    }
    let fits = about.iter().any(|rule| rule.is_for(offices, q.office) && (rule.target != Target::Named || q.office.is_some()));
    if fits { Unfit::Office } else { Unfit::Place }
}

/// Two rules that are equally specific and lead to different offices on the same day. The later one decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The rule that decides.
    pub decides: i64,
    /// The rule that is passed over.
    pub passed_over: i64,
    /// The first day on which they differ, of those that were asked for.
    pub from: Day,
}

/// Every pair of rules that contradict each other on some day from `from` on.
///
/// Two rules are equally specific when they look at the same subject and the same place and both name an office.
/// Who answers changes only when a rule begins or an office begins or ends: those days are all that has to be looked at.
pub fn contradictions(rules: &[Rule], offices: &Offices, from: Day) -> Vec<Contradiction> {
    let turns: BTreeSet<Day> = offices.iter().flat_map(|o| [Some(o.valid_from), o.valid_to.map(Day::next)]).flatten().collect();
    let mut found = Vec::new();
    for (n, one) in rules.iter().enumerate() {
        for other in rules.iter().skip(n + 1).filter(|other| other.subject == one.subject && other.place == one.place) {
            let (Target::Office(a), Target::Office(b)) = (&one.target, &other.target) else { continue };
            let begin = from.max(one.valid_from).max(other.valid_from);
            let leads = |to: &OfficeCode, on: Day| offices.active(offices.counting(to, on), on).map(|office| office.code.clone());
            let differ = |on: &Day| match (leads(a, *on), leads(b, *on)) {
                (Some(a), Some(b)) => a != b,
                _ => false,
            };
            let days = std::iter::once(begin).chain(turns.range(begin..).copied());
            let first = days.take_while(|on| one.is_active(*on) && other.is_active(*on)).find(differ);
            let Some(first) = first else { continue };
            let (decides, passed_over) = if one.weight(offices) > other.weight(offices) { (one, other) } else { (other, one) };
            found.push(Contradiction { decides: decides.id, passed_over: passed_over.id, from: first });
        }
    }
    found
}

/// What a trial of every subject and office on one day shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// Subjects that fall to the coordinating tray, with the offices for which they do; `None` is no office named.
    pub gaps: Vec<(Subject, Vec<Option<OfficeCode>>)>,
    /// The rules in force that decide nothing, and why.
    pub idle: Vec<(i64, Idle)>,
    /// The rules in force that name an office that has ended, with the office that took over.
    pub ended: Vec<(i64, OfficeCode)>,
}

/// Why a rule decides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// The field or procedure can't be chosen.
    Subject,
    /// Its place has ended, or nobody can name an office in it.
    Place,
    /// The office that it names has ended, and nobody took over.
    Office,
    /// A more specific or later rule always comes first.
    Passed,
}

impl Idle {
    /// The word of its translation key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Place => "place",
            Self::Office => "office",
            Self::Passed => "passed",
        }
    }
}

/// Asks every question of a day: each subject (a procedure with its field) for each office that can be named, and for none.
pub fn trial(rules: &[Rule], offices: &Offices, subjects: &[(Subject, FieldCode)], on: Day) -> Trial {
    let named: Vec<&OfficeCode> = offices.iter().filter(|o| o.selectable && o.is_active(on)).map(|o| &o.code).collect();
    let mut trial = Trial::default();
    let mut deciding = BTreeSet::new();
    for (subject, field) in subjects {
        let procedure = match subject {
            Subject::Procedure(key) => Some(key),
            Subject::Field(_) => None,
        };
        let mut gaps = Vec::new();
        for office in std::iter::once(None).chain(named.iter().copied().map(Some)) {
            match decide(rules, offices, Question { field, procedure, office, on }) {
                Some((rule, _)) => drop(deciding.insert(rule.id)),
                None => gaps.push(office.cloned()),
            }
        }
        if !gaps.is_empty() {
            trial.gaps.push((subject.clone(), gaps));
        }
    }
    for rule in rules.iter().filter(|rule| rule.is_active(on)) {
        let leads_to = match &rule.target {
            Target::Named => None,
            Target::Office(code) => Some((code, offices.counting(code, on))),
        };
        if let Some((_, counting)) = leads_to.filter(|(code, counting)| code != counting && offices.active(counting, on).is_some()) {
            trial.ended.push((rule.id, counting.clone()));
        }
        if deciding.contains(&rule.id) {
            continue;
        }
        let chosen = subjects.iter().any(|(subject, field)| *subject == rule.subject || rule.subject == Subject::Field(field.clone()));
        let placed = rule.place.as_ref().is_none_or(|place| named.iter().any(|office| offices.is_within(office, place)));
        let led = leads_to.is_none_or(|(_, counting)| offices.active(counting, on).is_some());
        let why = match (chosen, placed, led) {
            (false, _, _) => Idle::Subject,
            (true, false, _) => Idle::Place,
            (true, true, false) => Idle::Office,
            (true, true, true) => Idle::Passed,
        };
        trial.idle.push((rule.id, why));
    }
    trial
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::office::OfficeKind;
    use crate::domain::words::Words;

    const FIRST: &str = "2026-01-01";

    fn day(n: i32) -> Day {
        FIRST.parse::<Day>().unwrap().plus(n)
    }

    fn office(n: usize, ends: Option<(i32, usize)>) -> Office {
        Office {
            code: code(n),
            parent: (n > 0).then(|| code(0)),
            kind: OfficeKind::Ward,
            place: None,
            name: Words::default(),
            short: String::new(),
            valid_from: day(-10),
            valid_to: ends.map(|(last, _)| day(last)),
            successor: ends.map(|(_, next)| code(next)),
            counts_makeup: true,
            selectable: n > 0,
            email: None,
        }
    }

    fn code(n: usize) -> OfficeCode {
        format!("o{n}").parse().unwrap()
    }

    fn subject(procedure: bool) -> Subject {
        if procedure { Subject::Procedure("1.000001".parse().unwrap()) } else { Subject::Field("land".parse().unwrap()) }
    }

    /// Offices 1 to 3 below office 0; office 3 may end and be followed by office 1.
    fn offices(ends: Option<i32>) -> Offices {
        Offices::new((0..4).map(|n| office(n, ends.filter(|_| n == 3).map(|last| (last, 1)))))
    }

    fn a_rule() -> impl Strategy<Value = Rule> {
        (any::<bool>(), proptest::option::of(0usize..3), proptest::option::of(0usize..4), 0i32..12, proptest::option::of(0i32..12)).prop_map(
            |(procedure, place, target, from, lasts)| Rule {
                id: 0,
                subject: subject(procedure),
                place: place.map(code),
                target: target.map_or(Target::Named, |n| Target::Office(code(n))),
                valid_from: day(from),
                valid_to: lasts.map(|n| day(from + n)),
            },
        )
    }

    fn some_rules() -> impl Strategy<Value = Vec<Rule>> {
        proptest::collection::vec(a_rule(), 0..8).prop_map(|rules| rules.into_iter().zip(1..).map(|(rule, id)| Rule { id, ..rule }).collect())
    }

    /// Where a rule by itself sends what names an office, if it fits.
    fn alone(rule: &Rule, offices: &Offices, named: usize, on: Day) -> Option<OfficeCode> {
        let (field, named) = ("land".parse().unwrap(), code(named));
        let procedure = match &rule.subject {
            Subject::Procedure(key) => Some(key),
            Subject::Field(_) => None,
        };
        let question = Question { field: &field, procedure, office: Some(&named), on };
        decide(std::slice::from_ref(rule), offices, question).map(|(_, office)| office.code.clone())
    }

    proptest! {
        /// The slow way: every pair, every day, every office that may be named, each rule asked alone.
        #[test]
        fn every_contradiction_that_is_told_is_one_and_none_is_missing(rules in some_rules(), ends in proptest::option::of(-5i32..30), from in 0i32..15) {
            let offices = offices(ends);
            let mut expected = Vec::new();
            for one in &rules {
                for other in rules.iter().filter(|other| other.id > one.id) {
                    let alike = one.subject == other.subject && one.place == other.place && one.target != Target::Named && other.target != Target::Named;
                    let differ = |on: &i32| (0..4).any(|named| match (alone(one, &offices, named, day(*on)), alone(other, &offices, named, day(*on))) {
                        (Some(a), Some(b)) => a != b,
                        _ => false,
                    });
                    if let Some(first) = (from..60).find(|on| alike && differ(on)) {
                        expected.push((one.id, other.id, day(first)));
                    }
                }
            }
            let told = contradictions(&rules, &offices, day(from));
            let pairs: Vec<_> = told.iter().map(|c| (c.decides.min(c.passed_over), c.decides.max(c.passed_over), c.from)).collect();
            prop_assert_eq!(pairs, expected);
            for c in &told {
                // Asked together, the one that is said to decide decides.
                let both: Vec<Rule> = rules.iter().filter(|r| r.id == c.decides || r.id == c.passed_over).cloned().collect();
                let (decides, field) = (both.iter().find(|r| r.id == c.decides).unwrap(), "land".parse().unwrap());
                let named = decides.place.clone().unwrap_or_else(|| code(1));
                let procedure = match &decides.subject { Subject::Procedure(key) => Some(key), Subject::Field(_) => None };
                let question = Question { field: &field, procedure, office: Some(&named), on: c.from };
                prop_assert_eq!(decide(&both, &offices, question).map(|(rule, _)| rule.id), Some(c.decides));
            }
        }

        #[test]
        fn a_trial_tells_every_gap_and_every_rule_that_decides_nothing(rules in some_rules(), ends in proptest::option::of(-5i32..30), on in 0i32..25) {
            let (offices, on, field) = (offices(ends), day(on), "land".parse::<FieldCode>().unwrap());
            let subjects = [(subject(false), field.clone()), (subject(true), field.clone())];
            let trial = trial(&rules, &offices, &subjects, on);
            let (mut gaps, mut deciding) = (0, BTreeSet::new());
            for (subject, field) in &subjects {
                for named in std::iter::once(None).chain((1..4).map(code).filter(|c| offices.active(c, on).is_some()).map(Some)) {
                    let procedure = match subject { Subject::Procedure(key) => Some(key), Subject::Field(_) => None };
                    let question = Question { field, procedure, office: named.as_ref(), on };
                    match decide(&rules, &offices, question) {
                        Some((rule, _)) => drop(deciding.insert(rule.id)),
                        None => gaps += 1,
                    }
                }
            }
            prop_assert_eq!(trial.gaps.iter().map(|(_, of)| of.len()).sum::<usize>(), gaps);
            let idle: BTreeSet<i64> = rules.iter().filter(|r| r.is_active(on) && !deciding.contains(&r.id)).map(|r| r.id).collect();
            prop_assert_eq!(trial.idle.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>(), idle);
        }
    }

    #[test]
    fn a_rule_that_decides_nothing_says_why() {
        let rule = |id, subject, place: Option<usize>, target: usize| Rule {
            id,
            subject,
            place: place.map(code),
            target: Target::Office(code(target)),
            valid_from: day(0),
            valid_to: None,
        };
        let gone = Subject::Field("gone".parse().unwrap());
        let rules = [rule(1, gone, None, 1), rule(2, subject(false), Some(3), 1), rule(3, subject(false), None, 3), rule(4, subject(false), None, 2)];
        let subjects = [(subject(false), "land".parse().unwrap())];
        let found = trial(&rules, &offices(Some(-1)), &subjects, day(0));
        assert_eq!(found.idle, [(1, Idle::Subject), (2, Idle::Place), (3, Idle::Passed)]);
        assert_eq!(found.ended, [(3, code(1))]);
        let nobody = Offices::new((0..4).map(|n| Office { successor: None, ..office(n, (n == 3).then_some((-1, 1))) }));
        assert_eq!(trial(&rules, &nobody, &subjects, day(0)).idle, [(1, Idle::Subject), (2, Idle::Place), (3, Idle::Office)]);
    }
}
