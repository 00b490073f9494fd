//! Deployment versions of workers.

use temporalio_common::worker::{VersioningBehavior as SdkBehavior, WorkerDeploymentOptions};

use super::WorkerProblem;
use crate::client::DeploymentVersion;

/// Returns the problem of a version that workers can't have.
pub(super) fn problem(version: &DeploymentVersion) -> Option<WorkerProblem> {
    let (deployment, build_id) = (version.deployment(), version.build_id());
    let bad_name = deployment.is_empty() || deployment.contains(['.', ':']);
    (bad_name || build_id.is_empty()).then(|| WorkerProblem::DeploymentVersion {
        deployment: deployment.to_owned(),
        build_id: build_id.to_owned(),
    })
}

/// Returns the SDK's options.
pub(super) fn options(
    version: &DeploymentVersion,
    behavior: VersioningBehavior,
) -> WorkerDeploymentOptions {
    WorkerDeploymentOptions::new(version.sdk())
        .use_worker_versioning(true)
        .default_versioning_behavior(behavior.into())
        .build()
}

/// The behavior of a running workflow when another version of its deployment becomes current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
