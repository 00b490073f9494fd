//! A call with an input of a wrong type.

use durable::prelude::*;

#[activity(queue = "payments")]
async fn charge(order_id: String, amount: f64) -> Result<String, ActivityError> {
    Ok(format!("{order_id}: {amount}"))
}

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        charge::execute(ctx, 1, 2.0).await?;
        Ok(ctx.state(|state| state.approved))
    }
}

fn main() {}
