//! Workflow code that computes or blocks: the watchdog sees it, the queue goes on, and the run is
//! quarantined.

use durable::prelude::*;
use durable::worker::{RunningWorkers, WorkerError, WorkerState};
use durable_tests::{Shared, client, eventually, failed_task, unique};

use crate::flows::{Echo, Spinning};
use crate::process::Worker;
use crate::stuck_flows::{
    BlockingHandle, Clinging, Everywhere, Patient, Quick, SHORT, Slow, blocks, entered,
    serves_others, stuck, workers,
};
use crate::{blocking, gate};

#[tokio::test]
async fn names_stuck_workflow_and_serves_the_others() -> durable::Result<()> {
    let (client, queue, key) = (client().await, unique("stuck"), unique("blocks"));
    let workers = workers(&client, &queue).deadlock_timeout(SHORT).start().await?;
    let health = workers.health();
    health.running().await;
    let mut cached = Vec::new();
    for _ in 0..5 {
        let workflow = Patient::start(&client).task_queue(&queue).await?;
        eventually("first task", || async {
            (durable_tests::events(&workflow).await.len() >= 4).then_some(())
        })
        .await;
        cached.push(workflow);
    }

    let workflow = blocks(&client, &queue, &key).await?;
    let [stuck_workflow] = &stuck(&health, 1).await[..] else { panic!("one is stuck") };
    assert_eq!(stuck_workflow.queue, "stuck");
    assert_eq!(stuck_workflow.workflow_type, "Blocking");
    assert_eq!(stuck_workflow.workflow_id.as_ref(), Some(&key));
    assert_eq!(stuck_workflow.run_id.as_deref(), workflow.run_id());
    assert_eq!(stuck_workflow.code, "`#[run]`");

    serves_others(&client, &queue).await?;
    for workflow in cached {
        workflow.tell("go on".to_owned()).await?;
        assert_eq!(workflow.result_within(Duration::from_secs(30)).await?, "go on");
    }
    let readiness = health.readiness().await;
    assert!(readiness.ready, "another worker serves the queue: {readiness:?}");
    assert_eq!(readiness.workers[0].stuck.len(), 1, "{readiness:?}");
    assert_eq!((readiness.workers[0].stuck_count, readiness.workers[0].deaths), (1, 0));

    gate::let_go(&key);
    assert_eq!(workflow.result_within(Duration::from_secs(30)).await?, key);
    assert_eq!(gate::entries(&key), 1, "the worker that was stuck has completed the task");
    stuck(&health, 0).await;
    assert_eq!(health.workers()[0].stuck_count, 1);
    workers.shutdown().await
}

#[tokio::test]
async fn quarantines_run_that_is_stuck_twice() -> durable::Result<()> {
    let (client, queue) = (client().await, unique("quarantine"));
    let workers = workers(&client, &queue).deadlock_timeout(SHORT).start().await?;
    let health = workers.health();
    let workflow = Everywhere::start(&client, Slow("plain".to_owned())).task_queue(&queue);
    let workflow = workflow.task_timeout(Duration::from_secs(100)).await?;
    for times in 1..=2 {
        let key = unique("signal");
        workflow.touch(key.clone()).await?;
        entered(&key, 1).await;
        stuck(&health, 1).await;
        serves_others(&client, &queue).await?;
        gate::let_go(&key);
        stuck(&health, 0).await;
        assert_eq!(health.workers()[0].stuck_count, times);
    }
    let key = unique("signal");
    workflow.touch(key.clone()).await?;
    let message = failed_task(&workflow).await;
    assert!(message.contains("this run is quarantined"), "{message}");
    assert!(
        message.contains("did not yield 2 times, the last time in signal `touch`"),
        "{message}"
    );
    assert_eq!(gate::entries(&key), 0, "its code didn't run again");
    assert_eq!(health.workers()[0].stuck_count, 2);
    serves_others(&client, &queue).await?;
    workflow.terminate("the test is over").await?;

    // Another run is another case, also with the same id.
    gate::let_go(&key);
    let again = Everywhere::start(&client, Slow(key.clone())).id(workflow.id());
    let again = again.task_queue(&queue).await?;
    again.touch(key.clone()).await?;
    entered(&key, 1).await;
    again.terminate("the test is over").await?;
    workers.shutdown().await
}

#[tokio::test]
async fn quarantines_run_whose_input_is_never_decoded() -> durable::Result<()> {
    let (client, queue, key) = (client().await, unique("decode"), unique("decode"));
    let workers = workers(&client, &queue).deadlock_timeout(SHORT).start().await?;
    let health = workers.health();
    let workflow = Everywhere::start(&client, Slow(key.clone())).task_queue(&queue);
    let workflow = workflow.task_timeout(Duration::from_secs(2)).await?;
    // The server records only the first failure of a task, and here it was a timeout.
    let attempts = || async {
        let described = workflow.describe().await.ok()?;
        described.raw().pending_workflow_task.as_ref().filter(|task| task.attempt >= 4).map(drop)
    };
    eventually("fourth attempt", attempts).await;
    assert_eq!(gate::entries(&key), 2, "it was decoded no third time");
    assert_eq!(health.workers()[0].stuck_count, 2);
    serves_others(&client, &queue).await?;
    workflow.terminate("the test is over").await?;
    gate::let_go(&key);
    stuck(&health, 0).await;
    workers.shutdown().await
}

#[tokio::test]
async fn serves_others_while_a_state_is_dropped_that_blocks() -> durable::Result<()> {
    let (client, queue, key) = (client().await, unique("drop"), unique("drop"));
    let workers = workers(&client, &queue).deadlock_timeout(SHORT).start().await?;
    let health = workers.health();
    Clinging::execute(&client, key.clone()).task_queue(&queue).await?;
    let found = stuck(&health, 1).await;
    assert_eq!((found[0].code.as_str(), found[0].workflow_type.as_str()), ("a `Drop`", "Clinging"));
    serves_others(&client, &queue).await?;
    gate::let_go(&key);
    stuck(&health, 0).await;
    workers.shutdown().await
}

#[tokio::test]
async fn a_query_that_does_not_yield_sticks_one_thread_however_often_it_is_asked()
-> durable::Result<()> {
    let (client, queue) = (client().await, unique("query"));
    let workers = workers(&client, &queue).deadlock_timeout(SHORT).start().await?;
    let health = workers.health();
    let workflow = Everywhere::start(&client, Slow("plain".to_owned())).task_queue(&queue).await?;
    let (first, second) = (unique("query"), unique("query"));
    let (asked, argument) = (workflow.clone(), first.clone());
    let asking = tokio::spawn(async move { asked.look(argument).await });
    stuck(&health, 1).await;
    let error = eventually("refusal", || async {
        let error = workflow.look(second.clone()).await.expect_err("it is not answered");
        let text = error.to_string();
        text.contains("an earlier call of it for this run does not yield").then_some(text)
    });
    error.await;
    assert_eq!(gate::entries(&second), 0, "it was not asked");
    assert_eq!(health.workers()[0].stuck_count, 1);
    serves_others(&client, &queue).await?;
    gate::let_go(&first);
    stuck(&health, 0).await;
    assert_eq!(workflow.look("fine".to_owned()).await?, "fine");
    asking.abort();
    workflow.terminate("the test is over").await?;
    workers.shutdown().await
}

#[tokio::test]
async fn gives_up_with_one_stuck_workflow_more_than_allowed() -> durable::Result<()> {
    let (client, queue) = (client().await, unique("too-many"));
    let keys = [unique("blocks"), unique("blocks")];
    let workers = workers(&client, &queue).deadlock_timeout(SHORT).max_stuck_workflows(1);
    let mut workers = workers.start().await?;
    let health = workers.health();
    let mut workflows = Vec::new();
    for key in &keys {
        workflows.push(blocks(&client, &queue, key).await?);
        if workflows.len() == 1 {
            stuck(&health, 1).await;
            serves_others(&client, &queue).await?;
        }
    }
    match workers.ended().await {
        Err(error @ WorkerError::TooManyStuck { .. }) => {
            let text = error.to_string();
            assert!(text.contains("queue `stuck` is given up, because 2 workflows"), "{text}");
            assert!(keys.iter().all(|key| text.contains(key)), "{text}");
        }
        other => panic!("{other:?}"),
    }
    assert!(!health.is_live());
    let readiness = health.readiness().await;
    assert!(!readiness.ready);
    assert_eq!(readiness.workers[0].state, WorkerState::GivenUp);
    assert!(readiness.reasons[0].contains(&keys[1]), "{readiness:?}");

    let report = workers.drain().await;
    assert_eq!(report.computing.len(), 2, "{report}");
    for (key, workflow) in keys.iter().zip(workflows) {
        gate::let_go(key);
        ends(&workflow).await?;
    }
    Ok(())
}

#[tokio::test]
async fn notices_every_part_of_a_workflow() -> durable::Result<()> {
    let (client, queue) = (client().await, unique("parts"));
    let workers = workers(&client, &queue).deadlock_timeout(SHORT).max_stuck_workflows(20);
    let workers = workers.start().await?;
    let health = workers.health();
    let cases = [
        ("decode", "the `Deserialize` of an input"),
        ("init", "`#[init]`"),
        ("run", "`#[run]`"),
        ("signal", "signal `touch`"),
        ("query", "query `look`"),
        ("update", "update `change`"),
        ("validator", "the validator of update `change`"),
    ];
    let (mut workflows, mut calls) = (Vec::new(), Vec::new());
    for (part, code) in cases {
        let key = unique(part);
        let workflow = Everywhere::start(&client, Slow(key.clone())).id(&key).task_queue(&queue);
        let workflow = workflow.task_timeout(Duration::from_secs(100)).await?;
        let (called, argument) = (workflow.clone(), key.clone());
        calls.push(tokio::spawn(async move {
            match part {
                "signal" => called.touch(argument).await.map(drop),
                "query" => called.look(argument).await.map(drop),
                "update" | "validator" => called.change(argument).await.map(drop),
                _ => Ok(()),
            }
        }));
        // The client repeats a query that isn't answered, so there may be several.
        let found = eventually(part, || async {
            let stuck = health.workers().swap_remove(0).stuck;
            stuck.into_iter().find(|stuck| stuck.workflow_id.as_ref() == Some(&key))
        });
        let found = found.await;
        assert_eq!((found.code.as_str(), found.workflow_type.as_str()), (code, "Everywhere"));
        assert_eq!(found.run_id.as_deref(), workflow.run_id(), "{part}");
        workflows.push((key, workflow));
        serves_others(&client, &queue).await?;
    }
    for (key, workflow) in &workflows {
        gate::let_go(key);
        workflow.terminate("the test is over").await?;
    }
    for call in calls {
        call.abort();
    }
    stuck(&health, 0).await;
    workers.shutdown().await
}

#[tokio::test]
async fn leaves_code_alone_that_yields_in_time() -> durable::Result<()> {
    let (client, queue) = (client().await, unique("in-time"));
    let workers =
        workers(&client, &queue).deadlock_timeout(Duration::from_secs(60)).start().await?;
    let key = unique("blocks");
    let workflow = blocks(&client, &queue, &key).await?;
    let other = Quick::start(&client, "later".to_owned()).task_queue(&queue).await?;
    gate::let_go(&key);
    assert_eq!(workflow.result_within(Duration::from_secs(30)).await?, key);
    assert_eq!(other.result_within(Duration::from_secs(30)).await?, "later");
    let health = &workers.health().workers()[0];
    assert_eq!((health.stuck_count, health.stuck.len()), (0, 0));
    assert_eq!(health.state, WorkerState::Running);
    workers.shutdown().await
}

/// Terminates a workflow, unless the worker that was stuck has completed it in the meantime.
async fn ends(workflow: &BlockingHandle) -> durable::Result<()> {
    match workflow.terminate("the test is over").await {
        Err(durable::Error::NotFound { .. }) => Ok(()),
        ended => ended,
    }
}

/// Drains workers while a workflow blocks, and checks that the report names it.
async fn drain_names(key: &str, workers: RunningWorkers) -> durable::Result<()> {
    let report = workers.drain().await;
    assert!(!report.is_clean());
    let [computing] = &report.computing[..] else { panic!("{report}") };
    assert_eq!(computing.workflow_id.as_deref(), Some(key));
    let text = report.to_string();
    assert!(
        text.contains(&format!("`#[run]` of workflow `Blocking` (workflow id `{key}`")),
        "{text}"
    );
    let error = report.into_result().expect_err("a workflow was left behind");
    assert!(matches!(error, WorkerError::Stuck { .. }), "{error:?}");
    assert!(error.to_string().contains("did not yield, and was left behind"), "{error}");
    gate::let_go(key);
    Ok(())
}

#[tokio::test]
async fn drain_names_workflow_that_blocks_without_watchdog() -> durable::Result<()> {
    let (client, queue, key) = (client().await, unique("unwatched"), unique("blocks"));
    let workers = workers(&client, &queue).deadlock_timeout(Duration::ZERO).start().await?;
    assert_eq!(workers.report().deadlock_timeout, None);
    let workflow = blocks(&client, &queue, &key).await?;
    let health = workers.health();
    drain_names(&key, workers).await?;
    assert_eq!(health.workers()[0].stuck_count, 0, "nobody watched");
    ends(&workflow).await
}

#[tokio::test]
async fn drain_names_workflow_whose_worker_was_replaced() -> durable::Result<()> {
    let (client, queue, key) = (client().await, unique("replaced"), unique("blocks"));
    let workers = workers(&client, &queue).deadlock_timeout(SHORT).start().await?;
    let workflow = blocks(&client, &queue, &key).await?;
    stuck(&workers.health(), 1).await;
    serves_others(&client, &queue).await?;
    drain_names(&key, workers).await?;
    ends(&workflow).await
}

#[tokio::test]
async fn process_logs_stuck_workflow_and_ends_although_it_computes() -> durable::Result<()> {
    let (client, queue) = (client().await, unique("spins"));
    let name = queue.clone();
    let settings =
        [("STOP_TIMEOUT_S", "1"), ("DEADLOCK_TIMEOUT_S", "1"), ("MAX_STUCK_WORKFLOWS", "7")];
    let start = move || Worker::start(Shared::get().address(), &name, &settings);
    let worker = blocking(start).await;
    let workflow = Spinning::start(&client).task_queue(&queue);
    let workflow = workflow.task_timeout(Duration::from_secs(3)).await?;
    let (worker, stuck) = blocking(move || {
        let stuck = worker.logs("workflow code has not yielded for 1s");
        worker.logs("the worker is replaced");
        (worker, stuck)
    })
    .await;
    let run_id = workflow.run_id().expect("it was started here").to_owned();
    for part in [
        "ERROR",
        "monotonic_counter.durable_stuck_workflows=1",
        "queue=\"serving\"",
        "workflow_type=\"Spinning\"",
        &format!("workflow_id=\"{}\"", workflow.id()),
        &format!("run_id=\"{run_id}\""),
        "code=\"`#[run]`\"",
    ] {
        assert!(stuck.contains(part), "no {part} in {stuck}");
    }
    let text = Echo::execute(&client, "served".to_owned()).task_queue(&queue).await?;
    assert_eq!(text, "served");
    let (code, log) = blocking(move || {
        let refused = worker.logs("this run is quarantined");
        assert!(refused.contains(&run_id), "{refused}");
        worker.signal("TERM");
        let mut worker = worker;
        let (code, _) = worker.ends();
        (code, worker.log())
    })
    .await;
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("deadlock timeout 1s, at most 7 stuck workflows"), "{log}");
    assert_eq!(log.matches("workflow code has not yielded").count(), 2, "{log}");
    let named = format!("workflow `Spinning` (workflow id `{}`", workflow.id());
    let error = log.lines().find(|line| line.starts_with("Error: ")).unwrap_or_default();
    assert!(error.contains(&named), "{log}");
    workflow.terminate("the test is over").await
}
