//! Values that the server refuses for their size: each fails, says what it is, and nothing is repeated
//! for ever.

use durable::error::{PAYLOAD_TOO_LARGE, PayloadTooLarge};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::workflow::{ActivityExecutionError, ContinueAsNewOptions};
use durable::{Error, Failure};
use durable_tests::{attributes, unique};

use crate::client;

const MIB: usize = 1024 * 1024;

/// The server's limit of one value, in bytes.
const LIMIT: usize = 2 * MIB;

/// A text of so many MiB; of 2 it is a little too long, as quotes and metadata come with it.
fn text(mib: usize) -> String {
    "x".repeat(mib * MIB)
}

#[activity(queue = "too-large", retry(initial_interval = "10ms"))]
async fn produce(mib: usize) -> String {
    text(mib)
}

#[activity(queue = "too-large", retry(initial_interval = "10ms"))]
async fn consume(text: String, _again: String) -> usize {
    text.len()
}

#[activity(queue = "too-large", retry(initial_interval = "10ms"))]
async fn beat(ctx: ActivityContext, mib: usize) -> Result<(), ActivityError> {
    ctx.heartbeat(&text(mib)).await?;
    Ok(())
}

#[workflow(queue = "too-large", task_timeout = "60s")]
#[derive(Default)]
struct LargeWorkflow {
    done: bool,
}

#[workflow_methods]
impl LargeWorkflow {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        (how, mib, _large): (String, usize, String),
    ) -> WorkflowResult<String> {
        match how.as_str() {
            "activity output" => Ok(produce::execute(ctx, mib).await?.len().to_string()),
            "local activity output" => Ok(produce::execute_local(ctx, mib).await?),
            "activity input" => {
                Ok(consume::execute(ctx, text(mib), String::new()).await?.to_string())
            }
            // Two that are small enough alone.
            "activity inputs" => Ok(consume::execute(ctx, text(1), text(1)).await?.to_string()),
            "caught" => {
                let error =
                    consume::execute(ctx, text(mib), String::new()).await.expect_err("it fails");
                assert!(matches!(error, ActivityExecutionError::Failed(_)), "{error:?}");
                let size = error.downcast::<PayloadTooLarge>().map(|error| error.size);
                Ok(format!("{size:?}, then {}", produce::execute(ctx, 1).await?.len()))
            }
            "heartbeat" => {
                beat::execute(ctx, mib).await.map(|()| String::new()).map_err(Into::into)
            }
            "child input" => Ok(Self::execute_child(ctx, (how, 0, text(mib))).await?),
            "signal" => {
                Self::external(ctx, "nobody").take(text(mib)).await?;
                Ok(String::new())
            }
            "continue as new" => {
                let options = ContinueAsNewOptions::default();
                match ctx.continue_as_new((how, 0, text(mib)), options)? {}
            }
            "wait" => {
                ctx.wait_condition(|state| state.done).await?;
                Ok("done".to_owned())
            }
            _ => Ok(text(mib)),
        }
    }

    #[signal]
    fn finish(&mut self) {
        self.done = true;
    }

    #[signal]
    fn take(&mut self, _text: String) {}

    #[query]
    fn ask(&self, mib: usize) -> String {
        text(mib)
    }

    #[update]
    fn change(&mut self, mib: usize) -> String {
        text(mib)
    }

    #[update]
    async fn change_later(_ctx: &mut WorkflowContext<Self>, mib: usize) -> String {
        text(mib)
    }
}

fn input(how: &str, mib: usize) -> (String, usize, String) {
    (how.to_owned(), mib, String::new())
}

/// The error of a workflow that hands over something too large, after which no task was repeated and
/// no activity tried again.
async fn too_large(how: &str, mib: usize) -> PayloadTooLarge {
    let client = client().await;
    let run = LargeWorkflow::start(&client, input(how, mib))
        .id(unique("large"))
        .await
        .expect("the server takes it");
    let error = run.result().await.expect_err("it fails");
    assert!(attributes(&run, EventType::WorkflowTaskFailed).await.is_empty(), "{how}");
    assert!(attributes(&run, EventType::ActivityTaskStarted).await.len() < 2, "{how}");
    let Error::Failed { failure, .. } = &error else { panic!("{error:?}") };
    assert_eq!(failure.root().type_name(), Some(PAYLOAD_TOO_LARGE), "{error:?}");
    assert!(!retryable(failure.root()), "{error:?}");
    error.downcast().expect("the server takes it")
}

fn retryable(failure: &Failure) -> bool {
    matches!(failure.kind(), durable::error::FailureKind::Application { non_retryable: false, .. })
}

#[tokio::test]
async fn what_activities_and_workflows_hand_over_fails_with_its_name_and_size() {
    for (how, mib, what) in [
        ("activity output", 3, "the output of activity `produce`"),
        ("activity output", 2, "the output of activity `produce`"),
        // More than a gRPC message may have, which the server says in another way.
        ("activity output", 5, "the output of activity `produce`"),
        ("local activity output", 3, "the output of activity `produce`"),
        ("activity input", 3, "the input of activity `consume`"),
        ("activity input", 5, "the input of activity `consume`"),
        ("activity inputs", 2, "the input of activity `consume`"),
        ("heartbeat", 3, "the heartbeat of activity `beat`"),
        ("child input", 3, "the input of child workflow `LargeWorkflow`"),
        ("signal", 3, "the input of signal `take`"),
        ("continue as new", 3, "the input of continued workflow `LargeWorkflow`"),
        ("output", 3, "the output of workflow `LargeWorkflow`"),
        ("output", 5, "the output of workflow `LargeWorkflow`"),
    ] {
        let error = too_large(how, mib).await;
        assert_eq!(error.what, what);
        assert_eq!(error.limit, LIMIT, "{error:?}");
        assert!((mib * MIB..mib * MIB + 100).contains(&error.size), "{error:?}");
    }
}

#[tokio::test]
async fn workflow_code_can_go_on_after_an_input_that_was_too_large() {
    let client = client().await;
    let run =
        LargeWorkflow::execute(&client, input("caught", 3)).id(unique("large")).await.unwrap();
    assert!(run.starts_with("Some(3145"), "{run}");
    assert!(run.ends_with(", then 1048576"), "{run}");
}

#[tokio::test]
async fn an_update_that_answers_too_much_fails_and_its_workflow_goes_on() {
    let client = client().await;
    let run = LargeWorkflow::start(&client, input("wait", 0)).id(unique("large")).await.unwrap();
    for error in [run.change(3).await.unwrap_err(), run.change_later(5).await.unwrap_err()] {
        let error: PayloadTooLarge = error.downcast().unwrap();
        assert!(error.what.starts_with("the output of update `change"), "{error}");
    }
    assert_eq!(run.change(1).await.unwrap().len(), MIB);
    run.finish().await.unwrap();
    assert_eq!(run.result().await.unwrap(), "done");
    assert!(attributes(&run, EventType::WorkflowTaskFailed).await.is_empty());
}

#[tokio::test]
async fn callers_are_told_that_what_they_sent_or_asked_for_is_too_large() {
    let client = client().await;
    let run = LargeWorkflow::start(&client, input("wait", 0)).id(unique("large")).await.unwrap();
    for mib in [3, 5] {
        let large = ("wait".to_owned(), 0, text(mib));
        let start = LargeWorkflow::start(&client, large).id(unique("large")).await.unwrap_err();
        assert!(matches!(start, Error::PayloadTooLarge { .. }), "{start:?}");
        let signal = run.take(text(mib)).await.unwrap_err();
        assert!(matches!(signal, Error::PayloadTooLarge { .. }), "{signal:?}");
        assert!(
            signal.to_string().starts_with("the request to signal workflow `large-"),
            "{signal}"
        );
        let query = run.ask(mib).await.unwrap_err();
        assert!(matches!(query, Error::QueryFailed { .. }), "{query:?}");
    }
    run.finish().await.unwrap();
    assert_eq!(run.result().await.unwrap(), "done");
}

/// Serves the workflow under another queue, with another limit.
async fn limited(bytes: usize, queue: &'static str) -> durable::worker::RunningWorkers {
    Workers::new(&client().await)
        .queues(["too-large"])
        .payload_limit(bytes)
        .worker_options(move |options| queue.clone_into(&mut options.task_queue))
        .start()
        .await
        .expect("the server takes it")
}

#[tokio::test]
async fn the_limit_is_a_setting_and_zero_leaves_it_to_the_sdk() {
    let client = client().await;
    let start = async |queue: &str, mib| {
        let start = LargeWorkflow::start(&client, input("output", mib)).id(unique("large"));
        start.task_queue(queue).await.unwrap()
    };
    let little = limited(MIB, "too-large-little").await;
    let error = start("too-large-little", 1).await.result().await.unwrap_err();
    assert_eq!(error.downcast::<PayloadTooLarge>().unwrap().limit, MIB);
    little.shutdown().await.unwrap();

    let none = limited(0, "too-large-none").await;
    let run = start("too-large-none", 3).await;
    let message = durable_tests::failed_task(&run).await;
    assert!(message.contains("exceeded the error limit"), "{message}");
    run.terminate("seen").await.unwrap();
    none.shutdown().await.unwrap();
}
