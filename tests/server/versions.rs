//! Worker deployment versions: which workers run which workflows while a deployment changes.

use durable::Error;
use durable::client::VersionOverride;
use durable::prelude::*;
use durable::worker::{
    DeploymentVersion, RunningWorkers, VersioningBehavior, WorkerError, WorkerProblem, Workers,
};
use durable::workflow::entity::{self, Entity, EntityOptions, Inbox};
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

/// Tells which version handles a command, and continues as new after each.
#[workflow(queue = "versions")]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct VersionedEntity {
    upgrades: bool,
    inbox: Inbox<(), String>,
}

impl Entity for VersionedEntity {
    type Command = ();
    type Reply = String;

    fn inbox(&self) -> &Inbox<(), String> {
        &self.inbox
    }

    fn carry(&self, inbox: Inbox<(), String>) -> Self {
        Self { inbox, ..self.clone() }
    }
}

#[workflow_methods]
impl VersionedEntity {
    #[init]
    fn new(entity: VersionedEntity) -> Self {
        entity
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let mut options = EntityOptions::default().continue_after(1);
        if ctx.state(|state| state.upgrades) {
            options = options.continue_on_current_version();
        }
        entity::run(ctx, options, async |ctx, ()| {
            let version = ctx.current_deployment_version();
            Ok(version.map(|version| version.build_id).unwrap_or_default())
        })
        .await?;
        Ok(())
    }

    #[update]
    async fn build(ctx: &mut WorkflowContext<Self>) -> Result<String, ActivityError> {
        Ok(entity::ask(ctx, ()).await?)
    }
}

#[tokio::test]
async fn a_pinned_entity_moves_to_the_new_version_between_two_runs_if_it_says_so()
-> durable::Result<()> {
    let client = durable_tests::client().await;
    let queue = unique("versions");
    let (first, second) =
        (DeploymentVersion::new(&queue, "1.0"), DeploymentVersion::new(&queue, "1.1"));
    let workers_of_first = serve(&client, &queue, &first, VersioningBehavior::Pinned).await?;
    first.make_current(&client).await?;
    let start = |upgrades| {
        let entity = VersionedEntity { upgrades, inbox: Inbox::default() };
        VersionedEntity::start(&client, entity).task_queue(&queue)
    };
    let (stays, moves) = (start(false).await?, start(true).await?);
    assert_eq!((stays.build().await?, moves.build().await?), ("1.0".into(), "1.0".into()));

    let workers_of_second = serve(&client, &queue, &second, VersioningBehavior::Pinned).await?;
    second.make_current(&client).await?;
    // The run that waits began before the change, if its first task was done by then.
    moves.build().await?;
    assert_eq!(stays.build().await?, "1.0");
    assert_eq!((stays.build().await?, moves.build().await?), ("1.0".into(), "1.1".into()));
    assert_eq!(moves.build().await?, "1.1");
    workers_of_first.shutdown().await?;
    workers_of_second.shutdown().await
}

#[tokio::test]
async fn a_start_may_choose_its_version() -> durable::Result<()> {
    let client = durable_tests::client().await;
    let queue = unique("versions");
    let (first, second) =
        (DeploymentVersion::new(&queue, "1.0"), DeploymentVersion::new(&queue, "1.1"));
    let workers_of_first = serve(&client, &queue, &first, VersioningBehavior::Pinned).await?;
    first.make_current(&client).await?;
    let workers_of_second = serve(&client, &queue, &second, VersioningBehavior::Pinned).await?;
    // The server knows of workers when they have polled.
    second.ramp(&client, 0.0).await?;
    let start = || VersionedWorkflow::start(&client).task_queue(&queue);
    let pinned = start().version_override(VersionOverride::Pinned(second.clone())).await?;
    let pinned_by_signal = start()
        .version_override(VersionOverride::Pinned(second.clone()))
        .with_signal(VersionedWorkflowHandle::go_on)
        .await?;
    let upgrades = start().version_override(VersionOverride::AutoUpgrade).await?;
    assert!(pinned.waits().await? && upgrades.waits().await?);
    second.make_current(&client).await?;
    pinned.go_on().await?;
    upgrades.go_on().await?;
    assert_eq!(pinned.result().await?, builds("1.1", "1.1"));
    assert_eq!(pinned_by_signal.result().await?, builds("1.1", "1.1"));
    assert_eq!(upgrades.result().await?, builds("1.0", "1.1"));

    let unknown = DeploymentVersion::new(&queue, "never-built");
    let refused = start().version_override(VersionOverride::Pinned(unknown)).await;
    let error = refused.map(drop).expect_err("nobody polls for it");
    assert!(error.to_string().contains("never-built"), "{error:?}");
    workers_of_first.shutdown().await?;
    workers_of_second.shutdown().await
}

#[tokio::test]
async fn a_version_that_ramps_gets_its_part() -> durable::Result<()> {
    let client = durable_tests::client().await;
    let queue = unique("versions");
    let (first, second) =
        (DeploymentVersion::new(&queue, "1.0"), DeploymentVersion::new(&queue, "1.1"));
    let workers_of_first = serve(&client, &queue, &first, VersioningBehavior::Pinned).await?;
    first.make_current(&client).await?;
    let workers_of_second = serve(&client, &queue, &second, VersioningBehavior::Pinned).await?;
    for (percentage, build) in [(100.0, "1.1"), (0.0, "1.0")] {
        second.ramp(&client, percentage).await?;
        for _ in 0..3 {
            let started = VersionedWorkflow::start(&client).task_queue(&queue).await?;
            started.go_on().await?;
            assert_eq!(started.result().await?, builds(build, build), "{percentage} %");
        }
    }
    for bad in [-1.0, 100.5, f32::NAN] {
        let refused = second.ramp(&client, bad).await.expect_err("it is no percentage");
        assert!(refused.to_string().contains("from 0 to 100"), "{refused}");
    }
    workers_of_first.shutdown().await?;
    workers_of_second.shutdown().await
}

#[tokio::test]
async fn workers_of_a_version_that_cannot_be_do_not_start() {
    let client = durable_tests::client().await;
    for (deployment, build_id) in [("", "1.0"), ("a.b", "1.0"), ("a:b", "1.0"), ("a", "")] {
        let version = DeploymentVersion::new(deployment, build_id);
        let started = serve(&client, "nowhere", &version, VersioningBehavior::Pinned).await;
        let error = started.expect_err("it does not start");
        let Some(WorkerError::Misconfigured { problems }) = error.downcast_ref() else {
            panic!("{deployment:?} {build_id:?}: {error:?}");
        };
        let expected = WorkerProblem::DeploymentVersion {
            deployment: deployment.to_owned(),
            build_id: build_id.to_owned(),
        };
        assert_eq!(*problems, [expected]);
        assert!(problems[0].to_string().contains("no `.`"), "{}", problems[0]);
    }
}

#[tokio::test]
async fn a_version_that_cannot_be_does_not_become_current() {
    let client = durable_tests::client().await;
    let refused = DeploymentVersion::new("", "1.0").make_current(&client).await;
    let Err(Error::Rpc { operation, cause }) = refused else { panic!("{refused:?}") };
    assert_eq!(operation, "make build `1.0` of deployment `` the current version");
    assert!(!cause.message().is_empty());
}
