//! The environment of the process, in a workflow.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        let region = std::env::var("REGION").unwrap_or_default();
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(region)
    }
}

fn main() {}
