//! Workflows and activities, and their tests in the folder `tests`.
//!
//! `cargo run --example testing` runs two of them on a dev server. `cargo test --test
//! testing_example` tests all of them; docs/testing.md is the guide.

#![allow(dead_code, reason = "what only the tests use is not used here")]

mod approval;
mod import;
mod reimbursement;
mod retrying;
mod saga;
mod shipping;

use std::sync::Arc;

use durable::dev_server::DevServer;
use durable::prelude::*;

use crate::approval::Expense;
use crate::import::Table;
use crate::retrying::{RateError, Rates};
use crate::saga::{BookTrip, Trip};

/// A source that always answers.
struct FixedRates;

impl Rates for FixedRates {
    fn rate(&self, currency: &str) -> Result<f64, RateError> {
        if currency == "EUR" { Ok(1.25) } else { Err(RateError::UnknownCurrency) }
    }
}

#[durable::main]
async fn main() -> durable::Result<()> {
    let server = DevServer::start().await?;
    let client = Client::connect(server.address()).await?;
    let rates: Arc<dyn Rates> = Arc::new(FixedRates);
    let workers = Workers::new(&client).state(Table::default()).shared_state(rates).start().await?;

    let expense = Expense::start(&client, "7".to_owned()).await?;
    println!("an expense waits for a person, at most 7 days");
    expense.decide(true).await?;
    println!("it ended as {:?}", expense.result().await?);

    let trip = Trip { traveller: "Ada".to_owned(), amount: 5000.0 };
    println!("a trip is booked that costs too much");
    match BookTrip::execute(&client, trip).await {
        Err(durable::Error::Failed { failure, .. }) => println!("it failed: {}", failure.root()),
        outcome => println!("booked: {:?}", outcome?),
    }

    println!("\nhow they are tested: examples/testing/tests");
    println!("to run the tests: cargo test --test testing_example");
    workers.shutdown().await?;
    server.shutdown().await?;
    Ok(())
}
