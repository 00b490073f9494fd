//! Operations on all workflows of a list, which the server carries out.

use std::time::Duration;

use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::{Code, IntoRequest as _, Status};
use temporalio_client::{NamespacedClient as _, WorkflowExecutionStatus};
use temporalio_common::data_converters::{SerializationContextData, WorkflowSerializationContext};
use temporalio_common::payload_visitor::encode_payloads;
use temporalio_common::protos::temporal::api::batch::v1::{
    BatchOperationCancellation, BatchOperationReset, BatchOperationSignal,
    BatchOperationTermination,
};
use temporalio_common::protos::temporal::api::common::v1::{
    Payloads as RawPayloads, ResetOptions, reset_options,
};
use temporalio_common::protos::temporal::api::enums::v1::BatchOperationState;
use temporalio_common::protos::temporal::api::workflowservice::v1::start_batch_operation_request::Operation;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeBatchOperationRequest, StartBatchOperationRequest,
};
use uuid::Uuid;

use super::ListWorkflowsCall;
use crate::client::{Client, HasHandle, Payloads, ResetPoint};
use crate::error::{Error, Result};

/// The time between two looks at a batch.
const INTERVAL: Duration = Duration::from_millis(250);

/// An operation on many workflows, which the server carries out one after the other.
#[derive(Debug, Clone)]
pub struct Batch {
    client: Client,
    id: String,
}

/// The progress of a [`Batch`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchProgress {
    /// The number of workflows. It is 0 until the server has counted them.
    pub total: u64,
    /// The number of workflows on which the operation succeeded.
    pub succeeded: u64,
    /// The number of workflows on which the operation failed.
    pub failed: u64,
    /// True once the server has come to the end.
    pub is_done: bool,
}

impl<W: HasHandle> ListWorkflowsCall<W> {
    /// Requests the cancellation of all running workflows of the list.
    ///
    /// # Errors
    /// The errors of the list. [`Error::InvalidQuery`], also if the list has no condition.
    pub async fn cancel_all(self, reason: impl Into<String>) -> Result<Batch> {
        let identity = self.client.sdk().identity();
        let operation = Operation::CancellationOperation(BatchOperationCancellation { identity });
        self.running().batch("cancel", operation, reason.into()).await
    }

    /// Ends all running workflows of the list at once.
    ///
    /// # Errors
    /// Those of [`cancel_all`](Self::cancel_all).
    pub async fn terminate_all(self, reason: impl Into<String>) -> Result<Batch> {
        let identity = self.client.sdk().identity();
        let operation = BatchOperationTermination { identity, details: None };
        let operation = Operation::TerminationOperation(operation);
        self.running().batch("terminate", operation, reason.into()).await
    }

    /// Sends a signal, by its name, to all running workflows of the list.
    ///
    /// # Errors
    /// Those of [`cancel_all`](Self::cancel_all), and [`Error::WrongType`] if the input can't be
    /// converted.
    pub async fn signal_all(
        self,
        signal: impl Into<String>,
        input: impl Into<Payloads>,
        reason: impl Into<String>,
    ) -> Result<Batch> {
        let mut input = RawPayloads { payloads: input.into().payloads()? };
        let converter = &self.client.sdk().options().data_converter;
        let context = SerializationContextData::Workflow(WorkflowSerializationContext::new());
        let encoded = encode_payloads(&mut input, converter.codec(), &context).await;
        encoded.map_err(|error| Error::WrongType {
            what: "input of the signal".to_owned(),
            cause: crate::error::payload_error(error).into(),
        })?;
        let operation = Operation::SignalOperation(BatchOperationSignal {
            signal: signal.into(),
            input: Some(input),
            header: None,
            identity: self.client.sdk().identity(),
        });
        self.running().batch("signal", operation, reason.into()).await
    }

    /// Resets all workflows of the list, also those that have ended. An event is no point for many.
    ///
    /// # Errors
    /// Those of [`cancel_all`](Self::cancel_all), and [`Error::NoResetPoint`] for an event.
    pub async fn reset_all(self, point: ResetPoint, reason: impl Into<String>) -> Result<Batch> {
        use reset_options::Target;
        let target = match point {
            ResetPoint::FirstWorkflowTask => Target::FirstWorkflowTask(()),
            ResetPoint::LastWorkflowTask => Target::LastWorkflowTask(()),
            ResetPoint::BuildId(id) => Target::BuildId(id),
            ResetPoint::Event(_) => {
                let workflow_id = self.query();
                return Err(Error::NoResetPoint { workflow_id, point: point.to_string() });
            }
        };
        let options = ResetOptions { target: Some(target), ..ResetOptions::default() };
        let operation = Operation::ResetOperation(BatchOperationReset {
            identity: self.client.sdk().identity(),
            options: Some(options),
            ..BatchOperationReset::default()
        });
        self.batch("reset", operation, reason.into()).await
    }

    /// Selects the running workflows, as the server does for operations that only they accept.
    pub(crate) fn running(mut self) -> Self {
        if self.statuses.is_empty() {
            self = self.status(WorkflowExecutionStatus::Running);
        }
        self
    }

    async fn batch(self, verb: &str, operation: Operation, reason: String) -> Result<Batch> {
        let query = self.clauses().checked()?;
        let id = Uuid::new_v4().to_string();
        let request = StartBatchOperationRequest {
            namespace: self.client.namespace().to_owned(),
            visibility_query: query.clone(),
            job_id: id.clone(),
            reason: if reason.is_empty() { verb.to_owned() } else { reason },
            operation: Some(operation),
            ..StartBatchOperationRequest::default()
        };
        let client = self.client;
        let starting = async {
            let started = client.sdk().clone().start_batch_operation(request.into_request()).await;
            started.map_err(|status| client.query_status(&query, status))
        };
        client.within(None, || format!("{verb} workflows"), starting).await?;
        Ok(Batch { client, id })
    }
}

impl Batch {
    /// Returns the id of the batch.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Asks for the progress.
    ///
    /// # Errors
    /// [`Unreachable`](crate::error::ConnectionError::Unreachable), [`Error::Rpc`].
    pub async fn progress(&self) -> Result<BatchProgress> {
        let request = DescribeBatchOperationRequest {
            namespace: self.client.namespace().to_owned(),
            job_id: self.id.clone(),
        };
        let what = || format!("describe batch `{}`", self.id);
        let asking = async {
            let mut client = self.client.sdk().clone();
            let asked = client.describe_batch_operation(request.into_request()).await;
            asked.map_err(|status: Status| match status.code() {
                Code::Unavailable => self.client.unreachable(status),
                _ => Error::Rpc { operation: what(), cause: status.into() },
            })
        };
        let told = self.client.within(None, what, asking).await?.into_inner();
        let count = |count: i64| count.try_into().unwrap_or_default();
        Ok(BatchProgress {
            is_done: told.state() != BatchOperationState::Running,
            total: count(told.total_operation_count),
            succeeded: count(told.complete_operation_count),
            failed: count(told.failure_operation_count),
        })
    }

    /// Waits until the server has come to the end.
    ///
    /// # Errors
    /// Those of [`progress`](Self::progress).
    pub async fn wait(&self) -> Result<BatchProgress> {
        loop {
            let progress = self.progress().await?;
            if progress.is_done {
                return Ok(progress);
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }
}
