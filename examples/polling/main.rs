//! A job in another system, waited for in three ways.

mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{AwaitJob, PollOften, PollRarely, Service};

#[durable::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();
    let workers = Workers::new(client).state(Service::default()).start().await?;

    // Days and minutes in life; the example has less time.
    let pause = Duration::from_millis(200);
    let often = PollOften::start(client, "often".to_owned()).await?;
    let rarely = PollRarely::start(client, ("rarely".to_owned(), pause)).await?;
    let periodically = AwaitJob::start(client, ("periodically".to_owned(), pause)).await?;

    println!("{}", often.result().await?);
    println!("{}", rarely.result().await?);
    println!("{}", periodically.result().await?);

    workers.shutdown().await?;
    server.end().await
}
