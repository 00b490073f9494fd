//! An activity that asks for the workflow.

use durable::prelude::*;

#[activity(queue = "payments")]
async fn charge(ctx: WorkflowContextView, order_id: String) -> Result<String, ActivityError> {
    Ok(format!("{order_id}: {}", ctx.workflow_id()))
}

fn main() {}
