//! Kills the workers of a test at several points of its run, and starts new ones.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::IntoRequest as _;
use temporalio_common::protos::temporal::api::enums::v1::{PendingActivityState, TimeoutType};
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;
use temporalio_common::protos::temporal::api::failure::v1::{Failure, TimeoutFailureInfo};
use temporalio_common::protos::temporal::api::workflowservice::v1::RespondActivityTaskFailedByIdRequest;
use tokio::sync::Mutex;

use crate::client::Client;
use crate::error::Result;
use crate::testing::time::Time;
use crate::testing::workers::{TestWorkers, WorkerSetup};

/// The number of times that the workers are killed in a run.
const KILLS: u64 = 3;

/// The interval between two checks for attempts that were lost with their worker.
const CHECK_INTERVAL: Duration = Duration::from_millis(200);

/// The running workers, if there are any.
pub(super) type CurrentWorkers = Arc<Mutex<Option<TestWorkers>>>;

/// Returns the steps at which the workers of a run are killed, spread evenly over the number of
/// steps of the run before it.
pub(super) fn points(steps: u64) -> Vec<u64> {
    let mut points: Vec<_> = (1..=KILLS).map(|kill| (steps * kill / (KILLS + 1)).max(1)).collect();
    points.dedup();
    points
}

/// Kills workers and starts new ones.
pub(super) struct Crash {
    pub(super) points: Vec<u64>,
    pub(super) setup: WorkerSetup,
    pub(super) client: Client,
    pub(super) time: Arc<Time>,
    pub(super) workers: CurrentWorkers,
    /// The identities of the workers that were killed.
    pub(super) dead: BTreeSet<String>,
}

impl Crash {
    /// Kills and starts workers as the steps are reached. Runs until it is dropped.
    ///
    /// # Errors
    /// Returns an error if workers do not start again; the test then has none.
    pub(super) async fn run(mut self) -> Result<()> {
        let mut steps = self.setup.shared.watch.steps();
        for point in std::mem::take(&mut self.points) {
            tokio::select! {
                () = self.time_out_lost_attempts() => {}
                reached = steps.wait_for(|steps| *steps >= point) => drop(reached),
            }
            let mut workers = self.workers.lock().await;
            let Some(running) = workers.take() else { return Ok(()) };
            tracing::info!(step = point, "killing the workers of the test");
            self.dead.insert(running.identity().to_owned());
            running.kill().await;
            *workers = Some(TestWorkers::start(&self.setup).await?);
        }
        self.time_out_lost_attempts().await;
        Ok(())
    }

    /// Reports the attempts of killed workers to the server as timed out, again and again. The server
    /// would find out only at their timeout, which may be long.
    async fn time_out_lost_attempts(&self) {
        loop {
            for workflow_id in self.time.workflow_ids() {
                self.time_out_attempts_of(&workflow_id).await;
            }
            tokio::time::sleep(CHECK_INTERVAL).await;
        }
    }

    async fn time_out_attempts_of(&self, workflow_id: &str) {
        // A workflow that cannot be described now is looked at the next time.
        let Some(described) = self.time.running(workflow_id).await else { return };
        let mut sdk = self.client.sdk().clone();
        for pending in described.pending_activities {
            let started = pending.state() == PendingActivityState::Started;
            if !started || !self.dead.contains(&pending.last_worker_identity) {
                continue;
            }
            let request = RespondActivityTaskFailedByIdRequest {
                namespace: self.client.namespace().to_owned(),
                workflow_id: workflow_id.to_owned(),
                activity_id: pending.activity_id.clone(),
                failure: Some(timed_out()),
                ..RespondActivityTaskFailedByIdRequest::default()
            };
            let told = sdk.respond_activity_task_failed_by_id(request.into_request()).await;
            tracing::debug!(workflow_id, pending.activity_id, ok = told.is_ok(), "lost an attempt");
        }
    }
}

/// Returns the failure that the server itself records for an attempt that has timed out.
fn timed_out() -> Failure {
    Failure {
        message: "the worker was killed by the test".to_owned(),
        failure_info: Some(FailureInfo::TimeoutFailureInfo(TimeoutFailureInfo {
            timeout_type: TimeoutType::StartToClose.into(),
            ..TimeoutFailureInfo::default()
        })),
        ..Failure::default()
    }
}

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn kills_are_spread_over_the_run() {
        assert_eq!(points(40), [10, 20, 30]);
        assert_eq!(points(4), [1, 2, 3]);
        assert_eq!(points(1), [1]);
        assert_eq!(points(0), [1]);
    }
}
