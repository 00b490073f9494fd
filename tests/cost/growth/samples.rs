//! Samples of a worker's resources: the line through them, a table, and JSON.

use std::path::Path;
use std::{env, fs};

use serde_json::{Value, json};

use super::document::document;
use super::worker::Usage;

/// The resources of a worker after so much work.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The number of workflows, activities or signals, or the minutes.
    pub done: f64,
    pub usage: Usage,
    /// The seconds since the begin.
    pub elapsed: f64,
}

/// The samples of one part of the benchmark.
pub struct Samples {
    name: &'static str,
    /// The unit of the work, in the plural.
    unit: &'static str,
    all: Vec<Sample>,
    /// The number of samples from one that is printed to the next.
    step: usize,
}

impl Samples {
    pub fn new(name: &'static str, unit: &'static str, step: usize) -> Self {
        println!("{unit:>10}  memory MiB   elapsed s   CPU µs for each");
        Self { name, unit, all: Vec::new(), step }
    }

    /// Adds a sample. Some are printed, with the CPU time of each unit since the last one that was.
    pub fn push(&mut self, sample: Sample) {
        if self.all.len().is_multiple_of(self.step) {
            let last = self.all.len().checked_sub(self.step).map(|last| self.all[last]);
            let each = last.map_or(0.0, |last| {
                1e6 * (sample.usage.cpu - last.usage.cpu) / (sample.done - last.done)
            });
            let Sample { done, usage, elapsed } = sample;
            println!("{done:>10.1}  {:>10.1}  {elapsed:>10.1}  {each:>16.0}", usage.memory);
        }
        self.all.push(sample);
    }

    /// Returns the MiB of memory that each unit of work adds, by the least squares of the samples after the
    /// first part of the work.
    pub fn slope(&self, after: f64) -> f64 {
        let counted: Vec<_> = self.all.iter().filter(|it| it.done >= after).collect();
        let count = counted.len() as f64;
        let mean = |of: fn(&Sample) -> f64| counted.iter().map(|it| of(it)).sum::<f64>() / count;
        let (mean_done, mean_memory) = (mean(|it| it.done), mean(|it| it.usage.memory));
        let parts = counted.iter().map(|it| {
            let done = it.done - mean_done;
            (done * (it.usage.memory - mean_memory), done * done)
        });
        let (both, square) =
            parts.fold((0.0, 0.0), |sums, part| (sums.0 + part.0, sums.1 + part.1));
        both / square
    }

    /// Returns the lowest and the highest memory after the first part of the work, in MiB.
    pub fn range(&self, after: f64) -> (f64, f64) {
        let counted = self.all.iter().filter(|it| it.done >= after).map(|it| it.usage.memory);
        counted.fold((f64::INFINITY, 0.0), |range, it| (range.0.min(it), range.1.max(it)))
    }

    /// Writes all samples as JSON.
    pub fn write(&self) {
        let samples = self.all.iter().map(|Sample { done, usage: Usage { memory, cpu }, elapsed }| {
            json!({ self.unit: done, "memory_mib": memory, "cpu_s": cpu, "elapsed_s": elapsed })
        });
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("growth");
        let file = folder.join(self.name).with_extension("json");
        fs::create_dir_all(folder).expect("the folder can be made");
        let text = serde_json::to_string_pretty(&samples.collect::<Value>());
        fs::write(&file, text.expect("they are numbers")).expect("the file can be written");
        println!("raw: {}", file.display());
    }
}

/// Returns a line with a value and its target.
pub fn judged(what: &str, value: f64, unit: &str, target: f64) -> String {
    let verdict = if value <= target { "pass" } else { "miss" };
    format!("{what}: {value:.2}{unit}, at most {target}{unit}: {verdict}")
}

/// Prints the lines of a result, and documents them.
pub fn report(name: &str, lines: &[String]) {
    let items: Vec<_> = lines.iter().map(|line| format!("- {line}\n")).collect();
    document(name, &items.concat());
}
