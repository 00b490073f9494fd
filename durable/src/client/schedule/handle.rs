//! Handles of recurring schedules.

use std::fmt;
use std::time::SystemTime;

use temporalio_client::RpcOptions;
use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::schedules::{
    BackfillScheduleOptions, DeleteScheduleOptions, PauseScheduleOptions, ScheduleBackfill,
    ScheduleDescription as SdkDescription, ScheduleDescriptionAction, ScheduleError,
    ScheduleOverlapPolicy, TriggerScheduleOptions, UnpauseScheduleOptions,
};
use temporalio_client::tonic::IntoRequest as _;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeScheduleRequest, UpdateScheduleRequest,
};

use super::{Operation, ScheduleDescription, ScheduleUpdate, ScheduledWorkflow};
use crate::client::start::request_amender::{self, Amendable};
use crate::client::{Client, Payloads};
use crate::error::Result;

type SdkHandle = temporalio_client::schedules::ScheduleHandle<temporalio_client::Client>;

impl Client {
    /// Returns a handle of the schedule with this id. It does not call the server.
    #[must_use]
    pub fn schedule(&self, schedule_id: impl Into<String>) -> ScheduleHandle {
        ScheduleHandle::new(self, schedule_id.into())
    }
}

/// A handle of a recurring schedule. It is cheap to clone.
///
/// Each call returns after the server has applied it, so sequential calls keep their order. Of
/// several concurrent calls, the server (as of 1.32) may answer all with success and apply only the
/// last one.
#[derive(Clone)]
pub struct ScheduleHandle {
    client: Client,
    schedule_id: String,
}

impl ScheduleHandle {
    pub(super) fn new(client: &Client, schedule_id: String) -> Self {
        Self { client: client.clone(), schedule_id }
    }

    /// Returns the schedule's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.schedule_id
    }

    /// Returns the description of the schedule: its times, state, next and recent runs.
    ///
    /// # Errors
    /// [`ScheduleNotFound`](crate::Error::ScheduleNotFound),
    /// [`Unreachable`](crate::error::ConnectionError::Unreachable), [`Rpc`](crate::Error::Rpc).
    pub async fn describe(&self) -> Result<ScheduleDescription> {
        let operation = self.operation("describe");
        let described = self.described(&operation).await?;
        let workflow = match described.action() {
            ScheduleDescriptionAction::StartWorkflow(action) => {
                let input = action.args::<Payloads>().await;
                ScheduledWorkflow {
                    workflow_type: action.workflow_type().to_owned(),
                    task_queue: action.task_queue().to_owned(),
                    workflow_id: action.workflow_id().to_owned(),
                    input: input
                        .map_err(|error| operation.error(error.into()))?
                        .unwrap_or_default(),
                }
            }
            _ => {
                return Err(operation.invalid(&[
                    "unsupported action: expected one that starts a workflow".to_owned(),
                ]));
            }
        };
        let (memo, attributes) = (described.memo(), described.search_attributes());
        let id = self.schedule_id.clone();
        Ok(ScheduleDescription::new(id, described.into_raw(), workflow, memo, attributes))
    }

    /// Pauses the schedule, so that it acts only when it is triggered.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn pause(&self) -> Result<()> {
        self.pause_with("").await
    }

    /// Pauses the schedule with a note. An empty one keeps the schedule's note.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn pause_with(&self, note: impl Into<String>) -> Result<()> {
        let note = self.kept("pause", note.into()).await?;
        let pausing = async { self.sdk().pause(note, PauseScheduleOptions::default()).await };
        self.apply("pause", pausing).await
    }

    /// Unpauses the schedule.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn unpause(&self) -> Result<()> {
        self.unpause_with("").await
    }

    /// Unpauses the schedule with a note. An empty one keeps the schedule's note.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn unpause_with(&self, note: impl Into<String>) -> Result<()> {
        let note = self.kept("unpause", note.into()).await?;
        let unpausing = async { self.sdk().unpause(note, UnpauseScheduleOptions::default()).await };
        self.apply("unpause", unpausing).await
    }

    /// Starts the workflow now, even if the schedule is paused, with the schedule's overlap policy.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn trigger(&self) -> Result<()> {
        self.trigger_with(ScheduleOverlapPolicy::Unspecified).await
    }

    /// Starts the workflow now, even if the schedule is paused, with this overlap policy.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn trigger_with(&self, overlap: ScheduleOverlapPolicy) -> Result<()> {
        let options = TriggerScheduleOptions::default();
        let triggering = async { self.sdk().trigger(overlap, options).await };
        self.apply("trigger", triggering).await
    }

    /// Starts the workflow now for each time of the spec between `from` and `to`. Use an overlap
    /// policy that does not skip workflows, such as [`ScheduleOverlapPolicy::BufferAll`] or
    /// [`ScheduleOverlapPolicy::AllowAll`].
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn backfill(
        &self,
        from: SystemTime,
        to: SystemTime,
        overlap: ScheduleOverlapPolicy,
    ) -> Result<()> {
        let times = ScheduleBackfill::new(from, to).overlap_policy(overlap).build();
        let options = BackfillScheduleOptions::default();
        let filling = async { self.sdk().backfill([times], options).await };
        self.apply("backfill", filling).await
    }

    /// Updates the schedule. Settings that the closure does not change stay unchanged.
    ///
    /// It reads the schedule and writes it back. Of two concurrent updates the later one wins.
    ///
    /// ```no_run
    /// # async fn example(client: &durable::Client) -> durable::Result<()> {
    /// use durable::client::ScheduleSpec;
    ///
    /// let nightly = client.schedule("nightly-report");
    /// nightly.update(|schedule| {
    ///     schedule.spec(ScheduleSpec::new().cron("0 4 * * *")).note("an hour later");
    /// }).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe), [`InvalidSchedule`](crate::Error::InvalidSchedule), and
    /// for a new workflow [`InvalidOptions`](crate::Error::InvalidOptions) and
    /// [`WrongType`](crate::Error::WrongType).
    pub async fn update(&self, change: impl FnOnce(&mut ScheduleUpdate) + Send) -> Result<()> {
        let operation = self.operation("update");
        let described = self.described(&operation).await?;
        let attributes = described.search_attributes();
        let unchanged = described.into_update();
        let mut update = ScheduleUpdate::new(unchanged.raw().clone(), attributes);
        change(&mut update);
        if !update.problems.is_empty() {
            return Err(operation.invalid(&update.problems));
        }
        update.encode_workflow().await?;
        let request = UpdateScheduleRequest {
            schedule: Some(update.schedule),
            search_attributes: update
                .search_attributes_changed
                .then(|| update.search_attributes.into_proto()),
            ..UpdateScheduleRequest::default()
        };
        // The closure update of the SDK 1.1.1 stores payloads decoded that a codec had encoded.
        // Like the SDK's, this sends no conflict token: the server (as of 1.32) answers a token
        // that does not match with success, and drops the change.
        let amending = request_amender::amending(self.client.sdk(), move |amendable| {
            if let Amendable::UpdateSchedule(update) = amendable {
                update.schedule.clone_from(&request.schedule);
                update.search_attributes.clone_from(&request.search_attributes);
            }
        });
        let sdk = amending.await.map_err(|error| self.client.unreachable(error))?;
        let handle = sdk.get_schedule_handle(&self.schedule_id);
        let updating = async { handle.send_update(unchanged, RpcOptions::default()).await };
        self.apply("update", updating).await
    }

    /// Deletes the schedule. The workflows that it has started continue.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn delete(&self) -> Result<()> {
        let operation = self.operation("delete");
        let deleting = async {
            let deleted = self.sdk().delete(DeleteScheduleOptions::default()).await;
            deleted.map_err(|error| operation.error(error))
        };
        operation.within(deleting).await
    }

    async fn described(&self, operation: &Operation<'_>) -> Result<SdkDescription> {
        let describing = async {
            let described = self.sdk().describe(RpcOptions::default()).await;
            described.map_err(|error| operation.error(error))
        };
        operation.within(describing).await
    }

    /// Returns a note, or else the one that the schedule has. Without either the SDK 1.1.1 writes one.
    async fn kept(&self, verb: &str, note: String) -> Result<Option<String>> {
        if !note.is_empty() {
            return Ok(Some(note));
        }
        let described = self.described(&self.operation(verb)).await?;
        Ok(described.note().map(str::to_owned))
    }

    /// Requests a change, and waits until the server has applied it.
    async fn apply(
        &self,
        verb: &str,
        asking: impl Future<Output = Result<(), ScheduleError>> + Send,
    ) -> Result<()> {
        let operation = self.operation(verb);
        let applying = async {
            asking.await.map_err(|error| operation.error(error))?;
            self.wait_until_applied().await;
            Ok(())
        };
        operation.within(applying).await
    }

    /// Waits until the server has applied a request, by describing the schedule.
    ///
    /// The server (as of 1.32) keeps only the last pending request. Without this a trigger right
    /// after a pause would replace the pause, and both would be answered with success.
    async fn wait_until_applied(&self) {
        let request = DescribeScheduleRequest {
            namespace: self.client.namespace().to_owned(),
            schedule_id: self.schedule_id.clone(),
        };
        // The request itself has succeeded, and the caller may not be allowed to describe the
        // schedule.
        let _ = self.client.sdk().clone().describe_schedule(request.into_request()).await;
    }

    fn sdk(&self) -> SdkHandle {
        self.client.sdk().get_schedule_handle(&self.schedule_id)
    }

    fn operation<'a>(&'a self, verb: &'a str) -> Operation<'a> {
        Operation { client: &self.client, schedule_id: &self.schedule_id, verb }
    }
}

/// Returns the note, or `None` if it is empty: the server (as of 1.32) ignores a request with an empty
/// note, and the SDK has a default one.
impl fmt::Debug for ScheduleHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScheduleHandle")
            .field("schedule_id", &self.schedule_id)
            .finish_non_exhaustive()
    }
}
