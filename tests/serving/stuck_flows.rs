//! Workflows that can block, others of their queue, and their workers.

use durable::prelude::*;
use durable::worker::{StuckWorkflow, WorkerHealth};
use durable_tests::eventually;

use crate::gate;

/// Blocks without an `.await`, until its key is let go.
#[workflow(queue = "stuck")]
#[derive(Default)]
pub(crate) struct Blocking;

#[workflow_methods]
impl Blocking {
    #[run]
    async fn run(_: &mut WorkflowContext<Self>, key: String) -> WorkflowResult<String> {
        gate::block(&key);
        Ok(key)
    }
}

/// Gives back what it is told by a signal.
#[workflow(queue = "stuck")]
#[derive(Default)]
pub(crate) struct Patient {
    told: Option<String>,
}

#[workflow_methods]
impl Patient {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        ctx.wait_condition(|state| state.told.is_some()).await?;
        Ok(ctx.state_mut(|state| state.told.take().unwrap_or_default()))
    }

    #[signal]
    fn tell(&mut self, what: String) {
        self.told = Some(what);
    }
}

#[activity(queue = "stuck", start_to_close_timeout = "30s")]
async fn echo(text: String) -> String {
    text
}

#[workflow(queue = "stuck")]
#[derive(Default)]
pub(crate) struct Quick;

#[workflow_methods]
impl Quick {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        Ok(echo::execute(ctx, text).task_queue(ctx.task_queue()).await?)
    }
}

/// An input whose `Deserialize` blocks if it begins with `decode`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Slow(pub(crate) String);

impl<'de> Deserialize<'de> for Slow {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        block_at("decode", &key);
        Ok(Self(key))
    }
}

/// Blocks if the key begins with the name of this part.
fn block_at(part: &str, key: &str) {
    if key.starts_with(part) {
        gate::block(key);
    }
}

/// Can block in each of its parts.
#[workflow(queue = "stuck")]
pub(crate) struct Everywhere {
    key: String,
}

#[workflow_methods]
impl Everywhere {
    #[init]
    fn new(key: Slow) -> Self {
        block_at("init", &key.0);
        Self { key: key.0 }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        block_at("run", &ctx.state(|state| state.key.clone()));
        ctx.wait_condition(|_| false).await?;
        Ok(())
    }

    #[signal]
    fn touch(&mut self, key: String) {
        block_at("signal", &key);
    }

    #[query]
    fn look(&self, key: String) -> String {
        block_at("query", &key);
        key
    }

    #[update]
    fn change(&mut self, key: String) {
        block_at("update", &key);
    }

    #[update_validator(change)]
    fn check_change(&self, key: &str) -> Result<(), String> {
        block_at("validator", key);
        Ok(())
    }
}

/// Blocks when it is dropped, if its key begins with `drop`.
struct Hold(String);

impl Drop for Hold {
    fn drop(&mut self) {
        block_at("drop", &self.0);
    }
}

/// Ends at once, and blocks when its state is dropped.
#[workflow(queue = "stuck")]
pub(crate) struct Clinging {
    _hold: Hold,
}

#[workflow_methods]
impl Clinging {
    #[init]
    fn new(key: String) -> Self {
        Self { _hold: Hold(key) }
    }

    #[run]
    async fn run(_: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }
}

pub(crate) const SHORT: Duration = Duration::from_millis(300);

/// Settings of workers for a queue of its own.
pub(crate) fn workers(client: &Client, queue: &str) -> Workers {
    let queue = queue.to_owned();
    Workers::new(client)
        .queues(["stuck"])
        .worker_options(move |options| options.task_queue.clone_from(&queue))
        .stop_timeout(Duration::from_secs(2))
}

pub(crate) async fn entered(key: &str, times: u32) {
    eventually("entry", || async { (gate::entries(key) >= times).then_some(()) }).await;
}

pub(crate) async fn blocks(
    client: &Client,
    queue: &str,
    key: &str,
) -> durable::Result<BlockingHandle> {
    let workflow = Blocking::start(client, key.to_owned()).id(key).task_queue(queue);
    // The server gives its task to nobody else during the test.
    let workflow = workflow.task_timeout(Duration::from_secs(100)).await?;
    entered(key, 1).await;
    Ok(workflow)
}

pub(crate) async fn stuck(health: &WorkerHealth, number: usize) -> Vec<StuckWorkflow> {
    let found = || async {
        let stuck = health.workers()[0].stuck.clone();
        (stuck.len() == number).then_some(stuck)
    };
    eventually("stuck workflow", found).await
}

/// Runs other workflows of the queue.
pub(crate) async fn serves_others(client: &Client, queue: &str) -> durable::Result<()> {
    for number in 0..5 {
        let text = number.to_string();
        assert_eq!(Quick::execute(client, text.clone()).task_queue(queue).await?, text);
    }
    Ok(())
}
