//! Deployment versions: the version of workers, and the current version of a deployment.

use std::fmt;
use std::time::Duration;

use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::{Code, IntoRequest as _, Status};
use temporalio_common::protos::temporal::api::enums::v1::RoutingConfigUpdateState;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeWorkerDeploymentRequest, SetWorkerDeploymentCurrentVersionRequest,
};
use temporalio_common::worker::{
    VersioningBehavior as SdkBehavior, WorkerDeploymentOptions, WorkerDeploymentVersion,
};
use tokio::time::{Instant, sleep};

use super::WorkerProblem;
use crate::client::Client;
use crate::error::{Error, Result};

/// The time that [`DeploymentVersion::make_current`] waits for workers of the version, and then again
/// for the server.
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
    /// those that [upgrade by themselves](VersioningBehavior::AutoUpgrade) move to it with their next
    /// task.
    ///
    /// The server accepts a version once its workers poll, and then tells all its parts of the change.
    /// This waits for both, for at most 30 seconds each. A deployment script does the same with
    /// `temporal worker deployment set-current-version`.
    ///
    /// # Errors
    /// [`Error::Rpc`], with the answer of the server.
    pub async fn make_current(&self, client: &Client) -> Result<()> {
        let refused = |status| {
            let operation = format!("make {self} the current version");
            Error::Rpc { operation, source: Box::new(status) }
        };
        let until = Instant::now() + WAIT;
        while let Err(status) = self.ask_to_make_current(client).await {
            let early = matches!(status.code(), Code::NotFound | Code::FailedPrecondition);
            if !early || Instant::now() >= until {
                return Err(refused(status));
            }
            sleep(INTERVAL).await;
        }
        let until = Instant::now() + WAIT;
        while self.is_being_made_current(client).await.map_err(refused)? {
            if Instant::now() >= until {
                let words = "it is, and parts of the server do not know of it yet";
                return Err(refused(Status::deadline_exceeded(words)));
            }
            sleep(INTERVAL).await;
        }
        Ok(())
    }

    async fn ask_to_make_current(&self, client: &Client) -> Result<(), Status> {
        let request = SetWorkerDeploymentCurrentVersionRequest {
            namespace: client.namespace().to_owned(),
            deployment_name: self.deployment.clone(),
            build_id: self.build_id.clone(),
            ..SetWorkerDeploymentCurrentVersionRequest::default()
        };
        let mut client = client.sdk().clone();
        client.set_worker_deployment_current_version(request.into_request()).await.map(drop)
    }

    /// Returns whether a change of the deployment is still on its way to the parts of the server.
    async fn is_being_made_current(&self, client: &Client) -> Result<bool, Status> {
        let request = DescribeWorkerDeploymentRequest {
            namespace: client.namespace().to_owned(),
            deployment_name: self.deployment.clone(),
        };
        let mut client = client.sdk().clone();
        let described = client.describe_worker_deployment(request.into_request()).await?;
        let info = described.into_inner().worker_deployment_info.unwrap_or_default();
        Ok(info.routing_config_update_state() == RoutingConfigUpdateState::InProgress)
    }

    /// Returns the problem of a version that workers can't have.
    pub(super) fn problem(&self) -> Option<WorkerProblem> {
        let bad_name = self.deployment.is_empty() || self.deployment.contains(['.', ':']);
        (bad_name || self.build_id.is_empty()).then(|| WorkerProblem::DeploymentVersion {
            deployment: self.deployment.clone(),
            build_id: self.build_id.clone(),
        })
    }

    /// Returns the SDK's options.
    pub(super) fn options(&self, behavior: VersioningBehavior) -> WorkerDeploymentOptions {
        let version = WorkerDeploymentVersion::builder()
            .deployment_name(&*self.deployment)
            .build_id(&*self.build_id)
            .build();
        WorkerDeploymentOptions::new(version)
            .use_worker_versioning(true)
            .default_versioning_behavior(behavior.into())
            .build()
    }
}

impl fmt::Display for DeploymentVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "build `{}` of deployment `{}`", self.build_id, self.deployment)
    }
}

/// The behavior of a running workflow when another version of its deployment becomes current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VersioningBehavior {
    /// It stays on the version on which it started. The workers of that version must be kept until it
    /// has ended.
    ///
    /// Its code never changes under it, so it needs no patches.
    Pinned,
    /// It moves to the current version with its next workflow task.
    ///
    /// The new code replays what the old code did, so changes need patches: `ctx.patched("..")`.
    AutoUpgrade,
}

impl From<VersioningBehavior> for SdkBehavior {
    fn from(behavior: VersioningBehavior) -> Self {
        match behavior {
            VersioningBehavior::Pinned => Self::Pinned,
            VersioningBehavior::AutoUpgrade => Self::AutoUpgrade,
        }
    }
}
