//! Panics of interceptors: no message of them reaches the server in plain text.

use durable::client::{HasHandle, WorkflowHandle};
use durable::codec::Codecs;
use durable::error::Error;
use durable::sdk::temporalio_sdk::interceptors::{
    ActivityInboundInterceptor, ExecuteActivityInput, ExecuteActivityOutput, Next,
};
use durable::sdk::temporalio_sdk::workflow_interceptors::*;
use durable::sdk::temporalio_sdk::{WorkflowContextView, WorkflowTermination};
use durable::worker::RunningWorkers;
use durable::{Client, Workers};
use durable_tests::{Log, eventually, failed_task};

use crate::flows::{Everything, Steps, sentinel};
use crate::{client, encryption};

/// Panics in the place that the end of the workflow's id names.
struct Poisoned(String);

impl Poisoned {
    fn new(view: &WorkflowContextView) -> Self {
        let this = Self(view.workflow_id().to_owned());
        this.enter("constructor");
        this
    }

    fn enter(&self, place: &str) {
        poison(&self.0, place);
    }
}

fn poison(workflow_id: &str, place: &str) {
    let id = workflow_id.strip_suffix(place).and_then(|id| id.strip_suffix('.'));
    assert!(id.is_none(), "{}", sentinel("interceptor", place));
}

type Inbound<'a, I, O> = WorkflowNext<'a, I, WorkflowInterceptorFuture<'a, O>>;
type Scheduled = CancellableWorkflowOutboundFuture<ScheduleActivityResult>;

impl WorkflowInterceptor for Poisoned {
    fn execute<'a>(
        &'a self,
        _: WorkflowInterceptorContext,
        input: ExecuteWorkflowInput,
        next: Inbound<'a, ExecuteWorkflowInput, ExecuteWorkflowResult>,
    ) -> WorkflowInterceptorFuture<'a, ExecuteWorkflowResult> {
        self.enter("execute");
        WorkflowInterceptorFuture::new(async move {
            self.enter("execution");
            let result: Result<_, WorkflowTermination> = next.run(input).await;
            result
        })
    }

    fn handle_signal<'a>(
        &'a self,
        _: WorkflowInterceptorContext,
        input: HandleSignalInput,
        next: Inbound<'a, HandleSignalInput, HandleSignalResult>,
    ) -> WorkflowInterceptorFuture<'a, HandleSignalResult> {
        self.enter("signal");
        next.run(input)
    }

    fn handle_query(
        &self,
        _: SyncWorkflowInterceptorContext,
        input: HandleQueryInput,
        next: WorkflowNext<'_, HandleQueryInput, HandleQueryResult>,
    ) -> HandleQueryResult {
        self.enter("query");
        next.run(input)
    }

    fn validate_update(
        &self,
        _: SyncWorkflowInterceptorContext,
        input: ValidateUpdateInput,
        next: WorkflowNext<'_, ValidateUpdateInput, ValidateUpdateResult>,
    ) -> ValidateUpdateResult {
        self.enter("validation");
        next.run(input)
    }

    fn schedule_activity(
        &self,
        _: WorkflowInterceptorContext,
        input: ScheduleActivityInput,
        next: WorkflowNext<'static, ScheduleActivityInput, Scheduled>,
    ) -> Scheduled {
        self.enter("call");
        next.run(input)
    }
}

/// Does nothing, outside of the one that panics.
struct Outer;

impl WorkflowInterceptor for Outer {}

/// Panics in the first attempt of an activity.
struct OfActivities;

impl ActivityInboundInterceptor for OfActivities {
    fn execute_activity<'a>(
        &'a self,
        input: ExecuteActivityInput,
        next: Next<'a, ExecuteActivityInput, ExecuteActivityOutput<'a>>,
    ) -> ExecuteActivityOutput<'a> {
        let info = input.activity_info();
        if info.attempt == 1 {
            poison(info.workflow_id.as_deref().unwrap_or_default(), "activity");
        }
        next.run(input)
    }
}

async fn workers(client: &Client) -> RunningWorkers {
    let workers = Workers::new(client)
        .queues(["sealed"])
        .workflow_interceptor(|_| Outer)
        .workflow_interceptor(Poisoned::new)
        .worker_options(|options| {
            options.activity_inbound_interceptor(OfActivities);
        });
    workers.start().await.expect("they start")
}

/// Returns everything that the server knows of a workflow, without codecs.
async fn stored<W: HasHandle>(handle: &WorkflowHandle<W>) -> String {
    format!("{:?}", durable_tests::events(handle).await)
}

#[tokio::test]
async fn a_panic_that_fails_a_workflow_task_stays_in_the_log() -> durable::Result<()> {
    for is_encrypted in [false, true] {
        let (log, _collecting) = Log::collect();
        let namespace = crate::namespace().await;
        let codecs = if is_encrypted { encryption(1).into() } else { Codecs::new() };
        let client = client(&namespace, codecs).await;
        let workers = workers(&client).await;
        for place in ["constructor", "execute", "execution", "signal", "call"] {
            let start = Steps::start(&client, "a".to_owned()).id(format!("{is_encrypted}.{place}"));
            let handle = start.await?;
            if place == "signal" {
                handle.go_on(String::new()).await?;
            }
            let secret = sentinel("interceptor", place);
            let message = failed_task(&handle).await;
            assert_eq!(message.contains(&secret), !is_encrypted, "{place}: {message}");
            assert_eq!(message.contains("in the log"), is_encrypted, "{place}: {message}");
            assert_eq!(stored(&handle).await.contains(&secret), !is_encrypted, "{place}");
            eventually("line", || async { log.text().contains(&secret).then_some(()) }).await;
            handle.terminate("the test is over").await?;
        }
        workers.shutdown().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_panic_that_is_an_answer_or_fails_an_activity_is_encrypted() -> durable::Result<()> {
    let namespace = crate::namespace().await;
    let with_key = client(&namespace, encryption(1)).await;
    let without_key = client(&namespace, Codecs::new()).await;
    let workers = workers(&with_key).await;
    for place in ["query", "validation"] {
        let secret = sentinel("interceptor", place);
        let input = (place.to_owned(), String::new(), 1);
        let handle = Everything::start(&with_key, input).id(format!("answer.{place}")).await?;
        let without = Everything::handle(&without_key, handle.id());
        for (handle, has_key) in [(&handle, true), (&without, false)] {
            let text = "x".to_owned();
            let answer = match place {
                "query" => handle.ask(text).await,
                _ => handle.put(text).await,
            };
            let error: Error = answer.expect_err("its interceptor panics");
            let text = format!("{error:?}");
            assert_eq!(text.contains(&secret), has_key, "{place}: {text}");
        }
        handle.terminate("the test is over").await?;
    }
    let handle = Steps::start(&with_key, "a".to_owned()).id("attempt.activity").await?;
    handle.go_on(String::new()).await?;
    handle.result().await?;
    let stored = stored(&handle).await;
    assert!(
        stored.contains("last_failure: Some(Failure { message: \"Encoded failure\""),
        "{stored}"
    );
    assert!(!stored.contains(&sentinel("interceptor", "activity")), "{stored}");
    workers.shutdown().await
}
