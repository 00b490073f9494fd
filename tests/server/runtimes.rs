//! Clients and workers on more Tokio runtimes than one, and on runtimes of one thread.

use std::time::Duration;

use durable::prelude::*;
use durable_tests::{Shared, unique};
use tokio::runtime::{Builder, Runtime};

/// Answers with its input.
#[workflow(queue = "runtimes")]
#[derive(Default)]
struct RuntimesWorkflow;

#[workflow_methods]
impl RuntimesWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, n: u32) -> WorkflowResult<u32> {
        Ok(double::execute(ctx, n).await?)
    }
}

#[activity(queue = "runtimes")]
async fn double(n: u32) -> u32 {
    tokio::task::yield_now().await;
    2 * n
}

const PATIENCE: Duration = Duration::from_secs(20);

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be made")
}

async fn connected() -> Client {
    Client::connect(Shared::get().address()).await.expect("the dev server answers")
}

/// One call of each kind: it starts a workflow, describes it, and ends it.
fn calls_on(runtime: &Runtime, client: &Client) {
    let calls = async {
        let started = RuntimesWorkflow::start(client, 1).id(unique("runtimes")).await?;
        started.describe().await?;
        started.terminate("it is done").await?;
        client.health().await.map(drop)
    };
    let answered = runtime.block_on(async { tokio::time::timeout(PATIENCE, calls).await });
    answered.expect("the calls are answered").expect("they succeed");
}

#[test]
fn a_client_outlives_the_runtime_it_was_made_on() {
    for runtime in [current_thread, multi_thread] {
        let first = runtime();
        let client = first.block_on(connected());
        calls_on(&first, &client);
        drop(first);
        for _ in 0..2 {
            let next = runtime();
            calls_on(&next, &client);
        }
        calls_on(&multi_thread(), &client);
    }
}

#[test]
fn a_client_does_not_need_its_runtime_to_be_driven() {
    let idle = current_thread();
    let client = idle.block_on(connected());
    // Nobody drives the first runtime meanwhile.
    calls_on(&current_thread(), &client);
    calls_on(&idle, &client);
}

#[test]
fn a_call_outlives_the_end_of_another_runtime() {
    let first = current_thread();
    let client = first.block_on(connected());
    let second = multi_thread();
    let started = second.block_on(async {
        let started = RuntimesWorkflow::start(&client, 1).id(unique("runtimes")).await;
        started.expect("it starts")
    });
    let waiting = second.spawn({
        let started = started.clone();
        async move { started.result().await }
    });
    // The runtime of the connection ends while the call waits on another.
    drop(first);
    second.block_on(async {
        started.terminate("it is done").await.expect("it is reached");
        let ended = tokio::time::timeout(PATIENCE, waiting).await.expect("it ends");
        let ended = ended.expect("the task lives");
        assert!(matches!(ended, Err(durable::Error::Terminated { .. })), "{ended:?}");
    });
}

#[test]
fn workers_serve_on_a_runtime_of_one_thread() {
    let first = current_thread();
    let client = first.block_on(connected());
    drop(first);
    let runtime = current_thread();
    let served = async {
        let queue = unique("runtimes");
        let name = queue.clone();
        let workers = Workers::new(&client).queues(["runtimes"]);
        let workers = workers.worker_options(move |options| options.task_queue.clone_from(&name));
        let workers = workers.start().await?;
        let got = RuntimesWorkflow::execute(&client, 21).task_queue(queue).await?;
        workers.shutdown().await?;
        durable::Result::<u32>::Ok(got)
    };
    let served = runtime.block_on(async { tokio::time::timeout(PATIENCE, served).await });
    assert_eq!(served.expect("it ends").expect("it is served"), 42);
}
