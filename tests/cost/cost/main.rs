//! A benchmark of what `durable` costs beside the SDK by hand, and beside the SDKs of other languages.
//!
//! `cargo bench --package durable-cost` takes about 15 minutes, after the build. `-- --short` takes less than 2
//! minutes, `-- child replay` measures these rows only, `-- --list` names them all, `--rounds 5` changes the number of
//! rounds. `--write` writes the table into docs/performance.md and the numbers into docs/performance.json. It is no
//! test: it prints, and judges only by the word behind each row.
//!
//! Each side is a process of its own, and the sides of a row use one server, in turns. Costs are CPU times of the
//! process, which is client and worker.

#![allow(missing_docs, clippy::missing_errors_doc, reason = "the SDK's macros make public items")]

mod annotated;
mod arguments;
mod foreign;
mod hand;
mod hand_side;
#[path = "../../support/node.rs"]
mod node;
mod process;
#[path = "../../support/python.rs"]
mod python;
mod report;
mod result;
mod rows;
mod serve;
mod work;

use durable::dev_server::DevServer;

use arguments::Arguments;
use foreign::Foreign;
use process::Processes;
use result::Comparison;
use rows::{ROWS, Row, SideName};

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    match arguments.first().map(String::as_str) {
        Some("serve") => runtime.block_on(serve::serve(&arguments[1..])),
        Some("--list") => ROWS.iter().for_each(|row| println!("{:<18}{}", row.name, row.title)),
        _ => match Arguments::read(&arguments) {
            Ok(arguments) => runtime.block_on(run(&arguments)),
            Err(problem) => {
                eprintln!("{problem}");
                std::process::exit(2);
            }
        },
    }
}

async fn run(arguments: &Arguments) {
    let foreign = if arguments.short { Foreign::default() } else { Foreign::install().await };
    report::print_head();
    let (mut comparisons, mut server_version) = (Vec::new(), String::new());
    for row in &arguments.rows {
        // A server that has kept the histories of other rows in its memory is slower, and grows by gigabytes.
        let server = DevServer::builder().ui(false).start().await.expect("the dev server starts");
        let mut processes = Processes::new(server.address(), &foreign);
        let compared = compare(row, arguments.rounds.unwrap_or(row.rounds), &mut processes);
        drop(processes);
        report::print(&compared);
        comparisons.extend(compared);
        server_version = report::server_version(server.address()).await;
        server.shutdown().await.expect("the dev server stops");
    }
    let details = report::Details::new(server_version, arguments);
    report::write(&details, &comparisons, arguments.write);
}

/// Measures a row: `durable` and the others, in turns.
fn compare(row: &Row, rounds: usize, processes: &mut Processes<'_>) -> Vec<Comparison> {
    let others = processes.available(row);
    if others.is_empty() {
        return Vec::new();
    }
    let mut sides = vec![SideName::Durable];
    sides.extend(others.iter().map(|(side, _)| *side));
    processes.prepare(row, &sides);
    let mut measured = vec![Vec::new(); sides.len()];
    // The first round warms caches, connections and the server, and is not counted. It has nothing to warm for
    // processes that are made for one round.
    let warm_up = usize::from(row.setup == serve::Setup::Shared);
    for round in 0..rounds + warm_up {
        // The one that comes first changes, so that none always runs behind another.
        let order: Vec<_> = (0..sides.len()).map(|index| (index + round) % sides.len()).collect();
        let in_turns: Vec<_> = order.iter().map(|index| sides[*index]).collect();
        for (index, taken) in order.into_iter().zip(processes.round(row, &in_turns)) {
            if round >= warm_up {
                measured[index].push(taken);
            }
        }
    }
    result::comparisons(row, &others, &measured)
}
