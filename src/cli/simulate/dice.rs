//! Chance that a seed decides: streams of numbers, weighted choice, decks of
//! cards. Knows nothing of what is chosen.

use uuid::Uuid;

/// What a stream of numbers is for: adding one thing never changes another.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    OpinionId = 1,
    ResponseId,
    Opinion,
    Response,
    Days,
    Decks,
    Work,
    Reply,
}

/// SplitMix64: the same numbers from the same seed on every machine. Not for secrets.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn of(seed: u64, stream: Stream, n: u64) -> Self {
        let mut outer = Self(seed ^ (stream as u64).wrapping_mul(0xA076_1D64_78BD_642F));
        let key = outer.next() ^ n.wrapping_mul(0xE703_7ED1_A0B4_28DB);
        Self(Self(key).next())
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In `0..1`.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// From `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = u64::from(high.abs_diff(low)) + 1;
        low + i32::try_from(self.next() % span).unwrap_or(0)
    }

    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let n = u64::try_from(list.len()).ok().filter(|n| *n > 0)?;
        list.get(usize::try_from(self.next() % n).ok()?)
    }

    /// By weight; none where nothing weighs anything.
    pub(super) fn weigh<T>(&mut self, list: impl Iterator<Item = (T, f64)> + Clone) -> Option<T> {
        let at = self.unit();
        weigh(at, list)
    }

    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            let j = usize::try_from(self.next() % (i as u64 + 1)).unwrap_or(i);
            list.swap(i, j);
        }
    }

    pub(super) fn uuid(&mut self) -> Uuid {
        let (high, low) = (u128::from(self.next()), u128::from(self.next()));
        uuid::Builder::from_random_bytes((high << 64 | low).to_be_bytes()).into_uuid()
    }
}

/// The one that lies at `at` of the way through the weights.
pub(super) fn weigh<T>(at: f64, list: impl Iterator<Item = (T, f64)> + Clone) -> Option<T> {
    let total: f64 = list.clone().map(|(_, w)| w).sum();
    let mut left = at * total;
    let mut last = None;
    for (thing, weight) in list.filter(|(_, w)| *w > 0.0) {
        left -= weight;
        last = Some(thing);
        if left < 0.0 {
            break;
        }
    }
    last
}

/// Cards that are all drawn before any comes again.
pub(super) struct Deck<T> {
    full: Vec<T>,
    left: Vec<T>,
}

impl<T: Copy> Deck<T> {
    pub(super) fn of(cards: impl IntoIterator<Item = (T, usize)>) -> Self {
        let full = cards.into_iter().flat_map(|(card, n)| std::iter::repeat_n(card, n)).collect();
        Self { full, left: Vec::new() }
    }

    /// The next card that fits; those that don't wait for their turn.
    pub(super) fn draw(&mut self, dice: &mut Dice, fits: impl Fn(T) -> bool) -> Option<T> {
        if !self.left.iter().any(|card| fits(*card)) {
            let mut fresh = self.full.clone();
            dice.shuffle(&mut fresh);
            self.left.splice(0..0, fresh);
        }
        let at = self.left.iter().rposition(|card| fits(*card))?;
        Some(self.left.remove(at))
    }
}
