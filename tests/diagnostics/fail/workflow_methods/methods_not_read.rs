//! An impl block whose markers nobody reads.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order {
    approved: bool,
}

impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        Ok(ctx.state(|state| state.approved))
    }

    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }

    #[query]
    fn approved(&self) -> bool {
        self.approved
    }

    #[update]
    fn reset(&mut self, approved: bool) -> bool {
        std::mem::replace(&mut self.approved, approved)
    }
}

fn main() {}
