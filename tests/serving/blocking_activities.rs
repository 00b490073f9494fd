//! `async` activities that block all threads of the runtime: the control of the process goes on.

use durable_tests::{client, unique};
use serde_json::Value;

use crate::blocking;
use crate::drain::{begun, ends, worker};
use crate::flows::{Rude, RudeHandle};
use crate::health::get;
use crate::process::Worker;

/// The length of an activity, in milliseconds, which is longer than every wait.
const LONG: u64 = 600_000;

/// A worker process whose runtime is blocked.
struct Blocked {
    worker: Worker,
    /// The address of its probes.
    address: String,
    workflows: Vec<RudeHandle>,
}

impl Blocked {
    /// Starts a process with a runtime of two threads, and three activities that block.
    async fn start(
        name: &str,
        settings: &'static [(&'static str, &'static str)],
    ) -> durable::Result<Self> {
        let (client, queue) = (client().await, unique(name));
        let worker = worker(&queue, settings).await;
        let (worker, listens) = logs(worker, "answering /live").await;
        let (_, address) = listens.split_once("address=").expect("the address is logged");
        let address = address.trim().to_owned();
        let mut workflows = Vec::new();
        for _ in 0..3 {
            workflows.push(Rude::start(&client, LONG).task_queue(&queue).await?);
        }
        let worker = begun(begun(worker, "rude").await, "rude").await;
        Ok(Self { worker, address, workflows })
    }

    async fn ends(self) -> durable::Result<(Option<i32>, String)> {
        let (worker, code, _) = ends(self.worker).await;
        for workflow in self.workflows {
            workflow.terminate("the test is over").await?;
        }
        Ok((code, worker.log()))
    }
}

async fn logs(worker: Worker, words: &'static str) -> (Worker, String) {
    blocking(move || {
        let line = worker.logs(words);
        (worker, line)
    })
    .await
}

#[tokio::test]
async fn stops_within_its_limits_and_names_the_activity() -> durable::Result<()> {
    let mut blocked = Blocked::start(
        "blocked",
        &[
            ("TOKIO_WORKER_THREADS", "2"),
            ("HEALTH_ADDRESS", "127.0.0.1:0"),
            ("DRAIN_TIMEOUT_S", "0.5"),
            ("STOP_TIMEOUT_S", "0.5"),
        ],
    )
    .await?;
    assert_eq!(get(&blocked.address, "/live").await.0, 200);
    let words = "the async activity `rude` has blocked a thread";
    let (worker, line) = logs(blocked.worker, words).await;
    blocked.worker = worker;
    assert!(line.contains(" WARN ") && line.contains("make it a plain `fn`"), "{line}");

    blocked.worker.signal("TERM");
    let (code, log) = blocked.ends().await?;
    assert_eq!(code, Some(1), "{log}");
    let error = log.lines().find(|line| line.starts_with("Error: ")).unwrap_or_default();
    assert!(error.contains("attempt 1 of activity `rude`"), "{log}");
    assert_eq!(log.matches(words).count(), 2, "each attempt is logged once: {log}");
    assert!(!log.contains("panicked"), "{log}");
    Ok(())
}

#[tokio::test]
async fn answers_probes_and_a_second_signal_while_it_drains() -> durable::Result<()> {
    let mut blocked = Blocked::start(
        "blocked-twice",
        &[("TOKIO_WORKER_THREADS", "2"), ("HEALTH_ADDRESS", "127.0.0.1:0")],
    )
    .await?;
    let (status, ready) = get(&blocked.address, "/ready").await;
    assert_eq!((status, &ready["ready"]), (200, &Value::Bool(true)), "{ready}");
    blocked.worker.signal("TERM");
    let (worker, _) = logs(blocked.worker, "draining the workers").await;
    blocked.worker = worker;
    assert_eq!(get(&blocked.address, "/live").await.0, 200);
    let drains = || async {
        let (status, ready) = get(&blocked.address, "/ready").await;
        (status == 503).then_some(ready)
    };
    let ready = durable_tests::eventually("drain", drains).await;
    assert_eq!(ready["workers"][0]["state"], "draining", "{ready}");

    blocked.worker.signal("INT");
    let (code, log) = blocked.ends().await?;
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("a second signal ended the drain"), "{log}");
    assert!(!log.contains("panicked"), "{log}");
    Ok(())
}
