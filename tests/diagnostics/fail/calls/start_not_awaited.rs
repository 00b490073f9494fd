//! A signal of a workflow whose start nobody awaits.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct OrderWorkflow {
    approved: bool,
}

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        Ok(ctx.state(|state| state.approved))
    }

    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }
}

async fn approved(client: &Client) -> durable::Result<bool> {
    let order = OrderWorkflow::start(client);
    order.approve().await?;
    order.result().await
}

fn main() {}
