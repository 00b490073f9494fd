//! The result of a row: `durable` beside one other side.

use durable_cost::{Spread, Verdict};
use serde::Serialize;

use crate::rows::{Row, SideName};
use crate::work::Measured;

/// A figure of `durable` beside that of another side.
#[derive(Debug, Serialize)]
pub struct Comparison {
    pub row: &'static str,
    pub title: String,
    pub figure: &'static str,
    pub unit: &'static str,
    pub durable: Spread,
    pub against: &'static str,
    pub other: Spread,
    /// The ratio of `durable` to the other, within each round.
    pub ratio: Spread,
    /// Half of the interval of the ratio's true median.
    pub noise: f64,
    /// The highest ratio that is accepted.
    pub target: f64,
    pub verdict: Verdict,
}

/// Compares the figures of a row. `measured` has the rounds of `durable`, and then those of each other side.
pub fn comparisons(
    row: &Row,
    others: &[(SideName, f64)],
    measured: &[Vec<Measured>],
) -> Vec<Comparison> {
    let mut comparisons = Vec::new();
    for figure in row.figures {
        let values = |rounds: &[Measured]| -> Vec<f64> {
            rounds.iter().map(|round| figure.of(round, row.count)).collect()
        };
        let durable = values(&measured[0]);
        for ((side, target), rounds) in others.iter().zip(&measured[1..]) {
            let other = values(rounds);
            let ratios: Vec<_> = durable.iter().zip(&other).map(|(one, two)| one / two).collect();
            let ratio = Spread::of(&ratios);
            comparisons.push(Comparison {
                row: row.name,
                title: format!("{}, {}", row.title, figure.name()),
                figure: figure.name(),
                unit: figure.unit(),
                durable: Spread::of(&durable),
                against: side.name(),
                other: Spread::of(&other),
                ratio,
                noise: ratio.noise(),
                target: *target,
                verdict: ratio.at_most(*target),
            });
        }
    }
    comparisons
}
