//! Orders and payments on two queues: read from a file, started all at once, watched, approved, and
//! listed with what became of them.
//!
//! `cargo run --example orders` uses the Temporal server at `TEMPORAL_ADDRESS` or `localhost:7233`
//! if one answers there, and starts its own otherwise. With `-- --stay` it leaves the server running
//! at the end, to look around in the web UI.
//!
//! `cargo run --example orders -- schema --check examples/orders/contract.json` compares the program with the
//! committed contract. `catalogue.md` is the contract for people.

mod activities;
mod file;
mod model;
mod report;
mod workflow;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::process::ExitCode;

use durable::client::start_all;
use durable::prelude::*;
use durable_examples::Server;

use crate::file::Entry;
use crate::model::{Order, Receipt, Status};
use crate::report::{Outcome, Row};
use crate::workflow::{OrderWorkflow, OrderWorkflowHandle};

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|argument| argument == "schema") {
        return durable::cli::main();
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run() -> durable::Result<()> {
    tracing_subscriber::fmt().with_env_filter("warn").with_writer(std::io::stderr).init();

    let server = Server::find().await?;
    let client = server.client().clone();
    let workers = Workers::new(&client).start().await?;
    println!("serving the queues {}", workers.queues().collect::<Vec<_>>().join(" and "));

    let (mut rows, orders) = start_orders(&client, file::read(include_str!("orders.json"))).await;
    println!("{} orders read, {} started", rows.len() + orders.len(), orders.len());
    watch(&orders).await?;
    for (index, order, handle) in orders {
        rows.push(Row::new(index, &order.order_id, outcome(handle.result().await)));
    }
    report::print(rows);

    if std::env::args().any(|argument| argument == "--stay") {
        println!("\nstaying until Ctrl-C");
        // Without a handler for it, Ctrl-C ends the program all the same.
        let _ = tokio::signal::ctrl_c().await;
    }
    workers.shutdown().await?;
    server.end().await
}

type Started = (usize, Order, OrderWorkflowHandle);

/// Starts every order that can be read; the others have their outcome already.
async fn start_orders(client: &Client, entries: Vec<Entry>) -> (Vec<Row>, Vec<Started>) {
    let mut rows = Vec::new();
    let mut orders = Vec::new();
    for Entry { index, order_id, order } in entries {
        match order {
            Ok(order) => orders.push((index, order)),
            Err(problem) => rows.push(Row::new(index, &order_id, Outcome::Unreadable(problem))),
        }
    }
    let starts = orders.iter().map(|(_, order)| OrderWorkflow::start(client, order.clone()));
    let handles = start_all(starts).await;
    let mut started = Vec::new();
    for ((index, order), handle) in orders.into_iter().zip(handles) {
        match handle {
            Ok(handle) => started.push((index, order, handle)),
            Err(error) => rows.push(Row::new(index, &order.order_id, outcome(Err(error)))),
        }
    }
    (rows, started)
}

/// Shows how far the orders are until all have ended, and answers for the person who approves: yes
/// to what is affordable, no to what is absurd, and silence to one order.
async fn watch(orders: &[Started]) -> durable::Result<()> {
    let mut answered = vec![false; orders.len()];
    let mut shown = String::new();
    loop {
        let mut counts = BTreeMap::new();
        let mut running = 0;
        for ((_, order, handle), answered) in orders.iter().zip(&mut answered) {
            let description = handle.describe().await?;
            if description.status() != durable::client::WorkflowExecutionStatus::Running {
                *counts.entry("ended".to_owned()).or_insert(0) += 1;
                continue;
            }
            running += 1;
            // A workflow that no worker has taken up yet cannot answer.
            let status = handle.status().await.unwrap_or_default();
            *counts.entry(status.to_string()).or_insert(0) += 1;
            let silence = order.customer == "Margaret";
            if status == Status::WaitingForApproval && !*answered && !silence {
                handle.approve(order.amount < 1_000_000.0).await?;
                *answered = true;
            }
        }
        let line = counts.iter().map(|(status, count)| format!("{count} {status}"));
        let line = line.collect::<Vec<_>>().join(", ");
        if line != shown {
            show(&line, &shown);
            shown = line;
        }
        if running == 0 {
            if std::io::stdout().is_terminal() {
                println!();
            }
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Writes over the last line on a terminal, and a new line elsewhere.
fn show(line: &str, last: &str) {
    use std::io::Write as _;
    if std::io::stdout().is_terminal() {
        print!("\r  {line:<width$}", width = last.len());
        // What is not flushed is shown a little later.
        let _ = std::io::stdout().flush();
    } else {
        println!("  {line}");
    }
}

fn outcome(result: durable::Result<Receipt>) -> Outcome {
    match result {
        Ok(receipt) => Outcome::Shipped(receipt),
        Err(durable::Error::Failed { failure, .. }) => Outcome::Failed(failure.root().to_string()),
        Err(error @ durable::Error::AlreadyStarted { .. }) => Outcome::Twice(error.to_string()),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}
