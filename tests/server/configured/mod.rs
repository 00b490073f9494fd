//! Configuration on a server: every key that is not of the connection has an effect.

mod options;
mod workers;

use std::collections::BTreeMap;
use std::sync::Mutex;

use durable::config::Config;
use durable::prelude::*;
use durable::worker::{RunningWorkers, WorkerOptions};
use durable::workflow::join_all_bounded;
use durable_tests::Shared;

/// The number of running `counted` activities and the highest number so far, by workflow.
static RUNNING: Mutex<BTreeMap<String, (u32, u32)>> = Mutex::new(BTreeMap::new());

fn counting(id: &str, change: impl FnOnce(&mut (u32, u32))) -> u32 {
    let mut running = RUNNING.lock().expect("nobody panics with it");
    let entry = running.entry(id.to_owned()).or_default();
    change(entry);
    entry.1
}

/// Counts how many of it run side by side for a workflow.
#[activity(queue = "configured", schedule_to_close_timeout = "40m")]
async fn counted(id: String) {
    counting(&id, |(now, most)| {
        *now += 1;
        *most = (*most).max(*now);
    });
    tokio::time::sleep(Duration::from_millis(30)).await;
    counting(&id, |(now, _)| *now -= 1);
}

/// Sets one option of its own.
#[activity(queue = "configured", start_to_close_timeout = "7s")]
async fn annotated() {}

/// Runs `counted` this often, all at once.
#[workflow(queue = "configured")]
#[derive(Default)]
struct SideBySide;

#[workflow_methods]
impl SideBySide {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, times: u32) -> WorkflowResult<()> {
        let id = ctx.workflow_id().to_owned();
        let calls =
            (0..times).map(|_| counted::execute(ctx, id.clone()).task_queue(ctx.task_queue()));
        for ended in join_all_bounded(100, calls).await {
            ended?;
        }
        Ok(())
    }
}

/// Calls `annotated` and `counted`, the latter also with an option at the call, and waits before it.
#[workflow(queue = "configured", run_timeout = "1h")]
#[derive(Default)]
struct Calling {
    go: bool,
}

#[workflow_methods]
impl Calling {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let id = ctx.workflow_id().to_owned();
        let queue = ctx.task_queue().to_owned();
        annotated::execute(ctx).task_queue(&queue).await?;
        ctx.wait_condition(|state| state.go).await?;
        counted::execute(ctx, id.clone()).task_queue(&queue).await?;
        let heartbeat = Duration::from_secs(11);
        counted::execute(ctx, id).task_queue(&queue).heartbeat_timeout(heartbeat).await?;
        Ok(())
    }

    #[signal]
    async fn go(ctx: &mut WorkflowContext<Self>) {
        // A handler's calls are configured like those of the run.
        let queue = ctx.task_queue().to_owned();
        let _called = annotated::execute(ctx).task_queue(queue).await;
        ctx.state_mut(|state| state.go = true);
    }
}

/// Runs `SideBySide` as a child.
#[workflow(queue = "configured")]
#[derive(Default)]
struct Parent;

#[workflow_methods]
impl Parent {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let queue = ctx.task_queue().to_owned();
        SideBySide::execute_child(ctx, 0).task_queue(queue).await?;
        Ok(())
    }
}

/// The configuration of a text, for this binary's server.
fn config(text: &str) -> Config {
    let address = Shared::get().address();
    let config = Config::loader().text(text).environment([("TEMPORAL_ADDRESS", address)]).load();
    config.unwrap_or_else(|error| panic!("{error}"))
}

async fn client(config: &Config) -> Client {
    Client::builder().config(config).connect().await.expect("the dev server answers")
}

/// Serves the queue of this module under another name, as the client's configuration says.
async fn serve(client: &Client, name: &str) -> durable::Result<RunningWorkers> {
    let name = name.to_owned();
    let renamed = move |options: &mut WorkerOptions| options.task_queue.clone_from(&name);
    Workers::new(client).queues(["configured"]).worker_options(renamed).start().await
}
