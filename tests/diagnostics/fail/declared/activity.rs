//! A declared activity with what only who serves it can have, and a borrowed input.

use durable::prelude::*;

#[activity(queue = "elsewhere")]
async fn score(ctx: ActivityContext, limit: State<u32>, text: &str) -> Result<f64, ActivityError>;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<f64> {
        Ok(score::execute(ctx, "text".to_owned()).await?)
    }
}

fn main() {}
