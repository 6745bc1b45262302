//! Shares of satisfied answers: interval and verdict (ACCOUNTING.md §5).

use super::coded::words;

/// The normal quantile of a two-sided 95% interval.
const Z: f64 = 1.959_963_984_540_054;

words! {
    /// What a share says against its target.
    Verdict {
        /// The whole interval reaches the target.
        Met = "met",
        /// The share reaches it, the interval does not.
        LikelyMet = "likely_met",
        /// The share does not reach it, the interval does.
        LikelyMissed = "likely_missed",
        /// The whole interval is below.
        Missed = "missed",
        /// Too few answers to publish.
        NotEnough = "not_enough",
    }
}

/// Satisfied and valid answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ratio {
    /// Answers that reach the scale's `satisfied_from`.
    pub satisfied: u64,
    /// Valid answers.
    pub n: u64,
}

impl Ratio {
    /// Satisfied ÷ n; `None` when there is none.
    pub fn share(self) -> Option<f64> {
        (self.n > 0).then(|| self.satisfied as f64 / self.n as f64)
    }

    /// The 95% Wilson interval as fractions; `None` when there is no answer.
    pub fn interval(self) -> Option<(f64, f64)> {
        let p = self.share()?;
        let n = self.n as f64;
        let zz = Z * Z;
        let denominator = 1.0 + zz / n;
        let centre = (p + zz / (2.0 * n)) / denominator;
        let half = Z / denominator * (p * (1.0 - p) / n + zz / (4.0 * n * n)).sqrt();
        // At the ends rounding could leave a trace below 0 or above 1.
        let low = if self.satisfied == 0 { 0.0 } else { (centre - half).max(0.0) };
        let high = if self.satisfied == self.n { 1.0 } else { (centre + half).min(1.0) };
        Some((low, high))
    }

    /// The verdict against a target in hundredths of a per cent, when at least `threshold` answers are there.
    pub fn verdict(self, target: u32, threshold: u64) -> Verdict {
        let (Some(share), Some((low, high))) = (self.share(), self.interval()) else { return Verdict::NotEnough };
        if self.n < threshold {
            return Verdict::NotEnough;
        }
        let target = f64::from(target) / 10_000.0;
        // The share itself is compared exactly: 9 of 10 reaches 90%.
        let reaches = u128::from(self.satisfied) * 10_000 >= u128::from(self.n) * (target * 10_000.0).round() as u128;
        match () {
            () if low >= target => Verdict::Met,
            () if high < target => Verdict::Missed,
            () if share >= target || reaches => Verdict::LikelyMet,
            () => Verdict::LikelyMissed,
        }
    }
}

impl std::ops::AddAssign for Ratio {
    fn add_assign(&mut self, other: Self) {
        self.satisfied += other.satisfied;
        self.n += other.n;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn intervals_agree_with_published_values() {
        for (satisfied, n, low, high) in [
            (81, 100, 72.22, 87.49),
            (0, 10, 0.0, 27.75),
            (9, 10, 59.58, 98.21),
            (7704, 8412, 90.97, 92.16),
            (1027, 1236, 80.90, 85.08),
            (571, 642, 86.28, 91.14),
            // Newcombe (1998), Statistics in Medicine 17, table I, method 3.
            (81, 263, 25.53, 36.62),
            (15, 148, 6.24, 16.05),
            (0, 20, 0.0, 16.11),
            (1, 29, 0.61, 17.18),
        ] {
            let (l, h) = Ratio { satisfied, n }.interval().unwrap();
            assert!((l * 100.0 - low).abs() < 0.006 && (h * 100.0 - high).abs() < 0.006, "{satisfied} of {n}: {l} to {h}");
        }
    }

    #[test]
    fn verdicts_follow_interval_and_share() {
        assert_eq!(Ratio { satisfied: 9, n: 9 }.verdict(9000, 10), Verdict::NotEnough);
        assert_eq!(Ratio { satisfied: 9, n: 10 }.verdict(9000, 10), Verdict::LikelyMet);
        assert_eq!(Ratio { satisfied: 7704, n: 8412 }.verdict(9000, 10), Verdict::Met);
        assert_eq!(Ratio { satisfied: 1027, n: 1236 }.verdict(8500, 10), Verdict::LikelyMissed);
        assert_eq!(Ratio { satisfied: 10, n: 100 }.verdict(8500, 10), Verdict::Missed);
    }

    proptest! {
        #[test]
        fn the_share_lies_in_its_interval(n in 1u64..1_000_000, part in 0.0f64..=1.0) {
            let r = Ratio { satisfied: (n as f64 * part) as u64, n };
            let (low, high) = r.interval().unwrap();
            let share = r.share().unwrap();
            prop_assert!(0.0 <= low && low <= share + 1e-12 && share <= high + 1e-12 && high <= 1.0);
        }
    }
}
