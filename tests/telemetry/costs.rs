//! A benchmark of the CPU time that logs, metrics, traces and encryption add to a workflow.
//!
//! `cargo bench --package durable-tests --bench costs` takes about 10 minutes, after the build. `-- traces all`
//! measures these rows only, `-- --list` names them all, `--rounds 5` and `--workflows 50` change the numbers. It is no
//! test: it prints, and judges only by the word behind each row.
//!
//! A process has one subscriber, one meter and one tracer, so each case is a process of its own. All of them run
//! beside each other on one server, and work in turns: without, with, without, with. Logs go to a file.

#![allow(dead_code, reason = "the tests and the example use more of their modules")]

#[path = "../../examples/orders/activities.rs"]
mod activities;
#[path = "costs/cases.rs"]
mod cases;
mod collector;
mod flows;
#[path = "../../examples/orders/model.rs"]
mod model;
#[path = "costs/process.rs"]
mod process;
#[path = "../../examples/orders/workflow.rs"]
mod workflow;

use std::collections::BTreeMap;

use durable::dev_server::DevServer;

use cases::{Case, ROWS, Row};
use collector::Collector;
use process::{Process, serve};

/// The settings of a run.
struct Arguments {
    rows: Vec<&'static Row>,
    rounds: usize,
    workflows: u32,
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    match arguments.first().map(String::as_str) {
        Some("serve") => runtime.block_on(serve(&arguments[1..])),
        Some("--list") => ROWS.iter().for_each(|row| println!("{}", row.name)),
        _ => match read(&arguments) {
            Ok(arguments) => runtime.block_on(compare(&arguments)),
            Err(problem) => {
                eprintln!("{problem}");
                std::process::exit(2);
            }
        },
    }
}

fn read(arguments: &[String]) -> Result<Arguments, String> {
    let mut read = Arguments { rows: Vec::new(), rounds: 15, workflows: 100 };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let value = arguments.next().and_then(|value| value.parse().ok());
            value.filter(|value| *value > 0).ok_or(format!("`{argument}` takes a number above 0"))
        };
        match argument.as_str() {
            "--rounds" => read.rounds = number()? as usize,
            "--workflows" => read.workflows = number()?,
            name => {
                let row = ROWS.iter().find(|row| row.name == name);
                let names = || ROWS.iter().map(|row| row.name).collect::<Vec<_>>().join(", ");
                read.rows
                    .push(row.ok_or_else(|| format!("no row `{name}`; there are {}", names()))?);
            }
        }
    }
    if read.rows.is_empty() {
        read.rows = ROWS.iter().collect();
    }
    Ok(read)
}

/// The times of a row, in microseconds: one pair for each round.
#[derive(Default)]
struct Times {
    without: Vec<f64>,
    with: Vec<f64>,
}

async fn compare(arguments: &Arguments) {
    let cases = Case::ALL.map(Case::name);
    let server =
        cases.iter().fold(DevServer::builder().ui(false), |server, name| server.namespace(*name));
    let server = server.start().await.expect("the dev server starts");
    let collector = Collector::start();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut processes = BTreeMap::new();
    for case in Case::ALL {
        let is_named = |row: &&Row| row.without == case || row.with == case;
        if arguments.rows.iter().any(is_named) {
            let log = folder.path().join(case.name());
            let process = Process::start(case, server.address(), &collector.url, &log);
            processes.insert(case, process);
        }
    }
    let mut times: Vec<Times> = arguments.rows.iter().map(|_| Times::default()).collect();
    // The first round warms caches, connections and the server, and is not counted.
    for round in 0..=arguments.rounds {
        for (row, times) in arguments.rows.iter().zip(&mut times) {
            // The one that comes first changes, so that neither always runs behind the other.
            for turn in [round % 2, (round + 1) % 2] {
                let case = if turn == 0 { row.without } else { row.with };
                let process = processes.get_mut(&case).expect("it runs");
                let time = process.work(row.work, arguments.workflows);
                match turn {
                    _ if round == 0 => {}
                    0 => times.without.push(time),
                    _ => times.with.push(time),
                }
            }
        }
    }
    print(arguments, &times);
    drop(processes);
    server.shutdown().await.expect("the dev server stops");
}

fn print(arguments: &Arguments, times: &[Times]) {
    let Arguments { rows, rounds, workflows } = arguments;
    println!(
        "CPU of client and worker for each workflow, medians of {rounds} rounds of {workflows};"
    );
    println!("the spread is that of the middle half of the rounds.\n");
    println!("row          without µs   with µs   added    spread              target");
    for (row, times) in rows.iter().zip(times) {
        let added =
            times.with.iter().zip(&times.without).map(|(with, without)| with / without - 1.0);
        let added: Vec<_> = added.map(|share| share * 100.0).collect();
        let [low, median, high] = [0.25, 0.5, 0.75].map(|at| quantile(&added, at));
        let target = row.target.map_or(String::new(), |target| {
            let verdict = if median < target { "pass" } else { "MISS" };
            format!("< {target} %: {verdict}")
        });
        println!(
            "{:<12} {:>10.0} {:>9.0} {median:>6.1} %  {low:>5.1} % to {high:>5.1} %   {target}",
            row.name,
            quantile(&times.without, 0.5),
            quantile(&times.with, 0.5),
        );
    }
}

fn quantile(values: &[f64], at: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "the rounds are few"
    )]
    let index = ((values.len() - 1) as f64 * at).round() as usize;
    values[index]
}
