//! The metrics of activities, workflows, this crate and the SDK.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use durable::client::Payloads;
use durable::metrics::{METRICS, MetricKind};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use durable::testing::{TestEnv, TestEnvBuilder};
use durable_tests::{client, unique};
use opentelemetry::trace::FutureExt as _;
use serde_json::json;

use crate::collector::Span;
use crate::flows::{Continuing, Counting, Failing, Steady};
use crate::process::{Sample, get, scraped, telemetry, value};
use crate::traces::{caller, counted, spans_of, tree};

/// Waits for a value of a metric, and returns the last one that was seen.
pub async fn value_of(name: &str, labels: &[(&str, &str)], wanted: f64) -> Option<f64> {
    let mut last = None;
    for _ in 0..100 {
        last = value(&scraped().await, name, labels);
        if last == Some(wanted) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_recorded_once_although_each_task_replays() {
    telemetry();
    let client = client().await;
    let group = unique("group");
    let workers = Workers::new(&client)
        .queues(["telemetry"])
        .worker_options(|options| options.max_cached_workflows = 0);
    let workers = workers.start().await.expect("they start");
    let counting = Counting::start(&client, group.clone()).id(&group).await.expect("it starts");
    counting.poke(group.clone()).await.expect("it is sent");
    assert!(counting.signals().await.expect("it answers") < 3);
    counting.poke_later(group.clone()).await.expect("it is sent");
    assert_eq!(counting.result().await.expect("it completes"), 6);
    let labels = [("group", group.as_str()), ("task_queue", "telemetry")];
    for (name, wanted) in [
        ("tests_started_total", 1.0),
        ("tests_steps_total", 5.0),
        ("tests_ended_total", 1.0),
        ("tests_signals_total", 2.0),
        ("tests_sum", 6.0),
    ] {
        let labels = [labels[0], labels[1], ("workflow_type", "Counting")];
        assert_eq!(value_of(name, &labels, wanted).await, Some(wanted), "{name}");
    }
    for (name, wanted) in [
        ("tests_activities_total", 6.0),
        ("tests_attempt", 1.0),
        ("order_cents_count", 6.0),
        ("order_cents_sum", 1500.0),
        ("tests_age_seconds_sum", 9.0),
    ] {
        let labels =
            [labels[0], labels[1], ("activity_type", "count"), ("workflow_type", "Counting")];
        assert_eq!(value_of(name, &labels, wanted).await, Some(wanted), "{name}");
    }
    let bucket = [labels[0], ("le", "1000")];
    assert_eq!(value(&scraped().await, "order_cents_bucket", &bucket), Some(6.0));
    workers.shutdown().await.expect("they stop");
}

/// Starts the telemetry before there is a client, which would have none otherwise.
pub fn with_telemetry(env: TestEnvBuilder) -> TestEnvBuilder {
    telemetry();
    env
}

#[durable::test(crash, setup = with_telemetry)]
async fn crashes_count_and_export_nothing_twice(env: TestEnv) -> durable::Result<u32> {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static LOST: AtomicU32 = AtomicU32::new(0);
    let runs = f64::from(RUNS.fetch_add(1, Ordering::Relaxed) + 1);
    let (context, trace) = caller();
    let steady = Steady::start(env.client(), "crashes".to_owned());
    let steady = steady.into_future().with_context(context).await?;
    let sum = steady.result().await?;
    // A task that a killed worker didn't complete runs again, and so does all that it recorded.
    let events = durable_tests::events(&steady).await;
    let is_lost = |event: &&HistoryEvent| event.event_type() == EventType::WorkflowTaskTimedOut;
    let lost = u32::try_from(events.iter().filter(is_lost).count()).expect("they are few");
    let lost = LOST.fetch_add(lost, Ordering::Relaxed) + lost;
    let labels = [("group", "crashes")];
    for (name, each) in
        [("tests_started_total", 1.0), ("tests_steps_total", 5.0), ("tests_ended_total", 1.0)]
    {
        let value = value_of(name, &labels, runs * each).await.unwrap_or_default();
        let most = runs * each + f64::from(lost);
        assert!((runs * each..=most).contains(&value), "{name}: {value}, {lost} lost");
    }
    let mut spans = spans_of(&trace, 12).await;
    let mut ids = BTreeSet::new();
    spans.retain(|span| lost == 0 || ids.insert(span.id.clone()));
    // An attempt that ended before its worker could answer is repeated, as another attempt.
    let attempts = spans.iter().filter(|span| span.name == "RunActivity:step");
    let attempt = |span: &Span| {
        let attribute = |name| span.attributes.get(name).cloned();
        (attribute("temporalActivityID"), attribute("temporalAttempt"))
    };
    let attempts: Vec<_> = attempts.map(attempt).collect();
    let once: BTreeSet<_> = attempts.iter().collect();
    assert_eq!(once.len(), attempts.len(), "{spans:#?}");
    assert!(once.len() >= 5, "{spans:#?}");
    let mut tree = tree(&spans);
    tree.remove("StartActivity:step > RunActivity:step");
    let wanted = counted(&[
        ("caller > StartWorkflow:Steady", 1),
        ("StartWorkflow:Steady > RunWorkflow:Steady", 1),
        ("RunWorkflow:Steady > StartActivity:step", 5),
    ]);
    assert_eq!(tree, wanted, "{spans:#?}");
    Ok(sum)
}

/// Lets this process produce what an ordinary program does.
async fn worked() -> Vec<Sample> {
    telemetry();
    let client = client().await;
    let workers = Workers::new(&client).queues(["telemetry"]).health_address("127.0.0.1:0");
    let workers = workers.start().await.expect("they start");
    let id = unique("worked");
    let counting = Counting::start(&client, "worked".to_owned()).id(&id).await.expect("it starts");
    let any = client.workflow(&id);
    any.signal("unknown", Payloads::none()).await.expect("it is sent");
    any.signal("poke", json!(7)).await.expect("it is sent");
    counting.poke("worked".to_owned()).await.expect("it is sent");
    counting.poke("worked".to_owned()).await.expect("it is sent");
    counting.result().await.expect("it completes");
    Failing::execute(&client).await.expect_err("it fails");
    Continuing::execute(&client, true).await.expect("it completes");
    let cancelled = Counting::start(&client, "worked".to_owned()).await.expect("it starts");
    cancelled.cancel("the test").await.expect("it is sent");
    cancelled.result().await.expect_err("it is cancelled");
    client.workflow("nobody").describe().await.expect_err("there is none");
    let health = workers.health_address().expect("it listens");
    let own = telemetry().metrics_address().expect("it listens");
    for address in [health, own] {
        let answer = get(address, "/metrics").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("text/plain; version=0.0.4"), "{answer}");
        assert!(answer.contains("durable_worker_state{"), "{answer}");
    }
    assert!(get(own, "/other").await.starts_with("HTTP/1.1 404"));
    workers.shutdown().await.expect("they stop");
    scraped().await
}

/// The name of the metric of a sample, without the ends of a histogram's samples.
fn metric(sample: &Sample) -> &str {
    let metric = |end| {
        let name = sample.name.strip_suffix(end)?;
        let known = METRICS.iter().find(|metric| metric.name == name)?;
        (known.kind == MetricKind::Histogram).then_some(name)
    };
    ["_bucket", "_sum", "_count"].into_iter().find_map(metric).unwrap_or(&sample.name)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_is_in_the_table_with_its_labels_and_those_of_the_dashboard_are_live() {
    let samples = worked().await;
    let mut live = BTreeMap::<&str, BTreeSet<&str>>::new();
    for sample in &samples {
        let labels = sample.labels.iter().map(|(label, _)| label.as_str());
        let labels = labels.filter(|label| *label != "le");
        live.entry(metric(sample)).or_default().extend(labels);
    }
    let theirs = |name: &str| name.starts_with("temporal_") || name.starts_with("durable_");
    let mut problems = Vec::new();
    for (name, labels) in live.iter().filter(|(name, _)| theirs(name)) {
        match METRICS.iter().find(|metric| metric.name == *name) {
            None => problems.push(format!("{name} {labels:?} isn't in the table")),
            Some(known) => {
                let known: BTreeSet<_> = known.labels.iter().copied().collect();
                if known != *labels {
                    problems.push(format!("{name} has {labels:?}, and in the table {known:?}"));
                }
            }
        }
    }
    let dashboard = crate::documentation::dashboard_metrics();
    for name in &dashboard {
        if !live.contains_key(name.as_str()) {
            problems.push(format!("{name} of the dashboard isn't live"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(dashboard.len() > 20, "{dashboard:?}");
    let dropped = |reason| {
        let labels = [("workflow_type", "Counting"), ("reason", reason)];
        value(&samples, "durable_signals_dropped_total", &labels)
    };
    assert_eq!(dropped("unknown_name"), Some(1.0));
    assert_eq!(dropped("invalid_input"), Some(1.0));
}
