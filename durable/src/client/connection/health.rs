//! Health checks of the server.

use std::time::{Duration, Instant};

use temporalio_client::NamespacedClient as _;
use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::{Code, IntoRequest as _};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeNamespaceRequest, GetSystemInfoRequest,
};

use crate::client::Client;
use crate::error::payload_limit::PayloadLimit;
use crate::error::{ConnectionError, Error, Result};

/// The longest time that the server may take to answer a health check.
pub(crate) const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

/// The result of a health check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// The server's address, as host and port.
    pub address: String,
    /// The namespace of the client.
    pub namespace: String,
    /// The server's version, such as `1.32.0`.
    pub server_version: String,
    /// The time that the answer took.
    pub latency: Duration,
}

impl Client {
    /// Checks that the namespace exists, and learns its size limits. Otherwise a missing one would be noticed only at the first
    /// start, and a worker would hang.
    ///
    /// # Errors
    /// [`ConnectionError::NamespaceNotFound`], or [`ConnectionError::Unreachable`] after some attempts.
    pub(crate) async fn check_namespace(&self) -> Result<()> {
        let request = DescribeNamespaceRequest {
            namespace: self.sdk().namespace(),
            ..DescribeNamespaceRequest::default()
        };
        match self.sdk().clone().describe_namespace(request.into_request()).await {
            Err(status) if status.code() == Code::NotFound => {
                let namespace = self.sdk().namespace();
                let address = self.address().to_owned();
                Err(ConnectionError::NamespaceNotFound { namespace, address }.into())
            }
            Ok(answer) => {
                if let Some(namespace) = &answer.into_inner().namespace_info {
                    self.limits.learn(PayloadLimit::told(namespace));
                }
                Ok(())
            }
            Err(status) if status.code() == Code::Unavailable => Err(self.unreachable(status)),
            // A caller can be allowed to use the namespace without being allowed to describe it.
            Err(_) => Ok(()),
        }
    }

    /// Checks that the server answers. The call is not retried, and times out after 5 seconds.
    ///
    /// # Errors
    /// [`ConnectionError::Unreachable`] if there is no answer, [`Error::Rpc`] if the server answers with
    /// another error.
    pub async fn health(&self) -> Result<Health> {
        let before = Instant::now();
        let mut service = self.sdk().connection().workflow_service();
        let asking = service.get_system_info(GetSystemInfoRequest::default().into_request());
        let answer = match tokio::time::timeout(HEALTH_TIMEOUT, asking).await {
            Ok(Ok(answer)) => answer.into_inner(),
            Ok(Err(status)) if status.code() == Code::Unavailable => {
                return Err(self.unreachable(status));
            }
            Ok(Err(status)) => {
                let operation = "answer a health check".to_owned();
                return Err(Error::Rpc { operation, cause: status.into() });
            }
            Err(_) => return Err(timed_out_error(self.address().to_owned())),
        };
        Ok(Health {
            address: self.address().to_owned(),
            namespace: self.namespace().to_owned(),
            server_version: answer.server_version,
            latency: before.elapsed(),
        })
    }
}

/// Returns the error of a health check that timed out.
pub(crate) fn timed_out_error(address: String) -> Error {
    let source = format!("no answer within {HEALTH_TIMEOUT:?}").into();
    ConnectionError::Unreachable { address, source }.into()
}
