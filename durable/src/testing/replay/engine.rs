//! The SDK's replayer, on a thread of its own.
//!
//! Its worker cannot be sent between threads and spawns tasks on a Tokio runtime, so each replay has
//! a thread and a runtime of its own. The caller's runtime may be of any kind, and a panic or an
//! endless loop in the replayed code ends nothing but the replay.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use temporalio_client::WorkflowHistory;
use temporalio_common::protos::temporal::api::history::v1::{History, HistoryEvent};
use temporalio_sdk::workflow_replayer::{
    WorkflowReplayFailure, WorkflowReplayer, WorkflowReplayerOptions,
};
use tokio::sync::oneshot;

use crate::logs::CallersSubscriber;

/// The outcomes of a replay of several histories: for each its failure, or `None`.
type Outcomes = Vec<Option<WorkflowReplayFailure>>;

/// The error of a replay that has no outcome.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum EngineError {
    /// It did not end in time.
    #[error("the replay did not end within {0:?}; the code may loop for ever")]
    TimedOut(Duration),
    /// The SDK could not replay the history.
    #[error("Temporal's SDK cannot replay the history: {0}")]
    Sdk(String),
}

/// Replays histories, one after the other.
pub(super) async fn replay(
    options: WorkflowReplayerOptions,
    histories: Vec<Vec<HistoryEvent>>,
    timeout: Duration,
) -> Result<Outcomes, EngineError> {
    let (sender, outcome) = oneshot::channel();
    let subscriber = CallersSubscriber::current();
    let work = move || {
        let _logging = subscriber.of_this_thread();
        let outcomes =
            catch_unwind(AssertUnwindSafe(|| on_this_thread(options, histories, timeout)));
        let outcomes =
            outcomes.unwrap_or_else(|_| Err(EngineError::Sdk("the replayer panicked".to_owned())));
        // After a timeout there is no receiver any more.
        let _ = sender.send(outcomes);
    };
    thread::Builder::new()
        .name("durable-replay".to_owned())
        .spawn(work)
        .map_err(|error| EngineError::Sdk(error.to_string()))?;
    match tokio::time::timeout(timeout, outcome).await {
        Ok(Ok(outcomes)) => outcomes,
        Ok(Err(_)) => Err(EngineError::Sdk("the replayer's thread ended".to_owned())),
        Err(_) => Err(EngineError::TimedOut(timeout)),
    }
}

fn on_this_thread(
    options: WorkflowReplayerOptions,
    histories: Vec<Vec<HistoryEvent>>,
    timeout: Duration,
) -> Result<Outcomes, EngineError> {
    let broken = |error: &dyn std::error::Error| EngineError::Sdk(error.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| broken(&error))?;
    let replayer = WorkflowReplayer::new(options).map_err(|error| broken(&error))?;
    let histories = histories.into_iter().map(|events| WorkflowHistory::from(History { events }));
    // The caller's timeout is for code that never yields. This one ends the thread too.
    let results = runtime.block_on(async {
        tokio::time::timeout(timeout, replayer.replay_workflows(histories)).await
    });
    // The SDK's background tasks are not needed any more.
    runtime.shutdown_background();
    let results =
        results.map_err(|_| EngineError::TimedOut(timeout))?.map_err(|error| broken(&error))?;
    Ok(results.into_iter().map(|result| result.replay_failure).collect())
}
