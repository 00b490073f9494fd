//! Activities in all their forms, called from a workflow on another queue.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use durable::error::InvalidCall;
use durable::options::{ActivityOptions, RetryOptions};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::ActivityTaskScheduledEventAttributes;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::workflow::{ActivityExecutionError, join, join_all, select};
use durable_tests::{attributes, unique};

use crate::client;

/// The ledger that activities of these workers write to.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<Vec<String>>);

/// A dependency that the workers get as a trait object.
pub(crate) trait Voice: Send + Sync {
    fn say(&self, text: &str) -> String;
}

/// The voice of these tests.
pub(crate) struct Shouting;

impl Voice for Shouting {
    fn say(&self, text: &str) -> String {
        text.to_uppercase()
    }
}

#[activity(queue = "activities")]
async fn no_input() -> Result<String, ActivityError> {
    Ok("none".to_owned())
}

#[activity(queue = "activities")]
async fn six_inputs(
    a: u8,
    b: String,
    c: Option<u32>,
    d: Vec<String>,
    e: (i8, bool),
    f: Vec<u8>,
) -> Result<String, ActivityError> {
    Ok(format!("{a} {b} {c:?} {d:?} {e:?} {f:?}"))
}

/// A plain function with a plain output: it runs on a thread that may block.
#[activity(queue = "activities", name = "blocking-sum")]
fn sum(numbers: Vec<u64>) -> u64 {
    std::thread::sleep(Duration::from_millis(20));
    numbers.iter().sum()
}

#[activity(queue = "activities")]
async fn shout(voice: State<dyn Voice>, text: String) -> String {
    voice.say(&text)
}

#[activity(queue = "activities")]
async fn record(
    ctx: ActivityContext,
    State(ledger): State<Ledger>,
    line: String,
) -> Result<String, ActivityError> {
    let mut lines = ledger.0.lock().expect("no test panics while it holds the ledger");
    lines.push(line);
    Ok(format!("{} on {}", ctx.info().activity_type, ctx.info().task_queue))
}

/// Fails with an error of its own as often as it is told to.
#[activity(queue = "activities", retry(initial_interval = "10ms", maximum_attempts = 4))]
async fn flaky(ctx: ActivityContext, failures: u32) -> Result<u32, std::io::Error> {
    let attempt = ctx.info().attempt;
    if attempt <= failures {
        return Err(std::io::Error::other(format!("attempt {attempt} failed")));
    }
    Ok(attempt)
}

/// Its options are read back from the history.
#[activity(
    queue = "activities",
    start_to_close_timeout = "45s",
    heartbeat_timeout = "9s",
    summary = "annotated",
    retry(maximum_attempts = 2, non_retryable_error_types = ["Declined"])
)]
async fn optioned() -> Result<(), ActivityError> {
    Ok(())
}

/// Never ends by itself.
#[activity(queue = "activities", heartbeat_timeout = "1s")]
async fn endless(ctx: ActivityContext) -> Result<(), ActivityError> {
    static RUNNING: AtomicU32 = AtomicU32::new(0);
    RUNNING.fetch_add(1, Ordering::Relaxed);
    loop {
        tokio::select! {
            () = ctx.cancelled() => return Err(ActivityError::cancelled()),
            () = tokio::time::sleep(Duration::from_millis(50)) => ctx.record_heartbeat(()).await?,
        }
    }
}

/// On the workflow's own queue, so that it can also run locally.
#[activity(queue = "callers")]
async fn nearby(text: String) -> String {
    format!("nearby {text}")
}

/// Which of the cases below to run.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Case {
    Inputs,
    Contexts,
    Flaky { failures: u32 },
    Options,
    StartAndAwait,
    Join,
    Select,
    Local,
    LocalElsewhere,
    Impossible,
}

#[workflow(queue = "callers")]
#[derive(Default)]
struct CallerWorkflow;

#[workflow_methods]
impl CallerWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, case: Case) -> WorkflowResult<Vec<String>> {
        Ok(match case {
            Case::Inputs => Self::inputs(ctx).await?,
            Case::Contexts => vec![
                shout::execute(ctx, "quietly".to_owned()).await?,
                record::execute(ctx, "a line".to_owned()).await?,
            ],
            Case::Flaky { failures } => vec![flaky::execute(ctx, failures).await?.to_string()],
            Case::Options => Self::options(ctx).await?,
            Case::StartAndAwait => {
                let first = sum::start(ctx, vec![1, 2, 3]);
                let second = sum::execute(ctx, vec![4, 5]).start();
                vec![second.await?.to_string(), first.await?.to_string()]
            }
            Case::Join => {
                let (one, two) =
                    join!(sum::execute(ctx, vec![1]), shout::execute(ctx, "two".to_owned()));
                let rest = join_all((3..6).map(|n| sum::execute(ctx, vec![n]))).await;
                let rest = rest.into_iter().collect::<Result<Vec<_>, _>>()?;
                vec![one?.to_string(), two?, format!("{rest:?}")]
            }
            Case::Select => Self::select(ctx).await?,
            Case::Local => vec![
                nearby::execute_local(ctx, "and local".to_owned()).await?,
                nearby::execute(ctx, "and not".to_owned()).await?,
            ],
            Case::LocalElsewhere => vec![sum::execute_local(ctx, vec![1]).await?.to_string()],
            Case::Impossible => {
                optioned::execute(ctx)
                    .start_to_close_timeout(Duration::from_secs(9000))
                    .schedule_to_close_timeout(Duration::from_secs(3600))
                    .retry(RetryOptions::default().backoff_coefficient(0.1))
                    .await?;
                vec![]
            }
        })
    }
}

impl CallerWorkflow {
    async fn inputs(ctx: &WorkflowContext<Self>) -> Result<Vec<String>, ActivityExecutionError> {
        let six = six_inputs::execute(
            ctx,
            1,
            "two".to_owned(),
            None,
            vec!["four".to_owned()],
            (-5, true),
            vec![6, 66],
        );
        Ok(vec![
            no_input::execute(ctx).await?,
            six.await?,
            sum::execute(ctx, vec![20, 22]).await?.to_string(),
        ])
    }

    async fn options(ctx: &WorkflowContext<Self>) -> Result<Vec<String>, ActivityExecutionError> {
        optioned::execute(ctx).await?;
        optioned::execute(ctx)
            .options(ActivityOptions::default().schedule_to_close_timeout(Duration::from_secs(90)))
            .heartbeat_timeout(Duration::ZERO)
            .retry(RetryOptions::default().maximum_attempts(7))
            .summary("called")
            .activity_id("named")
            .await?;
        sum::execute(ctx, vec![]).await?;
        Ok(vec![])
    }

    async fn select(ctx: &WorkflowContext<Self>) -> Result<Vec<String>, ActivityExecutionError> {
        let mut endless = endless::start(ctx);
        let mut quick = sum::execute(ctx, vec![5]);
        let first = select! {
            ended = endless => format!("endless {}", ended.is_ok()),
            sum = quick => format!("sum {}", sum?),
        };
        endless.cancel();
        let cancelled = matches!(endless.await, Err(ActivityExecutionError::Cancelled(_)));
        Ok(vec![first, format!("cancelled {cancelled}")])
    }
}

async fn run(case: Case) -> durable::Result<Vec<String>> {
    CallerWorkflow::execute(&client().await, case).id(unique("caller")).await
}

#[tokio::test]
async fn inputs_travel_each_as_it_is() -> durable::Result<()> {
    let lines = run(Case::Inputs).await?;
    assert_eq!(lines, ["none", r#"1 two None ["four"] (-5, true) [6, 66]"#, "42"],);
    Ok(())
}

#[tokio::test]
async fn context_and_state_are_injected() -> durable::Result<()> {
    let lines = run(Case::Contexts).await?;
    assert_eq!(lines, ["QUIETLY", "record on activities"]);
    Ok(())
}

#[tokio::test]
async fn a_failing_activity_is_retried_as_its_annotation_says() -> durable::Result<()> {
    assert_eq!(run(Case::Flaky { failures: 2 }).await?, ["3"]);
    let error = run(Case::Flaky { failures: 9 }).await.expect_err("four attempts are too few");
    assert!(format!("{error:?}").contains("attempt 4 failed"), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn started_activities_run_at_once_and_are_awaited_later() -> durable::Result<()> {
    assert_eq!(run(Case::StartAndAwait).await?, ["9", "6"]);
    assert_eq!(run(Case::Join).await?, ["1", "TWO", "[3, 4, 5]"]);
    Ok(())
}

#[tokio::test]
async fn select_takes_the_first_and_the_other_can_be_cancelled() -> durable::Result<()> {
    assert_eq!(run(Case::Select).await?, ["sum 5", "cancelled true"]);
    Ok(())
}

#[tokio::test]
async fn a_local_activity_runs_in_the_workflows_own_worker() -> durable::Result<()> {
    let client = client().await;
    let caller = CallerWorkflow::start(&client, Case::Local).await?;
    assert_eq!(caller.result().await?, ["nearby and local", "nearby and not"]);
    let scheduled = attributes(&caller, EventType::ActivityTaskScheduled).await;
    assert_eq!(scheduled.len(), 1, "only one of the two was scheduled on the server");
    Ok(())
}

type Scheduled = ActivityTaskScheduledEventAttributes;

fn seconds(duration: Option<impl TryInto<Duration>>) -> f64 {
    duration.and_then(|duration| duration.try_into().ok()).map_or(0.0, |it| it.as_secs_f64())
}

#[tokio::test]
async fn options_follow_the_precedence_and_the_queue_is_the_activitys_own() -> durable::Result<()> {
    let client = client().await;
    let caller = CallerWorkflow::start(&client, Case::Options).await?;
    caller.result().await?;
    let scheduled = attributes(&caller, EventType::ActivityTaskScheduled).await;
    let activities: Vec<Scheduled> = scheduled
        .into_iter()
        .filter_map(|attributes| match attributes {
            Attributes::ActivityTaskScheduledEventAttributes(activity) => Some(activity),
            _ => None,
        })
        .collect();
    let [annotated, per_call, built_in] = activities.try_into().expect("three activities");
    for activity in [&annotated, &per_call, &built_in] {
        assert_eq!(activity.task_queue.as_ref().expect("a queue").name, "activities");
    }

    assert!((seconds(annotated.start_to_close_timeout) - 45.0).abs() < f64::EPSILON);
    assert!(seconds(annotated.schedule_to_close_timeout).abs() < f64::EPSILON);
    assert!((seconds(annotated.heartbeat_timeout) - 9.0).abs() < f64::EPSILON);
    let retry = annotated.retry_policy.expect("a policy");
    assert_eq!((retry.maximum_attempts, seconds(retry.initial_interval)), (2, 5.0));
    assert_eq!(retry.non_retryable_error_types, ["Declined"]);

    assert!((seconds(per_call.start_to_close_timeout) - 45.0).abs() < f64::EPSILON);
    assert!((seconds(per_call.schedule_to_close_timeout) - 90.0).abs() < f64::EPSILON);
    assert!(seconds(per_call.heartbeat_timeout).abs() < f64::EPSILON);
    assert_eq!(per_call.retry_policy.expect("a policy").maximum_attempts, 7);
    assert_eq!(per_call.activity_id, "named");

    assert!((seconds(built_in.start_to_close_timeout) - 1200.0).abs() < f64::EPSILON);
    assert!(seconds(built_in.heartbeat_timeout).abs() < f64::EPSILON);
    assert_eq!(built_in.retry_policy.expect("a policy").maximum_attempts, 5);
    assert_eq!(built_in.activity_type.expect("a type").name, "blocking-sum");
    Ok(())
}

/// The message of the workflow task failure that a mistake in the code leads to.
async fn refused(case: Case) -> InvalidCall {
    let client = client().await;
    let error = CallerWorkflow::execute(&client, case).await.expect_err("it fails");
    error.downcast().unwrap_or_else(|| panic!("{error:?}"))
}

#[tokio::test]
async fn options_that_contradict_each_other_are_an_error_of_the_call_that_names_each() {
    let invalid = refused(Case::Impossible).await;
    assert_eq!(invalid.what, "the call of activity `optioned`");
    assert!(invalid.problem.contains("set schedule_to_close_timeout too"), "{invalid}");
    assert!(invalid.problem.contains("backoff_coefficient is 0.1"), "{invalid}");
}

#[tokio::test]
async fn a_local_activity_of_another_queue_is_refused_with_the_way_out() {
    let invalid = refused(Case::LocalElsewhere).await;
    assert!(invalid.problem.contains("annotated with queue `activities`"), "{invalid}");
    assert!(invalid.problem.contains("call it with `execute`"), "{invalid}");
}

#[tokio::test]
async fn an_annotated_activity_stays_a_function() {
    assert_eq!(sum(vec![1, 2]), 3);
    assert_eq!(nearby("call".to_owned()).await, "nearby call");
    let voice = State(std::sync::Arc::new(Shouting) as std::sync::Arc<dyn Voice>);
    assert_eq!(shout(voice, "hey".to_owned()).await, "HEY");
}
