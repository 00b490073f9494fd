//! Whether the server answers.

use std::time::{Duration, Instant};

use temporalio_client::NamespacedClient as _;
use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::{Code, IntoRequest as _};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeNamespaceRequest, GetSystemInfoRequest,
};

use super::Client;
use super::connect::unreachable;
use crate::error::{Error, Result};

/// How long the server may take to say that it is well.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// What the server said when it was asked how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// The server's address, as host and port.
    pub address: String,
    /// The namespace of the client.
    pub namespace: String,
    /// The server's version, such as `1.32.0`.
    pub server_version: String,
    /// How long the answer took.
    pub latency: Duration,
}

impl Client {
    /// Asks the server for the namespace. One that does not exist would show only at the first start,
    /// and as a hanging worker.
    ///
    /// # Errors
    /// [`Error::NamespaceNotFound`], and [`Error::Unreachable`] after some attempts.
    pub(crate) async fn check_namespace(&self) -> Result<()> {
        let request = DescribeNamespaceRequest {
            namespace: self.sdk().namespace(),
            ..DescribeNamespaceRequest::default()
        };
        match self.sdk().clone().describe_namespace(request.into_request()).await {
            Err(status) if status.code() == Code::NotFound => Err(Error::NamespaceNotFound {
                namespace: self.sdk().namespace(),
                address: self.address().to_owned(),
            }),
            Err(status) if status.code() == Code::Unavailable => {
                Err(unreachable(self.address().to_owned(), Box::new(status)))
            }
            // A caller may lack the right to describe the namespace that it may use.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Asks the server how it is. The call is not retried, and given up after 5 seconds.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when there is no answer, [`Error::Rpc`] when it is another.
    pub async fn health(&self) -> Result<Health> {
        let before = Instant::now();
        let mut service = self.sdk().connection().workflow_service();
        let asking = service.get_system_info(GetSystemInfoRequest::default().into_request());
        let answer = match tokio::time::timeout(PATIENCE, asking).await {
            Ok(Ok(answer)) => answer.into_inner(),
            Ok(Err(status)) if status.code() == Code::Unavailable => {
                return Err(unreachable(self.address().to_owned(), Box::new(status)));
            }
            Ok(Err(status)) => {
                let operation = "say how it is".to_owned();
                return Err(Error::Rpc { operation, source: Box::new(status) });
            }
            Err(_) => return Err(no_answer(self.address().to_owned())),
        };
        Ok(Health {
            address: self.address().to_owned(),
            namespace: self.namespace().to_owned(),
            server_version: answer.server_version,
            latency: before.elapsed(),
        })
    }
}

/// The server was asked, and too much time went by.
pub(super) fn no_answer(address: String) -> Error {
    unreachable(address, format!("there was no answer within {PATIENCE:?}").into())
}
