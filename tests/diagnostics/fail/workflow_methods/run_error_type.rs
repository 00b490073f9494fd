//! An error that no workflow can have.

use durable::prelude::*;

struct Declined;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> Result<bool, Declined> {
        Ok(ctx.state(|state| state.approved))
    }
}

fn main() {}
