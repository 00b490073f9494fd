//! The ids on each line.

use std::collections::BTreeMap;

use durable::prelude::*;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::capture::{Capture, Line};
use crate::flows::{Caller, Listener, Talker};
use crate::working;

fn find<'a>(lines: &'a [Line], message: &str) -> &'a Line {
    lines
        .iter()
        .find(|line| line.message == message)
        .unwrap_or_else(|| panic!("{message}: {lines:#?}"))
}

#[tokio::test]
async fn lines_carry_the_ids_of_workflow_activity_and_handler() {
    let (client, capture) = working().await;
    let id = durable_tests::unique("ids");
    let handle = Talker::start(&client, 5).id(&id).await.expect("it starts");
    handle.result().await.expect("it ends");
    let run_id = handle.run_id().expect("it was started here").to_owned();
    let lines = capture.of(&id);
    for (message, spans) in [
        ("init 5", ["workflow", "init"].as_slice()),
        ("round 3 begins", &["workflow"]),
        ("round 3 has its number", &["workflow"]),
        ("round 3 ends", &["workflow", "own"]),
        ("activity 3 through tracing", &["activity"]),
        ("activity 3 through log", &["activity"]),
    ] {
        let line = find(&lines, message);
        assert_eq!(line.spans, spans, "{message}");
        let context = &line.context;
        assert_eq!(context.get("workflow_type"), "Talker", "{message}");
        assert_eq!(context.get("run_id"), run_id, "{message}");
        assert_eq!(context.get("task_queue"), "logs", "{message}");
        assert_eq!(context.get("attempt"), "1", "{message}");
    }
    let context = &find(&lines, "activity 3 through tracing").context;
    assert_eq!(context.get("activity_type"), "echo");
    assert!(!context.get("activity_id").is_empty());
}

#[tokio::test]
async fn lines_of_handlers_carry_the_name_of_the_handler() {
    let (client, capture) = working().await;
    let id = durable_tests::unique("names");
    let handle = Listener::start(&client).id(&id).await.expect("it starts");
    handle.say("a".to_owned()).await.expect("it is sent");
    handle.say_slowly("b".to_owned()).await.expect("it is sent");
    handle.add("c".to_owned()).await.expect("it is added");
    handle.add_slowly("d".to_owned()).await.expect("it is added");
    while handle.heard().await.expect("it is answered") < 3 {}
    handle.stop().await.expect("it is sent");
    handle.result().await.expect("it ends");
    let lines = capture.of(&id);
    for (message, kind, handler) in [
        ("signal a", "signal", "say"),
        ("slow signal b begins", "signal", "say_slowly"),
        ("slow signal b ends", "signal", "say_slowly"),
        ("validator c", "validator", "add"),
        ("update c", "update", "add"),
        ("slow update d begins", "update", "add_slowly"),
        ("slow update d ends", "update", "add_slowly"),
        ("query", "query", "heard"),
    ] {
        let line = find(&lines, message);
        assert_eq!(line.spans, ["workflow", kind], "{message}");
        assert_eq!(line.context.get("handler"), handler, "{message}");
        assert_eq!(line.context.get("workflow_type"), "Listener", "{message}");
    }
}

#[tokio::test]
async fn lines_on_threads_for_blocking_code_carry_the_ids() {
    let (client, capture) = working().await;
    let id = durable_tests::unique("blocking");
    Caller::execute(&client, 1).id(&id).await.expect("it ends");
    let lines = capture.of(&id);
    let line = find(&lines, "blocking activity");
    assert_eq!(line.spans, ["activity"]);
    assert_eq!(line.context.get("activity_type"), "block");
}

/// A program may set its subscriber for the scope of its workers only.
#[test]
fn a_subscriber_of_the_callers_scope_gets_the_lines() {
    let own = Capture::default();
    let _process = Capture::of_this_process();
    // Its filter names the program's own crate only.
    let filter = tracing_subscriber::EnvFilter::new("logs=info,log=info");
    let subscriber = tracing_subscriber::registry().with(filter).with(own.clone());
    let id = durable_tests::unique("scoped");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    tracing::subscriber::with_default(subscriber, || {
        runtime.block_on(async {
            let client = durable_tests::client().await;
            let name = id.clone();
            let workers = Workers::new(&client).worker_options(move |options| {
                options.task_queue.clone_from(&name);
                options.max_cached_workflows = 0;
            });
            let _workers = workers.start().await.expect("the workers start");
            let start = Talker::start(&client, 5).id(&id).task_queue(&id);
            let handle = start.await.expect("it starts");
            handle.result().await.expect("it ends");
        });
    });
    let lines = own.of(&id);
    let mut counts = BTreeMap::<_, u32>::new();
    for line in &lines {
        *counts.entry(line.message.as_str()).or_default() += 1;
    }
    assert_eq!(counts.get("round 4 ends"), Some(&1), "{counts:#?}");
    assert_eq!(counts.get("init 5"), Some(&1), "{counts:#?}");
}
