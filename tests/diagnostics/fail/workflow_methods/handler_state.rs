//! A handler that asks for what only activities get.

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
    fn approve(&mut self, users: State<Vec<String>>) {
        self.approved = users.is_empty();
    }
}

fn main() {}
