//! One function for workflows of every type, over the trait `BaseWorkflow`.

mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{Greet, Morning, PriceOrder, Welcome, run_all};

#[durable::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();
    let workers = Workers::new(client).start().await?;

    let mut lines = Vec::new();
    let orders = vec![(7, vec![1250, 300]), (8, vec![99])];
    lines.extend(run_all::<PriceOrder, _, _>(client, orders).await?);
    lines.extend(run_all::<Greet, _, _>(client, vec!["Ada".to_owned()]).await?);
    lines.extend(run_all::<Welcome, _, _>(client, vec!["Grace".to_owned()]).await?);
    for morning in run_all::<Morning, _, _>(client, vec![(20, "Edsger".to_owned())]).await? {
        lines.extend(morning);
    }
    for line in lines {
        println!("{line}");
    }

    workers.shutdown().await?;
    server.end().await
}
