//! Metrics that are sent to a collector in this process, a collector that is away, and the program's own spans.
//!
//! A process has one meter, so each case is a process of its own: this program starts itself.

#[path = "collector.rs"]
mod collector;
#[path = "flows.rs"]
mod flows;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use collector::Collector;
use durable::Workers;
use durable::telemetry::{LogLevel, Telemetry};
use durable_tests::{Shared, client, unique};
use flows::{Counting, Spanned};
use tracing::Instrument as _;

/// The variable that tells a process of its own which case it is.
const CASE: &str = "TELEMETRY_CASE";

fn main() {
    let case = std::env::var(CASE);
    match case.as_deref() {
        Ok("sent") => Shared::get().runtime().block_on(the_drain_sends_metrics_by_otlp()),
        Ok("away") => Shared::get().runtime().block_on(a_collector_that_is_away_stops_nothing()),
        Ok("spans") => Shared::get().runtime().block_on(spans_of_the_program_are_in_the_trace()),
        _ => {
            for case in ["sent", "away", "spans"] {
                let program = std::env::current_exe().expect("it has a path");
                let ended = Command::new(program).env(CASE, case).status().expect("it starts");
                assert!(ended.success(), "the case `{case}` fails");
                println!("case {case} ... ok");
            }
        }
    }
}

/// Runs a workflow on workers of its own, until their drain.
async fn worked(_telemetry: &Telemetry) {
    let client = client().await;
    let workers = Workers::new(&client).queues(["telemetry"]).start().await.expect("they start");
    let id = unique("otlp");
    let counting = Counting::start(&client, "otlp".to_owned()).id(&id).await.expect("it starts");
    for _ in 0..2 {
        counting.poke("otlp".to_owned()).await.expect("it is sent");
    }
    assert_eq!(counting.result().await.expect("it completes"), 6);
    workers.shutdown().await.expect("they stop");
}

async fn the_drain_sends_metrics_by_otlp() {
    let collector = Collector::start();
    let telemetry = durable::telemetry::builder()
        .without_logs()
        .otlp_endpoint(&collector.url)
        .otlp_metrics(Duration::from_secs(3600))
        .init()
        .expect("it starts");
    assert_eq!(telemetry.metrics_text().await, None);
    durable::telemetry::builder().without_logs().init().expect_err("it runs already");
    worked(&telemetry).await;
    let metrics = collector.metrics();
    let names = ["temporal_request", "temporal_workflow_completed", "durable_worker_state"];
    for name in names.into_iter().chain(["tests_steps", "order_cents", "tests_age"]) {
        assert!(metrics.contains_key(name), "no {name} in {:?}", metrics.keys());
    }
    assert!(metrics["tests_steps"].contains("AsInt(5)"), "{}", metrics["tests_steps"]);
    let spans = collector.spans();
    assert!(spans.iter().any(|span| span.name == "RunWorkflow:Counting"), "{spans:#?}");
}

async fn a_collector_that_is_away_stops_nothing() {
    // It accepts connections, and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let telemetry = durable::telemetry::builder()
        .without_logs()
        .otlp_endpoint(format!("http://{}", silent.local_addr().expect("it is bound")))
        .otlp_metrics(Duration::from_millis(100))
        .flush_timeout(Duration::from_millis(300))
        .init()
        .expect("it starts");
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, worked(&telemetry)).await.expect("nothing waits for the collector");
    telemetry.shutdown();
}

async fn spans_of_the_program_are_in_the_trace() {
    let collector = Collector::start();
    let telemetry = durable::telemetry::builder()
        .log_level(LogLevel::Error)
        .otlp_endpoint(&collector.url)
        .init()
        .expect("it starts");
    let client = client().await;
    let workers = Workers::new(&client).queues(["telemetry"]).start().await.expect("they start");
    let checkout = tracing::info_span!("checkout");
    let debug = tracing::debug_span!("not of interest");
    let priced = async { Spanned::execute(&client, 1).await.expect("it completes") };
    assert_eq!(priced.instrument(debug).instrument(checkout).await, 2);
    workers.shutdown().await.expect("they stop");
    telemetry.flush().await;
    let spans = collector.spans();
    let name = |id: &str| {
        let parent = spans.iter().find(|span| span.id == id);
        parent.map_or(id.to_owned(), |parent| parent.name.clone())
    };
    let tree: BTreeMap<_, _> =
        spans.iter().map(|span| (span.name.as_str(), name(&span.parent))).collect();
    let wanted = [
        ("checkout", ""),
        ("StartWorkflow:Spanned", "checkout"),
        ("RunWorkflow:Spanned", "StartWorkflow:Spanned"),
        ("StartActivity:priced", "RunWorkflow:Spanned"),
        ("RunActivity:priced", "StartActivity:priced"),
        ("price", "RunActivity:priced"),
        ("look up", "price"),
    ];
    assert_eq!(tree, wanted.map(|(name, parent)| (name, parent.to_owned())).into());
    assert_eq!(spans.len(), wanted.len(), "{spans:#?}");
    assert!(spans.iter().all(|span| span.trace == spans[0].trace), "{spans:#?}");
    let price = spans.iter().find(|span| span.name == "price").expect("it is there");
    assert_eq!(price.attributes["number"], "1");
    assert!(spans.iter().all(|span| !span.service.is_empty()), "{spans:#?}");
}
