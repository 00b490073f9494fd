//! The implementations of the untyped traits, by the adapter and the SDK's context.

use std::any::Any;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::SystemTime;

use temporalio_common::data_converters::PayloadConverter;
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_sdk::WorkflowCancellationToken;

use super::adapter::{NoState, WorkflowAdapter};
use super::code::WorkflowCode;
use super::untyped::{UntypedAdapter, UntypedRun};
use super::user_code::Execution;
use crate::definition::Payload as PayloadType;
use crate::definition::exact::Json;
use crate::error::task_size::{Run, Sent};
use crate::workflow::context::cancellation::Cancellation;

type Sdk<W> = temporalio_sdk::WorkflowContext<WorkflowAdapter<W>>;

impl<W: WorkflowCode<Input: PayloadType>> UntypedAdapter for WorkflowAdapter<W> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn execution(&self) -> &Rc<Execution> {
        &self.execution
    }

    fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    fn no_state(&self, is_silent: bool) -> Option<&NoState> {
        self.made(is_silent).as_ref().err()
    }

    fn serialized(&self) -> Option<serde_json::Result<Json>> {
        self.state().serialized()
    }
}

/// The one implementation of [`UntypedRun`].
pub(super) struct SdkRun<W> {
    context: Sdk<W>,
    execution: Rc<Execution>,
}

impl<W: WorkflowCode<Input: PayloadType>> SdkRun<W> {
    pub(super) fn shared(context: Sdk<W>) -> Rc<dyn UntypedRun> {
        let execution = context.state(|adapter| Rc::clone(&adapter.execution));
        Rc::new(Self { context, execution })
    }
}

impl<W: WorkflowCode<Input: PayloadType>> UntypedRun for SdkRun<W> {
    fn context(&self) -> &dyn Any {
        &self.context
    }

    fn execution(&self) -> &Rc<Execution> {
        &self.execution
    }

    fn adapter(&self, read: &mut dyn FnMut(&dyn UntypedAdapter)) {
        self.context.state(|adapter| read(adapter));
    }

    fn converter(&self) -> &PayloadConverter {
        self.context.payload_converter()
    }

    fn memo(&self) -> HashMap<String, Payload> {
        self.context.memo().into_raw().fields
    }

    fn workflow_token(&self) -> WorkflowCancellationToken {
        self.context.cancellation_token()
    }

    fn time(&self) -> Option<SystemTime> {
        self.context.workflow_time()
    }

    fn wake(&self) {
        self.context.state_mut(|_| ());
    }

    fn fail_task(&self, message: String) {
        self.context.force_task_fail(message);
    }

    fn set_details(&self, details: String) {
        self.context.set_current_details(details);
    }
}

impl<W: WorkflowCode<Input: PayloadType>> Run for SdkRun<W> {
    fn is_replaying(&self) -> bool {
        self.context.is_replaying_history_events()
    }

    fn task(&self) -> u32 {
        self.context.history_length()
    }

    fn mark(&self, id: &str) -> bool {
        self.context.patched(id)
    }

    fn sent(&self) -> &Rc<Sent> {
        self.execution.sent()
    }
}
