//! The messages of timeouts and failed calls: which timeout ended the workflow, its length and its source,
//! and the activity or workflow that failed.

use durable::error::{ExpiredTimeout, TimeoutKind};
use durable::options::{ConfiguredOptions, OptionSource, RetryOptions, WorkflowOptions};
use durable::prelude::*;
use durable::{Error, Failure};
use durable_tests::{Shared, unique};

use crate::client;

const SHORT: Duration = Duration::from_millis(300);

#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
#[error("the card was declined")]
#[failure(non_retryable)]
struct CardDeclined;

/// Does what its input says.
#[activity(queue = "timeouts", retry(maximum_attempts = 1))]
async fn pay_for(ctx: ActivityContext, how: String) -> Result<(), ActivityError> {
    match how.as_str() {
        "declined" => Err(CardDeclined.into()),
        "refused" => {
            let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
            Err(anyhow::Error::new(refused).context("the bank did not answer").into())
        }
        _ => {
            ctx.stopped().await;
            tokio::time::sleep(Duration::from_secs(2)).await;
            Ok(())
        }
    }
}

#[activity(queue = "timeouts", start_to_close_timeout = "300ms", retry(maximum_attempts = 1))]
async fn limited_by_its_annotation() -> Result<(), ActivityError> {
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(())
}

#[activity(queue = "timeouts", schedule_to_start_timeout = "300ms")]
async fn never_begun() {}

/// Waits until somebody ends it.
#[workflow(queue = "timeouts", run_timeout = "1s")]
#[derive(Default)]
struct Limited;

#[workflow_methods]
impl Limited {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(ctx.wait_condition(|_| false).await?)
    }
}

/// The same without a timeout.
#[workflow(queue = "timeouts", name = "Unlimited")]
#[derive(Default)]
struct Unlimited;

#[workflow_methods]
impl Unlimited {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(ctx.wait_condition(|_| false).await?)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Case {
    Declined,
    DeclinedNearby,
    Refused,
    StartToClose,
    StartToCloseNearby,
    ScheduleToClose,
    ScheduleToStart,
    Heartbeat,
    Annotated,
    ChildByCall,
    ChildByAnnotation,
    ChildOfCancelled,
    Cancelled,
}

/// Fails as its activity or child does, and keeps the words of the error.
#[workflow(queue = "timeouts")]
#[derive(Default)]
struct Failing {
    words: String,
}

#[workflow_methods]
impl Failing {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, case: Case) -> WorkflowResult<()> {
        let pay = |how: &str| pay_for::execute(ctx, how.to_owned());
        let failed = match case {
            Case::Declined => pay("declined").await,
            Case::DeclinedNearby => pay_for::execute_local(ctx, "declined".to_owned()).await,
            Case::Refused => pay("refused").await,
            Case::StartToClose => pay("slowly").start_to_close_timeout(SHORT).await,
            Case::StartToCloseNearby => {
                pay_for::execute_local(ctx, String::new()).start_to_close_timeout(SHORT).await
            }
            Case::ScheduleToClose => pay("slowly").schedule_to_close_timeout(SHORT).await,
            Case::ScheduleToStart => {
                never_begun::execute(ctx).task_queue("nobody-serves-this-one").await
            }
            Case::Heartbeat => pay("slowly").heartbeat_timeout(SHORT).await,
            Case::Annotated => limited_by_its_annotation::execute(ctx).await,
            Case::Cancelled => {
                let paying = pay("slowly").start();
                ctx.sleep(Duration::from_millis(50)).await?;
                paying.cancel();
                paying.await
            }
            Case::ChildByCall | Case::ChildByAnnotation | Case::ChildOfCancelled => {
                if case == Case::ChildOfCancelled {
                    ctx.cancelled().await;
                }
                let child = match case {
                    Case::ChildByCall => {
                        let id = format!("{}-child", ctx.workflow_id());
                        Unlimited::execute_child(ctx)
                            .id(id)
                            .execution_timeout(Duration::from_secs(1))
                            .await
                    }
                    _ => {
                        Limited::execute_child(ctx).id(format!("{}-child", ctx.workflow_id())).await
                    }
                };
                let words = child.as_ref().map_or_else(ToString::to_string, |()| String::new());
                ctx.state_mut(|state| state.words = words);
                return Ok(child?);
            }
        };
        let words = failed.as_ref().map_or_else(ToString::to_string, |()| String::new());
        ctx.state_mut(|state| state.words = words);
        Ok(failed?)
    }

    #[query]
    fn words(&self) -> String {
        self.words.clone()
    }
}

/// The words of the error in the workflow, and the chain of causes that its caller sees.
async fn told(case: Case) -> (String, String) {
    let id = unique("failing");
    let run = Failing::start(&client().await, case).id(&id).await.expect("it starts");
    let chain = match run.result().await {
        Err(Error::Failed { failure, .. }) => chain(&failure),
        other => panic!("{case:?}: {other:?}"),
    };
    let words = run.words().await.expect("it answers");
    (words.replace(&id, "ID"), chain.replace(&id, "ID"))
}

fn chain(failure: &Failure) -> String {
    failure.chain().map(ToString::to_string).collect::<Vec<_>>().join(" / ")
}

#[tokio::test]
async fn an_activitys_error_names_the_activity_and_its_cause() {
    for case in [Case::Declined, Case::DeclinedNearby] {
        let (words, chain) = told(case).await;
        assert_eq!(words, "Activity failed: `pay_for`: CardDeclined: the card was declined");
        assert_eq!(chain, "activity `pay_for` failed / CardDeclined: the card was declined");
    }
    let (words, chain) = told(Case::Refused).await;
    let expected = "Activity failed: `pay_for`: the bank did not answer: connection refused";
    assert_eq!(words, expected);
    let expected = "activity `pay_for` failed / the bank did not answer / connection refused";
    assert_eq!(chain, expected);
}

#[tokio::test]
async fn a_cancelled_activitys_error_names_it() -> durable::Result<()> {
    let run = Failing::start(&client().await, Case::Cancelled).id(unique("failing")).await?;
    let ended = run.result().await;
    assert!(ended.is_err(), "{ended:?}");
    assert_eq!(run.words().await?, "Activity cancelled: `pay_for`");
    Ok(())
}

#[tokio::test]
async fn a_child_that_is_not_started_is_named() -> durable::Result<()> {
    let id = unique("failing");
    let run = Failing::start(&client().await, Case::ChildOfCancelled).id(&id).await?;
    run.cancel("changed my mind").await?;
    assert!(run.result().await.is_err());
    let words = run.words().await?;
    let expected = format!("Child workflow start cancelled: Limited `{id}-child`: ");
    assert!(words.starts_with(&expected), "{words}");
    Ok(())
}

#[tokio::test]
async fn an_activitys_timeout_says_which_it_was_how_long_and_where_it_was_set() {
    let cases = [
        (Case::StartToClose, "pay_for", "start-to-close timeout of 300ms (set by the call)"),
        (Case::StartToCloseNearby, "pay_for", "start-to-close timeout of 300ms (set by the call)"),
        (Case::ScheduleToClose, "pay_for", "schedule-to-close timeout of 300ms (set by the call)"),
        (Case::Heartbeat, "pay_for", "heartbeat timeout of 300ms (set by the call)"),
        (
            Case::ScheduleToStart,
            "never_begun",
            "schedule-to-start timeout of 300ms (set by the annotation)",
        ),
        (
            Case::Annotated,
            "limited_by_its_annotation",
            "start-to-close timeout of 300ms (set by the annotation)",
        ),
    ];
    let told = cases.map(|(case, activity, timeout)| async move {
        let (words, chain) = told(case).await;
        assert_eq!(words, format!("Activity failed: `{activity}`: the {timeout} expired"));
        assert_eq!(chain, format!("activity `{activity}` failed / the {timeout} expired"));
    });
    futures_util::future::join_all(told).await;
}

#[tokio::test]
async fn a_childs_timeout_says_which_it_was_how_long_and_where_it_was_set() {
    for (case, child, timeout) in [
        (Case::ChildByCall, "Unlimited", "execution timeout of 1s (set by the call)"),
        (Case::ChildByAnnotation, "Limited", "run timeout of 1s (set by the annotation)"),
    ] {
        let (words, chain) = told(case).await;
        let expected = format!("Child workflow failed: {child} `ID-child`: the {timeout} expired");
        assert_eq!(words, expected);
        let expected = format!("child workflow {child} `ID-child` failed / the {timeout} expired");
        assert_eq!(chain, expected);
    }
}

/// The timeout that ended a workflow, and the words of the error.
fn expired<T: std::fmt::Debug>(ended: durable::Result<T>) -> (ExpiredTimeout, String) {
    let error = ended.expect_err("it times out");
    match &error {
        Error::TimedOut { timeout: Some(timeout), .. } => (*timeout, error.to_string()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_workflows_timeout_says_which_it_was_how_long_and_where_it_was_set() -> durable::Result<()>
{
    let client = client().await;
    let second = Duration::from_secs(1);

    let run = Limited::start(&client).id(unique("limited")).await?;
    let (timeout, words) = expired(run.result().await);
    assert_eq!((timeout.kind, timeout.length), (TimeoutKind::Run, second));
    assert_eq!(timeout.source, OptionSource::Annotation);
    let expected = "timed out: the run timeout of 1s (set by the annotation) expired";
    assert_eq!(words, format!("workflow `{}` {expected}", run.id()));
    // By its id, it is what this program's annotation sets.
    let (by_id, _) = expired(Limited::handle(&client, run.id()).result().await);
    assert_eq!(by_id, timeout);

    let call = Unlimited::start(&client).execution_timeout(second).await?;
    let (timeout, words) = expired(call.result().await);
    assert_eq!((timeout.kind, timeout.source), (TimeoutKind::Execution, OptionSource::Call));
    assert!(words.ends_with("the execution timeout of 1s (set by the call) expired"), "{words}");
    // By its id, nothing of this program sets it.
    let (by_id, words) = expired(Unlimited::handle(&client, call.id()).result().await);
    assert_eq!(by_id.source, OptionSource::Elsewhere);
    assert!(words.ends_with("(set by whoever started it) expired"), "{words}");
    Ok(())
}

#[tokio::test]
async fn a_configured_timeout_is_told_as_one() -> durable::Result<()> {
    client().await;
    let second = WorkflowOptions::new().run_timeout(Duration::from_secs(1));
    for (configured, source) in [
        (ConfiguredOptions::new().workflows(second.clone()), OptionSource::ConfiguredForAll),
        (
            ConfiguredOptions::new().workflow("Unlimited", second.clone()),
            OptionSource::ConfiguredForType,
        ),
    ] {
        let client = Client::builder().address(Shared::get().address());
        let client = client.configured_options(configured).connect().await?;
        let run = Unlimited::start(&client).await?;
        assert_eq!(expired(run.result().await).0.source, source);
    }
    Ok(())
}

#[tokio::test]
async fn the_timeout_of_the_last_run_is_the_one_that_is_told() -> durable::Result<()> {
    let retry = RetryOptions::new().maximum_attempts(2).initial_interval(SHORT);
    let run = Limited::start(&client().await).id(unique("limited")).retry(retry).await?;
    let (timeout, _) = expired(run.result().await);
    assert_eq!((timeout.kind, timeout.source), (TimeoutKind::Run, OptionSource::Annotation));
    Ok(())
}
