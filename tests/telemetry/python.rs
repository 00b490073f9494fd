//! Traces through clients and workers of the Python SDK, with its official interceptor.

use std::path::Path;
use std::process::Stdio;

use durable_tests::{Shared, client, python, skip, unique};
use opentelemetry::trace::FutureExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::process::telemetry;
use crate::traces::{caller, spans_of, workers};

/// The release whose interceptor is used.
const PACKAGE: &str = "temporalio[opentelemetry]==1.18.2";

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_goes_through_python_in_both_directions() {
    let python = match python("opentelemetry", &[PACKAGE], "temporalio.contrib.opentelemetry").await
    {
        Ok(python) => python,
        Err(reason) => return skip("traces through Python", &reason),
    };
    telemetry();
    let client = client().await;
    let workers = workers(&client).await;
    let (id, queue) = (unique("python"), unique("python-queue"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("telemetry/python/tracing.py");
    let mut process = Command::new(python)
        .arg(script)
        .args([Shared::get().address(), &queue, &id])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
    let ready = lines.next_line().await.expect("it is text");
    assert_eq!(ready.as_deref(), Some("ready"));

    // From this program through Python to this program.
    let (context, trace) = caller();
    let flow = client.start("PythonFlow", queue, json!("python")).id(unique("through"));
    let flow = flow.into_future().with_context(context).await.expect("it starts");
    flow.result().await.expect("it completes");

    drop(process.stdin.take());
    let mut theirs = String::new();
    while let Some(line) = lines.next_line().await.expect("it is text") {
        theirs += &(line + "\n");
    }
    process.wait().await.expect("it ends");
    let theirs: Vec<Value> =
        theirs.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    let their = |name: &str, of: &str| {
        let found = theirs.iter().find(|span| span["name"] == name && span["trace"] == of);
        found.unwrap_or_else(|| panic!("no {name} in {of}: {theirs:#?}")).clone()
    };
    let ours = spans_of(&trace, 2).await;
    let our = |name: &str| ours.iter().find(|span| span.name == name).expect("it is there").clone();
    let run = their("RunWorkflow:PythonFlow", &trace);
    assert_eq!(run["parent"], our("StartWorkflow:PythonFlow").id.as_str());
    let started = their("StartActivity:count", &trace);
    assert_eq!(our("RunActivity:count").parent, started["id"]);

    // From Python to this program.
    let begin = theirs.iter().find(|span| span["name"] == "python caller").expect("it began");
    let trace = begin["trace"].as_str().expect("a text").to_owned();
    let ours = spans_of(&trace, 2).await;
    let our = |name: &str| ours.iter().find(|span| span.name == name).expect("it is there").clone();
    let started = their("StartWorkflow:TracedChild", &trace);
    assert_eq!(our("RunWorkflow:TracedChild").parent, started["id"]);
    let sent = their("SignalWorkflow:go", &trace);
    assert_eq!(our("HandleSignal:go").parent, sent["id"]);
    workers.shutdown().await.expect("they stop");
}
