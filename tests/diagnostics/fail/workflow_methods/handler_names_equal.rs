//! Two signals of one name.

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
    fn approve(&mut self) {
        self.approved = true;
    }

    #[signal(name = "approve")]
    fn confirm(&mut self) {
        self.approved = true;
    }
}

fn main() {}
