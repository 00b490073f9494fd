//! A namespace for each test. It isolates tests that run side by side, and the queues and ids of the
//! user's code stay as they are.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use temporalio_client::grpc::{OperatorService as _, WorkflowService as _};
use temporalio_client::tonic::{IntoRequest as _, Status};
use temporalio_common::protos::temporal::api::operatorservice::v1::DeleteNamespaceRequest;
use temporalio_common::protos::temporal::api::workflowservice::v1::RegisterNamespaceRequest;

use crate::client::Client;
use crate::dev_server::SearchAttribute;
use crate::error::Result;
use crate::testing::error::TestingError;

/// The shortest retention that a server accepts.
const RETENTION: Duration = Duration::from_secs(86_400);

/// Returns a name that no other test has, in this process or in another.
pub(super) fn name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let unique = uuid::Uuid::new_v4().simple().to_string();
    format!("test-{}-{}", COUNT.fetch_add(1, Ordering::Relaxed), &unique[..12])
}

/// Creates the client's namespace, with its search attributes.
pub(super) async fn register(
    client: &Client,
    search_attributes: &[(String, SearchAttribute)],
) -> Result<()> {
    let failed = |status: Status| TestingError::Namespace {
        address: client.address().to_owned(),
        source: status.into(),
    };
    let request = RegisterNamespaceRequest {
        namespace: client.namespace().to_owned(),
        workflow_execution_retention_period: RETENTION.try_into().ok(),
        ..RegisterNamespaceRequest::default()
    };
    let mut sdk = client.sdk().clone();
    sdk.register_namespace(request.into_request()).await.map_err(failed)?;
    client.create_search_attributes(search_attributes).await.map_err(failed)?;
    Ok(())
}

/// Deletes the client's namespace, from a server that outlives the test.
pub(super) async fn delete(client: &Client) {
    let request = DeleteNamespaceRequest {
        namespace: client.namespace().to_owned(),
        ..DeleteNamespaceRequest::default()
    };
    if let Err(status) = client.sdk().clone().delete_namespace(request.into_request()).await {
        let namespace = client.namespace();
        tracing::warn!(namespace, %status, "cannot delete the namespace of a test");
    }
}
