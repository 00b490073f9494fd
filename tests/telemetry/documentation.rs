//! The documentation of metrics, and the dashboard.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use durable::metrics::{METRICS, Metric, MetricKind};

const BEGIN: &str = "<!-- The table of metrics; tests/telemetry compares it with the code. -->\n";
const END: &str = "<!-- The end of the table of metrics. -->\n";

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}

/// The table, as the documentation must have it.
fn table() -> String {
    let mut table =
        String::from("| metric | kind | unit | labels | meaning |\n|---|---|---|---|---|\n");
    let mut alerts = String::from("\n| alert on | reason |\n|---|---|\n");
    for Metric { name, kind, unit, labels, meaning, alert, .. } in METRICS {
        let kind = match kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
            _ => unreachable!("there are three kinds"),
        };
        let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
        writeln!(table, "| `{name}` | {kind} | {unit} | {} | {meaning} |", labels.join(", "))
            .expect("a string takes everything");
        if let Some((condition, reason)) = alert {
            writeln!(alerts, "| {condition} | {reason} |").expect("a string takes everything");
        }
    }
    table + &alerts
}

#[test]
fn documentation_has_the_table_of_the_code() {
    let text = std::fs::read_to_string(docs("metrics.md")).expect("it is there");
    let (before, rest) = text.split_once(BEGIN).expect("the table begins");
    let (_, after) = rest.split_once(END).expect("the table ends");
    let wanted = format!("{before}{BEGIN}{}{END}{after}", table());
    if std::env::var_os("DURABLE_WRITE_DOCS").is_some() {
        std::fs::write(docs("metrics.md"), &wanted).expect("it can be written");
    }
    let is_current = text == wanted || std::env::var_os("DURABLE_WRITE_DOCS").is_some();
    assert!(
        is_current,
        "docs/metrics.md differs from the code; run `DURABLE_WRITE_DOCS=1 cargo test --workspace --test \
         telemetry documentation`"
    );
}

#[test]
fn names_and_conditions_are_of_the_table() {
    let mut names = BTreeSet::new();
    for metric in METRICS {
        assert!(names.insert(metric.name), "{} is there twice", metric.name);
        let id = metric.labels.iter().find(|label| label.ends_with("_id") || **label == "id");
        assert_eq!(id, None, "{} has ids as labels", metric.name);
        if let Some((condition, _)) = metric.alert {
            assert!(condition.contains(metric.name), "{}: {condition}", metric.name);
        }
    }
}

/// The metrics that the dashboard names.
pub fn dashboard_metrics() -> BTreeSet<String> {
    let text = std::fs::read_to_string(docs("dashboard.json")).expect("it is there");
    let dashboard: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let mut expressions = Vec::new();
    collect(&dashboard, &mut expressions);
    let mut names = BTreeSet::new();
    for expression in expressions {
        let words = expression.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
        for word in
            words.filter(|word| word.starts_with("temporal_") || word.starts_with("durable_"))
        {
            let stem = ["_bucket", "_sum", "_count"].iter().find_map(|end| word.strip_suffix(end));
            let known = |name: &&str| METRICS.iter().any(|metric| metric.name == *name);
            names.insert(stem.filter(known).unwrap_or(word).to_owned());
        }
    }
    names
}

/// Collects the expressions of all panels.
fn collect(value: &serde_json::Value, expressions: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                match member.as_str() {
                    Some(text) if name == "expr" => expressions.push(text.to_owned()),
                    _ => collect(member, expressions),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, expressions)),
        _ => {}
    }
}
