//! The deterministic tools of workflow code: timers, conditions, time and random values.

use std::time::SystemTime;

use durable::prelude::*;
use durable_tests::unique;

use crate::client;

#[workflow(queue = "inside")]
#[derive(Default)]
struct WaitingWorkflow {
    opened: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Waits {
    timeout_ms: u64,
}

#[workflow_methods]
impl WaitingWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, waits: Waits) -> WorkflowResult<(bool, bool)> {
        let timeout = Duration::from_millis(waits.timeout_ms);
        let first = ctx.wait_condition_timeout(|state| state.opened, timeout).await?;
        ctx.state_mut(|state| state.opened = true);
        let second = ctx.wait_condition_timeout(|state| state.opened, timeout).await?;
        Ok((first, second))
    }

    #[signal]
    fn open(&mut self) {
        self.opened = true;
    }
}

#[tokio::test]
async fn a_condition_is_waited_for_at_most_as_long_as_said() -> durable::Result<()> {
    let client = client().await;
    let in_vain = WaitingWorkflow::execute(&client, Waits { timeout_ms: 200 }).await?;
    assert_eq!(in_vain, (false, true));

    let waiting = WaitingWorkflow::start(&client, Waits { timeout_ms: 60_000 }).await?;
    waiting.open().await?;
    assert_eq!(waiting.result().await?, (true, true));
    Ok(())
}

#[tokio::test]
async fn a_cancelled_wait_ends_the_workflow_as_cancelled() -> durable::Result<()> {
    let client = client().await;
    let waiting = WaitingWorkflow::start(&client, Waits { timeout_ms: 60_000 }).await?;
    waiting.cancel("not wanted any more").await?;
    let ended = waiting.result().await;
    assert!(matches!(ended, Err(durable::Error::Cancelled { .. })), "{ended:?}");
    Ok(())
}

/// Takes values that must be the same on every replay, and compares them with those it stored.
#[workflow(queue = "inside")]
#[derive(Default)]
struct DeterministicWorkflow {
    seen: Vec<String>,
    go_on: u32,
}

#[workflow_methods]
impl DeterministicWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Vec<String>> {
        for step in 1..=2 {
            let seen = format!("{:?} {} {}", ctx.now(), ctx.uuid(), ctx.random::<u64>());
            ctx.state_mut(|state| state.seen.push(seen));
            ctx.wait_condition(move |state| state.go_on >= step).await?;
        }
        ctx.sleep(Duration::from_millis(50)).await?;
        Ok(ctx.state(|state| state.seen.clone()))
    }

    #[signal]
    fn go_on(&mut self) {
        self.go_on += 1;
    }

    #[query]
    fn seen(&self) -> Vec<String> {
        self.seen.clone()
    }
}

#[tokio::test]
async fn time_and_random_values_are_the_same_on_every_replay() -> durable::Result<()> {
    let _workers = client().await;
    // A worker without a cache replays the workflow from its history at every task.
    let client = durable_tests::client().await;
    let queue = unique("replayed");
    let workers = crate::serving::replaying_worker(&client, "inside", &queue).await?;

    let before = SystemTime::now() - Duration::from_secs(5);
    let workflow = DeterministicWorkflow::start(&client).task_queue(&queue).await?;
    workflow.go_on().await?;
    let seen_once = workflow.seen().await?;
    assert_eq!(seen_once.len(), 2, "{seen_once:?}");
    assert_ne!(seen_once[0], seen_once[1]);
    workflow.go_on().await?;
    let result = workflow.result().await?;
    assert_eq!(result, seen_once);
    assert_eq!(workflow.seen().await?, seen_once, "also when the closed workflow is replayed");

    let description = workflow.describe().await?;
    assert!(description.start_time().is_some_and(|start| start > before));
    workers.shutdown().await
}

/// Continues as a new run until it has counted down.
#[workflow(queue = "inside")]
#[derive(Default)]
struct CountdownWorkflow;

#[workflow_methods]
impl CountdownWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, left: u32) -> WorkflowResult<String> {
        if left > 0 {
            ctx.continue_as_new(left - 1, durable::workflow::ContinueAsNewOptions::default())?;
        }
        Ok(ctx.run_id().to_owned())
    }
}

#[tokio::test]
async fn the_result_of_a_continued_workflow_is_that_of_its_last_run() -> durable::Result<()> {
    let client = client().await;
    let countdown = CountdownWorkflow::start(&client, 2).await?;
    let last_run = countdown.result().await?;
    assert_ne!(Some(last_run.as_str()), countdown.run_id());
    assert_eq!(countdown.describe().await?.run_id(), last_run);
    Ok(())
}
