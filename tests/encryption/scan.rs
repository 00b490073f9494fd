//! The scan: with encryption no sentinel can be found on the server, and without it each one is found.

use std::time::Duration;

use durable::client::ScheduleSpec;
use durable::codec::Codecs;
use durable::dev_server::DevServer;
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::{Client, Workers};
use durable_tests::eventually;

use crate::flows::{Ends, Everything, NeverMade, sentinel};
use crate::history::{Stored, found};

/// The kinds of values that a workflow leaves on the server.
const KINDS: &[&str] = &[
    "input",
    "memo",
    "header",
    "summary",
    "details",
    "late-memo",
    "activity-input",
    "activity-output",
    "activity-summary",
    "local-output",
    "activity-message",
    "activity-cause",
    "activity-details",
    "local-message",
    "local-cause",
    "local-details",
    "heartbeat",
    "timer-summary",
    "child-input",
    "child-summary",
    "child-details",
    "workflow-output",
    "workflow-message",
    "workflow-cause",
    "workflow-details",
    "outgoing-signal-input",
    "signal-input",
    "started-signal-input",
    "update-input",
    "started-update-input",
    "update-output",
    "update-message",
    "update-cause",
    "update-details",
    "continued-input",
    "continued-memo",
    "cancellation-details",
    "panic",
    "init-panic",
    "schedule-input",
    "schedule-memo",
    "schedule-header",
    "scheduled-memo",
    "scheduled-summary",
];

/// Values that the server passes on without keeping them.
const PASSED_ON: &[&str] =
    &["local-input", "query-input", "query-output", "query-message", "current-details"];

/// Sends a sentinel in each kind of value, and returns the ids of the workflows.
async fn play(client: &Client, prefix: &str) -> durable::Result<Vec<String>> {
    let s = |kind: &str| sentinel(prefix, kind);
    let header = |kind: &str| RawPayload { data: s(kind).into_bytes(), ..RawPayload::default() };
    let id = |name: &str| format!("{prefix}-{name}");

    let other = (prefix.to_owned(), String::new(), 1);
    let listener = Everything::start(client, other).id(id("listener")).await?;
    let input = (prefix.to_owned(), listener.id().to_owned(), 1);
    let main = Everything::start(client, input)
        .id(id("main"))
        .memo("note", s("memo"))
        .header("tenant", header("header"))
        .summary(s("summary"))
        .details(s("details"))
        .await?;
    main.tell(s("signal-input")).await?;
    assert_eq!(main.put(s("update-input")).await?, s("update-output"));
    let failed = main.put(format!("{} fails", s("update-input"))).await.expect_err("it fails");
    assert!(format!("{failed:?}").contains(&s("update-cause")), "{failed:?}");
    assert_eq!(main.ask(s("query-input")).await?, s("query-output"));
    let described = main.describe().await?;
    assert_eq!(described.static_summary(), Some(s("summary").as_str()));
    assert_eq!(described.static_details(), Some(s("details").as_str()));
    main.result().await?;

    let fail = ("fail".to_owned(), prefix.to_owned(), s("input"));
    let failed = Ends::execute(client, fail).id(id("fails")).await.expect_err("it fails");
    let text = format!("{failed:?}");
    assert!(text.contains(&s("workflow-message")), "{text}");
    assert!(text.contains(&s("workflow-cause")), "{text}");
    let cancel = ("cancel".to_owned(), prefix.to_owned(), String::new());
    let _ = Ends::execute(client, cancel).id(id("cancelled")).await.expect_err("it fails");
    let panics = ("panic".to_owned(), prefix.to_owned(), String::new());
    let panics = Ends::start(client, panics).id(id("panics")).await?;
    durable_tests::failed_task(&panics).await;
    panics.terminate("the test is over").await?;
    let unmade = NeverMade::start(client, prefix.to_owned()).id(id("unmade")).await?;
    durable_tests::failed_task(&unmade).await;
    unmade.terminate("the test is over").await?;

    let signalled = (prefix.to_owned(), String::new(), 0);
    let start = Everything::start(client, signalled.clone()).id(id("signalled"));
    start.with_signal(|it| it.tell(s("started-signal-input"))).await?.result().await?;
    let start = Everything::start(client, (prefix.to_owned(), listener.id().to_owned(), 1));
    let put = start.id(id("updated")).with_update(|it| it.put(s("started-update-input")));
    put.await?;

    let input = ("succeed".to_owned(), prefix.to_owned(), s("schedule-input"));
    let schedule = Ends::start(client, input)
        .id(id("scheduled"))
        .memo("note", s("scheduled-memo"))
        .header("tenant", header("schedule-header"))
        .summary(s("scheduled-summary"))
        .create_schedule(id("schedule"), ScheduleSpec::new().every(Duration::from_secs(9999)))
        .memo("note", s("schedule-memo"))
        .trigger_immediately()
        .await?;
    let run = eventually("scheduled run", || async {
        let described = schedule.describe().await.expect("it exists");
        described.recent_runs.into_iter().next()
    })
    .await;
    run.handle::<Ends>(client).result().await?;

    let ids =
        ["listener", "main", "fails", "cancelled", "panics", "unmade", "signalled", "updated"];
    let mut ids: Vec<_> = ids.into_iter().map(id).collect();
    ids.push(run.workflow_id);
    let first_run = main.with_run_id(main.run_id().unwrap_or_default());
    let events = durable_tests::events(&first_run).await;
    ids.extend(events.into_iter().filter_map(|event| match event.attributes? {
        Attributes::ChildWorkflowExecutionStartedEventAttributes(started) => {
            Some(started.workflow_execution?.workflow_id)
        }
        _ => None,
    }));
    Ok(ids)
}

#[tokio::test]
async fn finds_every_value_without_encryption_and_none_with_it() -> durable::Result<()> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let database = folder.path().join("temporal.db");
    let server = DevServer::builder().ui(false).database(&database).start().await?;
    let stored =
        Stored { cli: server.cli().path(), address: server.address(), database: database.clone() };
    let expected = KINDS.iter().copied().collect();
    for (prefix, codecs) in [("plain", Codecs::new()), ("sealed", crate::encryption(1).into())] {
        let client = Client::builder().address(server.address()).codec(codecs).connect().await?;
        let workers = Workers::new(&client).queues(["sealed"]).start().await?;
        let ids = play(&client, prefix).await?;
        workers.shutdown().await?;
        let mut seen = stored.histories(&ids).await.into_bytes();
        seen.extend(stored.database());
        if prefix == "plain" {
            assert_eq!(found(&seen, prefix, KINDS), expected);
        } else {
            let all = [KINDS, PASSED_ON].concat();
            assert_eq!(found(&seen, prefix, &all), std::collections::HashSet::new());
            // Something of it was stored, under the same ids.
            let text = String::from_utf8_lossy(&seen);
            assert!(text.contains("binary/encrypted") && text.contains("sealed-main"));
        }
    }
    Ok(server.shutdown().await?)
}
