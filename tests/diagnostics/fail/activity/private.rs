//! An activity that is private in its module.

use durable::prelude::*;

mod payments {
    use durable::prelude::*;

    #[activity(queue = "payments")]
    async fn charge(amount: u32) -> Result<u32, ActivityError> {
        Ok(amount)
    }
}

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        Ok(payments::charge::execute(ctx, 1).await?)
    }
}

fn main() {}
