//! Traces from the caller through workflows and activities.

use std::collections::BTreeMap;
use std::time::Duration;

use durable::prelude::*;
use durable_tests::{client, unique};
use opentelemetry::Context;
use opentelemetry::trace::{
    FutureExt as _, SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};

use crate::collector::Span;
use crate::flows::{Continuing, Failing, Traced, TracedChild};
use crate::process::{collector, telemetry};

/// Returns a context with a span of the caller, and the id of its trace.
pub fn caller() -> (Context, String) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let trace = TraceId::from((u128::from(std::process::id()) << 64) | u128::from(number));
    let state = TraceState::default();
    let span = SpanContext::new(trace, SpanId::from(77), TraceFlags::SAMPLED, true, state);
    (Context::new().with_remote_span_context(span), trace.to_string())
}

/// Waits for so many spans of a trace, and then for a moment in which no more may come.
pub async fn spans_of(trace: &str, count: usize) -> Vec<Span> {
    let of_trace = || {
        let all = collector().spans().into_iter();
        all.filter(|span| span.trace == trace).collect::<Vec<_>>()
    };
    for _ in 0..100 {
        telemetry().flush().await;
        if of_trace().len() >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    telemetry().flush().await;
    of_trace()
}

/// Returns each span as `parent > name`, in order, with the number of times that it is there.
pub fn tree(spans: &[Span]) -> BTreeMap<String, usize> {
    let name = |id: &str| match spans.iter().find(|span| span.id == id) {
        Some(span) => span.name.clone(),
        None if id == SpanId::from(77).to_string() => "caller".to_owned(),
        None if id.is_empty() => "nothing".to_owned(),
        None => "unknown".to_owned(),
    };
    let mut tree = BTreeMap::new();
    for span in spans {
        *tree.entry(format!("{} > {}", name(&span.parent), span.name)).or_default() += 1;
    }
    tree
}

pub fn counted(lines: &[(&str, usize)]) -> BTreeMap<String, usize> {
    lines.iter().map(|(line, count)| ((*line).to_owned(), *count)).collect()
}

pub async fn workers(client: &Client) -> durable::worker::RunningWorkers {
    let workers = Workers::new(client).queues(["telemetry"]);
    let workers = workers.worker_options(|options| options.max_cached_workflows = 0);
    workers.start().await.expect("they start")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_goes_from_the_caller_through_everything_although_each_task_replays() {
    telemetry();
    let client = client().await;
    let workers = workers(&client).await;
    let (context, trace) = caller();
    let id = unique("traced");
    async {
        let traced = Traced::start(&client, id.clone()).id(&id).await.expect("it starts");
        traced.add(1).await.expect("it is sent");
        assert!(traced.sum().await.expect("it answers") < 2);
        assert_eq!(traced.set(5).await.expect("it answers"), 6);
        traced.result().await.expect("it completes");
    }
    .with_context(context)
    .await;
    let mut spans = spans_of(&trace, 20).await;
    // The server may repeat a task that messages come into. It exports the same spans again, with the same ids,
    // which collectors recognize.
    spans.sort_by(|one, other| one.id.cmp(&other.id));
    spans.dedup_by(|one, other| one.id == other.id);
    let wanted = counted(&[
        ("caller > StartWorkflow:Traced", 1),
        ("caller > SignalWorkflow:add", 1),
        ("caller > QueryWorkflow:sum", 1),
        ("caller > StartWorkflowUpdate:set", 1),
        ("StartWorkflow:Traced > RunWorkflow:Traced", 1),
        ("SignalWorkflow:add > HandleSignal:add", 1),
        ("QueryWorkflow:sum > HandleQuery:sum", 1),
        ("StartWorkflowUpdate:set > ValidateUpdate:set", 1),
        ("StartWorkflowUpdate:set > HandleUpdate:set", 1),
        ("HandleUpdate:set > StartActivity:flaky", 1),
        ("StartActivity:flaky > RunActivity:flaky", 2),
        ("RunWorkflow:Traced > StartActivity:count", 2),
        ("StartActivity:count > RunActivity:count", 2),
        ("RunWorkflow:Traced > StartChildWorkflow:TracedChild", 1),
        ("StartChildWorkflow:TracedChild > RunWorkflow:TracedChild", 1),
        ("RunWorkflow:Traced > SignalWorkflow:go", 1),
        ("SignalWorkflow:go > HandleSignal:go", 1),
    ]);
    assert_eq!(tree(&spans), wanted, "{spans:#?}");
    let one = |name: &str| spans.iter().find(|span| span.name == name).expect("it is there");
    let run = one("RunWorkflow:Traced");
    assert_eq!(run.attributes["temporalWorkflowID"], id);
    assert_eq!(run.service, "tests");
    assert!(run.nanoseconds >= one("RunActivity:count").nanoseconds);
    let attempts: Vec<_> = spans.iter().filter(|span| span.name == "RunActivity:flaky").collect();
    for attempt in &attempts {
        let number = attempt.attributes["temporalAttempt"].as_str();
        assert_eq!(
            attempt.error.as_deref().is_some_and(|error| error.contains("the first attempt fails")),
            number == "1"
        );
        assert_eq!(attempt.attributes["temporalWorkflowID"], id);
        assert_eq!(attempt.attributes["temporalRunID"], run.attributes["temporalRunID"]);
    }
    workers.shutdown().await.expect("they stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_workflow_has_an_error_and_a_new_run_links_to_the_one_before() {
    telemetry();
    let client = client().await;
    let workers = workers(&client).await;
    let (context, trace) = caller();
    async {
        Failing::execute(&client).await.expect_err("it fails");
        Continuing::execute(&client, true).await.expect("it completes");
    }
    .with_context(context)
    .await;
    let spans = spans_of(&trace, 7).await;
    let one = |name: &str| spans.iter().find(|span| span.name == name).expect("it is there");
    let failed = one("RunWorkflow:Failing").error.clone().unwrap_or_default();
    assert!(failed.contains("it fails"), "{failed}");
    let first = one("RunWorkflow:Continuing");
    assert_eq!(first.attributes["temporalOutcome"], "continued as new");
    let link = (trace.clone(), first.id.clone());
    let linked = |span: &&Span| span.links.contains(&link);
    let all = collector().spans();
    let next = all.iter().find(linked).expect("the next run links to the first");
    assert_eq!((next.name.as_str(), next.parent.as_str()), ("RunWorkflow:Continuing", ""));
    assert_ne!(next.trace, trace);
    workers.shutdown().await.expect("they stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_workflow_links_to_the_creation_of_its_schedule() {
    telemetry();
    let client = client().await;
    let workers = workers(&client).await;
    let (context, trace) = caller();
    let id = unique("linked");
    let spec = durable::client::ScheduleSpec::new().every(Duration::from_secs(86_400));
    let schedule = Continuing::start(&client, false).id(&id).create_schedule(&id, spec);
    let schedule = schedule.trigger_immediately().into_future().with_context(context);
    let schedule = schedule.await.expect("it is created");
    let link = (trace, SpanId::from(77).to_string());
    let mut found = None;
    for _ in 0..100 {
        telemetry().flush().await;
        let all = collector().spans();
        found = all.into_iter().find(|span| span.links.contains(&link));
        if found.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let run = found.expect("the run links to the creation");
    assert_eq!((run.name.as_str(), run.parent.as_str()), ("RunWorkflow:Continuing", ""));
    schedule.delete().await.expect("it is deleted");
    workers.shutdown().await.expect("they stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_without_a_caller_begins_a_trace() {
    telemetry();
    let client = client().await;
    let workers = workers(&client).await;
    let id = unique("alone");
    let child = TracedChild::start(&client, 1).id(&id).await.expect("it starts");
    child.go().await.expect("it is sent");
    child.result().await.expect("it completes");
    let run = |span: &Span| {
        span.name == "RunWorkflow:TracedChild" && span.attributes["temporalWorkflowID"] == id
    };
    let mut trace = None;
    for _ in 0..100 {
        telemetry().flush().await;
        trace = collector().spans().into_iter().find(run).map(|span| span.trace);
        if trace.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let spans = spans_of(&trace.expect("it is exported"), 2).await;
    let start = counted(&[
        ("StartWorkflow:TracedChild > RunWorkflow:TracedChild", 1),
        ("nothing > StartWorkflow:TracedChild", 1),
    ]);
    assert_eq!(tree(&spans), start);
    workers.shutdown().await.expect("they stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_with_a_signal_or_an_update_is_one_span_above_the_run_and_the_handler() {
    telemetry();
    let client = client().await;
    let workers = workers(&client).await;
    let (context, trace) = caller();
    async {
        let child = TracedChild::start(&client, 1).id(unique("with-signal"));
        let child = child.with_signal(|it| it.go()).await.expect("it starts");
        child.result().await.expect("it completes");
        let traced = Traced::start(&client, unique("group")).id(unique("with-update"));
        traced.with_update(|it| it.set(7)).await.expect("it starts, and answers");
    }
    .with_context(context)
    .await;
    let spans = spans_of(&trace, 7).await;
    let tree = tree(&spans);
    for wanted in [
        "caller > SignalWithStartWorkflow:TracedChild",
        "SignalWithStartWorkflow:TracedChild > RunWorkflow:TracedChild",
        "SignalWithStartWorkflow:TracedChild > HandleSignal:go",
        "caller > UpdateWithStartWorkflow:Traced",
        "UpdateWithStartWorkflow:Traced > ValidateUpdate:set",
        "UpdateWithStartWorkflow:Traced > HandleUpdate:set",
    ] {
        assert!(tree.contains_key(wanted), "no {wanted} in {tree:#?}");
    }
    let starts = tree.keys().filter(|span| span.starts_with("caller > ")).count();
    assert_eq!(starts, 2, "{tree:#?}");
    workers.shutdown().await.expect("they stop");
}
