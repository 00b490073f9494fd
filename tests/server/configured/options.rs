//! Options of workflows and activities, in the order of the one rule.

use durable::options::{ActivityOptions, ConfiguredOptions};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::{
    ActivityTaskScheduledEventAttributes, WorkflowExecutionStartedEventAttributes,
};
use durable::worker::WorkerError;
use durable_tests::{Shared, attributes, unique};

use super::{Calling, Parent, SideBySide, client, config, serve};

fn seconds(duration: Option<impl TryInto<Duration>>) -> f64 {
    let duration = duration.and_then(|duration| duration.try_into().ok());
    duration.map_or(0.0, |duration| duration.as_secs_f64())
}

const OPTIONS: &str = "
temporal:
  workflows:
    execution_timeout_s: 9000
    run_timeout_s: 800
    task_timeout_s: 9
    retry:
      maximum_attempts: 4
      initial_interval_seconds: 2
      backoff_coefficient: 1.5
      maximum_interval_seconds: 30
      non_retryable_error_types: [CardDeclined]
    types:
      SideBySide: { execution_timeout_s: 7000, retry: { maximum_attempts: 2 } }
  activities:
    start_to_close_timeout_s: 100
    schedule_to_close_timeout_s: 1000
    schedule_to_start_timeout_s: 500
    heartbeat_timeout_s: 5
    retry: { maximum_attempts: 6, initial_interval_seconds: 0.5 }
    types:
      counted: { heartbeat_timeout_s: 20, retry: { backoff_coefficient: 3 } }
";

type Started = Box<WorkflowExecutionStartedEventAttributes>;

async fn started<W: durable::client::HasHandle>(handle: &WorkflowHandle<W>) -> Started {
    match attributes(handle, EventType::WorkflowExecutionStarted).await.pop() {
        Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) => started.into(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn workflows_start_with_what_is_configured_for_them() -> durable::Result<()> {
    let client = client(&config(OPTIONS)).await;
    let queue = unique("configured");

    let all = Calling::start(&client).task_queue(&queue).await?;
    let event = started(&all).await;
    assert!((seconds(event.workflow_execution_timeout) - 9000.0).abs() < 0.1);
    assert!((seconds(event.workflow_run_timeout) - 3600.0).abs() < 0.1, "the annotation's");
    assert!((seconds(event.workflow_task_timeout) - 9.0).abs() < 0.1);
    let retry = event.retry_policy.expect("a retry policy");
    assert_eq!(retry.maximum_attempts, 4);
    assert!((seconds(retry.initial_interval) - 2.0).abs() < 0.1);
    assert!((retry.backoff_coefficient - 1.5).abs() < 0.01);
    assert!((seconds(retry.maximum_interval) - 30.0).abs() < 0.1);
    assert_eq!(retry.non_retryable_error_types, ["CardDeclined"]);

    let one = SideBySide::start(&client, 0).task_queue(&queue).await?;
    let event = started(&one).await;
    assert!((seconds(event.workflow_execution_timeout) - 7000.0).abs() < 0.1);
    assert!((seconds(event.workflow_run_timeout) - 800.0).abs() < 0.1);
    let retry = event.retry_policy.expect("a retry policy");
    assert_eq!((retry.maximum_attempts, seconds(retry.initial_interval)), (2, 2.0));

    let called = SideBySide::start(&client, 0).task_queue(&queue);
    let called = called.execution_timeout(Duration::from_secs(900)).await?;
    assert!((seconds(started(&called).await.workflow_execution_timeout) - 900.0).abs() < 0.1);
    Ok(())
}

async fn scheduled<W: durable::client::HasHandle>(
    handle: &WorkflowHandle<W>,
) -> Vec<ActivityTaskScheduledEventAttributes> {
    let scheduled = attributes(handle, EventType::ActivityTaskScheduled).await.into_iter();
    let scheduled = scheduled.map(|attributes| match attributes {
        Attributes::ActivityTaskScheduledEventAttributes(scheduled) => scheduled,
        other => panic!("{other:?}"),
    });
    scheduled.collect()
}

#[tokio::test]
async fn activities_are_called_as_the_workers_configuration_says_and_it_may_change()
-> durable::Result<()> {
    let queue = unique("configured");
    let first = client(&config(OPTIONS)).await;
    let workers = serve(&first, &queue).await?;
    let calling = Calling::start(&first).task_queue(&queue).await?;
    durable_tests::eventually("first activity", || async {
        let done = attributes(&calling, EventType::ActivityTaskCompleted).await;
        (!done.is_empty()).then_some(())
    })
    .await;
    workers.shutdown().await?;

    // The same with other values: it replays from the start, and goes on with the new ones.
    let changed =
        OPTIONS.replace("schedule_to_start_timeout_s: 500", "schedule_to_start_timeout_s: 400");
    let second = client(&config(&changed)).await;
    let workers = serve(&second, &queue).await?;
    calling.go().await?;
    calling.result().await?;
    workers.shutdown().await?;

    let scheduled = scheduled(&calling).await;
    let names: Vec<_> = scheduled.iter().map(|s| s.activity_type.clone().unwrap().name).collect();
    assert_eq!(names, ["annotated", "annotated", "counted", "counted"]);
    let to_start: Vec<_> = scheduled.iter().map(|s| seconds(s.schedule_to_start_timeout)).collect();
    assert_eq!(to_start, [500.0, 400.0, 400.0, 400.0]);
    let to_close: Vec<_> = scheduled.iter().map(|s| seconds(s.start_to_close_timeout)).collect();
    assert_eq!(to_close, [7.0, 7.0, 100.0, 100.0], "the annotation's, then the configured");
    let all: Vec<_> = scheduled.iter().map(|s| seconds(s.schedule_to_close_timeout)).collect();
    assert_eq!(all, [1000.0, 1000.0, 2400.0, 2400.0], "the configured, then the annotation's");
    let heartbeats: Vec<_> = scheduled.iter().map(|s| seconds(s.heartbeat_timeout)).collect();
    assert_eq!(heartbeats, [5.0, 5.0, 20.0, 11.0], "for all, for the type, at the call");
    let retry = scheduled[2].retry_policy.clone().expect("a retry policy");
    assert_eq!((retry.maximum_attempts, seconds(retry.initial_interval)), (6, 0.5));
    assert!((retry.backoff_coefficient - 3.0).abs() < 0.01);
    assert!((seconds(retry.maximum_interval) - 60.0).abs() < 0.1, "the built-in");
    Ok(())
}

#[tokio::test]
async fn children_start_as_the_workers_configuration_says() -> durable::Result<()> {
    let queue = unique("configured");
    let client = client(&config(OPTIONS)).await;
    let workers = serve(&client, &queue).await?;
    let parent = Parent::start(&client).task_queue(&queue).await?;
    parent.result().await?;
    workers.shutdown().await?;
    let initiated = EventType::StartChildWorkflowExecutionInitiated;
    match attributes(&parent, initiated).await.pop() {
        Some(Attributes::StartChildWorkflowExecutionInitiatedEventAttributes(child)) => {
            assert!((seconds(child.workflow_execution_timeout) - 7000.0).abs() < 0.1);
            assert!((seconds(child.workflow_run_timeout) - 800.0).abs() < 0.1);
            assert_eq!(child.retry_policy.expect("a retry policy").maximum_attempts, 2);
        }
        other => panic!("{other:?}"),
    }
    Ok(())
}

#[tokio::test]
async fn options_can_be_configured_without_a_file() -> durable::Result<()> {
    let queue = unique("configured");
    let options = ActivityOptions::default().schedule_to_close_timeout(Duration::from_secs(77));
    let client = Client::builder()
        .address(Shared::get().address())
        .configured_options(ConfiguredOptions::default().activity("annotated", options))
        .connect()
        .await?;
    let workers = serve(&client, &queue).await?;
    let calling = Calling::start(&client).task_queue(&queue).await?;
    calling.go().await?;
    calling.result().await?;
    let first = scheduled(&calling).await.swap_remove(0);
    assert!((seconds(first.schedule_to_close_timeout) - 77.0).abs() < 0.1);
    workers.shutdown().await
}

#[tokio::test]
async fn annotations_that_cannot_be_with_the_configuration_do_not_start() -> durable::Result<()> {
    let text = "
temporal:
  activities:
    types:
      annotated: { schedule_to_close_timeout_s: 3, start_to_close_timeout_s: 2 }
";
    let started = serve(&client(&config(text)).await, &unique("configured")).await;
    let error = started.expect_err("it does not start");
    match error.downcast_ref() {
        Some(WorkerError::Misconfigured { problems }) => {
            let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(texts.len(), 1, "{texts:#?}");
            assert!(texts[0].contains("activity `annotated` at "), "{}", texts[0]);
            assert!(texts[0].contains("start_to_close_timeout (7s) is longer"), "{}", texts[0]);
        }
        other => panic!("{other:?}"),
    }
    Ok(())
}
