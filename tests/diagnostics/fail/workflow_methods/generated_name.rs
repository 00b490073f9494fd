//! A handler of the name of a generated function.

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
    fn start(&mut self) {
        self.approved = true;
    }
}

fn main() {}
