//! Queues that run their workflows on several threads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use durable::prelude::*;
use durable::worker::{DeploymentVersion, VersioningBehavior, WorkerState};
use durable_tests::{client, eventually, unique};

use crate::flows::{Echo, POISON, fragile};
use crate::{gate, stuck_flows};

/// The threads on which the workflows of a meeting run, by the meeting.
static MEETINGS: Mutex<BTreeMap<String, BTreeSet<String>>> = Mutex::new(BTreeMap::new());
static CAME: Condvar = Condvar::new();

/// The end of a wait for a thread that never comes.
const PATIENCE: Duration = Duration::from_secs(20);

fn this_thread() -> String {
    thread::current().name().unwrap_or_default().to_owned()
}

/// Blocks its thread until another workflow of the meeting runs on another one.
#[workflow(queue = "threads")]
#[derive(Default)]
struct Meeting;

#[workflow_methods]
impl Meeting {
    #[run]
    async fn run(_: &mut WorkflowContext<Self>, meeting: String) -> WorkflowResult<usize> {
        let mut meetings = MEETINGS.lock().unwrap_or_else(PoisonError::into_inner);
        meetings.entry(meeting.clone()).or_default().insert(this_thread());
        CAME.notify_all();
        let alone = |meetings: &mut BTreeMap<_, BTreeSet<_>>| meetings[&meeting].len() < 2;
        let waited = CAME.wait_timeout_while(meetings, PATIENCE, alone);
        let (meetings, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Ok(meetings[&meeting].len())
    }
}

/// Returns the thread of each of its tasks, and how often its code began.
#[workflow(queue = "threads")]
#[derive(Default)]
struct Wanderer {
    threads: Vec<String>,
}

#[workflow_methods]
impl Wanderer {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Vec<String>> {
        for _ in 0..5 {
            ctx.state_mut(|state| state.threads.push(this_thread()));
            ctx.sleep(Duration::from_millis(1)).await?;
        }
        Ok(ctx.state(|state| state.threads.clone()))
    }
}

/// Workers of two threads, for a queue of its own.
fn workers(client: &Client, queue: &str, threads: u32) -> Workers {
    let name = queue.to_owned();
    Workers::new(client)
        .queues(["threads"])
        .workflow_threads(threads)
        .deadlock_timeout(Duration::ZERO)
        .worker_options(move |options| options.task_queue.clone_from(&name))
}

/// Returns how many threads met when ten workflows ran.
async fn met(client: &Client, queue: &str) -> durable::Result<usize> {
    let meeting = unique("meeting");
    let running = (0..10).map(|_| Meeting::execute(client, meeting.clone()).task_queue(queue));
    let running = running.map(IntoFuture::into_future);
    let met: Vec<usize> = futures_util::future::try_join_all(running).await?;
    Ok(met.into_iter().max().unwrap_or_default())
}

#[tokio::test]
async fn runs_the_workflows_of_a_queue_at_once_on_several_threads() -> durable::Result<()> {
    let (client, queue) = (client().await, unique("threads"));
    let workers = workers(&client, &queue, 2).start().await?;
    workers.health().running().await;
    assert_eq!(met(&client, &queue).await?, 2);
    assert_eq!(workers.queues().collect::<Vec<_>>(), ["threads"]);
    let health = workers.health().workers();
    assert_eq!(health.len(), 1, "{health:?}");
    let report = workers.drain().await;
    assert!(report.is_clean(), "{report}");
    Ok(())
}

#[tokio::test]
async fn runs_the_workflows_of_a_deployment_version_on_several_threads() -> durable::Result<()> {
    let (client, queue) = (client().await, unique("threads"));
    let version = DeploymentVersion::new(&queue, "1.0");
    let workers = workers(&client, &queue, 2)
        .deployment_version(version.clone(), VersioningBehavior::Pinned)
        .start()
        .await?;
    workers.health().running().await;
    version.make_current(&client).await?;
    assert_eq!(met(&client, &queue).await?, 2);
    let options = &workers.report().queues[0].options;
    assert_eq!((options.workflow_threads, options.build_id.as_str()), (2, "1.0"));
    workers.shutdown().await
}

#[tokio::test]
async fn a_workflow_stays_on_its_thread() -> durable::Result<()> {
    let (client, queue) = (client().await, unique("threads"));
    let workers = workers(&client, &queue, 3).start().await?;
    workers.health().running().await;
    let running = (0..20).map(|_| Wanderer::execute(&client).task_queue(&queue).into_future());
    for threads in futures_util::future::try_join_all(running).await? {
        // Code that had begun again, to replay, would have added the thread of its new beginning.
        assert_eq!(threads.len(), 5, "{threads:?}");
        let all: BTreeSet<_> = threads.iter().collect();
        assert_eq!(all.len(), 1, "{threads:?}");
    }
    workers.shutdown().await
}

#[tokio::test]
async fn divides_the_limits_of_a_queue_among_its_threads() -> durable::Result<()> {
    let client = client().await;
    let queue = unique("threads");
    let name = queue.clone();
    let workers = workers(&client, &queue, 3)
        .worker_options(move |options| {
            options.task_queue.clone_from(&name);
            options.max_worker_activities_per_second = Some(2.0);
        })
        .start()
        .await?;
    let options = &workers.report().queues[0].options;
    assert_eq!(options.workflow_threads, 3);
    assert_eq!(options.workflow_cache_size, 1000);
    assert_eq!(options.workflow_slots, Some(100));
    assert_eq!(options.activity_slots, Some(100));
    assert_eq!(options.local_activity_slots, Some(100));
    assert_eq!(options.activities_per_second, Some(6.0), "the options of each are adjusted");
    let text = workers.report().to_string();
    assert!(text.contains("workflow threads: 3; slots: 100 workflow tasks"), "{text}");
    workers.shutdown().await
}

#[tokio::test]
async fn restarts_a_thread_that_died_beside_another() -> durable::Result<()> {
    let (client, queue) = (client().await, unique("threads"));
    let (fragile, name) = (fragile(2), queue.clone());
    let workers = Workers::new(&client)
        .queues(["serving"])
        .workflow_threads(2)
        .worker_options(move |options| {
            options.task_queue.clone_from(&name);
            options.workflow_interceptor(fragile.clone());
        })
        .restart_interval(Duration::from_millis(50))
        .start()
        .await?;
    let start = Echo::start(&client, POISON.to_owned()).task_queue(&queue).id(unique(POISON));
    let poison = start.task_timeout(Duration::from_secs(1)).await?;
    assert_eq!(poison.result_within(Duration::from_secs(30)).await?, POISON);
    let health = workers.health();
    health.running().await;
    let [serving] = &health.workers()[..] else { panic!("one queue is served") };
    assert_eq!((serving.deaths, serving.state), (2, WorkerState::Running));
    let echo = Echo::execute(&client, "fine".to_owned()).task_queue(&queue).await?;
    assert_eq!(echo, "fine");
    workers.shutdown().await
}

#[tokio::test]
async fn replaces_a_stuck_thread_among_several() -> durable::Result<()> {
    let (client, queue) = (client().await, unique("several"));
    let keys = [unique("blocks"), unique("blocks")];
    let workers = stuck_flows::workers(&client, &queue)
        .deadlock_timeout(stuck_flows::SHORT)
        .workflow_threads(2);
    let workers = workers.start().await?;
    let health = workers.health();
    health.running().await;
    let mut workflows = Vec::new();
    for (key, number) in keys.iter().zip(1..) {
        workflows.push(stuck_flows::blocks(&client, &queue, key).await?);
        stuck_flows::stuck(&health, number).await;
        stuck_flows::serves_others(&client, &queue).await?;
    }
    eventually("readiness", || async { health.readiness().await.ready.then_some(()) }).await;
    for (key, workflow) in keys.iter().zip(workflows) {
        gate::let_go(key);
        assert_eq!(&workflow.result_within(Duration::from_secs(30)).await?, key);
        assert_eq!(gate::entries(key), 1);
    }
    stuck_flows::stuck(&health, 0).await;
    workers.shutdown().await
}
