//! Versions of worker deployments.

use std::fmt;
use std::time::Duration;

use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::{Code, IntoRequest as _, Status};
use temporalio_common::VersioningOverride;
use temporalio_common::protos::temporal::api::enums::v1::RoutingConfigUpdateState;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeWorkerDeploymentRequest, SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentRampingVersionRequest,
};
use temporalio_common::worker::WorkerDeploymentVersion;
use tokio::time::{Instant, sleep};

use crate::client::Client;
use crate::error::{Error, Result};

/// The longest wait for workers of the version, and again for the server.
const WAIT: Duration = Duration::from_secs(30);
const INTERVAL: Duration = Duration::from_millis(100);

/// A version of a deployment: the workers of one build of a program.
///
/// A deployment is deployed as a whole, such as a service, and all its workers have its name. The build
/// id tells one build from another. See
/// [Temporal's worker versioning](https://docs.temporal.io/production-deployment/worker-deployments/worker-versioning).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeploymentVersion {
    deployment: String,
    build_id: String,
}

impl DeploymentVersion {
    /// Creates a version from the deployment's name and a build id, such as a release number or a commit
    /// hash.
    ///
    /// Both must be non-empty, and the name must not contain `.` or `:`. Workers with any other version
    /// don't start.
    #[must_use]
    pub fn new(deployment: impl Into<String>, build_id: impl Into<String>) -> Self {
        Self { deployment: deployment.into(), build_id: build_id.into() }
    }

    /// Returns the deployment's name.
    #[must_use]
    pub fn deployment(&self) -> &str {
        &self.deployment
    }

    /// Returns the build id.
    #[must_use]
    pub fn build_id(&self) -> &str {
        &self.build_id
    }

    /// Makes this the deployment's current version: workflows that start from now on run on it, and
    /// those that upgrade by themselves (`VersioningBehavior::AutoUpgrade`) move to it
    /// with their next task.
    ///
    /// The server accepts a version once its workers poll, and then propagates the change. This
    /// waits for both, for at most 30 seconds each. A deployment script does the same with
    /// `temporal worker deployment set-current-version`.
    ///
    /// # Errors
    /// [`Error::Rpc`] if the server refuses the change.
    pub async fn make_current(&self, client: &Client) -> Result<()> {
        let request = SetWorkerDeploymentCurrentVersionRequest {
            namespace: client.namespace().to_owned(),
            deployment_name: self.deployment.clone(),
            build_id: self.build_id.clone(),
            ..SetWorkerDeploymentCurrentVersionRequest::default()
        };
        let operation = format!("make {self} the current version");
        let ask = || {
            let (mut sdk, request) = (client.sdk().clone(), request.clone());
            async move {
                let asked = sdk.set_worker_deployment_current_version(request.into_request());
                asked.await.map(drop)
            }
        };
        self.change(client, operation, ask).await
    }

    /// Makes this the deployment's ramping version, which gets a part of the work beside the current
    /// version: `percentage` of the workflows that start from now on, and of those that
    /// upgrade by themselves (`VersioningBehavior::AutoUpgrade`).
    ///
    /// The percentage is between 0 and 100. Another call changes the percentage; with 0 the version
    /// gets no new work. [`make_current`](Self::make_current) ends the ramp. This waits for the
    /// server as `make_current` does. A deployment script does the same with `temporal worker
    /// deployment set-ramping-version`.
    ///
    /// ```no_run
    /// # async fn example(client: &durable::Client) -> durable::Result<()> {
    /// use durable::worker::DeploymentVersion;
    ///
    /// let version = DeploymentVersion::new("invoices", "1.1");
    /// version.ramp(client, 10.0).await?;
    /// // Nothing went wrong.
    /// version.make_current(client).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Rpc`] if the server refuses the change, for example if the percentage is not
    /// between 0 and 100, or the version is the current one.
    pub async fn ramp(&self, client: &Client, percentage: f32) -> Result<()> {
        let request = SetWorkerDeploymentRampingVersionRequest {
            namespace: client.namespace().to_owned(),
            deployment_name: self.deployment.clone(),
            build_id: self.build_id.clone(),
            percentage,
            ..SetWorkerDeploymentRampingVersionRequest::default()
        };
        let operation = format!("ramp {self} to {percentage} %");
        if !(0.0..=100.0).contains(&percentage) {
            let status = Status::invalid_argument("expected a percentage from 0 to 100");
            return Err(Error::Rpc { operation, cause: status.into() });
        }
        let ask = || {
            let (mut sdk, request) = (client.sdk().clone(), request.clone());
            async move {
                let asked = sdk.set_worker_deployment_ramping_version(request.into_request());
                asked.await.map(drop)
            }
        };
        self.change(client, operation, ask).await
    }

    /// Retries a change until workers of the version poll, and waits until the server has
    /// propagated it.
    async fn change<F>(
        &self,
        client: &Client,
        operation: String,
        ask: impl Fn() -> F + Send + Sync,
    ) -> Result<()>
    where
        F: Future<Output = Result<(), Status>> + Send,
    {
        let refused =
            |status: Status| Error::Rpc { operation: operation.clone(), cause: status.into() };
        let until = Instant::now() + WAIT;
        while let Err(status) = ask().await {
            // The server refuses the change until the version's workers poll every queue of the
            // current version.
            let early = matches!(status.code(), Code::NotFound | Code::FailedPrecondition);
            if !early || Instant::now() >= until {
                return Err(refused(status));
            }
            sleep(INTERVAL).await;
        }
        let until = Instant::now() + WAIT;
        while self.is_changing(client).await.map_err(refused)? {
            if Instant::now() >= until {
                let words = "the change was accepted, but the server is still propagating it";
                return Err(refused(Status::deadline_exceeded(words)));
            }
            sleep(INTERVAL).await;
        }
        Ok(())
    }

    /// Returns whether the server is still propagating a change of the deployment.
    async fn is_changing(&self, client: &Client) -> Result<bool, Status> {
        let request = DescribeWorkerDeploymentRequest {
            namespace: client.namespace().to_owned(),
            deployment_name: self.deployment.clone(),
        };
        let mut client = client.sdk().clone();
        let described = client.describe_worker_deployment(request.into_request()).await?;
        let info = described.into_inner().worker_deployment_info.unwrap_or_default();
        Ok(info.routing_config_update_state() == RoutingConfigUpdateState::InProgress)
    }

    /// Converts it to the SDK's type.
    pub(crate) fn sdk(&self) -> WorkerDeploymentVersion {
        WorkerDeploymentVersion::builder()
            .deployment_name(&*self.deployment)
            .build_id(&*self.build_id)
            .build()
    }
}

impl fmt::Display for DeploymentVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "build `{}` of deployment `{}`", self.build_id, self.deployment)
    }
}

/// An override of the deployment version that a workflow runs on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VersionOverride {
    /// Always this version. Its workers must have polled the task queue.
    Pinned(DeploymentVersion),
    /// Always the current version. The workflow moves to a new current version, even if its workers
    /// pin workflows.
    AutoUpgrade,
}

impl From<VersionOverride> for VersioningOverride {
    fn from(version: VersionOverride) -> Self {
        match version {
            VersionOverride::Pinned(version) => Self::Pinned(version.sdk()),
            VersionOverride::AutoUpgrade => Self::AutoUpgrade,
        }
    }
}
