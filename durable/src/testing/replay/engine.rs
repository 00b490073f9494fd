//! The SDK's replayer, on a thread of its own.
//!
//! Its worker cannot be sent between threads and keeps tasks of its own on a Tokio runtime, so a
//! replay gets both, and leaves neither behind: the caller's runtime may be of any kind, and a panic
//! or an endless loop in the replayed code ends the replay and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use temporalio_client::WorkflowHistory;
use temporalio_common::protos::temporal::api::history::v1::{History, HistoryEvent};
use temporalio_sdk::workflow_replayer::{
    WorkflowReplayFailure, WorkflowReplayer, WorkflowReplayerOptions,
};
use tokio::sync::oneshot;

/// What became of a replay of several histories: of each its failure, or none.
type Outcomes = Vec<Option<WorkflowReplayFailure>>;

/// Why a replay came to no outcome.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Broken {
    /// It did not come to an end.
    #[error("it did not end within {0:?}; the code may loop for ever")]
    Endless(Duration),
    /// The SDK could not replay it.
    #[error("Temporal's SDK could not replay it: {0}")]
    Sdk(String),
}

/// Replays histories, one after the other.
pub(super) async fn replay(
    options: WorkflowReplayerOptions,
    histories: Vec<Vec<HistoryEvent>>,
    timeout: Duration,
) -> Result<Outcomes, Broken> {
    let (sender, outcome) = oneshot::channel();
    let work = move || {
        let outcomes =
            catch_unwind(AssertUnwindSafe(|| on_this_thread(options, histories, timeout)));
        let outcomes = outcomes.unwrap_or_else(|_| Err(Broken::Sdk("it panicked".to_owned())));
        // Nobody listens any more when the replay took too long.
        let _ = sender.send(outcomes);
    };
    thread::Builder::new()
        .name("durable-replay".to_owned())
        .spawn(work)
        .map_err(|error| Broken::Sdk(error.to_string()))?;
    match tokio::time::timeout(timeout, outcome).await {
        Ok(Ok(outcomes)) => outcomes,
        Ok(Err(_)) => Err(Broken::Sdk("its thread ended".to_owned())),
        Err(_) => Err(Broken::Endless(timeout)),
    }
}

fn on_this_thread(
    options: WorkflowReplayerOptions,
    histories: Vec<Vec<HistoryEvent>>,
    timeout: Duration,
) -> Result<Outcomes, Broken> {
    let broken = |error: &dyn std::error::Error| Broken::Sdk(error.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| broken(&error))?;
    let replayer = WorkflowReplayer::new(options).map_err(|error| broken(&error))?;
    let histories = histories.into_iter().map(|events| WorkflowHistory::from(History { events }));
    // The caller's bound is for code that never yields; this one ends the thread too.
    let results = runtime.block_on(async {
        tokio::time::timeout(timeout, replayer.replay_workflows(histories)).await
    });
    // What the SDK still does in the background is of no use any more.
    runtime.shutdown_background();
    let results = results.map_err(|_| Broken::Endless(timeout))?.map_err(|error| broken(&error))?;
    Ok(results.into_iter().map(|result| result.replay_failure).collect())
}
