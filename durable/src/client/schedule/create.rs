//! Creating recurring schedules.

use std::fmt;
use std::future::IntoFuture;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use temporalio_client::schedules::{CreateScheduleOptions, ScheduleOverlapPolicy};
use temporalio_common::MemoValues;
use temporalio_common::data_converters::{
    SerializationContextData, TemporalSerializable, WorkflowSerializationContext,
};
use temporalio_common::protos::temporal::api::common::v1::Memo;
use temporalio_common::protos::temporal::api::schedule::v1::{
    BackfillRequest, Schedule, SchedulePatch, TriggerImmediatelyRequest,
};
use temporalio_common::protos::temporal::api::workflowservice::v1::CreateScheduleRequest;
use temporalio_common::search_attributes::{
    SearchAttributeKey, SearchAttributeValue, SearchAttributes,
};

use super::{Operation, ScheduleHandle, ScheduleSpec, ScheduleUpdate, action, overlap_number};
use crate::client::start::request_amender::{self, Amendable};
use crate::client::{Client, HasHandle, StartCall};
use crate::definition::{Payload, Workflow};
use crate::error::Result;

impl<W: Workflow> StartCall<W> {
    /// Creates a recurring schedule, by which the server starts the workflow at the times of the spec.
    ///
    /// The workflow's id is that of the start, or the schedule's id instead of a UUID. The server
    /// appends the time of each run. Set the options of the start before this call, and those of
    /// the schedule after it.
    ///
    /// ```no_run
    /// # use durable::prelude::*;
    /// # #[workflow(queue = "reports")]
    /// # #[derive(Default)]
    /// # struct ReportWorkflow;
    /// # #[workflow_methods]
    /// # impl ReportWorkflow {
    /// #     #[run]
    /// #     async fn run(_region: String) -> WorkflowResult<()> { Ok(()) }
    /// # }
    /// # async fn example(client: &Client) -> durable::Result<()> {
    /// use durable::client::{ScheduleOverlapPolicy, ScheduleSpec};
    ///
    /// let nightly = ReportWorkflow::start(client, "north".into())
    ///     .run_timeout(Duration::from_secs(3600))
    ///     .create_schedule("nightly-report", ScheduleSpec::new().cron("0 3 * * *"))
    ///     .overlap(ScheduleOverlapPolicy::BufferOne)
    ///     .await?;
    /// nightly.trigger().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A recurring schedule does not support a start's cron schedule, start delay, request id, eager start,
    /// idempotency or id policies.
    pub fn create_schedule(
        self,
        schedule_id: impl Into<String>,
        spec: ScheduleSpec,
    ) -> CreateScheduleCall<W> {
        let mut settings = ScheduleUpdate::new(Schedule::default(), SearchAttributes::default());
        settings.spec(spec);
        CreateScheduleCall {
            start: self,
            schedule_id: schedule_id.into(),
            settings,
            memo: MemoValues::new(),
            patch: SchedulePatch::default(),
        }
    }
}

/// A builder of a recurring schedule. Awaiting it creates the schedule and returns its handle.
///
/// # Errors
/// - [`Error::ScheduleExists`]: a recurring schedule with this id exists.
/// - [`Error::InvalidSchedule`]: the spec or a policy is invalid; the source tells which.
/// - [`Error::InvalidOptions`]: the workflow's options are invalid, or not supported on a recurring schedule.
/// - [`Error::WrongType`], [`ConnectionError::Unreachable`], [`Error::Rpc`].
///
/// [`Error::ScheduleExists`]: crate::Error::ScheduleExists
/// [`Error::InvalidSchedule`]: crate::Error::InvalidSchedule
/// [`Error::InvalidOptions`]: crate::Error::InvalidOptions
/// [`Error::WrongType`]: crate::Error::WrongType
/// [`ConnectionError::Unreachable`]: crate::error::ConnectionError::Unreachable
/// [`Error::Rpc`]: crate::Error::Rpc
#[must_use = "a schedule is created only when this is awaited"]
pub struct CreateScheduleCall<W: Workflow> {
    start: StartCall<W>,
    schedule_id: String,
    settings: ScheduleUpdate,
    memo: MemoValues,
    patch: SchedulePatch,
}

impl<W: Workflow> CreateScheduleCall<W> {
    /// Sets the policy for a time at which the last workflow is still running. Defaults to skipping
    /// that time.
    pub fn overlap(mut self, policy: ScheduleOverlapPolicy) -> Self {
        self.settings.overlap(policy);
        self
    }

    /// Sets the longest delay after which a missed time is still acted on, for example if the
    /// server was down. Defaults to one year. The minimum is 10 seconds.
    pub fn catchup_window(mut self, window: Duration) -> Self {
        self.settings.catchup_window(window);
        self
    }

    /// Pauses the schedule when a workflow fails or times out.
    pub fn pause_on_failure(mut self) -> Self {
        self.settings.pause_on_failure(true);
        self
    }

    /// Keeps the workflow's id unchanged, without the appended time. The server 1.32 stores this
    /// setting but ignores it.
    pub fn keep_original_workflow_id(mut self) -> Self {
        self.settings.keep_original_workflow_id(true);
        self
    }

    /// Limits the number of times that the schedule acts, triggers not included. Defaults to no
    /// limit.
    pub fn remaining_actions(mut self, actions: u32) -> Self {
        self.settings.remaining_actions(actions);
        self
    }

    /// Creates the schedule paused.
    pub fn paused(mut self) -> Self {
        self.settings.paused(true);
        self
    }

    /// Sets a note about the schedule's state, for people.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.settings.note(note);
        self
    }

    /// Starts the workflow once when the schedule is created.
    pub fn trigger_immediately(mut self) -> Self {
        self.patch.trigger_immediately = Some(TriggerImmediatelyRequest::default());
        self
    }

    /// Starts the workflow for each time of the spec between `from` and `to` when the schedule is
    /// created, with this overlap policy.
    pub fn backfill(
        mut self,
        from: SystemTime,
        to: SystemTime,
        overlap: ScheduleOverlapPolicy,
    ) -> Self {
        self.patch.backfill_request.push(BackfillRequest {
            start_time: Some(from.into()),
            end_time: Some(to.into()),
            overlap_policy: overlap_number(overlap),
        });
        self
    }

    /// Attaches a value to the schedule that can be read, but not searched by.
    pub fn memo<T>(mut self, key: impl Into<String>, value: T) -> Self
    where
        T: TemporalSerializable + Send + Sync + 'static,
    {
        self.memo.insert(key, value);
        self
    }

    /// Attaches a value that recurring schedules can be searched by. The attribute must exist on the server.
    pub fn search_attribute<T: SearchAttributeValue>(
        mut self,
        key: &SearchAttributeKey<T>,
        value: T,
    ) -> Self {
        self.settings.search_attribute(key, value);
        self
    }
}

impl<W> IntoFuture for CreateScheduleCall<W>
where
    W: HasHandle,
    W::Input: Payload,
{
    type Output = Result<ScheduleHandle>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { mut start, schedule_id, mut settings, memo, patch } = self;
        async move {
            let client = start.client.clone();
            if schedule_id.is_empty() {
                settings.problems.push("the schedule id is empty".to_owned());
            }
            start.set_default_id(&schedule_id);
            let start = start.encoded().await?;
            let operation =
                Operation { client: &client, schedule_id: &schedule_id, verb: "create" };
            if !settings.problems.is_empty() {
                return Err(operation.invalid(&settings.problems));
            }
            settings.schedule.action = Some(action(start));
            let attributes = (!settings.search_attributes.is_empty())
                .then(|| settings.search_attributes.to_proto());
            let request = CreateScheduleRequest {
                schedule: Some(settings.schedule),
                initial_patch: (patch != SchedulePatch::default()).then_some(patch),
                memo: encoded(&client, &memo)
                    .await
                    .map_err(|error| operation.error(error.into()))?,
                search_attributes: attributes,
                ..CreateScheduleRequest::default()
            };
            operation.within(create(&client, &schedule_id, request)).await?;
            Ok(ScheduleHandle::new(&client, schedule_id))
        }
        .boxed()
    }
}

/// Creates the schedule with the SDK's client, so that interceptors are called. Settings that the
/// SDK's options lack are added to the request.
async fn create(client: &Client, schedule_id: &str, create: CreateScheduleRequest) -> Result<()> {
    use temporalio_client::schedules::{ScheduleAction, ScheduleSpec};
    use temporalio_common::protos::temporal::api::schedule::v1::schedule_action::Action;

    let operation = Operation { client, schedule_id, verb: "create" };
    let schedule = create.schedule.clone().unwrap_or_default();
    let state = schedule.state.unwrap_or_default();
    let Some(Action::StartWorkflow(workflow)) = schedule.action.and_then(|action| action.action)
    else {
        return Err(operation.invalid(&["expected an action that starts a workflow".to_owned()]));
    };
    let options = CreateScheduleOptions::builder()
        .action(ScheduleAction::StartWorkflow {
            workflow_type: workflow.workflow_type.unwrap_or_default().name,
            task_queue: workflow.task_queue.unwrap_or_default().name,
            workflow_id: workflow.workflow_id,
            input: None,
        })
        .spec(ScheduleSpec::default())
        .paused(state.paused)
        .note(state.notes)
        .build();
    let amending = request_amender::amending(client.sdk(), move |request| {
        if let Amendable::CreateSchedule(request) = request {
            request.schedule.clone_from(&create.schedule);
            request.initial_patch.clone_from(&create.initial_patch);
            request.memo.clone_from(&create.memo);
            request.search_attributes.clone_from(&create.search_attributes);
        }
    });
    let sdk = amending.await.map_err(|error| client.unreachable(error))?;
    let created = sdk.create_schedule(schedule_id, options).await;
    created.map(drop).map_err(|error| operation.error(error))
}

async fn encoded(
    client: &Client,
    memo: &MemoValues,
) -> Result<Option<Memo>, temporalio_common::data_converters::PayloadConversionError> {
    let converter = &client.sdk().options().data_converter;
    let context = SerializationContextData::Workflow(WorkflowSerializationContext::new());
    let mut encoded = Memo::default();
    for (key, value) in memo.iter() {
        let payload = converter.to_payload(&context, value).await?;
        encoded.fields.insert(key.to_owned(), payload);
    }
    Ok((!encoded.fields.is_empty()).then_some(encoded))
}

impl<W: Workflow> fmt::Debug for CreateScheduleCall<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateScheduleCall")
            .field("schedule_id", &self.schedule_id)
            .field("workflow_type", &self.start.name())
            .finish_non_exhaustive()
    }
}
