//! A long activity that tells how far it has come, and goes on from there on another worker.

use durable::prelude::*;

/// The progress that the next attempt needs.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub copied: u32,
}

/// Copies blocks, one in 20 ms. It ends early when it is told to, and leaves its place behind.
#[activity(
    queue = "heartbeating",
    start_to_close_timeout = "1h",
    heartbeat_timeout = "10s",
    retry(initial_interval = "100ms")
)]
pub async fn copy(ctx: ActivityContext, blocks: u32) -> Result<String, ActivityError> {
    let first = ctx.progress().map_or(0, |Progress { copied }| copied);
    for block in first..blocks {
        tokio::select! {
            // Cancelled, or its worker goes away: as an error it is what Temporal must be told.
            reason = ctx.stopped() => return Err(reason.into()),
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
        ctx.heartbeat(&Progress { copied: block + 1 }).await?;
    }
    let attempt = ctx.info().attempt;
    Ok(format!("attempt {attempt} copied {} of {blocks} blocks", blocks - first))
}

#[workflow(queue = "heartbeating")]
#[derive(Default)]
pub struct Backup;

#[workflow_methods]
impl Backup {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, blocks: u32) -> WorkflowResult<String> {
        Ok(copy::execute(ctx, blocks).await?)
    }
}
