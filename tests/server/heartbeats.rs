//! Progress that one attempt records and the next one finds, and the reasons to stop.

use std::sync::Mutex;

use durable::activity::StopReason;
use durable::prelude::*;
use durable_tests::{eventually, unique};

use crate::client;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Progress {
    file: String,
    line: u32,
}

/// Comes one line further in each attempt, and tells where each has begun.
#[activity(
    queue = "heartbeats",
    heartbeat_timeout = "30s",
    retry(maximum_attempts = 3, initial_interval = "10ms")
)]
async fn read(ctx: ActivityContext, mut begun: Vec<u32>) -> Result<Vec<u32>, ActivityError> {
    let progress = ctx.progress().unwrap_or(Progress { file: "0,".to_owned(), line: 0 });
    if ctx.info().attempt == 3 {
        let all = progress.file.split(',').filter_map(|line| line.parse::<u32>().ok());
        begun.extend(all);
        return Ok(begun);
    }
    let line = progress.line + 7;
    let file = format!("{}{line},", progress.file);
    // Only the last of many needs to get through.
    for step in 0..=100 {
        let line = if step == 100 { line } else { 0 };
        ctx.heartbeat(&Progress { file: file.clone(), line }).await?;
    }
    Err(ApplicationFailure::new("not done yet"))?
}

/// Records something of another type than it looks for, as after a change of the code.
#[activity(
    queue = "heartbeats",
    heartbeat_timeout = "30s",
    retry(maximum_attempts = 2, initial_interval = "10ms")
)]
async fn changed(ctx: ActivityContext) -> Result<bool, ActivityError> {
    let found = ctx.progress::<Progress>();
    if ctx.info().attempt == 2 {
        assert_eq!(ctx.progress::<u32>(), Some(12), "it is there");
        return Ok(found.is_none());
    }
    ctx.heartbeat(&12).await?;
    Err(ApplicationFailure::new("not done yet"))?
}

static STOPPED: Mutex<Vec<(String, StopReason)>> = Mutex::new(Vec::new());

/// Waits until it is to stop, and notes why.
#[activity(
    queue = "heartbeats",
    start_to_close_timeout = "2s",
    heartbeat_timeout = "1s",
    retry(maximum_attempts = 1)
)]
async fn wait(ctx: ActivityContext) -> Result<(), ActivityError> {
    let info = ctx.info();
    loop {
        ctx.heartbeat("waiting").await?;
        tokio::select! {
            reason = ctx.stopped() => {
                let workflow_id = info.workflow_id.clone().unwrap_or_default();
                let mut stopped = STOPPED.lock().expect("nobody panics while it is held");
                stopped.push((workflow_id, reason));
                return Err(reason.into());
            }
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }
}

#[workflow(queue = "heartbeats")]
#[derive(Default)]
struct HeartbeatWorkflow;

#[workflow_methods]
impl HeartbeatWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, what: String) -> WorkflowResult<String> {
        Ok(match what.as_str() {
            "read" => format!("{:?}", read::execute(ctx, Vec::new()).await?),
            "changed" => changed::execute(ctx).await?.to_string(),
            _ => {
                let waiting = wait::execute(ctx).cancellation_type(
                    durable::workflow::ActivityCancellationType::WaitCancellationCompleted,
                );
                waiting.await?;
                String::new()
            }
        })
    }
}

async fn run(what: &str) -> HeartbeatWorkflowHandle {
    let client = client().await;
    HeartbeatWorkflow::start(&client, what.to_owned())
        .id(unique("heartbeat"))
        .await
        .expect("the server takes it")
}

async fn stopped(workflow_id: &str) -> StopReason {
    eventually("end of the activity", || async {
        let stopped = STOPPED.lock().expect("nobody panics while it is held");
        stopped.iter().find(|(id, _)| id == workflow_id).map(|(_, reason)| *reason)
    })
    .await
}

#[tokio::test]
async fn each_attempt_goes_on_where_the_last_one_was() {
    assert_eq!(run("read").await.result().await.unwrap(), "[0, 7, 14]");
}

#[tokio::test]
async fn progress_of_another_type_is_none_and_the_activity_begins_anew() {
    assert_eq!(run("changed").await.result().await.unwrap(), "true");
}

#[tokio::test]
async fn an_activity_learns_that_its_workflow_was_cancelled() {
    let run = run("wait").await;
    // Until the activity runs, there is nothing to tell.
    eventually("heartbeat", || async {
        let description = run.describe().await.unwrap();
        let raw = description.raw();
        raw.pending_activities.iter().any(|it| it.heartbeat_details.is_some()).then_some(())
    })
    .await;
    run.cancel("enough").await.unwrap();
    assert_eq!(stopped(run.id()).await, StopReason::Cancelled);
    let ended = run.result().await.unwrap_err();
    assert!(matches!(ended, durable::Error::Cancelled { .. }), "{ended:?}");
}

#[tokio::test]
async fn an_activity_learns_that_its_time_is_over() {
    let run = run("wait").await;
    assert_eq!(stopped(run.id()).await, StopReason::TimedOut);
}
