//! Serving: what is checked before workers start, and how they stop.

use std::collections::BTreeSet;
use std::sync::Mutex;

use durable::prelude::*;
use durable::sdk::temporalio_sdk::ActivityCancellationType;
use durable::worker::{RunningWorkers, WorkerError, WorkerProblem};
use durable::workflow::select;
use durable_tests::unique;

use crate::client;

/// Serves one of this binary's queues under another name and without a cache, so that every task
/// replays its workflow from the start.
pub(crate) async fn replaying_worker(
    client: &Client,
    queue: &str,
    under_the_name: &str,
) -> durable::Result<RunningWorkers> {
    let name = under_the_name.to_owned();
    Workers::new(client)
        .queues([queue])
        .worker_options(move |options| {
            options.task_queue.clone_from(&name);
            options.max_cached_workflows = 0;
        })
        .start()
        .await
}

fn problems(result: durable::Result<RunningWorkers>) -> Vec<WorkerProblem> {
    let error = result.expect_err("it does not start");
    match error.downcast_ref() {
        Some(WorkerError::Misconfigured { problems }) => problems.clone(),
        _ => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn every_problem_is_reported_at_once_before_anything_starts() {
    let client = durable_tests::client().await;
    let workers = Workers::new(&client).queues(["activities", "activites"]);
    let problems = problems(workers.start().await);

    let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 3, "{texts:#?}");
    assert!(texts[0].contains("annotated with queue `activites`"), "{}", texts[0]);
    assert!(texts[0].contains("`activities`"), "{}", texts[0]);
    assert!(texts[0].contains("use my_workflows as _;"), "{}", texts[0]);
    for (text, (activity, state)) in
        texts[1..].iter().zip([("record", "Ledger"), ("shout", "dyn server::activities::Voice")])
    {
        assert!(text.contains(&format!("activity `{activity}`")), "{text}");
        assert!(text.contains(state), "{text}");
        assert!(text.contains("server/activities.rs:"), "{text}");
        assert!(text.contains(".state(..)"), "{text}");
    }
}

#[activity(queue = "serving")]
async fn slow(milliseconds: u64) -> u64 {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    milliseconds
}

#[workflow(queue = "serving")]
#[derive(Default)]
struct SlowWorkflow;

#[workflow_methods]
impl SlowWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, milliseconds: u64) -> WorkflowResult<u64> {
        Ok(slow::execute(ctx, milliseconds).task_queue(ctx.task_queue()).await?)
    }
}

#[tokio::test]
async fn a_shutdown_lets_what_is_in_flight_end() -> durable::Result<()> {
    let _all_queues = client().await;
    let client = durable_tests::client().await;
    let queue = unique("stopped");
    let workers = replaying_worker(&client, "serving", &queue).await?;
    let workflow = SlowWorkflow::start(&client, 700).task_queue(&queue).await?;
    durable_tests::eventually("running activity", || async {
        use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
        let started = durable_tests::attributes(&workflow, EventType::ActivityTaskScheduled).await;
        (!started.is_empty()).then_some(())
    })
    .await;
    workers.shutdown().await?;

    // The activity ended; a new worker finds its result and goes on.
    let workers = replaying_worker(&client, "serving", &queue).await?;
    assert_eq!(workflow.result().await?, 700);
    let events = durable_tests::events(&workflow).await;
    let attempts = events.iter().filter(|event| {
        use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
        event.event_type() == EventType::ActivityTaskStarted
    });
    assert_eq!(attempts.count(), 1);
    workers.shutdown().await
}

/// The workflows whose activity `patient` has begun.
static PATIENT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Waits, and tells what ended the waiting.
#[activity(queue = "serving", heartbeat_timeout = "1s", retry(maximum_attempts = 1))]
async fn patient(ctx: ActivityContext) -> Result<String, ActivityError> {
    let workflow_id = ctx.info().workflow_id.clone().unwrap_or_default();
    PATIENT.lock().expect("nobody panics with it").insert(workflow_id);
    let ended = loop {
        tokio::select! {
            () = ctx.worker_shutdown() => break "worker shutdown",
            () = ctx.cancelled() => break "cancellation",
            () = tokio::time::sleep(Duration::from_millis(50)) => ctx.record_heartbeat(()).await?,
        }
    };
    let (cancelled, stopping) = (ctx.is_cancelled(), ctx.worker_is_shutting_down());
    Ok(format!("{ended}; cancelled {cancelled}, shutting down {stopping}"))
}

/// Runs `patient` on its own queue, until it is told to cancel it.
#[workflow(queue = "serving")]
#[derive(Default)]
struct PatientWorkflow {
    is_cancelled: bool,
}

#[workflow_methods]
impl PatientWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        let mut patient = patient::execute(ctx)
            .task_queue(ctx.task_queue())
            .cancellation_type(ActivityCancellationType::WaitCancellationCompleted)
            .start();
        select! {
            ended = patient => return Ok(ended?),
            told = ctx.wait_condition(|state| state.is_cancelled) => told?,
        }
        patient.cancel();
        Ok(patient.await?)
    }

    #[signal]
    fn cancel_activity(&mut self) {
        self.is_cancelled = true;
    }
}

async fn until_patient_runs(workflow_id: &str) {
    durable_tests::eventually("running activity", || async {
        PATIENT.lock().expect("nobody panics with it").contains(workflow_id).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_activity_learns_of_a_shutdown_long_before_it_is_cancelled() -> durable::Result<()> {
    let _all_queues = client().await;
    let client = durable_tests::client().await;
    let queue = unique("going-away");
    let workers = replaying_worker(&client, "serving", &queue).await?;
    let workflow = PatientWorkflow::start(&client).task_queue(&queue).await?;
    until_patient_runs(workflow.id()).await;
    // The drain timeout is 10 minutes.
    let stopped = tokio::time::timeout(Duration::from_secs(20), workers.shutdown()).await;
    stopped.expect("the activity ends at once")?;

    let workers = replaying_worker(&client, "serving", &queue).await?;
    assert_eq!(workflow.result().await?, "worker shutdown; cancelled false, shutting down true");
    workers.shutdown().await
}

#[tokio::test]
async fn a_cancelled_activity_sees_no_shutdown() -> durable::Result<()> {
    let workflow = PatientWorkflow::start(&client().await).await?;
    until_patient_runs(workflow.id()).await;
    workflow.cancel_activity().await?;
    assert_eq!(workflow.result().await?, "cancellation; cancelled true, shutting down false");
    Ok(())
}

#[tokio::test]
async fn the_registry_lists_queues_names_types_and_places() -> durable::Result<()> {
    let registry = durable::Registry::collect()?;
    let queue = registry.queue("handles").expect("the queue of handles.rs");
    let [basket] = queue.workflows() else { panic!("{queue:?}") };
    assert_eq!((basket.name, basket.queue), ("BasketWorkflow", "handles"));
    assert_eq!(basket.output, "Vec<Item>");
    assert!(basket.source.to_string().contains("tests/server/handles.rs:"), "{}", basket.source);
    let signals: Vec<_> = basket.signals.iter().map(|signal| signal.name).collect();
    assert_eq!(signals, ["add", "add-pieces", "add_later"]);
    let pieces: Vec<_> = basket.signals[1].parameters.iter().map(ToString::to_string).collect();
    assert_eq!(pieces, ["name: String", "pieces: u32"]);

    let mut activities = registry.activities();
    let sum = activities.find(|activity| activity.name == "blocking-sum").expect("it is annotated");
    assert_eq!((sum.queue, sum.output), ("activities", "u64"));
    Ok(())
}
