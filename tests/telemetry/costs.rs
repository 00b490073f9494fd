//! A benchmark of the CPU time that logs, metrics, traces and encryption add to a workflow.
//!
//! `cargo bench --package durable-tests --bench costs` takes about 5 minutes, after the build. `-- traces all`
//! measures these rows only, `-- --list` names them all, `--rounds 5` and `--workflows 100` change the numbers.
//! `--write` writes the table into docs/performance.md and the numbers into docs/costs.json. It is no test: it prints,
//! and judges only by the word behind each row.
//!
//! A process has one subscriber, one meter and one tracer, so each side is a process of its own. Two processes with the
//! same settings differ by several percent for as long as they live. So each round starts new ones, which work in turns
//! and exchange their namespaces after each round. The row `noise` compares two that have nothing turned on. Logs go to
//! a file.

#![allow(
    dead_code,
    reason = "the tests, the example and the other benchmarks use more of their modules"
)]

#[path = "../../examples/orders/activities.rs"]
mod activities;
#[path = "costs/arguments.rs"]
mod arguments;
#[path = "costs/cases.rs"]
mod cases;
mod collector;
#[allow(unused_imports, reason = "a benchmark doesn't run its tests")]
#[path = "../cost/figures.rs"]
mod figures;
mod flows;
#[path = "../../examples/orders/model.rs"]
mod model;
#[path = "costs/process.rs"]
mod process;
#[path = "costs/report.rs"]
mod report;
#[path = "../../examples/orders/workflow.rs"]
mod workflow;

use std::path::Path;

use durable::dev_server::DevServer;

use arguments::Arguments;
use cases::{Case, ROWS, Row};
use collector::Collector;
use process::{Place, Process, serve};
use report::Comparison;

/// The namespaces of the two sides.
const NAMESPACES: [&str; 2] = ["one", "two"];

/// The workflows that a process runs before it is measured, and in each of its turns: as many as run at once.
const TURN: u32 = process::AT_ONCE;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    match arguments.first().map(String::as_str) {
        Some("serve") => runtime.block_on(serve(&arguments[1..])),
        Some("--list") => ROWS.iter().for_each(|row| println!("{:<12}{}", row.name, row.title)),
        _ => match Arguments::read(&arguments) {
            Ok(arguments) => runtime.block_on(compare_all(&arguments)),
            Err(problem) => {
                eprintln!("{problem}");
                std::process::exit(2);
            }
        },
    }
}

async fn compare_all(arguments: &Arguments) {
    let server = DevServer::builder().ui(false);
    let server = NAMESPACES.iter().fold(server, |server, name| server.namespace(*name));
    let server = server.start().await.expect("the dev server starts");
    let collector = Collector::start();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let place = |side: usize| Place {
        address: server.address(),
        namespace: NAMESPACES[side],
        collector: &collector.url,
        log: folder.path().join(NAMESPACES[side]),
    };
    report::print_head(arguments);
    let mut comparisons = Vec::new();
    for row in &arguments.rows {
        let rounds: Vec<_> = (0..arguments.rounds)
            .map(|round| {
                let [one, two] = [round % 2, (round + 1) % 2].map(place);
                measure(row, [(row.without, one), (row.with, two)], arguments.workflows)
            })
            .collect();
        let comparison = Comparison::of(row, &rounds);
        report::print(&comparison);
        comparisons.push(comparison);
    }
    report::write(arguments, &comparisons, Path::new(env!("CARGO_MANIFEST_DIR")));
    server.shutdown().await.expect("the dev server stops");
}

/// Measures a round of a row, and returns the CPU time of a workflow without and with what is compared, in milliseconds.
fn measure(row: &Row, sides: [(Case, Place<'_>); 2], workflows: u32) -> [f64; 2] {
    let mut sides = sides.map(|(case, place)| Process::start(case, &place));
    for side in &mut sides {
        side.work(row.work, TURN);
    }
    let mut times = [0.0; 2];
    for (turn, begin) in (0..workflows).step_by(TURN as usize).enumerate() {
        let count = TURN.min(workflows - begin);
        // The one that comes first changes, so that neither always runs behind the other.
        for side in [turn % 2, (turn + 1) % 2] {
            times[side] += sides[side].work(row.work, count);
        }
    }
    times.map(|time| time / f64::from(workflows))
}
