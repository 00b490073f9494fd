//! Workflows of every kind replay right after they ran; their recordings below `histories` replay
//! with the code of today.
//!
//! With `DURABLE_RECORD_HISTORIES=1` the same tests write those recordings anew.

use std::fs;
use std::path::{Path, PathBuf};

use durable::Error;
use durable::client::{HasHandle, WorkflowHandle};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::testing::{Replayer, record, replay_dir};
use durable_tests::{attributes, eventually};

use crate::client;
use crate::flows::{
    ActivityFlow, BasketFlow, CountdownFlow, FailingFlow, LocalActivityFlow, PanickingFlow,
    ParallelFlow, ParentFlow, PatchedFlow, Purchase, RetriesFlow, TimerFlow, UnpatchedFlow,
};

/// Replays a workflow, and records it where that is asked for.
async fn replays<W: HasHandle>(name: &str, handle: &WorkflowHandle<W>) -> durable::Result<()> {
    let replayed = Replayer::new().history(handle.history()).run().await?;
    let [only] = replayed.histories() else { panic!("{replayed}") };
    assert_eq!(only.workflow.workflow_id, handle.id());
    if recording() {
        record(handle, file(name)).await?;
    }
    Ok(())
}

fn recording() -> bool {
    std::env::var_os("DURABLE_RECORD_HISTORIES").is_some_and(|value| value == "1")
}

fn file(name: &str) -> PathBuf {
    Path::new("histories").join(name).with_extension("json")
}

/// Waits for the first event of a type.
async fn seen<W: HasHandle>(handle: &WorkflowHandle<W>, event_type: EventType) {
    eventually("event", || async {
        (!attributes(handle, event_type).await.is_empty()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_recorded_histories_replay() -> durable::Result<()> {
    let replayed = replay_dir("histories").await?;
    assert!(replayed.len() >= 14, "{replayed}");
    Ok(())
}

#[tokio::test]
async fn timers_replay() -> durable::Result<()> {
    let flow = TimerFlow::start(&client().await, 20).id("timer").await?;
    flow.result().await?;
    replays("timer", &flow).await
}

#[tokio::test]
async fn activities_and_inputs_of_several_fields_replay() -> durable::Result<()> {
    let purchase = Purchase {
        article: "pear".to_owned(),
        pieces: 3,
        price: Some(0.5),
        labels: vec!["fresh".to_owned(), "green".to_owned()],
    };
    let flow = ActivityFlow::start(&client().await, purchase).id("activity").await?;
    assert_eq!(flow.result().await?, 6);
    replays("activity", &flow).await
}

#[tokio::test]
async fn local_activities_replay() -> durable::Result<()> {
    let flow = LocalActivityFlow::start(&client().await, 5).id("local-activity").await?;
    assert_eq!(flow.result().await?, 20);
    replays("local-activity", &flow).await
}

#[tokio::test]
async fn retried_activities_replay() -> durable::Result<()> {
    let flow = RetriesFlow::start(&client().await, 2).id("activity-retries").await?;
    assert_eq!(flow.result().await?, 3);
    replays("activity-retries", &flow).await
}

#[tokio::test]
async fn parallel_activities_replay() -> durable::Result<()> {
    let flow =
        ParallelFlow::start(&client().await, vec![1, 2, 3]).id("parallel-activities").await?;
    assert_eq!(flow.result().await?, 12);
    replays("parallel-activities", &flow).await
}

#[tokio::test]
async fn a_wait_that_times_out_replays() -> durable::Result<()> {
    let flow = BasketFlow::start(&client().await, 50).id("wait-timeout").await?;
    assert_eq!(flow.result().await?, ["nothing more"]);
    replays("wait-timeout", &flow).await
}

#[tokio::test]
async fn signals_and_updates_replay_and_queries_leave_nothing() -> durable::Result<()> {
    let flow = BasketFlow::start(&client().await, 60_000).id("update-wait-met").await?;
    flow.add("pear".to_owned()).await?;
    let before = durable_tests::events(&flow).await.len();
    assert_eq!(flow.items().await?, ["pear"]);
    flow.close(String::new()).await.expect_err("the validator rejects it");
    replays("signal-running", &flow).await?;
    assert!(durable_tests::events(&flow).await.len() >= before);
    assert_eq!(flow.close("plum".to_owned()).await?, 2);
    assert_eq!(flow.result().await?, ["pear", "plum"]);
    replays("update-wait-met", &flow).await
}

#[tokio::test]
async fn continued_runs_replay_each() -> durable::Result<()> {
    let client = client().await;
    let flow = CountdownFlow::start(&client, 1).id("continue-as-new").await?;
    flow.result().await?;
    replays("continue-as-new/first", &flow).await?;
    let last = flow.describe().await?.run_id().to_owned();
    let last = flow.with_run_id(last);
    replays("continue-as-new/last", &last).await
}

#[tokio::test]
async fn child_workflows_replay() -> durable::Result<()> {
    let flow = ParentFlow::start(&client().await, 10).id("child-workflow").await?;
    flow.result().await?;
    replays("child-workflow", &flow).await
}

#[tokio::test]
async fn failed_workflows_replay() -> durable::Result<()> {
    let flow = FailingFlow::start(&client().await, 9).id("failure").await?;
    assert!(matches!(flow.result().await, Err(Error::Failed { .. })));
    replays("failure", &flow).await
}

#[tokio::test]
async fn cancelled_workflows_replay() -> durable::Result<()> {
    let flow = TimerFlow::start(&client().await, 60_000).id("cancellation").await?;
    seen(&flow, EventType::TimerStarted).await;
    flow.cancel("not wanted any more").await?;
    assert!(matches!(flow.result().await, Err(Error::Cancelled { .. })));
    replays("cancellation", &flow).await
}

#[tokio::test]
async fn running_and_terminated_workflows_replay() -> durable::Result<()> {
    let flow = TimerFlow::start(&client().await, 60_000).id("terminated").await?;
    seen(&flow, EventType::TimerStarted).await;
    replays("running", &flow).await?;
    flow.terminate("seen enough").await?;
    replays("terminated", &flow).await
}

#[tokio::test]
async fn workflow_without_tasks_replays() -> durable::Result<()> {
    let client = client().await;
    let flow = TimerFlow::start(&client, 1).task_queue("nobody").id("never-run").await?;
    replays("never-run", &flow).await?;
    flow.terminate("seen enough").await
}

#[tokio::test]
async fn timed_out_workflows_replay() -> durable::Result<()> {
    let flow = TimerFlow::start(&client().await, 60_000)
        .id("timed-out")
        .run_timeout(Duration::from_secs(1))
        .retry(durable::options::RetryOptions::default().maximum_attempts(1))
        .await?;
    assert!(matches!(flow.result().await, Err(Error::TimedOut { .. })));
    replays("timed-out", &flow).await
}

#[tokio::test]
async fn patched_workflows_replay_from_before_and_after() -> durable::Result<()> {
    let client = client().await;
    let after = PatchedFlow::start(&client).id("patched-after").await?;
    after.result().await?;
    replays("patched-after", &after).await?;

    let before = UnpatchedFlow::start(&client).id("patched-before").await?;
    before.result().await?;
    Replayer::new().history(before.history()).run().await?;
    // As a file, it is to be replayed by the patched code, which serves the other queue.
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("before.json");
    record(&before, &path).await?;
    let text = fs::read_to_string(&path).expect("it is recorded");
    fs::write(&path, text.replace("\"flows-before\"", "\"flows\"")).expect("it can be written");
    Replayer::new().file(&path).run().await.map(drop)?;
    if recording() {
        let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join(file("patched-before"));
        fs::copy(&path, recorded).expect("it can be written");
    }
    Ok(())
}

/// A task that fails recorded nothing, so it is no difference that it fails again.
#[tokio::test]
async fn a_workflow_that_panics_replays_up_to_the_panic() -> durable::Result<()> {
    let flow = PanickingFlow::start(&client().await).id("failed-task").await?;
    durable_tests::failed_task(&flow).await;
    replays("failed-task", &flow).await?;
    flow.terminate("seen enough").await
}

#[test]
fn recorded_histories_contain_no_host_name() {
    // Who does not call itself otherwise is `pid@host` to Temporal.
    let host = fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host = format!("@{}", host.trim());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("histories");
    for text in texts(&folder) {
        assert!(host == "@" || !text.contains(&host), "{text}");
        assert!(!text.contains(env!("CARGO_MANIFEST_DIR")), "{text}");
        for line in text.lines().filter(|line| line.contains("\"identity\"")) {
            let known = line.contains("\"recorder\"") || line.contains("history-service");
            assert!(known, "{line}");
        }
    }
}

fn texts(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            texts.extend(self::texts(&path));
        } else {
            texts.push(fs::read_to_string(path).expect("it is text"));
        }
    }
    texts
}
