//! The program that the chaos starts and kills: it serves the queues of the chaos.

mod flows;

use std::time::Duration;

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
    let client = Client::builder().connect().await?;
    Workers::new(&client)
        .queues(["chaos", "chaos-healthy"])
        .deadlock_timeout(Duration::from_secs(1))
        .worker_options(|options| {
            // A task for a worker that was killed goes to another one soon.
            options.sticky_queue_schedule_to_start_timeout = Duration::from_millis(500);
        })
        .run()
        .await
}
