//! A custom payload converter that panics when it writes a value.

use std::sync::{Arc, OnceLock};

use durable::client::DataConverter;
use durable::prelude::*;
use durable::sdk::temporalio_common::data_converters::{
    DefaultFailureConverter, DefaultPayloadCodec, ErasedSerdePayloadConverter,
    PayloadConversionError, PayloadConverter, SerializationContextData,
};
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload;
use durable::worker::RunningWorkers;
use durable_tests::{Shared, failed_task, unique};

const WRITE: &str = "to-payload";

/// JSON, with a panic at one text.
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
        let value: serde_json::Value = serde_json::from_slice(&payload.data).map_err(decode)?;
        Ok(Box::new(<dyn erased_serde::Deserializer>::erase(value)))
    }
}

#[activity(queue = "faults-converted", start_to_close_timeout = "20s", retry(maximum_attempts = 1))]
async fn give(text: String) -> String {
    text
}

/// Writes the text by which the converter panics, in one way or another.
#[workflow(queue = "faults-converted")]
#[derive(Default)]
struct Convert;

#[workflow_methods]
impl Convert {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, how: String) -> WorkflowResult<String> {
        match how.as_str() {
            "output" => Ok(WRITE.to_owned()),
            "activity input" => Ok(give::execute(ctx, WRITE.to_owned()).await?),
            _ => Ok("fine".to_owned()),
        }
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_of_a_payload_converter_is_answered_and_the_worker_lives() {
    tokio::task::spawn_blocking(workers).await.expect("the workers start");
    let client = durable_tests::client().await;
    for how in ["output", "activity input"] {
        let start = Convert::start(&client, how.to_owned()).id(unique("converted"));
        let run = start.await.expect("it starts");
        let said = if how == "output" {
            format!("{:?}", run.result().await.expect_err("it fails"))
        } else {
            let said = failed_task(&run).await;
            run.terminate("seen enough").await.expect("it runs");
            said
        };
        assert!(said.contains("panicked"), "{how}: {said}");
        is_served(&client).await;
    }
}
