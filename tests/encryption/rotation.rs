//! Rotation while workflows run, and a worker with a wrong key beside one with the right key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use durable::client::WorkflowHandle;
use durable::codec::Encryption;
use durable::{Client, Workers};
use futures_util::future::try_join_all;

use crate::flows::{Steps, StepsHandle};
use crate::{client, encryption, key};

const WORKFLOWS: usize = 200;

async fn start(client: &Client, count: usize) -> durable::Result<Vec<StepsHandle>> {
    let start = |number| Steps::start(client, format!("{number}"));
    let mut started = Vec::new();
    for number in 0..count {
        started.push(start(number).await?);
    }
    Ok(started)
}

async fn finish(handles: &[StepsHandle]) -> durable::Result<()> {
    try_join_all(handles.iter().map(async |handle| handle.go_on(String::new()).await)).await?;
    let outputs = handles.iter().map(|handle: &StepsHandle| {
        let handle: &WorkflowHandle<Steps> = handle;
        handle.result()
    });
    for (number, output) in try_join_all(outputs).await?.into_iter().enumerate() {
        assert_eq!(output, format!("{number}-output-"));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_workflow_fails_while_keys_rotate() -> durable::Result<()> {
    let namespace = crate::namespace().await;
    // Two workers and a client, as processes of their own would have them.
    let fleet: Vec<Encryption> = (0..3).map(|_| rotating()).collect();
    let sender = client(&namespace, fleet[0].clone()).await;
    let mut workers = Vec::new();
    for worker in &fleet[1..] {
        let worker = client(&namespace, worker.clone()).await;
        let started = Workers::new(&worker).queues(["sealed"]);
        workers.push(started.start().await?);
    }
    let done = Arc::new(AtomicBool::new(false));
    let rotating = tokio::spawn({
        let done = Arc::clone(&done);
        async move {
            let mut rotations = 0;
            while !done.load(Ordering::SeqCst) {
                // Every reader has all keys, so the order of the writers doesn't matter.
                let id = format!("k{}", rotations % 3 + 1);
                for encryption in &fleet {
                    encryption.activate(&id).expect("all have the key");
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                rotations += 1;
            }
            rotations
        }
    });
    let handles = start(&sender, WORKFLOWS).await?;
    finish(&handles).await?;
    done.store(true, Ordering::SeqCst);
    assert!(rotating.await.expect("it ends") > 3);
    for handle in &handles[..5] {
        let failed = durable_tests::events(handle).await.iter().any(|event| {
            use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
            event.event_type() == EventType::WorkflowTaskFailed
        });
        assert!(!failed);
    }
    for workers in workers {
        workers.shutdown().await?;
    }
    Ok(())
}

/// An encryption with three keys.
fn rotating() -> Encryption {
    encryption(3)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_beside_a_worker_with_a_wrong_key() -> durable::Result<()> {
    let namespace = crate::namespace().await;
    let right = client(&namespace, encryption(2)).await;
    let wrong = Encryption::builder().key("k2", key(99)).active("k2").build();
    let wrong = client(&namespace, wrong.expect("the keys are valid")).await;
    let serve = |client: &Client| Workers::new(client).queues(["sealed"]).start();
    let (wrong, right_workers) = (serve(&wrong).await?, serve(&right).await?);
    let handles = start(&right, 10).await?;
    finish(&handles).await?;
    wrong.shutdown().await?;
    right_workers.shutdown().await
}
