//! Workers that die: they are started again, others go on, and after the limit it is over.

use durable::prelude::*;
use durable::worker::{RunningWorkers, WorkerError, WorkerState};
use durable_tests::{Shared, unique};

use crate::blocking;
use crate::flows::{Echo, EchoHandle, POISON, fragile};
use crate::process::Worker;

/// Answers on a queue of its own.
#[activity(queue = "serving-bystander")]
async fn bystander(text: String) -> String {
    text
}

#[workflow(queue = "serving-bystander")]
#[derive(Default)]
struct Bystander;

#[workflow_methods]
impl Bystander {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        Ok(bystander::execute(ctx, text).task_queue(ctx.task_queue()).await?)
    }
}

/// Workers of two queues, of which each can be killed by poison so many times.
async fn workers(
    suffix: &str,
    fragility: u32,
    restarts: u32,
) -> durable::Result<(Client, RunningWorkers)> {
    let address = Shared::get().address();
    let client = Client::connect(address).await?;
    let suffix = suffix.to_owned();
    let fragile = fragile(fragility);
    let workers = Workers::new(&client)
        .queues(["serving", "serving-bystander"])
        .worker_options(move |options| {
            options.task_queue = format!("{}-{suffix}", options.task_queue);
            options.workflow_interceptor(fragile.clone());
        })
        .max_restarts(restarts)
        .restart_interval(Duration::from_millis(50))
        .start()
        .await?;
    Ok((durable_tests::client().await, workers))
}

/// A workflow that kills its worker.
async fn poison(client: &Client, queue: &str) -> durable::Result<EchoHandle> {
    let start = Echo::start(client, POISON.to_owned()).task_queue(queue);
    start.id(unique(POISON)).task_timeout(Duration::from_secs(1)).await
}

#[tokio::test]
async fn a_worker_that_dies_is_started_again() -> durable::Result<()> {
    let suffix = unique("reborn");
    let (client, workers) = workers(&suffix, 2, 5).await?;
    let workflow = poison(&client, &format!("serving-{suffix}")).await?;
    assert_eq!(
        workflow.result_within(Duration::from_secs(30)).await?,
        POISON,
        "the third worker bears it"
    );
    let health = workers.health().workers();
    assert_eq!((health[0].queue.as_str(), health[0].deaths), ("serving", 2), "{health:?}");
    assert_eq!(health[0].state, WorkerState::Running);
    assert_eq!((health[1].queue.as_str(), health[1].deaths), ("serving-bystander", 0));
    workers.shutdown().await
}

#[tokio::test]
async fn a_worker_that_dies_too_often_is_given_up_and_the_others_go_on() -> durable::Result<()> {
    let suffix = unique("hopeless");
    let (client, mut workers) = workers(&suffix, u32::MAX, 1).await?;
    let workflow = poison(&client, &format!("serving-{suffix}")).await?;
    let health = workers.health();
    match workers.ended().await {
        Err(WorkerError::Ended { queue, restarts, source }) => {
            assert_eq!((queue.as_str(), restarts), ("serving", 1));
            assert!(source.to_string().contains("the interceptor choked"), "{source}");
        }
        other => panic!("{other:?}"),
    }
    assert!(!health.is_live());
    let readiness = health.readiness().await;
    assert!(!readiness.ready);
    assert_eq!(readiness.reasons.len(), 1, "{readiness:?}");
    assert!(readiness.reasons[0].contains("queue `serving` is given up"), "{readiness:?}");
    // Strangers may read it, so it has no text of a panic.
    assert!(readiness.reasons[0].contains("its thread panicked"), "{readiness:?}");
    assert!(!format!("{readiness:?}").contains("choked"), "{readiness:?}");

    let queue = format!("serving-bystander-{suffix}");
    let text = Bystander::execute(&client, "alive".to_owned()).task_queue(queue).await?;
    assert_eq!(text, "alive");
    workflow.terminate("the test is over").await?;
    workers.shutdown().await
}

#[tokio::test]
async fn a_process_whose_worker_is_given_up_ends_with_1() -> durable::Result<()> {
    let queue = unique("given-up");
    let worker = {
        let queue = queue.clone();
        let settings =
            [("SERVING_FRAGILITY", "1000"), ("MAX_RESTARTS", "1"), ("RESTART_INTERVAL_S", "0.05")];
        blocking(move || Worker::start(Shared::get().address(), &queue, &settings)).await
    };
    let client = durable_tests::client().await;
    let workflow = poison(&client, &queue).await?;
    let (code, log) = blocking(move || {
        let mut worker = worker;
        let (code, _) = worker.ends();
        (code, worker.log())
    })
    .await;
    assert_eq!(code, Some(1), "{log}");
    let error = log.lines().find(|line| line.starts_with("Error: ")).unwrap_or_default();
    assert!(
        error.contains("the worker of queue `serving` died, and again after a restart"),
        "{log}"
    );
    assert_eq!(log.matches("the worker died; it is restarted").count(), 1, "{log}");
    assert_eq!(log.matches("the worker died and is given up").count(), 1, "{log}");
    workflow.terminate("the test is over").await
}

#[tokio::test]
async fn two_workers_of_one_queue_on_one_connection_are_refused_with_the_queue() {
    let suffix = unique("twice");
    let (_, first) = workers(&suffix, 0, 0).await.expect("it starts");
    // A connection of its own is another worker to the server, and fine.
    let (_, second) = workers(&suffix, 0, 0).await.expect("it starts");
    first.shutdown().await.expect("it stops");
    second.shutdown().await.expect("it stops");
    let client = durable_tests::client().await;
    let start = || Workers::new(&client).queues(["serving"]).start();
    let first = start().await.expect("it starts");
    let error = start().await.expect_err("its place is taken");
    match error.downcast_ref() {
        Some(WorkerError::Create { queue, .. }) => assert_eq!(queue, "serving"),
        _ => panic!("{error:?}"),
    }
    first.shutdown().await.expect("it stops");
    start().await.expect("its place is free again").shutdown().await.expect("it stops");
}
