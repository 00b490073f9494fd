//! Workflows by id and by the name of their type, with JSON for inputs and outputs.

use durable::Error;
use durable::client::{AnyWorkflow, Payloads, StartCall, WorkflowExecutionStatus};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable_tests::plugged::{flip, flipping};
use durable_tests::unique;
use serde_json::{Value, json};

use crate::client;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Note {
    text: String,
}

/// A note with a handler of each kind.
#[workflow(queue = "untyped")]
struct NoteWorkflow {
    note: Note,
    closed: bool,
}

#[workflow_methods]
impl NoteWorkflow {
    #[init]
    fn new(note: Note) -> Self {
        Self { note, closed: false }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Note> {
        ctx.wait_condition(|state| state.closed).await?;
        Ok(ctx.state(|state| state.note.clone()))
    }

    #[signal]
    fn append(&mut self, text: String, times: usize) {
        self.note.text.push_str(&text.repeat(times));
    }

    #[query]
    fn text(&self) -> String {
        self.note.text.clone()
    }

    #[update]
    fn close(&mut self) -> usize {
        self.closed = true;
        self.note.text.len()
    }
}

/// Ends without a result.
#[workflow(queue = "untyped")]
#[derive(Default)]
struct SilentWorkflow;

#[workflow_methods]
impl SilentWorkflow {
    #[run]
    async fn run() -> WorkflowResult<()> {
        Ok(())
    }
}

fn note(client: &Client) -> StartCall<AnyWorkflow> {
    client.start("NoteWorkflow", "untyped", json!({ "text": "a" }))
}

#[tokio::test]
async fn a_workflow_is_started_and_talked_to_by_name() -> durable::Result<()> {
    let client = client().await;
    let id = unique("note");
    let started = note(&client).id(&id).await?;
    assert_eq!(started.id(), id);
    assert_eq!(started.describe().await?.workflow_type(), "NoteWorkflow");

    let note = client.workflow(&id);
    note.signal("append", [json!("b"), json!(2)]).await?;
    assert_eq!(note.query("text", Payloads::none()).await?.json()?, json!("abb"));
    assert_eq!(note.update("close", Payloads::none()).await?.decode::<usize>()?, 3);
    assert_eq!(note.result().await?.json()?, json!({ "text": "abb" }));
    assert_eq!(started.result().await?.decode::<Note>()?.text, "abb");
    assert_eq!(NoteWorkflow::handle(&client, id).result().await?.text, "abb");

    let events = note.history().into_events().await.expect("the history is there");
    let last = events.last().expect("it has events").event_type();
    assert_eq!(last, EventType::WorkflowExecutionCompleted);
    Ok(())
}

#[tokio::test]
async fn a_codec_applies_to_what_has_no_type() -> durable::Result<()> {
    let connected = client().await;
    let client = Client::builder().address(connected.address()).data_converter(flipping());
    let client = client.connect().await?;
    let started = note(&client).task_queue(unique("nobody")).await?;
    let start = durable_tests::attributes(&started, EventType::WorkflowExecutionStarted).await;
    let Some(Attributes::WorkflowExecutionStartedEventAttributes(start)) = start.first() else {
        panic!("{start:?}")
    };
    let stored = start.input.clone().expect("it has an input").payloads;
    assert_ne!(Payloads::from(stored.clone()), Payloads::from(flip(stored.clone())));
    assert_eq!(Payloads::from(flip(stored)).json()?, json!({ "text": "a" }));
    started.terminate("done").await
}

#[tokio::test]
async fn a_signal_and_an_update_go_with_a_start_by_name() -> durable::Result<()> {
    let client = client().await;
    let id = unique("with");
    let start = || note(&client).id(&id);
    start().with_signal(|note| note.signal("append", [json!("b"), json!(1)])).await?;
    let closed = start().with_update(|note| note.update("close", Payloads::none())).await?;
    assert_eq!(closed.json()?, json!(2));
    assert_eq!(client.workflow(&id).result().await?.json()?, json!({ "text": "ab" }));
    Ok(())
}

#[tokio::test]
async fn errors_are_those_of_typed_workflows() -> durable::Result<()> {
    let client = client().await;
    let silent = client.start("SilentWorkflow", "untyped", Payloads::none()).await?;
    assert_eq!(silent.result().await?.json()?, Value::Null);

    let bad = client.start("NoteWorkflow", "untyped", json!({ "txt": "a" })).await?;
    let bad = bad.result().await.expect_err("a field is missing");
    assert!(format!("{bad:?}").contains("missing field `text`"), "{bad:?}");

    let never = client.workflow(unique("never"));
    let missing = never.describe().await.expect_err("there is none");
    assert!(matches!(missing, Error::NotFound { .. }), "{missing:?}");

    for (start, problem) in [
        (client.start("", "untyped", Payloads::none()), "the workflow type is empty"),
        (client.start("NoteWorkflow", "", Payloads::none()), "the task queue is empty"),
    ] {
        let error = start.await.expect_err(problem);
        assert!(matches!(error, Error::InvalidOptions { .. }), "{error:?}");
        assert!(format!("{error:?}").contains(problem), "{error:?}");
    }

    let open = note(&client).await?;
    let unknown = open.query("txet", Payloads::none()).await.expect_err("there is no such query");
    assert!(format!("{unknown:?}").contains("known names: `text`"), "{unknown:?}");
    let unknown =
        open.update("colse", Payloads::none()).await.expect_err("there is no such update");
    assert!(
        format!("{unknown:?}").contains("colse; workflow NoteWorkflow has `close`"),
        "{unknown:?}"
    );
    let run_id = open.describe().await?.run_id().to_owned();
    client.workflow(open.id()).with_run_id(run_id).cancel("enough").await?;
    let cancelled = open.result().await.expect_err("it was cancelled");
    assert!(matches!(cancelled, Error::Cancelled { .. }), "{cancelled:?}");
    let status = open.describe().await?.status();
    assert_eq!(status, WorkflowExecutionStatus::Canceled);
    Ok(())
}
