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
