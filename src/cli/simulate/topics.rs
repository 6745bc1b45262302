//! Where people go: fields, the offices that do them, how busy each is and how
//! content its people are. Reads the catalogue only; stores nothing.

use super::dice::Dice;
use crate::actions::figures::TRACKED;
use crate::domain::catalogue::{Catalogue, Procedure};
use crate::domain::office::{Office, OfficeKind};
use crate::domain::routing::{Subject, Target};
use crate::domain::time::Day;
use crate::domain::words::{FieldCode, Language, OfficeCode, Sample};

/// An office where people go.
pub(super) struct Spot {
    pub(super) office: OfficeCode,
    pub(super) kind: OfficeKind,
    pub(super) name: String,
    pub(super) weight: f64,
    /// Its dissatisfaction against that of the field: 1 on average.
    pub(super) blame: f64,
}

/// A field with the offices where people go for it.
pub(super) struct Topic {
    pub(super) field: FieldCode,
    pub(super) weight: f64,
    /// The share of satisfied people at a counter.
    pub(super) satisfied: f64,
    pub(super) spots: Vec<Spot>,
    /// Without an office named no rule fits: such an opinion lands in the tray.
    pub(super) only_named: bool,
    /// The offices that rules name for it: where an item may be forwarded.
    pub(super) desks: Vec<OfficeCode>,
    /// What earlier answers left of the share, for verified and open samples.
    pub(super) owed: [f64; 2],
}

/// Weight and satisfied share of the fields that are known; others have the last.
pub(super) const FIELDS: [(&str, f64, f64); 8] = [
    ("land", 0.38, 0.83),
    ("construction", 0.30, 0.88),
    ("investment", 0.32, 0.865),
    ("civil-status", 0.42, 0.97),
    ("business", 0.18, 0.96),
    ("social", 0.16, 0.95),
    ("labour", 0.16, 0.96),
    ("other", 0.08, 0.96),
];
/// What the fields with a target of their own have of all ratings.
pub(super) const TRACKED_SHARE: f64 = 0.42;
/// Who answers on the open web is less content than who is asked at a counter.
pub(super) const OPEN_BLAME: f64 = 2.2;

pub(super) fn topics(catalogue: &Catalogue) -> Vec<Topic> {
    let tracked = |code: &str| TRACKED.contains(&code);
    let of = |code: &str| FIELDS.iter().find(|(known, ..)| *known == code).map_or((0.08, 0.96), |(_, weight, share)| (*weight, *share));
    let sum = |is: bool| catalogue.fields.iter().filter(|f| tracked(f.code.as_str()) == is).map(|f| of(f.code.as_str()).0).sum::<f64>();
    let (own, rest) = (sum(true), sum(false));
    let topic = |field: &FieldCode| {
        let (weight, satisfied) = of(field.as_str());
        let (part, whole) = if tracked(field.as_str()) { (TRACKED_SHARE, own) } else { (1.0 - TRACKED_SHARE, rest) };
        let mut only_named = true;
        let mut named = false;
        let mut desks: Vec<OfficeCode> = Vec::new();
        let mut places: Vec<OfficeCode> = Vec::new();
        for rule in catalogue.rules.iter().filter(|r| matches!(&r.subject, Subject::Field(f) if f == field)) {
            match &rule.target {
                Target::Named => named = true,
                Target::Office(office) => {
                    only_named &= rule.place.is_some();
                    desks.push(office.clone());
                    let place = rule.place.as_ref().unwrap_or(office);
                    places.extend(catalogue.offices.chain(place).find(|o| o.selectable).map(|o| o.code.clone()));
                }
            }
        }
        Topic { field: field.clone(), weight: part * weight / whole, satisfied, spots: spots(catalogue, named, &places), only_named, desks, owed: [0.0; 2] }
    };
    catalogue.fields.iter().map(|f| topic(&f.code)).collect()
}

pub(super) fn is_commune(kind: OfficeKind) -> bool {
    matches!(kind, OfficeKind::Ward | OfficeKind::Commune)
}

/// Communes when the field is done where people live, and the offices that rules name; else every office.
pub(super) fn spots(catalogue: &Catalogue, named: bool, places: &[OfficeCode]) -> Vec<Spot> {
    let selectable = || catalogue.offices.iter().filter(|o| o.selectable);
    let mut communes: Vec<&Office> = if named { selectable().filter(|o| is_commune(o.kind)).collect() } else { Vec::new() };
    // The towns first: a few places see most people.
    communes.sort_by_key(|o| (o.kind != OfficeKind::Ward, o.code.clone()));
    let offices: Vec<&Office> = selectable().filter(|o| !is_commune(o.kind) && (places.is_empty() || places.contains(&o.code))).collect();
    let mut spots: Vec<Spot> = Vec::new();
    let mut add = |o: &Office, weight: f64| {
        let hash = o.code.as_str().bytes().fold(7_u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
        let blame = 0.6 + 0.8 * Dice(hash).unit();
        spots.push(Spot { office: o.code.clone(), kind: o.kind, name: o.short_name(Language::Vi).to_owned(), weight, blame });
    };
    let whole: f64 = (1..=communes.len()).map(|rank| (rank as f64).powf(-1.2)).sum();
    for (rank, commune) in (1_u32..).zip(&communes) {
        add(commune, 0.72 * f64::from(rank).powf(-1.2) / whole);
    }
    for office in &offices {
        let share = if office.kind == OfficeKind::Authority { 2.0 } else { 1.0 };
        add(office, 0.28 * share / offices.len() as f64);
    }
    let (weight, blame) = spots.iter().fold((0.0, 0.0), |(w, b), s| (w + s.weight, b + s.weight * s.blame));
    for spot in &mut spots {
        spot.blame *= weight / blame;
    }
    spots
}

impl Topic {
    pub(super) fn open_spots<'a>(&'a self, catalogue: &'a Catalogue, day: Day) -> impl Iterator<Item = (&'a Spot, f64)> + Clone {
        self.spots.iter().filter(move |s| catalogue.offices.active(&s.office, day).is_some()).map(|s| (s, s.weight))
    }

    pub(super) fn is_alive(&self, catalogue: &Catalogue, day: Day) -> bool {
        let field = catalogue.field(&self.field).is_some_and(|f| f.valid_from <= day && f.valid_to.is_none_or(|last| day <= last));
        field && self.open_spots(catalogue, day).next().is_some()
    }

    /// Is the next person satisfied? What one answer has too much, later ones have too little, so that the
    /// field's share comes out even of a small number. `mood` is the tone of an opinion that comes with it.
    pub(super) fn satisfies(&mut self, sample: Sample, blame: f64, mood: Option<bool>, dice: &mut Dice) -> bool {
        let open = sample != Sample::Verified;
        let blame = if open { blame * OPEN_BLAME } else { blame };
        let share = (1.0 - (1.0 - self.satisfied) * blame).clamp(0.05, 0.995);
        let Some(owed) = self.owed.get_mut(usize::from(open)) else { return true };
        *owed += share;
        let yes = mood.unwrap_or_else(|| *owed > dice.unit());
        if yes {
            *owed -= 1.0;
        }
        yes
    }
}

/// The procedure that brought the person there, most often a frequent one.
pub(super) fn procedure<'a>(catalogue: &'a Catalogue, field: &FieldCode, spot: Option<&Spot>, day: Day, dice: &mut Dice) -> Option<&'a Procedure> {
    let at_level = |p: &&Procedure| match spot.map(|s| s.kind) {
        Some(OfficeKind::Ward | OfficeKind::Commune) => p.level == "commune",
        Some(OfficeKind::Authority) => true,
        _ => p.level == "province",
    };
    let in_force = |p: &&Procedure| p.valid_from <= day && p.valid_to.is_none_or(|last| day <= last);
    let weight = |p: &Procedure| if p.position < 100 { 5.0 } else { 1.0 };
    let fitting = catalogue.procedures.iter().filter(|p| p.field == *field).filter(at_level).filter(in_force);
    dice.weigh(fitting.map(|p| (p, weight(p))))
}

pub(super) fn respondent(field: &FieldCode, kind: OfficeKind, dice: &mut Dice) -> &'static str {
    let shares = match (field.as_str(), kind) {
        ("investment", _) => [0.06, 0.86, 0.08],
        ("labour", _) | (_, OfficeKind::Authority) => [0.25, 0.70, 0.05],
        ("business", _) => [0.62, 0.36, 0.02],
        ("land" | "construction", _) => [0.86, 0.09, 0.05],
        _ => [0.95, 0.02, 0.03],
    };
    dice.weigh(["citizen", "enterprise", "organisation"].into_iter().zip(shares)).unwrap_or("citizen")
}

pub(super) fn language(respondent: &str, dice: &mut Dice) -> &'static str {
    let shares = if respondent == "enterprise" { [0.92, 0.08, 0.0] } else { [0.93, 0.01, 0.06] };
    dice.weigh(["vi", "en", "km"].into_iter().zip(shares)).unwrap_or("vi")
}
