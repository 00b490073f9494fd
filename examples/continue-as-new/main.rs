//! A workflow without an end: it takes readings, and continues as a new run after every few of them,
//! with what it knows. A handle follows it from run to run.

mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{StationWatch, Watch};

#[tokio::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();
    let workers = Workers::new(client).start().await?;

    let first = Watch::new("Potsdam", Duration::from_millis(60));
    let station = StationWatch::start(client, first).await?;
    let mut seen = 0;
    while seen < 3 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        // A run that no worker has taken up yet cannot answer.
        let Ok(watch) = station.watch().await else { continue };
        if watch.runs > seen {
            seen = watch.runs;
            println!("in run {seen}: {} readings so far", watch.readings);
        }
    }
    station.stop().await?;
    let Watch { readings, runs, warmest, .. } = station.result().await?;
    println!("stopped in run {runs}; warmest of {readings}: {:.1}", warmest.unwrap_or_default());

    workers.shutdown().await?;
    server.end().await
}
