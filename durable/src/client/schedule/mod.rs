//! Recurring schedules: workflows that the server starts repeatedly.
//!
//! The workflow is given as a [`StartCall`](crate::client::StartCall), with the same options and merging as for
//! every start. The times are given as a [`ScheduleSpec`]. The Temporal concept is the
//! [schedule](https://docs.temporal.io/schedule).

mod create;
mod description;
mod duration;
mod handle;
mod list;
#[cfg(feature = "axum")]
mod page;
mod spec;
mod update;

pub use create::CreateScheduleCall;
pub use description::{ScheduleDescription, ScheduleRun, ScheduledWorkflow};
pub use handle::ScheduleHandle;
pub use list::{ListSchedulesCall, ScheduleSummary};
pub use spec::{Calendar, ScheduleSpec};
pub use update::ScheduleUpdate;

use temporalio_client::schedules::{ScheduleError, ScheduleOverlapPolicy};
use temporalio_client::tonic::{Code, Status};
use temporalio_common::protos::temporal::api::schedule::v1::schedule_action::Action;
use temporalio_common::protos::temporal::api::schedule::v1::{
    ScheduleAction, ScheduleSpec as RawSpec,
};
use temporalio_common::protos::temporal::api::workflow::v1::NewWorkflowExecutionInfo;
use temporalio_common::protos::temporal::api::workflowservice::v1::StartWorkflowExecutionRequest;

use crate::client::Client;
use crate::error::{Error, Result, payload_error, unknown_search_attribute};
use crate::instrumentation;

/// An operation on a recurring schedule, as the context of its errors.
struct Operation<'a> {
    client: &'a Client,
    schedule_id: &'a str,
    verb: &'a str,
}

impl Operation<'_> {
    fn error(&self, error: ScheduleError) -> Error {
        match error {
            ScheduleError::Rpc(status) => self.rpc(status),
            ScheduleError::PayloadConversion(error) => Error::WrongType {
                what: format!("value to {} schedule `{}`", self.verb, self.schedule_id),
                cause: payload_error(error).into(),
            },
            other => self.rpc(Status::from_error(other.into())),
        }
    }

    fn rpc(&self, status: Status) -> Error {
        let schedule_id = self.schedule_id.to_owned();
        match status.code() {
            Code::AlreadyExists => Error::ScheduleExists { schedule_id },
            Code::InvalidArgument if unknown_search_attribute(status.message()).is_some() => {
                self.client.refused(self.what(), status)
            }
            Code::NotFound => Error::ScheduleNotFound { schedule_id, source: status.into() },
            Code::InvalidArgument => {
                Error::InvalidSchedule { schedule_id, cause: status.message().into() }
            }
            Code::Unavailable => self.client.unreachable(status),
            _ => Error::Rpc { operation: self.what(), cause: status.into() },
        }
    }

    /// Returns the operation and its schedule, for messages.
    fn what(&self) -> String {
        format!("{} schedule `{}`", self.verb, self.schedule_id)
    }

    /// Limits the call to the client's timeout.
    fn within<T>(&self, call: impl Future<Output = Result<T>>) -> impl Future<Output = Result<T>> {
        self.client.within(None, || self.what(), call)
    }

    fn invalid(&self, problems: &[String]) -> Error {
        let schedule_id = self.schedule_id.to_owned();
        Error::InvalidSchedule { schedule_id, cause: problems.join("; ").into() }
    }
}

/// Converts a start request to the action of a recurring schedule.
fn action(mut start: StartWorkflowExecutionRequest) -> ScheduleAction {
    instrumentation::link(&mut start.header);
    let action = NewWorkflowExecutionInfo {
        workflow_id: start.workflow_id,
        workflow_type: start.workflow_type,
        task_queue: start.task_queue,
        input: start.input,
        workflow_execution_timeout: start.workflow_execution_timeout,
        workflow_run_timeout: start.workflow_run_timeout,
        workflow_task_timeout: start.workflow_task_timeout,
        workflow_id_reuse_policy: start.workflow_id_reuse_policy,
        retry_policy: start.retry_policy,
        cron_schedule: start.cron_schedule,
        memo: start.memo,
        search_attributes: start.search_attributes,
        header: start.header,
        user_metadata: start.user_metadata,
        versioning_override: start.versioning_override,
        priority: start.priority,
    };
    ScheduleAction { action: Some(Action::StartWorkflow(action)) }
}

fn overlap_number(policy: ScheduleOverlapPolicy) -> i32 {
    match policy {
        ScheduleOverlapPolicy::Skip => 1,
        ScheduleOverlapPolicy::BufferOne => 2,
        ScheduleOverlapPolicy::BufferAll => 3,
        ScheduleOverlapPolicy::CancelOther => 4,
        ScheduleOverlapPolicy::TerminateOther => 5,
        ScheduleOverlapPolicy::AllowAll => 6,
        // Unspecified: the server chooses.
        _ => 0,
    }
}

fn overlap_policy(number: i32) -> ScheduleOverlapPolicy {
    match number {
        1 => ScheduleOverlapPolicy::Skip,
        2 => ScheduleOverlapPolicy::BufferOne,
        3 => ScheduleOverlapPolicy::BufferAll,
        4 => ScheduleOverlapPolicy::CancelOther,
        5 => ScheduleOverlapPolicy::TerminateOther,
        6 => ScheduleOverlapPolicy::AllowAll,
        _ => ScheduleOverlapPolicy::Unspecified,
    }
}
