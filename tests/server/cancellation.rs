//! Cancelling: what the built-in `cancel` and `state` do, and what still runs when a workflow is
//! cancelled.

use durable::prelude::*;
use durable::sdk::temporalio_client::{UntypedSignal, WorkflowSignalOptions};
use durable::sdk::temporalio_common::UntypedWorkflow;
use durable::sdk::temporalio_common::data_converters::{PayloadConverter, RawValue};
use durable::workflow::{ActivityCancellationType, Status, join, select};
use durable_tests::{eventually, unique};

use crate::children::{Deliver, Fate, Parcel};
use crate::client;

/// Goes on until it is cancelled.
#[activity(queue = "cancellation", heartbeat_timeout = "10s", retry(maximum_attempts = 1))]
async fn go_on(ctx: ActivityContext) -> Result<String, ActivityError> {
    loop {
        tokio::select! {
            () = ctx.cancelled() => return Ok("stopped".to_owned()),
            () = tokio::time::sleep(Duration::from_millis(50)) => ctx.record_heartbeat(()).await?,
        }
    }
}

#[activity(queue = "cancellation")]
async fn tidy_up() -> Result<String, ActivityError> {
    Ok("tidy".to_owned())
}

/// Runs two activities until it is told to stop, and tidies up.
#[workflow(queue = "cancellation")]
#[derive(Default, Serialize)]
struct Stoppable {
    started: u32,
    heard: Option<String>,
}

#[workflow_methods]
impl Stoppable {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<(Vec<String>, bool)> {
        let until_it_has_stopped = ActivityCancellationType::WaitCancellationCompleted;
        let first = go_on::execute(ctx).cancellation_type(until_it_has_stopped);
        let second = go_on::execute(ctx).cancellation_type(until_it_has_stopped);
        ctx.state_mut(|state| state.started = 2);
        let (first, second, reason) = join!(first, second, ctx.cancelled());
        ctx.state_mut(|state| state.heard = reason);
        // Only what ran was stopped: this is called as ever.
        let tidy = tidy_up::execute(ctx).await?;
        let ended = [first?, second?, tidy].to_vec();
        // And the workflow itself is not cancelled, so that it can wait.
        ctx.sleep(Duration::from_millis(10)).await?;
        Ok((ended, ctx.is_cancelled()))
    }

    #[signal]
    fn stop(&mut self, ctx: &mut SyncWorkflowContext<Self>, why: String) {
        assert!(!ctx.is_cancelled());
        ctx.request_cancel(why);
        assert!(ctx.is_cancelled());
    }

    #[signal]
    async fn stop_later(ctx: &mut WorkflowContext<Self>) {
        let _ = ctx.sleep(Duration::from_millis(10)).await;
        ctx.request_cancel("later");
    }
}

/// The state that a caller reads with the query `state`.
#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Seen {
    started: u32,
    heard: Option<String>,
}

/// A workflow whose activities both run.
async fn stoppable(client: &Client) -> durable::Result<StoppableHandle> {
    let workflow = Stoppable::start(client).await?;
    eventually("running activities", || async {
        let pending = workflow.describe().await.ok()?.raw().pending_activities.clone();
        let started = pending.iter().filter(|activity| activity.last_started_time.is_some());
        (started.count() == 2).then_some(())
    })
    .await;
    Ok(workflow)
}

fn stopped() -> (Vec<String>, bool) {
    (["stopped", "stopped", "tidy"].map(str::to_owned).to_vec(), true)
}

#[tokio::test]
async fn the_signal_cancel_stops_what_runs_and_leaves_the_rest_to_the_workflow()
-> durable::Result<()> {
    let client = client().await;
    let workflow = stoppable(&client).await?;
    workflow.request_cancel("enough").await?;
    assert_eq!(workflow.result().await?, stopped());
    let state: Seen = workflow.state().await?;
    assert_eq!(state, Seen { started: 2, heard: Some("enough".to_owned()) });
    Ok(())
}

#[tokio::test]
async fn the_workflows_own_signals_can_do_the_same() -> durable::Result<()> {
    let client = client().await;
    let (at_once, later) = (stoppable(&client).await?, stoppable(&client).await?);
    at_once.stop("from within".to_owned()).await?;
    later.stop_later().await?;
    assert_eq!(at_once.result().await?, stopped());
    assert_eq!(later.result().await?, stopped());
    assert_eq!(at_once.state::<Seen>().await?.heard.as_deref(), Some("from within"));
    assert_eq!(later.state::<serde_json::Value>().await?["heard"], "later");
    Ok(())
}

#[tokio::test]
async fn other_sdks_send_cancel_without_an_input_and_a_wrong_one_is_dropped() -> durable::Result<()>
{
    let client = client().await;
    let workflow = stoppable(&client).await?;
    let untyped = client.sdk().get_workflow_handle::<UntypedWorkflow>(workflow.id());
    let wrong = RawValue::from_value(&7, &PayloadConverter::default());
    let none = RawValue::new(Vec::new());
    for input in [wrong, none] {
        let signal = UntypedSignal::new("cancel");
        let sent = untyped.signal(signal, input, WorkflowSignalOptions::default()).await;
        sent.expect("the server takes every signal");
    }
    assert_eq!(workflow.result().await?, stopped());
    assert_eq!(workflow.state::<Seen>().await?.heard, None);
    Ok(())
}

/// A state that cannot be shown, and what is waited for beside its cancellation.
#[workflow(queue = "cancellation")]
#[derive(Default)]
struct Opaque {
    done: bool,
}

#[workflow_methods]
impl Opaque {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        ctx.wait_condition(|state| state.done || ctx.is_cancelled()).await?;
        Ok(ctx.is_cancelled())
    }
}

#[tokio::test]
async fn a_state_that_is_not_serializable_is_answered_for_by_the_status() -> durable::Result<()> {
    let client = client().await;
    let workflow = Opaque::start(&client).await?;
    assert_eq!(workflow.state::<Status>().await?, Status::default());
    workflow.request_cancel("seen enough").await?;
    assert!(workflow.result().await?, "a condition may look at `is_cancelled`");
    let status = workflow.state::<serde_json::Value>().await?;
    assert_eq!(status, serde_json::json!({ "cancelled": true, "reason": "seen enough" }));
    Ok(())
}

/// Has a signal and a query of those names.
#[workflow(queue = "cancellation")]
#[derive(Default, Serialize)]
struct Own {
    heard: bool,
}

#[workflow_methods]
impl Own {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        ctx.wait_condition(|state| state.heard).await?;
        Ok(ctx.is_cancelled())
    }

    #[signal]
    fn cancel(&mut self) {
        self.heard = true;
    }

    #[query]
    fn state(&self) -> String {
        "its own".to_owned()
    }
}

#[tokio::test]
async fn handlers_of_the_workflows_own_stand_in_their_place() -> durable::Result<()> {
    let client = client().await;
    let workflow = Own::start(&client).await?;
    assert_eq!(workflow.state().await?, "its own");
    workflow.cancel().await?;
    assert!(!workflow.result().await?, "it was a signal like any other");
    Ok(())
}

#[tokio::test]
async fn it_is_said_which_handlers_stand_in_their_place() -> durable::Result<()> {
    let _workers = client().await;
    // Workers of another client, on a queue of their own: starting them is what says it.
    let client = durable_tests::client().await;
    let queue = unique("said");
    let (log, _collecting) = durable_tests::Log::collect();
    let workers = Workers::new(&client)
        .queues(["cancellation"])
        .worker_options(move |options| queue.clone_into(&mut options.task_queue))
        .start()
        .await?;
    let log = log.text();
    for handler in ["cancel", "state"] {
        let said = log.lines().filter(|line| {
            line.contains("own handler replaces the built-in one")
                && line.contains("workflow_type=\"Own\"")
                && line.contains(&format!("handler=\"{handler}\""))
        });
        assert_eq!(said.count(), 1, "{handler}\n{log}");
    }
    workers.shutdown().await
}

/// Cleans up, by a context in which nothing is cancelled.
#[workflow(queue = "cancellation")]
#[derive(Default)]
struct CleansUp {
    log: Vec<String>,
    swept: bool,
}

#[workflow_methods]
impl CleansUp {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let Err(cancelled) = ctx.sleep(Duration::from_secs(60)).await else { return Ok(()) };
        let log = |line: String| ctx.state_mut(|state| state.log.push(line));
        log(format!("cancelled: {}", ctx.is_cancelled()));
        log(format!("attached: {}", tidy_up::execute(ctx).await.is_ok()));
        let clean = ctx.detached();
        log(format!("detached: {}", tidy_up::execute(&clean).await.is_ok()));
        log(format!("slept: {}", clean.sleep(Duration::from_millis(10)).await.is_ok()));
        let swept = clean.wait_condition_timeout(|state| state.swept, Duration::from_secs(20));
        log(format!("swept: {}", swept.await?));
        // A detached activity goes on also when the rest is asked to cancel.
        let mut running = tidy_up::start(&clean);
        ctx.request_cancel("too late");
        let tidy = select! {
            tidy = running => tidy.is_ok(),
            _ = clean.timer(Duration::from_secs(20)) => false,
        };
        log(format!("still: {tidy}"));
        Err(cancelled.into())
    }

    #[signal]
    fn sweep(&mut self) {
        self.swept = true;
    }

    #[query]
    fn log(&self) -> Vec<String> {
        self.log.clone()
    }
}

#[tokio::test]
async fn a_detached_context_cleans_up_after_a_cancellation() -> durable::Result<()> {
    let client = client().await;
    let workflow = CleansUp::start(&client).id(unique("cleans-up")).await?;
    workflow.cancel("closing").await?;
    workflow.sweep().await?;
    let ended = workflow.result().await;
    assert!(matches!(ended, Err(durable::Error::Cancelled { .. })), "{ended:?}");
    let expected = [
        "cancelled: true",
        "attached: false",
        "detached: true",
        "slept: true",
        "swept: true",
        "still: true",
    ];
    assert_eq!(workflow.log().await?, expected);
    Ok(())
}

/// Has its parcel brought back when it is cancelled.
#[workflow(queue = "children")]
#[derive(Default)]
struct BringsBack;

#[workflow_methods]
impl BringsBack {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, back: String) -> WorkflowResult<()> {
        let Err(cancelled) = ctx.wait_condition(|_| false).await else { return Ok(()) };
        let attached = Parcel { number: format!("{back}-attached"), fate: Fate::Deliver };
        assert!(Deliver::execute_child(ctx, attached).await.is_err_and(|e| e.is_cancelled()));
        let parcel = Parcel { number: back, fate: Fate::Deliver };
        Deliver::execute_child(ctx, parcel).detached().await?;
        Err(cancelled.into())
    }
}

#[tokio::test]
async fn a_detached_child_runs_also_when_the_parent_is_cancelled() -> durable::Result<()> {
    let client = client().await;
    let back = unique("p");
    let parent = BringsBack::start(&client, back.clone()).await?;
    parent.cancel("no").await?;
    assert!(matches!(parent.result().await, Err(durable::Error::Cancelled { .. })));
    let child = Deliver::handle(&client, format!("parcel-{back}"));
    assert_eq!(child.result().await?, format!("{back} from parcels"));
    Ok(())
}
