//! Every option of a start arrives at the server, on the ordinary path and on that of the start
//! delay alike; and the one precedence rule.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use durable::client::{ClientInterceptor, SearchAttributeKey};
use durable::options::RetryOptions;
use durable::prelude::*;
use durable::sdk::temporalio_client::errors::WorkflowStartError;
use durable::sdk::temporalio_client::interceptors::{
    Next, StartWorkflowInput, StartWorkflowOutput,
};
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::WorkflowExecutionStartedEventAttributes;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable_tests::plugged::{flip, flipping};
use durable_tests::{attributes, unique};

use crate::client;

/// Sets every option that an annotation can set.
#[workflow(
    queue = "options",
    execution_timeout = "6h",
    run_timeout = "1h30m",
    task_timeout = "20s",
    retry(
        maximum_attempts = 3,
        initial_interval = "250ms",
        backoff_coefficient = 1.5,
        maximum_interval = "1m",
        non_retryable_error_types = ["CardDeclined"]
    ),
    summary = "annotated summary",
    details = "annotated details"
)]
#[derive(Default)]
struct AnnotatedWorkflow;

#[workflow_methods]
impl AnnotatedWorkflow {
    #[run]
    async fn run(_input: String) -> WorkflowResult<()> {
        Ok(())
    }
}

/// Sets nothing but its queue.
#[workflow(queue = "options")]
#[derive(Default)]
struct PlainWorkflow;

#[workflow_methods]
impl PlainWorkflow {
    #[run]
    async fn run(_input: String) -> WorkflowResult<()> {
        Ok(())
    }
}

type Started = Box<WorkflowExecutionStartedEventAttributes>;

async fn started<W: durable::client::HasHandle>(handle: &WorkflowHandle<W>) -> Started {
    match attributes(handle, EventType::WorkflowExecutionStarted).await.pop() {
        Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) => started.into(),
        other => panic!("{other:?}"),
    }
}

fn seconds(duration: Option<impl TryInto<Duration>>) -> Option<f64> {
    duration.and_then(|duration| duration.try_into().ok()).map(|duration| duration.as_secs_f64())
}

#[tokio::test]
async fn the_annotation_sets_and_what_it_leaves_out_is_the_servers() -> durable::Result<()> {
    let client = client().await;
    let annotated = AnnotatedWorkflow::start(&client, "x".to_owned()).await?;
    let event = started(&annotated).await;
    assert_eq!(seconds(event.workflow_execution_timeout), Some(21_600.0));
    assert_eq!(seconds(event.workflow_run_timeout), Some(5400.0));
    assert_eq!(seconds(event.workflow_task_timeout), Some(20.0));
    let retry = event.retry_policy.expect("a retry policy");
    assert_eq!(retry.maximum_attempts, 3);
    assert_eq!(seconds(retry.initial_interval), Some(0.25));
    assert!((retry.backoff_coefficient - 1.5).abs() < f64::EPSILON);
    assert_eq!(seconds(retry.maximum_interval), Some(60.0));
    assert_eq!(retry.non_retryable_error_types, ["CardDeclined"]);

    let plain = PlainWorkflow::start(&client, "x".to_owned()).await?;
    let event = started(&plain).await;
    let limit = |timeout: Option<f64>| timeout.filter(|seconds| *seconds > 0.0);
    assert_eq!(limit(seconds(event.workflow_execution_timeout)), None);
    assert_eq!(limit(seconds(event.workflow_run_timeout)), None);
    assert_eq!(seconds(event.workflow_task_timeout), Some(10.0), "the server's own");
    assert_eq!(event.retry_policy, None);
    Ok(())
}

#[tokio::test]
async fn the_call_beats_the_annotation_field_by_field() -> durable::Result<()> {
    let client = client().await;
    let called = AnnotatedWorkflow::start(&client, "x".to_owned())
        .execution_timeout(Duration::from_secs(7200))
        .retry(RetryOptions::default().maximum_attempts(1))
        .await?;
    let event = started(&called).await;
    assert_eq!(seconds(event.workflow_execution_timeout), Some(7200.0));
    assert_eq!(seconds(event.workflow_run_timeout), Some(5400.0));
    let retry = event.retry_policy.expect("a retry policy");
    assert_eq!(retry.maximum_attempts, 1);
    assert_eq!(seconds(retry.initial_interval), Some(0.25));
    Ok(())
}

/// Counts starts and changes their details, so that it shows on the server that it was asked.
struct Stamp(Arc<AtomicU32>);

impl ClientInterceptor for Stamp {
    fn start_workflow<'a>(
        &'a self,
        mut input: StartWorkflowInput,
        next: Next<
            'a,
            StartWorkflowInput,
            futures_util::future::BoxFuture<'a, Result<StartWorkflowOutput, WorkflowStartError>>,
        >,
    ) -> futures_util::future::BoxFuture<'a, Result<StartWorkflowOutput, WorkflowStartError>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        input.options.static_details = Some("stamped".to_owned());
        next.run(input)
    }
}

/// A start with every option, with or without a delay, as the server recorded it.
async fn started_with_everything(
    client: &Client,
    delay: Option<Duration>,
) -> durable::Result<Started> {
    let header = Payload { data: b"traced".to_vec(), ..Payload::default() };
    let mut start = PlainWorkflow::start(client, "secret".to_owned())
        .id(unique("everything"))
        .execution_timeout(Duration::from_secs(600))
        .run_timeout(Duration::from_secs(500))
        .task_timeout(Duration::from_secs(9))
        .retry(RetryOptions::default().maximum_attempts(2))
        .priority(durable::client::Priority::builder().priority_key(2).build())
        .summary("a summary")
        .memo("note", "remember")
        .search_attribute(&SearchAttributeKey::<String>::keyword("CustomerTier"), "gold".to_owned())
        .search_attribute(&SearchAttributeKey::<f64>::float("Amount"), 12.5)
        .header("trace", header);
    if let Some(delay) = delay {
        start = start.start_delay(delay);
    }
    let handle = start.await?;
    Ok(started(&handle).await)
}

#[tokio::test]
async fn the_delayed_path_sends_what_the_ordinary_path_sends() -> durable::Result<()> {
    let starts = Arc::new(AtomicU32::new(0));
    let _workers_and_server = client().await;
    let client = Client::builder()
        .address(durable_tests::Shared::get().address())
        .identity("tester")
        .data_converter(flipping())
        .interceptor(Stamp(Arc::clone(&starts)))
        .connect()
        .await?;

    let mut ordinary = started_with_everything(&client, None).await?;
    let mut delayed = started_with_everything(&client, Some(Duration::from_secs(3600))).await?;

    assert_eq!(starts.load(Ordering::Relaxed), 2, "the interceptor saw both");
    assert_eq!(seconds(delayed.first_workflow_task_backoff), Some(3600.0));
    assert_eq!(ordinary.first_workflow_task_backoff.unwrap_or_default().nanos, 0);
    for event in [&mut ordinary, &mut delayed] {
        let input = event.input.as_ref().expect("an input");
        assert_eq!(flip(input.payloads.clone())[0].data, b"\"secret\"", "the codec was applied");
        let memo = event.memo.as_ref().expect("a memo");
        assert_eq!(flip(vec![memo.fields["note"].clone()])[0].data, b"\"remember\"");
        let header = event.header.as_ref().expect("a header");
        assert_eq!(flip(vec![header.fields["trace"].clone()])[0].data, b"traced");
        let attributes = event.search_attributes.as_ref().expect("search attributes");
        assert_eq!(attributes.indexed_fields["CustomerTier"].data, b"\"gold\"");
        assert_eq!(attributes.indexed_fields["Amount"].data, b"12.5");
        assert_eq!(event.priority.as_ref().map(|priority| priority.priority_key), Some(2));
        assert_eq!(event.identity, "tester");
        // What must differ between two starts is taken out; all the rest must be the same.
        event.original_execution_run_id.clear();
        event.first_execution_run_id.clear();
        event.workflow_id.clear();
        event.first_workflow_task_backoff = None;
        event.workflow_execution_expiration_time = None;
    }
    assert_eq!(ordinary, delayed);
    Ok(())
}

#[tokio::test]
async fn summary_and_details_are_shown_with_the_workflow() -> durable::Result<()> {
    let client = client().await;
    let annotated = AnnotatedWorkflow::start(&client, "x".to_owned()).details("called").await?;
    let events = durable_tests::events(&annotated).await;
    let metadata = events[0].user_metadata.clone().expect("metadata");
    assert_eq!(metadata.summary.expect("a summary").data, b"\"annotated summary\"");
    assert_eq!(metadata.details.expect("details").data, b"\"called\"");
    Ok(())
}

#[tokio::test]
async fn a_cron_schedule_runs_again() -> durable::Result<()> {
    let client = client().await;
    let cron = PlainWorkflow::start(&client, "x".to_owned()).cron_schedule("@every 1s").await?;
    let first = cron.run_id().map(str::to_owned);
    durable_tests::eventually("second run", || async {
        let run = cron.describe().await.ok()?.run_id().to_owned();
        (Some(run) != first).then_some(())
    })
    .await;
    cron.terminate("enough").await
}
