//! The report: a table while the benchmark runs, and the files at its end.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, fs};

use durable::Client;
use durable_cost::replace;
use serde::Serialize;

use crate::arguments::Arguments;
use crate::result::Comparison;

/// The circumstances of a run.
#[derive(Debug, Serialize)]
pub struct Details {
    date: String,
    command: String,
    processors: usize,
    processor: Option<String>,
    system: &'static str,
    durable: &'static str,
    sdk: Option<&'static str>,
    server: String,
}

/// Asks a server for its version.
pub async fn server_version(address: &str) -> String {
    let client = Client::connect(address).await.expect("the server answers");
    client.health().await.expect("the server answers").server_version
}

impl Details {
    pub fn new(server: String, arguments: &Arguments) -> Self {
        let mut command = "cargo bench --package durable-cost".to_owned();
        if !arguments.words.is_empty() {
            let _ = write!(command, " -- {}", arguments.words.join(" "));
        }
        Self {
            date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            command,
            processors: std::thread::available_parallelism().map_or(0, usize::from),
            processor: processor(),
            system: env::consts::OS,
            durable: env!("CARGO_PKG_VERSION"),
            sdk: locked_version("temporalio-sdk"),
            server,
        }
    }
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("model name"))?;
    Some(line.trim_start_matches([' ', '\t', ':']).to_owned())
}

/// Returns the version of a package in the lock file.
fn locked_version(package: &str) -> Option<&'static str> {
    let lock = include_str!("../../../Cargo.lock");
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split_once('"').map(|(version, _)| version)
}

pub fn print_head() {
    println!("medians, and the spread of the middle half of the rounds' ratios\n");
    println!(
        "{:<45} {:>9}     {:<15} {:>9}     {:>6}  {:<14}  {:>5}",
        "", "durable", "beside", "", "ratio", "spread", "most"
    );
}

pub fn print(comparisons: &[Comparison]) {
    for Comparison { title, unit, durable, against, other, ratio, target, verdict, .. } in
        comparisons
    {
        println!(
            "{title:<45} {:>9.3} {unit:<3} {against:<15} {:>9.3} {unit:<3} {:>6.3}  {:.3} to {:.3}  {target:>5.2}  \
             {verdict}",
            durable.median, other.median, ratio.median, ratio.low, ratio.high,
        );
    }
}

/// Writes the numbers into the target directory, or with the table into `docs`.
pub fn write(details: &Details, comparisons: &[Comparison], docs: bool) {
    #[derive(Serialize)]
    struct Written<'a> {
        #[serde(flatten)]
        details: &'a Details,
        rows: &'a [Comparison],
    }
    let written = Written { details, rows: comparisons };
    let json = serde_json::to_string_pretty(&written).expect("it has numbers and words") + "\n";
    let file = if docs {
        let text = table(details, comparisons);
        replace(&root().join("docs/performance.md"), "table", &text);
        replace_line(&root().join("README.md"), comparisons);
        root().join("docs/performance.json")
    } else {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("performance.json")
    };
    fs::write(&file, json).expect("the file can be written");
    println!("\nthe numbers are in {}", file.display());
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the table of the documentation.
fn table(details: &Details, comparisons: &[Comparison]) -> String {
    let Details { date, command, processors, sdk, server, .. } = details;
    let date = date.split('T').next().unwrap_or_default();
    let mut text = format!(
        "`{command}` on {date}: {processors} processors, SDK {}, server {server}.\n\n\
         | | `durable` | beside | | ratio | middle half | at most | |\n|---|---|---|---|---|---|---|---|\n",
        sdk.unwrap_or("unknown"),
    );
    for Comparison { title, unit, durable, against, other, ratio, target, verdict, .. } in
        comparisons
    {
        let _ = writeln!(
            text,
            "| {title} | {} {unit} | {against} | {} {unit} | {:.3} | {:.3} to {:.3} | {target:.2} | {verdict} |",
            short(durable.median),
            short(other.median),
            ratio.median,
            ratio.low,
            ratio.high,
        );
    }
    text
}

/// Returns a number with three digits.
fn short(number: f64) -> String {
    match number {
        _ if number < 10.0 => format!("{number:.2}"),
        _ if number < 100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

/// Writes the cost of a workflow with one activity into the line of the README.
fn replace_line(file: &Path, comparisons: &[Comparison]) {
    const BEGIN: &str = "| CPU of a workflow with one activity |";
    let Some(row) = comparisons.iter().find(|row| row.row == "activity") else { return };
    let old = fs::read_to_string(file).expect("the file is there");
    let (durable, other) = (short(row.durable.median), short(row.other.median));
    let new = format!("{BEGIN} {durable} ms | {other} ms |");
    let lines: Vec<_> =
        old.lines().map(|line| if line.starts_with(BEGIN) { &new } else { line }).collect();
    fs::write(file, lines.join("\n") + "\n").expect("the file can be written");
}
