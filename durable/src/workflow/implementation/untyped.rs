//! A run of a workflow without the type of the workflow.
//!
//! Rustc compiles generic code once for each workflow, in the user's crate. So the adapter only holds the type,
//! and everything else is written for these traits.

use std::any::Any;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::SystemTime;

use temporalio_common::data_converters::PayloadConverter;
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_sdk::WorkflowCancellationToken;

use super::adapter::NoState;
use super::user_code::Execution;
use crate::definition::exact::Json;
use crate::error::task_size::Run;
use crate::workflow::context::cancellation::Cancellation;

/// A [`WorkflowAdapter`](super::adapter::WorkflowAdapter).
pub(crate) trait UntypedAdapter {
    fn as_any(&self) -> &dyn Any;
    fn execution(&self) -> &Rc<Execution>;
    fn cancellation(&self) -> &Cancellation;
    /// Makes the state if there is none yet, and returns the reason if it can't be made.
    fn no_state(&self, is_silent: bool) -> Option<&NoState>;
    /// Returns the user's state as JSON, or `None` if it is not `Serialize`.
    fn serialized(&self) -> Option<serde_json::Result<Json>>;
}

/// A run, by the SDK's context of it.
pub(crate) trait UntypedRun: Run {
    /// Returns the SDK's context.
    fn context(&self) -> &dyn Any;
    fn execution(&self) -> &Rc<Execution>;
    fn adapter(&self, read: &mut dyn FnMut(&dyn UntypedAdapter));
    fn converter(&self) -> &PayloadConverter;
    fn memo(&self) -> HashMap<String, Payload>;
    /// Returns the token that the server cancels.
    fn workflow_token(&self) -> WorkflowCancellationToken;
    /// Returns the time of the workflow.
    fn time(&self) -> Option<SystemTime>;
    /// Wakes the conditions of the run.
    fn wake(&self);
    /// Fails the workflow task.
    fn fail_task(&self, message: String);
    fn set_details(&self, details: String);
}

impl dyn UntypedRun + '_ {
    /// Makes the state if there is none yet, and returns the reason if it can't be made.
    pub(super) fn no_state(&self, is_silent: bool) -> Option<NoState> {
        let mut no_state = None;
        self.adapter(&mut |adapter| no_state = adapter.no_state(is_silent).cloned());
        no_state
    }

    /// Requests cancellation, as the built-in signal `cancel` does.
    pub(super) fn cancel(&self, reason: Option<&str>) {
        let mut cancellation = None;
        self.adapter(&mut |adapter| cancellation = Some(adapter.cancellation().clone()));
        if let Some(cancellation) = cancellation {
            cancellation.request(&|| self.workflow_token(), reason);
        }
        // Wakes the conditions, which may use `is_cancelled`.
        self.wake();
    }
}
