//! A side: a process that works at each line of its standard input, and answers with what it took.

use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use durable_cost::quantile;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt as _};

use crate::annotated::Annotated;
use crate::hand_side::ByHand;
use crate::rows::SideName;
use crate::work::{Measured, Order, Work};

/// The state of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setup {
    /// It is used by all rows.
    Shared,
    /// It has no cache, and is used for one measurement: two processes that do the same differ by several percent
    /// for as long as they live.
    NoCache,
    /// It is used for one measurement, and its cache takes everything.
    Fresh,
}

impl Setup {
    pub const ALL: [Self; 3] = [Self::Shared, Self::NoCache, Self::Fresh];

    pub fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::NoCache => "no-cache",
            Self::Fresh => "fresh",
        }
    }

    pub fn cache_size(self) -> usize {
        match self {
            Self::Shared => 1000,
            Self::NoCache => 0,
            Self::Fresh => 20_000,
        }
    }
}

/// The program of a side.
pub trait Side: Sync {
    /// Runs a workflow to its end.
    fn run(&self, work: Work, id: String) -> impl Future<Output = ()> + Send;

    /// Starts a workflow that does nothing, and returns the wait for its end.
    fn start(&self, id: String) -> impl Future<Output = BoxFuture<'static, ()>> + Send;

    /// Returns the number of workflows that wait in the cache.
    fn cached(&self) -> usize;
}

/// Serves until the standard input ends.
pub async fn serve(arguments: &[String]) {
    let [side, setup, address] = arguments else { panic!("expected a side, a setup, an address") };
    let setup = Setup::ALL.into_iter().find(|one| one.name() == setup).expect("a setup");
    match SideName::find(side).expect("a side") {
        SideName::Durable => {
            let side = Annotated::serve(address, setup).await.expect("the workers start");
            answer(&side, "durable").await;
        }
        SideName::ByHand => answer(&ByHand::serve(address, setup, true).await, "by-hand").await,
        SideName::Defaults => answer(&ByHand::serve(address, setup, false).await, "sdk").await,
        SideName::Python | SideName::TypeScript => panic!("it has a program of its own"),
    }
}

async fn answer<S: Side>(side: &S, name: &str) {
    let (sender, mut lines) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let _ = sender.blocking_send(line);
        }
    });
    let mut number = 0;
    while let Some(line) = lines.recv().await {
        let order: Order = line.parse().expect("an order");
        number += 1;
        let ids = format!("{name}-{}-{number}", std::process::id());
        let measured = measure(side, name, order, &ids).await;
        println!("{}", serde_json::to_string(&measured).expect("numbers"));
    }
}

async fn measure<S: Side>(side: &S, name: &str, order: Order, ids: &str) -> Measured {
    let Order { work, count, at_once } = order;
    let memory = resident();
    let (cpu, wall) = (ProcessTime::now(), Instant::now());
    let mut measured = Measured::default();
    match work {
        Work::Idle => tokio::time::sleep(Duration::from_secs(count as u64)).await,
        Work::Start => [measured.p50, measured.p99] = starts(side, order, ids).await,
        // The history that one process makes is replayed by another one.
        Work::History | Work::Replay => {
            for _ in 0..count {
                side.run(work, format!("{name}-history")).await;
            }
        }
        _ => {
            let each = (0..count).map(|index| side.run(work, format!("{ids}-{index}")));
            stream::iter(each).buffer_unordered(at_once).collect::<()>().await;
        }
    }
    if work == Work::Cached {
        settle(side, count).await;
    }
    measured.cpu = cpu.elapsed().as_secs_f64();
    measured.wall = wall.elapsed().as_secs_f64();
    measured.memory = resident() - memory;
    measured
}

/// Starts workflows, waits for their ends, and returns median and 99th percentile of the starts' seconds.
async fn starts<S: Side>(side: &S, order: Order, ids: &str) -> [f64; 2] {
    let each = (0..order.count).map(|index| async move {
        let begin = Instant::now();
        let end = side.start(format!("{ids}-{index}")).await;
        (begin.elapsed().as_secs_f64(), end)
    });
    let started: Vec<_> = stream::iter(each).buffer_unordered(order.at_once).collect().await;
    let (times, ends): (Vec<_>, Vec<_>) = started.into_iter().unzip();
    futures::future::join_all(ends).await;
    [quantile(&times, 0.5), quantile(&times, 0.99)]
}

/// Waits until all workflows are in the cache and their first tasks are answered.
async fn settle<S: Side>(side: &S, count: usize) {
    while side.cached() < count {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
}

/// Returns the resident memory of this process, in KiB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let size = line.and_then(|line| line.trim().strip_suffix(" kB"));
    size.and_then(|size| size.trim().parse().ok()).unwrap_or(f64::NAN)
}
