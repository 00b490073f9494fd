//! The limits that a server tells: what is larger fails with its name, nothing is repeated for ever, and
//! every run replays with other limits.

use std::sync::OnceLock;

use durable::Error;
use durable::config::Config;
use durable::dev_server::DevServer;
use durable::error::{INVALID_CALL, InvalidCall, PAYLOAD_TOO_LARGE, PayloadTooLarge};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::testing::Replayer;
use durable::worker::RunningWorkers;
use durable::workflow::{ContinueAsNewOptions, join_all_bounded};
use durable::{Client, Workers};
use durable_tests::{Shared, attributes, unique};
use futures_util::future::join_all;

use crate::client;

/// The limit of the server with little room, in bytes.
const LITTLE: usize = 64 << 10;

fn text(kib: usize) -> String {
    "x".repeat(kib << 10)
}

#[activity(queue = "server-limits", retry(initial_interval = "10ms"))]
async fn make(kib: usize) -> String {
    text(kib)
}

#[activity(queue = "server-limits", retry(initial_interval = "10ms"))]
async fn take(text: String) -> usize {
    text.len()
}

#[activity(queue = "server-limits", retry(initial_interval = "10ms"))]
async fn beat(ctx: ActivityContext, kib: usize) -> Result<(), ActivityError> {
    ctx.heartbeat(&text(kib)).await?;
    Ok(())
}

#[activity(queue = "server-limits", retry(maximum_attempts = 1))]
async fn fail(kib: usize) -> Result<(), ActivityError> {
    let failure = ApplicationFailure::builder("no".repeat(kib << 9));
    let failure = failure.type_name("Declined".to_owned()).details(text(kib));
    Err(ActivityError::application(failure.non_retryable(true).build()))
}

#[workflow(queue = "server-limits", retry(maximum_attempts = 1), task_timeout = "60s")]
#[derive(Default)]
struct Sender {
    done: bool,
}

#[workflow_methods]
impl Sender {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        (how, kib, _text): (String, usize, String),
    ) -> WorkflowResult<String> {
        match how.as_str() {
            "activity output" => Ok(make::execute(ctx, kib).await?),
            "local activity output" => Ok(make::execute_local(ctx, kib).await?),
            "activity input" => Ok(take::execute(ctx, text(kib)).await?.to_string()),
            "heartbeat" => Ok(beat::execute(ctx, kib).await.map(|()| String::new())?),
            "child input" => Ok(Self::execute_child(ctx, (how, 0, text(kib))).await?),
            "signal" => Ok(Self::external(ctx, "no").hear(text(kib)).await.map(|()| how)?),
            "memo" => Ok(ctx.set_memo("note", text(kib)).map(|()| how)?),
            "continue as new" => {
                match ctx.continue_as_new((how, 0, text(kib)), ContinueAsNewOptions::default())? {}
            }
            "failure" => {
                let failure = ApplicationFailure::builder("no".repeat(kib << 9));
                let failure = failure.type_name("Declined".to_owned()).details(text(kib));
                Err(failure.non_retryable(true).build().into())
            }
            "activity failure" => Ok(fail::execute(ctx, kib).await.map(|()| how)?),
            // One that is refused, and calls after it.
            "caught" => {
                let error = take::execute(ctx, text(kib)).await.expect_err("it is too large");
                let refused = error.downcast::<PayloadTooLarge>().is_some();
                let taken = take::execute(ctx, text(40)).await?;
                ctx.timer(Duration::from_millis(1)).await;
                Ok(format!("{refused} {taken} {}", take::execute(ctx, text(2)).await?))
            }
            "wait" => {
                ctx.wait_condition(|state| state.done).await?;
                Ok(how)
            }
            "at once" => {
                let taken = join_all((0..50).map(|_| take::execute(ctx, text(kib)))).await;
                let refused = taken.iter().filter_map(|taken| taken.as_ref().err());
                let refused: Vec<_> =
                    refused.map(DowncastFailure::downcast::<InvalidCall>).collect();
                let named =
                    refused.iter().flatten().all(|error| error.problem.contains("in one task"));
                assert!(refused.iter().all(Option::is_some) && named, "{refused:?}");
                ctx.timer(Duration::from_millis(1)).await;
                let more = join_all((0..10).map(|_| take::execute(ctx, text(kib)))).await;
                Ok(format!("{} {}", 50 - refused.len(), more.iter().flatten().count()))
            }
            "failed at once" => {
                let taken = join_all((0..50).map(|_| take::execute(ctx, text(kib)))).await;
                Ok(taken.into_iter().sum::<Result<usize, _>>()?.to_string())
            }
            "bounded" => {
                let calls = (0..50).map(|_| take::execute(ctx, text(kib)));
                let taken = join_all_bounded(10, calls).await;
                Ok(taken.into_iter().sum::<Result<usize, _>>()?.to_string())
            }
            _ => Ok(text(kib)),
        }
    }

    #[signal]
    fn finish(&mut self) {
        self.done = true;
    }

    #[signal]
    fn hear(&mut self, _text: String) {}

    #[update]
    fn answer(&mut self, kib: usize) -> String {
        text(kib)
    }
}

/// A client of a server that accepts little, with workers.
async fn little() -> Client {
    static LITTLE_SERVER: OnceLock<(DevServer, RunningWorkers)> = OnceLock::new();
    let address = tokio::task::spawn_blocking(|| {
        let served = LITTLE_SERVER.get_or_init(|| {
            Shared::get().runtime().block_on(async {
                let limit = i64::try_from(LITTLE).expect("it is small");
                let server = DevServer::builder()
                    .dynamic_config("limit.blobSize.error", limit)
                    .dynamic_config("limit.memoSize.error", limit)
                    .start();
                let server = server.await.expect("it starts");
                let client = Client::connect(server.address()).await.expect("it answers");
                let workers = Workers::new(&client).queues(["server-limits"]).start().await;
                (server, workers.expect("they start"))
            })
        });
        served.0.address()
    });
    let address = address.await.expect("the server starts");
    Client::connect(address).await.expect("the server answers")
}

async fn start(client: &Client, how: &str, kib: usize) -> SenderHandle {
    let start = Sender::start(client, (how.to_owned(), kib, String::new()));
    start.id(unique("server-limits")).await.expect("it starts")
}

/// Checks that no task of a run failed, and that it replays without the limits of its server.
async fn check(run: &SenderHandle, how: &str) {
    assert!(attributes(run, EventType::WorkflowTaskFailed).await.is_empty(), "{how}");
    let replayed = Replayer::new().history(run.history()).run().await;
    replayed.unwrap_or_else(|error| panic!("{how}: {error:?}"));
}

#[tokio::test]
async fn values_above_the_limit_of_the_server_fail_with_their_name() {
    let client = little().await;
    for (how, what) in [
        ("activity output", "the output of activity `make`"),
        ("local activity output", "the output of activity `make`"),
        ("activity input", "the input of activity `take`"),
        ("heartbeat", "the heartbeat of activity `beat`"),
        ("child input", "the input of child workflow `Sender`"),
        ("signal", "the input of signal `hear`"),
        ("memo", "the memo `note`"),
        ("continue as new", "the input of continued workflow `Sender`"),
        ("output", "the output of workflow `Sender`"),
    ] {
        let run = start(&client, how, 100).await;
        let error = run.result_within(Duration::from_secs(30)).await.expect_err(how);
        let Error::Failed { failure, .. } = &error else { panic!("{how}: {error:?}") };
        assert_eq!(failure.root().type_name(), Some(PAYLOAD_TOO_LARGE), "{how}: {error:?}");
        let error: PayloadTooLarge = error.downcast().expect(how);
        assert_eq!((error.what.as_str(), error.limit), (what, LITTLE), "{how}");
        check(&run, how).await;
    }
}

#[tokio::test]
async fn failures_above_the_limit_of_the_server_are_cut() {
    let client = little().await;
    for how in ["failure", "activity failure"] {
        let run = start(&client, how, 100).await;
        let error = run.result_within(Duration::from_secs(30)).await.expect_err(how);
        let Error::Failed { failure, .. } = &error else { panic!("{how}: {error:?}") };
        assert_eq!(failure.root().type_name(), Some("Declined"), "{how}: {error:?}");
        assert!(failure.root().message().contains(" bytes cut)"), "{how}");
        check(&run, how).await;
    }
}

#[tokio::test]
async fn refused_value_is_refused_again_in_replay() {
    let client = little().await;
    let run = start(&client, "caught", 100).await;
    let expected = format!("true {} {}", 40 << 10, 2 << 10);
    assert_eq!(run.result_within(Duration::from_secs(30)).await.unwrap(), expected);
    check(&run, "caught").await;

    let run = start(&client, "wait", 0).await;
    let error: PayloadTooLarge = run.answer(100).await.unwrap_err().downcast().unwrap();
    assert_eq!(error.what, "the output of update `answer`");
    assert_eq!(run.answer(10).await.unwrap().len(), 10 << 10);
    run.finish().await.unwrap();
    run.result().await.unwrap();
    check(&run, "update").await;
}

#[tokio::test]
async fn values_too_large_together_for_one_task_are_refused_with_their_name() {
    let client = client().await;
    let run = start(&client, "at once", 200).await;
    assert_eq!(run.result_within(Duration::from_secs(60)).await.unwrap(), "20 10");
    check(&run, "at once").await;

    let run = start(&client, "failed at once", 200).await;
    let error = run.result_within(Duration::from_secs(60)).await.unwrap_err();
    let Error::Failed { failure, .. } = &error else { panic!("{error:?}") };
    assert_eq!(failure.root().type_name(), Some(INVALID_CALL), "{error:?}");
    check(&run, "failed at once").await;

    let run = start(&client, "bounded", 200).await;
    let expected = (50 * (200 << 10)).to_string();
    assert_eq!(run.result_within(Duration::from_secs(60)).await.unwrap(), expected);
    check(&run, "bounded").await;
}

#[tokio::test]
async fn configured_limit_overrides_that_of_the_server() {
    let client = client().await;
    let text = "temporal: { worker: { payload_limit_bytes: 65536 } }";
    let config = Config::loader().text(text).environment([("TEMPORAL_ADDRESS", client.address())]);
    let config = config.load().expect("it is valid");
    let queue = unique("configured-limit");
    let polled = queue.clone();
    let workers = Workers::new(&client).config(&config).queues(["server-limits"]);
    let workers = workers.worker_options(move |options| polled.clone_into(&mut options.task_queue));
    let workers = workers.start().await.expect("they start");
    for (how, what) in [("output", "the output of workflow `Sender`"), ("memo", "the memo `note`")]
    {
        let start = Sender::start(&client, (how.to_owned(), 100, String::new()));
        let run = start.id(unique("server-limits")).task_queue(&queue).await.unwrap();
        let error: PayloadTooLarge = run.result().await.unwrap_err().downcast().expect(how);
        assert_eq!((error.what.as_str(), error.limit), (what, LITTLE));
        check(&run, how).await;
    }
    workers.shutdown().await.unwrap();
}

/// Server 1.32.0 checks the memo of a start against its own limit, and takes larger inputs of starts and
/// signals.
#[tokio::test]
async fn a_memo_above_the_limit_of_the_server_is_the_error_of_the_start() {
    let client = little().await;
    let start = Sender::start(&client, ("wait".to_owned(), 0, String::new()));
    let refused = start.memo("note", text(100)).id(unique("server-limits")).await;
    assert!(matches!(refused, Err(Error::PayloadTooLarge { .. })), "{refused:?}");
    let large = ("wait".to_owned(), 0, text(100));
    let run = Sender::start(&client, large).id(unique("server-limits")).await.unwrap();
    run.hear(text(100)).await.unwrap();
    run.finish().await.unwrap();
    assert_eq!(run.result_within(Duration::from_secs(30)).await.unwrap(), "wait");
    check(&run, "large input").await;
}
