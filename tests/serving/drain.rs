//! SIGTERM: what is in flight ends within the drain timeout, or is cancelled, or is left and named.

use std::time::Duration;

use durable_tests::{Shared, client, unique};

use crate::blocking;
use crate::flows::{Careful, Nearby, Steady, Stubborn, Yielding};
use crate::process::Worker;

/// A worker process for a queue of its own, on this binary's server.
pub(crate) async fn worker(
    queue: &str,
    settings: &'static [(&'static str, &'static str)],
) -> Worker {
    let queue = queue.to_owned();
    blocking(move || Worker::start(Shared::get().address(), &queue, settings)).await
}

/// Waits until an activity has begun.
pub(crate) async fn begun(worker: Worker, activity: &'static str) -> Worker {
    blocking(move || {
        worker.prints(&format!("begun {activity} "));
        worker
    })
    .await
}

pub(crate) async fn ends(mut worker: Worker) -> (Worker, Option<i32>, Duration) {
    blocking(move || {
        let (code, took) = worker.ends();
        (worker, code, took)
    })
    .await
}

#[tokio::test]
async fn what_is_in_flight_ends_within_the_drain_timeout() -> durable::Result<()> {
    let client = client().await;
    let queue = unique("drained");
    let worker = worker(&queue, &[("DRAIN_TIMEOUT_S", "10")]).await;
    let workflow = Steady::start(&client, 4000).task_queue(&queue).await?;
    let worker = begun(worker, "steady").await;
    worker.signal("TERM");
    let (worker, code, took) = ends(worker).await;
    assert_eq!(code, Some(0), "{}", worker.log());
    assert!((3..6).contains(&took.as_secs()), "{took:?}");
    let log = worker.log();
    assert!(log.contains("1 finished, 0 cancelled, 0 left"), "{log}");

    // Its result is there; another worker takes it, and runs nothing again.
    let next = crate::drain::worker(&queue, &[]).await;
    assert_eq!(workflow.result_within(Duration::from_secs(30)).await?, 1);
    drop(next);
    Ok(())
}

#[tokio::test]
async fn after_the_drain_timeout_activities_are_cancelled_and_go_on_elsewhere()
-> durable::Result<()> {
    let client = client().await;
    let queue = unique("cancelled");
    let worker = worker(&queue, &[("DRAIN_TIMEOUT_S", "1")]).await;
    let workflow = Careful::start(&client, 80).task_queue(&queue).await?;
    let worker = begun(worker, "careful").await;
    worker.signal("TERM");
    let (worker, code, took) = ends(worker).await;
    assert_eq!(code, Some(0), "{}", worker.log());
    assert!(took < Duration::from_secs(3), "{took:?}");
    let cancelled = worker.prints("cancelled at ");
    assert!(cancelled.ends_with("shutting down true"), "{cancelled}");
    let log = worker.log();
    assert!(log.contains("0 finished, 1 cancelled, 0 left"), "{log}");

    let at = cancelled.trim_start_matches("cancelled at ");
    let at: u32 = at.split(',').next().expect("a number").parse().expect("a number");
    let next = crate::drain::worker(&queue, &[]).await;
    assert_eq!(
        workflow.result_within(Duration::from_secs(30)).await?,
        (2, at),
        "it goes on from its last heartbeat"
    );
    drop(next);
    Ok(())
}

#[tokio::test]
async fn after_the_drain_timeout_local_activities_are_cancelled_and_run_again_elsewhere()
-> durable::Result<()> {
    let client = client().await;
    let queue = unique("nearby");
    let worker = worker(&queue, &[("DRAIN_TIMEOUT_S", "1")]).await;
    let workflow = Nearby::start(&client, 5_000).task_queue(&queue).await?;
    let worker = begun(worker, "attentive").await;
    worker.signal("TERM");
    let (worker, code, took) = ends(worker).await;
    assert_eq!(code, Some(0), "{}", worker.log());
    assert!(took < Duration::from_secs(4), "{took:?}");
    let log = worker.log();
    assert!(log.contains("0 finished, 1 cancelled, 0 left"), "{log}");

    let next = crate::drain::worker(&queue, &[]).await;
    assert_eq!(workflow.result_within(Duration::from_secs(30)).await?, 1);
    drop(next);
    Ok(())
}

#[tokio::test]
async fn a_local_activity_that_ends_for_the_shutdown_runs_again_elsewhere() -> durable::Result<()> {
    let client = client().await;
    let queue = unique("yielding");
    let worker = worker(&queue, &[("DRAIN_TIMEOUT_S", "10")]).await;
    let workflow = Yielding::start(&client, 3_000).task_queue(&queue).await?;
    let worker = begun(worker, "yielding").await;
    worker.signal("TERM");
    let (worker, code, took) = ends(worker).await;
    assert_eq!(code, Some(0), "{}", worker.log());
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert!(worker.log().contains("1 finished, 0 cancelled, 0 left"), "{}", worker.log());

    // The stop of a worker uses up none of its attempts.
    let next = crate::drain::worker(&queue, &[]).await;
    assert_eq!(workflow.result_within(Duration::from_secs(30)).await?, 1);
    drop(next);
    Ok(())
}

#[tokio::test]
async fn an_activity_that_ignores_its_cancellation_is_left_and_named() -> durable::Result<()> {
    let client = client().await;
    let queue = unique("stubborn");
    let worker = worker(&queue, &[("DRAIN_TIMEOUT_S", "0.5"), ("STOP_TIMEOUT_S", "1")]).await;
    let workflow = Stubborn::start(&client, 60_000).task_queue(&queue).await?;
    let worker = begun(worker, "stubborn").await;
    worker.signal("TERM");
    let (worker, code, took) = ends(worker).await;
    assert_eq!(code, Some(1), "{}", worker.log());
    assert!(took < Duration::from_secs(4), "{took:?}");
    let log = worker.log();
    assert!(log.contains("0 finished, 0 cancelled, 1 left"), "{log}");
    let named = format!("attempt 1 of activity `stubborn` of workflow `{}`", workflow.id());
    let error = log.lines().find(|line| line.starts_with("Error: ")).unwrap_or_default();
    assert!(error.contains(&named), "{log}");
    assert!(!log.contains("panicked"), "{log}");
    workflow.terminate("the test is over").await
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() -> durable::Result<()> {
    let client = client().await;
    let queue = unique("impatient");
    let worker = worker(&queue, &[]).await;
    let workflow = Stubborn::start(&client, 60_000).task_queue(&queue).await?;
    let worker = begun(worker, "stubborn").await;
    worker.signal("TERM");
    let worker = blocking(move || {
        worker.logs("draining the workers");
        worker
    })
    .await;
    worker.signal("INT");
    let (worker, code, took) = ends(worker).await;
    assert_eq!(code, Some(1), "{}", worker.log());
    assert!(took < Duration::from_secs(2), "{took:?}");
    let log = worker.log();
    assert!(log.contains("a second signal ended the drain"), "{log}");
    assert!(!log.contains("panicked"), "{log}");
    workflow.terminate("the test is over").await
}

#[tokio::test]
async fn what_cannot_run_as_it_is_set_up_ends_with_2() {
    let worker = worker(&unique("misused"), &[("ENABLED", "false")]).await;
    let (worker, code, _) = ends(worker).await;
    assert_eq!(code, Some(2), "{}", worker.log());
    assert!(worker.log().contains("serving queues is disabled"), "{}", worker.log());
}
