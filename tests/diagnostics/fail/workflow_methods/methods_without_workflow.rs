//! Methods of a struct that is no workflow.

use durable::prelude::*;

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
