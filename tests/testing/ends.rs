//! Workflows that end while a handler of theirs waits.

use durable::prelude::*;
use durable::testing::TestEnv;
use durable::workflow::{ApplicationFailure, ContinueAsNewOptions};
use durable::{Error, Result};
use durable_tests::eventually;

const LONG: Duration = Duration::from_secs(600);

/// Waits until it is told to stop.
#[activity(queue = "ends", start_to_close_timeout = "10m", heartbeat_timeout = "5s")]
async fn watch(ctx: ActivityContext) -> Result<(), ActivityError> {
    loop {
        ctx.heartbeat(&()).await?;
        tokio::select! {
            why = ctx.stopped() => return Err(why.into()),
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }
}

/// Runs for longer than a workflow task of the workflow that calls it.
#[activity(queue = "ends", start_to_close_timeout = "10m")]
async fn watch_nearby(ctx: ActivityContext) -> Result<(), ActivityError> {
    tokio::select! {
        why = ctx.stopped() => Err(why.into()),
        () = tokio::time::sleep(LONG) => Ok(()),
    }
}

#[activity(queue = "ends", start_to_close_timeout = "10s")]
async fn tidy_up() {}

/// A child that nobody tells to end.
#[workflow(queue = "ends")]
#[derive(Default)]
struct Endless;

#[workflow_methods]
impl Endless {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(ctx.sleep(LONG).await?)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum End {
    Returned,
    Failed,
    /// The server cancels it.
    Cancelled,
    /// The built-in signal `cancel` asks it to end.
    CancelRequested,
    ContinuedAsNew,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Wait {
    Activity,
    LocalActivity,
    Timer,
    Child,
    /// It runs another activity after its activity was cancelled.
    CleansUp,
}

const WAITS: [Wait; 5] =
    [Wait::Activity, Wait::LocalActivity, Wait::Timer, Wait::Child, Wait::CleansUp];

#[workflow(queue = "ends", task_timeout = "2s")]
#[derive(Default)]
struct Desk {
    end: Option<End>,
    handling: bool,
}

#[workflow_methods]
impl Desk {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, runs: u32) -> WorkflowResult<u32> {
        ctx.wait_condition(|desk| desk.end.is_some() || runs > 1 || ctx.is_cancelled()).await?;
        match ctx.state(|desk| desk.end) {
            Some(End::Failed) => Err(ApplicationFailure::builder("as it was told")
                .non_retryable(true)
                .build()
                .into()),
            Some(End::ContinuedAsNew) => {
                ctx.continue_as_new(runs + 1, ContinueAsNewOptions::default())?;
                Ok(0)
            }
            // The server's cancellation, which ends it as cancelled.
            _ if ctx.cancellation_token().is_cancelled() => {
                ctx.wait_condition(|_| false).await?;
                Ok(runs)
            }
            _ => Ok(runs),
        }
    }

    #[signal]
    fn end(&mut self, end: End) {
        self.end = Some(end);
    }

    #[query]
    fn is_handling(&self) -> bool {
        self.handling
    }

    #[update]
    async fn serve(ctx: &mut WorkflowContext<Self>, wait: Wait) -> Result<(), String> {
        Self::wait(ctx, wait).await.map_err(|_| "not served".to_owned())
    }

    #[signal]
    async fn note(ctx: &mut WorkflowContext<Self>, wait: Wait) {
        let _ = Self::wait(ctx, wait).await;
    }
}

impl Desk {
    async fn wait(ctx: &WorkflowContext<Self>, wait: Wait) -> WorkflowResult<()> {
        ctx.state_mut(|desk| desk.handling = true);
        match wait {
            Wait::Activity => Ok(watch::execute(ctx).await?),
            Wait::LocalActivity => Ok(watch_nearby::execute_local(ctx).await?),
            Wait::Timer => Ok(ctx.sleep(LONG).await?),
            Wait::Child => Ok(Endless::execute_child(ctx).await?),
            Wait::CleansUp => {
                let watched = watch::execute(ctx).await;
                tidy_up::execute(&ctx.detached()).await?;
                Ok(watched?)
            }
        }
    }
}

/// The call of the handler that waits at the end.
#[derive(Debug, Clone, Copy)]
enum By {
    Update,
    Signal,
}

/// Starts a workflow, lets a handler of it wait, ends it, and looks at what its callers are told.
async fn ends(env: &TestEnv, end: End, wait: Wait, by: By) -> Result<()> {
    let case = format!("{end:?} while {by:?} waits for {wait:?}");
    let desk = Desk::start(env.client(), 1).await?;
    let update = match by {
        By::Update => Some(desk.serve(wait).start().await?),
        By::Signal => {
            desk.note(wait).await?;
            None
        }
    };
    eventually(&case, || async { desk.is_handling().await.ok().filter(|handling| *handling) })
        .await;
    match end {
        End::Cancelled => desk.cancel("the day is over").await?,
        End::CancelRequested => desk.request_cancel("enough").await?,
        other => desk.end(other).await?,
    }
    // Without the end of handlers, it ends when the activity does: after ten minutes.
    let result = desk.result_within(Duration::from_secs(10)).await;
    match (end, &result) {
        (End::Returned | End::CancelRequested, Ok(1))
        | (End::ContinuedAsNew, Ok(2))
        | (End::Failed, Err(Error::Failed { .. }))
        | (End::Cancelled, Err(Error::Cancelled { .. })) => {}
        _ => panic!("{case}: {result:?}"),
    }
    let Some(update) = update else { return Ok(()) };
    let told = update.result().await;
    match &told {
        Err(Error::UpdateFailed { update, failure, .. }) => {
            assert_eq!(update, "serve", "{case}");
            // A handler that was told of the cancellation before the end may have had its say.
            if failure.message() != "not served" || end != End::Cancelled {
                assert_eq!(failure.type_name(), Some("AcceptedUpdateCompletedWorkflow"), "{case}");
            }
        }
        _ => panic!("{case}: {told:?}"),
    }
    Ok(())
}

async fn ends_with_every_handler(env: &TestEnv, end: End) -> Result<()> {
    let cases = WAITS.into_iter().flat_map(|wait| [(wait, By::Update), (wait, By::Signal)]);
    let cases = cases.map(|(wait, by)| ends(env, end, wait, by));
    futures_util::future::try_join_all(cases).await?;
    Ok(())
}

#[durable::test(time_skipping = "never")]
async fn a_return_ends_it_at_once(env: TestEnv) -> Result<()> {
    ends_with_every_handler(&env, End::Returned).await
}

#[durable::test(time_skipping = "never")]
async fn a_failure_ends_it_at_once(env: TestEnv) -> Result<()> {
    ends_with_every_handler(&env, End::Failed).await
}

#[durable::test(time_skipping = "never")]
async fn a_cancellation_ends_it_at_once(env: TestEnv) -> Result<()> {
    ends_with_every_handler(&env, End::Cancelled).await
}

#[durable::test(time_skipping = "never")]
async fn the_built_in_cancel_ends_it_at_once(env: TestEnv) -> Result<()> {
    ends_with_every_handler(&env, End::CancelRequested).await
}

#[durable::test(time_skipping = "never")]
async fn continuing_as_new_ends_the_run_at_once(env: TestEnv) -> Result<()> {
    ends_with_every_handler(&env, End::ContinuedAsNew).await
}

#[durable::test(time_skipping = "never")]
async fn an_update_that_the_run_waits_for_is_answered(env: TestEnv) -> Result<()> {
    let patient = Patient::start(env.client()).await?;
    let update = patient.tidy().start().await?;
    patient.close().await?;
    patient.result().await?;
    assert_eq!(update.result().await?, 1);
    Ok(())
}

/// It waits for its handlers before it ends.
#[workflow(queue = "ends")]
#[derive(Default)]
struct Patient {
    closed: bool,
}

#[workflow_methods]
impl Patient {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        ctx.wait_condition(|patient| patient.closed).await?;
        Ok(ctx.handlers_finished().await?)
    }

    #[signal]
    fn close(&mut self) {
        self.closed = true;
    }

    #[update]
    async fn tidy(ctx: &mut WorkflowContext<Self>) -> Result<u32, String> {
        ctx.sleep(Duration::from_secs(1)).await.map_err(|_| "cancelled".to_owned())?;
        tidy_up::execute(ctx).await.map_err(|_| "not tidied".to_owned())?;
        Ok(1)
    }
}
