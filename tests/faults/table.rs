//! The table of all pairs: user code that panics, and the way to it.

use std::sync::OnceLock;
use std::time::Duration;

use durable::client::AnyWorkflowHandle;
use durable::prelude::*;
use durable::worker::RunningWorkers;
use durable_tests::{Shared, failed_task, unique};
use serde_json::json;

use crate::plugged::{self, StartInterceptor};
use crate::poison::{DESERIALIZE, DISPLAY, DROP, Poison, SERIALIZE};
use crate::subjects::Carrier::{
    Activity, BlockingActivity, Child, ContinueAsNew, LocalActivity, Query, Signal, Update,
    Workflow,
};
use crate::subjects::Place::{
    Body, CodecDecode, CodecEncode, CodecEncodeLater, Deserialize, Display, DropOfError,
    FailureConverter, IdTemplate, Interceptor, Serialize, Source, Validator,
};
use crate::subjects::{Carrier, Healthy, Place, QUEUE, Templated};

/// The outcome of a pair.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    /// The workflow fails with an error that contains the text.
    Fails(&'static str),
    /// The workflow task fails with a message that contains the text.
    TaskFails(&'static str),
    /// The caller of the message gets an error that contains the text.
    Refused(&'static str),
    /// Nobody is harmed.
    Completes,
}

use Outcome::{Completes, Fails, Refused, TaskFails};

const UNREADABLE: &str = "because its `Display`, `source` or `Serialize`, or the failure converter";
const DESERIALIZE_PANICKED: &str = "its `Deserialize` panicked";
const SERIALIZE_PANICKED: &str = "its `Serialize` panicked";
const ENCODE_PANICKED: &str = "the codec that encodes it panicked";
const DECODE_PANICKED: &str = "the codec that decodes it panicked";
const BODY: &str = "poison in the body";

const TABLE: &[(Carrier, Place, Outcome)] = &[
    (Workflow, Deserialize, Fails(DESERIALIZE_PANICKED)),
    (Workflow, Serialize, Fails(SERIALIZE_PANICKED)),
    (Workflow, Place::Drop, Completes),
    (Workflow, DropOfError, Fails(UNREADABLE)),
    (Workflow, Body, TaskFails(BODY)),
    (Workflow, Display, Fails(UNREADABLE)),
    (Workflow, Source, Fails("poison in `source`")),
    (Workflow, FailureConverter, Fails(UNREADABLE)),
    (Workflow, CodecEncode, TaskFails(ENCODE_PANICKED)),
    (Workflow, CodecEncodeLater, TaskFails(ENCODE_PANICKED)),
    (Workflow, CodecDecode, TaskFails(DECODE_PANICKED)),
    (Workflow, IdTemplate, TaskFails("poison in `Display`")),
    (Activity, Deserialize, Fails(DESERIALIZE_PANICKED)),
    (Activity, Serialize, Fails(SERIALIZE_PANICKED)),
    (Activity, Place::Drop, Completes),
    (Activity, DropOfError, Fails(UNREADABLE)),
    (Activity, Body, Fails(BODY)),
    (Activity, Display, Fails(UNREADABLE)),
    (Activity, Source, Fails("poison in `source`")),
    (Activity, FailureConverter, Fails(UNREADABLE)),
    (Activity, CodecEncode, Fails(ENCODE_PANICKED)),
    (Activity, CodecEncodeLater, Fails(ENCODE_PANICKED)),
    (Activity, CodecDecode, Fails(DECODE_PANICKED)),
    (Activity, Interceptor, TaskFails("poison in the interceptor")),
    (BlockingActivity, Deserialize, Fails(DESERIALIZE_PANICKED)),
    (BlockingActivity, Serialize, Fails(SERIALIZE_PANICKED)),
    (BlockingActivity, Place::Drop, Completes),
    (BlockingActivity, Body, Fails(BODY)),
    (BlockingActivity, Display, Fails(UNREADABLE)),
    (LocalActivity, Deserialize, Fails(DESERIALIZE_PANICKED)),
    (LocalActivity, Serialize, Fails(SERIALIZE_PANICKED)),
    (LocalActivity, Place::Drop, Completes),
    (LocalActivity, DropOfError, Fails(UNREADABLE)),
    (LocalActivity, Body, Fails(BODY)),
    (LocalActivity, Display, Fails(UNREADABLE)),
    (LocalActivity, Source, Fails("poison in `source`")),
    (LocalActivity, FailureConverter, Fails(UNREADABLE)),
    (LocalActivity, CodecEncode, Fails(ENCODE_PANICKED)),
    (LocalActivity, CodecDecode, Fails(DECODE_PANICKED)),
    (Signal, Deserialize, Completes),
    (Signal, Place::Drop, TaskFails("poison in `Drop`")),
    (Signal, Body, TaskFails(BODY)),
    (Signal, CodecDecode, TaskFails(DECODE_PANICKED)),
    (Query, Deserialize, Refused(DESERIALIZE_PANICKED)),
    (Query, Serialize, Refused(SERIALIZE_PANICKED)),
    (Query, Place::Drop, Completes),
    (Query, DropOfError, Refused(UNREADABLE)),
    (Query, Body, Refused(BODY)),
    (Query, Display, Refused("poison in `Display`")),
    (Query, Source, Refused("poison in `source`")),
    (Query, FailureConverter, Refused(UNREADABLE)),
    (Query, CodecEncode, Refused(ENCODE_PANICKED)),
    (Query, CodecDecode, Refused(DECODE_PANICKED)),
    (Update, Deserialize, Refused(DESERIALIZE_PANICKED)),
    (Update, Serialize, Refused(SERIALIZE_PANICKED)),
    (Update, Place::Drop, Completes),
    (Update, DropOfError, Refused(UNREADABLE)),
    (Update, Body, TaskFails(BODY)),
    (Update, Display, Refused(UNREADABLE)),
    (Update, Source, Refused("poison in `source`")),
    (Update, FailureConverter, Refused(UNREADABLE)),
    (Update, Validator, Refused("poison in the validator")),
    (Update, CodecEncode, TaskFails(ENCODE_PANICKED)),
    (Update, CodecDecode, TaskFails(DECODE_PANICKED)),
    (Child, Deserialize, Fails(DESERIALIZE_PANICKED)),
    (Child, Serialize, Fails(SERIALIZE_PANICKED)),
    (Child, Place::Drop, Completes),
    (Child, Body, TaskFails(BODY)),
    (Child, Display, Fails(UNREADABLE)),
    (Child, CodecEncode, TaskFails(ENCODE_PANICKED)),
    (Child, CodecDecode, TaskFails(DECODE_PANICKED)),
    (ContinueAsNew, Deserialize, Fails(DESERIALIZE_PANICKED)),
    (ContinueAsNew, Serialize, Fails(SERIALIZE_PANICKED)),
    (ContinueAsNew, CodecEncode, TaskFails(ENCODE_PANICKED)),
    (ContinueAsNew, CodecDecode, TaskFails(DECODE_PANICKED)),
];

fn workers() -> &'static RunningWorkers {
    static WORKERS: OnceLock<RunningWorkers> = OnceLock::new();
    WORKERS.get_or_init(|| {
        let start = async {
            Workers::new(&poisoned_client().await)
                .queues([QUEUE])
                .workflow_interceptor(|_| plugged::Interceptor)
                .max_restarts(0)
                .start()
                .await
                .expect("the workers start")
        };
        Shared::get().runtime().block_on(start)
    })
}

async fn poisoned_client() -> Client {
    let client = Client::builder().address(Shared::get().address());
    client.data_converter(plugged::converter()).connect().await.expect("the server answers")
}

/// A client of the server whose data converter does no harm, with the workers running.
async fn client() -> Client {
    tokio::task::spawn_blocking(workers).await.expect("the workers start");
    durable_tests::client().await
}

/// The worker is alive, and was never started again.
async fn is_served(client: &Client) {
    let text = Healthy::execute(client, "well".to_owned()).await;
    assert_eq!(text.expect("the queue is served"), "well");
    let health = workers().health().workers();
    assert!(health.iter().all(|worker| worker.deaths == 0), "{health:?}");
}

/// Waits for the outcome of a workflow.
async fn ends(workflow: &AnyWorkflowHandle, failing: &AnyWorkflowHandle, outcome: Outcome) {
    match outcome {
        TaskFails(text) => {
            let said = failed_task(failing).await;
            assert!(said.contains(text), "the task failed with: {said}");
        }
        Fails(text) => {
            let ended = workflow.result_within(Duration::from_secs(30)).await;
            let said = format!("{:?}", ended.expect_err("it fails"));
            assert!(said.contains(text), "it failed with: {said}");
        }
        Refused(_) | Completes => {
            workflow.result_within(Duration::from_secs(30)).await.expect("it completes");
        }
    }
}

/// Sends a message to a workflow that waits.
async fn send(workflow: &AnyWorkflowHandle, carrier: Carrier, place: Place, outcome: Outcome) {
    let input = [json!(place), json!(place.input())];
    let answer = match carrier {
        Signal => workflow.signal("signalled", input).await,
        Query => {
            let answer = workflow.query("asked", input).await;
            answer.and_then(|answer| answer.json()).map(drop)
        }
        _ => {
            let update = workflow.update("updated", input);
            // Without a limit it would wait for a task that fails again and again.
            tokio::select! {
                answer = update => answer.map(drop),
                () = ends(workflow, workflow, outcome), if matches!(outcome, TaskFails(_)) => return,
            }
        }
    };
    match outcome {
        Refused(text) => {
            let said = format!("{:?}", answer.expect_err("it is refused"));
            assert!(said.contains(text), "it was refused with: {said}");
        }
        TaskFails(_) => ends(workflow, workflow, outcome).await,
        Completes | Fails(_) => answer.expect("nobody is harmed"),
    }
    if matches!(outcome, Refused(_) | Completes) {
        let fine = [json!(Place::Interceptor), json!("fine")];
        workflow.query("asked", fine).await.expect("the workflow still answers");
    }
}

async fn holds(client: Client, carrier: Carrier, place: Place, outcome: Outcome) {
    // A continue-as-new carries its poison into the second run.
    let input = if carrier == Workflow { place.input() } else { "fine" };
    let start = client.start("Subject", QUEUE, [json!(carrier), json!(place), json!(input)]);
    let workflow = start.id(unique("subject")).await.expect("it starts");
    match carrier {
        Signal | Query | Update => send(&workflow, carrier, place, outcome).await,
        Child => {
            let child = client.workflow(format!("{}-child", workflow.id()));
            if let TaskFails(_) = outcome {
                durable_tests::eventually("child", || async {
                    child.describe().await.ok().map(drop)
                })
                .await;
            }
            ends(&workflow, &child, outcome).await;
        }
        // A handle without a run, for the second one of a continue-as-new.
        _ => ends(&workflow, &client.workflow(workflow.id()), outcome).await,
    }
    // It may have ended.
    let _ = workflow.terminate("seen enough").await;
    is_served(&client).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_of_user_code_is_answered_wherever_it_happens() {
    let client = client().await;
    let mut wrong = Vec::new();
    // Not all at once, so that no time limit depends on the machine.
    for rows in TABLE.chunks(8) {
        let running = rows.iter().map(|&(carrier, place, outcome)| {
            let holds = tokio::spawn(holds(client.clone(), carrier, place, outcome));
            async move { holds.await.map_err(|error| format!("{carrier:?} {place:?}: {error}")) }
        });
        let ended = futures_util::future::join_all(running).await;
        wrong.extend(ended.into_iter().filter_map(Result::err));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    is_served(&client).await;
}

#[tokio::test]
async fn a_panic_when_the_state_is_made_fails_the_task() {
    let client = client().await;
    for (workflow_type, text) in
        [("PoisonedDefault", "poison in `Default`"), ("PoisonedInit", "poison in `#[init]`")]
    {
        let start = client.start(workflow_type, QUEUE, durable::client::Payloads::none());
        let workflow = start.id(unique("made")).await.expect("it starts");
        ends(&workflow, &workflow, TaskFails(text)).await;
        workflow.terminate("seen enough").await.expect("it runs");
        is_served(&client).await;
    }
}

#[tokio::test]
async fn a_panic_when_the_state_is_dropped_harms_nobody() {
    let client = client().await;
    let start = client.start("PoisonedState", QUEUE, durable::client::Payloads::none());
    let workflow = start.id(unique("dropped")).await.expect("it starts");
    ends(&workflow, &workflow, Completes).await;
    is_served(&client).await;
}

/// Returns the error of a start.
async fn refused(client: &Client, poison: &str) -> String {
    let started = Templated::start(client, Poison::new(poison)).await;
    format!("{:?}", started.expect_err("it does not start"))
}

#[tokio::test]
async fn a_panic_in_a_call_is_the_callers_error() {
    let client = client().await;
    let poisoned = poisoned_client().await;
    let intercepted = Client::builder().address(Shared::get().address());
    let intercepted = intercepted.interceptor(StartInterceptor).connect().await;
    let intercepted = intercepted.expect("the server answers");
    for (client, poison, text) in [
        (&client, SERIALIZE, "code of this program panicked: poison in `Serialize`"),
        (&client, DROP, "code of this program panicked: poison in `Drop`"),
        (&client, DISPLAY, "the id template panicked: poison in `Display`"),
        (&intercepted, "fine", "code of this program panicked: poison in the interceptor"),
        (&poisoned, plugged::CODEC_ENCODE, ENCODE_PANICKED),
        (&poisoned, plugged::CODEC_ENCODE_LATER, ENCODE_PANICKED),
    ] {
        let said = refused(client, poison).await;
        assert!(said.contains(text), "{said}");
    }
    is_served(&client).await;
}

#[tokio::test]
async fn a_panic_when_an_output_is_read_is_the_callers_error() {
    let client = client().await;
    let text = DESERIALIZE.to_owned();
    let healthy = Healthy::start(&client, text).id(unique("unreadable")).await.expect("it starts");
    healthy.result().await.expect("it completes");
    // The same workflow as one whose output is a `Poison`.
    let read = Templated::handle(&client, healthy.id()).result().await;
    let said = format!("{:?}", read.expect_err("it cannot be read"));
    assert!(said.contains(DESERIALIZE_PANICKED), "{said}");
    is_served(&client).await;
}
