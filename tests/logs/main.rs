//! The logs of workflows and activities: their spans, silence in replays, and what the library itself says.

#![allow(clippy::unused_self, reason = "handlers take `self` by their form")]

mod attempts;
mod capture;
mod failures;
mod flows;
mod hint;
mod replays;
mod server;
mod spans;

use durable::prelude::*;
use durable::worker::RunningWorkers;

use durable_tests::Shared;
use tokio::sync::OnceCell;

use capture::Capture;

/// Returns a client and the log of this process, which has workers that keep nothing in memory. So each
/// task replays its workflow from the start.
async fn working() -> (Client, &'static Capture) {
    static WORKERS: OnceCell<RunningWorkers> = OnceCell::const_new();
    let capture = Capture::of_this_process();
    let client = durable_tests::client().await;
    let start = || async {
        // The workers outlive the test that starts them.
        let runtime = tokio::task::spawn_blocking(|| Shared::get().runtime()).await;
        let started = runtime.expect("it runs").spawn(async {
            let client = durable_tests::client().await;
            let workers =
                Workers::new(&client).worker_options(|options| options.max_cached_workflows = 0);
            workers.start().await.expect("the workers start")
        });
        started.await.expect("it runs")
    };
    WORKERS.get_or_init(start).await;
    (client, capture)
}
