//! The report: a table while the benchmark runs, and the files at its end.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use serde::Serialize;

use crate::arguments::Arguments;
use crate::cases::Row;
use crate::figures::{Spread, Verdict, replace};

/// The CPU time of a workflow without and with something. The form is that of the rows of docs/performance.json.
#[derive(Debug, Serialize)]
pub struct Comparison {
    row: &'static str,
    title: &'static str,
    figure: &'static str,
    unit: &'static str,
    /// The time with it.
    durable: Spread,
    against: &'static str,
    /// The time without it.
    other: Spread,
    /// The ratio of both, within each round.
    ratio: Spread,
    /// Half of the interval of the ratio's true median.
    noise: f64,
    /// The highest ratio that is accepted.
    target: Option<f64>,
    verdict: Option<Verdict>,
}

impl Comparison {
    /// Compares the times of each round, without and with what the row adds.
    pub fn of(row: &Row, rounds: &[[f64; 2]]) -> Self {
        let side = |side: usize| rounds.iter().map(|times| times[side]).collect::<Vec<_>>();
        let ratios: Vec<_> = rounds.iter().map(|[without, with]| with / without).collect();
        let ratio = Spread::of(&ratios);
        let target = row.target.map(|target| 1.0 + target / 100.0);
        Self {
            row: row.name,
            title: row.title,
            figure: "CPU",
            unit: "ms",
            durable: Spread::of(&side(1)),
            against: row.without.name(),
            other: Spread::of(&side(0)),
            ratio,
            noise: ratio.noise(),
            target,
            verdict: target.map(|target| ratio.at_most(target)),
        }
    }

    /// Returns the added part, the limits of its middle half, and its noise, in percent.
    fn added(&self) -> [String; 4] {
        let Spread { low, median, high, .. } = self.ratio;
        let percent = |ratio: f64| format!("{:.1}", ratio * 100.0);
        [percent(median - 1.0), percent(low - 1.0), percent(high - 1.0), percent(self.noise)]
    }

    /// Returns the most that may be added, and if it is met.
    fn judgement(&self) -> [String; 2] {
        let target = self.target.map(|target| format!("{:.0} %", (target - 1.0) * 100.0));
        let verdict = self.verdict.map(|verdict| verdict.to_string());
        [target, verdict].map(Option::unwrap_or_default)
    }
}

pub fn print_head(arguments: &Arguments) {
    let Arguments { rounds, workflows, .. } = arguments;
    println!(
        "CPU of client and worker for each workflow, medians of {rounds} rounds of {workflows};\n\
         the spread is that of the middle half of the rounds, the noise that of the median.\n\n\
         {:<12} {:>10} {:>9} {:>9} {:>20} {:>9}   target",
        "row", "without ms", "with ms", "added %", "spread %", "noise %"
    );
}

pub fn print(comparison: &Comparison) {
    let [added, low, high, noise] = comparison.added();
    let [target, verdict] = comparison.judgement();
    let Comparison { row, durable, other, .. } = comparison;
    let spread = format!("{low} to {high}");
    println!(
        "{row:<12} {:>10.2} {:>9.2} {added:>9} {spread:>20} {noise:>9}   {target} {verdict}",
        other.median, durable.median
    );
}

/// Writes the table and the numbers into `docs`, if the arguments say so.
pub fn write(arguments: &Arguments, comparisons: &[Comparison], package: &Path) {
    #[derive(Serialize)]
    struct Written<'a> {
        date: String,
        command: String,
        processors: usize,
        durable: &'static str,
        rows: &'a [Comparison],
    }
    if !arguments.write {
        return;
    }
    let docs = package.join("../docs");
    let command = format!(
        "cargo bench --package durable-tests --bench costs -- {}",
        arguments.words.join(" ")
    );
    let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let text = table(&command, date.split('T').next().unwrap_or_default(), processors, comparisons);
    replace(&docs.join("performance.md"), "costs", &text);
    let durable = env!("CARGO_PKG_VERSION");
    let written = Written { date, command, processors, durable, rows: comparisons };
    let json = serde_json::to_string_pretty(&written).expect("it has numbers and words") + "\n";
    fs::write(docs.join("costs.json"), json).expect("the file can be written");
}

/// Returns the table of the documentation.
fn table(command: &str, date: &str, processors: usize, comparisons: &[Comparison]) -> String {
    let mut text = format!(
        "`{command}` on {date}, {processors} processors:\n\n\
         | | without | with | added | middle half | noise | at most | |\n|---|---|---|---|---|---|---|---|\n"
    );
    for comparison in comparisons {
        let Comparison { title, durable, other, .. } = comparison;
        let [added, low, high, noise] = comparison.added();
        let [target, verdict] = comparison.judgement();
        let _ = writeln!(
            text,
            "| {title} | {:.2} ms | {:.2} ms | {added} % | {low} % to {high} % | {noise} % | {target} | {verdict} |",
            other.median, durable.median
        );
    }
    text
}
