//! Limits of calls: of how many the server takes at once, of durations, and of what a start may hold.

use durable::Error;
use durable::error::InvalidCall;
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::workflow::{ActivityExecutionError, StartedActivity};
use durable_tests::{attributes, unique};
use futures_util::FutureExt as _;

use crate::calls::{Idle, Keeper, add, take, unwritable};
use crate::client;

#[workflow(queue = "calls", task_timeout = "60s")]
#[derive(Default)]
struct Careful;

#[workflow_methods]
impl Careful {
    /// Returns the number of failed calls, and the error of the first that failed.
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        (how, calls): (String, u32),
    ) -> WorkflowResult<(usize, String)> {
        let mut errors: Vec<InvalidCall> = Vec::new();
        match how.as_str() {
            "handled" => {
                let error = take::execute(ctx, unwritable()).await.expect_err("it is no JSON");
                assert!(matches!(error, ActivityExecutionError::Failed(_)), "{error:?}");
                errors.extend(error.downcast::<InvalidCall>());
                assert_eq!(add::execute(ctx, calls).await?, calls + 1);
                let error = Idle::execute_child(ctx, 1).id("").await.expect_err("it has no id");
                assert!(error.downcast::<InvalidCall>().is_some(), "{error:?}");
                Idle::execute_child(ctx, 1).await?;
            }
            "signals" => {
                let other = Idle::external(ctx, format!("nobody-{}", ctx.workflow_id()));
                let sent = (0..calls).filter_map(|_| other.wake().now_or_never());
                let refused = sent.filter_map(Result::err);
                errors.extend(refused.filter_map(|error| error.downcast::<InvalidCall>()));
            }
            "later" => {
                let mut started: Vec<_> = (0..calls).map(|_| unserved(ctx)).collect();
                ctx.sleep(Duration::from_millis(1)).await?;
                for call in &mut started {
                    assert!(call.now_or_never().is_none());
                }
                errors.extend(unserved(ctx).now_or_never().and_then(reason));
            }
            _ => errors
                .extend((0..calls).filter_map(|_| unserved(ctx).now_or_never().and_then(reason))),
        }
        let first = errors.first().map(ToString::to_string);
        Ok((errors.len(), first.unwrap_or_default()))
    }
}

/// An activity that nobody does, so that it stays pending.
fn unserved(ctx: &WorkflowContext<Careful>) -> StartedActivity<'_, add> {
    add::execute(ctx, 1).task_queue("calls-that-nobody-serves").start()
}

fn reason(result: Result<u32, ActivityExecutionError>) -> Option<InvalidCall> {
    result.err().and_then(|error| error.downcast())
}

#[tokio::test]
async fn workflow_code_can_handle_it_and_go_on() {
    let client = client().await;
    let run = Careful::execute(&client, ("handled".to_owned(), 1)).id(unique("calls")).await;
    let (errors, first) = run.unwrap();
    assert_eq!(errors, 1);
    assert_eq!(
        first,
        "the input of activity `take` is invalid: it cannot be serialized: key must be a string"
    );
}

#[tokio::test]
async fn more_calls_than_the_server_takes_are_errors_of_those_that_are_too_many() {
    let client = client().await;
    for (how, calls, expected) in [
        ("activities", 2003, (3, "2000 activities of this run are pending")),
        ("later", 2000, (1, "2000 activities of this run are pending")),
        ("signals", 2003, (3, "2000 signals to other workflows of this run are pending")),
    ] {
        let run =
            Careful::start(&client, (how.to_owned(), calls)).id(unique("calls")).await.unwrap();
        let end = run.result_within(Duration::from_secs(120)).await;
        let (errors, first) = end.unwrap_or_else(|error| panic!("{how}: {error:?}"));
        assert_eq!(errors, expected.0, "{how}: {first}");
        assert!(first.contains(expected.1), "{how}: {first}");
        assert!(attributes(&run, EventType::WorkflowTaskFailed).await.is_empty(), "{how}");
    }
}

#[workflow(queue = "calls")]
#[derive(Default)]
struct Sleeper;

#[workflow_methods]
impl Sleeper {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        let mut forever = ctx.timer(Duration::MAX);
        let mut moment = ctx.timer(Duration::from_millis(10));
        let first = durable::workflow::select! {
            _ = forever => false,
            _ = moment => true,
        };
        Ok(first && !ctx.wait_condition_timeout(|_| false, Duration::from_millis(10)).await?)
    }
}

#[tokio::test]
async fn a_timer_takes_every_duration() {
    let client = client().await;
    assert!(Sleeper::execute(&client).id(unique("calls")).await.unwrap());
}

#[tokio::test]
async fn starts_with_such_values_are_errors_before_anything_is_sent() {
    let client = client().await;
    let start = || Idle::start(&client, 1);
    for (start, problem) in [
        (
            start().run_timeout(Duration::MAX),
            "run_timeout is longer than the maximum of 10,000 years",
        ),
        (start().start_delay(Duration::MAX), "is longer than 10000 years"),
        (start().task_queue(""), "the task queue is empty"),
        (start().id(""), "the workflow id is empty"),
        (start().id("x".repeat(1001)), "the workflow id has 1001 bytes"),
    ] {
        let error = start.await.unwrap_err();
        assert!(matches!(error, Error::InvalidOptions { .. }), "{error:?}");
        assert!(format!("{error:?}").contains(problem), "{error:?}");
    }
    let error = Keeper::start(&client, unwritable()).id(unique("calls")).await.unwrap_err();
    assert!(matches!(error, Error::WrongType { .. }), "{error:?}");
}
