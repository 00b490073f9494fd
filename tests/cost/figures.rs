//! Figures of measurements that are taken in rounds: medians, spreads and verdicts, and their place in the
//! documentation. All benchmarks use them.

use std::path::Path;
use std::{fmt, fs};

use serde::Serialize;

/// Returns the number that follows an argument of this program, such as `--workflows 1000`.
///
/// # Panics
/// Panics if something else follows it.
#[must_use]
pub fn argument(name: &str) -> Option<u32> {
    let number = std::env::args().skip_while(|argument| argument != name).nth(1)?;
    Some(number.parse().unwrap_or_else(|_| panic!("expected a number after `{name}`")))
}

/// The median and the middle half of the values of some rounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// The lower quartile.
    pub low: f64,
    /// The median.
    pub median: f64,
    /// The upper quartile.
    pub high: f64,
    /// The number of values.
    pub rounds: usize,
}

impl Spread {
    /// Returns the spread of values.
    ///
    /// # Panics
    /// Panics without a value.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let [low, median, high] = [0.25, 0.5, 0.75].map(|at| quantile(values, at));
        Self { low, median, high, rounds: values.len() }
    }

    /// Returns the noise of the median: half of the interval that has the true median with a probability of 95 %.
    /// It is the notch of a box plot.
    #[must_use]
    pub fn noise(&self) -> f64 {
        1.57 * (self.high - self.low) / float(self.rounds).sqrt()
    }

    /// Compares the median with the highest value that is accepted.
    #[must_use]
    pub fn at_most(&self, target: f64) -> Verdict {
        if self.median <= target {
            Verdict::Pass
        } else if self.median - self.noise() <= target {
            Verdict::Noise
        } else {
            Verdict::Miss
        }
    }

    /// Compares the median with the lowest value that is accepted.
    #[must_use]
    pub fn at_least(&self, target: f64) -> Verdict {
        Self { median: -self.median, ..*self }.at_most(-target)
    }
}

/// A comparison of a measurement with its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The median meets the target.
    Pass,
    /// The median misses the target by less than its noise.
    Noise,
    /// The median misses the target by more than its noise.
    Miss,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pass => "pass",
            Self::Noise => "pass (noise)",
            Self::Miss => "MISS",
        })
    }
}

/// Returns the value below which a part of the values is, from 0 to 1. Between two values it is in proportion.
///
/// # Panics
/// Panics without a value.
#[must_use]
pub fn quantile(values: &[f64], at: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let place = float(values.len() - 1) * at;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is an index")]
    let index = place as usize;
    let next = values[(index + 1).min(values.len() - 1)];
    values[index] + (next - values[index]) * place.fract()
}

/// Returns the median of values.
///
/// # Panics
/// Panics without a value.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// Returns a count as a number with which means are calculated.
#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are small")]
#[must_use]
pub fn float(count: usize) -> f64 {
    count as f64
}

/// Replaces the text of a file between the comments `<!-- NAME -->` and `<!-- end of NAME -->`.
///
/// # Panics
/// Panics without such a file, or without these comments in it.
pub fn replace(file: &Path, name: &str, text: &str) {
    let old = fs::read_to_string(file).expect("the file is there");
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let parts = old.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    let (before, after) = parts.unwrap_or_else(|| panic!("`{}` has no `{begin}`", file.display()));
    let new = format!("{before}{begin}\n{text}\n{end}{after}");
    fs::write(file, new).expect("the file can be written");
}

#[cfg(test)]
mod tests {
    use super::{Spread, Verdict, quantile};

    #[test]
    fn quantiles_between_two_values_are_in_proportion() {
        let values = [4.0, 1.0, 3.0, 2.0];
        for (at, expected) in [(0.0, 1.0), (0.25, 1.75), (0.5, 2.5), (0.99, 3.97), (1.0, 4.0)] {
            let found = quantile(&values, at);
            assert!((found - expected).abs() < 1e-9, "{at}: {found}");
        }
        assert_eq!(Spread::of(&[7.0]), Spread { low: 7.0, median: 7.0, high: 7.0, rounds: 1 });
    }

    #[test]
    fn a_target_is_missed_only_beyond_the_noise() {
        let quiet = Spread { low: 1.04, median: 1.05, high: 1.06, rounds: 16 };
        let noisy = Spread { low: 0.9, median: 1.05, high: 1.2, rounds: 16 };
        for (spread, target, expected) in [
            (quiet, 1.05, Verdict::Pass),
            (quiet, 1.0, Verdict::Miss),
            (noisy, 1.0, Verdict::Noise),
            (noisy, 0.5, Verdict::Miss),
        ] {
            assert_eq!(spread.at_most(target), expected, "{spread:?} and {target}");
        }
        assert_eq!(quiet.at_least(1.05), Verdict::Pass);
        assert_eq!(noisy.at_least(1.1), Verdict::Noise);
        assert_eq!(quiet.at_least(1.1), Verdict::Miss);
    }
}
