//! Figures as they are printed.

use std::fmt;
use std::time::Duration;

/// Prints one figure.
pub fn line(what: &str, figure: impl fmt::Display) {
    println!("{what:<48} {figure}");
}

/// How long many things took, in order.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Of these.
    pub fn of(mut all: Vec<Duration>) -> Self {
        assert!(!all.is_empty(), "nothing was measured");
        all.sort_unstable();
        Self(all)
    }

    /// A percentile.
    pub fn at(&self, percent: usize) -> Duration {
        self.0[(self.0.len() - 1) * percent / 100]
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |d: Duration| d.as_secs_f64() * 1_000.0;
        write!(f, "p50 {:.2} ms, p99 {:.2} ms", ms(self.at(50)), ms(self.at(99)))
    }
}

/// What this machine's processors did until now, in ticks: all of it, and what a host that they are shared with took.
#[derive(Clone, Copy)]
pub struct Processors {
    all: u64,
    taken: u64,
}

impl Processors {
    /// Since the machine started.
    pub fn now() -> Self {
        let text = std::fs::read_to_string("/proc/stat").expect("Linux tells");
        let ticks: Vec<u64> = text.lines().next().expect("a line").split_whitespace().filter_map(|n| n.parse().ok()).collect();
        Self { all: ticks.iter().take(8).sum(), taken: ticks.get(7).copied().unwrap_or(0) }
    }

    /// The share, in per cent, that was taken since. Figures from a machine that others use at the same time say little.
    pub fn taken_since(self) -> u64 {
        let now = Self::now();
        100 * (now.taken - self.taken) / (now.all - self.all).max(1)
    }
}
