//! An entity: an account that takes orders by signals and updates, one after the other, and goes from
//! run to run without losing any.

mod workflow;

use durable::Error;
use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{Account, Closing};

#[tokio::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();
    let workers = Workers::new(client).start().await?;

    let account = Account::start(client, Account::of("ada")).await?;
    for _ in 0..50 {
        account.deposit(10).await?;
    }
    println!("50 deposits of 10 sent");
    let left = account.transfer("grace".to_owned(), 120).await?;
    println!("after a transfer of 120: {left}");
    for (to, amount) in [("grace", 1000), ("nobody", 5), ("grace", 0)] {
        match account.transfer(to.to_owned(), amount).await {
            Err(Error::UpdateFailed { failure, .. }) => {
                println!("{amount} to {to} is refused: {}", failure.root().message());
            }
            other => println!("{amount} to {to}: {other:?}"),
        }
    }
    println!("closed with {}", account.close().await?);
    let Closing { balance, runs, .. } = account.result().await?;
    println!("the account ended with {balance} in run {runs}");

    workers.shutdown().await?;
    server.end().await
}
