//! Each line appears once, however often its workflow is replayed.

use std::collections::{BTreeMap, BTreeSet};

use durable::client::WorkflowHandle;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::testing::{TestEnv, TestEnvBuilder};

use crate::capture::{Capture, Line};
use crate::flows::{Late, Listener, REACHED, Talker};
use crate::working;

/// Returns the number of times that each message occurs.
fn counts(lines: &[Line]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for line in lines {
        *counts.entry(line.message.as_str()).or_default() += 1;
    }
    counts
}

/// Returns the messages of a [`Talker`].
fn said() -> Vec<String> {
    let mut said = vec!["init 5".to_owned()];
    for round in 0..5 {
        for text in ["begins", "has its number", "has slept", "ends"] {
            said.push(format!("round {round} {text}"));
        }
    }
    said
}

fn assert_once(lines: &[Line], messages: &[impl AsRef<str>]) {
    let counts = counts(lines);
    for message in messages {
        let count = counts.get(message.as_ref()).copied().unwrap_or_default();
        assert_eq!(count, 1, "{}: {counts:#?}", message.as_ref());
    }
}

/// The largest number of lines that a [`Talker`] writes in one task.
const LINES_OF_A_TASK: usize = 3;

fn captured(env: TestEnvBuilder) -> TestEnvBuilder {
    Capture::of_this_process();
    env
}

#[durable::test(crash, setup = captured)]
async fn lines_appear_once_for_each_task_that_killed_workers_do_not_lose(
    env: TestEnv,
) -> durable::Result<()> {
    let handle = Talker::start(env.client(), 5).id(durable_tests::unique("killed")).await?;
    assert_eq!(handle.result().await?, 5);
    let lines = Capture::of_this_process().lines(|line| {
        line.context.get("workflow_id") == handle.id() && line.spans[0] == "workflow"
    });
    let timed_out = EventType::WorkflowTaskTimedOut;
    let lost = durable_tests::attributes(&handle, timed_out).await.len();
    let counts = counts(&lines);
    let expected: BTreeSet<_> = said().into_iter().collect();
    assert_eq!(counts.len(), expected.len(), "{counts:#?}");
    assert!(counts.keys().all(|&message| expected.contains(message)), "{counts:#?}");
    // The lines of a task whose worker was killed before it could answer are logged by the next worker again.
    assert!(lines.len() <= expected.len() + lost * LINES_OF_A_TASK, "{lost} lost, {counts:#?}");
    assert!(counts.values().all(|count| *count <= 1 + lost), "{lost} lost, {counts:#?}");
    Ok(())
}

#[tokio::test]
async fn each_line_appears_once_without_a_cache() {
    let (client, capture) = working().await;
    let id = durable_tests::unique("uncached");
    Talker::execute(&client, 5).id(&id).await.expect("it ends");
    let lines = capture.of(&id);
    assert_once(&lines, &said());
    let activities: Vec<_> = (0..5)
        .flat_map(|number| ["tracing", "log"].map(|by| format!("activity {number} through {by}")))
        .collect();
    assert_once(&lines, &activities);
    assert_eq!(lines.len(), said().len() + activities.len(), "{:#?}", counts(&lines));
}

#[tokio::test]
async fn handlers_log_once_and_queries_and_validators_each_time() {
    let (client, capture) = working().await;
    let id = durable_tests::unique("handlers");
    let handle = Listener::start(&client).id(&id).await.expect("it starts");
    handle.say("a".to_owned()).await.expect("it is sent");
    assert_eq!(handle.add("b".to_owned()).await.expect("it is added"), 2);
    handle.add(String::new()).await.expect_err("it is rejected");
    handle.say_slowly("c".to_owned()).await.expect("it is sent");
    assert_eq!(handle.add_slowly("d".to_owned()).await.expect("it is added"), 7);
    for _ in 0..3 {
        handle.heard().await.expect("it is answered");
    }
    let mut asked = 3;
    while handle.heard().await.expect("it is answered") < 3 {
        asked += 1;
    }
    handle.stop().await.expect("it is sent");
    handle.result().await.expect("it ends");
    // The run has ended, so these replay it as a whole.
    for _ in 0..2 {
        handle.heard().await.expect("it is answered");
    }
    let lines = capture.of(&id);
    let merged = merged_tasks(&handle).await;
    let once = [
        "listening",
        "signal a",
        "validator b",
        "update b",
        "validator ",
        "slow signal c begins",
        "slow signal c ends",
        "slow update d begins",
        "slow update d ends",
        "done",
    ];
    let counts = counts(&lines);
    for line in once {
        let count = counts.get(line).copied().unwrap_or_default();
        assert!((1..=1 + merged).contains(&count), "{line}, {merged} merged: {counts:#?}");
    }
    assert_eq!(counts["query"], asked + 3);
}

/// Returns the number of workflow tasks that a replay merges with the next one.
///
/// SDK 1.1.1 takes a task without commands for the heartbeat of a local activity if the next task is scheduled
/// directly after it, as it is for an update. Their lines are those of the later task, which isn't replayed yet.
async fn merged_tasks(handle: &WorkflowHandle<Listener>) -> usize {
    let events = durable_tests::events(handle).await;
    let pairs = events.windows(2).filter(|pair| {
        pair[0].event_type() == EventType::WorkflowTaskCompleted
            && pair[1].event_type() == EventType::WorkflowTaskScheduled
    });
    pairs.count()
}

#[tokio::test]
async fn a_line_that_a_replay_reaches_first_is_logged_later() {
    let (client, capture) = working().await;
    let id = durable_tests::unique("late");
    let handle = Late::start(&client).id(&id).await.expect("it starts");
    durable_tests::eventually("first task", || async {
        let events = durable_tests::events(&handle).await;
        (events.len() >= 4).then_some(())
    })
    .await;
    REACHED.lock().expect("nobody panics with it").push(id.clone());
    handle.go().await.expect("it is sent");
    handle.result().await.expect("it ends");
    let lines = capture.of(&id);
    assert_eq!(counts(&lines), BTreeMap::from([("a late line, live", 1)]));
}
