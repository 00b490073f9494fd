//! Which version of a deployment is current, which one is ramping up, and which one a start is for.

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

use super::Client;
use crate::error::{Error, Result};

/// The time that a change waits for workers of the version, and then again for the server.
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
    /// The server accepts a version once its workers poll, and then tells all its parts of the change.
    /// This waits for both, for at most 30 seconds each. A deployment script does the same with
    /// `temporal worker deployment set-current-version`.
    ///
    /// # Errors
    /// [`Error::Rpc`], with the answer of the server.
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
    /// The percentage is between 0 and 100. Called again it changes the part; with 0 the version gets
    /// no new work, and [`make_current`](Self::make_current) ends the ramp. It waits for the server as
    /// `make_current` does. A deployment script does the same with
    /// `temporal worker deployment set-ramping-version`.
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
    /// [`Error::Rpc`], with the answer of the server, for example if the percentage is not between 0
    /// and 100, or the version is the current one.
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
            return Err(Error::Rpc { operation, source: Box::new(status) });
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

    /// Asks for a change until workers of the version poll, and waits until all parts of the server
    /// know of it.
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
            |status| Error::Rpc { operation: operation.clone(), source: Box::new(status) };
        let until = Instant::now() + WAIT;
        while let Err(status) = ask().await {
            // It is refused until the server has seen the version's workers, which then poll every
            // queue of the current version.
            let early = matches!(status.code(), Code::NotFound | Code::FailedPrecondition);
            if !early || Instant::now() >= until {
                return Err(refused(status));
            }
            sleep(INTERVAL).await;
        }
        let until = Instant::now() + WAIT;
        while self.is_changing(client).await.map_err(refused)? {
            if Instant::now() >= until {
                let words = "it is done, and parts of the server do not know of it yet";
                return Err(refused(Status::deadline_exceeded(words)));
            }
            sleep(INTERVAL).await;
        }
        Ok(())
    }

    /// Returns whether a change of the deployment is still on its way to the parts of the server.
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

    /// The SDK's form.
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

/// The version of a deployment that a workflow runs on, whatever the current one is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VersionOverride {
    /// This version, for as long as the workflow runs. Its workers must have polled the queue.
    Pinned(DeploymentVersion),
    /// The current version, to which the workflow moves whenever it changes, also where its workers
    /// pin their workflows.
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
