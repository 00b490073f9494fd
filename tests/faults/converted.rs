//! A payload converter of the program, which panics when it writes or reads a value, for every carrier.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use durable::client::DataConverter;
use durable::prelude::*;
use durable::sdk::temporalio_common::data_converters::{
    DefaultFailureConverter, DefaultPayloadCodec, ErasedSerdePayloadConverter,
    PayloadConversionError, PayloadConverter, SerializationContextData,
};
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload;
use durable::worker::RunningWorkers;
use durable::workflow::ContinueAsNewOptions;
use durable_tests::{Shared, unique};

/// The text by which the converter panics when it writes it.
const WRITE: &str = "to-payload";
/// The text by which the converter panics when it reads it.
const READ: &str = "from-payload";

/// JSON, with a panic at one text in each direction.
struct Converter;

impl ErasedSerdePayloadConverter for Converter {
    fn to_payload(
        &self,
        _: &SerializationContextData,
        value: &dyn erased_serde::Serialize,
    ) -> Result<Payload, PayloadConversionError> {
        let encode = |error: serde_json::Error| PayloadConversionError::EncodingError(error.into());
        let data = serde_json::to_vec(value).map_err(encode)?;
        assert!(data != format!("\"{WRITE}\"").into_bytes(), "poison in the payload converter");
        let metadata = [("encoding".to_owned(), b"json/plain".to_vec())].into();
        Ok(Payload { metadata, data, ..Payload::default() })
    }

    fn from_payload(
        &self,
        _: &SerializationContextData,
        payload: Payload,
    ) -> Result<Box<dyn erased_serde::Deserializer<'static>>, PayloadConversionError> {
        let decode = |error: serde_json::Error| PayloadConversionError::EncodingError(error.into());
        let is_read = payload.data == format!("\"{READ}\"").into_bytes();
        assert!(!is_read, "poison in the payload converter");
        let value: serde_json::Value = serde_json::from_slice(&payload.data).map_err(decode)?;
        Ok(Box::new(<dyn erased_serde::Deserializer>::erase(value)))
    }
}

/// Returns the text that another one asks for.
fn made(text: String) -> String {
    match text.as_str() {
        "make write" => WRITE.to_owned(),
        "make read" => READ.to_owned(),
        "make large" => "x".repeat(3 << 20),
        _ => text,
    }
}

#[activity(queue = "faults-converted", start_to_close_timeout = "20s", retry(maximum_attempts = 1))]
async fn give(text: String) -> String {
    made(text)
}

#[activity(queue = "faults-converted", start_to_close_timeout = "20s", retry(maximum_attempts = 1))]
async fn join(first: String, second: String) -> String {
    first + &second
}

/// Sends a text by way of a carrier: `carrier: text`.
#[workflow(queue = "faults-converted")]
#[derive(Default)]
struct Convert;

#[workflow_methods]
impl Convert {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, how: String) -> WorkflowResult<String> {
        let Some((carrier, text)) = how.split_once(": ") else { return Ok(made(how)) };
        let sent = made(text.to_owned());
        match carrier {
            "activity" => Ok(give::execute(ctx, sent).await?),
            "activity output" => Ok(give::execute(ctx, text.to_owned()).await?),
            "local" => Ok(give::execute_local(ctx, sent).await?),
            "local output" => Ok(give::execute_local(ctx, text.to_owned()).await?),
            "several" => Ok(join::execute(ctx, sent.clone(), sent).await?),
            "child" | "child output" => {
                let sent = if carrier == "child" { sent } else { text.to_owned() };
                let id = format!("{}-child", ctx.workflow_id());
                Ok(Self::execute_child(ctx, sent).id(id).await?)
            }
            "signal" => {
                Self::external(ctx, "nobody").hear(sent).await?;
                Ok(how)
            }
            "continue" => match ctx.continue_as_new(sent, ContinueAsNewOptions::default())? {},
            _ => {
                ctx.wait_condition(|_| false).await?;
                Ok(how)
            }
        }
    }

    #[signal]
    fn hear(&mut self, _text: String) {}

    #[query]
    fn ask(&self, text: String) -> String {
        made(text)
    }

    #[update]
    fn change(&mut self, text: String) -> String {
        made(text)
    }
}

fn converter() -> DataConverter {
    let converter = PayloadConverter::Serde(Arc::new(Converter));
    DataConverter::new(converter, DefaultFailureConverter::default(), DefaultPayloadCodec)
}

async fn poisoned_client() -> Client {
    let client = Client::builder().address(Shared::get().address());
    client.data_converter(converter()).connect().await.expect("the server answers")
}

fn workers() -> &'static RunningWorkers {
    static WORKERS: OnceLock<RunningWorkers> = OnceLock::new();
    WORKERS.get_or_init(|| {
        let start = async {
            let workers = Workers::new(&poisoned_client().await).queues(["faults-converted"]);
            workers.max_restarts(0).start().await.expect("the workers start")
        };
        Shared::get().runtime().block_on(start)
    })
}

async fn is_served(client: &Client) {
    let healthy = Convert::execute(client, "fine".to_owned()).await;
    assert_eq!(healthy.expect("the queue is served"), "fine");
    let health = workers().health().workers();
    assert!(health.iter().all(|worker| worker.deaths == 0), "{health:?}");
}

const CONVERTER: &str = "the payload converter";
const LIMIT: &str = "PayloadTooLarge";

/// The inputs of the workflow, and what its failure says.
const TABLE: &[(&str, &str)] = &[
    (READ, CONVERTER),
    ("make write", CONVERTER),
    ("make large", LIMIT),
    ("activity: make write", CONVERTER),
    ("activity: make read", CONVERTER),
    ("activity: make large", LIMIT),
    ("activity output: make write", CONVERTER),
    ("activity output: make read", CONVERTER),
    ("activity output: make large", LIMIT),
    ("local: make write", CONVERTER),
    ("local: make read", CONVERTER),
    ("local output: make write", CONVERTER),
    ("local output: make read", CONVERTER),
    ("local output: make large", LIMIT),
    ("several: fine", "the data converter does not support its type"),
    ("child: make write", CONVERTER),
    ("child: make read", CONVERTER),
    ("child: make large", LIMIT),
    ("child output: make write", CONVERTER),
    ("child output: make read", CONVERTER),
    ("signal: make write", CONVERTER),
    ("signal: make large", LIMIT),
    ("continue: make write", CONVERTER),
    ("continue: make read", CONVERTER),
    ("continue: make large", LIMIT),
];

async fn client() -> Client {
    tokio::task::spawn_blocking(workers).await.expect("the workers start");
    durable_tests::client().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_of_a_payload_converter_is_answered_and_the_worker_lives() {
    let client = client().await;
    let mut wrong = Vec::new();
    for &(how, text) in TABLE {
        let start = Convert::start(&client, how.to_owned()).id(unique("converted"));
        let run = start.await.expect("it starts");
        // The result of the last run.
        let last = Convert::handle(&client, run.id());
        match last.result_within(Duration::from_secs(30)).await {
            Ok(output) => wrong.push(format!("{how}: {} bytes", output.len())),
            Err(error) if format!("{error:?}").contains(text) => {}
            Err(error) => wrong.push(format!("{how}: {error:?}")),
        }
        // It may have ended.
        let _ = last.terminate("seen enough").await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    is_served(&client).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_of_a_payload_converter_at_a_message_is_answered_and_the_workflow_lives() {
    let client = client().await;
    let start = Convert::start(&client, "wait: fine".to_owned()).id(unique("converted"));
    let run = start.await.expect("it starts");
    run.hear(READ.to_owned()).await.expect("nobody is harmed");
    for text in [READ, "make write"] {
        let asked = format!("{:?}", run.ask(text.to_owned()).await.expect_err("it is refused"));
        assert!(asked.contains(CONVERTER), "{text}: {asked}");
        let changed = run.change(text.to_owned()).await.expect_err("it is refused");
        assert!(format!("{changed:?}").contains(CONVERTER), "{text}: {changed:?}");
    }
    let changed = run.change("make large".to_owned()).await.expect_err("it is refused");
    assert!(format!("{changed:?}").contains(LIMIT), "{changed:?}");
    assert_eq!(run.ask("fine".to_owned()).await.expect("it answers"), "fine");
    run.terminate("seen enough").await.expect("it runs");
    is_served(&client).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_of_a_payload_converter_in_a_client_is_the_callers_error() {
    let client = client().await;
    let poisoned = poisoned_client().await;
    let started = Convert::start(&poisoned, WRITE.to_owned()).id(unique("converted")).await;
    let said = format!("{:?}", started.expect_err("it does not start"));
    assert!(said.contains(CONVERTER), "{said}");
    let start = Convert::start(&poisoned, "make read".to_owned()).id(unique("converted"));
    let read = start.await.expect("it starts").result().await;
    let said = format!("{:?}", read.expect_err("it cannot be read"));
    assert!(said.contains(CONVERTER), "{said}");
    is_served(&client).await;
}
