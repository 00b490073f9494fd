//! Files that are no valid histories: each is named with the reason, and the others are replayed.

use std::fs;

use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use durable::testing::ReplayProblem;
use durable::testing::{Replayer, replay_dir};
use durable_tests::{events, unique};

use crate::flows::TimerFlow;
use crate::{client, problems, replay};

/// The recorded text of a workflow that waited for a timer.
fn timer() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/histories/timer.json"))
        .expect("it is recorded")
}

#[tokio::test]
async fn names_invalid_files_and_replays_the_others() {
    let good = timer();
    let truncated = &good[..good.len() / 2];
    let files = [
        ("a-text.json", "this is no JSON", "not JSON: expected ident at line 1"),
        ("b-other.json", r#"{"name": "durable"}"#, "not the JSON of a history: no list `events`"),
        ("c-list.json", "[1, 2]", "not the JSON of a history: no list `events`"),
        ("d-truncated.json", truncated, "not JSON: EOF while parsing"),
        ("e-empty.json", "", "the file is empty"),
        ("f/no-events.json", r#"{"events": []}"#, "the history has no events"),
        (
            "g-first.json",
            r#"{"events": [{"eventId": "1", "eventType": "EVENT_TYPE_WORKFLOW_TASK_SCHEDULED", "workflowTaskScheduledEventAttributes": {}}]}"#,
            "expected the first event to be WorkflowExecutionStarted, got WorkflowTaskScheduled",
        ),
        (
            "h-event-type.json",
            &good.replace("EVENT_TYPE_TIMER_FIRED", "EVENT_TYPE_TIMER_FRIED"),
            "event 6 (Unspecified) does not have the attributes of its type",
        ),
        (
            "i-field.json",
            &good.replace("\"eventId\": \"1\"", "\"eventId\": \"one\""),
            "not the JSON of a history: ",
        ),
        (
            "j-run.json",
            &good.replace("originalExecutionRunId", "run"),
            "does not contain the run id `originalExecutionRunId`",
        ),
        (
            "k-sdk.json",
            r#"{"events": [{"event_id": 1, "attributes": null}]}"#,
            "missing field `event_type`",
        ),
        ("z-good.json", &good, ""),
        ("z-other.txt", "no history, and none that is asked for", ""),
    ];
    let folder = tempfile::tempdir().expect("there is room");
    for (name, text, _) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    let error = replay_dir(folder.path()).await.expect_err("most are no histories").to_string();
    let lines: Vec<_> = error.lines().collect();
    let expected: Vec<_> = files.iter().filter(|(_, _, reason)| !reason.is_empty()).collect();
    for (name, _, reason) in &expected {
        let path = folder.path().join(name);
        let line = lines.iter().find(|line| line.contains(&*path.to_string_lossy()));
        let line = line.unwrap_or_else(|| panic!("{name} is not named in {error}"));
        assert!(line.contains(reason), "{line}");
    }
    assert_eq!(lines.len(), expected.len(), "{error}");
}

#[tokio::test]
async fn missing_or_empty_folder_is_an_error() {
    let folder = tempfile::tempdir().expect("there is room");
    for (path, reason) in [
        (folder.path().to_path_buf(), "no `*.json` file in or below this folder"),
        (folder.path().join("nowhere"), "No such file or directory"),
    ] {
        let problems = problems(replay_dir(&path).await);
        let [ReplayProblem::Unreadable { path: named, reason: given }] = problems.as_slice() else {
            panic!("{problems:?}")
        };
        assert_eq!(*named, path);
        assert!(given.contains(reason), "{given}");
    }
    let nothing = problems(Replayer::new().run().await);
    assert!(nothing[0].to_string().contains("no folder, file or history"), "{nothing:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn reads_each_folder_once_although_links_lead_back() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().expect("there is room");
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).expect("it can be made");
    fs::write(inner.join("timer.json"), timer()).expect("it can be written");
    symlink("..", inner.join("up")).expect("it can be made");
    symlink("itself", folder.path().join("itself")).expect("it can be made");
    symlink("inner", folder.path().join("a-second-name")).expect("it can be made");
    let replayed = replay_dir(folder.path()).await.expect("the history replays");
    let sources: Vec<_> = replayed.histories().iter().map(|it| it.source.clone()).collect();
    assert_eq!(sources, [inner.join("timer.json").display().to_string()]);
}

#[cfg(unix)]
#[tokio::test]
async fn refuses_files_that_are_too_large_or_never_end() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().expect("there is room");
    let sparse = fs::File::create(folder.path().join("a-large.json")).expect("it can be made");
    sparse.set_len(256 * 1024 * 1024 + 1).expect("it takes no room");
    symlink("/dev/zero", folder.path().join("b-device.json")).expect("it can be made");
    let pipe = folder.path().join("c-pipe.json");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("there is mkfifo");
    assert!(made.success());
    let problems = problems(replay_dir(folder.path()).await);
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems[0].contains("too large for a history: 268435457 bytes"), "{problems:?}");
    assert!(problems[1].contains("not a regular file"), "{problems:?}");
    assert!(problems[2].contains("not a regular file"), "{problems:?}");
}

async fn timer_events() -> Vec<HistoryEvent> {
    let flow = TimerFlow::start(&client().await, 10).id(unique("edited")).await.expect("it starts");
    flow.result().await.expect("it completes");
    events(&flow).await
}

/// Gives the events the numbers of their places.
fn renumbered(mut events: Vec<HistoryEvent>) -> Vec<HistoryEvent> {
    for (number, event) in (1..).zip(&mut events) {
        event.event_id = number;
    }
    events
}

#[tokio::test]
async fn refuses_histories_with_missing_or_unknown_events() {
    let events = timer_events().await;
    let position = |event_type| {
        events.iter().position(|it| it.event_type() == event_type).expect("it is there")
    };
    let fired = position(EventType::TimerFired);
    let without = |position: usize| {
        let mut events = events.clone();
        events.remove(position);
        events
    };
    let mut unknown = events.clone();
    unknown[fired].event_type = 4711;
    unknown[fired].attributes = None;
    let mut other = events.clone();
    other[fired].event_type = EventType::TimerCanceled.into();
    let mut twice = events.clone();
    twice.insert(fired, events[fired].clone());
    let mut task = events.clone();
    task.insert(3, events[fired].clone());
    let mut never_started = events.clone();
    never_started.retain(|event| event.event_type() != EventType::TimerStarted);
    for (edited, reason) in [
        (
            without(fired),
            "event 6 is missing: its place is taken by event 7 (WorkflowTaskScheduled)",
        ),
        (unknown, "event 6 (Unspecified) does not have the attributes of its type"),
        (other, "event 6 (TimerCanceled) does not have the attributes of its type"),
        (twice.clone(), "event 7 is missing: its place is taken by event 6 (TimerFired)"),
        (renumbered(task), "event 3 (WorkflowTaskStarted) is followed by TimerFired"),
        (renumbered(twice), "says the transition is invalid during event"),
        (
            renumbered(never_started),
            "at event 5 (TimerFired 1): the history continues with 5 (TimerFired 1), and the code has",
        ),
    ] {
        let problems = problems(replay(edited).await);
        assert!(problems[0].to_string().contains(reason), "{problems:?}");
    }
}
