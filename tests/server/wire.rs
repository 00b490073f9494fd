//! The payloads on the wire, compared byte by byte with those of other SDKs.

use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::{Payload, Payloads};
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable_tests::attributes;

use crate::client;

#[derive(Debug, Serialize, Deserialize)]
struct Point {
    x: i32,
    y: Option<i32>,
}

#[activity(queue = "wire")]
async fn everything(
    _number: u8,
    _text: String,
    _nothing: Option<u32>,
    _list: Vec<bool>,
    _point: Point,
    _bytes: Vec<u8>,
) {
}

#[workflow(queue = "wire")]
#[derive(Default)]
struct WireWorkflow {
    stopped: bool,
}

#[workflow_methods]
impl WireWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, point: Point) -> WorkflowResult<()> {
        let text = "text".to_owned();
        everything::execute(ctx, 1, text, None, vec![true], point, vec![1, 2, 255]).await?;
        ctx.wait_condition(|state| state.stopped).await?;
        Ok(())
    }

    #[signal]
    fn stop(&mut self) {
        self.stopped = true;
    }

    #[signal]
    fn note(&mut self, _line: String, _times: u8) {}
}

fn shown(payloads: Option<Payloads>) -> Vec<String> {
    let show = |payload: &Payload| {
        let encoding = String::from_utf8_lossy(&payload.metadata["encoding"]).into_owned();
        match std::str::from_utf8(&payload.data) {
            Ok(text) => format!("{encoding} {text}"),
            Err(_) => format!("{encoding} {:?}", payload.data),
        }
    };
    payloads.unwrap_or_default().payloads.iter().map(show).collect()
}

#[tokio::test]
async fn each_input_is_a_payload_of_its_own() -> durable::Result<()> {
    let client = client().await;
    let wire = WireWorkflow::start(&client, Point { x: 1, y: None }).await?;
    wire.note("a line".to_owned(), 2).await?;
    wire.stop().await?;
    wire.result().await?;

    let mut seen = Vec::new();
    for event_type in [
        EventType::WorkflowExecutionStarted,
        EventType::ActivityTaskScheduled,
        EventType::ActivityTaskCompleted,
        EventType::WorkflowExecutionSignaled,
        EventType::WorkflowExecutionCompleted,
    ] {
        for event in attributes(&wire, event_type).await {
            seen.push(match event {
                Attributes::WorkflowExecutionStartedEventAttributes(started) => {
                    shown(started.input)
                }
                Attributes::ActivityTaskScheduledEventAttributes(scheduled) => {
                    shown(scheduled.input)
                }
                Attributes::ActivityTaskCompletedEventAttributes(completed) => {
                    shown(completed.result)
                }
                Attributes::WorkflowExecutionSignaledEventAttributes(signaled) => {
                    shown(signaled.input)
                }
                Attributes::WorkflowExecutionCompletedEventAttributes(completed) => {
                    shown(completed.result)
                }
                other => panic!("{other:?}"),
            });
        }
    }
    let expected: &[&[&str]] = &[
        &[r#"json/plain {"x":1,"y":null}"#],
        &[
            "json/plain 1",
            r#"json/plain "text""#,
            "binary/null ",
            "json/plain [true]",
            r#"json/plain {"x":1,"y":null}"#,
            "binary/plain [1, 2, 255]",
        ],
        &["binary/null "],
        &[r#"json/plain "a line""#, "json/plain 2"],
        &[],
        &["binary/null "],
    ];
    assert_eq!(seen, expected);
    Ok(())
}
