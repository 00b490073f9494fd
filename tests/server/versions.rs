//! Worker deployment versions: which workers run which workflows while a deployment changes.

use durable::Error;
use durable::prelude::*;
use durable::worker::{
    DeploymentVersion, RunningWorkers, VersioningBehavior, WorkerError, WorkerProblem, Workers,
};
use durable_tests::unique;

/// Tells, before and after a signal, which version it runs on.
#[workflow(queue = "versions")]
#[derive(Default)]
struct VersionedWorkflow {
    go_on: bool,
}

#[workflow_methods]
impl VersionedWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<(String, String)> {
        let began = Self::build(ctx);
        ctx.wait_condition(|state| state.go_on).await?;
        Ok((began, Self::build(ctx)))
    }

    #[signal]
    fn go_on(&mut self) {
        self.go_on = true;
    }

    #[query]
    fn waits(&self) -> bool {
        !self.go_on
    }
}

impl VersionedWorkflow {
    fn build(ctx: &WorkflowContext<Self>) -> String {
        ctx.current_deployment_version().map(|version| version.build_id).unwrap_or_default()
    }
}

/// The workers of one version, on a queue of the test's own.
async fn serve(
    client: &Client,
    queue: &str,
    version: &DeploymentVersion,
    behavior: VersioningBehavior,
) -> durable::Result<RunningWorkers> {
    let name = queue.to_owned();
    Workers::new(client)
        .queues(["versions"])
        .deployment_version(version.clone(), behavior)
        .worker_options(move |options| options.task_queue.clone_from(&name))
        .start()
        .await
}

/// Starts a workflow on version 1, changes to version 2, and returns on which versions it ran, and on
/// which a second one did that started after the change.
async fn rollout(
    behavior: VersioningBehavior,
) -> durable::Result<((String, String), (String, String))> {
    let client = durable_tests::client().await;
    let queue = unique("versions");
    let (first, second) =
        (DeploymentVersion::new(&queue, "1.0"), DeploymentVersion::new(&queue, "1.1"));
    let workers_of_first = serve(&client, &queue, &first, behavior).await?;
    first.make_current(&client).await?;
    let old = VersionedWorkflow::start(&client).task_queue(&queue).await?;
    assert!(old.waits().await?);

    let workers_of_second = serve(&client, &queue, &second, behavior).await?;
    second.make_current(&client).await?;
    let new = VersionedWorkflow::start(&client).task_queue(&queue).await?;
    old.go_on().await?;
    new.go_on().await?;
    let ran = (old.result().await?, new.result().await?);
    workers_of_first.shutdown().await?;
    workers_of_second.shutdown().await?;
    Ok(ran)
}

fn builds(began: &str, ended: &str) -> (String, String) {
    (began.to_owned(), ended.to_owned())
}

#[tokio::test]
async fn a_pinned_workflow_ends_where_it_began_while_new_ones_start_on_the_new_version()
-> durable::Result<()> {
    let (old, new) = rollout(VersioningBehavior::Pinned).await?;
    assert_eq!(old, builds("1.0", "1.0"));
    assert_eq!(new, builds("1.1", "1.1"));
    Ok(())
}

#[tokio::test]
async fn a_workflow_that_upgrades_moves_to_the_new_version() -> durable::Result<()> {
    let (old, new) = rollout(VersioningBehavior::AutoUpgrade).await?;
    assert_eq!(old, builds("1.0", "1.1"));
    assert_eq!(new, builds("1.1", "1.1"));
    Ok(())
}

#[tokio::test]
async fn workers_of_a_version_that_cannot_be_do_not_start() {
    let client = durable_tests::client().await;
    for (deployment, build_id) in [("", "1.0"), ("a.b", "1.0"), ("a:b", "1.0"), ("a", "")] {
        let version = DeploymentVersion::new(deployment, build_id);
        let started = serve(&client, "nowhere", &version, VersioningBehavior::Pinned).await;
        let Err(Error::Worker(WorkerError::Misconfigured { problems })) = started else {
            panic!("{deployment:?} {build_id:?} starts");
        };
        let expected = WorkerProblem::DeploymentVersion {
            deployment: deployment.to_owned(),
            build_id: build_id.to_owned(),
        };
        assert_eq!(problems, [expected]);
        assert!(problems[0].to_string().contains("no `.`"), "{}", problems[0]);
    }
}
