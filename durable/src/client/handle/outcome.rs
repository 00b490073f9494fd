//! Converts the SDK's errors to those of [`crate::error`].

use std::time::Duration;

use temporalio_client::errors::{
    WorkflowGetResultError, WorkflowInteractionError, WorkflowQueryError, WorkflowStartError,
    WorkflowUpdateError, WorkflowUpdateWithStartError,
};
use temporalio_client::tonic::{Code, Status};
use temporalio_common::data_converters::{
    PayloadConversionError, SerializationContextData, WorkflowSerializationContext,
};
use temporalio_common::payload_visitor::{PayloadVisitable, decode_payloads};
use temporalio_common::protos::temporal::api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure;
use temporalio_common::protos::temporal::api::failure::v1::Failure as RawFailure;
use temporalio_common::protos::utilities::decode_status_detail;

use crate::client::Client;
use crate::error::failure_texts;
use crate::error::{
    ConnectionError, Error, Failure, Result, payload_error, unknown_search_attribute,
};

/// An operation on a workflow, as the context of its errors.
pub(crate) struct Operation<'a> {
    pub(crate) client: &'a Client,
    pub(crate) workflow_id: &'a str,
    pub(crate) verb: &'a str,
}

impl Operation<'_> {
    fn workflow_id(&self) -> String {
        self.workflow_id.to_owned()
    }

    pub(crate) fn rpc(&self, status: Status) -> Error {
        match status.code() {
            Code::NotFound => {
                Error::NotFound { workflow_id: self.workflow_id(), source: status.into() }
            }
            Code::Unavailable => self.client.unreachable(status),
            _ => self.client.refused(self.what(), status),
        }
    }

    /// Limits the call to its own timeout, or else to the client's.
    pub(crate) fn within<T>(
        &self,
        limit: Option<Duration>,
        call: impl Future<Output = Result<T>>,
    ) -> impl Future<Output = Result<T>> {
        self.client.within(limit, || self.what(), call)
    }

    /// Returns the operation and its workflow, for messages.
    pub(crate) fn what(&self) -> String {
        format!("{} workflow `{}`", self.verb, self.workflow_id)
    }

    fn wrong_type(
        &self,
        error: temporalio_common::data_converters::PayloadConversionError,
    ) -> Error {
        Error::WrongType {
            what: format!("value to {} workflow `{}`", self.verb, self.workflow_id),
            cause: payload_error(error).into(),
        }
    }

    fn other(&self, error: Box<dyn std::error::Error + Send + Sync>) -> Error {
        self.rpc(Status::from_error(error))
    }

    pub(crate) fn start(&self, error: WorkflowStartError) -> Error {
        match error {
            WorkflowStartError::AlreadyStarted { run_id, .. } => {
                Error::AlreadyStarted { workflow_id: self.workflow_id(), run_id }
            }
            WorkflowStartError::PayloadConversion(error) => self.wrong_type(error),
            // For a start only the namespace can be missing.
            WorkflowStartError::Rpc(status) if status.code() == Code::NotFound => {
                let namespace = self.client.namespace().to_owned();
                let address = self.client.address().to_owned();
                ConnectionError::NamespaceNotFound { namespace, address }.into()
            }
            // The SDK 1.1.1 does not convert this status for a signal-with-start.
            WorkflowStartError::Rpc(status) if status.code() == Code::AlreadyExists => {
                let failure = decode_status_detail::<WorkflowExecutionAlreadyStartedFailure>(
                    status.details(),
                );
                Error::AlreadyStarted {
                    workflow_id: self.workflow_id(),
                    run_id: failure.map(|failure| failure.run_id),
                }
            }
            WorkflowStartError::Rpc(status) => self.rpc(status),
            other => self.other(other.into()),
        }
    }

    pub(crate) async fn update_with_start(
        &self,
        update: &str,
        error: WorkflowUpdateWithStartError,
    ) -> Error {
        match error {
            WorkflowUpdateWithStartError::Start(error) => self.start(error),
            WorkflowUpdateWithStartError::Update(error) => self.update(update, error).await,
            WorkflowUpdateWithStartError::PayloadConversion(error) => self.wrong_type(error),
            // An error of the whole request is reported like one of a start.
            WorkflowUpdateWithStartError::Rpc(status) => self.start(status.into()),
            other => self.other(other.into()),
        }
    }

    pub(crate) fn result(&self, error: WorkflowGetResultError) -> Error {
        let workflow_id = self.workflow_id();
        match error {
            WorkflowGetResultError::Failed(error) => {
                let converter = self.client.sdk().options().data_converter.payload_converter();
                Error::Failed { workflow_id, failure: Failure::new(&error, converter) }
            }
            WorkflowGetResultError::Cancelled { .. } => Error::Cancelled { workflow_id },
            WorkflowGetResultError::Terminated { .. } => Error::Terminated { workflow_id },
            WorkflowGetResultError::TimedOut => Error::TimedOut { workflow_id, timeout: None },
            WorkflowGetResultError::ContinuedAsNew => Error::ContinuedAsNew { workflow_id },
            WorkflowGetResultError::NotFound(status) | WorkflowGetResultError::Rpc(status) => {
                self.rpc(status)
            }
            WorkflowGetResultError::PayloadConversion(error) => self.wrong_type(error),
            other => self.other(other.into()),
        }
    }

    pub(crate) fn interaction(&self, error: WorkflowInteractionError) -> Error {
        match error {
            WorkflowInteractionError::NotFound(status) | WorkflowInteractionError::Rpc(status) => {
                self.rpc(status)
            }
            WorkflowInteractionError::PayloadConversion(error) => self.wrong_type(error),
            other => self.other(other.into()),
        }
    }

    pub(crate) async fn query(&self, query: &str, error: WorkflowQueryError) -> Error {
        match error {
            WorkflowQueryError::Rejected { status } => Error::QueryRejected {
                workflow_id: self.workflow_id(),
                query: query.to_owned(),
                status,
            },
            // The server's code for a query handler that returned an error.
            WorkflowQueryError::Rpc(status) if status.code() == Code::InvalidArgument => {
                Error::QueryFailed {
                    workflow_id: self.workflow_id(),
                    query: query.to_owned(),
                    cause: self.decode_message(status.message()).await.into(),
                }
            }
            WorkflowQueryError::NotFound(status) | WorkflowQueryError::Rpc(status) => {
                self.rpc(status)
            }
            WorkflowQueryError::PayloadConversion(error) => self.wrong_type(error),
            other => self.other(other.into()),
        }
    }

    pub(crate) async fn update(&self, update: &str, error: WorkflowUpdateError) -> Error {
        match error {
            WorkflowUpdateError::NotFound(status) | WorkflowUpdateError::Rpc(status) => {
                self.rpc(status)
            }
            WorkflowUpdateError::Failed(failure) => {
                let failure = self.decode_failure(*failure).await;
                let update = update.to_owned();
                Error::UpdateFailed { workflow_id: self.workflow_id(), update, failure }
            }
            WorkflowUpdateError::PayloadConversion(error) => self.wrong_type(error),
            other => self.other(other.into()),
        }
    }

    /// Decodes the message of a query's error.
    async fn decode_message(&self, message: &str) -> String {
        let Some(payload) = failure_texts::sealed_payload(message) else {
            return message.to_owned();
        };
        let codec = self.client.sdk().options().data_converter.codec();
        let context = SerializationContextData::Workflow(WorkflowSerializationContext::new());
        let decoded = codec.decode(&context, vec![payload]).await.ok();
        let decoded = decoded.and_then(|decoded| failure_texts::message_of(decoded.first()?));
        decoded.unwrap_or_else(|| failure_texts::ENCODED.to_owned())
    }

    /// Decodes a failure that the SDK returns as the server sent it.
    pub(crate) async fn decode_failure(&self, mut failure: RawFailure) -> Failure {
        let message = failure.message.clone();
        match self.decode(&mut failure).await {
            Ok(()) => self.decoded_failure(failure),
            Err(_) => Failure::plain(message),
        }
    }

    /// Converts a failure whose payloads are decoded.
    pub(crate) fn decoded_failure(&self, failure: RawFailure) -> Failure {
        let converter = &self.client.sdk().options().data_converter;
        let context = SerializationContextData::Workflow(WorkflowSerializationContext::new());
        let message = failure.message.clone();
        converter
            .failure_converter()
            .to_error(failure, converter.payload_converter(), &context)
            .map_or_else(
                |_| Failure::plain(message),
                |error| Failure::new(&error, converter.payload_converter()),
            )
    }

    /// Decodes the payloads of a message with the client's codec.
    pub(crate) async fn decode<M: PayloadVisitable + Send>(
        &self,
        message: &mut M,
    ) -> std::result::Result<(), PayloadConversionError> {
        let converter = &self.client.sdk().options().data_converter;
        let context = SerializationContextData::Workflow(WorkflowSerializationContext::new());
        decode_payloads(message, converter.codec(), &context).await
    }
}

impl Client {
    /// Returns the error of a refused request that may contain search attributes.
    pub(crate) fn refused(&self, operation: String, status: Status) -> Error {
        match unknown_search_attribute(status.message()).map(str::to_owned) {
            Some(name) => Error::UnknownSearchAttribute {
                operation,
                name,
                namespace: self.namespace().to_owned(),
                source: status.into(),
            },
            None => refused(operation, status),
        }
    }
}

/// Returns the error of a refused request.
pub(crate) fn refused(operation: String, status: Status) -> Error {
    // The server (as of 1.32) has no separate code for either.
    let is = |code, words| status.code() == code && status.message().contains(words);
    if is(Code::InvalidArgument, "size exceeds limit")
        || is(Code::ResourceExhausted, "larger than max")
    {
        Error::PayloadTooLarge { operation, source: status.into() }
    } else {
        Error::Rpc { operation, cause: status.into() }
    }
}
