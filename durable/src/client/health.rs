//! Whether the server answers.

use std::time::{Duration, Instant};

use temporalio_client::tonic::{Code, IntoRequest as _};
use temporalio_common::protos::temporal::api::workflowservice::v1::GetSystemInfoRequest;

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
