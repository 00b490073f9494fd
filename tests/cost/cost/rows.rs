//! The rows of the benchmark: the work, the sides that are compared, and the targets.

use crate::serve::Setup;
use crate::work::{Measured, Work};

/// A program that does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SideName {
    Durable,
    /// The SDK by hand, with the settings that `durable` has by default.
    ByHand,
    /// The SDK by hand, with its own defaults.
    Defaults,
    Python,
    TypeScript,
}

impl SideName {
    pub const ALL: [Self; 5] =
        [Self::Durable, Self::ByHand, Self::Defaults, Self::Python, Self::TypeScript];

    pub fn name(self) -> &'static str {
        match self {
            Self::Durable => "durable",
            Self::ByHand => "by hand",
            Self::Defaults => "SDK's defaults",
            Self::Python => "Python",
            Self::TypeScript => "TypeScript",
        }
    }

    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.name() == name)
    }
}

/// A figure of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// CPU time for each unit of work, in milliseconds.
    Cpu,
    /// Time for each unit of work, in milliseconds.
    Wall,
    /// Memory for each unit of work, in KiB.
    Memory,
    /// Latency of a start, in milliseconds.
    P50,
    P99,
}

impl Figure {
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Wall => "time",
            Self::Memory => "memory",
            Self::P50 => "p50",
            Self::P99 => "p99",
        }
    }

    pub fn unit(self) -> &'static str {
        if self == Self::Memory { "KiB" } else { "ms" }
    }

    /// Returns the figure of a measurement of so many units.
    pub fn of(self, measured: &Measured, count: usize) -> f64 {
        let count = durable_cost::float(count);
        match self {
            Self::Cpu => measured.cpu * 1e3 / count,
            Self::Wall => measured.wall * 1e3 / count,
            Self::Memory => measured.memory / count,
            Self::P50 => measured.p50 * 1e3,
            Self::P99 => measured.p99 * 1e3,
        }
    }
}

/// Work that is measured in rounds, by `durable` and by others.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub name: &'static str,
    /// The unit of work, for the reader of the table.
    pub title: &'static str,
    pub work: Work,
    pub figures: &'static [Figure],
    /// The units of a round, and those at once.
    pub count: usize,
    pub at_once: usize,
    pub rounds: usize,
    pub setup: Setup,
    /// The others, and the highest ratio to each that is accepted.
    pub against: &'static [(SideName, f64)],
    /// `true` for the rows of the short form.
    pub short: bool,
}

const BY_HAND: &[(SideName, f64)] = &[(SideName::ByHand, 1.0)];
const ALL_SDKS: &[(SideName, f64)] =
    &[(SideName::ByHand, 1.0), (SideName::Python, 0.3), (SideName::TypeScript, 0.25)];
const DEFAULTS: &[(SideName, f64)] = &[(SideName::Defaults, 0.9)];
const MEMORY: &[(SideName, f64)] = &[(SideName::ByHand, 1.05)];
const REPLAY: &[(SideName, f64)] = &[(SideName::ByHand, 1.02)];

/// The rounds of the rows without a number of their own.
pub const ROUNDS: usize = 14;

/// A row of CPU time beside the SDK by hand, with some workflows at once.
const fn row(name: &'static str, title: &'static str, work: Work, count: usize) -> Row {
    Row {
        name,
        title,
        work,
        figures: &[Figure::Cpu],
        count,
        at_once: 20,
        rounds: ROUNDS,
        setup: Setup::Shared,
        against: BY_HAND,
        short: true,
    }
}

/// A row that is also compared with the SDKs of other languages.
const fn first(name: &'static str, title: &'static str, work: Work, count: usize) -> Row {
    Row { against: ALL_SDKS, ..row(name, title, work, count) }
}

/// A row of the latency of starts.
const fn start(name: &'static str, title: &'static str, count: usize, at_once: usize) -> Row {
    let figures = &[Figure::P50, Figure::P99];
    Row { figures, at_once, rounds: 10, ..row(name, title, Work::Start, count) }
}

/// A row of the memory of workflows in the cache.
const fn cached(name: &'static str, title: &'static str, count: usize, rounds: usize) -> Row {
    Row {
        figures: &[Figure::Memory],
        at_once: 100,
        rounds,
        setup: Setup::Fresh,
        against: MEMORY,
        short: false,
        ..row(name, title, Work::Cached, count)
    }
}

/// A row of workflows one after the other, beside the SDK's own defaults.
const fn default(name: &'static str, title: &'static str, work: Work) -> Row {
    Row { figures: &[Figure::Wall], at_once: 1, against: DEFAULTS, ..row(name, title, work, 20) }
}

pub const ROWS: &[Row] = &[
    first("no-op", "a workflow that does nothing", Work::NoOp, 100),
    first("activity", "one activity", Work::Activity, 60),
    first("local-activity", "one local activity", Work::LocalActivity, 80),
    first("parallel", "ten activities in parallel", Work::Parallel, 20),
    first("child", "a child", Work::Child, 40),
    first("messages", "a signal, a query and an update", Work::Messages, 40),
    Row { at_once: 4, ..row("payload", "an activity with 1 MB in and out", Work::Payload, 8) },
    Row { at_once: 1, ..row("signals", "1,000 signals to one workflow", Work::Signals, 1) },
    Row { at_once: 1, ..row("updates", "200 updates of one workflow", Work::Updates, 1) },
    Row {
        at_once: 1,
        rounds: 12,
        setup: Setup::NoCache,
        against: REPLAY,
        short: false,
        ..row("replay", "a replay of 10,000 events", Work::Replay, 3)
    },
    cached("cached-1000", "a workflow in a cache of 1,000", 1000, 5),
    cached("cached-10000", "a workflow in a cache of 10,000", 10_000, 1),
    Row { short: false, ..start("start-1", "a start", 100, 1) },
    start("start-20", "a start, 20 at once", 200, 20),
    Row { short: false, ..start("start-100", "a start, 100 at once", 400, 100) },
    default("default-no-op", "workflows one by one", Work::NoOp),
    default("default-activity", "one activity, one by one", Work::Activity),
    Row {
        at_once: 1,
        // It lasts a minute, in which nothing disturbs it.
        rounds: 1,
        setup: Setup::Fresh,
        against: DEFAULTS,
        short: false,
        // One second is the unit.
        ..row("default-idle", "a second of an idle worker", Work::Idle, 60)
    },
];
