//! The settings that a replay must share with the workers, and the forms of history files.

use std::process::Command;
use std::task::Poll;

use durable::prelude::*;
use durable::sdk::temporalio_sdk::workflow_interceptors::WorkflowInterceptorConstructor;
use durable::testing::{Replayer, record};
use durable::worker::{RunningWorkers, WorkerOptions};
use durable::workflow::join;
use durable_tests::plugged::{flipping, naming};
use durable_tests::{Shared, unique};

use crate::flows::{ActivityFlow, LocalActivityFlow, Purchase, TimerFlow};
use crate::{client, problems};

/// Serves the queue of the flows under another name, with a client and options of its own.
async fn workers(
    client: &Client,
    queue: &str,
    adjust: impl Fn(&mut WorkerOptions) + Send + Sync + 'static,
) -> durable::Result<RunningWorkers> {
    let queue = queue.to_owned();
    let adjust = move |options: &mut WorkerOptions| {
        options.task_queue.clone_from(&queue);
        adjust(options);
    };
    Workers::new(client).queues(["flows"]).worker_options(adjust).start().await
}

#[tokio::test]
async fn uses_data_converter_of_the_workers() -> durable::Result<()> {
    let address = Shared::get().address();
    let client = Client::builder().address(address).data_converter(flipping()).connect().await?;
    let queue = unique("backwards");
    let workers = workers(&client, &queue, |_| {}).await?;
    let flow = TimerFlow::start(&client, 120).task_queue(&queue).await?;
    flow.result().await?;
    workers.shutdown().await?;

    Replayer::new().data_converter(flipping()).history(flow.history()).run().await?;
    let problems = problems(Replayer::new().history(flow.history()).run().await);
    assert!(problems[0].to_string().contains("and the code fails here"), "{problems:?}");
    Ok(())
}

#[tokio::test]
async fn uses_workflow_interceptors_of_the_workers() -> durable::Result<()> {
    let client = client().await;
    let queue = unique("named");
    let workers = workers(&client, &queue, |options| {
        options.workflow_interceptor(WorkflowInterceptorConstructor::new(naming));
    })
    .await?;
    let purchase =
        Purchase { article: "fig".to_owned(), pieces: 1, price: None, labels: Vec::new() };
    let flow = ActivityFlow::start(&client, purchase).task_queue(&queue).await?;
    flow.result().await?;
    workers.shutdown().await?;

    Replayer::new().workflow_interceptor(naming).history(flow.history()).run().await?;
    let problems = problems(Replayer::new().history(flow.history()).run().await);
    let text = problems[0].to_string();
    assert!(text.contains("at event 5 (ActivityTaskScheduled double)"), "{text}");
    assert!(text.contains("and the code gives the activity the id `1`"), "{text}");
    Ok(())
}

/// Waits for something that is not Temporal's, beside a timer.
#[workflow(queue = "flows")]
#[derive(Default)]
struct YieldingFlow;

#[workflow_methods]
impl YieldingFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let mut woken = false;
        let wakes_itself = std::future::poll_fn(move |context| {
            if std::mem::replace(&mut woken, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        });
        let ((), slept) = join!(wakes_itself, ctx.sleep(Duration::from_millis(10)));
        Ok(slept?)
    }
}

#[tokio::test]
async fn uses_worker_options_of_the_workers() -> durable::Result<()> {
    let client = client().await;
    let queue = unique("yielding");
    let lenient = |options: &mut WorkerOptions| options.detect_nondeterministic_futures = false;
    let workers = workers(&client, &queue, lenient).await?;
    let flow = YieldingFlow::start(&client).task_queue(&queue).await?;
    flow.result_within(Duration::from_secs(20)).await?;
    workers.shutdown().await?;

    let lenient = Replayer::new().worker_options(lenient).history(flow.history());
    lenient.run().await?;
    let problems = problems(Replayer::new().history(flow.history()).run().await);
    assert!(problems[0].to_string().contains("failed while it was replayed"), "{problems:?}");
    Ok(())
}

#[tokio::test]
async fn reads_and_writes_the_format_of_other_tools() -> durable::Result<()> {
    let flow = TimerFlow::start(&client().await, 10).id(unique("forms")).await?;
    flow.result().await?;
    let folder = tempfile::tempdir().expect("there is room");
    let ours = folder.path().join("below/ours.json");
    record(&flow, &ours).await?;

    let theirs = folder.path().join("theirs.json");
    let shown = Command::new(Shared::get().cli())
        .args(["workflow", "show", "--output", "json", "--workflow-id", flow.id()])
        .args(["--address", Shared::get().address()])
        .output()
        .expect("the command runs");
    std::fs::write(&theirs, shown.stdout).expect("it can be written");

    let of_sdk = folder.path().join("sdk.json");
    let sdk = flow.history().to_json().await.expect("it can be fetched");
    std::fs::write(&of_sdk, sdk).expect("it can be written");

    let older = std::fs::read_to_string(&ours)
        .expect("it is there")
        .replace("EVENT_TYPE_WORKFLOW_EXECUTION_STARTED", "WorkflowExecutionStarted")
        .replace("EVENT_TYPE_TIMER_STARTED", "TimerStarted")
        .replace("TASK_QUEUE_KIND_NORMAL", "Normal");
    std::fs::write(folder.path().join("older.json"), older).expect("it can be written");

    let replayed = Replayer::new().dir(folder.path()).run().await?;
    assert_eq!(replayed.len(), 4, "{replayed}");
    let read = |path| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(path).expect("it is there")).expect("it is JSON")
    };
    assert_eq!(read(ours), read(theirs));
    Ok(())
}

#[tokio::test]
async fn local_activities_run_on_a_renamed_queue() -> durable::Result<()> {
    let client = client().await;
    let queue = unique("renamed");
    let workers = workers(&client, &queue, |_| {}).await?;
    let flow = LocalActivityFlow::start(&client, 3).task_queue(&queue).await?;
    assert_eq!(flow.result_within(Duration::from_secs(20)).await?, 12);
    workers.shutdown().await?;
    Replayer::new().task_queue("flows").history(flow.history()).run().await?;
    Ok(())
}
