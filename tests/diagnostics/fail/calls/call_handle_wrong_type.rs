//! A signal with an input of a wrong type.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        Ok(ctx.state(|state| state.approved))
    }

    #[signal]
    fn approve(&mut self, yes: bool) {
        self.approved = yes;
    }
}

async fn caller(order: OrderHandle) -> durable::Result<()> {
    order.approve("yes").await
}

fn main() {}
