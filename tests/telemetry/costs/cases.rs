//! The rows of the benchmark, and the cases that they compare.

use durable::codec::{Codecs, Encryption, Key};
use durable::telemetry::{self, LogFormat, Telemetry};

/// The parts that a process has turned on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Case {
    Nothing,
    Metrics,
    Text,
    Json,
    Traces,
    All,
    Encryption,
}

/// The workflow that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// 20 log lines, 3 counters and 5 activities.
    Observed,
    /// The orders example.
    Order,
}

/// Two cases, and the work of both.
pub struct Row {
    pub name: &'static str,
    pub title: &'static str,
    pub without: Case,
    pub with: Case,
    pub work: Work,
    /// The most that may be added, in percent.
    pub target: Option<f64>,
}

const fn row(
    name: &'static str,
    title: &'static str,
    cases: (Case, Case),
    target: Option<f64>,
) -> Row {
    let (without, with) = cases;
    Row { name, title, without, with, work: Work::Observed, target }
}

/// `init` always starts the metrics, so logs and traces are compared with metrics alone.
pub const ROWS: &[Row] = &[
    row("noise", "nothing, twice", (Case::Nothing, Case::Nothing), None),
    row("logs-text", "20 log lines as text", (Case::Metrics, Case::Text), Some(5.0)),
    row("logs-json", "20 log lines as JSON", (Case::Metrics, Case::Json), Some(5.0)),
    row("metrics", "metrics", (Case::Nothing, Case::Metrics), Some(5.0)),
    row("traces", "a trace of 12 spans", (Case::Metrics, Case::Traces), Some(5.0)),
    row("all", "metrics, JSON logs and traces", (Case::Nothing, Case::All), None),
    Row {
        name: "encryption",
        title: "encryption, with the orders example",
        without: Case::Nothing,
        with: Case::Encryption,
        work: Work::Order,
        target: Some(10.0),
    },
];

impl Case {
    pub const ALL: [Self; 7] = [
        Self::Nothing,
        Self::Metrics,
        Self::Text,
        Self::Json,
        Self::Traces,
        Self::All,
        Self::Encryption,
    ];

    /// Returns the name of the case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Metrics => "metrics",
            Self::Text => "text",
            Self::Json => "json",
            Self::Traces => "traces",
            Self::All => "everything",
            Self::Encryption => "encryption",
        }
    }

    /// Turns on what the case has.
    pub fn telemetry(self, collector: &str) -> Option<Telemetry> {
        let builder = telemetry::builder().service_name("costs");
        let builder = match self {
            Self::Nothing | Self::Encryption => return None,
            Self::Metrics => builder.without_logs(),
            Self::Text => builder.log_format(LogFormat::Text),
            Self::Json => builder.log_format(LogFormat::Json),
            Self::Traces => builder.without_logs().otlp_endpoint(collector),
            Self::All => builder.log_format(LogFormat::Json).otlp_endpoint(collector),
        };
        Some(builder.init().expect("telemetry starts"))
    }

    pub fn codecs(self) -> Codecs {
        if self != Self::Encryption {
            return Codecs::new();
        }
        let encryption = Encryption::builder().key("k1", Key::generate()).active("k1").build();
        encryption.expect("the key is valid").into()
    }
}
