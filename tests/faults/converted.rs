//! A custom payload converter that panics when it writes or reads a value.

use std::sync::{Arc, OnceLock};

use durable::Failure;
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
const READ: &str = "from-payload";

/// JSON, with a panic at the text that names the direction.
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
        assert!(payload.data != format!("\"{READ}\"").into_bytes(), "poison in the converter");
        let decode = |error: serde_json::Error| PayloadConversionError::EncodingError(error.into());
        let value: serde_json::Value = serde_json::from_slice(&payload.data).map_err(decode)?;
        Ok(Box::new(<dyn erased_serde::Deserializer>::erase(value)))
    }
}

#[activity(queue = "faults-converted", start_to_close_timeout = "20s", retry(maximum_attempts = 1))]
async fn give(text: String) -> String {
    text.strip_prefix("give ").unwrap_or(&text).to_owned()
}

/// Passes a text on in one way or another. A text after `give ` comes into being on the way.
#[workflow(queue = "faults-converted")]
#[derive(Default)]
struct Convert;

#[workflow_methods]
impl Convert {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, how: String) -> WorkflowResult<String> {
        let poison = |text: &str| text.to_owned();
        match how.as_str() {
            "output" => Ok(poison(WRITE)),
            "activity input" => Ok(give::execute(ctx, poison(WRITE)).await?),
            "activity output" => Ok(give::execute(ctx, format!("give {WRITE}")).await?),
            "read activity input" => Ok(give::execute(ctx, poison(READ)).await?),
            "read activity output" => Ok(give::execute(ctx, format!("give {READ}")).await?),
            "child input" => Ok(Self::execute_child(ctx, poison(WRITE)).await?),
            "memo" => Ok(ctx.set_memo("note", poison(WRITE)).map(|()| how)?),
            "wait" => {
                ctx.wait_condition(|_| false).await?;
                Ok(how)
            }
            _ => Ok("fine".to_owned()),
        }
    }

    #[signal]
    fn told(&mut self, _text: String) {}

    #[query]
    fn asked(&self, text: String) -> String {
        text.strip_prefix("give ").unwrap_or(&text).to_owned()
    }

    #[update]
    fn changed(&mut self, text: String) -> String {
        text.strip_prefix("give ").unwrap_or(&text).to_owned()
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
    for how in [
        "output",
        "activity input",
        "activity output",
        "read activity input",
        "read activity output",
        "child input",
        "memo",
        READ,
    ] {
        let start = Convert::start(&client, how.to_owned()).id(unique("converted"));
        let run = start.await.expect("it starts");
        let ended = run.result_within(Duration::from_secs(20)).await;
        let error = ended.expect_err(how);
        let durable::Error::Failed { failure, .. } = &error else {
            panic!("{how}: {error:?}, {}", failed_task(&run).await)
        };
        let said = failure.chain().map(Failure::message).collect::<Vec<_>>().join("; ");
        assert!(said.contains("panicked"), "{how}: {said}");
        is_served(&client).await;
    }
    let run = Convert::start(&client, "wait".to_owned()).id(unique("converted")).await;
    let run = run.expect("it starts");
    for text in [READ.to_owned(), format!("give {WRITE}")] {
        let asked = run.asked(text.clone()).await.expect_err("it is refused");
        assert!(format!("{asked:?}").contains("panicked"), "{asked:?}");
        let changed = run.changed(text).await.expect_err("it is refused");
        assert!(format!("{changed:?}").contains("panicked"), "{changed:?}");
    }
    run.told(READ.to_owned()).await.expect("it is sent");
    assert_eq!(run.asked("fine".to_owned()).await.expect("it is answered"), "fine");
    run.terminate("seen enough").await.expect("it runs");
    is_served(&client).await;

    let start = Convert::start(&poisoned_client().await, WRITE.to_owned()).id(unique("converted"));
    let error = start.await.expect_err("it cannot be written");
    assert!(format!("{error:?}").contains("panicked"), "{error:?}");
}
