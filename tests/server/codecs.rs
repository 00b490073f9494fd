//! Workers that lack a codec: whatever they cannot read waits, visibly, for a worker that has it.

use std::ops::Deref;

use durable::client::{ActivityIdentifier, HasHandle, WorkflowHandle};
use durable::error::UNKNOWN_ENCODING;
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::worker::RunningWorkers;
use durable::{Client, Error, Workers};
use durable_tests::plugged::{SEALED, sealing};
use durable_tests::{attributes, eventually, failed_task, unique};

use crate::client;

#[activity(queue = "codecs")]
async fn ask() -> Result<String, ActivityError> {
    Err(ActivityError::WillCompleteAsync)
}

#[activity(queue = "codecs", retry(maximum_attempts = 20))]
async fn repeat(text: String) -> String {
    text
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
#[error("it was declined")]
struct Declined {
    why: String,
}

#[activity(queue = "codecs", retry(maximum_attempts = 1))]
async fn decline() -> Result<(), Declined> {
    Err(Declined { why: "psst".to_owned() })
}

/// Its first attempt ends with its worker, after it has recorded its progress.
#[activity(
    queue = "codecs",
    heartbeat_timeout = "60s",
    retry(initial_interval = "3s", backoff_coefficient = 1.0, maximum_attempts = 20)
)]
async fn resume(ctx: ActivityContext) -> Result<String, ActivityError> {
    if ctx.info().attempt == 1 {
        ctx.heartbeat("psst").await?;
        ctx.worker_shutdown().await;
        return Err(ActivityError::application(ApplicationFailure::new("to be continued")));
    }
    Ok(ctx.progress().unwrap_or_else(|| "from the beginning".to_owned()))
}

#[workflow(queue = "codecs")]
#[derive(Default)]
struct Echo;

#[workflow_methods]
impl Echo {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        Ok(text)
    }
}

#[workflow(queue = "codecs")]
struct FromInit(String);

#[workflow_methods]
impl FromInit {
    #[init]
    fn new(text: String) -> Self {
        Self(text)
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        Ok(ctx.state(|state| state.0.clone()))
    }
}

/// Waits for a text that comes in one way or another.
#[workflow(queue = "codecs")]
#[derive(Default)]
struct Listener {
    heard: Option<String>,
}

#[workflow_methods]
impl Listener {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        (way, queue): (String, String),
    ) -> WorkflowResult<String> {
        match way.as_str() {
            "activity" => Ok(ask::execute(ctx).activity_id("ask").await?),
            "child" => {
                let child = Echo::execute_child(ctx, "psst".to_owned());
                Ok(child.task_queue(queue).await?)
            }
            "error" => {
                let declined = decline::execute(ctx).task_queue(queue).await;
                let declined = declined.err().and_then(|error| error.downcast::<Declined>());
                Ok(declined.map(|declined| declined.why).unwrap_or_default())
            }
            "progress" => Ok(resume::execute(ctx).task_queue(queue).await?),
            "activity input" => {
                Ok(repeat::execute(ctx, "psst".to_owned()).task_queue(queue).await?)
            }
            _ => {
                ctx.wait_condition(|state| state.heard.is_some()).await?;
                ctx.handlers_finished().await?;
                Ok(ctx.state(|state| state.heard.clone()).unwrap_or_default())
            }
        }
    }

    #[signal]
    fn tell(&mut self, text: String) {
        self.heard = Some(text);
    }

    #[signal]
    async fn tell_later(ctx: &mut WorkflowContext<Self>, text: String) {
        ctx.state_mut(|state| state.heard = Some(text));
    }

    #[query]
    fn same(&self, text: String) -> String {
        text
    }

    #[update]
    fn put(&mut self, text: String) -> String {
        self.heard = Some(text.clone());
        text
    }

    #[update_validator(put_checked)]
    fn check(&self, text: &str) -> Result<(), String> {
        if text.is_empty() { Err("nothing".to_owned()) } else { Ok(()) }
    }

    #[update]
    async fn put_checked(ctx: &mut WorkflowContext<Self>, text: String) -> String {
        ctx.state_mut(|state| state.heard = Some(text.clone()));
        text
    }
}

#[workflow(queue = "codecs")]
#[derive(Default)]
struct MemoReader;

#[workflow_methods]
impl MemoReader {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        Ok(ctx.memo().get::<String>("note")?.unwrap_or_default())
    }
}

async fn with_codec() -> Client {
    let address = client().await.address().to_owned();
    let client = Client::builder().address(address).data_converter(sealing());
    client.connect().await.expect("it connects")
}

/// Serves the queue of this file under another name.
async fn serve(client: &Client, queue: &str) -> RunningWorkers {
    let queue = queue.to_owned();
    Workers::new(client)
        .queues(["codecs"])
        .worker_options(move |options| queue.clone_into(&mut options.task_queue))
        .start()
        .await
        .expect("it starts")
}

/// A run that was started with a client without the codec, and its handle with the codec.
async fn listener(way: &str, queue: &str, other: &str) -> ListenerHandle {
    let input = (way.to_owned(), other.to_owned());
    let start = Listener::start(&client().await, input).id(unique("codecs")).task_queue(queue);
    let run = start.await.expect("it starts");
    Listener::handle(&with_codec().await, run.id())
}

/// A value with the codec on a worker without it.
struct Case {
    carrier: &'static str,
    /// The beginning of the failed task's message.
    named: &'static str,
    result: tokio::task::JoinHandle<durable::Result<String>>,
    message: String,
}

async fn case<W, H>(carrier: &'static str, named: &'static str, run: H) -> Case
where
    W: HasHandle<Output = String> + 'static,
    H: Deref<Target = WorkflowHandle<W>> + Send + Sync + 'static,
{
    let message = failed_task(&run).await;
    let result = tokio::spawn(async move { run.result().await });
    Case { carrier, named, result, message }
}

#[tokio::test]
async fn unknown_encoding_fails_the_task_until_a_worker_has_the_codec() {
    let (queue, child_queue) = (unique("no-codec"), unique("codec"));
    let (plain, sealed) = (client().await, with_codec().await);
    let without = serve(&plain, &queue).await;
    let with = serve(&sealed, &child_queue).await;
    let psst = || "psst".to_owned();

    let input = Echo::start(&sealed, psst()).id(unique("codecs")).task_queue(&queue);
    let init = FromInit::start(&sealed, psst()).id(unique("codecs")).task_queue(&queue);
    let memo = MemoReader::start(&sealed).id(unique("codecs")).task_queue(&queue);
    let memo = memo.memo("note", psst());
    let signal = listener("signal", &queue, "").await;
    signal.tell(psst()).await.unwrap();
    let later = listener("signal", &queue, "").await;
    later.tell_later(psst()).await.unwrap();
    let update = listener("update", &queue, "").await;
    let updating = update.clone();
    let updated = tokio::spawn(async move { updating.put("psst".to_owned()).await });
    let checked = listener("update", &queue, "").await;
    let checking = checked.clone();
    let put = tokio::spawn(async move { checking.put_checked("psst".to_owned()).await });
    let activity = listener("activity", &queue, "").await;
    let id = ActivityIdentifier::by_id_workflow(activity.id(), "", "ask");
    eventually("attempt", || async {
        sealed.activity::<ask>(id.clone()).complete("psst".to_owned()).await.ok()
    })
    .await;
    let child = listener("child", &queue, &child_queue).await;
    let declined = listener("error", &queue, &child_queue).await;
    let query = listener("query", &queue, "").await;
    let error = query.same(psst()).await.unwrap_err();
    assert!(matches!(&error, Error::QueryFailed { .. }), "{error:?}");
    assert!(format!("{error:?}").contains(SEALED), "{error:?}");

    let cases = [
        case("input", "workflow Echo: input `text: String`", input.await.unwrap()).await,
        case("init", "workflow FromInit: input `text: String`", init.await.unwrap()).await,
        case("memo", "Workflow payload conversion failed", memo.await.unwrap()).await,
        case("signal", "signal `tell` of workflow Listener: input `text: String`", signal).await,
        case("async signal", "signal `tell_later` of workflow Listener", later).await,
        case("update", "update `put` of workflow Listener: input `text: String`", update).await,
        case("validated update", "update `put_checked` of workflow Listener", checked).await,
        case("activity output", "Workflow payload conversion failed", activity).await,
        case("child output", "Workflow payload conversion failed", child).await,
        case("error", "`#[run]` of workflow `Listener` (workflow id `codecs-", declined).await,
    ];
    for Case { carrier, named, message, .. } in &cases {
        assert!(message.starts_with(named), "{carrier}: {message}");
        assert!(message.contains(&format!("has the encoding `{SEALED}`")), "{carrier}: {message}");
    }

    without.shutdown().await.unwrap();
    let cured = serve(&sealed, &queue).await;
    for Case { carrier, result, .. } in cases {
        let result = tokio::time::timeout(Duration::from_secs(60), result).await;
        let result = result.unwrap_or_else(|_| panic!("{carrier} hangs")).unwrap();
        assert_eq!(result.unwrap(), "psst", "{carrier}");
    }
    assert_eq!(updated.await.unwrap().unwrap(), "psst");
    assert_eq!(put.await.unwrap().unwrap(), "psst");
    assert_eq!(query.same(psst()).await.unwrap(), "psst");
    query.terminate("asked").await.unwrap();
    cured.shutdown().await.unwrap();
    with.shutdown().await.unwrap();
}

#[tokio::test]
async fn activity_with_unknown_encoding_is_retried_until_a_worker_has_the_codec() {
    let (queue, activities) = (unique("codec"), unique("no-codec"));
    let (plain, sealed) = (client().await, with_codec().await);
    let with = serve(&sealed, &queue).await;
    let without = serve(&plain, &activities).await;
    let run = listener("activity input", &queue, &activities).await;
    let failure = eventually("failed attempt", || async {
        let described = run.describe().await.ok()?;
        described.raw().pending_activities.first()?.last_failure.clone()
    })
    .await;
    let expected = format!("activity repeat: input `text: String` has the encoding `{SEALED}`");
    assert!(failure.message.starts_with(&expected), "{}", failure.message);
    without.shutdown().await.unwrap();
    let cured = serve(&sealed, &activities).await;
    assert_eq!(run.result_within(Duration::from_secs(40)).await.unwrap(), "psst");
    let started = attributes(&run, EventType::ActivityTaskStarted).await;
    let [Attributes::ActivityTaskStartedEventAttributes(last)] = started.as_slice() else {
        panic!("{started:?}")
    };
    let failure = last.last_failure.clone().unwrap();
    assert!(format!("{failure:?}").contains(UNKNOWN_ENCODING), "{failure:?}");
    cured.shutdown().await.unwrap();
    with.shutdown().await.unwrap();
}

#[tokio::test]
async fn progress_with_unknown_encoding_fails_the_attempt_until_a_worker_has_the_codec() {
    let (queue, activities) = (unique("codec"), unique("no-codec"));
    let (plain, sealed) = (client().await, with_codec().await);
    let with = serve(&sealed, &queue).await;
    let first = serve(&sealed, &activities).await;
    let run = listener("progress", &queue, &activities).await;
    eventually("heartbeat", || async {
        let described = run.describe().await.ok()?;
        described.raw().pending_activities.first()?.heartbeat_details.clone()
    })
    .await;
    first.shutdown().await.unwrap();
    let without = serve(&plain, &activities).await;
    let expected = format!("the last heartbeat of activity `resume`: unknown encoding `{SEALED}`");
    eventually("attempt that names the encoding", || async {
        let described = run.describe().await.ok()?;
        let failure = described.raw().pending_activities.first()?.last_failure.clone()?;
        failure.message.contains(&expected).then_some(())
    })
    .await;
    without.shutdown().await.unwrap();
    let cured = serve(&sealed, &activities).await;
    assert_eq!(run.result_within(Duration::from_secs(40)).await.unwrap(), "psst");
    cured.shutdown().await.unwrap();
    with.shutdown().await.unwrap();
}
