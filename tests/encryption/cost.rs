//! A benchmark of the CPU time that encryption adds to a workflow: the orders example without and with it, on the
//! same server, in the same process, in turns.
//!
//! `cargo bench --package durable-tests --bench encryption --profile dev`. It is no test: it prints, and judges
//! nothing.

#![allow(dead_code, reason = "the example uses more of its modules")]

#[path = "../../examples/orders/activities.rs"]
mod activities;
#[path = "../../examples/orders/model.rs"]
mod model;
#[path = "../../examples/orders/workflow.rs"]
mod workflow;

use std::time::Duration;

use cpu_time::ProcessTime;
use durable::codec::{Codecs, Encryption, Key};
use durable::dev_server::DevServer;
use durable::{Client, Workers};
use futures_util::future::try_join_all;

use crate::model::Order;
use crate::workflow::OrderWorkflow;

const ROUNDS: usize = 6;
const ORDERS: u32 = 100;

#[tokio::main]
async fn main() -> durable::Result<()> {
    let sealed = Encryption::builder().key("k1", Key::generate()).active("k1").build();
    let sealed = Codecs::from(sealed.expect("the key is valid"));
    let mut times: [Vec<f64>; 2] = Default::default();
    // The first round warms caches, and is not counted.
    for round in 0..=ROUNDS {
        for turn in [round % 2, (round + 1) % 2] {
            let codecs = if turn == 0 { Codecs::new() } else { sealed.clone() };
            let time = measure(codecs).await?;
            if round > 0 {
                times[turn].push(time);
            }
        }
    }
    let [plain, encrypted] = times.map(median);
    println!("one order, medians of {ROUNDS} rounds of {ORDERS}:");
    println!("               CPU µs");
    println!("plain       {plain:>9.0}");
    println!("encrypted   {encrypted:>9.0}");
    println!("ratio       {:>9.3}", encrypted / plain);
    Ok(())
}

/// Returns the CPU time of one order, in microseconds.
async fn measure(codecs: Codecs) -> durable::Result<f64> {
    let server = DevServer::builder().ui(false).start().await?;
    let client = Client::builder().address(server.address()).codec(codecs).connect().await?;
    let workers = Workers::new(&client).start().await?;
    orders(&client, "warm", 10).await?;
    let before = ProcessTime::now();
    orders(&client, "order", ORDERS).await?;
    let each: Duration = before.elapsed() / ORDERS;
    workers.shutdown().await?;
    server.shutdown().await?;
    Ok(each.as_secs_f64() * 1e6)
}

async fn orders(client: &Client, prefix: &str, count: u32) -> durable::Result<()> {
    let order = |number| Order {
        order_id: format!("{prefix}-{number}"),
        customer: "Ada".to_owned(),
        amount: 45.1,
        card: "4111".to_owned(),
    };
    let orders = (0..count).map(|number| {
        let order = order(number);
        async move { OrderWorkflow::execute(client, order).await.map(drop) }
    });
    try_join_all(orders).await.map(drop)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
