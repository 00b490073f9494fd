//! A benchmark of the CPU time of a workflow with one activity, through `durable` and by hand with the SDK:
//! on the same server, in the same process, in turns.
//!
//! `cargo bench --package durable-cost --bench cost`. It is no test: it prints, and judges nothing.

#![allow(missing_docs, clippy::missing_errors_doc, reason = "the SDK's macros make public items")]

mod by_hand {
    //! The SDK alone.

    use std::time::Duration;

    use temporalio_common::RetryPolicy;
    use temporalio_macros::{activities, workflow, workflow_methods};
    use temporalio_sdk::activities::{ActivityContext, ActivityError};
    use temporalio_sdk::{ActivityOptions, WorkflowContext, WorkflowResult};

    pub struct Greetings;

    #[activities]
    impl Greetings {
        #[activity(name = "greet")]
        pub async fn greet(_ctx: ActivityContext, name: String) -> Result<String, ActivityError> {
            Ok(format!("Hello, {name}!"))
        }
    }

    #[workflow]
    #[derive(Default)]
    pub struct HandWorkflow;

    #[workflow_methods]
    impl HandWorkflow {
        #[run]
        pub async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
            // The options that the annotated activity ends up with.
            let retry = RetryPolicy::builder()
                .maximum_attempts(5)
                .initial_interval(Duration::from_secs(5))
                .maximum_interval(Duration::from_secs(60))
                .build();
            let options = ActivityOptions::with_close_timeouts(
                temporalio_common::ActivityCloseTimeouts::StartToClose(Duration::from_secs(1200)),
            )
            .retry_policy(retry)
            .build();
            Ok(ctx.execute_activity(Greetings::greet, name, options).await?)
        }
    }
}

mod annotated {
    //! The same, annotated.

    use durable::prelude::*;

    #[activity(queue = "durable")]
    pub async fn greet(name: String) -> Result<String, ActivityError> {
        Ok(format!("Hello, {name}!"))
    }

    #[workflow(queue = "durable")]
    #[derive(Default)]
    pub struct DurableWorkflow;

    #[workflow_methods]
    impl DurableWorkflow {
        #[run]
        async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
            Ok(greet::execute(ctx, name).await?)
        }
    }
}

use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use durable::dev_server::DevServer;
use durable::{Client, Workers};
use temporalio_client::{WorkflowGetResultOptions, WorkflowStartOptions};
use temporalio_sdk::runtime::RuntimeOptions;
use temporalio_sdk::{Runtime, Worker, WorkerOptions};

const ROUNDS: usize = 40;
const WORKFLOWS_A_ROUND: u32 = 200;
/// Many at once, so that what is measured is work and not the idling of pollers between two answers.
const AT_ONCE: u32 = 20;

fn main() -> durable::Result<()> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(async {
        let server = DevServer::builder().ui(false).start().await?;
        let client = Client::connect(server.address()).await?;
        let workers = Workers::new(&client).start().await?;
        let stop_hand = serve_by_hand(&client);
        compare(&client).await?;
        stop_hand();
        workers.shutdown().await?;
        Ok(server.shutdown().await?)
    })
}

/// A worker of the SDK, served as `durable` serves its own: on a thread of its own.
fn serve_by_hand(client: &Client) -> impl Fn() {
    let handle = tokio::runtime::Handle::current();
    let sdk = client.sdk().clone();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let _entered = handle.enter();
        let runtime = Runtime::from_current_tokio(RuntimeOptions::default()).expect("a runtime");
        let options = WorkerOptions::new("by-hand")
            .register_workflow::<by_hand::HandWorkflow>()
            .expect("it is the only one")
            .register_activities(by_hand::Greetings)
            .build();
        let mut worker = Worker::new(&runtime, sdk, options).expect("a worker");
        sender.send(worker.shutdown_handle()).expect("the caller waits");
        handle.block_on(worker.run()).expect("the worker runs");
    });
    receiver.recv().expect("the worker is made")
}

async fn by_hand(client: &Client, name: String) {
    let options =
        WorkflowStartOptions::new("by-hand", &name).enable_eager_workflow_start(true).build();
    let started = client.sdk().start_workflow(by_hand::HandWorkflow::run, name, options).await;
    let result = started.expect("it starts").get_result(WorkflowGetResultOptions::default()).await;
    assert!(result.expect("it succeeds").starts_with("Hello"));
}

async fn annotated(client: &Client, name: String) {
    let result = annotated::DurableWorkflow::execute(client, name.clone()).id(name).await;
    assert!(result.expect("it succeeds").starts_with("Hello"));
}

/// CPU and wall time of one workflow, in microseconds.
async fn round<F>(label: &str, round: usize, one: impl Fn(String) -> F) -> (f64, f64)
where
    F: Future<Output = ()>,
{
    let (cpu, wall) = (ProcessTime::now(), Instant::now());
    for batch in 0..WORKFLOWS_A_ROUND / AT_ONCE {
        let started = (0..AT_ONCE).map(|index| one(format!("{label}-{round}-{batch}-{index}")));
        futures::future::join_all(started).await;
    }
    let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(WORKFLOWS_A_ROUND);
    (each(cpu.elapsed()), each(wall.elapsed()))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn compare(client: &Client) -> durable::Result<()> {
    let mut hand = (Vec::new(), Vec::new());
    let mut layer = (Vec::new(), Vec::new());
    // The first round of each warms caches, connections and the server, and is not counted.
    for index in 0..=ROUNDS {
        // In turns, so that neither always runs behind the other.
        for turn in [index % 2, (index + 1) % 2] {
            let (times, taken) = if turn == 0 {
                (&mut hand, round("hand", index, |name| by_hand(client, name)).await)
            } else {
                (&mut layer, round("durable", index, |name| annotated(client, name)).await)
            };
            if index > 0 {
                times.0.push(taken.0);
                times.1.push(taken.1);
            }
        }
    }
    let (hand, layer) = ((median(hand.0), median(hand.1)), (median(layer.0), median(layer.1)));
    println!("one workflow with one activity, medians of {ROUNDS} rounds of {WORKFLOWS_A_ROUND}:");
    println!("             CPU µs   wall µs");
    println!("by hand   {:>9.0} {:>9.0}", hand.0, hand.1);
    println!("durable   {:>9.0} {:>9.0}", layer.0, layer.1);
    println!("ratio     {:>9.3} {:>9.3}", layer.0 / hand.0, layer.1 / hand.1);
    Ok(())
}
