//! A workflow whose activities set no options: they come from the file.

use durable::prelude::*;

/// Counts what is on a shelf. Its output tells the heartbeat timeout that it runs with.
#[activity(queue = "configuration")]
pub async fn count_stock(ctx: ActivityContext, shelf: String) -> String {
    format!("{shelf}: counted, {}", heartbeats(&ctx))
}

/// The same, by another name.
#[activity(queue = "configuration")]
pub async fn order_more(ctx: ActivityContext, shelf: String) -> String {
    format!("{shelf}: ordered, {}", heartbeats(&ctx))
}

/// Describes the heartbeat timeout of an attempt.
fn heartbeats(ctx: &ActivityContext) -> String {
    match ctx.info().heartbeat_timeout.filter(|timeout| !timeout.is_zero()) {
        Some(timeout) => format!("with a heartbeat every {timeout:?} at least"),
        None => "with no heartbeat timeout".to_owned(),
    }
}

/// Counts what is on a shelf, and orders what is missing.
#[workflow(queue = "configuration", id = "inventory-{shelf}")]
#[derive(Default)]
pub struct InventoryWorkflow;

/// A shelf to count.
#[derive(Debug, Serialize, Deserialize)]
pub struct Shelf {
    /// Its name.
    pub shelf: String,
}

#[workflow_methods]
impl InventoryWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, input: Shelf) -> WorkflowResult<Vec<String>> {
        let counted = count_stock::execute(ctx, input.shelf.clone()).await?;
        let ordered = order_more::execute(ctx, input.shelf).await?;
        Ok(vec![counted, ordered])
    }
}
