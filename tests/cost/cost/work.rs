//! The work that a side is told to do, and what it answers.

use std::fmt::Write as _;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// The activities of a workflow that runs some in parallel.
pub const PARALLEL: u32 = 10;
/// The size of a large payload, in bytes.
pub const LARGE: usize = 1_000_000;
/// A large payload: records with pseudorandom numbers. Gzip makes a third of it.
pub static LARGE_TEXT: LazyLock<String> = LazyLock::new(|| {
    let (mut number, mut text) = (1_u64, String::with_capacity(LARGE + 100));
    while text.len() < LARGE {
        // Knuth's MMIX.
        number =
            number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (order, cents) = (number >> 32, number >> 12 & 0xFFFF);
        let _ =
            write!(text, "order {order:08x} of customer {:06}: {cents} cents; ", order % 999_983);
    }
    text.truncate(LARGE);
    text
});
/// The signals to one workflow.
pub const SIGNALS: u32 = 1000;
/// The updates of one workflow.
pub const UPDATES: u32 = 200;
/// The signals that are sent at once.
pub const SIGNALS_AT_ONCE: usize = 20;
/// The updates that are sent at once. The server refuses more than 10.
pub const UPDATES_AT_ONCE: usize = 5;
/// The activities of the long workflow, one after the other, so that all its histories have the same 10,000 events. With
/// activities at once, the number of workflow tasks would differ.
pub const LONG_STEPS: u32 = 1666;

/// The work of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// A workflow that does nothing.
    NoOp,
    /// A workflow with one activity.
    Activity,
    LocalActivity,
    /// A workflow with ten activities at once.
    Parallel,
    /// A workflow with a child that does nothing.
    Child,
    /// A workflow that gets a signal, a query and an update.
    Messages,
    /// A workflow that passes 1 MB to an activity, and returns the answer of 1 MB.
    Payload,
    /// A workflow that gets 1,000 signals.
    Signals,
    /// A workflow that gets 200 updates.
    Updates,
    /// The long workflow, once.
    History,
    /// A query to the long workflow, which has ended.
    Replay,
    /// A workflow that stays in the cache.
    Cached,
    /// A start alone.
    Start,
    /// Nothing, for so many seconds.
    Idle,
}

/// A line for the standard input of a side.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Order {
    pub work: Work,
    pub count: usize,
    pub at_once: usize,
}

impl FromStr for Order {
    type Err = serde_json::Error;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(line)
    }
}

/// A line of the standard output of a side, about all of the work.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Measured {
    /// CPU time of the process, in seconds.
    pub cpu: f64,
    /// Time, in seconds.
    pub wall: f64,
    /// The growth of the resident memory, in KiB.
    #[serde(default)]
    pub memory: f64,
    /// The latency of single starts, in seconds.
    #[serde(default)]
    pub p50: f64,
    #[serde(default)]
    pub p99: f64,
}
