//! A handle of one schedule.

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

use super::{Doing, ScheduleDescription, ScheduleUpdate, ScheduledWorkflow};
use crate::client::relay::{self, Amendable};
use crate::client::{Client, Payloads};
use crate::error::Result;

type SdkHandle = temporalio_client::schedules::ScheduleHandle<temporalio_client::Client>;

impl Client {
    /// A handle of the schedule of this id. The server is not asked.
    #[must_use]
    pub fn schedule(&self, schedule_id: impl Into<String>) -> ScheduleHandle {
        ScheduleHandle::new(self, schedule_id.into())
    }
}

/// A handle of one schedule; it is cheap to clone.
///
/// Each call returns when the server has taken up what it asks for, so calls that follow each other
/// keep their order. Of several at the same time, from several tasks or programs, the server (as of
/// 1.32) may answer all with success and do the last one only.
#[derive(Clone)]
pub struct ScheduleHandle {
    client: Client,
    schedule_id: String,
}

impl ScheduleHandle {
    pub(super) fn new(client: &Client, schedule_id: String) -> Self {
        Self { client: client.clone(), schedule_id }
    }

    /// The schedule's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.schedule_id
    }

    /// What the server knows of the schedule: its times, state, next and recent runs.
    ///
    /// # Errors
    /// [`ScheduleNotFound`](crate::Error::ScheduleNotFound),
    /// [`Unreachable`](crate::Error::Unreachable), [`Rpc`](crate::Error::Rpc).
    pub async fn describe(&self) -> Result<ScheduleDescription> {
        let doing = self.doing("describe");
        let described = self.described(&doing).await?;
        let workflow = match described.action() {
            ScheduleDescriptionAction::StartWorkflow(action) => {
                let input = action.args::<Payloads>().await;
                ScheduledWorkflow {
                    workflow_type: action.workflow_type().to_owned(),
                    task_queue: action.task_queue().to_owned(),
                    workflow_id: action.workflow_id().to_owned(),
                    input: input.map_err(|error| doing.error(error.into()))?.unwrap_or_default(),
                }
            }
            _ => return Err(doing.invalid(&["it does something unknown".to_owned()])),
        };
        let (memo, attributes) = (described.memo(), described.search_attributes());
        let id = self.schedule_id.clone();
        Ok(ScheduleDescription::new(id, described.into_raw(), workflow, memo, attributes))
    }

    /// Pauses the schedule: it acts only when it is triggered.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn pause(&self) -> Result<()> {
        self.pause_with("").await
    }

    /// Pauses the schedule, with a note that says why.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn pause_with(&self, note: impl Into<String>) -> Result<()> {
        let note = said(note);
        let pausing = async { self.sdk().pause(note, PauseScheduleOptions::default()).await };
        self.take_up("pause", pausing).await
    }

    /// Lets the schedule go on.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn unpause(&self) -> Result<()> {
        self.unpause_with("").await
    }

    /// Lets the schedule go on, with a note that says why.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn unpause_with(&self, note: impl Into<String>) -> Result<()> {
        let note = said(note);
        let unpausing = async { self.sdk().unpause(note, UnpauseScheduleOptions::default()).await };
        self.take_up("unpause", unpausing).await
    }

    /// Acts now, also when the schedule is paused, with its own overlap policy.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn trigger(&self) -> Result<()> {
        self.trigger_with(ScheduleOverlapPolicy::Unspecified).await
    }

    /// Acts now, also when the schedule is paused, with this overlap policy.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn trigger_with(&self, overlap: ScheduleOverlapPolicy) -> Result<()> {
        let options = TriggerScheduleOptions::default();
        let triggering = async { self.sdk().trigger(overlap, options).await };
        self.take_up("trigger", triggering).await
    }

    /// Acts now for every time of the spec between `from` and `to`, as if it had acted then. Many
    /// times at once ask for an overlap policy that does not skip them, such as
    /// [`ScheduleOverlapPolicy::BufferAll`] or [`ScheduleOverlapPolicy::AllowAll`].
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
        self.take_up("backfill", filling).await
    }

    /// Changes the schedule. The closure says what; the rest stays as it is.
    ///
    /// It reads the schedule and writes it back: of two changes at the same time the later one holds.
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
        let doing = self.doing("update");
        let described = self.described(&doing).await?;
        let attributes = described.search_attributes();
        let unchanged = described.into_update();
        let mut update = ScheduleUpdate::new(unchanged.raw().clone(), attributes);
        change(&mut update);
        if !update.problems.is_empty() {
            return Err(doing.invalid(&update.problems));
        }
        update.settle().await?;
        let request = UpdateScheduleRequest {
            schedule: Some(update.schedule),
            search_attributes: update
                .search_attributes_changed
                .then(|| update.search_attributes.into_proto()),
            ..UpdateScheduleRequest::default()
        };
        // The SDK's own update by closure stores decoded what a codec had encoded. It sends no
        // conflict token, and neither does this: the server answers one that does not match with
        // success, and drops the change.
        let amending = relay::amending(self.client.sdk(), move |amendable| {
            if let Amendable::UpdateSchedule(update) = amendable {
                update.schedule.clone_from(&request.schedule);
                update.search_attributes.clone_from(&request.search_attributes);
            }
        });
        let sdk = amending.await.map_err(|error| self.client.unreachable(error))?;
        let handle = sdk.get_schedule_handle(&self.schedule_id);
        let updating = async { handle.send_update(unchanged, RpcOptions::default()).await };
        self.take_up("update", updating).await
    }

    /// Deletes the schedule. The workflows that it has started go on.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn delete(&self) -> Result<()> {
        let doing = self.doing("delete");
        let deleting = async {
            let deleted = self.sdk().delete(DeleteScheduleOptions::default()).await;
            deleted.map_err(|error| doing.error(error))
        };
        doing.within(deleting).await
    }

    async fn described(&self, doing: &Doing<'_>) -> Result<SdkDescription> {
        let describing = async {
            let described = self.sdk().describe(RpcOptions::default()).await;
            described.map_err(|error| doing.error(error))
        };
        doing.within(describing).await
    }

    /// Asks for a change, and waits until the server has taken it up.
    async fn take_up(
        &self,
        operation: &str,
        asking: impl Future<Output = Result<(), ScheduleError>> + Send,
    ) -> Result<()> {
        let doing = self.doing(operation);
        let taking_up = async {
            asking.await.map_err(|error| doing.error(error))?;
            self.taken_up().await;
            Ok(())
        };
        doing.within(taking_up).await
    }

    /// Waits until the server has taken up what it was asked for, which a description does.
    ///
    /// It keeps one request of a kind (as of 1.32): without this a trigger right after a pause would
    /// take the pause's place, and both would have been answered with success.
    async fn taken_up(&self) {
        let request = DescribeScheduleRequest {
            namespace: self.client.namespace().to_owned(),
            schedule_id: self.schedule_id.clone(),
        };
        // What was asked for has been answered; who may not describe the schedule goes without.
        let _ = self.client.sdk().clone().describe_schedule(request.into_request()).await;
    }

    fn sdk(&self) -> SdkHandle {
        self.client.sdk().get_schedule_handle(&self.schedule_id)
    }

    fn doing<'a>(&'a self, operation: &'a str) -> Doing<'a> {
        Doing { client: &self.client, schedule_id: &self.schedule_id, operation }
    }
}

/// A note; the server takes an empty one for no request at all, and the SDK has words for that.
fn said(note: impl Into<String>) -> Option<String> {
    Some(note.into()).filter(|note| !note.is_empty())
}

impl fmt::Debug for ScheduleHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScheduleHandle")
            .field("schedule_id", &self.schedule_id)
            .finish_non_exhaustive()
    }
}
