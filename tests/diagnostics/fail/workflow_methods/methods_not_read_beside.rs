//! A second impl block whose marker nobody reads.

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
}

impl Order {
    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }
}

fn main() {}
