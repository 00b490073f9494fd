//! Two versions of a deployment, side by side.

use durable::prelude::*;
use durable::worker::{DeploymentVersion, RunningWorkers, VersioningBehavior};

/// The queue that both versions serve.
pub const QUEUE: &str = "versioning";

/// Serves one form of the workflow as a version of the deployment `invoices`.
///
/// In life a version is a build of the program, and the queue is that of the annotation. Here one
/// program holds both forms, on queues of their own, and serves each under the same name.
pub async fn serve(
    client: &Client,
    form: &str,
    build_id: &str,
) -> durable::Result<(DeploymentVersion, RunningWorkers)> {
    let version = DeploymentVersion::new("invoices", build_id);
    let workers = Workers::new(client)
        .deployment_version(version.clone(), VersioningBehavior::Pinned)
        .queues([form])
        .worker_options(|options| QUEUE.clone_into(&mut options.task_queue))
        .start()
        .await?;
    Ok((version, workers))
}
