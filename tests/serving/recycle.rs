//! Workers that are replaced after many activities: nothing is lost, and what runs goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::thread;

use durable::client::start_all;
use durable::prelude::*;
use durable::worker::{RunningWorkers, WorkerState};
use durable_tests::{client, eventually, is_alone, run_alone, unique};

/// The threads of the workers that ran workflows of a queue, by the queue.
static THREADS: Mutex<BTreeMap<String, BTreeSet<String>>> = Mutex::new(BTreeMap::new());

fn note_thread(queue: &str) {
    let thread = format!("{:?}", thread::current().id());
    let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    threads.entry(queue.to_owned()).or_default().insert(thread);
}

fn threads(queue: &str) -> usize {
    let threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    threads.get(queue).map_or(0, BTreeSet::len)
}

/// Takes some time, and returns the number of its attempt.
#[activity(queue = "recycling", start_to_close_timeout = "60s", retry(initial_interval = "100ms"))]
async fn visit(ctx: ActivityContext, milliseconds: u64) -> u32 {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    ctx.info().attempt
}

/// Calls an activity, and waits for a signal then if it is to.
#[workflow(queue = "recycling")]
#[derive(Default)]
struct Visit {
    left: bool,
}

#[workflow_methods]
impl Visit {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        milliseconds: u64,
        waits: bool,
    ) -> WorkflowResult<u32> {
        let queue = ctx.task_queue().to_owned();
        note_thread(&queue);
        let attempt = visit::execute(ctx, milliseconds).task_queue(queue).await?;
        if waits {
            ctx.wait_condition(|state| state.left).await?;
        }
        Ok(attempt)
    }

    #[signal]
    fn leave(&mut self) {
        self.left = true;
    }
}

/// Calls an activity of a queue again and again, and returns the highest number of an attempt.
#[workflow(queue = "recycling")]
#[derive(Default)]
struct Patrol;

#[workflow_methods]
impl Patrol {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        queue: String,
        visits: u32,
    ) -> WorkflowResult<u32> {
        let mut highest = 0;
        for _ in 0..visits {
            highest = highest.max(visit::execute(ctx, 0).task_queue(queue.clone()).await?);
        }
        Ok(highest)
    }
}

/// Workers that are replaced after so many activities, and poll a queue of their own.
async fn workers(client: &Client, queue: &str, after: u32) -> durable::Result<RunningWorkers> {
    let name = queue.to_owned();
    let workers = Workers::new(client)
        .queues(["recycling"])
        .recycle_after_activities(after)
        .worker_options(move |options| options.task_queue.clone_from(&name))
        .start()
        .await?;
    workers.health().running().await;
    Ok(workers)
}

/// Runs workflows until so many workers have run one.
///
/// SDK 1.1.1 drops the task of a workflow that is on its way to a worker that stops, and it is tried again after 10 seconds.
async fn visit_until(client: &Client, queue: &str, workers: usize) {
    let visits = async {
        while threads(queue) < workers {
            let attempt = Visit::execute(client, 0, false).task_queue(queue).await;
            assert_eq!(attempt.expect("it completes"), 1);
        }
    };
    tokio::time::timeout(Duration::from_secs(60), visits).await.expect("further workers run");
}

#[tokio::test]
async fn replaces_a_worker_after_many_activities_and_loses_nothing() -> durable::Result<()> {
    let (client, queue) = (client().await, unique("recycling"));
    let workers = workers(&client, &queue, 5).await?;
    let waiting = Visit::start(&client, 0, true).task_queue(&queue).await?;
    let running = Visit::start(&client, 3000, false).task_queue(&queue).await?;
    visit_until(&client, &queue, 3).await;
    waiting.leave().await?;
    assert_eq!(waiting.result().await?, 1, "a workflow goes on with another worker");
    assert_eq!(running.result().await?, 1, "an activity isn't tried again");
    let [health] = &workers.health().workers()[..] else { panic!("one queue is served") };
    assert_eq!((health.state, health.deaths), (WorkerState::Running, 0));
    let report = workers.drain().await;
    assert!(report.is_clean(), "{report}");
    Ok(())
}

#[tokio::test]
async fn a_drain_waits_for_the_activities_of_replaced_workers() -> durable::Result<()> {
    let (client, queue) = (client().await, unique("recycling"));
    let workers = workers(&client, &queue, 5).await?;
    let running = Visit::start(&client, 4000, false).task_queue(&queue).await?;
    visit_until(&client, &queue, 2).await;
    let report = workers.drain().await;
    assert!(report.is_clean(), "{report}");
    let workers = self::workers(&client, &queue, 0).await?;
    assert_eq!(running.result().await?, 1, "its result was sent");
    visit_until(&client, &queue, 3).await;
    workers.shutdown().await
}

/// At every moment some activities are on their way to a worker. One that is lost would be tried again after a minute.
///
/// The variable is the one of docs/operations.md. The workflows have a worker of their own: SDK 1.1.1 drops the tasks
/// of workflows in any case.
#[tokio::test]
async fn loses_no_activity_when_busy_workers_stop() -> durable::Result<()> {
    let variable = [("TEMPORAL_POLL_SHUTDOWN_INTERRUPT_WAIT_MS", "300")];
    if !is_alone() {
        run_alone("recycle::loses_no_activity_when_busy_workers_stop", &variable).await;
        return Ok(());
    }
    let (client, queue, activities) = (client().await, unique("patrols"), unique("visits"));
    let patrolling = workers(&client, &queue, 0).await?;
    let mut visited = workers(&client, &activities, 0).await?;
    let start = |_| Patrol::start(&client, activities.clone(), 60).task_queue(&queue);
    let patrols = start_all((0..20).map(start)).await;
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        // The SDK has one worker of a queue for each client.
        let next = workers(&durable_tests::client().await, &activities, 0).await?;
        std::mem::replace(&mut visited, next).shutdown().await?;
    }
    for patrol in patrols {
        assert_eq!(patrol?.result_within(Duration::from_secs(30)).await?, 1);
    }
    visited.shutdown().await?;
    patrolling.shutdown().await
}

/// Returns the number of threads by which the SDK reads the load of the machine: one for each worker that the client's
/// registry has. Linux cuts names to 15 characters.
#[cfg(target_os = "linux")]
fn registered_workers() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").expect("this process has threads");
    let name = |path: std::path::PathBuf| std::fs::read_to_string(path.join("comm"));
    let names = threads.flatten().filter_map(|thread| name(thread.path()).ok());
    names.filter(|name| name.trim() == "temporal-real-s").count()
}

/// The other tests of this program have workers too.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn frees_a_replaced_worker() -> durable::Result<()> {
    if !is_alone() {
        run_alone::<&str>("recycle::frees_a_replaced_worker", &[]).await;
        return Ok(());
    }
    let (client, queue) = (client().await, unique("recycling"));
    let workers = workers(&client, &queue, 5).await?;
    visit_until(&client, &queue, 4).await;
    eventually("end of the replaced workers", || async {
        (registered_workers() == 1).then_some(())
    })
    .await;
    workers.shutdown().await
}
