//! A workflow whose activities set nothing: what holds for them stands in the file.

use durable::prelude::*;

/// Tells after which pause between heartbeats it would count as lost.
#[activity(queue = "configuration")]
pub async fn count_stock(ctx: ActivityContext, shelf: String) -> String {
    let pause = ctx.info().heartbeat_timeout.unwrap_or_default();
    format!("{shelf}: counted, with a heartbeat every {pause:?} at least")
}

/// The same, by another name.
#[activity(queue = "configuration")]
pub async fn order_more(ctx: ActivityContext, shelf: String) -> String {
    let pause = ctx.info().heartbeat_timeout.unwrap_or_default();
    format!("{shelf}: ordered, with a heartbeat every {pause:?} at least")
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
