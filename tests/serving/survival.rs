//! Workers and servers that are killed: what was under way goes on, and comes out exact.

use std::time::Duration;

use durable::Client;
use durable::dev_server::DevServer;
use durable::worker::{WorkerState, Workers};
use durable_tests::process::signal;
use durable_tests::{Shared, client, eventually, unique};

use crate::blocking;
use crate::flows::{Steps, StepsHandle};
use crate::process::Worker;

/// Starts five workflows, whose tasks are not waited for long when a worker is gone.
async fn five(client: &Client, queue: &str) -> durable::Result<Vec<StepsHandle>> {
    let mut workflows = Vec::new();
    for _ in 0..5 {
        let start = Steps::start(client).task_queue(queue);
        workflows.push(start.task_timeout(Duration::from_secs(2)).await?);
    }
    Ok(workflows)
}

/// Waits until the workflows are in their middle.
async fn in_the_middle(worker: Worker, begun: usize) -> Worker {
    blocking(move || {
        for _ in 0..begun {
            worker.prints("begun step ");
        }
        worker
    })
    .await
}

async fn are_exact(workflows: Vec<StepsHandle>) -> durable::Result<()> {
    for workflow in workflows {
        let result = workflow.result_within(Duration::from_secs(45)).await?;
        assert_eq!(result, (0..8).collect::<Vec<_>>());
    }
    Ok(())
}

#[tokio::test]
async fn workflows_are_exact_after_their_worker_was_killed() -> durable::Result<()> {
    let client = client().await;
    let queue = unique("killed");
    let start = {
        let queue = queue.clone();
        move || Worker::start(Shared::get().address(), &queue, &[])
    };
    let worker = blocking(start.clone()).await;
    let workflows = five(&client, &queue).await?;
    let worker = in_the_middle(worker, 17).await;
    worker.kill();
    for workflow in &workflows {
        let running = workflow.result_within(Duration::from_millis(1)).await;
        assert!(matches!(running, Err(durable::Error::NoResultYet { .. })), "{running:?}");
    }
    let next = blocking(start).await;
    are_exact(workflows).await?;
    drop(next);
    Ok(())
}

#[tokio::test]
async fn a_worker_goes_on_when_the_server_is_back() -> durable::Result<()> {
    let folder = tempfile::tempdir().expect("there is room");
    let database = folder.path().join("temporal.db");
    let server = DevServer::builder().database(&database).start().await?;
    let address = server.address().to_owned();
    let port = address.rsplit(':').next().expect("a port").parse().expect("a port");
    let queue = unique("orphaned");
    let worker = {
        let (address, queue) = (address.clone(), queue.clone());
        blocking(move || {
            let settings = [("HEALTH_ADDRESS", "127.0.0.1:0"), ("STOP_TIMEOUT_S", "2")];
            Worker::start(&address, &queue, &settings)
        })
        .await
    };
    let ids: Vec<_> = {
        let client = Client::connect(&address).await?;
        five(&client, &queue).await?.iter().map(|workflow| workflow.id().to_owned()).collect()
    };
    let mut worker = in_the_middle(worker, 17).await;
    let probed = worker.logs("answering /live");
    let probed = probed.rsplit("address=").next().expect("an address").trim().to_owned();
    assert_eq!(crate::health::get(&probed, "/ready").await.0, 200);

    signal("KILL", server.process_id().into());
    server.ended().await;
    let ready = eventually("loss of readiness", || async {
        let (status, ready) = crate::health::get(&probed, "/ready").await;
        (status == 503).then_some(ready)
    })
    .await;
    assert!(
        ready["reasons"][0].as_str().is_some_and(|reason| reason.contains(&address)),
        "{ready}"
    );
    let (status, live) = crate::health::get(&probed, "/live").await;
    assert_eq!(status, 200, "a server that is away is no reason to kill the worker: {live}");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(worker.runs(), "{}", worker.log());

    let server = DevServer::builder().database(&database).port(port).start().await?;
    let client = Client::connect(&address).await?;
    let workflows = ids.iter().map(|id| Steps::handle(&client, id)).collect();
    are_exact(workflows).await?;
    assert!(worker.runs(), "it is the same process: {}", worker.log());
    let died = worker.log().contains("the worker died");
    assert!(!died, "to lose the server is no death: {}", worker.log());
    eventually("readiness", || async {
        (crate::health::get(&probed, "/ready").await.0 == 200).then_some(())
    })
    .await;

    // It can be stopped as well while the server is away.
    signal("KILL", server.process_id().into());
    server.ended().await;
    worker.signal("TERM");
    let (code, took, log) = blocking(move || {
        let (code, took) = worker.ends();
        (code, took, worker.log())
    })
    .await;
    assert_eq!(code, Some(0), "{log}");
    assert!(took < Duration::from_secs(4), "{took:?}: {log}");
    Ok(())
}

#[tokio::test]
async fn workers_that_start_while_the_server_is_away_wait_for_it() -> durable::Result<()> {
    let server = DevServer::start().await?;
    let address = server.address().to_owned();
    let port = address.rsplit(':').next().expect("a port").parse().expect("a port");
    let client = Client::connect(&address).await?;
    signal("KILL", server.process_id().into());
    server.ended().await;

    let workers = Workers::new(&client).queues(["serving"]).start().await?;
    let health = workers.health();
    assert_eq!(health.workers()[0].state, WorkerState::Connecting);
    let readiness = health.readiness().await;
    assert!(!readiness.ready && health.is_live(), "{readiness:?}");
    assert_eq!(readiness.reasons[0], "the worker of queue `serving` is connecting");
    assert!(readiness.reasons[1].contains(&address), "{readiness:?}");

    let server = DevServer::builder().port(port).start().await?;
    health.running().await;
    let ready = eventually("readiness", || async { health.readiness().await.ready.then_some(()) });
    ready.await;
    assert_eq!(health.workers()[0].deaths, 0);
    let steps = Steps::execute(&Client::connect(&address).await?).task_queue("serving");
    assert_eq!(steps.await?.len(), 8);
    workers.shutdown().await?;
    server.shutdown().await?;
    Ok(())
}
