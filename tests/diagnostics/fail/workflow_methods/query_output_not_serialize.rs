//! An answer that cannot be sent.

use durable::prelude::*;

struct Receipt {
    number: u32,
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
        Ok(ctx.state(|state| state.approved))
    }

    #[query]
    fn receipt(&self) -> Option<Receipt> {
        self.approved.then_some(Receipt { number: 1 })
    }
}

fn main() {}
