//! The built-in options, and single values that are set beside them.

use std::sync::atomic::{AtomicU32, Ordering};

use durable::options::RetryOptions;
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::ActivityTaskScheduledEventAttributes as Scheduled;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable_tests::attributes;

use crate::client;

fn seconds(duration: Option<impl TryInto<Duration>>) -> f64 {
    duration.and_then(|duration| duration.try_into().ok()).map_or(0.0, |it| it.as_secs_f64())
}

static CHARGED: AtomicU32 = AtomicU32::new(0);

/// Sets nothing but its queue.
#[activity(queue = "defaults")]
async fn charge_card() -> String {
    CHARGED.fetch_add(1, Ordering::Relaxed);
    "charged".to_owned()
}

/// Charges, and then fails.
#[workflow(queue = "defaults")]
#[derive(Default)]
struct ChargesAndFails;

#[workflow_methods]
impl ChargesAndFails {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        charge_card::execute(ctx).await?;
        Err(ApplicationFailure::new("the parcel is lost").into())
    }
}

#[tokio::test]
async fn a_workflow_has_no_timeout_and_is_not_run_again() -> durable::Result<()> {
    let run = ChargesAndFails::start(&client().await).await?;
    let error = run.result().await.expect_err("it fails");
    assert!(matches!(error, durable::Error::Failed { .. }), "{error:?}");
    assert_eq!(CHARGED.load(Ordering::Relaxed), 1);
    match attributes(&run, EventType::WorkflowExecutionStarted).await.pop() {
        Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) => {
            assert!(seconds(started.workflow_execution_timeout).abs() < f64::EPSILON);
            assert!(seconds(started.workflow_run_timeout).abs() < f64::EPSILON);
            assert!((seconds(started.workflow_task_timeout) - 10.0).abs() < f64::EPSILON);
            assert_eq!(started.retry_policy, None);
            assert_eq!(run.run_id(), Some(started.original_execution_run_id.as_str()));
        }
        other => panic!("{other:?}"),
    }
    let scheduled = scheduled(&run).await.swap_remove(0);
    assert!((seconds(scheduled.start_to_close_timeout) - 1200.0).abs() < f64::EPSILON);
    assert!(seconds(scheduled.schedule_to_close_timeout).abs() < f64::EPSILON);
    assert!(seconds(scheduled.heartbeat_timeout).abs() < f64::EPSILON, "it lives its 20 minutes");
    let retry = scheduled.retry_policy.expect("activities are retried");
    assert_eq!(retry.maximum_attempts, 5);
    assert!((seconds(retry.initial_interval) - 5.0).abs() < f64::EPSILON);
    assert!((seconds(retry.maximum_interval) - 60.0).abs() < f64::EPSILON);
    Ok(())
}

async fn scheduled<W: durable::client::HasHandle>(handle: &WorkflowHandle<W>) -> Vec<Scheduled> {
    let scheduled = attributes(handle, EventType::ActivityTaskScheduled).await.into_iter();
    let scheduled = scheduled.map(|attributes| match attributes {
        Attributes::ActivityTaskScheduledEventAttributes(scheduled) => scheduled,
        other => panic!("{other:?}"),
    });
    scheduled.collect()
}

#[activity(queue = "defaults", schedule_to_close_timeout = "1m")]
async fn short_in_all() {}

#[activity(queue = "defaults", schedule_to_close_timeout = "2d")]
async fn long_in_all() {}

#[activity(queue = "defaults", heartbeat_timeout = "1h")]
async fn rare_heartbeats() {}

#[activity(queue = "defaults", start_to_close_timeout = "3h")]
async fn long_attempts() {}

#[activity(queue = "defaults", retry(initial_interval = "5m"))]
async fn late_retries() {}

#[activity(queue = "defaults", retry(maximum_interval = "500ms"))]
async fn early_retries() {}

/// Each of its activities sets one value, which contradicts one that is built in.
#[workflow(queue = "defaults", retry(maximum_interval = "100ms"))]
#[derive(Default)]
struct OneValueEach;

#[workflow_methods]
impl OneValueEach {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        short_in_all::execute(ctx).await?;
        long_in_all::execute(ctx).await?;
        rare_heartbeats::execute(ctx).await?;
        long_attempts::execute(ctx).await?;
        late_retries::execute(ctx).await?;
        early_retries::execute(ctx).await?;
        // The same by a call, whose activity sets nothing.
        let quickly = Duration::from_secs(30);
        charge_again::execute(ctx).schedule_to_close_timeout(quickly).await?;
        Ok(())
    }
}

#[activity(queue = "defaults")]
async fn charge_again() {}

#[tokio::test]
async fn a_single_value_is_taken_and_what_is_built_in_yields() -> durable::Result<()> {
    let run = OneValueEach::start(&client().await).await?;
    run.result().await?;
    let scheduled = scheduled(&run).await;
    let timeouts: Vec<_> = scheduled
        .iter()
        .map(|it| {
            [it.start_to_close_timeout, it.schedule_to_close_timeout, it.heartbeat_timeout]
                .map(seconds)
        })
        .collect();
    assert_eq!(
        timeouts,
        [
            [60.0, 60.0, 0.0],
            [1200.0, 172_800.0, 0.0],
            [3600.0, 0.0, 3600.0],
            [10_800.0, 0.0, 0.0],
            [1200.0, 0.0, 0.0],
            [1200.0, 0.0, 0.0],
            [30.0, 30.0, 0.0],
        ]
    );
    let intervals: Vec<_> = scheduled[4..6]
        .iter()
        .map(|it| it.retry_policy.clone().expect("a retry policy"))
        .map(|retry| [retry.initial_interval, retry.maximum_interval].map(seconds))
        .collect();
    assert_eq!(intervals, [[300.0, 300.0], [0.5, 0.5]]);
    Ok(())
}

/// Fails once, and then works.
#[activity(queue = "defaults", retry(initial_interval = "1500ms"))]
async fn works_at_the_second_attempt(ctx: ActivityContext) -> Result<(), ActivityError> {
    if ctx.info().attempt < 2 {
        return Err(std::io::Error::other("not yet").into());
    }
    Ok(())
}

#[activity(
    queue = "defaults",
    timer_backoff_threshold = "1s",
    retry(initial_interval = "1500ms", maximum_attempts = 3)
)]
async fn waits_by_a_timer(ctx: ActivityContext) -> Result<(), ActivityError> {
    if ctx.info().attempt < 2 {
        return Err(std::io::Error::other("not yet").into());
    }
    Ok(())
}

/// Says how its local activity waits.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Wait {
    BuiltIn,
    Annotated,
    Called,
}

#[workflow(queue = "defaults")]
#[derive(Default)]
struct LocalRetries;

#[workflow_methods]
impl LocalRetries {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, wait: Wait) -> WorkflowResult<()> {
        let call = works_at_the_second_attempt::execute_local(ctx);
        match wait {
            Wait::BuiltIn => call.await?,
            Wait::Annotated => waits_by_a_timer::execute_local(ctx).await?,
            Wait::Called => {
                let retry = RetryOptions::new().maximum_attempts(4);
                let threshold = Duration::from_millis(100);
                call.timer_backoff_threshold(threshold).retry(retry).await?;
            }
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_local_activity_waits_by_a_timer_beyond_its_threshold() -> durable::Result<()> {
    let client = client().await;
    for (wait, timers) in [(Wait::BuiltIn, 0), (Wait::Annotated, 1), (Wait::Called, 1)] {
        let run = LocalRetries::start(&client, wait).await?;
        run.result().await?;
        let started = attributes(&run, EventType::TimerStarted).await;
        assert_eq!(started.len(), timers, "{wait:?}");
    }
    Ok(())
}
