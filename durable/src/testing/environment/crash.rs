//! Kills the workers of a test at points of its run, and starts others.

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
use crate::testing::workers::{Generation, Plan};

/// How many times the workers are killed in a run.
const KILLS: u64 = 3;

/// How often it is looked for attempts that nobody works on any more.
const LOOK: Duration = Duration::from_millis(200);

/// The workers that are alive, if any are.
pub(super) type Alive = Arc<Mutex<Option<Generation>>>;

/// The steps of a run at which its workers are killed, spread over as many as the run had that was
/// not disturbed.
pub(super) fn points(steps: u64) -> Vec<u64> {
    let mut points: Vec<_> = (1..=KILLS).map(|kill| (steps * kill / (KILLS + 1)).max(1)).collect();
    points.dedup();
    points
}

/// What kills workers and starts others.
pub(super) struct Crash {
    pub(super) points: Vec<u64>,
    pub(super) plan: Plan,
    pub(super) client: Client,
    pub(super) time: Arc<Time>,
    pub(super) alive: Alive,
    /// The identities of the workers that were killed.
    pub(super) dead: BTreeSet<String>,
}

impl Crash {
    /// Kills and starts workers as the steps come. Runs until it is dropped.
    ///
    /// # Errors
    /// When workers do not start again; the test then has none.
    pub(super) async fn run(mut self) -> Result<()> {
        let mut steps = self.plan.stage.watch.steps();
        for point in std::mem::take(&mut self.points) {
            tokio::select! {
                () = self.mourn() => {}
                reached = steps.wait_for(|steps| *steps >= point) => drop(reached),
            }
            let mut alive = self.alive.lock().await;
            let Some(generation) = alive.take() else { return Ok(()) };
            tracing::info!(step = point, "killing the workers of the test");
            self.dead.insert(generation.identity().to_owned());
            generation.kill().await;
            *alive = Some(Generation::start(&self.plan).await?);
        }
        self.mourn().await;
        Ok(())
    }

    /// Tells the server, again and again, what it would find out only when attempts time out, which
    /// may take the better part of an hour: that nobody works on them any more.
    async fn mourn(&self) {
        loop {
            for workflow_id in self.time.workflow_ids() {
                self.time_out_lost_attempts(&workflow_id).await;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn time_out_lost_attempts(&self, workflow_id: &str) {
        // A workflow of which the server does not tell now is looked at the next time.
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

/// What the server itself notes of an attempt that nobody has ended in time.
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
