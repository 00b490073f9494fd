//! A workflow output that cannot be sent.

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
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Receipt> {
        Ok(Receipt { number: u32::from(ctx.state(|state| state.approved)) })
    }
}

fn main() {}
