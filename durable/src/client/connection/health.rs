//! Health checks of the server.

use std::time::{Duration, Instant};

use temporalio_client::NamespacedClient as _;
use temporalio_client::grpc::WorkflowService;
use temporalio_client::tonic::{Code, IntoRequest as _, Status};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeNamespaceRequest, GetSystemInfoRequest,
};

use crate::client::Client;
use crate::error::payload_limit::PayloadLimit;
use crate::error::report::one_line;
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

/// The answer of the server to the question whether it serves this client.
#[derive(Debug)]
pub(crate) enum ServerAnswer {
    /// It answers and doesn't refuse the credentials. The answer may be another error.
    Accepted,
    /// It refuses the credentials.
    Refused(Error),
    /// It doesn't answer, for this reason.
    Away(String),
}

impl Client {
    /// Checks that the namespace exists and that the server accepts the credentials, and learns the size
    /// limits of the namespace. Otherwise this would be noticed only at the first start, and a worker would
    /// hang.
    ///
    /// # Errors
    /// [`ConnectionError::NamespaceNotFound`], [`ConnectionError::Refused`], or
    /// [`ConnectionError::Unreachable`] after some attempts.
    pub(crate) async fn check_namespace(&self) -> Result<()> {
        self.describe_namespace(&mut self.sdk().clone()).await
    }

    /// Asks the server once. It has 5 seconds to answer.
    pub(crate) async fn ask_server(&self) -> ServerAnswer {
        let mut service = self.sdk().connection().workflow_service();
        let asking = Box::pin(self.namespace_described(&mut *service));
        match tokio::time::timeout(HEALTH_TIMEOUT, asking).await {
            Ok(Err(status)) if is_away(&status) => ServerAnswer::Away(one_line(&status)),
            Ok(Err(status)) if is_refusal(&status) => {
                ServerAnswer::Refused(self.credentials_refused(status))
            }
            Ok(Ok(()) | Err(_)) => ServerAnswer::Accepted,
            Err(_) => ServerAnswer::Away(format!("no answer within {HEALTH_TIMEOUT:?}")),
        }
    }

    async fn describe_namespace(&self, service: &mut dyn WorkflowService) -> Result<()> {
        let described = self.namespace_described(service).await;
        described.map_err(|status| self.not_described(status))
    }

    /// Describes the namespace, and learns its size limits. A refused call is made again with a new API key, if
    /// its file has one.
    async fn namespace_described(&self, service: &mut dyn WorkflowService) -> Result<(), Status> {
        let mut is_read_again = false;
        loop {
            let request = DescribeNamespaceRequest {
                namespace: self.sdk().namespace(),
                ..DescribeNamespaceRequest::default()
            };
            let status = match service.describe_namespace(request.into_request()).await {
                Ok(answer) => {
                    if let Some(namespace) = &answer.into_inner().namespace_info {
                        self.limits.learn(PayloadLimit::told(namespace));
                    }
                    return Ok(());
                }
                Err(status) => status,
            };
            if is_refusal(&status) && !is_read_again && self.has_new_key() {
                is_read_again = true;
                continue;
            }
            return Err(status);
        }
    }

    fn not_described(&self, status: Status) -> Error {
        if status.code() == Code::NotFound {
            let namespace = self.sdk().namespace();
            let address = self.address().to_owned();
            return ConnectionError::NamespaceNotFound { namespace, address }.into();
        }
        if status.code() == Code::Unimplemented {
            let (address, answer) = (self.address().to_owned(), status.message().to_owned());
            return ConnectionError::NotTemporal { address, answer }.into();
        }
        self.unanswered(status, "describe the namespace")
    }

    fn unanswered(&self, status: Status, operation: &str) -> Error {
        if is_refusal(&status) {
            self.credentials_refused(status)
        } else if is_transient(&status) {
            self.unreachable(status)
        } else {
            Error::Rpc { operation: operation.to_owned(), cause: status.into() }
        }
    }

    /// Returns the error of credentials that the server does not accept.
    pub(crate) fn credentials_refused(&self, status: Status) -> Error {
        let address = self.address().to_owned();
        ConnectionError::Refused { address, cause: status.into() }.into()
    }

    /// Reads the file of the API key again, if there is one. Returns whether it has another key now.
    pub(crate) fn has_new_key(&self) -> bool {
        self.key.as_ref().is_some_and(|key| key.reload())
    }

    /// Checks that the server answers, accepts the credentials of this client, and has the namespace. The
    /// calls are not retried, and time out after 5 seconds.
    ///
    /// # Errors
    /// [`ConnectionError::Unreachable`] if there is no answer, [`ConnectionError::Refused`] if the server does
    /// not accept the credentials, [`ConnectionError::NamespaceNotFound`] if it does not have the namespace,
    /// and [`Error::Rpc`] if it answers with another error.
    pub async fn health(&self) -> Result<Health> {
        let before = Instant::now();
        match tokio::time::timeout(HEALTH_TIMEOUT, Box::pin(self.server_version())).await {
            Ok(version) => Ok(Health {
                address: self.address().to_owned(),
                namespace: self.namespace().to_owned(),
                server_version: version?,
                latency: before.elapsed(),
            }),
            Err(_) => Err(timed_out_error(self.address().to_owned())),
        }
    }

    async fn server_version(&self) -> Result<String> {
        let connection = self.sdk().connection();
        let (mut service, mut other) =
            (connection.workflow_service(), connection.workflow_service());
        let info = async {
            let request = GetSystemInfoRequest::default().into_request();
            let answer = service.get_system_info(request).await;
            answer.map_err(|status| self.unanswered(status, "answer a health check"))
        };
        // The server tells its version to everybody, so only the other call checks the credentials.
        let (info, ()) = tokio::try_join!(info, self.describe_namespace(&mut *other))?;
        Ok(info.into_inner().server_version)
    }
}

/// Returns whether the server does not accept the credentials of a call.
pub(crate) fn is_refusal(status: &Status) -> bool {
    matches!(status.code(), Code::Unauthenticated | Code::PermissionDenied)
}

/// Returns whether a call ended because there was no server to answer it.
fn is_away(status: &Status) -> bool {
    matches!(status.code(), Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled)
}

/// Returns whether a call that ended with this status is likely to succeed soon.
pub(crate) fn is_transient(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable
            | Code::DeadlineExceeded
            | Code::ResourceExhausted
            | Code::Cancelled
            | Code::Aborted
    )
}

/// Returns the error of a health check that timed out.
pub(crate) fn timed_out_error(address: String) -> Error {
    let source = format!("no answer within {HEALTH_TIMEOUT:?}").into();
    ConnectionError::Unreachable { address, source }.into()
}
