//! The program that the tests of serving start and kill: it serves as the environment configures it,
//! under the name of a queue that `SERVING_QUEUE` gives.

mod flows;

use std::env;

use durable::config::Config;
use durable::prelude::*;
use durable::worker::Exit;

#[durable::main]
async fn main() -> Exit {
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .with_env_filter("warn,durable=info")
        .init();
    serve().await.into()
}

async fn serve() -> durable::Result<()> {
    let times = env::var("SERVING_FRAGILITY").ok().and_then(|times| times.parse().ok());
    let fragile = flows::fragile(times.unwrap_or(0));
    let client = Client::builder().config(&Config::load()?).connect().await?;
    let queue = env::var("SERVING_QUEUE").expect("the tests give a queue");
    Workers::new(&client)
        .queues(["serving"])
        .worker_options(move |options| {
            options.task_queue.clone_from(&queue);
            options.workflow_interceptor(fragile.clone());
        })
        .run()
        .await
}
